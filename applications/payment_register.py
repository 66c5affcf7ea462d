"""The register of payments: its columns, its rows in one query whatever is filtered, and both kinds of sheet."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone

import rules
from applications import registers
from applications.finance import HOLDS, STATE_NAMES, last_return, with_papers
from applications.models import PayerShare

TITLE = "拨付登记表"
READ_AT_ONCE = 2000  # rows

COLUMNS = (
    registers.Column("序号", 6),
    registers.Column("申报编号", 22),
    registers.Column("通知书文号", 26),
    registers.Column("申报单位", 36),
    registers.Column("统一社会信用代码", 22),
    registers.Column("政策", 40),
    registers.Column("条款", 30),
    registers.Column("支持年度", 10),
    registers.Column("期次", 6),
    registers.Column("支付单位", 30),
    registers.Column("金额（元）", 18, money=True),
    registers.Column("金额大写", 34),
    registers.Column("抵扣（元）", 18, money=True),
    registers.Column("实付（元）", 18, money=True),
    registers.Column("状态", 18),
    registers.Column("暂缓原因", 14),
    registers.Column("最早拨付日期", 14),
    registers.Column("批准日期", 12),
    registers.Column("户名", 36),
    registers.Column("开户银行", 36),
    registers.Column("账号", 26),
    registers.Column("批次号", 24),
    registers.Column("拨付日期", 12),
    registers.Column("支付凭证号", 24),
    registers.Column("退票日期", 12),
    registers.Column("退票原因", 30),
)

_AWARD = "instalment__award"
_READ = (
    f"{_AWARD}__application__number",
    "notice__number",
    f"{_AWARD}__applicant__name",
    f"{_AWARD}__applicant__uscc",
    f"{_AWARD}__clause__policy__title",
    f"{_AWARD}__clause__article",
    f"{_AWARD}__clause__title",
    f"{_AWARD}__year",
    "instalment__number",
    "payer__name",
    "amount_fen",
    "live__set_off_fen",
    "state",
    "hold",
    "instalment__due_on",
    f"{_AWARD}__decided_at",
    "live__account__holder",
    "live__account__bank",
    "live__account__number",
    "account__holder",
    "account__bank",
    "account__number",
    "live__batch__number",
    "live__paid_on",
    "live__voucher_number",
    "returned",
    "returned_for",
)


def rows_of(shares: QuerySet[PayerShare]) -> Iterator[list[Any]]:
    """
    Yield the lines of the register for shares read by `finance.shares_of`, the newest case first, a few at a time.

    A line with a payment names the account it goes to, any other the one in use. Sums are whole fen.
    """
    said = with_papers(shares).annotate(returned=last_return("returned_on"), returned_for=last_return("return_reason"))
    found = said.order_by(f"-{_AWARD}__application", "-pk").values_list(*_READ).iterator(chunk_size=READ_AT_ONCE)
    for position, row in enumerate(found, start=1):
        number, letter, name, uscc, policy, article, clause, year, part, payer = row[:10]
        fen, off, state, hold, due_on, decided_at, *paid_to = row[10:19]
        own, rest = row[19:22], row[22:]
        yield [
            *(position, number, letter, name, uscc, policy, f"{article} {clause}", year, part, payer),
            *(fen, rules.capital(fen), off, None if off is None else fen - off),
            *(STATE_NAMES[state], HOLDS.get(hold, "") if state == "held" else "", due_on),
            timezone.localdate(decided_at),
            *(paid_to if paid_to[2] else own),
            *rest,
        ]


def write_xlsx(target: IO[bytes], shares: QuerySet[PayerShare]) -> None:
    """Write the register as a sheet of XLSX, row by row."""
    registers.write(target, TITLE, COLUMNS, rows_of(shares))


class _Echo:
    """A file that hands back what is written to it, so that csv can be streamed."""

    def write(self, text: str) -> str:
        return text


def csv_lines(shares: QuerySet[PayerShare]) -> Iterator[str]:
    """
    Yield the register as CSV, some lines at a time: UTF-8 with a mark that Excel and WPS know, nothing that computes.

    Sums are yuan with two decimals and without separators. A long number has an apostrophe in front, as text that would
    compute has: without it spreadsheets round what is longer than fifteen digits.
    """
    write = csv.writer(_Echo()).writerow
    yield "\ufeff" + str(write([column.heading for column in COLUMNS]))
    kept: list[str] = []
    for row in rows_of(shares):
        kept.append(str(write([_plain(value, column) for value, column in zip(row, COLUMNS, strict=True)])))
        if len(kept) == READ_AT_ONCE:
            yield "".join(kept)
            kept = []
    yield "".join(kept)


LONG_NUMBERS = frozenset({"统一社会信用代码", "账号"})


def _plain(value: Any, column: registers.Column) -> Any:
    if value is None or value == "":
        return ""
    if column.money:
        return f"{value // 100}.{value % 100:02d}"
    if isinstance(value, str):
        text = registers.harmless(value)
        return f"'{text}" if column.heading in LONG_NUMBERS and text.isdigit() else text
    return value.isoformat() if isinstance(value, date) else value
