"""Loading: the facts, the kinds of evidence and every pack, once for a process."""

import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from rules import pack as packs
from rules.facts import Fact
from rules.pack import PACKS, Library, Pack
from rules.source import PackError

_FILE = re.compile(r"(?P<policy>[a-z]+)(?:-[0-9]{4})?\.v(?P<version>[0-9]+)\.yaml")


class _Lazily(Mapping[str, Pack]):
    """Packs by key, read when first asked for, so that a process that needs one policy reads one file."""

    def __init__(self, files: Mapping[str, Path], facts: Mapping[str, Fact]):
        self._files, self._facts = files, facts
        self._read: dict[str, Pack] = {}

    def __getitem__(self, key: str) -> Pack:
        if key not in self._read:
            pack = packs.read_pack(self._files[key], self._facts)
            match = _FILE.fullmatch(pack.file)
            if match is None or match["policy"] != pack.id:
                raise PackError(pack.file, None, f"文件名与标识“{pack.id}”不符")
            self._read[key] = pack
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


# The order in which policies are listed everywhere.
_ORDER = ("xinxing", "shihezi", "haidong", "shanxi", "baoding")


def pack_files(folder: Path = PACKS) -> list[Path]:
    """Return the files of policy versions, by name."""
    return sorted(path for path in folder.glob("*.yaml") if _FILE.fullmatch(path.name))


def read_library(folder: Path = PACKS) -> Library:
    """Return the library of a folder. Raises PackError, for a pack when it is first used."""
    facts = packs.read_facts(folder / "facts.yaml")
    newest: dict[str, tuple[int, Path]] = {}
    versions: dict[str, Path] = {}
    for path in pack_files(folder):
        match = _FILE.fullmatch(path.name)
        assert match is not None, "pack_files only returns names of this form"
        versions[path.name.removesuffix(".yaml")] = path
        newest[match["policy"]] = max(newest.get(match["policy"], (0, path)), (int(match["version"]), path))
    order = sorted(newest, key=lambda policy: (_ORDER.index(policy) if policy in _ORDER else len(_ORDER), policy))
    return Library(
        facts={fact.name: fact for fact in facts.values()},
        facts_by_chinese=facts,
        packs=_Lazily({policy: newest[policy][1] for policy in order}, facts),
        versions=_Lazily(versions, facts),
    )


@functools.cache
def load() -> Library:
    """Return the library of this installation; read once for a process."""
    return read_library()
