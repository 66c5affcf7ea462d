"""
T3 (b): a process that dies at every single write of a money request, before and after its commit.

The request runs whole, with every middleware, in a forked process that kills itself; afterwards nothing of it may
stand, or all of it. Then the same request is sent again with its key and has to act exactly once.
"""

import argparse
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import history
from applications.models import Application, Document, Duty, Event, Instalment, Payment, Status, User
from fire import store
from fire.table import Line
from tests.factories import check_account, make_application, make_officer
from tests.portal.world import rows_of_the_case

WRITES = ("INSERT", "UPDATE", "DELETE")
MOST = 200  # writes of one request


@dataclass(frozen=True)
class Press:
    """One request that moves money: whose, where, with which words, and which act it leaves in the history."""

    name: str
    duty: str
    act: str
    address: Callable[[Application], str]
    words: Callable[[Application], dict[str, str]]


def _payment(case: Application) -> int:
    return Payment.objects.filter(instalment__award__application=case).latest("pk").pk


def _instalment(case: Application) -> int:
    return Instalment.objects.filter(award__application=case).latest("pk").pk


def _voucher(case: Application) -> dict[str, str]:
    return {"paid_on": timezone.localdate().isoformat(), "voucher_number": "凭证1"}


ROAD = (
    Press("endorse", Duty.APPROVE, "endorse", lambda c: reverse("console:case_endorse", args=[c.pk]), lambda c: {}),
    Press("grant", Duty.APPROVE, "grant", lambda c: reverse("console:case_grant", args=[c.pk]), lambda c: {}),
    Press(
        "record a payment",
        Duty.PAY,
        "record_payment",
        lambda c: reverse("finance_record", args=[_instalment(c)]),
        _voucher,
    ),
    Press(
        "confirm a payment",
        Duty.COUNTERSIGN,
        "confirm_payment",
        lambda c: reverse("finance_confirm", args=[_payment(c)]),
        lambda c: {},
    ),
)


def _browser() -> Client:
    """Return a browser at the portal's own address; the test client's usual one is refused."""
    return Client(headers={"host": "127.0.0.1:8000"})


def run(options: argparse.Namespace) -> Iterator[Line]:
    """T3 (b): kill each request of money at each of its writes."""
    before = timezone.now() - timedelta(minutes=5)
    case = make_application(Status.PROPOSED, at=before)  # now, else its step is late
    check_account(case.applicant, at=before)
    people = {duty: make_officer(duty) for duty in (Duty.APPROVE, Duty.PAY, Duty.COUNTERSIGN)}
    store.take_picture("road")
    kills, faults = _walk(case, people, None)
    store.put_back("road")
    _, red = _walk(case, people, _no_transaction)
    yield Line(
        "T3b",
        f"SIGKILL inside every write and around every commit of {len(ROAD)} money requests",
        f"{kills} kills, {len(faults)} faults, each request acted once when sent again",
        "0",
        f"without a transaction {len(red)} faults: {red[0] if red else '-'}"[:90],
        not faults and bool(red),
        faults,
    )


def _walk(case: Application, people: dict[str, User], broken: Callable[[ExitStack], None] | None) -> Any:
    """Go through the road, killing; return (kills, what was wrong). A control stops at the first request."""
    kills, faults = 0, []
    for press in ROAD:
        client = _browser()
        client.force_login(people[press.duty])
        url, words = press.address(case), press.words(case) | {"idempotency_key": f"key-{press.name}"}
        before = rows_of_the_case()
        for place in range(MOST):
            ended = _in_a_child(lambda place=place: _send(client, url, words, place, broken))  # noqa: B023
            if ended is not None:  # it went through: there is no write of that number
                break
            kills += 1
            store.wait_until_alone()
            if rows_of_the_case() != before:
                faults.append(f"{press.name}: half of it stands after write {place + 1}")
                if broken:
                    return kills, faults
        else:
            faults.append(f"{press.name} never ends")
        again = client.post(url, words)
        if [ended, again.status_code] != [302, 302]:
            said = (again.context or {}).get("refusal", "")
            faults.append(f"{press.name}: answered {ended} and {again.status_code}: {said}")
            return kills, faults
        if (acted := Event.objects.filter(application=case, action=press.act).count()) != 1:
            faults.append(f"{press.name}: acted {acted} times")
        faults += [f"{press.name}: {name}={count}" for name, count in store.broken().items()]
        kills += 1
        faults += _killed_after_the_commit(case, press, people)
    if Document.objects.filter(application=case, kind=Document.Kind.NOTICE).count() != 1:
        faults.append("not exactly one notice")
    return kills, faults


def _killed_after_the_commit(case: Application, press: Press, people: dict[str, User]) -> list[str]:
    """Answer nothing although the act stands: put the state before back is not possible, so a key is asked again."""
    client = _browser()
    client.force_login(people[press.duty])
    before = Event.objects.filter(application=case).count()
    again = client.post(press.address(case), press.words(case) | {"idempotency_key": f"key-{press.name}"})
    after = Event.objects.filter(application=case).count()
    return [] if (again.status_code, after) == (302, before) else [f"{press.name}: sent again it acted again"]


def _in_a_child(act: Callable[[], int]) -> int | None:
    """Run in a forked process; return what it answered, None when it died."""
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(act()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    said = os.read(reading, 100)
    os.close(reading)
    os.waitpid(child, 0)
    return int(said) if said else None


def _send(client: Client, url: str, words: dict[str, str], place: int, broken: Any) -> int:
    """Post, and die right after the write of that number; the commit counts as the last one, dying before it."""
    seen = 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def after_each_write(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        done = execute(sql, params, many, context)
        if sql.lstrip().upper().startswith(WRITES) and "django_session" not in sql:
            seen += 1
            if seen > place:
                die()
        return done

    with ExitStack() as stack:
        if broken:
            broken(stack)
        stack.enter_context(connection.execute_wrapper(after_each_write))
        return client.post(url, words).status_code


def _no_transaction(stack: ExitStack) -> None:
    """Let every write stand by itself."""
    stack.enter_context(patch.object(transaction.Atomic, "__enter__", lambda self: None))
    stack.enter_context(patch.object(transaction.Atomic, "__exit__", lambda self, *error: None))
    stack.enter_context(patch.object(history, "_hold", lambda event: None))
    stack.enter_context(patch("django.db.models.QuerySet.select_for_update", lambda self, *a, **k: self))
