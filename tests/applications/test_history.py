"""The hash chain: intact on the whole road, and broken at the row that somebody touched."""

import random
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from applications import chains, guards, history
from applications.history import first_broken_link
from applications.models import Authority, Duty, Event, Status
from tests.factories import NOON, make_application, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain():
    """Return the events of a paid case, with the triggers off so that the attacks get through."""
    application = make_application(Status.PAID)
    guards.remove(connection)
    yield application.events.order_by("sequence")
    guards.install(connection)


def test_whole_road_is_one_unbroken_chain(capsys):
    make_application(Status.CLOSED)

    call_command("verify_history")

    assert capsys.readouterr().out.startswith("完整：")


@pytest.mark.parametrize(
    "change",
    [{"note": "改过"}, {"detail": {"amount_fen": 1}}, {"by": None}, {"action": "grant"}, {"previous_hash": "0" * 64}],
)
def test_edited_row_is_named(chain, change):
    chain.filter(sequence=5).update(**change)

    assert first_broken_link(chain.all()).sequence == 5


def test_deleted_row_shows_at_the_gap(chain):
    chain.get(sequence=5).delete()

    assert first_broken_link(chain.all()).sequence == 6


def test_swapped_rows_show(chain):
    fifth, sixth = chain.get(sequence=5), chain.get(sequence=6)
    Event.objects.filter(pk=fifth.pk).update(sequence=1000)
    Event.objects.filter(pk=sixth.pk).update(sequence=5)
    Event.objects.filter(pk=fifth.pk).update(sequence=6)

    assert first_broken_link(chain.all()).sequence == 5


def test_command_names_the_broken_link(chain, capsys):
    chain.filter(sequence=3).update(note="改过")

    with pytest.raises(SystemExit):
        call_command("verify_history")

    assert "第3条" in capsys.readouterr().out


def walked():
    """Return the breaks of all chains, as (chain, sequence, what)."""
    return [(broken.chain, broken.sequence, broken.what) for broken in chains.walk_all().breaks]


def test_command_says_what_is_wrong_with_each_broken_chain(chain, capsys):
    other = make_application(Status.SUBMITTED)
    chain.filter(sequence=3).update(note="改过")
    other.events.get(sequence=2).delete()
    name, other_name = chain[0].chain, other.events.first().chain

    with pytest.raises(SystemExit):
        call_command("verify_history")

    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if name in line).endswith("：内容与摘要不符")
    assert next(line for line in lines if other_name in line).endswith("：序号不连续")
    assert lines[-1] == "共 2 处断点；每条链只列出第一处。"


def test_walk_counts_chains_and_links():
    make_application(Status.SUBMITTED)

    walk = chains.walk_all()

    assert (walk.chains, walk.events, walk.breaks) == (
        Event.objects.values("chain").distinct().count(),
        Event.objects.count(),
        [],
    )


def test_detail_is_hashed_as_it_is_read_back():
    officer = make_officer(Duty.POLICY)
    authority = Authority.objects.get(code="xinxing")

    history.record_for_authority(authority, "test", by=officer, at=NOON, detail={9: "九", 10: "十"})

    assert Event.objects.get(action="test").detail == {"10": "十", "9": "九"}
    assert walked() == []


# ---- property-style: whatever is touched is found, at its place or right behind it

TEXTS = ("action", "before", "after", "duty", "note", "previous_hash", "hash")


def flip_one_bit(rng, events):
    """Change one bit of one column of one row; return the row's place."""
    event = rng.choice(events)
    column = rng.choice([*TEXTS, "at", "detail", "by"])
    if column == "at":
        event.at += timedelta(microseconds=1)
    elif column == "detail":
        event.detail = {**event.detail, "sum": event.detail.get("sum", 0) ^ (1 << rng.randrange(30))}
    elif column == "by":
        event.by = None if event.by_id else make_officer(Duty.AUDIT)
    else:
        text = getattr(event, column) or " "
        place = rng.randrange(len(text))
        setattr(event, column, text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :])
    Event.objects.filter(pk=event.pk).update(**{column: getattr(event, column)})
    return event.sequence


def swap_two_rows(rng, events):
    """Exchange the places of two rows; return the earlier place."""
    first, second = sorted(rng.sample(events, 2), key=lambda event: event.sequence)
    Event.objects.filter(pk=first.pk).update(sequence=100_000)
    Event.objects.filter(pk=second.pk).update(sequence=first.sequence)
    Event.objects.filter(pk=first.pk).update(sequence=second.sequence)
    return first.sequence


def delete_inside(rng, events):
    """Delete a row that is not the last; return the place of the one behind it."""
    event = rng.choice(events[:-1])
    Event.objects.filter(pk=event.pk)._raw_delete("default")  # what was told about it does not stop SQL before a commit
    return event.sequence + 1


def move_to_another_chain(rng, events):
    """Hang a row that is not the last into another chain; return the place of the one behind it."""
    event = rng.choice(events[:-1])
    Event.objects.filter(pk=event.pk).update(chain="case:0")
    return event.sequence + 1


@pytest.mark.slow
@pytest.mark.parametrize("attack", [flip_one_bit, swap_two_rows, delete_inside, move_to_another_chain])
def test_every_attack_on_a_chain_is_found_at_its_place(chain, attack):
    rng = random.Random(20260901)
    make_officer(Duty.AUDIT)
    name = chain[0].chain

    for _ in range(150):
        with transaction.atomic():
            place = attack(rng, list(chain.all()))
            found = [(where, sequence) for where, sequence, _ in walked() if where != "case:0"]
            transaction.set_rollback(True)
        assert found == [(name, place)]

    assert walked() == []
