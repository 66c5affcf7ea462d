"""The finance desk: who comes in, and one award with everything it rests on."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications import assessing, holds, papers, permissions, timing
from applications.models import Award, BankAccount, Document, Duty, Instalment, PayerShare, Payment, Posting
from portal.forms.finance import RecordForm, RejectForm
from portal.forms.money import ReturnForm
from portal.requests import Request

# 审计 reads the desk and takes papers and registers away, and moves no money.
READING = (*permissions.FINANCE, Duty.AUDIT)


def desk(request: Request) -> Posting:
    """Return the posting of a finance officer, who may act; everybody else gets a 404."""
    return _posted(request, *permissions.FINANCE)


def reading_desk(request: Request) -> Posting:
    """Return the posting of whoever may read the desk: finance officers and auditors; everybody else gets a 404."""
    return _posted(request, *READING)


def _posted(request: Request, *duties: str) -> Posting:
    known = getattr(request, "finance_posting", None)  # asked once for a request
    if known is not None and known.duty in duties:
        return known
    posting = permissions.posted_as(request.user, *duties)
    if posting is None:
        raise Http404
    request.finance_posting = posting  # type: ignore[attr-defined] # the filters read it
    return posting


def generation(authority_id: int) -> int:
    """Return the number under which the sums of an authority are kept until somebody acts."""
    return cache.get_or_set(f"finance-generation-{authority_id}", 1, None) or 1


def forget_totals(authority_id: int) -> None:
    """Let the next list sum up again, so that an officer sees the own act at once."""
    cache.set(f"finance-generation-{authority_id}", generation(authority_id) + 1, None)


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
    """Return an award of the officer's authority with its case, or 404; who may act on it is asked by the act."""
    posting = reading_desk(request)
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
