"""
One person, two duties: every ordered pair, by HTTP. Who has held one duty on a case is refused in any other.

The person is posted anew in between, as happens in an office; another officer of the same duty then does the same act,
so that nothing but the person was in the way.
"""

import logging
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from applications.actions import payment
from applications.models import Authority, CaseDuty, Duty, Instalment, Payment, Posting, Status
from tests.factories import NOON, agent_of, legal_of, make_application, make_objection, make_officer
from tests.portal.world import rows_of_the_case

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _without_the_log():
    """A hundred refusals write no line each."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def verb(status, name, **words):
    def ready():
        case = make_application(status)
        return case, reverse(f"console:case_{name}", args=[case.pk]), words

    return ready


def checked():
    case = make_application(Status.VERIFYING)
    words = {"verdict": "met", "method": "document", "version": case.version}
    return case, reverse("console:case_check", args=[case.pk, "pue"]), words


def to_be_recorded():
    case = make_application(Status.GRANTED)
    instalment = Instalment.objects.get(award__application=case)
    words = {"paid_on": NOON.date().isoformat(), "voucher_number": "凭-1"}
    return case, reverse("finance_record", args=[instalment.pk]), words


def to_be_confirmed():
    case = make_application(Status.GRANTED)
    instalment = Instalment.objects.get(award__application=case)
    values = {"paid_on": NOON.date(), "voucher_number": "凭-1", "by": make_officer(Duty.PAY), "at": NOON}
    payment.record(instalment, **values)
    return case, reverse("finance_confirm", args=[Payment.objects.get(instalment=instalment).pk]), {}


def objected_to():
    case = make_application(Status.NOTICED)
    Authority.objects.filter(pk=case.authority_id).update(notice_days=5)
    notice = case.notices.get()
    type(notice).objects.filter(pk=notice.pk).update(days=5, closes_on=NOON.date())
    notice.refresh_from_db()
    objection = make_objection(notice)
    return case, reverse("console:objection_take", args=[objection.pk]), {}


# Duty -> how a case comes to where this duty acts, and what it presses there.
ACTS = {
    Duty.INTAKE: verb(Status.SUBMITTED, "accept"),
    Duty.VERIFY: checked,
    Duty.APPROVE: verb(Status.PROPOSED, "endorse"),
    Duty.PAY: to_be_recorded,
    Duty.COUNTERSIGN: to_be_confirmed,
    Duty.INSPECT: objected_to,
    Duty.LEGAL: verb(Status.PROPOSED, "legal", reason="合法"),
}


def press(user, url, words):
    """Press as somebody who is logged in and take it back; return the answer and whether a row had changed."""
    client = Client()
    client.force_login(user)
    before = rows_of_the_case()
    with transaction.atomic():
        said = client.post(url, words).status_code
        changed = rows_of_the_case() != before
        transaction.set_rollback(True)
    return said, changed


@pytest.mark.parametrize("second", ACTS)
def test_no_person_acts_in_a_second_duty_on_a_case(second):
    case, url, words = ACTS[second]()
    assert press(make_officer(second), url, words) == (302, True)
    people = {}
    for first in sorted(set(Duty.values) - {second, Duty.SYSTEM}):
        people[first] = make_officer(first)
        CaseDuty.objects.create(application=case, user=people[first], duty=first, since=NOON)
    Posting.objects.filter(user__in=people.values()).update(duty=second)

    answers = {first: press(user, url, words) for first, user in people.items()}

    assert answers == dict.fromkeys(people, (409, False))


@pytest.mark.parametrize("duty", ACTS)
def test_no_member_of_the_applicant_acts_in_any_duty(duty):
    case, url, words = ACTS[duty]()
    for member in (agent_of(case.applicant), legal_of(case.applicant)):
        Posting.objects.create(user=member, authority=case.authority, duty=duty, since=NOON.date())
        assert press(member, url, words) == (409, False)


@pytest.mark.parametrize("duty", ACTS)
def test_a_posting_that_ended_is_refused_on_the_next_request(duty):
    _, url, words = ACTS[duty]()
    officer = make_officer(duty)
    client = Client()
    client.force_login(officer)
    Posting.objects.filter(user=officer).update(
        until=NOON.date() - timedelta(days=1)
    )  # the session goes on, the posting does not

    before = rows_of_the_case()
    assert client.post(url, words).status_code == 404
    assert rows_of_the_case() == before
