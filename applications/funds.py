"""资金安排表: which instalments stand in it, what it says of them, and its PDF."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, OuterRef, Subquery, Sum
from django.utils import timezone

from applications import papers
from applications.actions.shared import next_number
from applications.documents import render
from applications.documents.funds import FundsLetter
from applications.models import Authority, Document, FundsTable, Instalment, Job, PayerShare, User

MOST_ROWS = 1000  # forty pages; more is two tables


def lines_of(instalments: Sequence[int]) -> list[dict[str, Any]]:
    """Return the lines of a table over instalments in the order of clauses and notices (one query)."""
    notices = Document.objects.filter(award=OuterRef("award"), kind=Document.Kind.NOTICE)
    parts = Instalment.objects.filter(award=OuterRef("award")).order_by("-number")
    rows = (
        Instalment.objects.filter(pk__in=instalments)
        .select_related("award__applicant", "award__clause")
        .annotate(letter=Subquery(notices.values("number")[:1]), last=Subquery(parts.values("number")[:1]))
        .order_by("award__clause__policy", "award__clause__position", "award_id", "number")
    )
    return [
        {
            "applicant_name": row.award.applicant.name,
            "uscc": row.award.applicant.uscc,
            "clause": f"{row.award.clause.article} {row.award.clause.title}",
            "notice_number": row.letter or "",
            "part": f"第{row.number}期" if row.last > 1 else "",
            "amount_fen": row.amount_fen,
            "decided_on": timezone.localdate(row.award.decided_at).isoformat(),
        }
        for row in rows
    ]


def borne_of(instalments: Sequence[int]) -> list[tuple[str, int, int]]:
    """Return what each payer bears of instalments: its name, the number of its shares, fen (one query)."""
    shares = PayerShare.objects.filter(instalment__in=instalments).values("payer__name")
    sums = shares.annotate(count=Count("pk"), fen=Sum("amount_fen")).order_by("-payer__standard", "payer")
    return [(row["payer__name"], row["count"], row["fen"]) for row in sums]


def issue(
    authority: Authority,
    instalments: Sequence[int],
    *,
    title: str,
    addressee: str,
    note: str,
    by: User,
    at: datetime,
) -> FundsTable:
    """Give a table its number and content, and queue its PDF; the caller has asked whether it may be."""
    lines, year = lines_of(instalments), timezone.localdate(at).year
    days = sorted(date.fromisoformat(line["decided_on"]) for line in lines)
    sequence = next_number(f"letter:{authority.code}:funds:{year}")
    number = f"{authority.letter_sign}资〔{year}〕{sequence}号"
    template = papers.template_of(authority, "funds")
    content = FundsLetter(
        **papers.said_by(authority, template),
        letter_number=number,
        applicant_name=addressee,
        decided_on=timezone.localdate(at),
        verify_code="",
        verify_url="",
        heading_line=title,
        since=days[0],
        until=days[-1],
        rows=lines,
        borne=borne_of(instalments),
        note=note,
    ).to_content()
    papers.refuse_disagreeing_sums(content)
    table = FundsTable.objects.create(
        authority=authority,
        template=template,
        year=year,
        sequence=sequence,
        number=number,
        title=title,
        count=len(lines),
        total_fen=sum(line["amount_fen"] for line in lines),
        content=content,
        issued_by=by,
        issued_at=at,
    )
    job = Job.objects.create(kind=Job.Kind.FUNDS, payload={"funds": table.pk}, requested_by=by, requested_at=at)
    papers.enqueue(job)
    return table


def make(table: FundsTable, *, at: datetime) -> FundsTable:
    """Make the PDF of a table once and store it with its hash; a second run changes nothing."""
    return table if table.sha256 else papers.keep(table, render.pdf(FundsLetter.from_content(table.content)), at=at)
