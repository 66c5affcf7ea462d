"""
The ledger of papers (材料台账) as the law sees it: how a paper is known, what it is used for, who may share it.

Source: `台账` of the kinds in `packs/evidence.yaml`. The numbers, and what was used of them, are kept by the case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rules import schema
from rules.clause import chinese_error
from rules.facts import Fact
from rules.pack import Library
from rules.source import PackError, line_of

EVERY = "各条"
LADDER = "晋级"  # stands among 再用 for every clause with 晋级补差
APPLICANT = "申报单位"  # stands among 归属 for the name of who claims
_ENTRY: TypeAdapter[schema.Ledger] = TypeAdapter(schema.Ledger)


@dataclass(frozen=True)
class LedgerEntry:
    """
    How one kind of paper is known in the ledger; field names are those of its structured fields.

    `kind` and the number (with what `scope` names) are the identity of the real thing; with a period, of each month or
    day of it. `total` is "" for what only proves. `unit` is the unit of the total as people read it, 元 or 千瓦时.
    """

    kind: str
    name: str
    number: str
    multiple: bool
    scope: tuple[str, ...]
    by_applicant: bool
    period: tuple[str, str] | None
    daily: bool
    total: str
    unit: str
    bases: frozenset[str]
    per_object: bool
    again: frozenset[str]
    sides: Mapping[str, str]
    groups: tuple[frozenset[str], ...]
    for_every_clause: bool
    near: bool

    def side_of(self, clause_id: str) -> str:
        """Return the side on which a clause counts the amount of this paper, "" for the common one."""
        return self.sides.get(clause_id, "")

    def shared_by(self, one: str, other: str) -> bool:
        """Say whether two different clauses may both stand on the same paper of one applicant."""
        return self.for_every_clause or any({one, other} <= group for group in self.groups)

    def shown_again(self, clause_id: str, ladder: str) -> bool:
        """Say whether a later claim of one applicant under a clause may show this paper for the same object."""
        return clause_id in self.again or (LADDER in self.again and bool(ladder))

    def clauses(self) -> frozenset[str]:
        """Return every clause that 分组, 共用 and 再用 name, for the check of the file."""
        return frozenset(self.sides) | (self.again - {LADDER}) | frozenset[str]().union(*self.groups)


def entries(
    block: Any, fields: Mapping[str, Fact], proves: tuple[Fact, ...], known: Mapping[str, Fact], file: str
) -> tuple[LedgerEntry, ...]:
    """
    Return the entries of one kind of evidence: `台账` is one block or a list of them. Raises PackError with the line.

    `fields` are its structured fields by their Chinese name, `proves` the facts it proves, which are its 基数 where
    nothing else is written and they are of the kind of its 总量; `known` is the dictionary.
    """
    rows = block if isinstance(block, list) else [block]
    return tuple(_entry(row, fields, proves, known, file) for row in rows)


def _entry(
    row: Any, fields: Mapping[str, Fact], proves: tuple[Fact, ...], known: Mapping[str, Fact], file: str
) -> LedgerEntry:
    try:
        model = _ENTRY.validate_python(row)
    except ValidationError as error:
        raise chinese_error(error, row, file) from None

    def field(name: str, kinds: tuple[str, ...], key: str) -> Fact:
        if name not in fields:
            raise PackError(file, _line(row, key), f"台账的“{key}”：“{name}”不在字段内")
        if fields[name].kind not in kinds:
            raise PackError(file, _line(row, key), f"台账的“{key}”：“{name}”的类型不对")
        return fields[name]

    number = field(model.number, ("text",), "编号")
    scope = tuple(field(n, ("text", "integer"), "归属").name for n in model.scope if n != APPLICANT)
    period = None
    if model.period:
        first, last = (field(name, ("date",), "期间").name for name in (model.period.first, model.period.last))
        period = (first, last)
    total = field(model.total, ("money", "decimal"), "总量") if model.total else None
    bases = _bases(row, model, total, proves, known, file) if total else ()
    return LedgerEntry(
        kind=str(model.kind),
        name=str(model.name),
        number=number.name,
        multiple=number.multiple,
        scope=scope,
        by_applicant=APPLICANT in model.scope,
        period=period,
        daily=model.period is not None and model.period.each == "日",
        total=total.name if total else "",
        unit=total.unit if total else "",
        bases=frozenset(fact.name for fact in bases),
        per_object=model.once == "条款和对象",
        again=frozenset(model.again),
        sides={clause: side for side, clauses in model.sides.items() for clause in clauses},
        groups=() if model.shared == EVERY else tuple(frozenset(group) for group in model.shared),
        for_every_clause=model.shared == EVERY,
        near=model.near,
    )


def _bases(
    row: Any, model: schema.Ledger, total: Fact, proves: tuple[Fact, ...], known: Mapping[str, Fact], file: str
) -> tuple[Fact, ...]:
    """Return the facts whose amount the paper carries."""
    if not model.bases:
        return tuple(fact for fact in proves if (fact.kind, fact.unit) == (total.kind, total.unit))
    for name in model.bases:
        if name not in known:
            raise PackError(file, _line(row, "基数"), f"“{name}”不在事实词典内")
        if (known[name].kind, known[name].unit) != (total.kind, total.unit):
            raise PackError(file, _line(row, "基数"), f"“{name}”与“{model.total}”不是同一类型")
    return tuple(known[name] for name in model.bases)


def _line(row: Any, key: str) -> int | None:
    return next((line_of(name) for name in row if name == key), None) or line_of(row)


@dataclass(frozen=True)
class Basis:
    """What the sum of a claim rests on: the facts of its base, and whose ladder it climbs (主体, 对象 or "")."""

    facts: tuple[str, ...]
    ladder: str


def basis(
    library: Library, clause_id: str, settings: Mapping[str, str], facts: Mapping[str, Any], *, version: str = ""
) -> Basis:
    """Return what the sum of a claim rests on under the readings in force. Raises KeyError for an unknown clause."""
    pack, number = library.locate(clause_id, version=version)
    compiled = pack.compiled(number, settings)
    if compiled.formula is None:
        return Basis((), "")
    bases = tuple(fact.name for fact in compiled.formula.bases(facts))
    return Basis(bases, getattr(compiled.model, "ladder", None) or "")


def unknown_clauses(kinds: Mapping[str, Any], library: Library) -> list[str]:
    """Return the clauses that 台账 names under a policy of the library which has no such clause."""
    named = {clause for kind in kinds.values() for entry in kind.ledger for clause in entry.clauses()}
    return sorted(clause for clause in named if clause.partition("-")[0] in library.packs and not library.knows(clause))
