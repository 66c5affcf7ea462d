"""
问题线索 in the console: the list of doubts, each with who took it up and what was ruled, and the identity of a teller.

Who told a tip is shown to the inspector who took it up, after a press of a button that is written into the history.
"""

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import permissions
from applications.actions import ActionRefused
from applications.actions import findings as actions
from applications.models import Application, Duty, Finding, Posting, Status, Tip
from applications.permissions import FINDING_READERS, REGISTERING
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, duty_of, posting_of, site
from portal.forms.finding import CaseForm, FindingForm, RulingForm, TipAnswerForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.files import send_file

ROWS = 30
CONTROL = {"class": "form-control"}
SELECT = {"class": "form-select"}


def _desk(request: Request, duties: frozenset[str]) -> Posting:
    posting = posting_of(request)
    if posting is None or posting.duty not in duties:
        raise Http404
    return posting


class FindingFilter(django_filters.FilterSet):
    """Narrow the list by state, by where a doubt comes from, by number, case or body."""

    state = django_filters.ChoiceFilter(
        label="状态",
        choices=Finding.State.choices,
        empty_label="全部",
        widget=forms.Select(attrs=SELECT),
    )
    source = django_filters.ChoiceFilter(
        label="来源",
        choices=Finding.Source.choices,
        empty_label="全部",
        widget=forms.Select(attrs=SELECT),
    )
    q = django_filters.CharFilter(
        label="搜索",
        method="search",
        widget=forms.TextInput(attrs={**CONTROL, "placeholder": "线索编号、申报编号或单位名称"}),
    )

    class Meta:
        model = Finding
        fields: list[str] = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Take the beginning of a number, or any part of a name."""
        text = value.strip()
        case = Q(application__number__startswith=text)
        return queryset.filter(Q(number__startswith=text) | case | Q(body__contains=text))


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the doubts of the authority, the newest first."""
    posting = _desk(request, FINDING_READERS)
    rows = Finding.objects.filter(authority=posting.authority_id).select_related("application", "taken_by")
    found = FindingFilter(request.GET, queryset=rows, request=request)
    context = {
        **site.each_context(request),
        "title": "问题线索",
        "filter": found,
        "page": keyset(found.qs, ("-pk",), request, ROWS),
    }
    return render(request, "console/findings/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def new(request: Request) -> HttpResponse:
    """Register what was found in the work; an inspector also what another organ handed over."""
    posting = _desk(request, REGISTERING)
    outside = posting.duty == Duty.INSPECT
    sources: list[str] = [Finding.Source.OFFICER, *([Finding.Source.OUTSIDE] if outside else [])]
    form = FindingForm(request.POST or None, sources=sources)
    if request.method != "POST":
        return _new_page(request, form)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    data, case = form.cleaned_data, None
    if data["number"]:
        cases = Application.objects.filter(authority=posting.authority_id).exclude(status=Status.DRAFT)
        case = cases.filter(number=data["number"].strip()).first()
        if case is None:
            form.add_error("number", "没有找到这一申报编号，请核对；不知道编号的填写单位名称。")
            return _new_page(request, form, status=422)
    try:
        said = {name: data[name] for name in ("source", "body", "text")}
        row = actions.register(posting.authority, **said, application=case, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _new_page(request, form, refusal=str(refusal), status=409)
    messages.success(request, f"已登记问题线索 {row.number}，由稽核岗位研判。")
    if posting.duty in FINDING_READERS:
        return redirect("console:finding", row.pk)
    return redirect("console:finding_new")


def _new_page(request: Request, form: Form, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": "登记问题线索",
        "form": form,
        "refusal": refusal,
        "reads": duty_of(request) in FINDING_READERS,
    }
    return render(request, "console/findings/new.html", context, status=status)


def _finding(request: Request, duties: frozenset[str], pk: int) -> Finding:
    posting = _desk(request, duties)
    rows = Finding.objects.select_related(
        "authority", "application__clause", "applicant", "made_by", "taken_by", "ruled_by", "objection"
    )
    return get_object_or_404(rows, pk=pk, authority=posting.authority_id)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show one doubt; who told a tip is not on it."""
    return _page(request, _finding(request, FINDING_READERS, pk))


def _page(request: Request, row: Finding, *, status: int = 200, refusal: str = "", **more: Any) -> HttpResponse:
    case, user = row.application, request.user
    standing = permissions.standing_of(user, case) if case else None
    tip = Tip.objects.defer("name", "contact").filter(finding=row).first()
    context = {
        **site.each_context(request),
        "title": f"问题线索 {row.number}",
        "row": row,
        "case": case,
        "tip": tip,
        "why_not_take": permissions.why_not_take_finding(row, user, case, standing),
        "why_not_rule": permissions.why_not_rule_on_finding(row, user, case, standing),
        "why_not_name": permissions.why_not_name_case(row, user, None, None),
        "why_not_see": permissions.why_not_see_teller(row, user),
        "why_not_answer": permissions.why_not_answer_tip(row, tip, user) if tip else "",
        "open_url": _open_url(row),
        "protected": permissions.PROTECTED,
        "ruling_form": RulingForm(),
        "case_form": CaseForm(),
        "answer_form": TipAnswerForm(),
        "refusal": refusal,
    }
    return render(request, "console/findings/finding.html", context | more, status=status)


def _open_url(row: Finding) -> str:
    """Return where a recovery case is opened about the case of a doubt, "" where none is named yet."""
    if row.application_id is None:
        return ""
    return f"{reverse('console:case_recovery', args=[row.application_id])}?finding={row.pk}"


@require_POST
@idempotent
def take(request: Request, pk: int) -> HttpResponse:
    """Take a doubt up."""
    row = _finding(request, frozenset({Duty.INSPECT}), pk)
    try:
        actions.take(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, refusal=str(refusal), status=409)
    messages.success(request, "该线索由您核查。")
    return redirect("console:finding", pk)


def _with_form(
    form_of: Callable[..., Form], name: str, act: Callable[..., Any], done: str
) -> Callable[..., HttpResponse]:
    """Return the view of an act that has a form on the page of a doubt."""

    @require_POST
    @idempotent
    def view(request: Request, pk: int) -> HttpResponse:
        row = _finding(request, frozenset({Duty.INSPECT}), pk)
        form = form_of(request.POST)
        shown: dict[str, Any] = {name: form}
        if not form.is_valid():
            return _page(request, row, status=422, **shown)
        try:
            act(row, *form.cleaned_data.values(), by=request.user, at=timezone.now())
        except ActionRefused as refusal:
            return _page(request, row, refusal=str(refusal), status=409, **shown)
        messages.success(request, done)
        return redirect("console:finding", pk)

    return view


@require_POST
def teller(request: Request, pk: int) -> HttpResponse:
    """Show who told a tip, on this answer only; the look is written into the history."""
    row = _finding(request, frozenset({Duty.INSPECT}), pk)
    try:
        seen = actions.see_teller(row, what="teller", by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, refusal=str(refusal), status=409)
    return _page(request, row, teller=seen)


@require_POST
def tip_file(request: Request, pk: int) -> HttpResponse | FileResponse:
    """Hand out what came with a tip; the look is written into the history."""
    row = _finding(request, frozenset({Duty.INSPECT}), pk)
    try:
        seen = actions.see_teller(row, what="file", by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, refusal=str(refusal), status=409)
    if not seen.file:
        raise Http404
    return send_file(seen.file, name=seen.original_name, content_type=seen.content_type)


EXTRA_URLS += [
    path("findings/", listing, name="findings"),
    path("findings/new/", new, name="finding_new"),
    path("findings/<int:pk>/", page, name="finding"),
    path("findings/<int:pk>/take/", take, name="finding_take"),
    path(
        "findings/<int:pk>/dismiss/",
        _with_form(RulingForm, "ruling_form", actions.dismiss, "已作出不予立案的研判结论。"),
        name="finding_dismiss",
    ),
    path(
        "findings/<int:pk>/case/",
        _with_form(CaseForm, "case_form", actions.name_case, "已关联申报件。"),
        name="finding_case",
    ),
    path(
        "findings/<int:pk>/answer/",
        _with_form(TipAnswerForm, "answer_form", actions.answer_tip, "已答复举报人。"),
        name="finding_answer",
    ),
    path("findings/<int:pk>/teller/", teller, name="finding_teller"),
    path("findings/<int:pk>/file/", tip_file, name="finding_file"),
]
NAVIGATION.append(Entry("问题线索", "console:findings", FINDING_READERS, Group.WATCH))
NAVIGATION.append(Entry("登记线索", "console:finding_new", REGISTERING - FINDING_READERS, Group.WATCH))
