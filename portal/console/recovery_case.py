"""The page of a recovery case: facts, people, steps, limits, papers, letters, ledger, and what can be done now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

import rules
from applications import judgments, permissions, recovering
from applications.actions import ActionRefused, recovery_money
from applications.actions import recovery as actions
from applications.documents.letter import chinese_date
from applications.models import Account, Application, Duty, Finding, RecoveryCase, RecoveryClaim, RecoveryStep, User
from applications.models.clock import length_words
from applications.models.recovery import RecoveryTerm
from applications.recovering import LIMITS, STEPS, Charge
from portal.console.acting import acting_on
from portal.console.recovery_acts import ACTS, Desk, is_of, label_of, why_not
from portal.console.site import EXTRA_URLS, case_desk, site
from portal.console.tabs import CASE_TABS, CaseTab, case_of_tab, tab_page
from portal.forms.recovery import OpenForm, ReasonForm
from portal.idempotency import idempotent
from portal.requests import Request

State = RecoveryCase.State
NEAR = 3  # days before its end a limit turns amber
ROAD = (
    (State.INVESTIGATING, "立案调查"),
    (State.NOTIFIED, "告知和听取意见"),
    (State.HEARD, "法制审核"),
    (State.REVIEWED, "集体讨论"),
    (State.DISCUSSED, "作出决定"),
    (State.DECIDED, "送达"),
    (State.SERVED, "履行"),
    (State.CLOSED, "结案"),
)


def desk_of(request: Request, pk: int) -> Desk:
    """Return a recovery case of the officer's authority with how he stands to it; anything else is a 404."""
    case_desk(request)
    rows = RecoveryCase.objects.at_the_desk_of(request.user).select_related("finding", "opened_by__user")
    recovery = get_object_or_404(permissions.with_case(rows, request.user), pk=pk)
    standing = permissions.standing_in(recovery, request.user)
    return Desk(recovery, recovery.application, standing, recovering.read(recovery), timezone.localdate())


# ---- what is shown ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LimitShown:
    """One limit as a line of the table: its words, its days, and how it stands."""

    term: RecoveryTerm
    length: str
    law: str
    party: bool
    tone: str
    words: str


def limit_shown(term: RecoveryTerm, today: date) -> LimitShown:
    """Say how a limit stands today: green in time, amber when its end is near, red when it is over."""
    party = term.kind in recovering.OF_THE_PARTY or term.kind in {"pay", "urge"}
    law, length = LIMITS[term.kind].law, length_words(term.length, term.unit)
    if term.ended_on:
        late = term.due_on is not None and term.ended_on > term.due_on
        return LimitShown(term, length, law, party, "bad" if late else "good", "逾期了结" if late else "已了结")
    if term.due_on is None:
        return LimitShown(term, length, law, party, "wait", "待定")
    left = (term.due_on - today).days
    if left < 0:
        return LimitShown(term, length, law, party, "bad", f"已届满{-left}日")
    return LimitShown(
        term, length, law, party, "ask" if left <= NEAR else "good", f"还有{left}日" if left else "今天届满"
    )


@dataclass(frozen=True)
class StepShown:
    """One step of the case: what, when, by whom, and what only this step has."""

    row: RecoveryStep
    label: str
    details: list[str]


def steps_shown(desk: Desk) -> list[StepShown]:
    """Return every step with its details in words, the newest first (one query, for the names of people)."""
    keys = {pk for step in desk.road.steps for pk in (*step.detail.get("officers", ()), step.detail.get("host")) if pk}
    people = User.objects.in_bulk(keys) if keys else {}
    return [StepShown(row, STEPS[row.name].label, _details(row, people)) for row in reversed(desk.road.steps)]


def _day(iso: str) -> str:
    return chinese_date(date.fromisoformat(iso))


def _details(step: RecoveryStep, people: Mapping[int, User]) -> list[str]:
    said, told = step.detail, []
    if officers := said.get("officers"):
        told.append(f"调查人员：{'、'.join(str(people[pk]) for pk in officers if pk in people)}")
    if host := people.get(said.get("host", 0)):
        moment = datetime.fromisoformat(said["held_at"])
        told.append(f"{moment:%Y年%-m月%-d日 %H:%M}，主持人：{host}")
    if "whole" in said:
        told.append(
            f"{'撤销全部奖补' if said['whole'] else '变更奖补决定'}，应退本金{rules.yuan(said['principal_fen'])}元"
        )
    if said.get("large"):
        told.append("可以要求听证")
    if interest := said.get("interest"):
        told.append(f"利息：{Charge.of(interest).words}")
    if "passed" in said:
        told.append("审核通过" if said["passed"] else "退回补充调查")
    if "people" in said:
        told.append(
            f"{_day(said['held_on'])}，{'、'.join(said['people'])}：{'同意' if said['agreed'] else '退回补充调查'}"
        )
    if "served_on" in said:
        told.append(f"{_day(said['served_on'])}送达{said['receiver']}")
    if "parts" in said:
        told += [f"{_day(day)}退回{rules.yuan(fen)}元" for day, fen in said["parts"]]
    if "organ" in said:
        told.append(f"移送{said['organ']}：{said['matter']}")
    if "court" in said:
        told.append("，".join(part for part in (said["court"], said["number"]) if part))
    if step.name == "contest":
        outcome = recovering.OUTCOMES.get(said["outcome"], "已申请")
        number = f"，{said['number']}" if said.get("number") else ""
        told.append(f"{recovering.CONTESTS[said['kind']]}，{_day(said['on'])}：{outcome}{number}")
        told += ["案件恢复办理"] if said.get("resumed") else []
        told += judgments.consequences(said)
    if "until" in said:
        told.append(f"公示至{_day(said['until'])}")
    if "amount_fen" in said:
        account = Account(said["account"]).label if said.get("account") else ""
        told.append(f"{account}{rules.yuan(said['amount_fen'])}元")
    return told


@dataclass(frozen=True)
class ActShown:
    """One act that starts from where the case stands: its form, or why not."""

    name: str
    label: str
    url: str
    why_not: str
    form: Form | None
    lead: str
    confirm: str


def _acts(desk: Desk, sent: Mapping[str, Form]) -> tuple[list[ActShown], list[str]]:
    """Return this officer's acts of the present state, and the words of those that are others'."""
    mine, others = [], []
    for name, act in ACTS.items():
        step = STEPS[name]
        if desk.recovery.state not in step.sources:
            continue
        if not is_of(step, name, desk.standing.duty):
            others.append(f"{label_of(name)}（{'、'.join(Duty(duty).label for duty in _duties(name))}）")
            continue
        reason = why_not(name, desk)
        form = None
        if not reason and act.make:
            form = sent.get(name) or act.make(desk, prefix=name, auto_id=f"{name}-%s")
        url = reverse(f"console:recovery_{name}", args=[desk.recovery.pk])
        mine.append(ActShown(name, label_of(name), url, reason, form, act.lead, act.confirm))
    return sorted(mine, key=lambda act: bool(act.why_not)), others


def _duties(name: str) -> list[str]:
    return [Duty.INSPECT] if name == "claim" else [duty for duty in Duty.values if duty in STEPS[name].who]


def _claims(desk: Desk, sent: Mapping[str, Form]) -> list[tuple[RecoveryClaim, str, Form]]:
    """Return the claims that wait, each with why this officer may not confirm it and the form to drop it."""
    return [
        (
            row,
            permissions.why_not_confirm_claim(desk.road, desk.standing, desk.today, row),
            sent.get(f"refuse-{row.pk}") or refuse_form(row.pk),
        )
        for row in desk.road.waiting
    ]


def refuse_form(pk: int, data: Any = None) -> ReasonForm:
    """Return the form to drop one claim."""
    return ReasonForm(data, label="驳回的理由", longest=200, prefix=f"refuse-{pk}", auto_id=f"refuse-{pk}-%s")


def road_of(recovery: RecoveryCase) -> list[dict[str, str]]:
    """Return the road with where the case stands, as `includes/steps.html` shows it."""
    if recovery.state == State.DROPPED:
        return [{"name": "立案调查", "state": "done"}, {"name": "已撤销立案", "state": "stopped"}]
    here = [state for state, _ in ROAD].index(State(recovery.state))
    ended = recovery.state == State.CLOSED
    return [
        {"name": label, "state": "done" if place < here or ended else "current" if place == here else ""}
        for place, (_, label) in enumerate(ROAD)
    ]


def recovery_page(
    request: Request, desk: Desk, *, refusal: str = "", sent: Mapping[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    """Answer with the page; `sent` holds a form that was refused or faulty, under the name of its act."""
    sent = sent or {}
    recovery = desk.recovery
    acts, others = _acts(desk, sent)
    shown = [act.form for act in acts if act.form]
    context = {
        **site.each_context(request),
        "title": f"追回案件 {recovery.number}",
        "case": desk.case,
        "recovery": recovery,
        "road": road_of(recovery),
        "warnings": recovering.warnings(desk.road, desk.today),
        "judged": desk.road.judged_words,
        "steps": steps_shown(desk),
        "limits": [limit_shown(term, desk.today) for term in desk.road.terms],
        "papers": recovery.papers.select_related("uploaded_by").order_by("pk"),
        "documents": recovery.documents.defer("content").order_by("pk"),
        "balances": [(Account(key), row) for key, row in desk.road.balances.items() if row != recovering.Balance()],
        "outstanding": desk.road.outstanding,
        "entries": desk.road.entries,
        "claims": _claims(desk, sent),
        "acts": acts,
        "others": others,
        "refusal": refusal,
        "kept": [line for name, form in sent.items() if form not in shown for line in _typed(name, form)],
        "party": party_rows(recovery),
    }
    return render(request, "console/recoveries/case.html", context, status=status)


def _typed(name: str, form: Form) -> list[tuple[str, str]]:
    """Return what was typed into a form that the page no longer shows; those of claims are always shown."""
    if name.startswith("refuse-"):
        return []
    return [(str(field.label), str(field.value())) for field in form if field.value()]


PARTY = (("name", "名称"), ("uscc", "统一社会信用代码"), ("address", "住所"), ("representative", "法定代表人"))
BEHIND = (("shareholders", "股东"), ("controllers", "实际控制人"), ("affiliates", "关联单位"))


def party_rows(recovery: RecoveryCase) -> list[tuple[str, str]]:
    """Return the snapshot of the party in words."""
    said = recovery.party
    rows = [(label, said[key]) for key, label in PARTY if said.get(key)]
    for key, label in BEHIND:
        named = [f"{row['name']}{'（' + more + '）' if (more := row.get('share') or row.get('relation')) else ''}"
                 for row in said.get(key, ())]  # fmt: skip
        if named:
            rows.append((label, "；".join(named)))
    gone = said.get("deregistration") or {}
    if said.get("source"):
        state = recovering.DEREGISTRATION[gone.get("state", "")]
        until = f"，公告期至{gone['until']}" if gone.get("until") else ""
        promise = f"，承诺人：{gone['promise']}" if gone.get("promise") else ""
        rows.append(("登记状态", f"{state}{until}{promise}"))
        rows.append(("查询", f"{said['source']}，{said['seen_on']}"))
    return rows


@require_safe
def recovery(request: Request, pk: int) -> HttpResponse:
    """Show a recovery case to an officer of its authority."""
    return recovery_page(request, desk_of(request, pk))


# ---- what is done ----------------------------------------------------------------------------------------------------


def _view(name: str) -> Callable[..., HttpResponse]:
    """Return the view of one act."""
    act = ACTS[name]

    @require_POST
    @idempotent
    def do(request: Request, pk: int) -> HttpResponse:
        desk = desk_of(request, pk)
        form = act.make(desk, request.POST, request.FILES, prefix=name, auto_id=f"{name}-%s") if act.make else None
        sent = {name: form} if form else {}
        if reason := why_not(name, desk):
            return recovery_page(request, desk, refusal=reason, sent=sent, status=409)
        if form and not form.is_valid():
            return recovery_page(request, desk, sent=sent, status=422)
        return _done(request, desk, lambda: act.call(desk, form, request.user, timezone.now()), act.done, sent)

    return do


def _done(
    request: Request, desk: Desk, act: Callable[[], Any], words: str, sent: Mapping[str, Form] | None = None
) -> HttpResponse:
    pk = desk.recovery.pk
    try:
        with acting_on(request, desk.case):
            act()
    except ActionRefused as refusal:
        return recovery_page(request, desk_of(request, pk), refusal=str(refusal), sent=sent, status=409)
    messages.success(request, words)
    return redirect("console:recovery", pk)


def _claim_of(request: Request, pk: int) -> tuple[RecoveryClaim, Desk]:
    case_desk(request)
    seen = RecoveryCase.objects.at_the_desk_of(request.user)
    row = get_object_or_404(RecoveryClaim.objects.filter(recovery__in=seen).select_related("recovery"), pk=pk)
    return row, desk_of(request, row.recovery_id)


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Confirm what another officer recorded."""
    row, desk = _claim_of(request, pk)
    return _done(
        request, desk, lambda: recovery_money.confirm(row, by=request.user, at=timezone.now()), "已确认，台账已更新。"
    )


@require_POST
@idempotent
def refuse(request: Request, pk: int) -> HttpResponse:
    """Drop what another officer recorded."""
    row, desk = _claim_of(request, pk)
    form = refuse_form(pk, request.POST)
    sent = {f"refuse-{pk}": form}
    if reason := permissions.why_not_refuse_claim(desk.road, desk.standing, desk.today, row):
        return recovery_page(request, desk, refusal=reason, sent=sent, status=409)
    if not form.is_valid():
        return recovery_page(request, desk, sent=sent, status=422)
    reason = form.cleaned_data["reason"]
    return _done(
        request,
        desk,
        lambda: recovery_money.refuse(row, reason=reason, by=request.user, at=timezone.now()),
        "已驳回。",
        sent,
    )


# ---- the tab of the application --------------------------------------------------------------------------------------


def _findings(case: Application) -> list[Finding]:
    """Return the doubts about a case or its body that are being looked into."""
    about = Q(application=case) | Q(application=None, applicant=case.applicant_id)
    rows = Finding.objects.filter(about, authority=case.authority_id, state=Finding.State.TAKEN)
    return list(rows.order_by("pk"))


def _open_form(findings: list[Finding], data: Any = None, initial: dict[str, Any] | None = None) -> OpenForm:
    return OpenForm(data, findings=findings, initial=initial)


@require_safe
def tab(request: Request, pk: int) -> HttpResponse:
    """Show the recovery cases of an application, and open one."""
    return _tab_page(request, case_of_tab(request, pk))


def _tab_page(
    request: Request, case: Application, *, form: OpenForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    standing = permissions.standing_of(request.user, case)
    findings = _findings(case)
    awarded = case.awards.filter(replaced_by=None).exists()
    context = {
        "rows": case.recoveries.order_by("-pk"),
        "inspects": standing.duty == Duty.INSPECT,
        "why_not": permissions.why_not_open_recovery(case, standing, awarded=awarded),
        "form": form or _open_form(findings, initial={"finding": request.GET.get("finding", "")}),
        "refusal": refusal,
    }
    return tab_page(request, case, "console/recoveries/tab.html", context, status=status)


@require_POST
@idempotent
def open_case(request: Request, pk: int) -> HttpResponse:
    """Open a recovery case against the award of an application."""
    case = case_of_tab(request, pk)
    form = _open_form(_findings(case), request.POST)
    standing = permissions.standing_of(request.user, case)
    if reason := permissions.why_not_open_recovery(case, standing, awarded=case.awards.exists()):
        return _tab_page(request, case, form=form, refusal=reason, status=409)
    if not form.is_valid():
        return _tab_page(request, case, form=form, status=422)
    try:
        with acting_on(request, case):
            made = actions.open_case(case, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _tab_page(request, case, form=form, refusal=str(refusal), status=409)
    messages.success(request, f"已立案：{made.number}。立案通知书正在生成，本单位暂停向当事人拨付资金。")
    return redirect("console:recovery", made.pk)


EXTRA_URLS += [
    path("cases/<int:pk>/recovery/", tab, name="case_recovery"),
    path("cases/<int:pk>/recovery/open/", open_case, name="recovery_open"),
    path("recoveries/<int:pk>/", recovery, name="recovery"),
    path("recovery-claims/<int:pk>/confirm/", confirm, name="recovery_confirm"),
    path("recovery-claims/<int:pk>/refuse/", refuse, name="recovery_refuse"),
]
for _name in ACTS:
    EXTRA_URLS.append(path(f"recoveries/<int:pk>/{_name}/", _view(_name), name=f"recovery_{_name}"))
CASE_TABS.append(CaseTab("追回", "console:case_recovery", 70))
