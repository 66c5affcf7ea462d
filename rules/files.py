"""Files of the law: the dictionary of facts and the versions of policies, read and checked as a whole."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from rules import facts as fact_module
from rules import readings, schema, source
from rules.clause import chinese_error
from rules.facts import Fact
from rules.pack import Pack
from rules.readings import ReadingSpec
from rules.source import PACKS, Block, PackError, line_of


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
