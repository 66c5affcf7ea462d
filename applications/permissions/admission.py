"""逾期准入: intake asks, the approver decides."""

from applications.models import Duty, LateAdmission, User
from applications.permissions.base import posted_as


def why_not_ask_admission(user: User, authority_id: int) -> str:
    """A late file is proposed by the intake desk of the authority."""
    posting = posted_as(user, Duty.INTAKE)
    if posting is None or posting.authority_id != authority_id:
        return "只有本单位的受理岗位可以提出逾期准入。"
    return ""


def why_not_decide_admission(admission: LateAdmission, user: User) -> str:
    """A second person, the approver, decides once."""
    posting = posted_as(user, Duty.APPROVE)
    if posting is None or posting.authority_id != admission.authority_id:
        return "只有本单位的审批岗位可以决定逾期准入。"
    if admission.asked_by_id == user.pk:
        return "逾期准入须由提出人以外的人决定。"
    if admission.admitted is not None:
        return "本项逾期准入已经作出决定。"
    return ""
