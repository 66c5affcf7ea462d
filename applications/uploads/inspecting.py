"""Take a file in: size, kind by content, the checks of that kind, antivirus, hash."""

import hashlib
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from django.conf import settings

from applications.uploads import antivirus, archives
from applications.uploads.problems import BadUpload

CHUNK = 1 << 20
LONGEST_NAME = 200


class UploadedFile(Protocol):
    """What is needed of Django's uploaded file: a name, a size and a seekable stream of bytes."""

    name: str
    size: int

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move in the stream."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: the name people know, its type, its extensions and its checks."""

    label: str
    content_type: str
    extensions: tuple[str, ...]
    check: Callable[[BinaryIO], int | None]  # returns the number of pages where a file has pages


@dataclass(frozen=True)
class Upload:
    """
    What is known of an accepted file.

    `extension` is the usual one of the content (jpg, never jpeg); `name` is the uploader's file name without folders
    and invisible characters; `pages` is None for spreadsheets and OFD.
    """

    name: str
    content_type: str
    extension: str
    size: int
    sha256: str
    pages: int | None


# pypdf takes 0.3 s to load and Pillow 0.03 s: a process pays for them with its first file, not with its start.


def _check_pdf(file: BinaryIO) -> int:
    from applications.uploads import pdfs  # noqa: PLC0415 - slow to load

    return pdfs.check(file)


def _check_jpeg(file: BinaryIO) -> int:
    from applications.uploads import pictures  # noqa: PLC0415 - slow to load

    return pictures.check_jpeg(file)


def _check_png(file: BinaryIO) -> int:
    from applications.uploads import pictures  # noqa: PLC0415 - slow to load

    return pictures.check_png(file)


KINDS = {
    "pdf": Kind("PDF 文件", "application/pdf", ("pdf",), _check_pdf),
    "jpg": Kind("JPEG 图片", "image/jpeg", ("jpg", "jpeg"), _check_jpeg),
    "png": Kind("PNG 图片", "image/png", ("png",), _check_png),
    "ofd": Kind("OFD 文件", "application/ofd", ("ofd",), archives.check_ofd),
    "xlsx": Kind(
        "Excel 表格（xlsx）",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ("xlsx",),
        archives.check_xlsx,
    ),
}
EVERY_KIND = frozenset(KINDS)
SPREADSHEET_ONLY = frozenset({"xlsx"})

# How files begin; only to name in a refusal what was found. Zip files are told apart by what they hold.
BEGINNINGS = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "空的 ZIP 压缩包"),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文件（doc、xls、ppt）"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "GZIP 压缩包"),
    (b"MZ", "可执行程序"),
    (b"\x7fELF", "可执行程序"),
    (b"#!", "脚本"),
    (b"{\\rtf", "RTF 文档"),
)


def inspect(file: UploadedFile, *, allowed: Collection[str] = EVERY_KIND) -> Upload:
    """
    Return what the file is, by its content; leaves the stream at its start.

    `allowed` names kinds (pdf, jpg, png, ofd, xlsx). Raises BadUpload.
    """
    name = clean_name(file.name)
    size = file.size
    if not size:
        raise BadUpload("文件是空的，请重新选择文件。")
    if size > settings.UPLOAD_MAX_BYTES:
        most = megabytes(settings.UPLOAD_MAX_BYTES)
        raise BadUpload(f"文件大小为 {megabytes(size)}，超过单个文件 {most} 的上限。请压缩或者拆分后重新上传。")
    extension = PurePosixPath(name).suffix.lstrip(".").lower()
    claimed = next((key for key, kind in KINDS.items() if extension in kind.extensions), None)
    if claimed not in allowed:
        problem = f"不能上传 {extension[:10]} 文件" if extension else "文件名没有扩展名"
        raise BadUpload(f"{problem}。可以上传：{'、'.join(labels(allowed))}。")
    found = recognise(file)
    if found != claimed:
        label = KINDS[found].label if found in KINDS else found
        raise BadUpload(f"文件内容与扩展名不符：扩展名是 {extension}，内容却是{_spaced(label)}。")

    kind = KINDS[found]
    file.seek(0)
    pages = kind.check(file)  # type: ignore[arg-type]  # the protocol above is what the checks use of a BinaryIO
    antivirus.scan(file)
    digest = sha256(file)
    file.seek(0)
    return Upload(name, kind.content_type, found, size, digest, pages)


def recognise(file: UploadedFile) -> str:
    """Return the key of a kind that is taken, or the Chinese name of what was found in its place."""
    file.seek(0)
    start = file.read(2048)
    found = next((what for sign, what in BEGINNINGS if start.startswith(sign)), "")
    if found == "zip":
        return archives.recognise(file)  # type: ignore[arg-type]
    if found:
        return found
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP 图片"
    if start[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return "HEIC 图片"
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<body")):
        return "网页"
    if text.startswith((b"<svg", b"<?xml", b"<!doctype")):
        return "SVG 图片或者 XML 文件"
    return "文本或者无法识别的内容"


def clean_name(name: str) -> str:
    """Return a file name without folders, control and direction characters, cut to what the column holds."""
    visible = "".join(
        character for character in str(name) if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    last = visible.replace("\\", "/").rsplit("/", 1)[-1].strip()
    stem, dot, extension = last.rpartition(".")
    if len(last) <= LONGEST_NAME or not dot or len(extension) > 10:
        return last[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"


def sha256(file: UploadedFile) -> str:
    """Return the hash of the whole stream, read in pieces."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(CHUNK):
        digest.update(piece)
    return digest.hexdigest()


def labels(kinds: Collection[str]) -> list[str]:
    """Return the names of kinds in a fixed order, for sentences and hints."""
    return [kind.label for key, kind in KINDS.items() if key in kinds]


def megabytes(size: int) -> str:
    """Write a size for people: 20 MB, 0.4 MB."""
    return f"{size / (1 << 20):.1f}".removesuffix(".0") + " MB"


def _spaced(label: str) -> str:
    """Put the blank that Chinese text has before Latin letters."""
    return f" {label}" if label[0].isascii() else label
