"""拨付批次: prepared by one finance officer, countersigned or sent back by another; then the payer's file exists."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from applications import batches, history, permissions, recovering
from applications.actions import recovery_money, setoff
from applications.actions.payment import settle
from applications.actions.shared import next_number, refuse_if, stop
from applications.models import (
    Applicant,
    Application,
    Authority,
    BankAccount,
    CaseDuty,
    Duty,
    Payer,
    PayerShare,
    Payment,
    PaymentBatch,
    SetOffUse,
    User,
)
from applications.permissions import with_standing


def lock_cases(keys: Collection[int], by: User) -> dict[int, Any]:
    """Lock the cases of a batch in one order, each with how the officer stands to it."""
    cases = Application.objects.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    rows = with_standing(cases.select_related("policy", "clause__policy", "applicant", "authority"), by)
    return {case.pk: case for case in rows}


def _duties(cases: Collection[int], duty: str, by: User, at: datetime) -> dict[int, CaseDuty]:
    """Take the officer's duty on every case; permissions have refused a second one, the database would too."""
    held = {row.application_id: row for row in CaseDuty.objects.filter(application__in=cases, user=by)}
    assert all(row.duty == duty for row in held.values())
    new = [CaseDuty(application_id=pk, user=by, duty=duty, since=at) for pk in cases if pk not in held]
    return held | {row.application_id: row for row in CaseDuty.objects.bulk_create(new)}


@transaction.atomic
def prepare(payer: Payer, shares: Collection[int], *, purpose: str, by: User, at: datetime) -> PaymentBatch:
    """
    Put shares of one payer that are due into a batch; set-offs are taken, the oldest first. Raises ActionRefused.

    A share that something holds refuses the whole, with the list.
    """
    refuse_if(permissions.why_not_finance(by, payer.authority_id, Duty.PAY))
    refuse_if(batches.why_not_payer(payer))
    if not shares:
        stop("请选择要拨付的资金。")
    if len(set(shares)) > batches.MOST_LINES:
        stop(f"一个批次最多{batches.MOST_LINES}笔，请分批编制。")
    if not purpose.strip():
        stop("请填写用途。")
    wanted = batches.unpaid_shares(payer.authority_id).filter(pk__in=shares, payer=payer)
    keys = set(wanted.values_list("instalment__award__application", flat=True))
    cases = lock_cases(keys, by)
    rows = list(batches.to_ask(wanted).order_by("pk"))
    if len(rows) != len(set(shares)):
        stop("所选资金中有的已经编入其他批次、已经登记拨付或者不由该支付单位承担，请重新选择。")
    if held := batches.why_not_lines(rows, duty=Duty.PAY, by=by, at=at):
        stop(f"下列资金不能拨付：{batches.listed(held, batches.names_of(rows))}")

    bodies = sorted({row.instalment.award.applicant_id for row in rows})
    list(Applicant.objects.select_for_update().filter(pk__in=bodies).order_by("pk").values_list("pk"))
    authority = Authority.objects.select_for_update().get(pk=payer.authority_id)
    payments, uses = _payments(rows, _duties(cases, Duty.PAY, by, at), at)
    year = timezone.localdate(at).year
    sequence = next_number(f"payments:{authority.pk}:{year}")
    batch = PaymentBatch.objects.create(
        authority=authority,
        payer=payer,
        year=year,
        sequence=sequence,
        number=f"拨付批次〔{year}〕{sequence}号",
        count=len(payments),
        amount_fen=sum(row.amount_fen - row.set_off_fen for row in payments),
        purpose=purpose.strip(),
        prepared_by=by,
        prepared_at=at,
    )
    for row in payments:
        row.batch = batch
    Payment.objects.bulk_create(payments)
    SetOffUse.objects.bulk_create(
        row for payment, taken in zip(payments, uses, strict=True) for row in setoff.uses_of(payment, taken)
    )
    _tell_cases(batch, payments, "prepare_payment", Duty.PAY, by=by, at=at)
    record_batch(batch, "prepare_batch", by=by, at=at)
    return batch


def _payments(rows: Sequence[PayerShare], duties: dict[int, CaseDuty], at: datetime):
    """Return the payments of shares in the order of lines, unsaved, and what each takes of set-offs."""
    bodies = {row.instalment.award.applicant_id for row in rows}
    accounts = {row.applicant_id: row for row in BankAccount.objects.filter(applicant__in=bodies, replaced_at=None)}
    opened = setoff.open_of(rows[0].payer.authority_id, bodies)
    payments, uses = [], []
    for line, row in enumerate(rows, start=1):
        applicant = row.instalment.award.applicant_id
        taken = setoff.draw(opened[applicant], row.amount_fen)
        uses.append(taken)
        payments.append(
            Payment(
                instalment=row.instalment,
                share=row,
                account=accounts[applicant],
                amount_fen=row.amount_fen,
                set_off_fen=sum(fen for _, fen in taken),
                line=line,
                state=Payment.State.PREPARED,
                recorded_by=duties[batches.case_of(row)],
                recorded_at=at,
            )
        )
    return payments, uses


def _tell_cases(
    batch: PaymentBatch, payments: Sequence[Payment], action: str, duty: str, *, by: User, at: datetime, note: str = ""
) -> None:
    """Write into the history of every case what happened to its payments in a batch; the cases are locked."""
    by_case: dict[int, list[Payment]] = {}
    for row in payments:
        by_case.setdefault(batches.case_of(row.share), []).append(row)
    acts = (
        (
            rows[0].share.instalment.award.application,
            {
                "batch": batch.number,
                "payments": [row.pk for row in rows],
                "amount_fen": sum(row.amount_fen for row in rows),
                "set_off_fen": sum(row.set_off_fen for row in rows),
            },
        )
        for rows in by_case.values()
    )
    history.record_for_cases(acts, action, by=by, at=at, duty=duty, note=note)


def record_batch(batch: PaymentBatch, action: str, *, by: User, at: datetime, note: str = "", **more: Any) -> None:
    """Write what happened to a batch into the history of its authority, whose row is locked here."""
    authority = Authority.objects.select_for_update().get(pk=batch.authority_id)
    detail = {"batch": batch.pk, "count": batch.count, "amount_fen": batch.amount_fen, **more}
    history.record_for_authority(authority, action, by=by, at=at, note=note or batch.number, detail=detail)


def lock_batch(batch: PaymentBatch) -> PaymentBatch:
    """Return a batch with its row locked; it comes before the cases in it."""
    return PaymentBatch.objects.select_for_update(of=("self",)).select_related("payer", "authority").get(pk=batch.pk)


def cases_of(batch: PaymentBatch) -> set[int]:
    """Return the keys of the cases that have a payment in a batch."""
    return set(Payment.objects.filter(batch=batch).values_list("instalment__award__application", flat=True))


def payments_in(batch: PaymentBatch) -> list[int]:
    """Return the keys of the payments of a batch."""
    return list(Payment.objects.filter(batch=batch).values_list("pk", flat=True))


def lines_of(batch: PaymentBatch, *states: str) -> list[Payment]:
    """Return the payments of a batch in these states (all of them without), with what their lines show."""
    rows = Payment.objects.filter(batch=batch)
    rows = rows.filter(state__in=states) if states else rows
    return list(
        rows.select_related(
            "account",
            "share__payer",
            "share__instalment__award__application__authority",
            "share__instalment__award__applicant",
            "share__instalment__award__replaced_by",
            "share__instalment__award__clause__policy",
        ).order_by("line")
    )


def why_not_sent(lines: Sequence[Payment], *, by: User, at: datetime) -> dict[int, list[str]]:
    """Return why lines of a batch may not go out now, by the share's key: holds asked again, account, debt."""
    held = batches.why_not_lines([line.share for line in lines], duty=Duty.COUNTERSIGN, by=by, at=at)
    for line in lines:
        if line.account.replaced_at:
            held.setdefault(line.share_id, []).append("编制批次后收款账户已变更，请取出本笔后重新编制")
    overtaken = recovering.overtaken(lines)
    for line in lines:
        if line.pk in overtaken:
            held.setdefault(line.share_id, []).append("编制批次后追回款已另行退回，抵扣有多，请取出本笔后重新编制")
    return held


@transaction.atomic
def countersign(batch: PaymentBatch, *, without: Collection[int] = (), by: User, at: datetime) -> PaymentBatch:
    """
    Send a batch on its way: every hold is asked again, then the payer's files are made. Raises ActionRefused.

    `without` are payments to take out first; a line that is held and not taken out refuses the whole with the list.
    """
    batch = lock_batch(batch)
    refuse_if(permissions.why_not_countersign(batch, by))
    refuse_if(batches.why_not_payer(batch.payer))
    recovery_money.hold_debts(payments_in(batch))
    cases = lock_cases(cases_of(batch), by)
    lines = lines_of(batch, Payment.State.PREPARED)
    kept = [line for line in lines if line.pk not in set(without)]
    if not kept:
        stop("批次中没有可拨付的资金，请退回整个批次。")
    if held := why_not_sent(kept, by=by, at=at):
        names = batches.names_of(line.share for line in kept)
        stop(f"下列资金不能拨付，请取出后复核，或者退回整个批次：{batches.listed(held, names)}")

    taken_out = [line for line in lines if line.pk in set(without)]
    own = why_not_sent(taken_out, by=by, at=at) if taken_out else {}
    duties = _duties(_allowed(cases, by), Duty.COUNTERSIGN, by, at)
    _reject(batch, taken_out, duties, reasons=own, by=by, at=at)
    for line in kept:
        line.state = Payment.State.SENT
        line.confirmed_by, line.confirmed_at = duties[batches.case_of(line.share)], at
    Payment.objects.bulk_update(kept, ["state", "confirmed_by", "confirmed_at"])
    batch.count, batch.amount_fen = len(kept), sum(line.amount_fen - line.set_off_fen for line in kept)
    batch.countersigned_by, batch.countersigned_at = by, at
    batch.save(update_fields=["count", "amount_fen", "countersigned_by", "countersigned_at"])
    _tell_cases(batch, kept, "send_payment", Duty.COUNTERSIGN, by=by, at=at)
    record_batch(batch, "countersign_batch", by=by, at=at, taken_out=[line.pk for line in taken_out])
    _settle_without_money(batch, kept, cases, by=by, at=at)
    finish_when_done(batch, at)
    # Last: a file outlives the rollback of a refused act.
    make_files(batch, at)
    return batch


def _allowed(cases: dict[int, Any], by: User) -> list[int]:
    """Return the cases on which the officer may countersign."""
    return [
        pk
        for pk, case in cases.items()
        if not permissions.why_not_officer(case, permissions.standing_in(case, by), Duty.COUNTERSIGN)
    ]


def _reject(
    batch: PaymentBatch,
    lines: Sequence[Payment],
    duties: dict[int, CaseDuty],
    *,
    reasons: dict[int, list[str]],
    note: str = "",
    by: User,
    at: datetime,
) -> None:
    """Take payments out of a batch, with the reason; their shares are due again. Raises ActionRefused."""
    for line in lines:
        duty = duties.get(batches.case_of(line.share))
        if duty is None:
            stop(f"{line.share.instalment.award.application.number}须由另一名财政复核人员办理。")
        words = note or f"复核时取出：{'，'.join(reasons.get(line.share_id, [])) or '复核人员认为暂不拨付'}"
        line.state, line.rejection = Payment.State.REJECTED, words[:200]
        line.confirmed_by, line.confirmed_at = duty, at
        line.save(update_fields=["state", "rejection", "confirmed_by", "confirmed_at"])
        _tell_cases(batch, [line], "reject_payment", Duty.COUNTERSIGN, by=by, at=at, note=line.rejection)


def _settle_without_money(
    batch: PaymentBatch, lines: Sequence[Payment], cases: dict[int, Any], *, by: User, at: datetime
) -> None:
    """Settle the lines that set-offs cover wholly: no money moves and no bank answers."""
    for line in lines:
        if line.set_off_fen != line.amount_fen:
            continue
        assert line.line is not None
        assert line.confirmed_by is not None
        line.state, line.paid_on = Payment.State.CONFIRMED, timezone.localdate(at)
        line.voucher_number = f"全额抵扣{batches.line_code(batch.year, batch.sequence, line.line)}"
        line.save(update_fields=["state", "paid_on", "voucher_number"])
        settle(cases[batches.case_of(line.share)], line, by=by, at=at, duty=line.confirmed_by)


def finish_when_done(batch: PaymentBatch, at: datetime) -> None:
    """Mark a batch finished once every line has a result; a line sent back later does not open it again."""
    waiting = Payment.objects.filter(batch=batch, state__in=[Payment.State.PREPARED, Payment.State.SENT])
    if batch.finished_at is None and not waiting.exists():
        batch.finished_at = at
        batch.save(update_fields=["finished_at"])


def make_files(batch: PaymentBatch, at: datetime) -> None:
    """Store the payer's file as CSV and XLSX with their hashes."""
    for field, extension, write in (("csv", "csv", batches.write_csv), ("xlsx", "xlsx", batches.write_xlsx)):
        _store(batch, field, extension, write)
    batch.made_at = at
    batch.save(update_fields=["csv_file", "csv_sha256", "xlsx_file", "xlsx_sha256", "made_at"])


def _store(batch: PaymentBatch, field: str, extension: str, write: Callable[..., None]) -> None:
    with batches.made(batch, write) as target:
        setattr(batch, f"{field}_sha256", hashlib.file_digest(target, "sha256").hexdigest())  # type: ignore[arg-type]
        target.seek(0)
        getattr(batch, f"{field}_file").save(f"batch.{extension}", File(target), save=False)


@transaction.atomic
def drop(batch: PaymentBatch, *, reason: str, by: User, at: datetime) -> PaymentBatch:
    """Send a prepared batch back with the reason; its shares are due again. Raises ActionRefused."""
    batch = lock_batch(batch)
    refuse_if(permissions.why_not_countersign(batch, by))
    if not reason.strip():
        stop("请写明退回的理由。")
    cases = lock_cases(cases_of(batch), by)
    lines = lines_of(batch, Payment.State.PREPARED)
    duties = _duties(_allowed(cases, by), Duty.COUNTERSIGN, by, at)
    _reject(batch, lines, duties, reasons={}, note=f"批次退回：{reason.strip()}", by=by, at=at)
    batch.dropped_by, batch.dropped_at, batch.reason = by, at, reason.strip()[:200]
    batch.save(update_fields=["dropped_by", "dropped_at", "reason"])
    record_batch(batch, "drop_batch", by=by, at=at, note=batch.reason)
    return batch
