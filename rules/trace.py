"""What the engine did, step by step: data while it computes, Chinese sentences only when somebody reads them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

VERDICTS = {"pass": "符合", "fail": "不符合", "missing": "待补"}


class Node(Protocol):
    """A part of a compiled clause that can put one of its values into words."""

    kind: str

    def words(self, value: Any) -> dict[str, Any]:
        """Return the words for a step, as JSON-able data."""


class Step(NamedTuple):
    """
    One step: the clause, the node or kind of step, the verdict (pass, fail, missing or "") and the value met.

    The value of a kind of step is its words, or a function that makes them: most claims are judged and never read.
    """

    clause: str
    article: str
    node: Node | str
    verdict: str
    value: Any

    def to_json(self) -> dict[str, Any]:
        """Return the step as stored with a decision; complete in itself, whatever becomes of the pack."""
        if isinstance(self.node, str):
            kind, words = self.node, self.value() if callable(self.value) else self.value
        else:
            kind, words = self.node.kind, self.node.words(self.value)
        return {"clause": self.clause, "article": self.article, "kind": kind, "verdict": self.verdict, **words}


_TEMPLATES = {
    "gate_any": "下列条件须具备其一：{required}",
    "term": "基准日{value}，政策有效期{required}",
    "reading": "本条按口径 {required} 执行：{value}",
    "amount": "按定额计算：{result}元",
    "rate": "{label} {value}元 × {rate} = {result}元（{rounding}）",
    "tier": "{label} {value}，达到“{tier}”一档，对应 {result}元",
    "unit": "{label} {value} × 每{unit} {price}元 = {result}元",
    "table": "{value}，查表得 {result}元",
    "assessed": "按主管部门核定，上限 {result}元",
    "interest": "{value}，测算 {result}元",
    "redemption": "实付费用 {value}元，算力券余额 {balance}元，取较低者 {result}元",
    "once": "此前已按本条款获得一次性奖补，不再重复给予",
    "carried": "一次性奖补 {value}元，此前因年度总额不足只给予 {used}元，余额 {result}元结转补足",
    "units_used": "同一对象此前已获 {used} 次，本次计 {left} 次，得 {result}元",
    "ladder": "按晋级补差原则，本档 {value}元，减去此前已获 {used}元，应补 {result}元",
    "first": "“首次达到”：以前年度最高 {value}，{required}",
    "relation": "按就高不重复原则{detail}，得 {result}元",
    "overlap": "本市其他同类政策已奖补 {value}元，按“从优、就高、不重复”原则，得 {result}元",
    "base_deducted": "算力券已抵付 {used}元，计算基数由 {value}元减为 {result}元",
    "cap": "封顶 {limit}元（{scope}），此前已计 {used}元，得 {result}元",
    "pool": "年度资金池 {limit}元，已用 {used}元，剩余 {left}元，得 {result}元",
    "approved": "主管部门核定 {value}元，测算上限 {limit}元",
    "schedule": "第{instalment}期：{share}，{result}",
    "share": "{payer}负担：{share}，{result}",
    "case_by_case": "本条款按“一事一议”办理，不自动测算金额",
    "external": "本条款按其他政策或上级资金标准执行，不在此测算金额",
    "no_sum": "本条款不直接给予奖补资金",
    "result": "结论：{value}",
}


def sentence(step: Mapping[str, Any]) -> str:
    """Return one stored step as a Chinese sentence."""
    place = f"{step['article']}（{step['clause']}）" if step.get("article") else step["clause"]
    if step["kind"] == "condition":
        body = f"{step['label']}：{step['value']}；要求：{step['required']}"
    else:
        body = _TEMPLATES[step["kind"]].format_map(step)
    verdict = VERDICTS.get(step["verdict"])
    return f"{place}：{body}" + (f"——{verdict}" if verdict else "")


def explain(trace: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return stored steps (`Step.to_json()`) as Chinese sentences."""
    return [sentence(step) for step in trace]
