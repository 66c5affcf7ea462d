"""Limits that come near or pass: remind who must act, and say why a step is late."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from applications import history, permissions, timing
from applications.actions.shared import lock, refuse_if, stop, take_duty
from applications.clocks import within_working_days
from applications.models import Application, Clock, Status, User

REMIND_DAYS = 2  # working days before the limit


@transaction.atomic
def explain_delay(application: Application, reason: str, *, by: User, at: datetime) -> Clock:
    """Say once why the step is late, for the applicant to read; the step can go on then. Raises ActionRefused."""
    application, standing = lock(application, by)
    clock = timing.clock_of_step(application)
    refuse_if(permissions.why_not_explain_delay(standing, clock, timezone.localdate(at)))
    if not reason.strip():
        stop("请写明超期的原因。")

    assert clock is not None
    assert clock.due_on is not None
    take_duty(application, standing, at)
    clock.late_reason, clock.late_by, clock.late_at = reason.strip(), by, at
    clock.save(update_fields=["late_reason", "late_by", "late_at"])
    detail = {"step": clock.step, "due_on": clock.due_on.isoformat()}
    history.record(
        application, "explain_delay", by=by, at=at, duty=standing.duty, note=clock.late_reason, detail=detail
    )
    return clock


def to_remind(today: date) -> QuerySet[Clock]:
    """Return running clocks of which nobody was reminded and whose last day is near or past; 公示 needs no reminder."""
    near, farthest = Q(pk=None), today
    for authority_id, calendar in timing.calendars(since=today).items():
        last = within_working_days(today, REMIND_DAYS, calendar)
        near |= Q(application__authority=authority_id, due_on__lte=last)
        farthest = max(farthest, last)
    waiting = Clock.objects.filter(ended_on=None, reminded_on=None, due_on__lte=farthest)
    of_the_step = waiting.filter(near, step=F("application__status")).exclude(step=Status.NOTICED)
    return of_the_step.order_by("due_on", "pk")


@transaction.atomic
def remind(clock: Clock, *, at: datetime) -> bool:
    """Tell whose turn it is that a limit comes near, once; return whether anybody was told. Done by the system."""
    application = Application.objects.select_for_update().get(pk=clock.application_id)
    clock = Clock.objects.get(pk=clock.pk)
    if clock.ended_on or clock.reminded_on or clock.due_on is None:
        return False

    today = timezone.localdate(at)
    clock.reminded_on = today
    clock.save(update_fields=["reminded_on"])
    detail = {"step": clock.step, "due_on": clock.due_on.isoformat()}
    history.record(application, "remind", by=None, at=at, detail=detail)
    return True
