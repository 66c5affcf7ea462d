"""One key, one act: repeated, changed, refused, at the same moment, and by another person."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template import Context, Template
from django.test import RequestFactory

from applications import guards
from applications.models import Counter, IdempotencyKey
from portal.idempotency import idempotent
from tests.factories import make_user


def upload(name, data):
    """Return a small file as a browser sends it."""
    return SimpleUploadedFile(name, data)


@idempotent
def count(request):
    """Act once: count, and answer with the place of the result."""
    if request.POST.get("refuse"):
        return HttpResponse("refused", status=409)
    row, _ = Counter.objects.select_for_update().get_or_create(scope="acts")
    row.last += 1
    row.save()
    return redirect(f"/done/{row.last}/")


def post(user, data, **headers):
    """Return the answer to one POST of a person."""
    request = RequestFactory().post("/pay/", data, headers=headers)
    request.user, request.session = user, SessionStore()
    return count(request)


def acts():
    """Return how often the view really acted."""
    return sum(Counter.objects.filter(scope="acts").values_list("last", flat=True))


@pytest.mark.django_db
def test_same_request_twice_acts_once_and_answers_the_same():
    user = make_user()
    first, second = (post(user, {"idempotency_key": "k", "sum": "1"}) for _ in range(2))

    assert (first.status_code, first.url) == (second.status_code, second.url) == (302, "/done/1/")
    assert acts() == 1


@pytest.mark.django_db
def test_key_may_travel_in_the_header():
    user = make_user()
    for _ in range(2):
        post(user, {"sum": "1"}, **{"Idempotency-Key": "h"})

    assert acts() == 1


@pytest.mark.django_db
def test_same_key_with_another_content_is_refused():
    user = make_user()
    post(user, {"idempotency_key": "k", "sum": "1"})

    assert post(user, {"idempotency_key": "k", "sum": "2"}).status_code == 422
    assert acts() == 1


@pytest.mark.django_db
def test_refused_request_leaves_no_key():
    user = make_user()

    assert post(user, {"idempotency_key": "k", "refuse": "1"}).status_code == 409
    assert not IdempotencyKey.objects.exists()
    assert post(user, {"idempotency_key": "k"}).status_code == 302


@pytest.mark.django_db
def test_keys_of_two_people_are_two_keys():
    post(make_user(), {"idempotency_key": "k"})
    post(make_user(), {"idempotency_key": "k"})

    assert acts() == 2


@pytest.mark.django_db
def test_without_a_key_each_request_acts():
    user = make_user()
    post(user, {})
    post(user, {})

    assert acts() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"a": "1\nb=2"}, {"a": "1", "b": "2"}),
        ({"a": ["1", "2"]}, {"a": ["2", "1"]}),
        ({"file": upload("a.pdf", b"one")}, {"file": upload("a.pdf", b"two")}),  # same name and size
        ({"file": upload("a.pdf", b"one")}, {"file": upload("b.pdf", b"one")}),
        ({"sum": "1"}, {"sum": "1", "more": ""}),
    ],
)
def test_contents_that_differ_anywhere_are_two_contents(first, second):
    user = make_user()
    post(user, {"idempotency_key": "k", **first})

    assert post(user, {"idempotency_key": "k", **second}).status_code == 422
    assert acts() == 1


@pytest.mark.django_db
def test_uploaded_file_is_whole_for_the_view_and_the_same_again_is_a_repeat():
    user, read = make_user(), []

    @idempotent
    def keep(request):
        read.append(request.FILES["file"].read())
        return redirect("/kept/")

    for _ in range(2):
        request = RequestFactory().post("/keep/", {"idempotency_key": "k", "file": upload("a.pdf", b"bytes")})
        request.user, request.session = user, SessionStore()
        assert keep(request).url == "/kept/"

    assert read == [b"bytes"]


def test_tag_gives_every_form_its_own_key():
    page = Template("{% load idempotency %}{% idempotency_key %}|{% idempotency_key %}").render(Context())
    first, second = page.split("|")

    assert first.startswith('<input type="hidden" name="idempotency_key" value="')
    assert first != second


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_at_once_act_once():
    user, gate = make_user(), Barrier(6)
    guards.remove(connection)  # the flush after this test deletes rows

    def run(_):
        gate.wait(timeout=10)
        try:
            return post(user, {"idempotency_key": "k", "sum": "1"}).url
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        answers = set(threads.map(run, range(6)))

    assert (answers, acts()) == ({"/done/1/"}, 1)
