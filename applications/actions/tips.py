"""举报: what the public tells about a body, with or without a name."""

from datetime import datetime

from django.db import transaction

from applications import history, papers, telling
from applications.actions.desk_file import Paper
from applications.actions.findings import create
from applications.models import Applicant, Application, Authority, Duty, Finding, Posting, Status, Tip, User


@transaction.atomic
def tell(
    authority: Authority,
    *,
    body: str,
    number: str,
    text: str,
    name: str,
    contact: str,
    paper: Paper | None,
    at: datetime,
) -> Tip:
    """
    Take in a tip; the inspectors of the authority are told that there is one.

    A number or a name that fits is taken as what the doubt is about; one that does not stays with the text, and the
    teller is never told which of the two it was. Raises ActionRefused.
    """
    cases = Application.objects.filter(authority=authority).exclude(status=Status.DRAFT)
    case = cases.select_related("applicant").filter(number=number.strip()).first() if number.strip() else None
    known = case.applicant if case else _applicant(authority, body)
    said = text if case or not number.strip() else f"{text}\n（举报人所称申报编号：{number.strip()}）"
    authority = Authority.objects.select_for_update().get(pk=authority.pk)
    finding = create(
        authority, source=Finding.Source.TIP, body=body, text=said, application=case, applicant=known, by=None, at=at
    )
    row = Tip(finding=finding, code=papers.new_code(), name=name.strip(), contact=contact.strip())
    if paper is not None:
        paper.file.name = f"upload.{paper.upload.extension}"
        row.file = paper.file
        row.original_name, row.content_type = paper.upload.name, paper.upload.content_type
        row.sha256 = paper.upload.sha256
    row.save()
    event = history.record_for_authority(
        authority, "register_finding", by=None, at=at, note=f"{finding.number}（举报）", detail={"finding": finding.pk}
    )
    posted = Posting.objects.current().filter(authority=authority, duty=Duty.INSPECT)
    people = User.objects.filter(pk__in=posted.values("user"), is_active=True)
    telling.deliver(event, people, topic="todo", subject="收到举报", text=f"收到举报 {finding.number}，请研判。")
    return row


def _applicant(authority: Authority, body: str) -> Applicant | None:
    """Return the body of a name that has filed with the authority, if there is exactly one."""
    found = Applicant.objects.filter(name=body.strip(), applications__authority=authority).distinct()[:2]
    return found[0] if len(found) == 1 else None
