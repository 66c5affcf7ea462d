"""The applicant's desk: own cases, what was told, what to do next."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications.models import (
    Applicant,
    Application,
    Delivery,
    Inspection,
    LateAdmission,
    RecoveryCase,
    Status,
)
from portal.paging import keyset
from portal.requests import Request

MESSAGES_SHOWN = 5
OURS = (Status.DRAFT, Status.CORRECTING)


def _unread(request: Request):
    """Return what this person was told as a member of a body; what an officer was told is in the inbox."""
    told = Delivery.objects.filter(person=request.user, channel=Delivery.Channel.SITE, read_at=None)
    own = Application.objects.of_applicants_of(request.user)
    return told.filter(Q(event__application__in=own) | Q(event__application=None))


@require_safe
def dashboard(request: Request) -> HttpResponse:
    """Show the bodies this person acts for, their cases newest first, and what was told and not read."""
    cases = Application.objects.of_applicants_of(request.user).select_related("clause", "applicant", "policy")
    applicants = list(Applicant.objects.visible_to(request.user))
    late = LateAdmission.objects.usable(timezone.now()).filter(applicant__in=applicants)
    running = RecoveryCase.objects.filter(application__applicant__in=applicants).exclude(state__in=RecoveryCase.ENDED)
    context = {
        "page": keyset(cases, ("-pk",), request, size=20),
        "applicants": applicants,
        "review": Inspection.objects.visible_to(request.user).exclude(state=Inspection.State.ENDED).first()
        if applicants
        else None,
        "late": list(late.select_related("clause", "applicant")) if applicants else [],
        "told": list(_unread(request).select_related("event").order_by("-pk")[:MESSAGES_SHOWN]),
        "ours": OURS,
        "recoveries": list(running.order_by("-pk")[:MESSAGES_SHOWN]) if applicants else [],
    }
    return render(request, "applicant/desk.html", context)
