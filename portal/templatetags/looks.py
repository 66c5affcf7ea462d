"""Sums, days, standings and crumbs as they appear on every page. docs/looks.md shows each in use."""

from datetime import date, datetime, timedelta

from django import template
from django.db.models import Model
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

import rules

register = template.Library()

# The tint of a badge follows from what the word asks of its reader: to wait, to work, to answer, nothing more.
TONES: dict[str, str] = {
    "draft": "rest",
    "submitted": "wait",
    "verifying": "work",
    "correcting": "ask",
    "proposed": "wait",
    "noticed": "work",
    "granted": "good",
    "paid": "good",
    "closed": "rest",
    "withdrawn": "rest",
    "declined": "bad",
    "refused": "bad",
    "revoked": "bad",
    # 文书
    "valid": "good",
    "superseded": "rest",
    "recovered": "bad",
    # 后台任务、拨付、占用
    "queued": "wait",
    "running": "work",
    "done": "good",
    "failed": "bad",
    "cancelled": "rest",
    "prepared": "wait",
    "sent": "work",
    "recorded": "wait",
    "confirmed": "good",
    "rejected": "bad",
    "returned": "ask",
    "held": "wait",
    "final": "good",
    "released": "rest",
    # 核验结论
    "met": "good",
    "corrected": "wait",
    # 信用核查、现场核查、专家意见、会审表决
    "clean": "good",
    "record": "bad",
    "duplicate": "wait",
    "fits": "good",
    "differs": "bad",
    "support": "good",
    "conditional": "wait",
    "oppose": "bad",
    "recused": "rest",
    "agree": "good",
    "object": "bad",
    "abstain": "wait",
    # 追回案件
    "investigating": "work",
    "notified": "wait",
    "heard": "wait",
    "reviewed": "wait",
    "discussed": "wait",
    "decided": "work",
    "served": "ask",
    "dropped": "rest",
    # 年度复核、问题线索
    "waiting": "wait",
    "looking": "work",
    "asked": "wait",
    "answered": "ask",
    "rectifying": "work",
    "ended": "rest",
    "qualified": "good",
    "rectify": "wait",
    "finding": "bad",
    "holds": "good",
    "changed": "bad",
    "unknown": "wait",
    "new": "ask",
    "taken": "work",
    "filed": "bad",
    "dismissed": "rest",
}


@register.simple_tag
def badge(row: Model, field: str = "status") -> SafeString:
    """Show a choice of a row (`status`, `standing`, `state`, `verdict`) as its word on the tint of `TONES`."""
    value = getattr(row, field)
    words = getattr(row, f"get_{field}_display")()
    return format_html('<span class="status tone-{}">{}</span>', TONES[value], words)


@register.simple_tag
def crumb(label: str, url: str = "") -> SafeString:
    """Return one step of the way to this page, for the block `breadcrumb`; without an address it is the page itself."""
    if url:
        return format_html('<li class="breadcrumb-item"><a href="{}">{}</a></li>', url, label)
    return format_html('<li class="breadcrumb-item active" aria-current="page">{}</li>', label)


@register.filter
def yuan(fen: int | None) -> str:
    """Write whole fen as yuan with separators, "2,000,000.00"; an unknown sum is a dash."""
    return "—" if fen is None else rules.yuan(fen)


@register.filter
def capital(fen: int | None) -> str:
    """Write whole fen as 大写, "人民币贰佰万元整"; an unknown sum is a dash."""
    return "—" if fen is None else rules.capital(fen)


@register.inclusion_tag("includes/amount.html")
def amount(fen: int | None, *, words: bool = True) -> dict:
    """Show a sum in whole fen as ¥ figures with 大写 beneath (not with `words=False`)."""
    return {"fen": fen, "words": words}


@register.filter
def zh_date(day: date | datetime | None) -> str:
    """Write a day as 2026年3月5日, a moment by its day in Asia/Shanghai; an unknown day is a dash."""
    if day is None:
        return "—"
    if isinstance(day, datetime):
        day = timezone.localtime(day)
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def zh_time(moment: datetime | None) -> str:
    """Write a moment as 2026年3月5日 14:05 in Asia/Shanghai; an unknown moment is a dash."""
    if moment is None:
        return "—"
    return f"{zh_date(moment)} {timezone.localtime(moment):%H:%M}"


@register.simple_tag
def due(day: date | None) -> SafeString:
    """Say how a legal deadline stands today in calendar days. A day not yet known is 待定, never guessed."""
    if day is None:
        return format_html('<span class="soft">{}</span>', "期限待定")
    left = (day - timezone.localdate()) // timedelta(days=1)
    if left < 0:
        return format_html('<span class="status tone-bad">已逾期{}天</span>', -left)
    if left == 0:
        return format_html('<span class="status tone-ask">{}</span>', "今天到期")
    tone = "wait" if left <= 3 else "rest"
    return format_html('<span class="status tone-{}">还有{}天</span>', tone, left)


@register.filter
def file_size(octets: int) -> str:
    """Write a file's size as people say it: 820 KB, 3.4 MB. Always at least 1 KB, cut to one place."""
    if octets < 1024 * 1024:
        return f"{max(1, octets // 1024)} KB"
    return f"{octets * 10 // (1024 * 1024) / 10:.1f} MB"
