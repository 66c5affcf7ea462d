"""
The shape of a policy pack: pydantic models with the Chinese keys of the files, one model per 计算.

Everything here is frozen and refuses keys that it does not know. Amounts arrive as text (`50万元`) and leave as fen.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from rules import units
from rules.facts import decode_date


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("应为一段文字")
    if not value.strip():
        raise ValueError("不能为空")
    return str(value)


def _money(value: Any) -> int:
    amount = units.quantity(_text(value), money=True)
    if amount <= 0:
        raise ValueError("金额应大于零")
    return int(amount)


def _percent(value: Any) -> Decimal:
    text = _text(value)
    if not text.endswith("%"):
        raise ValueError(f"“{text}”应写成百分比，如 3%")
    rate = units.quantity(text)
    if not 0 < rate <= 100:
        raise ValueError("比例应在 0% 到 100% 之间")
    return Decimal(rate)


def _yes(value: Any) -> bool:
    if value not in ("是", "否"):
        raise ValueError("只能写“是”或“否”")
    return value == "是"


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_text(value),)
    if not isinstance(value, list):
        raise ValueError("应为一项或一列")
    return tuple(_text(item) for item in value)


def _whole(value: Any) -> int:
    text = re.sub(r"(个月|年|日|期|个)$", "", _text(value))
    if not text.isdecimal():
        raise ValueError(f"“{value}”应为整数")
    return int(text)


def _start(value: Any) -> date | int:
    """A day in force, or the number of days after the day of issue (`印发日+31日`)."""
    text = _text(value)
    match = re.fullmatch(r"印发日\+([0-9]{1,3})日", text)
    return int(match[1]) if match else decode_date(text)


Words = Annotated[str, BeforeValidator(_text)]
Money = Annotated[int, BeforeValidator(_money)]
Percent = Annotated[Decimal, BeforeValidator(_percent)]
Yes = Annotated[bool, BeforeValidator(_yes)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Whole = Annotated[int, BeforeValidator(_whole)]
Day = Annotated[date, BeforeValidator(lambda value: decode_date(_text(value)))]
Start = Annotated[date | int, BeforeValidator(_start)]
Kept = Any

SCOPES = ("主体累计", "主体每年", "对象累计", "对象每年")
Scope = Literal["主体累计", "主体每年", "对象累计", "对象每年"]


class Model(BaseModel):
    """A frozen part of a pack that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Cap(Model):
    """封顶: how much at most, what it counts, and which clauses share it. Without 范围 it limits each award alone."""

    amount: Money = Field(alias="金额")
    scope: Scope | None = Field(None, alias="范围")
    shared: Names = Field((), alias="合并")
    year_number: Words | None = Field(None, alias="年度序号")
    joint_from: Whole | None = Field(None, alias="自第几年起合并")


def _caps(value: Any) -> list[Any]:
    rows = value if isinstance(value, list) else [value]
    return [{"金额": row} if isinstance(row, str) else row for row in rows]


class First(Model):
    """首次: the fact with the highest earlier value; whether tiers reached but never paid are deducted."""

    fact: Words = Field(alias="依据")
    deducts_unpaid: Yes = Field(False, alias="未领下档也扣")


class Relation(Model):
    """
    就高不重复 between clauses that are claimed together or one after the other.

    他条此前 / 本条此前: what an earlier award under another clause of the group, or under the same clause, does:
    补差 (deducted), 不再 (nothing more), 不计 (nothing). 同一: facts that two claims of one filing must share to be
    the same matter. 一律: this clause wins whatever its amount, in one filing and over a year of filings.
    """

    clauses: Names = Field(alias="就高")
    scope: Scope = Field("对象累计", alias="范围")
    others: Literal["补差", "不再", "不计"] = Field("补差", alias="他条此前")
    own: Literal["补差", "不再", "不计"] = Field("补差", alias="本条此前")
    same: Names = Field((), alias="同一")
    always: Words | None = Field(None, alias="一律")
    source: Words = Field("", alias="出处")


class Overlap(Model):
    """从优就高不重复 against awards of other policies: the fact that states them, how and when they are deducted."""

    fact: Words = Field(alias="依据")
    way: Literal["补差", "不再", "不计"] = Field("补差", alias="方式")
    after_caps: Yes = Field(False, alias="封顶后扣")
    source: Words = Field("", alias="出处")


class Pool(Model):
    """年度总额: the yearly sum that clauses share; without 金额 the authority sets it each year."""

    clauses: Names = Field(alias="条款")
    amount: Money | None = Field(None, alias="金额")


class Clause(Model):
    """What every item of a policy has, whatever its calculation."""

    number: Words = Field(alias="编号")
    name: Words = Field(alias="名称")
    article: Words = Field(alias="条")
    text: Names = Field(alias="原文")
    subject: Words = Field("主体", alias="对象")
    who: Words = Field("", alias="申报主体")
    department: Words = Field("", alias="部门")
    guide: Words = Field("", alias="说明")
    when: Words = Field("", alias="申报时点")
    conditions: Kept = Field(default_factory=list, alias="条件")
    evidence: Names = Field((), alias="材料")
    optional_evidence: Names = Field((), alias="可选材料")
    gate: Yes = Field(True, alias="适用共同条件")
    relations: tuple[Relation, ...] = Field((), alias="关系")
    yearly_quota: Whole | None = Field(None, alias="年度名额")
    examples: Kept = Field(default_factory=list, alias="算例")


class NoSum(Clause):
    """无: text, department and guide only; rules about other clauses also stand here."""

    kind: Literal["无"] = Field(alias="计算")
    pool: Pool | None = Field(None, alias="年度总额")


class CaseByCase(Clause):
    """一事一议: conditions, but no figure."""

    kind: Literal["一事一议"] = Field(alias="计算")


class External(Clause):
    """转致: conditions here, the sum by other rules."""

    kind: Literal["转致"] = Field(alias="计算")


class Payable(Clause):
    """What every clause with a sum may have."""

    nature: Literal["确定", "上限"] = Field("确定", alias="性质")
    caps: Annotated[tuple[Cap, ...], BeforeValidator(_caps)] = Field((), alias="封顶")
    once: Scope | None = Field(None, alias="一次性")
    ladder: Literal["主体", "对象"] | None = Field(None, alias="晋级补差")
    first: First | None = Field(None, alias="首次")
    instalments: Annotated[tuple[Percent, ...], BeforeValidator(tuple)] = Field((), alias="分期")
    instalment_count: Whole | None = Field(None, alias="分期数")
    equal_instalments: Yes = Field(False, alias="均分")
    pool_counted: Yes = Field(True, alias="计入年度总额")
    needs_earlier: Words | None = Field(None, alias="须已获")

    @model_validator(mode="after")
    def _instalments_make_the_whole(self) -> "Payable":
        if self.instalments and sum(self.instalments) != 100:
            raise ValueError("分期比例之和应为 100%")
        if self.instalments and self.instalment_count:
            raise ValueError("“分期”和“分期数”只能写一个")
        return self


class Fixed(Payable):
    """定额: one sum; with 余额结转 what a short pool left of a once-only sum may still be given."""

    kind: Literal["定额"] = Field(alias="计算")
    amount: Money = Field(alias="金额")
    carried: Yes = Field(False, alias="余额结转")

    @model_validator(mode="after")
    def _only_a_once_only_sum_is_carried(self) -> "Fixed":
        if self.carried and not self.once:
            raise ValueError("“余额结转”须同时写“一次性”")
        return self


class Rate(Payable):
    """比例: a share of a base; the base may be a sum of facts, or depend on another fact (按)."""

    kind: Literal["比例"] = Field(alias="计算")
    base: Kept = Field(alias="依据")
    rate: Percent = Field(alias="比例")
    deducted: Names = Field((), alias="基数扣除条款")
    rounding: Literal["四舍五入", "舍去"] = Field("四舍五入", alias="取整")


class Tiers(Payable):
    """分档: the sum of the highest tier that the base reaches."""

    kind: Literal["分档"] = Field(alias="计算")
    base: Words = Field(alias="依据")
    tiers: dict[str, Money] = Field(alias="档位", min_length=1)


class PerUnit(Payable):
    """单价: so much for each unit counted; with 每件一次 each unit (a model, a product) is awarded once."""

    kind: Literal["单价"] = Field(alias="计算")
    base: Words = Field(alias="依据")
    price: Money = Field(alias="单价")
    each_once: Yes = Field(False, alias="每件一次")

    @model_validator(mode="after")
    def _counts_awarded_units(self) -> "PerUnit":
        if self.each_once and not self.once:
            raise ValueError("“每件一次”须同时写“一次性”")
        return self


class Table(Payable):
    """查表: the sum for a value, or for a pair of values joined by `/`."""

    kind: Literal["查表"] = Field(alias="计算")
    base: Names = Field(alias="依据")
    table: dict[str, Money] = Field(alias="表", min_length=1)


class Assessed(Payable):
    """核定: no formula, the authority fixes a sum up to 封顶; 依据 only names what it looks at and must not be zero."""

    kind: Literal["核定"] = Field(alias="计算")
    base: Words | None = Field(None, alias="依据")

    @model_validator(mode="after")
    def _has_a_cap(self) -> "Assessed":
        if not self.caps:
            raise ValueError("“核定”必须写“封顶”")
        return self


class Interest(Payable):
    """贴息: a yearly rate on principal for a number of months, never above the interest paid."""

    kind: Literal["贴息"] = Field(alias="计算")
    principal: Words = Field(alias="本金")
    rate: Percent = Field(alias="年利率")
    months: Words = Field(alias="月数")
    months_used: Words = Field(alias="已用月数")
    months_at_most: Whole = Field(alias="月数上限")
    paid: Words = Field(alias="不高于")
    of_interest: Yes = Field(False, alias="按利息计")


class Redemption(Payable):
    """兑付: the fee paid, up to the balance of the voucher."""

    kind: Literal["兑付"] = Field(alias="计算")
    base: Words = Field(alias="依据")
    balance: Words = Field(alias="余额")


class Sharing(Clause):
    """分担: who pays an award; shares in percent by a choice, without shares where the text states none."""

    kind: Literal["分担"] = Field(alias="计算")
    base: Words = Field(alias="依据")
    by: Words = Field(alias="按")
    shares: dict[str, dict[str, Percent]] = Field(alias="分担")
    cut_down: Words = Field("", alias="尾差归后者")


AnyClause = Annotated[
    NoSum | CaseByCase | External | Fixed | Rate | Tiers | PerUnit | Table | Assessed | Interest | Redemption | Sharing,
    Field(discriminator="kind"),
]
CLAUSE: TypeAdapter[Any] = TypeAdapter(AnyClause)


class Reading(Model):
    """
    口径: a question the text leaves open, its answers by letter, and the recommended one (none: must be chosen).

    个案选项: letters that no fact expresses although others of the same question are computed.
    """

    id: Words = Field(alias="编号")
    question: Words = Field(alias="问题")
    options: dict[str, Words] = Field(alias="选项", min_length=2)
    recommended: Words | None = Field(None, alias="推荐")
    clauses: Names = Field((), alias="条款")
    reason: Words = Field("", alias="理由")
    by_case: Names = Field((), alias="个案选项")

    @model_validator(mode="after")
    def _recommends_one_of_its_options(self) -> "Reading":
        unknown = next((letter for letter in self.by_case if letter not in self.options), None)
        if unknown is not None:
            raise ValueError(f"个案选项“{unknown}”不在选项内")
        if self.recommended is not None and self.recommended not in self.options:
            raise ValueError(f"推荐“{self.recommended}”不在选项内")
        return self


class LedgerPeriod(Model):
    """期间: first and last day of what a paper covers, and whether it is counted by the month or by the day."""

    first: Words = Field(alias="起")
    last: Words = Field(alias="止")
    each: Literal["月", "日"] = Field(alias="每")


def _groups(value: Any) -> tuple[tuple[str, ...], ...] | str:
    """Clauses that may stand on the same paper: `各条`, or a list of lists."""
    if isinstance(value, str):
        if value != "各条":
            raise ValueError("只能写“各条”，或者列出若干组条款")
        return str(value)
    if not isinstance(value, list) or not all(isinstance(group, list) for group in value):
        raise ValueError("只能写“各条”，或者列出若干组条款")
    return tuple(_names(group) for group in value)


class Ledger(Model):
    """
    台账: how a kind of paper is known by its number, what it is used for, and which clauses may stand on the same one.

    编号 is the field with the number, 归属 what makes the number unique (申报单位 is the applicant). 基数 are the facts
    whose amount it carries, of the 总量 it states; a clause whose sum rests on none of them uses it as proof. 一次 says
    whether a clause may count it again for another object, 分组 which clauses count it apart from the others. 共用 are
    the clauses that may all stand on it, 再用 those (晋级: every ladder) under which the same object may show it again,
    both for one applicant.
    """

    kind: Words = Field(alias="种类", pattern="^[a-z_]{1,30}$")
    name: Words = Field("", alias="名称")
    number: Words = Field(alias="编号")
    scope: Names = Field((), alias="归属")
    period: LedgerPeriod | None = Field(None, alias="期间")
    purpose: Literal["基数", "证明"] = Field(alias="用途")
    total: Words | None = Field(None, alias="总量")
    bases: Names = Field((), alias="基数")
    once: Literal["条款", "条款和对象"] = Field("条款和对象", alias="一次")
    again: Names = Field((), alias="再用")
    sides: dict[str, Names] = Field(default_factory=dict, alias="分组")
    shared: Annotated[tuple[tuple[str, ...], ...] | str, BeforeValidator(_groups)] = Field((), alias="共用")
    near: Yes = Field(False, alias="相近提示")

    @model_validator(mode="after")
    def _bases_have_a_total(self) -> "Ledger":
        if (self.purpose == "基数") != (self.total is not None):
            raise ValueError("用途为“基数”的须写“总量”，用途为“证明”的不写")
        if self.purpose == "证明" and (self.bases or self.sides):
            raise ValueError("“基数”“分组”只用于用途为“基数”的材料")
        members = [clause for clauses in self.sides.values() for clause in clauses]
        double = next((clause for clause in members if members.count(clause) > 1), None)
        if double:
            raise ValueError(f"条款“{double}”在“分组”中出现了两次")
        return self


class Term(Model):
    """When a policy is in force; also resolved by readings."""

    start: Start = Field(alias="施行")
    years: Whole | None = Field(None, alias="有效期")
    end: Day | None = Field(None, alias="失效")
    last_day: Literal["周年前一日", "周年当日"] = Field("周年前一日", alias="末日")

    @model_validator(mode="after")
    def _ends_once(self) -> "Term":
        if (self.years is None) == (self.end is None):
            raise ValueError("“有效期”和“失效”应写且只写一个")
        return self


class Head(Model):
    """The head of a pack: everything but its clauses, which are resolved by readings one by one."""

    policy: Words = Field(alias="标识")
    title: Words = Field(alias="政策")
    document_number: Words = Field("", alias="文号")
    place: Words = Field(alias="适用地区")
    source: Words = Field(alias="来源")
    replaces: Words | None = Field(None, alias="取代")
    departments: Names = Field((), alias="部门")
    term: Kept = Field(alias="期限")
    gate: Kept = Field(default_factory=list, alias="共同条件")
    overlap: Kept = Field(None, alias="共同扣减")
    relations: Kept = Field(default_factory=list, alias="关系")
    readings: tuple[Reading, ...] = Field((), alias="口径")
    not_encoded: dict[str, Words] = Field(default_factory=dict, alias="未编码")
    clauses: Kept = Field(alias="条款")
