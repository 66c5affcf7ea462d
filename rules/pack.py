"""Packs and the library: what a policy says, by clause, as other rooms read it."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rules import readings, schema
from rules.clause import Compiled, chinese_error, compile_clause
from rules.description import Clause, describe
from rules.facts import Fact
from rules.readings import ReadingSpec
from rules.source import PACKS, Block, Rows

Letters = Mapping[str, str | None]


@dataclass(frozen=True)
class Span:
    """The days on which a policy is in force, both in; None where the start is not known yet."""

    start: date | None
    end: date | None


@dataclass
class Pack:
    """
    A version of a policy: head, readings, clauses in document order, official text, hash of the file.

    Clauses are compiled on first use, once for each choice of the readings they depend on.
    """

    id: str
    file: str
    sha256: str
    head: schema.Head
    raw: Mapping[str, Block]
    facts: Mapping[str, Fact]
    readings: tuple[ReadingSpec, ...]
    text: str
    _mentions: dict[str, frozenset[str]] = field(default_factory=dict)
    _concerning: dict[str, tuple[ReadingSpec, ...]] = field(default_factory=dict)
    _compiled: dict[tuple[str, tuple[tuple[str, str | None], ...]], Compiled] = field(default_factory=dict)
    _recommended: dict[str, Compiled] = field(default_factory=dict)
    _letters: dict[str, dict[str, str | None]] = field(default_factory=dict)
    _terms: dict[tuple[str | None, ...], schema.Term] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the title of the policy."""
        return self.head.title

    @cached_property
    def version(self) -> str:
        """Return the name of the version, `xinxing.v1`."""
        return self.file.removesuffix(".yaml")

    @property
    def supersedes(self) -> str:
        """Return the version that this one takes the place of (取代), "" for a first version."""
        return self.head.replaces or ""

    @property
    def departments(self) -> tuple[str, ...]:
        """Return who interprets the policy."""
        return self.head.departments

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Return every item in document order."""
        names = {number: str(raw.get("名称")) for number, raw in self.raw.items()}
        return tuple(
            describe(
                self.compiled(number, {}),
                pool=self._pools.get(number),
                names=names,
                department="、".join(self.head.departments),
                readings=tuple(spec.id for spec in self.readings_of(number)),
            )
            for number in self.raw
        )

    @property
    def effective_from(self) -> date | None:
        """Return the first day in force under the recommended readings; None while 待定."""
        return self.span({}, None).start

    @property
    def effective_to(self) -> date | None:
        """Return the last day in force under the recommended readings; None while 待定."""
        return self.span({}, None).end

    def default_letters(self) -> dict[str, str | None]:
        """Return the recommended letter of every reading; None where the authority must choose."""
        return {reading.id: reading.recommended for reading in self.readings}

    def reading(self, reading_id: str) -> ReadingSpec:
        """Return one reading. Raises KeyError."""
        return self._readings[reading_id]

    def has_reading(self, reading_id: str) -> bool:
        """Say whether this version asks a question."""
        return reading_id in self._readings

    @cached_property
    def _readings(self) -> dict[str, ReadingSpec]:
        return {reading.id: reading for reading in self.readings}

    def readings_of(self, number: str) -> tuple[ReadingSpec, ...]:
        """Return every reading that concerns a clause, computed or decided on the case."""
        if number not in self._concerning:
            clause, computed = f"{self.id}-{number}", self.depends_on(number)
            self._concerning[number] = tuple(
                spec for spec in self.readings if spec.id in computed or clause in spec.clauses
            )
        return self._concerning[number]

    def letters_of(self, number: str, letters: Letters) -> dict[str, str | None]:
        """Return the letter in force of every reading that concerns a clause; for reading only."""
        usual = self._letters.get(number)
        if usual is None:
            usual = {spec.id: spec.recommended for spec in self.readings_of(number)}
            self._letters[number] = usual
        return {name: letters.get(name, letter) for name, letter in usual.items()} if letters else usual

    def depends_on(self, number: str) -> frozenset[str]:
        """Return the ids of the readings that a clause's computation depends on."""
        if number not in self._mentions:
            raw = self.raw[number]
            parts: list[Any] = [raw]
            if raw.get("计算") != "无" and raw.get("适用共同条件") != "否":
                parts += [self.head.gate, self.head.overlap]
            parts += [relation for relation in self.head.relations if number in _related(relation)]
            self._mentions[number] = frozenset(name for part in parts for name in readings.mentioned(part))
        return self._mentions[number]

    def compiled(self, number: str, letters: Letters) -> Compiled:
        """Return a clause under chosen letters (the recommended ones where none is given). Raises PackError."""
        if not letters:
            if number not in self._recommended:
                self._recommended[number] = self._chosen(number, {})
            return self._recommended[number]
        return self._chosen(number, letters)

    def _chosen(self, number: str, letters: Letters) -> Compiled:
        chosen = tuple(
            (name, letters.get(name, self._readings[name].recommended)) for name in sorted(self.depends_on(number))
        )
        found = self._compiled.get((number, chosen))
        if found is None:
            picked = dict(chosen)
            raw = self.raw[number]
            gated = raw.get("计算") != "无" and raw.get("适用共同条件") != "否"
            found = compile_clause(
                readings.resolve(raw, picked),
                policy=self.id,
                file=self.file,
                facts=self.facts,
                gate=readings.resolve(self.head.gate, picked) if gated else (),
                overlap=readings.resolve(self.head.overlap, picked) if gated else None,
                relations=readings.resolve(
                    Rows(relation for relation in self.head.relations if number in _related(relation)), picked
                ),
            )
            self._compiled[number, chosen] = found
        return found

    def variants(self, number: str) -> Iterator[Letters]:
        """
        Yield the choices of the readings that a clause depends on, two readings at a time, the rest as recommended.

        Packs nest one reading in another at most, so pairs show every entry that a choice can bring about; the
        product of all would be tens of thousands.
        """
        names = sorted(self.depends_on(number))
        options = {
            name: [*self._readings[name].options, *([None] if self._readings[name].mandatory else [])] for name in names
        }
        usual = {name: self._readings[name].recommended for name in names}
        seen = set()
        for pair in itertools.combinations(names, 2) if len(names) > 1 else [names]:
            for letters in itertools.product(*(options[name] for name in pair)):
                chosen = {**usual, **dict(zip(pair, letters, strict=True))}
                if tuple(chosen.values()) not in seen:
                    seen.add(tuple(chosen.values()))
                    yield chosen

    def span(self, letters: Letters, issued_on: date | None) -> Span:
        """Return first and last day in force; both None where the start counts from a day of issue not given."""
        term = self.term(letters)
        start = term.start
        if isinstance(start, int):
            if issued_on is None:
                return Span(None, None)
            start = issued_on + timedelta(days=start)
        if term.end is not None:
            return Span(start, term.end)
        assert term.years is not None, "a term has either years or an end"
        anniversary = _years_later(start, term.years)
        return Span(start, anniversary - timedelta(days=1) if term.last_day == "周年前一日" else anniversary)

    def term(self, letters: Letters) -> schema.Term:
        """Return the term under chosen letters."""
        chosen = {name: letters.get(name, self._readings[name].recommended) for name in self._term_readings}
        key = tuple(chosen.values())
        if key not in self._terms:
            raw = readings.resolve(self.head.term, chosen)
            try:
                self._terms[key] = schema.Term.model_validate(raw)
            except ValidationError as error:
                raise chinese_error(error, raw, self.file) from None
        return self._terms[key]

    @cached_property
    def _term_readings(self) -> tuple[str, ...]:
        return tuple(readings.mentioned(self.head.term))

    def sharing(self) -> Compiled | None:
        """Return the item by which awards are split among payers (分担), None where the text has none."""
        number = next((number for number, raw in self.raw.items() if raw.get("计算") == "分担"), None)
        return None if number is None else self.compiled(number, {})

    def pools(self) -> dict[str, schema.NoSum]:
        """Return the numbers of the clauses that draw on a yearly pool with the entry that sets it."""
        return self._pools

    @cached_property
    def _pools(self) -> dict[str, schema.NoSum]:
        found = {}
        for number in self.raw:
            model = self.compiled(number, {}).model
            if isinstance(model, schema.NoSum) and model.pool:
                found.update(dict.fromkeys(model.pool.clauses, model))
        return found


def _related(relation: Any) -> set[str]:
    """Return the numbers that a relation, or any reading of it, names under 就高."""
    found: set[str] = set()
    if isinstance(relation, Block):
        for key, child in relation.items():
            found |= _numbers(child) if key == "就高" else _related(child)
    return found


def _numbers(value: Any) -> set[str]:
    """Return the numbers of a list that may depend on a reading."""
    if isinstance(value, Block):
        return {number for key, child in value.items() if key != readings.KEY for number in _numbers(child)}
    return {str(number) for number in value}


def _years_later(day: date, years: int) -> date:
    """Return the anniversary; 29 February has it on 1 March where the year has no such day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass
class Library:
    """
    Everything the law room knows: the facts, the newest version of every policy, every version by name.

    `superseded` names the earlier versions of a policy, newest first; policies with one version are not in it.
    `chains` names all versions of every policy, oldest first; `folder` is where their files stand.
    """

    facts: Mapping[str, Fact]
    facts_by_chinese: Mapping[str, Fact]
    packs: Mapping[str, Pack]
    versions: Mapping[str, Pack]
    superseded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folder: Path = PACKS

    def pack(self, policy_id: str) -> Pack:
        """Return the newest version of a policy. Raises KeyError."""
        return self.packs[policy_id]

    def in_force(
        self, policy_id: str, on: date | None, letters: Letters | None = None, issued_on: date | None = None
    ) -> Pack:
        """
        Return the version of a policy in force on a day: the newest one that has started by then.

        Without a day it is the newest. A version whose start is 待定 counts by its place among the versions. Before
        the first version it is the first one, so that the refusal can name its term. Raises KeyError.
        """
        if on is None or policy_id not in self.superseded:
            return self.packs[policy_id]
        return self.latest(self.chains[policy_id], on, letters, issued_on)

    def latest(
        self, names: Sequence[str], on: date, letters: Letters | None = None, issued_on: date | None = None
    ) -> Pack:
        """
        Return the newest of some versions, named oldest first, that has started by a day; before all of them the first.

        Who puts versions into force one by one names those that count.
        """
        for name in reversed(names[1:]):
            pack = self.versions[name]
            start = pack.span(letters or {}, issued_on).start
            if start is None or start <= on:
                return pack
        return self.versions[names[0]]

    @cached_property
    def wholes(self) -> tuple[tuple[Fact, Fact], ...]:
        """Return the facts that are parts with the facts that are their wholes."""
        return tuple((fact, self.facts_by_chinese[fact.part_of]) for fact in self.facts.values() if fact.part_of)

    def locate(self, clause_id: str, on: date | None = None, version: str = "") -> tuple[Pack, str]:
        """
        Return the pack and the number of a clause such as `xinxing-3`. Raises KeyError.

        The version is the one named, or the one in force on a day, or the newest.
        """
        policy, _, number = clause_id.partition("-")
        pack = self.versions[version] if version else self.in_force(policy, on)
        if pack.id != policy or number not in pack.raw:
            raise KeyError(clause_id)
        return pack, number

    def knows(self, clause_id: str) -> bool:
        """Say whether any version of a policy has this clause; earlier awards may stand under a superseded one."""
        policy, _, number = clause_id.partition("-")
        if policy not in self.chains:
            return False
        earlier = self.superseded.get(policy, ())  # first: the newest file may not be in force, and is then not read
        return any(number in self.versions[name].raw for name in earlier) or number in self.packs[policy].raw

    def name_of(self, clause_id: str) -> str:
        """Return the name of a clause in the first version that has it. Raises KeyError."""
        policy, _, number = clause_id.partition("-")
        for version in self.chains.get(policy, ()):
            if number in self.versions[version].raw:
                return str(self.versions[version].raw[number].get("名称"))
        raise KeyError(clause_id)

    def clause(self, clause_id: str, on: date | None = None, version: str = "") -> Clause:
        """Return one clause, of the version named, or in force on a day, or the newest. Raises KeyError."""
        pack, number = self.locate(clause_id, on, version)
        return next(clause for clause in pack.clauses if clause.number == number)
