"""What the approver may do."""

from datetime import date

from applications.approving import Agreement
from applications.models import Application, Duty, PublicNotice
from applications.permissions.base import Standing, why_not_duty, why_not_officer
from applications.pools import Share


def why_not_return(application: Application, standing: Standing) -> str:
    """The approver sends back what was proposed."""
    return why_not_duty("return_", application, standing)


def why_not_endorse(
    application: Application, standing: Standing, *, agreement: Agreement, agreed: bool, share: Share | None = None
) -> str:
    """
    The approver agrees to a proposal once; the last approval waits for 法制审核 where the band asks for it.

    One that is agreed to and waits for money is put before the public as soon as its pool (`share`) has room for it.
    """
    if reason := why_not_duty("endorse", application, standing):
        return reason
    if share and share.waiting and agreement.complete and application.proposed_fen is not None:
        return share.offer(application.proposed_fen)[1]
    if agreed:
        return f"您已同意本次核定意见（{agreement}），等待其他审批人员。"
    if agreement.had + 1 >= agreement.needed and agreement.legal_needed and not agreement.legal_had:
        return "本件金额须经法制审核，审核通过后方可作出最后一项审批。"
    return ""


def why_not_review_legally(application: Application, standing: Standing, *, agreement: Agreement) -> str:
    """法制审核 looks at a proposal that waits for approval, once."""
    if reason := why_not_officer(application, standing, Duty.LEGAL):
        return reason
    if application.status != "proposed":
        return f"本件目前为“{application.get_status_display()}”，不能法制审核。"
    return "本次核定意见已通过法制审核。" if agreement.legal_had else ""


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
    held: str = "",
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
    if held:
        return held
    if notice.days == 0:
        return ""
    if notice.closes_on is None:
        return "公示截止日待定（缺少相应年度的工作日安排），不能批准。"
    if today <= notice.closes_on:
        return f"公示期至{notice.closes_on:%Y年%-m月%-d日}止，期满后方可批准。"
    return ""
