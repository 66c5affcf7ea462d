"""What the page of a draft tells its people to do next, and that it never says all is well where a paper is taken."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.actions import filing
from applications.demo.stories import BUYER
from applications.models import Status
from tests.factories import NOON, agent_of, legal_of, make_application, make_draft

pytestmark = pytest.mark.django_db

SOLD = {"invoice": {"invoice_number": "26650000000012345678", "seller": "测试销售方"}}


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The pages read the clock."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def page_of(client, case):
    client.force_login(agent_of(case.applicant))
    return client.get(reverse("claim", args=[case.pk]))


def test_a_draft_that_is_whole_waits_for_its_confirmation_and_then_for_the_hand(client):
    case = make_draft()

    assert page_of(client, case).context["next"] == "申报内容和材料已齐备，请法定代表人登录确认，再提交申报。"
    filing.confirm(case, by=legal_of(case.applicant), at=NOON)
    assert page_of(client, case).context["next"] == "请提交申报。"


def test_a_draft_with_gaps_says_what_is_missing(client):
    page = page_of(client, make_draft(complete=False))

    assert page.context["next"] == "请补齐申报内容和材料，由法定代表人确认后提交。"
    assert page.context["taken"] == []


def test_a_paper_that_another_claim_uses_is_said_before_anybody_confirms(client):
    claim = {"clause": "xinxing-4b", "subject": "", "facts": BUYER, "papers": SOLD}
    make_application(Status.SUBMITTED, **claim)
    case = make_draft(**claim)

    page = page_of(client, case)

    [(text, url)] = page.context["taken"]
    assert "26650000000012345678" in text
    assert url == f"{reverse('claim_form', args=[case.pk])}#slot-invoice"
    assert page.context["next"] == "请补齐申报内容和材料，由法定代表人确认后提交。"
    for address in ("claim", "claim_form"):
        shown = client.get(reverse(address, args=[case.pk])).content.decode()
        assert text in shown
        assert "已齐备" not in shown
