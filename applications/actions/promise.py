"""容缺承诺: a secondary paper that comes later; promised with the claim, kept by its file, broken by its day."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from applications import assessing, history, permissions
from applications.actions.shared import lock, move, refuse_if, stop
from applications.documents.letter import chinese_date
from applications.models import Application, CaseDuty, Evidence, Promise, Status, User
from applications.promises import latest_day, named
from applications.restricted import why_no_leeway


@transaction.atomic
def promise(application: Application, *, slot: str, due_on: date, by: User, at: datetime) -> Promise:
    """
    Promise a missing secondary paper by a day; a second promise of the same paper moves the day. Raises ActionRefused.

    The confirmation of the 法定代表人 covers promises too, so that it has to be given again.
    """
    application, standing = lock(application, by)
    spec = next((s for s in assessing.slots_of(application) if s.kind == slot), None)
    if spec is None:
        stop("本条款没有这一类佐证材料。")
    refuse_if(
        permissions.why_not_promise(
            application,
            standing,
            spec,
            filled=application.evidence.in_use().filter(slot=slot).exists(),
            asked=slot in asked_slots(application),
            leeway=why_no_leeway(application, at),
        )
    )
    if due_on <= timezone.localdate(at):
        stop("承诺补交日期须晚于今天。")
    if due_on > (last := latest_day(application.authority_id, at)):
        stop(f"承诺补交日期最晚为{chinese_date(last)}。")

    row, _ = Promise.objects.update_or_create(
        application=application,
        slot=slot,
        defaults={"label": spec.label, "due_on": due_on, "promised_by": by, "promised_at": at},
    )
    application.confirmed_by = application.confirmed_at = None
    application.save(update_fields=["confirmed_by", "confirmed_at"])
    history.record(
        application, "promise", by=by, at=at, note=spec.label, detail={"slot": slot, "due_on": due_on.isoformat()}
    )
    return row


def asked_slots(application: Application) -> set[str]:
    """Return the slots that an open correction names: their papers are to be handed in, not promised."""
    if application.status != Status.CORRECTING:
        return set()
    correction = application.corrections.filter(answered_at=None).first()
    items = correction.items if correction else []
    return {item["key"] for item in items if item["kind"] == "slot"}


def drop(application: Application, slots: set[str]) -> None:
    """Take promises off a case that has not been taken in on them; the caller's own act says so in the history."""
    application.promises.filter(slot__in=slots, accepted_at=None).delete()


def take_in(application: Application, promises: list[Promise], duty: CaseDuty, at: datetime) -> None:
    """Let the promises count: the case was taken in on them."""
    application.promises.filter(pk__in=[row.pk for row in promises]).update(accepted_by=duty, accepted_at=at)


def move_passed_days(application: Application, at: datetime) -> None:
    """Give open promises whose day has passed the last day that could be promised now."""
    passed = application.promises.open().filter(due_on__lt=timezone.localdate(at))
    passed.update(due_on=latest_day(application.authority_id, at))


def keep(row: Promise, evidence: Evidence, at: datetime) -> None:
    """Mark a promise as kept by a paper."""
    row.kept_by, row.kept_at = evidence, at
    row.save(update_fields=["kept_by", "kept_at"])


@transaction.atomic
def breach(application: Application, *, at: datetime) -> Application:
    """
    End a case whose promised paper has not come in time. Done by the system; raises ActionRefused when it may go on.

    A correction asked for meanwhile moves no promised day.
    """
    application = Application.objects.select_for_update().get(pk=application.pk)
    late = list(application.promises.overdue(timezone.localdate(at)))
    if application.status not in (Status.VERIFYING, Status.CORRECTING) or not late:
        stop("本件没有逾期未补交的材料。")

    application.promises.filter(pk__in=[row.pk for row in late]).update(broken_at=at)
    move(
        application,
        "breach",
        Status.WITHDRAWN,
        by=None,
        at=at,
        note=f"逾期未补交，终止办理：{named(late)}",
        detail={"slots": [row.slot for row in late]},
    )
    return application
