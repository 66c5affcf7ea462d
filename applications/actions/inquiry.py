"""What officers look up and see for themselves: credit registers, and the place where the claim says it happens."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from applications import history, permissions
from applications.actions import desk_file
from applications.actions.desk_file import Paper
from applications.actions.shared import changed, lock, refuse_if, stop, take_duty
from applications.models import (
    Application,
    CreditCheck,
    DeskFile,
    Membership,
    Posting,
    SiteVisit,
    User,
)
from applications.models.application import WITHOUT_A_DESK


@transaction.atomic
def record_credit_check(
    application: Application,
    *,
    stage: str,
    source: str,
    queried_on: date,
    result: str,
    note: str = "",
    paper: Paper | None = None,
    by: User,
    at: datetime,
) -> CreditCheck:
    """
    Record what a register said about the applicant on a day; the newest of a register counts. Raises ActionRefused.

    Whatever is not clean says in `note` what was found: a duplicate is explained, a record is named.
    """
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_check_credit(application, standing, stage))
    source, note = source.strip(), note.strip()
    if not source:
        stop("请填写查询来源。")
    if result != CreditCheck.Result.CLEAN and not note:
        stop("查到失信记录或者重复支持的，请说明情况。")
    refuse_if(_why_not_day("查询", queried_on, application, at))

    file = desk_file.keep(application, DeskFile.Kind.CREDIT, paper, by=by, at=at)
    row = CreditCheck.objects.create(
        application=application,
        stage=stage,
        source=source,
        queried_on=queried_on,
        result=result,
        note=note,
        file=file,
        checked_by=take_duty(application, standing, at),
        checked_at=at,
    )
    detail = {"credit_check": row.pk, "stage": stage, "source": source, "result": result, **desk_file.told(file)}
    said = f"{source}：{row.get_result_display()}"
    changed(application)
    history.record(application, "credit_check", by=by, at=at, duty=standing.duty, note=said, detail=detail)
    return row


@transaction.atomic
def record_site_visit(
    application: Application,
    *,
    visited_on: date,
    place: str,
    officer: User,
    companion: User,
    met_with: str,
    findings: str,
    conclusion: str,
    paper: Paper | None = None,
    by: User,
    at: datetime,
) -> SiteVisit:
    """Record what two officers of the authority saw at a place on a day. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_inquire(application, standing))
    if not (place.strip() and met_with.strip() and findings.strip()):
        stop("请填写核查地点、申报单位在场人员和核查情况。")
    refuse_if(_why_not_day("核查", visited_on, application, at))
    refuse_if(_why_not_visitors(application, officer, companion))

    file = desk_file.keep(application, DeskFile.Kind.SITE, paper, by=by, at=at)
    row = SiteVisit.objects.create(
        application=application,
        visited_on=visited_on,
        place=place.strip(),
        officer=officer,
        companion=companion,
        met_with=met_with.strip(),
        findings=findings.strip(),
        conclusion=conclusion,
        file=file,
        recorded_by=take_duty(application, standing, at),
        recorded_at=at,
    )
    detail = {
        "site_visit": row.pk,
        "officers": [officer.pk, companion.pk],
        "conclusion": conclusion,
        **desk_file.told(file),
    }
    said = f"{row.place}：{row.get_conclusion_display()}"
    changed(application)
    history.record(application, "site_visit", by=by, at=at, duty=standing.duty, note=said, detail=detail)
    return row


def _why_not_day(what: str, day: date, application: Application, at: datetime) -> str:
    """Refuse a day that is still to come, or on which there was no claim to inquire about."""
    if day > timezone.localdate(at):
        return f"{what}日期不能晚于今天。"
    if application.submitted_at and day < timezone.localdate(application.submitted_at):
        return f"{what}日期不能早于提交申报的日期（{timezone.localdate(application.submitted_at):%Y年%-m月%-d日}）。"
    return ""


def _why_not_visitors(application: Application, officer: User, companion: User) -> str:
    """Two different officers of the authority go, neither of whom acts for the applicant."""
    if officer == companion:
        return "现场核查须由两名不同的人员进行。"
    both = [officer.pk, companion.pk]
    posted = Posting.objects.current().filter(authority=application.authority_id, user__in=both)
    if posted.exclude(duty__in=WITHOUT_A_DESK).values("user").distinct().count() != len(both):
        return "现场核查人员须为本单位的在岗人员。"
    if Membership.objects.filter(applicant=application.applicant_id, user__in=both).exists():
        return "核查人员是申报单位的成员，应当回避。"
    return ""
