"""Fields that no form has are sent along with what each form asks for: nothing follows from them."""

import pytest
from django.urls import reverse

from applications.models import Applicant, Application, Award, Duty, Instalment, Payment, Status, User
from tests.factories import (
    NOON,
    agent_of,
    make_applicant,
    make_application,
    make_draft,
    make_officer,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db

# Fields of our models that no form has; each is sent along with what the form asks for.
SMUGGLED = {
    "id": "1",
    "pk": "1",
    "status": "granted",
    "amount_fen": "99999999999",
    "amount": "99999999.99",
    "proposed_fen": "99999999999",
    "limit_fen": "99999999999",
    "applicant_id": "1",
    "authority": "1",
    "authority_id": "1",
    "state": "confirmed",
    "confirmed_by": "1",
    "confirmed_at": "2026-01-01",
    "recorded_by": "1",
    "created_by": "1",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "",
    "duty": "approve",
    "number": "1",
    "sha256": "0" * 64,
    "user": "1",
    "due_on": "2036-01-01",
    "submitted_at": "2020-01-01",
    "version_number": "9",
    "support_year": "1999",
}


def test_a_sign_up_makes_a_plain_account_whatever_else_is_sent(client):
    make_policy()
    words = {"name": "李四", "mobile": "13800000000", "username": "lisi", "password1": "a-long-horse-42"}

    client.post(reverse("account_signup"), {**SMUGGLED, **words, "password2": "a-long-horse-42", "email": ""})

    user = User.objects.get(username="lisi")
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert not user.postings.exists()


def test_the_file_of_an_applicant_takes_its_own_fields_only(client):
    applicant, other = make_applicant(), make_applicant()
    client.force_login(agent_of(applicant))
    before = Applicant.objects.filter(pk=applicant.pk).values().get()
    typed = {name: before[name] for name in ("uscc", "name", "kind", "legal_representative", "registered_address")}
    typed |= {"founded_on": "", "contact_name": "王五", "contact_phone": before["contact_phone"], "email": ""}

    smuggled = SMUGGLED | {"created_by": other.created_by_id, "id": other.pk}
    answer = client.post(reverse("enterprise_edit", args=[applicant.pk]), smuggled | typed)

    after = Applicant.objects.filter(pk=applicant.pk).values().get()
    assert answer.status_code == 302
    assert after == before | {"contact_name": "王五"}


def test_a_draft_takes_its_facts_only(client):
    case, other = make_draft(), make_applicant()
    client.force_login(agent_of(case.applicant))
    page = client.get(reverse("claim_form", args=[case.pk]))
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", [])}
    before = Application.objects.filter(pk=case.pk).values().get()

    answer = client.post(
        reverse("claim_form", args=[case.pk]),
        SMUGGLED | {"applicant": other.pk, "officer_confirmed_similar": "on"} | typed,
    )

    after = Application.objects.filter(pk=case.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert answer.status_code == 302
    assert changed <= {"version", "updated_at"}, {name: (before[name], after[name]) for name in changed}


def test_a_new_claim_is_a_draft_of_an_own_applicant(client):
    make_policy()
    applicant, other = make_applicant(), make_applicant()
    client.force_login(agent_of(applicant))
    url = reverse("claim_new", args=["xinxing-3"])

    assert client.post(url, SMUGGLED | {"applicant": other.pk}).status_code == 422
    assert client.post(url, SMUGGLED | {"applicant": applicant.pk}).status_code == 302

    case = Application.objects.get()
    assert (case.status, case.applicant, case.submitted_at, case.due_on) == (Status.DRAFT, applicant, None, None)


def test_a_payment_takes_its_day_and_number_only(client):
    instalment = Instalment.objects.get(award__application=make_application(Status.GRANTED))
    payer = make_officer(Duty.PAY)
    client.force_login(payer)
    typed = {"paid_on": NOON.date().isoformat(), "voucher_number": "凭-9"}

    answer = client.post(reverse("finance_record", args=[instalment.pk]), SMUGGLED | typed)

    payment = Payment.objects.get()
    assert answer.status_code == 302
    assert (payment.state, payment.amount_fen, payment.recorded_by.user) == ("recorded", instalment.amount_fen, payer)
    assert (payment.confirmed_by, payment.confirmed_at) == (None, None)


@pytest.mark.parametrize(
    ("status", "verb", "duty", "then"),
    [
        (Status.SUBMITTED, "accept", Duty.INTAKE, Status.VERIFYING),
        (Status.PROPOSED, "endorse", Duty.APPROVE, Status.NOTICED),
        (Status.NOTICED, "grant", Duty.APPROVE, Status.GRANTED),
    ],
)
def test_a_verb_takes_no_sum_and_no_status(client, status, verb, duty, then):
    case = make_application(status)
    held = case.duties.filter(duty=duty).first()
    officer = held.user if held else make_officer(duty)
    client.force_login(officer)

    answer = client.post(reverse(f"console:case_{verb}", args=[case.pk]), SMUGGLED | {"reason": "x"})

    case.refresh_from_db()
    assert (answer.status_code, case.status) == (302, then)
    assert [award.amount_fen for award in Award.objects.all()] in ([], [300_0000_00])


def test_an_administrator_posts_to_the_own_authority_only(client):
    make_policy("shihezi")
    administrator, person = make_officer(Duty.SYSTEM), make_user()
    client.force_login(administrator)
    elsewhere = make_officer(Duty.PAY, "shihezi").postings.get().authority_id

    client.post(
        reverse("console:applications_posting_add"),
        {"username": person.username, "duty": "verify", "since": "2026-01-01", "authority": elsewhere, "user": 1},
    )

    posting = person.postings.get()
    assert (posting.authority.code, posting.duty) == ("xinxing", "verify")
