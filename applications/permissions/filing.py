"""What the applicant may do: fill, confirm, hand in, take back."""

from collections.abc import Iterable

from applications.models import Application, Membership
from applications.permissions.base import COUNTER, Standing, why_not_member, why_not_status
from applications.workflow import EDITABLE


def why_not_edit(application: Application, standing: Standing) -> str:
    """Facts and evidence change only while the applicant holds the pen: as a draft or in a correction."""
    if reason := why_not_member(application, standing):
        return reason
    if application.status not in EDITABLE:
        return f"本件目前为“{application.get_status_display()}”，内容已锁定，不能修改。"
    return ""


def why_not_confirm(application: Application, standing: Standing, missing: Iterable[str]) -> str:
    """Only the 法定代表人 confirms, and only what is complete."""
    if reason := why_not_edit(application, standing):
        return reason
    if standing.role == COUNTER:
        return "窗口代办的申报以授权委托书代替法定代表人登录确认。"
    if standing.role != Membership.Role.LEGAL:
        return "须由法定代表人登录后确认。"
    if application.confirmed_at:
        return "法定代表人已经确认。"
    if missing := list(missing):
        return f"请先补齐：{'、'.join(missing)}。"
    return ""


def why_not_submit(
    application: Application,
    standing: Standing,
    missing: Iterable[str],
    *,
    is_open: bool,
    restricted: str = "",
    mandated: bool = False,
) -> str:
    """
    Handing in needs a complete and confirmed claim inside an open round; a correction needs no round.

    `restricted` stops a new claim only: who was asked to correct may answer, and the grant asks again. At the counter
    the mandate with its file stands for the confirmation (`mandated`); it does so for the officer alone.
    """
    verb = "resubmit" if application.status == "correcting" else "submit"
    if reason := why_not_member(application, standing) or why_not_status(verb, application):
        return reason
    if application.status == "draft" and not is_open:
        return "本条款当前没有开放的申报批次。"
    if application.status == "draft" and restricted:
        return f"不能提交：{restricted}"
    if missing := list(missing):
        return f"请先补齐：{'、'.join(missing)}。"
    if standing.role == COUNTER:
        return "" if mandated else "请先上传授权委托书，再提交。"
    if not application.confirmed_at:
        return "请先由法定代表人登录确认，再提交。"
    return ""


def why_not_withdraw(application: Application, standing: Standing) -> str:
    """Until the grant the applicant may take the claim back."""
    return why_not_member(application, standing) or why_not_status("withdraw", application)
