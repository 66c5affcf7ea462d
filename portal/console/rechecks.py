"""分期再核: later instalments that fell due, and on the case what was found before each is paid."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import holds, permissions
from applications.actions import ActionRefused
from applications.actions import recheck as actions
from applications.models import Duty, Instalment, Payment
from portal.console.acting import acting_on
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, case_desk, site
from portal.console.tabs import CASE_TABS, CaseTab, case_of_tab, tab_page
from portal.forms.paper import PaperField
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request

ROWS = 30
CONTROL = {"class": "form-control"}


class RecheckForm(forms.Form):
    """Whether the grounds of an instalment still hold, and what was found."""

    passed = forms.TypedChoiceField(
        label="结论",
        choices=(("yes", "仍符合条件"), ("no", "不再符合条件")),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择再核结论。"},
    )
    findings = forms.CharField(
        label="再核情况",
        max_length=2000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
        error_messages={"required": "请写明再核情况。"},
    )
    paper = PaperField(label="再核材料", required=False, help_text="申报单位提供的材料或者现场照片，没有的不传。")


class AskForm(forms.Form):
    """What the applicant is asked for."""

    request = forms.CharField(
        label="需要申报单位提供的材料",
        max_length=500,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2}),
        error_messages={"required": "请写明需要申报单位提供什么材料、送达何处。"},
    )


@require_safe
def listing(request: Request) -> HttpResponse:
    """List later instalments that are due and wait for a recheck, the oldest first."""
    posting = case_desk(request)
    rows = holds.due_for_recheck(posting.authority_id, timezone.now())
    rows = rows.select_related("award__application", "award__applicant", "award__clause")
    context = {
        **site.each_context(request),
        "title": "分期再核",
        "page": keyset(rows, ("due_on", "pk"), request, ROWS),
    }
    return render(request, "console/rechecks.html", context)


@require_safe
def tab(request: Request, pk: int) -> HttpResponse:
    """Show the instalments of a case with their rechecks."""
    return _page(request, pk)


def _page(
    request: Request, pk: int, *, form: Form | None = None, on: int = 0, refusal: str = "", status: int = 200
) -> HttpResponse:
    case = case_of_tab(request, pk)
    rows = Instalment.objects.filter(award__application=case, award__replaced_by=None)
    confirmed = Payment.objects.filter(instalment=OuterRef("pk"), state=Payment.State.CONFIRMED)
    parts: list[Any] = list(
        holds.to_ask(rows)
        .annotate(is_paid=Exists(confirmed))
        .prefetch_related("rechecks__checked_by__user", "rechecks__file")
        .order_by("award", "number")
    )
    now = timezone.now()
    held = holds.held(parts, now)
    standing = permissions.standing_of(request.user, case)
    for part in parts:
        part.held = held.get(part.pk, [])
        part.why_not = permissions.why_not_recheck(case, standing, part, timezone.localdate(now))
        mine = form if part.pk == on else None
        part.form = mine if isinstance(mine, RecheckForm) else RecheckForm(auto_id=f"id_recheck_{part.pk}_%s")
        part.ask_form = mine if isinstance(mine, AskForm) else AskForm(auto_id=f"id_ask_{part.pk}_%s")
    return tab_page(request, case, "console/case_recheck.html", {"parts": parts, "refusal": refusal}, status=status)


def _part_of(request: Request, pk: int) -> Instalment:
    posting = case_desk(request)
    rows = Instalment.objects.filter(award__authority=posting.authority_id, award__replaced_by=None)
    return get_object_or_404(rows.select_related("award__application"), pk=pk)


def _act(request: Request, pk: int, form: Form, act: Any, words: str) -> HttpResponse:
    part = _part_of(request, pk)
    case = part.award.application
    if not form.is_valid():
        return _page(request, case.pk, form=form, on=pk, status=422)
    try:
        with acting_on(request, case):
            act(part, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return _page(request, case.pk, form=form, on=pk, refusal=str(refusal), status=409)
    messages.success(request, words)
    return redirect("console:case_recheck", case.pk)


@require_POST
@idempotent
def recheck(request: Request, pk: int) -> HttpResponse:
    """Write down what was found."""
    form = RecheckForm(request.POST, request.FILES, auto_id=f"id_recheck_{pk}_%s")
    return _act(request, pk, form, actions.recheck, "已记录再核结论。")


@require_POST
@idempotent
def ask(request: Request, pk: int) -> HttpResponse:
    """Ask the applicant for what the recheck needs."""
    form = AskForm(request.POST, auto_id=f"id_ask_{pk}_%s")
    return _act(request, pk, form, actions.ask, "已通知申报单位提供材料。")


EXTRA_URLS += [
    path("rechecks/", listing, name="rechecks"),
    path("cases/<int:pk>/recheck/", tab, name="case_recheck"),
    path("instalments/<int:pk>/recheck/", recheck, name="recheck"),
    path("instalments/<int:pk>/recheck/ask/", ask, name="recheck_ask"),
]
CASE_TABS.append(CaseTab("分期与再核", "console:case_recheck", 45))
NAVIGATION.append(Entry("分期再核", "console:rechecks", frozenset({Duty.VERIFY, Duty.INSPECT}), Group.CASES))
