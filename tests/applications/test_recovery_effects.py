"""What a recovery case does to the rest of the house: money that is held, awards, pools, letters, restrictions."""

from datetime import date, timedelta

import pytest

from applications import assessing, finance, holds
from applications.actions import ActionRefused, decision, payment, recovery
from applications.actions.restriction import impose, lift
from applications.dossier.parts import recoveries, recovery_ledger
from applications.invariants import count_all
from applications.models import (
    Application,
    Authority,
    Commitment,
    Document,
    Duty,
    Finding,
    Instalment,
    Payment,
    Pool,
    RecoveryCase,
    Restriction,
    Status,
)
from tests.applications.test_finance import stands
from tests.factories import NOON, check_account, make_applicant, make_application, make_draft, make_officer, make_policy
from tests.recoveries import DAY, DECIDED, SERVED, make_recovery, officer, opened, pay_back
from tests.recoveries import notify as tell

pytestmark = pytest.mark.django_db
State = RecoveryCase.State


def granted(applicant, subject="二号中心"):
    """Return a granted case of a body of which everything else is in order."""
    case = make_application(Status.GRANTED, applicant=applicant, subject=subject)
    return case.awards.get()


# ---- money is held


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (State.INVESTIGATING, ("held", "recovery")),
        (State.NOTIFIED, ("held", "recovery")),
        (State.DECIDED, ("held", "recovery")),
        (State.SERVED, ("due", "")),
        (State.CLOSED, ("due", "")),
    ],
)
def test_money_of_the_body_is_held_until_the_decision_is_served(to, expected):
    first = make_application(Status.PAID)
    award = granted(first.applicant)

    make_recovery(to, first)

    assert stands(award) == expected


def test_money_of_others_and_of_other_authorities_is_not_held():
    award = granted(make_applicant())
    first = make_application(Status.PAID)
    make_policy("shihezi")
    row = opened(first)
    RecoveryCase.objects.filter(pk=row.pk).update(authority=Authority.objects.get(code="shihezi"))
    same = granted(first.applicant)

    assert (stands(award), stands(same)) == (("due", ""), ("due", ""))


def test_a_dropped_case_lets_money_go():
    first = make_application(Status.PAID)
    award = granted(first.applicant)
    row = opened(first)
    with pytest.raises(ActionRefused, match="另有追回案件尚未办结，暂停拨付"):
        payment.record(
            award.instalments.get(), paid_on=NOON.date(), voucher_number="凭9", by=make_officer(Duty.PAY), at=NOON
        )

    recovery.drop(row, reason="查无实据", by=officer(row, Duty.INSPECT), at=NOON)

    assert stands(award) == ("due", "")


@pytest.mark.parametrize(
    ("state", "expected"), [("new", ("due", "")), ("taken", ("held", "doubted")), ("dismissed", ("due", ""))]
)
def test_a_doubt_holds_money_while_it_is_looked_into(state, expected):
    award = granted(make_applicant())
    by = make_officer(Duty.INSPECT)
    taken = {} if state == "new" else {"taken_by": by, "taken_at": NOON}
    ruled = {"ruled_by": by, "ruled_at": NOON, "ruling": "查无实据"} if state == "dismissed" else {}
    Finding.objects.create(
        authority=award.authority,
        number="线索1",
        source="tip",
        application=award.application,
        body="x",
        text="x",
        state=state,
        made_at=NOON,
        **taken,
        **ruled,
    )

    assert stands(award) == expected


def test_the_body_is_not_told_of_a_doubt_and_is_told_of_a_case():
    award = granted(make_applicant())
    part = Instalment.objects.get(award=award)
    Finding.objects.create(
        authority=award.authority,
        number="线索1",
        source="tip",
        application=award.application,
        body="x",
        text="x",
        state="taken",
        made_at=NOON,
        taken_by=make_officer(Duty.INSPECT),
        taken_at=NOON,
    )
    opened(make_application(Status.PAID, applicant=award.applicant, subject="一号中心"))

    for_the_desk = holds.why_held(part, NOON)
    for_the_body = holds.held([part], NOON, leaving_out=holds.INNER)[part.pk]

    assert for_the_desk == [
        "申报单位另有追回案件尚未办结，暂停拨付",
        "本件有问题线索正在核查",
    ]
    assert for_the_body == for_the_desk[:1]


def test_both_holds_have_their_words_in_the_list():
    assert (finance.HOLDS[finance.RECOVERY], finance.HOLDS[finance.DOUBTED]) == ("追回案件办理中", "线索核查中")


# ---- the award and what follows from it


def test_a_revoked_award_counts_for_nothing_any_more():
    row = make_recovery(State.DISCUSSED)
    other = make_draft(applicant=row.application.applicant)
    assert [line["amount_yuan"] for line in assessing.history_of(other)] == ["3000000.00"]
    by = officer(row, Duty.INSPECT)

    recovery.decide(row, pay_into="国库", remark="", pay_days=15, by=by, at=DECIDED)

    application = Application.objects.get(pk=row.application_id)
    assert (application.status, assessing.history_of(other)) == (Status.REVOKED, [])
    moved = application.events.get(action="revoke")
    assert (moved.before, moved.after) == (Status.PAID, Status.REVOKED)


def test_an_award_of_which_a_part_comes_back_counts_with_the_rest():
    row = make_recovery(State.DECIDED, whole=False, principal_fen=100_0000_00)
    other = make_application(Status.SUBMITTED, applicant=row.application.applicant)

    assert Application.objects.get(pk=row.application_id).status == Status.PAID
    assert [line["amount_yuan"] for line in assessing.history_of(other)] == ["2000000.00"]
    pay_back_after_service(row)
    assert [line["amount_yuan"] for line in assessing.history_of(other)] == ["2000000.00"]


def pay_back_after_service(row):
    """Serve a decided case and pay it back."""
    from tests.recoveries import serve  # noqa: PLC0415

    served = serve(RecoveryCase.objects.get(pk=row.pk))
    pay_back(served, 100_0000_00)


def test_a_second_case_demands_what_the_first_left():
    row = make_recovery(State.CLOSED, whole=False, principal_fen=100_0000_00)

    with pytest.raises(ActionRefused, match=r"应退本金为实际已拨付的2,000,000\.00元"):
        make_recovery(State.NOTIFIED, row.application, whole=True)
    again = RecoveryCase.objects.exclude(pk=row.pk).get()
    assert tell(again, principal_fen=200_0000_00).principal_fen == 200_0000_00
    assert set(count_all().values()) == {0}


def pooled(to=Status.PAID):
    """Return a pool of 1000 万元 and a case of 300 万元 that took its money from it."""
    policy = make_policy()
    pool = Pool.objects.create(policy=policy, name="测试池", year=2026, limit_fen=1000_0000_00, source="测试")
    draft = make_application(Status.PROPOSED)
    pool.clauses.add(draft.clause)
    by = officer(draft, Duty.APPROVE)
    decision.endorse(draft, by=by, at=NOON)
    decision.grant(draft, by=by, at=NOON)
    check_account(draft.applicant)
    case = Application.objects.get(pk=draft.pk)
    if to == Status.PAID:
        part = case.awards.get().instalments.get()
        row = payment.record(part, paid_on=NOON.date(), voucher_number="凭池", by=officer(case, Duty.PAY), at=NOON)
        payment.confirm(row, by=officer(case, Duty.COUNTERSIGN), at=NOON)
    return pool, Application.objects.get(pk=draft.pk)


def test_what_was_not_paid_goes_back_to_the_pool():
    pool, case = pooled(Status.GRANTED)
    assert Pool.objects.get(pk=pool.pk).committed_fen == 300_0000_00

    make_recovery(State.SERVED, case, principal_fen=0)

    pool.refresh_from_db()
    assert (pool.committed_fen, pool.paid_fen) == (0, 0)
    assert Commitment.objects.get(application=case).state == Commitment.State.RELEASED
    assert set(count_all().values()) == {0}


def test_what_was_paid_stays_paid_in_the_pool_and_comes_back_to_the_treasury():
    pool, case = pooled()

    row = make_recovery(State.CLOSED, case)

    pool.refresh_from_db()
    assert (pool.committed_fen, pool.paid_fen) == (300_0000_00, 300_0000_00)
    assert RecoveryCase.objects.get(pk=row.pk).state == State.CLOSED
    assert set(count_all().values()) == {0}


def test_a_payment_that_comes_back_after_the_decision_is_demanded_no_more_and_frees_the_pool():
    pool, case = pooled()
    row = make_recovery(State.SERVED, case)
    paid = Payment.objects.get()

    payment.return_(paid, on=SERVED.date(), reason="账号有误", by=officer(case, Duty.PAY), at=SERVED)

    pool.refresh_from_db()
    case.refresh_from_db()
    assert (pool.committed_fen, pool.paid_fen, case.status) == (0, 0, Status.REVOKED)
    assert [(e.kind, e.reverses_id is not None) for e in row.entries.order_by("pk")] == [
        ("owed", False),
        ("owed", True),
    ]
    assert (
        recovery.close(row, reason="退票，未实际取得资金", by=officer(row, Duty.INSPECT), at=SERVED).state == "closed"
    )
    assert set(count_all().values()) == {0}


def test_letters_are_revoked_with_the_award_and_recovered_when_everything_is_back():
    row = make_recovery(State.DECIDED)
    letters = Document.objects.filter(application=row.application, kind__in=["notice", "payment"])
    assert set(letters.values_list("kind", "standing")) == {("notice", "revoked"), ("payment", "revoked")}
    other = make_recovery(State.CLOSED)
    back = Document.objects.filter(application=other.application, kind__in=["notice", "payment"])
    assert set(back.values_list("kind", "standing")) == {("notice", "recovered"), ("payment", "recovered")}
    partly = make_recovery(State.CLOSED, whole=False, principal_fen=1_00)
    kept = Document.objects.filter(application=partly.application, kind__in=["notice", "payment"])
    assert set(kept.values_list("kind", "standing")) == {("notice", "valid"), ("payment", "valid")}


def test_a_revoked_case_is_paid_no_more():
    case = make_application(Status.GRANTED)
    award = case.awards.get()
    make_recovery(State.SERVED, case, principal_fen=0)

    assert stands(award)[0] == "revoked"
    assert holds.why_held(award.instalments.get(), NOON)[0] == "原奖补决定已被撤销"


# ---- restrictions


def restrict(row, uscc, name, *, by=None, at=SERVED):
    """Restrict a body on a recovery case."""
    return impose(
        row.authority,
        uscc=uscc,
        applicant_name=name,
        scope="filing",
        since=at.date(),
        until=at.date() + timedelta(days=700),
        basis="《测试办法》第十条",
        paper="追回决定书",
        reason="骗取财政资金",
        recovery=row,
        by=by or officer(row, Duty.INSPECT),
        at=at,
    )


def test_a_restriction_follows_the_decision_and_reaches_affiliates():
    row = make_recovery(State.SERVED)
    party, by = row.application.applicant, officer(row, Duty.INSPECT)
    with pytest.raises(ActionRefused, match="未记载为其股东、实际控制人或者关联单位"):
        restrict(row, "91659901MATE99999X", "测试关联公司")
    found = {"name": "测试关联公司", "uscc": "91659901MATE99999X", "relation": "同一控制人"}
    recovery.snapshot(
        row, party={"affiliates": [found], "source": "公示系统", "seen_on": "2026-09-17"}, by=by, at=SERVED
    )

    one, two = restrict(row, party.uscc, party.name), restrict(row, found["uscc"], found["name"])

    assert (one.recovery, two.recovery) == (row, row)
    assert row.documents.filter(kind="restrict").count() == 2
    assert [step.detail["uscc"] for step in row.steps.filter(name="restrict")] == [party.uscc, found["uscc"]]
    lift(one, reason="已修复", by=by, at=SERVED + DAY)
    assert row.documents.filter(kind="unrestrict").count() == 1
    assert Restriction.objects.standing(SERVED.date()).get() == two
    assert set(count_all().values()) == {0}


def test_no_restriction_before_the_decision_and_none_by_another_authority():
    row = make_recovery(State.DISCUSSED)
    party = row.application.applicant

    with pytest.raises(ActionRefused, match="本案目前为“待作出决定”，不能限制申报"):
        restrict(row, party.uscc, party.name, at=DECIDED)
    with pytest.raises(ActionRefused, match="只有稽核岗位可以办理此事项"):
        restrict(row, party.uscc, party.name, by=make_officer(Duty.INSPECT, "shihezi"), at=DECIDED)
    assert not Restriction.objects.exists()


def test_a_restriction_is_lifted_after_the_case_was_closed():
    row = make_recovery(State.SERVED)
    made = restrict(row, row.application.applicant.uscc, row.application.applicant.name)
    pay_back(row, 300_0000_00)
    recovery.close(row, reason="完", by=officer(row, Duty.INSPECT), at=SERVED)

    lifted = lift(made, reason="期满前修复", by=officer(row, Duty.INSPECT), at=SERVED + DAY)

    assert lifted.lifted_at == SERVED + DAY


# ---- the dossier


def test_a_dossier_tells_the_whole_case():
    row = make_recovery(State.CLOSED)
    case = row.application

    told, ledger = recoveries(case), recovery_ledger(case)

    assert len(told.rows) == 1 + row.steps.count() + row.terms.count() + row.papers.count()
    assert [held.sha256 for held in told.files] == list(row.papers.order_by("pk").values_list("sha256", flat=True))
    assert len(ledger.rows) == row.claims.count() + row.entries.count() == 3
    assert date(2026, 9, 17).isoformat() in str([line.data for line in told.rows])
