"""The approver's desk: return, endorse into 公示, refuse, reopen, grant."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone

import rules
from applications import approving, assessing, bearing, history, ledger, papers, permissions, pools, publicity
from applications.actions.money import finish_commitment, release_commitment, share_out, take_share
from applications.actions.review import CEILING
from applications.actions.shared import ask_for_delay, changed, lock, move, refuse_if, stop, take_duty
from applications.bearing import Bearing
from applications.models import (
    Applicant,
    Application,
    Approval,
    Assessment,
    Award,
    CaseDuty,
    Instalment,
    NoticeBatch,
    Payer,
    PublicNotice,
    Status,
    User,
)
from applications.restricted import why_not_filing


@transaction.atomic
def return_(application: Application, *, reason: str, by: User, at: datetime) -> Application:
    """Send a proposal back to the verifier with the reason. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_return(application, standing))
    _need(reason, "请写明退回的理由。")

    take_duty(application, standing, at)
    _drop_proposal(application)
    move(application, "return_", Status.VERIFYING, by=by, at=at, duty=standing.duty, note=reason)
    return application


@transaction.atomic
def endorse(
    application: Application,
    *,
    title: str = "",
    batch: NoticeBatch | None = None,
    arranged_fen: int | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> Application:
    """
    Agree to the proposed sum. The last approval that its band asks for takes the sum from the pool and opens 公示.

    The case is shown in a batch that is given, else in one of its own. Where the pool has no room the case stays
    proposed and waits in the queue (`applications.pools`); this act is then repeated once money is there.
    `arranged_fen` and `reason` are the sum and the ground where the rest of a pool is all there is.
    Raises ActionRefused.
    """
    application, standing = lock(application, by)
    agreement = approving.agreement_of(application)
    agreed = approving.has_agreed(application, by.pk)
    share = pools.share_of(application)
    refuse_if(permissions.why_not_endorse(application, standing, agreement=agreement, agreed=agreed, share=share))
    ask_for_delay(application, at)
    assert application.proposed_fen is not None

    if share and share.waiting and agreement.complete:
        duty = take_duty(application, standing, at)
    else:
        duty = _agree(application, standing, at=at)
        if agreement.had + 1 < agreement.needed:
            note = f"审批 {agreement.had + 1}/{agreement.needed}"
            changed(application)
            history.record(application, "agree", by=by, at=at, duty=standing.duty, note=note)
            return application
    if not take_share(application, arranged_fen=arranged_fen, reason=reason, by=by, at=at):
        return application
    assert application.sum_fen is not None
    batch = batch or publicity.open_batch(application, title, by=by, at=at)
    days, closes_on = batch.days, batch.closes_on
    PublicNotice.objects.create(
        application=application,
        batch=batch,
        shown=publicity.shown_of(application),
        opened_at=at,
        opened_by=duty,
        days=days,
        closes_on=closes_on,
        amount_fen=application.sum_fen,
    )
    application.endorsed_by, application.endorsed_at = duty, at
    move(
        application,
        "endorse",
        Status.NOTICED,
        by=by,
        at=at,
        duty=standing.duty,
        note=application.arranged_reason,
        detail={"days": days, "amount_fen": application.sum_fen, "proposed_fen": application.proposed_fen},
    )
    return application


def _agree(application: Application, standing: permissions.Standing, *, note: str = "", at: datetime) -> CaseDuty:
    """Write down that this officer agrees to the proposal that stands now, and return the officer's duty."""
    assert application.proposed_fen is not None
    assert application.proposed_at is not None
    duty = take_duty(application, standing, at)
    Approval.objects.create(
        application=application,
        proposed_at=application.proposed_at,
        amount_fen=application.proposed_fen,
        duty=standing.duty,
        approved_by=duty,
        approved_at=at,
        note=note,
    )
    return duty


@transaction.atomic
def review_legally(application: Application, *, note: str, by: User, at: datetime) -> Application:
    """法制审核: find a proposal lawful, where its band asks for that before the last approval. Raises ActionRefused."""
    application, standing = lock(application, by)
    agreement = approving.agreement_of(application)
    refuse_if(permissions.why_not_review_legally(application, standing, agreement=agreement))
    ask_for_delay(application, at)
    _need(note, "请写明法制审核意见。")

    _agree(application, standing, note=note.strip(), at=at)
    changed(application)
    history.record(application, "review_legally", by=by, at=at, duty=standing.duty, note=note.strip())
    return application


@transaction.atomic
def refuse(application: Application, *, reason: str, by: User, at: datetime) -> Application:
    """Decide not to pay, with reasons, basis and remedies on the letter. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_refuse(application, standing))
    _need(reason, "请写明不予兑现的理由。")

    take_duty(application, standing, at)
    _end_notice(application, at)
    release_commitment(application, at=at)
    move(application, "refuse", Status.REFUSED, by=by, at=at, duty=standing.duty, note=reason)
    papers.issue_refusal(application, reason, by=by, at=at)
    return application


@transaction.atomic
def reopen(application: Application, *, reason: str, by: User, at: datetime) -> Application:
    """End 公示 because an objection was upheld; the case is verified again. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_reopen(application, standing))
    _need(reason, "请写明异议核实的结论。")

    take_duty(application, standing, at)
    _end_notice(application, at)
    release_commitment(application, at=at)
    _drop_proposal(application)
    move(application, "reopen", Status.VERIFYING, by=by, at=at, duty=standing.duty, note=reason)
    return application


@transaction.atomic
def grant(
    application: Application,
    *,
    parts_fen: Sequence[int] = (),
    due_on: Sequence[date] = (),
    borne: Bearing | None = None,
    by: User,
    at: datetime,
) -> Award:
    """
    Make the award: recompute under the applicant's lock and fix sum, parts and letter. Raises ActionRefused.

    `parts_fen` are the sums of the instalments in order: needed where the text pays in several instalments without
    saying their shares, refused elsewhere. `due_on` are the days from which the later ones may be paid, a year apart
    from the decision unless given; `borne` says which payers bear what. The applicant's row is locked so that two
    claims on one ladder, cap or once-only right are decided one after the other; the second sees the first in its
    history.
    """
    application, standing = lock(application, by)
    notice = application.notices.filter(ended_at=None).first()
    refuse_if(
        permissions.why_not_grant(
            application,
            standing,
            notice=notice,
            today=timezone.localdate(at),
            issue_day_needed=assessing.needs_issue_day(application.policy, assessing.version_of(application)),
            restricted=why_not_filing(application, at),
            held=publicity.why_held(application),
        )
    )
    Applicant.objects.select_for_update().get(pk=application.applicant_id)
    assessment = _recompute(application, by=by, at=at)
    schedule = assessment.result.get("schedule") or []
    assert application.sum_fen is not None  # a case in public notice was proposed
    assert application.proposed_fen is not None
    assert application.support_year is not None
    refuse_if(_why_not_parts(application.sum_fen, schedule, parts_fen))
    sums = parts_fen or _parts(application.sum_fen, schedule)
    today, borne = timezone.localdate(at), borne or Bearing()
    payers = list(Payer.objects.filter(authority=application.authority_id, replaced_at=None))
    refuse_if(bearing.why_not_days(len(sums), today, due_on))
    refuse_if(bearing.why_not_bearing(application, borne, application.sum_fen, payers))

    duty = take_duty(application, standing, at)
    _end_notice(application, at)
    award = Award.objects.create(
        application=application,
        applicant=application.applicant,
        authority=application.authority,
        clause=application.clause,
        assessment=assessment,
        year=application.support_year,
        amount_fen=application.sum_fen,
        computed_fen=application.proposed_fen if assessment.amount_fen is None else assessment.amount_fen,
        reason="；".join(filter(None, [application.proposed_reason, application.arranged_reason])),
        decided_by=duty,
        decided_at=at,
    )
    Instalment.objects.bulk_create(
        Instalment(award=award, number=number, amount_fen=fen, due_on=day)
        for number, (fen, day) in enumerate(zip(sums, bearing.due_days(len(sums), today, due_on), strict=True), start=1)
    )
    share_out(award, bearing.shares_of(application, sums, borne, payers))
    finish_commitment(application)
    # What the officers found less than declared leaves the rest of the papers to the next claim.
    evidence = application.evidence.in_use().order_by("pk")
    ledger.take(application, evidence, at=at, facts=assessment.inputs["facts"], for_officer=True)
    application.assessment = assessment
    move(
        application,
        "grant",
        Status.GRANTED,
        by=by,
        at=at,
        duty=standing.duty,
        detail={"award": award.pk, "amount_fen": award.amount_fen, "assessment": assessment.pk},
    )
    papers.issue_notice(award, by=by, at=at)
    return award


def _recompute(application: Application, *, by: User, at: datetime) -> Assessment:
    """Return a fresh assessment, or refuse when anything since the proposal has changed the sum."""
    checks = assessing.latest_checks(application)
    facts = assessing.verified_facts(application, checks)
    assert application.assessment is not None, "a proposed case has the assessment it rests on"
    if application.assessment.kind == CEILING:
        assert application.proposed_fen is not None
        facts["approved_amount_yuan"] = assessing.plain_yuan(application.proposed_fen)
    assessment = assessing.store(application, Assessment.Purpose.GRANT, facts, by=by, at=at)
    assert application.proposed_fen is not None
    changed = "批准前复算的结果与核定意见不一致，请退回或重新核验："
    if not assessment.eligible:
        stop(changed + assessment.reason)
    if assessment.kind == "exact" and assessment.amount_fen != application.proposed_fen:
        stop(changed + assessment.reason)
    if assessment.amount_fen is not None and application.proposed_fen > assessment.amount_fen:
        stop(changed + "核定金额高于现行测算上限。")
    return assessment


def _parts(amount_fen: int, schedule: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the instalments in fen: shares cut down, the remainder in the last, so that parts sum exactly."""
    if not schedule:
        return [amount_fen]
    parts = [int(amount_fen * Fraction(row["share_pct"]) / 100) for row in schedule[:-1]]
    return [part for part in [*parts, amount_fen - sum(parts)] if part]


def has_open_shares(schedule: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a text pays in instalments without saying their shares, so that the authority fixes the sums."""
    return any(row["share_pct"] is None for row in schedule)


def _why_not_parts(amount_fen: int, schedule: Sequence[Mapping[str, Any]], parts_fen: Sequence[int]) -> str:
    """Return what is wrong with the stated instalments of a sum, "" when nothing is."""
    if not has_open_shares(schedule):
        return "本条款各期比例由条文直接确定，不能另行填写各期金额。" if parts_fen else ""
    if len(parts_fen) != len(schedule):
        return f"本条款分{len(schedule)}期兑现，条文未定各期比例，请逐期填写{len(schedule)}个金额。"
    if min(parts_fen) <= 0:
        return "各期金额均须大于0。"
    if sum(parts_fen) != amount_fen:
        total, wanted = rules.yuan(sum(parts_fen)), rules.yuan(amount_fen)
        return f"各期金额合计 {total} 元，应等于核定金额 {wanted} 元。"
    return ""


def _need(reason: str, message: str) -> None:
    if not reason.strip():
        stop(message)


def _drop_proposal(application: Application) -> None:
    """Take the proposal off the case; who proposed and endorsed stays in history and duties."""
    application.proposed_by = application.proposed_at = application.proposed_fen = None
    application.endorsed_by = application.endorsed_at = None
    application.proposed_ceiling_fen = None
    application.proposed_reason = application.proposed_paper = ""
    application.arranged_fen, application.arranged_reason = None, ""


def _end_notice(application: Application, at: datetime) -> None:
    application.notices.filter(ended_at=None).update(ended_at=at)
