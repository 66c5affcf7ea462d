"""
Duties attacked with SQL and through the ORM: acts under a foreign or wrong duty, duties of people who may not have one.

Every attack is repeated with the triggers away, where it has to succeed: else the test would prove nothing.
"""

import sqlite3
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import duty_guards, guards
from applications.actions.system import system_user
from applications.apps import _put_duty_guards_back, _take_duty_guards_away
from applications.duty_guards import LINKS, MESSAGE, REFERENCES
from applications.invariants import duties_out_of_place, i9_steps_or_duties_out_of_order
from applications.models import (
    Application,
    Approval,
    Authority,
    Campaign,
    CaseDecision,
    CaseDuty,
    Correction,
    CreditCheck,
    Duty,
    ExpertOpinion,
    Inspection,
    InspectionCheck,
    InspectionDemand,
    JointReview,
    JointVote,
    Mandate,
    Membership,
    Objection,
    Posting,
    Promise,
    Recheck,
    RecoveryCase,
    RecoveryClaim,
    RecoveryEntry,
    RecoveryStep,
    RiskSignal,
    SiteVisit,
    Status,
    User,
)
from tests.factories import NOON, agent_of, make_application, make_officer, make_user

pytestmark = pytest.mark.django_db


def sql(statement, *values):
    """Run SQL as an operator with a database console would, undone when it fails."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def paid_case_with_every_act():
    """Return a case that was paid, with one row of every table that names a duty and one person in each duty."""
    case = make_application(Status.PAID)
    held = {row.duty: row for row in case.duties.all()}
    for duty in (Duty.INSPECT, Duty.LEGAL, Duty.HEARING, Duty.EXPERT):
        held[duty] = CaseDuty.objects.create(application=case, user=make_officer(duty), duty=duty, since=NOON)
    intake, verify, pay, legal = held["intake"], held["verify"], held["pay"], held[Duty.LEGAL]
    notice = case.notices.get()
    Correction.objects.create(application=case, items=[], asked_by=intake, asked_at=NOON)
    Promise.objects.create(
        application=case,
        slot="x",
        label="x",
        due_on=NOON.date(),
        promised_by=case.created_by,
        promised_at=NOON,
        accepted_by=intake,
        accepted_at=NOON,
    )
    CaseDecision.objects.create(application=case, key="x", choice="a", decided_by=verify, decided_at=NOON)
    Approval.objects.create(
        application=case,
        proposed_at=NOON,
        amount_fen=1,
        duty=Duty.LEGAL,
        approved_by=legal,
        approved_at=NOON,
    )
    Objection.objects.create(
        notice=notice,
        code="x",
        name="x",
        identity="x",
        phone="x",
        text="x",
        file="x",
        filed_at=NOON,
        handler=held[Duty.INSPECT],
        taken_at=NOON,
    )
    Recheck.objects.create(
        instalment=case.awards.get().instalments.get(), passed=True, findings="x", checked_by=verify, checked_at=NOON
    )
    for stage, by in (("verify", verify), ("payment", pay)):
        CreditCheck.objects.create(
            application=case, stage=stage, source="x", queried_on=NOON.date(), checked_by=by, checked_at=NOON
        )
    SiteVisit.objects.create(
        application=case,
        visited_on=NOON.date(),
        officer=verify.user,
        companion=intake.user,
        recorded_by=verify,
        recorded_at=NOON,
    )
    ExpertOpinion.objects.create(application=case, asked_by=verify, asked_at=NOON, expected_on=NOON.date())
    review = JointReview.objects.create(
        application=case,
        held_on=NOON.date(),
        units=[],
        called_by=verify,
        called_at=NOON,
        closed_by=verify,
        closed_at=NOON,
        passed=True,
    )
    JointVote.objects.create(review=review, unit="x", vote="agree", recorded_by=verify, recorded_at=NOON)
    _recovery_with_every_act(case, held)
    _reviewed(case, held[Duty.INSPECT])
    said = {"kind": "x", "mark": "x", "points": 1, "text": "x", "found_at": NOON}
    RiskSignal.objects.create(
        **said, application=case, cleared_by=held[Duty.INSPECT], cleared_at=NOON, cleared_reason="x"
    )
    return case


def _recovery_with_every_act(case, held):
    """Add a recovery case that was decided, with one row of each of its tables that names a duty."""
    inspect, pay, second = held[Duty.INSPECT], held["pay"], held["countersign"]
    row = RecoveryCase.objects.create(
        authority=case.authority,
        application=case,
        award=case.awards.get(),
        year=2026,
        sequence=case.pk,
        number=f"x{case.pk}",
        kind="fraud",
        alleged="x",
        opened_by=inspect,
        opened_at=NOON,
        facts="x",
        basis="x",
        principal_fen=0,
        decided_by=inspect,
        decided_at=NOON,
        state="decided",
    )
    for duty in (Duty.INSPECT, Duty.LEGAL, Duty.HEARING, "pay", "countersign"):
        by = held[duty]
        RecoveryStep.objects.create(recovery=row, name="x", duty=by, by=by.user, at=NOON)
    same = {"recovery": row, "account": "principal", "kind": "repaid", "amount_fen": 1, "on": NOON.date()}
    same |= {"basis": "x", "made_by": pay, "made_at": NOON, "confirmed_by": second}
    entry = RecoveryEntry.objects.create(**same)
    RecoveryClaim.objects.create(**same, confirmed_at=NOON, entry=entry)


def _reviewed(case, inspector):
    """Add a yearly review with every act of it."""
    said = {"year": 2026, "title": "x", "basis": "x", "method": "all", "seed": "x", "frame": [], "frame_sha256": "x"}
    user = inspector.user
    campaign = Campaign.objects.create(
        **said, authority=case.authority, frame_count=1, frame_fen=1, made_by=user, drawn_at=NOON
    )
    task = Inspection.objects.create(
        campaign=campaign,
        application=case,
        award=case.awards.get(),
        stratum="x",
        paid_fen=1,
        officer=user,
        assigned_at=NOON,
        state="ended",
        result="rectify",
        summary="x",
        concluded_by=inspector,
        concluded_at=NOON,
        rectified_by=inspector,
        rectified_at=NOON,
    )
    InspectionDemand.objects.create(
        inspection=task, kind="evidence", items=[], asked_by=inspector, asked_at=NOON, ended_at=NOON
    )
    InspectionCheck.objects.create(
        inspection=task, key="x", question="x", verdict="holds", checked_by=inspector, checked_at=NOON
    )


def rows_of(one):
    """Return all rows of a reference that name a duty; there is at least one of each."""
    model = apps.get_model("applications", one.model)
    rows = list(model.objects.filter(**{f"{one.field}__isnull": False}).select_related(one.field).order_by("pk"))
    assert rows, one
    return rows


def wrong_duties(one, row, everybody):
    """Return the duties that must not stand in this column of this row."""
    own = getattr(row, one.field)
    may = {own.duty} if one.follows else set(one.duties)
    return [duty for duty in everybody if duty.application_id != own.application_id or duty.duty not in may]


def by_sql(row, one, duty):
    """Copy a row with another duty in one column."""
    columns = [field.column for field in row._meta.fields if not field.primary_key]
    chosen = ", ".join("%s" if column == f"{one.field}_id" else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = row._meta.db_table
    sql(f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} WHERE id = %s", duty.pk, row.pk)


def by_orm(row, one, duty):
    """Make the same copy with the ORM."""
    twin = {field.attname: getattr(row, field.attname) for field in row._meta.fields if not field.primary_key}
    with transaction.atomic():
        type(row)(**twin | {f"{one.field}_id": duty.pk}).save(force_insert=True)


def by_update(row, one, duty):
    """Put the duty into the row that stands."""
    sql(f"UPDATE {row._meta.db_table} SET {one.field}_id = %s WHERE id = %s", duty.pk, row.pk)


def attempts(attack):
    """Yield (reference, duty, what the database said) of every attack of one kind, each undone."""
    everybody = list(CaseDuty.objects.all())
    for one in REFERENCES:
        for row in rows_of(one):
            for duty in wrong_duties(one, row, everybody):
                said = ""
                with transaction.atomic():
                    try:
                        attack(row, one, duty)
                    except DatabaseError as error:
                        said = str(error)
                    transaction.set_rollback(True)
                yield one, duty, said


@pytest.mark.parametrize("attack", [by_sql, by_orm])
def test_no_act_is_written_under_a_duty_of_another_case_or_kind(attack):
    paid_case_with_every_act()
    make_application(Status.PAID)

    found = list(attempts(attack))

    assert {one for one, _, _ in found} == set(REFERENCES)
    assert [(one.name, duty.duty) for one, duty, said in found if MESSAGE not in said] == []


def test_no_act_gets_another_duty_afterwards():
    paid_case_with_every_act()
    make_application(Status.PAID)

    assert [(one.name, duty.duty) for one, duty, said in attempts(by_update) if not said] == []


def test_the_own_duty_passes_the_trigger():
    """Else a trigger that refuses everything would pass the tests above."""
    paid_case_with_every_act()

    for one in REFERENCES:
        for row in rows_of(one):
            said = ""
            try:
                by_sql(row, one, getattr(row, one.field))
            except DatabaseError as error:
                said = str(error)
            assert one.model == "application" or MESSAGE not in said, one  # a new case has no duty yet


@pytest.mark.parametrize("attack", [by_sql, by_update])
def test_without_the_triggers_the_same_attacks_succeed(attack):
    paid_case_with_every_act()
    make_application(Status.PAID)
    duty_guards.remove(connection)
    guards.remove(connection)

    through = {one.model for one, _, said in attempts(attack) if not said}

    # Others meet a unique index or a CHECK of their own when they are copied; none of those asks for the duty.
    assert {"factcheck", "casedecision", "objection", "creditcheck", "sitevisit", "expertopinion"} - {
        "objection" if attack is by_sql else ""
    } <= through


def test_every_column_that_names_a_duty_is_guarded():
    named = {
        (model._meta.model_name, field.name)
        for model in apps.get_app_config("applications").get_models()
        for field in model._meta.fields
        if field.related_model is CaseDuty
    }
    assert named == {(one.model, one.field) for one in REFERENCES}
    assert {one.link for one in REFERENCES} == set(LINKS)
    assert guards.missing(connection) == []


# ---- who may hold a duty at all


def take(case, user, duty, since=NOON):
    """Write a duty as a program would that forgot to ask."""
    with transaction.atomic():
        return CaseDuty.objects.create(application=case, user=user, duty=duty, since=since)


def take_by_sql(case, user, duty, since=NOON):
    sql(
        "INSERT INTO applications_caseduty (application_id, user_id, duty, since) VALUES (%s, %s, %s, %s)",
        case.pk,
        user.pk,
        duty,
        since,
    )


def member(case):
    user = agent_of(case.applicant)
    Posting.objects.create(user=user, authority=case.authority, duty=Duty.VERIFY, since=date(2024, 1, 1))
    return user


def officer_of_the_mandate(case):
    user = make_officer(Duty.VERIFY)
    Mandate.objects.create(application=case, officer=user, principal="x", bearer="x", bearer_phone="x", made_at=NOON)
    return user


def nobody(case):
    return make_user()


def in_another_duty(case):
    return make_officer(Duty.INTAKE)


def of_another_authority(case):
    return make_officer(Duty.VERIFY, "shihezi")


def who_left_the_day_before(case):
    user = make_officer(Duty.VERIFY)
    user.postings.update(until=NOON.date() - timedelta(days=1))
    return user


def who_comes_the_day_after(case):
    user = make_officer(Duty.VERIFY)
    user.postings.update(since=NOON.date() + timedelta(days=1))
    return user


def the_system(case):
    return system_user()


UNFIT = [
    member,
    officer_of_the_mandate,
    nobody,
    in_another_duty,
    of_another_authority,
    who_left_the_day_before,
    who_comes_the_day_after,
    the_system,
]


@pytest.mark.parametrize("how", [take, take_by_sql])
@pytest.mark.parametrize("who", UNFIT)
def test_who_may_not_act_takes_no_duty(who, how):
    case = make_application(Status.SUBMITTED)
    user = who(case)

    with pytest.raises(IntegrityError, match=MESSAGE):
        how(case, user, Duty.VERIFY)

    duty_guards.remove(connection)
    how(case, user, Duty.VERIFY)  # the control


def test_who_may_act_takes_a_duty_on_the_first_and_on_the_last_day():
    case = make_application(Status.SUBMITTED)
    first, last = make_officer(Duty.VERIFY), make_officer(Duty.VERIFY)
    first.postings.update(since=NOON.date())
    last.postings.update(until=NOON.date())

    take(case, first, Duty.VERIFY)
    take_by_sql(case, last, Duty.VERIFY)


def test_the_day_is_that_of_shanghai():
    """Half past midnight in Shanghai is still the day before in UTC, as the database stores it."""
    case = make_application(Status.SUBMITTED)
    user = make_officer(Duty.VERIFY)
    user.postings.update(since=NOON.date())

    take(case, user, Duty.VERIFY, since=NOON.replace(hour=0, minute=30))


def test_a_history_of_earlier_years_can_be_brought_in():
    case = make_application(Status.SUBMITTED)
    user = make_officer(Duty.VERIFY)
    user.postings.update(since=date(2020, 1, 1), until=date(2021, 12, 31))

    take(case, user, Duty.VERIFY, since=NOON.replace(year=2021))


def test_silence_accepts_as_the_system_and_nobody_else_is_called_so():
    case, other = make_application(Status.SUBMITTED), make_application(Status.SUBMITTED)

    take(case, system_user(), Duty.INTAKE)
    User.objects.filter(username="system").update(is_active=True)

    with pytest.raises(IntegrityError, match=MESSAGE):
        take(other, User.objects.get(username="system"), Duty.INTAKE)


def test_who_holds_a_duty_does_not_become_the_officer_of_the_mandate():
    case = make_application(Status.VERIFYING)
    free = make_officer(Duty.INTAKE)
    values = {"application": case, "principal": "x", "bearer": "x", "bearer_phone": "x", "made_at": NOON}

    with pytest.raises(IntegrityError, match=MESSAGE), transaction.atomic():
        Mandate.objects.create(officer=case.accepted_by.user, **values)
    mandate = Mandate.objects.create(officer=free, **values)
    with pytest.raises(IntegrityError, match=MESSAGE):
        sql(
            "UPDATE applications_mandate SET officer_id = %s WHERE id = %s",
            case.accepted_by.user_id,
            mandate.pk,
        )


@pytest.mark.parametrize("column", ["applicant_id", "authority_id"])
def test_a_case_with_duties_stays_where_it_is(column):
    case, other = make_application(Status.VERIFYING), make_application(Status.SUBMITTED)
    elsewhere = {"applicant_id": other.applicant_id, "authority_id": Authority.objects.get(code="shihezi").pk}

    with pytest.raises(IntegrityError, match=MESSAGE):
        sql(f"UPDATE applications_application SET {column} = %s WHERE id = %s", elsewhere[column], case.pk)
    sql(f"UPDATE applications_application SET {column} = {column}, version = version + 1 WHERE id = %s", case.pk)


# ---- one person, one posting at a time


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2026, 3, 31), date(2026, 4, 30)),  # shares the last day
        (date(2025, 12, 1), date(2026, 1, 1)),  # shares the first day
        (date(2026, 2, 1), date(2026, 2, 2)),
        (date(2025, 1, 1), None),
    ],
)
@pytest.mark.parametrize("code", ["xinxing", "shihezi"])
def test_nobody_is_posted_twice_on_one_day(code, since, until):
    user = make_officer(Duty.VERIFY)
    user.postings.update(since=date(2026, 1, 1), until=date(2026, 3, 31))
    authority = Authority.objects.get(code=code)

    with pytest.raises(IntegrityError, match=MESSAGE), transaction.atomic():
        Posting.objects.create(user=user, authority=authority, duty=Duty.APPROVE, since=since, until=until)
    with pytest.raises(IntegrityError, match=MESSAGE):
        sql(
            "INSERT INTO applications_posting (user_id, authority_id, duty, since, until) VALUES (%s, %s, %s, %s, %s)",
            user.pk,
            authority.pk,
            "approve",
            since,
            until,
        )
    later = Posting.objects.create(user=user, authority=authority, duty=Duty.APPROVE, since=date(2026, 4, 1))
    with pytest.raises(IntegrityError, match=MESSAGE):
        sql("UPDATE applications_posting SET since = %s WHERE id = %s", date(2026, 3, 31), later.pk)
    with pytest.raises(IntegrityError, match=MESSAGE):
        sql(
            "UPDATE applications_posting SET until = %s WHERE user_id = %s AND id <> %s",
            date(2026, 4, 1),
            user.pk,
            later.pk,
        )


def system_client():
    client = Client()
    client.force_login(make_officer(Duty.SYSTEM))
    return client


def test_the_page_of_postings_says_that_days_are_shared():
    person = make_officer(Duty.VERIFY)
    today = timezone.localdate()
    person.postings.update(until=today - timedelta(days=1))
    values = {"username": person.username, "duty": Duty.APPROVE}

    page = system_client().post(
        reverse("console:applications_posting_add"), values | {"since": (today - timedelta(days=1)).isoformat()}
    )

    assert page.status_code == 200
    assert page.context["adminform"].form.errors == {"since": ["此人在这段日期内另有岗位，一人同一天只能在一个岗位。"]}
    client = system_client()
    added = client.post(reverse("console:applications_posting_add"), values | {"since": today.isoformat()})
    assert (added.status_code, person.postings.count()) == (302, 2)
    old = person.postings.order_by("pk").first()

    page = client.post(reverse("console:applications_posting_change", args=[old.pk]), {"until": today.isoformat()})

    assert page.status_code == 200
    assert page.context["adminform"].form.errors == {"until": ["此人在这段日期内另有岗位，一人同一天只能在一个岗位。"]}


# ---- the invariant, when somebody has taken the triggers away


def test_a_sound_case_breaks_nothing():
    paid_case_with_every_act()
    make_application(Status.PAID)

    assert duties_out_of_place() == 0


def test_every_act_under_a_wrong_duty_is_counted():
    case = paid_case_with_every_act()
    foreign = {row.duty: row for row in make_application(Status.PAID).duties.all()}
    foreign |= {
        duty: CaseDuty.objects.create(
            application=Application.objects.exclude(pk=case.pk).get(), user=make_officer(duty), duty=duty, since=NOON
        )
        for duty in (Duty.INSPECT, Duty.LEGAL)
    }
    duty_guards.remove(connection)
    guards.remove(connection)

    for one in REFERENCES:
        row = rows_of(one)[0]
        own = getattr(row, one.field)
        wrong = case.duties.get(duty=Duty.EXPERT)  # which no act of officers may stand under
        for duty in (foreign[own.duty], wrong):
            with transaction.atomic():
                by_update(row, one, duty)
                assert duties_out_of_place() == 1, one
                transaction.set_rollback(True)
    assert duties_out_of_place() == 0


def test_an_approval_as_another_duty_is_counted():
    paid_case_with_every_act()
    guards.remove(connection)
    duty_guards.remove(connection)

    Approval.objects.filter(duty=Duty.LEGAL).update(duty=Duty.APPROVE)
    CreditCheck.objects.filter(stage="payment").update(stage="verify")

    assert i9_steps_or_duties_out_of_order() == 2


def test_people_of_the_applicant_and_of_the_counter_are_counted():
    case = make_application(Status.SUBMITTED)
    duty_guards.remove(connection)

    take(case, member(case), Duty.VERIFY, since=timezone.now())
    assert i9_steps_or_duties_out_of_order() == 1
    take(case, officer_of_the_mandate(case), Duty.INTAKE)
    assert i9_steps_or_duties_out_of_order() == 2


def test_an_officer_who_joins_the_applicant_later_is_not_counted():
    case = make_application(Status.VERIFYING)
    later = NOON + timedelta(days=1)

    Membership.objects.create(applicant=case.applicant, user=case.accepted_by.user, role="agent", joined_at=later)

    assert i9_steps_or_duties_out_of_order() == 0


def test_people_who_are_posted_twice_are_counted():
    duty_guards.remove(connection)
    user = make_officer(Duty.VERIFY)
    other = Posting.objects.create(
        user=user,
        authority=Authority.objects.get(code="shihezi"),
        duty=Duty.PAY,
        since=date(2020, 1, 1),
        until=date(2024, 1, 1),
    )
    assert duties_out_of_place() == 1
    Posting.objects.filter(pk=other.pk).update(until=date(2023, 12, 31))
    assert duties_out_of_place() == 0


# ---- the triggers and migrations


def test_migrations_run_without_the_triggers_and_a_flush_keeps_them():
    _put_duty_guards_back(using="default", apps=apps)  # as a flush says it: without a plan
    _take_duty_guards_away(using="default", plan=[])  # nothing to migrate
    assert guards.missing(connection) == []

    _take_duty_guards_away(using="default", plan=["a migration"])
    gone = guards.missing(connection)
    _put_duty_guards_back(using="default", apps=apps)
    assert guards.missing(connection) == gone == [t.name for t in duty_guards.triggers(connection.vendor)]

    _put_duty_guards_back(using="default", apps=apps, plan=[])
    assert guards.missing(connection) == []


def test_an_older_state_of_the_models_gets_no_triggers():
    class Older:
        def get_model(self, app, name):
            raise LookupError(name)

    assert not duty_guards.is_complete(Older())
    assert duty_guards.is_complete(apps)


def test_install_guards_puts_them_back(capsys):
    duty_guards.remove(connection)

    call_command("install_guards")

    made = len(duty_guards.triggers("sqlite"))
    assert capsys.readouterr().out.splitlines()[-1] == f"触发器齐备，本次补建 {made} 个。"
    assert guards.missing(connection) == []


def test_why_sqlite_cannot_migrate_under_them(tmp_path):
    """The reason for all this: a table that a trigger elsewhere names cannot be renamed into its place."""
    database = sqlite3.connect(tmp_path / "reason.sqlite3", isolation_level=None)
    database.executescript(
        "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY);"
        "CREATE TRIGGER t BEFORE INSERT ON a WHEN EXISTS (SELECT 1 FROM b) BEGIN SELECT RAISE(ABORT, 'no'); END;"
        "CREATE TABLE new_b (id INTEGER PRIMARY KEY); DROP TABLE b;"
    )
    with pytest.raises(sqlite3.OperationalError, match="error in trigger t"):
        database.execute("ALTER TABLE new_b RENAME TO b")
    database.execute("DROP TRIGGER t")
    database.execute("ALTER TABLE new_b RENAME TO b")
    database.close()
