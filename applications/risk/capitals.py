"""Sums written in capitals (大写), read back into fen."""

import re
from collections.abc import Iterator

DIGITS = {
    **dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    **dict(zip("〇一二三四五六七八九", range(10), strict=True)),
    "两": 2,
}
SMALL = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
SUM = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]{1,40}[元圆][零壹贰叁肆伍陆柒捌玖角分整正]{0,8}")


def fen_of(words: str) -> int | None:
    """Return the sum that capitals state in fen, None where they make none."""
    whole, _, rest = words.replace("圆", "元").partition("元")
    yuan = _number(whole)
    if yuan is None:
        return None
    fen = 0
    digit = 0
    for char in rest:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char == "角":
            fen, digit = fen + digit * 10, 0
        elif char == "分":
            fen, digit = fen + digit, 0
    return yuan * 100 + fen


def _number(words: str) -> int | None:
    total = section = digit = 0
    for char in words:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in SMALL:
            section += (digit or (1 if char in "拾十" else 0)) * SMALL[char]
            digit = 0
        elif char in LARGE:
            section += digit
            total = (total + section) * LARGE[char] if char == "亿" else total + section * LARGE[char]
            section = digit = 0
        else:
            return None
    return total + section + digit


def sums_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield each sum in capitals in a text without blanks, as written and in fen."""
    for match in SUM.finditer(text):
        if (fen := fen_of(match[0])) is not None:
            yield match[0], fen
