"""A clause as pages show it: its words, conditions and how the sum follows, in Chinese."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules import schema, units
from rules.clause import Compiled

MONETARY = frozenset(["定额", "比例", "分档", "单价", "查表", "核定", "贴息", "兑付"])


@dataclass(frozen=True)
class Clause:
    """One item of a policy as pages show it, under the recommended readings."""

    id: str
    number: str
    name: str
    article: str
    text: str
    texts: tuple[str, ...]
    monetary: bool
    calculation: str
    ceiling: bool
    subject: str
    who: str
    conditions_text: tuple[str, ...]
    how_text: tuple[str, ...]
    department: str
    guide: str
    when: str
    once: str
    yearly: bool
    pool: str
    quota: int | None
    readings: tuple[str, ...]


def describe(
    compiled: Compiled,
    *,
    pool: schema.NoSum | None,
    names: Mapping[str, str],
    department: str,
    readings: tuple[str, ...],
) -> Clause:
    """
    Return the description of a compiled clause.

    `pool` is the entry of the yearly pool it draws on, `names` are the names of the policy's clauses by number,
    `department` answers where the clause names none, `readings` are the ids of those that concern it.
    """
    model = compiled.model
    once = getattr(model, "once", None) or ""
    return Clause(
        id=compiled.id,
        number=model.number,
        name=model.name,
        article=model.article,
        text="\n".join(model.text),
        texts=model.text,
        monetary=model.kind in MONETARY,
        calculation=model.kind,
        ceiling=compiled.ceiling,
        subject=model.subject,
        who=model.who,
        conditions_text=tuple(_unique(node.text() for node in compiled.conditions)),
        how_text=tuple(how_text(compiled, pool, names)),
        department=model.department or department,
        guide=model.guide,
        when=model.when,
        once=once,
        yearly="每年" in once
        or any("每年" in (cap.scope or "") for cap in getattr(model, "caps", ()))
        or pool is not None,
        pool=f"{compiled.id.partition('-')[0]}-{pool.number}" if pool else "",
        quota=model.yearly_quota,
        readings=readings,
    )


def _unique(rows: Iterator[str]) -> dict[str, None]:
    return dict.fromkeys(rows)


_SCOPE_WORDS = {
    "主体累计": "同一单位累计",
    "主体每年": "同一单位每年",
    "对象累计": "同一{subject}累计",
    "对象每年": "同一{subject}每年",
}


def scope_words(scope: str | None, subject: str) -> str:
    """Return the words for what a cap or a once-only right attaches to."""
    return _SCOPE_WORDS[scope].format(subject=subject) if scope else "每笔"


def how_text(compiled: Compiled, pool: schema.NoSum | None, names: Mapping[str, str]) -> list[str]:
    """Return the sentences that say how the sum follows from the facts; `names` are the clauses' names by number."""
    model = compiled.model
    if model.kind == "一事一议":
        return ["按“一事一议”原则由主管部门研究确定，本条款没有固定的计算标准。"]
    if model.kind == "转致":
        return ["按照相关政策或上级到位资金的标准执行，不在本平台测算金额。"]
    if model.kind == "分担":
        return ["奖补资金由市、县按照财政体制分担。"]
    if compiled.formula is None:
        return ["本条不直接给予奖补资金。"]
    rows = compiled.formula.how()
    for cap in model.caps:
        words = scope_words(cap.scope, model.subject)
        joint = f"（{_listed(cap.shared, names)}合并计算）" if cap.shared else ""
        rows.append(f"{words}最高 {units.short_yuan(cap.amount)}{joint}。")
    if model.ladder:
        whose = "同一单位" if model.ladder == "主体" else f"同一{model.subject}"
        rows.append(f"按晋级补差原则，减去{whose}此前按本条款已获的奖补。")
    if model.first:
        rows.append("以前年度已经达到的档次不算“首次达到”，不再给予。")
    if model.once and getattr(model, "each_once", False):
        rows.append(f"每个{model.subject}只奖励一次。")
    elif model.once:
        rows.append(f"{scope_words(model.once, model.subject).replace('累计', '')}只给予一次。")
        if getattr(model, "carried", False):
            rows.append("因年度总额不足没有给足的，余额结转以后年度补足。")
    for relation in compiled.relations:
        rows.append(f"{_listed(relation.clauses, names)}之间按就高不重复原则执行。")
    if compiled.overlap:
        rows.append("与本市各级其他同类政策重叠的，按“从优、就高、不重复”原则执行。")
    if model.instalments:
        shares = "、".join(f"{units.plain_decimal(share)}%" for share in model.instalments)
        rows.append(f"分 {len(model.instalments)} 期拨付，比例依次为 {shares}。")
    if model.instalment_count:
        rows.append(f"分 {model.instalment_count} 期拨付，各期金额由主管部门确定。")
    if pool and pool.pool:
        amount = f"（{units.short_yuan(pool.pool.amount)}）" if pool.pool.amount else ""
        rows.append(f"受年度总额{amount}限制，余额不足时按主管单位确定的办法（排队、按比例或者以余额为限）安排。")
    if compiled.ceiling:
        rows.append("计算结果为上限，由主管部门在上限以内核定。")
    elif model.kind == "比例":
        rows.append("计算结果四舍五入到分。")
    return rows


def _listed(numbers: Iterable[str], names: Mapping[str, str]) -> str:
    return "、".join(f"“{names.get(number, number)}”" for number in numbers)
