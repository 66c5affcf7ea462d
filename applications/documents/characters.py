"""
Which characters our faces can print. What is missing is said before a letter is made; a box is never printed.

Every face of ours falls back to the same one for rare characters, so the answer is one set for all of them.
"""

import unicodedata
from functools import cache

from applications.documents.fonts import FACES, FONT_DIR, fonts_ready

STAND_IN = "〓"  # the printer's mark for a sign that the case lacks


class CharactersMissing(RuntimeError):
    """The faces lack characters of a letter; the message names them."""


@cache
def printable() -> frozenset[int]:
    """Return the code points of the body's face, the Latin one and the one for rare characters."""
    # Half a second, and known to be there: the PDF library needs it too.
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - see above

    found: set[int] = set()
    for face in FACES:
        if face.file in {"fang.otf", "latin.ttf", "rare.otf"}:
            with TTFont(FONT_DIR / face.file, lazy=True) as font:
                found |= font.getBestCmap().keys()
    return frozenset(found)


def missing(text: str) -> list[str]:
    """Return the characters of a text that no face has, in order and once; [] while there are no fonts to ask."""
    if fonts_ready():
        return []
    have = printable()
    return [c for c in dict.fromkeys(text) if ord(c) not in have and not _invisible(c)]


def check(text: str) -> None:
    """Raise CharactersMissing with the characters and their numbers when a text cannot be printed as it stands."""
    if lacking := missing(text):
        raise CharactersMissing(f"字库没有下列字符，不能生成文书：{named(lacking)}。请补充字库或改用其他写法。")


def named(characters: list[str]) -> str:
    """Return characters with their numbers in Unicode: 𬭎（U+2CB4E）."""
    return "、".join(f"{character}（U+{ord(character):04X}）" for character in characters)


def with_stand_ins(text: str) -> str:
    """Return a text of no legal weight (a file's name) with a visible mark for each sign that cannot be printed."""
    lacking = missing(text)
    return "".join(STAND_IN if character in lacking else character for character in text)


def _invisible(character: str) -> bool:
    """Whether a character leaves no ink anyway: blanks, line ends, joiners and selectors of a variant."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"} or 0xFE00 <= ord(character) <= 0xFE0F
