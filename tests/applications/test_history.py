"""The hash chain: intact on the whole road, and broken at the row that somebody touched."""

import pytest
from django.core.management import call_command
from django.db import connection

from applications import guards
from applications.history import first_broken_link
from applications.models import Event, Status
from tests.factories import make_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain():
    """Return the events of a paid case, with the triggers off so that the attacks get through."""
    application = make_application(Status.PAID)
    guards.remove(connection)
    yield application.events.order_by("sequence")
    guards.install(connection)


def test_whole_road_is_one_unbroken_chain(capsys):
    make_application(Status.CLOSED)

    call_command("verify_history")

    assert capsys.readouterr().out.startswith("完整：")


@pytest.mark.parametrize(
    "change",
    [{"note": "改过"}, {"detail": {"amount_fen": 1}}, {"by": None}, {"action": "grant"}, {"previous_hash": "0" * 64}],
)
def test_edited_row_is_named(chain, change):
    chain.filter(sequence=5).update(**change)

    assert first_broken_link(chain.all()).sequence == 5


def test_deleted_row_shows_at_the_gap(chain):
    chain.get(sequence=5).delete()

    assert first_broken_link(chain.all()).sequence == 6


def test_swapped_rows_show(chain):
    fifth, sixth = chain.get(sequence=5), chain.get(sequence=6)
    Event.objects.filter(pk=fifth.pk).update(sequence=1000)
    Event.objects.filter(pk=sixth.pk).update(sequence=5)
    Event.objects.filter(pk=fifth.pk).update(sequence=6)

    assert first_broken_link(chain.all()).sequence == 5


def test_command_names_the_broken_link(chain, capsys):
    chain.filter(sequence=3).update(note="改过")

    with pytest.raises(SystemExit):
        call_command("verify_history")

    assert "第3条" in capsys.readouterr().out
