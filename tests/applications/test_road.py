"""The road of one claim, from draft to archive, and every turning that leaves it."""

from datetime import date, timedelta

import pytest

from applications.actions import ActionRefused, decision, filing, intake, payment, review
from applications.demo.stories import CENTRE, check_all
from applications.invariants import count_all
from applications.models import Award, Document, Duty, FactCheck, Instalment, Payment, Status
from tests.factories import (
    NOON,
    agent_of,
    attach,
    legal_of,
    make_applicant,
    make_application,
    make_draft,
    make_earlier_award,
    make_officer,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_claim_of_3200p_with_an_earlier_million_is_paid_two_million():
    make_policy()
    applicant = make_applicant()
    make_earlier_award(applicant)

    application = make_application(Status.PAID, applicant=applicant)

    award = Award.objects.get(application=application)
    assert (award.amount_fen, award.computed_fen) == (200_0000_00, 200_0000_00)
    assert [p.amount_fen for p in award.instalments.all()] == [200_0000_00]
    assert Payment.objects.get().state == Payment.State.CONFIRMED
    assert set(count_all().values()) == {0}


def test_case_reaches_the_archive():
    assert make_application(Status.CLOSED).status == Status.CLOSED


def test_pue_of_126_is_refused_with_the_words_of_the_article():
    application = make_draft(facts={**CENTRE, "pue": "1.26"})
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)

    with pytest.raises(ActionRefused, match=r"PUE≤1\.25"):
        filing.submit(application, by=agent_of(application.applicant), at=NOON)

    application.refresh_from_db()
    assert application.status == Status.DRAFT


def test_submit_without_evidence_names_what_is_missing_and_changes_nothing():
    application = make_draft(complete=False)
    before = application.events.count()

    with pytest.raises(ActionRefused, match=r"请先补齐.*第三方 PUE 检测报告"):
        filing.submit(application, by=agent_of(application.applicant), at=NOON)

    application.refresh_from_db()
    assert (application.status, application.events.count()) == (Status.DRAFT, before)


def test_submit_needs_the_legal_representative():
    application = make_draft()

    with pytest.raises(ActionRefused, match="法定代表人"):
        filing.submit(application, by=agent_of(application.applicant), at=NOON)


def test_agent_cannot_confirm():
    application = make_draft()

    with pytest.raises(ActionRefused, match="须由法定代表人"):
        filing.confirm(application, by=agent_of(application.applicant), at=NOON)


def test_change_after_confirmation_voids_it():
    application = make_draft()
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)

    attach(application, "invoice")

    application.refresh_from_db()
    assert application.confirmed_at is None


def test_saving_an_old_version_is_refused():
    application = make_draft()

    with pytest.raises(ActionRefused, match="其他成员修改过"):
        filing.save(
            application,
            facts={},
            subject="",
            event_on=None,
            version=application.version - 1,
            by=agent_of(application.applicant),
            at=NOON,
        )


def test_closed_round_takes_no_claim():
    policy = make_policy()
    application = make_draft()
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    late = policy.rounds.get().closes_at

    with pytest.raises(ActionRefused, match="没有开放的申报批次"):
        filing.submit(application, by=agent_of(application.applicant), at=late)


def test_same_file_twice_in_a_slot_is_refused():
    application = make_draft()
    evidence = application.evidence.first()
    evidence.file.open()

    with pytest.raises(ActionRefused, match="已经上传过"):
        filing.attach(
            application,
            slot=evidence.slot,
            file=evidence.file,
            upload=evidence,
            details={},
            name="again.pdf",
            by=agent_of(application.applicant),
            at=NOON,
        )


def test_stranger_can_do_nothing_with_a_draft():
    application = make_draft()
    stranger = make_user()

    with pytest.raises(ActionRefused, match="只有申报单位"):
        filing.withdraw(application, reason="", by=stranger, at=NOON)


def test_withdrawn_claim_releases_what_it_held():
    application = make_application(Status.NOTICED)

    filing.withdraw(application, reason="不再申报", by=agent_of(application.applicant), at=NOON)

    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert not application.notices.filter(ended_at=None).exists()


def test_declined_claim_gets_a_letter_with_the_reason():
    application = make_application(Status.SUBMITTED)

    intake.decline(application, reason="不属于本批次范围", by=make_officer(Duty.INTAKE), at=NOON)

    letter = Document.objects.get(kind=Document.Kind.DECLINE)
    assert letter.content["reasons"] == ["不属于本批次范围"]
    assert letter.number == "师新数不受〔2026〕1号"


ITEM = {"kind": "slot", "key": "pue_report", "label": "第三方 PUE 检测报告", "text": "缺少签发人签字页"}


def test_correction_goes_back_where_it_came_from_and_only_once():
    application = make_application(Status.SUBMITTED)
    officer = make_officer(Duty.INTAKE)
    intake.correct(application, items=[ITEM], by=officer, at=NOON)

    attach(application, "pue_report")
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    application = filing.submit(application, by=agent_of(application.applicant), at=NOON)

    assert application.status == Status.SUBMITTED
    assert application.corrections.get().answered_at == NOON
    with pytest.raises(ActionRefused, match="请写明补正答复带来了什么新的问题"):
        intake.correct(application, items=[ITEM], by=officer, at=NOON)


def test_correction_without_words_is_refused():
    application = make_application(Status.SUBMITTED)

    with pytest.raises(ActionRefused, match="逐项写明"):
        intake.correct(application, items=[{**ITEM, "text": " "}], by=make_officer(Duty.INTAKE), at=NOON)


def test_unanswered_correction_lapses():
    application = make_application(Status.SUBMITTED)
    intake.correct(application, items=[ITEM], by=make_officer(Duty.INTAKE), at=NOON)

    application = intake.lapse(application, at=NOON + timedelta(days=60))

    assert application.status == Status.WITHDRAWN
    assert application.events.last().by is None


def test_proposal_needs_every_fact_checked():
    application = make_application(Status.VERIFYING)

    with pytest.raises(ActionRefused, match=r"尚有未核验的事项.*PUE"):
        review.propose(application, by=make_officer(Duty.VERIFY), at=NOON)


def check(application, fact, verdict, officer, verified=None, note=""):
    """Record one check against the newest version."""
    application.refresh_from_db()
    return review.check(
        application,
        fact=fact,
        verdict=verdict,
        verified=verified,
        method=FactCheck.Method.DOCUMENT,
        evidence=None,
        note=note,
        version=application.version,
        by=officer,
        at=NOON,
    )


def test_verified_value_decides_the_sum():
    application = make_application(Status.VERIFYING)
    officer = make_officer(Duty.VERIFY)
    check_all(application, by=officer, at=NOON)

    check(application, "scale_pflops_fp16", "corrected", officer, verified="1999", note="清单与现场不一致")
    application = review.propose(application, by=officer, at=NOON)

    assert application.proposed_fen == 100_0000_00
    assert application.assessment.inputs["facts"]["scale_pflops_fp16"] == "1999"


def test_unproven_fact_stops_the_proposal():
    application = make_application(Status.VERIFYING)
    officer = make_officer(Duty.VERIFY)
    check_all(application, by=officer, at=NOON)

    check(application, "formally_delivered", "failed", officer, note="未见交付文件")

    with pytest.raises(ActionRefused, match="按核验值不能兑现"):
        review.propose(application, by=officer, at=NOON)


@pytest.mark.parametrize(
    ("verdict", "verified", "note", "message"),
    [
        ("corrected", None, "理由", "请填写核验值"),
        ("corrected", "1.20", "理由", "与申报值相同"),
        ("corrected", "1.21", " ", "请写明理由"),
        ("failed", None, "", "请写明理由"),
    ],
)
def test_verdict_without_ground_is_refused(verdict, verified, note, message):
    application = make_application(Status.VERIFYING)

    with pytest.raises(ActionRefused, match=message):
        check(application, "pue", verdict, make_officer(Duty.VERIFY), verified=verified, note=note)


def test_check_of_an_old_version_is_refused():
    application = make_application(Status.VERIFYING)
    officer = make_officer(Duty.VERIFY)
    check(application, "pue", "met", officer)

    with pytest.raises(ActionRefused, match="（核验PUE），请刷新后再办"):
        review.check(
            application,
            fact="pue",
            verdict="met",
            verified=None,
            method="document",
            evidence=None,
            note="",
            version=application.version - 1,
            by=officer,
            at=NOON,
        )


def test_exact_sum_cannot_be_set_by_hand():
    application = make_application(Status.VERIFYING)
    officer = make_officer(Duty.VERIFY)
    check_all(application, by=officer, at=NOON)

    with pytest.raises(ActionRefused, match="不能另行核定"):
        review.propose(application, amount_fen=1, reason="随意", by=officer, at=NOON)


def test_returned_proposal_is_verified_again():
    application = make_application(Status.PROPOSED)

    decision.return_(application, reason="请补充现场核查", by=make_officer(Duty.APPROVE), at=NOON)

    application.refresh_from_db()
    assert (application.status, application.proposed_fen) == (Status.VERIFYING, None)


def test_award_waits_for_the_issue_day():
    make_policy(issued=False)
    application = make_application(Status.NOTICED)

    with pytest.raises(ActionRefused, match="印发日期待定"):
        decision.grant(application, by=application.endorsed_by.user, at=NOON)


def test_grant_waits_for_the_last_day_of_public_notice():
    make_policy(notice_days=5)
    application = make_application(Status.NOTICED)  # Tuesday, 1 September 2026
    approver = application.endorsed_by.user

    with pytest.raises(ActionRefused, match="公示期至2026年9月8日止"):
        decision.grant(application, by=approver, at=NOON + timedelta(days=7))

    assert decision.grant(application, by=approver, at=NOON + timedelta(days=8)).amount_fen == 300_0000_00


def test_second_claim_on_one_ladder_is_recomputed_at_the_grant():
    applicant = make_applicant()
    first = make_application(Status.NOTICED, applicant=applicant)
    second = make_application(Status.NOTICED, applicant=applicant)
    decision.grant(first, by=first.endorsed_by.user, at=NOON)

    with pytest.raises(ActionRefused, match="复算的结果与核定意见不一致"):
        decision.grant(second, by=second.endorsed_by.user, at=NOON)

    assert Award.objects.count() == 1


def test_another_centre_climbs_its_own_ladder():
    applicant = make_applicant()
    make_application(Status.GRANTED, applicant=applicant, subject="一号中心")

    second = make_application(Status.GRANTED, applicant=applicant, subject="二号中心")

    assert second.awards.get().amount_fen == 300_0000_00


def test_refused_claim_gets_reasons_and_remedies():
    application = make_application(Status.NOTICED)

    decision.refuse(application, reason="异议核实成立", by=application.endorsed_by.user, at=NOON)

    letter = Document.objects.get(kind=Document.Kind.REFUSAL)
    assert letter.content["reasons"] == ["异议核实成立"]
    assert letter.content["remedies"]["review_organ"]


def test_upheld_objection_reopens_the_case():
    application = make_application(Status.NOTICED)

    decision.reopen(application, reason="异议成立", by=application.endorsed_by.user, at=NOON)

    application.refresh_from_db()
    assert (application.status, application.endorsed_by) == (Status.VERIFYING, None)


def pay(application, voucher="凭证甲", **dates):
    """Record a payment of the only instalment by a fresh officer."""
    values = {"paid_on": NOON.date(), "at": NOON} | dates
    instalment = Instalment.objects.get(award__application=application)
    return payment.record(instalment, voucher_number=voucher, by=make_officer(Duty.PAY), **values)


def test_instalment_is_recorded_once():
    application = make_application(Status.GRANTED)
    pay(application)

    with pytest.raises(ActionRefused, match="不能重复登记"):
        pay(application, voucher="凭证乙")


def test_rejected_payment_makes_the_instalment_due_again():
    application = make_application(Status.GRANTED)
    payment.reject(pay(application), reason="账号有误", by=make_officer(Duty.COUNTERSIGN), at=NOON)

    second = payment.confirm(pay(application, voucher="凭证乙"), by=make_officer(Duty.COUNTERSIGN), at=NOON)

    application.refresh_from_db()
    assert (second.state, application.status) == (Payment.State.CONFIRMED, Status.PAID)


def test_payment_is_not_dated_tomorrow():
    application = make_application(Status.GRANTED)

    with pytest.raises(ActionRefused, match="不能晚于今天"):
        pay(application, paid_on=date(2026, 9, 2))


def test_payment_is_not_dated_before_the_decision():
    application = make_application(Status.GRANTED)

    with pytest.raises(ActionRefused, match="不能早于批准日期"):
        pay(application, paid_on=date(2026, 8, 31))


def test_voucher_number_serves_one_payment():
    first, second = make_application(Status.GRANTED), make_application(Status.GRANTED)
    pay(first)

    with pytest.raises(ActionRefused, match="已用于另一笔拨付"):
        pay(second)


def test_confirmed_payment_is_not_reviewed_again():
    row = pay(make_application(Status.GRANTED))
    payment.confirm(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)

    with pytest.raises(ActionRefused, match="不能再次复核"):
        payment.reject(row, reason="反悔", by=make_officer(Duty.COUNTERSIGN), at=NOON)
