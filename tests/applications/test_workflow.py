"""The table of a case's life, read as a program would read it."""

import itertools
from pathlib import Path

from applications import permissions
from applications.models import Status
from applications.workflow import EDITABLE, ENDED, EXITS, LENGTHS, NEXT, ROAD, TURN, VERBS, diagram


def test_every_status_has_its_exits_written_down():
    assert EXITS.keys() == set(Status)
    assert all(exits <= set(Status) for exits in EXITS.values())


def test_every_status_can_be_reached_from_a_draft():
    reached, grown = {Status.DRAFT}, True
    while grown:
        found = reached | {target for status in reached for target in EXITS[status]}
        grown, reached = found != reached, found
    assert reached == set(Status)


def test_every_status_leads_to_an_end():
    ending, grown = set(ENDED), True
    while grown:
        found = ending | {status for status in Status if EXITS[status] & ending}
        grown, ending = found != ending, found
    assert ending == set(Status)


def test_the_road_follows_the_table():
    assert all(there in EXITS[here] for here, there in itertools.pairwise(ROAD))


def test_only_a_recovery_or_a_return_leaves_what_was_granted():
    # Money that the bank sends back after all makes the case wait for payment again.
    assert EXITS[Status.CLOSED] == {Status.GRANTED, Status.REVOKED}
    assert EXITS[Status.PAID] == {Status.CLOSED, Status.GRANTED, Status.REVOKED}
    assert EXITS[Status.GRANTED] == {Status.PAID, Status.REVOKED}


def test_every_status_says_what_comes_next():
    assert NEXT.keys() == set(Status)


def test_no_clock_or_turn_for_an_ended_case():
    assert not LENGTHS.keys() & ENDED
    assert not {status for turn in TURN.values() for status in turn} & ENDED
    assert set(EDITABLE) == {Status.DRAFT, Status.CORRECTING}


def test_every_desk_verb_has_its_why_not():
    names = {"return_": "return", "pay": "review_payment", "resubmit": "submit"}
    absent = {"lapse", "breach", "revoke", "restore"}  # by the system alone, by a recovery decision or its fall
    for verb in VERBS.keys() - absent:
        assert callable(getattr(permissions, f"why_not_{names.get(verb, verb)}"))


def test_docs_show_the_table():
    page = (Path(__file__).resolve().parents[2] / "docs" / "workflow.md").read_text()
    assert page.split("stateDiagram-v2\n")[1].split("\n```")[0] == diagram()
