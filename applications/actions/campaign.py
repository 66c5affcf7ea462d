"""年度复核活动: draw a sample, start it or give it up, and close it with its report."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from applications import history, inspecting, permissions, review_report, sampling
from applications.actions.shared import next_number, refuse_if, stop
from applications.models import Authority, Award, Campaign, Inspection, User

SEED_LONGEST = 60
MOST_FRAME = 20_000  # awards of one year; the frame is read as a whole


def new_seed() -> str:
    """Return a seed that nobody has chosen: twelve digits."""
    return f"{secrets.randbelow(10**12):012d}"


@transaction.atomic
def draw(
    authority: Authority,
    *,
    year: int,
    title: str,
    basis: str,
    method: str,
    size: int | None,
    strata: Sequence[str],
    seed: str,
    reply_days: int,
    by: User,
    at: datetime,
) -> Campaign:
    """
    Freeze the frame and the seed of a review that is not started yet. Raises ActionRefused.

    Every draw stands in the history of the authority, also one that is given up afterwards.
    """
    authority = Authority.objects.select_for_update().get(pk=authority.pk)
    refuse_if(permissions.why_not_campaign(by, authority.pk))
    if not title.strip() or not basis.strip():
        stop("请填写复核名称和依据文件。")
    if method not in Campaign.Method.values or not set(strata) <= set(sampling.STRATA):
        stop("请选择选取方式。")
    if method != Campaign.Method.ALL and (size is None or size < 1):
        stop("请填写复核件数。")
    units = inspecting.units(authority.pk, year)
    if not units:
        stop(f"{year}支持年度没有可以复核的已拨付奖补。")
    if len(units) > MOST_FRAME:
        stop(f"{year}支持年度的已拨付奖补超过{MOST_FRAME}件，不能作为一次复核。")
    frame = sampling.frame_of(units)
    row = Campaign.objects.create(
        authority=authority,
        year=year,
        title=title.strip(),
        basis=basis.strip(),
        method=method,
        size=None if method == Campaign.Method.ALL else size,
        strata=[name for name in sampling.STRATA if name in strata] if method == Campaign.Method.SAMPLE else [],
        seed=(seed.strip() or new_seed())[:SEED_LONGEST],
        frame=frame,
        frame_sha256=sampling.digest(frame),
        frame_count=len(units),
        frame_fen=sum(unit.paid_fen for unit in units),
        reply_days=reply_days,
        made_by=by,
        drawn_at=at,
    )
    _record(row, "draw_review", by=by, at=at, note=row.title)
    return row


@transaction.atomic
def start(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """Make a task of every drawn award, as long as the frame is what it was. Raises ActionRefused."""
    authority = Authority.objects.select_for_update().get(pk=campaign.authority_id)
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    refuse_if(permissions.why_not_start(row, by))
    today = sampling.frame_of(inspecting.units(authority.pk, row.year))
    if not _is_same(row.frame, today):
        stop("抽样后已拨付的奖补有变化，本次抽样不再适用，请作废后重新抽样。")
    drawn = inspecting.drawn_of(row)
    awards = Award.objects.standing().filter(
        authority=authority, application__number__in=[unit.key for unit, _ in drawn.taken]
    )
    by_key = {award.application.number: award for award in awards.select_related("application")}
    Inspection.objects.bulk_create(
        Inspection(
            campaign=row,
            application_id=by_key[unit.key].application_id,
            award=by_key[unit.key],
            stratum=stratum,
            score=unit.score,
            paid_fen=unit.paid_fen,
        )
        for unit, stratum in drawn.taken
    )
    row.state, row.started_by, row.started_at = Campaign.State.RUNNING, by, at
    row.save(update_fields=["state", "started_by", "started_at"])
    _record(row, "start_review", by=by, at=at, note=f"{row.title}，{len(drawn.taken)}件")
    return row


def _is_same(frozen: list[dict], today: list[dict]) -> bool:
    """Whether nothing has changed but scores, which come and go with every look at the signals."""
    return [{**row, "score": 0} for row in frozen] == [{**row, "score": 0} for row in today]


@transaction.atomic
def drop(campaign: Campaign, *, reason: str, by: User, at: datetime) -> Campaign:
    """Give up what was drawn and not started, with the reason. Raises ActionRefused."""
    Authority.objects.select_for_update().get(pk=campaign.authority_id)
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    refuse_if(permissions.why_not_drop_campaign(row, by))
    if not reason.strip():
        stop("请写明作废的理由。")
    row.state, row.dropped_by, row.dropped_at, row.drop_reason = Campaign.State.DROPPED, by, at, reason.strip()
    row.save(update_fields=["state", "dropped_by", "dropped_at", "drop_reason"])
    _record(row, "drop_review", by=by, at=at, note=f"{row.title}：{row.drop_reason}")
    return row


@transaction.atomic
def close(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """Close a review whose tasks are all ended, and fix what its report says. Raises ActionRefused."""
    authority = Authority.objects.select_for_update().get(pk=campaign.authority_id)
    row = Campaign.objects.select_for_update(of=("self",)).select_related("authority").get(pk=campaign.pk)
    left = row.inspections.exclude(state=Inspection.State.ENDED).count()
    refuse_if(permissions.why_not_close_campaign(row, by, left=left))
    year = timezone.localdate(at).year
    row.report_number = f"{authority.letter_sign}核〔{year}〕{next_number(f'review:{authority.code}:{year}')}号"
    row.state, row.closed_by, row.closed_at = Campaign.State.CLOSED, by, at
    row.content = review_report.content_of(row, at=at)
    row.save(update_fields=["report_number", "state", "closed_by", "closed_at", "content"])
    _record(row, "close_review", by=by, at=at, note=f"{row.title}，报告{row.report_number}")
    review_report.queue(row, by=by, at=at)
    return row


def _record(row: Campaign, action: str, *, by: User, at: datetime, note: str) -> None:
    detail = {
        "campaign": row.pk,
        "method": row.method,
        "size": row.size,
        "strata": row.strata,
        "seed": row.seed,
        "frame_sha256": row.frame_sha256,
        "frame_count": row.frame_count,
    }
    history.record_for_authority(row.authority, action, by=by, at=at, note=note, detail=detail)
