"""What was built and runs: racks, cards, months of operation, staff, shares and parts."""

from collections.abc import Iterator
from decimal import Decimal

from applications.checks.claim import (
    Claim,
    Paper,
    Result,
    Results,
    at_places_of,
    plain,
    state_of,
    sum_of,
    whole_months,
    yuan,
)
from applications.checks.registry import look

# Facts that a comparison of their own looks at; every other field under a fact's own name is compared by figure.stated.
OWN = frozenset({"pue", "racks"})
# Figures of which several papers of one kind each state a part.
ADDED = frozenset({"scale_pflops_fp16"})


@look("figure.stated")
def paper_states_the_declared_figure(claim: Claim, kind: str) -> Results:
    """A figure that a paper states under the very name of a declared fact is the declared one."""
    for papers, name in _figures(claim):
        stated, declared = sum_of(papers, name), claim.number(name)
        if stated is None or declared is None:
            continue
        words = f"{papers[0].label}载明 {plain(stated)}；申报 {claim.shown(name)}"
        inputs = {"stated": plain(stated), "declared": claim.facts[name]}
        yield Result(kind, name, state_of(stated == declared), words, inputs, papers[0].pk)


def _figures(claim: Claim) -> Iterator[tuple[list[Paper], str]]:
    """Yield each figure with the papers that state it: of audit reports the latest, of scale reports all together."""
    audits = claim.of("audit_report")
    latest = max((year for paper in audits if (year := paper.number("fiscal_year")) is not None), default=None)
    for paper in claim.papers:
        if paper in audits and latest is not None and paper.number("fiscal_year") != latest:
            continue
        for name in sorted(paper.details.keys() & claim.facts.keys() - OWN):
            alike = claim.of(paper.slot)
            if name not in ADDED:
                yield [paper], name
            elif paper == alike[0]:
                yield alike, name


@look("racks.list")
def racks_are_listed(claim: Claim, kind: str) -> Results:
    """The list has as many racks as the claim, over all lists of the case."""
    papers = claim.of("rack_list")
    for fact in ("racks", "physical_racks"):
        if not papers or fact not in claim.facts:
            continue
        listed, declared = sum_of(papers, "racks"), claim.number(fact)
        fits = None if listed is None or declared is None else listed == declared
        words = f"清单合计 {plain(listed)} 架；申报 {claim.shown(fact)}"
        yield Result(
            kind, fact, state_of(fits), words, {"listed": plain(listed), "declared": claim.facts[fact]}, papers[0].pk
        )


@look("racks.share")
def share_is_the_quotient(claim: Claim, kind: str) -> Results:
    """The share of computing racks is computing racks over all racks, at the places declared."""
    papers = claim.of("rack_list")
    declared = claim.number("compute_share_pct")
    if not papers or declared is None:
        return
    # Over the declared number, so that a wrong list is said once, beside the racks.
    computing, every = sum_of(papers, "compute_racks"), claim.number("racks") or sum_of(papers, "racks")
    inputs = {"compute_racks": plain(computing), "racks": plain(every), "declared": claim.facts["compute_share_pct"]}
    if computing is None or not every:
        yield Result(kind, "compute_share_pct", state_of(None), "机架清单要素不全，无法复算", inputs, papers[0].pk)
        return
    share = at_places_of(computing * 100 / every, declared)
    words = f"复算 {plain(computing)} ÷ {plain(every)} = {share}%；申报 {claim.shown('compute_share_pct')}"
    yield Result(kind, "compute_share_pct", state_of(share == declared), words, inputs, papers[0].pk)


@look("cards.scale")
def scale_is_cards_times_tflops(claim: Claim, kind: str) -> Results:
    """Scale in P is cards × TFLOPS of one card ÷ 1000 (FP16, dense), over all reports of the case."""
    fact = next((name for name in ("scale_pflops_fp16", "built_part_pflops_fp16") if name in claim.facts), "")
    papers = claim.of("scale_report")
    if not fact or not papers:
        return
    parts = [(paper.number("card_count"), paper.number("card_tflops_fp16")) for paper in papers]
    known = [cards * each for cards, each in parts if cards is not None and each is not None]
    declared = claim.number(fact)
    inputs = {"cards": [[plain(one), plain(other)] for one, other in parts], "declared": claim.facts[fact]}
    if len(known) < len(parts) or declared is None:
        yield Result(kind, fact, state_of(None), "算力卡数量×单卡算力：报告要素不全，无法复算", inputs, papers[0].pk)
        return
    scale = sum(known, Decimal(0)) / 1000
    sums = "＋".join(f"{plain(one)}张×{plain(other)}" for one, other in parts)
    words = f"复算 {sums} TFLOPS ÷ 1000 = {scale.normalize():,f} P；申报 {claim.shown(fact)}"
    yield Result(kind, fact, state_of(scale >= declared), words, inputs, papers[0].pk)


@look("run.months")
def ran_as_long_as_declared(claim: Claim, kind: str) -> Results:
    """The log covers as many whole months as the claim says, the last day counted."""
    declared = claim.number("stable_months")
    for paper in claim.of("operation_log"):
        period = paper.period()
        if period is None or declared is None:
            yield Result(kind, "stable_months", state_of(None), "运行记录起止日期不全，无法复算", {}, paper.pk)
            continue
        months = whole_months(*period)
        words = f"运行记录 {period[0]} 至 {period[1]}，满{months}个月；申报 {claim.shown('stable_months')}"
        inputs = {
            "from": str(period[0]),
            "to": str(period[1]),
            "months": months,
            "declared": claim.facts["stable_months"],
        }
        yield Result(kind, "stable_months", state_of(months >= declared), words, inputs, paper.pk)


@look("run.outages")
def ran_without_a_break(claim: Claim, kind: str) -> Results:
    """Where 连续 means without a break (X5 a), the log of the period counts no outage."""
    if claim.terms.letter("X5") != "a":
        return
    for paper in claim.of("operation_log"):
        outages = paper.number("outages")
        words = f"记录内中断 {plain(outages)} 次；中断的应自恢复之日重新起算"
        fits = None if outages is None else outages == 0
        yield Result(kind, "stable_months", state_of(fits), words, {"outages": plain(outages)}, paper.pk)


@look("staff.insured")
def staff_is_insured(claim: Claim, kind: str) -> Results:
    """As many persons are insured as the claim employs."""
    declared = claim.number("staff")
    for paper in claim.of("social_insurance_list"):
        insured = paper.number("insured_staff")
        fits = None if insured is None or declared is None else insured >= declared
        words = f"参保 {plain(insured)} 人；申报 {claim.shown('staff')}"
        yield Result(
            kind,
            "staff",
            state_of(fits),
            words,
            {"insured": plain(insured), "declared": claim.facts.get("staff")},
            paper.pk,
        )


@look("localisation.least")
def localisation_is_the_lower_share(claim: Claim, kind: str) -> Results:
    """The rate is the lower of software and hardware."""
    declared = claim.number("localisation_pct")
    for paper in claim.of("localisation_inventory"):
        software, hardware = paper.number("software_pct"), paper.number("hardware_pct")
        fits = None if None in (software, hardware, declared) else min(software, hardware) == declared  # type: ignore[type-var]
        words = (
            f"软件 {plain(software)}%、硬件 {plain(hardware)}%，取较低的一项；申报 {claim.shown('localisation_pct')}"
        )
        inputs = {
            "software": plain(software),
            "hardware": plain(hardware),
            "declared": claim.facts.get("localisation_pct"),
        }
        yield Result(kind, "localisation_pct", state_of(fits), words, inputs, paper.pk)


@look("prize.rank")
def prize_is_the_declared_one(claim: Claim, kind: str) -> Results:
    """The certificate states the declared rank."""
    declared = claim.number("prize_rank")
    for paper in claim.of("award_certificate"):
        stated = paper.number("prize")
        fits = None if stated is None or declared is None else stated == declared
        words = f"证书等次 {plain(stated)}；申报 {claim.shown('prize_rank')}"
        yield Result(
            kind,
            "prize_rank",
            state_of(fits),
            words,
            {"stated": plain(stated), "declared": claim.facts.get("prize_rank")},
            paper.pk,
        )


@look("part.whole")
def part_is_not_larger_than_the_whole(claim: Claim, kind: str) -> Results:
    """A declared part is not larger than the declared whole."""
    by_chinese = {field.fact.chinese: name for name, field in claim.fields.items()}
    for name, field in claim.fields.items():
        whole = by_chinese.get(field.fact.part_of, "")
        part, every = claim.number(name), claim.number(whole)
        if part is None or every is None:
            continue
        words = f"{field.label} {claim.shown(name)}，应不大于{claim.label(whole)} {claim.shown(whole)}"
        yield Result(kind, name, state_of(part <= every), words, {"part": plain(part), "whole": plain(every)})


# The declared figure that the audited revenue of one business stands for.
BUSINESS = ("annotation_revenue_yuan", "data_product_revenue_yuan", "model_service_revenue_yuan")


@look("revenue.business")
def business_is_audited(claim: Claim, kind: str) -> Results:
    """The audited revenue of the business that the clause counts is not below the declared one."""
    for fact in BUSINESS:
        for paper in claim.of("audit_report"):
            stated, declared = paper.number("business_revenue_yuan"), claim.number(fact)
            if fact not in paper.proves or stated is None or declared is None:
                continue
            words = f"审计报告列示的专项业务收入 {yuan(stated)}；申报 {claim.shown(fact)}"
            inputs = {"stated": plain(stated), "declared": claim.facts[fact]}
            yield Result(kind, fact, state_of(stated >= declared), words, inputs, paper.pk)


@look("revenue.share")
def share_of_revenue_is_the_quotient(claim: Claim, kind: str) -> Results:
    """The share of cloud services is their revenue over the whole, at the places declared."""
    declared = claim.number("cloud_service_revenue_pct")
    if declared is None:
        return
    for paper in claim.of("audit_report"):
        business, every = paper.number("business_revenue_yuan"), paper.number("annual_revenue_yuan")
        if business is None or not every:
            continue
        share = at_places_of(business * 100 / every, declared)
        words = f"复算 {yuan(business)} ÷ {yuan(every)} = {share}%；申报 {claim.shown('cloud_service_revenue_pct')}"
        inputs = {
            "business": plain(business),
            "whole": plain(every),
            "declared": claim.facts["cloud_service_revenue_pct"],
        }
        yield Result(kind, "cloud_service_revenue_pct", state_of(share == declared), words, inputs, paper.pk)
