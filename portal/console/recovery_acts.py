"""What can be done on the page of a recovery case: for each act its form, its action, and what is said then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.forms import Form

import rules
from applications import permissions
from applications.actions import recovery as actions
from applications.actions import recovery_money, restriction
from applications.models import Application, Duty, Posting, RecoveryCase, RecoveryEntry, User
from applications.permissions import Standing
from applications.recovering import STEPS, Road, Step
from portal.forms import recovery as forms
from portal.forms.intake import RestrictionForm

WRITTEN_OFF = RecoveryEntry.Kind.WRITTEN_OFF


@dataclass
class Desk:
    """A recovery case as an officer has it in front of him: read once for a page or an act."""

    recovery: RecoveryCase
    case: Application
    standing: Standing
    road: Road
    today: date

    @cached_property
    def _posted(self) -> list[Posting]:
        rows = Posting.objects.current().filter(authority=self.case.authority_id)
        wanted = rows.filter(duty__in=(Duty.INSPECT, Duty.HEARING)).select_related("user")
        return list(wanted.order_by("user__name", "pk"))

    @property
    def inspectors(self) -> list[User]:
        """Who may investigate with this officer."""
        me = self.standing.user.pk
        return [row.user for row in self._posted if row.duty == Duty.INSPECT and row.user_id != me]

    @property
    def hosts(self) -> list[User]:
        """Who may hold a hearing here."""
        return [row.user for row in self._posted if row.duty == Duty.HEARING]


Call = Callable[[Desk, Any, User, datetime], Any]
Make = Callable[..., Form]


@dataclass(frozen=True)
class Act:
    """One act: its form (None where a button is enough), the call, what is said when it is done, and a warning."""

    call: Call
    done: str
    make: Make | None = None
    lead: str = ""
    confirm: str = ""


def _form(kind: type[Form]) -> Make:
    """Return the maker of a form that is the same for every case."""
    return lambda desk, *data, **more: kind(*data, **more)


def _plainly(action: Callable[..., Any]) -> Call:
    """Return the call of an action that takes what its form holds."""
    return lambda desk, form, by, at: action(desk.recovery, **form.cleaned_data, by=by, at=at)


def _reason(label: str, action: Callable[..., Any], name: str = "reason") -> tuple[Call, Make]:
    def call(desk: Desk, form: Any, by: User, at: datetime) -> Any:
        return action(desk.recovery, **{name: form.cleaned_data["reason"]}, by=by, at=at)

    return call, lambda desk, *data, **more: forms.ReasonForm(*data, label=label, **more)


def _notify_form(desk: Desk, data: Any = None, files: Any = None, **more: Any) -> Form:
    row = desk.recovery
    fen = row.principal_fen or desk.road.paid_fen
    initial = {
        "facts": row.facts,
        "basis": row.basis or forms.USUAL_BASIS.get(RecoveryCase.Kind(row.kind), ""),
        "whole": "yes" if row.whole else "no",
        "principal_fen": rules.yuan(fen).replace(",", "") if fen else "",
        "large": "yes" if row.large else "no",
    }
    return forms.NotifyForm(data, files, initial=initial, **more)


def _decide_form(desk: Desk, data: Any = None, files: Any = None, **more: Any) -> Form:
    row = desk.recovery
    initial = {"pay_days": row.pay_days, "remark": f"退回奖补资金 {row.number}"}
    return forms.DecideForm(data, files, initial=initial, **more)


def _investigate(desk: Desk, form: Any, by: User, at: datetime) -> Any:
    said = dict(form.cleaned_data)
    return actions.investigate(desk.recovery, officers=[by, said.pop("companion")], **said, by=by, at=at)


def _convene(desk: Desk, form: Any, by: User, at: datetime) -> Any:
    said = form.cleaned_data
    return actions.convene(desk.recovery, held_at=form.held_at(), place=said["place"], host=said["host"], by=by, at=at)


def _decide(desk: Desk, form: Any, by: User, at: datetime) -> Any:
    said = {name: form.cleaned_data[name] for name in ("pay_into", "remark", "pay_days", "interest")}
    return actions.decide(desk.recovery, **said, by=by, at=at)


def _charge(desk: Desk, form: Any, by: User, at: datetime) -> Any:
    said = {name: form.cleaned_data[name] for name in ("account", "amount_fen", "basis")}
    return recovery_money.charge(desk.recovery, **said, reckoned=form.reckoned(), by=by, at=at)


def _restrict_form(desk: Desk, data: Any = None, files: Any = None, **more: Any) -> Form:
    body = desk.case.applicant
    said = f"追回案件{desk.recovery.number}"
    initial = {"uscc": body.uscc, "applicant_name": body.name, "since": desk.today, "reason": said}
    return RestrictionForm(data, files, initial=initial, **more)


def _restrict(desk: Desk, form: Any, by: User, at: datetime) -> Any:
    said = form.cleaned_data
    return restriction.impose(desk.case.authority, **said, recovery=desk.recovery, by=by, at=at)


_REOPEN, _REOPEN_FORM = _reason("退回补充调查的理由", actions.reopen)
_CLOSE, _CLOSE_FORM = _reason("结案说明", actions.close)
_DROP, _DROP_FORM = _reason("撤销立案的理由", actions.drop)

# In the order in which a case usually meets them; each name is one of `recovering.STEPS`.
ACTS: dict[str, Act] = {
    "investigate": Act(
        _investigate,
        "已记录调查情况。",
        lambda desk, *data, **more: forms.InvestigateForm(*data, inspectors=desk.inspectors, **more),
        "调查由两名稽核人员共同进行并出示证件（行政处罚法第四十二条），由参加调查的人员填写。",
    ),
    "snapshot": Act(
        lambda desk, form, by, at: actions.snapshot(desk.recovery, party=form.snapshot(), by=by, at=at),
        "已记载当事人情况。",
        _form(forms.SnapshotForm),
        "防止当事人注销或者转移后无法追回，请尽早记载股东、实际控制人和登记状态。",
    ),
    "add_paper": Act(
        lambda desk, form, by, at: actions.add_paper(
            desk.recovery, form.cleaned_data["paper"], kind=form.cleaned_data["kind"], by=by, at=at
        ),
        "已收入材料。",
        _form(forms.PaperForm),
    ),
    "notify": Act(
        _plainly(actions.notify),
        "已告知拟处理意见，当事人的陈述申辩期限开始。",
        _notify_form,
        "告知书随即发出，当事人自收到之日起5个工作日内可以陈述、申辩；数额较大的同时告知听证权利。",
        "确定告知当事人拟处理意见吗？告知书随即发出。",
    ),
    "convene": Act(
        _convene,
        "已通知听证。",
        lambda desk, *data, **more: forms.ConveneForm(*data, hosts=desk.hosts, **more),
        "应当在举行听证的7个工作日前通知；主持人不能是本案调查人员。",
        "确定通知听证吗？通知书随即发出。",
    ),
    "hold_hearing": Act(_plainly(actions.hold_hearing), "已记录听证。", _form(forms.HoldForm)),
    "answer": Act(
        _plainly(actions.answer_statement),
        "已答复，移交法制审核。",
        _form(forms.AnswerForm),
        "对当事人提出的事实、理由和证据进行复核，成立的应当采纳。",
    ),
    "review": Act(_plainly(actions.review), "已记录法制审核意见。", _form(forms.ReviewForm)),
    "discuss": Act(_plainly(actions.discuss), "已记录集体讨论。", _form(forms.DiscussForm)),
    "decide": Act(
        _decide,
        "已作出追回决定，决定书正在生成。",
        _decide_form,
        "利息没有政策、承诺书或者协议作为依据的，不得计收，四项都不填。",
        "确定作出追回决定吗？决定书不能修改，撤销全部奖补的，原兑现决定同时撤销。",
    ),
    "serve": Act(
        _plainly(actions.serve),
        "已登记送达，退回、复议和诉讼的期限开始。",
        _form(forms.ServeForm),
        "电子送达须先收入当事人签订的送达地址确认书。",
    ),
    "plan": Act(_plainly(actions.plan), "已商定分期退回，协议正在生成。", _form(forms.PlanForm)),
    "set_off": Act(
        _plainly(actions.set_off),
        "已提出抵扣，由财政人员确认后，从下一笔拨付起扣除。",
        _form(forms.SetOffForm),
        "只抵扣本金和利息；罚款由财政部门另行收缴。",
    ),
    "charge": Act(
        _charge,
        "已计收。",
        _form(forms.ChargeForm),
        "利息、滞纳金和加处罚款须填写基数、比率、天数和依据；罚款须填写财政部门的决定。",
    ),
    "claim": Act(
        lambda desk, form, by, at: recovery_money.claim(desk.recovery, **form.cleaned_data, by=by, at=at),
        "已登记核销，由法制审核岗位确认。",
        lambda desk, *data, **more: forms.ClaimForm(*data, kinds=[WRITTEN_OFF], **more),
        "核销须附人民法院裁定等有关机关文书或者集体决定，由法制审核岗位确认后生效。",
    ),
    "urge": Act(
        lambda desk, form, by, at: actions.urge(desk.recovery, by=by, at=at),
        "已催告，催告书正在生成。",
        confirm="确定催告当事人吗？催告书随即发出。",
    ),
    "contest": Act(_plainly(actions.contest), "已登记复议、诉讼情况。", _form(forms.ContestForm)),
    "enforce": Act(_plainly(actions.enforce), "已登记申请强制执行。", _form(forms.EnforceForm)),
    "transfer": Act(
        _plainly(actions.transfer),
        "已移送，移送函正在生成；当事人看不到移送函。",
        _form(forms.TransferForm),
        "罚款只能由财政部门决定；涉嫌犯罪的移送公安机关，涉及公职人员的移送纪检监察机关。",
    ),
    "restrict": Act(
        _restrict,
        "已作出限制申报，决定书正在生成。",
        _restrict_form,
        "限制须有法律、法规、规章或者政策文件的依据，期限按依据填写；轻微并已改正的不予限制。"
        "对记载的关联单位作出限制的，改填其名称和代码。",
        "确定作出限制申报吗？决定书随即发出。",
    ),
    "publish": Act(_plainly(actions.publish), "已设定公示期。", _form(forms.PublishForm)),
    "unpublish": Act(
        _plainly(actions.unpublish),
        "已停止公示。",
        _form(forms.UnpublishForm),
        "当事人完成信用修复的，凭修复决定停止公示；一般、严重失信须满最短公示期。",
    ),
    "reopen": Act(_REOPEN, "已退回补充调查。", _REOPEN_FORM, "再次告知前，当事人的陈述申辩期限重新计算。"),
    "close": Act(_CLOSE, "已结案。", _CLOSE_FORM, confirm="确定结案吗？结案通知书随即发出。"),
    "drop": Act(_DROP, "已撤销立案。", _DROP_FORM, confirm="确定撤销立案吗？原奖补决定继续有效。"),
}

assert ACTS.keys() <= STEPS.keys()

# What the button says where that is not the name of the step.
LABELS = {"claim": "登记核销", "notify": "告知拟处理意见"}


def label_of(name: str) -> str:
    """Return the words on the button of an act."""
    return LABELS.get(name, STEPS[name].label)


def why_not(name: str, desk: Desk) -> str:
    """Return why an act may not be done now by this officer, "" when it may."""
    if name == "claim":
        return permissions.why_not_claim(desk.road, desk.standing, desk.today, WRITTEN_OFF)
    return permissions.why_not_recover(name, desk.road, desk.standing, desk.today)


def is_of(step: Step, name: str, duty: str) -> bool:
    """Whether an act is one of a duty's; write-offs are recorded by 稽核, everything else of the ledger by 财政."""
    return duty in (Duty.INSPECT,) if name == "claim" else duty in step.who
