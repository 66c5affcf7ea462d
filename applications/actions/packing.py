"""Having letters packed in the background: asked for, stopped, gone on with."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from applications import history, papers
from applications.actions.shared import refuse_if
from applications.models import Authority, Job, User
from applications.permissions import packing as permissions


@transaction.atomic
def order(authority: Authority, documents: Sequence[int], *, kind: str, by: User, at: datetime) -> Job:
    """
    Ask for one file of these letters, a ZIP (`archive`) or a PDF (`merged`). Raises ActionRefused.

    Who took many letters at once stands in the history of the authority.
    """
    authority = Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    unfinished = Job.objects.filter(
        requested_by=by, kind__in=permissions.MOST_LETTERS, state__in=permissions.UNFINISHED
    ).count()
    refuse_if(permissions.why_not_pack(kind, len(documents), unfinished))

    job = Job.objects.create(
        kind=kind,
        payload={"documents": list(documents), "authority": authority.pk},
        total=len(documents),
        requested_by=by,
        requested_at=at,
    )
    detail = {"job": job.pk, "kind": kind, "letters": len(documents)}
    history.record_for_authority(authority, "pack_letters", by=by, at=at, detail=detail)
    papers.enqueue(job)
    return job


@transaction.atomic
def cancel(job: Job, *, by: User, at: datetime) -> Job:
    """Stop a package; what is packed of it is kept, so that it can go on. Raises ActionRefused."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    refuse_if(permissions.why_not_cancel(job, by))

    job.state, job.finished_at = Job.State.CANCELLED, at
    job.save(update_fields=["state", "finished_at"])
    return job


@transaction.atomic
def go_on(job: Job, *, by: User) -> Job:
    """
    Let a stopped or failed package go on from where it is. Raises ActionRefused.

    The attempts go on too: by their number a worker that is still at the old one knows that the job is not its own.
    """
    job = Job.objects.select_for_update().get(pk=job.pk)
    refuse_if(permissions.why_not_go_on(job, by))

    job.state, job.finished_at, job.error = Job.State.QUEUED, None, ""
    job.save(update_fields=["state", "finished_at", "error"])
    papers.enqueue(job)
    return job
