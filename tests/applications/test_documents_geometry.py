"""GB/T 9704-2012 measured from the PDF of every kind of letter: places, pitches, rules, signature, foot, tables."""

import ctypes
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest

from applications.documents import fonts_ready, render
from tests import letters
from tests.applications.test_documents import (
    BOTTOM,
    LEFT,
    MM,
    RIGHT,
    SLACK,
    TOP,
    is_page_number,
    printed,
    run_of,
)

pytestmark = pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")

RED = (0xE6, 0x00, 0x12)
LINE = 28.99
SLIPS = {"receipt", "rec_service"}  # forms of the counter: the mark at the top, no imprint
LONG_NAME = "新星市戈壁红柳河" + "智能算力基础设施建设运营" * 4 + "有限公司"


@dataclass(frozen=True)
class Rule:
    """A drawn line: its page, its place in points from the lower left, how thick it is, and its colour."""

    page: int
    left: float
    right: float
    bottom: float
    top: float
    colour: tuple[int, int, int]

    @property
    def thickness_mm(self) -> float:
        return (self.top - self.bottom) / MM


def rules_of(pdf: bytes) -> list[Rule]:
    """Return every drawn level line as wide as the text area, from the top of a page to its bottom."""
    document, found = pdfium.PdfDocument(pdf), []
    for number, page in enumerate(document, 1):
        for item in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_PATH]):
            left, bottom, right, top = item.get_bounds()
            if right - left > 150 * MM and top - bottom < 3:
                found.append(Rule(number, left, right, bottom, top, _colour(item)))
        page.close()
    document.close()
    return sorted(found, key=lambda rule: (rule.page, -rule.bottom))


def _colour(item) -> tuple[int, int, int]:
    parts = [ctypes.c_uint() for _ in range(4)]
    assert pdfium_c.FPDFPageObj_GetFillColor(item.raw, *parts)
    red, green, blue, _ = (part.value for part in parts)
    return red, green, blue


def lines_of(characters) -> list[float]:
    """Return the heights of the lines of body text, from the top down, by a glyph that fills its square."""
    return sorted({round(character.bottom, 1) for character in characters}, reverse=True)


# ---- the text area --------------------------------------------------------------------------------------------------


def test_the_margins_leave_an_area_of_156_by_225_mm():
    assert round((RIGHT - LEFT) / MM, 6) == 156
    assert round((TOP - BOTTOM) / MM, 6) == 225
    characters = printed(render.pdf(letters.a_notice(clause_text="国" * 28 * 60)))
    inside = [c for c in characters if c.page == 2 and not is_page_number(c)]

    assert min(c.left for c in inside) == pytest.approx(LEFT, abs=3)
    assert max(c.right for c in inside) == pytest.approx(RIGHT, abs=3)
    # The square of a line is 16 pt in the middle of 28.98.
    assert TOP - max(c.top for c in inside) == pytest.approx((LINE - 16) / 2, abs=2)
    assert min(c.bottom for c in inside) - BOTTOM == pytest.approx((LINE - 16) / 2, abs=2)


def test_a_full_page_has_22_lines_of_28_characters_at_the_pitch_of_the_standard():
    characters = printed(render.pdf(letters.a_notice(clause_text="国" * 28 * 80)))
    body = [c for c in characters if c.page == 3 and c.text == "国"]

    lines = lines_of(body)
    assert len(lines) == 22
    assert [upper - lower for upper, lower in pairwise(lines)] == pytest.approx([LINE] * 21, abs=0.3)
    assert (lines[0] - lines[-1]) / 21 == pytest.approx(LINE, abs=0.02)
    for height in lines[1:-1]:
        row = sorted((c for c in body if round(c.bottom, 1) == height), key=lambda c: c.left)
        assert len(row) == 28
        assert (row[-1].left - row[0].left) / 27 == pytest.approx(15.79, abs=0.05)


@pytest.mark.parametrize("name", letters.EVERY_LETTER)
def test_the_pitch_holds_in_every_letter(name):
    """Wherever two lines of one paragraph follow each other, they do so at 28.99 pt."""
    made = letters.EVERY_LETTER[name]()
    characters = printed(render.pdf(made))
    opening = made.said("opening")

    text = "".join(opening.split())
    run = run_of(characters, text)
    first = {}
    for character in run:
        if character.text in "年月日国单位的于（）":
            first.setdefault((character.text, round(character.bottom)), character.bottom)
    for mark in {key[0] for key in first}:
        places = sorted({bottom for key, bottom in first.items() if key[0] == mark}, reverse=True)
        for upper, lower in pairwise(places):
            steps = (upper - lower) / LINE
            assert steps == pytest.approx(round(steps), abs=0.3 / LINE + 0.01)


# ---- head -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in letters.EVERY_LETTER if name not in SLIPS])
def test_mark_number_and_red_rule_stand_where_the_standard_puts_them(name):
    made = letters.EVERY_LETTER[name]()
    pdf = render.pdf(made)
    characters = printed(pdf)

    mark, number = run_of(characters, made.said("heading")), run_of(characters, made.letter_number)
    assert (TOP - max(c.top for c in mark)) / MM == pytest.approx(35, abs=0.6)
    red = [rule for rule in rules_of(pdf) if rule.colour == RED]
    assert len(red) == 1
    assert red[0].page == 1
    assert (red[0].left, red[0].right) == pytest.approx((LEFT, RIGHT), abs=0.3)
    assert 0.35 <= red[0].thickness_mm <= 0.55
    assert (min(c.bottom for c in number) - red[0].top) / MM == pytest.approx(4, abs=0.5)
    # Two blank lines between mark and number, and between rule and title.
    assert (min(c.bottom for c in mark) - max(c.top for c in number)) / LINE == pytest.approx(2.3, abs=0.3)
    title = run_of(characters[characters.index(number[-1]) :], made.title)
    assert (red[0].bottom - max(c.top for c in title)) / LINE == pytest.approx(2.2, abs=0.3)


def test_the_receipt_is_a_slip_with_its_mark_at_the_top():
    characters = printed(render.pdf(letters.a_receipt()))

    mark = run_of(characters, letters.PARTIES["authority_name"])
    assert TOP - max(c.top for c in mark) < 6


# ---- foot -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in letters.EVERY_LETTER if name not in SLIPS])
@pytest.mark.parametrize("copies", ["", "第十三师新星市财政局"])
def test_the_foot_ends_at_the_bottom_of_the_last_page_between_its_rules(name, copies):
    pdf = render.pdf(letters.EVERY_LETTER[name](copies_to=copies))
    characters = printed(pdf)

    last = max(c.page for c in characters)
    printed_line = run_of(characters, "2026年3月5日印发")
    assert printed_line[0].page == last
    foot = [rule for rule in rules_of(pdf) if rule.page == last and rule.colour == (0, 0, 0)]
    lowest = foot[-1]
    assert lowest.bottom == pytest.approx(BOTTOM, abs=0.6)
    assert lowest.thickness_mm == pytest.approx(0.35, abs=0.05)
    above = [rule for rule in foot[:-1] if rule.bottom > printed_line[0].top]
    nearest = above[-1]
    if copies:  # the middle rule is the thin one, the first one stands over 抄送
        assert nearest.thickness_mm == pytest.approx(0.25, abs=0.05)
        assert above[-2].thickness_mm == pytest.approx(0.35, abs=0.05)
        line = run_of(characters, f"抄送：{copies}。")
        assert nearest.top < line[0].bottom < above[-2].bottom
    else:
        assert nearest.thickness_mm == pytest.approx(0.35, abs=0.05)
    assert printed_line[-1].right == pytest.approx(RIGHT - 14, abs=2)


@pytest.mark.parametrize("name", letters.EVERY_LETTER)
def test_page_numbers_are_odd_right_and_even_left(name):
    characters = printed(render.pdf(letters.EVERY_LETTER[name]()))

    for page in range(1, max(c.page for c in characters) + 1):
        line = [c for c in characters if c.page == page and is_page_number(c)]
        assert "".join(c.text for c in line) == f"—{page}—"
        assert (BOTTOM - (line[0].top + line[0].bottom) / 2) / MM == pytest.approx(7, abs=1)
        if page % 2:
            assert RIGHT - line[-1].right == pytest.approx(14, abs=2)
        else:
            assert line[0].left - LEFT == pytest.approx(14, abs=2)


# ---- signature ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", letters.EVERY_LETTER)
@pytest.mark.parametrize("signed", [False, True])
def test_the_signature_stands_under_at_least_two_lines_of_text(name, signed):
    made = letters.EVERY_LETTER[name](signed=signed, authority_name="新星市数据局")
    characters = printed(render.pdf(made))

    day = [run for run in _runs(characters, "2026年3月5日") if run[0].page == max(c.page for c in characters)]
    date = day[-1] if name in SLIPS else day[-2]  # the last one stands in the imprint
    above = [c for c in characters if c.page == date[0].page and c.bottom > date[0].top + LINE and c.top <= TOP]
    assert len({round(c.bottom / LINE) for c in above}) >= 2
    edge = 4 if signed else 2
    assert (RIGHT - date[-1].right) / 15.79 == pytest.approx(edge, abs=0.4)


def _runs(characters, text):
    """Return every place where a text is printed."""
    whole, at = "".join(c.text for c in characters), -1
    found = []
    while (at := whole.find(text, at + 1)) >= 0:
        found.append(characters[at : at + len(text)])
    return found


# ---- what is long ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in letters.EVERY_LETTER if name not in {"batch"}])
def test_a_name_of_sixty_characters_stays_inside_the_text_area(name):
    assert len(LONG_NAME) == 60
    pdf = render.pdf(letters.EVERY_LETTER[name](applicant_name=LONG_NAME))

    outside = [c for c in printed(pdf) if not is_page_number(c) and (c.left < LEFT - SLACK or c.right > RIGHT + SLACK)]
    assert outside == []
    if name != "objection":  # it is addressed to who objected
        assert LONG_NAME in "".join(c.text for c in printed(pdf))


@pytest.mark.parametrize(
    ("make", "head"),
    [
        (lambda: letters.a_funds_table(rows=60), "序号单位名称和统一社会信用代码政策条款通知书文号金额（元）"),
        (lambda: letters.a_batch(rows=20), "序号单位名称和统一社会信用代码依据条款拟兑现金额（元）"),
        (lambda: letters.a_correction(defects=[("材料", "须补正的内容。" * 6)] * 20), "序号材料或事项需要补正的内容"),
    ],
)
def test_a_long_table_breaks_between_rows_and_repeats_its_head(make, head):
    characters = printed(render.pdf(make()))

    heads = [run[0].page for run in _runs(characters, head)]
    assert len(heads) >= 2
    assert heads == list(range(heads[0], heads[0] + len(heads)))
    assert all(len({c.page for c in run}) == 1 for run in _runs(characters, letters.USCC))
