"""Many processes at one instant: each on a connection of its own, released by a barrier, scattered by a seed."""

import multiprocessing
import random
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.db import connection, connections
from django.db.models import QuerySet

from applications import history
from applications.permissions import ActionRefused

SCATTER = 0.002  # seconds within which all begin
PATIENCE = 240.0

Act = Callable[[], object]


def at_once(acts: Sequence[Act], seed: int, before: Act | None = None) -> list[tuple[str, float]]:
    """
    Do all acts in processes that begin together; return (answer, seconds) of each, in the order of the acts.

    An answer is "done", "refused" or the name of an error. `before` runs in each process first: what a control breaks.
    """
    fork = multiprocessing.get_context("fork")
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    gate, answers = fork.Barrier(len(acts)), fork.SimpleQueue()
    connections.close_all()  # a connection must not be shared across a fork
    waits = [chance.uniform(0, SCATTER) for _ in acts]
    people = [
        fork.Process(target=_one, args=(number, act, wait, gate, answers, before), daemon=True)
        for number, (act, wait) in enumerate(zip(acts, waits, strict=True))
    ]
    for person in people:
        person.start()
    found = dict(answers.get() for _ in people)
    for person in people:
        person.join(PATIENCE)
    return [found[number] for number in range(len(acts))]


def _one(number: int, act: Act, wait: float, gate: Any, answers: Any, before: Act | None) -> None:
    answer, began = "never began", time.monotonic()
    with suppress(Exception):
        if before:
            before()
        connection.ensure_connection()
        gate.wait(PATIENCE)
        time.sleep(wait)
        began = time.monotonic()
        answer = _answer(act)
    answers.put((number, (answer, time.monotonic() - began)))
    connections.close_all()


def _answer(act: Act) -> str:
    try:
        act()
    except ActionRefused:
        return "refused"
    except Exception as error:  # noqa: BLE001 - whatever else comes out is what a person would see as a fault
        if type(error).__name__ not in {"OperationalError", "IntegrityError"}:
            traceback.print_exc()
        return type(error).__name__
    return "done"


def without_locks() -> None:
    """Break what keeps acts apart: row locks, or SQLite's IMMEDIATE transaction. For controls."""
    QuerySet.select_for_update = lambda self, *args, **kwargs: self  # type: ignore[method-assign]
    history._hold = lambda event: None
    connection.ensure_connection()
    connection.transaction_mode = None  # type: ignore[attr-defined] # SQLite: deferred, Django's default
