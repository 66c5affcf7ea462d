"""
追回台账: what is owed by a decision, and how it comes back. Entries are never edited; one that was wrong is taken back.

**What counts as paid.** The whole sum of a confirmed payment, also what was set off from it: the state paid that part
by taking a debt away. A payment that is under way, rejected or came back was not paid. Principal is owed by
instalment and payment, so that one which the bank sends back later takes its own demand with it.

**What may be owed beside it.** Interest on a recorded basis alone; a fine as the treasury's own decision after the
matter was handed to it; a surcharge on a law that is named, never above what it is for (行政强制法第四十五条), on a
fine three percent a day at most (行政处罚法第七十二条).

**How it comes back.** Repayments and refunds by 财政经办 and 财政复核, write-offs by 稽核 and 法制审核, set-offs by
payments that are confirmed. Set-offs never take more than is open when a payment takes them.

**When more comes back than is open.** Somebody pays too much or twice, pays while a payment with a set-off is under
way, or a court annuls the decision. What stands at the treasury is a fact and is entered as it is; the account is then
over by that sum (`Balance.over`), nothing is set off any more, and the case is not closed before it was refunded. A
write-off or refund is never above the balance it is for, so nothing else can make a balance negative.

Whatever changes a balance holds the application and then the applicant, which those who take set-offs hold too.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications import permissions, recovering
from applications.actions.desk_file import Paper
from applications.actions.recovery_act import Act, begin, enter, follow_payment, keep, said
from applications.actions.shared import refuse_if, stop
from applications.models import (
    Account,
    Applicant,
    Application,
    CaseDuty,
    Document,
    Payment,
    RecoveryCase,
    RecoveryClaim,
    RecoveryEntry,
    RecoveryPaper,
    SetOffUse,
    User,
)
from applications.permissions import CLAIM_DUTIES
from applications.recovering import Charge, Paid, Road, Term

Kind = RecoveryEntry.Kind
# The paper that belongs to a claim, by its kind.
PAPER_OF = {
    Kind.REPAID: RecoveryPaper.Kind.SLIP,
    Kind.REFUNDED: RecoveryPaper.Kind.SLIP,
    Kind.WRITTEN_OFF: RecoveryPaper.Kind.OUTSIDE,
}


def open_sums(road: Road) -> list[tuple[str, int]]:
    """Return what is open by account, as letters list it."""
    return [(Account(name).label, found.open) for name, found in road.balances.items() if found.open]


# ---- owed ------------------------------------------------------------------------------------------------------------


def why_not_interest(road: Road, interest: Charge | None, today: date) -> str:
    """Interest is on what was paid, a year's rate, for no more days than the money was there, on a named source."""
    if interest is None:
        return ""
    if interest.per != "year" or interest.on != Account.PRINCIPAL:
        return "利息按年利率以本金为基数计算。"
    if interest.base_fen > (road.recovery.principal_fen or 0):
        return "计息基数不能超过应退本金。"
    first = min((row.payment.paid_on for row in road.paid if row.payment.paid_on), default=today)
    if interest.days > (today - first).days:
        return f"计息天数不能超过资金拨付至今的{(today - first).days}日。"
    return "" if interest.amount_fen > 0 else "按所填依据计算的利息不足一分，不需要计收。"


def demand(
    recovery: RecoveryCase,
    paid: Sequence[Paid],
    interest: Charge | None,
    letter: Document,
    duty: CaseDuty,
    at: datetime,
) -> None:
    """Enter what a decision demands, by instalment and payment; the caller holds the case and the applicant."""
    basis = f"{letter.get_kind_display()}{letter.number}"
    same: dict[str, Any] = {
        "recovery": recovery,
        "kind": Kind.OWED,
        "on": timezone.localdate(at),
        "basis": basis,
        "made_by": duty,
        "made_at": at,
    }
    rows = [
        RecoveryEntry(
            **same,
            account=Account.PRINCIPAL,
            amount_fen=part.fen,
            instalment=part.payment.instalment,
            payment=part.payment,
        )
        for part in paid
    ]
    if interest is not None:
        said_so = interest.to_json()
        rows.append(RecoveryEntry(**same, account=Account.INTEREST, amount_fen=interest.amount_fen, reckoned=said_so))
    RecoveryEntry.objects.bulk_create(rows)


@transaction.atomic
def charge(
    recovery: RecoveryCase,
    *,
    account: str,
    amount_fen: int,
    basis: str,
    reckoned: Mapping[str, Any],
    by: User,
    at: datetime,
) -> RecoveryEntry:
    """
    Enter what is owed beside the principal. Raises ActionRefused.

    Interest goes on only as the decision says, with its rate and source. A fine is the treasury's decision: `reckoned`
    names `organ`, `number` and `decided_on`. A surcharge names base, rate, days, source and what it is on.
    """
    act = begin(recovery, "charge", by=by, at=at)
    _hold_applicant(act)
    basis = said(basis, "请填写依据。", 300)
    if amount_fen <= 0:
        stop("金额须大于0。")
    kept = CHARGES[account](act.road, amount_fen, reckoned, act.today) if account in CHARGES else stop("请选择科目。")
    duty = act.duty()
    assert duty is not None
    row = RecoveryEntry.objects.create(
        recovery=act.recovery,
        account=account,
        kind=Kind.OWED,
        amount_fen=amount_fen,
        on=act.today,
        basis=basis,
        reckoned=kept,
        made_by=duty,
        made_at=at,
    )
    act.done("charge", text=basis, entry=row.pk, account=account, amount_fen=amount_fen, reckoned=kept)
    return row


def _charge_of(told: Mapping[str, Any]) -> Charge:
    try:
        return Charge.of(told)
    except ValueError:
        stop("请填写计算的基数、比率、天数和依据来源。")


def _interest(road: Road, amount_fen: int, told: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Interest that goes on until the money is back: only what the decision itself has a basis for."""
    one, decided = _charge_of(told), road.last("decide")
    first = decided.detail.get("interest") if decided else None
    if not first:
        stop("追回决定没有载明利息及其依据，不能计收利息。")
    if (Decimal(one.rate), one.source, one.per) != (Decimal(first["rate"]), first["source"], first["per"]):
        stop("利率和依据须与追回决定一致。")
    balance = road.balances[Account.PRINCIPAL]
    if one.base_fen > balance.owed:
        stop("计息基数不能超过应退本金。")
    if amount_fen != one.amount_fen:
        stop("金额与按基数、利率和天数计算的结果不一致。")
    return one.to_json()


def _fine(road: Road, amount_fen: int, told: Mapping[str, Any], today: date) -> dict[str, Any]:
    if recovering.fine_range(road.recovery) is None:
        stop("不符合条件或者多拨、错拨的，没有罚款的依据（财政违法行为处罚处分条例第十四条）。")
    if not any(step.name == "transfer" and step.detail["to_organ"] == "finance" for step in road.steps):
        stop("罚款由财政部门决定，须先移送财政部门（财政违法行为处罚处分条例第二条）。")
    kept = {key: str(told.get(key, "")).strip() for key in ("organ", "number", "decided_on")}
    if not all(kept.values()):
        stop("请填写作出罚款决定的财政部门、文号和日期。")
    return kept


def _surcharge(road: Road, amount_fen: int, told: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Never above what it is for; on a fine three percent a day at most."""
    one = _charge_of(told)
    if one.per != "day":
        stop("滞纳金、加处罚款按日计算。")
    pay = road.term(Term.PAY)
    if pay is None or pay.due_on is None or today <= pay.due_on:
        stop("缴款期限尚未届满，不能加收（行政强制法第四十五条）。")
    if one.days > (today - pay.due_on).days:
        stop(f"逾期至今为{(today - pay.due_on).days}日，天数不能超过。")
    owed = road.balances[one.on].owed
    before = sum(
        row.amount_fen
        for row in recovering.counting(road.entries)
        if row.account == Account.SURCHARGE and row.kind == Kind.OWED and row.reckoned.get("on") == one.on
    )
    if one.on == Account.FINE:
        law, what = "行政处罚法第七十二条", "罚款"
        if Decimal(one.rate) > recovering.FINE_A_DAY:
            stop("加处罚款每日不超过罚款数额的百分之三（行政处罚法第七十二条）。")
    else:
        law, what = "行政强制法第四十五条", "应退本金"
    if one.base_fen > owed:
        stop(f"计算基数不能超过{what}。")
    if amount_fen > owed - before:
        stop(f"加收的数额累计不得超过{what}（{law}）。")
    if amount_fen > one.amount_fen:
        stop("金额不能超过按基数、比率和天数计算的结果。")
    return one.to_json()


CHARGES: dict[str, Callable[[Road, int, Mapping[str, Any], date], dict[str, Any]]] = {
    Account.INTEREST: _interest,
    Account.FINE: _fine,
    Account.SURCHARGE: _surcharge,
}


# ---- what comes back -------------------------------------------------------------------------------------------------


@transaction.atomic
def claim(
    recovery: RecoveryCase,
    *,
    account: str,
    kind: str,
    amount_fen: int,
    on: date,
    voucher: str,
    basis: str,
    paper: Paper | RecoveryPaper | None = None,
    reverses: RecoveryEntry | None = None,
    by: User,
    at: datetime,
) -> RecoveryClaim:
    """
    Record a repayment, a refund or a write-off, or that one of them was wrong (`reverses`); another person confirms it.

    Nothing is entered before. Raises ActionRefused.
    """
    act = enter(recovery, by=by, at=at)
    if kind not in CLAIM_DUTIES or account not in Account.values:
        stop("请选择科目和种类。")
    refuse_if(permissions.why_not_claim(act.road, act.standing, act.today, kind))
    basis = said(basis, "请填写依据。", 300)
    voucher = voucher.strip()
    _refuse_day(act, on)
    if reverses is not None:
        _refuse_reversal(act.road, reverses, account, kind, amount_fen)
    refuse_if(permissions.why_not_amount(act.road, account, kind, amount_fen, reverses is not None))
    if kind != Kind.WRITTEN_OFF and not voucher:
        stop("请填写凭证号。")
    if kind == Kind.WRITTEN_OFF and paper is None and reverses is None:
        stop("核销须附有关机关的文书或者集体决定。")
    if kind == Kind.REPAID and reverses is None:
        _refuse_voucher(act.road, account, voucher)

    proof = keep(act.recovery, paper, kind=PAPER_OF[Kind(kind)], by=by, at=at)
    duty = act.duty()
    assert duty is not None
    row = RecoveryClaim.objects.create(
        recovery=act.recovery,
        account=account,
        kind=kind,
        amount_fen=amount_fen,
        on=on,
        voucher=voucher,
        basis=basis,
        paper=proof,
        reverses=reverses,
        made_by=duty,
        made_at=at,
    )
    detail: dict[str, Any] = {
        "claim": row.pk,
        "account": account,
        "kind": kind,
        "amount_fen": amount_fen,
        "voucher": voucher,
    }
    act.done("claim", text=basis, paper=proof, reverses=reverses.pk if reverses else None, **detail)
    return row


def _refuse_day(act: Act, on: date) -> None:
    assert act.recovery.decided_at is not None
    if not timezone.localdate(act.recovery.decided_at) <= on <= act.today:
        stop("日期不能早于作出决定的日期，也不能晚于今天。")


def _refuse_reversal(road: Road, entry: RecoveryEntry, account: str, kind: str, amount_fen: int) -> None:
    """An entry is taken back whole, once, and only one that came from a claim."""
    known = next((row for row in recovering.counting(road.entries) if row.pk == entry.pk), None)
    if known is None:
        stop("该笔台账不属于本案，或者已经冲回。")
    if (known.account, known.kind, known.amount_fen) != (account, kind, amount_fen):
        stop("冲回须与原台账的科目、种类和金额一致。")
    if any(row.reverses_id == entry.pk for row in road.waiting):
        stop("该笔台账已有待复核的冲回。")


def _refuse_voucher(road: Road, account: str, voucher: str) -> None:
    """One slip is one repayment of an account; one that was taken back is entered again under a number of its own."""
    known = [(row.account, row.voucher) for row in road.entries if row.kind == Kind.REPAID and row.reverses_id is None]
    known += [(row.account, row.voucher) for row in road.waiting if row.kind == Kind.REPAID and row.reverses_id is None]
    if (account, voucher) in known:
        stop(f"凭证号 {voucher} 已经登记；冲回后重新登记的，请在凭证号后加注。")


@transaction.atomic
def confirm(row: RecoveryClaim, *, by: User, at: datetime) -> RecoveryEntry:
    """Confirm what another person recorded; it counts from now on. Raises ActionRefused."""
    act, row = _second(row, by=by, at=at)
    _hold_applicant(act)
    refuse_if(permissions.why_not_confirm_claim(act.road, act.standing, act.today, row))
    duty = act.duty()
    assert duty is not None
    entry = RecoveryEntry.objects.create(
        recovery=act.recovery,
        account=row.account,
        kind=row.kind,
        amount_fen=row.amount_fen,
        on=row.on,
        voucher=row.voucher,
        basis=row.basis,
        reverses=row.reverses,
        made_by=row.made_by,
        made_at=row.made_at,
        confirmed_by=duty,
    )
    row.confirmed_by, row.confirmed_at, row.entry = duty, at, entry
    row.save(update_fields=["confirmed_by", "confirmed_at", "entry"])
    follow(act.recovery, at)
    detail: dict[str, Any] = {"claim": row.pk, "entry": entry.pk, "account": row.account, "kind": row.kind}
    act.done("confirm", text=row.basis, amount_fen=row.amount_fen, reverses=row.reverses_id, **detail)
    return entry


@transaction.atomic
def refuse(row: RecoveryClaim, *, reason: str, by: User, at: datetime) -> RecoveryClaim:
    """Drop what another person recorded, with the reason; nothing is entered. Raises ActionRefused."""
    act, row = _second(row, by=by, at=at)
    refuse_if(permissions.why_not_refuse_claim(act.road, act.standing, act.today, row))
    reason = said(reason, "请填写驳回的理由。", 200)
    row.dropped_at, row.drop_reason = at, reason
    row.save(update_fields=["dropped_at", "drop_reason"])
    act.done("refuse", text=reason, claim=row.pk, account=row.account, kind=row.kind, amount_fen=row.amount_fen)
    return row


def _second(row: RecoveryClaim, *, by: User, at: datetime) -> tuple[Act, RecoveryClaim]:
    act = enter(row.recovery, by=by, at=at)
    locked = RecoveryClaim.objects.select_for_update(of=("self",)).select_related("made_by", "reverses")
    return act, locked.get(pk=row.pk)


def _hold_applicant(act: Act) -> None:
    """Keep payments from taking set-offs until the balance has changed."""
    Applicant.objects.select_for_update().get(pk=act.application.applicant_id)


def follow(recovery: RecoveryCase, at: datetime) -> None:
    """
    Let the times to pay follow the balance: nothing open ends them, a part of a plan that is covered starts the next.

    The caller writes the step, and with it the nearest limit.
    """
    if recovery.state == RecoveryCase.State.CLOSED:
        return
    road = recovering.read(recovery)
    if not road.outstanding:
        recovering.end_terms(recovery, at, Term.PAY, Term.URGE, Term.ENFORCE)
    elif (part := road.plan_part()) is not None:
        pay = road.term(Term.PAY)
        if pay is not None and pay.ended_on is None and pay.due_on != part[0]:
            recovering.await_day(recovery, part[0], at)


# ---- payments that take set-offs -------------------------------------------------------------------------------------


def hold_debts(payments: Collection[int]) -> None:
    """
    Lock the cases of payments together with those whose debts they take, in one order, before anything else is locked.

    Without a recovery among the set-offs nothing is locked here.
    """
    uses = SetOffUse.objects.filter(payment__in=payments, set_off__recovery__isnull=False)
    owing = set(uses.values_list("set_off__recovery__application", flat=True))
    if owing:
        own = Payment.objects.filter(pk__in=payments).values_list("instalment__award__application", flat=True)
        keys = owing | set(own)
        list(Application.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def taken_by_payment(payment: Payment, *, at: datetime) -> None:
    """
    Enter what a confirmed payment took of recovery cases: principal first, then interest.

    The caller holds the case of the payment and those of the debts (`hold_debts`). What is more than open, because
    money was repaid while the payment was under way, is the principal's and has to be refunded.
    """
    uses = SetOffUse.objects.filter(payment=payment, set_off__recovery__isnull=False).select_related("set_off")
    for use in uses.order_by("pk"):
        assert use.set_off.recovery_id is not None
        recovery = _held(use.set_off.recovery_id)
        assert recovery.decided_by is not None
        assert payment.paid_on is not None
        for account, fen in _parts(recovery, use.amount_fen):
            RecoveryEntry.objects.create(
                recovery=recovery,
                account=account,
                kind=Kind.SET_OFF,
                amount_fen=fen,
                payment=payment,
                on=payment.paid_on,
                voucher=payment.voucher_number,
                basis=f"抵扣：{use.set_off.paper}"[:300],
                made_by=recovery.decided_by,
                made_at=at,
            )
        follow(recovery, at)
        _write(recovery, "taken", payment, use.amount_fen, at)


def _parts(recovery: RecoveryCase, fen: int) -> list[tuple[str, int]]:
    found = recovering.balances(recovery)
    interest = min(found[Account.INTEREST].open, max(0, fen - found[Account.PRINCIPAL].open))
    parts = [(str(Account.PRINCIPAL), fen - interest), (str(Account.INTEREST), interest)]
    return [(account, part) for account, part in parts if part]


def given_back_by_payment(payment: Payment, *, at: datetime) -> None:
    """
    Take back what a payment that the bank sent back stands for in ledgers.

    What it took of a debt is open again, and its set-off takes it from the next payment. What was demanded because it
    had been paid is demanded no more: it never arrived. The caller holds the cases.
    """
    entries = RecoveryEntry.objects.filter(payment=payment, reverses=None, reversed_by=None).order_by("pk")
    changed: dict[int, int] = {}
    for entry in entries:
        recovery = _held(entry.recovery_id)
        _take_back(entry, recovery, "退票", at)
        changed[recovery.pk] = changed.get(recovery.pk, 0) + entry.amount_fen
    for pk, fen in changed.items():
        recovery = _held(pk)
        _shed_write_offs(recovery, "退票，核销随之冲回", at)
        follow(recovery, at)
        _write(recovery, "given_back", payment, fen, at)


def annul(recovery: RecoveryCase, basis: str, at: datetime) -> None:
    """Take back everything that an annulled decision demanded; the caller holds the case and the applicant."""
    for entry in recovering.counting(recovery.entries.all()):
        if entry.kind == Kind.OWED:
            _take_back(entry, recovery, basis, at)
    _shed_write_offs(recovery, basis, at)


def lower(recovery: RecoveryCase, owed: Mapping[str, int], basis: str, duty: CaseDuty, at: datetime) -> None:
    """
    Let accounts owe no more than a changed decision says, in fen; the caller holds the case and the applicant.

    Entries that shrink are taken back whole, and what is left of them is entered anew on the judgment. What was paid
    last stays demanded first, as in a decision. A surcharge was reckoned from a principal that was never owed: it is
    taken back, and what the changed sum bears is charged anew.
    """
    counting = recovering.counting(recovery.entries.select_related("payment").order_by("pk"))
    for account, fen in owed.items():
        rows = [row for row in counting if (row.account, row.kind) == (account, Kind.OWED)]
        lowered = fen < sum(row.amount_fen for row in rows)
        for row, part in _kept(rows, fen):
            if part == row.amount_fen:
                continue
            _take_back(row, recovery, basis, at)
            if part:
                _owe(row, recovery, part, basis, duty, at)
        if lowered and account == Account.PRINCIPAL:
            for row in counting:
                if (row.account, row.kind) == (Account.SURCHARGE, Kind.OWED) and row.reckoned.get("on") == account:
                    _take_back(row, recovery, basis, at)
    _shed_write_offs(recovery, basis, at)


def _kept(rows: Sequence[RecoveryEntry], fen: int) -> list[tuple[RecoveryEntry, int]]:
    """Return what is left of each entry of an account: of principal what was paid last, of interest the earliest."""
    by_day = sorted(
        rows, key=lambda row: (row.payment.paid_on or row.on, row.payment.pk) if row.payment else (row.on, row.pk)
    )
    found, left = [], fen
    for row in reversed(by_day) if any(row.payment_id for row in rows) else by_day:
        found.append((row, min(left, row.amount_fen)))
        left -= found[-1][1]
    return found


def _owe(entry: RecoveryEntry, recovery: RecoveryCase, fen: int, basis: str, duty: CaseDuty, at: datetime) -> None:
    """Demand what is left of an entry: the judgment is its basis, how the first sum was reckoned stays readable."""
    RecoveryEntry.objects.create(
        recovery=recovery,
        account=entry.account,
        kind=Kind.OWED,
        amount_fen=fen,
        instalment=entry.instalment,
        payment=entry.payment,
        on=timezone.localdate(at),
        basis=basis,
        reckoned={"from": entry.pk} if entry.reckoned else {},
        made_by=duty,
        made_at=at,
    )


def _shed_write_offs(recovery: RecoveryCase, basis: str, at: datetime) -> None:
    """
    Take back write-offs of what is owed no more, the newest first, until the rest fits.

    Else they would look like money that came too much, and somebody could be refunded what he never paid.
    """
    entries = recovering.counting(recovery.entries.order_by("pk"))
    for account, balance in recovering.balances_of(entries).items():
        beyond = balance.written_off - balance.owed
        for entry in reversed([e for e in entries if (e.account, e.kind) == (account, Kind.WRITTEN_OFF)]):
            if beyond <= 0:
                break
            _take_back(entry, recovery, basis, at)
            beyond -= entry.amount_fen


def _take_back(entry: RecoveryEntry, recovery: RecoveryCase, basis: str, at: datetime) -> RecoveryEntry:
    return RecoveryEntry.objects.create(
        recovery=recovery,
        account=entry.account,
        kind=entry.kind,
        amount_fen=entry.amount_fen,
        confirmed_by=entry.confirmed_by,
        instalment=entry.instalment,
        payment=entry.payment,
        on=timezone.localdate(at),
        voucher=entry.voucher,
        basis=basis,
        reverses=entry,
        made_by=entry.made_by,
        made_at=at,
    )


def _held(pk: int) -> RecoveryCase:
    rows = RecoveryCase.objects.select_for_update(of=("self",))
    return rows.select_related("application", "award", "decided_by").get(pk=pk)


def _write(recovery: RecoveryCase, name: str, payment: Payment, fen: int, at: datetime) -> None:
    assert payment.confirmed_by is not None
    follow_payment(recovery, name, by=payment.confirmed_by.user, at=at, payment=payment.pk, amount_fen=fen)
