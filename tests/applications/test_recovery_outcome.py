"""How an appeal ends: a changed decision owes other sums, an annulled one gives the award back with all it had."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from applications import assessing, holds, judgments, recovering
from applications.actions import ActionRefused, decision, payment, recovery, recovery_money
from applications.actions.policy import set_pool
from applications.actions.restriction import impose, lift
from applications.chains import walk_all
from applications.dossier.parts import recoveries, recovery_ledger
from applications.invariants import count_all
from applications.models import (
    Application,
    CarryOver,
    Commitment,
    Delivery,
    Document,
    Duty,
    EvidenceItem,
    EvidenceUse,
    Pool,
    RecoveryCase,
    Restriction,
    Status,
)
from applications.recovering import Charge, Term
from tests.applications.test_finance import stands
from tests.applications.test_recovery_effects import granted, pooled, restrict
from tests.applications.test_year_close import NEXT_YEAR, closed, counters
from tests.factories import NOON, make_application, make_draft, make_officer, make_paper
from tests.recoveries import DAY, SERVED, claim, decide, judge, make_recovery, officer, opened, pay_back, serve

pytestmark = pytest.mark.django_db
State = RecoveryCase.State
LATE = NOON.replace(month=10, day=12)  # after the time to pay
WHOLE = 300_0000_00
JUDGED = "人民法院判决（测试法院（2026）行初1号）"


def stored(row: RecoveryCase) -> RecoveryCase:
    return RecoveryCase.objects.select_related("application__applicant", "authority").get(pk=row.pk)


def case_of(row: RecoveryCase) -> Application:
    return Application.objects.get(pk=row.application_id)


def lines(row: RecoveryCase) -> list[tuple]:
    """Return the ledger as (account, kind, fen, whether it takes another back, basis)."""
    entries = row.entries.order_by("pk")
    return [(e.account, e.kind, e.amount_fen, e.reverses_id is not None, e.basis) for e in entries]


def letters(row: RecoveryCase, *kinds: str) -> list[tuple[str, str]]:
    rows = Document.objects.filter(application=row.application_id, kind__in=kinds).order_by("pk")
    return list(rows.values_list("kind", "standing"))


# ---- changed: the ledger


def test_a_changed_sum_is_entered_on_the_judgment():
    row = make_recovery(State.SERVED)
    before = lines(row)[0]

    step = judge(row, "changed", principal_fen=120_0000_00)

    assert lines(row) == [
        before,
        ("principal", "owed", WHOLE, True, JUDGED),
        ("principal", "owed", 120_0000_00, False, JUDGED),
    ]
    made = row.entries.order_by("-pk")[0]
    assert (made.instalment_id, made.payment_id) == (row.entries.first().instalment_id, row.entries.first().payment_id)
    assert step.detail == {
        "kind": "sue",
        "on": "2026-09-17",
        "outcome": "changed",
        "number": "测试法院（2026）行初1号",
        "changed_fen": {"principal": 120_0000_00},
        "revoked": True,
        "lowered_fen": 180_0000_00,
        "over_fen": 0,
    }
    assert stored(row).principal_fen == WHOLE  # what was decided stands as it was decided
    assert recovering.read(stored(row)).judged_words == (
        "追回决定已被人民法院判决（测试法院（2026）行初1号，2026年9月17日）变更：应退本金1,200,000.00元。"
    )
    assert set(count_all().values()) == {0}


def test_what_came_back_beyond_a_changed_sum_is_refunded_by_two_people():
    row = make_recovery(State.SERVED)
    pay_back(row, 200_0000_00)
    by = officer(row, Duty.INSPECT)

    judge(row, "changed", principal_fen=120_0000_00)

    assert recovering.read(stored(row)).over == 80_0000_00
    assert not row.terms.filter(ended_on=None, kind__in=[Term.PAY, Term.ENFORCE]).exists()
    with pytest.raises(ActionRefused, match=r"多缴的800,000\.00元尚未退还"):
        recovery.close(row, reason="完", by=by, at=SERVED)
    waiting = claim(row, 80_0000_00, kind="refunded")
    with pytest.raises(ActionRefused):
        recovery_money.confirm(waiting, by=officer(row, Duty.PAY), at=SERVED)
    recovery_money.confirm(waiting, by=officer(row, Duty.COUNTERSIGN), at=SERVED)
    recovery.close(row, reason="按判决退回。", by=by, at=SERVED)

    assert letters(row, "notice", "payment") == [("notice", "recovered"), ("payment", "recovered")]
    assert set(count_all().values()) == {0}


def test_a_change_ends_write_offs_that_go_beyond_it_the_newest_first():
    row = make_recovery(State.SERVED)
    legal = officer(row, Duty.LEGAL)
    for fen in (50_0000_00, 60_0000_00):
        recovery_money.confirm(claim(row, fen, kind="written_off"), by=legal, at=SERVED)

    judge(row, "changed", principal_fen=55_0000_00)

    balance = recovering.balances(row)["principal"]
    assert (balance.owed, balance.written_off, balance.open, balance.over) == (55_0000_00, 50_0000_00, 5_0000_00, 0)


def test_interest_and_surcharge_follow_a_change():
    row = make_recovery(State.DISCUSSED)
    interest = Charge(base_fen=WHOLE, rate="3.65", days=10, source="承诺书第3条")
    row = serve(decide(row, interest=interest))
    by = officer(row, Duty.INSPECT)
    late = Charge(base_fen=WHOLE, rate="0.1", days=2, source="测试条例", per="day")
    recovery_money.charge(
        row, account="surcharge", amount_fen=late.amount_fen, basis="逾期", reckoned=late.to_json(), by=by, at=LATE
    )
    recovery.contest(row, kind="review", on=LATE.date(), by=by, at=LATE)
    said = {"kind": "review", "on": LATE.date(), "outcome": "changed", "number": "测试复决1号", "by": by, "at": LATE}

    with pytest.raises(ActionRefused, match="请填写变更后应退的利息"):
        recovery.contest(row, principal_fen=100, paper=make_paper(), **said)
    with pytest.raises(ActionRefused, match="变更后的利息不能超过"):
        recovery.contest(row, principal_fen=100, interest_fen=interest.amount_fen + 1, paper=make_paper(), **said)
    recovery.contest(row, principal_fen=100_0000_00, interest_fen=1000, paper=make_paper(), **said)

    found = recovering.balances(row)
    owed = {name: balance.owed for name, balance in found.items()}
    assert owed == {"principal": 100_0000_00, "interest": 1000, "fine": 0, "surcharge": 0}
    assert set(count_all().values()) == {0}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"number": ""}, "请填写复议决定书、判决书的文号，并上传该文书"),
        ({"paper": None}, "请填写复议决定书、判决书的文号，并上传该文书"),
        ({"number": "一" * 101}, "文号不超过100个字"),
        ({"principal_fen": None}, "请填写变更后应退的本金"),
        ({"principal_fen": WHOLE + 1}, "变更后的本金不能超过决定的3,000,000.00元"),
        ({"principal_fen": -1}, "变更后的本金不能超过"),
        ({"principal_fen": WHOLE}, "变更后的金额与决定相同"),
        ({"interest_fen": 1}, r"变更后的利息不能超过决定的0\.00元"),
    ],
)
def test_a_change_without_its_paper_or_for_the_worse_is_refused(more, words):
    row = make_recovery(State.SERVED)

    with pytest.raises(ActionRefused, match=words):
        judge(row, "changed", **({"principal_fen": 100} | more))

    assert [line[1:4] for line in lines(row)] == [("owed", WHOLE, False)]
    assert case_of(row).status == Status.REVOKED


@pytest.mark.parametrize("missing", [{"number": ""}, {"paper": None}])
def test_an_annulment_without_its_paper_is_refused(missing):
    row = make_recovery(State.SERVED)

    with pytest.raises(ActionRefused, match="并上传该文书"):
        judge(row, "annulled", **missing)


def test_a_decision_on_a_part_has_no_award_to_give_back():
    row = make_recovery(State.SERVED, whole=False, principal_fen=100_0000_00)

    with pytest.raises(ActionRefused, match="本案没有撤销奖补决定，不需要恢复"):
        judge(row, "changed", principal_fen=1, revoked=False)
    by = officer(row, Duty.INSPECT)
    said = {"kind": "sue", "on": SERVED.date(), "outcome": "changed", "number": "判1", "paper": make_paper()}
    recovery.contest(row, principal_fen=40_0000_00, **said, by=by, at=SERVED)

    other = make_draft(applicant=row.application.applicant)
    assert [line["amount_yuan"] for line in assessing.history_of(other)] == ["2600000.00"]


def test_an_appeal_against_one_case_does_not_undo_what_another_decided():
    first = make_recovery(State.CLOSED, whole=False, principal_fen=100_0000_00)
    make_recovery(State.CLOSED, case_of(first), principal_fen=200_0000_00)
    assert case_of(first).status == Status.REVOKED
    assert letters(first, "notice") == [("notice", "recovered")]

    step = judge(first, "annulled", at=SERVED + 4 * DAY)

    assert case_of(first).status == Status.REVOKED
    assert letters(first, "notice") == [("notice", "recovered")]
    assert "restored" not in step.detail
    with pytest.raises(ActionRefused, match="本案没有撤销奖补决定，不需要恢复"):
        judge(stored(first), "changed", principal_fen=0, revoked=False, at=SERVED + 4 * DAY)
    assert set(count_all().values()) == {0}


def test_a_changed_part_does_not_say_that_an_award_stands_which_another_case_revoked():
    first = make_recovery(State.CLOSED, whole=False, principal_fen=100_0000_00)
    second = make_recovery(State.SERVED, case_of(first), principal_fen=200_0000_00)
    claimed = claim(second, 200_0000_00, kind="written_off")
    recovery_money.confirm(claimed, by=officer(second, Duty.LEGAL), at=SERVED)
    recovery.close(second, reason="已核销", by=officer(second, Duty.INSPECT), at=SERVED + DAY)
    assert letters(first, "notice") == [("notice", "revoked")]

    step = judge(first, "changed", principal_fen=40_0000_00, at=SERVED + 4 * DAY)
    assert step.detail["revoked"]
    assert "其余部分有效" not in judgments.on(first.pk)
    over = claim(stored(first), 60_0000_00, kind="refunded", at=SERVED + 4 * DAY)
    recovery_money.confirm(over, by=officer(first, Duty.COUNTERSIGN), at=SERVED + 4 * DAY)
    recovery.close(stored(first), reason="已退还", by=officer(first, Duty.INSPECT), at=SERVED + 5 * DAY)

    assert letters(first, "notice") == [("notice", "revoked")]  # what the other case demanded never came back


def test_a_decision_that_is_found_unlawful_but_left_standing_goes_on():
    row = make_recovery(State.SERVED)

    step = judge(row, "unlawful")

    assert case_of(row).status == Status.REVOKED
    assert (step.detail["outcome"], recovering.outstanding(stored(row))) == ("unlawful", WHOLE)
    assert judgments.on(row.pk) == ""


def test_a_change_from_before_sums_were_written_down_is_still_told():
    said = {"kind": "review", "on": "2026-03-05", "outcome": "changed"}

    assert judgments.sentence(said) == "追回决定已被行政复议决定（2026年3月5日）变更。"


def test_a_plan_is_shortened_at_its_end():
    row = make_recovery(State.SERVED)
    parts = [(date(2026, 9, 20), 100_0000_00), (date(2026, 10, 20), 100_0000_00), (date(2026, 11, 20), 100_0000_00)]
    recovery.plan(row, parts=parts, by=officer(row, Duty.INSPECT), at=SERVED)

    judge(row, "changed", principal_fen=150_0000_00)
    assert recovering.read(stored(row)).plan_part() == (date(2026, 9, 20), 100_0000_00)
    pay_back(row, 100_0000_00)
    assert recovering.read(stored(row)).plan_part() == (date(2026, 10, 20), 50_0000_00)
    assert row.terms.get(kind=Term.PAY, ended_on=None).due_on == date(2026, 10, 20)
    pay_back(row, 50_0000_00)

    assert not row.terms.filter(kind=Term.PAY, ended_on=None).exists()


def test_after_review_the_party_may_still_sue_about_the_changed_decision():
    row = make_recovery(State.SERVED)

    judge(row, "changed", kind="review", principal_fen=100)

    assert row.terms.get(kind=Term.SUE, ended_on=None).due_on == date(2026, 10, 8)  # the 2nd is a holiday


# ---- annulled: the award stands again


def test_an_annulled_decision_brings_the_award_back():
    row = make_recovery(State.SERVED)
    other = make_draft(applicant=row.application.applicant)
    pay_back(row, 100_0000_00)
    assert assessing.history_of(other) == []

    step = judge(row, "annulled")

    case = case_of(row)
    event = case.events.get(action="restore")
    revoked = case.events.get(action="revoke")
    assert (case.status, event.before, event.after) == (Status.PAID, Status.REVOKED, Status.PAID)
    assert event.detail == {"recovery": row.pk, "award": row.award_id, "revoked_by": revoked.pk, "part": False}
    assert [line["amount_yuan"] for line in assessing.history_of(other)] == ["3000000.00"]
    assert letters(row, "notice", "payment", "rec_decision") == [
        ("notice", "valid"),
        ("payment", "valid"),
        ("rec_decision", "revoked"),
    ]
    assert {name: step.detail[name] for name in ("lowered_fen", "over_fen", "restored", "lost", "meanwhile")} == {
        "lowered_fen": 200_0000_00,
        "over_fen": 100_0000_00,
        "restored": "paid",
        "lost": [],
        "meanwhile": [],
    }
    assert set(count_all().values()) == {0}
    assert walk_all().breaks == []


def test_what_was_repaid_on_an_annulled_decision_is_refunded_and_the_case_closed():
    row = make_recovery(State.SERVED)
    pay_back(row, 100_0000_00)
    judge(row, "annulled")

    recovery_money.confirm(claim(row, 100_0000_00, kind="refunded"), by=officer(row, Duty.COUNTERSIGN), at=SERVED)
    recovery.close(row, reason="决定被撤销，款项已经退还。", by=officer(row, Duty.INSPECT), at=SERVED)

    assert letters(row, "notice", "payment") == [("notice", "valid"), ("payment", "valid")]
    assert set(count_all().values()) == {0}


def test_a_new_case_may_be_opened_against_an_award_that_stands_again():
    row = make_recovery(State.SERVED)
    judge(row, "annulled")
    recovery.close(row, reason="决定被撤销。", by=officer(row, Duty.INSPECT), at=SERVED)

    again = make_recovery(State.SERVED, row.application)

    assert again.principal_fen == WHOLE
    assert case_of(row).status == Status.REVOKED
    assert set(count_all().values()) == {0}


def test_an_unpaid_award_is_to_be_paid_again():
    case = make_application(Status.GRANTED)
    award = case.awards.get()
    row = make_recovery(State.SERVED, case, principal_fen=0)
    assert stands(award)[0] == "revoked"

    judge(row, "annulled")

    assert (case_of(row).status, stands(award)[0]) == (Status.GRANTED, "due")
    assert holds.why_held(award.instalments.get(), SERVED) == []
    assert case_of(row).due_on is not None


def test_a_filed_case_is_filed_again():
    case = make_application(Status.CLOSED)

    judge(make_recovery(State.SERVED, case), "annulled")

    assert Application.objects.get(pk=case.pk).status == Status.CLOSED


def test_a_payment_that_came_back_meanwhile_is_to_be_made_again_and_its_letter_stays_out_of_force():
    pool, case = pooled()
    row = make_recovery(State.SERVED, case)
    paid = row.award.instalments.get().payments.get()
    payment.return_(paid, on=SERVED.date(), reason="账号有误", by=officer(case, Duty.PAY), at=SERVED)

    judge(row, "annulled", at=SERVED + DAY)

    pool.refresh_from_db()
    assert (case_of(row).status, pool.committed_fen, pool.paid_fen) == (Status.GRANTED, WHOLE, 0)
    assert letters(row, "notice", "payment") == [("notice", "valid"), ("payment", "revoked")]
    assert set(count_all().values()) == {0}


def test_a_change_may_give_the_award_back_with_what_is_not_demanded():
    row = make_recovery(State.SERVED)
    other = make_draft(applicant=row.application.applicant)

    judge(row, "changed", principal_fen=100_0000_00, revoked=False)

    assert case_of(row).status == Status.PAID
    assert [line["amount_yuan"] for line in assessing.history_of(other)] == ["2000000.00"]
    assert letters(row, "notice", "rec_decision") == [("notice", "valid"), ("rec_decision", "valid")]
    pay_back(row, 100_0000_00)
    recovery.close(row, reason="按判决退回。", by=officer(row, Duty.INSPECT), at=SERVED)
    assert letters(row, "notice", "payment") == [("notice", "valid"), ("payment", "valid")]
    assert set(count_all().values()) == {0}


def test_awards_that_were_granted_meanwhile_are_named():
    row = make_recovery(State.SERVED)
    granted(row.application.applicant)  # before the revocation
    step = judge(row, "annulled")
    assert step.detail["meanwhile"] == []

    second = make_recovery(State.SERVED)
    later = make_application(
        Status.GRANTED, applicant=second.application.applicant, subject="三号中心", at=SERVED + DAY
    )
    step = judge(second, "annulled", at=SERVED + 2 * DAY)
    assert step.detail["meanwhile"] == [later.number]


def test_nothing_more_follows_from_an_annulled_decision():
    row = make_recovery(State.SERVED)
    judge(row, "annulled")
    by = officer(row, Duty.INSPECT)

    with pytest.raises(ActionRefused, match="追回决定已被撤销，不能再据以办理"):
        restrict(row, row.application.applicant.uscc, row.application.applicant.name)
    with pytest.raises(ActionRefused, match="追回决定已被撤销，不能再据以办理"):
        recovery.publish(row, grade="slight", until=date(2026, 10, 1), by=by, at=SERVED)
    with pytest.raises(ActionRefused, match="追回决定已被撤销，不能再据以办理"):
        recovery_money.charge(row, account="fine", amount_fen=1, basis="x", reckoned={}, by=by, at=SERVED)


def test_the_body_and_the_treasury_are_told():
    row = make_recovery(State.SERVED)
    pay_back(row, 1)
    before = Delivery.objects.count()

    judge(row, "annulled")

    told = Delivery.objects.order_by("pk")[before:]
    subjects = {delivery.subject for delivery in told}
    assert {"奖补决定恢复效力", "追回决定的复议、诉讼结果", "追回案件须退还款项"} <= subjects


def test_a_dossier_tells_how_the_appeal_ended():
    row = make_recovery(State.SERVED)
    judge(row, "changed", principal_fen=100)

    told, ledger = recoveries(case_of(row)), recovery_ledger(case_of(row))

    assert "测试法院（2026）行初1号" in str([line.data for line in told.rows])
    assert JUDGED in str([line.data for line in ledger.rows])


# ---- the pool


def taken_by_others(pool: Pool) -> Application:
    """Let another case take what the revoked one gave back, and set the limit to what is taken."""
    other = make_application(Status.PROPOSED, at=SERVED)
    by = officer(other, Duty.APPROVE)
    decision.endorse(other, by=by, at=SERVED)
    decision.grant(other, by=by, at=SERVED)
    Pool.objects.filter(pk=pool.pk).update(limit_fen=WHOLE)
    return other


def test_money_that_is_still_there_is_held_again():
    pool, case = pooled(Status.GRANTED)
    row = make_recovery(State.SERVED, case, principal_fen=0)

    step = judge(row, "annulled")

    pool.refresh_from_db()
    assert (pool.committed_fen, pool.over_fen, pool.room_fen) == (WHOLE, 0, 700_0000_00)
    live = Commitment.objects.exclude(state="released").get(application=case)
    assert (live.amount_fen, live.state) == (WHOLE, "final")
    assert (step.detail["held_fen"], step.detail["pool_over_fen"]) == (WHOLE, 0)
    assert set(count_all().values()) == {0}


def test_money_that_others_have_makes_the_pool_stand_over_its_limit_openly():
    pool, case = pooled(Status.GRANTED)
    row = make_recovery(State.SERVED, case, principal_fen=0)
    taken_by_others(pool)

    step = judge(row, "annulled")

    pool.refresh_from_db()
    assert (pool.limit_fen, pool.committed_fen, pool.over_fen, pool.room_fen) == (WHOLE, 2 * WHOLE, WHOLE, 0)
    assert step.detail["pool_over_fen"] == WHOLE
    assert set(count_all().values()) == {0}


def test_a_pool_over_its_limit_gives_nothing_until_the_limit_has_followed():
    pool, case = pooled(Status.GRANTED)
    row = make_recovery(State.SERVED, case, principal_fen=0)
    taken_by_others(pool)
    judge(row, "annulled")
    waiting = make_application(Status.PROPOSED, at=SERVED)

    decision.endorse(waiting, by=officer(waiting, Duty.APPROVE), at=SERVED)
    assert Application.objects.get(pk=waiting.pk).status == Status.PROPOSED
    said = {"name": pool.name, "year": pool.year, "clauses": [waiting.clause], "source": "调整", "at": SERVED}
    manager = make_officer(Duty.POLICY)
    with pytest.raises(ActionRefused, match=r"超额占用 3,000,000\.00 元，总额不得降低"):
        set_pool(pool.policy, limit_fen=WHOLE - 1, by=manager, **said)
    set_pool(pool.policy, limit_fen=WHOLE + 100, by=manager, **said)
    pool.refresh_from_db()
    assert (pool.over_fen, pool.room_fen) == (WHOLE - 100, 0)
    set_pool(pool.policy, limit_fen=2 * WHOLE + 5, by=manager, **said)
    pool.refresh_from_db()

    assert (pool.over_fen, pool.room_fen) == (0, 5)
    assert set(count_all().values()) == {0}


def test_what_is_given_back_lessens_what_stands_over():
    pool, case = pooled(Status.GRANTED)
    other = make_application(Status.GRANTED)
    row = make_recovery(State.SERVED, case, principal_fen=0)
    Pool.objects.filter(pk=pool.pk).update(limit_fen=WHOLE)
    judge(row, "annulled")
    pool.refresh_from_db()
    assert (pool.committed_fen, pool.over_fen) == (2 * WHOLE, WHOLE)

    make_recovery(State.SERVED, Application.objects.get(pk=other.pk), principal_fen=0)

    pool.refresh_from_db()
    assert (pool.committed_fen, pool.over_fen) == (WHOLE, 0)
    assert set(count_all().values()) == {0}


def test_what_stands_over_is_carried_without_money():
    pool, case = pooled(Status.GRANTED)
    row = make_recovery(State.SERVED, case, principal_fen=0)
    taken_by_others(pool)
    judge(row, "annulled")

    closed()

    later = Pool.objects.get(year=2027)
    assert counters(pool, later) == [(WHOLE, 0, 0), (WHOLE, 2 * WHOLE, 0)]
    assert (pool.over_fen, later.over_fen) == (0, WHOLE)
    assert sorted(CarryOver.objects.values_list("amount_fen", "unfunded_fen")) == [(WHOLE, 0), (WHOLE, WHOLE)]
    assert set(count_all().values()) == {0}


def test_an_award_that_comes_back_after_the_close_draws_on_the_next_year():
    pool, case = pooled(Status.GRANTED)
    row = make_recovery(State.SERVED, case, principal_fen=0)
    closed()

    step = judge(row, "annulled", at=NEXT_YEAR)

    later = Pool.objects.get(year=2027)
    assert counters(pool, later) == [(1000_0000_00, 0, 0), (0, WHOLE, 0)]
    assert (step.detail["pool"], step.detail["pool_over_fen"], later.over_fen) == (later.pk, WHOLE, WHOLE)
    assert set(count_all().values()) == {0}


@pytest.mark.parametrize(
    "change",
    [
        {"committed_fen": 301},
        {"over_fen": 1},
        {"over_fen": -1},
        {"committed_fen": 301, "over_fen": 2},
        {"committed_fen": 300, "reserved_fen": 5, "over_fen": 4},
    ],
)
def test_the_database_knows_exactly_by_how_much_a_pool_is_over(change):
    pool, _ = pooled(Status.GRANTED)
    Pool.objects.filter(pk=pool.pk).update(limit_fen=300, committed_fen=300)
    Pool.objects.filter(pk=pool.pk).update(committed_fen=300, reserved_fen=7, over_fen=7)
    Pool.objects.filter(pk=pool.pk).update(reserved_fen=0, over_fen=0)

    with pytest.raises(IntegrityError), transaction.atomic():
        Pool.objects.filter(pk=pool.pk).update(**change)


def test_a_pool_that_is_over_without_an_award_given_back_is_found():
    pool, _ = pooled(Status.GRANTED)
    Pool.objects.filter(pk=pool.pk).update(limit_fen=WHOLE - 5, over_fen=5)

    assert count_all()["I2"] == 1


# ---- papers, letters, restrictions


def test_papers_that_nobody_took_are_used_again():
    row = make_recovery(State.DISCUSSED)
    uses = EvidenceUse.objects.filter(application=row.application_id, released_at=None)
    before = sorted(uses.values_list("item", "amount", "purpose", "again"))
    assert before
    serve(decide(row))
    assert not uses.exists()

    step = judge(stored(row), "annulled")

    assert sorted(uses.values_list("item", "amount", "purpose", "again")) == before
    assert step.detail["lost"] == []
    assert set(count_all().values()) == {0}


def test_papers_that_others_took_stay_theirs_and_are_named():
    row = make_recovery(State.SERVED)
    use = EvidenceUse.objects.filter(application=row.application_id, purpose="proof", again=False).first()
    other = make_application(Status.SUBMITTED)
    EvidenceUse.objects.create(
        item=use.item,
        evidence=other.evidence.first(),
        application=other,
        clause=use.clause,
        applicant=other.applicant,
        authority=other.authority,
        purpose="proof",
        subject_key=use.subject_key,
        taken_at=SERVED,
    )

    step = judge(row, "annulled")

    assert step.detail["lost"] == [str(EvidenceItem.objects.get(pk=use.item_id))]
    assert set(count_all().values()) == {0}


def test_only_the_letters_of_an_award_come_back_into_force():
    row = make_recovery(State.SERVED)
    judge(row, "annulled")
    decided = row.documents.get(kind="rec_decision")
    assert decided.standing == "revoked"

    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=decided.pk).update(standing="valid")


def test_restrictions_fall_with_the_decision_and_each_is_told():
    row = make_recovery(State.SERVED)
    body = row.application.applicant
    restrict(row, body.uscc, body.name)
    said = {
        "basis": "条例",
        "paper": "决定",
        "reason": "另案",
        "until": None,
        "since": SERVED.date(),
        "scope": "payment",
    }
    by = officer(row, Duty.INSPECT)
    impose(row.authority, uscc=body.uscc, applicant_name=body.name, **said, by=by, at=SERVED)

    judge(row, "annulled")

    fallen, other = Restriction.objects.order_by("pk")
    assert fallen.lift_reason == (
        "据以作出限制的追回决定已被人民法院判决（测试法院（2026）行初1号）撤销，限制随之解除。"
    )
    assert other.lifted_at is None
    assert letters(row, "restrict", "unrestrict") == [("restrict", "superseded"), ("unrestrict", "valid")]
    lifting = row.documents.get(kind="unrestrict")
    assert lifting.replaces == row.documents.get(kind="restrict")


def test_the_letters_of_two_restrictions_name_whom_they_concern_and_are_not_mistaken():
    row = make_recovery(State.SERVED)
    body = row.application.applicant
    party = {"shareholders": [{"name": "演示股东有限公司", "uscc": "91659901MADEM0088K"}]}
    RecoveryCase.objects.filter(pk=row.pk).update(party=row.party | party)
    own = restrict(stored(row), body.uscc, body.name)
    behind = restrict(stored(row), "91659901MADEM0088K", "演示股东有限公司")

    first, second = row.documents.filter(kind="restrict").order_by("pk")
    assert [first.content["restriction"], second.content["restriction"]] == [own.pk, behind.pk]
    assert [first.content["body"], second.content["body"]] == [
        "",
        "演示股东有限公司（统一社会信用代码：91659901MADEM0088K）",
    ]
    lift(own, reason="已纠正", by=officer(row, Duty.INSPECT), at=SERVED)

    assert letters(row, "restrict") == [("restrict", "superseded"), ("restrict", "valid")]
    assert row.documents.get(kind="unrestrict").replaces == first


def test_a_restriction_that_has_run_out_is_not_lifted():
    row = make_recovery(State.SERVED)
    body = row.application.applicant
    made = restrict(row, body.uscc, body.name)

    judge(row, "annulled", at=NOON.replace(year=2029))

    made.refresh_from_db()
    assert made.lifted_at is None


# ---- after the end


def test_paying_and_closing_takes_nobody_s_right_to_go_to_court():
    row = make_recovery(State.CLOSED)
    assert letters(row, "notice") == [("notice", "recovered")]
    by, at = officer(row, Duty.INSPECT), SERVED + 2 * DAY

    step = recovery.contest(row, kind="sue", on=at.date(), by=by, at=at)

    led_on = stored(row)
    assert (led_on.state, led_on.closed_at, led_on.close_reason, step.detail["resumed"]) == ("served", None, "", True)
    assert letters(row, "notice") == [("notice", "revoked")]
    with pytest.raises(ActionRefused, match="行政诉讼尚无结果，不能结案"):
        recovery.close(row, reason="已全部退回", by=by, at=at)
    said = {"kind": "sue", "on": at.date(), "outcome": "annulled", "number": "判1", "paper": make_paper()}
    recovery.contest(row, **said, by=by, at=at)
    with pytest.raises(ActionRefused, match=r"多缴的3,000,000\.00元尚未退还"):
        recovery.close(row, reason="已全部退回", by=by, at=at)
    recovery_money.confirm(claim(row, WHOLE, kind="refunded", at=at), by=officer(row, Duty.COUNTERSIGN), at=at)
    recovery.close(row, reason="判决撤销，已退还", by=by, at=at)

    assert (stored(row).state, case_of(row).status) == ("closed", Status.PAID)
    assert letters(row, "notice", "payment") == [("notice", "valid"), ("payment", "valid")]
    assert set(count_all().values()) == {0}
    assert walk_all().breaks == []


def test_a_case_led_on_in_vain_is_closed_again_and_says_that_the_money_came_back():
    row = make_recovery(State.CLOSED)
    by = officer(row, Duty.INSPECT)
    recovery.contest(row, kind="sue", on=SERVED.date(), by=by, at=SERVED + 2 * DAY)
    recovery.contest(row, kind="sue", on=SERVED.date(), outcome="upheld", by=by, at=SERVED + 3 * DAY)

    recovery.close(row, reason="判决维持", by=by, at=SERVED + 3 * DAY)

    assert letters(row, "notice", "payment") == [("notice", "recovered"), ("payment", "recovered")]
    assert [step.name for step in stored(row).steps.order_by("pk")][-4:] == ["close", "contest", "contest", "close"]


def test_a_case_is_not_led_on_beside_another_one_on_the_same_award():
    row = make_recovery(State.CLOSED, whole=False, principal_fen=100_0000_00)
    opened(case_of(row), by=officer(row, Duty.INSPECT), at=SERVED + 2 * DAY)

    with pytest.raises(ActionRefused, match="另有在办的追回案件，请先办结该案"):
        judge(row, "annulled", at=SERVED + 2 * DAY)


@pytest.mark.parametrize("state", ["notified", "discussed", "closed"])
def test_the_database_leads_an_ended_case_nowhere_else(state):
    row = make_recovery(State.CLOSED)
    ended = {} if state == "closed" else {"closed_at": None}

    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        RecoveryCase.objects.filter(pk=row.pk).update(state=state, close_reason="改", **ended)
