"""Loading: the facts, the kinds of evidence and every pack, once for a process."""

import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from rules import files
from rules import versions as locks
from rules.facts import Fact
from rules.pack import Library, Pack
from rules.source import PACKS, PackError

_FILE = re.compile(r"(?P<policy>[a-z]+)(?:-[0-9]{4})?\.v(?P<version>[0-9]+)\.yaml")


class _Lazily(Mapping[str, Pack]):
    """Packs by key, read when first asked for, so that a process that needs one policy reads one file."""

    def __init__(self, files: Mapping[str, Path], facts: Mapping[str, Fact], locked: Mapping[str, str]):
        self._files, self._facts, self._locked = files, facts, locked
        self._read: dict[str, Pack] = {}

    def __getitem__(self, key: str) -> Pack:
        if key not in self._read:
            pack = files.read_pack(self._files[key], self._facts)
            match = _FILE.fullmatch(pack.file)
            if match is None or match["policy"] != pack.id:
                raise PackError(pack.file, None, f"文件名与标识“{pack.id}”不符")
            for name in (pack.file, pack.head.source):
                if name in self._locked and locks.differs(name, self._locked[name], self._files[key].parent):
                    raise PackError(name, None, locks.CHANGED)
            self._read[key] = pack
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class _Newest(Mapping[str, Pack]):
    """The newest version of each policy, read with all versions and kept once."""

    def __init__(self, versions: Mapping[str, Pack], names: Mapping[str, str]):
        self._versions, self._names = versions, names

    def __getitem__(self, key: str) -> Pack:
        return self._versions[self._names[key]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


# The order in which policies are listed everywhere.
_ORDER = ("xinxing", "shihezi", "haidong", "shanxi", "baoding")


def pack_files(folder: Path = PACKS) -> list[Path]:
    """Return the files of policy versions, by name."""
    return sorted(path for path in folder.glob("*.yaml") if _FILE.fullmatch(path.name))


def read_library(folder: Path = PACKS, *, locked: Mapping[str, str] | None = None) -> Library:
    """
    Return the library of a folder. Raises PackError, for a pack when it is first used.

    `locked` are the hashes that files must have, those of `lock.json` unless given; the check passes none because it
    reports a changed file beside everything else.
    """
    facts = files.read_facts(folder / "facts.yaml")
    hashes = locks.read_lock(folder) if locked is None else locked
    chains: dict[str, list[tuple[int, str, Path]]] = {}
    for path in pack_files(folder):
        match = _FILE.fullmatch(path.name)
        assert match is not None, "pack_files only returns names of this form"
        row = (int(match["version"]), path.name.removesuffix(".yaml"), path)
        chains.setdefault(match["policy"], []).append(row)
    for chain in chains.values():
        chain.sort(reverse=True)
    order = sorted(chains, key=lambda policy: (_ORDER.index(policy) if policy in _ORDER else len(_ORDER), policy))
    versions = _Lazily({name: path for chain in chains.values() for _, name, path in chain}, facts, hashes)
    return Library(
        facts={fact.name: fact for fact in facts.values()},
        facts_by_chinese=facts,
        packs=_Newest(versions, {policy: chains[policy][0][1] for policy in order}),
        versions=versions,
        superseded={
            policy: tuple(name for _, name, _ in chain[1:]) for policy, chain in chains.items() if len(chain) > 1
        },
        chains={policy: tuple(name for _, name, _ in reversed(chains[policy])) for policy in order},
        folder=folder,
    )


@functools.cache
def load() -> Library:
    """Return the library of this installation; read once for a process."""
    return read_library()
