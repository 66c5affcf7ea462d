"""What the verifier may do."""

from collections.abc import Iterable, Sequence

from applications.models import Application, Duty, Promise
from applications.permissions.base import Standing, why_not_duty, why_not_officer
from applications.promises import named


def why_not_check(application: Application, standing: Standing) -> str:
    """Facts are checked by the verifier, between acceptance and proposal."""
    if reason := why_not_officer(application, standing, Duty.VERIFY):
        return reason
    if application.status != "verifying":
        return f"本件目前为“{application.get_status_display()}”，不能核验。"
    return ""


def why_not_decide_reading(application: Application, standing: Standing) -> str:
    """Points of interpretation on a case are decided by the verifier, between acceptance and proposal."""
    if reason := why_not_officer(application, standing, Duty.VERIFY):
        return reason
    if application.status != "verifying":
        return f"本件目前为“{application.get_status_display()}”，不能认定个案口径。"
    return ""


def why_not_propose(
    application: Application,
    standing: Standing,
    unchecked: Iterable[str],
    undecided: Iterable[str] = (),
    missing: Iterable[str] = (),
    promises: Sequence[Promise] = (),
) -> str:
    """
    A sum is proposed when every fact the clause is judged on has been checked, every question without a usual answer
    is decided (`undecided`), what the authority demands is done (`missing`, see `missing_inquiries`), and every
    promised paper is in.
    """
    if reason := why_not_duty("propose", application, standing):
        return reason
    if promises:
        return f"承诺补交的材料尚未收到：{named(promises)}。"
    if unchecked := list(unchecked):
        return f"尚有未核验的事项：{'、'.join(unchecked)}。"
    if undecided := list(undecided):
        return f"尚有未认定的个案口径：{'；'.join(undecided)}"
    if missing := list(missing):
        return f"本条款的办理要求尚未完成：{'、'.join(missing)}。"
    return ""
