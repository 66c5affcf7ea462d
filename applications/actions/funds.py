"""The finance desk: many instalments on one table for the treasury."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from applications import funds, history, permissions
from applications.actions.shared import refuse_if, stop
from applications.models import Authority, FundsTable, Instalment, Status, User


@transaction.atomic
def arrange(
    authority: Authority,
    instalments: Sequence[int],
    *,
    title: str,
    addressee: str = "",
    note: str = "",
    by: User,
    at: datetime,
) -> FundsTable:
    """
    Put instalments (by key) of standing awards of the authority on one numbered table. Raises ActionRefused.

    A table orders nothing by itself: paying stays one act for each instalment.
    """
    refuse_if(permissions.why_not_finance(by, authority.pk))
    authority = Authority.objects.select_for_update().get(pk=authority.pk)
    chosen = Instalment.objects.filter(pk__in=instalments, award__authority=authority, award__replaced_by=None).exclude(
        award__application__status=Status.REVOKED
    )
    keys = sorted(chosen.values_list("pk", flat=True))
    if not title.strip():
        stop("请填写资金安排表的标题。")
    if not keys:
        stop("请先选择要列入的奖补资金。")
    if len(keys) > funds.MOST_ROWS:
        stop(f"一份资金安排表最多列{funds.MOST_ROWS}笔，请缩小筛选范围后分次生成。")
    table = funds.issue(
        authority, keys, title=title.strip(), addressee=addressee.strip(), note=note.strip(), by=by, at=at
    )
    detail = {"table": table.pk, "number": table.number, "instalments": keys, "total_fen": table.total_fen}
    history.record_for_authority(authority, "arrange_funds", by=by, at=at, note=table.title, detail=detail)
    return table
