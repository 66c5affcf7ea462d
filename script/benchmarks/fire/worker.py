"""T14: a worker that is killed while it makes papers; each of them is made exactly once. Mails are counted by T3a."""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator

from django.db import connections
from django.utils import timezone

from applications import tasks
from applications.models import Document, Job, Status
from applications.models.shapes import private_storage
from fire import store
from fire.fleet import Fleet
from fire.table import Line
from tests.factories import make_application

AFTER = 240.0  # seconds that the work may take after the last kill, on a machine that does other things too
PLAIN_FOR = 60.0  # seconds after which the control is looked at


def build(count: int) -> None:
    """Have one claim with many papers to be made."""
    case = make_application(Status.SUBMITTED)
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
    _, lost = work(max(3, options.kills // 3), "1", PLAIN_FOR)
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


def work(kills: int, plain: str, patience: float) -> tuple[int, int]:
    """Wake a worker for every job, kill it at seeded moments, and return (kills, jobs not done in time)."""
    chance = random.Random(kills)  # noqa: S311 - repeatable, not secret
    connections.close_all()
    with Fleet(web=False, extra={"FIRE_PLAIN": plain}) as fleet:
        tasks.run_job.app.conf.broker_url = fleet.services["worker"].environment["REDIS_URL"]
        for pk in Job.objects.order_by("pk").values_list("pk", flat=True):
            tasks.wake(pk)
        _until_something_is_done()
        while fleet.kills < kills and _left():
            time.sleep(chance.uniform(0.5, 4))
            fleet.kill("worker", chance)
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


def _until_something_is_done() -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not Job.objects.filter(state=Job.State.DONE).exists():
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
