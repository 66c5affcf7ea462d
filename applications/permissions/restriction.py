"""Who may restrict a body, and lift what was imposed."""

from applications.models import Duty, Restriction, User
from applications.permissions.base import posted_as


def why_not_restrict(user: User, authority_id: int) -> str:
    """限制申报 is imposed and lifted by the inspector of the own authority."""
    posting = posted_as(user, Duty.INSPECT)
    if posting is None or posting.authority_id != authority_id:
        return "只有本单位的稽核岗位可以办理此事项。"
    return ""


def why_not_lift(restriction: Restriction, user: User) -> str:
    """A restriction is lifted once."""
    if reason := why_not_restrict(user, restriction.authority_id):
        return reason
    return "本项限制已经解除。" if restriction.lifted_at else ""
