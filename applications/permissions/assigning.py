"""Who may hand a case to whom."""

from applications.models import Application, Duty, Posting
from applications.permissions.base import Standing
from applications.workflow import TURN

# The desks whose cases are handed out; money is paid in batches and not by case officers.
ASSIGNING = (Duty.INTAKE, Duty.VERIFY, Duty.APPROVE)


def duty_in_turn(status: str) -> str:
    """Return the duty of the desk whose turn a status is, "" where no case officer's turn it is."""
    return next((duty for duty in ASSIGNING if status in TURN[duty]), "")


def why_not_assign(application: Application, standing: Standing) -> str:
    """A case is handed out among the officers of the desk whose turn it is, by one of them."""
    duty = duty_in_turn(application.status)
    if not duty:
        return f"本件目前为“{application.get_status_display()}”，无须分办。"
    if standing.duty != duty:
        return f"本件正由{Duty(duty).label}岗位办理，由该岗位人员分办。"
    return ""


def why_not_assignee(application: Application, posting: Posting | None, *, member: bool, held: str) -> str:
    """The one who takes a case is posted to that desk today, no member of the applicant, without another duty on it."""
    duty = duty_in_turn(application.status)
    if posting is None or posting.duty != duty or posting.authority_id != application.authority_id:
        return f"承办人须为本单位在岗的{Duty(duty).label}人员。"
    if member:
        return f"{posting.user}是申报单位的成员，应当回避。"
    if held and held != duty:
        return f"{posting.user}已在本件担任{Duty(held).label}，不能承办。"
    return ""
