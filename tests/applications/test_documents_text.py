"""What letters say and what their files are: text layer, sums, rare characters, archive form, numbers."""

import io
import multiprocessing
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pypdf
import pytest
from django.db import connection, connections, transaction

from applications import guards, papers
from applications.actions import ActionRefused, intake
from applications.actions.shared import next_number
from applications.documents import characters, fonts_ready, render, sums
from applications.documents.letter import Remedies
from applications.models import Correction, Document, Duty, Payment, Status
from rules import capital, yuan
from tests import letters
from tests.applications.test_documents import printed, words
from tests.factories import NOON, make_application, make_officer

needs_fonts = pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")


class Blocks(HTMLParser):
    """The text of each paragraph, cell and heading of a page, in order, without any blanks."""

    OPENS = frozenset({"p", "h1", "h2", "td", "th", "div"})

    def __init__(self, page: str):
        super().__init__()
        self.blocks, self.heads, self._in = [""], [], ""
        self.feed(page[page.index("<body") :])
        self.blocks = [block for block in self.blocks if block]

    def handle_starttag(self, tag, attrs):
        self._in = tag if tag == "th" else "" if tag in self.OPENS else self._in
        if tag in self.OPENS:
            self.blocks.append("")

    def handle_endtag(self, tag):
        if tag in self.OPENS:
            self.blocks.append("")

    def handle_data(self, data):
        text = "".join(data.split())
        self.blocks[-1] += text
        if self._in == "th" and text:
            self.heads.append(text)


@needs_fonts
@pytest.mark.parametrize("name", letters.EVERY_LETTER)
def test_the_text_layer_is_the_source_word_for_word(name):
    letter = letters.EVERY_LETTER[name]()
    source = Blocks(render.page_source(letter))
    pdf = render.pdf(letter)

    found, mark = words(pdf), "".join(letter.said("heading").split())
    if f"{mark}—1—" in found:  # the narrowed mark is told last of its page, also within a paragraph that goes on
        found = mark + found.replace(f"{mark}—1—", "—1—", 1)
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    for number in range(1, pages + 1):
        assert found.count(f"—{number}—") == 1
        found = found.replace(f"—{number}—", "", 1)
    assert [block for block in source.blocks if block not in found] == []
    more = Counter(found) - Counter("".join(source.blocks))
    assert not Counter("".join(source.blocks)) - Counter(found)
    # What is printed beside the source are the heads of tables that go on over the page, whole.
    repeated = Counter("".join(source.heads))
    assert all(count <= repeated[character] * pages for character, count in more.items())


# ---- sums -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount_fen", [5, 16_000_080, 100_050_000, 105_000_005, 12_345_678, 10_001_000_100, 2 * 10**9])
def test_both_forms_of_a_sum_come_from_one_number(amount_fen):
    both = sums.money(amount_fen).both

    assert both == f"¥{yuan(amount_fen)}（大写：{capital(amount_fen)}）"
    sums.check(both)
    wrong = f"¥{yuan(amount_fen + 1)}（大写：{capital(amount_fen)}）"
    with pytest.raises(sums.SumsDisagree):
        sums.check(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "金额160000.80元（人民币壹拾陆万元捌角整）",
        "金额160000.80元（人民币壹拾陆万元零捌角整）",
        "金额100元（大写：人民币壹佰圆正）",
        "金额1,000,500.00（大写：人民币壹佰万零伍佰元整）",
        "第三条（人民币）",
    ],
)
def test_every_right_way_to_write_a_sum_is_taken(text):
    sums.check(text)


WITHOUT_SUMS = {
    *("receipt", "acceptance", "leeway", "silence", "correction", "second_correction", "decline", "refusal"),
    *("objection", "rec_service", "rec_dropped", "restrict", "unrestrict"),
}


@pytest.mark.parametrize("name", letters.EVERY_LETTER)
def test_every_sum_with_capitals_in_a_letter_agrees(name):
    page = render.page_source(letters.EVERY_LETTER[name]())

    pairs = list(sums.PAIR.finditer(page))
    assert bool(pairs) == (name not in WITHOUT_SUMS)


def test_a_letter_with_two_sums_is_not_made():
    with pytest.raises(sums.SumsDisagree, match="大写应为“人民币壹佰元整”"):
        render.page_source(letters.a_correction(defects=[("发票", "应为100.00元（大写：人民币贰佰元整）。")]))


@pytest.mark.django_db
def test_an_act_that_would_say_two_sums_is_refused_and_leaves_no_gap():
    application = make_application(Status.SUBMITTED)
    officer = make_officer(Duty.INTAKE)
    defects = [{"kind": "other", "key": "", "label": "发票", "text": "应为100.00元（大写：人民币贰佰元整）。"}]

    with pytest.raises(ActionRefused, match="大写应为“人民币壹佰元整”"):
        intake.correct(application, items=defects, by=officer, at=NOON)

    assert not Correction.objects.exists()
    assert not Document.objects.filter(kind=Document.Kind.CORRECTION).exists()
    right = [defects[0] | {"text": "应为100.00元（大写：人民币壹佰元整）。"}]
    intake.correct(application, items=right, by=officer, at=NOON)
    assert Document.objects.get(kind=Document.Kind.CORRECTION).sequence == 1


def test_a_remedy_without_its_channel_on_the_internet_is_a_programming_error():
    with pytest.raises(AssertionError, match="channel on the internet"):
        Remedies(review_organ="某政府", court="某法院").sentence("决定书")


# ---- characters -----------------------------------------------------------------------------------------------------

RARE = "堃喆赟䶮𬭎"


@needs_fonts
@pytest.mark.parametrize("name", ["notice", "refusal", "payment", "receipt"])
def test_rare_characters_of_a_name_are_printed_and_read_back(name):
    applicant = f"新星市{RARE}科技有限公司"
    pdf = render.pdf(letters.EVERY_LETTER[name](applicant_name=applicant))

    assert characters.missing(RARE) == []
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert applicant in "".join(text.split())
    assert "Rare" in str(pypdf.PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].get_object()) or any(
        face.get_object()["/BaseFont"].endswith("Rare")
        for face in pypdf.PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values()
    )


@needs_fonts
def test_what_no_face_has_is_said_before_the_letter_is_made():
    with pytest.raises(characters.CharactersMissing, match="📄（U\\+1F4C4）"):
        render.pdf(letters.a_notice(applicant_name="新星市📄公司"))


@needs_fonts
def test_a_file_name_with_such_a_sign_gets_the_printers_mark_and_a_word_about_it():
    files = [("设备清单", "清单📄.pdf", "0" * 64)]
    text = words(render.pdf(letters.a_receipt(files=files)))

    assert "清单〓.pdf" in text
    assert "文件名中的“〓”代替字库没有的字符。" in text
    assert "〓" not in words(render.pdf(letters.a_receipt()))


# ---- the file -------------------------------------------------------------------------------------------------------


@needs_fonts
@pytest.mark.parametrize("name", ["receipt", "notice", "payment", "funds"])
def test_the_file_is_what_archives_keep(name):
    letter = letters.EVERY_LETTER[name]()
    reader = pypdf.PdfReader(io.BytesIO(render.pdf(letter)))
    root = reader.trailer["/Root"]

    meta = root["/Metadata"].get_data().decode()
    assert re.findall(r'pdfaid:(part|conformance)="(\w)"', meta) == [("part", "3"), ("conformance", "U")]
    assert letter.title in meta
    intent = root["/OutputIntents"][0]
    assert (intent["/S"], intent["/DestOutputProfile"]["/N"]) == ("/GTS_PDFA1", 3)
    assert root["/Lang"] == "zh-CN"
    assert reader.metadata.title == f"{letter.title} {letter.letter_number}"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/MarkInfo"]["/Marked"]
    assert not reader.is_encrypted
    assert len(reader.trailer["/ID"]) == 2
    assert not {"/AA", "/OpenAction", "/AcroForm"} & root.keys()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            face = font.get_object()
            assert face["/Encoding"] == "/Identity-H"
            assert b"beginbfchar" in face["/ToUnicode"].get_data()
            inner = face["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & inner["/FontDescriptor"].keys()
            assert inner["/W"]


@needs_fonts
def test_the_tags_give_headings_paragraphs_and_tables_in_order():
    reader = pypdf.PdfReader(io.BytesIO(render.pdf(letters.a_payment())))

    found = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if not isinstance(node, dict):
            return
        found.append(node.get("/S"))
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            walk(kid)

    for top in reader.trailer["/Root"]["/StructTreeRoot"]["/K"]:
        walk(top)
    kinds = [kind for kind in found if kind in {"/H1", "/H2", "/Table", "/TH"}]
    assert kinds == ["/H1", "/H2", "/H2", "/Table", "/TH", "/TH", "/H2"]


# ---- once and for all -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_confirmed_payment_is_told_once_with_what_is_left():
    application = make_application(Status.PAID)

    letter = Document.objects.get(application=application, kind=Document.Kind.PAYMENT)
    paid = Payment.objects.get()
    assert letter.payment == paid
    assert letter.number == "师新数拨〔2026〕1号"
    said = letter.content
    assert (said["amount_fen"], said["paid_fen"], said["award_fen"]) == (300_0000_00,) * 3
    assert (said["notice_number"], said["voucher_number"]) == ("师新数兑〔2026〕1号", paid.voucher_number)
    assert said["account_tail"] == "0000"
    assert paid.account.number not in str(said)


@needs_fonts
@pytest.mark.django_db
def test_a_letter_is_made_once_and_again_to_the_same_text(monkeypatch):
    make_application(Status.GRANTED)
    document = Document.objects.get(kind=Document.Kind.NOTICE)
    first = render.pdf(papers.LETTERS[document.kind].from_content(document.content))

    made = papers.make(document, at=NOON)
    with made.file.open() as file:
        stored = file.read()
    assert words(stored) == words(first)
    again = papers.LETTERS[document.kind].from_content(Document.objects.get(pk=document.pk).content)
    assert words(render.pdf(again)) == words(stored)

    # The stored bytes win, whatever a later printer would make of the letter.
    monkeypatch.setattr(papers.render, "pdf", lambda letter: b"%PDF-1.7 other")
    kept = papers.make(Document.objects.get(pk=document.pk), at=NOON)
    late = papers.keep(document, b"%PDF-1.7 other", at=NOON)
    assert kept.sha256 == late.sha256 == made.sha256
    with late.file.open() as file:
        assert file.read() == stored


# ---- numbers, under many processes ----------------------------------------------------------------------------------

WRITERS, EACH = 6, 8


def take(gate, answers, *, fail_on):
    """In a process of its own: take numbers, each in a transaction; some acts fail after they took one."""
    gate.wait(timeout=120)
    for turn in range(EACH):
        try:
            with transaction.atomic():
                number = next_number("letter:test:notice:2026")
                if turn in fail_on:
                    raise ActionRefused("refused after the number was taken")
        except ActionRefused:
            number = None
        answers.put(number)
    connections.close_all()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_numbers_of_many_processes_have_no_gap_and_no_double():
    guards.remove(connection)
    fork = multiprocessing.get_context("fork")
    gate, answers = fork.Barrier(WRITERS), fork.Queue()
    connections.close_all()
    writers = [fork.Process(target=take, args=(gate, answers), kwargs={"fail_on": {2, 5}}) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    found = [answers.get(timeout=240) for _ in range(WRITERS * EACH)]
    for writer in writers:
        writer.join(60)

    numbers = sorted(number for number in found if number is not None)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    assert found.count(None) == WRITERS * 2
    assert numbers == list(range(1, WRITERS * (EACH - 2) + 1))


@pytest.mark.django_db
def test_each_kind_year_and_authority_counts_for_itself():
    first, second = make_application(Status.GRANTED), make_application(Status.GRANTED, subject="二号中心")
    rows = Document.objects.filter(application__in=[first, second]).order_by("kind", "sequence")

    by_kind: dict[str, list[int]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.sequence)
    assert by_kind == {"acceptance": [1, 2], "notice": [1, 2], "receipt": [1, 2]}
    assert all(later == earlier + 1 for earlier, later in pairwise(by_kind["notice"]))


@needs_fonts
def test_printed_characters_have_ink():
    """No glyph of a letter is the empty one: what stands in the text layer is seen."""
    found = printed(render.pdf(letters.a_notice()))

    assert [c.text for c in found if c.text.isalnum() and not (c.right > c.left and c.top > c.bottom)] == []
