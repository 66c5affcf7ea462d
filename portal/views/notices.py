"""公示 for everybody: which cases stand before the public, what is shown of them, and how to object."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applications import permissions, recovering
from applications.actions import ActionRefused, publicity
from applications.models import Document, NoticeBatch, Objection, PublicNotice, RecoveryCase
from applications.uploads import BadUpload, inspect
from portal.forms.objection import ObjectionForm
from portal.limits import too_many
from portal.paging import keyset
from portal.requests import PublicRequest
from portal.views.files import send_file
from portal.views.verify import normal

ROWS = 20
OBJECTIONS = {"most": 5, "seconds": 3600}  # of one address: an objection is written once, not by machine
LOOKS = {"most": 40, "seconds": 60}


def _batches():
    """Return the batches that are public: a notice of no days was never shown to anybody."""
    return NoticeBatch.objects.filter(days__gt=0).select_related("authority")


@login_not_required
@require_safe
def listing(request: PublicRequest) -> HttpResponse:
    """List public batches, the newest first."""
    page = keyset(_batches(), ("-pk",), request, size=ROWS)
    return render(request, "public/notices.html", {"page": page, "today": timezone.localdate()})


@login_not_required
@require_safe
def batch(request: PublicRequest, pk: int) -> HttpResponse:
    """Show one batch with all its cases; a case whose notice ended early is marked and not taken away."""
    notices = PublicNotice.objects.order_by("pk").select_related("application")
    row = get_object_or_404(_batches().prefetch_related(Prefetch("notices", notices)), pk=pk)
    today = timezone.localdate()
    shown = [
        {
            "notice": notice,
            "said": notice.shown,
            "why_not": permissions.why_not_object(notice, today=today),
            "standing": _standing(notice),
        }
        for notice in row.notices.all()
    ]
    context = {"batch": row, "rows": shown, "today": today, "total": sum(r["notice"].amount_fen for r in shown)}
    return render(request, "public/notice_batch.html", context)


@login_not_required
@require_safe
def decisions(request: PublicRequest) -> HttpResponse:
    """List recovery decisions that stand before the public, until the day their grade allows."""
    letters = Document.objects.filter(recovery=OuterRef("pk"), kind=Document.Kind.REC_DECISION).order_by("-pk")
    rows = RecoveryCase.objects.published(timezone.localdate()).annotate(letter=Subquery(letters.values("number")[:1]))
    rows = rows.select_related("authority", "application__applicant", "application__clause")
    rows = rows.annotate(owed_fen=recovering.owed_fen())
    return render(request, "public/decisions.html", {"page": keyset(rows, ("-pk",), request, size=ROWS)})


def _standing(notice: PublicNotice) -> str:
    """Return in a word what has become of a case since it was shown."""
    if notice.ended_at is None:
        return "公示中"
    ended = {"verifying": "重新核验", "refused": "不予兑现", "withdrawn": "申报单位已撤回"}
    return ended.get(notice.application.status, "公示结束")


@login_not_required
@require_safe
def paper(request: PublicRequest, pk: int) -> FileResponse:
    """Hand out the paper of a batch."""
    row = get_object_or_404(_batches(), pk=pk)
    if not row.sha256:
        raise Http404
    return send_file(row.file, name=f"{row.number} 公示.pdf", content_type="application/pdf", inline=True)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: PublicRequest, pk: int) -> HttpResponse:
    """Take an objection in somebody's own name."""
    notices = PublicNotice.objects.filter(batch__days__gt=0).select_related("batch__authority", "application")
    notice = get_object_or_404(notices, pk=pk)
    refusal = permissions.why_not_object(notice, today=timezone.localdate())
    if request.method != "POST":
        return _objection_page(request, notice, ObjectionForm(), refusal=refusal, status=409 if refusal else 200)
    if too_many(request, "objection", **OBJECTIONS):
        return render(request, "429.html", status=429)
    form = ObjectionForm(request.POST, request.FILES)
    checked = _checked(form)
    if not form.is_valid() or checked is None:
        return _objection_page(request, notice, form, status=422)
    try:
        row = publicity.object_to(
            notice, form.values(), file=form.cleaned_data["file"], upload=checked, at=timezone.now()
        )
    except ActionRefused as reason:
        return _objection_page(request, notice, form, refusal=str(reason), status=409)
    return redirect("objection", code=row.code)


def _checked(form: ObjectionForm) -> Any:
    """Look into the file; what is wrong with it stands at its field beside what is wrong with the others."""
    if not form.is_valid() and "file" in form.errors:
        return None
    try:
        return inspect(form.cleaned_data["file"])
    except BadUpload as error:
        form.add_error("file", str(error))
        return None


def _objection_page(
    request: PublicRequest, notice: PublicNotice, form: ObjectionForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"notice": notice, "said": notice.shown, "batch": notice.batch, "form": form, "refusal": refusal}
    return render(request, "public/objection_form.html", context, status=status)


@login_not_required
@require_safe
def objection(request: PublicRequest, code: str) -> HttpResponse:
    """Tell by its code how far an objection is, and what came of it; never who objected."""
    if too_many(request, "objection-look", **LOOKS):
        return render(request, "429.html", status=429)
    rows = Objection.objects.select_related("notice__batch", "answer")
    row = rows.filter(code=normal(code)).first()
    if row is None:
        return render(request, "404.html", status=404)
    context = {"objection": row, "said": row.notice.shown, "answer": row.answer}
    return render(request, "public/objection.html", context)


@login_not_required
@require_safe
def answer(request: PublicRequest, code: str) -> FileResponse:
    """Hand out the answer to whoever holds the code of the objection."""
    if too_many(request, "objection-look", **LOOKS):
        raise Http404
    letter = get_object_or_404(Objection.objects.select_related("answer"), code=normal(code)).answer
    if letter is None or not letter.sha256:
        raise Http404
    return send_file(letter.file, name=f"{letter.number} 异议答复书.pdf", content_type="application/pdf", inline=True)
