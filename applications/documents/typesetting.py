"""
Two habits of WeasyPrint that Chinese letters need otherwise; imported by `render.py` when the first letter is made.

It opens any address a page names, and it justifies a line by its spaces alone, of which Chinese has none.
"""

import atexit
import os
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import Any

import pydyf
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text.fonts import FontConfiguration
from weasyprint.text.line_break import create_layout
from weasyprint.urls import URLFetcher, URLFetcherResponse


class OwnFiles(URLFetcher):
    """Opens the named files of ours and nothing else: no network, no path, no data address."""

    def __init__(self, files: dict[str, Path]) -> None:
        # The parent's constructor builds an SSL context and openers, which is just what must not be there.
        self._files = files
        self._fail_on_errors = False

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Return one of our files. Raises ValueError for every other address."""
        if url not in self._files:
            raise ValueError(f"letters open their own files only, not {url[:80]}")
        return URLFetcherResponse(url, self._files[url].read_bytes())


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


def pack_fonts(document: Any, pdf: pydyf.PDF) -> None:
    """Compress font files at zlib's usual level: the best one takes half as long again to save 3 bytes in 1,000."""
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.compress and [type(part) for part in item.stream] == [bytes]:
            item.stream = [zlib.compress(item.stream[0], 6)]
            item.extra["Filter"] = "/FlateDecode"
            item.compress = False


# Points a character; more looks spaced out and makes readers of the text layer see blanks between the characters.
WIDEST_SPREAD = 1.5


def spread_lines() -> None:
    """Make `text-align: justify` spread the room left on a line between its characters, as Chinese print does."""
    inline.justify_line = _spread


def _spread(context: Any, line: Any, extra_width: float) -> None:
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
        box.style = box.style.copy()  # the style is shared with the element's other lines
        box.style["letter_spacing"] = (0 if own == "normal" else own) + spacing
        box.pango_layout = create_layout(box.text, box.style, context, None, 0)
        box.pango_layout.deactivate()
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
