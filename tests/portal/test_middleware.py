"""Around every request: limits, methods, headers, time-outs, the client's address."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import RequestFactory

from portal.middleware import SEEN, STARTED, client_ip

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client):
    """Log a plain user in and return them."""
    user = get_user_model().objects.create_user("member", password="long-enough-words")
    client.force_login(user)
    return user


def test_a_body_over_the_limit_is_refused_unread(client, settings):
    settings.REQUEST_MAX_BYTES = 1024 * 1024

    response = client.post("/accounts/login/", CONTENT_LENGTH="1048577")

    assert response.status_code == 413
    assert "<h1>上传内容过大</h1>" in response.content.decode()


def test_a_length_that_is_no_number_is_refused(client):
    assert client.post("/accounts/login/", CONTENT_LENGTH="-1").status_code == 413


def test_a_database_that_cannot_be_asked_is_a_503_that_says_when_to_try_again(client, monkeypatch):
    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr("portal.views.public.render", locked)

    response = client.get("/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "系统维护中" in response.content.decode()
    assert "locked" not in response.content.decode()


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE"])
def test_other_methods_are_refused_everywhere(client, method):
    assert client.generic(method, "/healthz").status_code == 405


def test_every_answer_carries_the_strict_headers(client):
    headers = client.get("/healthz").headers

    assert sorted(headers["Content-Security-Policy"].split("; ")) == [
        "base-uri 'none'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
    ]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_pages_of_a_logged_in_person_are_stored_nowhere(client, member):
    assert "no-store" in client.get("/accounts/password/change/").headers["Cache-Control"]


@pytest.mark.parametrize(("mark", "limit"), [(SEEN, "SESSION_IDLE_SECONDS"), (STARTED, "SESSION_COOKIE_AGE")])
def test_a_session_ends_after_its_time(client, member, settings, mark, limit):
    assert client.get("/accounts/password/change/").status_code == 200
    session = client.session
    session[mark] = int(time.time()) - getattr(settings, limit) - 1
    session.save()

    response = client.get("/accounts/password/change/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_five_wrong_passwords_lock_the_account_for_that_address(client, member):
    client.logout()
    wrong = {"login": "member", "password": "not-the-password"}
    answers = [client.post("/accounts/login/", wrong).status_code for _ in range(5)]
    right = client.post("/accounts/login/", {"login": "member", "password": "long-enough-words"})
    elsewhere = client.post(
        "/accounts/login/", {"login": "member", "password": "long-enough-words"}, REMOTE_ADDR="192.0.2.9"
    )

    assert answers == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (2, "198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "127.0.0.1"),
    ],
)
def test_the_address_of_a_client_is_what_our_own_proxy_saw(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})

    assert client_ip(request) == expected
