"""What follows by itself when a day has passed; each act asks again under the lock of its case."""

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog
from django.utils import timezone

from applications.actions.intake import accept_by_silence
from applications.actions.promise import breach
from applications.models import Application, Promise, Status
from applications.permissions import ActionRefused

log = structlog.get_logger(__name__)

BATCH = 200  # cases at a time; the next sweep takes the rest


def accept_overdue(now: datetime) -> None:
    """Take in every claim on which nobody decided in time; one whose day is 待定 waits."""
    rows = Application.objects.filter(status=Status.SUBMITTED, due_on__lt=timezone.localdate(now))
    _each(accept_by_silence, rows.order_by("due_on", "pk")[:BATCH], now)


def break_promises(now: datetime) -> None:
    """End every case whose promised paper has not come."""
    late = Promise.objects.overdue(timezone.localdate(now)).values("application")
    rows = Application.objects.filter(pk__in=late, status__in=[Status.VERIFYING, Status.CORRECTING])
    _each(breach, rows.order_by("pk")[:BATCH], now)


def _each(act: Callable[..., Application], cases: Iterable[Application], now: datetime) -> None:
    """Do an act to each case; one that somebody moved on meanwhile is left alone and holds up no other."""
    for case in cases:
        try:
            act(case, at=now)
        except ActionRefused as refusal:
            log.info("deadline_overtaken", case=case.number, reason=str(refusal))
