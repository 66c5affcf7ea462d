"""One rich world for tests that try many doors: every kind of person, and something behind every door."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.core.files.base import ContentFile
from django.utils import timezone

from applications import funds, papers, review_report, settling, wordings
from applications.actions import (
    account,
    bands,
    batch,
    campaign,
    counter,
    inspection,
    payment,
    policy,
    publicity,
    restriction,
    result,
    setoff,
    wording,
    year_close,
)
from applications.actions.funds import arrange
from applications.models import (
    AccountCheck,
    Applicant,
    Application,
    Authority,
    Clause,
    Delivery,
    Document,
    Duty,
    ExpertOpinion,
    Inspection,
    Job,
    LateAdmission,
    Mandate,
    PayerShare,
    Policy,
    Posting,
    Publication,
    RiskSignal,
    Settlement,
    Status,
    User,
)
from applications.uploads import inspect
from tests import reviews, samples
from tests.factories import (
    NOON,
    account_of,
    agent_of,
    legal_of,
    make_applicant,
    make_application,
    make_desk_file,
    make_draft,
    make_earlier_award,
    make_objection,
    make_officer,
    make_paper,
    make_payer,
    make_policy,
    make_signal,
    make_user,
)
from tests.recoveries import claim, make_recovery, paper_of, pay_back

MEMBERS = frozenset({"agent", "representative"})
OFFICERS = frozenset(Duty.values)
FOREIGN = frozenset({"foreign_verify", "foreign_pay", "foreign_policy", "foreign_system"})
PERSONS = frozenset({"anonymous", "stranger", "other_member", "ended"}) | MEMBERS | OFFICERS | FOREIGN


@dataclass(frozen=True)
class World:
    """Who there is (None is nobody logged in), and the objects of 新星市 that addresses name."""

    people: dict[str, User | None]
    draft: Application
    submitted: Application
    granted: Application
    objects: dict[str, Any]


def make_world() -> World:
    """Return a draft, a claim handed in, a granted claim with a recorded payment, and somebody of every kind."""
    row = make_policy()
    make_policy("shihezi")
    applicant = make_applicant()
    draft = make_draft(applicant=applicant, subject="一号中心")
    submitted = make_application(Status.SUBMITTED, applicant=applicant, subject="二号中心")
    granted = make_application(Status.GRANTED, applicant=applicant, subject="三号中心")
    officers = {duty: make_officer(duty) for duty in Duty.values}
    objects = {
        "applicant": applicant,
        "authority_row": row.authority,
        "posting_row": officers[Duty.AUDIT].postings.get(),
        **_of_the_policy(row, applicant),
        **_of_the_claims(draft, submitted),
        **_of_the_intake(applicant, officers),
        **_of_the_money(applicant),
        **_of_the_award(granted, officers[Duty.PAY]),
        **_of_the_notice(applicant),
        **_of_the_inquiries(granted, officers[Duty.EXPERT]),
        "risk_signal": RiskSignal.objects.filter(application=submitted).first() or make_signal(submitted),
        **_of_the_reviews(applicant),
        "dossier": _dossier(submitted, officers[Duty.AUDIT]),
        **_of_the_recovery(applicant),
    }
    return World(_people(applicant, officers), draft, submitted, granted, objects)


def _people(applicant: Applicant, officers: dict[str, User]) -> dict[str, User | None]:
    return {
        "anonymous": None,
        "stranger": make_user(),
        "agent": agent_of(applicant),
        "representative": legal_of(applicant),
        "other_member": agent_of(make_application(Status.SUBMITTED).applicant),
        "ended": _ended(),
        **officers,
        **{name: make_officer(name.removeprefix("foreign_"), "shihezi") for name in FOREIGN},
    }


def _of_the_policy(row: Policy, applicant: Applicant) -> dict[str, Any]:
    earlier = make_earlier_award(applicant, year=2024)
    manager = make_officer(Duty.POLICY)
    reading = policy.choose_reading(row, key="X4", choice="b", source="测试口径文件", by=manager, at=NOON)
    publication = Publication.objects.create(
        policy=row,
        pack_version="xinxing.v2",
        pack_sha256="0" * 64,
        source="测试文件",
        proposed_by=manager,
        proposed_at=NOON,
    )
    table = bands.enter_bands(row.authority, [bands.BandRow(0, 1, False)], source="测试权限文件", by=manager, at=NOON)
    parts = wordings.texts("notice", None) | {"closing": "特此通知。"}
    said = wording.propose_wording(row.authority, "notice", parts, source="测试文件", by=manager, at=NOON)
    return {
        "wording": said,
        **_of_the_pool(row, manager),
        "band_table": table,
        "policy": row,
        "publication": publication,
        "round": row.rounds.first(),
        "reading": reading,
        "earlier": earlier,
        "earlieraward_row": earlier,
    }


def _of_the_pool(row: Policy, manager: User) -> dict[str, Any]:
    """Return a pool over a clause under which nobody has filed, and a settlement that waits for its second person."""
    pool = policy.set_pool(
        row,
        name="测试资金池",
        year=2026,
        clauses=row.clauses.filter(code="xinxing-8"),
        limit_fen=100_0000_00,
        source="测试文件",
        by=manager,
        at=NOON,
    )
    window = row.rounds.get()
    inputs = settling.inputs_of(
        "queue", [], pool=str(pool), round_name=window.name, limit_fen=pool.limit_fen, room_fen=pool.room_fen
    )
    result = settling.result_of(inputs)
    made = Settlement.objects.create(
        pool=pool,
        round=window,
        method="queue",
        inputs=inputs,
        inputs_sha256=settling.digest(inputs),
        result=result,
        result_sha256=settling.digest(result),
        made_by=manager,
        made_at=NOON,
    )
    return {"pool": pool, "settlement": made}


def _of_the_claims(draft: Application, submitted: Application) -> dict[str, Any]:
    receipt = submitted.documents.get()
    with patch.object(papers.render, "pdf", lambda letter: b"%PDF-1.7 letter"):
        papers.make(receipt, at=NOON)
    evidence = submitted.evidence.first()
    letter_job = Job.objects.get(document=receipt)
    return {
        "draft_evidence": draft.evidence.first(),
        "evidence": evidence,
        "evidence_row": evidence,
        "receipt": receipt,
        "letter_job": letter_job,
        "job_row": letter_job,
    }


def _of_the_intake(applicant: Applicant, officers: dict[str, User]) -> dict[str, Any]:
    """Return a restriction of somebody else, a late file that waits for its decision, and a draft of the counter."""
    clause = Clause.objects.select_related("policy__authority").get(code="xinxing-3")
    authority = clause.policy.authority
    restricted = restriction.impose(
        authority,
        uscc="91659901MATE00000X",
        applicant_name="别的单位",
        scope="filing",
        since=NOON.date(),
        until=None,
        basis="测试依据",
        paper="测试文件",
        reason="测试",
        by=make_officer(Duty.INSPECT),
        at=NOON,
    )
    late = LateAdmission.objects.create(
        authority=authority,
        applicant=applicant,
        clause=clause,
        round=clause.policy.rounds.first(),
        reason="测试",
        paper="测试文件",
        file_until=timezone.now() + timedelta(days=30),
        asked_by=make_officer(Duty.INTAKE),
        asked_at=NOON,
    )
    counter_case = counter.start(
        make_applicant(),
        clause,
        principal="测试法人",
        bearer="测试到场人",
        bearer_phone="13800000000",
        by=officers[Duty.INTAKE],
        at=NOON,
    )
    data = samples.pdf("mandate")
    upload = inspect(samples.upload("mandate.pdf", data))
    counter.attach_mandate(
        counter_case,
        file=ContentFile(data),
        upload=upload,
        name="mandate.pdf",
        by=officers[Duty.INTAKE],
        at=NOON,
    )
    return {
        "restriction": restricted,
        "late": late,
        "counter_case": counter_case,
        "mandate": Mandate.objects.get(application=counter_case),
    }


def _of_the_award(granted: Application, payer: User) -> dict[str, Any]:
    award = granted.awards.get()
    instalment = award.instalments.get()
    paid = payment.record(instalment, paid_on=NOON.date(), voucher_number="凭-1", by=payer, at=NOON)
    archive = Job.objects.create(
        kind=Job.Kind.ARCHIVE,
        payload={"documents": [], "authority": granted.authority_id},
        total=0,
        requested_by=payer,
        requested_at=NOON,
        state=Job.State.DONE,
        finished_at=NOON,
        file=ContentFile(b"PK", name="archive.zip"),
    )
    table = arrange(granted.authority, [instalment.pk], title="测试资金安排", by=payer, at=NOON)
    with patch.object(papers.render, "pdf", lambda letter: b"%PDF-1.7 letter"):
        table = funds.make(table, at=NOON)
    return {
        "funds_table": table,
        "award": award,
        "instalment": instalment,
        "payment": paid,
        "archive": archive,
        "notice": granted.documents.get(kind=Document.Kind.NOTICE),
        "event_row": granted.events.first(),
        "assessment_row": granted.assessments.first(),
        "award_row": award,
        "payment_row": paid,
        "document_row": granted.documents.first(),
        "factcheck_row": granted.checks.first(),
        "delivery_row": Delivery.objects.filter(event__authority=granted.authority_id).first(),
    }


def _of_the_money(applicant: Applicant) -> dict[str, Any]:
    """Return what lies on money's road: an account with its proof, a batch that came back, a set-off, a year."""
    Authority.objects.filter(code="xinxing").update(account_wait_days=0)
    changed = account.set_account(
        applicant,
        bank="测试银行",
        number="6200000000000000",
        holder=applicant.name,
        proof=make_paper("证明.pdf"),
        by=agent_of(applicant),
        at=NOON,
    )
    account.confirm_account(changed, by=legal_of(applicant), at=NOON)
    case = make_application(Status.GRANTED, applicant=applicant, subject="五号中心")
    share = PayerShare.objects.get(instalment__award__application=case)
    payer = make_payer()
    row = batch.prepare(payer, [share.pk], purpose="测试", by=make_officer(Duty.PAY), at=NOON)
    row = batch.countersign(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    data = "备注,金额,支付结果,退票原因\nPC2026-1-1,3000000,退票,账号不存在\n".encode()
    made, _ = result.take_over(row, data, "结果.csv", by=make_officer(Duty.PAY), at=NOON)
    authority, finance = case.authority, make_officer(Duty.PAY)
    return {
        "account": account_of(applicant),
        "account_check": AccountCheck.objects.get(account=account_of(applicant)),
        "payment_batch": row,
        "result_file": made,
        "returned_payment": row.payments.get(),
        "payer": payer,
        "set_off": setoff.enter(
            authority, applicant=applicant, amount_fen=1, basis="测试", paper="测试", by=finance, at=NOON
        ),
        "year_close": year_close.propose(authority, 2026, paper="测试", by=finance, at=NOON),
    }


def _of_the_notice(applicant: Applicant) -> dict[str, Any]:
    """Return a batch before the public, with an objection that waits and one that was answered."""
    Authority.objects.filter(code="xinxing").update(notice_days=5)
    noticed = make_application(Status.NOTICED, applicant=applicant, subject="四号中心")
    Authority.objects.filter(code="xinxing").update(notice_days=0)
    notice = noticed.notices.get()
    waiting, ruled = make_objection(notice), make_objection(notice)
    inspector = make_officer(Duty.INSPECT)
    publicity.take_objection(ruled, by=inspector, at=NOON)
    publicity.rule_on(ruled, ruling="rejected", findings="核实无误。", by=inspector, at=NOON)
    with patch.object(papers.render, "pdf", lambda letter: b"%PDF-1.7 letter"):
        papers.make(noticed.documents.get(kind=Document.Kind.OBJECTION), at=NOON)
        papers.make_batch(notice.batch, at=NOON)
    return {"batch": notice.batch, "public_notice": notice, "objection": waiting, "ruled_objection": ruled}


def _of_the_reviews(applicant: Applicant) -> dict[str, Any]:
    """Return a review that is drawn, one that runs with a task asked and one closed, and doubts of three kinds."""
    first = make_application(Status.PAID, applicant=applicant, subject="六号中心")
    closed = reviews.start()
    task = reviews.task_of(first, make_officer(Duty.INSPECT))
    reviews.look(task)
    inspection.conclude(task, result="qualified", summary="仍成立。", by=task.officer, at=reviews.LATER)
    closed = campaign.close(closed, by=task.officer, at=reviews.LATER)
    with patch.object(papers.render, "pdf", lambda letter: b"%PDF-1.7 report"):
        review_report.make(closed, at=reviews.LATER)
    reviews.start()
    asked = reviews.task_of(first, make_officer(Duty.INSPECT))
    sent = reviews.answer(reviews.ask(asked))
    reviews.ask(Inspection.objects.get(pk=asked.pk))
    make_application(Status.PAID, applicant=applicant, subject="七号中心")
    doubt = reviews.finding(first)
    return {
        "review": reviews.draw(),
        "closed_review": closed,
        "review_task": asked,
        "review_paper": sent.papers.get(),
        "finding": doubt,
        "tip": reviews.tip(first),
    }


def _of_the_inquiries(case: Application, expert: User) -> dict[str, Any]:
    """Questions to an expert of the authority and to one elsewhere, and a paper of the desk; plain rows."""
    asked = {
        "application": case,
        "question": "请评估",
        "expert_unit": "测试单位",
        "asked_by": case.proposed_by,
        "asked_at": NOON,
        "expected_on": NOON.date(),
    }
    return {
        "opinion": ExpertOpinion.objects.create(expert=expert, expert_name=expert.name, **asked),
        "outside_opinion": ExpertOpinion.objects.create(expert_name="外请专家", **asked),
        "desk_file": make_desk_file(case, at=NOON),
    }


def _dossier(case: Application, auditor: User) -> Job:
    """Return a finished dossier that an auditor ordered."""
    return Job.objects.create(
        kind=Job.Kind.DOSSIER,
        application=case,
        payload={"sha256": "0" * 64, "head": {"sequence": 1, "hash": "0" * 64}},
        requested_by=auditor,
        requested_at=NOON,
        state=Job.State.DONE,
        finished_at=NOON,
        file=ContentFile(b"PK", name="dossier.zip"),
    )


def _of_the_recovery(applicant: Applicant) -> dict[str, Any]:
    """Return a case whose body is asked for its statement, and one on which money comes back."""
    told = make_recovery("notified", make_application(Status.PAID, applicant=applicant, subject="八号中心"))
    served = make_recovery("served")
    return {
        "recovery": told,
        "recovery_paper": paper_of(told),
        "served_recovery": served,
        "recovery_entry": pay_back(served, 1, voucher="测试1"),
        "recovery_claim": claim(served, 1, voucher="测试2"),
    }


def _ended() -> User:
    user = make_user()
    until = timezone.localdate() - timedelta(days=1)
    authority = Authority.objects.get(code="xinxing")
    Posting.objects.create(user=user, authority=authority, duty=Duty.VERIFY, since=date(2024, 1, 1), until=until)
    return user


def rows_of_the_case() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the case's tables, to compare before and after."""
    models = apps.get_app_config("applications").get_models()
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}
