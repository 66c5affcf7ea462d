"""What the intake desk may do, and who may ask for a correction."""

from applications.models import Application, Duty
from applications.permissions.base import Standing, why_not_duty


def why_not_accept(application: Application, standing: Standing) -> str:
    """Intake takes what was handed in."""
    return why_not_duty("accept", application, standing)


def why_not_decline(application: Application, standing: Standing) -> str:
    """Intake refuses what it has not accepted yet."""
    return why_not_duty("decline", application, standing)


def why_not_correct(application: Application, standing: Standing, *, corrections: int) -> str:
    """All defects are asked for at once; a second request is refused (行政许可法第三十二条参照)."""
    if reason := why_not_duty("correct", application, standing):
        return reason
    if application.status == "verifying" and standing.duty == Duty.INTAKE:
        return "本件已受理，核验阶段的补正由核验岗位提出。"
    if application.status == "submitted" and standing.duty == Duty.VERIFY:
        return "本件尚未受理，由受理岗位提出补正。"
    if corrections:
        return "本件已经一次性告知过补正事项，不得再次要求补正。"
    return ""


def why_not_close(application: Application, standing: Standing) -> str:
    """Intake files what was fully paid."""
    return why_not_duty("close", application, standing)
