"""Who may do what about limits: explain a delay, and nothing else on a late step before that."""

from datetime import date

from applications.models import Clock, Duty, Status
from applications.permissions.base import Standing, why_not_officer
from applications.workflow import LENGTHS, TURN

# Steps that an office can be late with: a correction is the applicant's, and 公示 only ripens.
OFFICE_STEPS = frozenset(LENGTHS) - {Status.CORRECTING}


def is_late(clock: Clock | None, today: date) -> bool:
    """Return whether an office has let the last day of a step pass. A clock that rests or is 待定 is not late."""
    return clock is not None and clock.step in OFFICE_STEPS and clock.due_on is not None and clock.due_on < today


def why_not_late(clock: Clock | None, today: date) -> str:
    """Return why no officer may end this step: late, and nobody has said why (优化营商环境条例第三十六条)."""
    if clock is None or clock.due_on is None or not is_late(clock, today) or clock.late_reason:
        return ""
    return f"本环节已于{clock.due_on:%Y年%-m月%-d日}到期，请先作超期说明，再办理。"


def duties_of_step(step: str) -> list[Duty]:
    """Return the duties that have an act in a step, in the order of the posts: 法制审核 comes before an approval."""
    beside = {Status.PROPOSED: Duty.LEGAL}.get(Status(step))
    return [duty for duty in Duty if Status(step) in TURN.get(duty, ()) or duty == beside]


def why_not_explain_delay(standing: Standing, clock: Clock | None, today: date) -> str:
    """An officer whose turn the step is says once why it is late."""
    if clock is None or not is_late(clock, today):
        return "本件当前环节没有超期，不需要说明。"
    if reason := why_not_officer(clock.application, standing, *duties_of_step(clock.step)):
        return reason
    if clock.late_reason:
        return "本环节已经作过超期说明。"
    return ""
