"""The policy desk's table of approval bands: entered by one person, in force once another confirms."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

import rules
from applications import history, permissions
from applications.actions.shared import refuse_if, stop
from applications.models import Authority, Band, BandTable, User

MOST_APPROVALS = 5


@dataclass(frozen=True)
class BandRow:
    """From a sum on (whole fen, included): how many approvers, and whether 法制审核."""

    from_fen: int
    approvals: int
    legal_review: bool


def _enter(authority_id: int, by: User) -> Authority:
    refuse_if(permissions.why_not_manage_policy(by, authority_id))
    return Authority.objects.select_for_update().get(pk=authority_id)


def why_not_bands(rows: Sequence[BandRow]) -> str:
    """Return what is wrong with a table: it starts at 0, rises, and never asks for less above than below."""
    if not rows or rows[0].from_fen != 0:
        return "第一档须从 0 元起，各档才能没有空档。"
    for below, above in itertools.pairwise(rows):
        if above.from_fen <= below.from_fen:
            return f"各档起始金额须逐档增大：{rules.yuan(above.from_fen)} 元应大于 {rules.yuan(below.from_fen)} 元。"
        if above.approvals < below.approvals or (below.legal_review and not above.legal_review):
            return f"{rules.yuan(above.from_fen)} 元起的一档，要求不得低于前一档。"
    if not all(1 <= row.approvals <= MOST_APPROVALS for row in rows):
        return f"审批人数应为1至{MOST_APPROVALS}人。"
    return ""


@transaction.atomic
def enter_bands(authority: Authority, rows: Sequence[BandRow], *, source: str, by: User, at: datetime) -> BandTable:
    """Enter a table of bands; it counts once a second person confirms. Raises ActionRefused."""
    authority = _enter(authority.pk, by)
    refuse_if(why_not_bands(rows))
    if not source.strip():
        stop("请填写依据文件。")
    if BandTable.objects.filter(authority=authority, confirmed_at=None, dropped_at=None).exists():
        stop("已有一份待确认的审批权限表，请先确认或撤下。")
    table = BandTable.objects.create(authority=authority, source=source.strip(), entered_by=by, entered_at=at)
    Band.objects.bulk_create(
        Band(table=table, from_fen=row.from_fen, approvals=row.approvals, legal_review=row.legal_review) for row in rows
    )
    detail = {"table": table.pk, "bands": [[row.from_fen, row.approvals, row.legal_review] for row in rows]}
    history.record_for_authority(authority, "enter_bands", by=by, at=at, note=source, detail=detail)
    return table


def _waiting(table: BandTable) -> BandTable:
    table = BandTable.objects.select_for_update().get(pk=table.pk)
    if table.confirmed_at or table.dropped_at:
        stop("该审批权限表已经确认或已被撤下。")
    return table


@transaction.atomic
def confirm_bands(table: BandTable, *, by: User, at: datetime) -> BandTable:
    """Put a table into force, by another person than entered it. Raises ActionRefused."""
    authority = _enter(table.authority_id, by)
    table = _waiting(table)
    if table.entered_by_id == by.pk:
        stop("须由另一名政策管理人员确认。")
    table.confirmed_by, table.confirmed_at = by, at
    table.save(update_fields=["confirmed_by", "confirmed_at"])
    history.record_for_authority(authority, "confirm_bands", by=by, at=at, detail={"table": table.pk})
    return table


@transaction.atomic
def drop_bands(table: BandTable, *, by: User, at: datetime) -> BandTable:
    """Take an entered table off without putting it into force. Raises ActionRefused."""
    authority = _enter(table.authority_id, by)
    table = _waiting(table)
    table.dropped_at = at
    table.save(update_fields=["dropped_at"])
    history.record_for_authority(authority, "drop_bands", by=by, at=at, detail={"table": table.pk})
    return table
