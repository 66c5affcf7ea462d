"""Columns: what many claims state, read strictly. A value that cannot be true marks its row; it never enters a sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from rules import facts as fact_module
from rules import units
from rules.facts import Fact

Array = npt.NDArray[Any]

_LIMITS = {"money": fact_module.LARGEST_FEN - 1, "money_list": fact_module.LARGEST_FEN - 1}
_LARGEST = fact_module.LARGEST_COUNT - 1


@dataclass(frozen=True)
class Columns:
    """
    The stated facts of `rows` claims, by English name.

    `known` is None where every row states the fact. Values of rows that are unknown or impossible are replaced by the
    smallest possible one, so that arithmetic on them is safe; the rows themselves are decided by the masks. `bad` is 0
    for a good row, else the place in `bad_facts` plus one.
    """

    rows: int
    values: Mapping[str, Array]
    known: Mapping[str, Array | None]
    smallest: Mapping[str, int]
    largest: Mapping[str, int]
    bad: Array | None
    bad_facts: tuple[str, ...]


def scale(fact: Fact) -> int:
    """Return by how much a column of the fact is larger than its value."""
    return 10**fact.places if fact.kind in ("decimal", "percent") else 1


def read(stated: Mapping[str, Any], facts: Mapping[str, Fact], wholes: Sequence[tuple[Fact, Fact]]) -> Columns:
    """
    Return the columns, checked like the facts of single cases. Raises ValueError in Chinese for what is no column.

    `stated`: fact name → array, masked array, or (array, known). `facts` by English name, `wholes` as (part, whole).
    """
    rows = None
    values: dict[str, Array] = {}
    known: dict[str, Array | None] = {}
    smallest, largest = {}, {}
    bad: Array | None = None
    names: list[str] = []
    for name, given in stated.items():
        if name not in facts:
            raise ValueError(f"没有事实“{name}”")
        column, mask = _parts(facts[name], given)
        rows = len(column) if rows is None else rows
        if len(column) != rows or (mask is not None and mask.shape != (rows,)):
            raise ValueError(f"“{facts[name].chinese}”一列的行数与其他列不同")
        wrong = _impossible(facts[name], column, mask)
        if wrong is not None:
            names.append(name)
            bad = np.zeros(rows, np.uint8) if bad is None else bad
            bad[wrong & (bad == 0)] = len(names)
        unfit = wrong if mask is None else ~mask if wrong is None else wrong | ~mask
        if unfit is not None:
            column = column.copy()
            column[unfit] = _fill(facts[name])
        values[name], known[name] = column, mask
        if column.dtype != np.bool_ and column.size:
            smallest[name], largest[name] = int(column.min()), int(column.max())
    for part, whole in wholes:
        if part.name in values and whole.name in values:
            above = values[part.name] > values[whole.name]
            for mask in (known[part.name], known[whole.name]):
                above = above if mask is None else above & mask
            if above.any():
                names.append(part.name)
                bad = np.zeros(rows or 0, np.uint8) if bad is None else bad
                bad[above & (bad == 0)] = len(names)
    if len(names) > 250:
        raise ValueError("不合规的列过多，请先核对数据")
    return Columns(rows or 0, values, known, smallest, largest, bad, tuple(names))


def _parts(fact: Fact, given: Any) -> tuple[Array, Array | None]:
    mask: Array | None = None
    if isinstance(given, tuple):
        given, mask = given
    elif isinstance(given, np.ma.MaskedArray):
        given, mask = given.data, ~np.ma.getmaskarray(given)
    column = np.asarray(given)
    if fact.kind == "date":
        days = column.astype("datetime64[D]")
        stated = ~np.isnat(days)
        column, mask = days.astype(np.int64), stated if mask is None else stated & mask
    elif fact.kind == "choice" and column.dtype.kind == "U":
        column = _codes(fact, column)
    mask = None if mask is None else np.asarray(mask, np.bool_)
    if mask is not None and mask.all():
        mask = None
    shape = 2 if fact.kind == "money_list" else 1
    if column.ndim != shape or (shape == 2 and column.shape[1] != fact.count):
        raise ValueError(f"“{fact.chinese}”一列的形状不对")
    if fact.kind == "bool":
        if column.dtype != np.bool_:
            raise ValueError(f"“{fact.chinese}”一列应为是否值")
        return column, mask
    if fact.kind == "text" or column.dtype.kind not in "iu" or column.dtype == np.uint64:
        raise ValueError(f"“{fact.chinese}”一列应为整数（金额以分计，小数按小数位放大），不接受浮点数")
    return column if fact.kind == "choice" else np.ascontiguousarray(column, np.int64), mask


def _codes(fact: Fact, words: Array) -> Array:
    places = {value: place for place, (value, _) in enumerate(fact.choices)}
    distinct, where = np.unique(words, return_inverse=True)
    return np.array([places.get(str(word), -1) for word in distinct], np.int16)[where.reshape(words.shape)]


def _bounds(fact: Fact) -> tuple[int, int]:
    """Return the smallest and the largest possible value of a column."""
    if fact.kind == "choice":
        return 0, len(fact.choices) - 1
    if fact.kind == "date":
        return date.min.toordinal() - _EPOCH, date.max.toordinal() - _EPOCH
    by = scale(fact)
    low = -_LARGEST if fact.minimum is None else -int(-fact.minimum * by // 1)
    high = _LIMITS.get(fact.kind, _LARGEST) if fact.maximum is None else int(fact.maximum * by // 1)
    return low, high


_EPOCH = date(1970, 1, 1).toordinal()


def _fill(fact: Fact) -> Any:
    return False if fact.kind == "bool" else 0 if fact.kind == "date" else _bounds(fact)[0]


def _impossible(fact: Fact, column: Array, mask: Array | None) -> Array | None:
    """Return which rows state a value that cannot be, None where there is none."""
    if fact.kind == "bool" or not column.size:
        return None
    low, high = _bounds(fact)
    if int(column.min()) >= low and int(column.max()) <= high:
        return None
    beyond = np.asarray((column < low) | (column > high))
    wrong: Array = np.asarray(beyond.any(axis=1)) if beyond.ndim == 2 else beyond
    if mask is not None:
        wrong = wrong & mask
    return wrong if wrong.any() else None


def of_cases(rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Fact]) -> dict[str, tuple[Array, Array]]:
    """
    Return columns for the facts of cases in their JSON form; what a case does not state is masked.

    Raises ValueError in Chinese for what no column can hold: a fact of text, more decimals than the fact has places.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {}
    for name in names:
        if name not in facts:
            raise ValueError(f"没有事实“{name}”")
        fact = facts[name]
        known = np.array([row.get(name) is not None for row in rows])
        cells = [_cell(fact, row[name]) if row.get(name) is not None else _blank(fact) for row in rows]
        columns[name] = (np.array(cells, _dtype(fact)), known)
    return columns


def _dtype(fact: Fact) -> Any:
    return {"bool": np.bool_, "choice": np.int16, "date": "datetime64[D]"}.get(fact.kind, np.int64)


def _blank(fact: Fact) -> Any:
    if fact.kind == "date":
        return np.datetime64("NaT")
    return [0] * (fact.count or 0) if fact.kind == "money_list" else _fill(fact)


def _cell(fact: Fact, value: Any) -> Any:
    """Return the number in a column for a JSON value; one that cannot be true stays so and marks its row later."""
    try:
        decoded = fact_module.decode(fact, value)
    except ValueError:
        decoded = _beyond(fact, value)
    if fact.kind == "choice":
        return next((place for place, (key, _) in enumerate(fact.choices) if key == decoded), -1)
    if isinstance(decoded, Decimal):
        scaled = decoded * scale(fact)
        if scaled != int(scaled) or abs(scaled) > _LARGEST:
            raise ValueError(f"{fact.label}：批量测算最多保留 {fact.places} 位小数，且数值不能过大。")
        return int(scaled)
    return decoded


def _beyond(fact: Fact, value: Any) -> Any:
    """Return a number that is out of the range of its fact. Raises ValueError where it is no such number at all."""
    if fact.kind == "choice" and isinstance(value, str):
        return value
    if fact.kind == "integer" and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
        return value
    if fact.kind in ("decimal", "percent", "money") and isinstance(value, str):
        number: Decimal | int = units.fen(value) if fact.kind == "money" else units.decimal(value)
        if -_LARGEST <= number <= _LARGEST:
            return number
    raise ValueError(f"{fact.label}：“{value}”不能放入批量测算的列。")
