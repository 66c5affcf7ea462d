"""Recovery cases for tests, led along their road by the real actions; every name is invented."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from applications import recovering
from applications.actions import recovery, recovery_money
from applications.models import (
    Account,
    Application,
    Duty,
    RecoveryCase,
    RecoveryClaim,
    RecoveryEntry,
    RecoveryPaper,
    Status,
    User,
)
from tests.factories import NOON, agent_of, make_application, make_officer, make_paper
from tests.replay import replayed

State = RecoveryCase.State
DAY = timedelta(days=1)

# Days of a road that nobody hurries, from 立案 on: told on the 2nd day, heard on the 12th, decided on the 15th.
TOLD, HEARD, DECIDED, SERVED = NOON + 2 * DAY, NOON + 12 * DAY, NOON + 15 * DAY, NOON + 16 * DAY


def officer(row: RecoveryCase | Application, duty: str) -> User:
    """Return who holds a duty on the case, else a fresh officer of its authority."""
    application = row.application if isinstance(row, RecoveryCase) else row
    held = application.duties.filter(duty=duty).order_by("pk").first()
    return held.user if held else make_officer(duty, application.authority.code)


def opened(
    application: Application | None = None, *, by: User | None = None, at: datetime = NOON, **more: Any
) -> RecoveryCase:
    """Return a case against an award that was paid."""
    application = application or make_application(Status.PAID)
    said: dict[str, Any] = {"kind": "fraud", "alleged": "检测报告系伪造。"} | more
    return recovery.open_case(application, **said, by=by or officer(application, Duty.INSPECT), at=at)


def investigate(row: RecoveryCase, *, at: datetime = NOON, **more: Any) -> None:
    """Let two officers find what there is to find."""
    by = officer(row, Duty.INSPECT)
    officers = [by, second_inspector(row)]
    recovery.investigate(row, text="检测机构书面说明未出具该报告。", officers=officers, by=by, at=at, **more)


def second_inspector(row: RecoveryCase) -> User:
    """Return the second officer of 稽核 on the case, or a fresh one."""
    held = list(row.application.duties.filter(duty=Duty.INSPECT).order_by("pk"))
    return held[1].user if len(held) > 1 else make_officer(Duty.INSPECT, row.authority.code)


def notify(row: RecoveryCase, *, at: datetime = TOLD, **more: Any) -> RecoveryCase:
    """Tell the party that all that was paid is to come back."""
    said: dict[str, Any] = {
        "facts": "检测报告系伪造，有检测机构书面说明为证。",
        "basis": "《财政违法行为处罚处分条例》第十四条",
        "whole": True,
        "principal_fen": 300_0000_00,
        "large": False,
    }
    return recovery.notify(row, **said | more, by=officer(row, Duty.INSPECT), at=at)


def state(row: RecoveryCase, *, at: datetime = TOLD, **more: Any) -> None:
    """Let the party speak."""
    said = {"text": "报告由第三方提供，我单位不知情。"} | more
    recovery.make_statement(row, **said, by=agent_of(row.application.applicant), at=at)


def answer(row: RecoveryCase, *, at: datetime = HEARD) -> RecoveryCase:
    """Answer what the party said, or did not say."""
    by = officer(row, Duty.INSPECT)
    return recovery.answer_statement(row, adopted=False, text="不知情的说法没有证据。", by=by, at=at)


def review(row: RecoveryCase, *, passed: bool = True, at: datetime = HEARD) -> RecoveryCase:
    """Let 法制审核 look at it."""
    return recovery.review(row, passed=passed, opinion="事实清楚。", by=officer(row, Duty.LEGAL), at=at)


def discuss(row: RecoveryCase, *, at: datetime = HEARD, **more: Any) -> RecoveryCase:
    """Let the heads discuss it."""
    said: dict[str, Any] = {
        "held_on": at.date(),
        "people": ["测试甲", "测试乙"],
        "result": "同意处理意见。",
        "minutes": make_paper("讨论记录.pdf"),
    }
    return recovery.discuss(row, **said | more, by=officer(row, Duty.INSPECT), at=at)


def decide(row: RecoveryCase, *, at: datetime = DECIDED, **more: Any) -> RecoveryCase:
    """Decide it."""
    said: dict[str, Any] = {"pay_into": "国家金库测试支库 123456", "remark": "追回资金", "pay_days": 15}
    return recovery.decide(row, **said | more, by=officer(row, Duty.INSPECT), at=at)


def serve(row: RecoveryCase, *, at: datetime = SERVED, **more: Any) -> RecoveryCase:
    """Serve it."""
    said: dict[str, Any] = {"method": "direct", "on": at.date(), "paper": make_paper("送达回证.pdf")}
    return recovery.serve(row, **said | more, by=officer(row, Duty.INSPECT), at=at)


def _close(row: RecoveryCase) -> RecoveryCase:
    pay_back(row, recovering.balances(row)[Account.PRINCIPAL].open, at=SERVED + DAY)
    return recovery.close(row, reason="已全部退回。", by=officer(row, Duty.INSPECT), at=SERVED + DAY)


ROAD: tuple[tuple[str, Callable[[RecoveryCase], Any]], ...] = (
    (State.NOTIFIED, lambda row: (investigate(row), notify(row))),
    (State.HEARD, lambda row: (state(row), answer(row))),
    (State.REVIEWED, review),
    (State.DISCUSSED, discuss),
    (State.DECIDED, decide),
    (State.SERVED, serve),
    (State.CLOSED, _close),
)


def make_recovery(to: str = State.SERVED, application: Application | None = None, **more: Any) -> RecoveryCase:
    """Return a case that reached a state on its proper road; `more` goes to the notice."""
    row = _led(to, application, **more)
    return RecoveryCase.objects.select_related("application__applicant", "authority").get(pk=row.pk)


@replayed
def _led(to: str, application: Application | None, **more: Any) -> RecoveryCase:
    row = opened(application)
    for target, step in ROAD:
        row = RecoveryCase.objects.select_related("application__applicant", "authority").get(pk=row.pk)
        if row.state == to:
            break
        if target == State.NOTIFIED:
            investigate(row)
            notify(row, **more)
        else:
            step(row)
    row.refresh_from_db(fields=["state"])
    assert row.state == to, f"{row.state} is not {to}"
    return row


def pay_back(
    row: RecoveryCase, fen: int, *, at: datetime = SERVED, account: str = Account.PRINCIPAL, voucher: str = ""
) -> RecoveryEntry:
    """Let two finance officers enter that money came back."""
    waiting = claim(row, fen, at=at, account=account, voucher=voucher)
    return recovery_money.confirm(waiting, by=officer(row, Duty.COUNTERSIGN), at=at)


def claim(
    row: RecoveryCase, fen: int, *, at: datetime = SERVED, kind: str = "repaid", voucher: str = "", **more: Any
) -> RecoveryClaim:
    """Let one officer record a movement."""
    by = officer(row, Duty.INSPECT if kind == "written_off" else Duty.PAY)
    said: dict[str, Any] = {"account": Account.PRINCIPAL, "basis": "测试依据"} | more
    if kind == "written_off" and "paper" not in said:
        said["paper"] = make_paper("裁定书.pdf")
    number = voucher or f"缴款{row.claims.count() + 1}"
    return recovery_money.claim(row, kind=kind, amount_fen=fen, on=at.date(), voucher=number, by=by, at=at, **said)


def paper_of(row: RecoveryCase, kind: str = RecoveryPaper.Kind.EVIDENCE, *, at: datetime = NOON) -> RecoveryPaper:
    """Return a file that an officer put into the case."""
    return recovery.add_paper(row, make_paper(), kind=kind, by=officer(row, Duty.INSPECT), at=at)
