"""
问题线索: whatever makes somebody doubt a case comes in here, is taken up by one inspector and ruled on once.

Locks are taken in the order case, doubt, authority, counter. Acts on a doubt about a case stand in the history of that
case, others in the authority's. A tip always stands in the authority's: that there is one about a case is not for
everybody who opens it, and who told it is in no history at all.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications import history, permissions
from applications.actions.shared import lock, next_number, refuse_if, stop, take_duty
from applications.models import Applicant, Application, Authority, Finding, Objection, Status, Tip, User
from applications.permissions import Standing

S = Finding.State


def create(
    authority: Authority,
    *,
    source: str,
    body: str,
    text: str,
    application: Application | None = None,
    applicant: Applicant | None = None,
    objection: Objection | None = None,
    by: User | None = None,
    at: datetime,
) -> Finding:
    """
    Write a doubt down for an act that writes its own history row. Raises ActionRefused.

    The caller holds the locks of its act; the number of the year is taken last.
    """
    if not text.strip():
        stop("请写明反映的问题。")
    if application is not None:
        assert application.authority_id == authority.pk, "a doubt is judged where the case is"
        applicant = application.applicant
    year = timezone.localdate(at).year
    sequence = next_number(f"finding:{authority.code}:{year}")
    return Finding.objects.create(
        authority=authority,
        number=f"{authority.letter_sign}线〔{year}〕{sequence}号",
        source=source,
        body=(body.strip() or (applicant.name if applicant else ""))[:100],
        text=text.strip(),
        application=application,
        applicant=applicant,
        objection=objection,
        made_by=by,
        made_at=at,
    )


@transaction.atomic
def register(
    authority: Authority,
    *,
    source: str,
    body: str,
    text: str,
    application: Application | None = None,
    applicant: Applicant | None = None,
    objection: Objection | None = None,
    by: User | None = None,
    at: datetime,
) -> Finding:
    """
    Register a doubt, wherever it comes from. Raises ActionRefused.

    A person registers what was found in the work or handed over by another organ; risk signals and tips come without
    one. The same signal about the same case is not registered twice while the first is open.
    """
    if by is not None:
        refuse_if(permissions.why_not_register(by, authority.pk, source))
    if application is not None:
        application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    else:
        authority = Authority.objects.select_for_update().get(pk=authority.pk)
    if source == Finding.Source.SIGNAL:
        open_ones = Finding.objects.filter(application=application, source=source, state__in=Finding.OPEN, text=text)
        if known := open_ones.first():
            return known
    row = create(
        authority,
        source=source,
        body=body,
        text=text,
        application=application,
        applicant=applicant,
        objection=objection,
        by=by,
        at=at,
    )
    record(row, "register_finding", by=by, at=at, note=f"{row.number}（{row.get_source_display()}）")
    return row


@transaction.atomic
def take(finding: Finding, *, by: User, at: datetime) -> Finding:
    """Take a doubt up; on its case the inspector takes the duty, and money is held meanwhile. Raises ActionRefused."""
    row, case, standing = _locked(finding, by)
    refuse_if(permissions.why_not_take_finding(row, by, case, standing))
    if case is not None and standing is not None:
        take_duty(case, standing, at)
    row.state, row.taken_by, row.taken_at = S.TAKEN, by, at
    row.save(update_fields=["state", "taken_by", "taken_at"])
    record(row, "take_finding", by=by, at=at, note=row.number)
    return row


@transaction.atomic
def name_case(finding: Finding, number: str, *, by: User, at: datetime) -> Finding:
    """Say which case of the authority a doubt is about, once, by its number. Raises ActionRefused."""
    refuse_if(permissions.why_not_name_case(finding, by, None, None))
    cases = Application.objects.filter(authority=finding.authority_id).exclude(status=Status.DRAFT)
    found = cases.filter(number=number.strip()).first()
    if found is None:
        stop("没有找到这一申报编号，请核对。")
    case, standing = lock(found, by)
    row = Finding.objects.select_for_update(of=("self",)).select_related("authority").get(pk=finding.pk)
    refuse_if(permissions.why_not_name_case(row, by, case, standing))
    if row.applicant_id and row.applicant_id != case.applicant_id:
        stop("该申报件不属于线索所涉单位。")
    take_duty(case, standing, at)
    row.application, row.applicant = case, case.applicant
    row.save(update_fields=["application", "applicant"])
    record(row, "name_case_of_finding", by=by, at=at, note=row.number)
    return row


@transaction.atomic
def dismiss(finding: Finding, ruling: str, *, by: User, at: datetime) -> Finding:
    """Rule that a doubt leads to no case, with reasons. Raises ActionRefused."""
    return _rule(finding, S.DISMISSED, ruling, "dismiss_finding", by=by, at=at)


@transaction.atomic
def file(finding: Finding, *, ruling: str, by: User, at: datetime) -> Finding:
    """Rule that a doubt becomes a recovery case; called by the act that opens it. Raises ActionRefused."""
    return _rule(finding, S.FILED, ruling, "file_finding", by=by, at=at)


def _rule(finding: Finding, to: str, ruling: str, action: str, *, by: User, at: datetime) -> Finding:
    row, case, standing = _locked(finding, by)
    refuse_if(permissions.why_not_rule_on_finding(row, by, case, standing))
    if not ruling.strip():
        stop("请写明研判意见和理由。")
    row.state, row.ruling, row.ruled_by, row.ruled_at = to, ruling.strip(), by, at
    row.save(update_fields=["state", "ruling", "ruled_by", "ruled_at"])
    record(row, action, by=by, at=at, note=row.number)
    return row


@transaction.atomic
def see_teller(finding: Finding, *, what: str, by: User, at: datetime) -> Tip:
    """
    Hand who told a tip (`what` is "teller") or the file that came with it ("file") to the inspector who took it up.

    Every look is an act of the history, which says who looked and never what was seen. Raises ActionRefused.
    """
    assert what in ("teller", "file")
    row = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    refuse_if(permissions.why_not_see_teller(row, by))
    tip = Tip.objects.filter(finding=row).first()
    if tip is None:
        stop("该线索不是举报。")
    authority = Authority.objects.select_for_update().get(pk=finding.authority_id)
    history.record_for_authority(
        authority, "see_teller", by=by, at=at, note=row.number, detail={"finding": row.pk, "what": what}
    )
    return tip


@transaction.atomic
def answer_tip(finding: Finding, text: str, *, by: User, at: datetime) -> Tip:
    """Answer who told a tip, once; it is read with the code that was given out. Raises ActionRefused."""
    row = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    tip = Tip.objects.select_for_update().filter(finding=row).first()
    refuse_if(permissions.why_not_answer_tip(row, tip, by))
    if not text.strip():
        stop("请写明答复内容。")
    assert tip is not None
    tip.answer, tip.answered_at = text.strip(), at
    tip.save(update_fields=["answer", "answered_at"])
    authority = Authority.objects.select_for_update().get(pk=finding.authority_id)
    history.record_for_authority(authority, "answer_tip", by=by, at=at, note=row.number, detail={"finding": row.pk})
    return tip


def _locked(finding: Finding, by: User) -> tuple[Finding, Application | None, Standing | None]:
    """Return a doubt with its row locked, after its case where it has one."""
    case, standing = lock(finding.application, by) if finding.application else (None, None)
    row = Finding.objects.select_for_update(of=("self",)).select_related("authority").get(pk=finding.pk)
    if row.application_id != finding.application_id:
        stop("该线索刚刚关联了申报件，请刷新后再办理。")
    return row, case, standing


def record(row: Finding, action: str, *, by: User | None, at: datetime, note: str) -> None:
    """Write one act on a doubt where it belongs; nothing of what was told stands in it."""
    detail: dict[str, Any] = {"finding": row.pk, "source": row.source}
    if row.application is not None and row.source != Finding.Source.TIP:
        history.record(row.application, action, by=by, at=at, note=note, detail=detail)
        return
    authority = Authority.objects.select_for_update().get(pk=row.authority_id)
    history.record_for_authority(authority, action, by=by, at=at, note=note, detail=detail)
