"""Sheets: what is written cannot compute, what is read is checked row by row."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from applications import registers
from applications.models import Clause
from applications.registers import BadSheet, Column
from tests.factories import make_policy

TODAY = date(2026, 9, 1)
HEAD = [column.heading for column in registers.EARLIER_COLUMNS]
GOOD = ["xinxing-3", "91659901MATE000018", "测试企业有限公司", "一号中心", 2024, 1000000.5, "测试文件1号"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def clauses():
    """The clauses of 新星市 by their code."""
    make_policy()
    return {row.code: row for row in Clause.objects.claimable().filter(policy__code="xinxing")}


def sheet(*rows):
    """Return rows as an XLSX file."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    target.seek(0)
    return target


@pytest.mark.parametrize("start", registers.FORMULA_STARTS)
def test_no_cell_of_a_register_begins_like_a_formula(start):
    target = BytesIO()

    registers.write(target, "表", [Column("单位", 20)], [[f'{start}HYPERLINK("http://x.invalid")']])

    cell = load_workbook(target).active["A2"]
    assert (cell.data_type, cell.value[0]) == ("s", "'")


def test_register_keeps_sums_days_and_head():
    target = BytesIO()

    columns = [Column("金额（元）", 18, money=True), Column("日期", 12), Column("说明", 9)]
    registers.write(target, "表", columns, [[200000001, date(2026, 3, 5), "坏\x00字"]])

    page = load_workbook(target).active
    assert [cell.value for cell in page[1]] == ["金额（元）", "日期", "说明"]
    assert page["A1"].font.bold
    assert page["A2"].value == 2000000.01
    assert page["A2"].number_format == "#,##0.00"
    assert page["B2"].value.date() == date(2026, 3, 5)
    assert page["C2"].value == "坏字"
    assert page.column_dimensions["A"].width == 18


def test_template_comes_back_as_rows(clauses):
    target = BytesIO()
    registers.write_template(target, clauses.values())
    book = load_workbook(target)
    for column, value in enumerate(GOOD, start=1):
        book.worksheets[0].cell(2, column, value)
    filled = BytesIO()
    book.save(filled)

    rows = registers.read_earlier(filled, clauses, today=TODAY)

    assert [(r.clause.code, r.uscc, r.subject, r.year, r.amount_fen, r.paper) for r in rows] == [
        ("xinxing-3", "91659901MATE000018", "一号中心", 2024, 100000050, "测试文件1号")
    ]
    assert [row[0].value for row in book.worksheets[1]][1:] == list(clauses)


def test_every_fault_of_every_row_is_named(clauses):
    bad = ["shihezi-1", "91659901MATE000017", "", "", 2027, "壹百", ""]

    with pytest.raises(BadSheet) as refused:
        registers.read_earlier(sheet(HEAD, GOOD, bad, [None] * 7, GOOD), clauses, today=TODAY)

    assert refused.value.problems == [
        "第3行 条款标识“shihezi-1”不是本单位可录入的条款。",
        "第3行 统一社会信用代码“91659901MATE000017”有误，请核对18位代码。",
        "第3行 未填写单位名称。",
        "第3行 未填写依据文件。",
        "第3行 年度应为2000至2026之间的四位年份。",
        "第3行 金额应写成元，大于0，最多两位小数，例如 1000000.00。",
        "第5行 与第2行重复。",
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["随便"]], "第1行应依次为"),
        ([HEAD], "表中没有可录入的行"),
        ([HEAD, *[GOOD] * 2001], "一次最多录入2000行"),
    ],
)
def test_sheets_of_a_wrong_shape_are_refused(clauses, rows, words):
    with pytest.raises(BadSheet, match=words):
        registers.read_earlier(sheet(*rows), clauses, today=TODAY)


def test_a_file_that_is_no_sheet_is_refused(clauses):
    with pytest.raises(BadSheet, match="表格无法读取"):
        registers.read_earlier(BytesIO(b"PK\x03\x04 nothing"), clauses, today=TODAY)


@pytest.mark.parametrize("value", ["0", "-1", "1.001", "nan", "inf", float("inf"), "1e30", True, "", None])
def test_sums_that_are_none_are_refused(value):
    with pytest.raises(ValueError, match="金额应写成元"):
        registers.clean_sum(value)


@pytest.mark.parametrize(("value", "fen"), [("1,234.56", 123456), (1234.56, 123456), (0.1 + 0.2, 30), (5, 500)])
def test_sums_are_read_to_the_fen(value, fen):
    assert registers.clean_sum(value) == fen
