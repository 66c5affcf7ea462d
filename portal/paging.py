"""
Keyset paging: a page starts behind the last row of the one before, so its cost does not grow with its depth.

Nothing is counted. The address carries the sort values of the border row (`after=` or `before=`), which anyone may
change: they only choose where a page starts, never which rows a person may see.
"""

import json
from collections.abc import Callable, Sequence
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
    """One sort column: the lookup path, whether it falls, whether it may be null. Nulls stand last either way."""

    path: str
    falls: bool
    null: bool

    def order(self, backwards: bool) -> OrderBy:
        """
        Return the ORDER BY term; read backwards the nulls come first, so that one page mirrors the other.

        Where there are no nulls nothing is said of them: the words would keep the database from walking its index.
        """
        nulls = ({"nulls_first": True} if backwards else {"nulls_last": True}) if self.null else {}
        return F(self.path).desc(**nulls) if self.falls != backwards else F(self.path).asc(**nulls)

    def from_here(self, value: Any, backwards: bool) -> Q:
        """Return the rows at this value or behind it, nulls aside: a range where an index can begin."""
        return Q(**{f"{self.path}__{'lte' if self.falls != backwards else 'gte'}": value})

    def beyond(self, value: Any, backwards: bool) -> Q:
        """Return the rows that stand behind this value (or before it, read backwards) in this column alone."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if backwards else Q(pk__in=[])
        condition = Q(**{f"{self.path}__{'lt' if self.falls != backwards else 'gt'}": value})
        return condition | self.is_null() if self.null and not backwards else condition

    def is_null(self) -> Q:
        """Return the rows without a value."""
        return Q(**{f"{self.path}__isnull": True})


def keyset(
    queryset: QuerySet,
    order: Sequence[str],
    request: HttpRequest,
    size: int = 30,
    *,
    columns: Sequence[str] = (),
    detail: Callable[[QuerySet], QuerySet] | None = None,
) -> Page:
    """
    Return the page that the address asks for: size + 1 rows in one query, in two where a page crosses to the rows
    without a value in the first column.

    `order` names columns as `order_by` does ("-pk"); its last must be unique. Rows may be instances, dictionaries of
    `.values()` or named tuples that contain every sort column. With `columns` they are dictionaries of these, and other
    tables are joined to the rows of the page only: a planner that misjudges the filters then joins nothing in vain.
    `detail` annotates those rows with what else the columns name.
    A border that makes no sense shows page one.
    """
    sorted_by = [_column(queryset, name) for name in order]
    backwards = BEFORE in request.GET and AFTER not in request.GET
    border = _border(request.GET.get(BEFORE if backwards else AFTER, ""), queryset, sorted_by)
    backwards = backwards and border is not None

    terms = [column.order(backwards) for column in sorted_by]
    ordered = queryset.order_by(*terms)
    rows: list[Any] = []
    for stretch in _stretches(sorted_by, border, backwards):
        found = ordered.filter(stretch)[: size + 1 - len(rows)]
        if columns:
            rest = queryset.model._base_manager.filter(pk__in=found.values("pk"))
            found = (detail(rest) if detail else rest).order_by(*terms).values(*columns)
        rows += found
        if len(rows) > size:
            break
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next = more or backwards
    has_previous = more if backwards else border is not None
    return Page(
        rows=rows,
        next_url=_address(request, AFTER, rows[-1], sorted_by) if rows and has_next else "",
        previous_url=_address(request, BEFORE, rows[0], sorted_by) if rows and has_previous else "",
    )


def _column(queryset: QuerySet, name: str) -> _Column:
    path = name.removeprefix("-")
    parts = path.split("__")  # a value is also missing where a relation on the way to it is
    steps = ["__".join(parts[: number + 1]) for number in range(len(parts))]
    return _Column(path, name.startswith("-"), any(_field(queryset, step).null for step in steps))


def _stretches(columns: Sequence[_Column], border: Sequence[Any] | None, backwards: bool) -> list[Q]:
    """
    Return what lies behind the border as conditions to be read one after the other.

    An index is entered at a range of its first column, never at "or": so rows with and without a value there are
    separate stretches.
    """
    if border is None:
        return [Q()]
    if len(columns) == 1:
        return [columns[0].beyond(border[0], backwards)]
    first, value = columns[0], border[0]
    if value is None:
        here = first.is_null() & _beyond(columns[1:], border[1:], backwards)
        return [here, ~first.is_null()] if backwards else [here]
    here = first.from_here(value, backwards)
    # "other than" and not "beyond": said twice, the range would look narrower to the planner than it is
    here &= ~Q(**{first.path: value}) | _beyond(columns[1:], border[1:], backwards)
    return [here, first.is_null()] if first.null and not backwards else [here]


def _beyond(columns: Sequence[_Column], border: Sequence[Any], backwards: bool) -> Q:
    """Return the rows behind the border: equal in the first columns and beyond it in the next."""
    found, equal = Q(pk__in=[]), Q()
    for column, value in zip(columns, border, strict=True):
        found |= equal & column.beyond(value, backwards)
        equal &= column.is_null() if value is None else Q(**{column.path: value})
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
