"""
Invented claims, taken by the real actions to every status that a claim can reach.

Each step happens some days after the one before, so that queues, clocks and letters look like a running office.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

import rules
from applications import assessing
from applications.actions import decision, filing, intake, payment, policy, review
from applications.actions.promise import promise
from applications.demo import inquiries, money, recoveries, reviews, samples
from applications.demo.people import BODIES, PASSWORD, make_body, make_officers
from applications.loading import load_policies
from applications.models import (
    Applicant,
    Application,
    Authority,
    Clause,
    Duty,
    FactCheck,
    Policy,
    Status,
    User,
)
from applications.promises import latest_day
from applications.uploads import inspect

S = Status
ISSUED_ON = date(2024, 9, 1)
ISSUE_SOURCE = "演示用虚构日期，并非官方印发日期"

CENTRE: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "build_type": "new",
    "scale_pflops_fp16": "3200",
    "pue": "1.20",
    "utilisation_pct": "70",
    "formally_delivered": True,
    "stable_months": "8",
}
LABELLING: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "applicant_type": "data_annotation_enterprise",
    "staff": 86,
    "annual_revenue_yuan": "21000000.00",
    "annotation_revenue_yuan": "16666666.00",
}
SOFTWARE: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "applicant_type": "software_it_enterprise",
    "main_business_revenue_yuan": "56000000.00",
    "prior_peak_main_business_revenue_yuan": "28000000.00",
}
MODEL: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "applicant_type": "llm_enterprise",
    "filing_passed": True,
    "filed_models": 1,
}
BUYER: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "applicant_type": "medical_institution",
    "uses_local_compute": True,
    "annual_compute_contract_fees_yuan": "1234567.89",
}
COMPANY: dict[str, Any] = BUYER | {
    "applicant_type": "software_it_enterprise",
    "annual_compute_contract_fees_yuan": "860000.00",
}
SELLER: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "is_local_compute_supplier": True,
    "annual_compute_sales_contract_fees_yuan": "20000000.00",
}
PRIZE: dict[str, Any] = {"registered_in_jurisdiction": True, "contest_level": "provincial", "prize_rank": 2}
PRODUCT: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "applicant_type": "enterprise",
    "data_product_revenue_yuan": "3200000.00",
}


TALENT: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "independent_legal_person": True,
    "top_talent": True,
    "full_time": True,
    "brings_core_team": True,
    "industrialises_in_jurisdiction": True,
}
REDEEMED: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "independent_legal_person": True,
    "service_completed": True,
    "fees_paid_in_full": True,
    "compute_usage_fees_yuan": "300000.00",
    "voucher_balance_yuan": "500000.00",
}
RACKS: dict[str, Any] = {
    "registered_in_jurisdiction": True,
    "sector_in_scope": True,
    "build_type": "new",
    "rack_and_compute_equipment_cost_yuan": "300000000.00",
}
CAMPUS: dict[str, Any] = {
    "other_provincial_funds_for_same_matter": False,
    "applicant_type": "university",
    "uses_local_compute": True,
    "compute_service_contract_yuan": "2345678.90",
}
USER: dict[str, Any] = CAMPUS | {"applicant_type": "enterprise", "compute_service_contract_yuan": "1000000.00"}
LARGER_USER: dict[str, Any] = USER | {"compute_service_contract_yuan": "1500000.00"}
CLOUD: dict[str, Any] = {
    "other_local_policy_award_yuan": "0.00",
    "build_type": "retrofit",
    "built_and_operating": True,
    "is_cloud_computing_centre": True,
    "compute_share_pct": "80",
    "racks": 1500,
    "pue": "1.20",
}


GREEN: dict[str, Any] = {
    "other_provincial_funds_for_same_matter": False,
    "site_in_jurisdiction": True,
    "build_type": "new",
    "pue": "1.15",
    "pue_previously_below_limit": False,
    "physical_racks": 2000,
}


@dataclass(frozen=True)
class Story:
    """One claim: who, under which clause, for what, with which facts, how far it goes, how many days ago it began."""

    body: str
    clause: str
    subject: str
    facts: Mapping[str, Any]
    reaches: Status
    days_ago: int
    event_on: date = date(2026, 6, 30)
    fixed_fen: int | None = None  # what the authority fixes under a ceiling
    promised: str = ""  # the slot whose paper comes later
    kept: bool = False  # whether it has come
    agreed: bool = False  # a proposal that the approver agrees to and that finds its pool short
    # By slot: what the applicant typed otherwise than the paper says.
    mistyped: Mapping[str, Mapping[str, Any]] = dataclass_field(default_factory=dict)
    # By slot: what stands on the paper, where it matters which one it is.
    papers: Mapping[str, Mapping[str, Any]] = dataclass_field(default_factory=dict)


# Two invoices of one seller that follow each other: one user claims the first twice, another claims the second.
SOLD = {"invoice_number": "26650000000083640217", "seller": "演示红柳算力运营有限公司"}
SOLD_NEXT = SOLD | {"invoice_number": "26650000000083640218"}

STORIES = (
    Story("xinghe", "xinxing-3", "演示新星一号智算中心（二期）", CENTRE, S.PAID, 75),
    Story("hanhai", "xinxing-5a", "", LABELLING, S.CLOSED, 90),
    Story("tianshan", "xinxing-6a", "", SOFTWARE, S.GRANTED, 32),
    Story("lvzhou", "xinxing-7a", "演示绿洲大模型", MODEL, S.GRANTED, 30),
    Story("huyang", "xinxing-4b", "", BUYER, S.NOTICED, 20, papers={"invoice": SOLD}),
    Story("hongliu", "xinxing-4a", "", SELLER, S.PROPOSED, 16),
    Story(
        "hongliu",
        "xinxing-3",
        "演示红柳智算中心",
        {**CENTRE, "scale_pflops_fp16": "1200"},
        S.VERIFYING,
        9,
        promised="operation_log",
        mistyped={"pue_report": {"total_kwh": "12100000"}},
    ),
    Story("lvzhou", "xinxing-9d", "演示绿洲数据应用项目", PRIZE, S.SUBMITTED, 2),
    Story("tianshan", "xinxing-8", "演示公共数据产品", PRODUCT, S.CORRECTING, 8),
    Story(
        "hanhai", "xinxing-8", "演示标注数据产品", {**PRODUCT, "data_product_revenue_yuan": "1000000.00"}, S.DRAFT, 1
    ),
    Story("lvzhou", "xinxing-8", "演示模型服务产品", PRODUCT, S.WITHDRAWN, 30),
    Story("huyang", "xinxing-9d", "演示医疗数据项目", PRIZE, S.DECLINED, 28),
    Story("tianshan", "xinxing-9d", "演示软件数据项目", PRIZE, S.REFUSED, 40),
    Story("shizhu", "shihezi-5.1a", "演示一流人才团队项目", TALENT, S.GRANTED, 70, fixed_fen=800_0000_00),
    Story("shizhu", "shihezi-7.1a", "", REDEEMED, S.VERIFYING, 6),
    Story("qinghu", "haidong-4a", "演示青湖智算机房一期", RACKS, S.GRANTED, 34),
    Story("fenhe", "shanxi-9a", "", CAMPUS, S.PROPOSED, 18, promised="payment_voucher", kept=True),
    Story("tianshan", "shanxi-9a", "", USER, S.NOTICED, 22),
    Story("hanhai", "shanxi-9a", "", LARGER_USER, S.PROPOSED, 15, agreed=True),
    Story("fenhe", inquiries.CLAUSE, "演示汾河绿色数据中心", GREEN, S.VERIFYING, 12),
    Story("baiyangdian", "baoding-2", "演示白洋云计算中心", CLOUD, S.NOTICED, 24, fixed_fen=90_0000_00),
    Story("tianshan", "xinxing-4b", "", COMPANY, S.SUBMITTED, 3, papers={"invoice": SOLD_NEXT}),
    Story("huyang", "xinxing-4b", "", BUYER, S.DRAFT, 1, papers={"invoice": SOLD}),
    # Money that has to come back: see `recoveries`.
    Story("hanhai", recoveries.CLAUSE, recoveries.RUNNING[1], PRODUCT, S.PAID, 80),
    Story("hongliu", recoveries.CLAUSE, recoveries.CLOSED[1], PRODUCT, S.PAID, 100),
)

# Who received 100万元 under 第三条 before the portal existed; 白杨 has not claimed since, so that anybody can try it.
EARLIER = (("xinghe", "演示新星一号智算中心（二期）"), ("baiyang", "演示白杨智算中心"))

# The office's own pace: days between one step and the next.
PACE = {"accept": 2, "keep": 2, "check": 3, "propose": 1, "endorse": 2, "grant": 16, "pay": 5, "close": 3}


@dataclass
class Cast:
    """Who acts in the stories."""

    officers: dict[tuple[str, str], User]
    bodies: dict[str, tuple[Applicant, User, User]]

    def officer(self, duty: str, code: str = "xinxing") -> User:
        """Return the officer of an authority with a duty; `policy2` and `inspect2` are second ones."""
        return self.officers[code, duty]


@transaction.atomic
def tell_all(now: datetime) -> bool:
    """Load policies, people and stories once; return False when they stand there already."""
    load_policies()
    if User.objects.filter(username="xinxing_intake").exists():
        return False
    Authority.objects.update(demo=True)
    Authority.objects.filter(code="xinxing").update(
        reconsideration_organ="第十三师新星市人民政府", court="有管辖权的人民法院", hotline="0902-0000000（虚构）"
    )
    hashed = make_password(PASSWORD)
    begin = _morning(now - timedelta(days=120))
    cast = Cast(make_officers(hashed), {b.short: make_body(b, hashed, begin) for b in BODIES})
    for row in Policy.objects.select_related("authority"):
        _open_the_policy(row, cast, begin, now)
    _enter_what_was_before(cast, begin)
    inquiries.demand(cast.officer(Duty.POLICY, "shanxi"), begin)
    for story in STORIES:
        _tell(story, cast, _morning(now - timedelta(days=story.days_ago)), now)
    _find_out(cast, _morning(now - timedelta(days=7)))
    money.tell(cast, now)
    reviews.tell(cast, now)
    recoveries.tell(cast, now)
    # The published default is five working days; the demonstration passes at once so that one person can try it all.
    Authority.objects.update(notice_days=0)
    return True


def _find_out(cast: Cast, at: datetime) -> None:
    """Check the facts of the claim whose clause demands more than that, and find out most of it."""
    case = Application.objects.get(clause__code=inquiries.CLAUSE)
    verifier, companion = cast.officer(Duty.VERIFY, "shanxi"), cast.officer(Duty.INTAKE, "shanxi")
    check_all(case, by=verifier, at=at)
    expert = cast.officer(Duty.EXPERT, "shanxi")
    inquiries.find_out(case, verifier=verifier, companion=companion, expert=expert, at=at + timedelta(days=1))


def _morning(moment: datetime) -> datetime:
    """Return ten o'clock of that day, when offices are open."""
    return timezone.localtime(moment).replace(hour=10, minute=0, second=0, microsecond=0)


# The yearly sums shared by several clauses: name, year, clauses, limit in fen. That of 山西 is soon short.
POOLS = (
    ("算力券年度额度", 2026, ("xinxing-4a", "xinxing-4b"), 500_0000_00),
    ("算力券年度总额", 2026, ("shihezi-2.3a", "shihezi-2.3b"), 1000_0000_00),
    ("算力券年度总额", 2026, ("shanxi-9a", "shanxi-9b"), 40_0000_00),
    ("算力券年度总额", 2026, ("baoding-5a", "baoding-5b", "baoding-5c"), 1000_0000_00),
)


def _open_the_policy(row: Policy, cast: Cast, begin: datetime, now: datetime) -> None:
    """Open a round, choose the readings without which a clause stays closed, and set the yearly sums."""
    manager, second = cast.officer(Duty.POLICY, row.code), cast.officer("policy2", row.code)
    if assessing.needs_issue_day(row):
        policy.set_issue_day(row, issued_on=ISSUED_ON, source=ISSUE_SOURCE, by=manager, at=begin)
    policy.open_round(
        row,
        name=f"{rules.load().versions[row.pack_version].head.place}{now.year}年度申报（演示批次）",
        clause=None,
        opens_at=begin,
        closes_at=now + timedelta(days=180),
        by=manager,
        at=begin,
    )
    for spec in rules.load().versions[row.pack_version].readings:
        if spec.mandatory:
            choice = next(iter(spec.options))
            reading = policy.choose_reading(
                row, key=spec.id, choice=choice, source="演示口径文件", by=manager, at=begin
            )
            policy.confirm_reading(reading, by=second, at=begin)
    for name, year, codes, limit in POOLS:
        clauses = row.clauses.filter(code__in=codes)
        if clauses:
            policy.set_pool(
                row,
                name=name,
                year=year,
                clauses=clauses,
                limit_fen=limit,
                source="演示额度文件",
                by=manager,
                at=begin,
            )


def _enter_what_was_before(cast: Cast, begin: datetime) -> None:
    """Enter who received money under 第三条 of 新星市 before the portal existed."""
    clause = Clause.objects.select_related("policy__authority").get(code="xinxing-3")
    earlier = [
        policy.EarlierRow(
            clause=clause,
            uscc=cast.bodies[body][0].uscc,
            applicant_name=cast.bodies[body][0].name,
            subject=subject,
            year=2025,
            amount_fen=100_0000_00,
            paper=f"演示兑现〔2025〕{number}号",
        )
        for number, (body, subject) in enumerate(EARLIER, start=1)
    ]
    policy.enter_earlier_awards(clause.policy.authority, earlier, by=cast.officer(Duty.POLICY), at=begin)


def file_claim(
    applicant: Applicant,
    agent: User,
    *,
    clause: Clause,
    subject: str,
    facts: Mapping[str, Any],
    event_on: date,
    promised: str = "",
    at: datetime,
    papers: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    mistyped: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Application:
    """
    Start a draft, fill it and put one invented paper into each slot that the clause demands, or promise it.

    `papers` are values, by slot, that stand on the paper; `mistyped` are fields in which the applicant typed something
    else than the paper says.
    """
    application = filing.start(applicant, clause, by=agent, at=at)
    application = filing.save(
        application, facts=facts, subject=subject, event_on=event_on, version=application.version, by=agent, at=at
    )
    for slot in assessing.slots_of(application):
        if slot.kind == promised:
            last = latest_day(application.authority_id, at)
            promise(application, slot=promised, due_on=last, by=agent, at=at)
        elif slot.required:
            stated, typed = papers.get(slot.kind, {}), mistyped.get(slot.kind, {})
            attach_sample(application, slot, by=agent, at=at, stated=stated, mistyped=typed)
    application.refresh_from_db()
    return application


def attach_sample(
    application: Application,
    slot: "rules.Slot",
    *,
    by: User,
    at: datetime,
    stated: Mapping[str, Any] = MappingProxyType({}),
    mistyped: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Put one invented paper into a slot, through the same checks as any upload."""
    # Numbers far apart, as those of real papers are: near ones would be pointed out to the officers.
    serial = (application.pk * 7_919 + application.evidence.count() * 104_729) % 10_000_000
    details = samples.details_for(
        slot, application.applicant, application.facts, application.subject, application.event_on, serial=serial
    )
    details |= stated
    rows = {f.label: samples.value_text(f, details[f.name]) for f in slot.fields if f.name in details}
    data = samples.paper(slot, application.applicant, rows, application.number)
    made = SimpleUploadedFile(f"{slot.label}.pdf", data)
    upload = inspect(made)  # type: ignore[arg-type] # a file made here has a name and a size
    filing.attach(
        application,
        slot=slot.kind,
        file=ContentFile(data),
        upload=upload,
        details={**details, **mistyped},
        name=f"{slot.label}.pdf",
        by=by,
        at=at,
    )


def _tell(story: Story, cast: Cast, start: datetime, now: datetime) -> None:
    applicant, legal, agent = cast.bodies[story.body]
    clause = Clause.objects.select_related("policy__authority").get(code=story.clause)
    application = file_claim(
        applicant,
        agent,
        clause=clause,
        subject=story.subject,
        facts=story.facts,
        event_on=story.event_on,
        promised=story.promised,
        at=start,
        papers=story.papers,
        mistyped=story.mistyped,
    )
    if story.reaches == S.DRAFT:
        return
    filing.confirm(application, by=legal, at=start)
    application = filing.submit(application, by=agent, at=start)
    if story.reaches == S.WITHDRAWN:
        filing.withdraw(application, reason="另行整合后重新申报", by=agent, at=start + timedelta(days=1))
        return
    _through_the_office(application, story, cast, _Days(start, now))


class _Days:
    """The moments of the steps: each some days later, never later than now."""

    def __init__(self, start: datetime, now: datetime):
        self.at, self.now = start, now

    def after(self, step: str) -> datetime:
        self.at = min(self.at + timedelta(days=PACE[step], hours=1), self.now)
        return self.at


def _through_the_office(application: Application, story: Story, cast: Cast, days: _Days) -> None:
    reaches, code = story.reaches, application.authority.code
    intake_officer, approver = cast.officer(Duty.INTAKE, code), cast.officer(Duty.APPROVE, code)
    verifier = cast.officer(Duty.VERIFY, code)
    if reaches == S.SUBMITTED:
        return
    if reaches == S.DECLINED:
        reason = "申报材料不属于本批次受理范围：获奖年度为上一批次（演示理由）。"
        ground = intake.Ground.OTHER
        intake.decline(application, ground=ground, reason=reason, by=intake_officer, at=days.after("accept"))
        return
    if reaches == S.CORRECTING:
        items = [
            {
                "kind": "fact",
                "key": "data_product_revenue_yuan",
                "label": "公共数据产品年营收",
                "text": "请按审计报告附注更正为2025年度数据。",
            },
            {"kind": "slot", "key": "audit_report", "label": "审计报告", "text": "上传件缺少附注页，请补充完整版本。"},
        ]
        intake.correct(application, items=items, by=intake_officer, at=days.after("accept"))
        return
    accept = intake.accept_with_promises if story.promised else intake.accept
    accept(application, by=intake_officer, at=days.after("accept"))
    if story.kept:
        slot = next(s for s in assessing.slots_of(application) if s.kind == story.promised)
        attach_sample(application, slot, by=cast.bodies[story.body][2], at=days.after("keep"))
    if reaches == S.VERIFYING:
        return
    check_all(application, by=verifier, at=days.after("check"))
    reason = "" if story.fixed_fen is None else "经局务会研究核定（演示理由），依据演示核定文件1号。"
    application = review.propose(
        application, amount_fen=story.fixed_fen, reason=reason, by=verifier, at=days.after("propose")
    )
    if reaches == S.PROPOSED:
        if story.agreed:
            decision.endorse(application, by=approver, at=days.after("endorse"))
        return
    if reaches == S.REFUSED:
        reason = "经向主办单位查询，获奖名单中没有该项目（演示理由）。"
        decision.refuse(application, reason=reason, by=approver, at=days.after("endorse"))
        return
    application = decision.endorse(application, by=approver, at=days.after("endorse"))
    if reaches == S.NOTICED:
        return
    at = days.after("grant")
    due_on = money.later_days(story.clause, timezone.localdate(at))
    award = decision.grant(application, due_on=due_on, by=approver, at=at)
    if reaches == S.GRANTED:
        return
    money.check_account(cast, application.applicant, code, at)
    at = days.after("pay")
    for part in award.instalments.all():
        paid = payment.record(
            part,
            paid_on=timezone.localdate(at),
            voucher_number=f"演示支付{application.pk:06d}-{part.number}",
            by=cast.officer(Duty.PAY, code),
            at=at,
        )
        payment.confirm(paid, by=cast.officer(Duty.COUNTERSIGN, code), at=at + timedelta(hours=2))
    if reaches == S.CLOSED:
        payment.close(application, by=intake_officer, at=days.after("close"))


def check_all(application: Application, *, by: User, at: datetime, found: Mapping[str, Any] | None = None) -> None:
    """Find every declared fact proven by the first paper that proves it; `found` is what only officers state."""
    found = found or {}
    evidence = {item.slot: item for item in application.evidence.in_use()}
    for field in assessing.fields_of(application):
        stated = field.name in found
        if not stated and (field.by_officer or field.name not in application.facts):
            continue
        application.refresh_from_db(fields=["version"])
        proof = next((evidence[slot] for slot in field.slots if slot in evidence), None)
        review.check(
            application,
            fact=field.name,
            verdict=FactCheck.Verdict.CORRECTED if stated else FactCheck.Verdict.MET,
            verified=found.get(field.name),
            method=FactCheck.Method.DOCUMENT,
            evidence=proof,
            note="经办人员书面认定" if stated else "",
            version=application.version,
            by=by,
            at=at,
        )
