"""What the policy desk may do."""

from applications.models import Duty, User
from applications.permissions.base import posted_as


def why_not_manage_policy(user: User, authority_id: int) -> str:
    """Issue days, readings, rounds, pools and earlier awards are the policy manager's, at the own authority."""
    posting = posted_as(user, Duty.POLICY)
    if posting is None or posting.authority_id != authority_id:
        return "只有本单位的政策管理岗位可以办理此事项。"
    return ""
