"""
The life of a case by HTTP: every verb in every status, by the right duty and by a wrong one.

What is allowed stands in `applications/workflow.py` alone: everything else is answered 409 and changes no row.
"""

import logging
import os

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from applications.actions import decision, filing, intake
from applications.models import Application, Duty, Status, User
from applications.workflow import APPLICANT, VERBS
from tests.factories import NOON, agent_of, make_application, make_officer
from tests.portal.world import rows_of_the_case

# What is sent with each verb; the address is the verb's own.
CONSOLE = {
    "accept": {},
    "accept_with_promises": {},
    "decline": {"ground": "other", "reason": "不属于本政策范围"},
    "correct": {"other-1": "请补充说明"},
    "propose": {"amount": "", "reason": ""},
    "return_": {"reason": "请复核"},
    "endorse": {},
    "refuse": {"reason": "不符合条件"},
    "reopen": {"reason": "异议成立"},
    "grant": {},
    "close": {},
}
MEMBERS = {"submit": {}, "withdraw": {"reason": "另行申报"}}

# Only the duty that holds the case corrects it: before acceptance the intake, afterwards the verifier.
CORRECTS = {Status.SUBMITTED: Duty.INTAKE, Status.VERIFYING: Duty.VERIFY}
# Allowed by the table, refused for another reason: nothing has been checked yet, nothing was promised.
UNREADY = {("propose", Status.VERIFYING), ("accept_with_promises", Status.SUBMITTED)}


def _withdrawn() -> Application:
    case = make_application()
    return filing.withdraw(case, reason="测试", by=agent_of(case.applicant), at=NOON)


def _correcting() -> Application:
    case = make_application()
    items = [{"kind": "other", "key": "other-1", "label": "其他事项", "text": "测试"}]
    intake.correct(case, items=items, by=make_officer(Duty.INTAKE), at=NOON)
    return case


def _declined() -> Application:
    case = make_application()
    intake.decline(case, reason="测试", by=make_officer(Duty.INTAKE), at=NOON)
    return case


def _refused() -> Application:
    case = make_application(Status.PROPOSED)
    decision.refuse(case, reason="测试", by=make_officer(Duty.APPROVE), at=NOON)
    return case


def _revoked() -> Application:
    """No button leads here, so the row is written as the decision on paper would be entered."""
    case = make_application(Status.GRANTED)
    Application.objects.filter(pk=case.pk).update(status=Status.REVOKED)
    return case


OFF_THE_ROAD = {
    Status.WITHDRAWN: _withdrawn,
    Status.CORRECTING: _correcting,
    Status.DECLINED: _declined,
    Status.REFUSED: _refused,
    Status.REVOKED: _revoked,
}


def case_in(status: str) -> Application:
    """Return a case in any status."""
    case = OFF_THE_ROAD[status]() if status in OFF_THE_ROAD else make_application(status)
    return Application.objects.get(pk=case.pk, status=status)


@pytest.fixture(autouse=True)
def _without_the_log():
    """Hundreds of requests write no line each."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def officer_of(case: Application, duty: str) -> User:
    """Return who holds the duty on this case, or somebody new."""
    held = case.duties.filter(duty=duty).first()
    return held.user if held else make_officer(duty)


def acts(verb: str, status: str, duty: str) -> bool:
    """Say whether the table lets this duty do this now."""
    if (verb, status) in UNREADY or (verb == "correct" and CORRECTS.get(Status(status)) != duty):
        return False
    return duty in VERBS[verb].who and status in VERBS[verb].sources


def send(user: User, name: str, case: Application, words: dict[str, str]) -> tuple[int, str, bool]:
    """Post a verb and take it back; return the answer's status, that of the case and whether a row changed."""
    client = Client()
    client.force_login(user)
    before = rows_of_the_case()
    with transaction.atomic():
        answer = client.post(reverse(name, args=[case.pk]), words)
        status = Application.objects.values_list("status", flat=True).get(pk=case.pk)
        changed = rows_of_the_case() != before
        transaction.set_rollback(True)
    return answer.status_code, status, changed


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("status", Status.values)
def test_officers_act_by_the_table_and_not_otherwise(status):
    case = case_in(status)
    wrong = []
    for position, (verb, words) in enumerate(CONSOLE.items()):
        right = sorted(VERBS[verb].who & set(Duty.values))
        others = sorted(set(Duty.values) - set(right) - {Duty.SYSTEM, Duty.EXPERT})  # these two find no case at all
        # Where the status forbids it even the right duty is refused; a wrong one is tried where the status allows it.
        intruders = (
            [others[(position + Status.values.index(status)) % len(others)]] if status in VERBS[verb].sources else []
        )
        intruders = others if os.environ.get("EVERY_DUTY") else intruders  # `script/bench faults --only T5`
        for duty in (*right, *intruders):
            user = officer_of(case, duty)
            code, then, changed = send(user, f"console:case_{verb.rstrip('_')}", case, words)
            if status == Status.DRAFT:
                right_answer = (code, then, changed) == (404, status, False)
            elif acts(verb, status, duty):
                right_answer = code == 302 and then in VERBS[verb].targets and changed
            else:
                right_answer = (code, then, changed) == (409, status, False)
            if not right_answer:
                wrong.append((verb, duty, code, then, changed))

    assert wrong == []


@pytest.mark.django_db
def test_a_verb_that_asks_nobody_would_be_found(monkeypatch):
    """The control: one reason less, and the test above fails."""
    monkeypatch.setattr("applications.permissions.why_not_decline", lambda application, standing: "")

    with pytest.raises(AssertionError, match="decline"):
        test_officers_act_by_the_table_and_not_otherwise(Status.SUBMITTED)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("status", Status.values)
def test_members_act_by_the_table_and_officers_never_for_them(status):
    case = case_in(status)
    verifier, member = officer_of(case, Duty.VERIFY), agent_of(case.applicant)
    assert all(APPLICANT in VERBS[verb].who for verb in MEMBERS)

    for verb, words in MEMBERS.items():
        code, then, changed = send(member, f"claim_{verb}", case, words)
        # A draft here is unconfirmed and a correction unanswered: allowed by the table, refused by what is missing.
        if verb == "withdraw" and status in VERBS[verb].sources:
            assert (code, then, changed) == (302, Status.WITHDRAWN, True)
        else:
            assert (code, then, changed) == (409, status, False)
        assert send(verifier, f"claim_{verb}", case, words) == (404, status, False)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
def test_payments_are_recorded_for_granted_cases_by_the_first_officer_only(status):
    case = case_in(status)
    instalment = case.awards.get().instalments.first() if case.awards.exists() else None
    if instalment is None:
        assert status not in {Status.GRANTED, Status.PAID, Status.CLOSED, Status.REVOKED}
        return
    words = {"paid_on": NOON.date().isoformat(), "voucher_number": "凭-77"}
    for duty, expected in ((Duty.PAY, 302 if status == Status.GRANTED else 409), (Duty.COUNTERSIGN, 409)):
        client = Client()
        client.force_login(officer_of(case, duty))
        before = rows_of_the_case()
        with transaction.atomic():
            code = client.post(reverse("finance_record", args=[instalment.pk]), words).status_code
            changed = rows_of_the_case() != before
            transaction.set_rollback(True)

        assert (duty, code, changed) == (duty, expected, expected == 302)
