"""The intake desk: accept, decline, ask once for everything that is missing, and end what was never answered."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import models, transaction
from django.utils import timezone

from applications import defects, papers, permissions
from applications.actions import promise as promises
from applications.actions.shared import due_day, lock, move, refuse_if, stop, take_duty
from applications.actions.system import system_user
from applications.models import Application, CaseDuty, Correction, Duty, Status, User
from applications.promises import named, open_promises
from applications.restricted import why_no_leeway

SILENCE = "逾期未作出受理决定，自收到材料之日起即为受理"


class Ground(models.TextChoices):
    """On what a claim is not taken in (参照行政许可法第三十二条); stored in the history and printed on the letter."""

    COMPETENCE = "competence", "不属于本机关职权范围"
    APPLICANT = "applicant", "不符合申报主体条件"
    INCOMPLETE = "incomplete", "材料经补正仍不齐全或不符合法定形式"
    LATE = "late", "超过申报期限"
    OTHER = "other", "其他"


def received_on(application: Application) -> date:
    """Return the day on which the claim came in as it stands: handed in, or answered after a correction."""
    assert application.submitted_at is not None
    answers = application.corrections.filter(answered_at__isnull=False).order_by("-answered_at")
    answered_at = answers.values_list("answered_at", flat=True).first()
    return timezone.localdate(answered_at or application.submitted_at)


@transaction.atomic
def accept(application: Application, *, by: User, at: datetime) -> Application:
    """Take the complete claim into examination. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_accept(application, standing, open_promises(application)))

    application.accepted_by, application.accepted_at = take_duty(application, standing, at), at
    move(application, "accept", Status.VERIFYING, by=by, at=at, duty=standing.duty)
    papers.issue_acceptance(application, (), received_on=received_on(application), by=by, at=at)
    return application


@transaction.atomic
def accept_with_promises(application: Application, *, by: User, at: datetime) -> Application:
    """容缺受理: take the claim in while the promised secondary papers are to come. Raises ActionRefused."""
    application, standing = lock(application, by)
    promised = open_promises(application)
    refuse_if(
        permissions.why_not_accept_with_promises(
            application,
            standing,
            promised,
            today=timezone.localdate(at),
            leeway=why_no_leeway(application, at) if promised else "",
        )
    )

    duty = take_duty(application, standing, at)
    promises.take_in(application, promised, duty, at)
    application.accepted_by, application.accepted_at = duty, at
    move(
        application,
        "accept_with_promises",
        Status.VERIFYING,
        by=by,
        at=at,
        duty=standing.duty,
        note=named(promised),
        detail={"promises": {row.slot: row.due_on.isoformat() for row in promised}},
    )
    papers.issue_acceptance(application, promised, received_on=received_on(application), by=by, at=at)
    return application


@transaction.atomic
def accept_by_silence(application: Application, *, at: datetime) -> Application:
    """
    Take in what nobody decided on in time, by the system. Raises ActionRefused when somebody did, or has time left.

    A case whose due day is 待定 never lapses into acceptance. What was promised counts as accepted with the claim; a
    day that has passed meanwhile moves, since nothing can be handed in while a claim waits to be taken in.
    """
    locked = Application.objects.select_for_update(of=("self",)).select_related("policy", "clause", "applicant")
    application = locked.select_related("authority").get(pk=application.pk)
    if application.status != Status.SUBMITTED or application.due_on is None:
        stop("本件没有到期的受理期限。")
    if application.due_on >= timezone.localdate(at):
        stop("受理期限未满。")

    system = system_user()
    duty, _ = CaseDuty.objects.get_or_create(
        application=application, user=system, defaults={"duty": Duty.INTAKE, "since": at}
    )
    promises.move_passed_days(application, at)
    promised = open_promises(application)
    promises.take_in(application, promised, duty, at)
    application.accepted_by, application.accepted_at = duty, at
    move(application, "accept", Status.VERIFYING, by=system, at=at, note=SILENCE)
    received = received_on(application)
    papers.issue_acceptance(application, promised, received_on=received, silent=True, by=system, at=at)
    return application


@transaction.atomic
def decline(
    application: Application, *, ground: str = Ground.OTHER, reason: str, by: User, at: datetime
) -> Application:
    """Refuse to take the claim in, on a ground and for the reason that the letter states. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_decline(application, standing))
    if not reason.strip():
        stop("请写明不予受理的理由。")
    ground = Ground(ground)
    if ground == Ground.INCOMPLETE and not application.corrections.exists():
        stop("本件没有告知过补正，不能以“材料经补正仍不齐全”为由不予受理，请先一次性告知补正。")

    take_duty(application, standing, at)
    words = "" if ground == Ground.OTHER else str(ground.label)
    move(
        application,
        "decline",
        Status.DECLINED,
        by=by,
        at=at,
        duty=standing.duty,
        note=f"{words}：{reason}" if words else reason,
        detail={"ground": ground.value, "reason": reason},
    )
    papers.issue_decline(application, words, reason, by=by, at=at)
    return application


@transaction.atomic
def correct(
    application: Application, *, items: Sequence[dict[str, str]], reason: str = "", by: User, at: datetime
) -> Correction:
    """
    Ask for everything that is missing or wrong; the pen goes back to the applicant. Raises ActionRefused.

    Each item is {"kind": "fact"|"slot"|"other", "key", "label", "text"}. A second list needs a reason, and names only
    what the answer to the first has changed. A paper that is asked for is no longer promised.
    """
    application, standing = lock(application, by)
    earlier = list(application.corrections.order_by("pk"))
    refuse_if(permissions.why_not_correct(application, standing, corrections=len(earlier)))
    if not items or not all(item["text"].strip() for item in items):
        stop("请逐项写明需要补正的内容。")
    if earlier:
        _prove_new(application, earlier[0], items, reason)

    correction = Correction.objects.create(
        application=application,
        items=list(items),
        reason=reason.strip() if earlier else "",
        asked_by=take_duty(application, standing, at),
        asked_at=at,
        due_on=due_day(Status.CORRECTING, at, application),
    )
    promises.drop(application, {item["key"] for item in items if item["kind"] == "slot"})
    application.correcting_from = application.status
    application.confirmed_by = application.confirmed_at = None
    move(
        application,
        "correct",
        Status.CORRECTING,
        by=by,
        at=at,
        duty=standing.duty,
        note=correction.reason,
        detail={"items": list(items)},
    )
    answered_at = earlier[0].answered_at if earlier else None
    answered_on = timezone.localdate(answered_at) if answered_at else None
    papers.issue_correction(application, correction, answered_on=answered_on, by=by, at=at)
    return correction


def _prove_new(application: Application, first: Correction, items: Sequence[dict[str, str]], reason: str) -> None:
    """Refuse a second list without a reason, or with an item that the answer to the first has not newly brought."""
    if not reason.strip():
        stop("请写明补正答复带来了什么新的问题。")
    answer = defects.newest_answer(application)
    assert answer is not None, "a correction is in the history"
    for item in items:
        refuse_if(defects.why_not_new(item, answer, first.items))


@transaction.atomic
def lapse(application: Application, *, at: datetime) -> Application:
    """End a correction that was never answered in time: the claim counts as withdrawn. Done by the system."""
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.status != Status.CORRECTING:
        stop("本件不在补正中。")

    move(application, "lapse", Status.WITHDRAWN, by=None, at=at, note="逾期未补正")
    return application
