"""
The comparisons over the papers of a claim: papers that agree give no red, one changed digit turns exactly one red.

Pure: the claims are made here, without a database. The law's own worked examples give the facts.
"""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

import rules
from applications.checks import FAIL, KINDS, NO_DATA, PASS, Claim, Paper, look_at
from applications.demo.samples import details_for
from applications.models import Applicant
from rules import examples

EVENT_ON = date(2026, 6, 30)
HANDED_IN = date(2026, 9, 1)
ISSUED_ON = date(2024, 9, 1)
NAME = "测试智算2号有限公司"
USCC = "91659901MATE00001D"
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
    "compute_contract": {"signed_on": "2026-01-01"},
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
                | MORE.get(slot.kind, {})
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
HIGH_TECH = next(c for c in CLAUSES if any(f.name == "newly_recognised_high_tech" for f in rules.fields(c)))
TWO_INVOICES = {"annual_compute_contract_fees_yuan": "2000000.00"}

# kind -> (clause, facts, where the digit stands, what stands there, what stands there instead).
# Where: (slot, field), ("facts", name) or ("claim", attribute).
ONE_DIGIT = {
    "uscc.digit": (CENTRE, {}, ("claim", "uscc"), USCC, "91659901MATE00002D"),
    "licence.code": (CENTRE, {}, ("business_licence", "credit_code"), USCC, "91659901MATE00002D"),
    "account.holder": (CENTRE, {}, ("claim", "holder"), NAME, "测试智算3号有限公司"),
    "holder.name": ("xinxing-7a", {}, ("model_filing", "holder"), NAME, "测试智算3号有限公司"),
    "period.order": (CENTRE, {}, ("operation_log", "period_to"), "2026-06-30", "2026-09-30"),
    "day.past": (CENTRE, {}, ("acceptance_report", "accepted_on"), "2025-06-30", "2029-06-30"),
    "term.event": (CENTRE, {}, ("claim", "event_on"), "2026-06-30", "2028-06-30"),
    "contract.period": (BUYER, {}, ("compute_contract", "period_to"), "2026-12-31", "2026-02-31"),
    "contract.signed": (BUYER, {}, ("compute_contract", "signed_on"), "2026-01-01", "2026-11-01"),
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
    "racks.share": ("baoding-2", {"pue": "1.20"}, ("rack_list", "compute_racks"), "1275", "1175"),
    "cards.scale": (CENTRE, {}, ("scale_report", "card_count"), "1600", "1500"),
    "run.months": (CENTRE, {}, ("facts", "stable_months"), "6", "60"),
    "run.outages": (CENTRE, {}, ("operation_log", "outages"), "0", "1"),
    "staff.insured": ("xinxing-5a", {}, ("social_insurance_list", "insured_staff"), "80", "70"),
    "localisation.least": ("shanxi-6a", {}, ("localisation_inventory", "hardware_pct"), "95", "96"),
    "prize.rank": ("xinxing-9c", {}, ("award_certificate", "prize"), "1", "2"),
    "part.whole": ("shihezi-3.1", {}, ("facts", "new_loan_interest_paid_yuan"), "100000.00", "900000.00"),
    "revenue.business": ("xinxing-5a", {}, ("audit_report", "business_revenue_yuan"), "10000000.00", "10000000.0"),
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
    "filing.count": ("xinxing-7a", {}, ("facts", "filed_models"), "1", "2"),
    "listing.code": ("shihezi-3.3d", {}, ("listing_letter", "code"), "920901", "830901"),
    "listing.board": ("shihezi-3.3d", {}, ("listing_letter", "board"), "bse", "neeq"),
    "hightech.number": (HIGH_TECH, {"newly_recognised_high_tech": True}, ("recognition_paper", "certificate_number"),
                        "GR202665000001", "GR202565000001"),
    "hightech.valid": (HIGH_TECH, {"newly_recognised_high_tech": True}, ("recognition_paper", "valid_to"),
                       "2029-06-30", "2026-06-29"),
    "cma.number": (CENTRE, {}, ("pue_report", "cma_number"), "260000000001", "270000000001"),
    "bank.line": (BUYER, {}, ("payment_voucher", "bank_line"), "104882000011", "004882000011"),
}  # fmt: skip


def prepared(kind: str) -> Claim:
    """Return the claim of a row before the digit is changed."""
    clause, facts, (slot, field), value, _ = ONE_DIGIT[kind]
    claim = claim_of(clause, facts)
    if kind == "invoice.twice":
        second = with_copy(claim, "invoice", invoice_number=value)
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
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1, "one character is changed"

    assert reds(claim) == []
    assert kind in [result.kind for result in look_at(claim) if result.state == PASS]
    assert reds(changed(claim, slot, field, after)) == [kind]


@pytest.mark.parametrize("clause", CLAUSES)
def test_papers_that_agree_give_no_red_under_any_clause(clause):
    assert reds(claim_of(clause)) == []
