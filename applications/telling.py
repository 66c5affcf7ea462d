"""
What is told to whom for which act: one table, read whenever an act is written into the history.

Everything is told on the site; mail goes to whoever has an address and has not turned the topic off. Rows of the
outbox are written with the act and sent by the sweep, so a mail server that is down loses nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from applications.models import (
    Application,
    Delivery,
    Duty,
    Event,
    Membership,
    NoticePreference,
    Posting,
    User,
)

# 通知类别: what a person may turn mail off for.
TOPICS = {
    "todo": "需要我办理的事项",
    "progress": "办理进度",
    "result": "决定和文书",
    "money": "资金拨付",
    "limit": "期限提醒",
}

Audience = Callable[[Application, Event], QuerySet[User]]
Words = Callable[[Application, Event], str]


def members(application: Application, event: Event) -> QuerySet[User]:
    """Return everybody who acts for the applicant."""
    return User.objects.filter(pk__in=Membership.objects.filter(applicant=application.applicant_id).values("user"))


def officer_in_charge(application: Application, event: Event) -> QuerySet[User]:
    """Return the officer the case is handed to, unless that is who acted."""
    if application.assigned_to_id is None or application.assigned_to_id == event.by_id:
        return User.objects.none()
    return User.objects.filter(pk=application.assigned_to_id)


def inspectors(application: Application, event: Event) -> QuerySet[User]:
    """Return the officers of 稽核 of the authority, who deal with objections."""
    posted = Posting.objects.current().filter(authority=application.authority_id, duty=Duty.INSPECT)
    return User.objects.filter(pk__in=posted.values("user"), is_active=True)


@dataclass(frozen=True)
class Telling:
    """One line of the table: to whom, under which topic, and the words."""

    to: Audience
    topic: str
    subject: str
    words: Words


def _said(text: str) -> Words:
    """Return words that only name the case."""
    return lambda application, event: text.format(number=application.number)


def expert_asked(application: Application, event: Event) -> QuerySet[User]:
    """Return the expert with an account to whom a question was put."""
    return User.objects.filter(pk=event.detail["expert"])


def _rests(application: Application, event: Event) -> str:
    """Tell how long the days do not count (行政许可法第四十五条参照)."""
    day = date.fromisoformat(event.detail["expected_on"])
    return f"{application.number} 正在征询专家意见，预计{day:%Y年%-m月%-d日}答复，该期间不计入办理时限。"


TELLINGS: dict[str, tuple[Telling, ...]] = {
    "object": (
        Telling(inspectors, "todo", "收到公示异议", _said("{number} 在公示期内收到实名异议，请承办核实。")),
        Telling(
            members, "progress", "公示期内收到异议", _said("{number} 在公示期内收到异议，核实完毕前暂不批准兑现。")
        ),
    ),
    "rule_on_objection": (
        Telling(members, "progress", "异议已核实", lambda application, event: f"{application.number}：{event.note}。"),
    ),
    "assign": (Telling(officer_in_charge, "todo", "有申报件交由您承办", _said("{number} 已交由您承办。")),),
    "ask_expert": (
        Telling(members, "limit", "专家评审", _rests),
        Telling(expert_asked, "todo", "有征询待您答复", _said("就 {number} 征询您的意见，请登录审核台答复。")),
    ),
}


def tell(application: Application, event: Event) -> None:
    """Put what the table says about an act into the outbox; acts that are not in it concern nobody else."""
    for telling in TELLINGS.get(event.action, ()):
        deliver(
            event,
            telling.to(application, event),
            topic=telling.topic,
            subject=telling.subject,
            text=telling.words(application, event),
        )


def deliver(event: Event, people: QuerySet[User], *, topic: str, subject: str, text: str) -> None:
    """Put one message to each person into the outbox: on the site, and by mail where it is wanted (two statements)."""
    refused = NoticePreference.objects.filter(user=OuterRef("pk"), topic=topic, mail=False)
    rows = [
        row
        for person in people.annotate(no_mail=Exists(refused))
        for row in _rows(event, person, subject, text, mail=bool(person.email) and not person.no_mail)
    ]
    Delivery.objects.bulk_create(rows)


def _rows(event: Event, person: User, subject: str, text: str, *, mail: bool) -> Iterable[Delivery]:
    """Return the rows of one person; what stands on the site is there at once."""
    same = {"event": event, "person": person, "subject": subject, "text": text, "created_at": event.at}
    yield Delivery(**same, channel=Delivery.Channel.SITE, sent_at=event.at)
    if mail:
        yield Delivery(**same, channel=Delivery.Channel.MAIL)
