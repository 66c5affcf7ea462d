"""
支付结果 as the payer sends it: read row by row from CSV or XLSX and matched to the lines of a batch.

Nothing is changed here. A row is matched by our number in 备注 and by its sum; whatever does not fit is said with its
row, and nothing of it is lost: the words of the row are kept as they stood.
"""

import csv
import io
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from applications import batches, holds, registers
from applications.models import Payment, PaymentBatch, ResultLine
from applications.uploads import BadUpload
from applications.uploads.archives import check_xlsx

Outcome = ResultLine.Outcome

MOST_BYTES = 1 << 20
MOST_UNPACKED = 20 << 20  # a sheet of 5,000 rows unpacks to some 3 MB
UNREADABLE_SHEET = "表格无法读取，请用 Excel 或 WPS 另存为 xlsx 后读入。"
MOST_ROWS = 5000
LONGEST = 200  # of one cell that is kept

# What each column is called by us and by payment systems.
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("备注", "批次行号", "摘要"),
    "amount": ("金额", "支付金额", "金额（元）"),
    "result": ("支付结果", "结果", "状态", "支付状态"),
    "paid_on": ("支付日期", "日期", "拨付日期"),
    "voucher": ("支付凭证号", "凭证号"),
    "reason": ("退票原因", "失败原因", "原因"),
}
NEEDED = ("number", "amount", "result")
PAID = frozenset({"已支付", "支付成功", "成功", "已拨付", "成功支付"})
RETURNED = frozenset({"退票", "已退票", "支付失败", "失败", "退回", "已退回"})
CODE = re.compile(r"PC(\d{4})-(\d{1,9})-(\d{1,9})(?!\d)")
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")


class BadResult(Exception):
    """A file that cannot be read at all; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Row:
    """One row as it stood: its number in the file, and its cells as text by our name of the column."""

    number: int
    cells: dict[str, str]


@dataclass
class Match:
    """One row with what it means for a payment; `paid_on`, `voucher` and `reason` are what will be entered."""

    row: Row
    outcome: str
    note: str = ""
    payment: Payment | None = None
    paid_on: date | None = None
    voucher: str = ""
    reason: str = ""

    @property
    def label(self) -> str:
        """The outcome in words."""
        return Outcome(self.outcome).label

    @property
    def acts(self) -> bool:
        """Whether taking the file over changes something for this row."""
        return self.outcome in (Outcome.PAID, Outcome.RETURNED)


@dataclass
class Reading:
    """A whole file against a batch: its rows in order, and the lines of the batch that it does not name."""

    matches: list[Match]
    silent: list[Payment] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """Return how many rows have an outcome."""
        return sum(match.outcome == outcome for match in self.matches)

    def totals(self) -> list[tuple[str, str, int, int]]:
        """Return (outcome, label, rows, fen of the payments) for every outcome that occurs."""
        return [
            (
                outcome.value,
                str(outcome.label),
                self.count(outcome),
                sum(
                    m.payment.amount_fen - m.payment.set_off_fen
                    for m in self.matches
                    if m.outcome == outcome and m.payment
                ),
            )
            for outcome in Outcome
            if self.count(outcome)
        ]


def read(data: bytes, name: str) -> list[Row]:
    """Return the rows of a file, CSV or XLSX by its content. Raises BadResult."""
    if not data:
        raise BadResult("文件是空的，请重新选择文件。")
    if len(data) > MOST_BYTES:
        raise BadResult("文件超过 1 MB，请按批次分开读入。")
    table = _xlsx(data) if data.startswith(b"PK") else _csv(data, name)
    head, *rest = table or [(0, [])]
    columns = _columns(head[1])
    if missing := [COLUMNS[key][0] for key in NEEDED if key not in columns]:
        raise BadResult(f"第{head[0] or 1}行应为表头，缺少“{'”“'.join(missing)}”列。请在下载的支付文件后补填支付结果。")
    rows = [
        Row(number, {key: _cell(cells, place) for key, place in columns.items()})
        for number, cells in rest
        if any(_text(cell) for cell in cells)
    ]
    if not rows:
        raise BadResult("文件中没有支付结果，表头之下至少应有一行。")
    if len(rows) > MOST_ROWS:
        raise BadResult(f"一次最多读入{MOST_ROWS}行，请拆分后分次读入。")
    return rows


def _columns(cells: Sequence[Any]) -> dict[str, int]:
    names = [_text(cell) for cell in cells]
    found = {}
    for key, words in COLUMNS.items():
        place = next((names.index(word) for word in words if word in names), None)
        if place is not None:
            found[key] = place
    return found


def _cell(cells: Sequence[Any], place: int) -> str:
    return _text(cells[place])[:LONGEST] if place < len(cells) else ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = registers.UNPRINTABLE.sub("", str(value)).strip()
    # What was written so that no program computes it comes back with its apostrophe.
    return text[1:] if text.startswith("'") else text


def _csv(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    for coding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(coding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadResult("文件的文字编码无法识别，请另存为 UTF-8 编码的 CSV 或者 xlsx。")
    if "\0" in text:
        raise BadResult(f"“{name[-40:]}”不是 CSV 或 xlsx 文件，请重新选择。")
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=False)
        return [(reader.line_num, row) for row in _until_too_many(reader)]
    except csv.Error:
        raise BadResult("CSV 文件的引号或分隔符有误，请另存为 xlsx 后读入。") from None


def _until_too_many(rows: Iterator[Any]) -> Iterator[Any]:
    for count, row in enumerate(rows):
        if count > MOST_ROWS + 1:
            return
        yield row


def _xlsx(data: bytes) -> list[tuple[int, list[Any]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - takes 0.2 s to load and is needed here only

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        raise BadResult(UNREADABLE_SHEET) from error
    if unpacked > MOST_UNPACKED:
        raise BadResult(f"表格内容过多，一次最多读入{MOST_ROWS}行，请拆分后分次读入。")
    try:
        check_xlsx(io.BytesIO(data))
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=40, values_only=True)
        table = [(number, list(row)) for number, row in enumerate(rows, start=1)]
        book.close()
    except BadUpload as problem:
        raise BadResult(str(problem)) from problem
    except Exception as error:  # whatever the library makes of broken bytes, they are no sheet
        raise BadResult(UNREADABLE_SHEET) from error
    return table


# ── Matching ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def match(batch: PaymentBatch, rows: Sequence[Row], at: datetime) -> Reading:
    """Return what each row means for the payments of a batch as they stand now."""
    own = {
        payment.line: payment
        for payment in Payment.objects.filter(batch=batch).select_related("instalment__award__application", "account")
    }
    vouchers = {row.cells.get("voucher", "") for row in rows} - {""}
    matcher = _Matcher(batch, own, batches.vouchers_elsewhere(batch, vouchers), timezone.localdate(at))
    matches = [matcher.match(row) for row in rows]
    named = {found.payment.pk for found in matches if found.payment}
    waiting = [payment for payment in own.values() if payment.state == Payment.State.SENT]
    silent = sorted((p for p in waiting if p.pk not in named), key=lambda p: p.line or 0)
    return Reading(matches, silent)


@dataclass
class _Matcher:
    batch: PaymentBatch
    own: dict[int | None, Payment]
    elsewhere: set[str]
    today: date
    seen: dict[int, int] = field(default_factory=dict)
    closed: dict[int, str] = field(default_factory=dict)

    def match(self, row: Row) -> Match:
        payment, problem = self._payment(row)
        if payment is None:
            return Match(row, Outcome.UNKNOWN if problem.startswith("批次中") else Outcome.UNREADABLE, problem)
        if payment.pk in self.seen:
            return Match(row, Outcome.TWICE, f"与第{self.seen[payment.pk]}行重复，以先出现的一行为准。", payment)
        self.seen[payment.pk] = row.number
        if wrong := self._why_not_amount(row, payment):
            return Match(row, *wrong, payment)
        said = row.cells["result"]
        if said in PAID:
            return self._paid(row, payment)
        if said in RETURNED:
            return self._returned(row, payment)
        words = f"支付结果“{said[:20]}”不能识别，应写“已支付”或者“退票”。" if said else "没有填写支付结果。"
        return Match(row, Outcome.UNREADABLE, words, payment)

    def _payment(self, row: Row) -> tuple[Payment | None, str]:
        found = CODE.search(row.cells["number"])
        if found is None:
            return None, f"备注“{row.cells['number'][:30]}”中没有批次行号。"
        year, sequence, line = (int(part) for part in found.groups())
        payment = self.own.get(line)
        if (year, sequence) != (self.batch.year, self.batch.sequence) or payment is None:
            return None, f"批次中没有 {found.group()} 这一笔。"
        return payment, ""

    def _why_not_amount(self, row: Row, payment: Payment) -> tuple[str, str] | None:
        due = payment.amount_fen - payment.set_off_fen
        try:
            fen = registers.clean_sum(row.cells["amount"].replace("¥", "").replace("元", ""))
        except ValueError:
            return Outcome.UNREADABLE, f"金额“{row.cells['amount'][:20]}”不能识别。"
        if fen != due:
            return Outcome.WRONG_AMOUNT, f"应为 {due // 100}.{due % 100:02} 元，结果为 {fen // 100}.{fen % 100:02} 元。"
        return None

    def _paid(self, row: Row, payment: Payment) -> Match:
        cells = row.cells
        if payment.state == Payment.State.CONFIRMED:
            return Match(row, Outcome.TWICE, f"该笔已按凭证 {payment.voucher_number} 入账。", payment)
        if payment.state == Payment.State.RETURNED:
            return Match(row, Outcome.UNREADABLE, "该笔已登记退票，不能再登记为已支付，请核实。", payment)
        if payment.state != Payment.State.SENT:
            return Match(row, Outcome.UNKNOWN, f"批次中该笔{payment.get_state_display()}，没有送付。", payment)
        voucher, paid_on = cells.get("voucher", "")[:60], _day(cells.get("paid_on", ""))
        assert payment.confirmed_at is not None
        if not voucher:
            words = "已支付的须填写支付凭证号。"
        elif voucher in self.elsewhere:
            words = f"支付凭证号 {voucher} 已用于另一笔拨付。"
        elif paid_on is None:
            words = "已支付的须填写支付日期，写成 2026-03-05 的形式。"
        elif paid_on > self.today:
            words = "支付日期不能晚于今天。"
        elif paid_on < timezone.localdate(payment.confirmed_at):
            words = "支付日期不能早于批次复核的日期。"
        elif closed := self._why_closed(paid_on.year):
            words = f"{closed}。"
        else:
            return Match(row, Outcome.PAID, payment=payment, paid_on=paid_on, voucher=voucher)
        return Match(row, Outcome.UNREADABLE, words, payment)

    def _returned(self, row: Row, payment: Payment) -> Match:
        if payment.state == Payment.State.RETURNED:
            return Match(row, Outcome.TWICE, "该笔已登记退票。", payment)
        if payment.state not in (Payment.State.SENT, Payment.State.CONFIRMED):
            return Match(row, Outcome.UNKNOWN, f"批次中该笔{payment.get_state_display()}，没有送付。", payment)
        on = _day(row.cells.get("paid_on", "")) or self.today
        reason = row.cells.get("reason", "")
        if not reason:
            return Match(row, Outcome.UNREADABLE, "退票的须填写退票原因。", payment)
        if on > self.today:
            return Match(row, Outcome.UNREADABLE, "退票日期不能晚于今天。", payment)
        if payment.paid_on and on < payment.paid_on:
            on = self.today  # the column holds the day of the payment that came back
        words = "已入账的拨付退票，将冲回资金池。" if payment.state == Payment.State.CONFIRMED else ""
        return Match(row, Outcome.RETURNED, words, payment, paid_on=on, reason=reason)

    def _why_closed(self, year: int) -> str:
        if year not in self.closed:
            self.closed[year] = holds.why_closed(self.batch.authority_id, year)
        return self.closed[year]


def _day(text: str) -> date | None:
    """Return a day however payment systems write it, also as the day number of a sheet."""
    text = text.split(" ")[0].split("T")[0]
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    if re.fullmatch(r"[45]\d{4}", text):
        return date(1899, 12, 30) + timedelta(days=int(text))
    return None


def example(batch: PaymentBatch) -> str:
    """Return the number of the first line, as the page shows what has to stay in 备注."""
    return batches.line_code(batch.year, batch.sequence, 1)
