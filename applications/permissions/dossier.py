"""Who may take a case home as a dossier."""

from applications.models import Duty
from applications.permissions.base import Standing

# Oversight reads every case of its authority; an officer of the case has seen all of it anyway.
DOSSIER_DUTIES = frozenset({Duty.AUDIT, Duty.INSPECT, Duty.LEGAL})


def why_not_dossier(standing: Standing) -> str:
    """Oversight and whoever dealt with the case, as long as they are posted here and not on the applicant's side."""
    if not standing.duty or (standing.duty not in DOSSIER_DUTIES and not standing.held):
        return "只有审计、稽核、法制审核岗位和本件的经办人员可以调取卷宗。"
    return "您是申报单位的成员，应当回避。" if standing.is_member else ""
