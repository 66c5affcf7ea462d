"""A question that is put into SQL once answers like one that is put together anew, whoever asks and for what."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.kept import Kept
from applications.models import Application, Authority, Clause, User
from tests.factories import NOON, make_application, make_draft, make_user

pytestmark = pytest.mark.django_db


def by_number(number, moment, day, key):
    rows = Application.objects.filter(Q(pk=key) | Q(number=number)).filter(submitted_at__lte=moment, event_on__lte=day)
    return rows.select_related("applicant").order_by("pk")


def test_each_kind_of_value_is_put_in_its_place():
    first, second = make_application(subject="一号中心"), make_application(subject="二号中心")
    kept = Kept(by_number)
    day = first.event_on

    def asked(number, moment, on, key):
        values = (number, moment, on, key)
        assert kept.all(*values) == list(by_number(*values))
        return kept.all(*values)

    assert asked(first.number, NOON, day, second.pk) == [first, second]
    assert asked(second.number, NOON, day, 0) == [second]
    assert asked("", NOON, day, first.pk) == [first]
    assert asked(first.number, NOON - timedelta(days=1), day, second.pk) == []
    assert asked(first.number, NOON, day - timedelta(days=1), second.pk) == []
    assert len(kept._plans) == 1


def test_what_comes_with_a_row_is_read_with_it():
    case = make_application()
    kept = Kept(by_number)
    kept.all("", NOON, case.event_on, 0)
    name = case.applicant.name

    with CaptureQueriesContext(
        connection,
    ) as asked:
        row = kept.get(case.number, NOON, case.event_on, 0)
        assert (row.applicant.name, row.facts) == (name, case.facts)
    assert len(asked) == 1


def test_no_row_and_the_first_row():
    case = make_draft()
    kept = Kept(lambda key: Application.objects.filter(pk=key))

    assert kept.first(0) is None
    assert kept.first(2**63) is kept.first(-(2**200)) is None
    assert kept.first(2**63 - 1) is None
    assert kept.first(case.pk) == kept.get(case.pk) == case
    with pytest.raises(Application.DoesNotExist):
        kept.get(0)


def test_another_shape_is_another_question():
    kept = Kept(lambda key, duty: Application.objects.filter(pk=key, status=duty))
    case = make_draft()

    assert kept.all(case.pk, duty="draft") == [case]
    assert kept.all(case.pk, duty="submitted") == []
    assert len(kept._plans) == 2


def test_shapes_do_not_pile_up():
    kept = Kept(lambda key, day: Application.objects.filter(pk=key))
    for day in range(200):
        kept.all(0, day=day)

    assert len(kept._plans) <= 64


@pytest.mark.parametrize(
    ("make", "value", "why"),
    [
        (lambda key: Application.objects.all(), 1, "stands nowhere"),
        (lambda text: Application.objects.filter(number__contains=text), "A", "stands inside of another one"),
        (lambda many: Application.objects.order_by("pk")[:many], 1, "decide how the question is put"),
    ],
)
def test_a_question_that_cannot_be_kept_is_refused(make, value, why):
    with pytest.raises(AssertionError, match=why):
        Kept(make).all(value)


@pytest.mark.parametrize("value", [None, True, 1.5, [1]])
def test_a_value_of_another_kind_is_refused(value):
    with pytest.raises(TypeError):
        Kept(lambda key: Application.objects.filter(pk=key)).all(value)


def test_union_and_plain_values():
    def codes(one, other):
        first, second = (Clause.objects.filter(pk=key).order_by().values_list("code") for key in (one, other))
        return first.union(second, all=True)

    make_draft()
    some = list(Clause.objects.order_by("pk")[:2])

    assert sorted(Kept(codes).all(*[row.pk for row in some])) == sorted((row.code,) for row in some)


@pytest.mark.django_db(transaction=True)
def test_a_lock_is_asked_for_inside_of_a_transaction_only():
    user = make_user()
    kept = Kept(lambda key: User.objects.select_for_update().filter(pk=key))

    with pytest.raises(TransactionManagementError):
        kept.get(user.pk)


@pytest.mark.django_db(transaction=True)
def test_threads_ask_on_connections_of_their_own():
    user = make_user()
    kept = Kept(lambda key, day: User.objects.filter(pk=key, date_joined__date__lte=day))
    found = []

    def ask():
        found.extend(kept.get(user.pk, timezone.localdate()).pk for _ in range(50))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [user.pk] * 200


def test_an_answer_is_not_kept():
    make_draft()
    kept = Kept(lambda code: Authority.objects.filter(code=code))
    before = kept.get("xinxing")
    Authority.objects.filter(code="xinxing").update(notice_days=9)

    assert (kept.get("xinxing").notice_days, before.notice_days) == (9, 0)
