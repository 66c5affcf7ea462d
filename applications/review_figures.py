"""Figures of a yearly review, read from its tasks: one source for the page, the sheet and the report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from applications import sampling
from applications.models import Campaign, Inspection
from applications.registers import Column

R, S = Inspection.Result, Inspection.State


@dataclass
class Line:
    """The figures of one clause, of one stratum, or of the whole: counts, and sums in whole fen."""

    name: str
    frame: int = 0
    frame_fen: int = 0
    drawn: int = 0
    drawn_fen: int = 0
    ended: int = 0
    qualified: int = 0
    rectified: int = 0
    rectifying: int = 0
    findings: int = 0
    doubt_fen: int = 0

    def take(self, task: Inspection) -> None:
        """Count one task."""
        self.drawn += 1
        self.drawn_fen += task.paid_fen
        self.ended += task.state == S.ENDED
        self.qualified += task.result == R.QUALIFIED
        self.rectifying += task.state == S.RECTIFYING
        self.rectified += task.result == R.RECTIFY and task.state == S.ENDED
        self.findings += task.result == R.FINDING
        self.doubt_fen += task.doubt_fen

    @property
    def open(self) -> int:
        """How many tasks have no result yet."""
        return self.drawn - self.qualified - self.rectified - self.rectifying - self.findings

    @property
    def count_coverage(self) -> str:
        """The drawn part of the frame by number, as a percentage with one decimal."""
        return percent(self.drawn, self.frame)

    @property
    def sum_coverage(self) -> str:
        """The drawn part of the frame by money."""
        return percent(self.drawn_fen, self.frame_fen)


@dataclass
class Figures:
    """A campaign in figures: the whole, and by clause in the order of the policies."""

    whole: Line
    clauses: list[Line] = field(default_factory=list)


def percent(part: int, whole: int) -> str:
    """Return a part of a whole with one decimal, half up; "—" of nothing."""
    if not whole:
        return "—"
    tenths = (part * 2000 + whole) // (whole * 2)
    return f"{tenths // 10}.{tenths % 10}%"


def tasks_of(campaign: Campaign) -> list[Inspection]:
    """Return the tasks of a campaign with what lines and figures show (one query)."""
    related = ("application__applicant", "award__clause", "officer", "finding")
    return list(campaign.inspections.select_related(*related).order_by("pk"))


def figures(campaign: Campaign, tasks: Iterable[Inspection]) -> Figures:
    """Count frame and tasks by clause; the frame is the frozen one."""
    by_clause: dict[str, Line] = {}
    words: dict[str, str] = {}
    whole = Line("合计")
    for unit in sampling.units_of(campaign.frame):
        words[unit.key] = unit.clause_words
        for line in (whole, by_clause.setdefault(unit.clause_words, Line(unit.clause_words))):
            line.frame += 1
            line.frame_fen += unit.paid_fen
    for task in tasks:
        name = words[task.application.number]
        for line in (whole, by_clause[name]):
            line.take(task)
    return Figures(whole, list(by_clause.values()))


def results(whole: Line) -> list[tuple[str, int]]:
    """Return the results in words with their counts."""
    return [
        ("合格", whole.qualified),
        ("整改完成", whole.rectified),
        ("整改中", whole.rectifying),
        ("转为问题线索", whole.findings),
        ("尚未作出结论", whole.open),
    ]


TASK_COLUMNS = (
    Column("序号", 6),
    Column("申报编号", 22),
    Column("申报单位", 36),
    Column("统一社会信用代码", 24),
    Column("条款", 34),
    Column("分层", 30),
    Column("奖补金额（元）", 18, money=True),
    Column("已拨付（元）", 18, money=True),
    Column("复核人", 14),
    Column("状态", 16),
    Column("结论", 14),
    Column("涉疑金额（元）", 18, money=True),
    Column("线索编号", 24),
    Column("作出结论日期", 14),
    Column("复核情况", 60),
)
CLAUSE_COLUMNS = (
    Column("条款", 40),
    Column("抽样框件数", 12),
    Column("抽样框金额（元）", 20, money=True),
    Column("复核件数", 12),
    Column("复核金额（元）", 20, money=True),
    Column("件数覆盖率", 12),
    Column("金额覆盖率", 12),
    Column("合格", 10),
    Column("整改完成", 10),
    Column("整改中", 10),
    Column("转为线索", 10),
    Column("未结论", 10),
    Column("涉疑金额（元）", 20, money=True),
)
FRAME_COLUMNS = (
    Column("申报编号", 22),
    Column("条款", 40),
    Column("奖补金额（元）", 18, money=True),
    Column("已拨付（元）", 18, money=True),
    Column("风险分", 10),
    Column("抽签数 SHA-256（种子:申报编号）", 68),
    Column("抽中", 8),
)


def task_rows(tasks: Iterable[Inspection]) -> Iterator[list[Any]]:
    """Yield the lines of the sheet of tasks; sums are whole fen."""
    for position, task in enumerate(tasks, start=1):
        case = task.application
        yield [
            *(position, case.number, case.applicant.name, case.applicant.uscc, str(task.award.clause), task.stratum),
            *(task.award.amount_fen, task.paid_fen, str(task.officer or ""), task.get_state_display()),
            *(task.get_result_display(), task.doubt_fen or None, task.finding.number if task.finding else ""),
            timezone.localdate(task.concluded_at) if task.concluded_at else None,
            task.summary,
        ]


def clause_rows(found: Figures) -> Iterator[list[Any]]:
    """Yield the lines of the sheet of clauses, the whole last."""
    for line in [*found.clauses, found.whole]:
        yield [
            *(line.name, line.frame, line.frame_fen, line.drawn, line.drawn_fen),
            *(line.count_coverage, line.sum_coverage),
            *(line.qualified, line.rectified, line.rectifying, line.findings, line.open, line.doubt_fen),
        ]


def frame_rows(campaign: Campaign, drawn: sampling.Draw) -> Iterator[list[Any]]:
    """Yield the frozen frame with the number by which each unit is drawn, for drawing it again."""
    taken = {unit.key for unit, _ in drawn.taken}
    for unit in sampling.units_of(campaign.frame):
        number = sampling.number_of(campaign.seed, unit.key)
        yield [
            *(unit.key, unit.clause_words, unit.amount_fen, unit.paid_fen, unit.score, number),
            "是" if unit.key in taken else "",
        ]
