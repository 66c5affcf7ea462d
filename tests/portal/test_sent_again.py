"""What a member sends twice, because no answer came or a button was pressed twice, is one act and one answer."""

import pytest
from django.urls import reverse

from tests.factories import agent_of, legal_of, make_draft

pytestmark = pytest.mark.django_db


def acts(case, action):
    return case.events.filter(action=action).count()


def test_a_confirmation_sent_again_is_one_act_and_one_answer(client):
    draft = make_draft()
    client.force_login(legal_of(draft.applicant))
    words = {"agreed": "on", "idempotency_key": "once"}

    answers = [client.post(reverse("claim_confirm", args=[draft.pk]), words) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, reverse("claim", args=[draft.pk]))
    ] * 2
    assert acts(draft, "confirm") == 1
    page = client.post(reverse("claim_confirm", args=[draft.pk]), words | {"idempotency_key": "another"})
    assert (page.status_code, acts(draft, "confirm")) == (409, 1)


def test_a_paper_removed_again_is_one_act_and_one_answer(client):
    draft = make_draft()
    client.force_login(agent_of(draft.applicant))
    url = reverse("claim_evidence_remove", args=[draft.pk, draft.evidence.first().pk])

    answers = [client.post(url, {"idempotency_key": "once"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert acts(draft, "take_back") == 1


def test_both_forms_carry_a_key(client):
    draft = make_draft()
    client.force_login(legal_of(draft.applicant))

    claim = client.get(reverse("claim", args=[draft.pk])).content.decode()
    form = client.get(reverse("claim_form", args=[draft.pk])).content.decode()

    confirm = claim[claim.index(reverse("claim_confirm", args=[draft.pk])) :].partition("</form>")[0]
    remove = form[form.index("/remove/") :].partition("</form>")[0]
    assert 'name="idempotency_key"' in confirm
    assert 'name="idempotency_key"' in remove
