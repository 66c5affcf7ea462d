"""复核任务: hand out, ask, answer, look at, conclude; each is one act on the history of the case."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from applications import history, inspecting, permissions, timing
from applications.actions.desk_file import Paper, columns_of
from applications.actions.findings import create
from applications.actions.shared import lock, refuse_if, stop, take_duty
from applications.clocks import add_working_days, within_working_days
from applications.models import (
    Application,
    CaseDuty,
    Finding,
    Inspection,
    InspectionCheck,
    InspectionDemand,
    InspectionPaper,
    Membership,
    Posting,
    User,
)
from applications.permissions import Standing

S, Result = Inspection.State, Inspection.Result
ITEMS_MOST, ITEM_LONGEST = 20, 300
ANSWER_LONGEST = 2000
PAPERS_MOST = 30


def _locked(inspection: Inspection, by: User) -> tuple[Inspection, Application, Standing]:
    """Return a task and its case with their rows locked, the case first, and how the person stands to it."""
    case, standing = lock(inspection.application, by)
    row = Inspection.objects.select_for_update(of=("self",)).select_related("campaign", "award").get(pk=inspection.pk)
    return row, case, standing


@transaction.atomic
def assign(inspection: Inspection, *, to: User, by: User, at: datetime) -> Inspection:
    """Hand a task to an inspector who held no other duty on its case, oneself or a colleague. Raises ActionRefused."""
    row, case, standing = _locked(inspection, by)
    refuse_if(permissions.why_not_hand_out(row, case, standing))
    posting = Posting.objects.current().select_related("user").filter(user=to).first()
    member = Membership.objects.filter(applicant=case.applicant_id, user=to).exists()
    held = CaseDuty.objects.filter(application=case, user=to).values_list("duty", flat=True).first()
    refuse_if(permissions.why_not_inspector(case, posting, member=member, held=held or ""))
    if row.officer_id == to.pk:
        return row
    row.officer, row.assigned_at = to, at
    if row.state == S.WAITING:
        row.state = S.LOOKING
    row.save(update_fields=["officer", "assigned_at", "state"])
    detail = {"inspection": row.pk, "to": to.pk}
    history.record(case, "review_assign", by=by, at=at, duty=standing.duty, note=f"复核人：{to}", detail=detail)
    return row


@transaction.atomic
def ask(inspection: Inspection, items: Sequence[str], *, by: User, at: datetime) -> InspectionDemand:
    """Ask the applicant for evidence, item by item, within the campaign's working days. Raises ActionRefused."""
    row, case, standing = _locked(inspection, by)
    waiting = inspecting.open_demand(row)
    today = timezone.localdate(at)
    refuse_if(permissions.why_not_ask(row, case, standing, demand=waiting, today=today))
    texts = [text.strip() for text in items if text.strip()]
    if not texts:
        stop("请写明需要提供的材料或说明。")
    if len(texts) > ITEMS_MOST or any(len(text) > ITEM_LONGEST for text in texts):
        stop(f"一次最多{ITEMS_MOST}项，每项不超过{ITEM_LONGEST}个字。")
    _end(waiting, at)
    due = _due(case, row.campaign.reply_days, at)
    demand = _demand(row, InspectionDemand.Kind.EVIDENCE, texts, due, take_duty(case, standing, at), at)
    row.state = S.ASKED
    row.save(update_fields=["state"])
    history.record(
        case,
        "review_ask",
        by=by,
        at=at,
        duty=standing.duty,
        note=f"{len(texts)}项，{_until(due)}",
        detail={"inspection": row.pk, "demand": demand.pk, "items": texts, "due_on": _plain(due)},
    )
    return demand


def _demand(
    row: Inspection, kind: str, texts: Iterable[str], due: date | None, duty: CaseDuty, at: datetime
) -> InspectionDemand:
    items = [{"key": str(number), "text": text} for number, text in enumerate(texts, start=1)]
    return InspectionDemand.objects.create(
        inspection=row, kind=kind, items=items, asked_by=duty, asked_at=at, due_on=due
    )


def _due(case: Application, days: int, at: datetime) -> date | None:
    """Return the last day of a period of working days by the authority's table; None is 待定."""
    today = timezone.localdate(at)
    return add_working_days(today, days, timing.calendar_of(case.authority_id, since=today))


def _until(due: date | None) -> str:
    return f"期限至{due:%Y年%-m月%-d日}" if due else "期限待定"


def _plain(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _end(demand: InspectionDemand | None, at: datetime) -> None:
    """Let go of what was asked and not answered."""
    if demand is not None:
        demand.ended_at = at
        demand.save(update_fields=["ended_at"])


@transaction.atomic
def write_answer(
    demand: InspectionDemand,
    answer: Mapping[str, str],
    papers: Sequence[tuple[str, Paper]],
    *,
    send: bool,
    by: User,
    at: datetime,
) -> InspectionDemand:
    """
    Keep what a member writes and hands in, item by item; with `send` it is the answer. Raises ActionRefused.

    An answer says something about every item, in words or with a paper, and is not changed afterwards. It is taken
    after its day as well, as long as nothing has been concluded.
    """
    row, case, standing = _locked(demand.inspection, by)
    demand = InspectionDemand.objects.select_for_update(of=("self",)).get(pk=demand.pk)
    refuse_if(permissions.why_not_reply(demand, standing))
    keys = {item["key"] for item in demand.items}
    words = {key: text.strip()[:ANSWER_LONGEST] for key, text in answer.items() if key in keys}
    there = list(demand.papers.filter(withdrawn_at=None))
    if len(there) + len(papers) > PAPERS_MOST:
        stop(f"一次答复最多上传{PAPERS_MOST}个文件。")
    coming = [InspectionPaper(demand=demand, item=key) for key, _ in papers]
    if send and (left := inspecting.unanswered(demand, words, [*there, *coming])):
        stop(f"还有{len(left)}项没有答复：{left[0]}。每项须填写说明或者上传材料。")
    kept = [
        InspectionPaper.objects.create(demand=demand, item=key, **columns_of(paper, by=by, at=at))
        for key, paper in papers
        if key in keys
    ]
    demand.answer = words
    if send:
        demand.answered_by, demand.answered_at = by, at
        if row.state == S.ASKED:
            row.state = S.ANSWERED
            row.save(update_fields=["state"])
    demand.save(update_fields=["answer", "answered_by", "answered_at"])
    every = [*there, *kept] if send else kept
    history.record(
        case,
        "review_answer" if send else "review_write",
        by=by,
        at=at,
        note=f"{demand.get_kind_display()}，{len(every)}个文件" if send else f"{len(kept)}个文件",
        detail={
            "inspection": row.pk,
            "demand": demand.pk,
            "answer": words,
            "papers": [{"paper": paper.pk, "item": paper.item, "sha256": paper.sha256} for paper in every],
        },
    )
    return demand


@transaction.atomic
def take_back(paper: InspectionPaper, *, by: User, at: datetime) -> InspectionPaper:
    """Take a paper out of an answer that is not sent yet. Raises ActionRefused."""
    row, case, standing = _locked(paper.demand.inspection, by)
    demand = InspectionDemand.objects.select_for_update(of=("self",)).get(pk=paper.demand_id)
    refuse_if(permissions.why_not_reply(demand, standing))
    paper = InspectionPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
    if paper.withdrawn_at:
        stop("该文件已经移除。")
    paper.withdrawn_by, paper.withdrawn_at = by, at
    paper.save(update_fields=["withdrawn_by", "withdrawn_at"])
    detail = {"inspection": row.pk, "demand": demand.pk, "paper": paper.pk, "sha256": paper.sha256}
    history.record(case, "review_take_back", by=by, at=at, note=paper.original_name, detail=detail)
    return paper


@transaction.atomic
def check(
    inspection: Inspection, key: str, *, verdict: str, now: str, note: str, by: User, at: datetime
) -> InspectionCheck:
    """Say what is found now about one question; the newest counts. Raises ActionRefused."""
    row, case, standing = _locked(inspection, by)
    refuse_if(permissions.why_not_look(row, case, standing))
    question = next((one for one in inspecting.questions_of(case) if one.key == key), None)
    if question is None:
        stop("没有这一复核事项。")
    if verdict not in InspectionCheck.Verdict.values:
        stop("请选择复核结论。")
    if verdict != InspectionCheck.Verdict.HOLDS and not (now.strip() or note.strip()):
        stop("有变化或者无法确认的，请写明现在情况。")
    found = InspectionCheck.objects.create(
        inspection=row,
        key=key,
        question=question.said[:300],
        then=question.then[:300],
        now=now.strip(),
        verdict=verdict,
        note=note.strip(),
        checked_by=take_duty(case, standing, at),
        checked_at=at,
    )
    words = f"{found.question}：{found.get_verdict_display()}"
    detail = {"inspection": row.pk, "check": found.pk, "key": key, "verdict": verdict, "now": found.now}
    history.record(case, "review_check", by=by, at=at, duty=standing.duty, note=words[:500], detail=detail)
    return found


@transaction.atomic
def conclude(
    inspection: Inspection,
    *,
    result: str,
    summary: str,
    rectify: str = "",
    rectify_days: int | None = None,
    doubt_fen: int = 0,
    by: User,
    at: datetime,
) -> Inspection:
    """
    Say what came of a task: 合格; 整改 of what, within how many working days; or a finding. Raises ActionRefused.

    `doubt_fen` is what is in doubt of the money paid, in whole fen. The applicant is told of the first two; a finding
    is the office's own until a recovery case is opened.
    """
    row, case, standing = _locked(inspection, by)
    demand, today = inspecting.open_demand(row), timezone.localdate(at)
    if result not in Result.values:
        stop("请选择复核结论。")
    refuse_if(permissions.why_not_conclude(row, case, standing, result=result, demand=demand, today=today))
    if not summary.strip():
        stop("请写明复核情况。")
    row.result, row.summary = result, summary.strip()
    row.concluded_by, row.concluded_at = take_duty(case, standing, at), at
    _end(demand, at)
    detail: dict[str, Any] = {"inspection": row.pk, "result": result}
    if result == Result.QUALIFIED:
        checks = inspecting.latest(row.checks.order_by("pk"))
        refuse_if(inspecting.why_not_qualified(inspecting.questions_of(case), checks))
        row.state, note = S.ENDED, "合格"
    elif result == Result.RECTIFY:
        due = _rectify(row, case, rectify, rectify_days, at)
        note = f"整改：{rectify.strip()}（{_until(due)}）"
        detail |= {"rectify": rectify.strip(), "due_on": _plain(due)}
    else:
        _doubt(row, case, doubt_fen, row.summary, by=by, at=at)
        note = "转为问题线索"
        detail |= {"finding": row.finding_id, "doubt_fen": doubt_fen}
    row.save()
    history.record(case, f"review_{result}", by=by, at=at, duty=standing.duty, note=note[:1000], detail=detail)
    return row


def _rectify(row: Inspection, case: Application, text: str, days: int | None, at: datetime) -> date | None:
    """Ask the applicant to put something right by a day, which it answers like every demand."""
    if not text.strip() or not days or days < 1:
        stop("请写明整改内容和整改期限。")
    due = _due(case, days, at)
    assert row.concluded_by is not None
    row.state = S.RECTIFYING
    _demand(row, InspectionDemand.Kind.RECTIFY, [text.strip()], due, row.concluded_by, at)
    return due


def _doubt(row: Inspection, case: Application, doubt_fen: int, text: str, *, by: User, at: datetime) -> None:
    if not 0 < doubt_fen <= row.paid_fen:
        stop("请填写涉疑金额，大于零且不超过已拨付金额。")
    row.state, row.result, row.doubt_fen = S.ENDED, Result.FINDING, doubt_fen
    row.finding = create(
        case.authority, source=Finding.Source.REVIEW, body="", text=text, application=case, by=by, at=at
    )


@transaction.atomic
def confirm_rectified(inspection: Inspection, *, note: str, by: User, at: datetime) -> Inspection:
    """Confirm that what was wrong has been put right; the task ends. Raises ActionRefused."""
    row, case, standing = _locked(inspection, by)
    refuse_if(permissions.why_not_rectified(row, case, standing))
    if not note.strip():
        stop("请写明整改核实情况。")
    _end(inspecting.open_demand(row), at)
    row.state, row.rectified_note = S.ENDED, note.strip()
    row.rectified_by, row.rectified_at = take_duty(case, standing, at), at
    row.save(update_fields=["state", "rectified_note", "rectified_by", "rectified_at"])
    detail = {"inspection": row.pk}
    history.record(case, "review_rectified", by=by, at=at, duty=standing.duty, note=row.rectified_note, detail=detail)
    return row


@transaction.atomic
def turn_into_finding(inspection: Inspection, *, note: str, doubt_fen: int, by: User, at: datetime) -> Inspection:
    """Make a finding of what was not put right in time. Raises ActionRefused."""
    row, case, standing = _locked(inspection, by)
    demand = inspecting.open_demand(row)
    refuse_if(permissions.why_not_turn(row, case, standing, demand=demand, today=timezone.localdate(at)))
    if not note.strip():
        stop("请写明未按要求整改的情况。")
    _end(demand, at)
    row.rectified_note, row.rectified_by, row.rectified_at = note.strip(), take_duty(case, standing, at), at
    _doubt(row, case, doubt_fen, f"{row.summary}\n整改情况：{row.rectified_note}"[:3000], by=by, at=at)
    row.save()
    detail = {"inspection": row.pk, "finding": row.finding_id, "doubt_fen": doubt_fen}
    history.record(
        case, "review_finding", by=by, at=at, duty=standing.duty, note="整改未完成，转为问题线索", detail=detail
    )
    return row


def to_remind(today: date) -> QuerySet[InspectionDemand]:
    """Return unanswered demands whose day is near and was not told of, and those whose day has passed since."""
    near, farthest = Q(pk=None), today
    for authority_id, calendar in timing.calendars(since=today).items():
        last = within_working_days(today, inspecting.REMIND_DAYS, calendar)
        near |= Q(inspection__campaign__authority=authority_id, due_on__lte=last)
        farthest = max(farthest, last)
    waiting = InspectionDemand.objects.filter(answered_at=None, ended_at=None, due_on__lte=farthest)
    due = Q(near, reminders=0) | Q(due_on__lt=today, reminders__lt=2)
    return waiting.filter(due).select_related("inspection__application").order_by("due_on", "pk")


@transaction.atomic
def remind(demand: InspectionDemand, *, at: datetime) -> bool:
    """Tell the members, and past the day the officer too, that an answer is due; done by the system, twice at most."""
    case = Application.objects.select_for_update(of=("self",)).get(pk=demand.inspection.application_id)
    row = InspectionDemand.objects.select_for_update(of=("self",)).select_related("inspection").get(pk=demand.pk)
    today = timezone.localdate(at)
    if row.answered_at or row.ended_at or row.due_on is None:
        return False
    late = row.due_on < today
    if row.reminders >= (2 if late else 1):
        return False
    row.reminders = 2 if late else 1
    row.save(update_fields=["reminders"])
    detail = {
        "inspection": row.inspection_id,
        "demand": row.pk,
        "due_on": row.due_on.isoformat(),
        "officer": row.inspection.officer_id if late else None,
    }
    history.record(case, "review_remind", by=None, at=at, detail=detail)
    return True
