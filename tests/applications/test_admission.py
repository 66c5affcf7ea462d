"""逾期准入: proposed by intake, decided by another, used once by one applicant under one clause."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from applications.actions import ActionRefused, filing, policy
from applications.actions.admission import ask, decide
from applications.models import Clause, Delivery, Duty, LateAdmission, Status
from tests.factories import NOON, agent_of, legal_of, make_applicant, make_draft, make_officer, make_policy

pytestmark = pytest.mark.django_db

UNTIL = NOON + timedelta(days=10)


def clause(code="xinxing-3"):
    return Clause.objects.select_related("policy__authority").get(code=code)


@pytest.fixture
def closed():
    """Return the only round of 新星市, closed a day ago."""
    row = make_policy().rounds.get()
    row.closes_at = NOON - timedelta(days=1)
    row.save()
    return row


@pytest.fixture
def applicant():
    return make_applicant()


def propose(applicant, closed, *, by=None, at=NOON, code="xinxing-3", **changes):
    said = {"closed": closed, "reason": "系统故障", "paper": "测试证明", "file_until": UNTIL}
    return ask(applicant, clause(code), **said | changes, by=by or make_officer(Duty.INTAKE), at=at)


def admit(row, *, by=None, at=NOON, admitted=True):
    return decide(row, admitted=admitted, by=by or make_officer(Duty.APPROVE), at=at)


def start(applicant, *, code="xinxing-3", at=NOON):
    return filing.start(applicant, clause(code), by=agent_of(applicant), at=at)


def test_admitted_one_claim_is_started_and_handed_in(closed, applicant):
    row = admit(propose(applicant, closed))
    filed = Delivery.objects.filter(subject="准予逾期申报", channel="site").values_list("person", flat=True)
    assert set(filed) == {agent_of(applicant).pk, legal_of(applicant).pk}

    application = make_draft(applicant=applicant)

    row.refresh_from_db()
    assert (row.application, application.round) == (application, closed)
    start_event = application.events.get(action="start")
    assert (start_event.note, start_event.detail) == ("逾期准入", {"late_admission": row.pk})
    filing.confirm(application, by=legal_of(applicant), at=NOON)
    application = filing.submit(application, by=agent_of(applicant), at=UNTIL - timedelta(seconds=1))
    assert (application.status, application.round) == (Status.SUBMITTED, closed)


def test_it_is_used_once(closed, applicant):
    admit(propose(applicant, closed))
    first = start(applicant)

    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        start(applicant)

    filing.withdraw(first, reason="测试", by=agent_of(applicant), at=NOON)
    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        start(applicant)


def test_the_round_stays_closed_for_everybody_else(closed, applicant):
    admit(propose(applicant, closed))

    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        start(make_applicant())
    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        start(applicant, code="xinxing-8")


def test_neither_before_the_decision_nor_after_a_no(closed, applicant):
    row = propose(applicant, closed)
    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        start(applicant)

    admit(row, admitted=False)

    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        start(applicant)
    assert not Delivery.objects.filter(subject="准予逾期申报").exists()


def test_it_ends_at_its_moment(closed, applicant):
    admit(propose(applicant, closed))
    application = make_draft(applicant=applicant)
    filing.confirm(application, by=legal_of(applicant), at=NOON)

    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        filing.submit(application, by=agent_of(applicant), at=UNTIL)


def test_nothing_is_started_after_its_moment(closed, applicant):
    admit(propose(applicant, closed))

    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        start(applicant, at=UNTIL)


@pytest.mark.parametrize("duty", sorted(set(Duty) - {Duty.INTAKE}))
def test_only_intake_proposes(closed, applicant, duty):
    with pytest.raises(ActionRefused, match="只有本单位的受理岗位"):
        propose(applicant, closed, by=make_officer(duty))


@pytest.mark.parametrize("duty", sorted(set(Duty) - {Duty.APPROVE}))
def test_only_the_approver_decides(closed, applicant, duty):
    row = propose(applicant, closed)

    with pytest.raises(ActionRefused, match="只有本单位的审批岗位"):
        admit(row, by=make_officer(duty))


def test_the_approver_of_another_authority_decides_nothing(closed, applicant):
    with pytest.raises(ActionRefused, match="只有本单位的审批岗位"):
        admit(propose(applicant, closed), by=make_officer(Duty.APPROVE, "shihezi"))


def test_whoever_proposed_does_not_decide_under_another_duty(closed, applicant):
    officer = make_officer(Duty.INTAKE)
    row = propose(applicant, closed, by=officer)
    officer.postings.update(duty=Duty.APPROVE)

    with pytest.raises(ActionRefused, match="提出人以外的人"):
        admit(row, by=officer)


def test_it_is_decided_once_and_in_time(closed, applicant):
    row = propose(applicant, closed)
    with pytest.raises(ActionRefused, match="截止时间已过"):
        admit(row, at=UNTIL)
    admit(row, admitted=False)

    with pytest.raises(ActionRefused, match="已经作出决定"):
        admit(row)


def test_a_second_one_waits_for_the_first(closed, applicant):
    row = propose(applicant, closed)
    with pytest.raises(ActionRefused, match="不能重复提出"):
        propose(applicant, closed)
    admit(row, admitted=False)

    assert propose(applicant, closed).pk != row.pk


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": " "}, "请写明逾期理由"),
        ({"paper": ""}, "请写明逾期理由"),
        ({"file_until": NOON}, "须晚于现在"),
    ],
)
def test_what_a_proposal_must_say(closed, applicant, changes, sentence):
    with pytest.raises(ActionRefused, match=sentence):
        propose(applicant, closed, **changes)


def test_an_open_round_needs_no_admission(applicant):
    row = make_policy().rounds.get()

    with pytest.raises(ActionRefused, match="尚未截止"):
        propose(applicant, row)


def test_a_clause_that_is_open_again_needs_none_either(closed, applicant):
    policy.open_round(
        closed.policy,
        name="第二批",
        clause=None,
        opens_at=NOON - timedelta(hours=1),
        closes_at=NOON + timedelta(days=5),
        by=make_officer(Duty.POLICY),
        at=NOON,
    )

    with pytest.raises(ActionRefused, match="现有开放的申报批次"):
        propose(applicant, closed)


def test_the_round_of_another_policy_does_not_fit(closed, applicant):
    other = make_policy("shihezi").rounds.get()

    with pytest.raises(ActionRefused, match="不适用于该条款"):
        propose(applicant, other)


# ---- what the database keeps


def test_the_same_person_cannot_decide_in_the_database(closed, applicant):
    row = propose(applicant, closed)

    with pytest.raises(IntegrityError), transaction.atomic():
        LateAdmission.objects.filter(pk=row.pk).update(admitted=True, decided_by=row.asked_by, decided_at=NOON)


def test_nothing_uses_what_nobody_admitted(closed, applicant):
    row = propose(applicant, closed)
    application = make_draft_elsewhere()

    with pytest.raises(IntegrityError), transaction.atomic():
        LateAdmission.objects.filter(pk=row.pk).update(application=application)


def make_draft_elsewhere():
    """Return a draft of another authority, where a round is open."""
    make_policy("shihezi")
    other = make_applicant()
    return filing.start(other, clause("shihezi-7.1a"), by=agent_of(other), at=NOON)


@pytest.mark.parametrize("change", ["application_id = NULL", "file_until = '2030-01-01 00:00:00'", "admitted = false"])
def test_what_was_used_is_not_edited(closed, applicant, change):
    row = admit(propose(applicant, closed))
    start(applicant)

    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_lateadmission SET {change} WHERE id = %s", [row.pk])
