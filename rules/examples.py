"""算例: worked examples inside a pack, read as cases and compared with what they say must follow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules import conditions, units
from rules.facts import Fact, decode
from rules.pack import Pack
from rules.source import Block, PackError, Rows, line_of
from rules.verdict import Verdict

REASONS = {
    "一次性已用": "once_only_used",
    "无增量": "no_increment",
    "限额用尽": "cap_used",
    "资金池用尽": "pool_exhausted",
    "基数为零": "zero_base",
    "超出有效期": "out_of_term",
    "就高不重复": "higher_not_repeat",
    "核定超上限": "approved_above_ceiling",
    "以往奖补": "condition:history",
    "支持年度": "missing_fact:support_year",
}
_KINDS = {"exact": "得", "ceiling": "上限", "case_by_case": "一事一议", "external": "转致"}
_OUTCOMES = {"待补": "missing_fact", "不合规": "bad_fact", "0元": "condition"}
_KEYS = frozenset(["例", "同", "此前", "口径", "得", "因", "年度", "日期", "资金池", "合并", "分条", "各得", "分期得"])


@dataclass(frozen=True)
class Example:
    """One worked example: its place in the file, the case it stands for and what must follow."""

    clause: str
    name: str
    line: int | None
    case: Mapping[str, Any]
    outcome: str
    because: str  # the `blocked_by` that must follow, and how the file writes it
    because_words: str
    parts: Mapping[str, str]
    instalments: tuple[str, ...]


def of_clause(pack: Pack, number: str) -> Iterator[Example]:
    """Yield the examples of a clause. Raises PackError with the line of what cannot be read."""
    rows = pack.raw[number].get("算例", Rows())
    named: dict[str, Block] = {}
    for row in rows:
        if not isinstance(row, Block) or "例" not in row or "得" not in row:
            raise PackError(pack.file, line_of(row) or line_of(rows), "算例应写明“例”和“得”")
        whole = row
        if "同" in row:
            if row["同"] not in named:
                raise PackError(pack.file, line_of(row["同"]), f"前面没有名为“{row['同']}”的算例")
            whole = Block({**_base(named[row["同"]]), **row})
        if row["例"] in named:
            raise PackError(pack.file, line_of(row["例"]), f"算例“{row['例']}”重复出现")
        named[str(row["例"])] = whole
        yield _example(pack, number, row, whole)


def _base(row: Block) -> dict[str, Any]:
    """Return what 同 takes over: facts, day and year; never history, readings, pool or result."""
    kept = ("年度", "日期", "合并", "分条")
    return {key: value for key, value in row.items() if key not in _KEYS or key in kept}


def _example(pack: Pack, number: str, row: Block, whole: Block) -> Example:
    try:
        case = _case(pack, number, whole)
        because_words = str(whole.get("因", ""))
        because = _because(pack, str(row["得"]), because_words)
        parts = {
            f"{pack.id}-{key}": units.plain_yuan(int(units.quantity(value, money=True)))
            for key, value in row.get("各得", {}).items()
        }
        instalments = tuple(units.plain_yuan(int(units.quantity(value, money=True))) for value in row.get("分期得", ()))
    except (ValueError, ArithmeticError) as error:
        raise PackError(pack.file, line_of(row), f"算例“{row['例']}”：{error}") from None
    return Example(
        clause=f"{pack.id}-{number}",
        name=str(row["例"]),
        line=line_of(row),
        case=case,
        outcome=str(row["得"]),
        because=because,
        because_words=because_words,
        parts=parts,
        instalments=instalments,
    )


def _case(pack: Pack, number: str, row: Block) -> dict[str, Any]:
    case: dict[str, Any] = {"facts": _facts(pack, row)}
    if "合并" in row:
        case["clauses"] = [f"{pack.id}-{other}" for other in row["合并"]]
    else:
        case["clause"] = f"{pack.id}-{number}"
    if "分条" in row:
        case["facts_by_clause"] = {f"{pack.id}-{key}": _facts(pack, block) for key, block in row["分条"].items()}
    if "此前" in row:
        case["history"] = [_earlier(pack, earlier) for earlier in row["此前"]]
    if "口径" in row:
        case["settings"] = dict(row["口径"])
    if "年度" in row:
        case["support_year"] = int(row["年度"])
    if "日期" in row:
        case["on"] = str(row["日期"])
    if "资金池" in row:
        case["pool"] = {"limit_yuan": _yuan(row["资金池"]["总额"]), "used_yuan": _yuan(row["资金池"]["已用"])}
    return case


def _yuan(text: str) -> str:
    return units.plain_yuan(int(units.quantity(text, money=True)))


def _earlier(pack: Pack, row: Block) -> dict[str, Any]:
    earlier: dict[str, Any] = {
        "clause": f"{pack.id}-{row['条款']}",
        "year": int(row["年度"]),
        "amount_yuan": _yuan(row["金额"]),
    }
    if row.get("另一对象") == "是":
        earlier["same_item"] = False
    return earlier


def _facts(pack: Pack, row: Block) -> dict[str, Any]:
    stated = {}
    for key, written in row.items():
        if key in _KEYS:
            continue
        if key not in pack.facts:
            raise ValueError(f"“{key}”不在事实词典内")
        if written != "缺":
            stated[pack.facts[key].name] = json_value(pack.facts[key], written)
    return stated


def json_value(fact: Fact, written: Any) -> Any:
    """Return the JSON value of a fact as an example writes it: `3000P`, `50万元`, `是`, `新建`."""
    if fact.kind == "bool":
        if written not in ("是", "否"):
            raise ValueError(f"“{fact.chinese}”只能写“是”或“否”")
        return written == "是"
    if fact.kind == "choice":
        return conditions.choice_values(fact, written)[-1]
    if fact.kind == "date":
        return str(written)
    if fact.kind == "money_list":
        return [_yuan(item) for item in written]
    if fact.kind == "money":
        return _yuan(written)
    if fact.kind == "integer":
        return int(units.quantity(written))
    return units.plain_decimal(units.quantity(written))


def engine_value(fact: Fact, value: Any) -> Any:
    """Return the engine's value of a JSON value, None where it is none."""
    try:
        return decode(fact, value)
    except ValueError:
        return None


def _because(pack: Pack, outcome: str, written: str) -> str:
    """Return the `blocked_by` that 因 stands for, "" where none is written."""
    if not written:
        return ""
    if written in REASONS:
        return REASONS[written]
    name = written.split(" ")[0]
    if name not in pack.facts:
        raise ValueError(f"“因”中的“{name}”既不是事实，也不是 {'、'.join(REASONS)} 之一")
    return f"{_OUTCOMES.get(outcome, 'condition')}:{pack.facts[name].name}"


def difference(example: Example, verdict: Verdict) -> str:
    """Return in words how a verdict differs from what the example says, "" when it agrees."""
    got = verdict.to_json()
    found = f"实际{_found(verdict)}"
    if example.because and got["blocked_by"] != example.because:
        return f"原因应为“{example.because_words}”，{found}"
    expected = _expected(example.outcome)
    if any(got[key] != value for key, value in expected.items()):
        return f"应得{example.outcome}，{found}"
    if example.outcome == "待补" and not str(got["blocked_by"]).startswith("missing_fact:"):
        return f"应为待补，{found}"
    if example.parts and {key: got.get("by_clause", {}).get(key) for key in example.parts} != example.parts:
        return f"各项应为{_parts(example.parts)}，实际为{_parts(got.get('by_clause', {}))}"
    paid = tuple(row["amount_yuan"] for row in got.get("schedule", ()))
    if example.instalments and paid != example.instalments:
        return f"各期应为{_instalments(example.instalments)}，实际为{_instalments(paid)}"
    return ""


def _found(verdict: Verdict) -> str:
    """Say what the rules give, as a person reads it: kind, sum and the reason."""
    if verdict.amount_fen is None:
        words = _KINDS.get(verdict.kind, "不能得出金额")
    else:
        words = f"{_KINDS.get(verdict.kind, '得')}{units.short_yuan(verdict.amount_fen)}"
    return f"{words}（{verdict.reason}）" if verdict.reason else words


def _parts(parts: Mapping[str, str | None]) -> str:
    return "、".join(f"{key.partition('-')[2]}项{_sum(amount)}" for key, amount in parts.items()) or "没有分项"


def _instalments(amounts: Iterable[str | None]) -> str:
    return "、".join(map(_sum, amounts)) or "不分期"


def _sum(amount_yuan: str | None) -> str:
    return "未定" if amount_yuan is None else units.short_yuan(units.fen(amount_yuan))


def _expected(outcome: str) -> dict[str, Any]:
    fixed: dict[str, dict[str, Any]] = {
        "待补": {"eligible": "invalid", "kind": "none", "amount_yuan": None},
        "不合规": {"eligible": "invalid", "kind": "none", "amount_yuan": None},
        "无": {"eligible": False, "kind": "none", "amount_yuan": "0.00", "blocked_by": "non_monetary"},
        "一事一议": {"eligible": True, "kind": "case_by_case", "amount_yuan": None},
        "转致": {"eligible": True, "kind": "external", "amount_yuan": None},
        "0元": {"amount_yuan": "0.00"},
    }
    return fixed.get(outcome) or {"eligible": True, "amount_yuan": _yuan(outcome)}
