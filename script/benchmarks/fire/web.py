"""T1 by HTTP: many approvals of which all but the last byte has been sent, and the last ones at one instant."""

import argparse
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.db import connections
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, Duty, Status, User
from fire import store
from fire.fleet import Fleet, browser_of, form_of
from fire.races import ROOM, build_pool, overspent
from fire.table import Line

Answer = tuple[int, float]


def run(options: argparse.Namespace) -> Iterator[Line]:
    """T1 by HTTP: a pool with room for ten, at gunicorn as it serves."""
    build_pool(options.crowd, timezone.now() - timedelta(minutes=5))  # else the step of all of them is late
    cases = list(Application.objects.filter(status=Status.PROPOSED).order_by("pk").values_list("pk", flat=True))
    people = User.objects.filter(postings__duty=Duty.APPROVE).order_by("pk")
    browsers = [browser_of(person) for person in people]
    store.take_picture("web")
    wrong, times = [], []
    for seed in range(options.seeds):
        store.put_back("web")
        with Fleet() as fleet:
            found = release(fleet.port, list(zip(cases, browsers, strict=True)), seed)
        answers = Counter(status for status, _ in found)
        times += [seconds for _, seconds in found]
        right = answers == {302: len(cases)}  # in public notice or in the queue
        what = "; ".join(filter(None, ["" if right else str(dict(answers)), overspent(), *map(str, store.broken())]))
        wrong += [what] if what else []
        connections.close_all()
    times.sort()
    yield Line(
        "T1h",
        f"{len(cases)} approvals by HTTP, last bytes within 2 ms, room for {ROOM}",
        f"{options.seeds - len(wrong)}/{options.seeds} rounds: {ROOM} noticed, {len(cases) - ROOM} queued; "
        f"p99 {times[int(len(times) * 0.99)]:.1f} s, load {store.load()}",
        "all",
        "as T1, without locks",
        not wrong,
        wrong,
    )


def release(port: int, presses: list[tuple[int, dict[str, str]]], seed: int) -> list[Answer]:
    """Send each request but for its last byte, let all go in seeded order, and return (status, seconds) of each."""
    lines = [_all_but_one_byte(port, pk, cookies) for pk, cookies in presses]
    time.sleep(1)
    order = list(range(len(lines)))
    random.Random(seed).shuffle(order)  # noqa: S311 - repeatable, not secret
    answers: dict[int, Answer] = {}

    def read(place: int, began: float) -> None:
        head = lines[place][0].recv(65536)
        answers[place] = (int(head.split(b" ", 2)[1]) if head else 0, time.monotonic() - began)
        lines[place][0].close()

    began = time.monotonic()
    for place in order:
        lines[place][0].sendall(lines[place][1])
    readers = [threading.Thread(target=read, args=(place, began)) for place in order]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(120)
    return [answers.get(place, (0, 120.0)) for place in range(len(lines))]


def _all_but_one_byte(port: int, pk: int, cookies: dict[str, str]) -> tuple[socket.socket, bytes]:
    body, headers = form_of(cookies, {}, f"key-{pk}")
    url = reverse("console:case_endorse", args=[pk])
    head = "\r\n".join([f"POST {url} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"])
    head += "".join(f"\r\n{name}: {value}" for name, value in headers.items()) + "\r\n\r\n"
    line = socket.create_connection(("127.0.0.1", port), 120)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.sendall(head.encode() + body[:-1])
    return line, body[-1:]
