"""
Putting the seal of an authority on its letters: when, with what it rests on, and what the history says of it.

Sealing takes up to seconds and may ask other services, so it happens in a worker and outside any transaction; only the
exchange of the bytes is one. Who decides that a letter is sealed is the setting `SEALING`: the house itself as soon as
a letter is made, or an officer of 审批.
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from applications import funds, history, papers, review_report
from applications.actions.system import system_user
from applications.documents import render
from applications.documents.funds import FundsLetter
from applications.documents.letter import Letter
from applications.documents.review import ReviewLetter
from applications.models import Application, Authority, Campaign, Document, Duty, FundsTable, Job, NoticeBatch, User
from applications.sealing import Description, SealFailed, place_of, sealer

AUTOMATIC = "automatic"
SEAL_FIELDS = ("signed_at", "signer", "certificate", "sealer")
CATCH_UP_MOST = 500  # letters of one hour: a worker seals more than one a second

# A letter of a case, or one of the authority over many: a public notice, a table of funds, the report of a review.
OfMany = NoticeBatch | FundsTable | Campaign
Paper = Document | OfMany
OPEN = (Job.State.QUEUED, Job.State.RUNNING)
OF_MANY: dict[str, type[OfMany]] = {"batch": NoticeBatch, "funds": FundsTable, "review": Campaign}


def sealed_by_the_house(paper: Paper) -> bool:
    """Whether a letter is sealed as it is made, without an officer."""
    return settings.SEALING == AUTOMATIC and paper.awaits_seal and not sealer().why_not(paper.authority)


def make(paper: Paper, *, requested_by: User, at: datetime) -> Paper:
    """
    Make a paper, with its seal where the house seals by itself; safe to call again.

    When sealing fails the paper is handed out as 待签章, and a job of its own tries again until the seal is on.
    """
    if not sealed_by_the_house(paper):
        return unsealed(paper, at=at)
    try:
        return seal(paper, by=None, at=at)
    except SealFailed as failure:
        made = unsealed(paper, at=at)
        ask(made, by=requested_by, at=at, reason=str(failure))
        return made


def unsealed(paper: Paper, *, at: datetime) -> Paper:
    """Make a paper without a seal, once: 待签章 where it is to bear one."""
    if isinstance(paper, Document):
        return papers.make(paper, at=at)
    if isinstance(paper, Campaign):
        return review_report.make(paper, at=at)
    return papers.make_batch(paper, at=at) if isinstance(paper, NoticeBatch) else funds.make(paper, at=at)


def final_letter_of(paper: Paper) -> Letter:
    """Return what a paper says in its final form, with room for the seal."""
    if isinstance(paper, Document):
        return papers.letter_of(paper, final=True)
    return replace(_letter_of_many(paper), signed=True)


def _letter_of_many(paper: OfMany) -> Letter:
    if isinstance(paper, Campaign):
        return ReviewLetter.from_content(paper.content)
    return papers.batch_letter(paper) if isinstance(paper, NoticeBatch) else FundsLetter.from_content(paper.content)


def named(paper: OfMany) -> dict[str, int]:
    """Return how a job names a paper that belongs to no case."""
    return {next(name for name, model in OF_MANY.items() if isinstance(paper, model)): paper.pk}


def title_of(paper: OfMany) -> str:
    """Return what kind of paper it is, in words."""
    return "年度复核报告" if isinstance(paper, Campaign) else str(paper._meta.verbose_name)


def paper_of(job: Job) -> Paper:
    """Return the paper that a job is about."""
    if job.document is not None:
        return job.document
    name = next(name for name in OF_MANY if name in job.payload)
    return OF_MANY[name]._default_manager.select_related("authority").get(pk=job.payload[name])


def ask(
    paper: Paper,
    *,
    by: User,
    at: datetime,
    payload: dict | None = None,
    reason: str = "",
) -> Job:
    """Queue the sealing of a letter, once: an open job for it is not doubled."""
    about: dict[str, Any] = {"document": paper}
    payload = payload or {}
    if not isinstance(paper, Document):
        about = {f"payload__{name}": key for name, key in named(paper).items()}
        payload |= named(paper)
    job, made = Job.objects.get_or_create(
        kind=Job.Kind.SEAL,
        state__in=OPEN,
        defaults={
            "state": Job.State.QUEUED,
            "requested_by": by,
            "requested_at": at,
            "error": reason[:300],
            "payload": payload,
        },
        **about,
    )
    if made:
        papers.enqueue(job)
    return job


def catch_up(now: datetime) -> int:
    """
    Ask again for seals that the house owes: a certificate came late, or a service was away for long.

    Returns how many letters were asked for.
    """
    if settings.SEALING != AUTOMATIC:
        return 0
    ready = [row.pk for row in Authority.objects.all() if not sealer().why_not(row)]
    asked = Job.objects.filter(kind=Job.Kind.SEAL, state__in=OPEN)
    unasked = Document.objects.awaiting_seal().filter(authority__in=ready).exclude(jobs__in=asked)
    rows: list[Paper] = [*unasked.order_by("pk")[:CATCH_UP_MOST]]
    for model in OF_MANY.values():
        rows += waiting(model).filter(authority__in=ready).order_by("pk")[: CATCH_UP_MOST - len(rows)]
    for row in rows:
        with transaction.atomic():
            ask(row, by=system_user(), at=now)
    return len(rows)


def waiting(model: type[OfMany]) -> QuerySet:
    """Return the papers of an authority over many cases that are made and not sealed yet."""
    return model._default_manager.filter(signed_at=None, sha256__isnull=False).select_related("authority")


def seal(paper: Paper, *, by: User | None, at: datetime) -> Paper:
    """
    Put the seal on a letter and let the sealed bytes take the place of those 待签章; a second run changes nothing.

    `by` is the officer who decided it, None where the house seals by itself. Raises SealFailed.
    """
    if not paper.awaits_seal:
        return paper
    authority = paper.authority
    letter = render.pdf(final_letter_of(paper))
    signed = sealer().seal(letter, authority=authority, place=place_of(letter))
    described = sealer().describe(authority)
    _prove(letter, signed, described)
    return _keep(paper, signed, described, by=by, at=at)


def _prove(letter: bytes, signed: bytes, described: Description) -> None:
    """Refuse a seal that is not what it says: who seals may be another program. Raises SealFailed."""
    from applications.sealing.signatures import signatures_of  # loads pyHanko  # noqa: PLC0415

    found = signatures_of(signed)
    whole = len(found) == 1 and found[0].holds and found[0].whole and signed.startswith(letter)
    if not whole or found[0].certificate != described.certificate:
        raise SealFailed("签章结果未通过核验，未予采用，请联系系统管理员。")


@transaction.atomic
def _keep(paper: Paper, data: bytes, described: Description, *, by: User | None, at: datetime) -> Paper:
    # The owner first, as every act locks it: an officer who orders a seal at this moment holds it and wants the paper.
    if isinstance(paper, Document):
        Application.objects.select_for_update(no_key=True).values_list("pk").get(pk=paper.application_id)
    else:
        Authority.objects.select_for_update(no_key=True).values_list("pk").get(pk=paper.authority_id)
    locked = type(paper)._default_manager.select_for_update(of=("self",)).get(pk=paper.pk)
    if locked.signed_at:
        return locked
    if draft := locked.file.name:
        storage = locked.file.storage
        transaction.on_commit(lambda: storage.delete(draft))
    locked.draft_sha256 = locked.sha256 or ""
    locked.file.save("letter.pdf", ContentFile(data), save=False)
    locked.sha256, locked.made_at = hashlib.sha256(data).hexdigest(), locked.made_at or at
    locked.signed_at, locked.signer, locked.certificate = at, described.signer, described.certificate
    locked.sealer = described.means[:60]
    locked.save(update_fields=["file", "sha256", "made_at", "draft_sha256", *SEAL_FIELDS])
    detail: dict[str, Any] = {"sha256": locked.sha256, "certificate": locked.certificate}
    if isinstance(locked, Document):
        words, duty = f"{locked.get_kind_display()}{locked.number}", Duty.APPROVE if by else ""
        detail |= {"document": locked.pk, "kind": locked.kind}
        history.record(locked.application, "seal", by=by, at=at, duty=duty, note=words, detail=detail)
    else:
        words = f"{title_of(locked)}{locked.number}"
        history.record_for_authority(locked.authority, "seal", by=by, at=at, note=words, detail=detail | named(locked))
    return locked
