"""Many notices in one ZIP, packed in the background: the wish, its progress, and the file."""

import re

from django.db import transaction
from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications.models import Document, Job
from applications.papers import enqueue
from portal.idempotency import idempotent
from portal.requests import Request
from portal.views.finance import desk, list_page, narrowed

MOST_LETTERS = 5000
KEY = re.compile(r"[0-9]{1,18}")  # no longer than a database takes


@require_POST
@idempotent
def archive(request: Request) -> HttpResponse:
    """Ask for a ZIP of the notices of the chosen rows (`award`) or of all that was filtered (`all`, `query`)."""
    posting = desk(request)
    notices = Document.objects.filter(kind=Document.Kind.NOTICE, authority=posting.authority_id)
    if request.POST.get("all"):
        found = narrowed(request, QueryDict(request.POST.get("query", "")))
        rows = found.qs if found.form.is_valid() else found.queryset.none()
        notices = notices.filter(award__in=rows.values("award"))
    else:
        chosen = {int(text) for text in request.POST.getlist("award") if KEY.fullmatch(text)}
        notices = notices.filter(award__in=sorted(chosen)[: MOST_LETTERS + 1])
    wanted = list(notices.order_by("pk").values_list("pk", flat=True)[: MOST_LETTERS + 1])
    if reason := _why_not(len(wanted)):
        return list_page(request, posting, refusal=reason, status=409)
    with transaction.atomic():
        job = Job.objects.create(
            kind=Job.Kind.ARCHIVE,
            payload={"documents": wanted, "authority": posting.authority_id},
            total=len(wanted),
            requested_by=request.user,
            requested_at=timezone.now(),
        )
        enqueue(job)
    return redirect("finance_job", job.pk)


def _why_not(count: int) -> str:
    if not count:
        return "请先选择要打包的奖补决定。"
    if count > MOST_LETTERS:
        return f"一次最多打包{MOST_LETTERS}份通知书，请缩小筛选范围后分次打包。"
    return ""


def _job_of(request: Request, pk: int) -> Job:
    posting = desk(request)
    return get_object_or_404(Job, pk=pk, kind=Job.Kind.ARCHIVE, payload__authority=posting.authority_id)


@require_safe
def job(request: Request, pk: int) -> HttpResponse:
    """Show how far the packing is; the page may be closed and opened again."""
    return render(request, "finance/job.html", {"job": _job_of(request, pk)})


@require_safe
def progress(request: Request, pk: int) -> HttpResponse:
    """Answer the question of the page for how far it is."""
    return render(request, "finance/progress.html", {"job": _job_of(request, pk)})


@require_safe
def download(request: Request, pk: int) -> HttpResponseBase:
    """Hand out the ZIP; before it is done the page of the job says so."""
    row = _job_of(request, pk)
    if row.state != Job.State.DONE or not row.file:
        return redirect("finance_job", row.pk)
    name = f"奖补资金兑现通知书 {timezone.localdate(row.requested_at):%Y-%m-%d}（{row.total}份）.zip"
    return FileResponse(row.file.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
