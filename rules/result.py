"""From where the claims of a filing stand to the verdict: labels, schedule, shares, the reason in one sentence."""

from collections.abc import Mapping
from typing import Any

from rules import formulas, schema, units
from rules.case import Case
from rules.limits import Part
from rules.standing import Standing
from rules.verdict import Instalment, Share, Verdict, invalid


def single(case: Case, standing: Standing, frame: Mapping[str, Any]) -> Verdict:
    """Return the verdict of one clause; `frame` is what every verdict of the case carries."""
    part = standing.part
    if standing.state == "missing":
        return invalid(str(standing.blocked), standing.reason, tuple(part.steps), **frame)
    if standing.state == "no":
        return Verdict(False, "none", 0, standing.blocked, standing.reason, tuple(part.steps), **frame)
    if standing.state in ("case_by_case", "external"):
        return Verdict(True, standing.state, None, None, _null_reason(part), tuple(part.steps), **frame)
    if standing.state == "sharing":
        return _shared(part, frame)
    if not part.fen and part.blocked:
        return Verdict(False, "none", 0, part.blocked, _cut_reason(part), tuple(part.steps), **frame)
    kind = "ceiling" if part.compiled.ceiling else "exact"
    schedule = _schedule(case, part)
    for instalment in schedule:
        share = "比例由主管部门确定" if instalment.fen is None else "均分"
        share = f"{instalment.share_pct}%" if instalment.share_pct else share
        result = "金额由主管部门确定" if instalment.fen is None else f"{units.yuan(instalment.fen)}元"
        part.note("schedule", instalment=instalment.number, share=share, result=result)
    reason = _paying_reason(part)
    part.note("result", value=reason)
    return Verdict(True, kind, part.fen, part.blocked, reason, tuple(part.steps), schedule=schedule, **frame)


def _approved(case: Case, part: Part) -> int | None:
    return part.claim.values.get("approved_amount_yuan")


def _schedule(case: Case, part: Part) -> tuple[Instalment, ...]:
    """Return the instalments of the sum approved, or of the computed one while none is."""
    model = part.compiled.model
    approved = _approved(case, part) if part.compiled.ceiling else None
    total = part.fen if approved is None else min(approved, part.fen)
    if model.instalments:
        sums = [formulas.percent_of(total, share) for share in model.instalments]
        sums[-1] = total - sum(sums[:-1])
        rows = zip(model.instalments, sums, strict=True)
        return tuple(
            Instalment(number, units.plain_decimal(share), fen) for number, (share, fen) in enumerate(rows, start=1)
        )
    if model.instalment_count and model.equal_instalments:
        each = total // model.instalment_count
        sums = [each] * (model.instalment_count - 1)
        sums.append(total - sum(sums))
        return tuple(Instalment(number, None, fen) for number, fen in enumerate(sums, start=1))
    if model.instalment_count:
        return tuple(Instalment(number, None, None) for number in range(1, model.instalment_count + 1))
    return ()


def _null_reason(part: Part) -> str:
    if part.compiled.model.kind == "一事一议":
        return f"符合{part.compiled.article}的条件，按“一事一议”办理，金额由主管部门研究确定。"
    return f"符合{part.compiled.article}的条件，按相关政策或上级资金标准执行，金额不在此测算。"


_CUTS = {
    "once_only_used": "此前已按{article}获得一次性奖补，不再重复给予。",
    "no_increment": "按晋级补差原则，此前已获{article}的奖补不低于本档标准，本次没有可补差额。",
    "cap_used": "{article}规定的最高限额已经用完。",
    "pool_exhausted": "年度资金池已无余额，本次按余额给予。",
    "zero_base": "计算基数为零，没有可给予的金额。",
    "higher_not_repeat": "按就高不重复原则，同一事项已获不低于本项的奖补，不再给予。",
}


def _cut_reason(part: Part) -> str:
    return _CUTS[str(part.blocked)].format(article=part.compiled.article)


_PARTLY = {
    "cap_used": "最高限额扣除此前已获部分后",
    "pool_exhausted": "受年度资金池余额所限",
    "higher_not_repeat": "按就高不重复原则扣除已获部分后",
    "once_only_used": "扣除此前已经奖励的部分后",
}


def _paying_reason(part: Part) -> str:
    partly = f"{_PARTLY[part.blocked]}，" if part.blocked else ""
    met = f"符合{part.compiled.article}的条件，{partly}"
    if part.compiled.ceiling:
        return f"{met}测算上限为 {units.yuan(part.fen)} 元，由主管部门在上限以内核定。"
    return f"{met}应给予 {units.yuan(part.fen)} 元。"


def _shared(part: Part, frame: Mapping[str, Any]) -> Verdict:
    """Split an award among payers; the remainder of cutting down goes to the payer that the reading names."""
    model = part.compiled.model
    assert isinstance(model, schema.Sharing), "only 分担 is split"
    assert part.compiled.sharing is not None, "分担 names its facts"
    base, by = part.compiled.sharing
    total = part.claim.values[base.name]
    rows = model.shares.get(by.choice_label(part.claim.values[by.name]), {})
    shares = []
    sums = {payer: formulas.percent_of(total, share) for payer, share in rows.items()}
    if sums:
        bearer = model.cut_down if model.cut_down in sums else next(reversed(sums))
        sums[bearer] += total - sum(sums.values())
        shares = [Share(payer, units.plain_decimal(rows[payer]), fen) for payer, fen in sums.items()]
    else:
        shares = [Share("按财政体制", None, None)]
    for share in shares:
        words = f"{share.share_pct}%" if share.share_pct else "按财政体制，文件未列比例"
        result = "由财政部门确定" if share.fen is None else f"{units.yuan(share.fen)}元"
        part.note("share", payer=share.payer, share=words, result=result)
    if not total:
        return Verdict(False, "none", 0, "zero_base", _CUTS["zero_base"], tuple(part.steps), **frame)
    payers = "；".join(
        f"{share.payer} {units.yuan(share.fen)} 元" if share.fen is not None else share.payer for share in shares
    )
    reason = f"奖补资金 {units.yuan(total)} 元的负担：{payers}。"
    return Verdict(True, "exact", total, None, reason, tuple(part.steps), shares=tuple(shares), **frame)


def together(case: Case, standings: list[Standing], frame: Mapping[str, Any]) -> Verdict:
    """Return the combined result of several clauses: parts in the order asked, the total of what is payable."""
    by_id = {standing.part.compiled.id: standing for standing in standings}
    singles = {claim.clause: single(case, by_id[claim.clause], frame) for claim in case.claims}
    trace = tuple(step for verdict in singles.values() for step in verdict.trace)
    sums = {clause: verdict.amount_fen for clause, verdict in singles.items()}
    payable = [verdict for verdict in singles.values() if verdict.eligible]
    if not payable:
        refused = [verdict for verdict in singles.values() if verdict.eligible is None]
        first = refused[0] if refused else next(iter(singles.values()))
        return Verdict(
            first.eligible, "none", first.amount_fen, first.blocked_by, first.reason, trace, by_clause=sums, **frame
        )
    computed = [verdict for verdict in payable if verdict.amount_fen is not None]
    kinds = {verdict.kind for verdict in payable}
    kind = next(kind for kind in ("ceiling", "exact", "case_by_case", "external") if kind in kinds)
    total = sum(verdict.amount_fen or 0 for verdict in computed) if computed else None
    blocked = next((verdict.blocked_by for verdict in payable if verdict.blocked_by), None)
    schedules = [verdict.schedule for verdict in payable if verdict.schedule]
    reasons = "；".join(f"{clause}：{verdict.reason.rstrip('。')}" for clause, verdict in singles.items())
    return Verdict(
        True,
        kind,
        total,
        blocked,
        f"合并测算：{reasons}。",
        trace,
        schedule=schedules[0] if len(schedules) == 1 else (),
        by_clause=sums,
        **frame,
    )
