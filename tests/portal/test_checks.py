"""Start-up checks: a database that may forget, and triggers that are gone."""

import pytest
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.db import connection, connections

from applications import guards
from portal import checks

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite")
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL")


@pytest.fixture
def other(tmp_path, request):
    """Return an alias of a SQLite database of its own, with the portal's options and what a test changes of them."""
    options = {**connections.settings["default"]["OPTIONS"], **getattr(request, "param", {})}
    settings = {**connections.settings["default"], "NAME": str(tmp_path / "other.sqlite3"), "OPTIONS": options}
    connections["other"] = type(connections["default"])(settings, "other")
    yield "other"
    connections["other"].close()
    del connections["other"]


def sentences(alias):
    return [problem.msg for problem in checks.unsafe_database_settings(alias)]


def pragmas(**changed):
    """Return the options with other pragmas."""
    wanted = {"journal_mode": "WAL", "synchronous": "FULL", "foreign_keys": "ON"} | changed
    return {"init_command": "; ".join(f"PRAGMA {name}={value}" for name, value in wanted.items())}


@on_sqlite
@pytest.mark.django_db
def test_sqlite_as_the_portal_sets_it_up_is_safe(other):
    assert sentences(other) == []


@on_sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (pragmas(synchronous="NORMAL"), "SQLite runs with synchronous = 1, not 2."),
        (pragmas(synchronous="OFF"), "SQLite runs with synchronous = 0, not 2."),
        (pragmas(foreign_keys="OFF"), "SQLite runs with foreign_keys = 0, not 1."),
        (pragmas(journal_mode="DELETE"), "SQLite runs with journal_mode = delete, not wal."),
        ({"transaction_mode": None}, "SQLite runs with transaction_mode = None, not IMMEDIATE."),
        ({"transaction_mode": "DEFERRED"}, "SQLite runs with transaction_mode = DEFERRED, not IMMEDIATE."),
        ({"timeout": 1}, "SQLite runs with timeout = 1, less than 5 seconds."),
    ],
    indirect=["other"],
)
def test_each_unsafe_setting_of_sqlite_is_named(other, sentence):
    assert sentences(other) == [sentence]


@on_sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("other", [pragmas(synchronous="EXTRA"), {"transaction_mode": "EXCLUSIVE"}], indirect=True)
def test_safer_than_asked_is_safe(other):
    assert sentences(other) == []


@on_postgres
@pytest.mark.django_db
def test_postgres_that_may_forget_is_named():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    # The test server itself runs without fsync and full pages: its data lives as long as one run.
    assert sentences("default") == [
        f"PostgreSQL runs with {name} = off: a crash would lose payments that were already answered."
        for name in ("fsync", "full_page_writes", "synchronous_commit")
    ]


@on_postgres
@pytest.mark.django_db
@pytest.mark.parametrize("value", ["on", "local", "remote_write", "remote_apply"])
def test_postgres_that_waits_for_its_own_disk_is_safe(value):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL synchronous_commit = {value}")

    assert not any("synchronous_commit" in sentence for sentence in sentences("default"))


@pytest.mark.django_db
def test_missing_triggers_are_warned_of_and_put_back(capsys):
    guards.install(connection)
    with connection.cursor() as cursor:
        where = " ON applications_event" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER keep_event_delete{where}")

    warned = [problem for problem in run_checks(databases=["default"]) if problem.id == "portal.W002"]
    assert [problem.msg for problem in warned] == [
        "Triggers that keep decided rows from being edited are missing: keep_event_delete."
    ]
    assert warned[0].level < ERROR  # `migrate` asks first, and brings the new ones

    call_command("install_guards")
    assert capsys.readouterr().out.splitlines() == ["已补建：keep_event_delete", "触发器齐备，本次补建 1 个。"]
    assert guards.missing(connection) == []
