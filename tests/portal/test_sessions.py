"""Log-ins under attack: sessions, guessing, enumeration, redirects."""

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Duty
from tests.factories import PASSWORD, make_officer, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


@pytest.fixture
def person():
    """Somebody with an account."""
    return make_user()


def log_in(client, person, password=PASSWORD, **more):
    """Post the log-in form."""
    return client.post(LOGIN, {"login": person.username, "password": password}, **more)


def is_in(client) -> bool:
    """Say whether the client's cookie opens the desk."""
    return client.get(reverse("desk")).status_code == 200


def test_a_session_gets_a_new_key_at_log_in_so_that_a_planted_one_is_worth_nothing(client, person):
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["session"] = planted

    assert log_in(client, person).status_code == 302

    assert client.cookies["session"].value != planted
    thief = Client()
    thief.cookies["session"] = planted
    assert not is_in(thief)


def test_log_out_kills_the_session_and_not_only_the_cookie(client, person):
    log_in(client, person)
    thief = Client()
    thief.cookies["session"] = client.cookies["session"].value
    assert is_in(thief)

    client.get("/accounts/logout/")
    assert is_in(thief)
    client.post("/accounts/logout/")

    assert not is_in(thief)


def test_an_old_cookie_of_a_disabled_account_opens_nothing(client, person):
    log_in(client, person)
    person.is_active = False
    person.save()

    assert not is_in(client)


def test_a_new_password_ends_the_other_sessions(client, person):
    log_in(client, person)
    elsewhere = Client()
    log_in(elsewhere, person)

    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "another-horse-42", "password2": "another-horse-42"},
    )

    assert (is_in(client), is_in(elsewhere)) == (True, False)


def test_a_duty_that_ends_or_changes_counts_on_the_next_request(client):
    officer = make_officer(Duty.PAY)
    client.force_login(officer)
    assert client.get(reverse("finance")).status_code == 200

    officer.postings.update(duty=Duty.VERIFY)
    assert client.get(reverse("finance")).status_code == 404
    assert client.get(reverse("console:queue")).status_code == 200

    officer.postings.update(until="2025-12-31")
    assert client.get(reverse("console:queue")).status_code == 404


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "http:evil.example"],
)
def test_log_in_and_log_out_lead_nowhere_else(client, person, target):
    desk = reverse("desk")
    entered = client.post(LOGIN, {"login": person.username, "password": PASSWORD, "next": target})
    by_query = client.get(f"{LOGIN}?next={target}")
    left = client.post("/accounts/logout/", {"next": target})

    assert [answer["Location"] for answer in (entered, by_query, left)] == [desk, desk, "/"]


def test_spelling_the_name_otherwise_gives_no_more_guesses(client, person):
    spellings = [person.username, person.username.upper(), person.username.title(), f" {person.username} ", "uSER"]
    spellings[-1] += person.username.removeprefix("user")

    answers = [client.post(LOGIN, {"login": name, "password": "wrong-guess-1"}).status_code for name in spellings]

    assert answers == [200, 200, 200, 200, 429]
    assert log_in(client, person).status_code == 429


def test_a_right_password_forgets_the_wrong_ones(client, person):
    for _ in range(3):
        answers = [log_in(client, person, "wrong-guess-1").status_code for _ in range(4)]
        answers.append(log_in(client, person).status_code)
        client.post("/accounts/logout/")

        assert answers == [200, 200, 200, 200, 302]


def test_guessing_at_one_account_locks_out_nobody_else_at_that_address(client, person):
    for _ in range(6):
        log_in(client, person, "wrong-guess-1")

    assert log_in(Client(), make_user()).status_code == 302


def test_a_forged_address_does_not_evade_the_lock(client, person):
    answers = [
        log_in(client, person, "wrong-guess-1", headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code
        for number in range(5)
    ]

    assert answers == [200, 200, 200, 200, 429]


def page_without(response, *words) -> str:
    """Return the page without what was typed and without tokens, to compare two answers."""
    page = response.content.decode()
    for word in (*words, response.wsgi_request.META.get("CSRF_COOKIE", "no cookie")):
        page = page.replace(word, "…")
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_log_in_says_the_same_for_an_unknown_a_known_and_a_disabled_name(client, person):
    disabled = make_user()
    disabled.is_active = False
    disabled.save()
    names = [person.username, "nobodyhere", disabled.username]

    answers = [client.post(LOGIN, {"login": name, "password": "wrong-guess-1"}) for name in names]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({page_without(answer, name) for answer, name in zip(answers, names, strict=True)}) == 1


def test_an_unknown_name_is_locked_like_a_known_one(client):
    answers = [client.post(LOGIN, {"login": "nobodyhere", "password": "wrong-guess-1"}).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]


def test_a_reset_answers_the_same_for_any_address(client, person):
    person.email = "known@example.com"
    person.save()

    known = client.post("/accounts/password/reset/", {"email": "known@example.com"})
    unknown = client.post("/accounts/password/reset/", {"email": "other@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.status_code == 302
