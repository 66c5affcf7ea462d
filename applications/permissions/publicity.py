"""Who may object, and who deals with it."""

from datetime import date

from applications.models import Application, Duty, Objection, PublicNotice
from applications.permissions.base import Standing, why_not_officer


def why_not_object(notice: PublicNotice, *, today: date) -> str:
    """The public may object until the end of the last day of 公示."""
    if notice.ended_at is not None:
        return "该事项的公示已经结束，不能再提出异议。"
    if notice.days == 0:
        return "该事项不经公示，不能提出异议。"
    if notice.closes_on is not None and today > notice.closes_on:
        return f"公示期已于{notice.closes_on:%Y年%-m月%-d日}届满，不能再提出异议。"
    return ""


def why_not_take_objection(application: Application, standing: Standing, objection: Objection) -> str:
    """稽核 takes an objection on that nobody has."""
    if reason := why_not_officer(application, standing, Duty.INSPECT):
        return reason
    return "该异议已有人承办。" if objection.handler_id else ""


def why_not_rule_on(application: Application, standing: Standing, objection: Objection) -> str:
    """Only who took an objection on says what came of it, once."""
    if reason := why_not_officer(application, standing, Duty.INSPECT):
        return reason
    if objection.handler is None or objection.handler.user_id != standing.user.pk:
        return "请由承办该异议的人员作出结论。"
    return "该异议已经作出结论。" if objection.ruled_at else ""


def why_held(*, waiting: bool, upheld: bool) -> str:
    """Return why a case in public notice cannot be granted because of objections, "" when none holds it."""
    if waiting:
        return "本件有尚未核实完毕的异议，核实完毕前不能批准。"
    if upheld:
        return "本件的异议成立，须重新核验并再次公示，不能批准。"
    return ""
