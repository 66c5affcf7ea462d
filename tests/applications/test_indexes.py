"""The indexes that the queue of a large authority stands on."""

import pytest
from django.db import connection
from django.db.models import Q

from applications.models import Application
from applications.workflow import TURN


def test_a_desk_with_several_statuses_has_an_index_of_its_own_turn():
    """Rows of one status are sorted by the index of all; two statuses are in one order only where an index says so."""
    partial = [index for index in Application._meta.indexes if index.condition]
    assert all(index.fields == ["authority", "due_on", "id"] for index in partial)

    desks = {turn for turn in TURN.values() if len(turn) > 1}

    assert {Q(status__in=sorted(turn)) for turn in desks} == {index.condition for index in partial}


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["authority_id", "applicant_id", "clause_id", "round_id"])
def test_a_key_without_an_index_of_its_own_begins_another(column):
    """The database looks for the rows of a policy's clause or of an applicant whenever one of those is changed."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Application._meta.db_table)

    assert [name for name, row in found.items() if row["index"] and row["columns"] == [column]] == []
    assert [name for name, row in found.items() if row["index"] and row["columns"][:1] == [column]]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compares sign by sign anyway")
def test_numbers_are_compared_sign_by_sign():
    """Only then does the index of the unique number answer its beginning, in the order of numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collation_name FROM information_schema.columns "
            "WHERE table_name = 'applications_application' AND column_name = 'number'"
        )
        assert cursor.fetchone() == ("C",)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = Application.objects.filter(number__startswith="XINXING-2020").order_by("-number")[:61].explain()

    assert "Index Scan Backward using applications_application_number" in plan
    assert "Sort" not in plan
