"""算例 put into words: what an example states, what must follow, and what the engine gives now; plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules import examples, judging, units
from rules.examples import Example
from rules.facts import Fact, format_fact
from rules.pack import Library, Pack
from rules.verdict import Verdict

_BECAUSE = {blocked_by: words for words, blocked_by in examples.REASONS.items()}
_KINDS = {"case_by_case": "一事一议", "external": "转致"}


@dataclass(frozen=True)
class Worked:
    """
    One example with its result.

    `facts` and `given` are (label, words): the facts stated, and what else the example supposes (earlier awards,
    readings, pool, day). `difference` says what does not agree, "" where all does.
    """

    clause: str
    number: str
    article: str
    clause_name: str
    name: str
    line: int | None
    facts: tuple[tuple[str, str], ...]
    given: tuple[tuple[str, str], ...]
    expected: str
    computed: str
    difference: str

    @property
    def agrees(self) -> bool:
        """Say whether the engine gives what the example says."""
        return not self.difference


def of_pack(pack: Pack, library: Library) -> Iterator[Worked]:
    """Yield every example of a version, judged under this version. Raises PackError for one that cannot be read."""
    for number in pack.raw:
        for example in examples.of_clause(pack, number):
            verdict = judging.judge({**example.case, "pack_version": pack.version}, library)
            yield Worked(
                clause=example.clause,
                number=number,
                article=str(pack.raw[number].get("条", "")),
                clause_name=str(pack.raw[number].get("名称", number)),
                name=example.name,
                line=example.line,
                facts=_facts(pack, example.case["facts"]),
                given=tuple(_given(pack, example)),
                expected=_expected(pack, example),
                computed=_computed(verdict),
                difference=examples.difference(example, verdict),
            )


def _facts(pack: Pack, stated: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    known = {fact.name: fact for fact in pack.facts.values()}
    return tuple((known[name].label, format_fact(known[name], value)) for name, value in stated.items())


def _given(pack: Pack, example: Example) -> Iterator[tuple[str, str]]:
    case = example.case
    if "clauses" in case:
        yield "合并申报", "、".join(_clause(pack, clause) for clause in case["clauses"])
    for clause, stated in case.get("facts_by_clause", {}).items():
        yield _clause(pack, clause), "；".join(f"{label}：{words}" for label, words in _facts(pack, stated))
    for row in case.get("history", ()):
        same = "" if row.get("same_item", True) else "（另一对象）"
        yield "此前", f"{row['year']}年 {_clause(pack, row['clause'])} {_yuan(row['amount_yuan'])}{same}"
    for name, letter in case.get("settings", {}).items():
        yield f"口径 {name}", f"{letter}. {pack.reading(name).options[letter]}" if pack.has_reading(name) else letter
    if "on" in case:
        yield "基准日", case["on"]
    if "support_year" in case:
        yield "支持年度", str(case["support_year"])
    if "pool" in case:
        pool = case["pool"]
        yield "资金池", f"总额 {_yuan(pool['limit_yuan'])}，已用 {_yuan(pool['used_yuan'])}"


def _clause(pack: Pack, clause: str) -> str:
    raw = pack.raw.get(clause.partition("-")[2])
    return str(raw["名称"]) if raw and "名称" in raw else clause


def _yuan(text: str) -> str:
    return units.short_yuan(units.fen(text))


def _expected(pack: Pack, example: Example) -> str:
    parts = [example.outcome]
    if example.because:
        parts.append(f"因{_because(pack, example.because)}")
    parts += [f"{_clause(pack, clause)} {_yuan(sum_)}" for clause, sum_ in example.parts.items()]
    if example.instalments:
        parts.append(f"分期 {'、'.join(_yuan(sum_) for sum_ in example.instalments)}")
    return "，".join(parts)


def _because(pack: Pack, blocked_by: str) -> str:
    if blocked_by in _BECAUSE:
        return _BECAUSE[blocked_by]
    name = blocked_by.partition(":")[2]
    found: Fact | None = next((fact for fact in pack.facts.values() if fact.name == name), None)
    return f"“{found.label}”" if found else blocked_by


def _computed(verdict: Verdict) -> str:
    if verdict.amount_fen is None:
        words = _KINDS.get(verdict.kind, "不能得出金额")
    else:
        words = units.short_yuan(verdict.amount_fen)
    return f"{words}：{verdict.reason}" if verdict.reason else words
