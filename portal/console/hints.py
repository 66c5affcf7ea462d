"""
Arithmetic an officer need not do by hand: what the typed fields of the papers say against what was declared.

Hints only point; no verdict follows from them. Values are decimals, compared as the paper states them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from applications.models import Application, Evidence

PASS, FAIL, NO_DATA = "pass", "fail", "none"
WORDS = {PASS: "一致", FAIL: "不一致", NO_DATA: "缺少数据"}


@dataclass(frozen=True)
class Hint:
    """One comparison: the fact it stands beside ("" for the applicant as a whole), the words, how it came out."""

    fact: str
    text: str
    state: str

    @property
    def words(self) -> str:
        """The outcome in words."""
        return WORDS[self.state]


def hints_of(application: Application, papers: Iterable[Evidence], account_holder: str | None) -> list[Hint]:
    """Return every comparison that the case has data for, and those whose data is missing where that matters."""
    papers = list(papers)
    hints = [_holder(application, account_holder), _code(application, papers)]
    for paper in papers:
        for look in _LOOKS.get(paper.slot, ()):
            hints.append(look(application, paper.details))
        hints += _same_figures(application, paper)
        hints += _days(application, paper)
    return [hint for hint in hints if hint is not None]


def _state(fits: bool | None) -> str:
    return NO_DATA if fits is None else PASS if fits else FAIL


def _number(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _holder(application: Application, holder: str | None) -> Hint:
    fits = None if not holder else holder == application.applicant.name
    return Hint("", f"收款账户户名：{holder or '未登记'}；单位名称：{application.applicant.name}", _state(fits))


def _code(application: Application, papers: list[Evidence]) -> Hint:
    stated = next((p.details.get("credit_code") for p in papers if p.details.get("credit_code")), None)
    own = application.applicant.uscc
    return Hint(
        "", f"证照载明的信用代码：{stated or '未录入'}；登记代码：{own}", _state(None if not stated else stated == own)
    )


def _pue(application: Application, details: Mapping[str, Any]) -> Hint:
    """PUE is total over IT energy; it is compared at the places that the claim declares."""
    total, energy = _number(details.get("total_kwh")), _number(details.get("it_kwh"))
    declared = _number(application.facts.get("pue"))
    if total is None or not energy or declared is None:
        return Hint("pue", "总耗电量÷IT设备耗电量：报告要素不全，无法复算", NO_DATA)
    exact = total / energy
    shown = exact.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    places = Decimal(1).scaleb(-len(f"{declared:f}".partition(".")[2]))
    fits = exact.quantize(places, ROUND_HALF_UP) == declared
    return Hint("pue", f"复算：{total:,} ÷ {energy:,} = {shown}；申报 {declared}", _state(fits))


def _cards(application: Application, details: Mapping[str, Any]) -> Hint:
    """Scale in P is cards × TFLOPS of one card ÷ 1000."""
    cards, each = _number(details.get("card_count")), _number(details.get("card_tflops_fp16"))
    declared = _number(application.facts.get("scale_pflops_fp16"))
    if cards is None or each is None or declared is None:
        return Hint("scale_pflops_fp16", "算力卡数量×单卡算力：报告要素不全，无法复算", NO_DATA)
    scale = cards * each / 1000
    text = f"复算：{cards:,}张 × {each:,} TFLOPS ÷ 1000 = {scale.normalize():,f} P；申报 {declared:,} P"
    return Hint("scale_pflops_fp16", text, _state(scale >= declared))


def _months(application: Application, details: Mapping[str, Any]) -> Hint:
    """Whole months between the first and the last day of the log (the last day counts)."""
    first, last = _day(details.get("period_from")), _day(details.get("period_to"))
    declared = _number(application.facts.get("stable_months"))
    if first is None or last is None or declared is None:
        return Hint("stable_months", "运行记录起止日期不全，无法复算", NO_DATA)
    ended = date.fromordinal(last.toordinal() + 1)
    months = (ended.year - first.year) * 12 + ended.month - first.month - (ended.day < first.day)
    text = f"运行记录 {first} 至 {last}，满{months}个月；申报 {declared} 个月"
    return Hint("stable_months", text, _state(months >= declared))


def _staff(application: Application, details: Mapping[str, Any]) -> Hint:
    insured, declared = _number(details.get("insured_staff")), _number(application.facts.get("staff"))
    fits = None if insured is None or declared is None else insured >= declared
    return Hint("staff", f"参保人数 {insured or '未录入'}；申报 {declared or '未填写'}", _state(fits))


_LOOKS: dict[str, tuple[Callable[[Application, Mapping[str, Any]], Hint], ...]] = {
    "pue_report": (_pue,),
    "scale_report": (_cards,),
    "operation_log": (_months,),
    "social_insurance_list": (_staff,),
}


def _same_figures(application: Application, paper: Evidence) -> list[Hint]:
    """Compare a figure that a paper states under the very name of a declared fact."""
    hints = []
    for name in paper.details.keys() & application.facts.keys():
        stated, declared = _number(paper.details[name]), _number(application.facts[name])
        if stated is not None and declared is not None:
            hints.append(Hint(name, f"材料载明 {stated:,}；申报 {declared:,}", _state(stated == declared)))
    return hints


def _days(application: Application, paper: Evidence) -> list[Hint]:
    """Look whether periods run forwards and whether nothing is dated after the day it was handed in."""
    first, last = _day(paper.details.get("period_from")), _day(paper.details.get("period_to"))
    hints = []
    if first and last:
        days = (last - first).days + 1
        fits = first <= last <= paper.uploaded_at.date()
        hints.append(Hint(f"slot:{paper.pk}", f"期间 {first} 至 {last}，共{days}天，应早于上传日", _state(fits)))
    if (issued := _day(paper.details.get("issued_on"))) is not None:
        fits = issued <= paper.uploaded_at.date()
        hints.append(Hint(f"slot:{paper.pk}", f"出具日期 {issued}，应不晚于上传日", _state(fits)))
    return hints
