"""
Promise 10: owed − set off − repaid − written off is the balance, after any sequence of entries, and can be replayed.

Two books are kept: the ledger under test, and a few numbers that this file adds up from what the acts answered.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from applications import recovering
from applications.actions import ActionRefused, payment, recovery, recovery_money, setoff
from applications.invariants import count_all, i6_paid_more_than_once, recoveries_that_do_not_add_up
from applications.models import Application, Award, Duty, Payment, RecoveryCase, RecoveryEntry, SetOffUse
from tests.applications.test_recovery_money import LATE, WHOLE, next_case
from tests.factories import make_officer, make_paper
from tests.recoveries import judge, make_recovery, officer

pytestmark = pytest.mark.django_db

MONEY = ("I1", "I2", "I3", "I4", "I5", "I6", "I7")  # files of acts that were rolled back stay, which others count
CLAIMED = ("repaid", "refunded", "written_off")
SIGN = {"owed": 1, "refunded": 1, "set_off": -1, "repaid": -1, "written_off": -1}


@dataclass
class Books:
    """What the acts have answered so far, added up in the plainest way."""

    sums: Counter = field(default_factory=Counter)
    vouchers: int = 0
    offs: dict[int, int] = field(default_factory=dict)  # write-offs that count, by entry, the oldest first
    revoked: bool = True

    def owe(self, fen: int) -> None:
        """Note what is owed from now on; what is written off beyond it falls, the newest first."""
        self.sums["owed"] = fen
        while sum(self.offs.values()) > fen:
            self.offs.popitem()
        self.sums["written_off"] = sum(self.offs.values())

    @property
    def net(self) -> int:
        return sum(SIGN[kind] * fen for kind, fen in self.sums.items())


@pytest.fixture
def world():
    """A served case of 300 万元 and two more granted cases of the same body, with the officers who act."""
    row = make_recovery("served")
    cases = [next_case(row, subject) for subject in ("二号中心", "三号中心")]
    people = {duty: officer(row, duty) for duty in (Duty.INSPECT, Duty.PAY, Duty.COUNTERSIGN)}
    people[Duty.LEGAL] = officer(row, Duty.LEGAL)
    return row, cases, people, make_officer(Duty.COUNTERSIGN)


sums = st.one_of(st.sampled_from([1, WHOLE // 3, WHOLE, WHOLE + 1]), st.integers(1, WHOLE * 2))
enter = st.tuples(st.just("enter"), st.sampled_from(CLAIMED), sums)
take_back = st.tuples(st.just("take_back"), st.integers(0, 3), st.just(0))
set_off = st.tuples(st.just("set_off"), st.just(0), sums)
record = st.tuples(st.just("record"), st.integers(0, 1), st.just(0))
paid = st.tuples(st.just("paid"), st.integers(0, 1), st.sampled_from([True, True, False]))
settle = st.tuples(st.just("settle"), st.integers(0, 3), st.sampled_from([True, True, False]))
# What is likely in an office stands here more than once.
steps = st.one_of(
    *(enter, enter, enter, set_off, set_off, record, record, paid, paid, settle, settle, take_back),
    st.tuples(st.just("claim"), st.sampled_from(CLAIMED), sums),
    st.tuples(st.just("returned"), st.integers(0, 1), st.just(0)),
    st.tuples(st.sampled_from(["annul", "never_arrived"]), st.just(0), st.just(0)),
    st.tuples(st.just("change"), st.booleans(), st.one_of(st.sampled_from([0, WHOLE // 3, WHOLE]), sums)),
)

# Each leads to where chance seldom comes: too much, refunded, and its reversal; a debt taken while it is repaid; a
# decision that falls after money, write-off and set-off; a debt that comes back with the payment that took it; a
# write-off whose reversal waits while the decision falls.
TOO_MUCH = [("enter", "repaid", WHOLE + 9), ("enter", "refunded", 9), ("enter", "refunded", 1), ("take_back", 0, 0)]
MEANWHILE = [("set_off", 0, WHOLE), ("record", 0, 0), ("enter", "repaid", WHOLE), ("paid", 0, True), ("record", 1, 0)]
FALLS = [("set_off", 0, 100), ("record", 0, 0), ("paid", 0, True), ("enter", "written_off", WHOLE - 100)]
BACK = [("set_off", 0, WHOLE), ("record", 0, 0), ("paid", 0, True), ("returned", 0, 0), ("record", 1, 0)]
WAITING = [("enter", "written_off", 1), ("take_back", 0, 0)]
# A decision that is changed after money came and some was written off, then annulled; one that is changed twice.
CHANGED = [("enter", "written_off", 7), ("enter", "written_off", WHOLE // 2), ("enter", "repaid", WHOLE // 2)]
TWICE = [("change", False, WHOLE // 2), ("enter", "repaid", WHOLE // 3), ("change", True, WHOLE // 3), ("annul", 0, 0)]
ENDS = [[("annul", 0, 0), ("enter", "refunded", WHOLE)], [("never_arrived", 0, 0), ("settle", 0, True)], []]


@example(TOO_MUCH + [("settle", 0, True)] + ENDS[0])
@example(MEANWHILE + [("enter", "refunded", WHOLE)] + ENDS[0])
@example(FALLS + ENDS[0])
@example(FALLS + ENDS[1])
@example([*WAITING, ("annul", 0, 0), ("settle", 0, True), ("settle", 0, False)])
@example([*CHANGED, ("change", True, WHOLE // 3), ("enter", "refunded", WHOLE // 2), ("annul", 0, 0)])
@example([*TWICE, ("enter", "refunded", WHOLE // 3), ("never_arrived", 0, 0)])
@example([("never_arrived", 0, 0), ("change", True, 0), ("annul", 0, 0)])
@example(BACK + [("paid", 1, True)] + ENDS[2])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=6, max_size=16))
def test_the_balance_is_what_the_entries_say(world, steps):
    books = Books()
    books.sums["owed"] = WHOLE
    with transaction.atomic():
        for step in steps:
            _tried(world, books, step)
            check(world[0], books)
        found = count_all()
        assert {name: found[name] for name in MONEY} == dict.fromkeys(MONEY, 0)
        transaction.set_rollback(True)


def _tried(world, books, step) -> bool:
    """Do one act as an office would; say whether it was allowed, of which nothing is left where it was not."""
    name, first, second = step
    before = replace(books, sums=Counter(books.sums), offs=dict(books.offs))
    try:
        with transaction.atomic():
            ACTS[name](world, books, first, second)
    except ActionRefused:
        books.sums, books.offs, books.revoked = before.sums, before.offs, before.revoked
        return False
    return True


def _claim(world, books, kind, fen):
    row, _, people, _ = world
    books.vouchers += 1
    recovery_money.claim(
        row,
        account="principal",
        kind=kind,
        amount_fen=fen,
        on=LATE.date(),
        voucher=f"缴{books.vouchers}",
        basis="测试",
        paper=make_paper() if kind == "written_off" else None,
        by=people[Duty.INSPECT if kind == "written_off" else Duty.PAY],
        at=LATE,
    )


def _enter(world, books, kind, fen):
    """Have one person record it and another confirm it at once."""
    _claim(world, books, kind, fen)
    _settle(world, books, -1, True)


def _waiting(row):
    return list(row.claims.filter(confirmed_at=None, dropped_at=None).order_by("pk"))


def _settle(world, books, place, agreed):
    row, _, people, _ = world
    waiting = _waiting(row)
    if not waiting:
        return
    one = waiting[place % len(waiting)]
    by = people[Duty.LEGAL if one.kind == "written_off" else Duty.COUNTERSIGN]
    if not agreed:
        recovery_money.refuse(one, reason="凭证不符", by=by, at=LATE)
        return
    entry = recovery_money.confirm(one, by=by, at=LATE)
    books.sums[one.kind] += -one.amount_fen if one.reverses_id else one.amount_fen
    if one.kind == "written_off":
        if one.reverses_id:
            books.offs.pop(one.reverses_id)
        else:
            books.offs[entry.pk] = one.amount_fen


def _take_back(world, books, place, _):
    row, _, people, _ = world
    found = [entry for entry in recovering.counting(row.entries.order_by("pk")) if entry.kind in CLAIMED]
    if not found:
        return
    entry = found[place % len(found)]
    books.vouchers += 1
    recovery_money.claim(
        row,
        account=entry.account,
        kind=entry.kind,
        amount_fen=entry.amount_fen,
        on=LATE.date(),
        voucher=f"冲{books.vouchers}",
        basis="测试",
        reverses=entry,
        by=people[Duty.INSPECT if entry.kind == "written_off" else Duty.PAY],
        at=LATE,
    )


def _set_off(world, books, _, fen):
    row, _, people, finance = world
    made = recovery.set_off(row, amount_fen=fen, by=people[Duty.INSPECT], at=LATE)
    setoff.confirm(made, by=finance, at=LATE)


def _newest(case: Application) -> Payment | None:
    return Payment.objects.filter(instalment__award__application=case).order_by("-pk").first()


def _record(world, books, place, _):
    case = world[1][place]
    books.vouchers += 1
    part = case.awards.get().instalments.get()
    by = officer(case, Duty.PAY)
    payment.record(part, paid_on=LATE.date(), voucher_number=f"凭{books.vouchers}", by=by, at=LATE)


def _paid(world, books, place, agreed):
    case = world[1][place]
    found = _newest(case)
    if found is None:
        return
    by = officer(case, Duty.COUNTERSIGN)
    if not agreed:
        payment.reject(found, reason="驳回", by=by, at=LATE)
        return
    payment.confirm(found, by=by, at=LATE)
    books.sums["set_off"] += found.set_off_fen


def _returned(world, books, place, _):
    case = world[1][place]
    found = _newest(case)
    if found is None:
        return
    by = officer(case, Duty.PAY)
    payment.return_(found, on=LATE.date(), reason="账号有误", by=by, at=LATE)
    payment.release(Payment.objects.get(pk=found.pk), note="账户无误", by=by, at=LATE)
    books.sums["set_off"] -= found.set_off_fen


def _annul(world, books, *_):
    judge(world[0], "annulled", at=LATE)
    books.owe(0)  # what is not owed is not written off either
    books.revoked = False


def _change(world, books, restores, fen):
    judge(world[0], "changed", principal_fen=fen, revoked=False if restores else None, at=LATE)
    books.owe(fen)
    books.revoked &= not restores


def _never_arrived(world, books, *_):
    """Let the bank send back the very payment that is demanded."""
    row = world[0]
    paid = Payment.objects.get(instalment__award=row.award_id)
    payment.return_(paid, on=LATE.date(), reason="账号有误", by=world[2][Duty.PAY], at=LATE)
    books.owe(0)


ACTS = {
    "enter": _enter,
    "claim": _claim,
    "settle": _settle,
    "take_back": _take_back,
    "set_off": _set_off,
    "record": _record,
    "paid": _paid,
    "returned": _returned,
    "annul": _annul,
    "change": _change,
    "never_arrived": _never_arrived,
}


def check(row: RecoveryCase, books: Books) -> None:
    """Compare both books, replay the ledger from its entries, and ask what must always hold."""
    balance = recovering.balances(row)["principal"]
    assert (balance.open, balance.over) == (max(0, books.net), max(0, -books.net))
    assert {kind: getattr(balance, kind) for kind in SIGN} == {kind: books.sums[kind] for kind in SIGN}
    assert balance.open - balance.over == (
        balance.owed + balance.refunded - balance.set_off - balance.repaid - balance.written_off
    )
    entries = list(RecoveryEntry.objects.filter(recovery=row).order_by("-pk"))  # in whatever order they are read
    assert recovering.balances_of(entries)["principal"] == balance
    assert min(books.sums.values()) >= 0
    taking = SetOffUse.objects.filter(set_off__recovery=row, payment__state__in=recovering.UNDER_WAY)
    room = recovering.room_for_set_off([row.pk])[row.pk]
    assert room == max(0, balance.open - sum(taking.values_list("amount_fen", flat=True)))
    assert recoveries_that_do_not_add_up() == 0
    assert balance.written_off <= balance.owed
    # Nobody is refunded what never came; where a repayment proves wrong after its refund, the refund is owed too.
    assert balance.over <= max(0, balance.recovered)
    assert i6_paid_more_than_once() == 0
    kept = Award.objects.standing().kept().filter(pk=row.award_id).values_list("kept_fen", flat=True)
    assert list(kept) == ([] if books.revoked or books.sums["owed"] == WHOLE else [WHOLE - books.sums["owed"]])
