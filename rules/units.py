"""
Numbers as policies write them and as the engine counts them.

Money is whole fen (int). Other numbers are `Decimal`, so that 1.25 is exactly 1.25. Nothing here touches a float.
"""

import re
from decimal import Decimal

_MULTIPLES = {"": 1, "万": 10_000, "亿": 100_000_000, "千亿": 100_000_000_000}
_QUANTITY = re.compile(r"(?P<number>-?[0-9]+(?:\.[0-9]+)?)(?P<multiple>千亿|亿|万)?(?P<unit>[^0-9]*)")
_PLAIN = re.compile(r"(-?)([0-9]{1,24})(?:\.([0-9]{1,24}))?")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_GROUP_UNITS = ("", "拾", "佰", "仟")
_BIG_UNITS = ("", "万", "亿", "万亿")


def decimal(text: str) -> Decimal:
    """Read a plain decimal such as `1.25`; no exponent, separator or sign but minus. Raises ValueError in Chinese."""
    if not _PLAIN.fullmatch(text):
        raise ValueError(f"“{text[:40]}”不是数字")
    return Decimal(text)


def fen(text: str) -> int:
    """Read yuan with at most two decimals as whole fen: `1234.56` is 123456. Raises ValueError in Chinese."""
    match = _PLAIN.fullmatch(text)
    if not match:
        raise ValueError(f"“{text[:40]}”不是数字")
    sign, whole, part = match.groups()
    amount = int(whole) * 100
    if part:
        if len(part) > 2:
            raise ValueError("金额最多保留两位小数（精确到分）")
        amount += int(part) if len(part) == 2 else int(part) * 10
    return -amount if sign else amount


def plain_yuan(amount_fen: int) -> str:
    """Write fen as yuan without separators, `2000000.00`: the form of JSON results."""
    sign, amount_fen = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{amount_fen // 100}.{amount_fen % 100:02d}"


def yuan(amount_fen: int) -> str:
    """Write fen as yuan with separators, `2,000,000.00`: the form of pages and letters."""
    sign, amount_fen = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{amount_fen // 100:,}.{amount_fen % 100:02d}"


def short_yuan(amount_fen: int) -> str:
    """Write fen the way a policy does where that is exact: `200万元`, `1.5亿元`, else `1,234.50元`."""
    for name, size in (("亿元", 10_000_000_000), ("万元", 1_000_000)):
        if amount_fen >= size and amount_fen * 100 % size == 0:
            return f"{plain_decimal(Decimal(amount_fen) / size)}{name}"
    return f"{yuan(amount_fen).removesuffix('.00')}元"


def plain_decimal(value: Decimal | int) -> str:
    """Write a number without exponent or trailing zeros after the point: `1.250` becomes `1.25`."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def quantity(text: str, *, money: bool = False) -> Decimal | int:
    """
    Read a number as a policy writes it: `3000P`, `60%`, `6个月`, `2000万度`, or with money `50万元` as fen.

    The unit is for the reader; only money insists on 元. Raises ValueError in Chinese.
    """
    match = _QUANTITY.fullmatch(text.replace(",", "").strip())
    if not match:
        raise ValueError(f"“{text}”不是可以识别的数量")
    value = Decimal(match["number"]) * _MULTIPLES[match["multiple"] or ""]
    if not money:
        return value
    if match["unit"] != "元":
        raise ValueError(f"金额“{text}”应以“元”“万元”或“亿元”结尾")
    if value * 100 != int(value * 100):
        raise ValueError(f"金额“{text}”精确到分")
    return int(value * 100)


def capital(amount_fen: int) -> str:
    """
    Write an amount in the capital figures of Chinese payment papers: `人民币贰佰万元整`.

    Source: 《支付结算办法》附件一（正确填写票据和结算凭证的基本规定）: 元 or 角 is followed by 整, a gap inside the
    number by one 零. Amounts up to 9,999,999,999,999,999.99 yuan; a negative amount is an error of the program.
    """
    assert 0 <= amount_fen < 10**18, "an amount in capital figures is not negative and has at most 16 digits of yuan"

    whole, part = divmod(amount_fen, 100)
    jiao, cents = divmod(part, 10)
    text = _capital_whole(whole) + "元" if whole else ""
    if not part:
        return f"人民币{text or '零元'}整"
    if jiao:
        # 16,000.50 has zeros before the jiao inside the number: one 零 marks the gap.
        gap = "零" if whole and whole % 10 == 0 else ""
        return f"人民币{text}{gap}{_DIGITS[jiao]}角" + (f"{_DIGITS[cents]}分" if cents else "整")
    return f"人民币{text}{'零' if whole else ''}{_DIGITS[cents]}分"


def _capital_whole(whole: int) -> str:
    """Write a positive number of yuan in capitals, group by group of four digits."""
    groups = []
    while whole:
        whole, group = divmod(whole, 10_000)
        groups.append(group)
    text = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        missing = text and (group < 1000 or groups[place + 1] == 0)
        text += ("零" if missing else "") + _capital_group(group) + _BIG_UNITS[place]
        if place == 3 and groups[2]:
            text = text.removesuffix("万亿") + "万"  # 1,0002亿: the 亿 is said once, after the lower group
    return text


def _capital_group(group: int) -> str:
    """Write a number below ten thousand in capitals, one 零 for a gap and none at the end."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _GROUP_UNITS[place]
            gap = False
        else:
            gap = True
    return text
