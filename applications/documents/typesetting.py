"""
Habits of WeasyPrint that Chinese letters need otherwise; imported by `render.py` when the first letter is made.

It opens any address a page names; it justifies a line by its spaces alone, of which Chinese has none; it copies each
face whole and cuts it twice for each letter; and it lays out the sixteen boxes around a page of which we use two.
`install` puts all of that right for this process.
"""

import atexit
import copy
import io
import os
import re
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import cssselect2
import pydyf
import segno
import weasyprint.layout
import weasyprint.pdf
from weasyprint import CSS, HTML
from weasyprint.css import ColorProfile
from weasyprint.formatting_structure import boxes, build
from weasyprint.layout import inline
from weasyprint.layout import page as page_layout
from weasyprint.layout.percent import resolve_percentages
from weasyprint.pdf import fonts as pdf_fonts
from weasyprint.text.ffi import harfbuzz
from weasyprint.text.fonts import FontConfiguration, get_hb_object_data
from weasyprint.urls import URLFetcher, URLFetcherResponse

from applications.documents import shortcuts
from applications.documents.outlines import BARE, Outlines

CODE = "letter:code/"  # the address of a code that a telephone reads: what it says follows


class Page(HTML):
    """
    A page of ours, which is well-formed XML: read by the parser of Python's own library in a tenth of the time.

    What HTML means by itself stands in a sheet of a dozen lines of ours.
    """

    def __init__(self, text: str, files: URLFetcher, meaning: CSS):
        self.base_url, self.url_fetcher, self.media_type, self._meaning = None, files, "print", meaning
        # Signs that XML cannot carry leave no ink either. The page is made by our own templates, which escape all else.
        root = ET.fromstring(UNCARRIED.sub("", text))  # noqa: S314 - see above
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [self._meaning]


UNCARRIED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class OwnFiles(URLFetcher):
    """Opens the named files of ours and nothing else: no network, no path, no data address."""

    def __init__(self, files: dict[str, Path]) -> None:
        # The parent's constructor builds an SSL context and openers, which is just what must not be there.
        self._files = files
        self._fail_on_errors = False

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return one of our files, or a code drawn for an address. Raises ValueError for everything else."""
        if url.startswith(CODE):
            return URLFetcherResponse(url, code_of(url.removeprefix(CODE)), headers={"Content-Type": "image/png"})
        if url not in self._files:
            raise ValueError(f"letters open their own files only, not {url[:80]}")
        return URLFetcherResponse(url, self._files[url].read_bytes())


def code_of(text: str) -> bytes:
    """
    Return a text as a code of squares, one pixel each (PNG); level M survives a stamp over a corner.

    The mask is fixed: every reader takes any of the eight, and trying them all takes as long as a page of text.
    """
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False, mask=3).save(drawn, kind="png", scale=1, border=0)
    return drawn.getvalue()


def fonts_of_this_process() -> FontConfiguration:
    """
    Return a font configuration whose copies of the font files are surely removed in the end.

    WeasyPrint keeps 30 MB of copies and removes them when Python ends in good order. A worker that is killed, or ends
    without order as pool processes do, leaves them behind; so the folder bears the number of its process, and the next
    process removes the folders of the dead.
    """
    for folder in Path(tempfile.gettempdir()).glob("letter-fonts-*-*"):
        number = folder.name.split("-")[2]
        if number.isdigit() and not Path("/proc", number).exists() and folder.stat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)
    configuration = FontConfiguration()
    configuration._folder = Path(tempfile.mkdtemp(prefix=f"letter-fonts-{os.getpid()}-"))
    atexit.register(_remove, configuration)
    return configuration


def _remove(configuration: FontConfiguration) -> None:
    shutil.rmtree(configuration._folder, ignore_errors=True)
    configuration._folder = None


class OwnFace(bytes):
    """Stands for the bytes of one of our faces, which are five megabytes and not needed; `outlines` has its glyphs."""

    outlines: Outlines


def install(faces: list[Path]) -> None:
    """Change the habits for this process; `faces` are our font files, of which bare outlines can be cut."""
    own: dict[int, OwnFace] = {}
    for path in faces:
        if path.suffix == ".otf" and (outlines := Outlines(path)).usable:
            own[path.stat().st_size] = face = OwnFace(b"OTTO")
            face.outlines = outlines

    def data_of(face: Any) -> bytes:
        """Return the bytes of a face, or what stands for them, known by the length of the file."""
        blob = harfbuzz.hb_face_reference_blob(face)
        length = harfbuzz.hb_blob_get_length(blob)
        harfbuzz.hb_blob_destroy(blob)
        return own.get(length) or get_hb_object_data(face)

    cut = pdf_fonts.Font.subset

    def subset(font: Any, to_unicode: dict[int, str], hinting: bool) -> None:
        """Put the used glyphs of one of our faces together; leave any other font to the library."""
        if isinstance(font.file_content, OwnFace):
            font.outlines = font.file_content.outlines
            font.file_content = font.outlines.font_of(glyph for glyph in to_unicode if glyph < font.glyph_count)
        else:
            cut(font, to_unicode, hinting)

    kind = pdf_fonts.Font.type.fget
    pdf_fonts.get_hb_object_data = data_of
    pdf_fonts.Font.subset = subset
    pdf_fonts.Font.type = property(lambda font: "otf" if hasattr(font, "outlines") else kind(font))
    shortcuts.install()
    inline.justify_line = _spread
    weasyprint.layout.make_margin_boxes = _margin_boxes
    weasyprint.pdf.ColorProfile = _profile_once()


class SameBytes(ColorProfile):
    """A colour profile that is embedded as it was read; the colour library writes it otherwise the second time."""

    made: bytes

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.made


def _profile_once() -> Any:
    """Return the colour profile of archives read once; the library reads it for each letter and leaves it open."""
    kept: list[SameBytes] = []

    def profile(file: Any, *rest: Any) -> ColorProfile:
        with file:
            if not kept:
                made = file.read()
                kept.append(SameBytes(io.BytesIO(made), *rest))
                kept[0].made = made
        return kept[0]

    return profile


def _margin_boxes(context: Any, page: Any, state: Any) -> Any:
    """
    Yield the boxes in the margins of a page that have something in them, as the library would.

    It lays out all sixteen of every page, a tenth of a letter's time. Ours stand alone on their side of the page, take
    its whole width, and are placed by their padding.
    """
    width, bottom = page.border_width(), page.margin_top + page.border_height()
    for keyword, top, height in (
        ("@top-center", 0, page.margin_top),
        ("@bottom-left", bottom, page.margin_bottom),
        ("@bottom-right", bottom, page.margin_bottom),
    ):
        style = context.style_for(page.page_type, keyword)
        if style is None or style["content"] in ("normal", "inhibit", "none"):
            continue
        page_layout._standardize_page_based_counters(style, keyword)
        box = boxes.MarginBox(keyword, style)
        box.is_generated = True
        margin_state = copy.deepcopy(state)
        quote_depth, counter_values, counter_scopes, _ = margin_state
        counter_scopes.append(set())
        build.update_counters(margin_state, style)
        box.children = build.content_to_boxes(
            style, box, quote_depth, counter_values, context.get_image_from_uri, context.target_collector,
            context.counter_style, context, page,
        )  # fmt: skip
        box.process_whitespace()
        box.process_text_transform()
        box = build.create_anonymous_boxes(box)
        resolve_percentages(box, (width, height))
        for side in ("margin_left", "margin_right", "margin_top", "margin_bottom"):
            setattr(box, side, 0)
        box.position_x = page.margin_left
        box.position_y = top
        box.width = width - box.padding_left - box.padding_right
        box.height = height - box.padding_top - box.padding_bottom
        yield page_layout.margin_box_content_layout(context, page, box)


LEVEL = 4  # of compression


class Written(pydyf.Object):
    """An object of a PDF as the bytes it is written with."""

    def __init__(self, made: pydyf.Object, data: bytes, *, stream: bool):
        super().__init__()
        self.number, self.generation, self.free = made.number, made.generation, made.free
        self._data, self._stream = data, stream

    @property
    def data(self) -> bytes:
        """The bytes."""
        return self._data

    @property
    def compressible(self) -> bool:
        """Whether it can stand in a stream of objects; a stream cannot."""
        return not self._stream


def write_once(document: Any, pdf: pydyf.PDF) -> None:
    """
    Turn every object into its bytes here, once: the library writes and compresses all of them twice, for a hash.

    Streams are compressed at level 4: zlib's usual level takes half as long again to save 2 bytes in 100. A font of
    bare outlines is called what it is.
    """
    _fold_lines(pdf)
    for place, item in enumerate(pdf.objects):
        if item.free == "f":
            continue
        if not isinstance(item, pydyf.Stream):
            pdf.objects[place] = Written(item, _bytes(item), stream=False)
            continue
        if item.compress:
            content = b"\n".join(map(_bytes, item.stream))
            if content.startswith(BARE):
                item.extra["Subtype"] = "/CIDFontType0C"
            item.stream, item.compress = [zlib.compress(content, LEVEL)], False
            item.extra["Filter"] = "/FlateDecode"
        pdf.objects[place] = Written(item, item.data, stream=True)


def _fold_lines(pdf: pydyf.PDF) -> None:
    """
    Hang the marked pieces of a text on its paragraph, cell or heading, where each line had an element of its own.

    Half of the elements of a letter are such lines; a reader aloud does not need them (ISO 32000-1, 14.7.4.2).
    """
    tree = pdf.catalog.get("StructTreeRoot")
    if tree is None:
        return
    folded: dict[bytes, bytes] = {}
    for place, item in enumerate(pdf.objects):
        if not isinstance(item, pydyf.Dictionary) or item.get("S") != "/Span" or item.keys() != LINE_ELEMENT:
            continue
        (mark,) = item["K"] if len(item["K"]) == 1 else (None,)
        parent = pdf.objects[_number(item["P"])]
        if isinstance(mark, int) and parent.get("Pg") == item["Pg"]:
            kids = parent["K"]
            kids[kids.index(item.reference)] = mark
            folded[item.reference] = parent.reference
            pdf.objects[place] = Written(item, b"null", stream=False)
    root = pdf.objects[_number(tree)]
    for nums in pdf.objects[_number(root["ParentTree"])]["Nums"]:
        if isinstance(nums, pydyf.Array):
            nums[:] = [folded.get(reference, reference) for reference in nums]


def _bytes(item: Any) -> bytes:
    """Write a value as the library does, asking for its kind once."""
    kind = type(item)
    if kind is bytes:
        return item
    if kind is str:
        return item.encode("ascii")
    if kind is int:
        return b"%d" % item
    if kind is pydyf.Dictionary:
        return b"<<" + b"".join([b"/%b %b" % (_bytes(key), _bytes(value)) for key, value in item.items()]) + b">>"
    if kind is pydyf.Array:
        return b"[" + b" ".join([_bytes(child) for child in item]) + b"]"
    return pydyf._to_bytes(item)


LINE_ELEMENT = {"Type", "S", "K", "Pg", "P"}


def _number(reference: bytes) -> int:
    return int(reference.split()[0])


# Points a character; more looks spaced out and makes readers of the text layer see blanks between the characters.
WIDEST_SPREAD = 1.5


def _spread(context: Any, line: Any, extra_width: float) -> None:
    """Spread the room left on a justified line between its characters, as Chinese print does."""
    gaps = _characters(line) - 1
    # Widths are in CSS pixels, 0.75 pt each.
    if gaps > 0 and 0 < extra_width / gaps * 0.75 <= WIDEST_SPREAD:
        _widen(context, line, extra_width / gaps, 0.0)


def _characters(box: Any) -> int:
    if isinstance(box, boxes.TextBox):
        return len(box.text.rstrip())
    if isinstance(box, boxes.LineBox | boxes.InlineBox):
        return sum(_characters(child) for child in box.children)
    return 0


def _widen(context: Any, box: Any, spacing: float, advance: float) -> float:
    """Widen every text of a line by `spacing` per character and shift what follows; returns the shift so far."""
    if isinstance(box, boxes.TextBox):
        box.position_x += advance
        own = box.style["letter_spacing"]
        shortcuts.respace(box, (0 if own == "normal" else own) + spacing)
        box.width += spacing * len(box.text)
        return advance + spacing * len(box.text)
    if isinstance(box, boxes.LineBox | boxes.InlineBox):
        box.position_x += advance
        before = advance
        for child in box.children:
            if child.is_in_normal_flow():
                advance = _widen(context, child, spacing, advance)
        box.width += advance - before
        return advance
    box.translate(advance, 0)
    return advance
