"""
Keyset paging: a page starts behind the last row of the one before, so its cost does not grow with its depth.

Nothing is counted. The address carries the sort values of the border row (`after=` or `before=`), which anyone may
change: they only choose where a page starts, never which rows a person may see.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

AFTER, BEFORE = "after", "before"


@dataclass(frozen=True)
class Page:
    """One page: its rows and the addresses (query strings) of its neighbours, "" where there is none."""

    rows: list[Any]
    next_url: str
    previous_url: str


@dataclass(frozen=True)
class _Column:
    """One sort column: the lookup path, and whether it falls. Nulls stand last in both directions."""

    path: str
    falls: bool

    def order(self, backwards: bool) -> OrderBy:
        """Return the ORDER BY term; read backwards the nulls come first, so that one page mirrors the other."""
        descending = self.falls != backwards
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        return F(self.path).desc(**nulls) if descending else F(self.path).asc(**nulls)

    def beyond(self, value: Any, backwards: bool) -> Q:
        """Return the rows that stand behind this value (or before it, read backwards) in this column alone."""
        falls = self.falls != backwards
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if backwards else Q(pk__in=[])
        condition = Q(**{f"{self.path}__{'lt' if falls else 'gt'}": value})
        return condition if backwards else condition | Q(**{f"{self.path}__isnull": True})


def keyset(queryset: QuerySet, order: Sequence[str], request: HttpRequest, size: int = 30) -> Page:
    """
    Return the page that the address asks for, in one query of size + 1 rows.

    `order` names columns as `order_by` does ("-pk"); its last must be unique. Rows may be instances, dictionaries of
    `.values()` or named tuples that contain every sort column. A border that makes no sense shows page one.
    """
    columns = [_Column(name.removeprefix("-"), name.startswith("-")) for name in order]
    backwards = BEFORE in request.GET and AFTER not in request.GET
    border = _border(request.GET.get(BEFORE if backwards else AFTER, ""), queryset, columns)
    backwards = backwards and border is not None

    rows_of = queryset.order_by(*(_order(queryset, column, backwards) for column in columns))
    if border is not None:
        rows_of = rows_of.filter(_beyond(columns, border, backwards))
    rows = list(rows_of[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next = more or backwards
    has_previous = more if backwards else border is not None
    return Page(
        rows=rows,
        next_url=_address(request, AFTER, rows[-1], columns) if rows and has_next else "",
        previous_url=_address(request, BEFORE, rows[0], columns) if rows and has_previous else "",
    )


def _order(queryset: QuerySet, column: _Column, backwards: bool) -> OrderBy:
    """
    Return the ORDER BY term of a column, without a word on nulls where there are none.

    NULLS LAST on a column that cannot be null would keep the database from walking its index.
    """
    if _field(queryset, column.path).null:
        return column.order(backwards)
    return F(column.path).desc() if column.falls != backwards else F(column.path).asc()


def _beyond(columns: Sequence[_Column], border: Sequence[Any], backwards: bool) -> Q:
    """Return the rows behind the border: equal in the first columns and beyond it in the next."""
    found, equal = Q(pk__in=[]), Q()
    for column, value in zip(columns, border, strict=True):
        found |= equal & column.beyond(value, backwards)
        equal &= Q(**({f"{column.path}__isnull": True} if value is None else {column.path: value}))
    return found


def _field(queryset: QuerySet, path: str) -> Any:
    options = queryset.model._meta
    *relations, name = path.split("__")
    for relation in relations:
        options = options.get_field(relation).related_model._meta
    return options.pk if name == "pk" else options.get_field(name)


def _border(text: str, queryset: QuerySet, columns: Sequence[_Column]) -> list[Any] | None:
    """Return the sort values in an address, each as its column understands it, or None when they make no sense."""
    try:
        values = json.loads(text)
        if not isinstance(values, list) or len(values) != len(columns):
            return None
        return [
            None if value is None else _field(queryset, column.path).to_python(value)
            for column, value in zip(columns, values, strict=True)
        ]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None


def _value(row: Any, path: str) -> Any:
    if isinstance(row, dict):
        return row[path]
    if hasattr(row, path):
        return getattr(row, path)
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _address(request: HttpRequest, side: str, row: Any, columns: Sequence[_Column]) -> str:
    query = request.GET.copy()
    for name in (AFTER, BEFORE):
        query.pop(name, None)
    values = [_value(row, column.path) for column in columns]
    values = [value.isoformat() if isinstance(value, date) else value for value in values]
    query[side] = json.dumps(values, separators=(",", ":"), cls=DjangoJSONEncoder)
    return f"?{query.urlencode()}"
