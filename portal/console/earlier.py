"""Earlier awards at the policy desk: what was paid before the portal existed, entered by hand or as a sheet."""

from io import BytesIO
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import registers
from applications.actions import policy as actions
from applications.models import Clause, Duty, EarlierAward
from applications.permissions import ActionRefused
from portal.console.policy import policy_desk
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, site
from portal.forms.policy import EarlierForm, ImportForm, ReasonForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request

ROWS = 30


class EarlierFilter(django_filters.FilterSet):
    """Find what was entered by 统一社会信用代码 or by the name of the body."""

    q = django_filters.CharFilter(
        label="搜索",
        method="search",
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "统一社会信用代码或单位名称"}),
    )

    class Meta:
        model = EarlierAward
        fields: list[str] = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Take the beginning of a code, or any part of a name."""
        text = value.strip()
        return queryset.filter(Q(uscc__startswith=text.upper()) | Q(applicant_name__contains=text))


@require_safe
def earlier(request: Request) -> HttpResponse:
    """List earlier awards, the newest entry first."""
    return _page(request)


def _page(request: Request, *, refusal: str = "", status: int = 200, **more: Any) -> HttpResponse:
    posting = policy_desk(request)
    rows = EarlierAward.objects.filter(authority=posting.authority_id)
    found = EarlierFilter(request.GET, queryset=rows, request=request)
    said = found.qs.select_related("clause", "entered_by", "reversed_by", "reverses")
    page = keyset(said, ("-pk",), request, ROWS)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "既往奖补",
        "filter": found,
        "page": page,
        "rows": page.rows,
        "form": EarlierForm(authority_id=posting.authority_id, today=timezone.localdate()),
        "import_form": ImportForm(),
        "refusal": refusal,
        "problems": [],
    }
    return render(request, "console/policy/earlier.html", context | more, status=status)


@require_POST
@idempotent
def enter(request: Request) -> HttpResponse:
    """Enter one earlier award."""
    posting = policy_desk(request)
    form = EarlierForm(request.POST, authority_id=posting.authority_id, today=timezone.localdate())
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        actions.enter_earlier_awards(posting.authority, [form.row()], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, form=form, refusal=str(refusal), status=409)
    messages.success(request, "已录入既往奖补。")
    return redirect("console:earlier")


@require_POST
@idempotent
def import_sheet(request: Request) -> HttpResponse:
    """Enter a whole sheet, or nothing and every fault of every row."""
    posting = policy_desk(request)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, import_form=form, status=422)
    clauses = {row.code: row for row in _clauses(posting.authority_id)}
    try:
        rows = registers.read_earlier(form.cleaned_data["sheet"], clauses, today=timezone.localdate())
    except registers.BadSheet as bad:
        return _page(request, import_form=form, problems=bad.problems, status=422)
    try:
        actions.enter_earlier_awards(posting.authority, rows, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, import_form=form, refusal=str(refusal), status=409)
    messages.success(request, f"已导入{len(rows)}条既往奖补。")
    return redirect("console:earlier")


def _clauses(authority_id: int) -> QuerySet[Clause]:
    return Clause.objects.claimable().filter(policy__authority=authority_id).select_related("policy")


@require_safe
def template(request: Request) -> HttpResponseBase:
    """Hand out the empty sheet."""
    posting = policy_desk(request)
    target = BytesIO()
    registers.write_template(target, _clauses(posting.authority_id))
    target.seek(0)
    return FileResponse(
        target,
        as_attachment=True,
        filename="既往奖补导入模板.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _reverse_page(
    request: Request, row: EarlierAward, form: ReasonForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {**site.each_context(request), "title": "冲销既往奖补", "row": row, "form": form, "refusal": refusal}
    return render(request, "console/policy/reverse.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def reverse_row(request: Request, pk: int) -> HttpResponse:
    """Ask for the reason (GET), and take one wrong entry back (POST)."""
    posting = policy_desk(request)
    rows = EarlierAward.objects.select_related("clause__policy", "authority")
    row = get_object_or_404(rows, pk=pk, authority=posting.authority_id)
    if request.method != "POST":
        return _reverse_page(request, row, ReasonForm())
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _reverse_page(request, row, form, status=422)
    try:
        actions.reverse_earlier_award(row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return _reverse_page(request, row, form, refusal=str(refusal), status=409)
    messages.success(request, "已冲销该条记录。")
    return redirect("console:earlier")


EXTRA_URLS += [
    path("earlier/", earlier, name="earlier"),
    path("earlier/enter/", enter, name="earlier_enter"),
    path("earlier/import/", import_sheet, name="earlier_import"),
    path("earlier/template.xlsx", template, name="earlier_template"),
    path("earlier/<int:pk>/reverse/", reverse_row, name="earlier_reverse"),
]
NAVIGATION.append(Entry("既往奖补", "console:earlier", frozenset({Duty.POLICY}), Group.MONEY))
