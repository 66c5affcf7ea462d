"""
Factories that play back what they wrote the first time.

Half of the suite's time went into leading cases down the same road again, with the same arguments, from the same rows.
A factory under `@replayed` is heard the first time: each statement that changes a row is kept, with the files. The rows
of a test follow from all that it has written so far, statement by statement, and that is the name of a tape: where a
later test of the process has written the same and asks for the same, the statements are sent again. Rows, keys and
triggers are the same and nothing is reckoned. Settings or code changed for a test lead the real road, and so do real
transactions; `Beginning.set_back` restores after those the very same keys.
"""

import functools
import hashlib
import itertools
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, models
from django.test.utils import UserSettingsHolder
from django.utils import timezone

M = TypeVar("M", bound=models.Model)
P = ParamSpec("P")

CHANGES = ("INSERT", "UPDATE", "DELETE")
_ONCE = itertools.count()
CLOCK = (timezone.__name__, "now")
KEPT = 300  # tapes; a file of tests asks for the same few worlds again and again


@dataclass
class Tape:
    """What a factory wrote: statements with their values in order, files by name, its row, and the last number used."""

    statements: list[Any] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    key: Any = None
    number: int = 0
    good: bool = True


class Numbers:
    """1, 2, 3 … for the names of a test's rows; every test begins again, so that equal steps write equal rows."""

    last = 0

    def __next__(self) -> int:
        self.last += 1
        return self.last


class Recorder:
    """Knows what the running test has written so far, and which tapes there are."""

    def __init__(self) -> None:
        self.tapes: OrderedDict[bytes, Tape] = OrderedDict()
        self.numbers = Numbers()
        self.patched: Callable[[], list[tuple[Any, str]]] = list
        self.began()

    def began(self) -> None:
        """Start a test."""
        self.numbers.last = 0
        self.written = b""
        self.tape: Tape | None = None
        self.playing = False

    def write(self, *parts: Any) -> bytes:
        """Add to what has been written; return its name."""
        self.written = hashlib.blake2b(self.written + repr(parts).encode()).digest()
        return self.written

    def hear(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Take note of a statement; a wrapper as `connection.execute_wrapper` takes them."""
        words = str(sql)[:20].lstrip().upper()
        if not self.playing:
            if words.startswith(CHANGES):
                if many:
                    params = list(params)
                self.begin_counting()
                if self.tape is None:
                    self.write(sql, params)
                else:
                    self.tape.statements.extend(_kept(sql, params, many))
            elif words.startswith("ROLLBACK"):
                self.write(words)
                if self.tape is not None:
                    self.tape.good = False
        return execute(sql, params, many, context)

    def begin_counting(self) -> None:
        """Before the first row of a test, let keys count as after a start."""
        if self.written or not connection.in_atomic_block:
            return
        if not connection.atomic_blocks[0]._from_testcase:
            self.write(
                "like nothing else", next(_ONCE)
            )  # a world of several tests, or what a test commits: nothing is as after a start
            return
        self.playing = True
        BEGINNING.count_from_the_start()
        self.playing = False
        self.write("began")

    def may_play(self) -> bool:
        """Say whether a factory's rows follow from what is written: in one transaction, with the program as it is."""
        changed = isinstance(settings._wrapped, UserSettingsHolder) or set(self.patched()) - {CLOCK}
        return connection.in_atomic_block and not (changed or self.tape or self.playing)

    def clock(self) -> str:
        """Return what a clock that a test holds says; the real one is asked by no factory."""
        return str(timezone.now()) if CLOCK in self.patched() else ""


RECORDER = Recorder()


def replayed(factory: Callable[P, M]) -> Callable[P, M]:
    """Let a factory of one row play back what it wrote when it was last called like this."""

    @functools.wraps(factory)
    def made(*args: P.args, **kwargs: P.kwargs) -> M:
        if not RECORDER.may_play():
            return factory(*args, **kwargs)
        try:
            call = (factory.__qualname__, frozen(args), frozen(kwargs), RECORDER.clock(), RECORDER.numbers.last)
        except TypeError:
            return factory(*args, **kwargs)
        RECORDER.begin_counting()
        name = RECORDER.write(call)
        tape = RECORDER.tapes.get(name)
        if tape is None:
            return _record(name, lambda: factory(*args, **kwargs))
        RECORDER.tapes.move_to_end(name)
        _play(tape)
        return tape.key[0].objects.get(pk=tape.key[1])  # type: ignore[no-any-return]

    return made


def _record(name: bytes, make: Callable[[], M]) -> M:
    known = set(_files())
    tape = RECORDER.tape = Tape()
    try:
        row = make()
    finally:
        RECORDER.tape = None
    if not tape.good:
        RECORDER.write("like nothing else", next(_ONCE))
        return row
    tape.files = {file: _read(file) for file in _files() if file not in known}
    tape.key, tape.number = (type(row), row.pk), RECORDER.numbers.last
    RECORDER.tapes[name] = tape
    if len(RECORDER.tapes) > KEPT:
        RECORDER.tapes.popitem(last=False)
    return type(row).objects.get(pk=row.pk)  # type: ignore[attr-defined,no-any-return]


def _play(tape: Tape) -> None:
    RECORDER.playing = True
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                if tape.statements:
                    cursor.cursor.execute(b";".join(tape.statements))
            else:
                for sql, params in tape.statements:
                    cursor.execute(sql, params)
    finally:
        RECORDER.playing = False
    RECORDER.numbers.last = tape.number
    for name, data in tape.files.items():
        storages["private"].save(name, ContentFile(data))


def _kept(sql: Any, params: Any, many: bool) -> list[Any]:
    rows = params if many else [params]
    if connection.vendor == "postgresql":  # written out, so that all go in one journey
        cursor = connection.connection.cursor()
        return [(cursor.mogrify(sql, row) if row else str(sql)).encode() for row in rows]
    return [(sql, None if row is None else tuple(row)) for row in rows]


def frozen(value: Any) -> Hashable:
    """Return a value as part of a key; rows stand for themselves by key. Raises TypeError for what cannot be one."""
    if value is None or isinstance(value, str | int | float | date | bytes):
        return (type(value).__name__, value)
    if isinstance(value, Mapping):
        return tuple((name, frozen(inner)) for name, inner in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(frozen(inner) for inner in value)
    if isinstance(value, models.Model) and value.pk is not None:
        return (type(value).__name__, value.pk)
    raise TypeError(type(value).__name__)


def _files() -> list[str]:
    return sorted(_walk(storages["private"], ""))


def _walk(storage: Any, folder: str) -> list[str]:
    folders, files = storage.listdir(folder)
    return [f"{folder}{name}" for name in files] + [
        name for inner in folders for name in _walk(storage, f"{folder}{inner}/")
    ]


def _read(name: str) -> bytes:
    with storages["private"].open(name) as file:
        return bytes(file.read())


# ---- the database as it was before the first test --------------------------------------------------------------------


class Beginning:
    """The rows that every test finds, and how to come back to them: with the same keys, and with its triggers."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.sequences: list[tuple[str, int]] = []
        self.copy: sqlite3.Connection | None = None

    def remember(self) -> None:
        """Take the copy that `set_back` puts back."""
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            self.copy = sqlite3.connect(":memory:")
            connection.connection.backup(self.copy)
            return
        with connection.cursor() as cursor:
            for table in _tables():
                with cursor.cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                    self.rows[table] = b"".join(rows)
            cursor.execute("SELECT quote_ident(sequencename), COALESCE(last_value, 0) FROM pg_sequences")
            self.sequences = cursor.fetchall()

    def set_back(self) -> None:
        """Throw away what a test has committed."""
        if connection.vendor == "sqlite":
            assert self.copy is not None
            connection.ensure_connection()
            self.copy.backup(connection.connection)
            return
        with connection.cursor() as cursor:
            names = ", ".join(f'"{table}"' for table in self.rows)
            cursor.execute(f"TRUNCATE {names}")
            cursor.execute("BEGIN")
            cursor.execute("SET LOCAL session_replication_role = replica")  # the law stands as it stood; nobody asks
            for table, rows in self.rows.items():
                if rows:
                    with cursor.cursor.copy(f'COPY "{table}" FROM STDIN') as into:
                        into.write(rows)
            cursor.execute("COMMIT")

    def count_from_the_start(self) -> None:
        """Let new rows have the keys they have after a start; PostgreSQL goes on counting after a rollback."""
        if connection.vendor == "sqlite":
            return
        with connection.cursor() as cursor:
            parts = [f"setval('{name}', {max(last, 1)}, {last > 0})" for name, last in self.sequences]
            cursor.execute(f"SELECT {', '.join(parts)}")


BEGINNING = Beginning()


def _tables() -> list[str]:
    return [name for name in connection.introspection.table_names() if name != "django_migrations"]
