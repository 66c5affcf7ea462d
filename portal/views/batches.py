"""拨付批次: what is due goes into a batch, is countersigned, leaves as a file, and its result is read back."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import batches, permissions, results
from applications.actions import batch as actions
from applications.actions import batch_series
from applications.actions import result as result_actions
from applications.models import Duty, Payer, PayerShare, Payment, PaymentBatch, ResultFile
from applications.permissions import ActionRefused
from portal.forms.money import PrepareForm, PurposeForm, ResultFileForm, WordsForm, carried, carry, payers_of
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.files import send_file
from portal.views.finance import desk, forget_totals
from portal.views.finance_list import narrowed, query_of
from rules import yuan

ROWS = 30
LINES = 100
PURPOSE = "算力奖补资金"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def listing(request: Request) -> HttpResponse:
    """List batches, the newest first."""
    posting = desk(request)
    rows = PaymentBatch.objects.filter(authority=posting.authority_id).select_related("payer", "prepared_by")
    page = keyset(rows, ("-pk",), request, ROWS)
    for row in page.rows:
        row.state_name, row.state_tone = batches.state_of(row)
    return render(request, "finance/money/batches.html", {"posting": posting, "page": page})


@dataclass(frozen=True)
class Line:
    """One share that is due: whether it may go along, why not, and what stands about its case."""

    share: PayerShare
    held: list[str]
    signs: list[str]
    chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def prepare(request: Request) -> HttpResponse:
    """Show what of one payer is due and what is held (GET), and make a batch of what was chosen (POST)."""
    posting = desk(request)
    payers = list(payers_of(posting.authority_id))
    asked = request.GET.get("payer", "")
    payer = next((row for row in payers if str(row.pk) == asked), payers[0] if payers else None)
    if payer is None:
        raise Http404
    due = batches.unpaid_shares(posting.authority_id).filter(payer=payer)
    if _is_narrowed(request):
        found = narrowed(request, _beside_payer(request))
        due = due.filter(pk__in=found.qs.values("pk")) if found.form.is_valid() else due.none()
    due = batches.to_ask(due).order_by("pk")
    if request.method != "POST":
        return _prepare_page(request, posting, payers, payer, due, None)
    if request.POST.get("all"):
        return _prepare_all(request, posting, payers, payer, due)
    form = PrepareForm(request.POST, shares=due)
    if reason := permissions.why_not_finance(request.user, posting.authority_id, Duty.PAY):
        return _prepare_page(request, posting, payers, payer, due, form, refusal=reason, status=409)
    if not form.is_valid():
        return _prepare_page(request, posting, payers, payer, due, form, status=422)
    try:
        row = actions.prepare(
            payer, form.cleaned_data["shares"], purpose=form.cleaned_data["purpose"], by=request.user,
            at=timezone.now(),
        )  # fmt: skip
    except ActionRefused as refusal:
        return _prepare_page(request, posting, payers, payer, due, form, refusal=str(refusal), status=409)
    forget_totals(posting.authority_id)
    messages.success(request, f"已编制{row.number}，共{row.count}笔，请由财政复核人员复核。")
    return redirect("finance_batch", pk=row.pk)


def _beside_payer(request: Request) -> QueryDict:
    """Return what the finance list was narrowed by beside the payer, whom this page chooses by itself."""
    asked = request.GET.copy()
    asked.pop("payer", None)
    return asked


def _is_narrowed(request: Request) -> bool:
    return bool(query_of(_beside_payer(request)))


def _prepare_all(request: Request, posting: Any, payers: list[Payer], payer: Payer, due: Any) -> HttpResponse:
    """Put all that is due and free into as many batches as it needs."""
    form = PurposeForm(request.POST, auto_id="id_all_%s")
    if reason := permissions.why_not_finance(request.user, posting.authority_id, Duty.PAY):
        return _prepare_page(request, posting, payers, payer, due, None, all_form=form, refusal=reason, status=409)
    if not form.is_valid():
        return _prepare_page(request, posting, payers, payer, due, None, all_form=form, status=422)
    now = timezone.now()
    rows = list(batches.payable(due, now).values_list("pk", "amount_fen"))
    if rows and request.POST.get("seen") != f"{len(rows)}/{sum(fen for _, fen in rows)}":
        changed = "可以拨付的资金刚刚有变化，请核对现在的笔数和金额后再编制。"
        return _prepare_page(request, posting, payers, payer, due, None, all_form=form, refusal=changed, status=409)
    try:
        done = batch_series.prepare_all(
            payer, [pk for pk, _ in rows], purpose=form.cleaned_data["purpose"], by=request.user, at=now
        )
    except ActionRefused as refusal:
        return _prepare_page(
            request, posting, payers, payer, due, None, all_form=form, refusal=str(refusal), status=409
        )
    forget_totals(posting.authority_id)
    first, last = done.made[0].number, done.made[-1].number
    numbers = first if first == last else f"{first}至{last}"
    held = f"另有{done.held_count}笔由他人经办或者刚刚被暂缓，没有编入。" if done.held_count else ""
    sums = f"共{done.count}笔、{yuan(done.amount_fen)}元"
    messages.success(request, f"已编制{len(done.made)}个批次（{numbers}），{sums}，请由财政复核人员逐批复核。{held}")
    return redirect("finance_batches")


def _prepare_page(
    request: Request,
    posting: Any,
    payers: list[Payer],
    payer: Payer,
    due: Any,
    form: PrepareForm | None,
    *,
    all_form: PurposeForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = list(due[: batches.MOST_LINES + 1])
    more, rows = len(rows) > batches.MOST_LINES, rows[: batches.MOST_LINES]
    now = timezone.now()
    held = batches.why_not_lines(rows, duty=Duty.PAY, by=request.user, at=now)
    signs = batches.signs_before_payment({batches.case_of(row) for row in rows})
    chosen = set(request.POST.getlist("shares")) if form else None
    lines = [
        Line(
            row,
            held.get(row.pk, []),
            signs[batches.case_of(row)],
            row.pk not in held if chosen is None else str(row.pk) in chosen,
        )
        for row in rows
    ]
    ready = [line for line in lines if not line.held]
    context = {
        "posting": posting,
        "payers": payers,
        "payer": payer,
        "why_not_payer": batches.why_not_payer(payer),
        "why_not": permissions.why_not_finance(request.user, posting.authority_id, Duty.PAY),
        "ready": ready,
        "ready_fen": sum(line.share.amount_fen for line in ready),
        "held": [line for line in lines if line.held],
        "more": more,
        "everything": _everything(due, now) if more else None,
        "most": batches.MOST_LINES,
        "asked": "&".join(filter(None, (f"payer={payer.pk}", query_of(_beside_payer(request))))),
        "is_narrowed": _is_narrowed(request),
        "form": form or PrepareForm(shares=[], initial={"purpose": PURPOSE}),
        "all_form": all_form or PurposeForm(initial={"purpose": PURPOSE}, auto_id="id_all_%s"),
        "refusal": refusal,
    }
    return render(request, "finance/money/prepare.html", context, status=status)


def _everything(due: Any, at: datetime) -> dict[str, Any]:
    """Return count and sum in fen of what one act would put into batches, and how many batches it makes."""
    found = batches.payable(due, at).aggregate(count=Count("pk"), fen=Sum("amount_fen"))
    count = found["count"]
    is_all = count < batches.MOST_AT_ONCE or not batches.free(due, at)[batches.MOST_AT_ONCE :].exists()
    return found | {"parts": math.ceil(count / batches.MOST_LINES), "is_all": is_all}


def _batch_of(request: Request, pk: int) -> PaymentBatch:
    rows = PaymentBatch.objects.select_related("payer", "authority", "prepared_by", "countersigned_by", "dropped_by")
    return get_object_or_404(rows, pk=pk, authority=desk(request).authority_id)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show a batch with its lines."""
    return batch_page(request, _batch_of(request, pk))


def batch_page(
    request: Request,
    row: PaymentBatch,
    *,
    drop_form: Form | None = None,
    result_form: Form | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the page of a batch, its lines by pages; with a refusal its reason stands above."""
    posting = desk(request)
    rows = Payment.objects.filter(batch=row).select_related(
        "account",
        "share__payer",
        "share__instalment__award__application__authority",
        "share__instalment__award__applicant",
        "share__instalment__award__replaced_by",
        "share__instalment__award__clause__policy",
    )
    waits = not row.countersigned_at and not row.dropped_at
    # Who countersigns sees every line with what holds it; a batch that is out is read by pages.
    lines = keyset(rows, ("line",), request, batches.MOST_LINES if waits else LINES)
    held = actions.why_not_sent(lines.rows, by=request.user, at=timezone.now()) if waits else {}
    for line in lines.rows:
        line.held, line.net_fen = held.get(line.share_id, []), line.amount_fen - line.set_off_fen
    state_name, state_tone = batches.state_of(row)
    context = {
        "posting": posting,
        "batch": row,
        "lines": lines,
        "held": sum(bool(line.held) for line in lines.rows),
        "waits": waits,
        "state_name": state_name,
        "state_tone": state_tone,
        "results": list(row.results.select_related("imported_by")) if row.countersigned_at else [],
        "why_not_countersign": permissions.why_not_countersign(row, request.user) if waits else "",
        "why_not_import": "" if waits else permissions.why_not_import(row, request.user),
        "drop_form": drop_form or WordsForm(label="退回理由", auto_id="id_drop_%s"),
        "result_form": result_form or ResultFileForm(),
        "example": results.example(row),
        "refusal": refusal,
    }
    return render(request, "finance/money/batch.html", context, status=status)


@require_POST
@idempotent
def countersign(request: Request, pk: int) -> HttpResponse:
    """Send a batch on its way, without the lines that were taken out."""
    row = _batch_of(request, pk)
    without = {int(key) for key in request.POST.getlist("without") if key.isdecimal()}
    try:
        row = actions.countersign(row, without=without, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return batch_page(request, row, refusal=str(refusal), status=409)
    forget_totals(row.authority_id)
    messages.success(request, f"{row.number}已复核，支付文件已生成，请下载后送付。")
    return redirect("finance_batch", pk=pk)


@require_POST
@idempotent
def drop(request: Request, pk: int) -> HttpResponse:
    """Send a batch back."""
    row = _batch_of(request, pk)
    form = WordsForm(request.POST, label="退回理由", auto_id="id_drop_%s")
    if not form.is_valid():
        return batch_page(request, row, drop_form=form, status=422)
    try:
        actions.drop(row, reason=form.cleaned_data["words"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return batch_page(request, row, drop_form=form, refusal=str(refusal), status=409)
    forget_totals(row.authority_id)
    messages.success(request, f"{row.number}已退回，所列资金可以重新编制。")
    return redirect("finance_batches")


@require_safe
def file(request: Request, pk: int, kind: str) -> HttpResponseBase:
    """Hand out the payer's file as it was stored."""
    row = _batch_of(request, pk)
    stored = row.csv_file if kind == "csv" else row.xlsx_file
    if not stored:
        raise Http404
    name = f"{row.number} {row.payer.name}.{kind}"
    return send_file(stored, name=name, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX)


@require_POST
@idempotent
def preview(request: Request, pk: int) -> HttpResponse:
    """Show what a result would change; nothing is changed."""
    row = _batch_of(request, pk)
    if reason := permissions.why_not_import(row, request.user):
        return batch_page(request, row, refusal=reason, status=409)
    form = ResultFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return batch_page(request, row, result_form=form, status=422)
    data, name = form.cleaned_data["file"]
    try:
        rows = results.read(data, name)
    except results.BadResult as problem:
        form.add_error("file", str(problem))
        return batch_page(request, row, result_form=form, status=422)
    reading = results.match(row, rows, timezone.now())
    context = {
        "posting": desk(request),
        "batch": row,
        "name": name,
        "reading": reading,
        "acting": sum(found.acts for found in reading.matches),
        "wrong": [found for found in reading.matches if not found.acts],
        "token": carry(row.pk, request.user.pk, data, name),
    }
    return render(request, "finance/money/preview.html", context)


@require_POST
@idempotent
def take_over(request: Request, pk: int) -> HttpResponse:
    """Take a previewed result over."""
    row = _batch_of(request, pk)
    if reason := permissions.why_not_import(row, request.user):
        return batch_page(request, row, refusal=reason, status=409)
    found = carried(request.POST.get("token", ""), row.pk, request.user.pk)
    if found is None:
        return batch_page(request, row, refusal="预览已失效，请重新选择支付结果文件。", status=409)
    data, name = found
    try:
        made, fresh = result_actions.take_over(row, data, name, by=request.user, at=timezone.now())
    except (ActionRefused, results.BadResult) as refusal:
        return batch_page(request, row, refusal=str(refusal), status=409)
    forget_totals(row.authority_id)
    if fresh:
        messages.success(request, "支付结果已读入。")
    else:
        messages.info(request, "该文件已经读入过，没有重复入账。")
    return redirect("finance_result", pk=made.pk)


def _result_of(request: Request, pk: int) -> ResultFile:
    rows = ResultFile.objects.select_related("batch", "imported_by")
    return get_object_or_404(rows, pk=pk, batch__authority=desk(request).authority_id)


@require_safe
def result(request: Request, pk: int) -> HttpResponse:
    """Show what each line of a result led to."""
    made = _result_of(request, pk)
    rows = made.lines.select_related("payment__instalment__award__application", "payment__account")
    context = {"posting": desk(request), "made": made, "page": keyset(rows, ("row",), request, LINES)}
    return render(request, "finance/money/result.html", context)


@require_safe
def result_file(request: Request, pk: int) -> HttpResponseBase:
    """Hand out a result as it came."""
    made = _result_of(request, pk)
    return send_file(made.file, name=made.original_name, content_type="application/octet-stream")
