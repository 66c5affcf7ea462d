"""What the intake desk may do, and who may ask for a correction."""

from collections.abc import Sequence
from datetime import date

from applications.models import Application, Duty, Promise
from applications.permissions.base import Standing, why_not_duty
from applications.promises import named


def why_not_accept(application: Application, standing: Standing, promises: Sequence[Promise] = ()) -> str:
    """Intake takes what was handed in whole; what waits for a promised paper has an act of its own."""
    if reason := why_not_duty("accept", application, standing):
        return reason
    if promises:
        return f"本件有承诺补交的材料：{named(promises)}。请容缺受理，或者告知补正。"
    return ""


def why_not_accept_with_promises(
    application: Application, standing: Standing, promises: Sequence[Promise], *, today: date, leeway: str
) -> str:
    """Intake takes in a claim whose secondary papers are promised, unless the applicant cannot be trusted with it."""
    if reason := why_not_duty("accept_with_promises", application, standing):
        return reason
    if not promises:
        return "本件没有承诺补交的材料，请直接受理。"
    if late := [row for row in promises if row.due_on < today]:
        return f"承诺补交日期已过：{named(late)}。请告知补正。"
    return leeway


def why_not_decline(application: Application, standing: Standing) -> str:
    """Intake refuses what it has not accepted yet."""
    return why_not_duty("decline", application, standing)


def why_not_correct(application: Application, standing: Standing, *, corrections: int) -> str:
    """
    All defects are asked for at once (行政许可法第三十二条参照).

    A second list is left to what the answer to the first has newly brought, which the action proves item by item; a
    third is never asked for.
    """
    if reason := why_not_duty("correct", application, standing):
        return reason
    if application.status == "verifying" and standing.duty == Duty.INTAKE:
        return "本件已受理，核验阶段的补正由核验岗位提出。"
    if application.status == "submitted" and standing.duty == Duty.VERIFY:
        return "本件尚未受理，由受理岗位提出补正。"
    if corrections > 1:
        return "本件已经两次告知补正事项，不得第三次要求补正。"
    return ""


def why_not_close(application: Application, standing: Standing) -> str:
    """Intake files what was fully paid."""
    return why_not_duty("close", application, standing)
