"""
Taking a backup while the portal serves.

The database comes first, as one consistent snapshot; then the files that its rows name. A file is stored before its
row is committed and never changed, so every row of the snapshot finds its file.
"""

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.db import connection, connections, transaction
from django.utils import timezone

from applications.backup import postgres
from applications.backup.manifest import DATABASE, FILES, FORMAT, NAME, Refused, copy, sha256, state_of, stored_names
from applications.models.shapes import private_storage

COPY = "backup_copy"  # the alias under which the copied SQLite file is read


def take(folder: Path, *, at: datetime) -> dict[str, Any]:
    """
    Write a backup into a new folder and return its manifest. Raises Refused.

    The folder has its name only once it is complete: an interrupted backup is left as `….unfinished`.
    """
    if connection.vendor not in DATABASE:
        raise Refused(f"不支持备份 {connection.vendor} 数据库。")
    if connection.in_atomic_block:
        raise Refused("备份不能在事务中进行。")
    if folder.exists():
        raise Refused(f"{folder} 已经存在；请给备份一个新的文件夹，已有的备份不会被覆盖。")
    unfinished = folder.with_name(folder.name + ".unfinished")
    if unfinished.exists():
        raise Refused(f"{unfinished} 是没有完成的备份；请先确认没有备份正在进行，再删除它。")
    try:
        unfinished.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise Refused(f"无法建立 {unfinished}：{error.strerror}。") from error
    manifest = _write(unfinished, at)
    os.sync()  # the bytes are on the disk before the name says that they are
    unfinished.rename(folder)
    return manifest


def _write(folder: Path, at: datetime) -> dict[str, Any]:
    file = folder / DATABASE[connection.vendor]
    snapshot = _of_sqlite if connection.vendor == "sqlite" else _of_postgres
    with snapshot(file) as using:
        state = state_of(using)
        needed, passing = stored_names(using)
    file.chmod(0o600)
    files, missing = _copy_files(folder / FILES, needed, passing)
    manifest = {
        "format": FORMAT,
        "made_at": timezone.localtime(at).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), "django": django.__version__, "database": _version()},
        "database": {
            "vendor": connection.vendor,
            "file": file.name,
            "sha256": sha256(file),
            "size": file.stat().st_size,
        },
        **state,
        "missing": missing,
        "files": files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    _private(folder / NAME).write_text(text, encoding="utf-8")
    return manifest


@contextlib.contextmanager
def _of_sqlite(file: Path) -> Iterator[str]:
    """Copy the database as of one moment, writers going on beside; yield an alias that reads the copy."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    # Without the options of the live database: WAL would leave files of its own beside the copy.
    settings = {**connection.settings_dict, "NAME": str(file), "OPTIONS": {}}
    connections[COPY] = type(connections[connection.alias])(settings, COPY)
    try:
        yield COPY
    finally:
        connections[COPY].close()
        del connections[COPY]


@contextlib.contextmanager
def _of_postgres(file: Path) -> Iterator[str]:
    """Dump the database as of one moment; yield the alias, inside the transaction that sees the same moment."""
    major = postgres.server_major(connection)
    postgres.find("pg_dump", major)  # before a transaction is held open for it
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        # Without owners and comments, so that another role can restore it (the comment on pg_trgm is a superuser's).
        options = ("--format=custom", "--no-owner", "--no-privileges", "--no-comments")
        postgres.run(connection, "pg_dump", [*options, f"--snapshot={snapshot}", f"--file={file}"], at_least=major)
        yield connection.alias


def _copy_files(folder: Path, needed: set[str], passing: set[str]) -> tuple[dict[str, Any], list[str]]:
    """Copy the named files; return what was copied, and which that must be there are not."""
    storage = private_storage()
    files, missing = {}, []
    for name in sorted(needed | passing):
        target = folder / name
        _folder(target.parent)
        try:
            with storage.open(name, "rb") as source, _private(target).open("wb") as out:
                files[name] = copy(source, out)
        except FileNotFoundError:
            target.unlink(missing_ok=True)
            if name in needed:
                missing.append(name)
    return files, missing


def _folder(place: Path) -> None:
    """Make a folder and those above it for the owner alone; `mkdir` gives the mode to the last one only."""
    if not place.exists():
        _folder(place.parent)
        place.mkdir(mode=0o700)


def _private(file: Path) -> Path:
    """Return the path of a new file that only its owner may read."""
    file.touch(mode=0o600, exist_ok=False)
    return file


def _version() -> str:
    if connection.vendor == "postgresql":
        return f"PostgreSQL {postgres.server_major(connection)}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        return f"SQLite {cursor.fetchone()[0]}"
