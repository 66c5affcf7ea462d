"""/healthz: every part is asked, and a part that is down is said."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import DatabaseError
from django.utils import timezone

from applications.models import HealthRun
from portal import health

pytestmark = pytest.mark.django_db


def test_healthz_is_public_and_answers_every_part(client):
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {
        "database": "ok",
        "broker": "ok",
        "storage": "ok",
        "oldest_outbox_seconds": 0,
        "last_sound_check_seconds": None,
    }


def test_healthz_says_how_old_the_last_sound_check_is(client):
    now = timezone.now()
    for hours, sound in ((30, True), (6, False)):
        moment = now - timedelta(hours=hours)
        HealthRun.objects.create(started_at=moment, finished_at=moment, sound=sound)

    age = client.get("/healthz").json()["last_sound_check_seconds"]

    assert 30 * 3600 <= age < 30 * 3600 + 60


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
