"""What the page of a claim tells its applicant: the road, every step taken, papers, corrections, money."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

import rules
from applications import assessing, holds, ledger, permissions, pools
from applications.actions.filing import may_file
from applications.completeness import gaps_of
from applications.models import (
    Application,
    Award,
    ClockPause,
    Document,
    Evidence,
    Instalment,
    Payment,
    Promise,
    Status,
)
from applications.models.document import HIDDEN
from applications.promises import promised_slots
from applications.restricted import why_not_filing
from applications.workflow import EDITABLE, NEXT, ROAD
from portal.forms.claim import DECLARATION
from portal.views.claim_defects import defects_of
from portal.views.claim_lookup import Claim, evidence_by_slot, where

# What each act of the history means for the applicant; inner acts of the officers are not told one by one.
WORDS = {
    "start": "建立申报件",
    "attach": "上传材料",
    "take_back": "移除材料",
    "confirm": "法定代表人确认",
    "submit": "提交申报",
    "resubmit": "提交补正",
    "accept": "主管单位受理",
    "decline": "主管单位决定不予受理",
    "correct": "主管单位一次性告知补正",
    "lapse": "逾期未补正，视为撤回",
    "promise": "承诺限期补交材料",
    "accept_with_promises": "主管单位容缺受理",
    "keep_promise": "补交承诺的材料",
    "breach": "承诺的材料逾期未补交，终止办理",
    "mandate": "窗口代办",
    "attach_mandate": "上传授权委托书",
    "ask_expert": "征询专家意见",
    "answer_expert": "专家已答复",
    "propose": "核验完成，提请审批",
    "return_": "审批退回，继续核验",
    "endorse": "审批同意，进入公示",
    "refuse": "主管单位决定不予兑现",
    "reopen": "异议成立，重新核验",
    "grant": "主管单位批准兑现",
    "confirm_payment": "财政部门拨付资金",
    "pay": "资金全部拨付",
    "prepare_payment": "编入拨付批次",
    "send_payment": "拨付指令已送付",
    "return_payment": "资金被银行退回",
    "release_return": "退票已处理",
    "change_account": "变更收款账户",
    "confirm_account": "法定代表人确认收款账户变更",
    "account_found_wrong": "收款账户核对未通过",
    "ask_recheck": "请提供分期再核材料",
    "recheck": "分期资金再核",
    "close": "办结归档",
    "withdraw": "申报单位撤回",
    "revoke": "原奖补决定被撤销",
    "restore": "原奖补决定恢复效力",
    "explain_delay": "主管单位超期说明",
    "set_due_day": "主管单位确定补正期限",
    "wait_for_money": "已通过审批，等待资金安排",
    "call_up": "资金有余额，轮到办理",
    "carry_wait": "等待的资金结转至以后年度",
    "settled": "批次资金结算",
    "recovery_open": "主管单位立案调查奖补资金",
    "recovery_notify": "主管单位告知拟处理意见",
    "recovery_state": "提交陈述申辩",
    "recovery_ask_hearing": "要求听证",
    "recovery_convene": "主管单位通知听证",
    "recovery_decide": "主管单位作出追回决定",
    "recovery_serve": "追回决定已送达",
    "recovery_urge": "主管单位催告",
    "recovery_plan": "分期退回",
    "recovery_contest": "复议、诉讼情况",
    "recovery_close": "追回案件结案",
    "recovery_drop": "主管单位撤销立案",
    "review_ask": "年度复核，请提供材料",
    "review_answer": "提交年度复核答复",
    "review_qualified": "年度复核合格",
    "review_rectify": "年度复核，请整改",
    "review_rectified": "整改已确认，复核办结",
}
FILES = frozenset({"attach", "take_back"})
TOLD_WITH_NOTE = frozenset(
    {"accept", "accept_with_promises", "breach", "decline", "keep_promise", "lapse", "mandate", "promise"}
    | {"refuse", "start", "withdraw", "explain_delay", "set_due_day"}
    | {"return_payment", "change_account", "account_found_wrong", "ask_recheck", "recheck"}
    | {"carry_wait", "endorse", "settled", "wait_for_money"}
)


@dataclass(frozen=True)
class StepShown:
    """One step of the road, as `includes/steps.html` shows it."""

    name: str
    state: str
    note: str


@dataclass(frozen=True)
class ActShown:
    """One act that happened: when, what, by which side, and the reason where one was given."""

    at: Any
    words: str
    by: str
    note: str


@dataclass(frozen=True)
class FactShown:
    """One declared fact in words."""

    label: str
    value: str


def story_of(claim: Claim) -> dict[str, Any]:
    """Return the context of a claim's page; the number of queries does not depend on how much has happened."""
    case = claim.case
    files = evidence_by_slot(case)
    flat = [item for slot in files.values() for item in slot]
    acts = _acts(case)
    clocks = _clocks(case)
    return {
        "case": case,
        "editable": case.status in EDITABLE,
        "next": NEXT[Status(case.status)],
        "steps": _steps(case),
        "acts": acts,
        "facts": _facts(case),
        "files": _files(case, files),
        "documents": _documents(case),
        "awards": _awards(case),
        "delays": [clock for clock in clocks if clock.late_reason],
        "resting": any(clock.resting for clock in clocks if clock.step == case.status and not clock.ended_on),
        "share": _share(case),
        "promises": [_promise(claim, row) for row in claim.promises],
        "mandate": claim.mandate,
        "at_the_counter": claim.at_the_counter,
        "can_withdraw": not permissions.why_not_withdraw(case, claim.standing),
        **(_before_submission(claim, flat) if case.status in EDITABLE else {}),
    }


def _share(case: Application) -> pools.Share | None:
    """Return how a case that waits for money stands to its pool; asked for only where a case can wait."""
    share = pools.share_of(case) if case.status == Status.PROPOSED else None
    return share if share and share.waiting else None


def _before_submission(claim: Claim, evidence: list[Evidence]) -> dict[str, Any]:
    case = claim.case
    now = timezone.now()
    promised = promised_slots(claim.promises, timezone.localdate(now))
    gaps = gaps_of(case, evidence, has_account=claim.has_account, promised=promised)
    labels = [str(gap) for gap in gaps]
    # Asked once the claim is whole: until then the form says it at the slot.
    taken = [] if gaps else [row for row in ledger.obstacles_of(case, evidence).values() if row.stops]
    return {
        "next": _next(claim, whole=not gaps and not taken),
        "missing": [where(claim, gap) for gap in gaps],
        "taken": [(row.text, f"{reverse('claim_form', args=[case.pk])}#slot-{row.slot}") for row in taken],
        "declaration": DECLARATION,
        "why_not_confirm": permissions.why_not_confirm(case, claim.standing, labels),
        "why_not_submit": permissions.why_not_submit(
            case,
            claim.standing,
            labels,
            is_open=case.status == Status.DRAFT and may_file(case, now),
            restricted=why_not_filing(case, now) if claim.restricted else "",
            mandated=claim.mandate is not None and claim.mandate.file_id is not None,
        ),
        "asked": defects_of(case),
    }


def _next(claim: Claim, *, whole: bool) -> str:
    """Return what to do next; a draft that is whole waits for 法定代表人, then for the hand that submits it."""
    case = claim.case
    if case.status != Status.DRAFT or not whole or claim.at_the_counter:
        return NEXT[Status(case.status)]
    return "请提交申报。" if case.confirmed_at else "申报内容和材料已齐备，请法定代表人登录确认，再提交申报。"


@dataclass(frozen=True)
class PromiseShown:
    """One promised paper: how it stands, and where it is handed in while it can be."""

    row: Promise
    state: str
    tone: str
    url: str


def _promise(claim: Claim, row: Promise) -> PromiseShown:
    case = claim.case
    if row.kept_at:
        return PromiseShown(row, "已补交", "good", "")
    if row.broken_at:
        return PromiseShown(row, "逾期未补交", "bad", "")
    counts = row if row.accepted_at else None
    open_now = not permissions.why_not_attach(case, claim.standing, counts, timezone.localdate())
    url = reverse("claim_evidence", args=[case.pk, row.slot]) if open_now else ""
    return PromiseShown(row, "待补交" if counts else "承诺补交", "wait", url)


def _steps(case: Application) -> list[StepShown]:
    """Return the road with where the case is, a correction where it was asked for; a case that left shows its end."""
    place_of = case.correcting_from if case.status == Status.CORRECTING else case.status
    if place_of in ROAD:
        here = ROAD.index(Status(place_of))
        words = case.get_status_display()
        return [
            StepShown(
                words if place == here else Status(status).label,
                "current" if place == here else "done" if place < here else "",
                "",
            )
            for place, status in enumerate(ROAD)
        ]
    passed = [Status.DRAFT, *([Status.SUBMITTED] if case.submitted_at else [])]
    passed += [Status.VERIFYING] if case.accepted_at else []
    return [*(StepShown(s.label, "done", "") for s in passed), StepShown(case.get_status_display(), "stopped", "")]


def _acts(case: Application) -> list[ActShown]:
    members = {"start", "attach", "take_back", "confirm", "submit", "resubmit", "withdraw", "promise", "keep_promise"}
    members |= {"review_answer"}
    rows = case.events.filter(action__in=WORDS).select_related("by").order_by("-sequence")
    told = []
    for _, group in groupby(rows, key=lambda row: (row.action, row.by_id)):
        row, *earlier = group  # several papers one after the other are one line, told with the last of them
        count = (f" {len(earlier) + 1} 份" if row.action in FILES else f"（{len(earlier) + 1}次）") if earlier else ""
        who = str(row.by) if row.action in members and row.by else ""
        note = row.note if row.action in TOLD_WITH_NOTE else ""
        told.append(ActShown(row.at, f"{WORDS[row.action]}{count}", who, note))
    return told


def _facts(case: Application) -> list[FactShown]:
    known = rules.load().facts
    rows = [FactShown(known[name].label, rules.format_fact(known[name], value)) for name, value in case.facts.items()]
    if case.event_on:
        rows.insert(0, FactShown("基准日", f"{case.event_on:%Y年%-m月%-d日}"))
    if case.subject:
        rows.insert(0, FactShown("申报对象", case.subject))
    return rows


def _files(case: Application, files: dict[str, list[Evidence]]) -> list[tuple[str, list[Evidence]]]:
    return [(slot.label, files[slot.kind]) for slot in assessing.slots_of(case) if slot.kind in files]


def _documents(case: Application) -> list[Document]:
    """Return the letters of a case to its applicant; those to others stay with the officers."""
    rows = case.documents.exclude(HIDDEN)
    return list(rows.prefetch_related("jobs").order_by("-issued_at", "-pk"))


def _clocks(case: Application) -> list[Any]:
    """Return the clocks of all steps, each with whether it rests now; a draft has none."""
    if case.status == Status.DRAFT:
        return []
    open_pauses = ClockPause.objects.filter(clock=OuterRef("pk"), until=None)
    return list(case.clocks.annotate(resting=Exists(open_pauses)).order_by("pk"))


def _awards(case: Application) -> list[Award]:
    """Return the awards with their instalments and where the money of each stands."""
    if case.status not in {Status.GRANTED, Status.PAID, Status.CLOSED, Status.REVOKED}:
        return []
    now = timezone.now()
    rows = holds.read(Instalment.objects.filter(award__application=case), now).prefetch_related("payments")
    parts = list(rows.order_by("award", "number"))
    held = holds.reasons(parts, now, leaving_out=holds.INNER) if case.status == Status.GRANTED else {}
    awards: dict[int, Any] = {}
    for part in parts:
        award = awards.setdefault(part.award_id, part.award)
        award.parts = [*getattr(award, "parts", []), (part, _where(part, held.get(part.pk, [])))]
    return list(awards.values())


@dataclass(frozen=True)
class Money:
    """Where the money of an instalment stands: in words, and the confirmed payments where there are some."""

    words: str
    paid: list[Payment]


def _where(part: Instalment, held: list[str]) -> Money:
    """Say where the money of an instalment is. What holds it is told the applicant too; there is nothing to hide."""
    payments = list(part.payments.all())
    paid = [p for p in payments if p.state == Payment.State.CONFIRMED]
    live = [p for p in payments if p.state not in Payment.ENDED]
    if paid and len(paid) == len(live) and sum(p.amount_fen for p in paid) == part.amount_fen:
        return Money("", paid)
    if any(p.state == Payment.State.SENT for p in live):
        return Money("拨付指令已送付，等待银行回执", paid)
    if live and len(live) > len(paid):
        return Money("正在办理拨付手续", paid)
    return Money(f"暂不能拨付：{'；'.join(held)}" if held else "等待拨付", paid)
