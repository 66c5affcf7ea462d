"""Packs and the library: what a policy says, by clause, as other rooms read it."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rules import facts as fact_module
from rules import readings, schema, source, units
from rules.clause import Compiled, chinese_error, compile_clause
from rules.facts import Fact
from rules.readings import ReadingSpec
from rules.source import Block, PackError, Rows, line_of

HERE = Path(__file__).parent
PACKS = HERE / "packs"
Letters = Mapping[str, str | None]

MONETARY = frozenset(["定额", "比例", "分档", "单价", "查表", "核定", "贴息", "兑付"])


@dataclass(frozen=True)
class Clause:
    """One item of a policy as pages show it, under the recommended readings."""

    id: str
    number: str
    name: str
    article: str
    text: str
    texts: tuple[str, ...]
    monetary: bool
    calculation: str
    ceiling: bool
    subject: str
    who: str
    conditions_text: tuple[str, ...]
    how_text: tuple[str, ...]
    department: str
    guide: str
    when: str
    once: str
    yearly: bool
    pool: str
    quota: int | None
    readings: tuple[str, ...]


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
        return tuple(self._describe(number) for number in self.raw)

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

    def _describe(self, number: str) -> Clause:
        compiled = self.compiled(number, {})
        model = compiled.model
        once = getattr(model, "once", None) or ""
        caps = getattr(model, "caps", ())
        pool = self._pools.get(number)
        return Clause(
            id=compiled.id,
            number=number,
            name=model.name,
            article=model.article,
            text="\n".join(model.text),
            texts=model.text,
            monetary=model.kind in MONETARY,
            calculation=model.kind,
            ceiling=compiled.ceiling,
            subject=model.subject,
            who=model.who,
            conditions_text=tuple(_unique(node.text() for node in compiled.conditions)),
            how_text=tuple(how_text(compiled, pool, {key: str(raw.get("名称")) for key, raw in self.raw.items()})),
            department=model.department or "、".join(self.head.departments),
            guide=model.guide,
            when=model.when,
            once=once,
            yearly="每年" in once or any("每年" in (cap.scope or "") for cap in caps) or pool is not None,
            pool=f"{self.id}-{pool.number}" if pool else "",
            quota=model.yearly_quota,
            readings=tuple(spec.id for spec in self.readings_of(number)),
        )


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


def _unique(rows: Iterator[str]) -> dict[str, None]:
    return dict.fromkeys(rows)


def _years_later(day: date, years: int) -> date:
    """Return the anniversary; 29 February has it on 1 March where the year has no such day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


_SCOPE_WORDS = {
    "主体累计": "同一单位累计",
    "主体每年": "同一单位每年",
    "对象累计": "同一{subject}累计",
    "对象每年": "同一{subject}每年",
}


def scope_words(scope: str | None, subject: str) -> str:
    """Return the words for what a cap or a once-only right attaches to."""
    return _SCOPE_WORDS[scope].format(subject=subject) if scope else "每笔"


def how_text(compiled: Compiled, pool: schema.NoSum | None, names: Mapping[str, str]) -> list[str]:
    """Return the sentences that say how the sum follows from the facts; `names` are the clauses' names by number."""
    model = compiled.model
    if model.kind == "一事一议":
        return ["按“一事一议”原则由主管部门研究确定，本条款没有固定的计算标准。"]
    if model.kind == "转致":
        return ["按照相关政策或上级到位资金的标准执行，不在本平台测算金额。"]
    if model.kind == "分担":
        return ["奖补资金由市、县按照财政体制分担。"]
    if compiled.formula is None:
        return ["本条不直接给予奖补资金。"]
    rows = compiled.formula.how()
    for cap in model.caps:
        words = scope_words(cap.scope, model.subject)
        joint = f"（{_listed(cap.shared, names)}合并计算）" if cap.shared else ""
        rows.append(f"{words}最高 {units.short_yuan(cap.amount)}{joint}。")
    if model.ladder:
        whose = "同一单位" if model.ladder == "主体" else f"同一{model.subject}"
        rows.append(f"按晋级补差原则，减去{whose}此前按本条款已获的奖补。")
    if model.first:
        rows.append("以前年度已经达到的档次不算“首次达到”，不再给予。")
    if model.once and getattr(model, "each_once", False):
        rows.append(f"每个{model.subject}只奖励一次。")
    elif model.once:
        rows.append(f"{scope_words(model.once, model.subject).replace('累计', '')}只给予一次。")
    for relation in compiled.relations:
        rows.append(f"{_listed(relation.clauses, names)}之间按就高不重复原则执行。")
    if compiled.overlap:
        rows.append("与本市各级其他同类政策重叠的，按“从优、就高、不重复”原则执行。")
    if model.instalments:
        shares = "、".join(f"{units.plain_decimal(share)}%" for share in model.instalments)
        rows.append(f"分 {len(model.instalments)} 期拨付，比例依次为 {shares}。")
    if model.instalment_count:
        rows.append(f"分 {model.instalment_count} 期拨付，各期金额由主管部门确定。")
    if pool and pool.pool:
        amount = f"（{units.short_yuan(pool.pool.amount)}）" if pool.pool.amount else ""
        rows.append(f"受年度总额{amount}限制，余额不足的按余额给予。")
    if compiled.ceiling:
        rows.append("计算结果为上限，由主管部门在上限以内核定。")
    elif model.kind == "比例":
        rows.append("计算结果四舍五入到分。")
    return rows


def _listed(numbers: Iterable[str], names: Mapping[str, str]) -> str:
    return "、".join(f"“{names.get(number, number)}”" for number in numbers)


@dataclass
class Library:
    """
    Everything the law room knows: the facts, the newest version of every policy, every version by name.

    `superseded` names the earlier versions of a policy, newest first; policies with one version are not in it.
    """

    facts: Mapping[str, Fact]
    facts_by_chinese: Mapping[str, Fact]
    packs: Mapping[str, Pack]
    versions: Mapping[str, Pack]
    superseded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
        pack = self.packs[policy_id]
        if on is None or policy_id not in self.superseded:
            return pack
        for name in self.superseded[policy_id]:
            start = pack.span(letters or {}, issued_on).start
            if start is None or start <= on:
                break
            pack = self.versions[name]
        return pack

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
        if policy not in self.packs:
            return False
        return number in self.packs[policy].raw or any(
            number in self.versions[name].raw for name in self.superseded.get(policy, ())
        )

    def clause(self, clause_id: str) -> Clause:
        """Return one clause of the newest version. Raises KeyError."""
        pack, number = self.locate(clause_id)
        return next(clause for clause in pack.clauses if clause.number == number)


def read_facts(path: Path = PACKS / "facts.yaml") -> dict[str, Fact]:
    """Return the dictionary of facts by Chinese name. Raises PackError."""
    document, _ = source.read(path)
    facts = {str(name): fact_module.build(name, block, path.name) for name, block in document.items()}
    seen: dict[str, str] = {}
    for name, fact in facts.items():
        if fact.name in seen:
            raise PackError(path.name, line_of(document[name]), f"列“{fact.name}”已用于“{seen[fact.name]}”")
        seen[fact.name] = name
        if fact.part_of and fact.part_of not in facts:
            raise PackError(path.name, line_of(document[name]), f"“不大于事实”中的“{fact.part_of}”不在词典内")
    return facts


def read_pack(path: Path, facts: Mapping[str, Fact]) -> Pack:
    """Return the pack in a file; clauses are compiled later, on use or by the check. Raises PackError."""
    document, data = source.read(path)
    try:
        head = schema.Head.model_validate(document)
    except ValidationError as error:
        raise chinese_error(error, document, path.name) from None
    raw: dict[str, Block] = {}
    for block in head.clauses if isinstance(head.clauses, list) else ():
        if not isinstance(block, Block) or "编号" not in block:
            raise PackError(path.name, line_of(block) or line_of(head.clauses), "条款缺少“编号”")
        number = str(block["编号"])
        if number in raw:
            raise PackError(path.name, line_of(block["编号"]), f"编号“{number}”重复出现")
        raw[number] = block
    if not raw:
        raise PackError(path.name, line_of(head.clauses), "“条款”应为一列条款")
    text_path = (path.parent.parent / head.source).resolve()
    if not text_path.is_relative_to(path.parent.parent.resolve()) or not text_path.is_file():
        raise PackError(path.name, line_of(document["来源"]), f"找不到政策原文“{head.source}”")
    return Pack(
        id=head.policy,
        file=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        head=head,
        raw=raw,
        facts={name: _in_place(fact, head.place) for name, fact in facts.items()},
        readings=_reading_specs(document, head, path.name),
        text=text_path.read_text(encoding="utf-8"),
    )


def _in_place(fact: Fact, place: str) -> Fact:
    """Return a fact with the name of the place where its words speak of the place of the policy."""
    words = {key: getattr(fact, key).replace("政策所在地", place) for key in ("label", "question", "help")}
    return replace(fact, **words)


def _reading_specs(document: Block, head: schema.Head, file: str) -> tuple[ReadingSpec, ...]:
    used = readings.mentioned(document)
    known = {reading.id: reading for reading in head.readings}
    for name, letters in used.items():
        if name not in known:
            raise PackError(file, line_of(letters[readings.KEY]), f"口径“{name}”没有在“口径”一节中说明")
        for letter, where in letters.items():
            if letter not in known[name].options and letter not in (readings.KEY, "未定"):
                raise PackError(file, line_of(where), f"口径“{name}”没有选项“{letter}”")
    return tuple(
        ReadingSpec(
            id=reading.id,
            question=reading.question,
            options=reading.options,
            recommended=reading.recommended,
            clauses=tuple(f"{head.policy}-{number}" for number in reading.clauses),
            reason=reading.reason,
            computed=reading.id in used,
            by_case=reading.by_case,
        )
        for reading in head.readings
    )
