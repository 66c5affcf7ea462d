"""
Traces of edits in the pages of a PDF: text over text, text under white, one amount in a face of its own.

The caller holds pdfium's lock. What looks alike and is innocent is left out: watermarks (large or turned), bold made by
printing twice, stamps over a date, hidden text of a scanner's recognition, page numbers stamped on a scan.
"""

import ctypes
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

MOST_OBJECTS = 4000
LARGEST_TYPE = 36.0  # points; beyond that it is a heading across the page or a watermark
COVERS_THE_PAGE = 0.6
COVERED = 0.6
BAND = 12.0  # points; objects are compared with those of the same height
MARGIN = 0.07  # of the height, where stamps and page numbers stand
AMOUNT = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]{1,2})?|[0-9]{3,12}\.[0-9]{2})(?![0-9.])")
DIGITS = re.compile(r"[0-9]")
STYLE = re.compile(
    r"^[A-Z]{6}\+|[-,](?:bold|italic|oblique|regular|medium|light|semibold|roman).*$|(?:psmt|mt|ps)$", re.IGNORECASE
)
LEAST_AMOUNTS = 4
INVISIBLE = 3  # text render mode


@dataclass(frozen=True)
class Piece:
    """One drawn thing: where (left, bottom, right, top), its text and face where it is text."""

    box: tuple[float, float, float, float]
    text: str = ""
    face: str = ""
    white: bool = False

    @property
    def area(self) -> float:
        """Square points."""
        left, bottom, right, top = self.box
        return max(right - left, 0.0) * max(top - bottom, 0.0)


def overlap(one: Piece, other: Piece) -> float:
    """Return the common area in square points."""
    across = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    down = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    return across * down if across > 0 and down > 0 else 0.0


def traces_of(page: pdfium.PdfPage, number: int) -> tuple[list[dict[str, object]], bool]:
    """Return the traces on one page, and whether it is a scan: one picture over most of it."""
    pieces, scanned = _pieces(page)
    if scanned:
        return [{"kind": "onscan", "page": number, "old": "", "new": text} for text in _on_scan(page, pieces)], True
    texts = [piece for piece in pieces if piece.text]
    found = [{"kind": "overlay", "page": number, "old": old, "new": new} for old, new in _over(texts)]
    if not found:
        found = [{"kind": "hidden", "page": number, "old": old, "new": ""} for old in _hidden(pieces)]
    found += [{"kind": "font", "page": number, "old": face, "new": text} for text, face in _odd_faces(texts)]
    return found, False


def _pieces(page: pdfium.PdfPage) -> tuple[list[Piece], bool]:
    """Return what is drawn, in its order; text that cannot be seen, is large or turned is left out."""
    across, down = page.get_size()
    textpage = page.get_textpage()
    pieces: list[Piece] = []
    pictures = 0.0
    for place, item in enumerate(page.get_objects(max_depth=4, textpage=textpage)):
        if place > MOST_OBJECTS:
            break
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            width, height = min(right, across) - max(left, 0), min(top, down) - max(bottom, 0)
            pictures = max(pictures, max(width, 0) * max(height, 0))
        elif item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
            if (piece := _text(item)) is not None:
                pieces.append(piece)
        elif item.type == pdfium_c.FPDF_PAGEOBJ_PATH and _is_white(item):
            pieces.append(Piece(tuple(item.get_bounds()), white=True))
    return pieces, pictures > COVERS_THE_PAGE * across * down


def _text(item: "pdfium.PdfTextObj") -> Piece | None:
    matrix = item.get_matrix()
    if abs(matrix.b) > 0.05 * abs(matrix.a) or item.get_font_size() * abs(matrix.d) > LARGEST_TYPE:
        return None
    if pdfium_c.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE:
        return None
    text = item.extract().strip()
    return Piece(tuple(item.get_bounds()), text, _face(item.get_font().get_base_name())) if text else None


def _face(name: str) -> str:
    """Return the family of a face: without the mark of a subset and without its style."""
    face = name
    for _ in range(3):
        face = STYLE.sub("", face)
    return face or name


def _is_white(item: "pdfium.PdfObject") -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium_c.FPDFPath_GetDrawMode(item, mode, stroke) or not mode.value:
        return False
    shades = [ctypes.c_uint() for _ in range(4)]
    return bool(pdfium_c.FPDFPageObj_GetFillColor(item, *shades)) and all(shade.value >= 250 for shade in shades)


def _digits(text: str) -> str:
    return "".join(DIGITS.findall(text))


def _over(texts: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """Yield (what is below, what lies on top) where figures stand on other figures."""
    rows: dict[int, list[Piece]] = defaultdict(list)
    for piece in texts:
        digits = _digits(piece.text)
        if len(digits) < 2:
            continue
        first, last = int(piece.box[1] // BAND), int(piece.box[3] // BAND)
        below = {id(old): old for row in range(first, last + 1) for old in rows[row]}
        for old in below.values():
            covered = overlap(piece, old) > COVERED * min(piece.area, old.area)
            if covered and digits not in _digits(old.text) and _digits(old.text) not in digits:
                yield old.text[:60], piece.text[:60]
                break
        for row in range(first, last + 1):
            rows[row].append(piece)


def _hidden(pieces: Sequence[Piece]) -> Iterator[str]:
    """Yield amounts that a white patch of the height of a line lies over."""
    for place, patch in enumerate(pieces):
        if not patch.white or not 4 < patch.box[3] - patch.box[1] < 40:
            continue
        for old in pieces[:place]:
            if old.text and AMOUNT.search(old.text) and overlap(patch, old) > 0.3 * old.area:
                yield old.text[:60]


def _odd_faces(texts: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """Yield (amount, face) where one amount of several is set in a face that no other text of the page has."""
    amounts = [piece for piece in texts if AMOUNT.search(piece.text)]
    faces = Counter(piece.face for piece in texts)
    by_face = Counter(piece.face for piece in amounts)
    if len(amounts) < LEAST_AMOUNTS or len(by_face) < 2:
        return
    for piece in amounts:
        if faces[piece.face] == 1:
            yield piece.text[:60], piece.face[:40]


def _on_scan(page: pdfium.PdfPage, pieces: Sequence[Piece]) -> Iterator[str]:
    """Yield amounts that were typed onto a scan, the stamps of its margins aside."""
    height = page.get_size()[1]
    seen = [piece for piece in pieces if piece.text]
    if len(seen) > 20:  # a scanner's recognition that was left visible
        return
    for piece in seen:
        inside = piece.box[1] > MARGIN * height and piece.box[3] < (1 - MARGIN) * height
        if inside and AMOUNT.search(piece.text):
            yield piece.text[:60]
