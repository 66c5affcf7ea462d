"""
Restoring a backup into an empty database and an empty file store, and proving afterwards that it is the same.

Everything that can be refused is refused before the first byte is written. Files come before the database, which is
put in place in one step: an interrupted restore leaves an empty database, and can be started again.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from applications import digests, guards
from applications.backup import postgres
from applications.backup.manifest import FILES, Refused, listed, read, state_of
from applications.invariants import count_all
from applications.models.shapes import private_storage

MAJOR = "PostgreSQL "


def restore(folder: Path, *, migrate: bool = False) -> Iterator[tuple[str, int]]:
    """
    Restore a backup; yield (what was compared, how much of it is wrong) for each proof. Raises Refused.

    `migrate` brings a backup of an older version up to this one before the proofs.
    """
    manifest = read(folder)
    _refuse_other_engine(manifest)
    _refuse_database_in_use()
    lacking = _refuse_other_version(manifest, migrate=migrate)
    _refuse_files_in_use(manifest)
    _put_files(folder, manifest)
    file = folder / manifest["database"]["file"]
    if connection.vendor == "sqlite":
        _put_sqlite(file)
    else:
        _put_postgres(file, manifest)
    yield from _same_rows(manifest)
    if lacking:
        call_command("migrate", interactive=False, verbosity=0)
    yield from _proofs(manifest)


# ---- what is refused ----------------------------------------------------------------------------------------------


def _refuse_other_engine(manifest: dict[str, Any]) -> None:
    vendor = manifest["database"]["vendor"]
    if vendor != connection.vendor:
        raise Refused(f"备份来自 {vendor}，当前 DATABASE_URL 指向 {connection.vendor}；只能恢复到同一种数据库。")
    if manifest["missing"]:
        raise Refused(f"这份备份在制作时就缺少文件，不完整：{listed(manifest['missing'])}。")


def _refuse_database_in_use() -> None:
    if connection.vendor == "sqlite":  # the folder of a machine where the portal never ran
        Path(str(connection.settings_dict["NAME"])).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if tables := connection.introspection.table_names():
        raise Refused(
            f"数据库不是空的（有 {listed(tables, 3)}）。恢复只写入空的数据库：请新建一个数据库，"
            "并让 DATABASE_URL 指向它；原有数据不会被覆盖。"
        )


def _refuse_other_version(manifest: dict[str, Any], *, migrate: bool) -> set[str]:
    """Return the migrations that the backup has not gone through yet."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    applied = set(manifest["migrations"])
    if newer := applied - known:
        raise Refused(f"备份来自更新的版本（{listed(newer)}）；请用不低于备份时的版本恢复。")
    lacking = known - applied
    if lacking and not migrate:
        raise Refused(
            f"备份来自较早的版本，尚缺 {listed(lacking)}。请用备份时的版本恢复，"
            "或者加上 --migrate，恢复后升级到本版本。"
        )
    return lacking


def _refuse_files_in_use(manifest: dict[str, Any]) -> None:
    """Refuse a store that holds anything but what an interrupted restore of this same backup has left."""
    for name in _stored(""):
        said = manifest["files"].get(name)
        if said is None:
            raise Refused(f"文件存储不是空的（有 {name}）。请让 STORAGE_URL 指向一个空的位置；原有文件不会被覆盖。")
        with private_storage().open(name, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != said["sha256"]:
                raise Refused(f"文件存储中已有另一份 {name}。请让 STORAGE_URL 指向一个空的位置。")


def _stored(folder: str) -> Iterator[str]:
    try:
        folders, files = private_storage().listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}{name}"
    for inner in folders:
        yield from _stored(f"{folder}{inner}/")


# ---- putting it in place ------------------------------------------------------------------------------------------


def _put_files(folder: Path, manifest: dict[str, Any]) -> None:
    storage = private_storage()
    for name in manifest["files"]:
        if storage.exists(name):
            continue
        with (folder / FILES / name).open("rb") as file:
            saved = storage.save(name, File(file))
        if saved != name:
            raise Refused(f"文件存储没有按原名保存 {name}。")


def _put_sqlite(file: Path) -> None:
    """Put the copy where the database belongs in one step, after SQLite itself has found it whole."""
    target = Path(str(connection.settings_dict["NAME"]))
    connections.close_all()
    fresh = target.with_name(target.name + ".restoring")
    shutil.copyfile(file, fresh)
    fresh.chmod(0o600)
    opened = sqlite3.connect(fresh)
    try:
        found = [row[0] for row in opened.execute("PRAGMA integrity_check").fetchall()]
        lost = opened.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        opened.close()
    if found != ["ok"] or lost:
        fresh.unlink()
        raise Refused(f"备份中的数据库不完整：{found[0] if found != ['ok'] else f'{len(lost)} 处外键不符'}。")
    with fresh.open("rb") as copied:
        os.fsync(copied.fileno())
    for rest in ("-wal", "-shm"):  # of the empty database; beside another file they would be taken for its own
        target.with_name(target.name + rest).unlink(missing_ok=True)
    fresh.replace(target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_postgres(file: Path, manifest: dict[str, Any]) -> None:
    """Load the dump in one transaction."""
    said = manifest["versions"]["database"].removeprefix(MAJOR)
    at_least = max(postgres.server_major(connection), int(said))
    connections.close_all()
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    database = f"--dbname={connection.settings_dict['NAME']}"
    postgres.run(connection, "pg_restore", [*options, database, str(file)], at_least=at_least)


# ---- the proofs ---------------------------------------------------------------------------------------------------


def _same_rows(manifest: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Compare the database with what the backup said about it, before anything changes it."""
    now, said = state_of(connection.alias), manifest
    tables = now["counts"].keys() | said["counts"].keys()
    yield "rows", sum(now["counts"].get(table) != said["counts"].get(table) for table in tables)
    yield "heads", int(now["history"] != said["history"])
    yield "migrations", len(set(now["migrations"]) ^ set(said["migrations"]))
    storage = private_storage()
    yield "files", sum(not storage.exists(name) for name in said["files"])


def _proofs(manifest: dict[str, Any]) -> Iterator[tuple[str, int]]:
    executor = MigrationExecutor(connection)
    yield "unapplied", len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    yield from count_all().items()
    yield "digests", len([*digests.problems(), *digests.differences(manifest["digests"])])
    yield "guards", len(guards.missing(connection))
