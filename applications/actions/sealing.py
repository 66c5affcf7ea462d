"""签章: an officer of 审批 lets the seal be put on letters. A worker does it; this is the decision."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from applications import history, permissions, seals
from applications.actions.shared import lock, refuse_if, stop, take_duty
from applications.models import Authority, Document, Job, User
from applications.seals import OfMany

SEAL_MOST = 60  # letters of one page


@transaction.atomic
def order_seal(document: Document, *, by: User, at: datetime) -> Job:
    """Let the seal be put on one letter; a worker does it within the minute. Raises ActionRefused."""
    application, standing = lock(document.application, by)
    document = Document.objects.select_for_update(of=("self",)).select_related("authority").get(pk=document.pk)
    refuse_if(permissions.why_not_seal(application, standing, document))

    take_duty(application, standing, at)
    job = seals.ask(document, by=by, at=at, payload={"officer": by.pk})
    history.record(
        application,
        "order_seal",
        by=by,
        at=at,
        duty=standing.duty,
        note=f"{document.get_kind_display()}{document.number}",
        detail={"document": document.pk, "job": job.pk},
    )
    return job


def order_seals(documents: Sequence[Document], *, by: User, at: datetime) -> tuple[list[Job], list[str]]:
    """
    Let the seal be put on several letters, each an act of its own; return the jobs and the refusals in words.

    Raises ActionRefused where nothing was chosen or more than a page.
    """
    if not documents:
        stop("请先勾选要签章的文书。")
    if len(documents) > SEAL_MOST:
        stop(f"一次最多签章{SEAL_MOST}份。")
    jobs, refusals = [], []
    for document in sorted(documents, key=lambda row: (row.application_id, row.pk)):
        try:
            jobs.append(order_seal(document, by=by, at=at))
        except permissions.ActionRefused as refusal:
            refusals.append(f"{document.number}：{refusal}")
    return jobs, refusals


@transaction.atomic
def order_seal_of_many(paper: OfMany, *, by: User, at: datetime) -> Job:
    """Let the seal be put on a public notice, a table of funds or a report, of no single case. Raises ActionRefused."""
    authority = Authority.objects.select_for_update().get(pk=paper.authority_id)
    paper = type(paper)._default_manager.select_for_update(of=("self",)).select_related("authority").get(pk=paper.pk)
    refuse_if(permissions.why_not_seal_of_many(by, paper))

    job = seals.ask(paper, by=by, at=at, payload={"officer": by.pk})
    words = f"{seals.title_of(paper)}{paper.number}"
    detail = {"job": job.pk, **seals.named(paper)}
    history.record_for_authority(authority, "order_seal", by=by, at=at, note=words, detail=detail)
    return job
