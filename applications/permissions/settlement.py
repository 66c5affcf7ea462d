"""Who may say what happens where a pool is short, and when: the choice, carrying over, settling a round."""

from applications.models import Duty, Pool, PoolWait, Settlement, User
from applications.permissions.base import posted_as


def why_not_pool_desk(pool: Pool, user: User) -> str:
    """Pools are the policy manager's, at the own authority."""
    posting = posted_as(user, Duty.POLICY)
    if posting is None or posting.authority_id != pool.policy.authority_id:
        return "只有本单位的政策管理岗位可以办理此事项。"
    return ""


def why_not_change_method(*, waiting: int, settlements: int) -> str:
    """What happens to cases that wait, or were settled, is not changed behind their backs."""
    if waiting:
        return f"有{waiting}件申报件正在等待本资金池的资金，办法不能更改；排队的申报件办结或者结转后方可更改。"
    if settlements:
        return "本资金池已经按现行办法作过批次资金结算，办法不能更改。"
    return ""


def why_not_choose_shortfall(pool: Pool, user: User, *, waiting: int, settlements: int) -> str:
    """The policy manager chooses while nobody waits and nothing is settled."""
    return why_not_pool_desk(pool, user) or why_not_change_method(waiting=waiting, settlements=settlements)


def why_not_carry(wait: PoolWait, to: Pool, *, pending: bool, clause_in_it: bool) -> str:
    """
    A wait goes on in a later year's pool of the same policy, if it holds the clause (结转).

    `pending` says that a settlement of one of the two pools waits for its second person.
    """
    case = wait.application
    if wait.ended_at is not None:
        return f"{case.number}已经不在排队。"
    if to.policy_id != wait.pool.policy_id or to.year <= wait.pool.year:
        return "只能结转到同一政策以后年度的资金池。"
    if not clause_in_it:
        return f"{to}不包括{case.number}的条款（{case.clause}），请先在该资金池中加入。"
    if wait.settled_fen:
        return f"{case.number}已经结算安排资金，无须结转。"
    if pending:
        return "资金池有一次批次资金结算待确认，确认或撤下后再办。"
    return ""


def why_not_settle(pool: Pool, user: User, *, obstacles: int) -> str:
    """A round is settled by the policy manager once nothing stands in the way (`obstacles`, listed on the page)."""
    if reason := why_not_pool_desk(pool, user):
        return reason
    return f"还有{obstacles}项未办结的事项，见下列清单。" if obstacles else ""


def why_not_end_settlement(settlement: Settlement, user: User) -> str:
    """What was made is confirmed or dropped once, by the policy desk."""
    if reason := why_not_pool_desk(settlement.pool, user):
        return reason
    if settlement.confirmed_at or settlement.dropped_at:
        return "该批次资金结算已经确认或已被撤下。"
    return ""


def why_not_confirm_settlement(settlement: Settlement, user: User) -> str:
    """The second person confirms."""
    if reason := why_not_end_settlement(settlement, user):
        return reason
    if settlement.made_by_id == user.pk:
        return "须由另一名政策管理人员确认。"
    return ""
