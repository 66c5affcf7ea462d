"""
What every letter has: who writes to whom, under which number, on which day, and how a reader checks that it is genuine.

A letter is a frozen dataclass of plain values. It knows no database: the case fills it, `to_content` writes it down
beside its number, and `from_content` reads it back, so that the same paper can be made again word for word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, ClassVar, Self, get_args, get_type_hints

from applications.documents import wording


@dataclass(frozen=True, kw_only=True)
class Letter:
    """
    The common part of every letter.

    `letter_number` is the whole 发文字号 with its brackets, e.g. 师新数兑〔2026〕5号. `decided_on` is the date under
    the signature. With `signed` the paper leaves room for a seal; without it says 待签章. `demo` marks every page.
    `wording` holds the parts that the authority words by itself (see `wording.py`), `hotline` and `address` what their
    tags stand for.
    """

    authority_name: str
    letter_number: str
    applicant_name: str
    decided_on: date
    verify_code: str
    verify_url: str
    signed: bool = False
    demo: bool = False
    copies_to: str = ""  # 抄送, without the full stop
    hotline: str = ""
    address: str = ""
    wording: Mapping[str, str] = field(default_factory=dict)

    kind: ClassVar[str]
    title: ClassVar[str]
    template: ClassVar[str]

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags of this kind stand for."""
        return {"主管单位": self.authority_name, "咨询电话": self.hotline, "办公地址": self.address}

    def said(self, key: str) -> str:
        """Return one adjustable part with the values of the case in it."""
        return wording.filled(self.kind, key, self.wording, self.values)

    def context(self) -> dict[str, Any]:
        """Return what the template prints; every value is text, a flag, or a list of these."""
        raise NotImplementedError

    def to_content(self) -> dict[str, Any]:
        """Return the letter as plain data for a JSON column."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> Self:
        """Return the letter written down by `to_content`. Raises TypeError when a field is missing or unknown."""
        hints = get_type_hints(cls)
        return cls(**{name: _typed(value, hints.get(name)) for name, value in content.items()})


@dataclass(frozen=True, kw_only=True)
class Remedies:
    """Where a decision can be contested: the organ, the court and the channel on the internet that the law asks for."""

    review_organ: str
    court: str
    channel: str = ""

    def sentence(self, paper: str) -> str:
        """
        Say how to contest `paper`.

        Terms: 行政复议法 (2023) art. 20, sixty days; 行政诉讼法 art. 46, six months. Art. 22 of the former asks for
        the channel on the internet, because the paper is served there.
        """
        assert self.review_organ, "the law asks where a decision can be reconsidered"
        assert self.court, "and where it can be sued over"
        assert self.channel, "and through which channel on the internet"
        return (
            f"如不服本{paper}，可以自收到之日起60日内依法向{self.review_organ}申请行政复议"
            f"（可通过{self.channel}在线提出），"
            f"也可以自收到之日起6个月内依法向{self.court}提起行政诉讼。"
        )


@dataclass(frozen=True, kw_only=True)
class CaseLetter(Letter):
    """A letter about one case: what every such letter names, and the tags for it."""

    case_number: str
    policy_title: str
    clause_article: str
    clause_title: str

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags stand for."""
        return super().values | {
            "单位名称": self.applicant_name,
            "统一社会信用代码": getattr(self, "uscc", ""),
            "申报编号": self.case_number,
            "政策名称": self.policy_title,
            "条款": self.clause_article,
            "事项名称": within_quotes(self.clause_title),
        }


def within_quotes(text: str) -> str:
    """Write what will stand between quotation marks: its own become single ones (标点符号用法 GB/T 15834)."""
    return text.replace("“", "‘").replace("”", "’")


def chinese_date(day: date) -> str:
    """Write a date as official papers do, without padding: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_time(moment: datetime) -> str:
    """Write a moment to the minute: 2026年3月5日 09:07. The caller has converted it to local time."""
    return f"{chinese_date(moment)} {moment:%H:%M}"


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # a datetime is a date too
        return value.isoformat()
    if isinstance(value, Remedies):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _typed(value: Any, hint: Any) -> Any:
    if isinstance(value, str) and (day_or_moment := {date, datetime} & {hint, *get_args(hint)}):
        return day_or_moment.pop().fromisoformat(value)
    if hint is Remedies:
        return Remedies(**value)
    return value
