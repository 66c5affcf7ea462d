"""窗口代办: who may file for an applicant at the counter."""

from applications.models import Application, Duty, User
from applications.permissions.base import COUNTER, Standing, posted_as
from applications.permissions.filing import why_not_edit


def why_not_file_for(user: User, authority_id: int, *, is_member: bool) -> str:
    """An intake officer of the authority files for others, never for a body of the own."""
    posting = posted_as(user, Duty.INTAKE)
    if posting is None or posting.authority_id != authority_id:
        return "只有本单位的受理岗位可以窗口代办。"
    return "您是申报单位的成员，不能在窗口代办本单位的申报。" if is_member else ""


def why_not_counter(application: Application, standing: Standing) -> str:
    """Only the officer who took the mandate adds to it, while the claim can still be changed."""
    if standing.role != COUNTER:
        return "只有代办本件的受理人员可以办理此事项。"
    return why_not_edit(application, standing)
