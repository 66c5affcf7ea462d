"""Keyset pages: every row once, in order, forwards and back, with nulls at the end and whatever the address says."""

import json
from datetime import date, timedelta

import pytest
from django.test import RequestFactory

from applications.models import Authority, CalendarDay, User
from portal.paging import keyset


def get(query=""):
    return RequestFactory().get(f"/list/{query}")


def walk(queryset, order, size, side="next_url", start="", **more):
    """Return the rows of all pages from a start to the end."""
    pages, query = [], start
    for _ in range(50):
        page = keyset(queryset, order, get(query), size, **more)
        pages.append(page.rows)
        query = getattr(page, side)
        if not query:
            return pages, page
    raise AssertionError("the pages do not end")


@pytest.fixture
def people(db):
    """Seven users, two of them without a last login, two with the same one."""
    day = date(2026, 5, 1)
    rows = []
    for number, offset in enumerate([3, None, 1, 1, 5, None, 2]):
        moment = None if offset is None else f"{day + timedelta(days=offset)}T08:00:00+08:00"
        rows.append(User(username=f"p{number}", name=f"人员{number}", last_login=moment))
    return User.objects.bulk_create(rows)


NAMES = ["p2", "p3", "p6", "p0", "p4", "p1", "p5"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_every_row_comes_once_and_nulls_come_last(people, size):
    pages, _ = walk(User.objects.all(), ("last_login", "pk"), size)

    assert [row.username for page in pages for row in page] == NAMES


@pytest.mark.parametrize("size", [1, 2, 3])
def test_going_back_meets_the_same_pages(people, size):
    there, last = walk(User.objects.all(), ("last_login", "pk"), size)
    back, first = walk(User.objects.all(), ("last_login", "pk"), size, "previous_url", last.previous_url)

    seen = [row.username for page in reversed(back) for row in page]
    assert seen == NAMES[: len(NAMES) - len(there[-1])]
    assert first.previous_url == ""
    assert first.next_url != ""


def test_falling_columns_keep_nulls_last(people):
    pages, _ = walk(User.objects.all(), ("-last_login", "-pk"), 2)

    assert [row.username for page in pages for row in page] == ["p4", "p0", "p6", "p3", "p2", "p5", "p1"]


def test_values_and_related_columns_can_be_paged(people):
    pages, _ = walk(User.objects.values("username", "last_login", "pk"), ("last_login", "pk"), 3)

    assert [row["username"] for page in pages for row in page] == NAMES


@pytest.mark.parametrize("size", [1, 3, 8])
def test_columns_are_joined_to_the_rows_of_a_page_only(people, size):
    columns = ("username", "last_login", "pk")

    there, last = walk(User.objects.all(), ("last_login", "pk"), size, columns=columns)
    back, _ = walk(User.objects.all(), ("last_login", "pk"), size, "previous_url", last.previous_url, columns=columns)

    assert [row["username"] for page in there for row in page] == NAMES
    if last.previous_url:
        assert [row["username"] for page in reversed(back) for row in page] == NAMES[: len(NAMES) - len(there[-1])]
    assert there[0][0].keys() == set(columns)


def test_a_date_column_survives_the_address(db):
    authority = Authority.objects.create(code="test", name="测试单位", place="测试市", letter_sign="测")
    CalendarDay.objects.bulk_create(
        CalendarDay(authority=authority, day=date(2026, 5, day), working=True) for day in range(1, 6)
    )

    pages, _ = walk(CalendarDay.objects.all(), ("-day",), 2)

    assert [row.day.day for page in pages for row in page] == [5, 4, 3, 2, 1]


def test_other_parameters_stay_in_the_address(people):
    page = keyset(User.objects.all(), ("pk",), get("?status=a%20b&before=x&after=y"), 2)

    assert page.next_url == f"?status=a+b&after=%5B{page.rows[-1].pk}%5D"


@pytest.mark.parametrize(
    "border", ["", "x", "[]", "[1,2,3]", '["no day",1]', "{}", '[null,"z"]', "[" * 3000, "[[1],[2]]"]
)
def test_a_border_that_makes_no_sense_shows_the_first_page(people, border):
    for side in ("after", "before"):
        request = RequestFactory().get("/list/", {side: border})
        page = keyset(User.objects.all(), ("last_login", "pk"), request, 3)

        assert [row.username for row in page.rows] == NAMES[:3]
        assert page.previous_url == ""


def test_a_page_is_one_query(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        keyset(User.objects.all(), ("last_login", "pk"), get(), 3)


@pytest.mark.parametrize(
    ("side", "start", "names", "queries"),
    [
        ("next_url", 0, ["p6", "p0"], 1),  # behind p3, all with a value
        ("next_url", 2, ["p4", "p1"], 2),  # behind p0: one with a value, then those without
        ("next_url", 4, ["p5"], 1),  # behind p1, none has a value any more
        ("previous_url", 6, ["p4", "p1"], 2),  # before p5: one without, then those with a value
        ("previous_url", 4, ["p6", "p0"], 1),  # before p4
    ],
)
def test_a_page_behind_a_border_is_one_query_or_two_at_the_nulls(
    people, django_assert_num_queries, side, start, names, queries
):
    """Each condition is a range that an index can begin at, so what has and has not a value is read apart."""
    order = ("last_login", "pk")
    rows = {row.username: row for row in people}
    border = rows[NAMES[start + 1 if side == "next_url" else start]]
    border.refresh_from_db()
    word = "after" if side == "next_url" else "before"
    moment = border.last_login.isoformat() if border.last_login else None
    request = RequestFactory().get("/list/", {word: json.dumps([moment, border.pk])})

    with django_assert_num_queries(queries):
        page = keyset(User.objects.all(), order, request, 2)

    assert [row.username for row in page.rows] == names


def test_an_empty_list_has_no_neighbours(db):
    page = keyset(User.objects.all(), ("pk",), get())

    assert (page.rows, page.next_url, page.previous_url) == ([], "", "")
