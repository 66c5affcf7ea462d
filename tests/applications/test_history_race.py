"""
Many processes append to one chain at the same moment: no fork, no gap, nothing refused.

The control takes the lock away, and then the chain's unique index refuses what the lock would have queued.
"""

import multiprocessing
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError

from applications import chains, history
from applications.models import Application, Status
from tests.factories import NOON, make_application

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
]

WRITERS, EACH = 8, 5


def write(pk, gate, answers, *, locked):
    """In a process of its own: append to the chain of a case; answer with what went wrong each time."""
    if not locked:
        history._hold = lambda event: None
        connection.ensure_connection()
        connection.transaction_mode = None  # SQLite: deferred, as Django has it by default
    gate.wait(timeout=60)
    for number in range(EACH):
        try:
            with transaction.atomic():
                case = Application.objects.get(pk=pk)
                history.record(case, "race", by=None, at=NOON + timedelta(seconds=number))
        except DatabaseError as error:
            answers.put(type(error).__name__)
        else:
            answers.put("")
    connections.close_all()


def race(case, *, locked):
    """Return the answers of all writers, which begin together."""
    fork = multiprocessing.get_context("fork")
    gate, answers = fork.Barrier(WRITERS), fork.Queue()
    connections.close_all()  # a connection must not be shared across a fork
    writers = [
        fork.Process(target=write, args=(case.pk, gate, answers), kwargs={"locked": locked}) for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    found = [answers.get(timeout=120) for _ in range(WRITERS * EACH)]
    for writer in writers:
        writer.join(30)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    return found


def test_writers_of_one_chain_queue_and_none_is_refused():
    case = make_application(Status.SUBMITTED)
    before = case.events.count()

    answers = race(case, locked=True)

    assert answers == [""] * (WRITERS * EACH)
    walk = chains.walk_all()
    assert (walk.breaks, case.events.count()) == ([], before + WRITERS * EACH)


def test_without_the_lock_the_index_refuses_a_fork():
    case = make_application(Status.SUBMITTED)
    before = case.events.count()

    answers = race(case, locked=False)

    refused = [name for name in answers if name]
    assert refused, "the control must fail, or the race proves nothing"
    assert set(refused) <= {"IntegrityError", "OperationalError"}
    assert case.events.count() == before + len(answers) - len(refused)
    assert chains.walk_all().breaks == []


def test_a_fork_is_what_the_walk_would_name():
    case = make_application(Status.SUBMITTED)
    links = [chains.link_of(event) for event in case.events.order_by("sequence")]
    twin = links[-1]._replace(note="a second writer after the same predecessor")
    twin = twin._replace(hash=chains.link_hash(twin))

    broken = chains.first_break([*links, twin])

    assert (broken.sequence, broken.what) == (twin.sequence, chains.GAP)


def test_an_event_outside_a_transaction_is_a_programming_error():
    case = make_application(Status.SUBMITTED)

    with pytest.raises(AssertionError, match="in the transaction of its change"):
        history.record(case, "test", by=None, at=NOON)


def test_who_forgot_to_lock_the_case_is_queued_by_the_record():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all")
    case = make_application(Status.SUBMITTED)
    with transaction.atomic():
        history.record(case, "test", by=None, at=NOON)
        fresh = connection.copy()
        try:
            with fresh.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
                with pytest.raises(DatabaseError, match="lock timeout"):
                    cursor.execute("SELECT 1 FROM applications_application WHERE id = %s FOR UPDATE", [case.pk])
        finally:
            fresh.close()
