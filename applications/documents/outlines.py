"""
The outlines that a letter embeds: a bare CFF font of the glyphs it uses, cut out of our own faces.

The PDF library asks HarfBuzz twice for each face and letter and leaves an empty slot for each glyph that is not used.
Our faces are CID fonts without subroutines, so a glyph is a run of bytes; a font of some hundred of them is put
together in a millisecond. Its glyphs keep the numbers that the text of the page names (as CIDs, by the charset), so
nothing else in the PDF changes.

Points are set on a grid of 3 of the 1,000 units of an em: none moves by more than 0.009 mm at 16 pt, a fifth of a dot
of a printer with 600 dots to an inch. The file is a fifth smaller for it, because the faces are traced from pictures
and the noise of their points does not compress.

Source of the form: Adobe Technical Note 5176; ISO 32000-1, 9.7.4 and 9.9.
"""

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

BARE = b"\1\0\4\4"  # how such a font begins: version 1.0, a head of four bytes, offsets of four
GRID = 3
STANDARD_STRINGS = 391  # the first string of our own has this number


class Outlines:
    """One face: its glyphs as bytes of charstrings and the two widths that they are written against."""

    def __init__(self, path: Path):
        # Known to be there, the PDF library needs it too; slow to load.
        from fontTools.pens.recordingPen import RecordingPen  # noqa: PLC0415 - see above
        from fontTools.pens.t2CharStringPen import T2CharStringPen  # noqa: PLC0415 - see above
        from fontTools.ttLib import TTFont  # noqa: PLC0415 - see above

        self._font = TTFont(path, lazy=True)
        self._all, self._recorder, self._pen = self._font.getGlyphSet(), RecordingPen, T2CharStringPen
        table = self._font["CFF "].cff
        self._top = table.topDictIndex[0]
        self._glyphs: dict[int, bytes] = {}
        private = self._top.FDArray[0].Private if hasattr(self._top, "FDArray") else None
        self.usable = (
            private is not None
            and len(self._top.FDArray) == 1
            and not len(table.GlobalSubrs)
            and not hasattr(private, "Subrs")
        )
        self._private: Any = private
        # Everything that is asked for later is read now, so that no file stays open.
        self._widths, self._order = self._font["hmtx"], self._font.getGlyphOrder()
        self.name = self._font["name"].getDebugName(6).encode("ascii")
        self._font.close()

    def glyph(self, number: int) -> bytes:
        """Return the charstring of a glyph with its points on the grid; made once (a millisecond) and kept."""
        if number not in self._glyphs:
            self._glyphs[number] = self._on_the_grid(self._order[number])
        return self._glyphs[number]

    def _on_the_grid(self, name: str) -> bytes:
        drawn = self._recorder()
        self._all[name].draw(drawn)
        width = self._widths[name][0]
        said = None if width == self._private.defaultWidthX else width - self._private.nominalWidthX
        pen = self._pen(said, None)
        for step, points in drawn.value:
            getattr(pen, step)(*((round(x / GRID) * GRID, round(y / GRID) * GRID) for x, y in points))
        made = pen.getCharString(optimize=True)
        made.compile()
        return made.bytecode

    def font_of(self, numbers: Iterable[int]) -> bytes:
        """Return a CFF font of these glyphs and the one for what is missing."""
        chosen = sorted({0, *numbers})
        private = _entry(20, self._private.defaultWidthX) + _entry(21, self._private.nominalWidthX)
        names, strings = _index([self.name]), _index([b"Adobe", b"Identity"])
        glyphs = _index([self.glyph(number) for number in chosen])
        charset = b"\0" + struct.pack(f">{len(chosen) - 1}H", *chosen[1:])
        select = struct.pack(">BHHBH", 3, 1, 0, 0, len(chosen))
        ros = _entry(0x0C1E, STANDARD_STRINGS, STANDARD_STRINGS + 1, 0)
        box = _entry(5, *self._top.FontBBox)

        def top(places: list[int]) -> bytes:
            entries = [ros, box, _entry(0x0C22, max(chosen) + 1)]
            entries += [_offset(op, place) for op, place in zip((15, 0x0C25, 17, 0x0C24), places, strict=True)]
            return _index([b"".join(entries)])

        # Offsets are written with five bytes each, so the length of the head does not depend on them.
        start = 4 + len(names) + len(top([0] * 4)) + len(strings) + 2
        at_charset = start
        at_select = at_charset + len(charset)
        at_glyphs = at_select + len(select)
        at_array = at_glyphs + len(glyphs)
        array = _index([_offset_pair(18, len(private), 0)])
        at_private = at_array + len(array)
        array = _index([_offset_pair(18, len(private), at_private)])
        head = BARE + names + top([at_charset, at_select, at_glyphs, at_array]) + strings + b"\0\0"
        return head + charset + select + glyphs + array + private


def _index(items: list[bytes]) -> bytes:
    """Return an INDEX: count, size of an offset, offsets from 1, data."""
    places, at = [1], 1
    for item in items:
        at += len(item)
        places.append(at)
    size = 1 if at < 0x100 else 2 if at < 0x1_0000 else 3
    packed = b"".join(place.to_bytes(size, "big") for place in places)
    return struct.pack(">HB", len(items), size) + packed + b"".join(items)


def _operator(op: int) -> bytes:
    return op.to_bytes(2, "big") if op > 0xFF else bytes([op])


def _entry(op: int, *operands: int) -> bytes:
    """Return a DICT entry of whole numbers, each written with three bytes."""
    return b"".join(struct.pack(">Bh", 28, value) for value in operands) + _operator(op)


def _offset(op: int, place: int) -> bytes:
    return struct.pack(">Bi", 29, place) + _operator(op)


def _offset_pair(op: int, size: int, place: int) -> bytes:
    return struct.pack(">BiBi", 29, size, 29, place) + _operator(op)
