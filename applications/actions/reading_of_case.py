"""The verifier's decision on a point of interpretation that no fact expresses."""

from datetime import datetime

from django.db import transaction

from applications import assessing, history, permissions
from applications.actions.overtaking import refuse_if_overtaken
from applications.actions.shared import changed, lock, refuse_if, stop, take_duty
from applications.models import Application, CaseDecision, User


@transaction.atomic
def decide_reading(
    application: Application, *, key: str, choice: str, reason: str, version: int, by: User, at: datetime
) -> CaseDecision:
    """
    Record how a question is read on this case, and why; an earlier decision of it stays and is overtaken.

    The computation does not change by it: the figures entered and the facts found follow the reading. `version` is what
    the officer saw. Raises ActionRefused.
    """
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_decide_reading(application, standing))
    refuse_if_overtaken(application, version)
    question = next((q for q in assessing.case_questions(application) if q.spec.id == key), None)
    if question is None or choice not in question.options:
        stop("本件没有这一口径问题或这一读法。")
    if not reason.strip():
        stop("请写明认定的理由。")

    row = CaseDecision.objects.create(
        application=application,
        key=key,
        question=question.spec.question,
        choice=choice,
        words=question.options[choice],
        reason=reason.strip(),
        decided_by=take_duty(application, standing, at),
        decided_at=at,
    )
    changed(application)
    history.record(
        application,
        "decide_reading",
        by=by,
        at=at,
        duty=standing.duty,
        note=row.reason,
        detail={"decision": row.pk, "key": key, "choice": choice, "words": row.words},
    )
    return row
