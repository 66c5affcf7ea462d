"""A claim as its applicant's member finds it, with how that member stands to it: one query for both."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from applications.completeness import Gap
from applications.kept import Kept
from applications.models import Application, BankAccount, Evidence, ExpertOpinion, Mandate, Promise, Status, User
from applications.permissions import COUNTER, Standing, standing_in, with_standing
from applications.restricted import is_restricted
from portal.requests import Request


@dataclass(frozen=True)
class Missing:
    """One line of the list of what is missing, as `includes/missing.html` shows it."""

    text: str
    url: str


@dataclass(frozen=True)
class Claim:
    """
    A claim found for a member, or for the officer of 窗口代办: the case, who asks, whether an account is registered.

    `restricted` says that something stands against the applicant; `mandate` is there for a claim filed at the counter.
    """

    case: Application
    standing: Standing
    has_account: bool
    promises: list[Promise]
    restricted: bool
    mandate: Mandate | None

    @property
    def at_the_counter(self) -> bool:
        """Whether the officer of 窗口代办 looks at it."""
        return self.standing.role == COUNTER


def _claim(user_id: int, pk: int, today: date) -> QuerySet[Any]:
    user = User(pk=user_id)
    account = BankAccount.objects.filter(applicant=OuterRef("applicant"), replaced_at=None)
    promised = Promise.objects.filter(application=OuterRef("pk"))
    open_questions = ExpertOpinion.objects.filter(
        application=OuterRef("pk"), answered_at=None, application__status=Status.VERIFYING
    )
    asked = open_questions.order_by("-expected_on").values("expected_on")
    cases = (
        Application.objects.filed_by(user)
        .filter(pk=pk)
        .select_related(
            "clause__policy__authority",
            "policy",
            "authority",
            "applicant",
            "round",
            "confirmed_by",
            "mandate__officer",
            "mandate__file",
        )
    )
    return with_standing(cases, user).annotate(
        has_account=Exists(account),
        has_promises=Exists(promised),
        restricted=is_restricted(today),
        expert_until=Subquery(asked[:1]),
    )


_CLAIM: Kept[Application] = Kept(_claim)


def claim_of(request: Request, pk: int) -> Claim:
    """Return a claim of a body this person acts for, or files for; everybody else gets a 404, other officers too."""
    case = _CLAIM.first(request.user.pk, pk, today=timezone.localdate())
    if case is None:
        raise Http404
    return Claim(
        case,
        standing_in(case, request.user),
        case.has_account,
        promises=list(case.promises.all()) if case.has_promises else [],
        restricted=case.restricted,
        mandate=getattr(case, "mandate", None),
    )


def evidence_by_slot(case: Application) -> dict[str, list[Evidence]]:
    """Return the evidence in use by slot, oldest first (one query)."""
    found: dict[str, list[Evidence]] = {}
    for item in case.evidence.in_use().order_by("pk"):
        found.setdefault(item.slot, []).append(item)
    return found


def where(claim: Claim, gap: Gap) -> Missing:
    """Return a gap with the address at which it is filled; at the counter the account is entered with the mandate."""
    case = claim.case
    form = reverse("claim_form", args=[case.pk])
    counter = f"{reverse('console:counter_case', args=[case.pk])}#account"
    urls = {
        "account": counter if claim.at_the_counter else reverse("enterprise_account", args=[case.applicant_id]),
        "subject": f"{form}#id_subject",
        "event": f"{form}#id_event_on",
        "fact": f"{form}#id_{gap.key}",
        "slot": f"{form}#slot-{gap.key}",
    }
    return Missing(gap.label, urls[gap.kind])
