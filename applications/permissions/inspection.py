"""Who may draw a sample, look at an award again, and answer for the body."""

from datetime import date

from applications.models import Application, Campaign, Duty, Inspection, InspectionDemand, Posting, User
from applications.permissions.base import COUNTER, Standing, posted_as, why_not_officer

S = Inspection.State


def why_not_campaign(user: User, authority_id: int) -> str:
    """年度复核 is organised by the inspectors of the own authority."""
    posting = posted_as(user, Duty.INSPECT)
    if posting is None or posting.authority_id != authority_id:
        return "只有本单位的稽核岗位可以办理此事项。"
    return ""


def why_not_start(campaign: Campaign, user: User) -> str:
    """A campaign is started once."""
    if reason := why_not_campaign(user, campaign.authority_id):
        return reason
    if campaign.state != Campaign.State.DRAFT:
        return f"本次复核{campaign.get_state_display()}，不能启动。"
    return ""


def why_not_drop_campaign(campaign: Campaign, user: User) -> str:
    """What was drawn and not started can be given up; it stays in the list with the reason."""
    if reason := why_not_campaign(user, campaign.authority_id):
        return reason
    return "" if campaign.state == Campaign.State.DRAFT else "已经启动的复核不能作废，须逐件作出结论后结束。"


def why_not_close_campaign(campaign: Campaign, user: User, *, left: int) -> str:
    """A campaign is closed when every task of it is ended."""
    if reason := why_not_campaign(user, campaign.authority_id):
        return reason
    if campaign.state != Campaign.State.RUNNING:
        return f"本次复核{campaign.get_state_display()}，不能结束。"
    return f"还有{left}件复核任务未办结，全部办结后方可结束。" if left else ""


def why_not_inspect(application: Application, standing: Standing) -> str:
    """Whoever accepted, verified, approved or paid a case does not look at it again."""
    return why_not_officer(application, standing, Duty.INSPECT)


def why_not_hand_out(inspection: Inspection, application: Application, standing: Standing) -> str:
    """
    A task is handed out by an inspector of the authority.

    One who dealt with the case in another duty may hand it to a colleague, and does not look at it.
    """
    if standing.duty != Duty.INSPECT:
        return "只有本单位的稽核岗位可以分派复核任务。"
    if inspection.state == S.ENDED:
        return "本复核任务已经办结。"
    return ""


def why_not_inspector(application: Application, posting: Posting | None, *, member: bool, held: str) -> str:
    """Who takes a task is an inspector of the authority, no member of the body, without another duty on its case."""
    if posting is None or posting.duty != Duty.INSPECT or posting.authority_id != application.authority_id:
        return "复核人须为本单位在岗的稽核人员。"
    if member:
        return f"{posting.user}是申报单位的成员，应当回避。"
    if held and held != Duty.INSPECT:
        return f"{posting.user}已在本件担任{Duty(held).label}，不能复核本件。"
    return ""


def _has_passed(demand: InspectionDemand, today: date) -> bool:
    """Whether the day to answer has passed; a day that is 待定 has not."""
    return demand.due_on is not None and demand.due_on < today


def _until(demand: InspectionDemand) -> str:
    return f"至{demand.due_on:%Y年%-m月%-d日}" if demand.due_on else "待定"


def _why_not_mine(inspection: Inspection, application: Application, standing: Standing) -> str:
    """Only the officer of a task acts on it."""
    if reason := why_not_inspect(application, standing):
        return reason
    if inspection.state == S.ENDED:
        return "本复核任务已经办结。"
    if inspection.officer_id != standing.user.pk:
        return "请由本任务的复核人办理。" if inspection.officer_id else "本任务尚未分派，请先分派复核人。"
    return ""


def why_not_ask(
    inspection: Inspection,
    application: Application,
    standing: Standing,
    *,
    demand: InspectionDemand | None,
    today: date,
) -> str:
    """The applicant is asked for one list at a time; one left unanswered past its day gives way to the next."""
    if reason := _why_not_mine(inspection, application, standing):
        return reason
    if inspection.state == S.ASKED and demand is not None and not _has_passed(demand, today):
        return "已发出的通知尚未答复，答复后或期限届满后方可再次通知。"
    if inspection.state == S.RECTIFYING:
        return "本任务正在整改，不能另行要求提供材料。"
    return ""


def why_not_look(inspection: Inspection, application: Application, standing: Standing) -> str:
    """Questions are looked at until a conclusion stands."""
    if reason := _why_not_mine(inspection, application, standing):
        return reason
    return "本任务已作出整改结论，复核事项不能再修改。" if inspection.state == S.RECTIFYING else ""


def why_not_conclude(
    inspection: Inspection,
    application: Application,
    standing: Standing,
    *,
    result: str,
    demand: InspectionDemand | None,
    today: date,
) -> str:
    """
    Conclude once; not against the applicant while its time to answer still runs.

    `demand` is what the applicant has not answered yet.
    """
    if reason := why_not_look(inspection, application, standing):
        return reason
    adverse = result != Inspection.Result.QUALIFIED
    if adverse and demand is not None and not _has_passed(demand, today):
        return f"申报单位的答复期限（{_until(demand)}）尚未届满，不能作出不利结论。"
    return ""


def why_not_rectified(inspection: Inspection, application: Application, standing: Standing) -> str:
    """What had to be put right is confirmed, or not, by the officer of the task."""
    if reason := _why_not_mine(inspection, application, standing):
        return reason
    return "" if inspection.state == S.RECTIFYING else "本任务没有待确认的整改。"


def why_not_turn(
    inspection: Inspection,
    application: Application,
    standing: Standing,
    *,
    demand: InspectionDemand | None,
    today: date,
) -> str:
    """What was not put right becomes a finding, not before the day that was given has passed or was answered."""
    if reason := why_not_rectified(inspection, application, standing):
        return reason
    if demand is not None and not _has_passed(demand, today):
        return f"整改期限（{_until(demand)}）尚未届满。"
    return ""


def why_not_reply(demand: InspectionDemand | None, standing: Standing) -> str:
    """Members answer what is open; the counter files claims and answers no review."""
    if not standing.is_member or standing.role == COUNTER:
        return "只有申报单位的成员可以办理此事项。"
    if demand is None or demand.answered_at or demand.ended_at:
        return "目前没有需要答复的事项。"
    return ""
