"""年度复核 on the applicant's side: what is asked and until when, and the answer with files for each item."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import inspecting, permissions
from applications.actions import ActionRefused
from applications.actions import inspection as actions
from applications.models import Application, Inspection, InspectionDemand, InspectionPaper
from portal.forms.review import AnswerForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.files import send_file

ROWS = 20
S, R = Inspection.State, Inspection.Result


def standing_words(task: Inspection, demand: InspectionDemand | None) -> tuple[str, str]:
    """
    Return in words, with a tone, how a task stands for the applicant.

    That a doubt came of it is the office's own until a recovery case is opened, which tells the party itself.
    """
    if demand is not None:
        return ("待整改", "ask") if demand.kind == InspectionDemand.Kind.RECTIFY else ("待答复", "ask")
    if task.state == S.ENDED:
        return {R.QUALIFIED: ("合格", "good"), R.RECTIFY: ("整改完成", "good")}.get(
            R(task.result), ("复核已结束", "rest")
        )
    return ("整改待确认", "wait") if task.state == S.RECTIFYING else ("复核中", "wait")


def _open(task: Any) -> InspectionDemand | None:
    return next((row for row in task.demands.all() if row.answered_at is None and row.ended_at is None), None)


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the reviews in which a body of this person was asked something."""
    demands = Prefetch("demands", InspectionDemand.objects.order_by("pk"))
    rows = Inspection.objects.visible_to(request.user).prefetch_related(demands)
    rows = rows.select_related("application__applicant", "application__clause", "campaign")
    page = keyset(rows.defer("campaign__frame", "campaign__content", "summary"), ("-pk",), request, size=ROWS)
    for task in page.rows:
        task.open = _open(task)
        task.words, task.tone = standing_words(task, task.open)
    return render(request, "applicant/reviews/list.html", {"page": page})


def _task_of(request: Request, pk: int) -> Inspection:
    case = ("applicant", "clause", "policy", "authority")
    related = ("campaign", *(f"application__{name}" for name in case))
    rows = Inspection.objects.visible_to(request.user).select_related(*related)
    demands = InspectionDemand.objects.select_related("answered_by").prefetch_related("papers").order_by("pk")
    rows = rows.prefetch_related(Prefetch("demands", demands)).defer("campaign__frame", "campaign__content")
    return get_object_or_404(rows, pk=pk)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show what is asked, and what was answered before."""
    return _page(request, _task_of(request, pk))


def _page(
    request: Request, task: Inspection, form: AnswerForm | None = None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    demand = _open(task)
    lines: list[dict[str, Any]] = []
    if demand is not None:
        form = form or AnswerForm(demand=demand)
        lines = form.lines(inspecting.papers_by_item(demand.papers.all()))
    words, tone = standing_words(task, demand)
    context = {
        "task": task,
        "case": task.application,
        "demand": demand,
        "overdue": demand is not None and inspecting.is_overdue(demand, timezone.localdate()),
        "form": form,
        "lines": lines,
        "words": words,
        "tone": tone,
        "answered": [(row, _said(row)) for row in task.demands.all() if row.answered_at],
        "concluded": task.state == S.ENDED and task.result != R.FINDING,
        "refusal": refusal,
    }
    return render(request, "applicant/reviews/review.html", context, status=status)


def _said(demand: InspectionDemand) -> list[tuple[str, str, list[InspectionPaper]]]:
    papers = inspecting.papers_by_item(demand.papers.all())
    return [(item["text"], demand.answer.get(item["key"], ""), papers.get(item["key"], [])) for item in demand.items]


@require_POST
@idempotent
def answer(request: Request, pk: int) -> HttpResponse:
    """Keep what was written and uploaded, or send it as the answer."""
    task = _task_of(request, pk)
    demand = _open(task)
    if demand is None:
        standing = permissions.standing_of(request.user, task.application)
        return _page(request, task, refusal=permissions.why_not_reply(demand, standing), status=409)
    form = AnswerForm(request.POST, request.FILES, demand=demand)
    if not form.is_valid():
        return _page(request, task, form, status=422)
    send = request.POST.get("act") == "send"
    try:
        actions.write_answer(demand, form.answer(), form.papers(), send=send, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, _task_of(request, pk), form, refusal=str(refusal), status=409)
    messages.success(request, "答复已提交。" if send else "已保存，尚未提交。")
    return redirect("my_review", pk)


def _papers(request: Request):
    """Return the papers of the bodies this person acts for, without those taken back."""
    own = Application.objects.of_applicants_of(request.user).values("pk")
    return InspectionPaper.objects.filter(demand__inspection__application__in=own, withdrawn_at=None)


@require_safe
def paper(request: Request, pk: int) -> FileResponse:
    """Hand out a paper of an own answer."""
    row = get_object_or_404(_papers(request), pk=pk)
    return send_file(row.file, name=row.original_name, content_type=row.content_type)


@require_POST
@idempotent
def remove(request: Request, pk: int) -> HttpResponse:
    """Take a paper out of an answer that is not sent yet."""
    row = get_object_or_404(_papers(request).select_related("demand__inspection__application"), pk=pk)
    task = row.demand.inspection_id
    try:
        actions.take_back(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, _task_of(request, task), refusal=str(refusal), status=409)
    messages.success(request, "文件已移除。")
    return redirect("my_review", task)
