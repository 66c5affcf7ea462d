"""Amounts that were changed: drawn over, set in another face, at odds with their capitals or with what was typed."""

import re
from decimal import Decimal

import rules
from applications import texts
from applications.checks.claim import number_in
from applications.risk.capitals import sums_in
from applications.risk.case import Case, Finds, Found, Sheet, tidy
from applications.risk.registry import signal

MONEY = re.compile(r"(?<![0-9.])([0-9]{1,12}(?:\.[0-9]{1,2})?)\s*(万元|亿元|万|亿)?(?![0-9.])")
UNITS = {"万": 10**4, "万元": 10**4, "亿": 10**8, "亿元": 10**8, None: 1}
WORTH_A_LOOK = Decimal(1000)  # yuan


@signal("amount.overlay", "数额覆盖")
def drawn_over(case: Case) -> Finds:
    """A figure stands on top of another one, or hides it."""
    for sheet in case.sheets:
        for trace in sheet.marks.traces if sheet.marks else ():
            if trace.kind == "overlay":
                words = f"第{trace.page}页“{trace.new}”叠加在“{trace.old}”之上，原文字仍在文件中"
                yield Found(45, words, sheet.pk, trace.page)
            elif trace.kind == "hidden":
                words = f"第{trace.page}页的“{trace.old}”被白色色块遮盖"
                yield Found(40, words, sheet.pk, trace.page)
            elif trace.kind == "onscan":
                words = f"第{trace.page}页为扫描图像，其上另外叠加了文字“{trace.new}”"
                yield Found(40, words, sheet.pk, trace.page)


@signal("amount.font", "数额字体不同")
def in_another_face(case: Case) -> Finds:
    """One amount is set in a face that nothing else on the page has."""
    for sheet in case.sheets:
        for trace in sheet.marks.traces if sheet.marks else ():
            if trace.kind == "font":
                words = f"第{trace.page}页只有数额“{trace.new}”使用另一种字体（{trace.old}）"
                yield Found(30, words, sheet.pk, trace.page)


def figures_in(page: str) -> set[int]:
    """Return every amount a page states, in fen: as it stands and with 万 or 亿 behind it."""
    return {
        int(Decimal(number) * UNITS[unit] * 100)
        for number, unit in MONEY.findall(page)
        for unit in {unit or None, None}
    }


@signal("amount.capitals", "大小写不一致")
def capitals_differ(case: Case) -> Finds:
    """A sum in capitals stands nowhere on the page in figures, though the page has figures."""
    for sheet in case.sheets:
        for number, page in enumerate(sheet.pages, start=1):
            plain = texts.plain(page)
            figures = figures_in(texts.spaced(page)) | figures_in(plain)  # blanks part figures, or stand inside one
            for words, fen in sums_in(plain):
                if fen >= 10_000 and fen not in figures and any(figure >= 10_000 for figure in figures):
                    said = f"第{number}页大写金额“{words}”（{rules.yuan(fen)} 元）与该页小写金额不一致"
                    yield Found(40, said, sheet.pk, number)


@signal("amount.field", "填报与材料不符")
def typed_otherwise(case: Case) -> Finds:
    """A sum that was typed as standing on the paper stands nowhere in its text, where every sum is smaller."""
    for sheet in case.sheets:
        if not sheet.digital:
            continue
        plain = [texts.plain(page) for page in sheet.pages]
        found = {figure for page in sheet.pages for figure in figures_in(texts.spaced(page))}
        for field in _money_of(sheet):
            value = number_in(sheet.details.get(field.name))
            if value is None or value < WORTH_A_LOOK or texts.page_of(plain, texts.patterns_of(field, str(value))):
                continue
            dear = [figure for figure in found if WORTH_A_LOOK * 100 <= figure < 10**13]
            if dear and max(dear) < value * 100:
                words = f"填报的{field.label} {tidy(value)} 元在材料文本中找不到，材料上的数额都更小"
                yield Found(30, words, sheet.pk, key=f"{field.name}={value}")


def _money_of(sheet: Sheet) -> list["rules.Field"]:
    kind = rules.papers().get(sheet.slot)
    return [field for field in kind.fields if field.kind == "money"] if kind else []
