"""The letters, measured with a ruler: paper, text area, order, words, faces, bytes."""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pypdf
import pypdfium2 as pdfium
import pytest

from applications.documents import acceptance, correction, decision, fonts, fonts_ready, notice, receipt, render
from applications.documents.letter import chinese_date
from applications.documents.notice import NoticeLetter
from applications.documents.receipt import ReceiptLetter
from rules import capital, yuan
from tests import letters

pytestmark = pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, (210 - 26) * MM, (297 - 37) * MM, 35 * MM  # of the text area, from the lower left
SLACK = 1.0  # points; a glyph's ink may lean out of its cell by this much

EVERY_LETTER = letters.EVERY_LETTER


@dataclass(frozen=True)
class Character:
    """One printed character: its page from 1 and its ink in points from the lower left corner."""

    text: str
    page: int
    left: float
    bottom: float
    right: float
    top: float


def printed(pdf: bytes) -> list[Character]:
    """Return every character with ink, in the order of the text layer."""
    document, found = pdfium.PdfDocument(pdf), []
    for number, page in enumerate(document, 1):
        layer = page.get_textpage()
        text = layer.get_text_range()
        assert len(text) == layer.count_chars()
        for place, character in enumerate(text):
            if not character.isspace():
                found.append(Character(character, number, *layer.get_charbox(place)))
    document.close()
    return found


def words(pdf: bytes) -> str:
    """Return the text layer without any blanks and line ends."""
    return "".join(character.text for character in printed(pdf))


def run_of(characters: list[Character], text: str) -> list[Character]:
    """Return the characters of the first place where `text` is printed."""
    text = "".join(text.split())
    at = "".join(character.text for character in characters).index(text)
    return characters[at : at + len(text)]


def is_page_number(character: Character) -> bool:
    """Whether it stands below the text area."""
    return character.top < BOTTOM


# ---- paper and places ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY_LETTER)
def test_every_letter_is_a4_with_its_text_inside_the_text_area(name):
    pdf = render.pdf(EVERY_LETTER[name]())

    document = pdfium.PdfDocument(pdf)
    assert {tuple(round(side / MM) for side in page.get_size()) for page in document} == {(210, 297)}
    outside = [
        character
        for character in printed(pdf)
        if not is_page_number(character)
        and not (
            character.left >= LEFT - SLACK
            and character.right <= RIGHT + SLACK
            and character.bottom >= BOTTOM - SLACK
            and character.top <= TOP + SLACK
        )
    ]
    assert outside == []


def test_head_stands_where_the_standard_puts_it():
    characters = printed(notice.build(letters.a_notice()))

    mark = run_of(characters, letters.PARTIES["authority_name"])
    number = run_of(characters, "师新数兑〔2026〕5号")
    title = run_of(characters, "奖补资金兑现通知书")
    addressee = run_of(characters, letters.PARTIES["applicant_name"] + "：")

    top_of_mark = max(character.top for character in mark)
    assert (TOP - top_of_mark) / MM == pytest.approx(35, abs=1)
    for line in (mark, number, title):  # centred
        assert (line[0].left + line[-1].right) / 2 == pytest.approx(
            (LEFT + RIGHT) / 2, abs=8
        )  # a bracket has half a cell
    assert min(c.bottom for c in mark) - max(c.top for c in number) == pytest.approx(2 * 28.99 + 6, abs=6)
    assert min(c.bottom for c in number) - max(c.top for c in title) == pytest.approx(4 * MM + 2 * 28.99 + 12, abs=8)
    assert addressee[0].left == pytest.approx(LEFT, abs=SLACK)
    assert title[0].top - title[0].bottom > 1.2 * (addressee[0].top - addressee[0].bottom)  # size 2 over size 3


def test_text_stands_on_the_grid_of_22_lines_and_28_characters():
    text = "国" * 28 * 30
    characters = printed(notice.build(letters.a_notice(clause_text=text)))

    body = [character for character in characters if character.text == "国" and character.page == 2]
    lines = sorted({round(character.bottom, 1) for character in body}, reverse=True)
    assert len(lines) == 21  # under a heading
    assert [upper - lower for upper, lower in pairwise(lines)] == pytest.approx([28.98] * 20, abs=0.11)
    full = [character for character in body if round(character.bottom, 1) == lines[3]]
    assert len(full) == 28
    assert full[1].left - full[0].left == pytest.approx(15.79, abs=0.05)


def test_a_line_with_figures_ends_flush_at_the_right_edge():
    text = "对新建或改扩建算力集群规模达1000P的智能计算中心按晋级补差原则给予奖励，" * 4
    characters = printed(notice.build(letters.a_notice(clause_text=text)))

    body = run_of(characters, text)
    ends = [one for one, following in pairwise(body) if following.left < one.left]
    assert len(ends) == 5
    assert [end.right for end in ends] == pytest.approx([RIGHT - 1.5] * 5, abs=1.5)


def test_page_numbers_stand_outside_right_on_odd_and_left_on_even_pages():
    characters = printed(notice.build(letters.a_notice()))

    pages = {character.page for character in characters}
    assert len(pages) >= 3
    for page in pages:
        line = [character for character in characters if character.page == page and is_page_number(character)]
        assert "".join(character.text for character in line) == f"—{page}—"
        dash = (line[0].top + line[0].bottom) / 2
        assert (BOTTOM - dash) / MM == pytest.approx(7, abs=1)
        if page % 2:
            assert RIGHT - line[-1].right == pytest.approx(14, abs=2)
        else:
            assert line[0].left - LEFT == pytest.approx(14, abs=2)


@pytest.mark.parametrize("name", ["数据局", "第十三师新星市发展和改革委员会（数据局）", "某某" * 14 + "局"])
def test_the_mark_fits_one_line_whatever_the_name(name):
    characters = printed(notice.build(letters.a_notice(authority_name=name)))

    mark = run_of(characters, name)
    assert min(character.left for character in mark) >= LEFT - SLACK
    assert max(character.right for character in mark) <= RIGHT + SLACK
    assert max(c.top for c in mark) - min(c.bottom for c in mark) < 50


# ---- signature ----------------------------------------------------------------------------------------------------


def test_unsealed_signature_is_two_characters_in_and_says_so():
    characters = printed(notice.build(letters.a_notice(authority_name="新星市数据局")))

    sign = run_of(characters, "待签章新星市数据局2026年3月5日")[3:]
    name, day = sign[:6], sign[6:]
    assert (day[0].left - name[0].left) / 15.79 == pytest.approx(2, abs=0.2)
    assert (RIGHT - day[-1].right) / 15.79 == pytest.approx(2, abs=0.3)  # here the date is the longer line


def test_sealed_signature_is_centred_over_a_date_four_characters_in():
    characters = printed(notice.build(letters.a_notice(authority_name="数据局", signed=True)))

    assert "待签章" not in "".join(character.text for character in characters)
    sign = run_of(characters, "诉讼。数据局2026年3月5日")[3:]
    name, day = sign[:3], sign[3:]
    assert (RIGHT - day[-1].right) / 15.79 == pytest.approx(4, abs=0.3)
    assert (name[0].left + name[-1].right) / 2 == pytest.approx((day[0].left + day[-1].right) / 2, abs=3)


@pytest.mark.parametrize("lines", range(1, 24))
def test_signature_takes_two_lines_of_text_with_it(lines):
    """Whatever the length of the text, the page with the signature has two lines of text over it."""
    letter = letters.a_decline(reasons=["理由。" * 9] * lines, copies_to="第十三师新星市财政局")
    characters = printed(decision.build(letter))

    sign = run_of(characters, "待签章")
    above = [c for c in characters if c.page == sign[0].page and c.bottom > sign[0].top and c.top <= TOP]
    assert len({round(character.bottom / 28.98) for character in above}) >= 2
    imprint = run_of(characters, "抄送：第十三师新星市财政局。")
    assert imprint[0].page == sign[0].page == max(character.page for character in characters)
    code = run_of(characters, "验证码：")
    assert code[0].top < min(c.bottom for c in run_of(characters, "待签章" + letter.authority_name)) - 28.99


def test_imprint_stands_at_the_bottom_of_the_last_page():
    characters = printed(notice.build(letters.a_notice(copies_to="第十三师新星市财政局")))

    last = run_of(characters, "2026年3月5日印发")
    assert last[0].page == max(character.page for character in characters)
    assert 0 < min(character.bottom for character in last) - BOTTOM < 10
    assert characters[-1].text != "印"


# ---- words --------------------------------------------------------------------------------------------------------


def test_every_word_of_a_notice_is_printed_and_read_back_right():
    letter = letters.a_notice()
    text = words(notice.build(letter))

    told = [
        letter.authority_name,
        letter.letter_number,
        letter.title,
        letter.applicant_name,
        letter.uscc,
        letter.case_number,
        letter.policy_title,
        letter.clause_title,
        "".join(letter.clause_text.split()),
        *(cell for row in letter.facts for cell in row),
        *("".join(sentence.split()) for sentence in letter.computation),
        "规模恰为档位分界值的：归入较高一档（左闭右开）。",
        letter.payee_note,
        "60日内依法向第十三师新星市人民政府申请行政复议（可通过全国行政复议服务平台在线提出）",
        "6个月内依法向有管辖权的人民法院提起行政诉讼。",
        letter.verify_code,
        letter.verify_url,
        "xinxing.v1（3f9c2b7a1d04）",
    ]
    # The text layer of a table cell and of a paragraph across pages is broken by a page number at most.
    joined = text.replace("—1—", "").replace("—2—", "").replace("—3—", "").replace("—4—", "")
    assert [words for words in told if words not in joined] == []


@pytest.mark.parametrize("amount_fen", [200_000_000, 1, 12_345_678, 10_001_000_100, 105_000_005])
def test_figures_and_capitals_come_from_one_number(amount_fen):
    text = words(notice.build(letters.a_notice(amount_fen=amount_fen)))

    assert f"奖补资金¥{yuan(amount_fen)}（大写：{capital(amount_fen)}）。" in text


def test_the_worked_example_reads_two_million():
    text = words(notice.build(letters.a_notice()))

    assert "¥2,000,000.00（大写：人民币贰佰万元整）" in text


def test_a_sum_fixed_by_a_paper_names_it_and_claims_no_computation():
    text = words(notice.build(letters.a_notice(decision_paper="测试纪要〔2026〕7号")))

    assert "本项金额不由条文直接计算，依据决定文件（测试纪要〔2026〕7号）核定，本次兑现2,000,000.00元" in text
    assert "测算金额" not in text
    assert "决定文件" not in words(notice.build(letters.a_notice()))


def test_instalments_must_make_the_whole():
    parts = [("第一期", "决定作出后", 100_000_000), ("第二期", "年度复核通过后", 100_000_000)]
    text = words(notice.build(letters.a_notice(instalments=parts)))
    assert "第一期决定作出后1,000,000.00第二期年度复核通过后1,000,000.00" in text

    with pytest.raises(AssertionError, match="instalments make the whole"):
        notice.build(letters.a_notice(instalments=parts[:1]))


def test_rare_characters_of_names_are_printed():
    name = "新星市堃喆赟䶮㛃翀科技有限公司"
    pdf = notice.build(letters.a_notice(applicant_name=name))

    assert name in words(pdf)
    assert "Rare" in faces(pdf)


def test_text_of_people_is_never_markup():
    name = "<b>新星</b>&amp;<script>x</script><img src='file:///etc/passwd'>公司"
    pdf = notice.build(letters.a_notice(applicant_name=name))

    assert "".join(name.split()) in words(pdf)


def test_demo_letters_say_on_every_page_that_they_are_void():
    pdf = notice.build(letters.a_notice(demo=True))

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert all("演示数据，无法律效力" in text for text in pages)
    assert "演示数据" not in words(notice.build(letters.a_notice()))


def test_receipt_lists_what_came_in():
    letter = letters.a_receipt()
    text = words(receipt.build(letter))

    assert "2026年3月5日09:07提交的申报材料已收到" in text
    assert "第三方PUE检测报告PUE检测报告（2025年度）.pdf6b86b273ff34fce1" in text
    assert "设备清单设备采购清单与发票汇总.xlsxd4735e3a265e16ee" in text
    assert letter.next_step in text


def test_correction_names_every_defect_and_the_day():
    text = words(correction.build(letters.a_correction()))

    assert "1第三方PUE检测报告报告未加盖CMA章，请提交具备资质的机构出具并加盖CMA章的报告。" in text
    assert "2设备清单清单所列加速卡数量与发票数量不一致，请逐项说明并更正。" in text
    assert "请于2026年3月19日前（含当日）登录本平台" in text


@pytest.mark.parametrize("rows", range(1, 9))
def test_an_acceptance_keeps_two_lines_over_its_signature(rows):
    characters = printed(acceptance.build(letters.a_leeway(promises=letters.PROMISED * rows)))

    sign = run_of(characters, "待签章")
    above = [c for c in characters if c.page == sign[0].page and c.bottom > sign[0].top and c.top <= TOP]
    assert len({round(character.bottom / 28.98) for character in above}) >= 2


def test_acceptance_says_until_when_and_what_comes_next():
    text = words(acceptance.build(letters.an_acceptance()))

    assert "申报材料齐全、符合法定形式，本单位于2026年3月5日予以受理。" in text
    assert "本单位将在2026年4月2日前（含当日）完成核验。" in text
    assert "须补交的材料" not in text


def test_leeway_names_paper_form_day_and_what_lateness_brings():
    text = words(acceptance.build(letters.a_leeway()))

    assert "1连续稳定运行记录自正式交付之日起的运行日志和中断记录，由运维单位盖章。2026年3月23日" in text
    assert "逾期未补交的，本单位终止办理该申报；自认定逾期之日起一年内" in text
    with pytest.raises(AssertionError, match="taken in on promises"):
        acceptance.build(letters.a_leeway(promises=()))


def test_silence_is_said_to_be_acceptance():
    text = words(acceptance.build(letters.a_silence()))

    assert "未作出是否受理的决定，该申报自收到材料之日（2026年3月2日）起即为受理。" in text
    assert "核验期限待定" in text


def test_a_second_correction_gives_its_reason():
    text = words(correction.build(letters.a_second_correction()))

    assert "你单位于2026年3月12日提交的补正材料带来了新的问题" in text
    assert "再次补正的理由：补正后上传的检测报告与申报的PUE不一致。" in text
    assert "再次补正" not in words(correction.build(letters.a_correction()))


def test_a_decline_names_its_ground():
    assert "不予受理的情形：不属于本机关职权范围。" in words(decision.build(letters.a_decline()))
    assert "不予受理的情形" not in words(decision.build(letters.a_decline(ground="")))


def test_receipt_of_the_counter_names_who_came_and_what_comes_later():
    told = {"promised": [("连续稳定运行记录", "2026年3月23日")], "bearer": "张三", "officer": "李四"}
    text = words(receipt.build(letters.a_receipt(**told)))

    assert "本件为窗口代办，受托到场人：张三，经办人：李四。" in text
    assert "1连续稳定运行记录2026年3月23日" in text


@pytest.mark.parametrize(
    ("letter", "verdict", "paper"),
    [(letters.a_refusal(), "决定不予兑现", "如不服本决定书"), (letters.a_decline(), "决定不予受理", "如不服本通知书")],
)
def test_a_refusal_gives_reasons_basis_and_remedies(letter, verdict, paper):
    text = words(decision.build(letter))

    assert verdict in text
    assert paper in text
    assert all("".join(reason.split()) in text for reason in letter.reasons)


def test_long_letters_break_well():
    """Twenty rows with long cells: every row whole, the head of the table again on the next page."""
    facts = [
        (f"第{number}项核验事实的名称相当长以至于需要换行", f"{number}.00", "材料" * 12) for number in range(1, 21)
    ]
    characters = printed(notice.build(letters.a_notice(facts=facts)))

    for number in range(1, 21):
        row = run_of(characters, f"第{number}项核验事实的名称相当长以至于需要换行")
        assert len({character.page for character in row}) == 1
    pages_with_rows = {run_of(characters, f"第{number}项")[0].page for number in range(1, 21)}
    assert len(pages_with_rows) >= 2
    assert "".join(character.text for character in characters).count("序号核验事项核验值依据材料") == len(
        pages_with_rows
    )


# ---- the file -----------------------------------------------------------------------------------------------------


def faces(pdf: bytes) -> set[str]:
    """Return the names of the faces of a PDF, all of which must be embedded."""
    found = set()
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        for face in page["/Resources"]["/Font"].values():
            inner = face.get_object()["/DescendantFonts"][0].get_object()
            described = inner["/FontDescriptor"].get_object()
            assert "/FontFile3" in described or "/FontFile2" in described
            found.add(inner["/BaseFont"].rpartition("+")[2])
    return found


@pytest.mark.parametrize("name", EVERY_LETTER)
def test_only_our_own_faces_are_embedded(name):
    assert faces(render.pdf(EVERY_LETTER[name]())) <= {"Fang", "Hei", "Kai", "Biaosong", "Song", "Latin"}


def test_equal_letters_have_equal_bytes_also_in_another_process():
    here = notice.build(letters.a_notice())
    program = (
        "import os, sys, hashlib; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "from applications.documents import notice; from tests import letters\n"
        "notice.build(letters.a_receipt())\n"
        "sys.stdout.write(hashlib.sha256(notice.build(letters.a_notice())).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )

    assert here == notice.build(letters.a_notice())
    assert there.stdout == render.hashlib.sha256(here).hexdigest()
    assert here != notice.build(letters.a_notice(verify_code="7K3Q-9XWM-2TPB"))


def test_metadata_names_the_paper_and_its_author():
    reader = pypdf.PdfReader(io.BytesIO(notice.build(letters.a_notice())))

    assert reader.metadata.title == "奖补资金兑现通知书 师新数兑〔2026〕5号"
    assert reader.metadata.author == letters.PARTIES["authority_name"]
    assert reader.metadata.creation_date.isoformat() == "2026-03-05T00:00:00+08:00"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


@pytest.mark.slow
def test_memory_stays_flat():
    """Fifty letters after a warm start: a configuration of fonts per letter would take 120 to 670 MB here."""
    for _ in range(5):
        notice.build(letters.a_notice())
    before = resident_mb()
    for number in range(50):
        notice.build(letters.a_notice(applicant_name=f"新星市第{number}智算有限公司"))

    assert resident_mb() - before < 25


def resident_mb() -> float:
    """Return the memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def test_letters_open_their_own_files_only(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    printer = render._printer()

    for address in (secret.as_uri(), "http://127.0.0.1:9/", "data:text/plain,x", "letter:../secret"):
        with pytest.raises(ValueError, match="letters open their own files only"):
            printer._files.fetch(address)
    assert printer._files.fetch("letter:latin.ttf").read()[:4] == b"\0\1\0\0"


def test_missing_fonts_are_said_and_not_printed_blank(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "FONT_DIR", tmp_path)

    assert len(fonts_ready()) == len(fonts.FACES)
    with pytest.raises(render.FontsMissing, match="缺少公文字体：仿宋（正文）、"):
        notice.build(letters.a_notice())


def test_the_web_does_not_load_the_printer():
    program = (
        "import sys; from applications.documents import fonts_ready, notice, receipt; fonts_ready()\n"
        "sys.exit('weasyprint' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, cwd=Path(__file__).parents[2])

    assert done.returncode == 0


def test_copies_of_fonts_are_removed_after_the_process():
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "from applications.documents import notice; from tests import letters\n"
        "notice.build(letters.a_notice()); print(os.getpid())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )

    assert done.stderr == ""
    assert list(Path("/tmp").glob(f"letter-fonts-{done.stdout.strip()}-*")) == []


# ---- content and helpers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY_LETTER)
def test_a_letter_written_down_as_plain_data_comes_back_the_same(name):
    letter = EVERY_LETTER[name]()
    again = type(letter).from_content(json.loads(json.dumps(letter.to_content())))

    assert again.to_content() == letter.to_content()
    assert render.page_source(again) == render.page_source(letter)


def test_unknown_content_is_an_error():
    with pytest.raises(TypeError, match="unknown_field"):
        NoticeLetter.from_content(letters.a_notice().to_content() | {"unknown_field": 1})
    with pytest.raises(TypeError, match="next_step"):
        ReceiptLetter.from_content({k: v for k, v in letters.a_receipt().to_content().items() if k != "next_step"})


def test_dates_are_not_padded():
    assert chinese_date(date(2026, 3, 5)) == "2026年3月5日"
