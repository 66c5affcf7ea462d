"""The intake desk: accept, decline, ask once for everything that is missing, and end what was never answered."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from applications import history, papers, permissions
from applications.actions.shared import due_day, lock, move, refuse_if, stop, take_duty
from applications.models import Application, Correction, Status, User


@transaction.atomic
def accept(application: Application, *, by: User, at: datetime) -> Application:
    """Take the claim into examination. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_accept(application, standing))

    application.accepted_by, application.accepted_at = take_duty(application, standing, at), at
    event = move(application, "accept", Status.VERIFYING, by=by, at=at, duty=standing.duty)
    history.tell_members(event, "申报件已受理", f"{application.number} 已受理，进入核验。")
    return application


@transaction.atomic
def decline(application: Application, *, reason: str, by: User, at: datetime) -> Application:
    """Refuse to take the claim in, with the reason the letter states. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_decline(application, standing))
    if not reason.strip():
        stop("请写明不予受理的理由。")

    take_duty(application, standing, at)
    event = move(application, "decline", Status.DECLINED, by=by, at=at, duty=standing.duty, note=reason)
    papers.issue_decline(application, reason, by=by, at=at)
    history.tell_members(event, "申报件不予受理", f"{application.number} 不予受理，理由见不予受理通知书。")
    return application


@transaction.atomic
def correct(application: Application, *, items: Sequence[dict[str, str]], by: User, at: datetime) -> Correction:
    """
    Ask once for everything that is missing or wrong; the pen goes back to the applicant. Raises ActionRefused.

    Each item is {"kind": "fact"|"slot"|"other", "key", "label", "text"}.
    """
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_correct(application, standing, corrections=application.corrections.count()))
    if not items or not all(item["text"].strip() for item in items):
        stop("请逐项写明需要补正的内容。")

    correction = Correction.objects.create(
        application=application,
        items=list(items),
        asked_by=take_duty(application, standing, at),
        asked_at=at,
        due_on=due_day(Status.CORRECTING, at, application),
    )
    application.correcting_from = application.status
    application.confirmed_by = application.confirmed_at = None
    event = move(
        application, "correct", Status.CORRECTING, by=by, at=at, duty=standing.duty, detail={"items": list(items)}
    )
    papers.issue_correction(application, correction, by=by, at=at)
    history.tell_members(event, "请补正材料", f"{application.number} 需要补正{len(items)}项，请按告知书办理。")
    return correction


@transaction.atomic
def lapse(application: Application, *, at: datetime) -> Application:
    """End a correction that was never answered in time: the claim counts as withdrawn. Done by the system."""
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.status != Status.CORRECTING:
        stop("本件不在补正中。")

    event = move(application, "lapse", Status.WITHDRAWN, by=None, at=at, note="逾期未补正")
    history.tell_members(event, "申报件视为撤回", f"{application.number} 逾期未补正，视为撤回。")
    return application
