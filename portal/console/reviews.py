"""年度复核活动 in the console: draw a sample, see it before it starts, follow it, close it with its report."""

import io

from django.contrib import messages
from django.db.models import Count, Q
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import inspecting, permissions, review_figures, review_report, sampling
from applications.actions import ActionRefused
from applications.actions import campaign as actions
from applications.models import Campaign, Duty, Inspection, Posting
from portal.console.site import EXTRA_URLS, NAVIGATION, OVERSIGHT, Entry, Group, duty_of, posting_of, site
from portal.forms.review import CampaignForm, ReasonForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.files import send_file

ROWS = 30
SHOWN = 60  # tasks or drawn awards on the page of a review; all of them stand in the sheet
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reading_desk(request: Request) -> Posting:
    """Return the posting of who reads reviews; for everybody else there are none."""
    posting = posting_of(request)
    if posting is None or posting.duty not in OVERSIGHT:
        raise Http404
    return posting


def inspecting_desk(request: Request) -> Posting:
    """Return the posting of an inspector."""
    posting = posting_of(request)
    if posting is None or posting.duty != Duty.INSPECT:
        raise Http404
    return posting


def _campaign(posting: Posting, pk: int) -> Campaign:
    rows = Campaign.objects.select_related("authority", "made_by", "started_by", "closed_by", "dropped_by")
    return get_object_or_404(rows, pk=pk, authority=posting.authority_id)


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the reviews of the authority with how far they are."""
    posting = reading_desk(request)
    ended, doubtful = Q(inspections__state=Inspection.State.ENDED), Q(inspections__result=Inspection.Result.FINDING)
    rows = (
        Campaign.objects.filter(authority=posting.authority_id)
        .defer("frame", "content")
        .annotate(
            drawn=Count("inspections"),
            ended=Count("inspections", filter=ended),
            doubtful=Count("inspections", filter=doubtful),
        )
    )
    context = {
        **site.each_context(request),
        "title": "年度复核",
        "page": keyset(rows, ("-pk",), request, size=ROWS),
        "may_draw": posting.duty == Duty.INSPECT,
    }
    return render(request, "console/reviews/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def new(request: Request) -> HttpResponse:
    """Ask how to choose (GET), and freeze frame and seed of a draw (POST)."""
    posting = inspecting_desk(request)
    form = CampaignForm(request.POST or None)
    if request.method != "POST":
        return _new_page(request, form)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    try:
        row = actions.draw(posting.authority, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _new_page(request, form, refusal=str(refusal), status=409)
    messages.success(request, "已抽样，请核对后启动。")
    return redirect("console:review", row.pk)


def _new_page(request: Request, form: Form, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {**site.each_context(request), "title": "新建年度复核", "form": form, "refusal": refusal}
    return render(request, "console/reviews/new.html", context, status=status)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show a review: before it starts what would be looked at, then how far it is and what was found."""
    return _page(request, _campaign(reading_desk(request), pk))


def _page(
    request: Request, row: Campaign, form: Form | None = None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    draft = row.state in (Campaign.State.DRAFT, Campaign.State.DROPPED)
    drawn = inspecting.drawn_of(row)
    tasks = [] if draft else review_figures.tasks_of(row)
    figures = review_figures.figures(row, tasks)
    left = sum(task.state != Inspection.State.ENDED for task in tasks)
    taken = drawn.taken[:SHOWN]
    context = {
        **site.each_context(request),
        "title": row.title,
        "row": row,
        "draft": draft,
        "strata": [sampling.STRATA[name] for name in row.strata],
        "shares": drawn.shares,
        "taken": [(unit, stratum, sampling.number_of(row.seed, unit.key)) for unit, stratum in taken],
        "taken_count": len(drawn.taken),
        "taken_fen": sum(unit.paid_fen for unit, _ in drawn.taken),
        "tasks": tasks[:SHOWN],
        "shown": SHOWN,
        "figures": figures,
        "results": review_figures.results(figures.whole),
        "may": duty_of(request) == Duty.INSPECT,
        "why_not_start": permissions.why_not_start(row, request.user) if draft else "",
        "why_not_close": "" if draft else permissions.why_not_close_campaign(row, request.user, left=left),
        "form": form or ReasonForm(),
        "refusal": refusal,
    }
    return render(request, "console/reviews/campaign.html", context, status=status)


@require_POST
@idempotent
def start(request: Request, pk: int) -> HttpResponse:
    """Make tasks of what was drawn."""
    row = _campaign(inspecting_desk(request), pk)
    try:
        actions.start(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, refusal=str(refusal), status=409)
    messages.success(request, "年度复核已启动，请分派复核任务。")
    return redirect("console:review", pk)


@require_POST
@idempotent
def drop(request: Request, pk: int) -> HttpResponse:
    """Give up what was drawn."""
    row = _campaign(inspecting_desk(request), pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        actions.drop(row, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, form, refusal=str(refusal), status=409)
    messages.success(request, "已作废本次抽样，抽样记录保留。")
    return redirect("console:review", pk)


@require_POST
@idempotent
def close(request: Request, pk: int) -> HttpResponse:
    """Close a review; its report is printed by a worker."""
    row = _campaign(inspecting_desk(request), pk)
    try:
        actions.close(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, refusal=str(refusal), status=409)
    messages.success(request, "年度复核已结束，报告正在生成。")
    return redirect("console:review", pk)


@require_safe
def frame(request: Request, pk: int) -> HttpResponse:
    """Hand out the frozen frame in the form over which its SHA-256 is taken."""
    row = _campaign(reading_desk(request), pk)
    response = HttpResponse(sampling.canonical(row.frame), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="frame-{row.pk}.json"'
    return response


@require_safe
def sheet(request: Request, pk: int) -> HttpResponse:
    """Hand out tasks, figures and frame as a workbook."""
    row = _campaign(reading_desk(request), pk)
    if row.state in (Campaign.State.DRAFT, Campaign.State.DROPPED):
        raise Http404
    made = io.BytesIO()
    review_report.write_xlsx(made, row)
    response = HttpResponse(made.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="review-{row.pk}.xlsx"'
    return response


@require_safe
def report(request: Request, pk: int) -> FileResponse:
    """Hand out the printed report of a closed review."""
    row = _campaign(reading_desk(request), pk)
    if not row.sha256:
        raise Http404
    name = f"{row.report_number} 年度复核报告.pdf"
    return send_file(row.file, name=name, content_type="application/pdf", inline=True)


EXTRA_URLS += [
    path("reviews/", listing, name="reviews"),
    path("reviews/new/", new, name="review_new"),
    path("reviews/<int:pk>/", page, name="review"),
    path("reviews/<int:pk>/start/", start, name="review_start"),
    path("reviews/<int:pk>/drop/", drop, name="review_drop"),
    path("reviews/<int:pk>/close/", close, name="review_close"),
    path("reviews/<int:pk>/frame.json", frame, name="review_frame"),
    path("reviews/<int:pk>/tasks.xlsx", sheet, name="review_sheet"),
    path("reviews/<int:pk>/report.pdf", report, name="review_report"),
]
NAVIGATION.append(Entry("年度复核", "console:reviews", OVERSIGHT, Group.WATCH))
