"""What a backup says about itself, read from a snapshot when it is taken and from the database when it is restored."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps import apps
from django.db import connections, models
from django.db.migrations.recorder import MigrationRecorder

from applications import digests
from applications.chains import CHUNK, heads_sha256
from applications.models import Job
from applications.models.shapes import private_storage

FORMAT = 1
NAME = "manifest.json"
FILES = "files"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
PIECE = 1 << 20


class Refused(Exception):
    """Why a backup cannot be taken or restored; a sentence for the operator."""


def state_of(using: str) -> dict[str, Any]:
    """Return what must be the same after a restore: migrations, rows by table, the head of the history, digests."""
    chains, events, heads = heads_sha256(using)
    return {
        "migrations": applied_migrations(using),
        "counts": table_counts(using),
        "history": {"chains": chains, "events": events, "heads_sha256": heads},
        "digests": digests.exported(using),
    }


def applied_migrations(using: str) -> list[str]:
    """Return the migrations that a database has gone through, as app.name."""
    recorder = MigrationRecorder(connections[using])
    return sorted(f"{app}.{name}" for app, name in recorder.applied_migrations())


def table_counts(using: str) -> dict[str, int]:
    """Return how many rows each table of the portal has; a database of an older version lacks some."""
    there = set(connections[using].introspection.table_names())
    found = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    return {table: found[table]._base_manager.using(using).count() for table in sorted(found.keys() & there)}


def stored_names(using: str) -> tuple[set[str], set[str]]:
    """
    Return the private files that rows name: those that must be there, and those that may have been cleaned away.

    Results of background work are deleted after a while and can be made again.
    """
    needed: set[str] = set()
    passing: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField) and field.storage == private_storage():
                rows = model._base_manager.using(using).exclude(**{field.name: ""})
                names = rows.values_list(field.name, flat=True).iterator(chunk_size=CHUNK)
                (passing if model is Job else needed).update(name for name in names if name)
    return needed, passing


def copy(source: IO[bytes], target: IO[bytes]) -> dict[str, Any]:
    """Copy a file in pieces and return its hash and size."""
    found, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        found.update(piece)
        target.write(piece)
        size += len(piece)
    return {"sha256": found.hexdigest(), "size": size}


def sha256(file: Path) -> str:
    """Return the hash of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest of a backup whose every byte was compared with it. Raises Refused."""
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
        version, database, files = manifest["format"], manifest["database"], manifest["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"{folder} 不是完整的备份：没有可以读取的 {NAME}（{type(error).__name__}）。") from error
    if version != FORMAT:
        raise Refused(f"备份的格式是 {version}，本版本只能读取格式 {FORMAT}。")
    if database["file"] not in DATABASE.values():
        raise Refused(f"备份清单中的数据库文件名不合法：{database['file']}。")
    _compare(folder, {database["file"]: database, **{f"{FILES}/{name}": said for name, said in files.items()}})
    return manifest


def _compare(folder: Path, files: dict[str, dict[str, Any]]) -> None:
    for name, said in files.items():
        if unsafe(name):
            raise Refused(f"备份清单中的路径不安全：{name}。")
        file = folder / name
        if not file.is_file() or file.is_symlink():
            raise Refused(f"备份不完整：缺少 {name}。")
        if sha256(file) != said["sha256"]:
            raise Refused(f"备份已损坏或被改动：{name} 与清单中的摘要不符。")


def unsafe(name: str) -> bool:
    """Whether a path could lead out of its folder."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts


def listed(names: Iterable[str], most: int = 5) -> str:
    """Return the first names for a sentence."""
    rows = sorted(names)
    return "、".join(rows[:most]) + (f"等{len(rows)}项" if len(rows) > most else "")
