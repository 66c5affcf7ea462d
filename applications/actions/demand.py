"""The policy desk: what has to be found out under a clause before a sum may be proposed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from applications import history, permissions
from applications.actions.joint_review import FEWEST_UNITS, UNIT_LENGTH
from applications.actions.shared import refuse_if, stop
from applications.models import Authority, Clause, ClauseDemand, User

KINDS = ("credit_check", "site_visit", "expert_opinion", "joint_review")
LONGEST_UNITS = 300


@transaction.atomic
def set_demand(
    clause: Clause,
    *,
    credit_check: bool,
    site_visit: bool,
    expert_opinion: bool,
    joint_review: bool,
    joint_units: Sequence[str],
    source: str,
    by: User,
    at: datetime,
) -> ClauseDemand:
    """
    Enter what a clause demands, and the paper that says so; what was demanded before stays in the history.

    It counts at once, also for cases under way: whatever is not proposed yet has to meet it. Raises ActionRefused.
    """
    authority_id = clause.policy.authority_id
    refuse_if(permissions.why_not_manage_policy(by, authority_id))
    authority = Authority.objects.select_for_update().get(pk=authority_id)
    units = list(dict.fromkeys(unit.strip() for unit in joint_units if unit.strip())) if joint_review else []
    if not clause.monetary:
        stop("本条款不涉及资金申报。")
    if joint_review and len(units) < FEWEST_UNITS:
        stop("要求会审的，请至少填写两个会审单位。")
    if any(len(unit) > UNIT_LENGTH for unit in units) or len("、".join(units)) > LONGEST_UNITS:
        stop(f"单位名称不超过{UNIT_LENGTH}个字，全部单位不超过{LONGEST_UNITS}个字。")
    if not source.strip():
        stop("请填写依据文件。")

    values = {
        "credit_check": credit_check,
        "site_visit": site_visit,
        "expert_opinion": expert_opinion,
        "joint_review": joint_review,
        "joint_units": "、".join(units),
    }
    row = ClauseDemand.objects.filter(clause=clause).first() or ClauseDemand(clause=clause)
    before = {name: getattr(row, name) for name in values}
    if row.pk and before == values:
        stop("与现行要求相同，无须更改。")
    for name, value in values.items():
        setattr(row, name, value)
    row.entered_by, row.entered_at = by, at
    row.save()
    detail = {"policy": clause.policy.code, "clause": clause.code, "before": before, "after": values}
    history.record_for_authority(authority, "set_demand", by=by, at=at, note=source.strip(), detail=detail)
    return row
