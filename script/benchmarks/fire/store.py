"""The database of a run: a picture is taken of it once, and put back before every round."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psycopg
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connection, connections

from applications.invariants import CHECKS
from applications.models.shapes import private_storage

QUIET = 30.0  # seconds that the backends of killed clients may take to end


def _file() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _server() -> psycopg.Connection:
    """Return a connection to the server that is in none of our databases."""
    said = connection.settings_dict
    return psycopg.connect(host=said["HOST"], user=said["USER"], dbname="template1", autocommit=True)


def make() -> None:
    """Make an empty database of the portal, once for all parts of a run."""
    if connection.vendor == "postgresql":
        with _server() as server:
            server.execute(f'CREATE DATABASE "{connection.settings_dict["NAME"]}"')
    call_command("migrate", interactive=False, verbosity=0)
    take_picture("empty")


def take_picture(name: str) -> None:
    """Remember the database as it is; files are only added to."""
    connections.close_all()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(_file())) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(_file(), _file().with_suffix(f".{name}"))
    else:
        ours = connection.settings_dict["NAME"]
        with _server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{ours}_{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{ours}_{name}" TEMPLATE "{ours}"')


def put_back(name: str) -> None:
    """Make the database what it was."""
    connections.close_all()
    if connection.vendor == "sqlite":
        for rest in ("-wal", "-shm"):
            Path(f"{_file()}{rest}").unlink(missing_ok=True)
        shutil.copyfile(_file().with_suffix(f".{name}"), _file())
    else:
        ours = connection.settings_dict["NAME"]
        with _server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{ours}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{ours}" TEMPLATE "{ours}_{name}"')


def wait_until_alone() -> None:
    """Wait until PostgreSQL has noticed that killed clients are gone, and has taken back what they had begun."""
    if connection.vendor != "postgresql":
        return
    question = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + QUIET
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(question)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)
    raise AssertionError("a backend of a killed client does not end")


def deadlocks() -> int:
    """Return how many deadlocks PostgreSQL has ended in this database; on SQLite there are none to end."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def broken(*, files: bool = False) -> dict[str, int]:
    """Return the invariants that are not 0; files are looked at only where no round has put the database back."""
    found = {name: check() for name, check in CHECKS.items() if files or name != "I10"}
    return {name: count for name, count in found.items() if count}


def folder() -> Path:
    """Return where the private files of this run lie."""
    storage = private_storage()
    assert isinstance(storage, FileSystemStorage)
    return Path(storage.location)


def load() -> str:
    """Return the load of the machine, to be read beside the seconds."""
    return f"{os.getloadavg()[0]:.0f}"
