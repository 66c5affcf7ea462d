"""
From the act to its paper: fixes number and content in the act's transaction, and queues the job that makes the PDF.

The number is taken under a row lock in the same transaction, so a refused act leaves no gap.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

import rules
from applications import assessing, history
from applications.actions.shared import next_number, stop
from applications.documents import render, sums, wording
from applications.documents.acceptance import AcceptanceLetter, LeewayLetter
from applications.documents.batch import BatchLetter
from applications.documents.correction import CorrectionLetter
from applications.documents.decision import DeclineLetter, RefusalLetter
from applications.documents.letter import Letter, Remedies, chinese_date
from applications.documents.notice import NoticeLetter
from applications.documents.objection import ObjectionLetter
from applications.documents.payment import PaymentLetter
from applications.documents.receipt import ReceiptLetter
from applications.documents.recovery import (
    ConveneLetter,
    FiledLetter,
    HearingLetter,
    ProposalLetter,
    RecoveryDecisionLetter,
)
from applications.documents.repayment import ClosedLetter, PlanLetter, ServiceLetter, TransferLetter, UrgeLetter
from applications.documents.restriction import LiftingLetter, RestrictionLetter
from applications.models import (
    Application,
    Assessment,
    Authority,
    Award,
    Campaign,
    Correction,
    Document,
    Evidence,
    FundsTable,
    Job,
    LetterTemplate,
    Mandate,
    NoticeBatch,
    Objection,
    Payment,
    Promise,
    RecoveryCase,
    User,
)

Kind = Document.Kind
Standing = Document.Standing

# The character of the kind behind the authority's sign, so that each kind has its own run of numbers.
SIGNS = {
    Kind.RECEIPT: "收",
    Kind.ACCEPTANCE: "受",
    Kind.LEEWAY: "容受",
    Kind.CORRECTION: "补",
    Kind.DECLINE: "不受",
    Kind.REFUSAL: "不兑",
    Kind.NOTICE: "兑",
    Kind.PAYMENT: "拨",
    Kind.OBJECTION: "异复",
    Kind.REC_FILED: "追立",
    Kind.REC_PROPOSAL: "追告",
    Kind.REC_HEARING: "追听告",
    Kind.REC_CONVENE: "追听",
    Kind.REC_DECISION: "追决",
    Kind.REC_SERVICE: "追送",
    Kind.REC_URGE: "追催",
    Kind.REC_PLAN: "追分",
    Kind.REC_TRANSFER: "追移",
    Kind.REC_CLOSED: "追结",
    Kind.RESTRICT: "限",
    Kind.UNRESTRICT: "解限",
}

LETTERS: dict[str, type[Letter]] = {
    Kind.RECEIPT: ReceiptLetter,
    Kind.ACCEPTANCE: AcceptanceLetter,
    Kind.LEEWAY: LeewayLetter,
    Kind.CORRECTION: CorrectionLetter,
    Kind.DECLINE: DeclineLetter,
    Kind.REFUSAL: RefusalLetter,
    Kind.OBJECTION: ObjectionLetter,
    Kind.NOTICE: NoticeLetter,
    Kind.PAYMENT: PaymentLetter,
    Kind.REC_FILED: FiledLetter,
    Kind.REC_PROPOSAL: ProposalLetter,
    Kind.REC_HEARING: HearingLetter,
    Kind.REC_CONVENE: ConveneLetter,
    Kind.REC_DECISION: RecoveryDecisionLetter,
    Kind.REC_SERVICE: ServiceLetter,
    Kind.REC_URGE: UrgeLetter,
    Kind.REC_PLAN: PlanLetter,
    Kind.REC_TRANSFER: TransferLetter,
    Kind.REC_CLOSED: ClosedLetter,
    Kind.RESTRICT: RestrictionLetter,
    Kind.UNRESTRICT: LiftingLetter,
}

Made = TypeVar("Made", Document, NoticeBatch, FundsTable, Campaign)

# Letters and digits that nobody confuses on paper.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code() -> str:
    """Return a verification code in three groups of four: 59 bits, too many to guess through a rate limit."""
    return "-".join("".join(secrets.choice(CODE_ALPHABET) for _ in range(4)) for _ in range(3))


def check_url(code: str) -> str:
    """Return the public address at which a paper is checked."""
    return f"{settings.PUBLIC_BASE_URL}/verify/{code}/"


def template_of(authority: Authority, kind: str) -> LetterTemplate | None:
    """Return the wording in force of an authority for a kind of letter, None for the built-in one (one query)."""
    return LetterTemplate.objects.in_force().filter(authority=authority, kind=kind).first()


def said_by(authority: Authority, template: LetterTemplate | None) -> dict[str, Any]:
    """Return what an authority's letters say whatever their kind: its name, how to reach it, and its own wording."""
    return {
        "authority_name": authority.name,
        "demo": authority.demo,
        "hotline": authority.hotline,
        "address": authority.address,
        "wording": dict(template.parts) if template else {},
    }


def worded(remedies: Remedies, kind: str, parts: Mapping[str, str]) -> Remedies:
    """Return the remedies as the wording names organ, court and channel; each of them always stands in the letter."""
    values = {"复议机关": remedies.review_organ, "人民法院": remedies.court, "在线渠道": remedies.channel}
    names = ("review_organ", "court", "channel")
    return Remedies(**{name: wording.filled(kind, name, parts, values) for name in names})


def refuse_disagreeing_sums(content: Mapping[str, Any]) -> None:
    """Refuse an act whose letter would name one sum in figures and another in capitals. Raises ActionRefused."""
    for text in _texts(content):
        try:
            sums.check(text)
        except sums.SumsDisagree as fault:
            stop(str(fault))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def issue(
    application: Application,
    kind: Kind,
    letter: dict,
    *,
    by: User,
    at: datetime,
    award: Award | None = None,
    payment: Payment | None = None,
    recovery: RecoveryCase | None = None,
) -> Document:
    """
    Give out a letter of a case: number, code and content fixed in this transaction, the PDF by a job.

    `letter` is what its kind adds to what every letter of a case says. The caller holds the case.
    """
    authority, law = application.authority, assessing.law_of(application)
    year = timezone.localdate(at).year
    sequence = next_number(f"letter:{authority.code}:{kind}:{year}")
    number = f"{authority.letter_sign}{SIGNS[kind]}〔{year}〕{sequence}号"
    code, template = new_code(), template_of(authority, kind)
    if template and "remedies" in letter:
        letter["remedies"] = worded(letter["remedies"], kind, template.parts)
    said = letter | said_by(authority, template)
    said |= {
        "letter_number": number,
        "applicant_name": application.applicant.name,
        "decided_on": timezone.localdate(at),
        "verify_code": code,
        "verify_url": check_url(code),
        "case_number": application.number,
        "policy_title": application.policy.title,
        "clause_article": law.article,
        "clause_title": law.name,
    }
    content = LETTERS[kind](**said).to_content()
    refuse_disagreeing_sums(content)
    document = Document.objects.create(
        application=application,
        award=award,
        payment=payment,
        recovery=recovery,
        authority=authority,
        template=template,
        kind=kind,
        year=year,
        sequence=sequence,
        number=number,
        code=code,
        content=content,
        issued_at=at,
    )
    enqueue(Job.objects.create(kind=Job.Kind.DOCUMENT, document=document, requested_by=by, requested_at=at))
    return document


def enqueue(job: Job) -> None:
    """Wake a worker when the transaction is through; a lost wake-up is found by the sweep."""
    from applications.tasks import wake  # the tasks run the papers, the papers wake the tasks  # noqa: PLC0415

    transaction.on_commit(lambda: wake(job.pk))


def declared_rows(application: Application) -> list[list[str]]:
    """Return the declared facts as (label, value) in the order of the form."""
    fields = assessing.fields_of(application)
    facts = application.facts
    return [[f.label, rules.format_fact(f, facts[f.name])] for f in fields if f.name in facts]


def verified_rows(application: Application) -> list[list[str]]:
    """Return what officers found as (label, verified value, what it rests on)."""
    checks = assessing.latest_checks(application)
    rows = []
    for field in assessing.fields_of(application):
        check = checks.get(field.name)
        if check is None:
            continue
        value = "未予认定" if check.verified is None else rules.format_fact(field, check.verified)
        source = slot_label(application, check.evidence.slot) if check.evidence else check.get_method_display()
        rows.append([field.label, value, source])
    return rows


def slot_label(application: Application, kind: str) -> str:
    """Return the Chinese name of an evidence slot of the case's clause."""
    return next((s.label for s in assessing.slots_of(application) if s.kind == kind), kind)


def remedies_of(application: Application) -> Remedies:
    """Return where a decision of this authority can be contested."""
    authority = application.authority
    return Remedies(
        review_organ=authority.reconsideration_organ or "本机关的同级人民政府",
        court=authority.court or "有管辖权的人民法院",
        channel=f"本平台（{settings.PUBLIC_BASE_URL}）",
    )


def issue_receipt(
    application: Application,
    evidence: Sequence[Evidence],
    promises: Sequence[Promise] = (),
    mandate: Mandate | None = None,
    *,
    by: User,
    at: datetime,
) -> Document:
    """Give out the receipt of a claim that was handed in with this evidence, these promises, and at the counter."""
    files = [[slot_label(application, item.slot), item.original_name, item.sha256] for item in evidence]
    letter = {
        "uscc": application.applicant.uscc,
        "facts": declared_rows(application),
        "files": files,
        "received_at": timezone.localtime(at),
        "next_step": _next_step(application),
        "promised": [[row.label, chinese_date(row.due_on)] for row in promises],
        "bearer": mandate.bearer if mandate else "",
        "officer": str(mandate.officer) if mandate else "",
    }
    return issue(application, Kind.RECEIPT, letter, by=by, at=at)


def _next_step(application: Application) -> str:
    if application.due_on is None:
        return "本单位将审查材料是否齐全、是否符合法定形式，受理期限待定。"
    return f"本单位将在{chinese_date(application.due_on)}前决定是否受理；逾期未告知的，自收到材料之日起即为受理。"


def issue_acceptance(
    application: Application,
    promises: Sequence[Promise],
    *,
    received_on: date,
    silent: bool = False,
    by: User,
    at: datetime,
) -> Document:
    """
    Give out the notice that a claim is taken in; with promises and by an officer it is the one of 容缺受理.

    What nobody decided in time (`silent`) counts as taken in on the day it was received.
    """
    help_of = {slot.kind: slot.help for slot in assessing.slots_of(application)}
    letter = {
        "uscc": application.applicant.uscc,
        "received_on": received_on,
        "accepted_on": received_on if silent else timezone.localdate(at),
        "due_on": application.due_on,
        "silent": silent,
        "promises": [[row.label, help_of.get(row.slot, ""), chinese_date(row.due_on)] for row in promises],
    }
    kind = Kind.LEEWAY if promises and not silent else Kind.ACCEPTANCE
    return issue(application, kind, letter, by=by, at=at)


def issue_correction(
    application: Application, correction: Correction, *, answered_on: date | None = None, by: User, at: datetime
) -> Document:
    """Give out the list of everything to correct; a second one says what the answer of that day has newly brought."""
    assert application.submitted_at is not None
    letter = {
        "received_on": timezone.localdate(application.submitted_at),
        "defects": [[item["label"], item["text"]] for item in correction.items],
        "due_on": correction.due_on,
        "reason": correction.reason,
        "answered_on": answered_on,
    }
    earlier = application.documents.filter(kind=Kind.CORRECTION, standing=Standing.VALID).order_by("pk").last()
    issued = issue(application, Kind.CORRECTION, letter, by=by, at=at)
    if earlier:
        supersede(earlier, by=issued, officer=by, at=at)
    return issued


def issue_decline(application: Application, ground: str, reason: str, *, by: User, at: datetime) -> Document:
    """Give out the notice that a claim is not taken in, on a ground that has a name or on another one."""
    letter = _decision(application, reason, facts=[]) | {"ground": ground}
    return issue(application, Kind.DECLINE, letter, by=by, at=at)


def issue_refusal(application: Application, reason: str, *, by: User, at: datetime) -> Document:
    """Give out the decision not to pay."""
    return issue(
        application, Kind.REFUSAL, _decision(application, reason, facts=verified_rows(application)), by=by, at=at
    )


def _decision(application: Application, reason: str, *, facts: list[list[str]]) -> dict:
    assert application.submitted_at is not None
    clause = assessing.law_of(application)
    return {
        "uscc": application.applicant.uscc,
        "received_on": timezone.localdate(application.submitted_at),
        "reasons": [line.strip() for line in reason.splitlines() if line.strip()],
        "basis": [f"《{application.policy.title}》{clause.article}：{clause.text}"],
        "facts": facts,
        "remedies": remedies_of(application),
    }


def issue_notice(award: Award, *, by: User, at: datetime) -> Document:
    """Give out the approval notice: clause, verified facts, computation, sum, remedies."""
    application = award.application
    clause = assessing.law_of(application)
    assessment = award.assessment
    earlier = [row for row in assessment.inputs.get("history", []) if row["clause"] == application.clause.code]
    parts = list(award.instalments.all())
    letter = {
        "uscc": application.applicant.uscc,
        "clause_text": clause.text,
        "facts": verified_rows(application),
        "computation": computation_of(application, assessment.result["trace"]),
        "amount_fen": award.amount_fen,
        "computed_fen": award.computed_fen,
        "decision_paper": application.proposed_paper,
        "arrangement": application.arranged_reason,
        "earlier_fen": sum(rules.fen(row["amount_yuan"]) for row in earlier if row["same_item"]),
        "instalments": [[f"第{p.number}期", "按资金安排计划拨付", p.amount_fen] for p in parts]
        if len(parts) > 1
        else [],
        "readings": _readings(application, assessment),
        "payee_note": "资金拨付至贵单位在平台登记并经核对的收款账户，账户信息不在本通知书载明。",
        "remedies": remedies_of(application),
        "pack_name": assessment.pack_version,
        "pack_hash": assessment.pack_sha256[:12],
    }
    issued = issue(application, Kind.NOTICE, letter, by=by, at=at, award=award)
    if award.replaces_id:  # a corrected decision: its notice takes the place of the first one
        supersede(Document.objects.get(award=award.replaces_id, kind=Kind.NOTICE), by=issued, officer=by, at=at)
    return issued


def issue_payment(payment: Payment, *, paid_fen: int, by: User, at: datetime) -> Document:
    """Tell the applicant that an instalment was paid; `paid_fen` is what has been paid of the award with it."""
    award = payment.instalment.award
    application = award.application
    notice = Document.objects.filter(award=award, kind=Kind.NOTICE).values_list("number", flat=True).first()
    letter = {
        "uscc": application.applicant.uscc,
        "notice_number": notice or "",
        "part": payment.instalment.number,
        "parts": award.instalments.count(),
        "amount_fen": payment.amount_fen,
        "award_fen": award.amount_fen,
        "paid_fen": paid_fen,
        "paid_on": payment.paid_on,
        "voucher_number": payment.voucher_number,
        "payer": payment.share.payer.name,
        "set_off_fen": payment.set_off_fen,
        "account_holder": payment.account.holder,
        "account_bank": payment.account.bank,
        "account_tail": payment.account.number[-4:],
    }
    return issue(application, Kind.PAYMENT, letter, by=by, at=at, payment=payment)


def computation_of(application: Application, trace: list[str]) -> list[str]:
    """
    Return the trace as a letter says it: the article is named once, the conditions met stand in one sentence.

    The verified values behind the conditions stand in the table of facts above it.
    """
    law = assessing.law_of(application)
    prefix = f"{law.article}（{law.id}）："
    lines = [line.removeprefix(prefix) for line in trace]
    met = [line for line in lines if "；要求：" in line and line.endswith("——符合")]
    rest = [line for line in lines if line not in met]
    asked = "；".join(law.conditions_text)
    summary = f"上列核验事实符合{law.article}的全部条件：{asked}。" if met else ""
    return [line for line in [*rest[:1], summary, *rest[1:]] if line]


def _readings(application: Application, assessment: Assessment) -> list[list[str]]:
    """Return the readings that counted; one that an officer decided on this case says so, with the reason."""
    specs = {spec.id: spec for spec in assessing.pack_of(application).readings}
    decided = {row["key"]: row for row in assessment.decisions if row["reason"]}
    rows = []
    for key, letter in assessment.readings.items():
        if row := decided.get(key):
            rows.append([row["question"].rstrip("？"), f"{row['words']}（本件认定，理由：{row['reason']}）"])
        elif letter and key in specs and letter in specs[key].options:
            rows.append([specs[key].question.rstrip("？"), specs[key].options[letter]])
    return rows


def issue_objection_answer(application: Application, objection: Objection, *, by: User, at: datetime) -> Document:
    """Give out the answer to an objection; it names the objection by its code and not who objected."""
    letter = {
        "addressee": f"异议人（查询码：{objection.code}）",
        "filed_on": timezone.localdate(objection.filed_at),
        "notice_number": objection.notice.batch.number if objection.notice.batch else "",
        "objected": objection.text,
        "findings": [line.strip() for line in objection.findings.splitlines() if line.strip()],
        "ruling": objection.get_ruling_display(),
        "upheld": objection.ruling != Objection.Ruling.REJECTED,
        "remedies": remedies_of(application),
    }
    return issue(application, Kind.OBJECTION, letter, by=by, at=at)


def queue_batch(batch: NoticeBatch, *, by: User, at: datetime) -> None:
    """Queue the paper of a public batch; what it says follows from the notices opened with it."""
    job = Job.objects.create(kind=Job.Kind.BATCH, payload={"batch": batch.pk}, requested_by=by, requested_at=at)
    enqueue(job)


def make_batch(batch: NoticeBatch, *, at: datetime) -> NoticeBatch:
    """Make the PDF of a public batch once and store it with its hash; a second run changes nothing."""
    return batch if batch.sha256 else keep(batch, render.pdf(batch_letter(batch)), at=at)


def batch_letter(batch: NoticeBatch) -> BatchLetter:
    """Return the paper of a public batch, from what its notices showed when they opened."""
    authority = batch.authority
    return BatchLetter(
        **said_by(authority, batch.template),
        letter_number=batch.number,
        applicant_name="",
        decided_on=timezone.localdate(batch.opened_at),
        verify_code=batch.number,
        verify_url=f"{settings.PUBLIC_BASE_URL}/notices/{batch.pk}/",
        heading=batch.title,
        days=batch.days,
        closes_on=batch.closes_on,
        rows=[notice.shown for notice in batch.notices.order_by("pk")],
        channel=f"{settings.PUBLIC_BASE_URL}/notices/{batch.pk}/",
    )


def make(document: Document, *, at: datetime) -> Document:
    """
    Make the PDF of a paper once and store it with its hash; a second run changes nothing.

    A kind that needs a seal says 待签章 until it has one; `seals.seal` puts it on.
    """
    if document.sha256:
        return document
    return keep(document, render.pdf(letter_of(document, final=not document.needs_seal)), at=at)


def letter_of(document: Document, *, final: bool) -> Letter:
    """Return what a paper says, in its final form (with room for a seal) or as 待签章."""
    return replace(LETTERS[document.kind].from_content(document.content), signed=final)


@transaction.atomic
def keep(row: Made, data: bytes, *, at: datetime) -> Made:
    """
    Store the final bytes of a paper with their hash; the first to do so wins, and what is stored is handed out.

    Whatever is to be in the file (a seal, a signature) is in `data`: the hash is of what is given here.
    """
    locked = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if locked.sha256:
        return locked
    locked.file.save("letter.pdf", ContentFile(data), save=False)
    locked.sha256, locked.made_at = hashlib.sha256(data).hexdigest(), at
    locked.save(update_fields=["file", "sha256", "made_at"])
    return locked


# What may follow on what: a paper out of force does not come back, but with the award that it tells of.
STANDINGS = {
    Standing.VALID: frozenset({Standing.SUPERSEDED, Standing.REVOKED, Standing.RECOVERED}),
    Standing.REVOKED: frozenset({Standing.RECOVERED, Standing.VALID}),
    Standing.RECOVERED: frozenset({Standing.REVOKED}),
}


def supersede(document: Document, *, by: Document, officer: User | None, at: datetime) -> Document:
    """
    Let a new paper of the same case and kind take the place of an earlier one, and say so in the history.

    What ends a restriction takes the place of what imposed it. `by` is the new paper. The caller holds the case. A
    paper is replaced once, and by a paper that is in force.
    """
    assert by.application_id == document.application_id, "papers of two cases"
    assert by.kind == document.kind or (document.kind, by.kind) == (Kind.RESTRICT, Kind.UNRESTRICT), "two kinds"
    assert by.pk > document.pk, "a paper is replaced by a later one"
    by.replaces = document
    by.save(update_fields=["replaces"])
    return mark(document, Standing.SUPERSEDED, by=officer, at=at, note=f"由{by.number}替代")


def mark(document: Document, standing: str, *, by: User | None, at: datetime, note: str) -> Document:
    """
    Say how a paper stands from now on (已被替代, 已撤销, 资金已追回), with a row in the history of its case.

    The one place that changes it; the check page shows it at once. The caller holds the case.
    """
    locked = Document.objects.select_for_update(of=("self",)).select_related("application").get(pk=document.pk)
    assert standing in STANDINGS.get(Standing(locked.standing), ()), f"{locked.standing} -> {standing}"
    before, locked.standing = locked.standing, Standing(standing)
    locked.save(update_fields=["standing"])
    detail = {"document": locked.pk, "number": locked.number, "before": before, "after": standing}
    words = f"{locked.get_kind_display()}{locked.number}：{locked.get_standing_display()}（{note}）"
    history.record(locked.application, "mark_document", by=by, at=at, note=words, detail=detail)
    return locked
