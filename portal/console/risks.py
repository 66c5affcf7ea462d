"""风险提示: the signals of a case, explained and linked, and the cases with the most of them. For four duties only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

import rules
from applications import permissions, risk
from applications.actions import ActionRefused
from applications.actions import risk as actions
from applications.models import Application, Clause, Posting, RiskScore, RiskSignal
from portal.console.acting import acting_on
from portal.console.case_ledger import CaseLink, link_to
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, case_desk, site
from portal.console.tabs import CASE_TABS, CaseTab, case_of_tab, tab_page
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request

ROWS = 30
KINDS = [(name, kind.label) for name, kind in risk.KINDS.items()]


class SetAsideForm(forms.Form):
    """Why a signal does not matter here."""

    reason = forms.CharField(
        label="不采纳的理由",
        max_length=500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
        error_messages={"required": "请写明不采纳的理由。"},
    )


class RegisterForm(forms.Form):
    """What an officer adds to the signals when they become a doubt."""

    note = forms.CharField(
        label="补充说明（可不填）",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )


class RiskFilter(forms.Form):
    """What the list is narrowed by."""

    kind = forms.ChoiceField(label="提示种类", required=False)
    clause = forms.ModelChoiceField(
        label="条款", required=False, queryset=Clause.objects.none(), empty_label="全部条款"
    )

    def __init__(self, *args: Any, posting: Posting, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部种类"), *KINDS]  # type: ignore[attr-defined] # a ChoiceField
        clauses = Clause.objects.filter(policy__authority=posting.authority_id).order_by("policy_id", "position")
        self.fields["clause"].queryset = clauses  # type: ignore[attr-defined] # a ModelChoiceField
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"


@dataclass
class SignalRow:
    """One signal as the page shows it."""

    row: RiskSignal
    label: str
    paper: str
    links: list[tuple[CaseLink, str]]
    why_not: str
    form: forms.Form


def risk_desk(request: Request) -> Posting:
    """Return the posting of an officer who sees signals of risk; for everybody else there are none: 404."""
    posting = case_desk(request)
    if posting.duty not in permissions.SEE_RISKS:
        raise Http404
    return posting


def _label(kind: str) -> str:
    return risk.KINDS[kind].label if kind in risk.KINDS else kind


def _links(signal: RiskSignal, cases: Mapping[int, Application], authority_id: int) -> list[tuple[CaseLink, str]]:
    """Return the other cases of a signal as this officer may know of them, with the page to look at."""
    found: dict[CaseLink, str] = {}
    for link in signal.links:
        case = cases.get(link["case"])
        if case is None:
            continue
        shown = link_to(case, authority_id)
        if shown.url and link.get("evidence"):
            shown = CaseLink(shown.words, f"{shown.url}?evidence={link['evidence']}#paper")
        found.setdefault(shown, f"第{link['page']}页" if link.get("page") else "")
    return list(found.items())


def _cases(signals: Iterable[RiskSignal]) -> dict[int, Application]:
    keys = {link["case"] for signal in signals for link in signal.links}
    return Application.objects.only("pk", "number", "authority_id").in_bulk(keys)


def _page(
    request: Request,
    pk: int,
    *,
    form: forms.Form | None = None,
    on: int = 0,
    noted: forms.Form | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    risk_desk(request)
    case = case_of_tab(request, pk)
    rows = list(
        RiskSignal.objects.standing()
        .filter(application=case)
        .select_related("evidence", "cleared_by__user")
        .order_by("-points", "pk")
    )
    cases = _cases(rows)
    standing = permissions.standing_of(request.user, case)
    shown = [
        SignalRow(
            row=row,
            label=_label(row.kind),
            paper=rules.papers()[row.evidence.slot].label
            if row.evidence and row.evidence.slot in rules.papers()
            else "",
            links=_links(row, cases, case.authority_id),
            why_not=permissions.why_not_set_aside(case, standing, row),
            form=form if form is not None and row.pk == on else SetAsideForm(auto_id=f"id_signal_{row.pk}_%s"),
        )
        for row in rows
    ]
    context = {
        "open": [row for row in shown if not row.row.cleared_at],
        "cleared": [row for row in shown if row.row.cleared_at],
        "register_form": noted or RegisterForm(auto_id="id_register_%s"),
        "why_not_register": permissions.why_not_register_signals(
            standing, found=any(not row.cleared_at for row in rows)
        ),
        "refusal": refusal,
    }
    return tab_page(request, case, "console/case_risks.html", context, status=status)


@require_safe
def tab(request: Request, pk: int) -> HttpResponse:
    """Show the signals of a case, the strongest first; those set aside stand below with their reasons."""
    return _page(request, pk)


@require_POST
@idempotent
def set_aside(request: Request, pk: int) -> HttpResponse:
    """Set a signal aside with a reason."""
    posting = risk_desk(request)
    rows = RiskSignal.objects.filter(application__authority=posting.authority_id).select_related("application")
    signal = get_object_or_404(rows, pk=pk)
    case = signal.application
    form = SetAsideForm(request.POST, auto_id=f"id_signal_{pk}_%s")
    if not form.is_valid():
        return _page(request, case.pk, form=form, on=pk, status=422)
    try:
        with acting_on(request, case):
            actions.set_aside(signal, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, case.pk, form=form, on=pk, refusal=str(refusal), status=409)
    messages.success(request, "已记录不采纳的理由。")
    return redirect("console:case_risks", case.pk)


@require_POST
@idempotent
def register(request: Request, pk: int) -> HttpResponse:
    """Register the signals of a case as a doubt, for the inspectors to judge."""
    risk_desk(request)
    case = case_of_tab(request, pk)
    form = RegisterForm(request.POST, auto_id="id_register_%s")
    if not form.is_valid():
        return _page(request, pk, noted=form, status=422)
    try:
        with acting_on(request, case):
            found = actions.register(case, note=form.cleaned_data["note"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, pk, noted=form, refusal=str(refusal), status=409)
    messages.success(request, f"已登记为问题线索 {found.number}，由稽核岗位研判。")
    return redirect("console:case_risks", pk)


def _scores(posting: Posting, form: RiskFilter) -> QuerySet[RiskScore]:
    rows = RiskScore.objects.filter(authority=posting.authority_id, score__gt=0)
    if clause := form.cleaned_data["clause"]:
        rows = rows.filter(application__clause=clause)
    if kind := form.cleaned_data["kind"]:
        counting = RiskSignal.objects.counting().filter(application=OuterRef("pk"), kind=kind)
        rows = rows.filter(Exists(counting))
    return rows.select_related("application__applicant", "application__clause")


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the cases of the authority with the highest scores, thirty at a time."""
    posting = risk_desk(request)
    form = RiskFilter(request.GET or {}, posting=posting)
    valid = form.is_valid()
    rows = _scores(posting, form) if valid else RiskScore.objects.none()
    page = keyset(rows, ("-score", "-pk"), request, ROWS)
    _name_kinds(page.rows)
    context = {
        **site.each_context(request),
        "title": "风险提示",
        "form": form,
        "page": page,
        "narrowed": valid and any(form.cleaned_data.values()),
    }
    return render(request, "console/risks.html", context, status=200 if valid else 422)


def _name_kinds(rows: Iterable[Any]) -> None:
    """Let each row say which kinds of signal stand on its case (one query)."""
    by_case = {row.pk: row for row in rows}
    for row in by_case.values():
        row.kinds = []
    standing = RiskSignal.objects.counting().filter(Q(application__in=by_case)).order_by("-points", "pk")
    for case, kind in standing.values_list("application", "kind"):
        if _label(kind) not in by_case[case].kinds:
            by_case[case].kinds.append(_label(kind))


EXTRA_URLS += [
    path("risks/", listing, name="risks"),
    path("cases/<int:pk>/risks/", tab, name="case_risks"),
    path("cases/<int:pk>/risks/register/", register, name="risks_register"),
    path("risks/<int:pk>/set-aside/", set_aside, name="risk_set_aside"),
]
CASE_TABS.append(CaseTab("风险提示", "console:case_risks", 42, permissions.SEE_RISKS))
NAVIGATION.append(Entry("风险提示", "console:risks", permissions.SEE_RISKS, Group.WATCH))
