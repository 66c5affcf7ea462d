"""The policy desk: issue days, readings, rounds, pools, and what was paid before the portal existed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Sum

import rules
from applications import history, permissions
from applications.actions.money import text_limit
from applications.actions.shared import refuse_if, stop
from applications.assessing import reading_specs, version_in_force
from applications.models import (
    Authority,
    Award,
    CarryOver,
    Clause,
    EarlierAward,
    Policy,
    Pool,
    Reading,
    Round,
    User,
)


def _enter(policy_authority: int, by: User) -> Authority:
    """Check the duty and lock the authority, whose chain of history the act is appended to."""
    refuse_if(permissions.why_not_manage_policy(by, policy_authority))
    return Authority.objects.select_for_update().get(pk=policy_authority)


@transaction.atomic
def set_issue_day(policy: Policy, *, issued_on: date, source: str, by: User, at: datetime) -> Policy:
    """
    Enter the day a text was issued and the paper that says so. Raises ActionRefused.

    A slip may be put right until an award rests on the day; both entries stay in the history.
    """
    authority = _enter(policy.authority_id, by)
    policy = Policy.objects.select_for_update().get(pk=policy.pk)
    if policy.issued_on and Award.objects.filter(clause__policy=policy).exists():
        stop("已有奖补决定以现有印发日期为依据，不能更改。")
    if issued_on > at.astimezone().date():
        stop("印发日期不能晚于今天。")
    if not source.strip():
        stop("请填写印发日期的依据。")

    before = policy.issued_on.isoformat() if policy.issued_on else ""
    policy.issued_on, policy.issue_source = issued_on, source.strip()
    policy.issue_entered_by, policy.issue_entered_at = by, at
    policy.save()
    history.record_for_authority(
        authority,
        "set_issue_day",
        by=by,
        at=at,
        note=source,
        detail={"policy": policy.code, "issued_on": str(issued_on), "before": before},
    )
    return policy


@transaction.atomic
def open_round(
    policy: Policy, *, name: str, clause: Clause | None, opens_at: datetime, closes_at: datetime, by: User, at: datetime
) -> Round:
    """Open a filing window for a whole policy or one item. Raises ActionRefused."""
    authority = _enter(policy.authority_id, by)
    if closes_at <= opens_at:
        stop("截止时间须晚于开始时间。")
    row = Round.objects.create(
        policy=policy, clause=clause, name=name, opens_at=opens_at, closes_at=closes_at, created_by=by, created_at=at
    )
    history.record_for_authority(authority, "open_round", by=by, at=at, note=name, detail={"round": row.pk})
    return row


@transaction.atomic
def close_round(row: Round, *, by: User, at: datetime) -> Round:
    """End a running window now; claims already handed in go on. Raises ActionRefused."""
    authority = _enter(row.policy.authority_id, by)
    row = Round.objects.select_for_update().get(pk=row.pk)
    if not row.opens_at < at < row.closes_at:
        stop("该批次当前没有开放。")
    row.closes_at = at
    row.save(update_fields=["closes_at"])
    history.record_for_authority(authority, "close_round", by=by, at=at, note=row.name, detail={"round": row.pk})
    return row


@transaction.atomic
def choose_reading(policy: Policy, *, key: str, choice: str, source: str, by: User, at: datetime) -> Reading:
    """Propose how an ambiguity is read; it counts once a second person confirms. Raises ActionRefused."""
    authority = _enter(policy.authority_id, by)
    spec = next((spec for spec in reading_specs(policy) if spec.id == key), None)
    if spec is None or choice not in spec.options:
        stop("没有这一解释口径。")
    if not source.strip():
        stop("请填写依据文件。")
    if Reading.objects.filter(policy=policy, key=key, confirmed_at=None, replaced_at=None).exists():
        stop("该口径已有一项待确认的意见，请先确认。")
    row = Reading.objects.create(
        policy=policy, key=key, choice=choice, source=source.strip(), decided_by=by, decided_at=at
    )
    detail = {"reading": row.pk, "key": key, "choice": choice}
    history.record_for_authority(authority, "choose_reading", by=by, at=at, note=source, detail=detail)
    return row


@transaction.atomic
def confirm_reading(reading: Reading, *, by: User, at: datetime) -> Reading:
    """Put a proposed reading into force, by another person than proposed it. Raises ActionRefused."""
    authority = _enter(reading.policy.authority_id, by)
    reading = Reading.objects.select_for_update().get(pk=reading.pk)
    if reading.confirmed_at or reading.replaced_at:
        stop("该口径已经确认或已被替代。")
    if reading.decided_by_id == by.pk:
        stop("须由另一名政策管理人员确认。")
    Reading.objects.in_force().filter(policy=reading.policy, key=reading.key).update(replaced_at=at)
    reading.confirmed_by, reading.confirmed_at = by, at
    reading.save(update_fields=["confirmed_by", "confirmed_at"])
    history.record_for_authority(
        authority, "confirm_reading", by=by, at=at, detail={"reading": reading.pk, "key": reading.key}
    )
    return reading


@transaction.atomic
def drop_reading(reading: Reading, *, by: User, at: datetime) -> Reading:
    """Take a proposed reading off the table without putting it into force. Raises ActionRefused."""
    authority = _enter(reading.policy.authority_id, by)
    reading = Reading.objects.select_for_update().get(pk=reading.pk)
    if reading.confirmed_at or reading.replaced_at:
        stop("该口径已经确认或已被替代。")
    reading.replaced_at = at
    reading.save(update_fields=["replaced_at"])
    history.record_for_authority(
        authority, "drop_reading", by=by, at=at, detail={"reading": reading.pk, "key": reading.key}
    )
    return reading


@transaction.atomic
def set_pool(
    policy: Policy,
    *,
    name: str,
    year: int,
    clauses: Iterable[Clause],
    limit_fen: int,
    source: str,
    by: User,
    at: datetime,
) -> Pool:
    """
    Enter the yearly limit that clauses share, or change it; never below what is committed. Raises ActionRefused.

    A clause stands in one pool of a year, since a case takes its money from exactly one.
    """
    authority = _enter(policy.authority_id, by)
    clauses = list(clauses)
    if any(clause.policy_id != policy.pk for clause in clauses):
        stop("所选条款不属于本政策。")
    if not clauses:
        stop("请选择共用本资金池的条款。")
    if limit_fen <= 0:
        stop("总额须大于0。")
    version = version_in_force(policy, date(year, 12, 31))
    here = CarryOver.objects.filter(target__policy=policy, target__name=name, target__year=year)
    # Granted under the limit of the year before; what came without money raises no limit.
    carried = here.aggregate(total=Sum(F("amount_fen") - F("unfunded_fen")))["total"] or 0
    for clause in clauses:
        stated = text_limit(clause, version)
        if stated and limit_fen > stated[2] + carried:
            more = f"，另有上年结转 {rules.yuan(carried)} 元" if carried else ""
            stop(f"{stated[1]}规定年度总额不超过 {rules.yuan(stated[2])} 元{more}，总额不得高于该数。")
    pool = Pool.objects.select_for_update().filter(policy=policy, name=name, year=year).first()
    if pool and pool.over_fen and limit_fen < pool.limit_fen:
        stop(f"该资金池超额占用 {rules.yuan(pool.over_fen)} 元，总额不得降低。")
    if pool and not pool.over_fen and limit_fen < pool.committed_fen:
        stop(f"总额不得低于已占用的 {rules.yuan(pool.committed_fen)} 元。")
    elsewhere = Pool.objects.filter(policy=policy, year=year, clauses__in=clauses).exclude(name=name).first()
    if elsewhere:
        stop(f"所选条款中有的已列入{elsewhere}，同一年度一个条款只能列入一个资金池。")
    if pool and not pool.over_fen and limit_fen < pool.committed_fen + pool.reserved_fen:
        stop(f"总额不得低于已占用和已结算待公示的合计 {rules.yuan(pool.committed_fen + pool.reserved_fen)} 元。")
    if pool and set(pool.clauses.all()) - set(clauses):
        if pool.committed_fen:
            stop("该资金池已有占用，不能去掉原有条款。")
        if pool.waits.filter(ended_at=None).exists():
            stop("该资金池有申报件排队，不能去掉原有条款。")
    if pool is None:
        pool = Pool(policy=policy, name=name, year=year)
    pool.limit_fen, pool.source = limit_fen, source
    pool.less_over().save()
    pool.clauses.set(clauses)
    detail = {"pool": pool.pk, "year": year, "limit_fen": limit_fen}
    history.record_for_authority(authority, "set_pool", by=by, at=at, note=source, detail=detail)
    return pool


@dataclass(frozen=True)
class EarlierRow:
    """One award paid before the portal existed, as typed or read from a sheet."""

    clause: Clause
    uscc: str
    applicant_name: str
    subject: str
    year: int
    amount_fen: int
    paper: str


@transaction.atomic
def enter_earlier_awards(
    authority: Authority, rows: Sequence[EarlierRow], *, by: User, at: datetime
) -> list[EarlierAward]:
    """Enter awards paid before the portal existed, all or none; the same one twice is refused. Raises ActionRefused."""
    authority = _enter(authority.pk, by)
    entered = []
    for position, row in enumerate(rows, start=1):
        if row.clause.policy.authority_id != authority.pk:
            stop(f"第{position}条：该条款不属于本单位的政策。")
        twin = EarlierAward.objects.counting().filter(
            uscc=row.uscc, clause=row.clause, year=row.year, paper=row.paper, subject=row.subject
        )
        if twin.exists():
            stop(f"第{position}条：{row.applicant_name}{row.year}年的同一笔奖补已经录入，不能重复。")
        entered.append(
            EarlierAward.objects.create(
                authority=authority,
                clause=row.clause,
                uscc=row.uscc,
                applicant_name=row.applicant_name,
                subject=row.subject,
                year=row.year,
                amount_fen=row.amount_fen,
                paper=row.paper,
                entered_by=by,
                entered_at=at,
            )
        )
    detail = {"rows": [row.pk for row in entered]}
    history.record_for_authority(authority, "enter_earlier_awards", by=by, at=at, detail=detail)
    return entered


@transaction.atomic
def reverse_earlier_award(award: EarlierAward, *, reason: str, by: User, at: datetime) -> EarlierAward:
    """Take back a wrong entry by a row of the negative sum that names it. Raises ActionRefused."""
    authority = _enter(award.authority_id, by)
    award = EarlierAward.objects.select_for_update().get(pk=award.pk)
    if award.reverses_id or EarlierAward.objects.filter(reverses=award).exists():
        stop("该条记录已经冲销。")
    if not reason.strip():
        stop("请写明冲销的理由。")
    row = EarlierAward.objects.create(
        authority=authority,
        clause=award.clause,
        uscc=award.uscc,
        applicant_name=award.applicant_name,
        subject=award.subject,
        year=award.year,
        amount_fen=-award.amount_fen,
        paper=award.paper,
        entered_by=by,
        entered_at=at,
        reverses=award,
        note=reason.strip(),
    )
    history.record_for_authority(
        authority, "reverse_earlier_award", by=by, at=at, note=reason, detail={"reverses": award.pk, "row": row.pk}
    )
    return row
