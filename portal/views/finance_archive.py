"""Many notices in one file, made in the background: the wish, its progress, stopping it, going on, and the file."""

import re
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import packing
from applications.actions import ActionRefused
from applications.actions import packing as actions
from applications.models import Document, Job, Posting
from applications.permissions import packing as permissions
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.finance import reading_desk
from portal.views.finance_list import AWARD, list_page, narrowed

KEY = re.compile(r"[0-9]{1,18}")  # no longer than a database takes
FORMS = {Job.Kind.ARCHIVE: ("zip", "application/zip"), Job.Kind.MERGED: ("pdf", "application/pdf")}
ROWS = 20


@require_POST
@idempotent
def archive(request: Request) -> HttpResponse:
    """
    Ask for one file of the notices of the chosen rows (`award`), or of all that was filtered (`query`).

    A button says which: `kind` of the chosen, `all_as` of all; `archive` is a ZIP, `merged` one PDF.
    """
    posting = reading_desk(request)
    kind = request.POST.get("kind") or request.POST.get("all_as") or Job.Kind.ARCHIVE
    if kind not in FORMS:
        raise Http404
    most = permissions.MOST_LETTERS[Job.Kind(kind)]
    notices = Document.objects.filter(kind=Document.Kind.NOTICE, authority=posting.authority_id)
    if request.POST.get("all") or request.POST.get("all_as"):
        found = narrowed(request, QueryDict(request.POST.get("query", "")))
        rows = found.qs if found.form.is_valid() else found.queryset.none()
        notices = notices.filter(award__in=rows.order_by().values(AWARD))
    else:
        chosen = {int(text) for text in request.POST.getlist("award") if KEY.fullmatch(text)}
        notices = notices.filter(award__in=sorted(chosen)[: most + 1])
    wanted = list(notices.order_by("pk").values_list("pk", flat=True)[: most + 1])
    try:
        job = actions.order(posting.authority, wanted, kind=kind, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return list_page(request, posting, refusal=str(refusal), status=409)
    return redirect("finance_job", job.pk)


def _job_of(request: Request, pk: int) -> tuple[Job, Posting]:
    """Return a package of the own authority with its posting, or 404."""
    posting = reading_desk(request)
    packages = Job.objects.filter(kind__in=FORMS, payload__authority=posting.authority_id)
    return get_object_or_404(packages.select_related("requested_by"), pk=pk), posting


def _shown(request: Request, job: Job) -> dict[str, Any]:
    """Return what the box of a package shows beside its progress."""
    return {
        "job": job,
        "why_not_cancel": permissions.why_not_cancel(job, request.user),
        "why_not_go_on": permissions.why_not_go_on(job, request.user),
        "ending": FORMS[Job.Kind(job.kind)][0].upper(),
        "kept_days": packing.KEPT.days,
    }


@require_safe
def jobs(request: Request) -> HttpResponse:
    """List what this person has had packed, the newest first."""
    posting = reading_desk(request)
    own = Job.objects.filter(requested_by=request.user, kind__in=FORMS, payload__authority=posting.authority_id)
    page = keyset(own, ("-pk",), request, ROWS)
    context = {"posting": posting, "rows": page.rows, "page": page, "kept_days": packing.KEPT.days}
    return render(request, "finance/jobs.html", context)


@require_safe
def job(request: Request, pk: int) -> HttpResponse:
    """Show how far the packing is; the page may be closed and opened again."""
    row, posting = _job_of(request, pk)
    return render(request, "finance/job.html", {"posting": posting, **_shown(request, row)})


@require_safe
def progress(request: Request, pk: int) -> HttpResponse:
    """Answer the question of the page for how far it is."""
    row, _ = _job_of(request, pk)
    return render(request, "finance/progress.html", _shown(request, row))


@require_POST
@idempotent
def cancel(request: Request, pk: int) -> HttpResponse:
    """Stop a package."""
    row, posting = _job_of(request, pk)
    try:
        actions.cancel(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _refused(request, row, posting, refusal)
    messages.success(request, "已取消。已经打包的部分保留，需要时可以继续。")
    return redirect("finance_job", pk)


@require_POST
@idempotent
def go_on(request: Request, pk: int) -> HttpResponse:
    """Let a stopped or failed package go on from where it is."""
    row, posting = _job_of(request, pk)
    try:
        actions.go_on(row, by=request.user)
    except ActionRefused as refusal:
        return _refused(request, row, posting, refusal)
    messages.success(request, "已重新排队，从中断处继续。")
    return redirect("finance_job", pk)


def _refused(request: Request, job: Job, posting: Posting, refusal: ActionRefused) -> HttpResponse:
    context = {"posting": posting, "refusal": str(refusal), **_shown(request, job)}
    return render(request, "finance/job.html", context, status=409)


@require_safe
def download(request: Request, pk: int) -> HttpResponseBase:
    """Hand out the file; before it is done, or when it has been dropped, the page of the package says so."""
    row, _ = _job_of(request, pk)
    if row.state != Job.State.DONE or not row.file:
        return redirect("finance_job", row.pk)
    ending, content_type = FORMS[Job.Kind(row.kind)]
    name = f"奖补资金兑现通知书 {timezone.localdate(row.requested_at):%Y-%m-%d}（{row.total}份）.{ending}"
    return FileResponse(row.file.open("rb"), as_attachment=True, filename=name, content_type=content_type)
