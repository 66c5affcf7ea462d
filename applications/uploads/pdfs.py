"""
What must be true of a PDF: readable, not encrypted, no script, no program start, no file inside, not endless.

Names are compared after decoding, in every object, also in compressed object streams: `/J#61vaScript` is
`/JavaScript`. Where two readers may disagree about a damaged file, both are asked and the raw bytes as well.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from applications import previews
from applications.uploads.problems import BadUpload

MOST_PAGES = 500
MOST_OBJECTS = 100_000
DEEPEST = 100

SCRIPT = "PDF 内含脚本，请另存为不含脚本的 PDF（例如“打印为 PDF”）后重新上传。"
PROGRAM = "PDF 内含启动外部程序或者打开外部文件的动作，请另存为不含此类动作的 PDF 后重新上传。"
ATTACHED = "PDF 内嵌了其他文件，请去除附件后重新上传；附件请作为单独的材料上传。"
MEDIA = "PDF 内含音视频或者三维内容，请另存为普通 PDF 后重新上传。"
ENCRYPTED = "PDF 已加密或者设有密码，请去除密码保护后重新上传。"
BROKEN = "PDF 文件已损坏或者结构异常，无法读取。请用“打印为 PDF”重新生成后再上传。"

FORBIDDEN = {
    "/JavaScript": SCRIPT,
    "/JS": SCRIPT,
    "/XFA": SCRIPT,
    "/Launch": PROGRAM,
    "/GoToR": PROGRAM,
    "/GoToE": PROGRAM,
    "/ImportData": PROGRAM,
    "/SubmitForm": PROGRAM,
    "/EmbeddedFile": ATTACHED,
    "/EmbeddedFiles": ATTACHED,
    "/EF": ATTACHED,
    "/FileAttachment": ATTACHED,
    "/RichMedia": MEDIA,
    "/Movie": MEDIA,
}
# Short names occur by chance in compressed bytes; long ones do not.
SEARCHED_RAW = frozenset(name for name in FORBIDDEN if len(name) > 7)
RAW_NAME = re.compile(rb"/[A-Za-z#0-9]{6,48}")
ESCAPE = re.compile(r"#([0-9A-Fa-f]{2})")

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every oddity of a file that we then judge ourselves


def check(file: BinaryIO) -> int:
    """Return the number of pages. Raises BadUpload."""
    try:
        reader = pypdf.PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise BadUpload(ENCRYPTED)
        for item in _objects(reader):
            _refuse_names(item)
    except BadUpload:
        raise
    except NotImplementedError:  # a security handler other than passwords
        raise BadUpload(ENCRYPTED) from None
    except Exception as error:
        raise BadUpload(BROKEN) from error
    _refuse_raw_names(file)

    try:
        pages = previews.page_count(file)
    except previews.CannotShow:
        raise BadUpload(BROKEN) from None
    if not pages:
        raise BadUpload(BROKEN)
    if pages > MOST_PAGES:
        raise BadUpload(f"PDF 共 {pages} 页，超过 {MOST_PAGES} 页的上限，请拆分后上传。")
    return pages


def _objects(reader: pypdf.PdfReader) -> Iterator[Any]:
    """Yield the trailer and every object the file knows, reachable from the pages or not."""
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise BadUpload("PDF 结构过于复杂，请用“打印为 PDF”重新生成后再上传。")
    yield reader.trailer
    for number, generation in sorted(numbers):
        yield reader.get_object(IndirectObject(number, generation, reader))


def _refuse_names(item: Any, depth: int = 0) -> None:
    """Look through one object without following references, because every object has its own turn."""
    if depth > DEEPEST:
        raise BadUpload(BROKEN)
    if isinstance(item, NameObject):
        _refuse_name(str(item))
    elif isinstance(item, DictionaryObject):
        for key, value in item.items():
            _refuse_name(str(key))
            # raw values: `item[key]` would follow the reference
            _refuse_names(value, depth + 1)
    elif isinstance(item, ArrayObject):
        for value in item:
            _refuse_names(value, depth + 1)


def _refuse_name(name: str) -> None:
    if reason := FORBIDDEN.get(ESCAPE.sub(lambda match: chr(int(match[1], 16)), name)):
        raise BadUpload(reason)


def _refuse_raw_names(file: BinaryIO) -> None:
    """Find forbidden names in the bytes: an object that no table lists is still found by readers that repair."""
    file.seek(0)
    for match in RAW_NAME.finditer(file.read()):
        name = ESCAPE.sub(lambda found: chr(int(found[1], 16)), match[0].decode("ascii"))
        if name in SEARCHED_RAW:
            raise BadUpload(FORBIDDEN[name])
