"""年度复核 as data: which awards may be drawn, what is asked about each of them, and how far an answer is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

import rules
from applications import assessing, sampling
from applications.models import (
    Application,
    Award,
    Campaign,
    Inspection,
    InspectionCheck,
    InspectionDemand,
    InspectionPaper,
    Payment,
    RecoveryCase,
    RiskScore,
)
from applications.sampling import Unit

REMIND_DAYS = 2  # working days before the limit of an answer


def scores_of(cases: Iterable[int]) -> dict[int, int]:
    """
    Return the risk score of cases by their keys, 0 where there are no signals.

    The one place where scores come in: they only order a list, whoever reckons them.
    """
    keys = list(cases)
    found = RiskScore.objects.filter(application__in=keys, score__gt=0).values_list("application", "score")
    return dict.fromkeys(keys, 0) | dict(found)


def score_of(case: Application) -> int:
    """Return the risk score of one case."""
    return scores_of([case.pk])[case.pk]


def reviewable(authority_id: int, year: int) -> QuerySet[Any]:
    """
    Return the standing awards of a year of support on which money was paid, with `paid_fen`.

    Left out is what is looked into already: a task that is not ended, a recovery case that is not closed.
    """
    looked_at = Inspection.objects.filter(application=OuterRef("application")).exclude(state=Inspection.State.ENDED)
    recovered = RecoveryCase.objects.filter(award=OuterRef("pk")).exclude(state__in=RecoveryCase.ENDED)
    paid = Q(instalments__payments__state=Payment.State.CONFIRMED)
    rows = Award.objects.standing().filter(authority=authority_id, year=year)
    rows = rows.annotate(paid_fen=Sum("instalments__payments__amount_fen", filter=paid))
    return rows.filter(~Exists(looked_at), ~Exists(recovered), paid_fen__gt=0)


def units(authority_id: int, year: int) -> list[Unit]:
    """Return what may be drawn of a year, as the frame keeps it (two queries)."""
    rows = list(reviewable(authority_id, year).select_related("application", "clause").order_by("pk"))
    scores = scores_of(row.application_id for row in rows)
    return [
        Unit(
            key=row.application.number,
            clause=row.clause.code,
            clause_words=str(row.clause),
            amount_fen=row.amount_fen,
            paid_fen=row.paid_fen,
            score=scores[row.application_id],
        )
        for row in rows
    ]


def drawn_of(campaign: Campaign) -> sampling.Draw:
    """Return what follows from the frozen frame and the seed of a campaign."""
    frame = sampling.units_of(campaign.frame)
    return sampling.draw(frame, method=campaign.method, size=campaign.size, strata=campaign.strata, seed=campaign.seed)


# What is asked about every award, whatever its clause.
GENERAL = (
    ("body:alive", "单位是否仍正常存续、经营，有无注销、吊销、列入经营异常名录或严重失信主体名单"),
    ("body:money", "资金是否已按规定核算和使用，有无截留、挪用"),
    ("body:twice", "同一事项是否又取得其他财政资金支持"),
)

# What has to be asked about a fact beyond whether its value still holds, in the words of an inspector.
ASKED = {
    "registered_in_jurisdiction": "注册地是否仍在本地",
    "settled_in_jurisdiction": "是否仍在本地实际运营",
    "site_in_jurisdiction": "项目是否仍在原址，有无迁出",
    "formally_delivered": "中心是否仍在正常运行，有无停运、转让或闲置",
    "built_and_operating": "项目是否仍在正常运行，有无停产、转让或闲置",
    "scale_pflops_fp16": "在用算力规模是否仍不低于核验值，设备有无搬离或处置",
    "physical_racks": "机架是否仍在原处使用，有无搬离或处置",
    "racks": "机架是否仍在原处使用，有无搬离或处置",
    "rack_and_compute_equipment_cost_yuan": "所购设备是否仍在原处使用，有无搬离、转售、抵押或退货",
    "key_equipment_and_software_cost_yuan": "所购设备和软件是否仍在使用，有无转售或退货",
    "platform_investment_yuan": "平台是否仍在运行，投资有无退回或冲销",
    "platform_software_hardware_investment_yuan": "平台是否仍在运行，软硬件有无转售或退货",
    "pue": "PUE是否仍不高于核验值",
    "utilisation_pct": "算力利用率是否仍不低于核验值",
    "stable_months": "是否持续稳定运行至今",
    "filing_passed": "备案是否仍然有效，有无注销或撤销",
    "filed_models": "各项备案是否仍然有效，有无注销或撤销",
    "filed_algorithms": "各项备案是否仍然有效，有无注销或撤销",
    "listing_event": "是否仍在挂牌（上市），有无终止或摘牌",
    "evaluated_tech_sme": "资格是否仍在有效期内，有无被撤销",
    "newly_recognised_high_tech": "资格是否仍在有效期内，有无被撤销",
    "newly_recognised_bingtuan_sme": "资格是否仍在有效期内，有无被撤销",
    "newly_recognised_national_little_giant": "资格是否仍在有效期内，有无被撤销",
    "staff": "在职人数与核验值相比有无明显减少",
    "full_time": "人才是否仍全职在岗",
    "brings_core_team": "核心团队是否仍在岗",
    "core_team_deployed": "核心团队是否仍在岗",
    "rents_standard_factory": "厂房是否仍在租用",
    "green_power_consumed_kwh": "绿电消纳量是否真实，有无同一电量重复申领",
    "standard_published": "标准是否仍然有效，有无废止",
    "new_loan_interest_paid_yuan": "贷款是否真实用于生产经营，利息有无退回",
    "loan_interest_paid_yuan": "贷款是否真实用于生产经营，利息有无退回",
}
# Facts that only place a claim in the text: nothing about them can change afterwards.
SETTLED = frozenset(
    {"support_year", "policy_issued_on", "award_yuan", "approved_amount_yuan", "district_type", "interest_year_no"}
)


@dataclass(frozen=True)
class Question:
    """One thing to look at again: its key, what is asked, under which label, and the value verified then in words."""

    key: str
    words: str
    label: str = ""
    then: str = ""

    @property
    def said(self) -> str:
        """Return the question as a check keeps it."""
        return f"{self.label}：{self.words}" if self.label else self.words


def questions_of(case: Application) -> list[Question]:
    """Return what is asked about an award: the facts it rests on as they were verified, then what all are asked."""
    checks = assessing.latest_checks(case)
    found = []
    for field in assessing.fields_of(case):
        check = checks.get(field.name)
        if check is None or check.verified is None or field.name in SETTLED:
            continue
        words = ASKED.get(field.name) or _asked_by_kind(field)
        found.append(Question(f"fact:{field.name}", words, field.label, rules.format_fact(field, check.verified)))
    return [*found, *(Question(key, words) for key, words in GENERAL)]


def _asked_by_kind(field: "rules.Field") -> str:
    """Ask about a sum whether it was real, about anything else whether it still is as it was."""
    if field.kind in {"money", "money_list"}:
        return "数额是否真实，此后有无退款、红冲或更正"
    return "是否仍与核验时一致"


def evidence_then(case: Application) -> list[tuple[str, list[Any]]]:
    """Return the papers of the claim by slot in words, for looking at beside the new answers (one query)."""
    labels = {slot.kind: slot.label for slot in assessing.slots_of(case)}
    found: dict[str, list[Any]] = {}
    for row in case.evidence.in_use().order_by("pk"):
        found.setdefault(labels.get(row.slot, row.slot), []).append(row)
    return list(found.items())


def latest(checks: Iterable[InspectionCheck]) -> dict[str, InspectionCheck]:
    """Return the newest check of each question; rows come in the order in which they were written."""
    return {check.key: check for check in checks}


def open_demand(inspection: Inspection) -> InspectionDemand | None:
    """Return what the applicant has not answered yet."""
    return inspection.demands.filter(answered_at=None, ended_at=None).first()


def papers_by_item(papers: Iterable[InspectionPaper]) -> dict[str, list[InspectionPaper]]:
    """Return the papers in use by the item they answer."""
    found: dict[str, list[InspectionPaper]] = {}
    for row in papers:
        if row.withdrawn_at is None:
            found.setdefault(row.item, []).append(row)
    return found


def unanswered(demand: InspectionDemand, answer: Mapping[str, str], papers: Iterable[InspectionPaper]) -> list[str]:
    """Return the items of a demand that have neither words nor a paper, in words."""
    there = papers_by_item(papers)
    return [row["text"] for row in demand.items if not answer.get(row["key"], "").strip() and row["key"] not in there]


def why_not_qualified(questions: Iterable[Question], checks: Mapping[str, InspectionCheck]) -> str:
    """Return why a task cannot be concluded as 合格: every question looked at, nothing changed, nothing uncertain."""
    asked = list(questions)
    if left := [question.said for question in asked if question.key not in checks]:
        return f"还有{len(left)}项未复核：{left[0]}。"
    for verdict, words in (
        (InspectionCheck.Verdict.CHANGED, "已发生变化"),
        (InspectionCheck.Verdict.UNKNOWN, "无法确认"),
    ):
        if found := [question.said for question in asked if checks[question.key].verdict == verdict]:
            return f"有事项{words}，不能作出合格结论：{found[0]}。"
    return ""


def is_overdue(demand: InspectionDemand, today: date) -> bool:
    """Whether the day to answer has passed; a day that is 待定 has not."""
    return demand.due_on is not None and demand.due_on < today
