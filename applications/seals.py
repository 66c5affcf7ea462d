"""
Putting the seal of an authority on its letters: when, with what it rests on, and what the history says of it.

Sealing takes up to seconds and may ask other services, so it happens in a worker and outside any transaction; only the
exchange of the bytes is one. Who decides that a letter is sealed is the setting `SEALING`: the house itself as soon as
a letter is made, or an officer of 审批.
"""

import hashlib
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from applications import history, papers
from applications.actions.system import system_user
from applications.documents import render
from applications.models import Authority, Document, Duty, Job, User
from applications.sealing import Description, SealFailed, place_of, sealer

AUTOMATIC = "automatic"
CATCH_UP_MOST = 500  # letters of one hour: a worker seals more than one a second


def sealed_by_the_house(document: Document) -> bool:
    """Whether a letter is sealed as it is made, without an officer."""
    return settings.SEALING == AUTOMATIC and document.awaits_seal and not sealer().why_not(document.authority)


def make(document: Document, *, requested_by: User, at: datetime) -> Document:
    """
    Make a paper, with its seal where the house seals by itself; safe to call again.

    When sealing fails the paper is handed out as 待签章, and a job of its own tries again until the seal is on.
    """
    if not sealed_by_the_house(document):
        return papers.make(document, at=at)
    try:
        return seal(document, by=None, at=at)
    except SealFailed as failure:
        made = papers.make(document, at=at)
        ask(made, by=requested_by, at=at, reason=str(failure))
        return made


def ask(document: Document, *, by: User, at: datetime, payload: dict | None = None, reason: str = "") -> Job:
    """Queue the sealing of a letter, once: an open job for it is not doubled."""
    job, made = Job.objects.get_or_create(
        kind=Job.Kind.SEAL,
        document=document,
        state__in=(Job.State.QUEUED, Job.State.RUNNING),
        defaults={
            "state": Job.State.QUEUED,
            "requested_by": by,
            "requested_at": at,
            "error": reason[:300],
            "payload": payload or {},
        },
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
    unasked = (
        Document.objects.awaiting_seal()
        .filter(authority__in=ready)
        .exclude(jobs__in=Job.objects.filter(kind=Job.Kind.SEAL, state__in=(Job.State.QUEUED, Job.State.RUNNING)))
    )
    rows = list(unasked.order_by("pk")[:CATCH_UP_MOST])
    for row in rows:
        with transaction.atomic():
            ask(row, by=system_user(), at=now)
    return len(rows)


def seal(document: Document, *, by: User | None, at: datetime) -> Document:
    """
    Put the seal on a letter and let the sealed bytes take the place of those 待签章; a second run changes nothing.

    `by` is the officer who decided it, None where the house seals by itself. Raises SealFailed.
    """
    if not document.awaits_seal:
        return document
    authority = document.authority
    letter = render.pdf(papers.letter_of(document, final=True))
    signed = sealer().seal(letter, authority=authority, place=place_of(letter))
    described = sealer().describe(authority)
    _prove(letter, signed, described)
    return _keep(document, signed, described, by=by, at=at)


def _prove(letter: bytes, signed: bytes, described: Description) -> None:
    """Refuse a seal that is not what it says: who seals may be another program. Raises SealFailed."""
    from applications.sealing.signatures import signatures_of  # loads pyHanko  # noqa: PLC0415

    found = signatures_of(signed)
    whole = len(found) == 1 and found[0].holds and found[0].whole and signed.startswith(letter)
    if not whole or found[0].certificate != described.certificate:
        raise SealFailed("签章结果未通过核验，未予采用，请联系系统管理员。")


@transaction.atomic
def _keep(document: Document, data: bytes, described: Description, *, by: User | None, at: datetime) -> Document:
    locked = Document.objects.select_for_update(of=("self",)).select_related("application").get(pk=document.pk)
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
    locked.save()
    detail = {"document": locked.pk, "kind": locked.kind, "sha256": locked.sha256, "certificate": locked.certificate}
    words = f"{locked.get_kind_display()}{locked.number}"
    duty = Duty.APPROVE if by else ""
    history.record(locked.application, "seal", by=by, at=at, duty=duty, note=words, detail=detail)
    return locked
