"""Setting a signal of risk aside: an officer says why it does not matter here. The signal stays to be read."""

from datetime import datetime

from django.db import transaction

from applications import history, permissions, risk
from applications.actions.shared import changed, lock, refuse_if, stop, take_duty
from applications.models import RiskSignal, User


@transaction.atomic
def set_aside(signal: RiskSignal, *, reason: str, by: User, at: datetime) -> RiskSignal:
    """Set one signal aside with a reason; it counts no more in the order of lists. Raises ActionRefused."""
    application, standing = lock(signal.application, by)
    signal = RiskSignal.objects.select_for_update().get(pk=signal.pk)
    refuse_if(permissions.why_not_set_aside(application, standing, signal))
    if not reason.strip():
        stop("请写明不采纳的理由。")
    signal.cleared_by, signal.cleared_at = take_duty(application, standing, at), at
    signal.cleared_reason = reason.strip()[:500]
    signal.save(update_fields=["cleared_by", "cleared_at", "cleared_reason"])
    risk.count_again(application, at)
    changed(application)
    label = risk.KINDS[signal.kind].label if signal.kind in risk.KINDS else signal.kind
    detail = {"signal": signal.pk, "kind": signal.kind, "text": signal.text}
    note = f"{label}：{signal.cleared_reason}"[:500]
    history.record(application, "set_aside_signal", by=by, at=at, duty=standing.duty, note=note, detail=detail)
    return signal
