"""The applicant's part: start a claim, fill it, prove it, have it confirmed, hand it in, take it back."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from applications import assessing, checking, history, ledger, papers, permissions, risk
from applications.actions import promise as promises
from applications.actions.money import release_commitment
from applications.actions.shared import lock, move, next_number, refuse_if, stop
from applications.completeness import gaps_of
from applications.models import (
    Applicant,
    Application,
    Assessment,
    BankAccount,
    Clause,
    Evidence,
    LateAdmission,
    Mandate,
    Membership,
    Promise,
    Restriction,
    Round,
    Status,
    User,
)
from applications.permissions import COUNTER
from applications.promises import open_promises, promised_slots
from applications.restricted import is_restricted, why_not_filing, why_restricted
from applications.uploads import Upload
from applications.workflow import EDITABLE

EVIDENCE_LIMIT = 60


def open_round(clause: Clause, at: datetime) -> Round | None:
    """Return the round that takes claims under a clause at this moment, if there is one."""
    return _rounds(clause, clause.policy_id, at).first()


def _rounds(clause: Any, policy: Any, at: datetime) -> QuerySet[Round]:
    """Return the rounds open for a clause, one of its own before one of the whole policy; values or references."""
    rounds = Round.objects.open_at(at).filter(Q(clause=clause) | Q(clause=None), policy=policy)
    return rounds.order_by(F("clause").asc(nulls_last=True), "-opens_at")


def _has_account() -> Exists:
    """Read with a case whether its applicant can be paid."""
    return Exists(BankAccount.objects.filter(applicant=OuterRef("applicant"), replaced_at=None))


@transaction.atomic
def start(applicant: Applicant, clause: Clause, *, by: User, at: datetime) -> Application:
    """Open a draft under a clause that takes claims now. Raises ActionRefused."""
    if not Membership.objects.filter(applicant=applicant, user=by).exists():
        stop("只有申报单位的成员可以申报。")
    return open_draft(applicant, clause, by=by, at=at)


def open_draft(applicant: Applicant, clause: Clause, *, by: User, at: datetime) -> Application:
    """
    Open a draft for somebody whose right to it was proven: in an open round, or once by 逾期准入. Raises ActionRefused.

    The caller's transaction; a restriction of the applicant is said before anything is written.
    """
    if not clause.monetary:
        stop("本条款不涉及资金申报。")
    refuse_if(assessing.why_clause_is_closed(clause))
    authority = clause.policy.authority
    if reason := why_restricted(applicant.uscc, authority.pk, timezone.localdate(at), Restriction.Scope.FILING):
        stop(f"不能申报：{reason}")
    current = open_round(clause, at)
    admission = None if current else _admission(applicant, clause, at)
    if current is None and admission is None:
        stop("本条款当前没有开放的申报批次。")

    year = timezone.localdate(at).year
    number = f"{authority.code.upper()}-{year}-{next_number(f'case:{authority.code}:{year}'):05d}"
    application = Application.objects.create(
        number=number,
        authority=authority,
        policy=clause.policy,
        clause=clause,
        applicant=applicant,
        round=admission.round if admission else current,
        created_by=by,
        created_at=at,
    )
    if admission:
        admission.application = application
        admission.save(update_fields=["application"])
    history.record(
        application,
        "start",
        by=by,
        at=at,
        after=Status.DRAFT,
        note="逾期准入" if admission else "",
        detail={"late_admission": admission.pk} if admission else {},
    )
    return application


def _admission(applicant: Applicant, clause: Clause, at: datetime) -> LateAdmission | None:
    """Return the late admission that this claim uses up, its row locked so that two drafts cannot share it."""
    rows = LateAdmission.objects.select_for_update(of=("self",)).select_related("round")
    return rows.usable(at).filter(applicant=applicant, clause=clause).order_by("pk").first()


def may_file(application: Application, at: datetime) -> bool:
    """Whether a draft may be handed in now: in an open round, or within the time of its late admission."""
    late = LateAdmission.objects.filter(application=application, file_until__gt=at)
    return open_round(application.clause, at) is not None or late.exists()


@transaction.atomic
def save(
    application: Application,
    *,
    facts: Mapping[str, Any],
    subject: str,
    event_on: date | None,
    version: int,
    by: User,
    at: datetime,
) -> Application:
    """
    Replace the declared content of a claim the applicant still holds. Raises ActionRefused.

    `version` is what the person saw: two people never overwrite each other. A change voids the confirmation, since
    the 法定代表人 answers for what was read.
    """
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_edit(application, standing))
    if application.version != version:
        stop("本申报件刚刚被本单位其他成员修改过，请刷新页面、核对后再保存。您填写的内容仍保留在下方。")

    year = event_on.year if event_on else None
    if (application.facts, application.subject, application.event_on) != (dict(facts), subject, event_on):
        application.confirmed_by = application.confirmed_at = None
    application.facts = dict(facts)
    application.subject = subject
    application.event_on, application.support_year = event_on, year
    application.version += 1
    application.save()
    history.record(application, "save", by=by, at=at, detail={"facts": dict(facts), "subject": subject})
    return application


@transaction.atomic
def attach(
    application: Application,
    *,
    slot: str,
    file: File,
    upload: Upload,
    details: Mapping[str, Any],
    name: str,
    by: User,
    at: datetime,
) -> Evidence:
    """
    Store one checked file in a slot of the claim. Raises ActionRefused; the bytes are kept unchanged.

    A promise of this paper ends with it: it is kept where the case was taken in on it, which is the one reason to
    take a file while the case is examined, and falls away where it was not. A paper that comes so late is taken in
    the ledger and compared at once, as the others were when the claim was handed in.
    """
    application, standing = lock(application, by)
    promise = application.promises.open().filter(slot=slot, accepted_at__isnull=False).first()
    refuse_if(permissions.why_not_attach(application, standing, promise, timezone.localdate(at)))
    if slot not in {s.kind for s in assessing.slots_of(application)}:
        stop("本条款没有这一类佐证材料。")
    in_use = application.evidence.in_use()
    if in_use.count() >= EVIDENCE_LIMIT:
        stop(f"一件申报最多上传{EVIDENCE_LIMIT}份材料。")
    if in_use.filter(sha256=upload.sha256, slot=slot).exists():
        stop("同一份文件已经上传过了。")

    file.name = f"upload.{upload.extension}"
    evidence = Evidence.objects.create(
        application=application,
        slot=slot,
        file=file,
        original_name=name[:200],
        content_type=upload.content_type,
        size=upload.size,
        sha256=upload.sha256,
        pages=upload.pages,
        details=dict(details),
        uploaded_by=by,
        uploaded_at=at,
    )
    if promise:
        promises.keep(promise, evidence, at)
    promises.drop(application, {slot})
    if application.status in EDITABLE:
        _void_confirmation(application)
    else:
        ledger.take(application, in_use.order_by("pk"), at=at)
        checking.run(application, at)
        risk.ask(application, at)
        application.version += 1
        application.save(update_fields=["version"])
    history.record(
        application,
        "keep_promise" if promise else "attach",
        by=by,
        at=at,
        note=promise.label if promise else "",
        detail={"slot": slot, "sha256": upload.sha256, "evidence": evidence.pk},
    )
    return evidence


@transaction.atomic
def take_back(evidence: Evidence, *, by: User, at: datetime) -> Evidence:
    """Take a file out of the claim; the row and the bytes stay for the history. Raises ActionRefused."""
    application, standing = lock(evidence.application, by)
    refuse_if(permissions.why_not_edit(application, standing))
    evidence = Evidence.objects.get(pk=evidence.pk)
    if evidence.withdrawn_at:
        stop("这份材料已经撤换。")
    evidence.withdrawn_by, evidence.withdrawn_at = by, at
    evidence.save(update_fields=["withdrawn_by", "withdrawn_at"])
    _void_confirmation(application)
    history.record(application, "take_back", by=by, at=at, detail={"evidence": evidence.pk, "sha256": evidence.sha256})
    return evidence


def _void_confirmation(application: Application) -> None:
    application.confirmed_by = application.confirmed_at = None
    application.save(update_fields=["confirmed_by", "confirmed_at"])


def _missing(application: Any, evidence: Iterable[Evidence], promised: Iterable[Promise], at: datetime) -> list[str]:
    """Return the labels of everything the claim still lacks; the case was read with `has_account`."""
    slots = promised_slots(promised, timezone.localdate(at))
    gaps = gaps_of(application, evidence, has_account=application.has_account, promised=slots)
    return [str(gap) for gap in gaps]


@transaction.atomic
def confirm(application: Application, *, by: User, at: datetime) -> Application:
    """The 法定代表人 answers for facts and evidence as they stand. Raises ActionRefused."""
    application, standing = lock(application, by, has_account=_has_account())
    missing = _missing(application, application.evidence.in_use(), open_promises(application), at)
    refuse_if(permissions.why_not_confirm(application, standing, missing))

    application.confirmed_by, application.confirmed_at = by, at
    application.save(update_fields=["confirmed_by", "confirmed_at"])
    history.record(application, "confirm", by=by, at=at, detail={"facts": application.facts})
    return application


@transaction.atomic
def submit(application: Application, *, by: User, at: datetime) -> Application:
    """
    Hand the claim to the officers and freeze it; an answered correction goes back where it came from.

    A claim whose own figures fail the clause is refused with the clause's words; one that only waits for what an
    officer states is taken in. What it needs of its papers is taken in the ledger. Raises ActionRefused.
    """
    current = Subquery(_rounds(OuterRef("clause"), OuterRef("policy"), at).values("pk")[:1])
    late = LateAdmission.objects.filter(application=OuterRef("pk"), file_until__gt=at)
    read, standing = lock(
        application,
        by,
        has_account=_has_account(),
        current_round=Coalesce(current, Subquery(late.values("round")[:1]), output_field=BigIntegerField()),
        restricted=is_restricted(timezone.localdate(at)),
    )
    application = read
    evidence = list(application.evidence.in_use().order_by("pk"))
    promised = open_promises(application)
    mandate = Mandate.objects.filter(application=application).select_related("officer").first()
    refuse_if(
        permissions.why_not_submit(
            application,
            standing,
            _missing(application, evidence, promised, at),
            is_open=read.current_round is not None,
            restricted=why_not_filing(application, at) if read.restricted else "",
            mandated=mandate is not None and mandate.file_id is not None,
        )
    )
    judged = assessing.judge(application, application.facts)
    if not judged[1].eligible and not assessing.waits_for_officer(application, judged[1]):
        stop(f"按所填内容不能申报：{judged[1].reason}")

    ledger.take(application, evidence, at=at)
    application.assessment = assessing.keep(application, Assessment.Purpose.DECLARED, *judged, by=by, at=at)
    checking.run(application, at)
    if application.status == Status.CORRECTING:
        risk.ask(application, at)
        return _answer_correction(application, by=by, at=at)

    application.round_id = read.current_round
    application.submitted_by, application.submitted_at = by, at
    risk.ask(application, at)
    move(application, "submit", Status.SUBMITTED, by=by, at=at, detail={"facts": application.facts})
    papers.issue_receipt(application, evidence, promised, mandate if standing.role == COUNTER else None, by=by, at=at)
    return application


def _answer_correction(application: Application, *, by: User, at: datetime) -> Application:
    back = application.correcting_from
    application.correcting_from = ""
    correction = application.corrections.get(answered_at=None)
    correction.answered_by, correction.answered_at = by, at
    correction.save(update_fields=["answered_by", "answered_at"])
    move(application, "resubmit", back, by=by, at=at, detail={"facts": application.facts})
    return application


@transaction.atomic
def withdraw(application: Application, *, reason: str, by: User, at: datetime) -> Application:
    """Take the claim back before it is granted; what it held in a pool is released. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_withdraw(application, standing))

    release_commitment(application, at=at)
    _close_open_rows(application, by=by, at=at)
    move(application, "withdraw", Status.WITHDRAWN, by=by, at=at, note=reason)
    return application


def _close_open_rows(application: Application, *, by: User | None, at: datetime) -> None:
    """End what waits for an answer: an open correction by the person who withdraws, a running 公示."""
    application.corrections.filter(answered_at=None).update(answered_by=by, answered_at=at)
    application.notices.filter(ended_at=None).update(ended_at=at)
