"""复核任务 in the console: lists by state, and a task with what was verified then beside what is found now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.forms import Form
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import inspecting, permissions
from applications.actions import ActionRefused
from applications.actions import inspection as actions
from applications.models import Duty, Inspection, InspectionDemand, InspectionPaper, Posting, User
from applications.permissions import Standing
from portal.console.reviews import inspecting_desk, reading_desk
from portal.console.site import EXTRA_URLS, site
from portal.forms import review as forms
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.files import send_file

ROWS = 30
MINE = "mine"
S = Inspection.State


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the tasks of the authority's reviews that run: one's own first, else by state."""
    posting = reading_desk(request)
    rows = Inspection.objects.of_authority(posting.authority_id)
    asked = request.GET.get("state", MINE if posting.duty == Duty.INSPECT else "all")
    mine = Q(officer=request.user) & ~Q(state=S.ENDED)
    counts = rows.aggregate(mine=Count("pk", filter=mine), **{s: Count("pk", filter=Q(state=s)) for s in S.values})
    narrowed = {MINE: rows.filter(mine), "all": rows}.get(asked, rows.filter(state=asked))
    tabs = [(MINE, "我的任务"), *S.choices]
    context = {
        **site.each_context(request),
        "title": "复核任务",
        "tabs": [(f"?state={value}", label, counts[value], value == asked) for value, label in tabs],
        "all_now": asked == "all",
        "page": keyset(
            narrowed.select_related("campaign", "application__applicant", "award__clause", "officer").defer(
                "campaign__frame", "campaign__content", "application__facts"
            ),
            ("-pk",),
            request,
            size=ROWS,
        ),
    }
    return render(request, "console/reviews/tasks.html", context)


@dataclass
class Task:
    """A task with how the officer stands to its case; what was asked and found is read when it is shown."""

    row: Any  # an Inspection
    standing: Standing

    @property
    def case(self) -> Any:
        """The case."""
        return self.row.application

    @cached_property
    def demands(self) -> list[InspectionDemand]:
        """What was asked, oldest first, with the papers that answered it (two queries)."""
        found = self.row.demands.select_related("asked_by__user", "answered_by").prefetch_related("papers")
        return list(found)

    @property
    def open_demand(self) -> InspectionDemand | None:
        """What has no answer yet."""
        return next((row for row in self.demands if row.answered_at is None and row.ended_at is None), None)

    @cached_property
    def questions(self) -> list[inspecting.Question]:
        """What is to be looked at."""
        return inspecting.questions_of(self.case)

    @cached_property
    def checks(self) -> dict[str, Any]:
        """What was found last about each question."""
        return inspecting.latest(self.row.checks.select_related("checked_by__user").order_by("pk"))

    @cached_property
    def officers(self) -> Any:
        """The inspectors of the authority."""
        posted = Posting.objects.current().filter(authority=self.case.authority_id, duty=Duty.INSPECT)
        return User.objects.filter(pk__in=posted.values("user")).order_by("name", "pk")


@dataclass(frozen=True)
class Act:
    """One thing to do with a task: why it cannot be done, its form, the action, and what is said afterwards."""

    why_not: Callable[[Task], str]
    form: Callable[..., Form]
    act: Callable[..., Any]
    done: str


def _today() -> Any:
    return timezone.localdate()


def _why_not_conclude(task: Task) -> str:
    result = Inspection.Result.QUALIFIED
    return permissions.why_not_conclude(
        task.row, task.case, task.standing, result=result, demand=task.open_demand, today=_today()
    )


@transaction.atomic
def _look(row: Inspection, form: Any, **who: Any) -> None:
    """Keep what is new about the questions, all of it or nothing."""
    for found in form.found():
        actions.check(row, found.pop("key"), **found, **who)


ACTS: dict[str, Act] = {
    "assign": Act(
        lambda task: permissions.why_not_hand_out(task.row, task.case, task.standing),
        lambda task, *data, **more: forms.OfficerForm(*data, officers=task.officers, **more),
        lambda row, form, **who: actions.assign(row, **form.cleaned_data, **who),
        "已分派复核人。",
    ),
    "ask": Act(
        lambda task: permissions.why_not_ask(
            task.row, task.case, task.standing, demand=task.open_demand, today=_today()
        ),
        lambda task, *data, **more: forms.AskForm(*data, **more),
        lambda row, form, **who: actions.ask(row, form.cleaned_data["items"], **who),
        "已通知申报单位提供材料。",
    ),
    "look": Act(
        lambda task: permissions.why_not_look(task.row, task.case, task.standing),
        lambda task, *data, **more: forms.LookForm(*data, questions=task.questions, known=task.checks, **more),
        _look,
        "已保存复核情况。",
    ),
    "conclude": Act(
        _why_not_conclude,
        lambda task, *data, **more: forms.ConcludeForm(*data, **more),
        lambda row, form, **who: actions.conclude(row, **form.values(), **who),
        "已作出复核结论。",
    ),
    "rectified": Act(
        lambda task: permissions.why_not_rectified(task.row, task.case, task.standing),
        lambda task, *data, **more: forms.RectifiedForm(*data, **more),
        lambda row, form, **who: actions.confirm_rectified(row, **form.cleaned_data, **who),
        "已确认整改，复核任务办结。",
    ),
    "turn": Act(
        lambda task: permissions.why_not_turn(
            task.row, task.case, task.standing, demand=task.open_demand, today=_today()
        ),
        lambda task, *data, **more: forms.TurnForm(*data, **more),
        lambda row, form, **who: actions.turn_into_finding(
            row, note=form.cleaned_data["note"], doubt_fen=form.cleaned_data["doubt"], **who
        ),
        "已转为问题线索，复核任务办结。",
    ),
}


def _task_of(request: Request, pk: int, posting: Posting) -> Task:
    rows = Inspection.objects.of_authority(posting.authority_id).select_related(
        "campaign",
        "officer",
        "concluded_by__user",
        "rectified_by__user",
        "finding",
        "award__clause",
        "application__applicant",
        "application__authority",
        "application__policy",
        "application__clause__policy",
    )
    row = get_object_or_404(rows.defer("campaign__frame", "campaign__content"), pk=pk)
    return Task(row, permissions.standing_of(request.user, row.application))


def _page(
    request: Request, task: Task, *, sent: Mapping[str, Form] | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    sent = sent or {}
    why_not = {name: act.why_not(task) for name, act in ACTS.items()}
    shown = {
        name: sent.get(name) or act.form(task, prefix=name, auto_id=f"{name}-%s")
        for name, act in ACTS.items()
        if not why_not[name] or name in sent or name == "look"
    }
    context = {
        **site.each_context(request),
        "title": f"复核 {task.case.number}",
        "task": task,
        "row": task.row,
        "case": task.case,
        "why_not": why_not,
        "forms": shown,
        "demands": [(row, _answered(row)) for row in task.demands],
        "evidence": inspecting.evidence_then(task.case),
        "today": _today(),
        "may": task.standing.duty == Duty.INSPECT,
        "refusal": refusal,
    }
    return render(request, "console/reviews/task.html", context, status=status)


def _answered(demand: InspectionDemand) -> list[tuple[str, str, list[InspectionPaper]]]:
    """Return the items of a demand with words and papers of the answer, which are the applicant's until it is sent."""
    if demand.answered_at is None:
        return [(item["text"], "", []) for item in demand.items]
    papers = inspecting.papers_by_item(demand.papers.all())
    return [(item["text"], demand.answer.get(item["key"], ""), papers.get(item["key"], [])) for item in demand.items]


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show a task."""
    return _page(request, _task_of(request, pk, reading_desk(request)))


def _view(name: str) -> Callable[..., HttpResponse]:
    """Return the view of one act."""
    act = ACTS[name]

    @require_POST
    @idempotent
    def view(request: Request, pk: int) -> HttpResponse:
        task = _task_of(request, pk, inspecting_desk(request))
        form = act.form(task, request.POST, prefix=name, auto_id=f"{name}-%s")
        if reason := act.why_not(task):
            return _page(request, task, sent={name: form}, refusal=reason, status=409)
        if not form.is_valid():
            return _page(request, task, sent={name: form}, status=422)
        try:
            act.act(task.row, form, by=request.user, at=timezone.now())
        except ActionRefused as refusal:
            fresh = _task_of(request, pk, inspecting_desk(request))
            return _page(request, fresh, sent={name: form}, refusal=str(refusal), status=409)
        messages.success(request, act.done)
        return redirect("console:review_task", pk)

    return view


@require_safe
def paper(request: Request, pk: int) -> FileResponse:
    """Hand out a paper of an answer that was sent, to those who read reviews of its authority."""
    posting = reading_desk(request)
    rows = InspectionPaper.objects.filter(
        demand__inspection__campaign__authority=posting.authority_id,
        demand__answered_at__isnull=False,
        withdrawn_at=None,
    )
    row = get_object_or_404(rows, pk=pk)
    return send_file(row.file, name=row.original_name, content_type=row.content_type)


EXTRA_URLS += [
    path("reviews/tasks/", listing, name="review_tasks"),
    path("reviews/tasks/<int:pk>/", page, name="review_task"),
    path("reviews/papers/<int:pk>/", paper, name="review_paper"),
]
for _name in ACTS:
    EXTRA_URLS.append(path(f"reviews/tasks/<int:pk>/{_name}/", _view(_name), name=f"review_{_name}"))
