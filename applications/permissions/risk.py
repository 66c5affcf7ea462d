"""Who sees signals of risk, and who may set one aside."""

from applications.models import Application, Duty, RiskSignal, Status
from applications.permissions.base import COUNTER, Standing, why_not_officer

SEE_RISKS = frozenset({Duty.VERIFY, Duty.APPROVE, Duty.INSPECT, Duty.AUDIT})
SET_ASIDE = (Duty.VERIFY, Duty.APPROVE, Duty.INSPECT)  # an auditor only reads


def why_not_set_aside(application: Application, standing: Standing, signal: RiskSignal) -> str:
    """A signal is set aside once, while it stands, by an officer who examines, approves or inspects the case."""
    if reason := why_not_officer(application, standing, *SET_ASIDE):
        return reason
    if application.status == Status.DRAFT:
        return "本件尚未提交。"
    if signal.gone_at:
        return "该提示已不再出现，不必处理。"
    if signal.cleared_at:
        return "该提示已经处理过了。"
    return ""


def why_not_register_signals(standing: Standing, *, found: bool) -> str:
    """Signals become a doubt by whoever sees them, save who stands on the applicant's side."""
    if standing.duty not in SEE_RISKS:
        return "只有核验、审批、稽核、审计岗位可以办理此事项。"
    if standing.is_member or standing.role == COUNTER:
        return "您与申报单位有关联，应当回避。"
    return "" if found else "本件没有待核对的提示。"
