"""再核: before a later instalment is paid, the verifier or the inspector looks whether its grounds still hold."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from applications import history, permissions
from applications.actions.desk_file import Paper, keep, told
from applications.actions.shared import lock, refuse_if, stop, take_duty
from applications.models import DeskFile, Instalment, Payment, Recheck, User


@transaction.atomic
def ask(instalment: Instalment, *, request: str, by: User, at: datetime) -> None:
    """Ask the applicant for what the recheck needs; all members are told. Raises ActionRefused."""
    application, standing = lock(instalment.award.application, by)
    refuse_if(permissions.why_not_recheck(application, standing, instalment, timezone.localdate(at)))
    if not request.strip():
        stop("请写明需要申报单位提供什么材料、送达何处。")
    take_duty(application, standing, at)
    detail = {"instalment": instalment.number}
    history.record(application, "ask_recheck", by=by, at=at, duty=standing.duty, note=request.strip(), detail=detail)


@transaction.atomic
def recheck(
    instalment: Instalment, *, passed: bool, findings: str, paper: Paper | None = None, by: User, at: datetime
) -> Recheck:
    """
    Write down what was found and on which paper; the newest counts, and one that failed holds the money.

    Raises ActionRefused.

    What was found stays as it stands: a later look is a new row.
    """
    application, standing = lock(instalment.award.application, by)
    refuse_if(permissions.why_not_recheck(application, standing, instalment, timezone.localdate(at)))
    if Payment.objects.filter(instalment=instalment).exclude(state__in=Payment.ENDED).exists():
        stop("本期资金已在拨付中，不能再核。")
    if not findings.strip():
        stop("请写明再核情况。")
    duty = take_duty(application, standing, at)
    file = keep(application, DeskFile.Kind.RECHECK, paper, by=by, at=at)
    row = Recheck.objects.create(
        instalment=instalment,
        passed=passed,
        findings=findings.strip(),
        file=file,
        checked_by=duty,
        checked_at=at,
    )
    words = f"第{instalment.number}期再核{'通过' if passed else f'未通过：{row.findings}'}"
    detail = {"instalment": instalment.number, "recheck": row.pk, "passed": passed, "findings": row.findings}
    detail |= told(file)
    history.record(application, "recheck", by=by, at=at, duty=standing.duty, note=words[:500], detail=detail)
    return row
