"""Energy: PUE from total and IT consumption over the period that is due, the electricity bill, green power by meter."""

import re
from decimal import ROUND_HALF_UP, Decimal

from applications.checks.claim import (
    Claim,
    Paper,
    Result,
    Results,
    at_places_of,
    number_in,
    plain,
    state_of,
    sum_of,
    whole_months,
    yuan,
)
from applications.checks.registry import look

FOUR = Decimal("0.0001")
LIST_ENDS = re.compile(r"[\s,，;；、]+")

# Months that the measurement must cover, by the reading in force. 山西 says 年均 in the article itself.
DUE_MONTHS = {("xinxing", "X30", "a"): 12, ("xinxing", "X30", "b"): 6}
YEARLY_ONCE_RUNNING = {("shihezi", "S26", "a"), ("baoding", "B18", "a")}


def _energy(paper: Paper) -> tuple[Decimal | None, Decimal | None]:
    return paper.number("total_kwh"), paper.number("it_kwh")


@look("pue.quotient")
def pue_is_the_quotient(claim: Claim, kind: str) -> Results:
    """PUE is total over IT energy, rounded to the places that the claim declares."""
    declared = claim.number("pue")
    for paper in claim.of("pue_report"):
        total, energy = _energy(paper)
        inputs = {"total_kwh": plain(total), "it_kwh": plain(energy), "declared": claim.facts.get("pue")}
        if total is None or not energy or declared is None or total < energy:
            words = "总耗电量÷IT设备耗电量：报告要素不全或者互相矛盾，无法复算"
            yield Result(kind, "pue", state_of(None), words, inputs, paper.pk)
            continue
        exact = total / energy
        shown, due = exact.quantize(FOUR, ROUND_HALF_UP), at_places_of(exact, declared)
        words = f"复算 {plain(total)} ÷ {plain(energy)} = {shown}，按申报位数为 {due}；申报 {declared}"
        yield Result(kind, "pue", state_of(due == declared), words, inputs, paper.pk)


@look("pue.stated")
def report_states_the_declared_pue(claim: Claim, kind: str) -> Results:
    """The value that the report states is the declared one, unrounded."""
    declared = claim.number("pue")
    for paper in claim.of("pue_report"):
        stated = paper.number("pue")
        fits = None if stated is None or declared is None else stated == declared
        words = f"报告载明 {plain(stated)}；申报 {claim.shown('pue')}"
        yield Result(
            kind, "pue", state_of(fits), words, {"stated": plain(stated), "declared": claim.facts.get("pue")}, paper.pk
        )


@look("pue.least")
def total_contains_the_it_energy(claim: Claim, kind: str) -> Results:
    """IT energy is a part of the total, so PUE is never below 1."""
    for paper in claim.of("pue_report"):
        total, energy = _energy(paper)
        fits = None if total is None or energy is None else total >= energy > 0
        words = f"总耗电量 {plain(total)} 应不小于 IT 设备耗电量 {plain(energy)}（PUE ≥ 1）"
        yield Result(kind, "pue", state_of(fits), words, {"total_kwh": plain(total), "it_kwh": plain(energy)}, paper.pk)


def months_due(claim: Claim, paper: Paper) -> tuple[int, str]:
    """Return how many months a measurement must cover, 0 for any, and why."""
    if claim.policy == "shanxi":
        return 12, "条文为“实测年均”"
    for reading in ("X30", "S26", "B18"):
        key = (claim.policy, reading, claim.terms.letter(reading))
        if key in DUE_MONTHS:
            return DUE_MONTHS[key], f"解释口径 {reading}"
        if key in YEARLY_ONCE_RUNNING:
            accepted = min(
                (day for row in claim.of("acceptance_report") if (day := row.day("accepted_on"))), default=None
            )
            last = paper.day("period_to")
            if accepted and last and whole_months(accepted, last) >= 12:
                return 12, f"已运行满一年，解释口径 {reading}"
    return 0, ""


@look("pue.period")
def measured_as_long_as_due(claim: Claim, kind: str) -> Results:
    """Where the clause means the mean of a year, the measurement covers twelve months: a winter is not a year."""
    for paper in claim.of("pue_report"):
        due, why = months_due(claim, paper)
        if not due:
            continue
        period = paper.period()
        if period is None:
            yield Result(kind, "pue", state_of(None), f"测量周期未录入；应满{due}个月（{why}）", {"due": due}, paper.pk)
            continue
        months = whole_months(*period)
        words = f"测量周期 {period[0]} 至 {period[1]}，满{months}个月；应满{due}个月（{why}）"
        inputs = {"from": str(period[0]), "to": str(period[1]), "months": months, "due": due}
        yield Result(kind, "pue", state_of(months >= due), words, inputs, paper.pk)


@look("pue.bill")
def total_covers_the_bill(claim: Claim, kind: str) -> Results:
    """The report's total is not below what the electricity bill of the same period charges."""
    for paper in claim.of("pue_report"):
        total, billed = paper.number("total_kwh"), paper.number("billed_kwh")
        if billed is None:
            continue
        words = f"报告总耗电量 {plain(total)} 千瓦时；同期电费单电量 {plain(billed)} 千瓦时"
        fits = None if total is None else total >= billed
        yield Result(
            kind, "pue", state_of(fits), words, {"total_kwh": plain(total), "billed_kwh": plain(billed)}, paper.pk
        )


@look("pue.tariff")
def bill_is_energy_times_tariff(claim: Claim, kind: str) -> Results:
    """Energy × mean tariff is the sum billed, within what the places of the tariff leave open."""
    for paper in claim.of("pue_report"):
        billed, tariff, paid = (paper.number(name) for name in ("billed_kwh", "tariff_yuan", "billed_yuan"))
        if tariff is None and paid is None:
            continue
        inputs = {"billed_kwh": plain(billed), "tariff_yuan": plain(tariff), "billed_yuan": plain(paid)}
        if billed is None or tariff is None or paid is None:
            yield Result(kind, "pue", state_of(None), "电费单的电量、电价或者金额不全，无法复算", inputs, paper.pk)
            continue
        open_by = billed * Decimal(1).scaleb(-len(f"{tariff:f}".partition(".")[2])) / 2 + Decimal("0.01")
        made = billed * tariff
        words = f"复算 {plain(billed)} 千瓦时 × {plain(tariff)} 元 = {yuan(made)}；电费单 {yuan(paid)}"
        yield Result(kind, "pue", state_of(abs(made - paid) <= open_by), words, inputs, paper.pk)


# ---- green power --------------------------------------------------------------------------------------------------

GREEN = "green_power_consumed_kwh"


@look("green.sum")
def meters_add_up_to_the_claim(claim: Claim, kind: str) -> Results:
    """What the settlements of all periods state is not below the declared energy."""
    papers = claim.of("green_power_metering")
    if not papers or GREEN not in claim.facts:
        return
    settled, declared = sum_of(papers, "consumed_kwh"), claim.number(GREEN)
    fits = None if settled is None or declared is None else settled >= declared
    words = f"{len(papers)}份结算单合计 {plain(settled)} 千瓦时；申报 {claim.shown(GREEN)}"
    yield Result(
        kind, GREEN, state_of(fits), words, {"settled": plain(settled), "declared": claim.facts[GREEN]}, papers[0].pk
    )


def _listed(text: str) -> list[Decimal] | None:
    """Read a list of figures, None where one of them is none."""
    values = [number_in(part) for part in LIST_ENDS.split(text) if part]
    numbers = [value for value in values if value is not None]
    return numbers if numbers and len(numbers) == len(values) else None


@look("green.months")
def months_add_up(claim: Claim, kind: str) -> Results:
    """The monthly figures are as many as the months of the period and add up to what was settled."""
    for paper in claim.of("green_power_metering"):
        months, settled, period = _listed(paper.text("monthly_kwh")), paper.number("consumed_kwh"), paper.period()
        if months is None or settled is None or period is None:
            continue
        total, due = sum(months, Decimal(0)), whole_months(*period)
        words = f"逐月 {len(months)} 个数合计 {plain(total)}；结算 {plain(settled)}，期间满{due}个月"
        inputs = {"months": [plain(value) for value in months], "settled": plain(settled), "due": due}
        yield Result(kind, GREEN, state_of(total == settled and len(months) == due), words, inputs, paper.pk)


@look("green.meters")
def every_meter_is_counted(claim: Claim, kind: str) -> Results:
    """The figures by meter are as many as the meters named and add up to what was settled."""
    for paper in claim.of("green_power_metering"):
        figures, settled = _listed(paper.text("meter_kwh")), paper.number("consumed_kwh")
        meters = [part for part in LIST_ENDS.split(paper.text("meter_numbers")) if part]
        if figures is None or settled is None:
            continue
        total = sum(figures, Decimal(0))
        words = f"{len(meters)}只电表、{len(figures)}个数，合计 {plain(total)}；结算 {plain(settled)}"
        inputs = {"meters": meters, "figures": [plain(value) for value in figures], "settled": plain(settled)}
        fits = total == settled and len(figures) == len(meters) == len(set(meters))
        yield Result(kind, GREEN, state_of(fits), words, inputs, paper.pk)
