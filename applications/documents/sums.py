"""
Sums on paper: figures and capitals always come from one number of whole fen, and are read back before printing.

Source: 会计基础工作规范 art. 52; 票据法 art. 8 voids a bill whose two sums differ, and a letter is no better.
"""

import re
from dataclasses import dataclass

from rules import capital, fen, yuan

# Every way a sum in figures is followed by one in capitals, also in words that people typed.
PAIR = re.compile(
    r"(?P<figures>[0-9][0-9,，]*(?:\.[0-9]{1,2})?)\s*元?\s*（(?:大写[：:]?\s*)?"
    r"(?P<words>(?:人民币)?[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+[元圆][零壹贰叁肆伍陆柒捌玖角分整正]*|(?:人民币)[零壹贰叁肆伍陆柒捌玖角分整正]+)）"
)


class SumsDisagree(ValueError):
    """A text names one sum in figures and another one in capitals; the message is for the person who typed it."""


@dataclass(frozen=True)
class Money:
    """A sum as letters print it: the figures, the capitals, and both together."""

    figures: str
    words: str

    @property
    def both(self) -> str:
        """The form of official papers: the sign directly before the figures, so no 元 behind them."""
        return f"¥{self.figures}（大写：{self.words}）"


def money(amount_fen: int) -> Money:
    """Return a sum of whole fen in figures and in capitals; the one place where letters make either."""
    assert isinstance(amount_fen, int), "money is whole fen"
    return Money(yuan(amount_fen), capital(amount_fen))


def check(text: str) -> None:
    """Read every pair of a sum in figures and capitals back. Raises SumsDisagree for the first that does not agree."""
    for pair in PAIR.finditer(text):
        figures = pair["figures"].replace(",", "").replace("，", "")
        right = capital(fen(figures))
        if _plain(pair["words"]) != _plain(right):
            raise SumsDisagree(
                f"金额的小写“{pair['figures']}”与大写“{pair['words']}”不一致，大写应为“{right}”，请核对后再办理。"
            )


def _plain(words: str) -> str:
    """Return capitals without what may be written either way: the currency, 圆 for 元, 正 for 整, 零 before 角."""
    said = words.removeprefix("人民币").replace("圆", "元").replace("正", "整")
    return said.replace("元零", "元") if "角" in said else said
