"""Invented yearly reviews, one ended with something put right, one waiting for an answer; and what people told."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from applications import inspecting
from applications.actions import campaign, findings, inspection, tips
from applications.actions.desk_file import Paper
from applications.demo import samples
from applications.models import Authority, Award, Campaign, Duty, Finding, Inspection, User
from applications.uploads import inspect

CODE = "xinxing"
BASIS = "演示年度复核办法第2条"


def tell(cast: Any, now: datetime) -> None:
    """Review what was paid twice: a first time to the end, a second time half way."""
    officer = cast.officer(Duty.INSPECT, CODE)
    authority = Authority.objects.get(code=CODE)
    _ended(cast, authority, officer, now - timedelta(days=20))
    _running(authority, officer, now - timedelta(days=2))
    tips.tell(
        authority,
        body="演示瀚海数据标注有限公司",
        number="",
        text="该单位申报的部分标注人员早已离职（演示举报，内容虚构）。",
        name="",
        contact="",
        paper=None,
        at=now - timedelta(days=1),
    )
    doubt = findings.register(
        authority,
        source=Finding.Source.OFFICER,
        body="演示戈壁算力有限公司",
        text="公开信息显示该单位经营场所已变更，是否仍在本地待核（演示线索）。",
        by=officer,
        at=now - timedelta(days=6),
    )
    findings.take(doubt, by=officer, at=now - timedelta(days=5))


def _year(authority: Authority) -> int:
    """Return the year of support of what was paid; the stories are dated, the day of the demonstration is not."""
    return Award.objects.filter(authority=authority, application__status__in=["paid", "closed"]).latest("pk").year


def _start(authority: Authority, officer: User, title: str, at: datetime) -> Campaign:
    row = campaign.draw(
        authority,
        year=_year(authority),
        title=title,
        basis=BASIS,
        method=Campaign.Method.ALL,
        size=None,
        strata=(),
        seed="",
        reply_days=10,
        by=officer,
        at=at,
    )
    return campaign.start(row, by=officer, at=at + timedelta(hours=1))


def _ended(cast: Any, authority: Authority, officer: User, at: datetime) -> None:
    """Conclude every task: the first has to complete its records and does, the others are found as they were."""
    row = _start(authority, officer, "演示专项复核", at)
    for number, task in enumerate(row.inspections.select_related("application__applicant").order_by("pk")):
        task = inspection.assign(task, to=officer, by=officer, at=at + timedelta(hours=2))
        for question in inspecting.questions_of(task.application):
            said = {"verdict": "holds", "now": "与核验时一致", "note": ""}
            inspection.check(task, question.key, **said, by=officer, at=at + timedelta(days=1))
        if number:
            summary = "经查，各项条件仍然成立。"
            inspection.conclude(task, result="qualified", summary=summary, by=officer, at=at + timedelta(days=2))
        else:
            _put_right(cast, task, officer, at + timedelta(days=2))
    campaign.close(row, by=officer, at=at + timedelta(days=10))


def _put_right(cast: Any, task: Inspection, officer: User, at: datetime) -> None:
    inspection.conclude(
        task,
        result="rectify",
        summary="各项条件仍然成立，专账登记不完整。",
        rectify="补齐奖补资金专账，并上传账页",
        rectify_days=5,
        by=officer,
        at=at,
    )
    case = task.application
    agent = next(agent for applicant, _, agent in cast.bodies.values() if applicant.pk == case.applicant_id)
    page = samples.page("奖补资金专账", "desk", case.applicant, {"收入": "已入账", "支出": "已逐笔登记"}, case.number)
    upload = inspect(SimpleUploadedFile("专账.pdf", page))  # type: ignore[arg-type] # has a name and a size
    inspection.write_answer(
        task.demands.get(),
        {"1": "专账已补齐，见账页。"},
        [("1", Paper(file=ContentFile(page), upload=upload))],
        send=True,
        by=agent,
        at=at + timedelta(days=3),
    )
    inspection.confirm_rectified(task, note="专账已补齐，收支相符。", by=officer, at=at + timedelta(days=4))


def _running(authority: Authority, officer: User, at: datetime) -> None:
    """Ask the body of the first task for evidence; the others wait to be handed out."""
    row = _start(authority, officer, "演示年度复核", at)
    task = row.inspections.select_related("application").order_by("pk")[0]
    inspection.assign(task, to=officer, by=officer, at=at + timedelta(hours=2))
    items = ["近三个月的运行监测记录", "机房现状照片，能看清设备和铭牌"]
    inspection.ask(task, items, by=officer, at=at + timedelta(hours=3))
