"""
Sheets that people take away and hand in: the register of payments, and earlier awards as XLSX.

Written without formulas: text that a spreadsheet program would compute begins with an apostrophe. Read without
trust: every row is checked and every fault is named with its row; what is entered is all rows or none.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as BadNumber

import rules
from applications.actions.policy import EarlierRow
from applications.models import Clause

# What Excel, WPS and LibreOffice take for the beginning of a formula, half and full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

MOST_ROWS = 2000
MOST_FEN = 10**14  # 一万亿元: more is a slip of the hand
FIRST_YEAR = 2000


class BadSheet(Exception):
    """A sheet that cannot be taken: `problems` are Chinese sentences, each with its row."""

    def __init__(self, problems: Sequence[str]):
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Column:
    """One column of a register: its heading and its width in characters; `money` cells are whole fen."""

    heading: str
    width: int
    money: bool = False


def harmless(text: str) -> str:
    """Return text that no spreadsheet program computes; control characters that XML cannot carry are left out."""
    text = UNPRINTABLE.sub("", text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


Sheet = tuple[str, Sequence[Column], Iterable[Sequence[Any]]]


def write(target: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as one sheet; see `write_sheets`."""
    write_sheets(target, [(title, columns, rows)])


def write_sheets(target: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """
    Write each sheet with a bold head that stays in view, row by row, so that memory stays flat.

    Money cells are given in whole fen and written as numbers in yuan with two decimals; days as days; None as nothing.
    """
    # openpyxl takes 0.2 s to load and is needed here only.
    from openpyxl import Workbook  # noqa: PLC0415 - see above

    book = Workbook(write_only=True)
    for title, columns, rows in sheets:
        _add_sheet(book, title, columns, rows)
    book.save(target)


def _add_sheet(book: Any, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as in write_sheets
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - as in write_sheets
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as in write_sheets

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for position, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width

    def head(column: Column) -> Any:
        cell = WriteOnlyCell(sheet, column.heading)
        cell.font, cell.alignment = Font(bold=True), Alignment(vertical="center", wrap_text=True)
        return cell

    def cell_of(value: Any, column: Column) -> Any:
        if value is None or value == "":
            return None
        if column.money:
            cell = WriteOnlyCell(sheet, Decimal(value).scaleb(-2))
            cell.number_format = "#,##0.00"
            return cell
        if isinstance(value, date):
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = "yyyy-mm-dd"
            return cell
        if isinstance(value, int):
            return value
        cell = WriteOnlyCell(sheet, harmless(str(value)))
        cell.data_type = "s"
        return cell

    sheet.append([head(column) for column in columns])
    for row in rows:
        sheet.append([cell_of(value, column) for value, column in zip(row, columns, strict=True)])


# 既往奖补

EARLIER_COLUMNS = (
    Column("条款标识", 16),
    Column("统一社会信用代码", 24),
    Column("单位名称", 36),
    Column("奖补对象", 30),
    Column("年度", 10),
    Column("金额（元）", 18),
    Column("依据文件", 36),
)


def write_template(target: IO[bytes], clauses: Iterable[Clause]) -> None:
    """Write the empty sheet of earlier awards, with the clauses one may name on a second one."""
    from openpyxl import Workbook  # noqa: PLC0415 - as in write_sheets
    from openpyxl.styles import Font  # noqa: PLC0415 - as in write_sheets
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as in write_sheets

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "既往奖补"
    sheet.append([column.heading for column in EARLIER_COLUMNS])
    for position, column in enumerate(EARLIER_COLUMNS, start=1):
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = column.width
        sheet[f"{letter}1"].font = Font(bold=True)
        for row in range(2, 202):  # codes and years as text, so that no program rounds or shortens them
            sheet[f"{letter}{row}"].number_format = "#,##0.00" if column.heading == "金额（元）" else "@"
    sheet.freeze_panes = "A2"
    second = book.create_sheet("可填的条款")
    second.append(["条款标识", "条文", "名称"])
    for clause in clauses:
        second.append([clause.code, harmless(clause.article), harmless(clause.title)])
    for letter, width in (("A", 16), ("B", 20), ("C", 40)):
        second.column_dimensions[letter].width = width
        second[f"{letter}1"].font = Font(bold=True)
    book.save(target)


def read_earlier(file: IO[bytes], clauses: Mapping[str, Clause], *, today: date) -> list[EarlierRow]:
    """Return the earlier awards of a sheet. Raises BadSheet with every fault of every row by its number."""
    rows = _cells(file)
    headings = [column.heading for column in EARLIER_COLUMNS]
    if not rows or [_text(value) for value in rows[0][: len(headings)]] != headings:
        raise BadSheet([f"第1行应依次为：{'、'.join(headings)}。请下载模板后填写。"])
    found: list[EarlierRow] = []
    problems: list[str] = []
    seen: dict[EarlierRow, int] = {}
    for number, cells in enumerate(rows[1:], start=2):
        values = [*cells, *[None] * len(headings)][: len(headings)]
        if not any(_text(value) for value in values):
            continue
        row, faults = _earlier(values, clauses, today)
        problems += [f"第{number}行 {fault}" for fault in faults]
        if row is None:
            continue
        if row in seen:
            problems.append(f"第{number}行 与第{seen[row]}行重复。")
        seen.setdefault(row, number)
        found.append(row)
    if not found and not problems:
        problems.append("表中没有可录入的行，请从第2行起填写。")
    if problems:
        raise BadSheet(problems)
    return found


def _cells(file: IO[bytes]) -> list[tuple[Any, ...]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - as in write_sheets
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as in write_sheets

    try:
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = list(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=len(EARLIER_COLUMNS), values_only=True))
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError) as error:
        raise BadSheet(["表格无法读取，请下载模板，用 Excel 或 WPS 填写后另存为 xlsx。"]) from error
    if len(rows) > MOST_ROWS + 1:
        raise BadSheet([f"一次最多录入{MOST_ROWS}行，请拆分后分次导入。"])
    return rows


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().removeprefix("'")


def _earlier(values: Sequence[Any], clauses: Mapping[str, Clause], today: date) -> tuple[EarlierRow | None, list[str]]:
    """Return the row, or None with everything that is wrong in it."""
    code, number, name, subject, year_text, _, paper = (_text(value) for value in values)
    faults: list[str] = []
    clause = clauses.get(code)
    if clause is None:
        faults.append(f"条款标识“{code}”不是本单位可录入的条款。" if code else "未填写条款标识。")
    try:
        number = clean_uscc(number)
    except ValueError as error:
        faults.append(str(error))
    for label, text, longest in (("单位名称", name, 100), ("依据文件", paper, 100)):
        if not text:
            faults.append(f"未填写{label}。")
        elif len(text) > longest:
            faults.append(f"{label}超过{longest}个字。")
    if len(subject) > 100:
        faults.append("奖补对象超过100个字。")
    year = int(year_text) if re.fullmatch(r"[0-9]{4}", year_text) else 0
    if not FIRST_YEAR <= year <= today.year:
        faults.append(f"年度应为{FIRST_YEAR}至{today.year}之间的四位年份。")
    amount_fen = 0
    try:
        amount_fen = clean_sum(values[5])
    except ValueError as error:
        faults.append(str(error))
    if faults or clause is None:
        return None, faults
    return EarlierRow(clause, number, name, subject, year, amount_fen, paper), []


def clean_uscc(text: str) -> str:
    """Return a 统一社会信用代码 in capitals. Raises ValueError in Chinese when the check digit is wrong."""
    try:
        return uscc.validate(text)
    except BadNumber:
        raise ValueError(f"统一社会信用代码“{text[:30]}”有误，请核对18位代码。") from None


def clean_sum(value: Any) -> int:
    """Return whole fen of a sum in yuan, a number or text with separators. Raises ValueError in Chinese."""
    wrong = "金额应写成元，大于0，最多两位小数，例如 1000000.00。"
    if isinstance(value, (bool, datetime, date)):
        raise ValueError(wrong)
    # A sheet keeps numbers as binary fractions: 0.1 + 0.2 is within a millionth of 0.30, and that is what was meant.
    text = f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else _text(value)
    try:
        fen = rules.fen(text.replace(",", "").replace("，", ""))
    except ValueError:
        raise ValueError(wrong) from None
    if not 0 < fen <= MOST_FEN:
        raise ValueError(wrong)
    return fen
