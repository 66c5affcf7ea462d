"""/healthz: every part is asked, and a part that is down is said."""

import pytest
from django.core.files.storage import storages
from django.db import DatabaseError

from portal import health

pytestmark = pytest.mark.django_db


def test_healthz_is_public_and_answers_every_part(client):
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "broker": "ok", "storage": "ok", "oldest_outbox_seconds": 0}


@pytest.mark.parametrize("part", ["database", "broker", "storage"])
def test_healthz_is_503_when_a_part_is_down(client, monkeypatch, part):
    def fail():
        raise DatabaseError("a secret of the server")

    monkeypatch.setitem(health.PARTS, part, fail)
    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()[part] == "down"
    assert "secret" not in response.content.decode()


def test_healthz_leaves_no_file_behind(client):
    client.get("/healthz")

    assert storages["private"].listdir("healthz") == ([], [])
