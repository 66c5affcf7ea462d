"""The door of the console: who comes in, what each duty finds, and that nothing of another authority shows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import Authority, Duty, Event, Posting, Status
from portal.console.routes import site
from portal.console.site import IN_ONE_LINE, NAVIGATION, navigation_of
from tests.factories import make_application, make_draft, make_earlier_award, make_officer, make_policy, make_user

pytestmark = pytest.mark.django_db

RECORDS = [model._meta.model_name for model in site._registry]
OWN_PAGES = ("queue", "applications_event_changelist", "index")


def enter(client, duty, code="xinxing"):
    """Log an officer in and return the person."""
    officer = make_officer(duty, code)
    client.force_login(officer)
    return officer


@pytest.mark.parametrize("name", OWN_PAGES)
def test_the_anonymous_are_sent_to_the_log_in_page(client, name):
    address = reverse(f"console:{name}")

    response = client.get(address)

    assert response.status_code == 302
    assert response.url == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("name", OWN_PAGES)
def test_strangers_find_nothing(client, name):
    client.force_login(make_user())

    assert client.get(reverse(f"console:{name}")).status_code == 404


def test_an_address_that_does_not_exist_keeps_to_the_same_door(client):
    assert client.get("/console/nothing/").status_code == 302
    client.force_login(make_user())
    assert client.get("/console/nothing/").status_code == 404


def test_a_superuser_without_a_posting_is_a_stranger(client):
    user = make_user()
    user.is_superuser = user.is_staff = True
    user.save()
    client.force_login(user)

    assert client.get(reverse("console:queue")).status_code == 404


def test_a_posting_that_ended_opens_no_door(client):
    officer = enter(client, Duty.VERIFY)
    Posting.objects.filter(user=officer).update(until=timezone.localdate() - timedelta(days=1))

    assert client.get(reverse("console:queue")).status_code == 404


@pytest.mark.parametrize("path", ["login/", "logout/", "password_change/", "autocomplete/", "r/1/1/"])
def test_the_doors_of_the_plain_admin_are_closed(client, path):
    enter(client, Duty.AUDIT)

    assert client.get(f"/console/{path}").status_code == 404


@pytest.mark.parametrize("duty", list(Duty))
def test_every_duty_has_a_first_page_that_opens(client, duty):
    enter(client, duty)

    page = client.get(reverse("console:index"), follow=True)

    assert page.status_code == 200
    assert page.redirect_chain


@pytest.mark.parametrize("duty", list(Duty))
def test_every_entry_of_the_navigation_opens(client, duty):
    enter(client, duty)

    for entry in NAVIGATION:
        if duty in entry.duties:
            assert client.get(entry.url, follow=True).status_code == 200, entry


def test_system_administrators_see_no_case(client):
    application = make_application(Status.SUBMITTED)
    enter(client, Duty.SYSTEM)

    assert client.get(reverse("console:queue")).status_code == 404
    assert client.get(reverse("console:case", args=[application.pk])).status_code == 404


@pytest.mark.parametrize("name", RECORDS)
def test_records_show_nothing_of_another_authority(client, name):
    make_policy("shihezi")
    make_policy()
    paid = make_application(Status.PAID)
    make_earlier_award(paid.applicant)
    model = next(model for model in site._registry if model._meta.model_name == name)
    own = make_officer(Duty.SYSTEM if name in ("authority", "posting") else Duty.AUDIT)
    other = make_officer(Duty.SYSTEM if name in ("authority", "posting") else Duty.AUDIT, "shihezi")
    row = model.objects.first()
    if name == "authority":
        row = Authority.objects.get(code="xinxing")
    if name == "posting":
        row = Posting.objects.filter(authority__code="xinxing").exclude(user=own).first()
    page, plain_list = (
        reverse(f"console:applications_{name}_change", args=[row.pk]),
        reverse(f"console:applications_{name}_changelist"),
    )

    client.force_login(own)
    assert client.get(page).status_code == 200
    assert client.get(plain_list).context["cl"].result_count >= 1
    client.force_login(other)
    assert client.get(page).status_code == 404
    shown = client.get(plain_list).context["cl"].result_list
    assert row.pk not in [found.pk for found in shown]


def test_records_show_nothing_of_drafts(client):
    draft = make_draft()
    enter(client, Duty.AUDIT)

    page = client.get(reverse("console:applications_event_changelist"))

    assert Event.objects.filter(application=draft).exists()
    assert [row.application_id for row in page.context["cl"].result_list if row.application_id] == []


@pytest.mark.parametrize("name", [name for name in RECORDS if name not in ("authority", "posting")])
@pytest.mark.parametrize("act", ["add", "delete", "change"])
def test_records_cannot_be_written(client, name, act):
    paid = make_application(Status.PAID)
    make_earlier_award(paid.applicant)
    model = next(model for model in site._registry if model._meta.model_name == name)
    row = model.objects.filter().first()
    enter(client, Duty.AUDIT)
    args = [] if act == "add" else [row.pk]

    response = client.post(reverse(f"console:applications_{name}_{act}", args=args), {"post": "yes"})

    assert response.status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_verifiers_do_not_open_the_records_of_oversight(client):
    enter(client, Duty.VERIFY)

    assert client.get(reverse("console:applications_payment_changelist")).status_code == 403


def test_system_administrator_sets_the_length_of_public_notice_with_a_history_row(client):
    make_policy()
    officer = enter(client, Duty.SYSTEM)
    row = Authority.objects.get(code="xinxing")
    values = {"hotline": "0902-1", "address": "", "reconsideration_organ": "", "court": "", "notice_days": "7"}
    values |= {"account_wait_days": "5"}

    response = client.post(reverse("console:applications_authority_change", args=[row.pk]), values)

    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.notice_days, row.hotline) == (7, "0902-1")
    event = Event.objects.get(action="change_authority")
    assert (event.by, event.authority) == (officer, row)
    assert event.detail == {"hotline": ["", "0902-1"], "notice_days": [0, 7]}


def test_system_administrator_posts_and_ends_with_history(client):
    enter(client, Duty.SYSTEM)
    person = make_user()
    values = {"username": person.username, "duty": Duty.EXPERT, "since": "2026-01-01", "until": ""}

    added = client.post(reverse("console:applications_posting_add"), values)
    posting = Posting.objects.get(user=person)
    ended = client.post(
        reverse("console:applications_posting_change", args=[posting.pk]), {"until": "2026-02-01", "duty": Duty.APPROVE}
    )

    posting.refresh_from_db()
    assert (added.status_code, ended.status_code) == (302, 302)
    assert (posting.authority.code, posting.duty, str(posting.until)) == ("xinxing", Duty.EXPERT, "2026-02-01")
    assert list(Event.objects.filter(action__in=["post", "end_posting"]).values_list("action", flat=True)) == [
        "post",
        "end_posting",
    ]


@pytest.mark.parametrize("username", ["nobody", "<script>"])
def test_an_unknown_account_cannot_be_posted(client, username):
    enter(client, Duty.SYSTEM)
    values = {"username": username, "duty": Duty.EXPERT, "since": "2026-01-01", "until": ""}

    page = client.post(reverse("console:applications_posting_add"), values)

    assert page.context["adminform"].errors == {"username": ["没有这个登录名的账户。"]}


def test_somebody_in_office_cannot_be_posted_again(client):
    officer = enter(client, Duty.SYSTEM)
    other = make_officer(Duty.VERIFY, "shihezi")
    values = {"username": other.username, "duty": Duty.EXPERT, "since": "2026-01-01", "until": ""}

    page = client.post(reverse("console:applications_posting_add"), values)

    assert page.context["adminform"].errors == {"username": ["此人已有在岗岗位，请先结束原岗位。"]}
    assert Posting.objects.filter(user=other).count() == 1
    own = Posting.objects.get(user=officer)
    refused = client.post(reverse("console:applications_posting_change", args=[own.pk]), {"until": "2030-01-01"})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "name", ["event", "assessment", "award", "payment", "document", "factcheck", "evidence", "job"]
)
def test_a_record_costs_the_same_for_any_length(client, name, django_assert_max_num_queries):
    make_application(Status.PAID)
    make_application(Status.PAID)
    enter(client, Duty.AUDIT)
    address = reverse(f"console:applications_{name}_changelist")
    client.get(address)

    with django_assert_max_num_queries(6):
        response = client.get(address)

    assert response.context["cl"].result_count >= 2


def test_a_long_navigation_fits_one_line_and_loses_nothing():
    audit = navigation_of(Duty.AUDIT)

    assert {group for group, _ in audit} == {"", "资金", "监督"}
    assert sum(1 if group else len(entries) for group, entries in audit) <= IN_ONE_LINE
    shown = [entry for _, entries in audit for entry in entries]
    assert len(shown) == len(set(shown)) == sum(Duty.AUDIT in entry.duties for entry in NAVIGATION)
    assert {group for group, _ in navigation_of(Duty.PAY)} == {""}


def test_a_group_that_holds_the_shown_page_is_marked(client):
    enter(client, Duty.AUDIT)

    page = client.get(reverse("console:restrictions")).content.decode()

    assert '<summary class="nav-here">监督</summary>' in page
    assert "<summary>资金</summary>" in page
