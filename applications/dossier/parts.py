"""
What a dossier holds, part by part. A part is one small function over a case; a new table joins by one in `PARTS`.

A test walks the models: a table that points to a case and has no part here, and is not named in `NOT_IN_A_DOSSIER`,
fails it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.fields.files import FieldFile

from applications import papers
from applications.dossier.rows import Row, told
from applications.models import (
    Application,
    Approval,
    Assessment,
    AutoCheck,
    Award,
    CarryOver,
    CaseDecision,
    CaseDuty,
    Clock,
    ClockPause,
    Commitment,
    Correction,
    CreditCheck,
    DeskFile,
    Document,
    Evidence,
    EvidenceUse,
    ExpertOpinion,
    FactCheck,
    Finding,
    Inspection,
    InspectionCheck,
    InspectionDemand,
    InspectionPaper,
    Instalment,
    JointReview,
    JointVote,
    LateAdmission,
    Mandate,
    Objection,
    PayerShare,
    Payment,
    PoolWait,
    Promise,
    PublicNotice,
    Recheck,
    RecoveryCase,
    RecoveryClaim,
    RecoveryEntry,
    RecoveryPaper,
    RecoveryStep,
    RecoveryTerm,
    SetOffUse,
    SiteVisit,
)

SETTLED = ("settlement__pool", "settlement__round", "carried_from__application")

# Who objects is known to the handling officer alone; the signed paper stays with the portal.
OBJECTOR = ("name", "identity", "phone", "address", "code")


@dataclass(frozen=True)
class Held:
    """One stored file of a dossier: where it lies in it, its name for a reader, and the hash the portal recorded."""

    path: str
    label: str
    file: FieldFile
    sha256: str


@dataclass(frozen=True)
class Part:
    """One part: the name of its JSON file, its heading, its rows and the files that belong to it."""

    name: str
    title: str
    rows: list[Row]
    files: list[Held] = field(default_factory=list)


def _table(name: str, title: str, rows: Iterable[Model], leave_out: Iterable[str] = ()) -> Part:
    return Part(name, title, [told(row, leave_out=("application", *leave_out)) for row in rows])


def _of(model: type[Model], case: Application, *related: str, by: str = "application") -> QuerySet[Any]:
    return model._default_manager.filter(**{by: case}).select_related(*related).order_by("pk")


def the_case(case: Application) -> Part:
    """The claim and who made it."""
    rows = [told(case, leave_out=("facts",)), told(case.applicant, leave_out=("created_by",))]
    return Part("case", "申报件和申报单位", rows)


def facts(case: Application) -> Part:
    """What was declared and what was found, in the words of the form; the data holds the declared values."""
    declared = Row({"declared": case.facts}, [(label, value) for label, value in papers.declared_rows(case)])
    found = Row({}, [(f"核验：{label}", f"{value}（{source}）") for label, value, source in papers.verified_rows(case)])
    return Part("facts", "申报内容和核验结果", [declared, found])


def duties(case: Application) -> Part:
    """Who held which duty."""
    return _table("duties", "经办人员", _of(CaseDuty, case, "user"))


def evidence(case: Application) -> Part:
    """Every file handed in, also those taken back, with the bytes."""
    rows, files = [], []
    for item in _of(Evidence, case, "uploaded_by", "withdrawn_by"):
        path = f"evidence/{item.pk}.{_extension(item.file.name)}"
        label = papers.slot_label(case, item.slot)
        row = told(item, leave_out=("application",))
        rows.append(Row({**row.data, "path": path}, [("材料类别", label), *row.shown[1:]]))
        files.append(Held(path, f"{label}：{item.original_name}", item.file, item.sha256))
    return Part("evidence", "佐证材料", rows, files)


def desk_files(case: Application) -> Part:
    """Papers that officers added, with the bytes."""
    rows, files = [], []
    for item in _of(DeskFile, case, "uploaded_by"):
        path = f"desk/{item.pk}.{_extension(item.file.name)}"
        row = told(item, leave_out=("application",))
        rows.append(Row({**row.data, "path": path}, row.shown))
        files.append(Held(path, f"{item.get_kind_display()}：{item.original_name}", item.file, item.sha256))
    return Part("desk_files", "办理材料", rows, files)


def letters(case: Application) -> Part:
    """Letters with their content and, once made, the PDF."""
    rows, files = [], []
    for item in _of(Document, case, "award__application", "authority", "recovery"):
        row = told(item, leave_out=("application",))
        made = bool(item.sha256)
        path = f"letters/{item.pk}.pdf" if made else ""
        rows.append(Row({**row.data, "path": path}, row.shown))
        if made:
            files.append(Held(path, f"{item.get_kind_display()} {item.number}", item.file, item.sha256))
    return Part("letters", "文书", rows, files)


def assessments(case: Application) -> Part:
    """Every run of the rules with its trace, line by line."""
    rows = []
    for item in _of(Assessment, case, "made_by"):
        row = told(item, leave_out=("application",))
        trace = [("计算过程", line) for line in item.result.get("trace", [])]
        rows.append(Row(row.data, [*row.shown, *trace]))
    return Part("assessments", "测算", rows)


def corrections(case: Application) -> Part:
    """What was asked to be corrected, defect by defect."""
    rows = []
    for item in _of(Correction, case, "asked_by__user", "answered_by"):
        row = told(item, leave_out=("application",))
        defects = [(f"补正事项：{defect['label']}", defect["text"]) for defect in item.items]
        rows.append(Row(row.data, [*row.shown, *defects]))
    return Part("corrections", "补正", rows)


def promises(case: Application) -> Part:
    """Papers promised for later, a filing at the counter, a late admission."""
    rows: list[Model] = [*_of(Promise, case, "promised_by", "accepted_by__user", "kept_by")]
    rows += _of(Mandate, case, "officer", "file")
    rows += _of(LateAdmission, case, "authority", "applicant", "clause", "round", "asked_by", "decided_by")
    return _table("promises", "容缺承诺、窗口代办、逾期准入", rows)


def checks(case: Application) -> Part:
    """Every finding on a fact; the newest of a fact counts."""
    labels = {spec.name: spec.label for spec in papers.assessing.fields_of(case)}
    rows = []
    for item in _of(FactCheck, case, "checked_by__user", "evidence"):
        row = told(item, leave_out=("application",))
        rows.append(Row(row.data, [("事实", labels.get(item.fact, item.fact)), *row.shown[1:]]))
    return Part("checks", "核验", rows)


def auto_checks(case: Application) -> Part:
    """What the machine compared."""
    return _table("auto_checks", "自动核对", _of(AutoCheck, case, "evidence"))


def inquiries(case: Application) -> Part:
    """Credit registers, visits, experts, joint reviews with their votes."""
    rows: list[Model] = [*_of(CreditCheck, case, "file", "checked_by__user")]
    rows += _of(SiteVisit, case, "officer", "companion", "file", "recorded_by__user")
    rows += _of(ExpertOpinion, case, "expert", "asked_by__user", "file", "answered_by")
    rows += _of(JointReview, case, "called_by__user", "minutes", "closed_by__user")
    rows += _of(JointVote, case, "review__application", "recorded_by__user", by="review__application")
    return _table("inquiries", "查询、核查、专家意见、会审", rows)


def decisions(case: Application) -> Part:
    """Points of interpretation decided on this case, and every approval."""
    rows: list[Model] = [*_of(CaseDecision, case, "decided_by__user"), *_of(Approval, case, "approved_by__user")]
    return _table("decisions", "个案口径和审批意见", rows)


def notices(case: Application) -> Part:
    """Public notices, and the objections to them without who objected."""
    shown = [told(row, leave_out=("application",)) for row in _of(PublicNotice, case, "batch", "opened_by__user")]
    objections = _of(Objection, case, "notice__application", "handler__user", by="notice__application")
    return Part("notices", "公示和异议", shown + [told(row, leave_out=OBJECTOR) for row in objections])


def money(case: Application) -> Part:
    """What was taken from the pool, granted, divided among years and payers, looked at again, paid, carried over."""
    rows: list[Model] = [*_of(PoolWait, case, "pool", *SETTLED), *_of(Commitment, case, "pool")]
    awards = _of(
        Award, case, "applicant", "authority", "clause", "assessment", "decided_by__user", "replaces__application"
    )
    rows += awards
    rows += _of(Instalment, case, "award__application", by="award__application")
    here = "instalment__award__application"
    rows += _of(PayerShare, case, here, "payer", by=here)
    rows += _of(Recheck, case, here, "checked_by__user", by=here)
    related = (here, "share__payer", "account", "batch", "recorded_by__user", "confirmed_by__user")
    rows += _of(Payment, case, *related, by=here)
    rows += _of(SetOffUse, case, "set_off", f"payment__{here}", by=f"payment__{here}")
    rows += _of(CarryOver, case, "close", "source", "target")
    return _table("money", "占用、奖补决定、分期、分担、再核、拨付、抵扣、结转", rows)


def reviews(case: Application) -> Part:
    """Yearly reviews: tasks, what was asked and answered with the files, and every question looked at."""
    rows, files = [], []
    here = "inspection__application"
    for task in _of(Inspection, case, "campaign", "award__application", "officer", "concluded_by__user", "finding"):
        rows.append(told(task, leave_out=("application",)))
    for demand in _of(InspectionDemand, case, "inspection__campaign", "asked_by__user", "answered_by", by=here):
        row = told(demand)
        said = [
            (f"事项{item['key']}", f"{item['text']} 答复：{demand.answer.get(item['key'], '')}")
            for item in demand.items
        ]
        rows.append(Row(row.data, [*row.shown, *said]))
    for item in _of(InspectionPaper, case, "uploaded_by", "withdrawn_by", by=f"demand__{here}"):
        path = f"reviews/{item.pk}.{_extension(item.file.name)}"
        row = told(item, leave_out=("demand",))
        rows.append(Row({**row.data, "demand": item.demand_id, "path": path}, row.shown))
        files.append(Held(path, f"复核材料：{item.original_name}", item.file, item.sha256))
    checks = _of(InspectionCheck, case, here, "checked_by__user", by=here)
    return Part("reviews", "年度复核", [*rows, *(told(row, leave_out=("inspection",)) for row in checks)], files)


def findings(case: Application) -> Part:
    """Doubts about the case. What a tip says may give its teller away and stays with the portal, as the tip does."""
    rows = []
    for item in _of(Finding, case, "authority", "applicant", "objection", "made_by", "taken_by", "ruled_by"):
        tip = item.source == Finding.Source.TIP
        rows.append(told(item, leave_out=("application", "objection", *(("text", "body", "ruling") if tip else ()))))
    return Part("findings", "问题线索", rows)


def recoveries(case: Application) -> Part:
    """Every recovery case with its acts and limits, and its papers with the bytes."""
    rows, files = [], []
    for item in _of(RecoveryCase, case, "award__application", "finding", "opened_by__user", "decided_by__user"):
        rows.append(told(item, leave_out=("application",)))
    by, link = "recovery__application", ("recovery",)
    for step in _of(RecoveryStep, case, *link, "paper", "duty__user", "by", by=by):
        rows.append(told(step))
    for term in _of(RecoveryTerm, case, *link, by=by):
        rows.append(told(term))
    for paper in _of(RecoveryPaper, case, *link, "uploaded_by", by=by):
        path = f"recovery/{paper.pk}.{_extension(paper.file.name)}"
        row = told(paper)
        rows.append(Row({**row.data, "path": path}, row.shown))
        files.append(Held(path, f"{paper.get_kind_display()}：{paper.original_name}", paper.file, paper.sha256))
    return Part("recoveries", "追回案件、步骤、期限、材料", rows, files)


def recovery_ledger(case: Application) -> Part:
    """What is owed by recovery decisions and how it came back: every claim and every entry."""
    people = ("recovery", "made_by__user", "confirmed_by__user", "reverses__recovery")
    claims = _of(RecoveryClaim, case, *people, "paper", "entry__recovery", by="recovery__application")
    entries = _of(RecoveryEntry, case, *people, "instalment__award__application", "payment", by="recovery__application")
    return _table("recovery_ledger", "追回台账", [*claims, *entries])


def uses(case: Application) -> Part:
    """What each paper was used for."""
    related = ("item", "evidence", "clause", "applicant", "authority")
    return _table("uses", "材料使用", _of(EvidenceUse, case, *related))


def clocks(case: Application) -> Part:
    """How long each step took and when its clock rested."""
    rows: list[Model] = [*_of(Clock, case, "late_by")]
    rows += _of(ClockPause, case, "clock__application", by="clock__application")
    return _table("clocks", "办理期限", rows)


def _extension(name: str) -> str:
    return name.rsplit(".", 1)[-1]


PARTS: tuple[Callable[[Application], Part], ...] = (
    the_case,
    facts,
    assessments,
    evidence,
    promises,
    uses,
    checks,
    auto_checks,
    inquiries,
    desk_files,
    corrections,
    decisions,
    notices,
    money,
    reviews,
    findings,
    recoveries,
    recovery_ledger,
    letters,
    duties,
    clocks,
)

# Tables that point to a case and are no part of its file: the history has a file of its own, signals of risk decide
# nothing and may name other bodies, the rest is machinery.
NOT_IN_A_DOSSIER = frozenset({"event", "job", "risksignal", "riskscore"})
