"""The verifier's desk: find out fact by fact what is proven, then propose the sum that follows."""

from collections.abc import Container
from datetime import datetime
from typing import Any

from django.db import transaction

import rules
from applications import assessing, history, permissions
from applications.actions import desk_file
from applications.actions.desk_file import Paper
from applications.actions.overtaking import refuse_if_overtaken
from applications.actions.shared import ask_for_delay, changed, lock, move, refuse_if, stop, take_duty
from applications.models import Application, Assessment, DeskFile, Evidence, FactCheck, Status, User
from applications.promises import open_promises

EXACT, CEILING = "exact", "ceiling"
ON_PAPER = frozenset({"case_by_case", "external"})  # 一事一议, 转致: a paper decides the sum


def unchecked(application: Application, checks: Container[str]) -> list[str]:
    """Return the labels of the facts the clause is judged on that nobody has checked yet."""
    fields = assessing.fields_of(application)
    return [f.label for f in fields if f.name not in checks and (f.name in application.facts or f.required)]


@transaction.atomic
def check(
    application: Application,
    *,
    fact: str,
    verdict: str,
    verified: Any,
    method: str,
    evidence: Evidence | None,
    note: str,
    version: int,
    by: User,
    at: datetime,
) -> FactCheck:
    """
    Record what one fact is worth; an earlier check of it stays and is overtaken. Raises ActionRefused.

    符合 keeps the declared value, 以核验值为准 needs another one and a reason, 不符合 needs a reason and leaves none.
    """
    application, standing = lock(application, by)
    refuse_if_overtaken(application, version)
    refuse_if(permissions.why_not_check(application, standing))
    declared = application.facts.get(fact)
    refuse_if(_why_not_verdict(verdict, declared, verified, note))

    if verdict == FactCheck.Verdict.MET:
        verified = declared
    elif verdict == FactCheck.Verdict.FAILED:
        verified = None
    row = FactCheck.objects.create(
        application=application,
        fact=fact,
        declared=declared,
        verified=verified,
        verdict=verdict,
        method=method,
        evidence=evidence,
        note=note,
        checked_by=take_duty(application, standing, at),
        checked_at=at,
    )
    changed(application)
    history.record(
        application,
        "check",
        by=by,
        at=at,
        duty=standing.duty,
        note=note,
        detail={"fact": fact, "verdict": verdict, "declared": declared, "verified": verified, "check": row.pk},
    )
    return row


def _why_not_verdict(verdict: str, declared: Any, verified: Any, note: str) -> str:
    if verdict == FactCheck.Verdict.MET and declared is None:
        return "该事实没有申报值，请选择“以核验值为准”并填写核验值。"
    if verdict == FactCheck.Verdict.CORRECTED and verified is None:
        return "请填写核验值。"
    if verdict == FactCheck.Verdict.CORRECTED and verified == declared:
        return "核验值与申报值相同，请选择“符合”。"
    if verdict != FactCheck.Verdict.MET and not note.strip():
        return "请写明理由。"
    return ""


@transaction.atomic
def propose(
    application: Application,
    *,
    amount_fen: int | None = None,
    reason: str = "",
    paper_name: str = "",
    paper: Paper | None = None,
    by: User,
    at: datetime,
) -> Application:
    """
    Propose the sum: as computed where the text fixes it, at most the ceiling where it does not. Raises ActionRefused.

    The ceiling is stored with the sum, so that the database too refuses a fen more. Items without a formula (一事一议,
    转致) take the sum of a decision paper: `paper_name` is its number as the letter names it, `paper` the file.
    """
    application, standing = lock(application, by, **permissions.demands())
    checks = assessing.latest_checks(application)
    undecided = [question.spec.question for question in assessing.case_questions(application) if question.is_open]
    missing = permissions.missing_inquiries(application)
    promised = open_promises(application)
    refuse_if(
        permissions.why_not_propose(
            application, standing, unchecked(application, checks), undecided, missing, promises=promised
        )
    )
    facts = assessing.verified_facts(application, checks)
    assessment = assessing.store(application, Assessment.Purpose.VERIFIED, facts, by=by, at=at)
    if not assessment.eligible:
        stop(f"按核验值不能兑现：{assessment.reason}")
    proposed = _proposed_sum(assessment, amount_fen, reason)
    on_paper = assessment.kind in ON_PAPER
    if on_paper:
        refuse_if(_why_not_paper(paper_name.strip(), paper))
        ask_for_delay(application, at)  # refused before the file is stored, which outlives a rollback

    file = desk_file.keep(application, DeskFile.Kind.DECISION, paper if on_paper else None, by=by, at=at)
    application.assessment = assessment
    application.proposed_by, application.proposed_at = take_duty(application, standing, at), at
    application.proposed_fen, application.proposed_reason = proposed, reason
    application.proposed_ceiling_fen = assessment.amount_fen if assessment.kind == CEILING else None
    application.proposed_paper = paper_name.strip() if on_paper else ""
    move(
        application,
        "propose",
        Status.PROPOSED,
        by=by,
        at=at,
        duty=standing.duty,
        note=reason,
        detail={
            "amount_fen": proposed,
            "ceiling_fen": application.proposed_ceiling_fen,
            "assessment": assessment.pk,
            "paper": application.proposed_paper,
            **desk_file.told(file),
        },
    )
    return application


def _why_not_paper(name: str, paper: Paper | None) -> str:
    if not name:
        return "请填写决定文件的文号或者会议纪要编号。"
    if paper is None:
        return "本条款的金额由文件确定，请上传该决定文件。"
    return ""


def _proposed_sum(assessment: Assessment, amount_fen: int | None, reason: str) -> int:
    """Return the sum to propose, or refuse with what is wrong about it."""
    computed = assessment.amount_fen
    if assessment.kind == EXACT:
        assert computed is not None
        if computed == 0:
            stop(f"本次测算金额为零，不能提出兑现：{assessment.reason}")
        if amount_fen is not None and amount_fen != computed:
            stop("本条款的金额由条文直接确定，不能另行核定。")
        return computed
    if amount_fen is None or amount_fen <= 0:
        stop("请填写核定金额。")
    if not reason.strip():
        stop("请写明核定理由和依据文件。")
    if assessment.kind == CEILING and computed is not None and amount_fen > computed:
        stop(f"核定金额不得超过测算上限 {rules.yuan(computed)} 元。")
    return amount_fen
