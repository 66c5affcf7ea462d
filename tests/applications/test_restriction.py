"""限制申报: on a basis and a paper, by the inspector; stops what its scope says, from its day until it ends."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from applications.actions import ActionRefused, decision, filing, intake, payment
from applications.actions.promise import promise
from applications.actions.restriction import impose, lift
from applications.models import Authority, Clause, Duty, Event, Restriction, Status
from tests.factories import (
    NOON,
    agent_of,
    attach,
    legal_of,
    make_applicant,
    make_application,
    make_draft,
    make_officer,
    make_policy,
)

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
WORDS = "依据：《测试办法》第九条（测试决定〔2026〕1号）。"
Scope = Restriction.Scope


def restrict(applicant, scope=Scope.FILING, *, by=None, **changes):
    """Impose a restriction on an applicant at 新星市."""
    said = {
        "uscc": applicant.uscc,
        "applicant_name": applicant.name,
        "scope": scope,
        "since": TODAY,
        "until": None,
        "basis": "《测试办法》第九条",
        "paper": "测试决定〔2026〕1号",
        "reason": "测试事由",
    }
    authority = Authority.objects.get(code="xinxing")
    return impose(authority, **said | changes, by=by or make_officer(Duty.INSPECT), at=NOON)


def clause():
    return Clause.objects.select_related("policy__authority").get(code="xinxing-3")


def start(applicant, at=NOON):
    return filing.start(applicant, clause(), by=agent_of(applicant), at=at)


@pytest.fixture
def applicant():
    make_policy()
    return make_applicant()


# ---- who, and on what


def test_it_stands_in_the_history_of_the_authority(applicant):
    row = restrict(applicant)

    event = Event.objects.get(action="impose_restriction")
    assert (event.authority, event.by) == (row.authority, row.made_by)
    assert event.detail["basis"] == "《测试办法》第九条"


@pytest.mark.parametrize("duty", sorted(set(Duty) - {Duty.INSPECT}))
def test_other_duties_impose_nothing(applicant, duty):
    with pytest.raises(ActionRefused, match="只有本单位的稽核岗位"):
        restrict(applicant, by=make_officer(duty))


def test_the_inspector_of_another_authority_imposes_nothing(applicant):
    with pytest.raises(ActionRefused, match="只有本单位的稽核岗位"):
        restrict(applicant, by=make_officer(Duty.INSPECT, "shihezi"))


@pytest.mark.parametrize("missing", [{"basis": " "}, {"paper": ""}, {"reason": ""}])
def test_without_basis_paper_or_reason_there_is_none(applicant, missing):
    with pytest.raises(ActionRefused):
        restrict(applicant, **missing)
    assert not Restriction.objects.exists()


def test_one_of_a_scope_at_a_time(applicant):
    restrict(applicant)
    restrict(applicant, Scope.PAYMENT)

    with pytest.raises(ActionRefused, match="已有同一范围的限制"):
        restrict(applicant)


# ---- filing


def test_no_claim_is_started(applicant):
    restrict(applicant)

    with pytest.raises(ActionRefused) as refused:
        start(applicant)

    assert str(refused.value) == f"不能申报：该单位自2026年9月1日起，直至解除限制申报和兑现，{WORDS}"


def test_no_claim_is_handed_in():
    application = make_draft()
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    restrict(application.applicant)

    with pytest.raises(ActionRefused) as refused:
        filing.submit(application, by=agent_of(application.applicant), at=NOON)

    assert str(refused.value).startswith("不能提交：该单位自2026年9月1日起")
    assert WORDS in str(refused.value)


def test_an_answer_to_a_correction_is_still_taken():
    application = make_application(Status.SUBMITTED)
    items = [{"kind": "slot", "key": "pue_report", "label": "报告", "text": "缺附页"}]
    intake.correct(application, items=items, by=make_officer(Duty.INTAKE), at=NOON)
    restrict(application.applicant)
    attach(application, "pue_report")
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)

    assert filing.submit(application, by=agent_of(application.applicant), at=NOON).status == Status.SUBMITTED


def test_nothing_is_granted():
    application = make_application(Status.NOTICED)
    restrict(application.applicant)

    with pytest.raises(ActionRefused, match="不能批准兑现：该单位自2026年9月1日起"):
        decision.grant(application, by=application.endorsed_by.user, at=NOON)
    assert not application.awards.exists()


def test_another_authority_and_another_body_are_free(applicant):
    make_policy("shihezi")
    restrict(applicant)
    other = Clause.objects.select_related("policy__authority").get(code="shihezi-7.1a")

    assert start(make_applicant()).status == Status.DRAFT
    assert filing.start(applicant, other, by=agent_of(applicant), at=NOON).status == Status.DRAFT


@pytest.mark.parametrize("scope", [Scope.LEEWAY, Scope.PAYMENT])
def test_the_other_scopes_stop_no_claim(applicant, scope):
    restrict(applicant, scope)

    assert start(applicant).status == Status.DRAFT


# ---- its days


def test_it_begins_and_ends_on_its_days(applicant):
    restrict(applicant, since=TODAY + timedelta(days=1), until=TODAY + timedelta(days=2))

    start(applicant)
    for days in (1, 2):
        with pytest.raises(ActionRefused, match="不能申报：该单位自2026年9月2日起至2026年9月3日限制申报和兑现"):
            start(applicant, NOON + timedelta(days=days))
    start(applicant, NOON + timedelta(days=3))


def test_lifted_it_stops_nothing_and_says_why(applicant):
    row = restrict(applicant)
    inspector = make_officer(Duty.INSPECT)

    with pytest.raises(ActionRefused, match="请写明解除的理由"):
        lift(row, reason=" ", by=inspector, at=NOON)
    row = lift(row, reason="已整改", by=inspector, at=NOON)

    assert (row.lifted_by, row.lift_reason) == (inspector, "已整改")
    assert start(applicant).status == Status.DRAFT
    with pytest.raises(ActionRefused, match="已经解除"):
        lift(row, reason="再解除", by=inspector, at=NOON)


def test_nobody_else_lifts_it(applicant):
    row = restrict(applicant)

    for officer in (make_officer(Duty.APPROVE), make_officer(Duty.INSPECT, "shihezi"), agent_of(applicant)):
        with pytest.raises(ActionRefused, match="只有本单位的稽核岗位"):
            lift(row, reason="理由", by=officer, at=NOON)


# ---- payment and 容缺


def test_payment_is_not_recorded_until_it_is_lifted():
    application = make_application(Status.GRANTED)
    row = restrict(application.applicant, Scope.PAYMENT)
    part = application.awards.get().instalments.get()
    payer = make_officer(Duty.PAY)

    with pytest.raises(ActionRefused, match="不能登记拨付：该单位自2026年9月1日起，直至解除暂停拨付"):
        payment.record(part, paid_on=TODAY, voucher_number="凭1", by=payer, at=NOON)

    lift(row, reason="已整改", by=row.made_by, at=NOON)
    assert payment.record(part, paid_on=TODAY, voucher_number="凭1", by=payer, at=NOON).amount_fen > 0


@pytest.mark.parametrize("scope", [Scope.LEEWAY, Scope.FILING])
def test_no_paper_comes_later(scope):
    application = make_application(Status.SUBMITTED, promised=["operation_log"])
    restrict(application.applicant, scope)

    with pytest.raises(ActionRefused, match="不适用容缺受理：该单位自2026年9月1日起"):
        intake.accept_with_promises(application, by=make_officer(Duty.INTAKE), at=NOON)


def test_nobody_promises_under_a_restriction(applicant):
    restrict(applicant, Scope.LEEWAY)
    application = start(applicant)

    with pytest.raises(ActionRefused, match="不适用容缺受理"):
        promise(application, slot="operation_log", due_on=date(2026, 9, 4), by=agent_of(applicant), at=NOON)


# ---- what the database keeps


@pytest.mark.parametrize(
    "change", ["basis = ''", "paper = ''", "until = '2026-08-31'", "lifted_at = '2026-09-02 12:00:00'"]
)
def test_a_restriction_without_its_parts_is_refused_by_the_database(applicant, change):
    row = restrict(applicant)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_restriction SET {change} WHERE id = %s", [row.pk])


def test_no_restriction_is_made_without_a_basis(applicant):
    row = restrict(applicant)

    for empty in ("basis", "paper"):
        row.pk, values = None, {"basis": "依据", "paper": "文件", empty: ""}
        for name, value in values.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.parametrize("change", ["uscc = 'X'", "scope = 'leeway'", "since = '2020-01-01'", "until = '2030-01-01'"])
def test_what_was_imposed_is_not_edited(applicant, change):
    row = restrict(applicant)

    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_restriction SET {change} WHERE id = %s", [row.pk])


def test_what_was_lifted_stays_lifted_and_nothing_is_deleted(applicant):
    row = restrict(applicant)
    lift(row, reason="已整改", by=row.made_by, at=NOON)

    for statement in (
        "UPDATE applications_restriction SET lifted_by_id = NULL, lifted_at = NULL WHERE id = %s",
        "DELETE FROM applications_restriction WHERE id = %s",
    ):
        with pytest.raises(DatabaseError, match="never edited"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [row.pk])
