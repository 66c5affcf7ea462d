"""
Conditions: one comparison a line, three answers.

`PUE ≤ 1.25 「PUE≤1.25」` is a fact, an operator, a value and (optionally) the words of the text that demand it.
A line may also be `{任一: [...]}` (one of them is enough) or `{全部: [...]}`. The answer is True, False, or None
where a fact that is needed has not been stated: unknown is neither false nor zero.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules import units
from rules.facts import Fact, describe
from rules.source import Block
from rules.trace import Step

_LINE = re.compile(
    r"(?P<fact>\S+) (?P<operator>≥|≤|>|<|=|≠|属于|不属于|每项≥) (?P<value>[^「]+?)(?: ?「(?P<quote>.+)」)?"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "≥": operator.ge,
    "≤": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "≠": operator.ne,
    "属于": lambda value, members: value in members,
    "不属于": lambda value, members: value not in members,
    "每项≥": lambda values, least: min(values) >= least,
}
_OPPOSITE = {"≥": "<", "≤": ">", ">": "≤", "<": "≥"}

Values = Mapping[str, Any]
Steps = list[Step]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node says of a claim: the state, and the fact that decides it where the state is not True."""

    state: bool | None
    fact: str = ""


YES = Answer(True)


class Comparison:
    """One line: fact, operator, value."""

    kind = "condition"
    __slots__ = ("compare", "fact", "name", "operator", "quote", "threshold", "written")

    def __init__(self, fact: Fact, sign: str, threshold: Any, written: str, quote: str):
        self.fact, self.name, self.operator, self.threshold = fact, fact.name, sign, threshold
        self.compare, self.written, self.quote = _COMPARE[sign], written, quote

    def test(self, values: Values, steps: Steps, clause: str, article: str) -> Answer:
        """Compare, record the step, answer."""
        value = values.get(self.name)
        if value is None:
            steps.append(Step(clause, article, self, "missing", None))
            return Answer(None, self.name)
        if self.compare(value, self.threshold):
            steps.append(Step(clause, article, self, "pass", value))
            return YES
        steps.append(Step(clause, article, self, "fail", value))
        return Answer(False, self.name)

    def words(self, value: Any) -> dict[str, str]:
        """Return label, stated value and what is required."""
        shown = "未填写" if value is None else describe(self.fact, value)
        return {"label": self.fact.label, "value": shown, "required": self.required()}

    def required(self) -> str:
        """Return what the line demands, without the label: `≤ 1.25`, `新建、扩建或改建`, `是`."""
        if self.operator == "每项≥":
            return f"每年均 ≥ {self.written}"
        if self.fact.kind in ("bool", "choice"):
            *most, last = self.written.split("/")
            words = f"{'、'.join(most)}或{last}" if most else last
            return f"不属于{words}" if self.operator in ("≠", "不属于") else words
        return f"{self.operator} {self.written}"

    def text(self) -> str:
        """Return the line for a list of conditions."""
        if self.fact.kind == "bool":
            return self.fact.label if self.threshold else f"{self.fact.label}：否"
        if self.fact.kind == "choice" or self.operator == "每项≥":
            return f"{self.fact.label}：{self.required()}"
        return f"{self.fact.label} {self.required()}"

    def refusal(self, value: Any, article: str) -> str:
        """Return the sentence for an applicant who does not meet this line."""
        demand = f"不符合{article}『{self.quote or self.text()}』的要求"
        shown = describe(self.fact, value)
        if self.fact.kind == "bool":
            return f"“{self.fact.label}”一项为“{shown}”，{demand}"
        if self.fact.kind == "choice":
            return f"{self.fact.label}为“{shown}”，{demand}"
        if self.operator in _OPPOSITE:
            limit = describe(self.fact, self.threshold)
            return f"{self.fact.label} {shown} {_OPPOSITE[self.operator]} {limit}，{demand}"
        return f"{self.fact.label}为 {shown}，{demand}"

    def leaves(self) -> tuple["Comparison", ...]:
        """Return the comparisons of this node."""
        return (self,)


class AllOf:
    """全部: every line must hold."""

    kind = "condition"
    __slots__ = ("nodes",)

    def __init__(self, nodes: Sequence["Condition"]):
        self.nodes = tuple(nodes)

    def test(self, values: Values, steps: Steps, clause: str, article: str) -> Answer:
        """Answer False when a line fails, None when one is unknown, else True."""
        answers = [node.test(values, steps, clause, article) for node in self.nodes]
        failed = next((answer for answer in answers if answer.state is False), None)
        return failed or next((answer for answer in answers if answer.state is None), YES)

    def text(self) -> str:
        """Return the lines joined by 且."""
        return "，且".join(node.text() for node in self.nodes)

    def leaves(self) -> tuple[Comparison, ...]:
        """Return the comparisons of this node."""
        return tuple(leaf for node in self.nodes for leaf in node.leaves())


class AnyOf:
    """任一: one of the lines is enough; only what decides is recorded as failing."""

    kind = "condition"
    __slots__ = ("nodes",)

    def __init__(self, nodes: Sequence["Condition"]):
        self.nodes = tuple(nodes)

    def test(self, values: Values, steps: Steps, clause: str, article: str) -> Answer:
        """Answer True when one holds, None when one may still hold, else False with the nearest miss."""
        tried: list[tuple[Answer, Steps]] = []
        for node in self.nodes:
            own: Steps = []
            answer = node.test(values, own, clause, article)
            if answer.state:
                steps.extend(own)
                return YES
            tried.append((answer, own))
        open_ones = [pair for pair in tried if pair[0].state is None]
        # The alternative that got farthest is the one the applicant meant: it names what to mend.
        answer, own = max(open_ones or tried, key=lambda pair: sum(step.verdict == "pass" for step in pair[1]))
        steps.extend(own)
        return answer

    def text(self) -> str:
        """Return the alternatives joined by 或者."""
        return "，或者".join(node.text() for node in self.nodes)

    def leaves(self) -> tuple[Comparison, ...]:
        """Return the comparisons of this node."""
        return tuple(leaf for node in self.nodes for leaf in node.leaves())


Condition = Comparison | AllOf | AnyOf


def parse(line: Any, facts: Mapping[str, Fact]) -> Condition:
    """Return the node of one entry of 条件; `facts` by their Chinese names. Raises ValueError in Chinese."""
    if isinstance(line, Block):
        if len(line) != 1 or next(iter(line)) not in ("任一", "全部"):
            raise ValueError("条件应为一行比较，或者“任一”“全部”带一列条件")
        word, rows = next(iter(line.items()))
        if not isinstance(rows, list) or not rows:
            raise ValueError(f"“{word}”后应为一列条件")
        nodes = [parse(row, facts) for row in rows]
        return AnyOf(nodes) if word == "任一" else AllOf(nodes)
    match = _LINE.fullmatch(line) if isinstance(line, str) else None
    if not match:
        raise ValueError(f"条件“{line}”应写成“事实 比较符 数值”，各以一个空格隔开")
    fact = facts.get(match["fact"])
    if fact is None:
        raise ValueError(f"条件中的“{match['fact']}”不在事实词典内")
    written = match["value"].strip()
    return Comparison(
        fact, match["operator"], _threshold(fact, match["operator"], written), written, match["quote"] or ""
    )


def _threshold(fact: Fact, sign: str, written: str) -> Any:
    """Return the value to compare with, of the same type as the fact's own values."""
    if fact.kind == "choice":
        if sign not in ("=", "≠", "属于", "不属于"):
            raise ValueError(f"“{fact.chinese}”是选项，不能用“{sign}”比较")
        members = choice_values(fact, written)
        if sign in ("=", "≠") and len(members) != 1:
            raise ValueError(f"“{sign}”后只能有一个选项，多个选项请用“属于”")
        return members[0] if sign in ("=", "≠") else frozenset(members)
    if fact.kind == "bool":
        if sign != "=" or written not in ("是", "否"):
            raise ValueError(f"“{fact.chinese}”只能写成“= 是”或“= 否”")
        return written == "是"
    if (fact.kind == "money_list") != (sign == "每项≥") or sign in ("属于", "不属于"):
        raise ValueError(f"“{fact.chinese}”不能用“{sign}”比较")
    return number(fact, written)


def choice_values(fact: Fact, written: str) -> list[str]:
    """Return the English keys of choices joined by `/`; a collective name stands for all its members."""
    groups = dict(fact.groups)
    labels = {label: value for value, label in fact.choices}
    values: list[str] = []
    for word in written.split("/"):
        if word not in groups and word not in labels:
            raise ValueError(f"“{word}”不是“{fact.chinese}”的选项")
        values.extend(groups.get(word) or (labels[word],))
    return values


def number(fact: Fact, written: str) -> Any:
    """Return a written quantity in the fact's own type and unit."""
    if fact.kind in ("money", "money_list"):
        return units.quantity(written, money=True)
    if fact.kind not in ("decimal", "integer", "percent"):
        raise ValueError(f"“{fact.chinese}”不是数字")
    if fact.kind == "percent" and not written.endswith("%"):
        raise ValueError(f"“{fact.chinese}”应写成百分比，如 60%")
    value = units.quantity(written)
    if fact.kind == "integer":
        if value != int(value):
            raise ValueError(f"“{fact.chinese}”应为整数")
        return int(value)
    return value
