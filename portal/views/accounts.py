"""收款账户: finance officers compare them with their proof, the 法定代表人 confirms a change."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import accounts, permissions
from applications.actions import account as actions
from applications.models import AccountCheck, Applicant, Award, BankAccount
from applications.permissions import ActionRefused
from portal.forms.money import CheckAccountForm, WordsForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.enterprise import enterprise_page
from portal.views.files import IMAGE_WIDTH, SANDBOX, send_file
from portal.views.finance import desk

ROWS = 30
PAGES_SHOWN = 5
TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


def _type_of(account: BankAccount) -> str:
    return TYPES.get((account.proof.name or "").rsplit(".", 1)[-1], "application/octet-stream")


@require_safe
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out the proof of an account, always as attachment."""
    row = get_object_or_404(accounts.proofs_visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    return send_file(row.proof, name=row.proof_name, content_type=_type_of(row))


@require_safe
def proof_page(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """Show one page of the proof of an account as a picture."""
    row = get_object_or_404(accounts.proofs_visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    from applications import previews  # loads pdfium and Pillow, which the start need not pay  # noqa: PLC0415

    try:
        with row.proof.open("rb") as file:
            image = previews.page_image(file.file, page, width=IMAGE_WIDTH)
    except (FileNotFoundError, previews.CannotShow):
        raise Http404 from None
    response = HttpResponse(image, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the accounts that money will go to: first those that two officers have not found right."""
    posting = desk(request)
    every = request.GET.get("show") == "all"
    rows = accounts.with_checks(accounts.of_the_desk(posting.authority_id), posting.authority_id)
    if not every:
        rows = rows.filter(Q(confirmed=False) | Q(found_right=False))
    page = keyset(rows.select_related("applicant"), ("-pk",), request, ROWS)
    for row in page.rows:
        row.state_name, row.state_tone = _state(row)
    return render(request, "finance/money/accounts.html", {"posting": posting, "page": page, "every": every})


def _state(row: Any) -> tuple[str, str]:
    if not row.checked:
        return "待核对", "wait"
    words, tone = ("核对无误", "good") if row.found_right else ("发现问题", "bad")
    return (words, tone) if row.confirmed else (f"待复核（{words}）", "work")


def _account_of(request: Request, pk: int) -> BankAccount:
    """Return an account of a body that this authority has granted something, or 404."""
    authority = desk(request).authority_id
    granted = Award.objects.filter(authority=authority).values("applicant")
    rows = BankAccount.objects.select_related("applicant", "created_by", "confirmed_by")
    return get_object_or_404(rows, pk=pk, applicant__in=granted)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show an account beside its proof."""
    return account_page(request, _account_of(request, pk))


def account_page(
    request: Request,
    row: BankAccount,
    *,
    form: Form | None = None,
    drop_form: Form | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the page of an account; with a refusal its reason stands above."""
    posting = desk(request)
    checks = list(row.checks.filter(authority=posting.authority_id).select_related("checked_by", "confirmed_by"))
    live = next((check for check in checks if check.dropped_at is None), None)
    usable = accounts.why_not_usable(row, posting.authority, timezone.now())
    context = {
        "posting": posting,
        "account": row,
        "checks": checks,
        "live": live,
        "usable": usable,
        "pages": _pages(row),
        "why_not_check": permissions.why_not_check_account(row, live, request.user),
        "why_not_confirm": permissions.why_not_confirm_check(live, request.user) if live else "",
        "form": form or CheckAccountForm(),
        "drop_form": drop_form or WordsForm(label="退回理由", auto_id="id_drop_%s"),
        "refusal": refusal,
    }
    return render(request, "finance/money/account.html", context, status=status)


def _pages(row: BankAccount) -> range:
    if not row.proof:
        return range(0)
    from applications import previews  # noqa: PLC0415 - as in proof_page

    try:
        with row.proof.open("rb") as file:
            count = previews.page_count(file.file)
    except (FileNotFoundError, previews.CannotShow):
        return range(0)
    return range(1, min(count, PAGES_SHOWN) + 1)


@require_POST
@idempotent
def check(request: Request, pk: int) -> HttpResponse:
    """Say what was found."""
    row = _account_of(request, pk)
    form = CheckAccountForm(request.POST)
    if not form.is_valid():
        return account_page(request, row, form=form, status=422)
    try:
        actions.check(row, desk(request).authority, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return account_page(request, row, form=form, refusal=str(refusal), status=409)
    messages.success(request, "已记录核对结论，请由另一名财政人员复核。")
    return redirect("finance_account", pk=pk)


def _check_of(request: Request, pk: int) -> AccountCheck:
    rows = AccountCheck.objects.select_related("account__applicant", "account__created_by")
    return get_object_or_404(rows, pk=pk, authority=desk(request).authority_id)


@require_POST
@idempotent
def confirm_check(request: Request, pk: int) -> HttpResponse:
    """Confirm what another officer found."""
    row = _check_of(request, pk)
    try:
        actions.confirm_check(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return account_page(request, row.account, refusal=str(refusal), status=409)
    messages.success(request, "已复核账户。")
    return redirect("finance_accounts")


@require_POST
@idempotent
def drop_check(request: Request, pk: int) -> HttpResponse:
    """Take back what was found."""
    row = _check_of(request, pk)
    form = WordsForm(request.POST, label="退回理由", auto_id="id_drop_%s")
    if not form.is_valid():
        return account_page(request, row.account, drop_form=form, status=422)
    try:
        actions.drop_check(row, reason=form.cleaned_data["words"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return account_page(request, row.account, drop_form=form, refusal=str(refusal), status=409)
    messages.success(request, "已退回核对结论，请重新核对。")
    return redirect("finance_account", pk=row.account_id)


@require_POST
@idempotent
def confirm_account(request: Request, pk: int) -> HttpResponse:
    """Stand by a changed account as the 法定代表人 of the applicant."""
    applicant = get_object_or_404(Applicant.objects.visible_to(request.user), pk=pk)
    row = BankAccount.objects.filter(applicant=applicant, replaced_at=None).first()
    if row is None:
        raise Http404
    try:
        row = actions.confirm_account(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return enterprise_page(request, applicant, refusal=str(refusal), status=409)
    messages.success(request, "已确认收款账户，等待期满并经主管单位核对后拨付。")
    return redirect("enterprise", pk=pk)
