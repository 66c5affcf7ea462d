"""What a claim under a clause asks for: fields with words and limits, and the evidence that proves them. Plain data."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rules import facts as fact_module
from rules import ledger, source
from rules.facts import Fact
from rules.ledger import LedgerEntry
from rules.pack import Library
from rules.source import PACKS, Block, PackError, line_of


@dataclass(frozen=True)
class Field:
    """
    One question of a form.

    `condition` is the Chinese condition it serves, "" where it only enters the sum; `slots` are the kinds of
    evidence that prove it; `by_officer` marks what only an officer states. A structured field of evidence has neither.
    """

    name: str
    label: str
    question: str
    help: str
    kind: str
    unit: str
    places: int
    minimum: str | None
    maximum: str | None
    choices: tuple[tuple[str, str], ...]
    required: bool
    count: int | None
    condition: str
    slots: tuple[str, ...]
    by_officer: bool
    pattern: str
    pattern_help: str
    multiple: bool
    fact: Fact


@dataclass(frozen=True)
class Slot:
    """
    One kind of evidence: `facts` are the English names of what it proves, `fields` what is typed from it.

    `ledger` says by which numbers it is known in the ledger of papers; empty where a paper may be shown again. A claim
    may be taken in while a `secondary` one is still to come by a promised day (容缺受理).
    """

    kind: str
    label: str
    help: str
    required: bool
    facts: tuple[str, ...]
    fields: tuple[Field, ...]
    ledger: tuple[LedgerEntry, ...] = ()
    secondary: bool = False


def field_of(fact: Fact, *, condition: str = "", slots: tuple[str, ...] = ()) -> Field:
    """Return the form field of a fact."""
    return Field(
        name=fact.name,
        label=fact.label,
        question=fact.question or fact.label,
        help=fact.help,
        kind=fact.kind,
        unit=fact.unit,
        places=fact.places,
        minimum=None if fact.minimum is None else str(fact.minimum),
        maximum=None if fact.maximum is None else str(fact.maximum),
        choices=fact.choices,
        required=fact.required and not fact.by_officer,
        count=fact.count,
        condition=condition,
        slots=slots,
        by_officer=fact.by_officer,
        pattern=fact.pattern,
        pattern_help=fact.pattern_help,
        multiple=fact.multiple,
        fact=fact,
    )


def fields(
    library: Library,
    clause_id: str,
    settings: Mapping[str, str] | None = None,
    *,
    on: date | None = None,
    version: str = "",
) -> tuple[Field, ...]:
    """Return what a form of a clause asks under the readings in force. Raises KeyError for an unknown clause."""
    pack, number = library.locate(clause_id, on, version)
    compiled = pack.compiled(number, settings or {})
    conditions: dict[str, list[str]] = {}
    for node in compiled.conditions:
        for leaf in node.leaves():
            texts = conditions.setdefault(leaf.fact.name, [])
            if node.text() not in texts:
                texts.append(node.text())
    slots = evidence(library, clause_id, on=on, version=version)
    return tuple(
        field_of(
            fact,
            condition="；".join(conditions.get(fact.name, ())),
            slots=tuple(slot.kind for slot in slots if fact.name in slot.facts),
        )
        for fact in compiled.facts()
    )


def evidence(library: Library, clause_id: str, *, on: date | None = None, version: str = "") -> tuple[Slot, ...]:
    """Return the evidence that a clause demands, required kinds first. Raises KeyError for an unknown clause."""
    pack, number = library.locate(clause_id, on, version)
    compiled = pack.compiled(number, {})
    asked = {fact.name for fact in compiled.facts()}
    kinds = evidence_kinds()
    model = compiled.model
    rows = [(name, True) for name in model.evidence] + [(name, False) for name in model.optional_evidence]
    slots = []
    for name, required in rows:
        kind = kinds[name]
        proved = tuple(fact.name for fact in kind.proves if fact.name in asked)
        slots.append(Slot(kind.key, kind.label, kind.help, required, proved, kind.fields, kind.ledger, kind.secondary))
    return tuple(slots)


@dataclass(frozen=True)
class EvidenceKind:
    """One entry of `packs/evidence.yaml`."""

    key: str
    label: str
    help: str
    proves: tuple[Fact, ...]
    fields: tuple[Field, ...]
    ledger: tuple[LedgerEntry, ...]
    secondary: bool = False


@functools.cache
def evidence_kinds(folder: Path = PACKS) -> Mapping[str, EvidenceKind]:
    """Return the kinds of evidence by their Chinese name. Raises PackError."""
    from_file = source.read(folder / "evidence.yaml")[0]
    known = _facts(folder)
    kinds = {str(name): _kind(str(name), block, known) for name, block in from_file.items()}
    keys = [kind.key for kind in kinds.values()]
    double = next((key for key in keys if keys.count(key) > 1), None)
    if double:
        raise PackError("evidence.yaml", None, f"键“{double}”重复出现")
    return kinds


@functools.cache
def _facts(folder: Path) -> Mapping[str, Fact]:
    document, _ = source.read(folder / "facts.yaml")
    return {str(name): fact_module.build(name, block, "facts.yaml") for name, block in document.items()}


def _kind(name: str, block: Any, known: Mapping[str, Fact]) -> EvidenceKind:
    def fail(message: str, at: Any = None) -> PackError:
        return PackError("evidence.yaml", line_of(at) or line_of(block), f"材料“{name}”：{message}")

    if not isinstance(block, Block):
        raise fail("应写成“键、名称……”的一组")
    for key in block:
        if key not in ("键", "名称", "说明", "次要", "证明", "字段", "台账"):
            raise fail(f"不认识的键“{key}”", key)
    for key in ("键", "名称", "证明", "字段"):
        if key not in block:
            raise fail(f"缺少“{key}”")
    unknown = next((fact for fact in block["证明"] if fact not in known), None)
    if unknown:
        raise fail(f"“{unknown}”不在事实词典内", unknown)
    if block.get("次要", "否") not in ("是", "否"):
        raise fail("“次要”只能写“是”或“否”", block["次要"])
    built = {str(key): fact_module.build(str(key), field, "evidence.yaml") for key, field in block["字段"].items()}
    proves = tuple(known[fact] for fact in block["证明"])
    return EvidenceKind(
        key=str(block["键"]),
        label=str(block["名称"]),
        help=str(block.get("说明", "")),
        proves=proves,
        fields=tuple(field_of(fact) for fact in built.values()),
        ledger=ledger.entries(block["台账"], built, proves, known, "evidence.yaml") if "台账" in block else (),
        secondary=block.get("次要") == "是",
    )


@functools.cache
def papers() -> Mapping[str, EvidenceKind]:
    """Return every kind of evidence by its key, as cases store it."""
    return {kind.key: kind for kind in evidence_kinds().values()}


def unproved(library: Library, clause_id: str) -> tuple[str, ...]:
    """Return the labels of facts of a clause that no demanded evidence proves; for the check of a pack."""
    return tuple(field.label for field in fields(library, clause_id) if not field.slots and not field.by_officer)
