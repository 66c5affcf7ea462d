"""
Pages of evidence as pictures and as text, for the officer who compares them with the declared facts.

pdfium is not made for threads: every call holds one lock. Pictures are bounded in pixels whatever the page claims.
"""

import io
import threading
import time
from typing import BinaryIO

import pypdfium2 as pdfium
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 8_000_000
WIDEST = 2400
LONGEST_TEXT = 200_000
LONGEST_PAGE = 20_000

_one_at_a_time = threading.Lock()


class CannotShow(ValueError):
    """A file or page that cannot be drawn; the message is a Chinese sentence."""


def page_count(file: BinaryIO) -> int:
    """Return how many pages a PDF has; a picture has one. Raises CannotShow."""
    data = _read(file)
    if not _is_pdf(data):
        return 1
    with _one_at_a_time:
        document = _open(data)
        try:
            return len(document)
        finally:
            document.close()


def page_image(file: BinaryIO, page: int, *, width: int = 1000) -> bytes:
    """
    Return page number `page`, counted from 1, as a PNG of `width` pixels or fewer.

    A page so long that it would pass MOST_PIXELS is drawn smaller. Raises CannotShow.
    """
    assert 0 < width <= WIDEST

    data = _read(file)
    if not _is_pdf(data):
        return _picture(data, page, width)
    with _one_at_a_time:
        document = _open(data)
        try:
            sheet = _page(document, page)
            across, down = sheet.get_size()
            if across <= 0 or down <= 0:
                raise CannotShow("该页没有大小，无法显示。")
            scale = min(width / across, (MOST_PIXELS / (across * down)) ** 0.5)
            scale *= 1 - 1e-9  # pdfium rounds up, and a quotient may come out a hair too large
            drawn = sheet.render(scale=scale, may_draw_forms=False).to_pil()
        except pdfium.PdfiumError:
            raise CannotShow("该页无法显示，请下载原件查看。") from None
        finally:
            document.close()
    return _png(drawn.convert("RGB"))


def page_text(file: BinaryIO, page: int) -> str:
    """Return the text layer of a page, empty for scans and pictures; bounded in length. Raises CannotShow."""
    data = _read(file)
    if not _is_pdf(data):
        return ""
    with _one_at_a_time:
        document = _open(data)
        try:
            return _page(document, page).get_textpage().get_text_range()[:LONGEST_TEXT]
        except pdfium.PdfiumError:
            raise CannotShow("该页的文字无法读取。") from None
        finally:
            document.close()


def page_texts(file: BinaryIO, *, most_pages: int, seconds: float) -> tuple[list[str], bool]:
    """
    Return the text layer page by page, and whether all pages were read within the bounds. Raises CannotShow.

    A picture, or anything else that is no PDF, has no pages of text. The lock is let go between pages, so that an
    officer's picture never waits for a long document.
    """
    data = _read(file)
    if not _is_pdf(data):
        return [], True
    began = time.monotonic()
    with _one_at_a_time:
        document = _open(data)
        count = len(document)
    texts: list[str] = []
    try:
        for place in range(min(count, most_pages)):
            if time.monotonic() - began > seconds:
                break
            with _one_at_a_time:
                texts.append(document[place].get_textpage().get_text_range()[:LONGEST_PAGE])
    except pdfium.PdfiumError:
        raise CannotShow("文字无法读取。") from None
    finally:
        with _one_at_a_time:
            document.close()
    return texts, len(texts) == count


def one_at_a_time() -> threading.Lock:
    """Return the lock that every call of pdfium holds, for whoever reads pages in another way."""
    return _one_at_a_time


def opened(data: bytes) -> pdfium.PdfDocument:
    """Return an open PDF; the caller holds the lock and closes it. Raises CannotShow."""
    return _open(data)


def _read(file: BinaryIO) -> bytes:
    file.seek(0)
    data = file.read()
    file.seek(0)
    return data


def _is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-")


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        raise CannotShow("PDF 无法打开，请下载原件查看。") from None


def _page(document: pdfium.PdfDocument, page: int) -> pdfium.PdfPage:
    if not 1 <= page <= len(document):
        raise CannotShow(f"没有第 {page} 页。")
    return document[page - 1]


def _picture(data: bytes, page: int, width: int) -> bytes:
    """Return a JPEG or PNG turned upright, on white, at most `width` wide."""
    if page != 1:
        raise CannotShow(f"没有第 {page} 页。")
    try:
        picture = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
        picture.draft("RGB", (width, width))  # JPEG only: decodes at a fraction of the size
        upright = ImageOps.exif_transpose(picture)
        scale = min(1.0, width / upright.width, (MOST_PIXELS / (upright.width * upright.height)) ** 0.5)
        size = max(1, round(upright.width * scale)), max(1, round(upright.height * scale))
        small = upright.convert("RGBA").resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise CannotShow("图片无法显示，请下载原件查看。") from None
    paper = Image.new("RGB", small.size, "white")
    paper.paste(small, mask=small.getchannel("A"))
    return _png(paper)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()
