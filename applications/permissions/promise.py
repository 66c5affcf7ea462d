"""Papers that come later: who may promise one, and who may hand it in while the case is examined."""

from datetime import date

import rules
from applications.models import Application, Promise
from applications.permissions.base import Standing, why_not_member
from applications.permissions.filing import why_not_edit


def why_not_promise(
    application: Application, standing: Standing, slot: "rules.Slot", *, filled: bool, asked: bool, leeway: str
) -> str:
    """
    Only a secondary paper that is demanded and not here may be promised, and not by whom the authority cannot trust.

    `asked` says that the open correction names this slot: what was asked for is handed in, not promised.
    """
    if reason := why_not_edit(application, standing):
        return reason
    if application.accepted_at:
        return "本件已经受理，不能再承诺补交材料，承诺的日期也不能变更。"
    if not slot.secondary:
        return f"{slot.label}不属于可以容缺的次要材料，须在提交前上传。"
    if not slot.required:
        return f"{slot.label}为可选材料，无须承诺。"
    if filled:
        return f"{slot.label}已经上传，无须承诺。"
    if asked:
        return f"{slot.label}已列入补正事项，请直接上传。"
    return leeway


def why_not_attach(application: Application, standing: Standing, promise: Promise | None, today: date) -> str:
    """
    A file comes while the applicant holds the pen, or while the case is examined on a promise of this very paper.

    `promise` is the open promise of the slot that the case was taken in on.
    """
    if promise is None:
        return why_not_edit(application, standing)
    if reason := why_not_member(application, standing):
        return reason
    if application.status not in ("verifying", "correcting"):
        return f"本件目前为“{application.get_status_display()}”，不能补交材料。"
    if today > promise.due_on:
        return f"{promise.label}的承诺补交日期（{promise.due_on:%Y年%-m月%-d日}）已过，不能补交。"
    return ""
