"""
From a letter to the bytes of its PDF.

Equal letters give equal bytes: the dates in the file come from the letter, its identifier from the page source, and
the fonts from our own files. WeasyPrint is imported on first use only, because it takes half a second and 60 MB that
the web processes, which make no letters, do not pay for.
"""

import gc
import hashlib
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine

from applications.documents import characters, sums
from applications.documents.fonts import FACES, FONT_DIR, fonts_ready
from applications.documents.letter import Letter, chinese_date

TEMPLATE_DIR = Path(__file__).resolve().parents[2] / "templates" / "documents"
STYLESHEET = "documents.css"
LINE_WIDTH_PT = 442.2  # 156 mm, the width of the text area
CHARACTER_PT = 15.79  # 28 characters to a line

# PDF/A-3, every character with its Unicode value: what archives keep. Tags give a reader aloud its order and headings.
ARCHIVE = "pdf/a-3u"

LETTERS_A_COLLECTION = 8

# Pango's font map belongs to one thread at a time.
_one_at_a_time = threading.Lock()


class FontsMissing(RuntimeError):
    """This machine cannot make letters; the message names the faces. `script/fonts` prepares them."""


def pdf(letter: Letter) -> bytes:
    """
    Return the letter as PDF. The bytes are what is sealed, stored and hashed: nothing is added to them here.

    Raises FontsMissing, because without fonts the pages would be silently blank, CharactersMissing for a sign that no
    face has, and SumsDisagree where figures and capitals of one sum differ.
    """
    if missing := fonts_ready():
        raise FontsMissing(f"缺少公文字体：{'、'.join(missing)}。请运行 script/fonts。")
    page = page_source(letter)
    characters.check(page)
    with _one_at_a_time:
        return _printer().print(page)


def sheet(template: str, context: dict[str, Any]) -> bytes:
    """Return a page that is no letter, such as the contents of a package, as PDF. Raises FontsMissing."""
    if missing := fonts_ready():
        raise FontsMissing(f"缺少公文字体：{'、'.join(missing)}。请运行 script/fonts。")
    page = _templates().get_template(template).render(Context(context, use_l10n=False))
    with _one_at_a_time:
        return _printer().print(page)


def page_source(letter: Letter) -> str:
    """Return the HTML of a letter. Everything the letter brings is escaped by the template engine."""
    common = {
        "title": letter.title,
        "authority_name": letter.authority_name,
        "organ": (organ := letter.said("heading")),
        "mark": _mark(organ),
        "letter_number": letter.letter_number,
        "applicant_name": letter.applicant_name,
        "decided_on": chinese_date(letter.decided_on),
        "created": f"{letter.decided_on:%Y-%m-%d}T00:00:00+08:00",
        "signed": letter.signed,
        "date_indent": f"{_date_indent(letter):.2f}",
        "demo": letter.demo,
        "opening": letter.said("opening"),
        "closing": letter.said("closing"),
        "contact": letter.said("contact"),
        "copies_to": letter.copies_to or letter.said("copies_to"),
        "printed_by": letter.said("printed_by"),
        "verify_code": letter.verify_code,
        "verify_url": letter.verify_url,
    }
    own = letter.context()
    # Two names for one thing would let a letter overwrite what every letter must say.
    assert not common.keys() & own.keys()
    page = _templates().get_template(letter.template).render(Context(common | own, use_l10n=False))
    sums.check(page)
    return page


@dataclass(frozen=True)
class Mark:
    """发文机关标志: its size in points, its width when set at that size, and how far it is narrowed to fit one line."""

    size: str
    width: str
    left: str
    narrowed: str


def _mark(name: str) -> Mark:
    """Fit the name on one line: large when short, narrowed like printed letterheads when long, smaller at last."""
    size = max(min(44.0, LINE_WIDTH_PT / (0.62 * len(name))), 12.0)
    width = size * len(name)
    narrowed = min(1.0, LINE_WIDTH_PT / width)
    return Mark(f"{size:.2f}", f"{width:.2f}", f"{(LINE_WIDTH_PT - width) / 2:.2f}", f"{narrowed:.4f}")


def _date_indent(letter: Letter) -> float:
    """
    Return the right indent of the signature block in points (GB/T 9704 7.3.5).

    Sealed: the date stands four characters from the edge and the name is centred over it; a name so long that it would
    cross the edge moves the block left until it just fits. Unsealed: the name stands two characters from the edge.
    """
    if not letter.signed:
        return 2 * CHARACTER_PT
    date_width = sum(0.5 if character.isdigit() else 1 for character in chinese_date(letter.decided_on))
    overhang = max(0.0, (len(letter.authority_name) - date_width) / 2)
    return max(0.0, 4 - overhang) * CHARACTER_PT


@cache
def _templates() -> Engine:
    """Return an engine that knows the letters' templates only."""
    return Engine(dirs=[str(TEMPLATE_DIR)], autoescape=True)


@cache
def _printer() -> "Printer":
    return Printer()


class Printer:
    """WeasyPrint with what it needs read once per process: a third of the time of a letter goes into this otherwise."""

    def __init__(self) -> None:
        # Deferred: see the module's first lines.
        from weasyprint import CSS  # noqa: PLC0415

        from applications.documents.typesetting import (  # noqa: PLC0415
            OwnFiles,
            Page,
            fonts_of_this_process,
            install,
            write_once,
        )

        install([FONT_DIR / face.file for face in FACES])
        self._page, self._finish, self._made = Page, write_once, 0
        self._fonts = fonts_of_this_process()
        self._files = OwnFiles({f"letter:{face.file}": FONT_DIR / face.file for face in FACES})
        self._meaning = CSS(string=(TEMPLATE_DIR / "base.css").read_text(encoding="utf-8"))
        sheet = (TEMPLATE_DIR / STYLESHEET).read_text(encoding="utf-8")
        self._style = CSS(string=sheet, font_config=self._fonts, url_fetcher=self._files)
        # What is loaded now stays; collections need not look through it again.
        gc.collect()
        gc.freeze()

    def print(self, page: str) -> bytes:
        """Return the page as PDF with subset fonts embedded."""
        options: dict[str, Any] = {
            "pdf_identifier": hashlib.sha256(page.encode()).digest()[:16],
            "pdf_variant": ARCHIVE,
            "pdf_tags": True,
        }
        # A letter is some hundred thousand objects that live for a moment: looking through them for cycles again and
        # again takes a tenth of its time. They are looked through once for every few letters instead.
        collecting = gc.isenabled()
        gc.disable()
        try:
            return self._written(page, options)
        finally:
            self._made += 1
            if self._made % LETTERS_A_COLLECTION == 0:
                gc.collect()
            if collecting:
                gc.enable()

    def _written(self, page: str, options: dict[str, Any]) -> bytes:
        document = self._page(page, self._files, self._meaning)
        return document.write_pdf(stylesheets=[self._style], font_config=self._fonts, finisher=self._finish, **options)
