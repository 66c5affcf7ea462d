"""限制申报: what stands against whom, for every officer of a case to read; imposed and lifted by the inspector."""

from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import permissions
from applications.actions import restriction as actions
from applications.models import Duty, Restriction
from applications.permissions import ActionRefused
from portal.console.site import CASE_DUTIES, EXTRA_URLS, NAVIGATION, Entry, Group, case_desk, site
from portal.forms.intake import LiftForm, RestrictionForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request

ROWS = 30


class RestrictionFilter(django_filters.FilterSet):
    """Find a body by 统一社会信用代码 or by name."""

    q = django_filters.CharFilter(
        label="搜索",
        method="search",
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "统一社会信用代码或单位名称"}),
    )

    class Meta:
        model = Restriction
        fields: list[str] = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Take the beginning of a code, or any part of a name."""
        text = value.strip()
        return queryset.filter(Q(uscc__startswith=text.upper()) | Q(applicant_name__contains=text))


@require_safe
def restrictions(request: Request) -> HttpResponse:
    """List what was imposed, the newest first."""
    return _page(request)


def _page(request: Request, form: Form | None = None, *, refusal: str = "", status: int = 200) -> HttpResponse:
    posting = case_desk(request)
    rows = Restriction.objects.filter(authority=posting.authority_id).select_related("made_by", "lifted_by")
    found = RestrictionFilter(request.GET, queryset=rows, request=request)
    page = keyset(found.qs, ("-pk",), request, ROWS)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "限制申报",
        "filter": found,
        "page": page,
        "rows": page.rows,
        "today": timezone.localdate(),
        "may_impose": posting.duty == Duty.INSPECT,
        "form": form or RestrictionForm(initial={"since": timezone.localdate()}),
        "refusal": refusal,
    }
    return render(request, "console/restrictions.html", context, status=status)


@require_POST
@idempotent
def impose(request: Request) -> HttpResponse:
    """Impose a restriction."""
    posting = case_desk(request)
    form = RestrictionForm(request.POST)
    if reason := permissions.why_not_restrict(request.user, posting.authority_id):
        return _page(request, form, refusal=reason, status=409)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        actions.impose(posting.authority, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, form, refusal=str(refusal), status=409)
    messages.success(request, "已作出限制申报。")
    return redirect("console:restrictions")


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def lift(request: Request, pk: int) -> HttpResponse:
    """Ask for the reason (GET), and lift a restriction (POST)."""
    posting = case_desk(request)
    rows = Restriction.objects.select_related("made_by", "lifted_by")
    row = get_object_or_404(rows, pk=pk, authority=posting.authority_id)
    why_not = permissions.why_not_lift(row, request.user)
    if request.method != "POST":
        return _lift_page(request, row, LiftForm(), why_not=why_not)
    form = LiftForm(request.POST)
    if not why_not and not form.is_valid():
        return _lift_page(request, row, form, status=422)
    try:
        actions.lift(row, reason=form.data.get("reason", ""), by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _lift_page(request, row, form, refusal=str(refusal), status=409)
    messages.success(request, "已解除限制。")
    return redirect("console:restrictions")


def _lift_page(
    request: Request, row: Restriction, form: LiftForm, *, why_not: str = "", refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": "解除限制申报",
        "row": row,
        "form": form,
        "why_not": why_not,
        "refusal": refusal,
    }
    return render(request, "console/restriction_lift.html", context, status=status)


EXTRA_URLS += [
    path("restrictions/", restrictions, name="restrictions"),
    path("restrictions/impose/", impose, name="restriction_impose"),
    path("restrictions/<int:pk>/lift/", lift, name="restriction_lift"),
]
NAVIGATION.append(Entry("限制申报", "console:restrictions", CASE_DUTIES, Group.WATCH))
