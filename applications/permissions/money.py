"""What the finance officers may do."""

from applications.models import Application, Duty, User
from applications.permissions.base import Standing, posted_as, why_not_officer


def why_not_record_payment(application: Application, standing: Standing, restricted: str = "") -> str:
    """The first finance officer records payments of granted cases, unless payment to the body is suspended."""
    if reason := why_not_officer(application, standing, Duty.PAY):
        return reason
    if application.status != "granted":
        return f"本件目前为“{application.get_status_display()}”，不能登记拨付。"
    if restricted:
        return f"不能登记拨付：{restricted}"
    return ""


def why_not_review_payment(application: Application, standing: Standing) -> str:
    """Confirming or rejecting a recorded payment is the second finance officer's act."""
    return why_not_officer(application, standing, Duty.COUNTERSIGN)


def why_not_arrange_funds(user: User, authority_id: int) -> str:
    """A table of funds is given out by the finance officers of the authority."""
    posting = posted_as(user, Duty.PAY, Duty.COUNTERSIGN)
    if posting is None or posting.authority_id != authority_id:
        return "只有本单位的财政岗位可以办理此事项。"
    return ""
