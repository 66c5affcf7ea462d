"""
What may be done on a recovery case, and when: each gate says the article that keeps it shut.

One function per act over what `recovering.read` has read; `why_not_recover` asks by the name of a step, so that a page
can show all of them from one reading.
"""

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

import rules
from applications import recovering
from applications.documents.letter import chinese_date
from applications.models import (
    Account,
    Application,
    CaseDuty,
    Duty,
    Finding,
    Membership,
    Posting,
    RecoveryCase,
    RecoveryClaim,
    RecoveryEntry,
    RecoveryTerm,
    Status,
    User,
)
from applications.permissions.base import COUNTER, Standing, why_not_officer, with_standing
from applications.recovering import PARTY, STEPS, Road, Term, ran_out

REVOCABLE = (Status.GRANTED, Status.PAID, Status.CLOSED)

Gate = Callable[[Road, Standing, date], str]


def why_not_open_recovery(
    application: Application, standing: Standing, *, awarded: bool, finding: Finding | None = None
) -> str:
    """A case is opened by 稽核 against an award that stands, once at a time, on a doubt that is being looked into."""
    if reason := why_not_officer(application, standing, Duty.INSPECT):
        return reason
    if application.status not in REVOCABLE or not awarded:
        return f"本件目前为“{application.get_status_display()}”，没有可以追回的奖补决定。"
    if recovering.of_application(application):
        return "本件已有尚未办结的追回案件。"
    if finding is None:
        return ""
    if finding.authority_id != application.authority_id:
        return "该线索不属于本单位。"
    if finding.application_id not in (None, application.pk):
        return "该线索涉及另一申报件。"
    if finding.state != Finding.State.TAKEN:
        return f"该线索{finding.get_state_display()}，受领核查后方可立案。"
    return ""


def with_case(rows: QuerySet[RecoveryCase], user: User) -> QuerySet[Any]:
    """Read with recovery cases the award, the whole of its application, and how a user stands to it (one query)."""
    deep = ("authority", "policy", "clause__policy", "applicant")
    rows = rows.select_related("award", *(f"application__{name}" for name in deep))
    return with_standing(rows, user, of="application__")


def _why_not_at_all(name: str, road: Road, standing: Standing) -> str:
    """Return why an act is not this person's, or does not start from where the case stands."""
    step, recovery = STEPS[name], road.recovery
    application = recovery.application
    if PARTY in step.who:
        if not standing.is_member or standing.role == COUNTER:
            return "只有当事人可以办理此事项。"
    elif reason := why_not_officer(application, standing, *sorted(step.who)):
        return reason
    if recovery.state not in step.sources:
        return f"本案目前为“{recovery.get_state_display()}”，不能{step.label}。"
    return ""


def _always(road: Road, standing: Standing, today: date) -> str:
    return ""


def _notify(road: Road, standing: Standing, today: date) -> str:
    """Whoever decides has to know: two officers have investigated since the case was opened or sent back."""
    back = road.last("reopen", "review", "discuss")
    found = road.last("investigate")
    if found is None or (back and back.detail.get("back") and found.pk < back.pk):
        return "尚无由两名稽核人员作出的调查记录（行政处罚法第四十二条），不能告知拟处理意见。"
    return _under_way(road)


def _under_way(road: Road) -> str:
    if road.under_way:
        return "本件尚有在途拨付，应退本金不能确定；请先复核、驳回或者取得支付结果。"
    return ""


def _ask_hearing(road: Road, standing: Standing, today: date) -> str:
    """A hearing is asked for once, within five working days of the notice, where the sum is large."""
    if not road.recovery.large:
        return "本案不属于可以要求听证的情形（行政处罚法第六十三条）。"
    if road.told("ask_hearing"):
        return "已经要求听证，等待通知。"
    term = road.term_told(Term.HEARING)
    if ran_out(term, today):
        assert term is not None
        assert term.due_on is not None
        return f"要求听证的期限至{chinese_date(term.due_on)}止，已经届满（行政处罚法第六十四条第一项）。"
    return ""


def _convene(road: Road, standing: Standing, today: date) -> str:
    asked, held = road.told("ask_hearing"), road.told("hold_hearing")
    if asked is None:
        return "当事人没有要求听证。"
    return "听证已经举行。" if held else ""


def _hold_hearing(road: Road, standing: Standing, today: date) -> str:
    """The host who was named leads the hearing, and has not investigated (行政处罚法第六十四条第四项)."""
    called = road.told("convene")
    if called is None:
        return "尚未通知听证的时间和地点（行政处罚法第六十四条第二项），不能举行听证。"
    if standing.user.pk in road.investigators:
        return "本案调查人员不得主持听证（行政处罚法第六十四条第四项）。"
    if called.detail["host"] != standing.user.pk:
        return "听证由通知书载明的主持人主持。"
    if road.told("hold_hearing"):
        return "听证已经举行。"
    held_on = date.fromisoformat(called.detail["held_at"][:10])
    return f"听证定于{chinese_date(held_on)}举行。" if today < held_on else ""


def _answer(road: Road, standing: Standing, today: date) -> str:
    """
    The party is heard before anything is decided: it has spoken, has waived it, or its time has run out.

    A hearing that was asked for in time is held; where it could be asked for, its time has run out too.
    """
    if reason := _why_not_heard(road, today):
        return reason
    return _why_no_hearing(road, today)


def _why_not_heard(road: Road, today: date) -> str:
    if road.statement or road.waived:
        return ""
    term = road.term_told(Term.STATE)
    if ran_out(term, today):
        return ""
    until = f"期限至{chinese_date(term.due_on)}止" if term and term.due_on else "期限待定（缺少相应年度的工作日安排）"
    return f"当事人尚未陈述申辩，{until}；未听取陈述申辩不得作出决定（行政处罚法第四十五条、第六十二条）。"


def _why_no_hearing(road: Road, today: date) -> str:
    if not road.recovery.large:
        return ""
    if road.told("ask_hearing"):
        if road.told("hold_hearing"):
            return ""
        return "当事人在期限内要求听证，尚未举行听证（行政处罚法第六十三条、第六十四条）。"
    if road.waived or ran_out(road.term_told(Term.HEARING), today):
        return ""
    return "当事人要求听证的期限尚未届满（行政处罚法第六十四条第一项）。"


def _review(road: Road, standing: Standing, today: date) -> str:
    """法制审核 is somebody else's than the investigation's and the hearing's (行政处罚法第五十八条)."""
    if standing.user.pk in road.investigators:
        return "本案调查人员不得进行法制审核（行政处罚法第五十八条）。"
    hosts = {step.detail["host"] for step in road.steps if step.name == "convene"}
    return "本案听证主持人不得进行法制审核（行政处罚法第五十八条）。" if standing.user.pk in hosts else ""


def _decide(road: Road, standing: Standing, today: date) -> str:
    """
    A decision follows the notice, the hearing of the party, 法制审核 and 集体讨论, and demands what was really paid.

    The state says that all of it was done; the rows have to say so too.
    """
    recovery = road.recovery
    if road.last("notify") is None or not (recovery.facts and recovery.basis):
        return "作出决定前应当告知当事人事实、理由、依据和权利（行政处罚法第四十四条）。"
    if road.told("answer") is None:
        return "未听取当事人的陈述申辩，不得作出决定（行政处罚法第六十二条）。"
    if (found := road.told("review")) is None or not found.detail["passed"]:
        return "未经法制审核或者审核未通过的，不得作出决定（行政处罚法第五十八条）。"
    if (agreed := road.told("discuss")) is None or not agreed.detail["agreed"]:
        return "未经集体讨论，不得作出决定（行政处罚法第五十七条）。"
    if reason := _under_way(road):
        return reason
    return why_not_principal(road, recovery.whole, recovery.principal_fen)


def why_not_principal(road: Road, whole: bool, principal_fen: int | None) -> str:
    """What is demanded is what was really paid and not demanded before: all of it, or a part of it."""
    paid = rules.yuan(road.paid_fen)
    if principal_fen is None or principal_fen < 0:
        return "请填写应退本金。"
    if whole and principal_fen != road.paid_fen:
        return f"撤销全部奖补的，应退本金为实际已拨付的{paid}元；金额有变化的，须重新告知（行政处罚法第四十四条）。"
    if not whole and not 0 < principal_fen <= road.paid_fen:
        return f"应退本金须大于0且不超过实际已拨付的{paid}元。"
    return ""


def _plan(road: Road, standing: Standing, today: date) -> str:
    return "" if road.outstanding else "没有尚未退回的金额，不需要分期。"


def _urge(road: Road, standing: Standing, today: date) -> str:
    """Who has not paid in time is urged, once while the urging runs."""
    if not road.outstanding:
        return "没有尚未退回的金额，不需要催告。"
    term = road.term(Term.PAY)
    if not ran_out(term, today):
        until = f"至{chinese_date(term.due_on)}止" if term and term.due_on else "待定"
        return f"退回期限{until}，届满仍未履行的方可催告（行政强制法第五十四条）。"
    urged = road.term(Term.URGE)
    if urged is not None and urged.ended_on is None and not ran_out(urged, today):
        return "已经催告，催告的期限尚未届满。"
    return ""


def _enforce(road: Road, standing: Standing, today: date) -> str:
    """A court is asked after 催告 and its ten working days, and not while an appeal is possible or pending."""
    if not road.outstanding:
        return "没有尚未退回的金额，不需要申请强制执行。"
    if road.last("enforce"):
        return "已经申请强制执行。"
    if pending := road.contest_pending():
        return f"{recovering.CONTESTS[pending.detail['kind']]}尚无结果，不能申请强制执行（行政强制法第五十三条）。"
    end = road.appeals_end
    if end is None:
        return "复议、诉讼的期限待定（缺少相应年度的工作日安排），不能申请强制执行（行政强制法第五十三条）。"
    if today <= end:
        return f"申请复议、提起诉讼的期限至{chinese_date(end)}止，期满前不能申请强制执行（行政强制法第五十三条）。"
    urged = road.term(Term.URGE)
    if urged is None:
        return "申请强制执行前应当先催告（行政强制法第五十四条）。"
    if not ran_out(urged, today):
        until = f"至{chinese_date(urged.due_on)}止" if urged.due_on else "待定"
        return f"催告的期限{until}，届满仍未履行的方可申请强制执行（行政强制法第五十四条、第六十九条）。"
    return ""


def _set_off(road: Road, standing: Standing, today: date) -> str:
    term = road.term(Term.PAY)
    if not sum(road.balances[account].open for account in recovering.SET_OFF_ACCOUNTS):
        return "没有可以抵扣的本金或者利息。"
    if not ran_out(term, today):
        until = f"至{chinese_date(term.due_on)}止" if term and term.due_on else "待定"
        return f"退回期限{until}，届满仍未履行的方可抵扣。"
    return ""


def _money(road: Road, standing: Standing, today: date) -> str:
    """Money is entered after the service; on a closed case only while its balance is open again."""
    closed = road.recovery.state == RecoveryCase.State.CLOSED
    return "本案已经结案，台账已结清。" if closed and not (road.outstanding or road.over) else ""


def _close(road: Road, standing: Standing, today: date) -> str:
    """A case is closed with nothing open, nothing to refund, no claim waiting and no appeal pending."""
    if road.outstanding:
        return f"尚有{rules.yuan(road.outstanding)}元未退回，也未核销，不能结案。"
    if road.over:
        return f"多缴的{rules.yuan(road.over)}元尚未退还，不能结案。"
    if road.waiting:
        return "尚有待复核的台账事项，不能结案。"
    if pending := road.contest_pending():
        return f"{recovering.CONTESTS[pending.detail['kind']]}尚无结果，不能结案。"
    return ""


def _not_annulled(road: Road, standing: Standing, today: date) -> str:
    """Nothing more follows from a decision that an appeal has annulled."""
    judged = road.judged
    annulled = judged is not None and judged.detail["outcome"] == "annulled"
    return "追回决定已被撤销，不能再据以办理。" if annulled else ""


def _publish(road: Road, standing: Standing, today: date) -> str:
    if road.contest_pending():
        return "复议、诉讼期间暂不公示。"
    return _not_annulled(road, standing, today)


def _unpublish(road: Road, standing: Standing, today: date) -> str:
    until = road.recovery.published_until
    return "" if until is not None and until >= today else "处理结果目前没有公示。"


GATES: dict[str, Gate] = {
    "notify": _notify,
    "ask_hearing": _ask_hearing,
    "convene": _convene,
    "hold_hearing": _hold_hearing,
    "answer": _answer,
    "review": _review,
    "decide": _decide,
    "plan": _plan,
    "urge": _urge,
    "enforce": _enforce,
    "set_off": _set_off,
    "charge": _not_annulled,
    "restrict": _not_annulled,
    "claim": _money,
    "confirm": _money,
    "refuse": _money,
    "close": _close,
    "publish": _publish,
    "unpublish": _unpublish,
}


def why_not_recover(name: str, road: Road, standing: Standing, today: date) -> str:
    """Return why an act of `recovering.STEPS` may not be done now by this person, "" when it may."""
    return _why_not_at_all(name, road, standing) or GATES.get(name, _always)(road, standing, today)


def why_not_restrict_body(road: Road, uscc: str) -> str:
    """On a decision the party itself may be restricted, and who was found to stand behind it or beside it."""
    party = road.recovery.party
    known = {road.recovery.application.applicant.uscc, party.get("uscc")}
    for key in ("shareholders", "controllers", "affiliates"):
        known |= {row.get("uscc") for row in party.get(key, ())}
    return "" if uscc in known else "该单位不是当事人，也未记载为其股东、实际控制人或者关联单位。"


# ---- what an act names -----------------------------------------------------------------------------------------------


def why_not_investigators(recovery: RecoveryCase, officers: Collection[User], by: User) -> str:
    """Two officers of 稽核 investigate, one of whom writes it down; none has another part in the case."""
    if len({officer.pk for officer in officers}) < 2:
        return "调查须由两名以上稽核人员进行（行政处罚法第四十二条）。"
    if by not in officers:
        return "调查记录由参加调查的人员填写。"
    for officer in officers:
        if reason := _why_not_person(recovery, officer, Duty.INSPECT):
            return f"{officer.name}：{reason}"
    return ""


def why_not_host(road: Road, host: User) -> str:
    """A hearing is led by somebody posted to it without another part in the case (行政处罚法第六十四条第四项)."""
    if host.pk in road.investigators:
        return "本案调查人员不得主持听证（行政处罚法第六十四条第四项）。"
    if reason := _why_not_person(road.recovery, host, Duty.HEARING):
        return f"{host.name}：{reason}"
    return ""


def _why_not_person(recovery: RecoveryCase, user: User, duty: str) -> str:
    posted = Posting.objects.current().filter(user=user, authority=recovery.authority_id, duty=duty)
    if not posted.exists():
        return f"须为本单位{Duty(duty).label}岗位的人员。"
    if Membership.objects.filter(applicant=recovery.application.applicant_id, user=user).exists():
        return "是当事人的成员，应当回避。"
    held = CaseDuty.objects.filter(application=recovery.application_id, user=user).exclude(duty=duty).first()
    return f"已在本件担任{held.get_duty_display()}，不能再担任{Duty(duty).label}。" if held else ""


def why_not_hearing_day(term: RecoveryTerm, today: date, held_on: date) -> str:
    """
    The party is told of time and place at least seven working days ahead; `term` runs from today.

    Where the year has no table the seven days cannot be counted: then at least seven days of the calendar lie between,
    which they always do.
    """
    first = term.due_on or today + timedelta(days=term.length)
    if held_on < first:
        return f"应当在举行听证的七个工作日前通知当事人（行政处罚法第六十四条第二项），最早为{chinese_date(first)}。"
    return ""


def why_not_changed_sums(
    road: Road, principal_fen: int | None, interest_fen: int | None, *, restores: bool, revoked: bool
) -> str:
    """
    A change names what is owed now and never more than before (行政复议法第六十三条、行政诉讼法第七十七条).

    Something has to change: a sum, or that an award that is `revoked` as a whole stands again (`restores`).
    """
    principal, interest = road.balances[Account.PRINCIPAL].owed, road.balances[Account.INTEREST].owed
    if principal_fen is None:
        return "请填写变更后应退的本金。"
    if not 0 <= principal_fen <= principal:
        return f"变更后的本金不能超过决定的{rules.yuan(principal)}元（行政复议法第六十三条、行政诉讼法第七十七条）。"
    if interest and interest_fen is None:
        return f"决定载明利息{rules.yuan(interest)}元，请填写变更后应退的利息。"
    if not 0 <= (interest_fen or 0) <= interest:
        return f"变更后的利息不能超过决定的{rules.yuan(interest)}元。"
    if restores and not revoked:
        return "本案没有撤销奖补决定，不需要恢复。"
    same = (principal_fen, interest_fen or 0) == (principal, interest)
    return "变更后的金额与决定相同，请核对。" if same and not restores else ""


# ---- the ledger ------------------------------------------------------------------------------------------------------

# Who records a movement and who confirms it.
CLAIM_DUTIES: dict[str, tuple[Duty, Duty]] = {
    RecoveryEntry.Kind.REPAID: (Duty.PAY, Duty.COUNTERSIGN),
    RecoveryEntry.Kind.REFUNDED: (Duty.PAY, Duty.COUNTERSIGN),
    RecoveryEntry.Kind.WRITTEN_OFF: (Duty.INSPECT, Duty.LEGAL),
}


def why_not_claim(road: Road, standing: Standing, today: date, kind: str) -> str:
    """Repayments and refunds are recorded by 财政经办, write-offs by 稽核."""
    if reason := why_not_officer(road.recovery.application, standing, CLAIM_DUTIES[kind][0]):
        return reason
    return why_not_recover("claim", road, standing, today)


def why_not_confirm_claim(road: Road, standing: Standing, today: date, claim: RecoveryClaim) -> str:
    """What one officer recorded another confirms: 财政复核 a repayment or refund, 法制审核 a write-off."""
    if reason := _why_not_second(road, standing, today, claim):
        return reason
    if claim.reverses_id and claim.reverses_id not in {row.pk for row in recovering.counting(road.entries)}:
        return "该笔台账已随其他事项冲回，请驳回本次登记。"  # while this waited, a decision fell or a payment came back
    return why_not_amount(road, claim.account, claim.kind, claim.amount_fen, claim.reverses_id is not None, claim.pk)


def why_not_refuse_claim(road: Road, standing: Standing, today: date, claim: RecoveryClaim) -> str:
    """Whoever could confirm a claim may also drop it; a fact that does not fit any more is dropped too."""
    return _why_not_second(road, standing, today, claim)


def _why_not_second(road: Road, standing: Standing, today: date, claim: RecoveryClaim) -> str:
    if reason := why_not_officer(road.recovery.application, standing, CLAIM_DUTIES[claim.kind][1]):
        return reason
    if claim.confirmed_at:
        return "该事项已经确认。"
    if claim.dropped_at:
        return "该事项已经驳回。"
    if claim.made_by.user_id == standing.user.pk:
        return "登记和确认须由两人分别办理。"
    return why_not_recover("confirm", road, standing, today)


def why_not_amount(
    road: Road, account: str, kind: str, amount_fen: int, reversing: bool = False, claim: int = 0
) -> str:
    """
    A write-off is at most what is open, a refund at most what came too much, each beside the claims that wait.

    A repayment may be more than what is open: what stands at the treasury is a fact, and what is too much is refunded.
    """
    if amount_fen <= 0:
        return "金额须大于0。"
    if reversing or kind == RecoveryEntry.Kind.REPAID:
        return ""
    balance = road.balances[account]
    waiting = sum(
        row.amount_fen
        for row in road.waiting
        if (row.account, row.kind, row.reverses_id) == (account, kind, None) and (not claim or row.pk < claim)
    )
    name = Account(account).label
    if kind == RecoveryEntry.Kind.WRITTEN_OFF and amount_fen > balance.open - waiting:
        return f"{name}尚未退回{rules.yuan(balance.open)}元，核销不能超过该余额（含待确认的核销）。"
    if kind == RecoveryEntry.Kind.REFUNDED and amount_fen > balance.over - waiting:
        return f"{name}多缴{rules.yuan(balance.over)}元，退还不能超过多缴的金额（含待复核的退还）。"
    return ""
