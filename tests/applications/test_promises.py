"""The promises that the database keeps, attacked with SQL and through the back door of the ORM."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError

from applications.actions import ActionRefused, decision, intake, payment, review
from applications.demo.stories import check_all
from applications.history import first_broken_link
from applications.models import (
    Application,
    Award,
    CaseDuty,
    Commitment,
    Document,
    Duty,
    EarlierAward,
    Event,
    Evidence,
    FactCheck,
    Instalment,
    Payment,
    Policy,
    Pool,
    Posting,
    Reading,
    Status,
)
from applications.permissions import posted_as
from tests.factories import (
    NOON,
    agent_of,
    check_account,
    make_applicant,
    make_application,
    make_draft,
    make_earlier_award,
    make_officer,
    make_policy,
    make_user,
)
from tests.portal.test_every_clause import split

pytestmark = pytest.mark.django_db


def sql(statement, *values):
    """Run SQL as an operator with a database console would, undone when it fails."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# ---- 1. pools are never exceeded


def make_pool(limit_fen):
    policy = make_policy()
    return Pool.objects.create(policy=policy, name="测试资金池", year=2026, limit_fen=limit_fen, source="测试文件")


@pytest.mark.parametrize("change", ["committed_fen = 101", "committed_fen = -1", "paid_fen = 1", "limit_fen = -1"])
def test_pool_out_of_bounds_is_refused_by_the_database(change):
    pool = make_pool(100)

    with pytest.raises(IntegrityError):
        sql(f"UPDATE applications_pool SET {change} WHERE id = %s", pool.pk)


def test_endorsing_beyond_the_pool_waits_and_holds_nothing():
    pool = make_pool(299_9999_99)
    application = make_application(Status.PROPOSED)
    pool.clauses.add(application.clause)

    application = decision.endorse(application, by=make_officer(Duty.APPROVE), at=NOON)

    assert application.status == Status.PROPOSED
    assert application.pool_waits.get().amount_fen == 300_0000_00
    pool.refresh_from_db()
    assert (pool.committed_fen, pool.commitments.count()) == (0, 0)


def test_pool_that_the_text_sets_opens_with_its_first_case_and_is_told_once():
    make_policy("shanxi", readings=True)
    facts, found = split("shanxi-9a")
    applicants = [make_applicant() for _ in range(2)]
    endorsed = []
    for applicant in applicants:
        case = make_application(Status.VERIFYING, clause="shanxi-9a", facts=facts, applicant=applicant)
        verifier = make_officer(Duty.VERIFY, "shanxi")
        check_all(case, by=verifier, at=NOON, found=found)
        review.propose(case, by=verifier, at=NOON)
        approver = make_officer(Duty.APPROVE, "shanxi")
        decision.endorse(case, by=approver, at=NOON)
        endorsed.append((case, approver))

    (pool,) = Pool.objects.all()
    (event,) = Event.objects.filter(action="open_pool")
    assert (event.chain, event.by) == (f"authority:{endorsed[0][0].authority_id}", endorsed[0][1])
    assert event.note == "第二部分（九）规定的年度总额"
    assert event.detail == {
        "pool": pool.pk,
        "year": 2026,
        "limit_fen": 5000_0000_00,
        "application": endorsed[0][0].number,
    }
    assert first_broken_link(Event.objects.filter(chain=event.chain).order_by("sequence")) is None
    assert pool.committed_fen == sum(Commitment.objects.values_list("amount_fen", flat=True))


def test_pool_follows_a_case_from_notice_to_payment():
    pool = make_pool(300_0000_00)
    application = make_draft()
    pool.clauses.add(application.clause)
    application = make_application(Status.NOTICED, applicant=application.applicant)
    pool.refresh_from_db()
    assert (pool.committed_fen, pool.paid_fen) == (300_0000_00, 0)

    award = decision.grant(application, by=application.endorsed_by.user, at=NOON)
    check_account(application.applicant)
    row = payment.record(
        award.instalments.get(), paid_on=NOON.date(), voucher_number="凭证", by=make_officer(Duty.PAY), at=NOON
    )
    payment.confirm(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)

    pool.refresh_from_db()
    assert (pool.committed_fen, pool.paid_fen) == (300_0000_00, 300_0000_00)


def test_refused_case_gives_its_money_back():
    pool = make_pool(300_0000_00)
    pool.clauses.add(make_draft().clause)
    application = make_application(Status.NOTICED)

    decision.refuse(application, reason="异议成立", by=application.endorsed_by.user, at=NOON)

    pool.refresh_from_db()
    assert pool.committed_fen == 0


# ---- 3. different people accept, verify, approve, pay and countersign


def change_posting(user, duty):
    Posting.objects.filter(user=user).update(duty=duty)


@pytest.mark.parametrize(
    ("status", "first", "second", "act"),
    [
        (Status.VERIFYING, Duty.INTAKE, Duty.VERIFY, lambda a, by: check_all(a, by=by, at=NOON)),
        (Status.PROPOSED, Duty.VERIFY, Duty.APPROVE, lambda a, by: decision.endorse(a, by=by, at=NOON)),
        (Status.PROPOSED, Duty.INTAKE, Duty.APPROVE, lambda a, by: decision.endorse(a, by=by, at=NOON)),
        (Status.GRANTED, Duty.APPROVE, Duty.PAY, lambda a, by: record(a, by)),
    ],
)
def test_one_person_does_not_get_a_second_duty_on_a_case(status, first, second, act):
    application = make_application(status)
    person = application.duties.get(duty=first).user
    change_posting(person, second)

    with pytest.raises(ActionRefused, match="您已在本件担任"):
        act(application, person)


def record(application, by):
    instalment = Instalment.objects.get(award__application=application)
    return payment.record(instalment, paid_on=NOON.date(), voucher_number="凭证", by=by, at=NOON)


def test_payer_does_not_countersign():
    application = make_application(Status.GRANTED)
    payer = make_officer(Duty.PAY)
    row = record(application, payer)
    change_posting(payer, Duty.COUNTERSIGN)

    with pytest.raises(ActionRefused, match="您已在本件担任财政经办"):
        payment.confirm(row, by=payer, at=NOON)


def test_second_duty_fails_in_the_database_too():
    application = make_application(Status.VERIFYING)
    held = application.duties.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        CaseDuty.objects.create(application=application, user=held.user, duty=Duty.APPROVE, since=NOON)


def test_proposer_cannot_be_made_endorser_by_sql():
    application = make_application(Status.NOTICED)

    with pytest.raises(IntegrityError):
        sql("UPDATE applications_application SET endorsed_by_id = proposed_by_id WHERE id = %s", application.pk)


def test_payment_cannot_be_confirmed_by_its_recorder_through_sql():
    application = make_application(Status.GRANTED)
    row = record(application, make_officer(Duty.PAY))

    with pytest.raises(IntegrityError):
        sql(
            "UPDATE applications_payment SET state = 'confirmed', confirmed_by_id = recorded_by_id, confirmed_at = %s "
            "WHERE id = %s",
            NOON,
            row.pk,
        )


def test_officer_who_belongs_to_the_applicant_stands_aside():
    application = make_application(Status.SUBMITTED)
    officer = agent_of(application.applicant)
    Posting.objects.create(user=officer, authority=application.authority, duty=Duty.INTAKE, since=NOON.date())

    with pytest.raises(ActionRefused, match="应当回避"):
        intake.accept(application, by=officer, at=NOON)


def test_officer_of_another_authority_has_no_duty_here():
    application = make_application(Status.SUBMITTED)

    with pytest.raises(ActionRefused, match="只有受理岗位"):
        intake.accept(application, by=make_officer(Duty.INTAKE, "shihezi"), at=NOON)


def test_reading_is_confirmed_by_another_in_the_database():
    policy, person = make_policy(), make_user()

    with pytest.raises(IntegrityError), transaction.atomic():
        Reading.objects.create(
            policy=policy,
            key="X6",
            choice="b",
            source="测试",
            decided_by=person,
            decided_at=NOON,
            confirmed_by=person,
            confirmed_at=NOON,
        )


# ---- 4. nothing paid is ever edited or deleted


@pytest.mark.parametrize(
    "table", ["event", "assessment", "factcheck", "award", "instalment", "caseduty", "earlieraward"]
)
@pytest.mark.parametrize("statement", ["DELETE FROM applications_{}", "UPDATE applications_{} SET id = id"])
def test_ledgers_refuse_edits_by_sql(table, statement):
    application = make_application(Status.PAID)
    make_earlier_award(application.applicant)

    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql(statement.format(table))


@pytest.mark.parametrize("change", ["amount_fen = 1", "state = 'rejected'", "voucher_number = 'x'"])
def test_reviewed_payment_refuses_edits_by_sql(change):
    make_application(Status.PAID)

    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql(f"UPDATE applications_payment SET {change}")


def test_payment_is_not_deleted_by_sql():
    record(make_application(Status.GRANTED), make_officer(Duty.PAY))

    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql("DELETE FROM applications_payment")


@pytest.mark.parametrize("change", ["number = 'x'", "code = 'x'"])
def test_letter_keeps_its_number(change):
    make_application(Status.SUBMITTED)

    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql(f"UPDATE applications_document SET {change}")


@pytest.mark.parametrize("model", [Application, Award, Instalment, Evidence, Policy])
def test_rows_that_money_rests_on_are_protected(model):
    make_application(Status.PAID)

    with pytest.raises((ProtectedError, DatabaseError)), transaction.atomic():
        model.objects.first().delete()


def test_instalment_has_one_live_payment_in_the_database():
    application = make_application(Status.PAID)
    paid = Payment.objects.get()
    twin = {f.attname: getattr(paid, f.attname) for f in Payment._meta.fields if not f.primary_key}

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(**twin | {"voucher_number": "另一凭证"})

    assert application.status == Status.PAID


def test_award_above_the_computed_sum_is_refused_by_the_database():
    award = make_application(Status.GRANTED).awards.get()
    twin = {f.attname: getattr(award, f.attname) for f in Award._meta.fields if not f.primary_key}

    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.create(**twin | {"replaces_id": award.pk, "amount_fen": award.computed_fen + 1})


def test_every_foreign_key_of_the_case_protects():
    loose = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("applications").get_models()
        for field in model._meta.fields
        if field.remote_field and field.remote_field.on_delete.__name__ != "PROTECT"
    ]
    assert [name for name in loose if not name.startswith(("Pool_", "User_"))] == []


# ---- who and when travel together


def test_every_nullable_person_has_its_moment():
    """Read all models: `x_by` is null together with `x_at`, and a constraint says so."""
    half = []
    for model in apps.get_app_config("applications").get_models():
        guarded = {c.name for c in model._meta.constraints}
        for field in model._meta.fields:
            if not field.name.endswith("_by") or not field.null or model is Event:
                continue
            try:
                model._meta.get_field(f"{field.name.removesuffix('_by')}_at")
            except FieldDoesNotExist:
                half.append(f"{model.__name__}.{field.name}")
                continue
            if not any(name.endswith("_complete") and model.__name__.lower() in name for name in guarded):
                half.append(f"{model.__name__}.{field.name}")
    # A movement of the ledger is confirmed in the act that makes it, at `made_at`; which kinds need it, a CHECK says.
    known = {"Award.replaced_by", "EarlierAward.reversed_by", "RecoveryEntry.confirmed_by"}
    assert sorted(set(half) - known) == []


def test_half_of_a_pair_is_refused_by_the_database():
    application = make_draft()

    with pytest.raises(IntegrityError):
        sql("UPDATE applications_application SET submitted_at = %s WHERE id = %s", NOON, application.pk)


def test_unknown_status_is_refused_by_the_database():
    application = make_draft()

    with pytest.raises(IntegrityError):
        sql("UPDATE applications_application SET status = 'approved' WHERE id = %s", application.pk)


# ---- 9. visibility


def test_cases_are_seen_by_members_and_by_the_own_authority_only():
    draft, filed = make_draft(), make_application(Status.SUBMITTED)
    seen = Application.objects.visible_to

    assert list(seen(agent_of(draft.applicant))) == [draft]
    assert list(seen(make_officer(Duty.VERIFY))) == [filed]
    assert not seen(make_officer(Duty.VERIFY, "shihezi")).exists()
    assert not seen(make_officer(Duty.SYSTEM)).exists()
    assert not seen(make_user()).exists()


def test_posting_that_ended_opens_no_door():
    make_application(Status.SUBMITTED)
    officer = make_officer(Duty.VERIFY)
    Posting.objects.filter(user=officer).update(until=NOON.date().replace(year=2025))

    assert not Application.objects.visible_to(officer).exists()
    assert posted_as(officer, Duty.VERIFY) is None


def test_evidence_and_letters_are_seen_with_their_case():
    application = make_application(Status.SUBMITTED)

    for model in (Evidence, Document):
        assert model.objects.visible_to(agent_of(application.applicant)).exists()
        assert not model.objects.visible_to(make_user()).exists()


# ---- earlier awards


def test_earlier_award_cannot_be_negative_on_its_own():
    award = make_earlier_award(make_draft().applicant)
    twin = {f.attname: getattr(award, f.attname) for f in EarlierAward._meta.fields if not f.primary_key}

    with pytest.raises(IntegrityError), transaction.atomic():
        EarlierAward.objects.create(**twin | {"amount_fen": -1})


def test_check_belongs_to_the_verifier():
    application = make_application(Status.VERIFYING)

    with pytest.raises(ActionRefused, match="只有核验岗位"):
        review.check(
            application,
            fact="pue",
            verdict=FactCheck.Verdict.MET,
            verified=None,
            method="document",
            evidence=None,
            note="",
            version=application.version,
            by=make_officer(Duty.APPROVE),
            at=NOON,
        )
