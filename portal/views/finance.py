"""The finance desk: what is due and paid, one award with everything it rests on, and the register as a sheet."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from django.core.cache import cache
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

import rules
from applications import assessing, holds, papers, permissions, registers, timing
from applications.models import Award, BankAccount, Document, Duty, Instalment, PayerShare, Payment, Posting
from portal.filters_finance import STATES, FinanceFilter, instalments_of
from portal.forms.finance import RecordForm, RejectForm
from portal.forms.money import ReturnForm
from portal.paging import keyset
from portal.requests import Request

ROWS = 30
TOTALS_LIVE = 60  # seconds
STATE_NAMES = {**dict(STATES), "revoked": "已撤销"}
STATE_TONES = {"due": "wait", "recorded": "work", "paid": "good", "rejected": "bad", "revoked": "bad"}


def desk(request: Request) -> Posting:
    """Return the finance officer's posting (asked once for a request); everybody else gets a 404."""
    if hasattr(request, "finance_posting"):
        return request.finance_posting
    posting = permissions.posted_as(request.user, Duty.PAY, Duty.COUNTERSIGN)
    if posting is None:
        raise Http404
    request.finance_posting = posting  # type: ignore[attr-defined] # the filters read it
    return posting


def narrowed(request: Request, asked: QueryDict) -> FinanceFilter:
    """Return the filter over the officer's own authority; `desk` has been asked before."""
    rows = instalments_of(request.finance_posting.authority_id)  # type: ignore[attr-defined]
    return FinanceFilter(asked, queryset=rows, request=request)


def with_letters(rows: QuerySet[Instalment]) -> QuerySet[Instalment]:
    """Add what a line shows: award, case, applicant, clause and the notice's number and key."""
    notices = Document.objects.filter(award=OuterRef("award"), kind=Document.Kind.NOTICE)
    return rows.select_related("award__application", "award__applicant", "award__clause__policy").annotate(
        letter=Subquery(notices.values("number")[:1]), letter_id=Subquery(notices.values("pk")[:1])
    )


@dataclass(frozen=True)
class Total:
    """How many instalments stand in one state, and their sum in whole fen."""

    key: str
    label: str
    count: int
    fen: int


def _generation(authority_id: int) -> int:
    return cache.get_or_set(f"finance-generation-{authority_id}", 1, None) or 1


def forget_totals(authority_id: int) -> None:
    """Let the next list sum up again, so that an officer sees the own act at once."""
    cache.set(f"finance-generation-{authority_id}", _generation(authority_id) + 1, None)


def _totals(authority_id: int, asked: QueryDict, rows: QuerySet[Any]) -> list[Total]:
    """Return the totals of what was asked for, by state, in one query; at most a minute old."""
    said = "&".join(f"{name}={asked.get(name, '')}" for name in FinanceFilter.base_filters if name != "state")
    digest = hashlib.sha256(f"{asked.get('state', '')}&{said}".encode()).hexdigest()[:32]
    key = f"finance-totals-{authority_id}-{_generation(authority_id)}-{digest}"
    found = cache.get(key)
    if found is None:
        sums = rows.order_by().values_list("state").annotate(Count("pk"), Sum("amount_fen"))
        found = {state: (count, fen) for state, count, fen in sums}
        cache.set(key, found, TOTALS_LIVE)
    return [Total(state, label, *found.get(state, (0, 0))) for state, label in STATES]


def line(row: Any) -> Any:
    """Give a row the words and the tint of its state."""
    row.state_name, row.state_tone = STATE_NAMES[row.state], STATE_TONES[row.state]
    return row


@require_safe
def listing(request: Request) -> HttpResponse:
    """List instalments, thirty at a time, with totals by state."""
    return list_page(request, desk(request))


def list_page(request: Request, posting: Posting, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Render the list as the address asks for it; with a refusal its reason stands above."""
    found = narrowed(request, request.GET)
    valid = found.form.is_valid()
    rows = found.qs if valid else Instalment.objects.none()
    page = keyset(with_letters(rows), ("-pk",), request, ROWS)
    context = {
        "posting": posting,
        "filter": found,
        "rows": [line(row) for row in page.rows],
        "page": page,
        "totals": _totals(posting.authority_id, request.GET, rows) if valid else [],
        "asked": request.GET.urlencode(),
        "is_narrowed": any(request.GET.get(name) for name in found.form.fields),
        "refusal": refusal,
    }
    return render(request, "finance/list.html", context, status=status if valid else 422)


@dataclass(frozen=True)
class Part:
    """One instalment on the page of its award: its payments, what may be done, and the forms to do it."""

    row: Instalment
    payments: list[Payment]
    waiting: Payment | None
    paid: bool  # or on its way in a batch
    shares: list[PayerShare]
    held: list[str]
    may_return: bool
    why_not_record: str
    why_not_review: str
    record_form: Form
    reject_form: Form
    return_form: Form
    returnable: list[Payment]


def award_of(request: Request, pk: int) -> Award:
    """Return an award of the officer's authority with its case, or 404."""
    posting = desk(request)
    awards = Award.objects.filter(authority=posting.authority_id).select_related(
        "application__policy", "application__authority", "applicant", "clause__policy", "assessment", "decided_by__user"
    )
    return get_object_or_404(awards, pk=pk)


@require_safe
def award(request: Request, pk: int) -> HttpResponse:
    """Show one award with everything it rests on."""
    return award_page(request, award_of(request, pk))


def award_page(
    request: Request, award: Award, *, form: Form | None = None, on: int = 0, refusal: str = "", status: int = 200
) -> HttpResponse:
    """Render the page of an award; `form` is what was typed for the instalment `on`, kept after a refusal."""
    application = award.application
    application.applicant, application.clause = award.applicant, award.clause
    today = timezone.localdate()
    is_over = application.due_on is not None and application.due_on < today
    late = permissions.why_not_late(timing.clock_of_step(application), today) if is_over else ""
    application.assessment = award.assessment  # names the version that decided, which the page is read in
    context = {
        "award": award,
        "application": application,
        "clause": assessing.law_of(application),
        "facts": papers.verified_rows(application),
        "trace": papers.computation_of(application, award.assessment.result["trace"]),
        "account": BankAccount.objects.filter(applicant=award.applicant_id, replaced_at=None).first(),
        "notice": Document.objects.filter(award=award, kind=Document.Kind.NOTICE).defer("content").first(),
        "parts": _parts(request, award, form, on, late),
        "late": late,
        "refusal": refusal,
    }
    return render(request, "finance/award.html", context, status=status)


def _parts(request: Request, award: Award, form: Form | None, on: int, late: str) -> list[Part]:
    application = award.application
    standing = permissions.standing_of(request.user, application)
    rows = list(award.instalments.annotate(bearers=Count("shares")))
    held = holds.held(rows, timezone.now())
    why_not_review = permissions.why_not_review_payment(application, standing) or late
    payments = Payment.objects.filter(instalment__award=award).select_related(
        "recorded_by__user", "confirmed_by__user", "account", "batch", "share__payer"
    )
    by_instalment: dict[int, list[Payment]] = {}
    for payment in payments.order_by("pk"):
        by_instalment.setdefault(payment.instalment_id, []).append(payment)
    split = [row.pk for row in rows if row.bearers > 1]
    shares = list(PayerShare.objects.filter(instalment__in=split).select_related("payer")) if split else []
    parts = []
    for row in rows:
        own = by_instalment.get(row.pk, [])
        mine = form if on == row.pk else None
        reasons = held.get(row.pk, [])
        live = [p for p in own if p.state not in Payment.ENDED]
        confirmed = [p for p in live if p.state == Payment.State.CONFIRMED]
        parts.append(
            Part(
                row=row,
                payments=own,
                waiting=next((p for p in own if p.state == Payment.State.RECORDED), None),
                paid=sum(p.amount_fen for p in live if p.batch_id or p in confirmed) == row.amount_fen,
                shares=[share for share in shares if share.instalment_id == row.pk],
                held=reasons if application.status == "granted" else [],
                may_return=not permissions.why_not_officer(application, standing, *permissions.FINANCE),
                why_not_record=permissions.why_not_record_payment(application, standing, holds.in_one(reasons)),
                return_form=mine if isinstance(mine, ReturnForm) else return_form(confirmed[0].pk if confirmed else 0),
                returnable=confirmed,
                why_not_review=why_not_review,
                record_form=mine if isinstance(mine, RecordForm) else record_form(row.pk),
                reject_form=mine if isinstance(mine, RejectForm) else reject_form(row.pk),
            )
        )
    return parts


def record_form(instalment_id: int, data: QueryDict | None = None) -> RecordForm:
    """Return the form of one instalment; the page may hold several, so ids carry the instalment."""
    return RecordForm(data, auto_id=f"record-{instalment_id}-%s", initial={"paid_on": timezone.localdate()})


def reject_form(instalment_id: int, data: QueryDict | None = None) -> RejectForm:
    """Return the form to reject what was recorded for one instalment."""
    return RejectForm(data, auto_id=f"reject-{instalment_id}-%s")


def return_form(payment_id: int) -> ReturnForm:
    """Return the form to enter that the bank sent a payment back."""
    return ReturnForm(auto_id=f"return-{payment_id}-%s", initial={"on": timezone.localdate()})


REGISTER = (
    registers.Column("序号", 6),
    registers.Column("申报编号", 22),
    registers.Column("通知书文号", 26),
    registers.Column("申报单位", 36),
    registers.Column("统一社会信用代码", 22),
    registers.Column("政策", 40),
    registers.Column("条款", 30),
    registers.Column("支持年度", 10),
    registers.Column("期次", 6),
    registers.Column("金额（元）", 18, money=True),
    registers.Column("金额大写", 34),
    registers.Column("状态", 18),
    registers.Column("批准日期", 12),
    registers.Column("户名", 36),
    registers.Column("开户银行", 36),
    registers.Column("账号", 26),
    registers.Column("拨付日期", 12),
    registers.Column("支付凭证号", 24),
)


def _register_rows(rows: QuerySet[Instalment]) -> Iterator[list[Any]]:
    """Yield the lines of the register; a paid line names the account it was paid to, any other the one in use."""
    live = Payment.objects.filter(instalment=OuterRef("pk")).exclude(state__in=Payment.ENDED)
    account = BankAccount.objects.filter(applicant=OuterRef("award__applicant"), replaced_at=None)
    said = with_letters(rows).annotate(
        paid_on=Subquery(live.values("paid_on")[:1]),
        voucher=Subquery(live.values("voucher_number")[:1]),
        **{f"paid_{name}": Subquery(live.values(f"account__{name}")[:1]) for name in ("holder", "bank", "number")},
        **{f"own_{name}": Subquery(account.values(name)[:1]) for name in ("holder", "bank", "number")},
    )
    annotated: Iterator[Any] = said.order_by("-pk").iterator(chunk_size=500)
    for position, row in enumerate(annotated, start=1):
        award = row.award
        yield [
            position,
            award.application.number,
            row.letter,
            award.applicant.name,
            award.applicant.uscc,
            award.clause.policy.title,
            str(award.clause),
            award.year,
            row.number,
            row.amount_fen,
            rules.capital(row.amount_fen),
            STATE_NAMES[row.state],
            timezone.localdate(award.decided_at),
            row.paid_holder or row.own_holder,
            row.paid_bank or row.own_bank,
            row.paid_number or row.own_number,
            row.paid_on,
            row.voucher,
        ]


@require_safe
def register(request: Request) -> HttpResponseBase:
    """Hand out what was filtered as an XLSX register."""
    posting = desk(request)
    found = narrowed(request, request.GET)
    if not found.form.is_valid():
        return list_page(request, posting)
    target = TemporaryFile()  # noqa: SIM115 - the answer closes it
    registers.write(target, "拨付登记表", REGISTER, _register_rows(found.qs))
    target.seek(0)
    name = f"奖补资金拨付登记表 {timezone.localdate():%Y-%m-%d}.xlsx"
    return FileResponse(
        target,
        as_attachment=True,
        filename=name,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
