"""What the approver may do."""

from datetime import date

from applications.models import Application, PublicNotice
from applications.permissions.base import Standing, why_not_duty


def why_not_return(application: Application, standing: Standing) -> str:
    """The approver sends back what was proposed."""
    return why_not_duty("return_", application, standing)


def why_not_endorse(application: Application, standing: Standing) -> str:
    """The approver agrees to what was proposed."""
    return why_not_duty("endorse", application, standing)


def why_not_refuse(application: Application, standing: Standing) -> str:
    """The approver refuses before the grant."""
    return why_not_duty("refuse", application, standing)


def why_not_reopen(application: Application, standing: Standing) -> str:
    """The approver ends a public notice for an objection that was upheld."""
    return why_not_duty("reopen", application, standing)


def why_not_grant(
    application: Application,
    standing: Standing,
    *,
    notice: PublicNotice | None,
    today: date,
    issue_day_needed: bool,
    restricted: str = "",
) -> str:
    """Granting waits for the end of 公示, for an issue day where the text carries none, and for 限制申报 to end."""
    if reason := why_not_duty("grant", application, standing):
        return reason
    if restricted:
        return f"不能批准兑现：{restricted}"
    if issue_day_needed and application.policy.issued_on is None:
        return "本政策的印发日期待定，政策管理岗位录入印发日期及依据后方可批准。"
    if notice is None:
        return "本件没有公示记录，不能批准。"
    if notice.days == 0:
        return ""
    if notice.closes_on is None:
        return "公示截止日待定（缺少相应年度的工作日安排），不能批准。"
    if today <= notice.closes_on:
        return f"公示期至{notice.closes_on:%Y年%-m月%-d日}止，期满后方可批准。"
    return ""
