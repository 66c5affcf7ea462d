"""支付单位: who bears awards and what its payment system wants to know."""

from datetime import datetime

from django.db import transaction

from applications import history, permissions
from applications.actions.shared import refuse_if, stop
from applications.models import Authority, Payer, User


@transaction.atomic
def enter(
    authority: Authority,
    *,
    name: str,
    budget_unit: str,
    subject: str,
    standard: bool = False,
    replaces: Payer | None = None,
    by: User,
    at: datetime,
) -> Payer:
    """
    Enter a payer, or what has changed about one (`replaces`). Raises ActionRefused.

    What is new waits for `confirm` by a second officer; until then no batch of this payer is made or sent.
    Its name is fixed once a share names it. 预算单位 and 科目 follow the budget of the year: every change is in the
    history, and what went out before stands in the stored file.
    """
    refuse_if(permissions.why_not_enter_payer(by, authority.pk))
    authority = Authority.objects.select_for_update().get(pk=authority.pk)
    name, budget_unit, subject = name.strip(), budget_unit.strip(), subject.strip()
    if not name or not budget_unit or not subject:
        stop("请填写支付单位、预算单位和支出科目。")
    own = Payer.objects.select_for_update().filter(authority=authority, replaced_at=None)
    if own.filter(name=name).exclude(pk=replaces.pk if replaces else 0).exists():
        stop(f"支付单位“{name}”已经录入。")
    if replaces is not None:
        replaces = own.filter(pk=replaces.pk).first()
        if replaces is None:
            stop("该支付单位刚刚被更新，请刷新后再改。")
        if replaces.standard and not standard:
            stop("须有一个默认的支付单位，请先将另一单位设为默认。")
    if standard:
        own.filter(standard=True).exclude(pk=replaces.pk if replaces else 0).update(standard=False)
    if replaces is not None and replaces.name != name and replaces.shares.exists():
        stop("该支付单位已经承担奖补资金，名称不能修改；请另行录入新的支付单位。")
    before = {"budget_unit": replaces.budget_unit, "subject": replaces.subject} if replaces else {}
    row = replaces or Payer(authority=authority)
    row.standard = standard
    if (row.name, row.budget_unit, row.subject) != (name, budget_unit, subject):
        # Only who wrote the words has entered them: who touches the rest may not come to stand for somebody else.
        row.name, row.budget_unit, row.subject = name, budget_unit, subject
        row.entered_by, row.entered_at = by, at
        row.confirmed_by, row.confirmed_at = None, None
    row.save()
    detail = {"payer": row.pk, "budget_unit": budget_unit, "subject": subject, "standard": standard, "before": before}
    history.record_for_authority(authority, "enter_payer", by=by, at=at, note=name, detail=detail)
    return row


@transaction.atomic
def confirm(payer: Payer, *, seen: str, by: User, at: datetime) -> Payer:
    """
    Confirm what was entered about a payer, by a second officer; now its batches may go out. Raises ActionRefused.

    `seen` is the `mark` of what the officer has looked at: nothing is confirmed that was changed in between.
    """
    authority = Authority.objects.select_for_update().get(pk=payer.authority_id)
    payer = Payer.objects.select_for_update().get(pk=payer.pk)
    refuse_if(permissions.why_not_confirm_payer(payer, by))
    if payer.mark != seen:
        stop("该支付单位的信息刚刚被修改，请核对现在的信息后再确认。")
    payer.confirmed_by, payer.confirmed_at = by, at
    payer.save(update_fields=["confirmed_by", "confirmed_at"])
    detail = {"payer": payer.pk, "budget_unit": payer.budget_unit, "subject": payer.subject}
    history.record_for_authority(authority, "confirm_payer", by=by, at=at, note=payer.name, detail=detail)
    return payer
