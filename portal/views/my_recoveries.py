"""追回 for the body it is about: what is alleged, letters, statement and hearing, and what is to be paid where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

import rules
from applications import permissions, recovering
from applications.actions import ActionRefused
from applications.actions import recovery as actions
from applications.models import Account, RecoveryCase, RecoveryStep, RecoveryTerm
from applications.models.document import HIDDEN
from applications.recovering import Road
from portal.forms.recovery import HearingForm, StatementForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request

State = RecoveryCase.State
Term = RecoveryTerm.Kind
ROWS = 20

# The steps that the body is told of, in its words; what officers do among themselves is not.
STEPS = {
    "open": "主管单位立案调查",
    "notify": "主管单位告知拟处理意见",
    "state": "本单位陈述申辩",
    "ask_hearing": "本单位要求听证",
    "convene": "主管单位通知听证",
    "hold_hearing": "举行听证",
    "answer": "主管单位答复陈述申辩",
    "decide": "主管单位作出追回决定",
    "serve": "追回决定送达",
    "plan": "商定分期退回",
    "urge": "主管单位催告",
    "contest": "登记复议、诉讼情况",
    "publish": "处理结果公示",
    "unpublish": "停止公示处理结果",
    "close": "结案",
    "drop": "主管单位撤销立案",
}
SAID_BY_THE_PARTY = ("state", "ask_hearing")
# The limits that run for the body.
LIMITS = (Term.STATE, Term.HEARING, Term.PAY, Term.REVIEW, Term.SUE, Term.URGE)
NEXT = {
    State.INVESTIGATING: "主管单位正在调查，请按要求说明情况、提供材料。作出决定前会告知您拟处理的意见并听取陈述申辩。",
    State.NOTIFIED: "请查看拟处理告知书，在期限内提出陈述、申辩；告知可以听证的，在期限内提出。",
    State.HEARD: "已听取意见，主管单位正在进行法制审核。",
    State.REVIEWED: "主管单位正在集体讨论。",
    State.DISCUSSED: "主管单位将作出决定。",
    State.DECIDED: "主管单位已作出决定，正在送达。",
    State.CLOSED: "本案已结案。",
    State.DROPPED: "主管单位已撤销立案，原奖补决定继续有效。",
}


def _own(request: Request):
    """Return the cases against the bodies this person acts for."""
    return RecoveryCase.objects.of_applicants_of(request.user)


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the cases against the bodies this person acts for, the newest first."""
    rows = _own(request).select_related("application__applicant", "application__clause", "authority")
    return render(request, "applicant/recoveries/list.html", {"page": keyset(rows, ("-pk",), request, ROWS)})


@dataclass
class Case:
    """A case as its body sees it, read once."""

    row: RecoveryCase
    road: Road
    standing: permissions.Standing

    def why_not(self, name: str) -> str:
        """Return why the body may not do an act now."""
        return permissions.why_not_recover(name, self.road, self.standing, timezone.localdate())


def _case_of(request: Request, pk: int) -> Case:
    rows = _own(request).select_related("authority", "opened_by")
    row = get_object_or_404(permissions.with_case(rows, request.user), pk=pk)
    return Case(row, recovering.read(row), permissions.standing_in(row, request.user))


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show a case to its body."""
    return _page(request, _case_of(request, pk))


def _page(
    request: Request, case: Case, *, form: Form | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    row, road = case.row, case.road
    served = row.served_on is not None
    open_terms = [term for term in road.terms if term.kind in LIMITS and term.ended_on is None]
    context = {
        "row": row,
        "case": row.application,
        "next": _next(case),
        "steps": [(step, STEPS[step.name], _told(step)) for step in reversed(road.steps) if step.name in STEPS],
        "terms": open_terms,
        "documents": row.documents.exclude(HIDDEN).defer("content").prefetch_related("jobs").order_by("-pk"),
        "papers": row.papers.filter(by_party=True).order_by("pk"),
        "told": row.state != State.INVESTIGATING and bool(row.facts) and row.state != State.DROPPED,
        "served": served,
        "judged": road.judged_words,
        "balances": [(Account(key), found) for key, found in road.balances.items() if found != recovering.Balance()]
        if served
        else [],
        "outstanding": road.outstanding,
        "entries": road.entries if served else [],
        "may_state": not case.why_not("state"),
        "why_not_hearing": case.why_not("ask_hearing"),
        "state_form": form if isinstance(form, StatementForm) else StatementForm(auto_id="id_state_%s"),
        "hearing_form": form if isinstance(form, HearingForm) else HearingForm(auto_id="id_hearing_%s"),
        "refusal": refusal,
        "kept": str(form["text"].value() or "") if form is not None and refusal and case.why_not("state") else "",
    }
    return render(request, "applicant/recoveries/case.html", context, status=status)


def _told(step: RecoveryStep) -> str:
    """What the body is told of a step beside its name: its own words, and how an appeal stands."""
    if step.name == "contest":
        outcome = recovering.OUTCOMES.get(step.detail["outcome"], "已申请")
        return f"{recovering.CONTESTS[step.detail['kind']]}：{outcome}"
    return step.text if step.name in SAID_BY_THE_PARTY else ""


def _next(case: Case) -> str:
    if case.row.state != State.SERVED:
        return NEXT[State(case.row.state)]
    if case.road.over:
        return f"已缴款项中有{rules.yuan(case.road.over)}元须退还您单位，由财政部门办理。"
    if case.road.outstanding:
        return "请在期限内将款项缴入下列账户，并按附言填写。逾期的，主管单位依法催告并申请人民法院强制执行。"
    if case.road.judged is not None and case.road.judged.detail["outcome"] == "annulled":
        return "追回决定已被撤销，无需退回款项，等待主管单位结案。"
    return "款项已经结清，等待主管单位结案。"


def _do(request: Request, pk: int, form: Form, name: str, act: Callable[..., Any], words: str) -> HttpResponse:
    case = _case_of(request, pk)
    if reason := case.why_not(name):
        return _page(request, case, form=form, refusal=reason, status=409)
    if not form.is_valid():
        return _page(request, case, form=form, status=422)
    try:
        act(case.row, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, _case_of(request, pk), form=form, refusal=str(refusal), status=409)
    messages.success(request, words)
    return redirect("my_recovery", pk)


@require_POST
@idempotent
def state(request: Request, pk: int) -> HttpResponse:
    """Hand in a statement, or waive being heard."""
    form = StatementForm(request.POST, request.FILES, auto_id="id_state_%s")
    return _do(request, pk, form, "state", actions.make_statement, "已提交，主管单位将复核并在决定中答复。")


@require_POST
@idempotent
def hearing(request: Request, pk: int) -> HttpResponse:
    """Ask for a hearing."""
    form = HearingForm(request.POST, auto_id="id_hearing_%s")
    return _do(request, pk, form, "ask_hearing", actions.ask_hearing, "已要求听证，请等待听证通知书。")
