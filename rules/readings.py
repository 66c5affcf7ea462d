"""
口径: the answers an authority gives where the text is open, and how a pack is read under them.

Wherever a value of a pack depends on a reading the pack writes `{按口径: X9, a: …, b: …}`. Resolving picks the value of
the chosen letter; a letter that is not written means the entry is not there. `未定` stands for a reading without a
recommendation that has not been chosen yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.source import Block, Rows

KEY = "按口径"
_ABSENT = object()


@dataclass(frozen=True)
class ReadingSpec:
    """
    One question of the catalogue with its answers by letter.

    `mandatory`: the text gives no ground for a default, so the clause stays closed until the authority has chosen.
    `computed`: the engine computes differently by it; else it is asked and recorded on the case. `by_case` are the
    letters of a computed reading that no fact expresses: who chooses one decides on the case.
    """

    id: str
    question: str
    options: Mapping[str, str]
    recommended: str | None
    clauses: tuple[str, ...]
    reason: str = ""
    computed: bool = False
    by_case: tuple[str, ...] = ()

    @property
    def mandatory(self) -> bool:
        """Say whether the authority must choose before the clause opens."""
        return self.recommended is None


def mentioned(value: Any) -> dict[str, dict[str, Any]]:
    """Return the readings that a part of a pack depends on, each with the letters written and where they stand."""
    found: dict[str, dict[str, Any]] = {}
    if isinstance(value, Block):
        if KEY in value:
            letters = found.setdefault(str(value[KEY]), {KEY: value[KEY]})
            letters.update((str(key), key) for key in value if key != KEY and key not in letters)
        for child in value.values():
            _merge(found, mentioned(child))
    elif isinstance(value, Rows):
        for child in value:
            _merge(found, mentioned(child))
    return found


def _merge(found: dict[str, dict[str, Any]], more: dict[str, dict[str, Any]]) -> None:
    for name, letters in more.items():
        found[name] = {**letters, **found.get(name, {})}


def resolve(value: Any, letters: Mapping[str, str | None]) -> Any:
    """Return a part of a pack as it reads under the chosen letters; lines of the file are kept."""
    result = _resolve(value, letters)
    return None if result is _ABSENT else result


def _resolve(value: Any, letters: Mapping[str, str | None]) -> Any:
    if isinstance(value, Block):
        if KEY in value:
            chosen = letters[value[KEY]] or "未定"
            return _resolve(value[chosen], letters) if chosen in value else _ABSENT
        block = Block()
        block.line = value.line
        for key, child in value.items():
            resolved = _resolve(child, letters)
            if resolved is not _ABSENT:
                block[key] = resolved
        return block
    if isinstance(value, Rows):
        rows = Rows()
        rows.line = value.line
        for child in value:
            resolved = _resolve(child, letters)
            if resolved is _ABSENT:
                continue
            # A reading that stands for several entries of a list writes them as a list.
            if isinstance(child, Block) and KEY in child and isinstance(resolved, Rows):
                rows.extend(resolved)
            else:
                rows.append(resolved)
        return rows
    return value
