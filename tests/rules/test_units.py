import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import units

CAPITALS = [
    (0, "人民币零元整"),
    (1, "人民币壹分"),
    (10, "人民币壹角整"),
    (100, "人民币壹元整"),
    (105, "人民币壹元零伍分"),
    (120, "人民币壹元贰角整"),
    (123, "人民币壹元贰角叁分"),
    (1010, "人民币壹拾元零壹角整"),
    (168_032, "人民币壹仟陆佰捌拾元零叁角贰分"),
    (10_700_053, "人民币壹拾万柒仟元零伍角叁分"),
    (140_950, "人民币壹仟肆佰零玖元伍角整"),
    (600_714, "人民币陆仟零柒元壹角肆分"),
    (200_000_000, "人民币贰佰万元整"),
    (10_000_000_000, "人民币壹亿元整"),
    (1_000_000_000_100, "人民币壹佰亿零壹元整"),
    (1_000_000_000_000_00, "人民币壹万亿元整"),
    (1_000_200_000_000_00, "人民币壹万零贰亿元整"),
]


@pytest.mark.parametrize(("fen", "words"), CAPITALS)
def test_capital_figures_follow_the_rules_of_payment_papers(fen, words):
    assert units.capital(fen) == words


@given(st.integers(min_value=1, max_value=10**13))
def test_capital_figures_read_back_to_the_same_amount(fen):
    words = units.capital(fen).removeprefix("人民币").removesuffix("整")
    whole, _, part = words.partition("元") if "元" in words else ("", "", words)
    digits = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
    cents = sum(
        digits[part[place - 1]] * size for name, size in (("角", 10), ("分", 1)) if (place := part.find(name)) > 0
    )

    assert (cn2an.cn2an(whole, "smart") if whole else 0) * 100 + cents == fen


@pytest.mark.parametrize(
    ("text", "fen"), [("1234.56", 123_456), ("0", 0), ("0.01", 1), ("5000000", 500_000_000), ("1.5", 150)]
)
def test_fen_reads_yuan(text, fen):
    assert units.fen(text) == fen


@pytest.mark.parametrize(
    "text", ["1.234", "1.000", "1e3", "NaN", "Infinity", "", "一千", "1,000", "٣", "+1", " 1", "--1"]
)
def test_fen_refuses_what_is_no_amount(text):
    with pytest.raises(ValueError, match=r"数字|小数"):
        units.fen(text)


@pytest.mark.parametrize(
    ("fen", "words"),
    [(200_000_000, "200万元"), (15_000_000_000, "1.5亿元"), (123_450, "1,234.50元"), (100_000, "1,000元")],
)
def test_short_yuan_writes_like_a_policy(fen, words):
    assert units.short_yuan(fen) == words


def test_yuan_writes_separators_and_cents():
    assert units.yuan(200_000_000) == "2,000,000.00"
    assert units.plain_yuan(-5) == "-0.05"
