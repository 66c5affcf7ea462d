"""
T3 (c): the database dies at once (`immediate`: nobody is asked, nothing is written) while acts are being committed.

Whatever was answered has to be there after the restart. The control lets commits be answered before they are on the
disk, which the portal refuses to start with (`portal.E001`).
"""

import argparse
import multiprocessing
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import postgres
from django.db import connection, connections, transaction
from django.utils import timezone

from applications import chains, history
from applications.models import Application, Event, Status
from fire import store
from fire.table import Line
from tests.factories import make_application

WRITERS = 4


def run(options: argparse.Namespace) -> Iterator[Line]:
    """T3 (c): crash the server again and again while four writers append to four histories."""
    for number in range(WRITERS):
        make_application(Status.SUBMITTED, subject=f"中心{number}")
    server = _Server(Path(str(connection.settings_dict["HOST"])))
    try:
        good = [crash(server, seed, "on") for seed in range(options.kills)]
        control = [crash(server, seed, "off") for seed in range(max(3, options.kills // 3))]
    finally:
        server.end()
    lost, answered = sum(count for count, _, _ in good), sum(count for _, count, _ in good)
    faults = [text for _, _, texts in good for text in texts]
    forgot = sum(count > 0 for count, _, _ in control)
    yield Line(
        "T3c",
        f"{len(good)} immediate stops of PostgreSQL under {WRITERS} writers",
        f"{lost} of {answered} answered acts lost, {len(faults)} faults",
        "0",
        f"synchronous_commit=off lost some in {forgot} of {len(control)}",
        not lost and not faults and forgot > 0,
        faults,
    )


class _Server:
    """The server of this run, which is killed and started again as it was started."""

    def __init__(self, place: Path):
        self.place, self.process = place, None
        pid = self._pid()
        self.command = [part.decode() for part in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if part]

    def _pid(self) -> int:
        return int((self.place / "data" / "postmaster.pid").read_text().split()[0])

    def crash(self) -> None:
        """Stop it as `pg_ctl stop -m immediate` does."""
        pid = self._pid()
        os.kill(pid, signal.SIGQUIT)
        while True:
            if self.process:
                self.process.poll()
            state = Path(f"/proc/{pid}/stat")
            if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
                return
            time.sleep(0.02)

    def start(self) -> None:
        """Start it again; it recovers from its log."""
        (self.place / "data" / "postmaster.pid").unlink(missing_ok=True)
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **postgres._as_user(self.place)
            )
        postgres._wait(self.place, self.process)

    def end(self) -> None:
        """Stop the last one politely."""
        if self.process:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
            self.process.kill()


def crash(server: _Server, seed: int, synchronous: str) -> tuple[int, int, list[str]]:
    """Return (answered acts that are gone, answered acts, other faults) of one crash."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()
    cases = list(Application.objects.order_by("pk").values_list("pk", flat=True))
    connections.close_all()
    writers = [fork.Process(target=_write, args=(pk, answers, synchronous), daemon=True) for pk in cases]
    for writer in writers:
        writer.start()
    answered: list[Any] = [answers.get() for _ in range(WRITERS)]  # all are at it
    time.sleep(chance.uniform(0.2, 1.5))
    server.crash()
    for writer in writers:
        writer.join(30)
    while not answers.empty():
        answered.append(answers.get())
    server.start()
    standing = set(Event.objects.values_list("application_id", "sequence"))
    gone = [place for place in answered if tuple(place) not in standing]
    faults = [str(fault) for fault in chains.walk_all().breaks]
    faults += [f"{name}={count}" for name, count in store.broken().items()]
    connections.close_all()
    return len(gone), len(answered), faults


def _write(pk: int, answers: Any, synchronous: str) -> None:
    """Append to the history of a case until the server is gone; say each link once it is committed."""
    with suppress(Exception):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('synchronous_commit', %s, false)", [synchronous])
        while True:
            with transaction.atomic():
                case = Application.objects.select_for_update().get(pk=pk)
                event = history.record(case, "fire", by=None, at=timezone.now())
            answers.put((pk, event.sequence))
