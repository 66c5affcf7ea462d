"""A recovery decision before others: the body once it is served, the public for as long as its grade allows."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from applications.actions import recovery
from applications.models import Document, Duty
from tests.factories import agent_of, make_application
from tests.recoveries import DECIDED, SERVED, State, make_recovery, officer, serve

pytestmark = pytest.mark.django_db
PUBLIC = "notice_decisions"
A_YEAR = SERVED.date() + timedelta(days=300)


def decision_of(row):
    return row.documents.get(kind="rec_decision")


def test_a_decision_is_the_officers_until_it_is_served(client):
    with time_machine.travel(DECIDED + timedelta(hours=1)):
        row = make_recovery(State.DECIDED)
        letter, agent = decision_of(row), agent_of(row.application.applicant)
        assert letter not in Document.objects.visible_to(agent)
        assert letter in Document.objects.visible_to(officer(row, Duty.INSPECT))
        client.force_login(agent)
        for address in (reverse("my_recovery", args=[row.pk]), reverse("claim", args=[row.application_id])):
            assert letter.number not in client.get(address).content.decode()
        assert client.get(reverse("document_file", args=[letter.pk])).status_code == 404

    with time_machine.travel(SERVED + timedelta(hours=1)):
        serve(row)
        assert letter in Document.objects.visible_to(agent)
        client.force_login(agent)
        assert letter.number in client.get(reverse("my_recovery", args=[row.pk])).content.decode()


def test_a_notice_of_grant_is_not_hidden_with_it(client):
    agent = agent_of((application := make_application("granted")).applicant)

    assert set(Document.objects.visible_to(agent)) == set(application.documents.all())


def published():
    row = make_recovery()
    return recovery.publish(row, grade="ordinary", until=A_YEAR, by=officer(row, Duty.INSPECT), at=SERVED)


def test_a_served_decision_stands_before_the_public_until_its_day(client):
    with time_machine.travel(SERVED):
        assert "目前没有公示的处理结果" in client.get(reverse(PUBLIC)).content.decode()
        row = published()
        page = client.get(reverse(PUBLIC)).content.decode()
        body = row.application.applicant
        for said in (body.name, body.uscc, decision_of(row).number, "骗取财政资金", "3,000,000.00"):
            assert said in page
        for kept in (body.legal_representative, body.contact_phone, row.facts, row.pay_into):
            assert kept not in page

    with time_machine.travel(SERVED + timedelta(days=301)):
        assert body.name not in client.get(reverse(PUBLIC)).content.decode()


def test_what_is_contested_is_not_shown(client):
    with time_machine.travel(SERVED):
        row = published()
        recovery.contest(row, kind="review", on=SERVED.date(), by=officer(row, Duty.INSPECT), at=SERVED)

        assert row.application.applicant.name not in client.get(reverse(PUBLIC)).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    with time_machine.travel(SERVED):
        for _ in range(count):
            published()

        with django_assert_num_queries(1):
            client.get(reverse(PUBLIC))
