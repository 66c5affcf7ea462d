"""
Work in the background: thin, repeatable, and found again when a message or a worker is lost.

A Job is a row written with the change it belongs to. The message to the broker only wakes a worker; the sweep starts
what was not woken, or whose worker died, and sends mail that has not gone out.
"""

import hashlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from applications import (
    checking,
    deadlines,
    digests,
    dossier,
    packing,
    recovering,
    risk,
    seals,
    selfcheck,
    texts,
    wordings,
)
from applications.actions import delay, inspection
from applications.actions.intake import lapse
from applications.actions.settlement import call_all
from applications.models import Application, Campaign, Delivery, Job, Status, User
from applications.sealing import SealFailed

log = structlog.get_logger(__name__)

STALE = timedelta(minutes=2)
MAX_ATTEMPTS = 5
SWEEP_BATCH = 200
FIRST_RETRY, LAST_RETRY = timedelta(seconds=15), timedelta(hours=1)
MOST_TRIES = 200  # about eight days of a mail server that does not answer
TEXTS_FOR = 8.0  # seconds of a sweep that reading the texts of papers may take
FILES_FOR = 8.0  # and reading what else files say
BEAT = 1.0  # seconds between two notes of progress; a note for each paper would take longer than packing it


def wake(job_id: int) -> None:
    """Tell a worker about a job; without a broker the sweep will find it."""
    try:
        run_job.delay(job_id)
    except (OperationalError, OSError) as error:
        log.warning("broker_unreachable", job=job_id, error=type(error).__name__)


@shared_task
def run_job(job_id: int) -> None:
    """Run one job if nobody else is at it; safe to call twice."""
    job = _claim(job_id, timezone.now())
    if job is None:
        return
    try:
        RUNNERS[job.kind](job)
    except packing.NotOurs:
        log.info("job_left", job=job.pk)
        return
    except Exception as error:
        _fail(job, error)
        raise
    _ours(job).update(state=Job.State.DONE, finished_at=timezone.now(), error="")


@transaction.atomic
def _claim(job_id: int, now: datetime) -> Job | None:
    """Take a job that waits or whose worker went silent; a row lock keeps two workers apart."""
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, heartbeat_at__lt=now - STALE)
    job = Job.objects.select_for_update().filter(free, pk=job_id).first()
    if job is None:
        return None
    job.state, job.heartbeat_at, job.attempts = Job.State.RUNNING, now, job.attempts + 1
    job.save(update_fields=["state", "heartbeat_at", "attempts"])
    return job


def _fail(job: Job, error: Exception) -> None:
    """Put the job back for another try, or give up with a sentence that an operator can act on."""
    gone = job.attempts >= MAX_ATTEMPTS
    state = Job.State.FAILED if gone else Job.State.QUEUED
    ended = timezone.now() if gone else None
    # Officers read why a letter has no seal; everything else is for an operator.
    words = str(error) if isinstance(error, SealFailed) else f"{type(error).__name__}: {error}"
    _ours(job).update(state=state, finished_at=ended, error=words[:300])
    log.error("job_failed", job=job.pk, attempts=job.attempts, error=type(error).__name__)


def _ours(job: Job) -> QuerySet[Job]:
    """Return the job's row as long as it is this worker's: not cancelled, and not given to another one."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _beat(job: Job, current: int, **changes: Any) -> None:
    """Say how far the job is. Raises NotOurs when it was cancelled or another worker has it."""
    if not _ours(job).update(current=current, heartbeat_at=timezone.now(), **changes):
        raise packing.NotOurs


def _make_letter(job: Job) -> None:
    """Make the letter of a case, a public notice or a table of funds."""
    seals.make(seals.paper_of(job), requested_by=job.requested_by, at=timezone.now())
    _beat(job, 1)


def _seal_document(job: Job) -> None:
    """Put the seal on a letter, in the name of the officer who decided it, if one did."""
    officer = User.objects.filter(pk=job.payload.get("officer", 0)).first()
    seals.seal(seals.paper_of(job), by=officer, at=timezone.now())
    _beat(job, 1)


def _make_package(job: Job) -> None:
    """Pack the chosen papers into one file; how far it is is written at most once in `BEAT`, and with each piece."""
    if job.file:  # a worker that died between the file and the last word left it complete
        return
    beaten = time.monotonic()

    def note(current: int, **changes: Any) -> None:
        nonlocal beaten
        if changes or time.monotonic() - beaten > BEAT:
            _beat(job, current, **changes)
            beaten = time.monotonic()

    packing.pack(job, note=note)


def _make_review(job: Job) -> None:
    """Print the report of a yearly review that was closed, with its seal where the house seals by itself."""
    row = Campaign.objects.select_related("authority").get(pk=job.payload["campaign"])
    seals.make(row, requested_by=job.requested_by, at=timezone.now())
    _beat(job, 1)


def _make_preview(job: Job) -> None:
    """Show how a wording would look, with an invented case."""
    if not job.file:
        wordings.make_preview(job)
    _beat(job, 1)


def _make_dossier(job: Job) -> None:
    """Put one case together as a dossier that proves itself."""
    if not job.file:  # a worker that died between the file and the last word left it complete
        dossier.make(job, beat=lambda: _beat(job, 0), at=timezone.now())


RUNNERS: dict[str, Callable[[Job], None]] = {
    Job.Kind.DOCUMENT: _make_letter,
    Job.Kind.ARCHIVE: _make_package,
    Job.Kind.MERGED: _make_package,
    Job.Kind.BATCH: _make_letter,
    Job.Kind.DOSSIER: _make_dossier,
    Job.Kind.SEAL: _seal_document,
    Job.Kind.FUNDS: _make_letter,
    Job.Kind.PREVIEW: _make_preview,
    Job.Kind.REVIEW: _make_review,
}


@shared_task
def sweep() -> None:
    """Start what waits, send what is unsent, end what was never answered, remind of limits. Runs every few seconds."""
    now = timezone.now()
    waiting = Q(state=Job.State.QUEUED, requested_at__lt=now - timedelta(seconds=5))
    silent = Q(state=Job.State.RUNNING, heartbeat_at__lt=now - STALE)
    for job_id in Job.objects.filter(waiting | silent).order_by("pk").values_list("pk", flat=True)[:SWEEP_BATCH]:
        run_job.delay(job_id)
    for delivery in _due_mail(now):
        send(delivery)
    today = timezone.localdate()
    overdue = Application.objects.filter(status=Status.CORRECTING, due_on__lt=today)
    for application in overdue[:SWEEP_BATCH]:
        lapse(application, at=now)
    deadlines.accept_overdue(now)
    deadlines.break_promises(now)
    for clock in delay.to_remind(today)[:SWEEP_BATCH]:
        delay.remind(clock, at=now)
    for demand in inspection.to_remind(today)[:SWEEP_BATCH]:
        inspection.remind(demand, at=now)
    call_all(now)
    read_texts()
    read_files()
    risk.look_at_stale(now)


def _due_mail(now: datetime) -> QuerySet[Delivery]:
    """Return unsent mail whose next try has come."""
    waiting = Delivery.objects.filter(sent_at=None, attempts__lt=MOST_TRIES)
    return waiting.filter(Q(retry_at=None) | Q(retry_at__lte=now)).select_related("person").order_by("pk")[:SWEEP_BATCH]


def read_texts() -> None:
    """Read the text layers of papers handed in since, for as long as a sweep may take; the next one goes on."""
    began = time.monotonic()
    for evidence in texts.waiting()[:SWEEP_BATCH]:
        if time.monotonic() - began > TEXTS_FOR:
            return
        texts.read(evidence, at=timezone.now())
        checking.text_was_read(evidence, at=timezone.now())


def read_files() -> None:
    """Read what files say besides their text, for as long as a sweep may take; the next one goes on."""
    from applications.risk import reading  # loads numpy, pdfium and Pillow, which only the worker needs  # noqa: PLC0415

    began = time.monotonic()
    for evidence in reading.waiting()[:SWEEP_BATCH]:
        if time.monotonic() - began > FILES_FOR:
            return
        reading.read(evidence, at=timezone.now())
        risk.file_was_read(evidence, at=timezone.now())


def send(delivery: Delivery) -> None:
    """
    Send one mail at least once; the Message-ID is the row's, so that a repeat is recognised as one.

    A server that does not take it is asked again after a quarter of a minute, then after twice as long each time, at
    most an hour.
    """
    domain = hashlib.sha256(settings.PUBLIC_BASE_URL.encode()).hexdigest()[:12]
    mail = EmailMessage(
        subject=f"【算力奖补平台】{delivery.subject}",
        body=f"{delivery.person.name}：\n\n{delivery.text}\n\n请登录 {settings.PUBLIC_BASE_URL} 查看。\n",
        to=[delivery.person.email],
        headers={"Message-ID": f"<delivery-{delivery.pk}@{domain}.invalid>"},
    )
    try:
        mail.send()
    except OSError as error:
        again = timezone.now() + min(FIRST_RETRY * 2 ** min(delivery.attempts, 10), LAST_RETRY)
        Delivery.objects.filter(pk=delivery.pk).update(
            attempts=F("attempts") + 1, error=type(error).__name__, retry_at=again
        )
        return
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=timezone.now(), attempts=F("attempts") + 1, error="")


# Acknowledged at its start and with hours of time: files of years are read, and the broker must not deliver it again.
@shared_task(acks_late=False, soft_time_limit=6 * 3600, time_limit=6 * 3600 + 60)
def nightly() -> None:
    """
    Close the days that are over and check the whole house once a day. Safe to call at any hour.

    Called every hour from just after midnight on, so that a machine that was off makes up for it when it is back.
    """
    now = timezone.now()
    digests.catch_up(now)
    dossier.drop_old(now)
    seals.catch_up(now)
    packing.drop_old(now)
    recovering.let_run_out(now)
    if selfcheck.is_due(now):
        selfcheck.run(now)
