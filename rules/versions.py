"""The lock: hashes of packs that may no longer change. An amendment of a published version is a new file."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from rules.source import PACKS

CHANGED = "已锁定的文件被改动；修订请另立新版本文件"


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_lock(folder: Path = PACKS) -> dict[str, str]:
    """Return the locked hashes by file name; texts are named `texts/…`."""
    path = folder / "lock.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def lock(names: list[str], folder: Path = PACKS) -> dict[str, str]:
    """Write the present hashes of files into the lock and return all of it."""
    locked = read_lock(folder) | {name: digest(_path(name, folder)) for name in names}
    text = json.dumps(dict(sorted(locked.items())), indent=2, ensure_ascii=False)
    (folder / "lock.json").write_text(text + "\n", encoding="utf-8")
    return locked


def changed(folder: Path = PACKS) -> list[str]:
    """Return the names of locked files that are gone or not what was locked."""
    return [name for name, hashed in read_lock(folder).items() if differs(name, hashed, folder)]


def differs(name: str, hashed: str, folder: Path = PACKS) -> bool:
    """Say whether a locked file is gone or is not what was locked."""
    path = _path(name, folder)
    return not path.exists() or digest(path) != hashed


def standing(names: Sequence[str], folder: Path = PACKS) -> str:
    """Return how files stand to the lock together: `locked`, `unlocked` (one is not in it) or `changed`."""
    locked = read_lock(folder)
    if any(name in locked and differs(name, locked[name], folder) for name in names):
        return "changed"
    return "locked" if all(name in locked for name in names) else "unlocked"


def present(folder: Path = PACKS) -> list[str]:
    """Return the names of everything that can be locked: versions of policies and official texts."""
    packs = [path.name for path in folder.glob("*.v*.yaml")]
    return sorted([*packs, *(f"texts/{path.name}" for path in (folder.parent / "texts").glob("*.txt"))])


def _path(name: str, folder: Path) -> Path:
    return folder.parent / name if name.startswith("texts/") else folder / name
