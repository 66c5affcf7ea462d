"""
追回 as data: which step leads where and whose it is, how long each limit runs, and what the ledger of a case says.

Read by the permissions, the actions, the pages and the tests. Nothing here changes a state; limits are started and
ended for a case whose row the caller has locked.

The order follows the general law: 立案, 调查 (two officers), 告知 before any decision, 陈述申辩 and 听证, 法制审核,
集体讨论, 决定, 送达, 履行, 结案 (行政处罚法第四十二、四十四、四十五、五十七、五十八、六十至六十四条;
行政强制法第五十三、五十四条).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

import rules
from applications import judgments, timing
from applications.clocks import Calendar, months_after, reckon, years_after
from applications.models import (
    Account,
    Application,
    Award,
    Duty,
    Payment,
    RecoveryCase,
    RecoveryClaim,
    RecoveryEntry,
    RecoveryStep,
    RecoveryTerm,
    SetOff,
    SetOffUse,
    Unit,
)
from applications.models.clock import length_words

S = RecoveryCase.State
Term = RecoveryTerm.Kind
Entry = RecoveryEntry.Kind

PARTY = "party"  # the members of the body that the case is about
BEFORE_THE_DECISION = frozenset({S.INVESTIGATING, S.NOTIFIED, S.HEARD, S.REVIEWED, S.DISCUSSED})
OPEN = frozenset({*BEFORE_THE_DECISION, S.DECIDED, S.SERVED})
DECIDED = frozenset({S.DECIDED, S.SERVED, S.CLOSED})


@dataclass(frozen=True)
class Step:
    """One act on a recovery case: its name on the screen, the states it starts from and may end in, and whose it is."""

    label: str
    sources: frozenset[str]
    targets: frozenset[str]  # empty: the state does not change
    who: frozenset[str]


def _step(label: str, sources: Iterable[str], targets: Iterable[str], *who: str) -> Step:
    return Step(label, frozenset(sources), frozenset(targets), frozenset(who))


_I, _L = Duty.INSPECT, Duty.LEGAL
_MONEY = (S.SERVED, S.CLOSED)  # a closed case takes money only while its balance is open again

STEPS: dict[str, Step] = {
    "open": _step("立案", (), (S.INVESTIGATING,), _I),
    "add_paper": _step("收入材料", OPEN, (), _I),
    "snapshot": _step("记载当事人情况", OPEN, (), _I),
    "investigate": _step("调查记录", (S.INVESTIGATING,), (), _I),
    "notify": _step("拟处理告知", (S.INVESTIGATING,), (S.NOTIFIED,), _I),
    "state": _step("陈述申辩", (S.NOTIFIED,), (), PARTY),
    "ask_hearing": _step("要求听证", (S.NOTIFIED,), (), PARTY),
    "convene": _step("听证通知", (S.NOTIFIED,), (), _I),
    "hold_hearing": _step("举行听证", (S.NOTIFIED,), (), Duty.HEARING),
    "answer": _step("答复陈述申辩", (S.NOTIFIED,), (S.HEARD,), _I),
    "review": _step("法制审核", (S.HEARD,), (S.REVIEWED, S.INVESTIGATING), _L),
    "discuss": _step("集体讨论", (S.REVIEWED,), (S.DISCUSSED, S.INVESTIGATING), _I),
    "reopen": _step("退回补充调查", (S.NOTIFIED, S.HEARD, S.REVIEWED, S.DISCUSSED), (S.INVESTIGATING,), _I),
    "decide": _step("作出决定", (S.DISCUSSED,), (S.DECIDED,), _I),
    "serve": _step("送达", (S.DECIDED,), (S.SERVED,), _I),
    "plan": _step("分期履行", (S.SERVED,), (), _I),
    "urge": _step("催告", (S.SERVED,), (), _I),
    "enforce": _step("申请强制执行", (S.SERVED,), (), _I),
    "transfer": _step("移送", OPEN, (), _I),
    "contest": _step("复议、诉讼", (S.SERVED, S.CLOSED), (), _I),  # a closed case is led on by it
    "set_off": _step("提出抵扣", (S.SERVED,), (), _I),
    "charge": _step("计收", (S.DECIDED, S.SERVED), (), _I),
    "claim": _step("登记台账事项", _MONEY, (), Duty.PAY, _I),
    "confirm": _step("确认台账事项", _MONEY, (), Duty.COUNTERSIGN, _L),
    "refuse": _step("驳回台账事项", _MONEY, (), Duty.COUNTERSIGN, _L),
    "taken": _step("拨付中抵扣", _MONEY, ()),  # follows from a payment; nobody presses it
    "given_back": _step("退票，抵扣恢复", _MONEY, ()),
    "restrict": _step("限制申报", (S.DECIDED, S.SERVED), (), _I),
    "unrestrict": _step("解除限制申报", (S.DECIDED, S.SERVED, S.CLOSED), (), _I),
    "publish": _step("公示", (S.SERVED,), (), _I),
    "unpublish": _step("停止公示", (S.SERVED, S.CLOSED), (), _I),
    "close": _step("结案", (S.SERVED,), (S.CLOSED,), _I),
    "drop": _step("撤销立案", BEFORE_THE_DECISION, (S.DROPPED,), _I),
}

# Whom a case may be handed to beside the road; the state does not change.
TRANSFERS = {"finance": "财政部门", "police": "公安机关", "discipline": "纪检监察机关"}
CONTESTS = {"review": "行政复议", "sue": "行政诉讼"}
OUTCOMES = {
    "upheld": "维持或者驳回",
    "changed": "变更",
    "annulled": "撤销或者确认无效",
    "unlawful": "确认违法，不予撤销",  # the decision keeps its effect (行政复议法第六十五条、行政诉讼法第七十四条)
    "withdrawn": "撤回或者终止",
}
METHODS = {
    "direct": "直接送达",
    "left": "留置送达",
    "post": "邮寄送达",
    "online": "电子送达",
    "announce": "公告送达",
}
ANNOUNCED_DAYS = 30  # a decision served by announcement counts as served when they have passed
DEREGISTRATION = {"": "存续", "announced": "注销公告中", "gone": "已注销"}


# ---- limits --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limit:
    """How long a limit runs, in its own unit, and the article."""

    unit: str
    length: int
    law: str

    @property
    def words(self) -> str:
        """The period in words: 5个工作日."""
        return length_words(self.length, self.unit)


LIMITS: dict[str, Limit] = {
    Term.DECIDE: Limit(Unit.CALENDAR, 90, "行政处罚法第六十条"),
    Term.STATE: Limit(Unit.WORKING, 5, "行政处罚法第四十五条、第六十四条"),
    Term.HEARING: Limit(Unit.WORKING, 5, "行政处罚法第六十四条第一项"),
    Term.CONVENE: Limit(Unit.WORKING, 7, "行政处罚法第六十四条第二项"),
    Term.SERVE: Limit(Unit.WORKING, 7, "行政处罚法第六十一条"),
    Term.PAY: Limit(Unit.CALENDAR, 15, "追回决定"),  # what the decision says goes before
    Term.REVIEW: Limit(Unit.CALENDAR, 60, "行政复议法第二十条"),
    Term.SUE: Limit(Unit.MONTH, 6, "行政诉讼法第四十六条"),
    Term.URGE: Limit(Unit.WORKING, 10, "行政强制法第五十四条、第六十九条"),
    Term.ENFORCE: Limit(Unit.MONTH, 3, "行政强制法第五十三条"),
}
SUE_AFTER_REVIEW = Limit(Unit.CALENDAR, 15, "行政诉讼法第四十五条")

# These are the party's: when they have run out nothing is left to do in them.
OF_THE_PARTY = (Term.STATE, Term.HEARING, Term.REVIEW, Term.SUE)


def start_term(recovery: RecoveryCase, kind: str, day: date, at: datetime, limit: Limit | None = None) -> RecoveryTerm:
    """
    Start a limit after a day, by the authority's table; an open one of the kind gives way to it.

    A year without a table leaves its last day 待定 and raises the task to enter it.
    """
    limit = limit or LIMITS[kind]
    end_terms(recovery, at, kind)
    said = reckon(day, limit.length, limit.unit, (), timing.calendar_of(recovery.authority_id, since=day))
    if said.missing:
        timing.ask_for_table(recovery.authority_id, said.missing, at)
    return RecoveryTerm.objects.create(
        recovery=recovery, kind=kind, started_on=day, unit=limit.unit, length=limit.length, due_on=said.last
    )


def await_day(recovery: RecoveryCase, day: date, at: datetime) -> RecoveryTerm:
    """Let the time to pay end on the day of a part of a plan, which was agreed and moves to no other day."""
    today = timezone.localdate(at)
    end_terms(recovery, at, Term.PAY)
    return RecoveryTerm.objects.create(
        recovery=recovery,
        kind=Term.PAY,
        started_on=min(today, day),
        unit=Unit.CALENDAR,
        length=max(0, (day - today).days),
        due_on=day,
    )


def end_terms(recovery: RecoveryCase, at: datetime, *kinds: str) -> None:
    """End open limits: those of some kinds, or all of them."""
    day = timezone.localdate(at)
    rows = recovery.terms.filter(ended_on=None)
    for row in rows.filter(kind__in=kinds) if kinds else rows:
        row.ended_on = max(day, row.started_on)
        row.save(update_fields=["ended_on"])


def turn(recovery: RecoveryCase, at: datetime) -> None:
    """End what has run out for the party, and write the nearest open limit on the case; the caller saves the case."""
    day = timezone.localdate(at)
    _let_run_out(RecoveryTerm.objects.filter(recovery=recovery), day)
    due = recovery.terms.filter(ended_on=None, due_on__isnull=False).order_by("due_on").values_list("due_on", flat=True)
    recovery.next_due_on = due.first()


def let_run_out(at: datetime) -> int:
    """
    End what has run out for the parties of all cases, so that lists show what is next; return how many cases changed.

    Each case in a transaction of its own, under its row's lock. Safe to call at any hour.
    """
    day = timezone.localdate(at)
    over = RecoveryTerm.objects.filter(ended_on=None, kind__in=OF_THE_PARTY, due_on__lt=day)
    keys = sorted(set(over.values_list("recovery", flat=True)))
    for pk in keys:
        with transaction.atomic():
            case = RecoveryCase.objects.select_for_update(of=("self",)).get(pk=pk)
            turn(case, at)
            RecoveryCase.objects.filter(pk=pk, closed_at=None).update(next_due_on=case.next_due_on)
    return len(keys)


def _let_run_out(terms: Any, day: date) -> None:
    for row in terms.filter(ended_on=None, kind__in=OF_THE_PARTY, due_on__lt=day):
        row.ended_on = row.due_on
        row.save(update_fields=["ended_on"])


def terms_of(authority_id: int) -> QuerySet[RecoveryTerm]:
    """Return the open limits of an authority's cases."""
    return RecoveryTerm.objects.filter(recovery__authority=authority_id, ended_on=None)


def recompute(authority_id: int, at: datetime) -> list[RecoveryTerm]:
    """
    Reckon every open limit of an authority again after its table has changed; return what changed.

    The caller has locked the applications and the authority; the case only mirrors the nearest day.
    """
    rows = list(terms_of(authority_id).select_related("recovery").order_by("pk"))
    if not rows:
        return []
    calendar = timing.calendar_of(authority_id, since=min(row.started_on for row in rows))
    changed = [row for row in rows if _reckoned_anew(row, calendar, at)]
    cases = {row.recovery_id: row.recovery for row in changed}
    for pk, case in cases.items():
        _start_enforcing(case, at)
        turn(case, at)
        RecoveryCase.objects.filter(pk=pk).update(next_due_on=case.next_due_on)
    return changed


def _reckoned_anew(row: RecoveryTerm, calendar: Calendar, at: datetime) -> bool:
    said = reckon(row.started_on, row.length, row.unit, (), calendar)
    if said.missing:
        timing.ask_for_table(row.recovery.authority_id, said.missing, at)
    if said.last == row.due_on:
        return False
    row.due_on = said.last
    row.save(update_fields=["due_on"])
    return True


def _start_enforcing(recovery: RecoveryCase, at: datetime) -> None:
    """Start the three months of 行政强制法第五十三条 once it is known when the periods of appeal end."""
    if recovery.terms.filter(kind=Term.ENFORCE).exists() or not recovery.terms.filter(kind=Term.PAY).exists():
        return
    road = read(recovery)
    end = road.appeals_end
    if end is not None:
        start_term(recovery, Term.ENFORCE, end, at)


def follow_appeals(recovery: RecoveryCase, at: datetime) -> None:
    """Let the time for enforcement follow the periods of appeal as they now stand."""
    end = read(recovery).appeals_end
    known = recovery.terms.filter(kind=Term.ENFORCE, ended_on=None).first()
    if known is not None and known.started_on != end:
        end_terms(recovery, at, Term.ENFORCE)
        known = None
    if end is not None and known is None:
        start_term(recovery, Term.ENFORCE, end, at)


# ---- the ledger ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Balance:
    """
    One account of a case in fen, over the entries that no other takes back.

    owed + refunded − set off − repaid − written off = open − over. Something is over only when more came back than is
    owed: it stands at the treasury until it is refunded, and a case is not closed before.
    """

    owed: int = 0
    refunded: int = 0
    set_off: int = 0
    repaid: int = 0
    written_off: int = 0

    @property
    def net(self) -> int:
        """What the entries add up to."""
        return self.owed + self.refunded - self.set_off - self.repaid - self.written_off

    @property
    def open(self) -> int:
        """What is still to come back."""
        return max(0, self.net)

    @property
    def over(self) -> int:
        """What has to be refunded."""
        return max(0, -self.net)

    @property
    def recovered(self) -> int:
        """What has come back and stays."""
        return self.set_off + self.repaid - self.refunded


def owed_fen() -> Coalesce:
    """Return as a column of cases what they demand as principal now, in fen: 0 where an appeal has annulled it."""
    rows = RecoveryEntry.objects.filter(
        recovery=OuterRef("pk"), account=Account.PRINCIPAL, kind=Entry.OWED, reverses=None, reversed_by=None
    )
    sums = rows.order_by().values("recovery").annotate(fen=Sum("amount_fen")).values("fen")
    return Coalesce(Subquery(sums), 0)


def counting(entries: Iterable[RecoveryEntry]) -> list[RecoveryEntry]:
    """Return the entries that count: neither taken back by another nor taking one back."""
    rows = list(entries)
    undone = {row.reverses_id for row in rows if row.reverses_id}
    return [row for row in rows if row.reverses_id is None and row.pk not in undone]


def balances_of(entries: Iterable[RecoveryEntry]) -> dict[str, Balance]:
    """Return the balance of every account, replayed from entries of one case."""
    sums: dict[str, dict[str, int]] = {account: defaultdict(int) for account in Account.values}
    for row in counting(entries):
        sums[row.account][row.kind] += row.amount_fen
    return {account: Balance(**found) for account, found in sums.items()}


def balances(recovery: RecoveryCase) -> dict[str, Balance]:
    """Return the balance of every account of a case (one query)."""
    return balances_of(recovery.entries.all())


def outstanding(recovery: RecoveryCase) -> int:
    """Return what is still to come back on all accounts, in fen."""
    return sum(balance.open for balance in balances(recovery).values())


# What a set-off may take: what the authority itself demands. A fine is the treasury's own.
SET_OFF_ACCOUNTS = (Account.PRINCIPAL, Account.INTEREST)
UNDER_WAY = (Payment.State.PREPARED, Payment.State.SENT, Payment.State.RECORDED)


def room_for_set_off(recoveries: Collection[int]) -> dict[int, int]:
    """
    Return by case what payments may still take of it: open principal and interest, less what payments under way took.

    What is repaid in the meantime shortens it, so that no more than the balance comes back (two queries).
    """
    entries: dict[int, list[RecoveryEntry]] = {pk: [] for pk in recoveries}
    if not entries:
        return {}
    for row in RecoveryEntry.objects.filter(recovery__in=entries):
        entries[row.recovery_id].append(row)
    taking = SetOffUse.objects.filter(set_off__recovery__in=entries, payment__state__in=UNDER_WAY).order_by()
    took = dict(taking.values_list("set_off__recovery").annotate(fen=Sum("amount_fen")))
    return {pk: max(0, _may_be_set_off(rows) - took.get(pk, 0)) for pk, rows in entries.items()}


def overtaken(payments: Iterable[Payment]) -> set[int]:
    """
    Return which payments under way took more of a recovery case than is open there now (three queries at most).

    It happens when money is repaid between the batch and its countersigning.
    """
    taking = [row.pk for row in payments if row.set_off_fen]
    if not taking:
        return set()
    uses = SetOffUse.objects.filter(set_off__recovery__isnull=False, payment__state__in=UNDER_WAY).order_by()
    own = set(uses.filter(payment__in=taking).values_list("set_off__recovery", flat=True))
    if not own:
        return set()
    took = dict(uses.filter(set_off__recovery__in=own).values_list("set_off__recovery").annotate(fen=Sum("amount_fen")))
    rows = list(RecoveryEntry.objects.filter(recovery__in=own))
    short = [pk for pk in own if took[pk] > _may_be_set_off(row for row in rows if row.recovery_id == pk)]
    found = uses.filter(payment__in=taking, set_off__recovery__in=short)
    return set(found.values_list("payment", flat=True))


def _may_be_set_off(entries: Iterable[RecoveryEntry]) -> int:
    found = balances_of(entries)
    return sum(found[account].open for account in SET_OFF_ACCOUNTS)


@dataclass(frozen=True)
class Charge:
    """
    What interest or a surcharge is reckoned from: the base in fen, the rate in percent a year or a day, days, source.

    `on` says what a surcharge is on: the principal (滞纳金) or the fine (加处罚款). Rounded half-up to the fen.
    """

    base_fen: int
    rate: str
    days: int
    source: str
    per: str = "year"
    on: str = Account.PRINCIPAL

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Charge":
        """Return it from plain data. Raises ValueError when something is missing or makes no sense."""
        try:
            one = cls(
                base_fen=int(said["base_fen"]),
                rate=str(said["rate"]),
                days=int(said["days"]),
                source=str(said["source"]).strip(),
                per=str(said.get("per", "year")),
                on=str(said.get("on", Account.PRINCIPAL)),
            )
            rate = Decimal(one.rate)
        except (KeyError, TypeError, ArithmeticError) as error:
            raise ValueError("charge") from error
        known = one.per in ("year", "day") and one.on in (Account.PRINCIPAL, Account.FINE)
        if not (known and rate.is_finite() and rate > 0 and one.base_fen > 0 and one.days > 0 and one.source):
            raise ValueError("charge")
        return one

    @property
    def amount_fen(self) -> int:
        """The sum that follows, in whole fen."""
        days = Decimal(365) if self.per == "year" else Decimal(1)
        exact = Decimal(self.base_fen) * Decimal(self.rate) * self.days / (100 * days)
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def words(self) -> str:
        """How it was reckoned, as letters say it."""
        unit = "年利率" if self.per == "year" else "每日"
        return (
            f"以{rules.yuan(self.base_fen)}元为基数，按{unit}{self.rate}%计算{self.days}日，"
            f"计{rules.yuan(self.amount_fen)}元（依据：{self.source}）"
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as the ledger stores it."""
        return asdict(self)


# The most that a day of lateness may add: 加处罚款 three percent of the fine (行政处罚法第七十二条).
FINE_A_DAY = Decimal(3)
# 财政违法行为处罚处分条例第十四条: a fine in percent of what was obtained by fraud, or of what was misused.
FINE_PERCENT = {RecoveryCase.Kind.FRAUD: (10, 50), RecoveryCase.Kind.MISUSE: (10, 30)}


def fine_range(recovery: RecoveryCase) -> tuple[int, int] | None:
    """Return from which to which sum a fine may be imposed in fen, None where the law knows no fine."""
    percents = FINE_PERCENT.get(RecoveryCase.Kind(recovery.kind))
    if percents is None or recovery.principal_fen is None:
        return None
    low, high = percents
    return -(-recovery.principal_fen * low // 100), recovery.principal_fen * high // 100


# ---- what was paid -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paid:
    """What one confirmed payment of an award brought its beneficiary, and what of it may still be demanded, in fen."""

    payment: Payment
    fen: int


def payments_of(award: Award) -> list[Payment]:
    """Return the payments of an award that neither were rejected nor came back, in the order of their days."""
    rows = Payment.objects.filter(instalment__award=award).exclude(state__in=Payment.ENDED)
    return list(rows.select_related("instalment").order_by("paid_on", "pk"))


def demandable(payments: Iterable[Payment], entries: Iterable[RecoveryEntry]) -> list[Paid]:
    """
    Return what may be demanded of an award: each confirmed payment, less what was demanded of it before.

    `entries` are those of all cases about the award. The whole sum of a payment counts, also what was set off from it:
    the state paid it by taking a debt away. What is under way, rejected or came back from the bank was not paid.
    """
    confirmed = [row for row in payments if row.state == Payment.State.CONFIRMED]
    before: dict[int, int] = defaultdict(int)
    for row in counting(entries):
        if row.payment_id and (row.account, row.kind) == (Account.PRINCIPAL, Entry.OWED):
            before[row.payment_id] += row.amount_fen
    found = [Paid(row, row.amount_fen - before[row.pk]) for row in confirmed]
    return [row for row in found if row.fen > 0]


def shared_out(paid: Sequence[Paid], principal_fen: int) -> list[Paid]:
    """
    Return from which payments a demanded sum comes: the newest first, since what was paid last went beyond the right.

    The whole of what was paid is simply all of it. In the order of the payments.
    """
    left, found = principal_fen, []
    for row in reversed(paid):
        part = min(left, row.fen)
        if part:
            found.append(Paid(row.payment, part))
            left -= part
    assert left == 0, "permissions have compared the demand with what was paid"
    return found[::-1]


# ---- one case, read at once ------------------------------------------------------------------------------------------


@dataclass
class Road:
    """
    A recovery case with everything that its gates look at: steps, limits, ledger, claims and what was paid.

    Read once for an act or a page; what it says is derived, never stored.
    """

    recovery: RecoveryCase
    steps: list[RecoveryStep]
    terms: list[RecoveryTerm]
    entries: list[RecoveryEntry]
    claims: list[RecoveryClaim]
    payments: list[Payment]
    paid: list[Paid]
    balances: dict[str, Balance] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.balances = balances_of(self.entries)

    @property
    def outstanding(self) -> int:
        """What is still to come back, in fen."""
        return sum(balance.open for balance in self.balances.values())

    @property
    def over(self) -> int:
        """What has to be refunded, in fen."""
        return sum(balance.over for balance in self.balances.values())

    @property
    def paid_fen(self) -> int:
        """What was paid of the award and has not been demanded before, in fen."""
        return sum(row.fen for row in self.paid)

    @property
    def under_way(self) -> bool:
        """Whether a payment of the award has neither arrived nor come back."""
        return any(row.state in UNDER_WAY for row in self.payments)

    @property
    def waiting(self) -> list[RecoveryClaim]:
        """The claims that nobody has confirmed or dropped."""
        return [row for row in self.claims if row.confirmed_at is None and row.dropped_at is None]

    def last(self, *names: str) -> RecoveryStep | None:
        """Return the newest step of some names."""
        return next((step for step in reversed(self.steps) if step.name in names), None)

    def told(self, *names: str) -> RecoveryStep | None:
        """Return the newest step of some names since the party was last told what is intended."""
        notice = self.last("notify")
        found = self.last(*names)
        return found if found and notice and found.pk > notice.pk else None

    def term(self, kind: str) -> RecoveryTerm | None:
        """Return the newest limit of a kind, open or not."""
        return next((term for term in reversed(self.terms) if term.kind == kind), None)

    def term_told(self, kind: str) -> RecoveryTerm | None:
        """Return the limit of a kind that began with the newest notice, None where that notice began none."""
        notice, term = self.last("notify"), self.term(kind)
        if notice is None or term is None or term.pk != notice.detail.get("terms", {}).get(kind):
            return None
        return term

    @property
    def waived(self) -> bool:
        """Whether the party has said that it waives being heard, and nothing else since."""
        step = self.told("state", "ask_hearing")
        return bool(step and step.name == "state" and step.detail.get("waived"))

    @property
    def statement(self) -> RecoveryStep | None:
        """What the party last said to the newest notice, None for a waiver or silence."""
        found = [step for step in self.steps if step.name == "state" and not step.detail.get("waived")]
        notice = self.last("notify")
        return next((step for step in reversed(found) if notice and step.pk > notice.pk), None)

    @property
    def investigators(self) -> set[int]:
        """Whoever has investigated, by key."""
        return {pk for step in self.steps if step.name == "investigate" for pk in step.detail["officers"]}

    def contested(self, kind: str) -> RecoveryStep | None:
        """Return the newest step about an appeal of a kind: that it was made, or its outcome."""
        found = (step for step in reversed(self.steps) if step.name == "contest" and step.detail["kind"] == kind)
        return next(found, None)

    def contest_pending(self, kind: str = "") -> RecoveryStep | None:
        """Return an appeal that was made and has no outcome yet, of one kind or of any."""
        last = [self.contested(name) for name in ((kind,) if kind else CONTESTS)]
        return next((step for step in last if step and not step.detail["outcome"]), None)

    @property
    def judged(self) -> RecoveryStep | None:
        """The newest step by which an appeal changed or annulled the decision."""
        found = (step for step in reversed(self.steps) if step.name == "contest")
        return next((step for step in found if step.detail["outcome"] in judgments.DECIDING), None)

    @property
    def judged_words(self) -> str:
        """What an appeal has made of the decision, in a sentence; "" where it stands as it was made."""
        return judgments.sentence(self.judged.detail) if self.judged else ""

    @property
    def appeals_end(self) -> date | None:
        """
        The day on which neither 复议 nor 诉讼 can be asked for any more; None while that is open or 待定.

        A pending appeal leaves it open. One that was decided by a court ends with its judgment.
        """
        if self.contest_pending():
            return None
        if judged := self.contested("sue"):
            return date.fromisoformat(judged.detail["on"])
        ends = []
        for kind in (Term.REVIEW, Term.SUE):
            term = self.term(kind)
            if term is None:
                return None
            if kind == Term.REVIEW and self.contested("review"):
                continue  # it was asked for and is decided: what counts is the time to sue after it
            if term.due_on is None:
                return None
            ends.append(term.due_on)
        return max(ends)

    def plan_part(self) -> tuple[date, int] | None:
        """Return the next part of the agreed plan that is not covered by what came back since: day and fen left."""
        plan = self.last("plan")
        if plan is None:
            return None
        lowered = sum(step.detail.get("lowered_fen", 0) for step in self.steps if step.pk > plan.pk)
        came = plan.detail["open_fen"] - lowered - self.outstanding  # a changed decision shortens the last parts
        for day, fen in plan.detail["parts"]:
            if came < fen:
                return date.fromisoformat(day), min(fen - came, self.outstanding)
            came -= fen
        return None


def read(recovery: RecoveryCase) -> Road:
    """Return a case with everything its gates look at (five queries)."""
    payments = payments_of(recovery.award)
    # With the entries of other cases about the award, which say what of it was demanded before.
    rows = RecoveryEntry.objects.filter(recovery__award=recovery.award_id).select_related("instalment")
    entries = list(rows.order_by("pk"))
    return Road(
        recovery=recovery,
        steps=list(recovery.steps.select_related("duty", "by", "paper").order_by("pk")),
        terms=list(recovery.terms.order_by("pk")),
        entries=[row for row in entries if row.recovery_id == recovery.pk],
        claims=list(recovery.claims.order_by("pk")),
        payments=payments,
        paid=demandable(payments, entries),
    )


def ran_out(term: RecoveryTerm | None, today: date) -> bool:
    """Say whether a limit is over; one that is 待定 is not, for it protects somebody."""
    return term is not None and term.due_on is not None and term.due_on < today


PENALTY_YEARS = 2


def warnings(road: Road, today: date) -> list[str]:
    """Return what an officer should know and what stops nothing, in sentences."""
    recovery, said = road.recovery, []
    days = [row.payment.paid_on for row in road.paid if row.payment.paid_on]
    found_on = timezone.localdate(recovery.finding.made_at if recovery.finding else recovery.opened_at)
    if recovery.kind in FINE_PERCENT and days and found_on > years_after(max(days), PENALTY_YEARS):
        said.append(
            "自最后一笔资金拨付至发现已超过二年，依照行政处罚法第三十六条不再给予行政处罚；"
            "追回本金不是行政处罚，不受此限。"
        )
    if recovery.decided_at is None and ran_out(road.term(Term.DECIDE), today):
        said.append("已超过自立案之日起九十日作出决定的期限（行政处罚法第六十条）。")
    if recovery.decided_at and recovery.served_on is None and ran_out(road.term(Term.SERVE), today):
        said.append("已超过作出决定后七个工作日的送达期限（行政处罚法第六十一条）。")
    if recovery.party.get("deregistration", {}).get("state") == "announced":
        said.append("当事人正在注销公告，请在公告期内申报债权，并核对股东和清算组承诺。")
    if recovery.party.get("deregistration", {}).get("state") == "gone":
        said.append("当事人已注销，请核对股东、清算义务人或者承诺人，向责任人主张。")
    if road.over:
        said.append(f"多缴{rules.yuan(road.over)}元，须办理退还后方可结案。")
    return said


# ---- public display --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grade:
    """How grave a breach is, and for how many months its public display lasts at least (beyond) and at most."""

    label: str
    over_months: int
    most_months: int


# 国办发〔2025〕22号
GRADES = {"slight": Grade("轻微", 0, 3), "ordinary": Grade("一般", 3, 12), "serious": Grade("严重", 12, 36)}


def fits(grade: str, since: date, until: date) -> bool:
    """Say whether a display from one day until another lasts as long as its grade says."""
    one = GRADES[grade]
    return max(since, months_after(since, one.over_months)) <= until <= months_after(since, one.most_months)


def of_application(application: Application) -> RecoveryCase | None:
    """Return the case against an application that has not ended, None when there is none (one query)."""
    return RecoveryCase.objects.filter(application=application, state__in=OPEN).order_by("-pk").first()


def set_offs_of(recovery: RecoveryCase) -> int:
    """Return what set-offs of a case, confirmed or not, may still take by their own sums, in fen."""
    rows = SetOff.objects.filter(recovery=recovery, dropped_at=None)
    took = SetOffUse.objects.filter(set_off__in=rows).exclude(payment__state__in=Payment.ENDED)
    sums = rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0, took.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return sums[0] - sums[1]
