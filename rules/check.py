"""
The check of packs: `python -m rules.check`, for CI and for the page of the policy manager.

It compiles every clause under every reading, runs the 算例, asks that they cover thresholds, caps, conditions,
missing facts and earlier awards, compares 原文 with the official text, and compares locked files with their hashes.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rules import examples, forms, judging, ledger, readings, versions
from rules.clause import Compiled
from rules.conditions import AnyOf, Comparison
from rules.description import MONETARY
from rules.examples import Example
from rules.library import pack_files, read_library
from rules.pack import Library, Pack
from rules.source import PACKS, PackError, Rows, line_of
from rules.verdict import Verdict

_AMOUNT = re.compile(r"[0-9０-９][0-9０-９.,．，]*\s*(?:[万亿]?\s*元|[%％])")


@dataclass(frozen=True)
class Report:
    """What was checked and what is wrong; `problems` are Chinese sentences with file and line."""

    packs: int
    clauses: int
    variants: int
    examples: int
    problems: tuple[str, ...]


def run(folder: Path = PACKS) -> Report:
    """Check every pack of a folder."""
    try:
        library = _library(folder)
    except PackError as error:
        return Report(0, 0, 0, 0, (str(error),))
    changed = tuple(f"{name}：{versions.CHANGED}" for name in versions.changed(folder))
    parts = [_one(path.name.removesuffix(".yaml"), library) for path in pack_files(folder)]
    # a pack that cannot be read has said so itself
    unknown = () if any(part.problems for part in parts) else _unknown_clauses(folder, library)
    return Report(
        packs=len(parts),
        clauses=sum(part.clauses for part in parts),
        variants=sum(part.variants for part in parts),
        examples=sum(part.examples for part in parts),
        problems=(*changed, *(problem for part in parts for problem in part.problems), *unknown),
    )


def _unknown_clauses(folder: Path, library: Library) -> tuple[str, ...]:
    """Return a sentence for each clause that the ledger of papers names and no pack has."""
    unknown = ledger.unknown_clauses(forms.evidence_kinds(folder), library)
    return tuple(f"evidence.yaml：台账所列条款“{clause}”不在政策包内" for clause in unknown)


def of_version(name: str, folder: Path = PACKS) -> Report:
    """Check one version (`xinxing.v2`): its file and text against the lock, its place in the chain, its content."""
    try:
        library = _library(folder)
    except PackError as error:
        return Report(0, 0, 0, 0, (str(error),))
    report = _one(name, library)
    own = {f"{name}.yaml"}
    if report.clauses:
        own.add(library.versions[name].head.source)
    changed = (f"{file}：{versions.CHANGED}" for file in versions.changed(folder) if file in own)
    return replace(report, problems=(*changed, *report.problems))


def fingerprint(folder: Path = PACKS) -> str:
    """Return a hash of everything a check reads, so that its report can be kept until something changes."""
    found = hashlib.sha256()
    for path in sorted([*folder.iterdir(), *(folder.parent / "texts").iterdir()]):
        if path.is_file():
            found.update(f"{path.name}:{versions.digest(path)}\n".encode())
    return found.hexdigest()


def _library(folder: Path) -> Library:
    library = read_library(folder, locked={})
    forms.evidence_kinds(folder)
    return library


def _one(name: str, library: Library) -> Report:
    problems: list[str] = []
    counts = {"clauses": 0, "variants": 0, "examples": 0}
    try:
        pack = library.versions[name]
        problems += _succession(pack, library)
        problems += _check_pack(pack, library, counts, library.folder)
    except PackError as error:
        problems.append(str(error))
    return Report(1, counts["clauses"], counts["variants"], counts["examples"], tuple(problems))


def _succession(pack: Pack, library: Library) -> Iterator[str]:
    """Yield what is wrong with the place of a version in the chain of its policy."""
    policy = [library.packs[pack.id].version, *library.superseded.get(pack.id, ())]
    before = policy[policy.index(pack.version) + 1 :][:1]
    if pack.supersedes != "".join(before):
        expected = f"“取代: {before[0]}”" if before else "不写“取代”（这是第一个版本）"
        yield f"{pack.file}：“取代”写的是“{pack.supersedes}”，应{'写' if before else ''}{expected}"
        return
    if not before:
        return
    earlier = library.versions[before[0]]
    start = pack.effective_from
    if start is None:
        yield f"{pack.file}：修订版本的“施行”应写明日期"
    elif earlier.effective_from is not None and start <= earlier.effective_from:
        yield f"{pack.file}：“施行”应晚于所取代的 {earlier.version}（{earlier.effective_from}）"


def _check_pack(pack: Pack, library: Library, counts: dict[str, int], folder: Path) -> Iterator[str]:
    for number in pack.raw:
        counts["clauses"] += 1
        for letters in pack.variants(number):
            pack.compiled(number, letters)
            counts["variants"] += 1
    yield from _texts(pack)
    yield from _evidence(pack, folder)
    shown: set[tuple[str, str]] = set()
    for number in pack.raw:
        yield from _examples(pack, number, library, counts, shown)
    for name in readings.mentioned(Rows([pack.head.gate, pack.head.overlap, pack.head.relations])):
        spec = pack.reading(name)
        for letter in spec.options:
            if letter not in (spec.recommended, *spec.by_case) and (name, letter) not in shown:
                yield f"{pack.file}：没有口径 {name} 取 {letter} 的算例"


def _at(pack: Pack, number: str) -> str:
    return f"{pack.file} 第{line_of(pack.raw[number])}行：条款 {number}"


# ── 原文 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _texts(pack: Pack) -> Iterator[str]:
    covered = bytearray(len(pack.text))
    for number in pack.raw:
        model = pack.compiled(number, {}).model
        for text in model.text:
            if text not in pack.text:
                yield f"{_at(pack, number)}的原文“{text[:20]}……”与官方文本不一致"
            _cover(covered, pack.text, text)
        nodes = (node for letters in pack.variants(number) for node in pack.compiled(number, letters).conditions)
        for quote in dict.fromkeys(leaf.quote for node in nodes for leaf in node.leaves()):
            if quote not in pack.text:
                yield f"{_at(pack, number)}的引语“{quote}”不在官方文本中"
    for text in pack.head.not_encoded:
        if text not in pack.text:
            yield f"{pack.file}：未编码的“{text[:20]}……”与官方文本不一致"
        _cover(covered, pack.text, text)
    for match in _AMOUNT.finditer(pack.text):
        if not covered[match.start()]:
            around = pack.text[max(0, match.start() - 15) : match.end() + 5].replace("\n", " ")
            yield f"{pack.file}：官方文本中的“{around}”没有任何条款引用，也没有列入“未编码”"


def _cover(covered: bytearray, whole: str, part: str) -> None:
    start = whole.find(part)
    while start >= 0:
        covered[start : start + len(part)] = b"\x01" * len(part)
        start = whole.find(part, start + 1)


# ── 材料 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _evidence(pack: Pack, folder: Path) -> Iterator[str]:
    kinds = forms.evidence_kinds(folder)
    for number in pack.raw:
        compiled = pack.compiled(number, {})
        names = (*compiled.model.evidence, *compiled.model.optional_evidence)
        for name in names:
            if name not in kinds:
                yield f"{_at(pack, number)}要求的材料“{name}”不在材料种类之内"
        if compiled.model.kind not in MONETARY:
            continue
        proved = {fact.name for name in names if name in kinds for fact in kinds[name].proves}
        for fact in compiled.facts():
            if fact.name not in proved and not fact.by_officer:
                yield f"{_at(pack, number)}的“{fact.label}”没有材料可以证明"
        # What may come later (容缺) never stands alone behind a sum: the amount would rest on a promise.
        firm = [kinds[name] for name in names if name in kinds and not kinds[name].secondary]
        primary = {fact.name for kind in firm for fact in kind.proves}
        for fact in compiled.formula.facts if compiled.formula else ():
            if fact.name in proved - primary:
                yield f"{_at(pack, number)}的金额依据“{fact.label}”只有次要材料可以证明"


# ── 算例 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _examples(
    pack: Pack, number: str, library: Library, counts: dict[str, int], shown: set[tuple[str, str]]
) -> Iterator[str]:
    ran: list[tuple[Example, Verdict]] = []
    for example in examples.of_clause(pack, number):
        counts["examples"] += 1
        verdict = judging.judge({**example.case, "pack_version": pack.version}, library)
        ran.append((example, verdict))
        wrong = examples.difference(example, verdict)
        if wrong:
            yield f"{pack.file} 第{example.line}行：条款 {number} 算例“{example.name}”：{wrong}"
    if not ran:
        yield f"{_at(pack, number)}没有算例"
        return
    used = {(name, letter) for example, _ in ran for name, letter in example.case.get("settings", {}).items()}
    shown |= used
    yield from (f"{_at(pack, number)}{gap}" for gap in _gaps(pack, number, ran, used))


def _gaps(pack: Pack, number: str, ran: list[tuple[Example, Verdict]], used: set[tuple[str, str]]) -> Iterator[str]:
    """Yield what the examples of a clause do not show."""
    compiled = pack.compiled(number, {})
    model = compiled.model
    blocked = {verdict.blocked_by for _, verdict in ran}
    if model.kind == "无":
        return
    for node in compiled.conditions:
        names = [leaf.name for leaf in node.leaves()]
        shown = [name for name in names if f"condition:{name}" in blocked]
        if not (shown if isinstance(node, AnyOf) else set(shown) == set(names)):
            yield f"没有不符合“{node.text()}”的算例"
    if not any(str(reason).startswith("missing_fact:") for reason in blocked):
        yield "没有“待补”的算例"
    yield from _threshold_gaps(compiled, ran)
    for name in sorted(readings.mentioned(pack.raw[number])):
        spec = pack.reading(name)
        for letter in spec.options:
            if letter != spec.recommended and (name, letter) not in used and _differs(pack, number, name, letter):
                yield f"没有口径 {name} 取 {letter} 的算例"
    if model.kind not in MONETARY:
        return
    if not any(verdict.eligible and verdict.amount_fen for _, verdict in ran):
        yield "没有应给予金额的算例"
    limited = model.once or model.ladder or compiled.relations or any(cap.scope for cap in model.caps)
    if limited and not any(example.case.get("history") for example, _ in ran):
        yield "没有说明以往奖补如何影响的算例"
    sums = {verdict.amount_fen for _, verdict in ran}
    for cap in model.caps:
        if cap.amount not in sums and "cap_used" not in blocked:
            yield "没有达到封顶的算例"


def _differs(pack: Pack, number: str, name: str, letter: str) -> bool:
    """Say whether a letter makes the clause read differently from the recommended one."""
    spec = pack.reading(name)
    other = pack.compiled(number, {name: letter})
    base = pack.compiled(number, {name: spec.recommended})
    return _shape(other) != _shape(base)


def _shape(compiled: Compiled) -> tuple[object, ...]:
    texts = tuple(node.text() for node in compiled.conditions)
    return (texts, compiled.model, compiled.relations, compiled.overlap)


def _threshold_gaps(compiled: Compiled, ran: list[tuple[Example, Verdict]]) -> Iterator[str]:
    lines = [leaf for node in compiled.conditions for leaf in node.leaves()]
    lines += compiled.formula.comparisons if compiled.formula else ()
    for line in lines:
        if line.operator in ("≥", "≤", ">", "<") and not _met_exactly(line, ran):
            yield f"没有恰好等于“{line.fact.label} {line.written}”的算例"


def _met_exactly(line: Comparison, ran: list[tuple[Example, Verdict]]) -> bool:
    for example, _ in ran:
        places = [example.case["facts"], *example.case.get("facts_by_clause", {}).values()]
        for stated in places:
            if line.name in stated and examples.engine_value(line.fact, stated[line.name]) == line.threshold:
                return True
    return False


# ── Command ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def report_lines(report: Report) -> list[str]:
    """Return the report for a terminal, in Chinese."""
    clauses = f"条款 {report.clauses} 条（各口径组合 {report.variants} 种）"
    head = f"检查政策包 {report.packs} 个、{clauses}、算例 {report.examples} 个："
    return [head + ("全部通过。" if not report.problems else f"发现 {len(report.problems)} 个问题。"), *report.problems]


def main(arguments: list[str] | None = None) -> int:
    """Run the check, or write hashes into the lock; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m rules.check", description="检查政策包。")
    parser.add_argument("--folder", type=Path, default=PACKS, help="政策包所在目录")
    parser.add_argument(
        "--lock", nargs="*", metavar="文件", help="把这些文件（不写则为全部版本和官方文本）的散列值写入 lock.json"
    )
    options = parser.parse_args(arguments)
    if options.lock is not None:
        versions.lock(options.lock or versions.present(options.folder), options.folder)
    report = run(options.folder)
    sys.stdout.write("\n".join(report_lines(report)) + "\n")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
