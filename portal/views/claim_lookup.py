"""A claim as its applicant's member finds it, with how that member stands to it: one query for both."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse

from applications.completeness import Gap
from applications.models import Application, BankAccount, Evidence, ExpertOpinion, Membership, Status
from applications.permissions import Standing
from portal.requests import Request


@dataclass(frozen=True)
class Missing:
    """One line of the list of what is missing, as `includes/missing.html` shows it."""

    text: str
    url: str


@dataclass(frozen=True)
class Claim:
    """A claim found for a member: the case, the member's standing, and whether an account is registered."""

    case: Application
    standing: Standing
    has_account: bool


def claim_of(request: Request, pk: int) -> Claim:
    """Return a claim of a body this person acts for; everybody else gets a 404, officers too."""
    account = BankAccount.objects.filter(applicant=OuterRef("applicant"), replaced_at=None)
    role = Membership.objects.filter(applicant=OuterRef("applicant"), user=request.user).values("role")[:1]
    open_questions = ExpertOpinion.objects.filter(
        application=OuterRef("pk"), answered_at=None, application__status=Status.VERIFYING
    )
    asked = open_questions.order_by("-expected_on").values("expected_on")
    rows = (
        Application.objects.of_applicants_of(request.user)
        .select_related("clause__policy__authority", "policy", "authority", "applicant", "round", "confirmed_by")
        .annotate(has_account=Exists(account), my_role=Subquery(role), expert_until=Subquery(asked[:1]))
    )
    case = get_object_or_404(rows, pk=pk)
    standing = Standing(user=request.user, role=case.my_role, duty="", held="")
    return Claim(case, standing, case.has_account)


def evidence_by_slot(case: Application) -> dict[str, list[Evidence]]:
    """Return the evidence in use by slot, oldest first (one query)."""
    found: dict[str, list[Evidence]] = {}
    for item in case.evidence.in_use().order_by("pk"):
        found.setdefault(item.slot, []).append(item)
    return found


def where(case: Application, gap: Gap) -> Missing:
    """Return a gap with the address at which it is filled."""
    form = reverse("claim_form", args=[case.pk])
    urls = {
        "account": reverse("enterprise_account", args=[case.applicant_id]),
        "subject": f"{form}#id_subject",
        "event": f"{form}#id_event_on",
        "fact": f"{form}#id_{gap.key}",
        "slot": f"{form}#slot-{gap.key}",
    }
    return Missing(gap.label, urls[gap.kind])
