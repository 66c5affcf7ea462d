"""
Facts: what a claim states, the words people see for it, and which stated values are impossible.

Source of the names: `packs/facts.yaml`. A value inside the engine is int fen for money, Decimal for decimals and
percentages, int for counts, bool, the English key of a choice, date, or a tuple of fen for a list of money.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules import units
from rules.source import Block, PackError, line_of

KINDS = {
    "金额": "money",
    "小数": "decimal",
    "整数": "integer",
    "百分比": "percent",
    "是否": "bool",
    "选项": "choice",
    "日期": "date",
    "金额列表": "money_list",
    "文本": "text",
}
_WORDS = ("列", "类型", "标签", "问", "说明", "单位", "小数位", "不小于", "不大于", "选项", "合称", "个数")
_KEYS = frozenset((*_WORDS, "不大于事实", "由经办填写", "格式", "格式说明", "必填", "多项"))
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,18}")
LARGEST_COUNT = 10**18
LARGEST_FEN = 10**18


@dataclass(frozen=True)
class Fact:
    """
    One fact of the dictionary, or one structured field of a kind of evidence.

    `name` is the English key that cases store, `chinese` the word that packs write, `label` the words on pages.
    `groups` are collective names of choices (企业 means every kind of enterprise). `part_of` names the fact that must
    not be smaller. `multiple` marks a text that lists several things, read by `listed`.
    """

    name: str
    chinese: str
    label: str
    kind: str
    question: str = ""
    help: str = ""
    unit: str = ""
    places: int = 2
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    count: int | None = None
    part_of: str = ""
    by_officer: bool = False
    pattern: str = ""
    pattern_help: str = ""
    required: bool = True
    multiple: bool = False

    @functools.cached_property
    def values(self) -> frozenset[str]:
        """Return the English keys of the choices."""
        return frozenset(key for key, _ in self.choices)

    def choice_label(self, value: str) -> str:
        """Return the Chinese words of a choice."""
        return next(label for key, label in self.choices if key == value)


def build(chinese: str, block: Block, file: str) -> Fact:
    """Read one entry of the dictionary. Raises PackError with the line of what is wrong."""

    def fail(message: str, at: Any = None) -> PackError:
        return PackError(file, line_of(at) or line_of(block), f"事实“{chinese}”：{message}")

    if not isinstance(block, Block):
        raise fail("应写成“列、类型……”的一组", block)
    for key in block:
        if key not in _KEYS:
            raise fail(f"不认识的键“{key}”", key)
    for key in ("列", "类型"):
        if key not in block:
            raise fail(f"缺少“{key}”")
    kind = KINDS.get(block["类型"])
    if kind is None:
        raise fail(f"类型“{block['类型']}”不在 {'、'.join(KINDS)} 之中", block["类型"])
    choices = tuple((str(value), str(label)) for label, value in block.get("选项", {}).items())
    if (kind == "choice") != bool(choices):
        raise fail("只有类型为“选项”时才应写且必须写“选项”")
    by_label = {label: value for value, label in choices}
    groups = []
    for group, members in block.get("合称", {}).items():
        unknown = [member for member in members if member not in by_label]
        if unknown:
            raise fail(f"合称“{group}”中的“{unknown[0]}”不在选项内", members)
        groups.append((str(group), tuple(by_label[member] for member in members)))
    try:
        numbers = {key: Decimal(block[key]) for key in ("不小于", "不大于") if key in block}
        sizes = {key: int(block[key]) for key in ("小数位", "个数") if key in block}
    except (ValueError, ArithmeticError):
        raise fail("“不小于”“不大于”“小数位”“个数”应为数字") from None
    if block.get("多项") == "是" and kind != "text":
        raise fail("“多项”只用于文本", block["多项"])
    if kind == "money_list" and "个数" not in sizes:
        raise fail("金额列表须写“个数”")
    return Fact(
        name=str(block["列"]),
        chinese=str(chinese),
        label=str(block.get("标签", chinese)),
        kind=kind,
        question=str(block.get("问", "")),
        help=str(block.get("说明", "")),
        unit=str(block.get("单位", {"money": "元", "money_list": "元", "percent": "%"}.get(kind, ""))),
        places=sizes.get("小数位", 2 if kind in ("money", "money_list", "percent", "decimal") else 0),
        minimum=numbers.get("不小于", None if kind in ("bool", "choice", "date", "text") else Decimal(0)),
        maximum=numbers.get("不大于", Decimal(100) if kind == "percent" else None),
        choices=choices,
        groups=tuple(groups),
        count=sizes.get("个数"),
        part_of=str(block.get("不大于事实", "")),
        by_officer=block.get("由经办填写") == "是",
        pattern=str(block.get("格式", "")),
        pattern_help=str(block.get("格式说明", "")),
        required=block.get("必填", "是") == "是",
        multiple=block.get("多项") == "是",
    )


# ── Values as cases state them (JSON) ────────────────────────────────────────────────────────────────────────────────


def decode(fact: Fact, value: Any) -> Any:
    """Return the engine's value of a fact as a case states it in JSON. Raises ValueError in Chinese when impossible."""
    return DECODERS[fact.kind](fact, value)


def _money(fact: Fact, value: Any) -> int:
    amount = _to_fen(value)
    if amount < 0:
        raise ValueError("金额不能为负数")
    return amount


def _to_fen(value: Any) -> int:
    if isinstance(value, str):
        amount = units.fen(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        amount = value * 100
    else:
        raise ValueError("金额应为文字形式的元，最多两位小数")
    if abs(amount) >= LARGEST_FEN:
        raise ValueError("金额过大")
    return amount


def _decimal(fact: Fact, value: Any) -> Decimal:
    if isinstance(value, str):
        number = units.decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_COUNT:
        number = Decimal(value)
    else:
        raise ValueError("应为文字形式的数字")
    return _within(fact, number)


def _integer(fact: Fact, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("应为整数")
    if value >= LARGEST_COUNT:
        raise ValueError("数字过大")
    return _within(fact, value)


def _within(fact: Fact, number: Any) -> Any:
    if fact.minimum is not None and number < fact.minimum:
        raise ValueError(f"不能小于 {units.plain_decimal(fact.minimum)}")
    if fact.maximum is not None and number > fact.maximum:
        raise ValueError(f"不能大于 {units.plain_decimal(fact.maximum)}")
    return number


def _bool(fact: Fact, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("应为是或否")
    return value


def _choice(fact: Fact, value: Any) -> str:
    if not isinstance(value, str) or value not in fact.values:
        raise ValueError(f"不在可选范围（{'、'.join(label for _, label in fact.choices)}）之内")
    return value


def decode_date(value: Any) -> date:
    """Return the date in a text such as `2025-06-30`. Raises ValueError in Chinese."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError("日期应写成 2025-06-30 的形式")


def _date(fact: Fact, value: Any) -> date:
    return decode_date(value)


def _money_list(fact: Fact, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) != fact.count:
        raise ValueError(f"应依次列出 {fact.count} 个金额")
    return tuple(_money(fact, item) for item in value)


def _text(fact: Fact, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("应为文字")
    parts = listed(value) if fact.multiple else [value]
    if fact.pattern and not all(re.fullmatch(fact.pattern, part) for part in parts):
        raise ValueError(fact.pattern_help or "格式不正确")
    return value


_BETWEEN = re.compile(r"[、，,；;\r\n\t]+")


def listed(text: str) -> list[str]:
    """Return the things a text lists, in order and each once: separated by 、, commas, semicolons, tabs or lines."""
    return list(dict.fromkeys(part for part in (part.strip() for part in _BETWEEN.split(text)) if part))


DECODERS: dict[str, Callable[[Fact, Any], Any]] = {
    "money": _money,
    "decimal": _decimal,
    "percent": _decimal,
    "integer": _integer,
    "bool": _bool,
    "choice": _choice,
    "date": _date,
    "money_list": _money_list,
    "text": _text,
}


# ── Values as people type and read them ──────────────────────────────────────────────────────────────────────────────


def parse_fact(fact: Fact, text: str) -> Any:
    """
    Return the JSON value of what a person typed, checked like any stated fact.

    Separators, a unit or 万/亿 behind the number (`2,000.5`, `50万`, `60%`) and full-width digits are understood.
    Raises ValueError with a Chinese sentence that starts with the label.
    """
    text = text.strip().translate(_HALF_WIDTH)
    try:
        value = _READERS.get(fact.kind, _same)(fact, text)
        if fact.places and fact.kind in ("decimal", "percent") and len(str(value).partition(".")[2]) > fact.places:
            raise ValueError(f"最多保留 {fact.places} 位小数")
        decode(fact, value)
    except ValueError as error:
        raise ValueError(f"{fact.label}：{error}。") from None
    return value


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．－％，", "0123456789.-%,")


def _same(fact: Fact, text: str) -> str:
    return text


def _number_text(fact: Fact, text: str) -> str:
    bare = text.replace(",", "").removesuffix("%").removesuffix(fact.unit or "\0").strip()
    if bare[-1:] in ("万", "亿"):
        return units.plain_decimal(units.quantity(bare))
    units.decimal(bare)
    return bare


def _read_integer(fact: Fact, text: str) -> int:
    bare = _number_text(fact, text)
    if not re.fullmatch(r"-?[0-9]+", bare):
        raise ValueError("应为整数")
    return int(bare)


def _read_bool(fact: Fact, text: str) -> bool:
    answers = {"是": True, "true": True, "True": True, "on": True, "1": True}
    answers |= {"否": False, "false": False, "False": False, "0": False}
    if text not in answers:
        raise ValueError("请选择“是”或“否”")
    return answers[text]


def _read_list(fact: Fact, text: str) -> list[str]:
    return [_number_text(fact, part) for part in re.split(r"[\s;；、]+", text) if part]


def _read_choice(fact: Fact, text: str) -> str:
    return next((value for value, label in fact.choices if label == text), text)


_READERS: dict[str, Callable[[Fact, str], Any]] = {
    "money": _number_text,
    "decimal": _number_text,
    "percent": _number_text,
    "integer": _read_integer,
    "bool": _read_bool,
    "choice": _read_choice,
    "money_list": _read_list,
}


def format_fact(fact: Fact, value: Any) -> str:
    """Return the words for a stored JSON value: `3,200 P`, `70%`, `是`, `1,000,000.00 元`. None is 未填写."""
    if value is None:
        return "未填写"
    try:
        return describe(fact, decode(fact, value))
    except ValueError:
        return str(value)


def describe(fact: Fact, value: Any) -> str:
    """Return the words for one of the engine's own values."""
    if fact.kind == "money":
        return f"{units.yuan(value)} 元"
    if fact.kind == "money_list":
        return "、".join(f"{units.yuan(item)} 元" for item in value)
    if fact.kind == "bool":
        return "是" if value else "否"
    if fact.kind == "choice":
        return fact.choice_label(value)
    if fact.kind == "date":
        return f"{value.year}年{value.month}月{value.day}日"
    if fact.kind == "text":
        return _shortened(value) if fact.multiple else value
    # As stated: 1.20 in a report is shown as 1.20.
    number = format(value, "f") if isinstance(value, Decimal) else str(value)
    whole, dot, rest = number.partition(".")
    if fact.name != "support_year":
        number = f"{int(whole):,}{dot}{rest}"
    return f"{number}%" if fact.kind == "percent" else f"{number} {fact.unit}".strip()


SHOWN_AT_MOST = 10


def _shortened(text: str) -> str:
    """Return the first of many listed things with their number; a list of serial numbers has thousands."""
    parts = listed(text)
    shown = "、".join(parts[:SHOWN_AT_MOST])
    return shown if len(parts) <= SHOWN_AT_MOST else f"{shown} 等 {len(parts):,} 项"


def known(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that are stated; null says no more than leaving the fact out."""
    return {name: value for name, value in stated.items() if value is not None}
