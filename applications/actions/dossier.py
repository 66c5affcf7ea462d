"""Taking a case home as a dossier: who asked for it stands in the history, a worker makes it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from applications import history, papers, permissions
from applications.actions.shared import refuse_if
from applications.models import Application, Authority, Job, User

UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)


@transaction.atomic
def order(application: Application, *, words: Mapping[str, str], by: User, at: datetime) -> Job:
    """
    Ask for the dossier of a case; one that this person already waits for is given again. Raises ActionRefused.

    Written into the authority's chain and not into the case's: those who dealt with a case, and its applicant, do not
    learn from its history that it is being looked into. `words` names the acts of the history for the page.
    """
    standing = permissions.standing_of(by, application)
    refuse_if(permissions.why_not_dossier(standing))
    authority = Authority.objects.select_for_update(no_key=True).get(pk=application.authority_id)
    own = application.jobs.filter(kind=Job.Kind.DOSSIER, requested_by=by, state__in=UNFINISHED)
    if waiting := own.first():
        return waiting

    job = Job.objects.create(
        kind=Job.Kind.DOSSIER,
        application=application,
        payload={"words": dict(words)},
        requested_by=by,
        requested_at=at,
    )
    detail = {"application": application.pk, "number": application.number, "job": job.pk, "duty": standing.duty}
    history.record_for_authority(authority, "order_dossier", by=by, at=at, note=application.number, detail=detail)
    papers.enqueue(job)
    return job
