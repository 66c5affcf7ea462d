"""Days: periods that run forwards, nothing dated after it was handed in, everything inside contract, year and term."""

from datetime import date

from applications.checks.claim import Claim, Paper, Result, Results, state_of
from applications.checks.registry import look

# A day of the past, by the name of its field; an end of a validity may lie ahead.
PAST = (
    *("issued_on", "accepted_on", "commissioned_on", "paid_on", "signed_on", "filed_on", "published_on"),
    *("counted_on", "settled_on", "completed_on", "drawn_on", "listed_on", "recognised_on", "established_on"),
    *("arrived_on", "declared_on", "connected_on"),
)
# A contract runs on after the claim; every other period is over when its paper is handed in.
RUNNING = frozenset({"compute_contract", "employment_contract"})
OF_THE_YEAR = {
    "annual_compute_contract_fees_yuan",
    "annual_compute_sales_contract_fees_yuan",
    "out_of_province_compute_contracts_yuan",
    "loan_interest_paid_yuan",
}
# How many years before the support year the audited year of a figure lies.
AUDITED = {
    "main_business_revenue_yuan": 0,
    "annual_revenue_yuan": 0,
    "annotation_revenue_yuan": 0,
    "data_product_revenue_yuan": 0,
    "model_service_revenue_yuan": 0,
    "main_business_revenue_last_three_years_yuan": 0,
    "prior_year_revenue_yuan": 1,
}


@look("period.order")
def period_runs_forwards(claim: Claim, kind: str) -> Results:
    """A period begins before it ends, and has ended when its paper was handed in."""
    for paper in claim.papers:
        if (period := paper.period()) is None:
            continue
        first, last = period
        over = paper.slot in RUNNING or last <= paper.handed_in_on
        words = f"{paper.label}：期间 {first} 至 {last}，上传日 {paper.handed_in_on}"
        inputs = {"from": str(first), "to": str(last), "handed_in": str(paper.handed_in_on)}
        yield Result(kind, f"slot:{paper.slot}", state_of(first <= last and over), words, inputs, paper.pk)


@look("day.past")
def nothing_is_dated_ahead(claim: Claim, kind: str) -> Results:
    """No paper states a day after the one on which it was handed in."""
    for paper in claim.papers:
        days = {name: day for name in PAST if (day := paper.day(name)) is not None}
        if days:
            latest = max(days.values())
            words = f"{paper.label}：载明的日期 {latest}，应不晚于上传日 {paper.handed_in_on}"
            inputs = {name: str(day) for name, day in days.items()} | {"handed_in": str(paper.handed_in_on)}
            yield Result(kind, f"slot:{paper.slot}", state_of(latest <= paper.handed_in_on), words, inputs, paper.pk)


@look("term.event")
def event_lies_in_the_term(claim: Claim, kind: str) -> Results:
    """基准日 lies on a day on which the policy is in force."""
    starts, ends, event = claim.terms.starts, claim.terms.ends, claim.event_on
    if starts is None or ends is None or event is None:
        yield Result(kind, "", state_of(None), "基准日或者政策有效期未定，无法比对", {"event": str(event or "")})
        return
    words = f"基准日 {event}；政策有效期 {starts} 至 {ends}"
    inputs = {"event": str(event), "starts": str(starts), "ends": str(ends)}
    yield Result(kind, "", state_of(starts <= event <= ends), words, inputs)


@look("contract.period")
def settled_within_the_contract(claim: Claim, kind: str) -> Results:
    """What is settled lies within the period of a contract of the case."""
    spans = [span for paper in claim.of("compute_contract") if (span := paper.period())]
    for paper in claim.of("settlement_statement"):
        if not spans or (period := paper.period()) is None:
            continue
        fits = any(first <= period[0] and period[1] <= last for first, last in spans)
        shown = "、".join(f"{first} 至 {last}" for first, last in spans)
        words = f"结算期间 {period[0]} 至 {period[1]}；合同服务期间 {shown}"
        inputs = {"settled": _texts([period]), "contracts": _texts(spans)}
        yield Result(kind, "slot:settlement_statement", state_of(fits), words, inputs, paper.pk)


def _texts(spans: list[tuple[date, date]]) -> list[list[str]]:
    return [[str(first), str(last)] for first, last in spans]


@look("contract.signed")
def nothing_comes_before_the_contract(claim: Claim, kind: str) -> Results:
    """No invoice and no payment is dated before the first contract of the case was signed (or began)."""
    days = [_signed(paper) for paper in claim.of("compute_contract", "purchase_contract")]
    signed = min((day for day in days if day), default=None)
    if signed is None:
        return
    for paper in claim.of("invoice", "payment_voucher"):
        day = paper.day("issued_on") or paper.day("paid_on")
        fits = None if day is None else signed <= day
        words = f"{paper.label}日期 {day or '未录入'}；合同签订日期 {signed}"
        inputs = {"day": str(day or ""), "signed": str(signed)}
        yield Result(kind, f"slot:{paper.slot}", state_of(fits), words, inputs, paper.pk)


def _signed(paper: Paper) -> date | None:
    return paper.day("signed_on") or paper.day("period_from")


@look("year.period")
def settled_within_the_year(claim: Claim, kind: str) -> Results:
    """Where the text counts the fees or the interest of a year, the period lies in the support year."""
    named = OF_THE_YEAR & claim.facts.keys()
    if not named or claim.support_year is None or "interest_subsidy_months" in claim.facts:
        return
    for paper in claim.of("settlement_statement", "interest_statement"):
        if (period := paper.period()) is None:
            continue
        fits = {day.year for day in period} == {claim.support_year}
        words = f"{paper.label}期间 {period[0]} 至 {period[1]}；支持年度 {claim.support_year}"
        inputs = {"from": str(period[0]), "to": str(period[1]), "year": claim.support_year}
        yield Result(kind, f"slot:{paper.slot}", state_of(fits), words, inputs, paper.pk)


@look("audit.year")
def audited_year_is_the_one_counted(claim: Claim, kind: str) -> Results:
    """
    The audited year is the support year, or the one before where the text counts the year before.

    A claim within the support year can only rest on the last year that is audited, the one before.
    """
    papers = claim.of("audit_report")
    years = sorted(year for paper in papers if (year := paper.number("fiscal_year")) is not None)
    counted = {AUDITED[fact]: fact for fact in claim.fields if fact in AUDITED and fact in claim.facts}
    for back, fact in counted.items():
        if not papers or claim.support_year is None or fact not in papers[0].proves:
            continue
        due = claim.support_year - back
        early = bool(years) and years[-1] == due - 1 and all(paper.handed_in_on.year <= due for paper in papers)
        fits = due in years or early if years else None
        shown = "、".join(map(str, years)) or "未录入"
        words = f"{claim.label(fact)}应取 {due} 年（年度未终了的取上一审计年度）；审计年度 {shown}"
        inputs = {"due": due, "years": [str(year) for year in years]}
        yield Result(kind, fact, state_of(fits), words, inputs, papers[0].pk)
