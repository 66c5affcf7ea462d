"""
The clocks of a case follow it: entering a step starts one, a correction or an expert lets it rest.

`actions.shared.move` turns them with every step. `Application.due_on` mirrors the clock of the step the case stands
in, for the queue. The caller holds the row lock of the case.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import DateField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from applications.clocks import Calendar, Reckoning, reckon
from applications.models import (
    Application,
    Authority,
    CalendarDay,
    CalendarYear,
    Clock,
    ClockPause,
    Correction,
    DeskTask,
    PublicNotice,
    Status,
    StepLength,
    Unit,
)
from applications.workflow import LENGTHS

BATCH = 500

Reason = ClockPause.Reason
# Whoever answers a correction was told its day by letter, and 公示 was put up with its days: neither changes length.
PROMISED = frozenset({Status.CORRECTING, Status.NOTICED})


@dataclass(frozen=True)
class Length:
    """How long a step may take."""

    unit: str
    length: int


# ---- what the authority has entered ------------------------------------------------------------------------------


def calendar_of(authority_id: int, *, since: date) -> Calendar:
    """Return the days an authority has entered from a day on, and the years it has declared complete."""
    return _entered(authority_id, "", None, since)[0]


def calendars(*, since: date) -> dict[int, Calendar]:
    """Return the calendar of every authority."""
    days: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    years: dict[int, list[int]] = defaultdict(list)
    for authority_id, day, working in CalendarDay.objects.filter(day__gte=since).values_list(
        "authority", "day", "working"
    ):
        days[authority_id].append((day, working))
    for authority_id, year in CalendarYear.objects.values_list("authority", "year"):
        years[authority_id].append(year)
    known = Authority.objects.values_list("pk", flat=True)
    return {pk: Calendar(days[pk], years[pk]) for pk in known}


def _entered(authority_id: int, step: str, clause_id: int | None, since: date) -> tuple[Calendar, Length | None]:
    """
    Return the calendar of an authority and the length in force for a step; one statement, since every act asks.

    A length of the clause goes before one for all clauses, a newer before an older.
    """
    no_day, empty = Cast(Value(None), DateField()), Value("")
    days = CalendarDay.objects.filter(authority=authority_id, day__gte=since).order_by()
    years = CalendarYear.objects.filter(authority=authority_id).order_by()
    lengths = StepLength.objects.filter(authority=authority_id, step=step).order_by()
    rows = days.values_list(Value("day"), F("day"), Cast("working", IntegerField()), empty, Value(0), Value(0)).union(
        years.values_list(Value("year"), no_day, F("year"), empty, Value(0), Value(0)),
        lengths.values_list(Value("length"), no_day, F("length"), F("unit"), F("clause"), F("pk")),
        all=True,
    )
    found = list(rows)
    calendar = Calendar(
        ((day, bool(number)) for kind, day, number, *_ in found if kind == "day"),
        (number for kind, _, number, *_ in found if kind == "year"),
    )
    ranked = [
        (clause == clause_id, pk, Length(unit, number))
        for kind, _, number, unit, clause, pk in found
        if kind == "length" and clause in (None, clause_id)
    ]
    return calendar, max(ranked, key=lambda row: row[:2])[2] if ranked else None


def has_clock(step: str) -> bool:
    """Return whether a step has a limit at all."""
    return step in LENGTHS or step == Status.NOTICED


def _default(application: Application, step: str) -> Length:
    """Return the length where the authority has entered none; the days of 公示 are its own setting."""
    if step == Status.NOTICED:
        return Length(Unit.WORKING, application.authority.notice_days)
    return Length(Unit.WORKING, LENGTHS[Status(step)])


def last_day(application: Application, step: str, at: datetime) -> date | None:
    """Return the last day of a step that begins now: None without a clock, or where the table ends (待定)."""
    return _new(application, step, at)[0].due_on if has_clock(step) else None


def _new(application: Application, step: str, at: datetime) -> tuple[Clock, Reckoning]:
    """Return the clock of a step that begins now, not yet stored, and what it says."""
    day = timezone.localdate(at)
    calendar, own = _entered(application.authority_id, step, application.clause_id, day)
    length = own if own and step != Status.NOTICED else _default(application, step)
    said = reckon(day, length.length, length.unit, (), calendar)
    clock = Clock(
        application=application,
        step=step,
        started_on=day,
        unit=length.unit,
        length=length.length,
        due_on=said.last,
    )
    return clock, said


# ---- one case ----------------------------------------------------------------------------------------------------


def running(application: Application) -> list[Clock]:
    """Return the clocks of a case that have not ended; a draft has none, and is not asked."""
    if application.status == Status.DRAFT:
        return []
    return list(application.clocks.filter(ended_on=None))


def clock_of_step(application: Application) -> Clock | None:
    """Return the running clock of the step a case stands in."""
    return next((clock for clock in running(application) if clock.step == application.status), None)


def start(application: Application, step: str, at: datetime) -> Clock | None:
    """Start the clock of a step, None where the step has no limit. A year without a table becomes a task."""
    if not has_clock(step):
        return None
    clock, said = _new(application, step, at)
    clock.save(force_insert=True)
    if said.missing:
        ask_for_table(application.authority_id, said.missing, at)
    return clock


def finish(clocks: Sequence[Clock], at: datetime) -> None:
    """End clocks with their step, and whatever pause they are in."""
    if not clocks:
        return
    day = timezone.localdate(at)
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(ended_on=day)
    ClockPause.objects.filter(clock__in=clocks, until=None).update(until=day)


def met(application: Application, at: datetime) -> None:
    """End the clock of a step that goes on: the first instalment is paid, the later ones follow their schedule."""
    finish(running(application), at)
    if application.due_on:
        application.due_on = None
        application.save(update_fields=["due_on"])


def turn(application: Application, clocks: Sequence[Clock], before: str, to: str, at: datetime) -> date | None:
    """
    Turn the clocks of a case that goes from one step to another, and return the last day of the new one.

    A correction lets the clock of its step rest and runs its own; the answer ends that one and lets the other go on
    with the days that were left. Every other step ends what runs and starts anew with the full length.
    """
    by_step = {clock.step: clock for clock in clocks}
    if to == Status.CORRECTING:
        if before in by_step:
            _rest(by_step[before], Reason.CORRECTION, at)
        started = start(application, to, at)
    elif before == Status.CORRECTING and to in by_step:
        finish([clock for clock in clocks if clock.step == before], at)
        started = _go_on(application, by_step[to], Reason.CORRECTION, at)
    else:
        finish(clocks, at)
        started = start(application, to, at)
        sent_back = to == Status.VERIFYING and before != Status.SUBMITTED
        if started and sent_back and application.expert_opinions.filter(answered_at=None).exists():
            _rest(started, Reason.EXPERT, at)
    return started.due_on if started else None


def pause(application: Application, reason: str, at: datetime) -> None:
    """Let the clock of the step rest, from tomorrow on; a second pause for the same reason changes nothing."""
    if clock := _examining(application):
        _rest(clock, reason, at)
        _mirror(application, clock)


def resume(application: Application, reason: str, at: datetime) -> None:
    """End a pause; the clock goes on tomorrow, unless it rests for another reason too."""
    if clock := _examining(application):
        _mirror(application, _go_on(application, clock, reason, at))


def _examining(application: Application) -> Clock | None:
    """Return the clock of the officers' step, which rests behind an open correction."""
    step = application.correcting_from if application.status == Status.CORRECTING else application.status
    return next((clock for clock in running(application) if clock.step == step), None)


def _rest(clock: Clock, reason: str, at: datetime) -> None:
    day = timezone.localdate(at)
    ClockPause.objects.get_or_create(clock=clock, reason=reason, until=None, defaults={"since": day})
    if clock.due_on and clock.due_on > day:  # what was late before the pause stays late
        clock.due_on = None
        clock.save(update_fields=["due_on"])


def _go_on(application: Application, clock: Clock, reason: str, at: datetime) -> Clock:
    day = timezone.localdate(at)
    pauses = list(clock.pauses.all())
    for row in pauses:
        if row.reason == reason and row.until is None:
            row.until = day
            row.save(update_fields=["until"])
    said = _say(clock, pauses, calendar_of(application.authority_id, since=clock.started_on))
    clock.due_on = said.last
    clock.save(update_fields=["due_on"])
    if said.missing:
        ask_for_table(application.authority_id, said.missing, at)
    return clock


def _say(clock: Clock, pauses: Iterable[ClockPause], calendar: Calendar) -> Reckoning:
    return reckon(clock.started_on, clock.length, clock.unit, [(row.since, row.until) for row in pauses], calendar)


def _mirror(application: Application, clock: Clock) -> None:
    """Copy the last day of the step the case stands in to where the queue sorts by it."""
    if clock.step == application.status and application.due_on != clock.due_on:
        application.due_on = clock.due_on
        application.save(update_fields=["due_on"])


def ask_for_table(authority_id: int, year: int, at: datetime) -> None:
    """Raise the task to enter the working days of a year, once while it is open."""
    DeskTask.objects.get_or_create(
        authority_id=authority_id,
        kind=DeskTask.Kind.CALENDAR,
        key=str(year),
        done_at=None,
        defaults={"title": f"录入{year}年工作日安排", "created_at": at},
    )


# ---- all cases of an authority -----------------------------------------------------------------------------------


def clocks_of(authority_id: int) -> QuerySet[Clock]:
    """Return the running clocks of an authority."""
    return Clock.objects.filter(ended_on=None, application__authority=authority_id)


def recompute(authority_id: int, at: datetime) -> list[Clock]:
    """
    Reckon every running clock of an authority again after its table or a length has changed; return what changed.

    The number of statements grows with batches, not with cases. The caller has locked the cases.
    """
    oldest = clocks_of(authority_id).order_by("started_on").values_list("started_on", flat=True).first()
    if oldest is None:
        return []
    calendar = calendar_of(authority_id, since=oldest)
    lengths = _lengths_in_force(authority_id)
    changed: list[Clock] = []
    missing: set[int] = set()
    clocks = clocks_of(authority_id).select_related("application").prefetch_related("pauses").order_by("pk")
    for clock in clocks.iterator(chunk_size=BATCH):
        before = (clock.unit, clock.length, clock.due_on)
        if clock.step not in PROMISED:
            _adopt(clock, lengths)
        said = _say(clock, clock.pauses.all(), calendar)
        clock.due_on = said.last
        if said.missing:
            missing.add(said.missing)
        if (clock.unit, clock.length, clock.due_on) != before:
            changed.append(clock)
    _store(changed)
    for year in sorted(missing):
        ask_for_table(authority_id, year, at)
    return changed


def _lengths_in_force(authority_id: int) -> dict[tuple[str, int | None], Length]:
    rows = StepLength.objects.filter(authority=authority_id).order_by("pk")
    return {(row.step, row.clause_id): Length(row.unit, row.length) for row in rows}


def _adopt(clock: Clock, lengths: dict[tuple[str, int | None], Length]) -> None:
    """Give a clock the length now in force for its step and clause."""
    own = lengths.get((clock.step, clock.application.clause_id)) or lengths.get((clock.step, None))
    length = own or Length(Unit.WORKING, LENGTHS[Status(clock.step)])
    clock.unit, clock.length = length.unit, length.length


def _store(changed: Sequence[Clock]) -> None:
    """Write clocks, the days that mirror them, and those that 公示 and corrections were opened with."""
    Clock.objects.bulk_update(changed, ["unit", "length", "due_on"], batch_size=BATCH)
    by_step: dict[str, dict[int, date | None]] = defaultdict(dict)
    for clock in changed:
        by_step[clock.step][clock.application_id] = clock.due_on
    cases = [clock.application for clock in changed if clock.step == clock.application.status]
    for case in cases:
        case.due_on = by_step[case.status][case.pk]
    Application.objects.bulk_update(cases, ["due_on"], batch_size=BATCH)
    _copy(PublicNotice.objects.filter(ended_at=None), "closes_on", by_step[Status.NOTICED])
    _copy(Correction.objects.filter(answered_at=None), "due_on", by_step[Status.CORRECTING])


def _copy(rows: QuerySet, field: str, days: dict[int, date | None]) -> None:
    """Write the days of cases into a field of the one open row of each."""
    keys = list(days)
    for at in range(0, len(keys), BATCH):
        found = list(rows.filter(application__in=keys[at : at + BATCH]))
        for row in found:
            setattr(row, field, days[row.application_id])
        rows.model.objects.bulk_update(found, [field], batch_size=BATCH)
