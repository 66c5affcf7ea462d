"""File intake: what is taken, what is refused, and in which words."""

import hashlib
import io
import random
import socket
import struct
import threading
import tracemalloc
import zipfile

import pytest

from applications.documents import fonts_ready, notice
from applications.uploads import BadUpload, Upload, archives, inspect, pdfs, pictures
from tests import letters, samples

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOO_LARGE = "图片过大（{}×{} 像素），请缩小到 6000 万像素以内后重新上传。"
INCOMPLETE = "OFD 文件不完整，缺少正文。请重新导出后上传。"
LAUGHS = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "hahaha">]><a>&b;</a>'


def refusal(name: str, data: bytes, **options) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(BadUpload) as caught:
        inspect(samples.upload(name, data), **options)
    return str(caught.value)


# ---- what is taken ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "content_type", "extension", "pages"),
    [
        ("报告.pdf", samples.pdf("PUE 1.20", pages=3), "application/pdf", "pdf", 3),
        ("照片.JPEG", samples.jpeg(), "image/jpeg", "jpg", 1),
        ("截图.png", samples.png(), "image/png", "png", 1),
        ("透明.png", samples.png(mode="RGBA"), "image/png", "png", 1),
        ("黑白.png", samples.png(13, 7, mode="1"), "image/png", "png", 1),
        ("交错.png", samples.png(interlaced=True), "image/png", "png", 1),
        ("公文.ofd", samples.ofd(), "application/ofd", "ofd", None),
        ("清单.xlsx", samples.xlsx(), SPREADSHEET, "xlsx", None),
    ],
)
def test_a_valid_file_is_known_by_its_content(name, data, content_type, extension, pages):
    file = samples.upload(name, data)

    upload = inspect(file)

    assert upload == Upload(name, content_type, extension, len(data), hashlib.sha256(data).hexdigest(), pages)
    assert file.read() == data  # left at its start, bytes unchanged


def test_file_name_loses_folders_and_invisible_characters():
    upload = inspect(samples.upload("x.pdf", samples.pdf("x")))
    assert upload.name == "x.pdf"

    file = samples.upload("x", samples.pdf("x"))
    file._name = "C:\\秘密\\发票\u202efdp.\x00" + "长" * 300 + ".pdf"
    upload = inspect(file)
    assert upload.name == "发票fdp." + "长" * (200 - len("发票fdp.") - len(".pdf")) + ".pdf"


# ---- extension and content ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.pdf", samples.png(), "文件内容与扩展名不符：扩展名是 pdf，内容却是 PNG 图片。"),
        ("a.png", samples.jpeg(), "文件内容与扩展名不符：扩展名是 png，内容却是 JPEG 图片。"),
        ("a.jpeg", samples.pdf("x"), "文件内容与扩展名不符：扩展名是 jpeg，内容却是 PDF 文件。"),
        ("a.xlsx", samples.ofd(), "文件内容与扩展名不符：扩展名是 xlsx，内容却是 OFD 文件。"),
        (
            "a.xlsx",
            samples.zipped({"word/document.xml": ""}),
            "文件内容与扩展名不符：扩展名是 xlsx，内容却是 Word 文档。",
        ),
        ("a.ofd", samples.zipped({"a.txt": "x"}), "文件内容与扩展名不符：扩展名是 ofd，内容却是 ZIP 压缩包。"),
        ("a.pdf", b"MZ\x90\0", "文件内容与扩展名不符：扩展名是 pdf，内容却是可执行程序。"),
        ("a.png", b"GIF89a", "文件内容与扩展名不符：扩展名是 png，内容却是 GIF 图片。"),
        ("a.pdf", b" <HTML><script>", "文件内容与扩展名不符：扩展名是 pdf，内容却是网页。"),
        ("a.png", b"<svg onload=x>", "文件内容与扩展名不符：扩展名是 png，内容却是 SVG 图片或者 XML 文件。"),
        ("a.pdf", b"plain text", "文件内容与扩展名不符：扩展名是 pdf，内容却是文本或者无法识别的内容。"),
        ("a.jpg", b"RIFF\0\0\0\0WEBPVP8 ", "文件内容与扩展名不符：扩展名是 jpg，内容却是 WebP 图片。"),
        (
            "a.exe",
            samples.pdf("x"),
            "不能上传 exe 文件。可以上传：PDF 文件、JPEG 图片、PNG 图片、OFD 文件、Excel 表格（xlsx）。",
        ),
        (
            "无扩展名",
            samples.pdf("x"),
            "文件名没有扩展名。可以上传：PDF 文件、JPEG 图片、PNG 图片、OFD 文件、Excel 表格（xlsx）。",
        ),
        ("a.pdf", b"", "文件是空的，请重新选择文件。"),
    ],
)
def test_a_wrong_file_is_refused_in_words(name, data, sentence):
    assert refusal(name, data) == sentence


def test_a_slot_may_take_fewer_kinds():
    assert refusal("a.pdf", samples.pdf("x"), allowed={"xlsx"}) == "不能上传 pdf 文件。可以上传：Excel 表格（xlsx）。"


def test_a_large_file_is_refused_by_its_size_alone(settings):
    settings.UPLOAD_MAX_BYTES = 1 << 20
    file = samples.upload("a.pdf", b"x")
    file.size = 3 * (1 << 20) + (1 << 19)

    with pytest.raises(BadUpload, match=r"^文件大小为 3\.5 MB，超过单个文件 1 MB 的上限。请压缩或者拆分后重新上传。$"):
        inspect(file)


# ---- PDF ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (samples.pdf_with_script(), pdfs.SCRIPT),
        (samples.pdf_with_escaped_script(), pdfs.SCRIPT),
        (samples.pdf_with_packed_script(), pdfs.SCRIPT),
        (samples.pdf_with_unlisted_script(), pdfs.SCRIPT),
        (samples.pdf("x", page=b"/AA << /O << /S /JavaScript /JS (x) >> >>"), pdfs.SCRIPT),
        (samples.pdf("x", catalog=b"/AcroForm << /XFA 5 0 R >>", extra=[samples.stream(b"<a/>")]), pdfs.SCRIPT),
        (samples.pdf("x", catalog=b"/OpenAction << /S /Launch /F (cmd.exe) >>"), pdfs.PROGRAM),
        (samples.pdf("x", catalog=b"/OpenAction << /S /L#61unch /F (cmd.exe) >>"), pdfs.PROGRAM),
        (samples.pdf("x", catalog=b"/OpenAction << /S /GoToR /F (//host/share) >>"), pdfs.PROGRAM),
        (samples.pdf("x", catalog=b"/OpenAction << /S /SubmitForm /F (http://x) >>"), pdfs.PROGRAM),
        (samples.pdf("x", extra=[samples.stream(b"MZ", b"/Type /EmbeddedFile")]), pdfs.ATTACHED),
        (samples.pdf("x", catalog=b"/Names << /EmbeddedFiles << /Names [] >> >>"), pdfs.ATTACHED),
        (samples.pdf("x", page=b"/Annots [<< /Subtype /RichMedia >>]"), pdfs.MEDIA),
        (samples.pdf("x", pages=501), "PDF 共 501 页，超过 500 页的上限，请拆分后上传。"),
        (samples.pdf_encrypted(), pdfs.ENCRYPTED),
        (samples.pdf("x")[:200], pdfs.BROKEN),
        (b"%PDF-1.7\n" + b"\0" * 500, pdfs.BROKEN),
        (samples.pdf("x", pages=0), pdfs.BROKEN),
        (samples.pdf("x", extra=[b"[" * 3000 + b"]" * 3000]), pdfs.BROKEN),
    ],
)
def test_a_dangerous_or_broken_pdf_is_refused(data, sentence):
    assert refusal("a.pdf", data) == sentence


def test_the_packed_script_is_invisible_in_the_bytes():
    """The sample is worth something only if a plain search would miss it."""
    assert b"JavaScript" not in samples.pdf_with_packed_script()
    assert b"JavaScript" not in samples.pdf_with_escaped_script()


def test_a_pdf_may_have_500_pages_links_and_a_start_page():
    link = b"/Annots [<< /Subtype /Link /A << /S /URI /URI (https://example.org) >> >>]"
    data = samples.pdf("x", pages=500, page=link, catalog=b"/OpenAction [5 0 R /Fit]")

    assert inspect(samples.upload("a.pdf", data)).pages == 500


@pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")
def test_a_letter_of_our_own_passes():
    assert inspect(samples.upload("通知书.pdf", notice.build(letters.a_notice()))).pages >= 2


# ---- pictures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.png", samples.png_claiming(10_000, 7_000), TOO_LARGE.format(10_000, 7_000)),
        ("a.png", samples.png_claiming(40_000, 1), TOO_LARGE.format(40_000, 1)),
        ("a.jpg", samples.jpeg_claiming(9_000, 8_000), TOO_LARGE.format(9_000, 8_000)),
        ("a.png", samples.png_claiming(0, 10), pictures.BROKEN),
        ("a.png", samples.png_claiming(100, 100), pictures.BROKEN),  # fewer rows than claimed
        ("a.png", samples.png_claiming(2, 2), pictures.BROKEN),  # more rows than claimed
        ("a.png", samples.png()[:-20], pictures.BROKEN),
        ("a.png", samples.png().replace(b"IDAT", b"IDAX"), pictures.BROKEN),
        ("a.jpg", samples.jpeg()[:300], pictures.BROKEN),
        ("a.jpg", samples.jpeg()[:-2], pictures.BROKEN),
        ("a.png", samples.png() + samples.zipped({"a": "x"}), pictures.HIDDEN),
        ("a.jpg", samples.jpeg() + samples.zipped({"a": "x"}), pictures.HIDDEN),
        ("a.jpg", samples.jpeg() + b"<SCRIPT>alert(1)</SCRIPT>", pictures.HIDDEN),
        ("a.jpg", samples.jpeg() + samples.pdf("x"), pictures.HIDDEN),
        ("a.png", samples.png() + b"\0" * 2000, pictures.HIDDEN),
    ],
)
def test_a_broken_or_doubled_picture_is_refused(name, data, sentence):
    assert refusal(name, data) == sentence


def test_a_phone_may_put_a_second_picture_behind_the_first():
    data = samples.jpeg() + samples.jpeg(20, 20)

    assert inspect(samples.upload("a.jpg", data)).size == len(data)


def test_a_picture_bomb_is_judged_without_unpacking_it():
    """200 MB of one colour in 200 KB, with a header that admits 59 megapixels: counted in pieces, never held."""
    header = (10_000).to_bytes(4, "big") + (5_900).to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    data = samples.png_of(header, bytes(10_001 * 5_900))
    tracemalloc.start()

    upload = inspect(samples.upload("a.png", data))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert upload.extension == "png"
    assert peak < 16 * (1 << 20)


# ---- archives -----------------------------------------------------------------------------------------------------

TYPES = "[Content_Types].xml"


def macro_types() -> str:
    """Return the type list of a workbook with macros."""
    with zipfile.ZipFile(io.BytesIO(samples.xlsx())) as archive:
        return archive.read(TYPES).decode().replace("spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"xl/vbaProject.bin": b"x"}, archives.MACRO),
        ({"XL/VBAPROJECT.BIN": b"x"}, archives.MACRO),
        ({"xl/macrosheets/sheet1.xml": "<a/>"}, archives.MACRO),
        ({"xl/activeX/activeX1.bin": b"x"}, archives.MACRO),
        ({TYPES: macro_types()}, archives.MACRO),
        ({TYPES: "<Types/>"}, archives.UNSAFE),
        ({"xl/externalLinks/externalLink1.xml": "<a/>"}, archives.OUTSIDE),
        ({"xl/connections.xml": "<a/>"}, archives.OUTSIDE),
        ({"xl/worksheets/_rels/sheet1.xml.rels": samples.relations("image", "http://x/a.png")}, archives.OUTSIDE),
        ({"xl/embeddings/a.docx": b"x"}, archives.ATTACHED),
        ({"xl/comments1.xml": LAUGHS}, archives.ENTITIES),
        ({"xl/comments1.xml": LAUGHS.replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16")}, archives.ENTITIES),
        ({"xl/comments1.xml": "<a>"}, archives.BROKEN),
        ({"../../etc/cron.d/x": "x"}, archives.UNSAFE),
        ({"/etc/passwd": "x"}, archives.UNSAFE),
        ({"C:/x": "x"}, archives.UNSAFE),
        ({"xl\\..\\..\\x": "x"}, archives.UNSAFE),
        ({"xl/media/bomb.bin": bytes(50 << 20)}, archives.BOMB),
    ],
)
def test_a_dangerous_spreadsheet_is_refused(changes, sentence):
    assert refusal("a.xlsx", samples.xlsx_with(changes)) == sentence


def test_a_spreadsheet_may_have_links_to_click():
    data = samples.xlsx_with({"xl/worksheets/_rels/sheet1.xml.rels": samples.relations("hyperlink", "https://x.cn/")})

    assert inspect(samples.upload("a.xlsx", data)).extension == "xlsx"


def test_a_symbolic_link_in_an_archive_is_refused():
    out = io.BytesIO(samples.ofd())
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("Doc_0/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    assert refusal("a.ofd", out.getvalue()) == archives.UNSAFE


def test_too_many_entries_are_refused_from_the_end_record_alone():
    data = samples.zipped({f"{number}.xml": "" for number in range(archives.MOST_ENTRIES + 1)}, zipfile.ZIP_STORED)

    assert refusal("a.ofd", data) == archives.BOMB


def test_entries_that_share_bytes_are_refused():
    """Two directory entries for one place unpack to more than the file weighs."""
    data = bytearray(samples.ofd())
    central = [at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    data[central[1] + 42 : central[1] + 46] = data[central[0] + 42 : central[0] + 46]

    assert refusal("a.ofd", bytes(data)) == archives.BOMB


def test_an_encrypted_entry_is_refused():
    data = bytearray(samples.ofd())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1

    assert refusal("a.ofd", bytes(data)) == "文件已加密，请去除密码后重新上传。"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (samples.ofd()[:-30], archives.BROKEN),
        (samples.ofd() + b"<script>", archives.UNSAFE),
        (samples.ofd({"Doc_0/Document.xml": LAUGHS}), archives.ENTITIES),
        (samples.zipped({"OFD.xml": "<OFD><DocRoot>Doc_0/Gone.xml</DocRoot></OFD>"}), INCOMPLETE),
        (samples.zipped({"OFD.xml": "<OFD/>"}), INCOMPLETE),
    ],
)
def test_a_broken_ofd_is_refused(data, sentence):
    assert refusal("a.ofd", data) == sentence


def test_a_declared_size_that_lies_is_found():
    data = samples.ofd()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        true = struct.pack("<I", archive.getinfo("OFD.xml").file_size)
    at = data.index(true, data.index(b"PK\x01\x02"))
    lying = data[:at] + struct.pack("<I", 10) + data[at + 4 :]

    assert refusal("a.ofd", lying) == archives.BROKEN


# ---- anything else ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", samples.pdf("x", pages=3)),
        ("a.pdf", samples.pdf_with_packed_script()),
        ("a.pdf", samples.pdf_encrypted()),
        ("a.png", samples.png(interlaced=True)),
        ("a.jpg", samples.jpeg()),
        ("a.xlsx", samples.xlsx()),
        ("a.ofd", samples.ofd()),
    ],
)
def test_damaged_files_are_refused_and_never_break_the_page(name, data):
    """Bytes changed, cut out, put in and doubled, from a fixed seed: the answer is an upload or a sentence."""
    dice, taken, refused = random.Random(7), 0, 0
    for _ in range(400):
        damaged = bytearray(data)
        for _ in range(dice.choice([1, 1, 2, 5, 20])):
            place, other = dice.randrange(len(damaged)), dice.randrange(len(damaged))
            match dice.randrange(4):
                case 0:
                    damaged[place] = dice.randrange(256)
                case 1:
                    del damaged[place : place + dice.randrange(1, 30)]
                case 2:
                    damaged[place:place] = dice.randbytes(dice.randrange(1, 9))
                case _:
                    damaged[place:place] = damaged[other : other + dice.randrange(1, 60)]
            damaged = damaged or bytearray(b"x")
        try:
            inspect(samples.upload(name, bytes(damaged)))
            taken += 1
        except BadUpload:
            refused += 1

    assert taken + refused == 400
    assert refused > 100


# ---- antivirus ----------------------------------------------------------------------------------------------------


@pytest.fixture
def scanner(tmp_path):
    """Return the address of a stand-in for clamd and what it received; it calls files with EICAR infected."""
    path, received = str(tmp_path / "clamd.sock"), []
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(1)

    def serve():
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as stream:
            received.append(stream.read(len(b"zINSTREAM\0")))
            body = b""
            while length := struct.unpack("!I", stream.read(4))[0]:
                body += stream.read(length)
            received.append(body)
            connection.sendall(b"stream: Eicar-Test FOUND\0" if b"EICAR" in body else b"stream: OK\0")

    thread = threading.Thread(target=serve)
    thread.start()
    yield path, received
    thread.join(5)
    server.close()


def test_a_clean_file_passes_the_scanner_whole(settings, scanner):
    settings.CLAMD_SOCKET, received = scanner
    data = samples.pdf("clean")

    inspect(samples.upload("a.pdf", data))

    assert received == [b"zINSTREAM\0", data]


def test_an_infected_file_is_refused(settings, scanner):
    settings.CLAMD_SOCKET, _ = scanner

    assert refusal("a.pdf", samples.pdf("EICAR")) == "文件未通过病毒查杀，请在本机查杀后重新生成文件再上传。"


def test_a_silent_scanner_lets_nothing_through(settings, tmp_path):
    settings.CLAMD_SOCKET = str(tmp_path / "nobody.sock")

    assert refusal("a.pdf", samples.pdf("x")) == "病毒查杀服务暂时不可用，请稍后重新上传。"
