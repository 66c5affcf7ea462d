"""Messages: what people were told, read once, and which topics come by mail."""

import pytest
from django.urls import reverse

from applications.actions import assigning
from applications.models import Delivery, Duty, NoticePreference, Status, User
from applications.telling import TOPICS
from tests.factories import NOON, agent_of, make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open_policy():
    make_policy()


def told(user):
    return list(Delivery.objects.filter(person=user).order_by("pk").values_list("channel", "subject"))


def handed_out(officer):
    application = make_application(Status.SUBMITTED)
    assigning.assign(application, to=officer, by=make_officer(Duty.INTAKE), at=NOON)
    return application


def test_who_is_handed_a_case_is_told(client):
    officer = make_officer(Duty.INTAKE)
    application = handed_out(officer)
    client.force_login(officer)

    page = client.get(reverse("inbox"))

    assert [(row.subject, row.text, row.url) for row in page.context["page"].rows] == [
        (
            "有申报件交由您承办",
            f"{application.number} 已交由您承办。",
            reverse("console:case", args=[application.pk]),
        )
    ]


def test_who_takes_a_case_is_not_told_about_it():
    officer = make_officer(Duty.INTAKE)
    assigning.assign(make_application(Status.SUBMITTED), to=officer, by=officer, at=NOON)

    assert told(officer) == []


def test_mail_goes_to_whoever_has_an_address_and_wants_it():
    keen, silent, nowhere = (make_officer(Duty.INTAKE) for _ in range(3))
    User.objects.filter(pk__in=[keen.pk, silent.pk]).update(email="officer@example.com")
    NoticePreference.objects.create(user=silent, topic="todo", mail=False)
    for officer in (keen, silent, nowhere):
        handed_out(officer)

    assert [channel for channel, _ in told(keen)] == ["site", "mail"]
    assert [channel for channel, _ in told(silent)] == ["site"]
    assert [channel for channel, _ in told(nowhere)] == ["site"]


def test_the_console_says_that_something_is_unread_until_it_is_read(client):
    officer = make_officer(Duty.INTAKE)
    handed_out(officer)
    client.force_login(officer)

    assert client.get("/console/queue/").context["posting"].has_unread
    client.post(reverse("inbox_read"))
    assert not client.get("/console/queue/").context["posting"].has_unread


def test_reading_all_reads_nobody_elses(client):
    one, other = make_officer(Duty.INTAKE), make_officer(Duty.INTAKE)
    handed_out(one)
    handed_out(other)
    client.force_login(one)

    client.post(reverse("inbox_read"))

    assert Delivery.objects.filter(person=one, channel="site", read_at=None).count() == 0
    assert Delivery.objects.filter(person=other, channel="site", read_at=None).count() == 1


def test_topics_are_chosen_and_shown_again(client):
    user = make_officer(Duty.INTAKE)
    client.force_login(user)

    answer = client.post(reverse("inbox_topics"), {"topics": ["todo", "money"]})

    assert answer.status_code == 302
    assert set(NoticePreference.objects.filter(user=user, mail=True).values_list("topic", flat=True)) == {
        "todo",
        "money",
    }
    assert client.get(reverse("inbox_topics")).context["form"]["topics"].value() == ["todo", "money"]
    assert NoticePreference.objects.filter(user=user).count() == len(TOPICS)


def test_an_unknown_topic_is_refused_at_its_field(client):
    client.force_login(make_officer(Duty.INTAKE))

    answer = client.post(reverse("inbox_topics"), {"topics": ["everything"]})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"topics": ["没有这一类通知。"]}


def test_a_member_is_led_to_the_own_page_of_the_case(client):
    application = make_application(Status.SUBMITTED)
    agent = agent_of(application.applicant)
    client.force_login(agent)

    rows = client.get(reverse("inbox")).context["page"].rows

    assert {row.url for row in rows} == {reverse("claim", args=[application.pk])}


@pytest.mark.parametrize("count", [1, 30])
def test_the_inbox_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    officer = make_officer(Duty.INTAKE)
    application = handed_out(officer)
    event = application.events.last()
    Delivery.objects.filter(person=officer).delete()
    others = application.events.exclude(pk=event.pk)
    rows = [event, *others][:count]
    Delivery.objects.bulk_create(
        Delivery(event=row, person=officer, channel="site", subject="测试", text="测试", created_at=NOON, sent_at=NOON)
        for row in rows
    )
    client.force_login(officer)
    client.get(reverse("inbox"))

    with django_assert_num_queries(5):  # session, user, rows, posting, and the ways of the header
        client.get(reverse("inbox"))
