"""
Questions that are put into SQL once.

Django builds a query and turns it into SQL anew each time it is asked. For the lock of every act and for the page of a
case that was more work than the answer. A kept question is turned into SQL once for a process and a database, with a
mark where each of its values stands, and asked again with other values: what is kept is the question and no answer.
"""

import copy
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)

LARGEST = 2**63
PLANS = 64  # shapes of one question, mostly days; an older one is put together again


@dataclass(frozen=True)
class Plan:
    """A question in SQL: `places` says which value stands where among the parameters."""

    rows: QuerySet[Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]
    converters: Any


class Kept(Generic[M]):
    """
    A question of a few values: `make` returns its queryset for them.

    A value is a number, a text, a day or a moment, and is never None; it may stand in a comparison and nowhere where
    Django looks at it while it builds the query. Whatever else the query is built from (today, a choice) is the
    `shape`: named arguments of `make`, one plan for each. Equal arguments must give equal queries.
    """

    def __init__(self, make: Callable[..., QuerySet[M]]) -> None:
        self._make = make
        self._plans: dict[Hashable, Plan] = {}

    def all(self, *values: Any, **shape: Hashable) -> list[Any]:
        """Return the rows for these values; a number beyond those of the database is no row's, as Django has it."""
        if any(isinstance(value, int) and not -LARGEST <= value < LARGEST for value in values):
            return []
        plan = self._plan(values, shape)
        connection = connections[plan.rows.db]
        if plan.rows.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        params = list(plan.params)
        for place, value in plan.places:
            params[place] = _adapted(connection, values[value])
        compiler = copy.copy(plan.compiler)
        compiler.connection = connection  # of this thread
        compiler.as_sql = lambda *_, **__: (plan.sql, tuple(params))
        compiler.get_converters = lambda _: plan.converters
        rows = plan.rows._chain()  # type: ignore[attr-defined]
        rows.query.get_compiler = lambda *_, **__: compiler
        return list(rows)

    def first(self, *values: Any, **shape: Hashable) -> Any | None:
        """Return the first row, None without one; a question with many rows is cut by `make`."""
        return next(iter(self.all(*values, **shape)), None)

    def get(self, *values: Any, **shape: Hashable) -> Any:
        """Return the one row. Raises the model's DoesNotExist."""
        rows = self.all(*values, **shape)
        if not rows:
            model: Any = self._plan(values, shape).rows.model
            raise model.DoesNotExist(f"{model._meta.object_name} matching query does not exist.")
        assert len(rows) == 1
        return rows[0]

    def _plan(self, values: Sequence[Any], shape: dict[str, Hashable]) -> Plan:
        key = (tuple(sorted(shape.items())), tuple(map(type, values)))
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= PLANS:
                self._plans.clear()
            plan = self._plans[key] = _put_together(self._make, values, shape)
        return plan


def _put_together(make: Callable[..., QuerySet[Any]], values: Sequence[Any], shape: dict[str, Hashable]) -> Plan:
    """Turn the question into SQL with two sets of marks: what differs between them are the values, and nothing else."""
    rows, compiler, sql, params, marks = _compiled(make, values, shape, 0)
    _, _, again, others, other_marks = _compiled(make, values, shape, 1)
    assert sql == again, "the values decide how the question is put"
    assert len(params) == len(others)
    places = []
    for place, (one, other) in enumerate(zip(params, others, strict=True)):
        if one != other:
            assert one in marks, "a value stands inside of another one"
            assert other_marks[marks.index(one)] == other, "a value stands inside of another one"
            places.append((place, marks.index(one)))
    assert {value for _, value in places} == set(range(len(marks))), "a value stands nowhere in the question"
    converters = compiler.get_converters([row[0] for row in compiler.select[: compiler.col_count]])
    return Plan(rows, compiler, sql, tuple(params), tuple(places), converters)


def _compiled(make: Any, values: Sequence[Any], shape: dict[str, Hashable], which: int) -> Any:
    marks = [_mark(value, which * len(values) + place) for place, value in enumerate(values)]
    rows = make(*marks, **shape)
    connection = connections[rows.db]
    compiler = rows.query.get_compiler(rows.db)
    sql, params = compiler.as_sql()
    return rows, compiler, sql, params, [_adapted(connection, mark) for mark in marks]


def _mark(value: Any, number: int) -> Any:
    """Return a value of the same kind, small enough for every column."""
    if isinstance(value, datetime):
        return datetime(1001, 1, 1, tzinfo=UTC) + timedelta(days=number)
    if isinstance(value, date):
        return date(1001, 1, 1) + timedelta(days=number)
    if isinstance(value, str):
        return f"\ue000{number}\ue000"
    if isinstance(value, int) and not isinstance(value, bool):
        return 31_001 + number
    raise TypeError(type(value).__name__)


def _adapted(connection: Any, value: Any) -> Any:
    """Return a value as the database's parameters hold it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value
