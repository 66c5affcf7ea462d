"""Two versions of a policy side by side, in the words of the packs: which items came, went and changed, and in what."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from rules import readings
from rules.description import Clause
from rules.pack import Pack
from rules.readings import ReadingSpec
from rules.source import Block

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
_AS_WRITTEN = "（规则包写法）"

_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_WORD = re.compile(r"[0-9.,]+(?:[万亿]?元|%|[万亿])?|.", re.DOTALL)
_HEAD = {"期限": "term", "共同条件": "gate", "共同扣减": "overlap", "关系": "relations", "部门": "departments"}
_LIMITS = (
    *("封顶", "一次性", "每件一次", "晋级补差", "首次", "分期", "分期数", "均分"),
    *("年度总额", "计入年度总额", "年度名额"),
)
_SHOWN_APART = (
    *("编号", "名称", "条", "原文", "对象", "申报主体", "申报时点", "部门", "说明"),
    *("条件", "材料", "可选材料", "算例"),
)


Piece = tuple[str, bool]


@dataclass(frozen=True)
class Row:
    """One line beside the line that takes its place; None where there is none."""

    state: str
    before: str | None
    after: str | None

    @property
    def before_pieces(self) -> list[Piece]:
        """The older line in pieces, with whether each is no longer there."""
        return _pieces(self.before, self.after)

    @property
    def after_pieces(self) -> list[Piece]:
        """The newer line in pieces, with whether each was not there before."""
        return _pieces(self.after, self.before)


@dataclass(frozen=True)
class Part:
    """One side of an item (原文, 条件, 计算 …) line by line; only parts that differ are kept."""

    title: str
    rows: tuple[Row, ...]

    @property
    def differing(self) -> list[Row]:
        """The lines that are not the same on both sides."""
        return [row for row in self.rows if row.state != SAME]

    @property
    def alike(self) -> int:
        """How many lines are the same."""
        return len(self.rows) - len(self.differing)


@dataclass(frozen=True)
class Item:
    """One clause that is not the same in both versions: `state` is added, removed or changed."""

    number: str
    article: str
    name: str
    state: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Difference:
    """What changed between two versions: the head of the policy, then the items in the order of the newer text."""

    before: str
    after: str
    head: tuple[Part, ...]
    items: tuple[Item, ...]
    unchanged: int

    def count(self, state: str) -> int:
        """Return how many items are in a state."""
        return sum(item.state == state for item in self.items)


def between(before: Pack, after: Pack) -> Difference:
    """Return the difference of two versions; examples are no part of it."""
    old = {clause.number: clause for clause in before.clauses}
    new = {clause.number: clause for clause in after.clauses}
    items = []
    for number in merged([list(old), list(new)]):
        item = _item(number, old.get(number), new.get(number), before, after)
        if item.parts:
            items.append(item)
    return Difference(
        before=before.version,
        after=after.version,
        head=tuple(_parts(_head_of(before), _head_of(after))),
        items=tuple(items),
        unchanged=len(old.keys() | new.keys()) - len(items),
    )


def merged(orders: Sequence[Sequence[str]]) -> list[str]:
    """
    Return the numbers of several versions, oldest first, in one order.

    The newest version has its own order; what it no longer has follows whatever stood before it.
    """
    found = list(orders[-1])
    for order in reversed(orders[:-1]):
        for place, number in enumerate(order):
            if number not in found:
                earlier = next((found.index(other) + 1 for other in reversed(order[:place]) if other in found), 0)
                found.insert(earlier, number)
    return found


def _item(number: str, old: Clause | None, new: Clause | None, before: Pack, after: Pack) -> Item:
    shown = new or old
    assert shown is not None, "a number stands in one of the versions"
    state = ADDED if old is None else REMOVED if new is None else CHANGED
    sides = [_sides_of(clause, pack) if clause else {} for clause, pack in ((old, before), (new, after))]
    parts = (part for part in _parts(*sides) if state == CHANGED or not part.title.endswith(_AS_WRITTEN))
    return Item(number, shown.article, shown.name, state, tuple(parts))


def _parts(old: dict[str, list[str]], new: dict[str, list[str]]) -> Iterator[Part]:
    for title in new or old:
        rows = _rows(old.get(title, []), new.get(title, []))
        if any(row.state != SAME for row in rows):
            yield Part(title, rows)


def _rows(old: list[str], new: list[str]) -> tuple[Row, ...]:
    rows: list[Row] = []
    for verb, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for one, other in zip_longest(old[i:j], new[k:m]):
            state = SAME if verb == "equal" else REMOVED if other is None else ADDED if one is None else CHANGED
            rows.append(Row(state, one, other))
    return tuple(rows)


def _pieces(line: str | None, other: str | None) -> list[Piece]:
    """Return a line in pieces with whether each is missing in the other; a number is one piece with its unit."""
    if line is None or other is None:
        return [(line, True)] if line is not None else []
    one, two = _WORD.findall(line), _WORD.findall(other)
    found: list[Piece] = []
    for verb, i, j, _, _ in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if i < j:
            found.append(("".join(one[i:j]), verb != "equal"))
    return found


def _sides_of(clause: Clause, pack: Pack) -> dict[str, list[str]]:
    raw = pack.raw[clause.number]
    return {
        "名称和范围": [
            f"名称：{clause.name}",
            f"条：{clause.article}",
            f"对象：{clause.subject}",
            *(f"{key}：{raw[key]}" for key in ("申报主体", "申报时点", "部门", "说明") if key in raw),
        ],
        "原文": sentences(clause.texts),
        "条件": list(clause.conditions_text),
        f"条件{_AS_WRITTEN}": _lines(raw.get("条件", ())),
        "计算": list(clause.how_text),
        f"计算{_AS_WRITTEN}": list(_rules_of(raw)),
        "限额": [line for key in _LIMITS if key in raw for line in _lines(raw[key], key)],
        "口径": [line for spec in pack.readings_of(clause.number) for line in _reading(spec)],
        "材料": [f"{key}：{name}" for key in ("材料", "可选材料") for name in raw.get(key, ())],
    }


def sentences(texts: Iterable[str]) -> list[str]:
    """Return the sentences of the words of the law, each with its mark."""
    return [part.strip() for text in texts for part in _SENTENCE.findall(text) if part.strip()]


def _rules_of(raw: Block) -> Iterator[str]:
    for key, value in raw.items():
        if key not in _SHOWN_APART and key not in _LIMITS:
            yield from _lines(value, key)


def _lines(value: Any, place: str = "") -> list[str]:
    """Return a part of a pack line by line, each with the way to it: `封顶 范围（X9 取 a）：主体每年`."""
    if isinstance(value, Block):
        if readings.KEY in value:
            name = value[readings.KEY]
            return [
                line
                for letter, child in value.items()
                if letter != readings.KEY
                for line in _lines(child, f"{place}（{name} {'未定' if letter == '未定' else f'取 {letter}'}）")
            ]
        return [line for key, child in value.items() for line in _lines(child, f"{place} {key}".strip())]
    if isinstance(value, list | tuple):
        if not any(isinstance(child, Block | list) for child in value) and place:
            return [f"{place}：{'、'.join(map(str, value))}"]
        return [line for child in value for line in _lines(child, place)]
    return [f"{place}：{value}" if place else str(value)]


def _reading(spec: ReadingSpec) -> Iterator[str]:
    yield f"{spec.id} {spec.question}"
    for letter, words in spec.options.items():
        yield f"{spec.id} {letter}. {words}{'（推荐）' if letter == spec.recommended else ''}"


def _head_of(pack: Pack) -> dict[str, list[str]]:
    found = {title: _lines(getattr(pack.head, name) or ()) for title, name in _HEAD.items()}
    found["政策名称"] = [pack.head.title]
    general = [spec for spec in pack.readings if not any(c.partition("-")[2] in pack.raw for c in spec.clauses)]
    found["口径"] = [line for spec in general for line in _reading(spec)]
    return found
