"""What the applicant's pages must not do: cost more with more rows, weigh too much, or open to strangers."""

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.models import Duty, Status
from tests import factories

pytestmark = pytest.mark.django_db

# The form of a correction asks the ledger once what stands against its papers. A submission starts a clock, makes,
# locks, reads and uses the rows of its papers, runs the checks of the machine, and reads promises and mandate.
FORM_BUDGET, SUBMIT_BUDGET, CASE_BUDGET = 9, 34, 12
FIRST_VISIT = 75 * 1024
FORM_FILES = ("vendor/bootstrap.css", "css/components.css", "css/site.css", "js/site.js", "vendor/htmx.min.js")


@pytest.fixture
def now(monkeypatch):
    """The pages read the clock; the round of the factories is open at noon."""
    monkeypatch.setattr(timezone, "now", lambda: factories.NOON)


def enter(client, user):
    """Log in and let the session settle, so that only the page itself is counted."""
    client.force_login(user)
    client.get("/verify/")


@pytest.mark.parametrize("count", [1, 30])
def test_claim_form_costs_the_same_for_any_evidence(client, now, count, django_assert_max_num_queries):
    application = factories.make_draft(complete=False)
    for _ in range(count):
        factories.attach(application, "pue_report")
    enter(client, factories.agent_of(application.applicant))

    with django_assert_max_num_queries(FORM_BUDGET):
        response = client.get(reverse("claim_form", args=[application.pk]))

    assert response.status_code == 200


def test_form_of_a_correction_stays_within_the_budget(client, now, django_assert_max_num_queries):
    application = correcting()
    enter(client, factories.agent_of(application.applicant))

    with django_assert_max_num_queries(FORM_BUDGET):
        page = client.get(reverse("claim_form", args=[application.pk])).content.decode()

    assert "报告缺少&lt;b&gt;签章" in page
    assert "#slot-pue_report" in page


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SUBMITTED, Status.GRANTED, Status.PAID])
def test_case_page_stays_within_the_budget(client, now, status, django_assert_max_num_queries):
    application = factories.make_application(status)
    enter(client, factories.agent_of(application.applicant))

    with django_assert_max_num_queries(CASE_BUDGET):
        response = client.get(reverse("claim", args=[application.pk]))

    assert response.status_code == 200


def test_submit_stays_within_the_budget(client, now):
    factories.make_application()  # the first letter of a year opens its counter
    application = factories.make_draft()
    factories.filing.confirm(application, by=factories.legal_of(application.applicant), at=factories.NOON)
    enter(client, factories.agent_of(application.applicant))

    with CaptureQueriesContext(connection) as seen:
        response = client.post(reverse("claim_submit", args=[application.pk]))

    asked = [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert response.status_code == 302
    assert len(asked) <= SUBMIT_BUDGET, "\n".join(asked)


@pytest.mark.parametrize("count", [1, 20])
def test_desk_costs_the_same_for_any_length(client, now, count, django_assert_max_num_queries):
    applicant = factories.make_applicant()
    for _ in range(count):
        factories.make_draft(applicant=applicant, complete=False)
    enter(client, factories.agent_of(applicant))

    with django_assert_max_num_queries(FORM_BUDGET):
        response = client.get(reverse("desk"))

    assert len(response.context["page"].rows) == count


def test_first_visit_of_the_claim_form_is_light(client, now):
    application = factories.make_draft()
    client.force_login(factories.agent_of(application.applicant))
    page = client.get(reverse("claim_form", args=[application.pk])).content

    files = [Path(finders.find(name)).read_bytes() for name in FORM_FILES]

    assert sum(len(gzip.compress(data, 6)) for data in [page, *files]) <= FIRST_VISIT


def test_what_a_correction_asks_stands_at_the_fact(client, now):
    application = correcting()
    application.corrections.update(
        items=[{"kind": "fact", "key": "pue", "label": "PUE", "text": "与报告<b>不一致</b>"}]
    )
    client.force_login(factories.agent_of(application.applicant))

    field = client.get(reverse("claim_form", args=[application.pk])).context["form"].fields["pue"]

    assert field.help_text.startswith('<span class="asked">须补正：与报告&lt;b&gt;不一致&lt;/b&gt;</span>')


def correcting():
    """Return a case sent back with one defect of a paper and one of a figure."""
    application = factories.make_application()
    officer = factories.make_officer(Duty.INTAKE)
    items = [
        {"kind": "slot", "key": "pue_report", "label": "第三方 PUE 检测报告", "text": "报告缺少<b>签章"},
        {"kind": "fact", "key": "pue", "label": "PUE", "text": "与报告不一致"},
    ]
    factories.intake.correct(application, items=items, by=officer, at=factories.NOON)
    application.refresh_from_db()
    return application


GETS = ["claim", "claim_form", "claim_withdraw"]
POSTS = ["claim_form", "claim_estimate", "claim_confirm", "claim_submit", "claim_withdraw"]


def outsiders(application):
    """Return a member of another applicant, an officer of another authority, and an officer of the same one."""
    return [
        factories.agent_of(factories.make_applicant()),
        factories.make_officer(Duty.INTAKE, "shihezi"),
        factories.make_officer(Duty.INTAKE, "xinxing"),
    ]


def test_strangers_find_no_claim(client, now):
    application = factories.make_draft()
    item = application.evidence.first()
    urls = [reverse(name, args=[application.pk]) for name in POSTS]
    urls += [
        reverse("claim_evidence", args=[application.pk, "pue_report"]),
        reverse("claim_evidence_remove", args=[application.pk, item.pk]),
    ]
    for user in outsiders(application):
        client.force_login(user)
        assert [client.get(reverse(name, args=[application.pk])).status_code for name in GETS] == [404] * len(GETS)
        assert [client.post(url).status_code for url in urls] == [404] * len(urls)
    assert application.evidence.in_use().filter(pk=item.pk).exists()


def test_evidence_of_another_claim_cannot_be_removed_through_an_own_one(client, now):
    own, other = factories.make_draft(), factories.make_draft()
    client.force_login(factories.agent_of(own.applicant))

    answer = client.post(reverse("claim_evidence_remove", args=[own.pk, other.evidence.first().pk]))

    assert answer.status_code == 404


def test_strangers_find_no_enterprise(client):
    applicant = factories.make_applicant()
    client.force_login(factories.agent_of(factories.make_applicant()))
    names = ["enterprise", "enterprise_edit", "enterprise_account"]

    assert [client.get(reverse(name, args=[applicant.pk])).status_code for name in names] == [404] * 3
    assert client.post(reverse("enterprise_invite", args=[applicant.pk]), {"role": "agent"}).status_code == 404


def test_nobody_starts_a_claim_for_somebody_else(client, now):
    factories.make_policy()
    other = factories.make_applicant()
    client.force_login(factories.agent_of(factories.make_applicant()))

    answer = client.post(reverse("claim_new", args=["xinxing-3"]), {"applicant": other.pk})

    assert answer.status_code == 422
    assert not other.applications.exists()


def test_the_anonymous_are_sent_to_the_log_in_page(client):
    for path in ("/my/", "/my/claims/1/", "/my/claims/new/xinxing-3/", "/files/evidence/1/", "/files/jobs/1/"):
        answer = client.get(path)
        assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize("path", ["confirm", "submit", "estimate", "evidence/1/remove"])
def test_changes_need_a_post(client, path):
    application = factories.make_draft(complete=False)
    client.force_login(factories.agent_of(application.applicant))

    assert client.get(f"/my/claims/{application.pk}/{path}/").status_code == 405
