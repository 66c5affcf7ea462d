"""
From a row of the database to a row of a dossier: every column as data, and those an auditor reads under Chinese words.

Phone numbers, mail addresses and account numbers are masked: a dossier leaves the house, the full ones stay there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone

import rules

# Words for columns whose model field has none of its own.
WORDS = {
    "accepted_by": "受理人",
    "account": "收款账户",
    "answered_by": "答复人",
    "approved_by": "审批人",
    "asked_by": "发出人",
    "assigned_to": "承办人",
    "broken_at": "逾期时间",
    "called_by": "发起人",
    "checked_by": "核查人",
    "clause": "条款",
    "closed_by": "形成纪要人",
    "confirmed_by": "确认人",
    "decided_by": "决定人",
    "endorsed_by": "审批人",
    "evidence": "材料",
    "handler": "承办人",
    "instalment": "分期",
    "item": "材料标识",
    "kept_by": "补交材料",
    "late_by": "说明人",
    "made_by": "测算人",
    "minutes": "会审纪要",
    "opened_by": "发起人",
    "officer": "核查人",
    "pool": "资金池",
    "promised_by": "承诺人",
    "proposed_by": "核定人",
    "recorded_by": "登记人",
    "replaces": "替代的决定或文书",
    "submitted_by": "提交人",
    "uploaded_by": "上传人",
    "user": "人员",
    "withdrawn_by": "撤换人",
}


@dataclass(frozen=True)
class Row:
    """One row: all columns as data, and (label, words) of those that are read."""

    data: dict[str, Any]
    shown: list[tuple[str, str]]


def told(row: models.Model, *, leave_out: Iterable[str] = ()) -> Row:
    """Return a row with its columns in the order of the model, without those left out."""
    data: dict[str, Any] = {}
    shown: list[tuple[str, str]] = []
    for field in row._meta.concrete_fields:
        if field.name in leave_out or isinstance(field, models.FileField):
            continue
        data[field.name] = _data(row, field)
        label, words = _label(field), _words(row, field)
        if label and words:
            shown.append((label, words))
    return Row(data, shown)


def _label(field: Any) -> str:
    label = WORDS.get(field.name) or str(field.verbose_name)
    return label.replace("（分）", "（元）") if any("\u4e00" <= letter <= "\u9fff" for letter in label) else ""


def _data(row: models.Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    if value is None or value == "":
        return value
    if field.is_relation:
        return {"id": value, "words": str(getattr(row, field.name))}
    if field.name in MASKS:
        return MASKS[field.name](value)
    return plain(value)


def plain(value: Any) -> Any:
    """Return a value as JSON holds it: days and moments as text, in Beijing time."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _words(row: models.Model, field: Any) -> str:
    """Return a value as a person reads it, "" for what is empty and for structures, which stand in the data."""
    value = getattr(row, field.attname)
    if value is None or value == "" or field.primary_key or isinstance(value, dict | list):
        return ""
    if field.is_relation:
        return str(getattr(row, field.name))
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if field.name in MASKS:
        return MASKS[field.name](value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    return rules.yuan(value) if field.name.endswith("_fen") else str(value)


def masked(text: str) -> str:
    """Keep the last four characters, and the first three of what is long enough to keep seven secret."""
    hidden = max(0, len(text) - 4)
    front = 3 if hidden >= 7 else 0
    return text[:front] + "*" * (hidden - front) + text[hidden:]


def masked_mail(text: str) -> str:
    """Keep the first letter and the host."""
    name, at, host = text.partition("@")
    return f"{name[:1]}***{at}{host}"


MASKS: dict[str, Callable[[str], str]] = {
    "phone": masked,
    "contact_phone": masked,
    "bearer_phone": masked,
    "identity": masked,
    "email": masked_mail,
}
