"""
Overlays: a published pack with a few values changed, for asking what would follow. Never written to a file.

A path names a value by the keys of the pack, joined by dots: `条款.3.档位.≥1000P`, `条款.3.条件.2` (entries of a list
count from 1), `共同条件.1`. Where a value depends on a reading the path may name the letter; without it the change
applies under every letter that has such a place. The new text is written as in a pack, empty text takes the entry away.
"""

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from rules import readings, source
from rules.pack import Library, Pack
from rules.source import Block, PackError, Rows, Text, line_of

Overlay = Mapping[str, str]

_TRIAL = "+试算"
_HEAD = {"共同条件": "gate", "共同扣减": "overlap", "关系": "relations", "期限": "term"}


class OverlayError(ValueError):
    """An overlay that does not fit the pack; the text is Chinese and names the path."""


def apply(pack: Pack, overlay: Overlay) -> Pack:
    """Return the pack as it would read, checked by the same schema under every reading. Raises OverlayError."""
    raw = {number: _copy(block) for number, block in pack.raw.items()}
    head = {key: _copy(getattr(pack.head, name)) for key, name in _HEAD.items()}
    for path, text in overlay.items():
        _set(pack, raw, head, path, text)
    stamp = json.dumps([pack.sha256, sorted(overlay.items())], ensure_ascii=False)
    worked_out: dict[str, Any] = {field.name: {} for field in fields(pack) if field.name.startswith("_")}
    changed = replace(
        pack,
        file=f"{pack.version}{_TRIAL}.yaml",
        sha256=hashlib.sha256(stamp.encode()).hexdigest(),
        head=pack.head.model_copy(update={name: head[key] for key, name in _HEAD.items()}),
        raw=raw,
        **worked_out,
    )
    _check(changed, overlay)
    return changed


def library_with(library: Library, pack: Pack) -> Library:
    """Return a library in which a pack is the only version of its policy, whatever day a case names."""
    return replace(
        library,
        packs=_With(library.packs, pack.id, pack),
        versions=_With(library.versions, pack.version.removesuffix(_TRIAL), pack),
        superseded={policy: names for policy, names in library.superseded.items() if policy != pack.id},
    )


class _With(Mapping[str, Pack]):
    """The packs of a library with one of them exchanged."""

    def __init__(self, packs: Mapping[str, Pack], key: str, pack: Pack):
        self._packs, self._key, self._pack = packs, key, pack

    def __getitem__(self, key: str) -> Pack:
        return self._pack if key == self._key else self._packs[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packs)

    def __len__(self) -> int:
        return len(self._packs)


def read(text: str, file: str) -> dict[str, str]:
    """Return the overlay in a YAML text of `路径: 值` lines. Raises OverlayError."""
    try:
        document = source.parse(text, file)
    except PackError as error:
        raise OverlayError(str(error)) from None
    if not isinstance(document, Block) or not all(isinstance(value, str) for value in document.values()):
        raise OverlayError(f"{file}：每一行应写成“路径: 值”，值为一段文字")
    return {str(path): str(value) for path, value in document.items()}


def _copy(value: Any) -> Any:
    """Return a deep copy that keeps the lines of the file."""
    if isinstance(value, Block):
        block = Block({key: _copy(child) for key, child in value.items()})
        block.line = value.line
        return block
    if isinstance(value, list):
        rows = Rows(_copy(child) for child in value)
        rows.line = line_of(value) or 0
        return rows
    return value


def _set(pack: Pack, raw: dict[str, Block], head: dict[str, Any], path: str, text: str) -> None:
    first, _, rest = path.partition(".")
    if first == "条款":
        number = next((n for n in sorted(raw, key=len, reverse=True) if rest.startswith(f"{n}.")), None)
        if number is None:
            raise OverlayError(f"“{path}”：《{pack.name}》没有这一条款，或没有写明条款内的位置")
        inner = rest[len(number) + 1 :]
        if inner.split(".")[0] in ("编号", "算例", "原文"):
            raise OverlayError(f"“{path}”：编号、原文和算例不能试改")
        done = _change(raw[number], inner, text, path)
    elif first in _HEAD and rest:
        done = _change(head[first], rest, text, path)
    elif first in _HEAD:
        if not text and first == "期限":
            raise OverlayError("“期限”不能删去")
        nothing = None if first == "共同扣减" else Rows()
        head[first], done = _instead(head[first], text, path) if text else nothing, 1
    else:
        raise OverlayError(f"“{path}”应以 条款、{'、'.join(_HEAD)} 之一开头")
    if not done:
        raise OverlayError(f"“{path}”：政策包中没有这个位置")


def _change(value: Any, path: str, text: str, whole: str) -> int:
    """Set or remove what a path names inside a part of a pack; return in how many places that was done."""
    if isinstance(value, Block):
        keys = sorted(value, key=len, reverse=True)  # a key may itself hold a dot: ≥1.5亿元
        key = next((key for key in keys if path == key or path.startswith(f"{key}.")), None)
        if key is None and readings.KEY in value:
            letters = [letter for letter in value if letter != readings.KEY]
            return sum(_change(value[letter], path, text, whole) for letter in letters)
        if key is not None and path != key:
            return _change(value[key], path[len(key) + 1 :], text, whole)
        return _put(value, key if key is not None else Text(path), text, whole)
    if isinstance(value, list):
        place, _, rest = path.partition(".")
        if not place.isdecimal() or not 1 <= int(place) <= len(value) + (0 if rest or not text else 1):
            return 0
        index = int(place) - 1
        if rest:
            return _change(value[index], rest, text, whole)
        if not text:
            del value[index]
        else:
            value[index : index + 1] = [_value(text, whole)]
        return 1
    return 0


def _put(block: Block, key: str, text: str, whole: str) -> int:
    if not text:
        return 1 if block.pop(key, None) is not None else 0
    if key not in block and "." in key:
        return 0  # the way to it does not exist; a new key is one step
    block[key] = _instead(block.get(key), text, whole)
    return 1


def _instead(old: Any, text: str, path: str) -> Any:
    """Return new text for a value that may be a list, which is then written as one."""
    value = _value(text, path)
    if isinstance(old, list) and isinstance(value, str):
        raise OverlayError(f"“{path}”是一列，应写成 [甲, 乙]，或者在路径后用 .1、.2 指明第几项")
    return value


def _value(text: str, path: str) -> Any:
    """Return new text as a part of a pack: a list or a group where it is written as one, else the words."""
    if text[:1] not in "{[":
        return Text(text)
    try:
        return source.parse(text, "")
    except PackError:
        raise OverlayError(f"“{path}”的新值“{text}”写法有误，请检查括号和引号") from None


def _check(pack: Pack, overlay: Overlay) -> None:
    """Compile what the overlay may touch under every reading, as the check of packs does."""
    paths = "、".join(overlay)
    known = {reading.id: reading for reading in pack.readings}
    for name in readings.mentioned(Rows([*pack.raw.values(), *(getattr(pack.head, part) for part in _HEAD.values())])):
        if name not in known:
            raise OverlayError(f"“{paths}”：口径“{name}”不存在")
    for relation in pack.head.relations:
        if not isinstance(relation, Block) or not {"就高", readings.KEY} & relation.keys():
            raise OverlayError(f"“{paths}”：“关系”的每一项应写明“就高”")
    try:
        for chosen in _choices(pack, pack.head.term):
            pack.span(chosen, None)
        for number in _touched(pack, overlay):
            for letters in pack.variants(number):
                pack.compiled(number, letters)
    except PackError as error:
        raise OverlayError(f"“{paths}”：{error.message}") from None


def _choices(pack: Pack, part: Any) -> Iterator[dict[str, str]]:
    """Yield every choice of the readings that a part depends on."""
    names = sorted(readings.mentioned(part))
    for letters in itertools.product(*(pack.reading(name).options for name in names)):
        yield dict(zip(names, letters, strict=True))


def _touched(pack: Pack, overlay: Overlay) -> Iterable[str]:
    if any(not path.startswith("条款.") for path in overlay):
        return pack.raw
    return [number for number in pack.raw if any(path.startswith(f"条款.{number}.") for path in overlay)]
