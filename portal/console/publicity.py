"""公示与异议 at the desk: putting proposals before the public in one batch, and dealing with who objects."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import approving, permissions
from applications.actions import ActionRefused, publicity
from applications.models import Application, Duty, NoticeBatch, Objection, PoolWait, Posting, Status
from applications.permissions import standing_of
from portal.console.queue import forget_counts
from portal.console.site import CASE_DUTIES, EXTRA_URLS, NAVIGATION, Entry, Group, case_desk, posting_of, site
from portal.forms.publicity import BatchForm, RulingForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.files import send_file

ROWS = 30


def _desk(request: Request, *duties: str) -> Posting:
    posting = posting_of(request)
    if posting is None or posting.duty not in duties:
        raise Http404
    return posting


def _proposed(posting: Posting) -> QuerySet[Any]:
    """
    Return the proposals of an authority with how far they are agreed to, the nearest deadline first.

    One that waits for money is among them once its turn has come; before that nothing could be done about it.
    """
    cases = Application.objects.filter(authority=posting.authority_id, status=Status.PROPOSED)
    waits = PoolWait.objects.filter(application=OuterRef("pk"), ended_at=None)
    cases = cases.exclude(Exists(waits.filter(called_at=None))).annotate(awaits_money=Exists(waits))
    rows = approving.with_agreement(cases).select_related("applicant", "clause")
    return rows.order_by("due_on", "pk")[: publicity.BATCH_MOST]


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def publish(request: Request) -> HttpResponse:
    """Choose proposals and put them before the public together."""
    posting = _desk(request, Duty.APPROVE)
    rows = list(_proposed(posting))
    if request.method != "POST":
        return _publish_page(request, rows, BatchForm(cases=rows))
    form = BatchForm(request.POST, cases=rows)
    if not form.is_valid():
        return _publish_page(request, rows, form, status=422)
    chosen = [row for row in rows if str(row.pk) in form.cleaned_data["cases"]]
    try:
        batch = publicity.publish(chosen, title=form.cleaned_data["title"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _publish_page(request, rows, form, refusal=str(refusal), status=409)
    forget_counts(posting.authority_id)
    waiting = PoolWait.objects.filter(application__in=chosen, ended_at=None).count()
    queued = f"{waiting}件因资金池余额不足列入排队，已告知申报单位。" if waiting else ""
    agreed = "" if queued else "已记录您的审批意见，等待其他审批人员。"
    messages.success(request, (f"已公示：{batch.number}。" if batch else agreed) + queued)
    return redirect("console:batches")


def _publish_page(
    request: Request, rows: list[Any], form: forms.Form, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    lines = [(row, approving.agreement_in(row)) for row in rows]
    chosen = form.data.getlist("cases") if form.is_bound else []  # type: ignore[attr-defined] # a QueryDict
    context = {
        **site.each_context(request),
        "title": "批量公示",
        "lines": lines,
        "chosen": chosen,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "console/publish.html", context, status=status)


@require_safe
def batches(request: Request) -> HttpResponse:
    """List the authority's public batches."""
    posting = case_desk(request)
    found = NoticeBatch.objects.filter(authority=posting.authority_id)
    context = {
        **site.each_context(request),
        "title": "公示",
        "page": keyset(found, ("-pk",), request, size=ROWS),
        "may_publish": posting.duty == Duty.APPROVE,
        "today": timezone.localdate(),
    }
    return render(request, "console/batches.html", context)


def _objections(posting: Posting) -> QuerySet[Objection]:
    rows = Objection.objects.filter(notice__application__authority=posting.authority_id)
    return rows.select_related("notice__application__applicant", "notice__application__clause", "handler__user")


@require_safe
def objections(request: Request) -> HttpResponse:
    """List objections, open ones first to the eye; who objects is not in the list."""
    posting = _desk(request, Duty.INSPECT, Duty.APPROVE, Duty.AUDIT)
    page = keyset(_objections(posting), ("-pk",), request, size=ROWS)
    context = {**site.each_context(request), "title": "异议", "page": page}
    return render(request, "console/objections.html", context)


@require_safe
def objection(request: Request, pk: int) -> HttpResponse:
    """Show one objection; who objects only to the officer who deals with it."""
    posting = _desk(request, Duty.INSPECT, Duty.APPROVE, Duty.AUDIT)
    return _objection_page(request, get_object_or_404(_objections(posting), pk=pk), RulingForm())


def _objection_page(
    request: Request, row: Objection, form: forms.Form, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    case = row.notice.application
    standing = standing_of(request.user, case)
    mine = row.handler is not None and row.handler.user_id == request.user.pk
    context = {
        **site.each_context(request),
        "title": f"异议 {row.code}",
        "row": row,
        "case": case,
        "mine": mine,
        "why_not_take": permissions.why_not_take_objection(case, standing, row),
        "why_not_rule": permissions.why_not_rule_on(case, standing, row),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "console/objection.html", context, status=status)


@require_POST
@idempotent
def take(request: Request, pk: int) -> HttpResponse:
    """Take an objection on."""
    row = get_object_or_404(_objections(_desk(request, Duty.INSPECT)), pk=pk)
    try:
        publicity.take_objection(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _objection_page(request, row, RulingForm(), refusal=str(refusal), status=409)
    messages.success(request, "该异议由您承办核实。")
    return redirect("console:objection", pk)


@require_POST
@idempotent
def rule(request: Request, pk: int) -> HttpResponse:
    """Say what came of an objection."""
    row = get_object_or_404(_objections(_desk(request, Duty.INSPECT)), pk=pk)
    form = RulingForm(request.POST)
    if not form.is_valid():
        return _objection_page(request, row, form, status=422)
    try:
        publicity.rule_on(row, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _objection_page(request, row, form, refusal=str(refusal), status=409)
    messages.success(request, "已作出核实结论，答复书正在生成。")
    return redirect("console:objection", pk)


@require_safe
def objection_file(request: Request, pk: int) -> FileResponse:
    """Hand out the signed objection, only to the officer who deals with it."""
    posting = _desk(request, Duty.INSPECT)
    row = get_object_or_404(_objections(posting).filter(handler__user=request.user), pk=pk)
    return send_file(row.file, name=row.original_name, content_type=row.content_type)


EXTRA_URLS += [
    path("publish/", publish, name="publish"),
    path("batches/", batches, name="batches"),
    path("objections/", objections, name="objections"),
    path("objections/<int:pk>/", objection, name="objection"),
    path("objections/<int:pk>/take/", take, name="objection_take"),
    path("objections/<int:pk>/rule/", rule, name="objection_rule"),
    path("objections/<int:pk>/file/", objection_file, name="objection_file"),
]
NAVIGATION.append(Entry("批量公示", "console:publish", frozenset({Duty.APPROVE}), Group.NOTICE))
NAVIGATION.append(Entry("公示", "console:batches", CASE_DUTIES, Group.NOTICE))
NAVIGATION.append(
    Entry("异议", "console:objections", frozenset({Duty.INSPECT, Duty.APPROVE, Duty.AUDIT}), Group.NOTICE)
)
