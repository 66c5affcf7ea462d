"""What every verb does the same way: lock the case, refuse, take a duty, move along the table, set the clock."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NoReturn

from django.utils import timezone

from applications import history, ledger, permissions, pools, timing
from applications.clocks import Calendar, add_working_days
from applications.kept import Kept
from applications.models import Application, CaseDuty, Counter, Event, Posting, Status, User
from applications.permissions import ActionRefused, Standing, standing_in, with_standing
from applications.workflow import EXITS, LENGTHS


def lock(application: Application, by: User, **more: Any) -> tuple[Any, Standing]:
    """
    Return the case with its row locked (PostgreSQL; SQLite's IMMEDIATE transaction is the lock) and who asks.

    `more` are annotations read in the same query, for an act that needs to know more than the case.
    """
    if more:
        locked = _locked(by.pk).annotate(**more).get(pk=application.pk)
    else:
        locked = _LOCKED.get(by.pk, application.pk, today=timezone.localdate())
    return locked, standing_in(locked, by)


def _locked(user: int) -> Any:
    cases = Application.objects.select_for_update(of=("self",)).select_related(
        "policy", "clause__policy", "applicant", "authority"
    )
    return with_standing(cases, User(pk=user))


_LOCKED: Kept[Application] = Kept(lambda user, case, today: _locked(user).filter(pk=case))


def stop(reason: str) -> NoReturn:
    """Raise ActionRefused with a sentence for the person."""
    raise ActionRefused(reason)


def refuse_if(reason: str) -> None:
    """Raise ActionRefused when there is a reason."""
    if reason:
        raise ActionRefused(reason)


def take_duty(application: Application, standing: Standing, at: datetime) -> CaseDuty:
    """Return the officer's one duty on this case; permissions have refused a second one, the database would too."""
    held, _ = CaseDuty.objects.get_or_create(
        application=application, user=standing.user, defaults={"duty": standing.duty, "since": at}
    )
    assert held.duty == standing.duty
    return held


def overrides(*, since: datetime, authority_id: int | None = None) -> Calendar:
    """Return what an authority has entered from a moment on, as the clocks read it; without one, the shipped table."""
    return Calendar() if authority_id is None else timing.calendar_of(authority_id, since=timezone.localdate(since))


def due_day(status: str, at: datetime, application: Application | None = None) -> date | None:
    """
    Return the last day of the step that begins now: None without a clock, or where the table ends (待定).

    With a case it is reckoned by the lengths and the table of its authority, else by those that ship.
    """
    if application is not None:
        return timing.last_day(application, status, at)
    length = LENGTHS.get(Status(status))
    return None if length is None else add_working_days(timezone.localdate(at), length, overrides(since=at))


def ask_for_delay(application: Application, at: datetime) -> None:
    """Refuse an officer's act on a step that is late and not explained. Raises ActionRefused."""
    refuse_if(permissions.why_not_late(timing.clock_of_step(application), timezone.localdate(at)))


def changed(application: Application) -> None:
    """Let pages of a locked case that were read before this act be old, where the act does not move the case."""
    application.version += 1
    application.save(update_fields=["version"])


def move(
    application: Application,
    action: str,
    to: str,
    *,
    by: User | None,
    at: datetime,
    duty: str = "",
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> Event:
    """
    Change the status along the table, turn the clocks and write the history row. Raises ActionRefused.

    An officer (who acts in a `duty`) ends a late step only once its delay is explained; members and the system may.

    A case that ends without money gives its papers back to the ledger, whichever verb ended it; one that goes on from
    approval leaves the queue for its pool.
    """
    assert to in EXITS[Status(application.status)], f"{application.status} -> {to}"

    if to in ledger.RELEASING:
        ledger.release(application, at=at)
    before = application.status
    if before == Status.PROPOSED:
        pools.leave(application, to, at)
    clocks = timing.running(application)
    if duty:
        late = next((clock for clock in clocks if clock.step == before), None)
        refuse_if(permissions.why_not_late(late, timezone.localdate(at)))
    application.status = to
    if before != Status.DRAFT:  # nobody has held a duty on a draft
        _hand_over(application, at)
    application.due_on = timing.turn(application, clocks, before, to, at)
    application.version += 1
    application.save()
    return history.record(
        application, action, by=by, at=at, before=before, after=to, duty=duty, note=note, detail=detail
    )


def _hand_over(application: Application, at: datetime) -> None:
    """Give the case to whoever of the next desk dealt with it before, else to nobody yet."""
    duty = permissions.duty_in_turn(application.status)
    posted = Posting.objects.current().filter(authority=application.authority_id, duty=duty).values("user")
    held = CaseDuty.objects.filter(application=application, duty=duty, user__in=posted).first() if duty else None
    application.assigned_to_id = held.user_id if held else None
    application.assigned_at = at if held else None


def next_number(scope: str) -> int:
    """Return the next number of a scope without gaps or doubles; the row stays locked until the transaction ends."""
    counter, _ = Counter.objects.select_for_update().get_or_create(scope=scope)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def listed(parts: Iterable[str]) -> str:
    """Join Chinese parts for a sentence."""
    return "、".join(parts)
