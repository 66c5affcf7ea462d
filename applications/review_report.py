"""The report of a yearly review: what it says once the review is closed, its PDF, and the sheets at any time."""

from dataclasses import replace
from datetime import datetime
from typing import IO, Any

from django.utils import timezone

from applications import inspecting, papers, registers, sampling
from applications.documents import render
from applications.documents.review import ReviewLetter
from applications.models import Campaign, Inspection, Job, User
from applications.review_figures import (
    CLAUSE_COLUMNS,
    FRAME_COLUMNS,
    TASK_COLUMNS,
    clause_rows,
    figures,
    frame_rows,
    task_rows,
    tasks_of,
)

LISTED_MOST = 200  # findings and rectifications named one by one; more stand in the sheet


def content_of(campaign: Campaign, *, at: datetime) -> dict[str, Any]:
    """Return what the report says as plain data; sums are whole fen."""
    tasks = tasks_of(campaign)
    found = figures(campaign, tasks)
    named = [task for task in tasks if task.result in (Inspection.Result.RECTIFY, Inspection.Result.FINDING)]
    assert campaign.started_at is not None
    content = ReviewLetter(
        **papers.said_by(campaign.authority, None),
        letter_number=campaign.report_number,
        applicant_name="",
        decided_on=timezone.localdate(at),
        verify_code="",
        verify_url="",
        signed=True,  # room for the seal; the paper that is made before it says 待签章
        heading_line=campaign.title,
        basis=campaign.basis,
        year=campaign.year,
        method=campaign.get_method_display(),
        strata="、".join(sampling.STRATA[name] for name in campaign.strata),
        seed=campaign.seed,
        frame_sha256=campaign.frame_sha256,
        since=timezone.localdate(campaign.started_at),
        whole=_line(found.whole),
        clauses=[_line(line) for line in found.clauses if line.drawn],
        rows=[_task(task) for task in named[:LISTED_MOST]],
        left_out=max(0, len(named) - LISTED_MOST),
    ).to_content()
    papers.refuse_disagreeing_sums(content)
    return content


def _line(line: Any) -> dict[str, Any]:
    names = ("name", "frame", "frame_fen", "drawn", "drawn_fen", "qualified", "rectified", "findings", "doubt_fen")
    return {name: getattr(line, name) for name in names} | {
        "count_coverage": line.count_coverage,
        "sum_coverage": line.sum_coverage,
    }


def _task(task: Inspection) -> dict[str, Any]:
    return {
        "number": task.application.number,
        "applicant_name": task.application.applicant.name,
        "clause": str(task.award.clause),
        "result": task.get_result_display() if task.result == Inspection.Result.FINDING else "整改完成",
        "finding": task.finding.number if task.finding else "",
        "doubt_fen": task.doubt_fen,
    }


def queue(campaign: Campaign, *, by: User, at: datetime) -> None:
    """Queue the PDF of a closed review."""
    job = Job.objects.create(kind=Job.Kind.REVIEW, payload={"campaign": campaign.pk}, requested_by=by, requested_at=at)
    papers.enqueue(job)


def make(campaign: Campaign, *, at: datetime) -> Campaign:
    """Make the PDF 待签章 once and store it with its hash; a second run changes nothing."""
    if campaign.sha256:
        return campaign
    letter = replace(ReviewLetter.from_content(campaign.content), signed=False)
    return papers.keep(campaign, render.pdf(letter), at=at)


def write_xlsx(target: IO[bytes], campaign: Campaign) -> None:
    """Write tasks, figures by clause and the frame with its draw as three sheets; also while the review runs."""
    tasks = tasks_of(campaign)
    registers.write_sheets(
        target,
        [
            ("复核任务", TASK_COLUMNS, task_rows(tasks)),
            ("按条款汇总", CLAUSE_COLUMNS, clause_rows(figures(campaign, tasks))),
            ("抽样框", FRAME_COLUMNS, frame_rows(campaign, inspecting.drawn_of(campaign))),
        ],
    )
