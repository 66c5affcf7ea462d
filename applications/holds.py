"""
Why an instalment is not paid today: asked in one place by whoever records, prepares, countersigns or shows a payment.

A hold is one function over many instalments that yields (instalment, reason). What holds money for another reason
joins by its function in `HOLDS`, and by an annotation in `read` where a look-up of its own would cost a query.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from applications import accounts, permissions
from applications.models import (
    AccountCheck,
    BankAccount,
    Clock,
    CreditCheck,
    Finding,
    Instalment,
    Objection,
    Payment,
    Recheck,
    RecoveryCase,
    Restriction,
    Status,
    YearClose,
)
from applications.restricted import words_of

Held = Iterator[tuple[Any, str]]
Hold = Callable[[Sequence[Any], datetime], Held]


def to_ask(instalments: QuerySet[Instalment]) -> QuerySet[Instalment]:
    """Read with instalments what a line shows of their award and case."""
    return instalments.select_related(
        "award__application__authority", "award__applicant", "award__replaced_by", "award__clause__policy"
    )


def read(instalments: QuerySet[Instalment], at: datetime) -> QuerySet[Any]:
    """Read instalments with everything the holds look at (one query, whatever the number)."""
    today = timezone.localdate(at)
    case, authority, body = OuterRef("award__application"), OuterRef("award__authority"), OuterRef("award__applicant")
    returned = Payment.objects.filter(instalment=OuterRef("pk"), state=Payment.State.RETURNED, released_at=None)
    objections = Objection.objects.filter(notice__application=case, ruling="")
    credit = CreditCheck.objects.filter(application=case, stage=CreditCheck.Stage.PAYMENT).order_by("-pk")
    against = Restriction.objects.standing(today).filter(
        authority=authority, uscc=OuterRef("award__applicant__uscc"), scope=Restriction.Scope.PAYMENT
    )
    clocks = Clock.objects.filter(application=case, ended_on=None, step=Status.GRANTED)
    checks = AccountCheck.objects.filter(
        account__applicant=body, account__replaced_at=None, authority=authority, dropped_at=None
    )
    said = {
        "hold_returned": returned.values("return_reason")[:1],
        "hold_credit": credit.values("pk")[:1],
        "hold_against": against.order_by("pk").values("pk")[:1],
        "hold_clock": clocks.values("pk")[:1],
        "hold_check": checks.values(said=JSONObject(passed="passed", confirmed_at="confirmed_at", note="note"))[:1],
    }
    rows = to_ask(instalments).annotate(
        **{name: Subquery(query) for name, query in said.items()},
        hold_objected=Exists(objections),
        hold_recovery=Exists(pausing().filter(authority=authority, application__applicant=body)),
        hold_doubted=Exists(Finding.objects.filter(application=case, state=Finding.State.TAKEN)),
        hold_closed=Exists(closes_of(today.year).filter(authority=authority)),
    )
    return rows.order_by("pk")


def _rows(model: Any, parts: Sequence[Any], name: str) -> dict[int, Any]:
    """Return the rows that were found for parts, by key; no query where nothing was found."""
    keys = {getattr(part, name) for part in parts} - {None}
    return model.objects.in_bulk(keys) if keys else {}


def _not_granted(parts: Sequence[Any], at: datetime) -> Held:
    for part in parts:
        case = part.award.application
        if hasattr(part.award, "replaced_by"):
            yield part, "本决定已由新的决定替代"
        if case.status == Status.REVOKED:
            yield part, "原奖补决定已被撤销"
        elif case.status != Status.GRANTED:
            yield part, f"本件目前为“{case.get_status_display()}”"


def _not_due(parts: Sequence[Any], at: datetime) -> Held:
    today = timezone.localdate(at)
    for part in parts:
        if part.due_on and today < part.due_on:
            yield part, f"第{part.number}期自{part.due_on:%Y年%-m月%-d日}起可以拨付"


def _not_rechecked(parts: Sequence[Any], at: datetime) -> Held:
    """A later instalment that is due needs a recheck that passed; the newest counts."""
    today = timezone.localdate(at)
    later = [part for part in parts if part.number > 1 and not (part.due_on and today < part.due_on)]
    if not later:
        return
    newest: dict[int, Recheck] = {}
    for row in Recheck.objects.filter(instalment__in=later).order_by("pk"):
        newest[row.instalment_id] = row
    for part in later:
        found = newest.get(part.pk)
        if found is None:
            yield part, f"第{part.number}期拨付前须先再核"
        elif not found.passed:
            yield part, f"第{part.number}期再核未通过：{found.findings}"


def _account(parts: Sequence[Any], at: datetime) -> Held:
    """Money goes to an account in use that bears the applicant's name, is past its wait, and was found right by two."""
    bodies = {part.award.applicant_id for part in parts}
    in_use = {row.applicant_id: row for row in BankAccount.objects.filter(applicant__in=bodies, replaced_at=None)}
    for part in parts:
        account = in_use.get(part.award.applicant_id)
        if account is None:
            yield part, "申报单位尚未登记收款账户"
            continue
        if account.holder != part.award.applicant.name:
            yield part, "收款账户的户名与单位名称不一致"
        if reason := accounts.why_not_usable(account, part.award.application.authority, at):
            yield part, reason
        check = part.hold_check
        if check is None or check["confirmed_at"] is None:
            yield part, "收款账户尚未经两名财政人员核对"
        elif not check["passed"]:
            yield part, f"收款账户核对未通过：{check['note']}"


def _restricted(parts: Sequence[Any], at: datetime) -> Held:
    found = _rows(Restriction, parts, "hold_against")
    for part in parts:
        if part.hold_against:
            yield part, words_of(found[part.hold_against]).removesuffix("。")


def _returned(parts: Sequence[Any], at: datetime) -> Held:
    for part in parts:
        if part.hold_returned:
            yield part, f"退票尚未处理：{part.hold_returned}"


def _objected(parts: Sequence[Any], at: datetime) -> Held:
    for part in parts:
        if part.hold_objected:
            yield part, "本件有尚未核实完毕的异议"


def _recovery(parts: Sequence[Any], at: datetime) -> Held:
    """Nothing is paid to a body while this authority decides whether money comes back from it."""
    for part in parts:
        if part.hold_recovery:
            yield part, "申报单位另有追回案件尚未办结，暂停拨付"


def _doubted(parts: Sequence[Any], at: datetime) -> Held:
    """A doubt about this case that an officer has taken up holds its money; the mere arrival of one does not."""
    for part in parts:
        if part.hold_doubted:
            yield part, "本件有问题线索正在核查"


def duplicate(parts: Sequence[Any], at: datetime) -> Held:
    """What the newest credit check before payment found about the same matter elsewhere; a clean one lifts it."""
    found = _rows(CreditCheck, parts, "hold_credit")
    for part in parts:
        row = found.get(part.hold_credit)
        if row is not None and row.result == CreditCheck.Result.DUPLICATE:
            yield part, f"拨付前核查：{row.get_result_display()}（{row.source}）"


def _closed_year(parts: Sequence[Any], at: datetime) -> Held:
    for part in parts:
        if part.hold_closed:
            yield part, f"{timezone.localdate(at).year}年度已结账，不能再有当年日期的拨付"


def late(parts: Sequence[Any], at: datetime) -> Held:
    """Hold the money of a case whose step is late, until an officer has explained the delay."""
    today = timezone.localdate(at)
    overdue = [part for part in parts if part.award.application.due_on and part.award.application.due_on < today]
    clocks = _rows(Clock, overdue, "hold_clock")
    for part in overdue:
        if reason := permissions.why_not_late(clocks.get(part.hold_clock), today):
            yield part, reason.removesuffix("。")


HOLDS: tuple[Hold, ...] = (
    _not_granted,
    _restricted,
    _recovery,
    _doubted,
    _not_due,
    _not_rechecked,
    _account,
    _returned,
    _objected,
    duplicate,
    _closed_year,
    late,
)


def pausing() -> QuerySet[RecoveryCase]:
    """Return the recovery cases that hold the money of their body: from 立案 until the decision is served."""
    return RecoveryCase.objects.filter(state__in=RecoveryCase.PAUSING)


def closes_of(year: int) -> QuerySet[YearClose]:
    """Return the closes of a year that count: confirmed by a second person."""
    return YearClose.objects.counting().filter(year=year)


def why_closed(authority_id: int, year: int) -> str:
    """Return why nothing may be dated in a year at an authority, "" while the year is open."""
    closed = closes_of(year).filter(authority=authority_id).exists()
    return f"{year}年度已结账，不能再有当年日期的拨付" if closed else ""


# What concerns the desk alone; the applicant is told everything else.
INNER = frozenset({late, duplicate, _doubted})


def held(
    instalments: Iterable[Instalment], at: datetime, *, leaving_out: Collection[Hold] = ()
) -> dict[int, list[str]]:
    """
    Return the reasons that hold each instalment, by its key; one that may be paid is not in it.

    Everything is read anew: who asks under lock gets what is true under it.
    """
    keys = {instalment.pk for instalment in instalments}
    if not keys:
        return {}
    return reasons(list(read(Instalment.objects.filter(pk__in=keys), at)), at, leaving_out=leaving_out)


def reasons(parts: Sequence[Any], at: datetime, *, leaving_out: Collection[Hold] = ()) -> dict[int, list[str]]:
    """Return the reasons that hold instalments that `read` has read, by their keys."""
    found: dict[int, list[str]] = defaultdict(list)
    for hold in (hold for hold in HOLDS if hold not in leaving_out):
        for part, reason in hold(parts, at):
            if reason not in found[part.pk]:
                found[part.pk].append(reason)
    return {pk: said for pk, said in found.items() if said}


def why_held(instalment: Instalment, at: datetime) -> list[str]:
    """Return the reasons that hold one instalment now, none when it may be paid."""
    return held([instalment], at).get(instalment.pk, [])


def in_one(reasons: Sequence[str]) -> str:
    """Return reasons as one sentence, "" for none."""
    return f"{'；'.join(reasons)}。" if reasons else ""


def due_for_recheck(authority_id: int, at: datetime) -> QuerySet[Instalment]:
    """Return later instalments that fell due without a recheck that passed and without a live payment."""
    newest = Recheck.objects.filter(instalment=OuterRef("pk")).order_by("-pk").values("passed")[:1]
    paid = Payment.objects.exclude(state__in=Payment.ENDED).values("instalment")
    rows = Instalment.objects.filter(
        Q(due_on=None) | Q(due_on__lte=timezone.localdate(at)),
        number__gt=1,
        award__authority=authority_id,
        award__replaced_by=None,
        award__application__status=Status.GRANTED,
    ).exclude(pk__in=paid)
    rows = rows.annotate(last_passed=Subquery(newest))
    return rows.filter(Q(last_passed=None) | Q(last_passed=False))
