"""What officers do with signals of risk: set one aside with a reason, or register what stands as a doubt."""

from datetime import datetime

from django.db import transaction

from applications import history, permissions, risk
from applications.actions import findings
from applications.actions.shared import changed, lock, refuse_if, stop, take_duty
from applications.models import Application, Finding, RiskSignal, User

LONGEST = 3000  # of a doubt


@transaction.atomic
def register(application: Application, *, note: str = "", by: User, at: datetime) -> Finding:
    """
    Register the signals that count as one doubt about the case. Raises ActionRefused.

    The same signals are not registered twice while the first doubt is open.
    """
    application, standing = lock(application, by)
    rows = RiskSignal.objects.counting().filter(application=application).order_by("-points", "pk")
    refuse_if(permissions.why_not_register_signals(standing, found=rows.exists()))
    said = [f"{_label(row.kind)}：{row.text}" for row in rows]
    text = "；".join([*said, note.strip()] if note.strip() else said)[:LONGEST]
    return findings.register(
        application.authority,
        source=Finding.Source.SIGNAL,
        body=application.applicant.name,
        text=text,
        application=application,
        by=by,
        at=at,
    )


def _label(kind: str) -> str:
    return risk.KINDS[kind].label if kind in risk.KINDS else kind


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
    detail = {"signal": signal.pk, "kind": signal.kind, "text": signal.text}
    note = f"{_label(signal.kind)}：{signal.cleared_reason}"[:500]
    history.record(application, "set_aside_signal", by=by, at=at, duty=standing.duty, note=note, detail=detail)
    return signal
