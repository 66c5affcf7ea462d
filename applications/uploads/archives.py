"""
What must be true of OFD and XLSX, which are zip archives of XML.

Counts, sizes and names are judged from the archive's directory before anything is unpacked; XML is read by a parser
that stops at the first declaration of a document type, so that no entity is ever expanded.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from xml.parsers import expat

from applications.uploads.problems import BadUpload

MOST_ENTRIES = 5_000
MOST_UNPACKED = 200 * (1 << 20)
MOST_RATIO = 200  # real sheets of equal rows reach a hundred
SMALL = 1 << 20  # below this a ratio says nothing

BROKEN = "文件已损坏，无法读取。请用办公软件打开后另存，再重新上传。"
BOMB = "文件解压后过大，疑似压缩炸弹，不能上传。请拆分后重新上传。"
UNSAFE = "文件内部结构异常，不能上传。请用办公软件打开后另存，再重新上传。"
MACRO = "表格含有宏或者控件，请另存为不含宏的 xlsx 后重新上传。"
OUTSIDE = "表格引用了外部文件或者数据连接，请断开链接（保留数值）后重新上传。"
ATTACHED = "表格内嵌了其他文件，请删除嵌入对象后重新上传。"
ENTITIES = "文件内部的 XML 含有实体声明，不能上传。请用办公软件打开后另存，再重新上传。"

# The part of a path that tells what an entry of a spreadsheet is.
FORBIDDEN_PARTS = (
    (re.compile(r"vbaproject|vbadata|/macrosheets/|/dialogsheets/|/activex/|/ctrlprops/|customui", re.I), MACRO),
    (re.compile(r"/externallinks/|/connections\.xml|/querytables/|/model/item", re.I), OUTSIDE),
    (re.compile(r"/embeddings/|oleobject", re.I), ATTACHED),
)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
KNOWN_PARTS = {
    "word/document.xml": "Word 文档",
    "ppt/presentation.xml": "PPT 演示文稿",
    "xl/workbook.bin": "Excel 二进制表格（xlsb）",
}


def recognise(file: BinaryIO) -> str:
    """Return ofd or xlsx, or the Chinese name of what the archive is. Raises BadUpload for a broken one."""
    with _opened(file) as archive:
        names = set(archive.namelist())
    if "OFD.xml" in names:
        return "ofd"
    if "xl/workbook.xml" in names and "[Content_Types].xml" in names:
        return "xlsx"
    return next((label for part, label in KNOWN_PARTS.items() if part in names), "ZIP 压缩包")


def check_ofd(file: BinaryIO) -> None:
    """Raise BadUpload unless this is a whole OFD package whose parts are there."""
    with _opened(file) as archive:
        names = set(archive.namelist())
        roots: list[str] = []
        for entry in _xml_entries(archive):
            text = _Text("DocRoot")
            _parse(archive, entry, text)
            if entry.filename == "OFD.xml":
                roots = text.found
    if not roots or any(root.lstrip("/") not in names for root in roots):
        raise BadUpload("OFD 文件不完整，缺少正文。请重新导出后上传。")


def check_xlsx(file: BinaryIO) -> None:
    """Raise BadUpload for macros, outside references, embedded files and entities."""
    with _opened(file) as archive:
        for name in archive.namelist():
            for pattern, reason in FORBIDDEN_PARTS:
                if pattern.search("/" + name):
                    raise BadUpload(reason)
        for entry in _xml_entries(archive):
            watch = _Workbook() if entry.filename == "[Content_Types].xml" else _Relations()
            _parse(archive, entry, watch)
            if isinstance(watch, _Workbook) and not watch.is_sheet:
                raise BadUpload(UNSAFE)


@contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open an archive after judging its directory; damage found on the way becomes a sentence."""
    _refuse_directory(file)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_entries(archive)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, struct.error) as error:
        if isinstance(error, BadUpload):
            raise
        raise BadUpload(BROKEN) from error


def _refuse_directory(file: BinaryIO) -> None:
    """Read the end record first: the library would build a million entries before it could be asked how many."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise BadUpload(BROKEN)
    entries, length, _, comment = struct.unpack_from("<HIIH", tail, at + 10)
    if entries > MOST_ENTRIES or length > MOST_ENTRIES * 400:
        raise BadUpload(BOMB)
    if len(tail) - at - 22 != comment:
        raise BadUpload(UNSAFE)


def _refuse_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise BadUpload(BOMB)
    if len({entry.filename for entry in entries}) != len(entries):
        raise BadUpload(UNSAFE)
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.file_size > SMALL and entry.file_size > entry.compress_size * MOST_RATIO:
            raise BadUpload(BOMB)
        if entry.header_offset < end:  # entries that share bytes unpack to more than they weigh
            raise BadUpload(BOMB)
        end = entry.header_offset + entry.compress_size
        if entry.flag_bits & 0x1:
            raise BadUpload("文件已加密，请去除密码后重新上传。")
        if stat.S_ISLNK(entry.external_attr >> 16) or not _is_plain(entry.orig_filename):
            raise BadUpload(UNSAFE)


def _is_plain(name: str) -> bool:
    """Whether a name stays inside the archive when unpacked on any system."""
    parts = name.split("/")
    return not (name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in parts)


def _xml_entries(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    return (entry for entry in archive.infolist() if entry.filename.lower().endswith((".xml", ".rels", ".vml")))


class _Watch:
    """What is looked for while a part is read; the parser calls `start` for every element and `text` for its text."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at one element."""

    def text(self, piece: str) -> None:
        """Look at a piece of text inside the last element."""


class _Text(_Watch):
    """Collects the text of elements with one local name."""

    def __init__(self, wanted: str) -> None:
        self.wanted, self.inside, self.found = wanted, False, list[str]()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.inside = name.rpartition(":")[2] == self.wanted
        if self.inside:
            self.found.append("")

    def text(self, piece: str) -> None:
        if self.inside:
            self.found[-1] = (self.found[-1] + piece).strip()


class _Relations(_Watch):
    """Refuses targets outside of the file; a plain hyperlink is words that somebody may click, and stays."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Relationship":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        if attributes.get("TargetMode") == "External" and kind != "hyperlink":
            raise BadUpload(OUTSIDE)


class _Workbook(_Watch):
    """Finds the declared type of the workbook: the same archive with another type is a template or has macros."""

    is_sheet = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        declared = attributes.get("ContentType", "")
        if "macroEnabled" in declared or "vbaProject" in declared:
            raise BadUpload(MACRO)
        self.is_sheet |= declared == SHEET


def _parse(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, watch: _Watch) -> None:
    """Read one part from end to end, a piece at a time. Raises BadUpload for entities and for broken XML."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = watch.start
    parser.CharacterDataHandler = watch.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(entry) as part:
            while piece := part.read(1 << 16):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except expat.ExpatError:
        raise BadUpload(BROKEN) from None


def _refuse_doctype(*declaration: Any) -> None:
    raise BadUpload(ENTITIES)
