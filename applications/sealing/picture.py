"""
The picture of a seal as lines and curves: a ring with the name of the authority along it, in red.

The picture has no force of its own; it is the appearance of the signature and goes nowhere without it. Characters are
drawn as outlines, so that no font has to be embedded into a finished PDF. A demonstration says so in the middle.
"""

import math
from functools import cache
from io import BytesIO

from applications.documents.fonts import FONT_DIR

DIAMETER_PT = 119.06  # 42 mm, the seal of an authority of a county or a division (国发〔1999〕25号)
RING_PT = 3.4  # 1.2 mm
LARGEST_PT = 16.0  # characters of a short name
SPREAD = math.radians(290)  # how far round the name may go
CLOSENESS = 1.18  # from one character to the next, in their sizes, of a short name
KAPPA = 0.5523  # four curves make a circle


def drawing(name: str, *, demo: bool) -> bytes:
    """Return the operators of a PDF content stream, DIAMETER_PT wide and high."""
    radius = DIAMETER_PT / 2
    parts = [b"q /Ink gs 0.902 0 0.071 RG 0.902 0 0.071 rg", b"%.2f w" % RING_PT]
    parts.append(_circle(radius, radius, radius - RING_PT / 2))
    parts += _along_the_ring(name, radius)
    if demo:
        parts += _straight("演示", radius, size=24.0)
    parts.append(b"Q")
    return b"\n".join(parts)


def _circle(x: float, y: float, r: float) -> bytes:
    k = KAPPA * r
    return (
        f"{x + r:.2f} {y:.2f} m "
        f"{x + r:.2f} {y + k:.2f} {x + k:.2f} {y + r:.2f} {x:.2f} {y + r:.2f} c "
        f"{x - k:.2f} {y + r:.2f} {x - r:.2f} {y + k:.2f} {x - r:.2f} {y:.2f} c "
        f"{x - r:.2f} {y - k:.2f} {x - k:.2f} {y - r:.2f} {x:.2f} {y - r:.2f} c "
        f"{x + k:.2f} {y - r:.2f} {x + r:.2f} {y - k:.2f} {x + r:.2f} {y:.2f} c s"
    ).encode()


def _along_the_ring(name: str, radius: float) -> list[bytes]:
    """Set the name from left to right over the top, each character upright to the ring."""
    size = LARGEST_PT
    middle = radius - RING_PT - 4 - size / 2
    if len(name) * size * CLOSENESS > SPREAD * middle:
        size = max(7.0, SPREAD * (radius - RING_PT - 4) / (len(name) * CLOSENESS + SPREAD / 2))
        middle = radius - RING_PT - 4 - size / 2
    step = size * CLOSENESS / middle
    parts = []
    for place, character in enumerate(name):
        turn = (place - (len(name) - 1) / 2) * step  # clockwise from the top
        cos, sin = math.cos(turn), math.sin(turn)
        x, y = radius + middle * sin, radius + middle * cos
        parts.append(f"q {cos:.4f} {-sin:.4f} {sin:.4f} {cos:.4f} {x:.2f} {y:.2f} cm".encode())
        parts += [_outline(character, size), b"Q"]
    return parts


def _straight(words: str, radius: float, *, size: float) -> list[bytes]:
    parts = []
    for place, character in enumerate(words):
        x = radius + (place - (len(words) - 1) / 2) * size * 1.1
        parts += [f"q 1 0 0 1 {x:.2f} {radius:.2f} cm".encode(), _outline(character, size), b"Q"]
    return parts


@cache
def _outline(character: str, size: float) -> bytes:
    """Return one character as a filled shape around the origin; one that no face has is left out."""
    # Deferred: only a worker that seals opens the faces.
    from fontTools.pens.basePen import BasePen  # noqa: PLC0415

    class Operators(BasePen):
        """Writes the outline down as PDF operators."""

        def __init__(self, glyphs, scale: float, left: float, down: float):
            super().__init__(glyphs)
            self.scale, self.left, self.down = scale, left, down
            self.written: list[str] = []

        def _write(self, operator: str, *points: tuple[float, float]) -> None:
            placed = (f"{x * self.scale - self.left:.2f} {y * self.scale - self.down:.2f}" for x, y in points)
            self.written.append(f"{' '.join(placed)} {operator}")

        def _moveTo(self, pt) -> None:
            self._write("m", pt)

        def _lineTo(self, pt) -> None:
            self._write("l", pt)

        def _curveToOne(self, pt1, pt2, pt3) -> None:
            self._write("c", pt1, pt2, pt3)

        def _closePath(self) -> None:
            self.written.append("h")

    for face in _faces():
        if glyph_name := face.getBestCmap().get(ord(character)):
            glyphs = face.getGlyphSet()
            scale = size / face["head"].unitsPerEm
            width = glyphs[glyph_name].width * scale
            # The box of a Chinese character lies from 0.12 of its size under the line to 0.88 above it.
            pen = Operators(glyphs, scale, width / 2, 0.38 * size)
            glyphs[glyph_name].draw(pen)
            return f"{' '.join(pen.written)} f".encode() if pen.written else b""
    return b""


@cache
def _faces() -> list:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - as above

    files = ("song.otf", "rare.otf", "latin.ttf")
    return [TTFont(BytesIO((FONT_DIR / name).read_bytes()), lazy=True) for name in files]
