"""Handing cases out: who is expected to deal with a case now. Others of the desk may still act, so nobody is missed."""

from datetime import datetime

from django.db import transaction

from applications import history, permissions
from applications.actions.shared import lock, refuse_if
from applications.models import Application, CaseDuty, Membership, Posting, User


@transaction.atomic
def assign(application: Application, *, to: User | None, by: User, at: datetime) -> Application:
    """Hand a case to an officer of the desk whose turn it is; None puts it back. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_assign(application, standing))
    if to is not None:
        refuse_if(_why_not_to(application, to))
    if application.assigned_to_id == (to.pk if to else None):
        return application

    application.assigned_to, application.assigned_at = to, at if to else None
    application.save(update_fields=["assigned_to", "assigned_at"])
    history.record(
        application,
        "assign",
        by=by,
        at=at,
        duty=standing.duty,
        note=f"承办人：{to}" if to else "撤销分办",
        detail={"to": to.pk if to else None},
    )
    return application


def _why_not_to(application: Application, to: User) -> str:
    posting = Posting.objects.current().select_related("user").filter(user=to).first()
    member = Membership.objects.filter(applicant=application.applicant_id, user=to).exists()
    held = CaseDuty.objects.filter(application=application, user=to).values_list("duty", flat=True).first()
    return permissions.why_not_assignee(application, posting, member=member, held=held or "")
