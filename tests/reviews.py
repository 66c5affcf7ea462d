"""Rows of yearly reviews and doubts for tests, made by the real actions."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile

from applications import inspecting
from applications.actions import campaign, findings, inspection, tips
from applications.actions.desk_file import Paper
from applications.models import Application, Authority, Campaign, Duty, Finding, Inspection, InspectionDemand, Tip, User
from applications.uploads import inspect
from tests import samples
from tests.factories import NOON, agent_of, make_officer

LATER = NOON + timedelta(minutes=10)
YEAR = 2026


def draw(
    *, code: str = "xinxing", by: User | None = None, at: datetime = LATER, year: int = YEAR, **said: Any
) -> Campaign:
    """Return a review of a year that is drawn and not started; everything unless told otherwise."""
    how = {"method": "all", "size": None, "strata": (), "seed": "20261126", "reply_days": 10}
    how |= {"title": "测试年度复核", "basis": "测试复核办法"}
    return campaign.draw(
        Authority.objects.get(code=code), year=year, **how | said, by=by or make_officer(Duty.INSPECT, code), at=at
    )


def start(*, by: User | None = None, at: datetime = LATER, **said: Any) -> Campaign:
    """Return a review that runs."""
    row = draw(by=by, at=at, **said)
    return campaign.start(row, by=by or make_officer(Duty.INSPECT, row.authority.code), at=at)


def task_of(case: Application, officer: User | None = None, *, at: datetime = LATER) -> Inspection:
    """Return the task of a paid case in the hands of an inspector; a review is started for it where there is none."""
    open_ones = case.inspections.exclude(state=Inspection.State.ENDED)
    if not open_ones.exists():
        start(year=case.awards.get().year, at=at)
    task = open_ones.get()
    if officer is not None:
        task = inspection.assign(task, to=officer, by=officer, at=at)
    return task


def ask(task: Inspection, *items: str, at: datetime = LATER) -> InspectionDemand:
    """Return what the applicant is asked, by the officer of the task."""
    return inspection.ask(task, items or ("近三个月的PUE监测记录", "现场照片"), by=task.officer, at=at)


def paper(name: str = "记录.pdf") -> Paper:
    """Return a checked file of an applicant."""
    data = samples.pdf(f"review {name}")
    return Paper(file=ContentFile(data), upload=inspect(samples.upload(name, data)))


def answer(demand: InspectionDemand, *, at: datetime = LATER, send: bool = True) -> InspectionDemand:
    """Answer every item in words, the first with a paper too."""
    case = demand.inspection.application
    words = {item["key"]: "情况属实" for item in demand.items}
    return inspection.write_answer(demand, words, [("1", paper())], send=send, by=agent_of(case.applicant), at=at)


def look(task: Inspection, verdict: str = "holds", *, at: datetime = LATER, **changed: str) -> None:
    """Look at every question; `changed` says otherwise for facts by their name."""
    for question in inspecting.questions_of(task.application):
        found = changed.get(question.key.removeprefix("fact:"), verdict)
        inspection.check(task, question.key, verdict=found, now="现场查看", note="", by=task.officer, at=at)


def finding(case: Application | None = None, *, source: str = "officer", at: datetime = LATER, **said: Any) -> Finding:
    """Return a doubt of an officer, about a case or about a name."""
    authority = case.authority if case else Authority.objects.get(code="xinxing")
    values = {"body": "" if case else "某单位", "text": "设备疑似已搬离。"} | said
    by = make_officer(Duty.INSPECT, authority.code)
    return findings.register(authority, source=source, application=case, **values, by=by, at=at)


def tip(case: Application | None = None, *, at: datetime = LATER, **said: Any) -> Tip:
    """Return a tip with a name, about a case or about nobody known."""
    values: dict[str, Any] = {
        "body": case.applicant.name if case else "某单位",
        "number": case.number if case else "",
        "text": "机房早已搬空。",
        "name": "举报者甲",
        "contact": "13900001111",
        "paper": paper("举报材料.pdf"),
    }
    authority = case.authority if case else Authority.objects.get(code="xinxing")
    return tips.tell(authority, **values | said, at=at)
