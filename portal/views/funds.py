"""资金安排表: the tables of the authority, a form for a new one, and its PDF."""

from datetime import datetime, time, timedelta

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applications import finance
from applications.actions import funds as actions
from applications.models import Clause, FundsTable, Job, Posting
from applications.permissions import ActionRefused
from portal.forms.funds import FundsForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.files import send_file
from portal.views.finance import desk

ROWS = 30


def _form(posting: Posting, data: object = None) -> FundsForm:
    today = timezone.localdate()
    clauses = Clause.objects.claimable().filter(policy__authority=posting.authority_id).select_related("policy")
    first = {"since": today.replace(month=1, day=1), "until": today}
    return FundsForm(data, clauses=clauses, initial=first)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def tables(request: Request) -> HttpResponse:
    """List the tables, and make a new one over the awards of a period."""
    posting = desk(request)
    if request.method != "POST":
        return _page(request, posting)
    form = _form(posting, request.POST)
    if not form.is_valid():
        return _page(request, posting, form=form, status=422)
    said = form.cleaned_data
    try:
        table = actions.arrange(
            posting.authority,
            _chosen(posting, said),
            title=said["title"],
            addressee=said["addressee"],
            note=said["note"],
            by=request.user,
            at=timezone.now(),
        )
    except ActionRefused as refusal:
        return _page(request, posting, form=form, refusal=str(refusal), status=409)
    return redirect("finance_funds_table", table.pk)


def _chosen(posting: Posting, said: dict) -> list[int]:
    """Return the keys of the instalments of a period; the days are whole days of the authority's time."""
    zone = timezone.get_current_timezone()
    begin = datetime.combine(said["since"], time(), zone)
    end = datetime.combine(said["until"] + timedelta(days=1), time(), zone)
    award = "instalment__award"
    rows = finance.shares_of(posting.authority_id).exclude(state=finance.REVOKED)
    rows = rows.filter(**{f"{award}__decided_at__gte": begin, f"{award}__decided_at__lt": end})
    if said["clause"]:
        rows = rows.filter(**{f"{award}__clause": said["clause"]})
    if said["state"] == "due":
        rows = rows.filter(state__in=finance.UNPAID)
    return list(rows.order_by("instalment").values_list("instalment", flat=True).distinct())


def _page(
    request: Request, posting: Posting, *, form: FundsForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    rows = FundsTable.objects.filter(authority=posting.authority_id).select_related("issued_by").defer("content")
    page = keyset(rows, ("-pk",), request, ROWS)
    context = {"posting": posting, "form": form or _form(posting), "page": page, "rows": page.rows, "refusal": refusal}
    return render(request, "finance/funds.html", context, status=status)


def _table_of(request: Request, pk: int) -> FundsTable:
    posting = desk(request)
    return get_object_or_404(FundsTable.objects.select_related("issued_by"), pk=pk, authority=posting.authority_id)


def _shown(request: Request, pk: int, template: str) -> HttpResponse:
    row = _table_of(request, pk)
    job = Job.objects.filter(kind=Job.Kind.FUNDS, payload__funds=row.pk).order_by("-pk").first()
    return render(request, template, {"table": row, "job": job})


@require_safe
def table(request: Request, pk: int) -> HttpResponse:
    """Show one table with what it says, and how far its PDF is."""
    return _shown(request, pk, "finance/funds_table.html")


@require_safe
def progress(request: Request, pk: int) -> HttpResponse:
    """Answer the question of the page for how far the PDF is."""
    return _shown(request, pk, "finance/funds_progress.html")


@require_safe
def file(request: Request, pk: int) -> HttpResponseBase:
    """Show the PDF, or hand it out with `?download`."""
    row = _table_of(request, pk)
    if not row.sha256:
        raise Http404
    name = f"{row.number} {row.title}.pdf"
    return send_file(row.file, name=name, content_type="application/pdf", inline="download" not in request.GET)
