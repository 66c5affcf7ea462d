"""
T14: a worker that is killed while it makes papers, and T14z: while it packs them into one file.

Each paper is made exactly once, and the package is whole and there once. Mails are counted by T3a.
"""

import argparse
import random
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator

from django.db import connections
from django.utils import timezone

from applications import tasks
from applications.actions import packing
from applications.models import Document, Duty, Job, Status
from applications.models.shapes import private_storage
from fire import store
from fire.fleet import Fleet
from fire.table import Line
from tests.factories import NOON, make_application, make_officer

AFTER = 240.0  # seconds that the work may take after the last kill, on a machine that does other things too
PLAIN_FOR = 60.0  # seconds after which the control is looked at


def build(count: int) -> None:
    """Have one claim with many papers to be made."""
    case = make_application(Status.SUBMITTED, at=timezone.now())  # else the sweep takes it in by silence
    first = case.documents.get()
    job = Job.objects.get(document=first)
    for number in range(2, count + 1):
        paper = Document.objects.create(
            application=case,
            authority=first.authority,
            kind=first.kind,
            year=first.year,
            sequence=first.sequence + number,
            number=f"{first.number}之{number}",
            code=f"FIRE{number:08d}",
            content=first.content,
            issued_at=first.issued_at,
        )
        Job.objects.create(
            kind=Job.Kind.DOCUMENT, document=paper, requested_by=job.requested_by, requested_at=timezone.now()
        )


def run(options: argparse.Namespace) -> Iterator[Line]:
    """T14: kill the worker again and again until its work is done."""
    build(options.jobs)
    store.take_picture("jobs")
    began = time.monotonic()
    kills, left = work(options.kills, "", AFTER)
    seconds = time.monotonic() - began
    faults = ([f"{left} jobs are not done"] if left else []) + what_is_wrong()
    again = Job.objects.filter(attempts__gt=1).count()
    files = Counter(row.file.name for row in Document.objects.exclude(file=""))
    stored = sum(1 for place in store.folder().glob("documents/**/*") if place.is_file())

    store.put_back("jobs")
    _, lost = work(options.kills, "1", PLAIN_FOR)
    yield Line(
        "T14",
        f"{options.jobs} papers, worker killed {kills} times",
        f"{sum(files.values())} made, each once, {again} begun again, {stored - len(files)} spare files; "
        f"{seconds:.0f} s, load {store.load()}",
        f"{options.jobs}, 0 lost",
        f"without sweep and late acknowledgement {lost} lost",
        not faults and lost > 0,
        faults,
    )


def run_zip(options: argparse.Namespace) -> Iterator[Line]:
    """T14z: kill the worker while it packs many letters; the package is finished once and holds each of them."""
    build(options.letters)
    Job.objects.all().delete()  # the letters are made as they are packed
    first = Document.objects.select_related("authority").earliest("pk")
    keys = list(Document.objects.values_list("pk", flat=True))
    packing.order(first.authority, keys, kind=Job.Kind.ARCHIVE, by=make_officer(Duty.PAY), at=NOON)
    store.take_picture("package")
    began = time.monotonic()
    kills, left = work(options.kills, "", 2 * AFTER, begun=_packing)
    seconds = time.monotonic() - began
    job = Job.objects.get(kind=Job.Kind.ARCHIVE)
    others = Job.objects.exclude(pk=job.pk).values_list("kind", flat=True)
    faults = [f"a job of kind {kind} has come up" for kind in others]
    faults += (["the package is not done"] if left else _wrong_in_the_package(job)) + what_is_wrong()
    results = sum(1 for place in store.folder().glob("results/**/*") if place.is_file())
    faults += [f"{results} files where one package is"] if results != 1 else []

    store.put_back("package")
    _, lost = work(options.kills, "1", PLAIN_FOR, begun=_packing)
    yield Line(
        "T14z",
        f"one package of {options.letters} letters, worker killed {kills} times",
        f"done once with {options.letters} entries at attempt {job.attempts}; {seconds:.0f} s, load {store.load()}",
        "once, whole",
        "without sweep and late acknowledgement " + ("never done" if lost else "done all the same"),
        not faults and lost > 0,
        faults,
    )


def _packing() -> bool:
    return Job.objects.filter(current__gt=0).exists()


def _wrong_in_the_package(job: Job) -> list[str]:
    with job.file.open("rb") as file, zipfile.ZipFile(file) as package:
        names = package.namelist()
        broken = package.testzip()
    wrong = [f"{len(names)} entries, {len(set(names))} names"] if len(set(names)) != len(names) else []
    wrong += [f"{len(names)} entries"] if len(names) != len(job.payload["documents"]) else []
    return wrong + ([f"{broken} is broken"] if broken else [])


def _something_is_done() -> bool:
    return Job.objects.filter(state=Job.State.DONE).exists()


def work(kills: int, plain: str, patience: float, *, begun: Callable[[], bool] = _something_is_done) -> tuple[int, int]:
    """
    Wake a worker for every job, kill it at seeded moments once the work has begun.

    Returns (kills, jobs not done in time).
    """
    chance = random.Random(kills)  # noqa: S311 - repeatable, not secret
    connections.close_all()
    with Fleet(web=False, extra={"FIRE_PLAIN": plain}) as fleet:
        # A connection of its own: those that are kept lead to the broker of the run before, and wake nobody.
        broker = fleet.services["worker"].environment["REDIS_URL"]
        with tasks.run_job.app.connection_for_write(broker) as line:
            for pk in Job.objects.order_by("pk").values_list("pk", flat=True):
                tasks.run_job.apply_async([pk], connection=line)
        _until(begun)
        while fleet.kills < kills and _left():
            time.sleep(chance.uniform(0.5, 4))
            fleet.kill("worker" if plain else chance.choice(["worker", "worker", "beat"]), chance)
            for _ in range(40):
                fleet.revive()
                if fleet.services["worker"].alive():
                    break
                time.sleep(0.1)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and _left():
            fleet.revive()
            time.sleep(0.5)
        return fleet.kills, _left()


def _left() -> int:
    return Job.objects.exclude(state=Job.State.DONE).count()


def _until(begun: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not begun():
        time.sleep(0.2)


def what_is_wrong() -> list[str]:
    """Return papers that were not made or differ from their hash, jobs that do not say so, and broken invariants."""
    storage = private_storage()
    faults = []
    for paper in Document.objects.all():
        if not paper.file or not storage.exists(paper.file.name):
            faults.append(f"{paper.number} was not made")
    unfinished = Job.objects.filter(finished_at=None).count()
    faults += [f"{unfinished} jobs without an end"] if unfinished else []
    return faults + [f"{name}={count}" for name, count in store.broken(files=True).items()]
