"""The enterprise file: who the applicant is, who acts for it, where it is paid."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from applications.actions.account import open_account, set_account
from applications.actions.shared import stop
from applications.models import Applicant, Award, Invitation, Membership, User
from applications.papers import CODE_ALPHABET

__all__ = ["enter", "invite", "join", "make_invitation", "open_account", "register", "set_account", "update"]

INVITATION_DAYS = 7
Role = Membership.Role


@transaction.atomic
def register(values: Mapping[str, Any], *, role: str, by: User, at: datetime) -> Applicant:
    """Open the file of a body that is not registered yet; the person becomes its first member. Raises ActionRefused."""
    applicant = enter(values, by=by, at=at)
    Membership.objects.create(applicant=applicant, user=by, role=role, joined_at=at)
    return applicant


def enter(values: Mapping[str, Any], *, by: User, at: datetime) -> Applicant:
    """Enter a body that is not registered yet; whose it is, the caller says. Raises ActionRefused."""
    known = Applicant.objects.filter(uscc=values["uscc"]).first()
    if known and not known.memberships.exists():
        stop("该统一社会信用代码已经由主管单位窗口登记，尚无成员。请到代办窗口领取邀请码，凭码加入。")
    if known:
        stop("该统一社会信用代码已经登记。请联系本单位已登记的成员，凭邀请码加入。")
    try:
        with transaction.atomic():
            return Applicant.objects.create(**values, created_by=by, created_at=at)
    except IntegrityError:
        stop("该统一社会信用代码刚刚被登记。请联系本单位已登记的成员，凭邀请码加入。")


def _member(applicant: Applicant, by: User) -> Membership:
    membership = Membership.objects.filter(applicant=applicant, user=by).first()
    if membership is None:
        stop("只有本单位成员可以办理此事项。")
    return membership


@transaction.atomic
def update(applicant: Applicant, values: Mapping[str, Any], *, by: User) -> Applicant:
    """Change the file; code and name are fixed once an award names them. Raises ActionRefused."""
    applicant = Applicant.objects.select_for_update().get(pk=applicant.pk)
    _member(applicant, by)
    fixed = {name for name in ("uscc", "name") if name in values and values[name] != getattr(applicant, name)}
    if fixed and Award.objects.filter(applicant=applicant).exists():
        stop("本单位已有奖补决定，单位名称和统一社会信用代码的变更请到主管单位窗口办理。")
    for name, value in values.items():
        setattr(applicant, name, value)
    applicant.save()
    return applicant


@transaction.atomic
def invite(applicant: Applicant, *, role: str, by: User, at: datetime) -> Invitation:
    """Make a code with which one more person joins in one role, once, within seven days. Raises ActionRefused."""
    _member(applicant, by)
    if role == Role.LEGAL and Membership.objects.filter(applicant=applicant, role=Role.LEGAL).exists():
        stop("本单位已登记法定代表人。")
    return make_invitation(applicant, role=role, by=by, at=at)


def make_invitation(applicant: Applicant, *, role: str, by: User, at: datetime) -> Invitation:
    """Make the code of an invitation that the caller has allowed."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(12))
    return Invitation.objects.create(
        applicant=applicant,
        role=role,
        code=code,
        created_by=by,
        created_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )


@transaction.atomic
def join(code: str, *, by: User, at: datetime) -> Membership:
    """Use an invitation. Raises ActionRefused with one sentence for every wrong, used or expired code."""
    invitation = Invitation.objects.select_for_update().filter(code=code.strip().upper()).first()
    if invitation is None or invitation.used_at or invitation.expires_at < at:
        stop("邀请码不正确、已使用或已过期。")
    # Two invitations of one body are two rows: without this lock both could make a 法定代表人 at one moment.
    Applicant.objects.select_for_update().get(pk=invitation.applicant_id)
    if Membership.objects.filter(applicant=invitation.applicant, user=by).exists():
        stop("您已经是该单位的成员。")
    if (
        invitation.role == Role.LEGAL
        and Membership.objects.filter(applicant=invitation.applicant, role=Role.LEGAL).exists()
    ):
        stop("该单位已登记法定代表人。")
    invitation.used_by, invitation.used_at = by, at
    invitation.save(update_fields=["used_by", "used_at"])
    return Membership.objects.create(applicant=invitation.applicant, user=by, role=invitation.role, joined_at=at)
