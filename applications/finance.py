"""
What the finance desk asks of many payments: how each share of each instalment stands, what holds it back, and sums.

The unit of the desk is the share: what one payer bears of one instalment is paid by one payment. How a share stands is
never stored; it follows from its payments and from what holds it back on a day, and is read in SQL, so that lists,
totals and registers cannot disagree.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractMonth
from django.db.models.lookups import Exact
from django.utils import timezone

from applications.models import (
    AccountCheck,
    Clock,
    Commitment,
    CreditCheck,
    Document,
    Finding,
    Objection,
    PayerShare,
    Payment,
    Policy,
    Pool,
    Recheck,
    RecoveryCase,
    Restriction,
    Status,
    YearClose,
)

DUE, HELD, RECORDED, BATCH, PAID, RETURNED, REJECTED, REVOKED = (
    *("due", "held", "recorded", "batch", "paid"),
    *("returned", "rejected", "revoked"),
)
STATES = {
    DUE: "可拨付",
    HELD: "暂缓拨付",
    BATCH: "批次中",
    RECORDED: "待复核",
    PAID: "已拨付",
    RETURNED: "已退票",
    REJECTED: "驳回待重办",
}
STATE_NAMES = STATES | {REVOKED: "已撤销"}
PAYABLE = (DUE, REJECTED)  # nothing stands in the way of paying these
UNPAID = (*PAYABLE, HELD, RETURNED)  # no payment of these is under way

# Why a share is held, the gravest first: the first that applies is named.
RESTRICTED, RECOVERY, DOUBTED = "restricted", "recovery", "doubted"
OBJECTED, DUPLICATE, CLOSED = "objected", "duplicate", "closed"
EARLY, RECHECK, ACCOUNT, BACK, LATE = "early", "recheck", "account", "back", "late"
HOLDS = {
    RESTRICTED: "限制拨付",
    RECOVERY: "追回案件办理中",
    DOUBTED: "线索核查中",
    OBJECTED: "异议未核实",
    DUPLICATE: "拨付前核查存疑",
    CLOSED: "年度已结账",
    EARLY: "未到拨付日期",
    RECHECK: "尚未再核",
    ACCOUNT: "账户未核对",
    BACK: "本期退票未处理",
    LATE: "超期未说明",
}

LIVE = tuple(state for state in Payment.State if state not in Payment.ENDED)
IN_BATCH = (Payment.State.PREPARED, Payment.State.SENT)


def rows_of(authority_id: int) -> QuerySet[PayerShare]:
    """Return the shares of an authority's awards that no later decision replaced, and nothing beside them."""
    return PayerShare.objects.filter(instalment__award__authority=authority_id, instalment__award__replaced_by=None)


def shares_of(authority_id: int, at: datetime | None = None) -> QuerySet[Any]:
    """Return the shares of an authority's awards that no later decision replaced, with `state`, `hold` and `live`."""
    return with_state(rows_of(authority_id), at)


def with_live(rows: QuerySet[PayerShare]) -> QuerySet[Any]:
    """Read with each share its payment that counts (`live`), once."""
    if "live" in rows.query._filtered_relations:  # type: ignore[attr-defined] # Django has no public word for it
        return rows
    return rows.annotate(live=FilteredRelation("payments", condition=Q(payments__state__in=LIVE)))


def without_payment(rows: QuerySet[PayerShare], at: datetime | None = None) -> QuerySet[Any]:
    """
    Return the shares that no payment counts for, with `unpaid_state` and `unpaid_hold`.

    Payments are asked share by share and not joined: for a join SQLite first reads all payments there are (a filter of
    bits over the table), however few shares a page shows.
    """
    at = at or timezone.now()
    own = Payment.objects.filter(share=OuterRef("pk"))
    rows = rows.filter(~Exists(own.filter(state__in=LIVE)))
    rows = rows.alias(unpaid_hold=Case(*_holds(at), default=Value("")))
    return rows.alias(unpaid_state=Case(*_states(own, "unpaid_hold"), default=Value(DUE)))


def with_state(rows: QuerySet[PayerShare], at: datetime | None = None) -> QuerySet[Any]:
    """
    Read with each share its payment that counts (`live`), its `state`, and why it is held (`hold`, "" when it is not).

    What stands in the way is reckoned on the day of `at`, now unless given.
    """
    at = at or timezone.now()
    own = Payment.objects.filter(share=OuterRef("pk"))
    under_way = When(live__state__isnull=False, then=Value(""))  # it is paid or under way: nothing holds it
    return with_live(rows).annotate(
        hold=Case(under_way, *_holds(at), default=Value("")),
        state=Case(
            When(live__state=Payment.State.CONFIRMED, then=Value(PAID)),
            When(live__state__in=IN_BATCH, then=Value(BATCH)),
            When(live__state=Payment.State.RECORDED, then=Value(RECORDED)),
            *_states(own, "hold"),
            default=Value(DUE),
        ),
    )


def _states(own: QuerySet[Payment], hold: str) -> list[When]:
    """Return the states of a share without a payment that counts, the gravest first; else it is due."""
    return [
        When(instalment__award__application__status=Status.REVOKED, then=Value(REVOKED)),
        When(Exists(own.filter(state=Payment.State.RETURNED, released_at=None)), then=Value(RETURNED)),
        When(~Q(**{hold: ""}), then=Value(HELD)),
        When(Exists(own.filter(state=Payment.State.REJECTED)), then=Value(REJECTED)),
    ]


def _holds(at: datetime) -> list[When]:
    """Return what keeps a share without payment from being paid on the day of a moment, the gravest first."""
    day = timezone.localdate(at)
    award = "instalment__award"
    restricted = Restriction.objects.standing(day).filter(
        authority=OuterRef(f"{award}__authority"),
        uscc=OuterRef(f"{award}__applicant__uscc"),
        scope=Restriction.Scope.PAYMENT,
    )
    pausing = RecoveryCase.objects.filter(
        state__in=RecoveryCase.PAUSING,
        authority=OuterRef(f"{award}__authority"),
        application__applicant=OuterRef(f"{award}__applicant"),
    )
    doubts = Finding.objects.filter(application=OuterRef(f"{award}__application"), state=Finding.State.TAKEN)
    newest = Recheck.objects.filter(instalment=OuterRef("instalment")).order_by("-pk").values("passed")[:1]
    rechecked = Coalesce(Subquery(newest), Value(False), output_field=BooleanField())
    case = OuterRef(f"{award}__application")
    objections = Objection.objects.filter(notice__application=case, ruling="")
    credit = CreditCheck.objects.filter(application=case, stage=CreditCheck.Stage.PAYMENT).order_by("-pk")
    closes = YearClose.objects.counting().filter(authority=OuterRef(f"{award}__authority"), year=day.year)
    came_back = Payment.objects.filter(
        instalment=OuterRef("instalment"), state=Payment.State.RETURNED, released_at=None
    )
    late = Clock.objects.filter(application=case, step=Status.GRANTED, ended_on=None, due_on__lt=day, late_reason="")
    # Two officers of this authority have looked at the account in use; it bears the body's name and is past its wait.
    looked_at = AccountCheck.objects.filter(
        account__applicant=OuterRef(f"{award}__applicant"),
        account__replaced_at=None,
        authority=OuterRef(f"{award}__authority"),
        passed=True,
        confirmed_at__isnull=False,
        dropped_at=None,
        account__usable_from__lte=at,
        account__holder=OuterRef(f"{award}__applicant__name"),
    )
    return [
        When(Exists(restricted), then=Value(RESTRICTED)),
        When(Exists(pausing), then=Value(RECOVERY)),
        When(Exists(doubts), then=Value(DOUBTED)),
        When(Exists(objections), then=Value(OBJECTED)),
        When(_is(credit.values("result")[:1], CreditCheck.Result.DUPLICATE), then=Value(DUPLICATE)),
        When(Exists(closes), then=Value(CLOSED)),
        When(instalment__due_on__gt=day, then=Value(EARLY)),
        When(Q(instalment__number__gt=1) & ~Q(rechecked), then=Value(RECHECK)),
        When(~Exists(looked_at), then=Value(ACCOUNT)),
        When(Exists(came_back), then=Value(BACK)),
        When(Exists(late), then=Value(LATE)),
    ]


def _is(newest: QuerySet[Any, Any], value: str) -> Q:
    """Return whether the one value that a query has, if it has one, is this."""
    return Q(Exact(Coalesce(Subquery(newest), Value("")), value))


def with_papers(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Read with each share the notice of its award (`notice`) and the account in use of its applicant (`account`)."""
    return rows.annotate(
        notice=FilteredRelation(
            "instalment__award__documents", condition=Q(instalment__award__documents__kind=Document.Kind.NOTICE)
        ),
        account=FilteredRelation(
            "instalment__award__applicant__bank_accounts",
            condition=Q(instalment__award__applicant__bank_accounts__replaced_at=None),
        ),
    )


def last_return(name: str) -> Subquery:
    """Return the expression of one field of a share's newest payment that came back."""
    came_back = Payment.objects.filter(share=OuterRef("pk"), state=Payment.State.RETURNED).order_by("-pk")
    return Subquery(came_back.values(name)[:1])


# ---- sums ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """How many shares stand together in one year, policy, clause, payer, state and hold, and their sum in fen."""

    year: int
    policy: int
    clause: int
    payer: int
    state: str
    hold: str
    count: int
    fen: int


def cube(authority_id: int, at: datetime | None = None) -> list[Cell]:
    """Return the sums of everything an authority has granted, by all that the overview groups by (one query)."""
    award = "instalment__award"
    keys = (f"{award}__year", f"{award}__clause__policy", f"{award}__clause", "payer", "state", "hold")
    rows = shares_of(authority_id, at).order_by().values_list(*keys).annotate(count=Count("pk"), fen=Sum("amount_fen"))
    return [Cell(*row) for row in rows]


@dataclass(frozen=True)
class Sums:
    """Count and sum in fen by state, and of what is held by reason."""

    counts: Counter[str]
    fen: Counter[str]


def summed(cells: Iterable[Cell]) -> Sums:
    """Return the sums of some cells by state; what is held is counted under its reason as well."""
    sums = Sums(Counter(), Counter())
    for cell in cells:
        for key in (cell.state, cell.hold) if cell.state == HELD else (cell.state,):
            sums.counts[key] += cell.count
            sums.fen[key] += cell.fen
    return sums


# ---- pools, months, quarters ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PoolUse:
    """
    A pool's limit split in four, in fen: paid, granted and unpaid, held for cases in public notice, free.

    `over_fen` is what an award that was given back on an appeal takes beyond the limit.
    """

    name: str
    limit_fen: int
    paid_fen: int
    granted_fen: int
    held_fen: int
    over_fen: int = 0

    @property
    def free_fen(self) -> int:
        """What nothing draws on yet."""
        return max(0, self.limit_fen - self.paid_fen - self.granted_fen - self.held_fen)


def pool_use(policy: Policy, year: int) -> list[PoolUse]:
    """Return how much of each pool of a policy is used in a year (one query)."""
    held = Commitment.objects.filter(pool=OuterRef("pk"), state=Commitment.State.HELD).order_by().values("pool")
    rows = Pool.objects.filter(policy=policy, year=year).order_by("name")
    found = rows.annotate(held=Coalesce(Subquery(held.annotate(sum=Sum("amount_fen")).values("sum")), Value(0)))
    return [
        PoolUse(
            row.name, row.limit_fen, row.paid_fen, row.committed_fen - row.paid_fen - row.held, row.held, row.over_fen
        )
        for row in found
    ]


@dataclass(frozen=True)
class Month:
    """What was paid in a month: how many payments, what left the treasury and what was set off, in fen."""

    month: int
    count: int
    net_fen: int
    set_off_fen: int


def months(policy: Policy, year: int) -> list[Month]:
    """Return the twelve months of a year with what was paid under a policy (one query)."""
    paid = Payment.objects.filter(
        state=Payment.State.CONFIRMED,
        paid_on__year=year,
        instalment__award__clause__policy=policy,
        instalment__award__authority=policy.authority_id,
    )
    rows = paid.annotate(month=ExtractMonth("paid_on")).order_by().values_list("month")
    found = {
        month: Month(month, count, net, set_off)
        for month, count, net, set_off in rows.annotate(
            Count("pk"), net=Sum(F("amount_fen") - F("set_off_fen")), off=Sum("set_off_fen")
        )
    }
    return [found.get(month) or Month(month, 0, 0, 0) for month in range(1, 13)]


@dataclass(frozen=True)
class Quarter:
    """Instalments that fall due in one quarter and are unpaid; the first also has what was due before it."""

    year: int
    quarter: int
    count: int
    fen: int


QUARTERS = 12


def forecast(policy: Policy, today: date) -> tuple[list[Quarter], Quarter]:
    """
    Return what falls due in this quarter and the eleven after it, and what is due later, unpaid and granted.

    What has no day of its own is due from the decision on, so it stands in the first quarter (one query).
    """
    unpaid = shares_of(policy.authority_id).filter(instalment__award__clause__policy=policy)
    unpaid = unpaid.exclude(state__in=(PAID, REVOKED))
    begin = today.year * 4 + (today.month - 1) // 3
    counts, fens = Counter[int](), Counter[int]()
    rows = unpaid.order_by().values_list("instalment__due_on").annotate(Count("pk"), Sum("amount_fen"))
    for day, count, fen in rows:
        place = max(begin, day.year * 4 + (day.month - 1) // 3) if day else begin
        place = min(place, begin + QUARTERS)
        counts[place] += count
        fens[place] += fen
    found = [Quarter(n // 4, n % 4 + 1, counts[n], fens[n]) for n in range(begin, begin + QUARTERS + 1)]
    return found[:QUARTERS], found[QUARTERS]
