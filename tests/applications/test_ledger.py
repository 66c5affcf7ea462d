"""The ledger of papers: what counts once, what may stand beside it, what is given back, and what the database keeps."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from applications import ledger
from applications.actions import ActionRefused, decision, filing, intake, review
from applications.actions.shared import move
from applications.demo.stories import BUYER, MODEL, REDEEMED, SELLER, SOFTWARE, check_all
from applications.identities import identities, is_number, normalise
from applications.invariants import count_all, evidence_used_twice
from applications.ledger import EvidenceTaken, applications_with_number
from applications.models import Application, Duty, EvidenceItem, EvidenceUse, FactCheck, Status
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

NUMBER = "26650000000000000777"
BASE = "annual_compute_contract_fees_yuan"


def submit(application):
    """Have a draft confirmed and handed in."""
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    return filing.submit(application, by=agent_of(application.applicant), at=NOON)


def refused(application):
    """Hand in a draft that is refused for its papers; return the refusal."""
    with pytest.raises(EvidenceTaken) as taken:
        submit(application)
    application.refresh_from_db()
    assert application.status == Status.DRAFT
    return taken.value


def buyer(base="1000.00", *, invoice=None, applicant=None, **more):
    """Return a draft of a user of computing power whose invoice has the number of the tests."""
    papers = {"invoice": {"invoice_number": NUMBER, **(invoice or {})}}
    return make_draft(
        clause="xinxing-4b",
        facts=BUYER | {BASE: base},
        applicant=applicant,
        subject="",
        papers=papers | more.pop("papers", {}),
        **more,
    )


def item(**of):
    return EvidenceItem.objects.get(**of)


def live(application):
    """Return (kind, number, purpose, amount, again) of what a case holds."""
    rows = EvidenceUse.objects.filter(application=application, released_at=None).order_by("item__kind", "pk")
    return list(rows.values_list("item__kind", "item__number", "purpose", "amount", "again"))


# ---- numbers


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("ht-2026－001 ", "HT-2026-001"),
        ("ＨＴ—2026—００１", "HT-2026-001"),
        ("京发改〔2026〕12 号", "京发改(2026)12号"),
        ("京发改【2026】12号", "京发改(2026)12号"),
        ("gr\u3000202665000001\u200b", "GR202665000001"),
        ("--A---B-", "A-B"),
    ],
)
def test_numbers_are_compared_in_one_form(typed, known):
    assert normalise(typed) == known
    assert normalise(normalise(typed)) == known


@pytest.mark.parametrize("typed", ["无", "暂无", "—", "/", "N/A", "n／a", "000", "见附件", "详见合同第3页", ""])
def test_what_is_no_number_identifies_nothing(typed):
    assert not is_number(typed)


def test_paper_with_no_number_takes_nothing_and_blocks_nobody():
    for _ in range(2):
        application = submit(
            buyer(papers={"payment_voucher": {"receipt_number": "无"}}, invoice={"invoice_number": "/"})
        )
        assert "payment" not in {row[0] for row in live(application)}


def test_identities_say_what_a_paper_is():
    application = buyer()
    paper = application.evidence.get(slot="compute_contract")
    paper.details |= {"contract_number": "ht－1", "seller": "乙 公司", "buyer": "甲公司"}

    (identity,) = identities(paper)

    assert identity.key == ("contract", "HT-1", "乙公司|甲公司", "", "")
    assert (identity.total, identity.words) == (100_000, "智算（算力）服务合同（编号 ht－1）")


def test_paper_that_may_be_shown_again_has_no_identity():
    application = buyer()

    assert identities(application.evidence.get(slot="business_licence")) == []


def test_a_number_too_long_for_its_column_keeps_its_own_identity():
    one, other = "甲" * 150 + "1", "甲" * 150 + "2"
    first = submit(buyer(papers={"payment_voucher": {"receipt_number": one}}))
    second = submit(buyer(papers={"payment_voucher": {"receipt_number": other}}, invoice={"invoice_number": "/"}))

    numbers = {row[1] for row in [*live(first), *live(second)] if row[0] == "payment"}
    assert len(numbers) == 2
    assert max(map(len, numbers)) == 100


# ---- as the base of a sum


def test_an_invoice_is_taken_with_its_amount():
    application = submit(buyer("600.00", invoice={"total_yuan": "1000.00"}))

    assert ("invoice", NUMBER, "base", 60_000, False) in live(application)
    assert (item(kind="invoice").total, item(kind="invoice").used) == (100_000, 60_000)


def test_the_same_invoice_is_refused_to_the_same_applicant_with_the_case_it_stands_in():
    first = submit(buyer())

    taken = refused(buyer(applicant=first.applicant))

    assert (taken.slot, taken.first) == ("invoice", first)
    assert str(taken) == (
        f"发票（编号 {NUMBER}）已用于申报件 {first.number}，已用 1,000.00 元，余额 0.00 元；本件以此类材料申报的基数为 "
        "1,000.00 元，各份余额合计 0.00 元。同一材料不得重复计入，请更换材料或者调减申报数额。"
    )
    assert evidence_used_twice() == 0


def test_another_applicant_is_not_told_whose_case_it_is():
    first = submit(buyer())

    taken = refused(buyer(invoice={"invoice_number": f"2665 {NUMBER[4:]}"}))

    said = str(taken)
    assert taken.first is None
    assert f"发票（编号 2665 {NUMBER[4:]}）已用于其他申报件，已用 1,000.00 元" in said
    assert first.number not in said


def test_another_authority_refuses_it_too():
    submit(buyer())
    make_policy("shihezi", readings=True)
    facts = {
        "registered_in_jurisdiction": True,
        "independent_legal_person": True,
        "applicant_type": "ai_enterprise",
        "uses_local_compute": True,
        "compute_usage_fees_yuan": "500.00",
    }
    application = make_draft(clause="shihezi-2.3b", facts=facts, subject="")
    attach(application, "invoice", invoice_number=NUMBER)

    assert "已用于其他申报件" in str(refused(application))


def test_the_remainder_is_used_year_by_year_and_never_beyond():
    applicant = make_applicant()
    whole = {"invoice": {"invoice_number": NUMBER, "total_yuan": "1000.00"}}

    for base, left in (("600.00", 40_000), ("300.00", 10_000), ("100.00", 0)):
        submit(buyer(base, applicant=applicant, papers=whole))
        row = item(kind="invoice")
        assert row.total - row.used == left

    assert "余额 0.00 元" in str(refused(buyer("0.01", applicant=applicant, papers=whole)))


def test_base_beyond_the_remainder_names_what_is_left():
    submit(buyer("600.00", invoice={"total_yuan": "1000.00"}))

    said = str(refused(buyer("400.01", invoice={"total_yuan": "1000.00"})))

    assert "已用 600.00 元，余额 400.00 元；本件以此类材料申报的基数为 400.01 元，各份余额合计 400.00 元" in said


def test_several_invoices_bear_a_base_in_their_order():
    application = buyer("1500.00", invoice={"total_yuan": "1000.00"})
    for number, total in (("26650000000000000778", "400.00"), ("26650000000000000779", "400.00")):
        attach(application, "invoice", invoice_number=number, total_yuan=total)

    submit(application)

    assert [row[3] for row in live(application) if row[0] == "invoice"] == [100_000, 40_000, 10_000]
    assert item(number="26650000000000000779").used == 10_000


def test_a_fresh_invoice_makes_up_for_a_used_one():
    submit(buyer())
    application = buyer()
    attach(application, "invoice", invoice_number="26650000000000000778", total_yuan="1000.00")

    submit(application)

    invoices = [row for row in live(application) if row[0] == "invoice"]
    assert invoices == [("invoice", "26650000000000000778", "base", 100_000, False)]


def test_a_base_beyond_papers_that_nobody_used_is_left_to_the_officer():
    application = submit(buyer("1000.00", invoice={"total_yuan": "400.00"}))

    assert [row[3] for row in live(application) if row[0] == "invoice"] == [40_000]


def test_the_first_paper_says_what_a_thing_is_worth_while_it_is_used():
    first = submit(buyer("600.00", invoice={"total_yuan": "1000.00"}))
    assert "余额 400.00 元" in str(refused(buyer("500.00", invoice={"total_yuan": "9000.00"})))

    filing.withdraw(first, reason="重报", by=agent_of(first.applicant), at=NOON)
    submit(buyer("500.00", invoice={"total_yuan": "9000.00"}))

    assert (item(kind="invoice").total, item(kind="invoice").used) == (900_000, 50_000)


def test_supplier_and_user_both_earn_from_one_contract_and_invoice():
    same = {
        "compute_contract": {"contract_number": "HT-9", "seller": "甲公司", "buyer": "乙公司"},
        "invoice": {"invoice_number": NUMBER},
    }
    user = submit(buyer(papers=same))
    supplier = make_draft(clause="xinxing-4a", facts=SELLER, subject="", papers=same)
    submit(supplier)

    assert {row.side for row in EvidenceItem.objects.filter(number="HT-9")} == {"", "供给方"}
    assert str(refused(buyer(papers=same))).startswith("智算（算力）服务合同（编号 HT-9）已用于其他申报件")
    assert user.applicant != supplier.applicant


def test_contracts_of_other_parties_may_have_the_same_number():
    for seller in ("甲公司", "乙公司"):
        paper = {"compute_contract": {"contract_number": "2026-001", "seller": seller}}
        submit(buyer(papers=paper, invoice={"invoice_number": "/"}))

    assert EvidenceItem.objects.filter(kind="contract", number="2026-001").count() == 2


def test_a_voucher_is_granted_and_redeemed_on_the_same_papers():
    make_policy("shihezi", readings=True)
    applicant = make_applicant()
    facts = {
        "registered_in_jurisdiction": True,
        "independent_legal_person": True,
        "applicant_type": "ai_enterprise",
        "uses_local_compute": True,
        "compute_usage_fees_yuan": "300000.00",
    }
    same = {"compute_contract": {"contract_number": "HT-1", "seller": "甲公司", "buyer": "乙公司"}}
    receipt = {"receipt_number": "回单1", "payer": "乙公司"}
    granted = make_draft(clause="shihezi-2.3b", facts=facts, subject="", applicant=applicant, papers=same)
    attach(granted, "invoice", invoice_number=NUMBER)
    attach(granted, "payment_voucher", **receipt)
    submit(granted)

    papers = same | {"invoice": {"invoice_number": NUMBER}, "payment_voucher": receipt}
    redeemed = [
        make_draft(clause="shihezi-7.1a", facts=REDEEMED, subject="", applicant=applicant, papers=papers)
        for _ in range(2)
    ]
    submit(redeemed[0])

    assert str(refused(redeemed[1])).startswith("付款凭证（编号 回单1）已用于申报件")


# ---- meters and loans

GREEN = {
    "registered_in_jurisdiction": True,
    "digital_industry_enterprise": True,
    "green_power_mode": "direct_green_supply",
    "built_and_operating": True,
    "green_power_traceable": True,
    "green_power_consumed_kwh": "24000000",
}


def metered(first, last, kwh, *, base, meters="A1、A2", applicant=None):
    make_policy(readings=True)
    metering = {
        "meter_numbers": meters,
        "period_from": first,
        "period_to": last,
        "consumed_kwh": kwh,
        "supplier": "演示供电公司",
    }
    return make_draft(
        clause="xinxing-2",
        facts=GREEN | {"green_power_consumed_kwh": base},
        applicant=applicant,
        subject="",
        papers={"green_power_metering": metering},
    )


def test_a_meter_is_counted_month_by_month():
    submit(metered("2025-07-01", "2026-06-30", "24000000", base="24000000"))

    cells = EvidenceItem.objects.filter(kind="meter")
    assert cells.count() == 24
    assert {(cell.total, cell.used) for cell in cells} == {(100_000_000, 100_000_000)}
    assert sorted({cell.period for cell in cells})[:2] == ["2025-07", "2025-08"]


def test_a_month_that_was_counted_is_refused_to_anybody():
    submit(metered("2025-07-01", "2026-06-30", "24000000", base="24000000"))

    said = str(refused(metered("2026-06-01", "2026-08-31", "24000000", base="24000000", meters="A2")))

    assert said.startswith("电表（编号 A2，2026年6月）已用于其他申报件，已用 1,000,000.00 千瓦时，余额 0.00 千瓦时")


def test_the_months_that_follow_are_free():
    submit(metered("2025-07-01", "2026-06-30", "24000000", base="24000000"))
    submit(metered("2026-07-01", "2026-07-31", "24000000", base="24000000"))

    assert EvidenceItem.objects.filter(kind="meter").count() == 26


def test_a_higher_tier_counts_the_months_of_the_lower_one_once_more():
    applicant = make_applicant()
    submit(metered("2026-01-01", "2026-06-30", "24000000", base="24000000", applicant=applicant))
    higher = metered("2026-01-01", "2026-12-31", "52000000", base="52000000", applicant=applicant)

    submit(higher)

    again = [row for row in live(higher) if row[0] == "meter" and row[4]]
    assert (len(again), {row[2:4] for row in again}) == (12, {("proof", 0)})
    assert evidence_used_twice() == 0
    assert "没有" not in str(refused(metered("2026-01-01", "2026-06-30", "24000000", base="24000000")))


def test_loans_are_counted_day_by_day_so_that_quarters_need_not_be_months():
    make_policy("shihezi", readings=True)
    applicant = make_applicant()

    def subsidy(first, last):
        facts = {
            "registered_in_jurisdiction": True,
            "independent_legal_person": True,
            "applicant_type": "compute_enterprise",
            "production_loan": True,
            "interest_year_no": 1,
            "loan_interest_paid_yuan": "90000.00",
            "new_loan_interest_paid_yuan": "0.00",
        }
        statement = {"bank": "演示银行", "loan_number": "JK-1", "period_from": first, "period_to": last}
        return make_draft(
            clause="shihezi-3.1",
            facts=facts,
            applicant=applicant,
            subject="",
            papers={"interest_statement": statement | {"interest_yuan": "90000.00"}},
        )

    submit(subsidy("2025-12-21", "2026-03-20"))
    submit(subsidy("2026-03-21", "2026-06-20"))

    assert "借款（编号 JK-1，2026年6月20日）" in str(refused(subsidy("2026-06-20", "2026-09-20")))
    assert item(kind="loan", period="2026-01-01").used == 100_000


def test_a_paper_that_lists_too_much_is_refused_in_words():
    application = metered("1990-01-01", "2026-06-30", "24000000", base="24000000", meters="、".join("ABCDEFGHIJ"))

    with pytest.raises(ActionRefused, match="超过 4,000 项"):
        submit(application)


# ---- as proof


def model(clause="xinxing-7a", number="XinJiang-ShiYan-20260301", **more):
    facts = MODEL
    if clause == "xinxing-7c":
        facts = MODEL | {"commercialised_in_jurisdiction": True, "model_service_revenue_yuan": "20000000.00"}
    application = make_draft(
        clause=clause,
        facts=facts,
        papers={"model_filing": {"filing_number": number}},
        subject=more.pop("subject", "模型"),
        **more,
    )
    if clause == "xinxing-7c":
        attach(application, "model_filing", filing_number=number)
    return application


def test_a_filing_earns_once_whatever_the_model_is_called_and_whoever_asks():
    first = submit(model())

    assert str(
        refused(model(applicant=first.applicant, subject="模型（新版）", number="xinjiang－shiyan－20260301"))
    ) == (
        f"生成式人工智能服务备案证明（编号 xinjiang－shiyan－20260301）已用于申报件 {first.number}，"
        "同一材料不得重复用于申报奖补，请更换材料。"
    )
    assert "已用于其他申报件" in str(refused(model()))


def test_commercial_use_stands_on_the_filing_of_the_same_applicant_only():
    first = submit(model())

    submit(model("xinxing-7c", applicant=first.applicant))

    assert "已用于其他申报件" in str(refused(model("xinxing-7c", subject="别的模型")))
    assert refused(model("xinxing-7c", applicant=first.applicant, subject="别的模型")).slot == "model_filing"


def software(clause, applicant, report="审2026-1", **facts):
    if clause == "xinxing-6b":
        facts = {"main_business_revenue_last_three_years_yuan": ["30000000.00", "31000000.00", "56000000.00"]}
    return make_draft(
        clause=clause,
        facts=SOFTWARE | facts,
        applicant=applicant,
        subject="",
        papers={"audit_report": {"report_number": report, "firm": "演示会计师事务所"}},
    )


def test_three_years_in_a_row_stand_on_the_audit_of_the_first():
    applicant = make_applicant()

    submit(software("xinxing-6a", applicant))
    submit(software("xinxing-6b", applicant))

    assert EvidenceUse.objects.filter(item__kind="audit", again=False).count() == 2
    assert refused(software("xinxing-6b", applicant)).slot == "audit_report"
    assert "已用于其他申报件" in str(refused(software("xinxing-6a", make_applicant())))


def test_a_higher_tier_may_show_the_audit_again():
    applicant = make_applicant()
    submit(software("xinxing-6a", applicant))

    later = submit(software("xinxing-6a", applicant, main_business_revenue_yuan="120000000.00"))

    assert live(later) == [("audit", "审2026-1", "proof", 0, True)]
    assert evidence_used_twice() == 0


def centre(applicant=None, subject="一号中心", **papers):
    return make_draft(applicant=applicant, subject=subject, papers=papers)


def test_a_test_report_serves_one_centre():
    report = {"report_number": "检2026-1", "institution": "演示检测公司"}
    first = submit(centre(pue_report=report))

    assert refused(centre(first.applicant, "二号中心", pue_report=report)).slot == "pue_report"
    assert refused(centre(first.applicant, pue_report=report)).slot == "pue_report"
    submit(centre(pue_report=report | {"institution": "另一检测公司"}))


def test_the_upgraded_centre_shows_its_cards_again_and_another_centre_does_not():
    first = submit(centre(scale_report={"card_serials": "S1、S2\nS3"}))

    higher = submit(centre(first.applicant, "一号 中心", scale_report={"card_serials": "S1,S2,S3,S4"}))

    cards = [row[1:] for row in live(higher) if row[0] == "card"]
    assert sorted(cards) == [
        ("S1", "proof", 0, True),
        ("S2", "proof", 0, True),
        ("S3", "proof", 0, True),
        ("S4", "proof", 0, False),
    ]
    assert str(refused(centre(first.applicant, "二号中心", scale_report={"card_serials": "s4"}))).startswith(
        "算力卡（编号 s4）已用于申报件"
    )
    assert "已用于其他申报件" in str(refused(centre(scale_report={"card_serials": "S4"})))


def test_identity_of_the_centre_itself_is_not_used_up():
    filing_paper = {"project_code": "2501-659005-04-01-123456"}
    first = submit(centre(project_filing=filing_paper))

    higher = submit(centre(first.applicant, project_filing=filing_paper))

    assert higher.status == Status.SUBMITTED


def test_thousands_of_cards_are_taken_in_chunks():
    serials = "、".join(f"C{number:05d}" for number in range(1_000))
    first = submit(centre(scale_report={"card_serials": serials}))

    assert EvidenceUse.objects.filter(application=first, item__kind="card").count() == 1_000
    assert "（编号 C00999）" in str(refused(centre(scale_report={"card_serials": "C00999"})))


def standard(rank, applicant=None, clause="xinxing-10b"):
    facts = {
        "registered_in_jurisdiction": True,
        "drafter_rank": rank,
        "standard_published": True,
        "standard_in_data_industry": True,
        "standard_level": "national",
    }
    paper = {"standard_number": "GB/T 99999-2026"}
    return make_draft(clause=clause, facts=facts, subject="标准", applicant=applicant, papers={"standard_text": paper})


def test_each_drafter_of_a_standard_earns_by_its_own_rank():
    submit(standard(1, clause="xinxing-10a"))
    submit(standard(2))
    submit(standard(3))

    assert refused(standard(3)).slot == "standard_text"


def prize(clause="xinxing-9d", level="provincial", **certificate):
    facts = {"registered_in_jurisdiction": True, "contest_level": level, "prize_rank": 2}
    paper = {"contest": "演示大赛2026", "project_name": "联合项目"} | certificate
    return make_draft(clause=clause, facts=facts, subject="联合项目", papers={"award_certificate": paper})


def test_joint_winners_earn_once():
    submit(prize(certificate_number="ZS-1"))

    assert "获奖证书" in str(refused(prize(certificate_number="ZS-1", project_name="改名")))
    assert "获奖项目（编号 联合项目）已用于其他申报件" in str(refused(prize(certificate_number="ZS-2")))
    submit(prize("xinxing-9c", "national", contest="国家大赛2026"))


# ---- correction, endings, grant


def test_a_correction_takes_again_what_it_needs_and_frees_the_rest():
    application = submit(buyer())
    kept = EvidenceUse.objects.get(application=application, item__kind="contract")
    items = [{"kind": "slot", "key": "invoice", "label": "发票", "text": "请更换"}]
    intake.correct(application, items=items, by=make_officer(Duty.INTAKE), at=NOON)
    refused(buyer())
    agent = agent_of(application.applicant)
    filing.take_back(application.evidence.get(slot="invoice"), by=agent, at=NOON)
    attach(application, "invoice", invoice_number="26650000000000000778", total_yuan="1000.00")
    application.refresh_from_db()

    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    filing.submit(application, by=agent, at=NOON + timedelta(hours=1))

    old = EvidenceUse.objects.get(application=application, item__number=NUMBER)
    assert old.released_at == NOON + timedelta(hours=1)
    assert item(number=NUMBER).used == 0
    assert item(number="26650000000000000778").used == 100_000
    assert EvidenceUse.objects.get(pk=kept.pk).released_at is None
    submit(buyer())


def withdrawn(application):
    filing.withdraw(application, reason="重报", by=agent_of(application.applicant), at=NOON)


def declined(application):
    intake.decline(application, reason="不属于受理范围", by=make_officer(Duty.INTAKE), at=NOON)


def lapsed(application):
    items = [{"kind": "other", "key": "", "label": "其他", "text": "请补正"}]
    intake.correct(application, items=items, by=make_officer(Duty.INTAKE), at=NOON)
    intake.lapse(application, at=NOON)


def decided_no(application):
    on_to(application, Status.PROPOSED)
    decision.refuse(application, reason="不符合", by=make_officer(Duty.APPROVE), at=NOON)


def revoked(application):
    on_to(application, Status.GRANTED)
    application.refresh_from_db()
    with transaction.atomic():
        move(application, "revoke", Status.REVOKED, by=make_officer(Duty.INSPECT), at=NOON)


def on_to(application, status):
    """Take a submitted case further on its road."""
    intake.accept(application, by=make_officer(Duty.INTAKE), at=NOON)
    verifier = make_officer(Duty.VERIFY)
    check_all(application, by=verifier, at=NOON)
    review.propose(application, by=verifier, at=NOON)
    if status == Status.GRANTED:
        approver = make_officer(Duty.APPROVE)
        decision.endorse(application, by=approver, at=NOON)
        decision.grant(application, by=approver, at=NOON)


@pytest.mark.parametrize("end", [withdrawn, declined, lapsed, decided_no, revoked])
def test_what_ends_without_money_gives_its_papers_back(end):
    application = submit(buyer())
    refused(buyer())

    end(application)

    assert live(application) == []
    assert item(kind="invoice").used == 0
    assert EvidenceUse.objects.filter(application=application).exists()
    submit(buyer())


def test_a_granted_case_keeps_its_papers():
    application = submit(buyer())

    on_to(application, Status.GRANTED)

    assert ("invoice", NUMBER, "base", 100_000, False) in live(application)
    refused(buyer())
    assert count_all() == dict.fromkeys(count_all(), 0)


def test_the_grant_leaves_to_others_what_the_officers_did_not_accept():
    application = submit(buyer("1000.00"))
    intake.accept(application, by=make_officer(Duty.INTAKE), at=NOON)
    verifier = make_officer(Duty.VERIFY)
    check_all(application, by=verifier, at=NOON)
    application.refresh_from_db()
    review.check(
        application,
        fact=BASE,
        verdict=FactCheck.Verdict.CORRECTED,
        verified="700.00",
        method="document",
        evidence=None,
        note="三百元属于下一年度",
        version=application.version,
        by=verifier,
        at=NOON,
    )
    review.propose(application, by=verifier, at=NOON)
    approver = make_officer(Duty.APPROVE)
    decision.endorse(application, by=approver, at=NOON)
    decision.grant(application, by=approver, at=NOON)

    assert item(kind="invoice").used == 70_000
    submit(buyer("300.00", invoice={"total_yuan": "1000.00"}))
    assert evidence_used_twice() == 0


def test_an_officer_is_told_the_case_of_the_own_authority():
    first = submit(buyer())
    application = buyer(invoice={"invoice_number": "26650000000000000778"})
    submit(application)
    application.evidence.filter(slot="invoice").update(details={"invoice_number": NUMBER, "total_yuan": "1000.00"})

    application = Application.objects.get(pk=application.pk)
    with pytest.raises(EvidenceTaken, match=f"已用于申报件 {first.number}"):
        ledger.take(application, application.evidence.in_use(), at=NOON, for_officer=True)


def test_a_refused_submission_leaves_no_trace():
    submit(buyer())
    before = list(EvidenceItem.objects.order_by("pk").values())

    refused(buyer(papers={"payment_voucher": {"receipt_number": "新回单"}}))

    assert list(EvidenceItem.objects.order_by("pk").values()) == before


# ---- before it is used


def test_a_paper_that_is_used_up_is_known_before_it_is_handed_in():
    first = submit(buyer("600.00", invoice={"total_yuan": "1000.00"}))
    draft = buyer("400.00", applicant=first.applicant, complete=False)
    details = {"invoice_number": NUMBER, "total_yuan": "1000.00"}

    partly = ledger.obstacle(draft, slot="invoice", details=details)
    assert (partly.stops, partly.field) == (False, "invoice_number")
    assert f"已用于申报件 {first.number}，已用 600.00 元，此类材料余额合计 400.00 元" in partly.text

    submit(buyer("400.00", invoice={"total_yuan": "1000.00"}))
    wholly = ledger.obstacle(draft, slot="invoice", details=details)
    assert (wholly.stops, wholly.text.endswith("没有余额，不得重复计入，请更换材料。")) == (True, True)
    assert ledger.obstacle(draft, slot="invoice", details=details | {"invoice_number": "26650000000000000778"}) is None
    assert ledger.obstacle(draft, slot="business_licence", details={}) is None


def test_the_form_says_at_the_slot_what_submitting_would_refuse():
    submit(buyer("600.00", invoice={"total_yuan": "1000.00"}))
    short, fits = (buyer(base, invoice={"total_yuan": "1000.00"}) for base in ("500.00", "400.00"))

    said = ledger.obstacles_of(short, short.evidence.in_use())
    assert (set(said), said["invoice"].stops) == ({"invoice"}, True)
    assert "少于申报的基数" in said["invoice"].text
    assert ledger.obstacles_of(fits, fits.evidence.in_use())["invoice"].stops is False


def test_before_costs_one_query(django_assert_num_queries):
    submit(buyer())
    draft = buyer()
    papers = list(draft.evidence.in_use())
    draft = Application.objects.select_related("clause", "applicant", "policy").get(pk=draft.pk)

    with django_assert_num_queries(2):  # readings, uses
        ledger.obstacles_of(draft, papers)


def test_cases_are_found_by_a_number_in_any_form():
    first, other = submit(buyer()), submit(make_draft())
    every = Application.objects.all()

    assert list(applications_with_number(every, f" ２665{NUMBER[4:]} ")) == [first]
    assert not applications_with_number(every, NUMBER[:-1]).exists()
    assert not applications_with_number(every, "  ").exists()
    assert not applications_with_number(every.filter(pk=other.pk), NUMBER).exists()


# ---- what the database keeps by itself


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("change", ["used = total + 1", "used = -1", "total = NULL", "total = used - 1"])
def test_no_thing_is_used_beyond_its_worth(change):
    submit(buyer())

    with pytest.raises(IntegrityError):
        sql(f"UPDATE applications_evidenceitem SET {change} WHERE number = %s", NUMBER)


def test_a_thing_has_one_row():
    submit(buyer())
    twin = {f.attname: getattr(item(number=NUMBER), f.attname) for f in EvidenceItem._meta.fields if not f.primary_key}

    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceItem.objects.create(**twin)
    EvidenceItem.objects.create(**twin | {"side": "供给方", "used": 0})


def twin_of(use, **changes):
    row = {f.attname: getattr(use, f.attname) for f in EvidenceUse._meta.fields if not f.primary_key}
    return EvidenceUse.objects.create(**row | changes)


def test_a_proof_counts_once_for_clause_and_object():
    use = EvidenceUse.objects.get(application=submit(model()))
    other = make_application()

    with pytest.raises(IntegrityError), transaction.atomic():
        twin_of(use, application_id=other.pk)
    twin_of(use, application_id=other.pk, again=True)


def test_a_case_uses_a_thing_once():
    use = EvidenceUse.objects.get(application=submit(buyer()), item__kind="invoice")

    with pytest.raises(IntegrityError), transaction.atomic():
        twin_of(use, purpose="proof", amount=0)


@pytest.mark.parametrize("change", [{"amount": 0}, {"amount": -1}, {"again": True}, {"purpose": "proof"}])
def test_amount_goes_with_the_purpose(change):
    use = EvidenceUse.objects.get(application=submit(buyer()), item__kind="invoice")

    with pytest.raises(IntegrityError), transaction.atomic():
        twin_of(use, application_id=make_application().pk, **change)


@pytest.mark.parametrize(
    "change", ["amount = 1", "evidence_id = evidence_id + 1", "subject_key = 'x'", "taken_at = NULL"]
)
def test_a_use_is_not_rewritten(change):
    submit(buyer())

    with pytest.raises(DatabaseError, match=r"never edited or deleted|NOT NULL|null value"):
        sql(f"UPDATE applications_evidenceuse SET {change} WHERE amount > 1")


def test_a_use_is_never_deleted_nor_taken_back_from_its_end():
    application = submit(buyer())
    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql("DELETE FROM applications_evidenceuse")

    withdrawn(application)
    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql("UPDATE applications_evidenceuse SET released_at = NULL")


def test_a_wrong_counter_and_a_use_of_an_ended_case_are_counted():
    application = submit(buyer())
    assert count_all()["I6"] == 0

    EvidenceItem.objects.filter(number=NUMBER).update(used=1)
    assert count_all()["I6"] == 1

    EvidenceItem.objects.filter(number=NUMBER).update(used=100_000)
    Application.objects.filter(pk=application.pk).update(status=Status.WITHDRAWN)
    assert evidence_used_twice() == len(live(application))
