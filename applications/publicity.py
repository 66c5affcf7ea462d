"""What the public reads of a case in 公示, the batch it stands in, and the objections that hold it."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

import rules
from applications import assessing, papers, permissions
from applications.actions.shared import due_day, next_number
from applications.models import Application, NoticeBatch, Objection, PublicNotice, Status, User

UPHELD = frozenset({Objection.Ruling.UPHELD.value, Objection.Ruling.PARTLY.value})


def open_batch(application: Application, title: str, *, by: User, at: datetime) -> NoticeBatch:
    """Open a batch for the cases of an authority, numbered without gaps, and queue its paper."""
    authority = application.authority
    today = timezone.localdate(at)
    sequence = next_number(f"notice_batch:{authority.code}:{today.year}")
    batch = NoticeBatch.objects.create(
        authority=authority,
        year=today.year,
        sequence=sequence,
        number=f"{authority.letter_sign}公示〔{today.year}〕{sequence}号",
        title=title.strip() or f"关于《{application.policy.title}》拟兑现奖补资金的公示",
        opened_at=at,
        opened_by=by,
        days=authority.notice_days,
        closes_on=due_day(Status.NOTICED, at, application),
        template=papers.template_of(authority, "batch"),
    )
    papers.queue_batch(batch, by=by, at=at)
    return batch


def shown_of(application: Application) -> dict[str, Any]:
    """
    Return what the public reads of a case: name, code, clause, figures, sum and basis.

    Never an account, an identity number or a telephone number: facts are figures and choices, not free text.
    """
    clause = assessing.law_of(application)
    checks = assessing.latest_checks(application)
    rows = []
    for field in assessing.fields_of(application):
        declared, check = application.facts.get(field.name), checks.get(field.name)
        if declared is None and check is None:
            continue
        found = "—" if check is None or check.verified is None else rules.format_fact(field, check.verified)
        rows.append([field.label, "—" if declared is None else rules.format_fact(field, declared), found])
    return {
        "number": application.number,
        "applicant_name": application.applicant.name,
        "uscc": application.applicant.uscc,
        "subject": application.subject,
        "policy": application.policy.title,
        "article": application.clause.article,
        "clause": application.clause.title,
        "basis": clause.text,
        "facts": rows,
        "amount_fen": application.sum_fen,
        "arranged": application.arranged_reason,
    }


def why_held(application: Application) -> str:
    """Return why objections keep a case in public notice from being granted, "" when none does (one query)."""
    rows = Objection.objects.filter(notice__application=application, notice__ended_at=None)
    rulings = set(rows.values_list("ruling", flat=True))
    return permissions.why_held(waiting="" in rulings, upheld=bool(rulings & UPHELD))


def still_open(notice: PublicNotice, today: date) -> bool:
    """Return whether the public may still object: until the end of the last day, and while a last day is not known."""
    return notice.ended_at is None and notice.days > 0 and (notice.closes_on is None or today <= notice.closes_on)
