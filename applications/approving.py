"""Who has to agree to a sum: the authority's bands, and what has been agreed to for the proposal that stands now."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from applications.models import Application, Approval, Band, BandTable, Duty


@dataclass(frozen=True)
class Agreement:
    """How far a proposal is agreed to: approvers needed and had, and whether 法制审核 is needed and had."""

    needed: int
    had: int
    legal_needed: bool
    legal_had: bool

    @property
    def complete(self) -> bool:
        """Whether nobody else has to agree."""
        return self.had >= self.needed and (self.legal_had or not self.legal_needed)

    def __str__(self) -> str:
        legal = "，须法制审核" + ("（已通过）" if self.legal_had else "（未通过）") if self.legal_needed else ""
        return f"审批 {self.had}/{self.needed}{legal}"


def _bands() -> QuerySet[Band]:
    """Return the band of the case's proposed sum in the newest confirmed table of its authority."""
    confirmed = BandTable.objects.filter(authority=OuterRef(OuterRef("authority"))).exclude(confirmed_at=None)
    newest = Subquery(confirmed.order_by("-pk").values("pk")[:1])
    return Band.objects.filter(table=newest, from_fen__lte=OuterRef("proposed_fen")).order_by("-from_fen")


def _had(duty: str) -> Subquery:
    rows = Approval.objects.filter(application=OuterRef("pk"), proposed_at=OuterRef("proposed_at"), duty=duty)
    return Subquery(rows.order_by().values("application").annotate(number=Count("pk")).values("number"))


def with_agreement(cases: QuerySet[Application]) -> QuerySet[Any]:
    """Read with each case how far its proposal is agreed to; `agreement_in` takes it from the row."""
    return cases.annotate(
        approvals_needed=Coalesce(Subquery(_bands().values("approvals")[:1]), 1),
        legal_needed=Subquery(_bands().values("legal_review")[:1]),
        approvals_had=Coalesce(_had(Duty.APPROVE), 0),
        legal_had=Coalesce(_had(Duty.LEGAL), 0),
    )


def agreement_in(case: Any) -> Agreement:
    """Return the agreement that was read with a case. An authority without a table asks for one approval."""
    return Agreement(case.approvals_needed, case.approvals_had, bool(case.legal_needed), bool(case.legal_had))


def agreement_of(application: Application) -> Agreement:
    """Return how far the proposal of a case is agreed to (one query)."""
    return agreement_in(with_agreement(Application.objects.only("pk")).get(pk=application.pk))


def has_agreed(application: Application, user_id: int) -> bool:
    """Return whether a person has agreed to the proposal that stands now."""
    mine = Q(approved_by__user=user_id, proposed_at=application.proposed_at)
    return Approval.objects.filter(mine, application=application).exists()
