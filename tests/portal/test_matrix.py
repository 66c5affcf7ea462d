"""
Every address of the portal against every kind of person, by the table in `doors.py`.

An address without a row fails, so that no page can be added without saying who may open it. Anonymous people are led
to the log-in page of whatever is not public, strangers get a 404 before any other check, and nothing is changed by a
GET or by somebody who may not act.
"""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from applications.models import Duty
from tests.portal.doors import ACCOUNT, ACCOUNT_WITH_KEY, DOORS, POSTED, UNNAMED, VERBS, Answer
from tests.portal.world import PERSONS, World, make_world, rows_of_the_case


def in_the_resolver(resolver: Any = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, route) of every address."""
    for row in (resolver or get_resolver()).url_patterns:
        route = prefix + str(row.pattern)
        if isinstance(row, URLResolver):
            yield from in_the_resolver(row, route, f"{space}{row.namespace}:" if row.namespace else space)
        else:
            yield space + (row.name or ""), route


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Build one world for the module, in a transaction around those of the tests."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            yield make_world()
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _empty_storage():
    """Keep the files of the world: they are written once for all tests of the module."""


@pytest.fixture(autouse=True)
def _without_the_log():
    """Thousands of requests write no line each: that costs more than the requests."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def client_of(world: World, person: str, **more: Any) -> Client:
    client = Client(raise_request_exception=False, **more)
    if user := world.people[person]:
        client.force_login(user)
    return client


def read(response: Any) -> None:
    """Take a file to its end, which closes it; `close()` here would close the database as well."""
    if response.streaming:
        b"".join(response.streaming_content)


def is_right(answer: Answer, person: str, response: Any) -> bool:
    """Say whether a response is what the table promises."""
    if person in answer.who:
        return response.status_code in answer.statuses
    if person == "anonymous":
        return response.status_code == 302 and response["Location"].startswith("/accounts/login/?next=")
    if person in POSTED and answer.officers:
        return response.status_code in answer.officers
    return response.status_code == answer.otherwise


def test_every_address_has_its_row():
    known = {name for name, _ in in_the_resolver() if not name.endswith(":")}
    unnamed = {route for name, route in in_the_resolver() if name.endswith(":") or not name}

    assert known == DOORS.keys() | ACCOUNT | ACCOUNT_WITH_KEY.keys()
    assert unnamed == UNNAMED


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("person", sorted(PERSONS))
def test_every_page_opens_to_whom_it_is_for_and_changes_nothing(world, person):
    client = client_of(world, person)
    before = rows_of_the_case()
    wrong = []

    for name, door in DOORS.items():
        response = client.get(reverse(name, kwargs=door.kwargs(world)))
        if not is_right(door.get, person, response):
            wrong.append((name, response.status_code))
        read(response)

    assert wrong == []
    assert rows_of_the_case() == before


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("person", sorted(PERSONS))
def test_a_post_is_taken_from_whom_it_is_for_and_no_one_else(world, person):
    client = client_of(world, person)
    before = rows_of_the_case()
    wrong = []

    for name, door in DOORS.items():
        if name in VERBS and person in door.post.who:
            continue
        with transaction.atomic():
            response = client.post(reverse(name, kwargs=door.kwargs(world)), {"idempotency_key": "one-key"})
            transaction.set_rollback(person in door.post.who)
        if not is_right(door.post, person, response):
            wrong.append((name, response.status_code))
        read(response)

    assert wrong == []
    assert rows_of_the_case() == before


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["anonymous", "stranger", "agent", Duty.VERIFY])
def test_account_pages_break_for_nobody_and_change_nothing_on_a_get(world, person):
    client = client_of(world, person)
    before = rows_of_the_case()
    pages = {name: {} for name in ACCOUNT} | ACCOUNT_WITH_KEY

    answers = {name: client.get(reverse(name, kwargs=kwargs)).status_code for name, kwargs in sorted(pages.items())}

    assert {name: status for name, status in answers.items() if status not in {200, 302, 404}} == {}
    assert rows_of_the_case() == before
    assert get_user(client).is_authenticated == (person != "anonymous")


@pytest.mark.django_db
def test_no_post_is_taken_without_its_token(world):
    client = client_of(world, "agent", enforce_csrf_checks=True)
    urls = [reverse(name, kwargs=door.kwargs(world)) for name, door in DOORS.items()]
    urls += [reverse(name) for name in sorted(ACCOUNT)]

    assert {url: status for url in urls if (status := client.post(url).status_code) != 403} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["stranger", Duty.AUDIT])
def test_whatever_the_resolver_does_not_know_is_a_404(world, person):
    client = client_of(world, person)

    assert [client.get(url).status_code for url in ("/nothing/", "/console/nothing/", "/my/nothing/")] == [404] * 3
