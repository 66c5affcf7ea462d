"""
Payment batches as data: which shares of a payer are due, why one cannot go along, and the file the payer gets.

The file is written row by row from plain values, so that its memory is flat; a payee's text never begins a formula.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from applications import finance, holds, permissions, registers
from applications.models import (
    Application,
    CreditCheck,
    Evidence,
    Payer,
    PayerShare,
    Payment,
    PaymentBatch,
    Status,
    User,
)
from applications.permissions import standing_in, with_standing

MOST_LINES = 500  # of one batch: each line locks a case and writes into its history, and one officer looks at each
MOST_AT_ONCE = 5000  # put into batches by one act
CHUNK = 5000
HEADINGS = ("序号", "预算单位", "科目", "收款人", "账号", "开户行", "行号", "金额", "用途", "备注")
# What the payer fills in behind our columns.
ANSWERS = ("支付结果", "支付日期", "支付凭证号", "退票原因")

COLUMNS = (
    registers.Column("序号", 8),
    registers.Column("预算单位", 24),
    registers.Column("科目", 24),
    registers.Column("收款人", 36),
    registers.Column("账号", 26),
    registers.Column("开户行", 36),
    registers.Column("行号", 16),
    registers.Column("金额", 18, money=True),
    registers.Column("用途", 30),
    registers.Column("备注", 24),
)


def why_not_payer(payer: Payer) -> str:
    """Return why no file can be made for a payer."""
    if payer.replaced_at:
        return f"支付单位“{payer.name}”已停用。"
    if not payer.budget_unit or not payer.subject:
        return f"支付单位“{payer.name}”尚未录入预算单位和科目，不能编制批次。"
    if not payer.confirmed_at:
        return f"支付单位“{payer.name}”的信息录入或者修改后，须由财政复核人员确认，方可编制和送付批次。"
    return ""


def line_code(year: int, sequence: int, line: int) -> str:
    """Return the number by which a line is found again in the payer's answer."""
    return f"PC{year}-{sequence}-{line}"


def unpaid_shares(authority_id: int) -> QuerySet[PayerShare]:
    """Return the shares of standing awards in payment that no live payment covers."""
    live = Payment.objects.filter(share=OuterRef("pk")).exclude(state__in=Payment.ENDED)
    return PayerShare.objects.filter(
        ~Exists(live),
        instalment__award__authority=authority_id,
        instalment__award__replaced_by=None,
        instalment__award__application__status=Status.GRANTED,
    )


def free(shares: QuerySet[PayerShare], at: datetime) -> QuerySet[PayerShare]:
    """Return what nothing holds on a day, the oldest first."""
    return finance.without_payment(shares, at).filter(unpaid_state__in=finance.PAYABLE).order_by("pk")


def payable(shares: QuerySet[PayerShare], at: datetime) -> QuerySet[PayerShare]:
    """Return as many of what nothing holds as one act may put into batches, the oldest first."""
    return free(shares, at)[:MOST_AT_ONCE]


def to_ask(shares: QuerySet[PayerShare]) -> QuerySet[PayerShare]:
    """Read with shares what a line shows and what the holds look at."""
    return shares.select_related(
        "payer",
        "instalment__award__application__authority",
        "instalment__award__applicant",
        "instalment__award__replaced_by",
        "instalment__award__clause__policy",
    )


def why_not_lines(shares: Sequence[PayerShare], *, duty: str, by: User, at: datetime) -> dict[int, list[str]]:
    """Return why each share may not be paid by this officer now, by its key: what holds it, and whose it cannot be."""
    held = holds.held({share.instalment_id: share.instalment for share in shares}.values(), at)
    found = {share.pk: list(held[share.instalment_id]) for share in shares if share.instalment_id in held}
    cases = with_standing(Application.objects.filter(pk__in={case_of(share) for share in shares}), by)
    standings = {case.pk: (case, standing_in(case, by)) for case in cases}
    for share in shares:
        case, standing = standings[case_of(share)]
        if reason := permissions.why_not_officer(case, standing, duty):
            found.setdefault(share.pk, []).append(reason.removesuffix("。"))
    return found


def case_of(share: PayerShare) -> int:
    """Return the key of the case of a share that was read by `to_ask`."""
    return share.instalment.award.application_id


def vouchers_elsewhere(batch: PaymentBatch, numbers: Collection[str]) -> set[str]:
    """Return which of these voucher numbers stand for payments of the same treasury outside a batch."""
    rows = Payment.objects.filter(voucher_number__in=numbers, instalment__award__authority=batch.authority_id)
    rows = rows.exclude(batch=batch).exclude(state__in=Payment.ENDED)
    return set(rows.values_list("voucher_number", flat=True))


def signs_before_payment(cases: Collection[int]) -> dict[int, list[str]]:
    """
    Return what stands about cases before their money leaves: the newest credit check, and papers seen elsewhere.

    Signs to look at (three queries, whatever the number); what forbids payment is a hold.
    """
    found: dict[int, list[str]] = {pk: [] for pk in cases}
    newest: dict[int, CreditCheck] = {}
    for row in CreditCheck.objects.filter(application__in=cases, stage=CreditCheck.Stage.PAYMENT).order_by("pk"):
        newest[row.application_id] = row
    for pk in cases:
        check = newest.get(pk)
        if check is None:
            found[pk].append("尚未作拨付前信用核查")
        elif check.result != CreditCheck.Result.CLEAN:
            found[pk].append(f"{check.get_result_display()}（{check.source}，{check.queried_on:%Y年%-m月%-d日}）")
    others = Evidence.objects.in_use().filter(sha256=OuterRef("sha256")).exclude(application=OuterRef("application"))
    others = others.exclude(application__status__in=[Status.DRAFT, Status.WITHDRAWN, Status.DECLINED, Status.REFUSED])
    same = Evidence.objects.in_use().filter(Exists(others), application__in=cases)
    for pk in same.order_by().values_list("application", flat=True).distinct():
        found[pk].append("有材料与其他申报件相同，见材料台账")
    return found


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────────────────────

VALUES = ("line", "account__holder", "account__number", "account__bank", "account__line_number")


def _lines(batch: PaymentBatch) -> Iterator[tuple[Any, ...]]:
    """Yield line, payee, account, bank, 行号 and net fen of what the treasury has to send, in the order of lines."""
    due = Payment.objects.filter(batch=batch, amount_fen__gt=F("set_off_fen")).exclude(state=Payment.State.REJECTED)
    rows = due.order_by("line").values_list(*VALUES, F("amount_fen") - F("set_off_fen"))
    yield from rows.iterator(chunk_size=CHUNK)


def csv_chunks(batch: PaymentBatch) -> Iterator[bytes]:
    """
    Yield the file as UTF-8 with a byte order mark, so that spreadsheet programs read the Chinese, CHUNK rows at a time.

    Sums are plain yuan with two decimals.
    """
    safe = registers.harmless
    unit, subject, purpose = safe(batch.payer.budget_unit), safe(batch.payer.subject), safe(batch.purpose)
    prefix = line_code(batch.year, batch.sequence, 0)[:-1]
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n").writerow
    out.write("\ufeff")
    write(HEADINGS)
    for position, (line, payee, number, bank, line_number, fen) in enumerate(_lines(batch), start=1):
        yuan = f"{fen // 100}.{fen % 100:02}"
        write((position, unit, subject, safe(payee), number, safe(bank), line_number, yuan, purpose, f"{prefix}{line}"))
        if position % CHUNK == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def write_csv(batch: PaymentBatch, target: IO[bytes]) -> None:
    """Write the file as CSV."""
    for chunk in csv_chunks(batch):
        target.write(chunk)


def write_xlsx(batch: PaymentBatch, target: IO[bytes]) -> None:
    """Write the file as XLSX: accounts and numbers as text, sums as numbers in yuan."""
    payer = batch.payer
    rows = (
        [
            position,
            payer.budget_unit,
            payer.subject,
            payee,
            number,
            bank,
            line_number,
            fen,
            batch.purpose,
            line_code(batch.year, batch.sequence, line),
        ]
        for position, (line, payee, number, bank, line_number, fen) in enumerate(_lines(batch), start=1)
    )
    registers.write(target, "拨付清单", COLUMNS, rows)


def made(batch: PaymentBatch, write: Any) -> IO[bytes]:
    """Return a temporary file with what a writer writes of a batch, at its beginning."""
    target = TemporaryFile()  # noqa: SIM115 - the storage reads it, its end closes it
    write(batch, target)
    target.seek(0)
    return target


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def state_of(batch: PaymentBatch) -> tuple[str, str]:
    """Return the words and the tint of where a batch stands."""
    if batch.dropped_at:
        return "已退回", "bad"
    if batch.finished_at:
        return "已完成", "good"
    return ("已送付", "work") if batch.countersigned_at else ("待复核", "wait")


def is_under_way() -> Q:
    """Return the condition of payments of which no result is known yet."""
    return Q(state__in=[Payment.State.PREPARED, Payment.State.SENT, Payment.State.RECORDED])


def listed(reasons: Mapping[int, Sequence[str]], names: Mapping[int, str]) -> str:
    """Return what is held as one sentence with the number of each case."""
    return "；".join(f"{names[pk]}：{'，'.join(words)}" for pk, words in reasons.items()) + "。"


def names_of(shares: Iterable[PayerShare]) -> dict[int, str]:
    """Return how a line is called: the number of its case, and its instalment after the first."""
    return {
        share.pk: share.instalment.award.application.number
        + (f" 第{share.instalment.number}期" if share.instalment.number > 1 else "")
        for share in shares
    }
