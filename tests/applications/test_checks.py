"""
The comparisons over the papers of a claim: papers that agree give no red, one changed digit turns exactly one red.

Pure: the claims are made here, without a database. The law's own worked examples give the facts.
"""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from stdnum.cn import uscc

import rules
from applications.checks import FAIL, KINDS, NO_DATA, PASS, Claim, Paper, look_at
from applications.demo.samples import details_for
from applications.models import Applicant
from rules import examples

EVENT_ON = date(2026, 6, 30)
HANDED_IN = date(2026, 9, 1)
ISSUED_ON = date(2024, 9, 1)
NAME = "测试智算2号有限公司"
STEM = "91659901MATE0000"
CHECK = uscc.calc_check_digit(f"{STEM}1")
USCC, OTHER_USCC = f"{STEM}1{CHECK}", f"{STEM}2{CHECK}"
CLAUSES = [clause.id for pack in rules.load().packs.values() for clause in pack.clauses if clause.monetary]

# Fields that no claim gives a value: an electricity bill, meters and months, a bank's line number.
PUE = {"total_kwh": "12003456", "billed_kwh": "12003456", "tariff_yuan": "0.35", "billed_yuan": "4201209.60"}
GREEN = {
    "monthly_kwh": "1 2 3 4 5 6 7 8 9 10 11 29999934",
    "meter_kwh": "10000000、20000000",
    "meter_numbers": "演示0001、演示0002",
}
MORE = {
    "pue_report": PUE,
    "green_power_metering": GREEN,
    "payment_voucher": {"bank_line": "104882000011"},
    "compute_contract": {"signed_on": "2025-01-01", "period_from": "2025-01-01"},
}


@cache
def worked(clause: str):
    """Return facts and sum of the first worked example that pays by itself."""
    policy, _, number = clause.partition("-")
    for example in examples.of_clause(rules.load().pack(policy), number):
        verdict = rules.judge(example.case)
        if not {"clauses", "history", "pool", "settings"} & example.case.keys() and verdict.eligible:
            return example.case["facts"], verdict.amount_fen
    raise AssertionError(clause)


def claim_of(clause: str, facts=None, **papers) -> Claim:
    """Return a complete claim whose papers all agree; `papers` adds fields to those of some slots."""
    known, award = worked(clause)
    asked = {field.name: field for field in rules.fields(clause)}
    known = {name: value for name, value in known.items() if name in asked} | (facts or {})
    if facts:
        award = rules.judge({"clause": clause, "facts": known | {"policy_issued_on": str(ISSUED_ON)}}).amount_fen
    applicant = Applicant(name=NAME, uscc=USCC, registered_address="测试路1号")
    slots = rules.evidence(clause)
    return Claim(
        clause=clause,
        name=NAME,
        uscc=USCC,
        facts=known,
        papers=tuple(
            Paper(
                pk=number,
                slot=slot.kind,
                label=slot.label,
                details=details_for(slot, applicant, known, "测试对象", EVENT_ON)
                | (MORE.get(slot.kind, {}) if _fits(slot.kind, known) else {})
                | papers.get(slot.kind, {}),
                handed_in_on=HANDED_IN,
                proves=slot.facts,
            )
            for number, slot in enumerate(slots, start=1)
        ),
        terms=rules.terms(clause, {}, ISSUED_ON),
        fields=asked,
        holder=NAME,
        event_on=EVENT_ON,
        support_year=2026,
        award_fen=award,
    )


def _fits(slot: str, facts) -> bool:
    """Whether what no claim says fits this one: the bill belongs to a PUE of 1.20, the meters to 30 million kWh."""
    if slot == "pue_report":
        return facts.get("pue") == "1.20"
    return slot != "green_power_metering" or facts.get("green_power_consumed_kwh") == "30000000"


def reds(claim: Claim) -> list[str]:
    return [result.kind for result in look_at(claim) if result.state == FAIL]


def with_paper(claim: Claim, slot: str, **fields) -> Claim:
    """Return the claim with other fields on the first paper of a slot."""
    done, papers = False, []
    for paper in claim.papers:
        if paper.slot == slot and not done:
            done, paper = True, replace(paper, details={**paper.details, **fields})
        papers.append(paper)
    assert done, slot
    return replace(claim, papers=tuple(papers))


def with_copy(claim: Claim, slot: str, **fields) -> Claim:
    """Return the claim with a second paper in a slot."""
    first = claim.of(slot)[0]
    return replace(claim, papers=(*claim.papers, replace(first, pk=99, details={**first.details, **fields})))


CENTRE, BUYER, LOAN = "xinxing-3", "xinxing-4b", "shanxi-1b"
GREEN_CLAIM = {"green_power_consumed_kwh": "30000000"}
HIGH_TECH = "shihezi-4.2a"  # 转致: paid by other rules, and its certificate is compared all the same
TWO_INVOICES = {"annual_compute_contract_fees_yuan": "2000000.00"}

# kind -> (clause, facts, where the digit stands, what stands there, what stands there instead).
# Where: (slot, field), ("facts", name) or ("claim", attribute).
ONE_DIGIT = {
    "uscc.digit": (CENTRE, {}, ("claim", "uscc"), USCC, OTHER_USCC),
    "licence.code": (CENTRE, {}, ("business_licence", "credit_code"), USCC, OTHER_USCC),
    "account.holder": (CENTRE, {}, ("claim", "holder"), NAME, "测试智算3号有限公司"),
    "holder.name": ("xinxing-7a", {}, ("model_filing", "holder"), NAME, "测试智算3号有限公司"),
    "period.order": (CENTRE, {}, ("operation_log", "period_to"), "2026-06-30", "2026-09-30"),
    "day.past": (CENTRE, {}, ("acceptance_report", "accepted_on"), "2025-06-30", "2029-06-30"),
    "term.event": (CENTRE, {}, ("claim", "event_on"), "2026-06-30", "2028-06-30"),
    "contract.period": (BUYER, {}, ("compute_contract", "period_to"), "2026-12-31", "2025-12-31"),
    "contract.signed": (BUYER, {}, ("payment_voucher", "paid_on"), "2026-06-30", "2024-06-30"),
    "year.period": (BUYER, {}, ("settlement_statement", "period_from"), "2026-01-01", "2025-01-01"),
    "audit.year": ("xinxing-5a", {}, ("audit_report", "fiscal_year"), "2025", "2024"),
    "pue.quotient": (CENTRE, {"pue": "1.20"}, ("pue_report", "it_kwh"), "10000000", "10900000"),
    "pue.stated": (CENTRE, {"pue": "1.20"}, ("pue_report", "pue"), "1.20", "1.21"),
    "pue.least": (CENTRE, {"pue": "1.20"}, ("pue_report", "it_kwh"), "10000000", "90000000"),
    "pue.period": ("shanxi-4", {"pue": "1.16"}, ("pue_report", "period_from"), "2025-07-01", "2025-08-01"),
    "pue.bill": (CENTRE, {"pue": "1.20"}, ("pue_report", "total_kwh"), "12003456", "12003455"),
    "pue.tariff": (CENTRE, {"pue": "1.20"}, ("pue_report", "billed_yuan"), "4201209.60", "5201209.60"),
    "green.sum": ("xinxing-2", GREEN_CLAIM, ("facts", "green_power_consumed_kwh"), "30000000", "30000001"),
    "green.months": ("xinxing-2", GREEN_CLAIM, ("green_power_metering", "monthly_kwh"), GREEN["monthly_kwh"],
                     "1 2 3 4 5 6 7 8 9 10 11 29999935"),
    "green.meters": ("xinxing-2", GREEN_CLAIM, ("green_power_metering", "meter_kwh"), "10000000、20000000",
                     "10000000、20000001"),
    "figure.stated": (CENTRE, {}, ("utilisation_log", "utilisation_pct"), "60", "61"),
    "racks.list": ("baoding-2", {"pue": "1.20"}, ("rack_list", "racks"), "1500", "1501"),
    "racks.share": ("baoding-2", {"pue": "1.20"}, ("rack_list", "compute_racks"), "1200", "1100"),
    "cards.scale": (CENTRE, {}, ("scale_report", "card_count"), "1600", "1500"),
    "run.months": (CENTRE, {"stable_months": "12"}, ("operation_log", "period_from"), "2025-07-01", "2025-08-01"),
    "run.outages": (CENTRE, {}, ("operation_log", "outages"), "0", "1"),
    "staff.insured": ("xinxing-5a", {}, ("social_insurance_list", "insured_staff"), "80", "70"),
    "localisation.least": ("shanxi-6a", {}, ("localisation_inventory", "hardware_pct"), "95", "96"),
    "prize.rank": ("xinxing-9c", {}, ("award_certificate", "prize"), "1", "2"),
    "part.whole": ("shihezi-3.1", {}, ("facts", "new_loan_interest_paid_yuan"), "100000.00", "900000.00"),
    "revenue.business": ("xinxing-5a", {}, ("audit_report", "business_revenue_yuan"), "10000000.00", "00000000.00"),
    "revenue.share": ("shanxi-2", {}, ("audit_report", "business_revenue_yuan"), "20000000.00", "21000000.00"),
    "contract.sum": (BUYER, {}, ("compute_contract", "amount_yuan"), "10000000.00", "00000000.00"),
    "invoice.sum": (BUYER, {}, ("invoice", "total_yuan"), "10000000.00", "00000000.00"),
    "settlement.sum": (BUYER, {}, ("settlement_statement", "amount_yuan"), "10000000.00", "00000000.00"),
    "payment.sum": (BUYER, {}, ("payment_voucher", "amount_yuan"), "10000000.00", "00000000.00"),
    "interest.sum": (LOAN, {}, ("interest_statement", "interest_yuan"), "4000000.00", "3000000.00"),
    "interest.months": (LOAN, {}, ("interest_statement", "period_from"), "2025-07-01", "2025-08-01"),
    "invoice.party": (BUYER, {}, ("invoice", "buyer"), NAME, "测试智算3号有限公司"),
    "contract.party": ("xinxing-4a", {}, ("compute_contract", "seller"), NAME, "测试智算3号有限公司"),
    "payment.party": (BUYER, {}, ("payment_voucher", "payer"), NAME, "测试智算3号有限公司"),
    "award.rate": (BUYER, {}, ("claim", "award_fen"), "30000000", "31000000"),
    "invoice.number": (BUYER, {}, ("invoice", "invoice_number"), "26650000000000000001", "25650000000000000001"),
    "invoice.twice": (BUYER, TWO_INVOICES, ("invoice", "invoice_number"), "26650000000000000002",
                      "26650000000000000001"),
    "filing.algorithm": ("xinxing-7b", {}, ("algorithm_filing", "filing_number"), "网信算备659001000000000260001号",
                         "网信算备659001000000000270001号"),
    "filing.model": ("xinxing-7a", {}, ("model_filing", "filing_number"), "XinJiang-YanShiModel-20260301",
                     "XinJiang-YanShiModel-20261301"),
    "filing.kind": ("xinxing-7a", {}, ("model_filing", "filing_kind"), "filing", "registration"),
    "filing.count": ("xinxing-7a", {"filed_models": 2}, ("model_filing", "filing_number"),
                     "XinJiang-YanShiModel-20260302", "XinJiang-YanShiModel-20260301"),
    "listing.code": ("shihezi-3.3d", {}, ("listing_letter", "code"), "920901", "930901"),
    "listing.board": ("shihezi-3.3b", {}, ("listing_letter", "board"), "neeq", "regional"),
    "hightech.number": (HIGH_TECH, {"newly_recognised_high_tech": True}, ("recognition_paper", "certificate_number"),
                        "GR202665000001", "GR202565000001"),
    "hightech.valid": (HIGH_TECH, {"newly_recognised_high_tech": True}, ("recognition_paper", "valid_to"),
                       "2029-06-30", "2025-06-30"),
    "cma.number": (CENTRE, {}, ("pue_report", "cma_number"), "260000000001", "270000000001"),
    "bank.line": (BUYER, {}, ("payment_voucher", "bank_line"), "104882000011", "004882000011"),
}  # fmt: skip


# These compare a choice, which has no digits: another one is chosen.
OF_CHOICES = {"filing.kind", "listing.board"}


def prepared(kind: str) -> Claim:
    """Return the claim of a row before the digit is changed."""
    clause, facts, (slot, field), value, _ = ONE_DIGIT[kind]
    claim = claim_of(clause, facts)
    if kind in {"invoice.twice", "filing.count"}:
        second = with_copy(claim, slot, **{field: value})
        return replace(second, papers=(second.papers[-1], *second.papers[:-1]))
    if kind == "hightech.valid":
        claim = with_paper(claim, "recognition_paper", valid_to=value)
    stands = value_at(claim, slot, field)
    assert str(stands) == value, (kind, stands)
    return claim


def value_at(claim, slot, field):
    if slot == "claim":
        return getattr(claim, field)
    return claim.facts[field] if slot == "facts" else claim.of(slot)[0].details[field]


def changed(claim: Claim, slot: str, field: str, value: str) -> Claim:
    """Return the claim with one value changed, in the kind that stands there."""
    kind = type(value_at(claim, slot, field))
    made = date.fromisoformat(value) if kind is date else kind(value)
    if slot == "claim":
        return replace(claim, **{field: made})
    if slot == "facts":
        return replace(claim, facts={**claim.facts, field: made})
    return with_paper(claim, slot, **{field: made})


def test_every_comparison_has_its_row():
    assert ONE_DIGIT.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", ONE_DIGIT)
def test_one_changed_digit_turns_exactly_one_comparison_red(kind):
    _, _, (slot, field), before, after = ONE_DIGIT[kind]
    claim = prepared(kind)
    if kind not in OF_CHOICES:
        assert sum(one != other for one, other in zip(before, after, strict=True)) == 1, "one character is changed"

    assert reds(claim) == []
    assert kind in [result.kind for result in look_at(claim) if result.state == PASS]
    assert reds(changed(claim, slot, field, after)) == [kind]


@pytest.mark.parametrize("clause", CLAUSES)
def test_papers_that_agree_give_no_red_under_any_clause(clause):
    assert reds(claim_of(clause)) == []


@pytest.mark.parametrize(
    ("board", "code", "state"),
    [
        ("bse", "920001", PASS),
        ("bse", "430001", FAIL),
        ("bse", "830001", FAIL),
        ("bse", "870001", FAIL),
        ("neeq", "430001", PASS),
        ("neeq", "830001", PASS),
        ("neeq", "870001", PASS),
        ("neeq", "920001", FAIL),
        ("sse", "605001", PASS),
        ("sse", "688001", PASS),
        ("sse", "604001", FAIL),
        ("szse", "300001", PASS),
        ("szse", "002001", PASS),
        ("szse", "600001", FAIL),
        ("regional", "990001", PASS),
        ("regional", "99001", FAIL),
        ("", "990001", NO_DATA),
    ],
)
def test_listing_codes_by_board(board, code, state):
    claim = with_paper(claim_of("shihezi-3.3d"), "listing_letter", board=board, code=code)

    found = next(result for result in look_at(claim) if result.kind == "listing.code")

    assert found.state == state
    if state == FAIL and board == "bse":
        assert "旧代码自2025年10月9日起不再使用" in found.words


@pytest.mark.parametrize(
    ("number", "state"),
    [
        ("Beijing-YunQue-20230821", PASS),
        ("ZheJiang-TongYiQianWen-20230901", PASS),
        ("Beijing-DeepseekChat-202404280016", PASS),
        ("Beijing-YunQue-20230832", FAIL),
        ("Beijing-YunQue-2023082100", FAIL),
        ("Atlantis-YunQue-20230821", FAIL),
        ("Beijing-YunQue-20270101", FAIL),
        ("", NO_DATA),
    ],
)
def test_model_filings_name_a_province_a_model_and_a_day(number, state):
    claim = with_paper(claim_of("xinxing-7a"), "model_filing", filing_number=number)

    assert [result.state for result in look_at(claim) if result.kind == "filing.model"] == [state]


@pytest.mark.parametrize(
    ("number", "state"),
    [
        ("网信算备110108123456789230001号", PASS),
        ("网信算备990108123456789230001号", FAIL),
        ("网信算备11010812345678923000号", FAIL),
        ("网信算备110108123456789210001号", FAIL),
        ("110108123456789230001", FAIL),
    ],
)
def test_algorithm_filings_have_region_and_year(number, state):
    claim = with_paper(claim_of("xinxing-7b"), "algorithm_filing", filing_number=number)

    assert [result.state for result in look_at(claim) if result.kind == "filing.algorithm"] == [state]


def test_a_registration_counts_where_the_authority_says_so():
    claim = with_paper(claim_of("xinxing-7a"), "model_filing", filing_kind="registration")
    both = replace(claim, terms=rules.terms("xinxing-7a", {"X25": "b"}, ISSUED_ON))

    assert reds(claim) == ["filing.kind"]
    assert reds(both) == []


@pytest.mark.parametrize(
    ("clause", "letters", "months"),
    [
        ("shanxi-4", {}, 12),
        ("xinxing-3", {}, 12),
        ("xinxing-3", {"X30": "b"}, 6),
        ("xinxing-3", {"X30": "c"}, 0),
        ("shihezi-2.1", {}, 12),
        ("shihezi-2.1", {"S26": "b"}, 0),
        ("baoding-2", {}, 12),
        ("baoding-2", {"B18": "b"}, 0),
    ],
)
def test_measured_period_follows_the_meaning_of_the_clause(clause, letters, months):
    claim = replace(claim_of(clause), terms=rules.terms(clause, letters, ISSUED_ON))

    found = [result.inputs["due"] for result in look_at(claim) if result.kind == "pue.period"]

    assert found == ([months] if months else [])


def test_a_centre_that_ran_less_than_a_year_may_show_a_single_test():
    claim = with_paper(claim_of("baoding-2"), "acceptance_report", accepted_on="2025-08-01")
    winter = with_paper(claim, "pue_report", period_from="2025-12-01", period_to="2026-02-28")

    assert [result for result in look_at(winter) if result.kind == "pue.period"] == []
    year = with_paper(winter, "acceptance_report", accepted_on="2024-08-01")
    assert reds(year) == ["pue.period"]


def test_words_show_the_arithmetic():
    claim = with_paper(claim_of(CENTRE, {"pue": "1.20"}), "pue_report", total_kwh="12600000")

    words = {result.kind: result.words for result in look_at(claim)}

    assert words["pue.quotient"] == "复算 12,600,000 ÷ 10,000,000 = 1.2600，按申报位数为 1.26；申报 1.20"
    assert words["cards.scale"] == "复算 1,600张×1,875 TFLOPS ÷ 1000 = 3,000 P；申报 3,000 P"
    assert words["run.months"] == "运行记录 2025-07-01 至 2026-06-30，满12个月；申报 6 个月"


def test_missing_fields_are_no_reds():
    claim = claim_of(CENTRE)
    empty = replace(claim, papers=tuple(replace(paper, details={}) for paper in claim.papers), holder="", event_on=None)

    results = look_at(empty)

    assert [result for result in results if result.state == FAIL] == []
    assert {result.kind for result in results if result.state == NO_DATA} >= {"pue.quotient", "run.months"}


@pytest.mark.parametrize("wrong", ["x", "NaN", True, [], {}])
def test_values_nobody_can_read_are_no_reds(wrong):
    claim = claim_of(CENTRE)
    papers = tuple(replace(paper, details=dict.fromkeys(paper.details, wrong)) for paper in claim.papers)

    # Names and numbers of registers are compared as written; no comparison of figures or days may break or turn red.
    red = {kind for kind in reds(replace(claim, papers=papers)) if not kind.startswith(("licence", "cma", "invoice"))}

    assert red == set()


def test_every_invoice_of_the_case_is_added():
    half = with_paper(claim_of(BUYER), "invoice", total_yuan="6000000.00")
    assert reds(half) == ["invoice.sum"]

    both = with_copy(half, "invoice", total_yuan="4000000.00", invoice_number="26650000000000000002")

    assert reds(both) == []
    assert "2份发票合计 10,000,000.00 元" in next(r.words for r in look_at(both) if r.kind == "invoice.sum")


@pytest.mark.parametrize(("award", "deducted", "red"), [(299, False, True), (299, True, False), (301, True, True)])
def test_earlier_sums_only_lower_an_award(award, deducted, red):
    claim = replace(claim_of(BUYER), award_fen=award * 100_000, deducted=deducted)

    assert (reds(claim) == ["award.rate"]) == red


def test_months_are_counted_whole():
    claim = claim_of(CENTRE, {"stable_months": "8"})

    for first, state in (("2025-07-01", PASS), ("2025-07-02", FAIL)):
        log = with_paper(claim, "operation_log", period_from=first, period_to="2026-02-28")
        assert [r.state for r in look_at(log) if r.kind == "run.months"] == [state]
