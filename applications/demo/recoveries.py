"""Two invented recovery cases: one whose body is asked for its statement, and one that was paid back and closed."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications import recovering
from applications.actions import recovery, recovery_money
from applications.actions.desk_file import Paper
from applications.demo import samples
from applications.models import Account, Applicant, Application, Duty, RecoveryCase, User
from applications.uploads import inspect

# Paid awards that the stories make for this: by body and subject.
RUNNING = ("hanhai", "演示语音标注产品")
CLOSED = ("hongliu", "演示算力数据产品")
CLAUSE = "xinxing-8"
BASIS = "《财政违法行为处罚处分条例》第十四条（演示数据，不构成法律意见）"
DAY = timedelta(days=1)


def paper(title: str, applicant: Applicant) -> Paper:
    """Return an invented one-page paper about a body."""
    rows = {"单位": applicant.name, "内容": f"{title}（演示数据）"}
    made = SimpleUploadedFile(f"{title}.pdf", samples.page(title, "recovery", applicant, rows, f"演示{title}"))
    return Paper(file=made, upload=inspect(made))  # type: ignore[arg-type] # a file made here has a name and a size


def tell(cast: Any, now: datetime) -> None:
    """Open both cases; lead one until its body is told, the other to its end."""
    told = _open(cast, RUNNING, "申报的数据产品营收与审计报告附注不一致。", now - 9 * DAY)
    _notify(cast, told, now - DAY)
    _close(cast, _open(cast, CLOSED, "申报的营收中含有与公共数据产品无关的收入。", now - 40 * DAY), now - 38 * DAY)


def _case(key: tuple[str, str], cast: Any) -> Application:
    body, subject = key
    applicant = cast.bodies[body][0]
    return Application.objects.select_related("applicant", "authority").get(
        clause__code=CLAUSE, applicant=applicant, subject=subject
    )


def _open(cast: Any, key: tuple[str, str], alleged: str, at: datetime) -> RecoveryCase:
    by = cast.officer(Duty.INSPECT)
    row = recovery.open_case(_case(key, cast), kind="fraud", alleged=f"{alleged}（演示数据）", by=by, at=at)
    recovery.investigate(
        row,
        text="向会计师事务所调取审计报告附注和收入明细，与申报材料逐项核对。（演示数据）",
        officers=[by, cast.officer("inspect2")],
        paper=paper("会计师事务所复函", row.application.applicant),
        by=by,
        at=at + timedelta(hours=2),
    )
    return row


def _notify(cast: Any, row: RecoveryCase, at: datetime) -> None:
    recovery.notify(
        row,
        facts="申报的数据产品营收与审计报告附注不一致，实际营收不足100万元，不符合申报条件。（演示数据）",
        basis=BASIS,
        whole=True,
        principal_fen=recovering.read(row).paid_fen,
        large=True,
        by=cast.officer(Duty.INSPECT),
        at=at,
    )


def _close(cast: Any, row: RecoveryCase, at: datetime) -> None:
    """Lead a case that was investigated to its end, with the money back in two parts."""
    inspector, applicant = cast.officer(Duty.INSPECT), row.application.applicant
    agent: User = next(agent for body, _, agent in cast.bodies.values() if body.pk == applicant.pk)
    _notify(cast, row, at)
    recovery.make_statement(row, text="", waived=True, by=agent, at=at + DAY)
    recovery.answer_statement(row, adopted=False, text="", by=inspector, at=at + 2 * DAY)
    recovery.review(
        row, passed=True, opinion="事实清楚，程序合法。（演示数据）", by=cast.officer(Duty.LEGAL), at=at + 3 * DAY
    )
    recovery.discuss(
        row,
        held_on=timezone.localdate(at + 4 * DAY),
        people=["演示·沈小批", "演示·季小查"],
        result="同意处理意见。（演示数据）",
        minutes=paper("集体讨论记录", applicant),
        by=inspector,
        at=at + 4 * DAY,
    )
    recovery.decide(
        row,
        pay_into="户名：国家金库演示支库；账号：0000000000000000；开户行：国家金库演示支库（虚构）",
        remark=f"退回奖补资金 {row.number}",
        pay_days=15,
        by=inspector,
        at=at + 5 * DAY,
    )
    recovery.serve(
        row,
        method="direct",
        on=timezone.localdate(at + 6 * DAY),
        paper=paper("送达回证", applicant),
        by=inspector,
        at=at + 6 * DAY,
    )
    half = recovering.outstanding(row) // 2
    for number, days in enumerate((8, 15), 1):
        fen = half if number == 1 else recovering.outstanding(row)
        _pay_back(cast, row, fen, f"演示缴款{row.pk:04d}-{number}", at + days * DAY)
    recovery.close(row, reason="应退款项已经全部退回。（演示数据）", by=inspector, at=at + 16 * DAY)


def _pay_back(cast: Any, row: RecoveryCase, fen: int, voucher: str, at: datetime) -> None:
    waiting = recovery_money.claim(
        row,
        account=Account.PRINCIPAL,
        kind="repaid",
        amount_fen=fen,
        on=timezone.localdate(at),
        voucher=voucher,
        basis="退回奖补资金（演示数据）",
        by=cast.officer(Duty.PAY),
        at=at,
    )
    recovery_money.confirm(waiting, by=cast.officer(Duty.COUNTERSIGN), at=at + timedelta(hours=1))
