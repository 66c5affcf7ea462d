"""The nightly self-check: once a day, over everything, and never silent about what it could not do."""

from datetime import timedelta

import pytest
from django.db import connection

from applications import guards, selfcheck, tasks
from applications.models import DailyDigest, HealthRun, Status
from tests.factories import NOON, make_application

pytestmark = pytest.mark.django_db

NIGHT = NOON.replace(hour=0, minute=5) + timedelta(days=1)


@pytest.fixture
def unguarded():
    """Drop the triggers, as the owner of the database can."""
    guards.remove(connection)


def test_sound_house_is_written_down_as_sound():
    make_application(Status.PAID)

    row = selfcheck.run(NIGHT)

    assert (row.sound, row.note, set(row.counts.values())) == (True, "", {0})
    assert list(row.counts) == [f"I{number}" for number in range(1, 11)] + ["digests", "guards"]
    assert row.finished_at is not None


def test_every_count_has_chinese_words():
    row = selfcheck.run(NIGHT)

    words = [label for label, _ in selfcheck.counts_in_words(row)]
    assert words == list(selfcheck.WORDS.values())


def test_broken_chain_is_not_sound(unguarded):
    make_application(Status.SUBMITTED).events.filter(sequence=2).update(note="改过")
    guards.install(connection)

    row = selfcheck.run(NIGHT)

    assert (row.sound, row.counts["I8"], row.counts["guards"]) == (False, 1, 0)


def test_cut_off_tail_is_not_sound(unguarded):
    case = make_application(Status.SUBMITTED)
    tasks.digests.catch_up(NIGHT)
    case.events.order_by("-sequence").first().deliveries.all().delete()
    case.events.order_by("-sequence").first().delete()

    row = selfcheck.run(NIGHT)

    assert (row.sound, row.counts["I8"], row.counts["digests"]) == (False, 0, 1)
    assert row.note.startswith(f"case:{case.pk} 第")


def test_dropped_triggers_are_not_sound(unguarded):
    row = selfcheck.run(NIGHT)

    assert (row.sound, row.counts["guards"]) == (False, len(guards._triggers()))


def test_check_that_breaks_is_not_sound_and_says_so(monkeypatch):
    def broken():
        raise ZeroDivisionError("with words of a person")

    monkeypatch.setattr(selfcheck, "count_all", broken)

    row = selfcheck.run(NIGHT)

    assert (row.sound, row.note, row.counts) == (False, "自检未能完成：ZeroDivisionError", {})
    assert selfcheck.last_sound() is None


def test_it_is_due_once_a_day():
    assert selfcheck.is_due(NIGHT)
    selfcheck.run(NIGHT)

    assert not selfcheck.is_due(NIGHT + timedelta(hours=1))
    assert selfcheck.is_due(NIGHT + timedelta(days=1))


def test_a_run_that_never_finished_is_repeated_after_hours():
    HealthRun.objects.create(started_at=NIGHT)

    assert not selfcheck.is_due(NIGHT + timedelta(hours=5))
    assert selfcheck.is_due(NIGHT + timedelta(hours=7))


def test_night_closes_days_and_checks_once(monkeypatch):
    make_application(Status.SUBMITTED)
    monkeypatch.setattr(tasks.timezone, "now", lambda: NIGHT)

    tasks.nightly()
    tasks.nightly()

    assert [row.day.isoformat() for row in DailyDigest.objects.all()] == ["2026-09-01"]
    assert HealthRun.objects.count() == 1
