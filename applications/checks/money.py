"""Money: contracts, invoices, settlements, payments, interest against the declared base; the base against the sum."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import rules
from applications.checks.claim import (
    Claim,
    Paper,
    Result,
    Results,
    plain,
    same_name,
    state_of,
    sum_of,
    whole_months,
    yuan,
)
from applications.checks.registry import look

# The text counts the price without the value-added tax that is deducted (S3 a, and the words of the fact).
WITHOUT_TAX = frozenset({"rack_and_compute_equipment_cost_yuan"})
# Clauses that award the seller of computing power; everywhere else the applicant buys.
SELLERS = frozenset({"annual_compute_sales_contract_fees_yuan", "out_of_province_compute_contracts_yuan"})


def money_proved(claim: Claim, papers: Iterable[Paper]) -> list[str]:
    """Return the names of the declared sums that some papers are to prove."""
    named = {fact for paper in papers for fact in paper.proves}
    return [
        name for name, field in claim.fields.items() if name in named and name in claim.facts and field.kind == "money"
    ]


def _against_base(claim: Claim, kind: str, slots: tuple[str, ...], field: str, words: str) -> Results:
    """Compare the sum of a field over all papers of some slots with the declared base: less proves too little."""
    papers = claim.of(*slots)
    facts = money_proved(claim, papers)
    if not papers or not facts:
        return
    stated = sum_of(papers, field)
    taxed = ""
    if stated is not None and field == "total_yuan" and set(facts) <= WITHOUT_TAX:
        tax = sum_of(papers, "tax_yuan")
        stated = None if tax is None else stated - tax
        taxed = "（不含税）"
    declared = sum((claim.number(fact) or Decimal(0) for fact in facts), Decimal(0))
    fits = None if stated is None else stated >= declared
    labels = "、".join(claim.label(fact) for fact in facts)
    more = f"，多出 {yuan(stated - declared)}" if stated is not None and stated > declared else ""
    text = f"{len(papers)}份{words}{taxed}合计 {yuan(stated)}；申报{labels} {yuan(declared)}{more}"
    inputs = {"stated": plain(stated), "declared": plain(declared), "papers": [paper.pk for paper in papers]}
    yield Result(kind, facts[0], state_of(fits), text, inputs, papers[0].pk)


@look("contract.sum")
def contracts_cover_the_base(claim: Claim, kind: str) -> Results:
    """The contracts of the case together are not below the declared base."""
    yield from _against_base(claim, kind, ("compute_contract", "purchase_contract"), "amount_yuan", "合同")


@look("invoice.sum")
def invoices_cover_the_base(claim: Claim, kind: str) -> Results:
    """All invoices of the case together are not below the declared base."""
    yield from _against_base(claim, kind, ("invoice",), "total_yuan", "发票")


@look("settlement.sum")
def settlements_cover_the_base(claim: Claim, kind: str) -> Results:
    """The settlements together are not below the declared base."""
    yield from _against_base(claim, kind, ("settlement_statement",), "amount_yuan", "结算单")


@look("payment.sum")
def payments_cover_the_base(claim: Claim, kind: str) -> Results:
    """The payments together are not below the declared base."""
    yield from _against_base(claim, kind, ("payment_voucher",), "amount_yuan", "付款凭证")


@look("interest.sum")
def interest_is_stated_by_the_bank(claim: Claim, kind: str) -> Results:
    """The bank's statements together are not below the declared interest."""
    papers = claim.of("interest_statement")
    declared = claim.number("loan_interest_paid_yuan")
    if not papers or declared is None:
        return
    stated = sum_of(papers, "interest_yuan")
    words = f"{len(papers)}份利息清单合计 {yuan(stated)}；申报 {yuan(declared)}"
    fits = None if stated is None else stated >= declared
    inputs = {"stated": plain(stated), "declared": plain(declared)}
    yield Result(kind, "loan_interest_paid_yuan", state_of(fits), words, inputs, papers[0].pk)


@look("interest.months")
def interest_covers_the_months(claim: Claim, kind: str) -> Results:
    """The bank's statements cover as many whole months as the claim asks for."""
    papers, asked = claim.of("interest_statement"), claim.number("interest_subsidy_months")
    if not papers or asked is None:
        return
    periods = [paper.period() for paper in papers]
    months = sum(whole_months(*period) for period in periods if period) if all(periods) else None
    words = f"利息清单期间合计 {plain(months)} 个月；申请贴息 {claim.shown('interest_subsidy_months')}"
    fits = None if months is None else months >= asked
    yield Result(
        kind, "interest_subsidy_months", state_of(fits), words, {"months": months, "asked": plain(asked)}, papers[0].pk
    )


def _party(claim: Claim, kind: str, slot: str, buyer: str, seller: str) -> Results:
    """Compare the side that the applicant stands on with its name."""
    sells = bool(SELLERS & claim.facts.keys())
    side, word = (seller, "销售（供给）方") if sells else (buyer, "购买（付款）方")
    for paper in claim.of(slot):
        stated = paper.text(side)
        fits = same_name(stated, claim.name) if stated else None
        words = f"{paper.label}的{word} {stated or '未录入'}；申报单位 {claim.name}"
        yield Result(kind, f"slot:{slot}", state_of(fits), words, {"stated": stated, "name": claim.name}, paper.pk)


@look("invoice.party")
def invoice_names_the_applicant(claim: Claim, kind: str) -> Results:
    """The buyer of an invoice is the applicant; for clauses that award suppliers, the seller."""
    yield from _party(claim, kind, "invoice", "buyer", "seller")


@look("contract.party")
def contract_names_the_applicant(claim: Claim, kind: str) -> Results:
    """The applicant stands on its side of the contract."""
    yield from _party(claim, kind, "compute_contract", "buyer", "seller")


@look("payment.party")
def payment_comes_from_the_applicant(claim: Claim, kind: str) -> Results:
    """The applicant pays; for clauses that award suppliers, it is paid."""
    yield from _party(claim, kind, "payment_voucher", "payer", "payee")


@look("award.rate")
def award_is_rate_times_base(claim: Claim, kind: str) -> Results:
    """Rate × base (or price × count), at most the ceiling, is the computed sum; earlier sums and pools lower it."""
    terms, award = claim.terms, claim.award_fen
    bases = terms.bases_of(claim.facts)
    figures = [claim.number(name) for name in bases]
    if (terms.rate_pct is None and terms.price_fen is None) or award is None or not bases or None in figures:
        return
    base = sum((figure for figure in figures if figure is not None), Decimal(0))
    if terms.rate_pct is not None:
        exact = Fraction(base) * 100 * Fraction(terms.rate_pct) / 100
        made = f"{yuan(base)} × {terms.rate_pct:f}%"
    else:
        assert terms.price_fen is not None
        exact = Fraction(base) * terms.price_fen
        made = f"{plain(base)} × {rules.yuan(terms.price_fen)} 元"
    gross = exact.__floor__() if terms.cut_down else (exact + Fraction(1, 2)).__floor__()
    due = gross if terms.cap_fen is None else min(gross, terms.cap_fen)
    fits = award == due or (award < due and claim.deducted)
    capped = f"，限额 {rules.yuan(terms.cap_fen)} 元" if terms.cap_fen is not None and gross > terms.cap_fen else ""
    less = "（已扣既往奖补、其他政策奖补或者受资金池限制）" if fits and award < due else ""
    words = f"复算 {made} = {rules.yuan(gross)} 元{capped}；测算 {rules.yuan(award)} 元{less}"
    inputs = {"base": plain(base), "due_fen": due, "award_fen": award}
    yield Result(kind, bases[0], state_of(fits), words, inputs)
