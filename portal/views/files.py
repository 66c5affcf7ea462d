"""
Files behind a permission check: evidence as attachment or as page image, papers of the desk, letters, results of jobs.

Whatever a person may not see does not exist: every file is looked up through `visible_to`, so a stranger gets a 404.
"""

from urllib.parse import quote

from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from applications.models import Application, DeskFile, Document, Evidence, Job, Mandate, RecoveryPaper

IMAGE_WIDTH = 1000
SANDBOX = "default-src 'none'; sandbox"
# A browser's own PDF viewer does not start in a sandbox; only letters made by this portal are shown with it.
LETTER = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def send_file(file: FieldFile, *, name: str, content_type: str, inline: bool = False) -> FileResponse:
    """Send stored bytes so that no browser guesses their type or runs what they hold."""
    try:
        opened = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, content_type=content_type)
    kind = "inline" if inline else "attachment"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    # RFC 6266: the plain name for old clients, the RFC 5987 name for all others.
    response["Content-Disposition"] = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = LETTER if inline else SANDBOX
    return response


@require_safe
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out the original of a piece of evidence, always as attachment."""
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    return send_file(evidence.file, name=evidence.original_name, content_type=evidence.content_type)


@require_safe
def evidence_page(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """Show one page of a piece of evidence as a picture."""
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    if not evidence.has_pages:
        raise Http404
    from applications import previews  # loads pdfium and Pillow, which the start need not pay  # noqa: PLC0415

    try:
        with evidence.file.open("rb") as file:
            image = previews.page_image(file, page, width=IMAGE_WIDTH)
    except (FileNotFoundError, previews.CannotShow):
        raise Http404 from None
    response = HttpResponse(image, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response


@require_safe
def mandate_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out the 授权委托书 of a case this person may open, always as attachment."""
    cases = Application.objects.visible_to(request.user)
    mandates = Mandate.objects.filter(application__in=cases, file__isnull=False).select_related("file")
    file = get_object_or_404(mandates, pk=pk).file
    assert file is not None
    return send_file(file.file, name=file.original_name, content_type=file.content_type)


@require_safe
def desk_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a paper that officers added to a case, to officers of its authority alone, always as attachment."""
    paper = get_object_or_404(DeskFile.objects.visible_to(request.user), pk=pk)
    return send_file(paper.file, name=paper.original_name, content_type=paper.content_type)


@require_safe
def recovery_paper(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out a paper of a recovery case, always as attachment; to the body only what it handed in itself."""
    paper = get_object_or_404(RecoveryPaper.objects.visible_to(request.user), pk=pk)
    return send_file(paper.file, name=paper.original_name, content_type=paper.content_type)


@require_safe
def document_file(request: HttpRequest, pk: int) -> FileResponse:
    """Show a letter in the browser, or hand it out with `?download`."""
    document = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("application__applicant"), pk=pk
    )
    if not document.sha256:
        raise Http404
    waits = "（待签章）" if document.awaits_seal else ""
    name = f"{document.number} {document.get_kind_display()} {document.application.applicant.name}{waits}.pdf"
    return send_file(document.file, name=name, content_type="application/pdf", inline="download" not in request.GET)


def _jobs(request: HttpRequest):
    """Return the work this person may look at: papers of visible cases, and whatever they asked for themselves."""
    seen = Document.objects.visible_to(request.user)
    own = Q(document=None, application=None, requested_by=request.user)  # a dossier has its own door
    return Job.objects.filter(Q(document__in=seen) | own)


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer how far a job is: the box that the page asks for again, with the result once there is one."""
    row = get_object_or_404(_jobs(request), pk=pk)
    result = ""
    if row.state == Job.State.DONE:
        result = (
            reverse("document_file", args=[row.document_id]) if row.document_id else reverse("job_result", args=[pk])
        )
    context = {"job": row, "poll_url": reverse("job", args=[pk]), "result_url": result}
    return render(request, "applicant/job.html", context)


@require_safe
def job_result(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out what a job has made, as long as every paper in it may still be seen by who asked for it."""
    row = get_object_or_404(_jobs(request), pk=pk, state=Job.State.DONE, document=None)
    wanted = set(row.payload.get("documents", []))
    seen = set(Document.objects.visible_to(request.user).filter(pk__in=wanted).values_list("pk", flat=True))
    if not row.file or seen != wanted:
        raise Http404
    if row.kind == Job.Kind.PREVIEW:
        return send_file(row.file, name=f"文书预览{row.pk}.pdf", content_type="application/pdf", inline=True)
    merged = row.kind == Job.Kind.MERGED
    name = f"文书合并{row.pk}.pdf" if merged else f"文书打包{row.pk}.zip"
    return send_file(row.file, name=name, content_type="application/pdf" if merged else "application/zip")
