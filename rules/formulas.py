"""
The calculations: each reads values, says what is missing or below the text's figures, and returns whole fen.

Rounding happens once, here: an exact award half-up to the fen, a ceiling cut down (catalogue P5).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rules import conditions, schema, units
from rules.conditions import YES, Answer, Comparison, Steps, Values
from rules.facts import Fact, describe
from rules.source import Block
from rules.trace import Step

Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Sum:
    """What a formula gives: fen before limits, whether its base was zero, and a right that is used up within it."""

    fen: int
    zero_base: bool = False
    used_up: bool = False


def rounded(value: Fraction, *, ceiling: bool) -> int:
    """Return whole fen: half-up for an exact award, cut down for a ceiling. Half a fen of 0.5 becomes 1 or 0."""
    if ceiling:
        return value.numerator // value.denominator
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


class Formula:
    """A calculation of one clause; `facts` are the facts it reads, in the order of a form."""

    facts: tuple[Fact, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

    def check(self, values: Values, steps: Steps, clause: str, article: str) -> Answer:
        """Answer whether the sum can be computed: None names a missing fact, False a figure of the text not reached."""
        for fact in self.facts:
            if fact.name not in values:
                steps.append(Step(clause, article, Comparison(fact, "≥", 0, "须填写", ""), "missing", None))
                return Answer(None, fact.name)
        return YES

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return the sum; only called when `check` answered True."""
        raise NotImplementedError

    def bases(self, stated: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return the facts whose amount is the base of the sum, given what a claim states; none where it is flat."""
        return ()

    def how(self) -> list[str]:
        """Return the sentences that say how the sum follows."""
        raise NotImplementedError


class Fixed(Formula):
    """定额."""

    def __init__(self, model: schema.Fixed):
        self.fen = model.amount

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return the fixed sum."""
        steps.append(Step(clause, article, "amount", "", lambda: {"result": units.yuan(self.fen)}))
        return Sum(self.fen)

    def how(self) -> list[str]:
        """Say the sum."""
        return [f"符合条件的，按定额 {units.short_yuan(self.fen)} 计算。"]


class Rate(Formula):
    """比例: rate × base; the base is a fact, a sum of facts, or a fact chosen by another one."""

    def __init__(self, model: schema.Rate, facts: Facts):
        self.rate, self.ceiling = model.rate, model.nature == "上限"
        self.cut_down = self.ceiling or model.rounding == "舍去"
        self.ratio = Fraction(model.rate) / 100
        self.by: Fact | None = None
        self.choices: dict[int, Fact] = {}
        base = model.base
        if isinstance(base, Block):
            self.by = facts[base["按"]]
            self.choices = {int(key): facts[name] for key, name in base.items() if key != "按"}
            self.facts = (self.by, *dict.fromkeys(self.choices.values()))
        else:
            self.facts = tuple(facts[name] for name in ([base] if isinstance(base, str) else base))

    def _bases(self, values: Values) -> tuple[Fact, ...]:
        return (self.choices[int(values[self.by.name])],) if self.by else self.facts

    def bases(self, stated: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return the fact or facts that are multiplied; of a base chosen by year, that of the year stated."""
        if self.by is None:
            return self.facts
        chosen = self.choices.get(int(stated.get(self.by.name, 0)))
        return (chosen,) if chosen else ()

    def check(self, values: Values, steps: Steps, clause: str, article: str) -> Answer:
        """Answer for the fact that chooses the base too: a year for which the text has no base fails."""
        if self.by is None:
            return super().check(values, steps, clause, article)
        highest = max(self.choices)
        line = Comparison(self.by, "≤", highest, str(highest), "")
        answer = line.test(values, steps, clause, article)
        if not answer.state:
            return answer
        needed = self.choices[values[self.by.name]]
        if needed.name not in values:
            steps.append(Step(clause, article, Comparison(needed, "≥", 0, "须填写", ""), "missing", None))
            return Answer(None, needed.name)
        return YES

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return rate × (base − deducted), rounded once."""
        bases = self._bases(values)
        stated = base = sum([values[fact.name] for fact in bases])
        if deducted:
            base = max(0, base - deducted)
            words = {"used": units.yuan(deducted), "value": units.yuan(stated), "result": units.yuan(base)}
            steps.append(Step(clause, article, "base_deducted", "", words))
        numerator, denominator = self.ratio.numerator, self.ratio.denominator
        half = 0 if self.cut_down else denominator
        result = (2 * base * numerator + half) // (2 * denominator)
        steps.append(Step(clause, article, "rate", "", lambda: self._words(bases, base, result)))
        return Sum(result, base == 0)

    def _words(self, bases: tuple[Fact, ...], base: int, result: int) -> dict[str, str]:
        return {
            "label": "、".join(fact.label for fact in bases),
            "value": units.yuan(base),
            "rate": f"{units.plain_decimal(self.rate)}%",
            "result": units.yuan(result),
            "rounding": "舍去分以下" if self.cut_down else "四舍五入到分",
        }

    def how(self) -> list[str]:
        """Say rate and base."""
        word = "不超过" if self.ceiling else ""
        if self.by:
            parts = [f"第{number}年按{fact.label}" for number, fact in sorted(self.choices.items())]
            return [f"{'，'.join(parts)}的{word} {units.plain_decimal(self.rate)}% 计算。"]
        base = "与".join(fact.label for fact in self.facts)
        return [f"按{base}的{word} {units.plain_decimal(self.rate)}% 计算。"]


class Tiers(Formula):
    """分档: the sum of the highest tier reached; below the lowest the clause's condition fails."""

    def __init__(self, model: schema.Tiers, facts: Facts):
        base = facts[model.base]
        self.base = base
        self.facts = (base,)
        tiers = []
        for written, fen in model.tiers.items():
            sign, amount = written[0], written[1:]
            if sign not in "≥>":
                raise ValueError(f"档位“{written}”应以“≥”或“>”开头")
            tiers.append((Comparison(base, sign, conditions.number(base, amount), amount, ""), fen))
        self.tiers = tiers
        thresholds = [(line.threshold, line.operator == ">") for line, _ in tiers]
        if thresholds != sorted(set(thresholds)) or [fen for _, fen in tiers] != sorted({fen for _, fen in tiers}):
            raise ValueError("档位应由低到高逐档列出")
        self.comparisons = tuple(line for line, _ in tiers)

    def sum_at(self, value: Any) -> int:
        """Return the sum of the highest tier that a value reaches, 0 below the lowest."""
        return max((fen for line, fen in self.tiers if line.compare(value, line.threshold)), default=0)

    def check(self, values: Values, steps: Steps, clause: str, article: str) -> Answer:
        """Answer by the lowest tier."""
        return self.tiers[0][0].test(values, steps, clause, article)

    def bases(self, stated: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return the figure that reaches a tier."""
        return self.facts

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return the sum of the tier reached."""
        value = values[self.base.name]
        line, fen = next((line, fen) for line, fen in reversed(self.tiers) if line.compare(value, line.threshold))
        steps.append(Step(clause, article, "tier", "", lambda: self._words(value, line, fen)))
        return Sum(fen)

    def _words(self, value: Any, line: Comparison, fen: int) -> dict[str, str]:
        shown = describe(self.base, value)
        return {"label": self.base.label, "value": shown, "tier": line.required(), "result": units.yuan(fen)}

    def how(self) -> list[str]:
        """List the tiers."""
        rows = "；".join(f"{line.required()}：{units.short_yuan(fen)}" for line, fen in self.tiers)
        return [f"按{self.base.label}分档：{rows}。"]


class PerUnit(Formula):
    """单价: price × count."""

    def __init__(self, model: schema.PerUnit, facts: Facts):
        self.base, self.price = facts[model.base], model.price
        self.facts = (self.base,)
        self.ceiling = model.nature == "上限"

    def bases(self, stated: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return the count."""
        return self.facts

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return price × count."""
        count = values[self.base.name]
        steps.append(Step(clause, article, "unit", "", lambda: self._words(count)))
        return Sum(count * self.price, zero_base=count == 0)

    def _words(self, count: int) -> dict[str, str]:
        return {
            "label": self.base.label,
            "value": describe(self.base, count),
            "unit": self.base.unit,
            "price": units.yuan(self.price),
            "result": units.yuan(count * self.price),
        }

    def how(self) -> list[str]:
        """Say the price."""
        word = "最高 " if self.ceiling else " "
        return [f"按{self.base.label}计算，每{self.base.unit}{word}{units.short_yuan(self.price)}。"]


class Table(Formula):
    """查表: the sum for the stated value or values; a value that is not in the table fails."""

    def __init__(self, model: schema.Table, facts: Facts):
        self.facts = tuple(facts[name] for name in model.base)
        self.table: dict[tuple[Any, ...], int] = {}
        for written, fen in model.table.items():
            words = written.split("/")
            if len(words) != len(self.facts):
                raise ValueError(f"表中的“{written}”应有 {len(self.facts)} 项，以“/”分开")
            pairs = zip(self.facts, words, strict=True)
            self.table[tuple(self._key(fact, word) for fact, word in pairs)] = fen
        self.columns = [{key[place] for key in self.table} for place in range(len(self.facts))]
        self.rows = tuple(model.table.items())
        self.lines = tuple(
            Comparison(
                fact, "属于", frozenset(column), "/".join(self._word(fact, value) for value in sorted(column)), ""
            )
            for fact, column in zip(self.facts, self.columns, strict=True)
        )
        self.comparisons = self.lines

    @staticmethod
    def _key(fact: Fact, word: str) -> Any:
        if fact.kind == "choice":
            return conditions.choice_values(fact, word)[0]
        ranks = {"一等奖": "1", "二等奖": "2", "三等奖": "3"}
        return conditions.number(fact, ranks.get(word, word))

    @staticmethod
    def _word(fact: Fact, value: Any) -> str:
        return fact.choice_label(value) if fact.kind == "choice" else describe(fact, value).replace(" ", "")

    def check(self, values: Values, steps: Steps, clause: str, article: str) -> Answer:
        """Answer False for the column whose value is not in the table, None where one is missing."""
        answers = [line.test(values, steps, clause, article) for line in self.lines]
        failed = next((answer for answer in answers if answer.state is False), None)
        if failed:
            return failed
        unknown = next((answer for answer in answers if answer.state is None), None)
        if unknown:
            return unknown
        known = tuple(values[fact.name] for fact in self.facts) in self.table
        return YES if known else Answer(False, self.facts[-1].name)

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return the sum of the row."""
        key = tuple(values[fact.name] for fact in self.facts)
        steps.append(Step(clause, article, "table", "", lambda: self._words(key)))
        return Sum(self.table[key])

    def _words(self, key: tuple[Any, ...]) -> dict[str, str]:
        pairs = zip(self.facts, key, strict=True)
        met = "，".join(f"{fact.label}：{describe(fact, value)}" for fact, value in pairs)
        return {"value": met, "result": units.yuan(self.table[key])}

    def how(self) -> list[str]:
        """List the rows."""
        rows = "；".join(f"{key.replace('/', '、')}：{units.short_yuan(fen)}" for key, fen in self.rows)
        return [f"按{'、'.join(fact.label for fact in self.facts)}查表：{rows}。"]


class Assessed(Formula):
    """核定: up to the lowest of the caps; what the authority looks at must exist."""

    def __init__(self, model: schema.Assessed, facts: Facts):
        self.fen = min(cap.amount for cap in model.caps)
        self.facts = (facts[model.base],) if model.base else ()

    def bases(self, stated: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return what the authority looks at."""
        return self.facts

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return the cap."""
        steps.append(Step(clause, article, "assessed", "", lambda: {"result": units.yuan(self.fen)}))
        return Sum(self.fen, zero_base=any(values[fact.name] == 0 for fact in self.facts))

    def how(self) -> list[str]:
        """Say that the authority decides."""
        looks = f"由主管部门根据{self.facts[0].label}核定" if self.facts else "由主管部门核定"
        return [f"{looks}，最高不超过 {units.short_yuan(self.fen)}。"]


class Interest(Formula):
    """贴息: principal × yearly rate × months / 12, for the months that are left, never above the interest paid."""

    def __init__(self, model: schema.Interest, facts: Facts):
        names = (model.principal, model.months, model.months_used, model.paid)
        self.facts = tuple(facts[name] for name in names)
        self.rate, self.at_most, self.of_interest = model.rate, model.months_at_most, model.of_interest
        self.ceiling = model.nature == "上限"

    def bases(self, stated: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return the interest paid: the same interest is not subsidised twice."""
        return self.facts[3:]

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return the subsidy; `used_up` when no month is left."""
        principal, claimed, used, paid = (values[fact.name] for fact in self.facts)
        months = max(0, min(claimed, self.at_most - used))
        base = Fraction(paid) if self.of_interest else Fraction(principal * months, 12)
        result = min(rounded(base * Fraction(self.rate) / 100, ceiling=self.ceiling), paid) if months else 0
        words = (
            f"本金 {units.yuan(principal)}元，年贴息率 {units.plain_decimal(self.rate)}%，可贴息 {months} 个月"
            f"（申请 {claimed} 个月，最长 {self.at_most} 个月，此前已贴 {used} 个月），实付利息 {units.yuan(paid)}元"
        )
        steps.append(Step(clause, article, "interest", "", {"value": words, "result": units.yuan(result)}))
        return Sum(result, zero_base=0 in (principal, claimed, paid), used_up=used >= self.at_most)

    def how(self) -> list[str]:
        """Say rate, months and limit."""
        rate = units.plain_decimal(self.rate)
        return [
            (
                f"按{self.facts[0].label}每年不超过 {rate}% 贴息，按月折算，累计不超过 {self.at_most} 个月，"
                "且不高于实际支付的利息。"
            )
        ]


class Redemption(Formula):
    """兑付: the lower of the fee paid and the balance."""

    def __init__(self, model: schema.Redemption, facts: Facts):
        self.facts = (facts[model.base], facts[model.balance])

    def bases(self, stated: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return the fee, not the balance of the voucher."""
        return self.facts[:1]

    def compute(self, values: Values, steps: Steps, clause: str, article: str, *, deducted: int = 0) -> Sum:
        """Return what can be redeemed."""
        fee, balance = (values[fact.name] for fact in self.facts)
        words = {"value": units.yuan(fee), "balance": units.yuan(balance), "result": units.yuan(min(fee, balance))}
        steps.append(Step(clause, article, "redemption", "", words))
        return Sum(min(fee, balance), zero_base=fee == 0, used_up=balance == 0)

    def how(self) -> list[str]:
        """Say the rule."""
        return ["按实际支付的算力费用兑付，不超过算力券未使用余额。"]


_BUILDERS: dict[str, Callable[..., Formula]] = {
    "比例": Rate,
    "分档": Tiers,
    "单价": PerUnit,
    "查表": Table,
    "核定": Assessed,
    "贴息": Interest,
    "兑付": Redemption,
}


def build(model: Any, facts: Facts) -> Formula:
    """Return the formula of a payable clause; `facts` by Chinese name. Raises ValueError, KeyError for a fact."""
    return Fixed(model) if model.kind == "定额" else _BUILDERS[model.kind](model, facts)


def percent_of(fen: int, percent: Decimal) -> int:
    """Return a share of a sum, cut down to the fen; for instalments and payers."""
    return rounded(Fraction(fen) * Fraction(percent) / 100, ceiling=True)
