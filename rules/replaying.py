"""Stored cases judged again: under the version that decided them, as published or with a few values changed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rules import judging, overlay
from rules.overlay import Overlay
from rules.pack import Library
from rules.verdict import Verdict


def replay(
    cases: Iterable[tuple[Mapping[str, Any], str]], library: Library, changes: Mapping[str, Overlay]
) -> Iterator[Verdict]:
    """
    Yield the verdict of each stored case under the version of the law that decided it, with changes where given.

    `cases`: inputs of `judge` with the name of the pack version. `changes`: overlays by policy. Raises ValueError with
    a Chinese sentence for a version that is no longer there, OverlayError for a change that does not fit one.
    """
    libraries: dict[str, Library] = {}
    for case, version in cases:
        if version not in libraries:
            libraries[version] = _library_of(version, library, changes)
        yield judging.judge(case, libraries[version])


def _library_of(version: str, library: Library, changes: Mapping[str, Overlay]) -> Library:
    if version not in library.versions:
        raise ValueError(f"没有政策包版本“{version}”，不能重算")
    pack = library.versions[version]
    if pack.id in changes:
        pack = overlay.apply(pack, changes[pack.id])
    return overlay.library_with(library, pack)
