"""窗口代办: an intake officer files for an applicant that comes to the counter with a written mandate."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files import File
from django.db import transaction

from applications import history, permissions
from applications.actions import filing, people
from applications.actions.shared import lock, refuse_if, stop
from applications.models import (
    Applicant,
    Application,
    Authority,
    BankAccount,
    Clause,
    DeskFile,
    Invitation,
    Mandate,
    Membership,
    User,
)
from applications.uploads import Upload


@transaction.atomic
def register(authority: Authority, values: Mapping[str, Any], *, by: User, at: datetime) -> Applicant:
    """Open the file of a body at the counter; the officer does not become its member. Raises ActionRefused."""
    authority = Authority.objects.select_for_update().get(pk=authority.pk)
    refuse_if(permissions.why_not_file_for(by, authority.pk, is_member=False))
    applicant = people.enter(values, by=by, at=at)
    history.record_for_authority(
        authority,
        "register_applicant",
        by=by,
        at=at,
        note=applicant.name,
        detail={"applicant": applicant.pk, "uscc": applicant.uscc},
    )
    return applicant


@transaction.atomic
def start(
    applicant: Applicant,
    clause: Clause,
    *,
    principal: str,
    bearer: str,
    bearer_phone: str,
    by: User,
    at: datetime,
) -> Application:
    """Open a draft for an applicant on the mandate of its 法定代表人. Raises ActionRefused."""
    is_member = Membership.objects.filter(applicant=applicant, user=by).exists()
    refuse_if(permissions.why_not_file_for(by, clause.policy.authority_id, is_member=is_member))
    application = filing.open_draft(applicant, clause, by=by, at=at)
    Mandate.objects.create(
        application=application,
        officer=by,
        principal=principal,
        bearer=bearer,
        bearer_phone=bearer_phone,
        made_at=at,
    )
    detail = {"principal": principal, "bearer": bearer}
    history.record(application, "mandate", by=by, at=at, note=f"委托人{principal}，受托人{bearer}", detail=detail)
    return application


@transaction.atomic
def attach_mandate(
    application: Application, *, file: File, upload: Upload, name: str, by: User, at: datetime
) -> DeskFile:
    """Store the signed 授权委托书; a better copy replaces it and the first stays on record. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_counter(application, standing))

    file.name = f"upload.{upload.extension}"
    row = DeskFile.objects.create(
        application=application,
        kind=DeskFile.Kind.MANDATE,
        file=file,
        original_name=name[:200],
        content_type=upload.content_type,
        size=upload.size,
        sha256=upload.sha256,
        uploaded_by=by,
        uploaded_at=at,
    )
    Mandate.objects.filter(application=application).update(file=row)
    detail = {"desk_file": row.pk, "sha256": row.sha256}
    history.record(application, "attach_mandate", by=by, at=at, detail=detail)
    return row


@transaction.atomic
def enter_account(application: Application, *, bank: str, number: str, holder: str, by: User, at: datetime) -> None:
    """Register the first account of an applicant; changing one is left to its members. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_counter(application, standing))
    applicant = Applicant.objects.select_for_update().get(pk=application.applicant_id)
    if BankAccount.objects.filter(applicant=applicant, replaced_at=None).exists():
        stop("该单位已登记收款账户，变更须由单位成员登录办理。")
    people.open_account(applicant, bank=bank, number=number, holder=holder, by=by, at=at)
    history.record(application, "enter_account", by=by, at=at, note=f"{bank} 尾号{number[-4:]}")


@transaction.atomic
def invite(application: Application, *, role: str, by: User, at: datetime) -> Invitation:
    """
    Make a code with which the applicant's own people can join its file, which was opened without a member.

    Raises ActionRefused: once somebody has joined, members invite each other.
    """
    application, standing = lock(application, by)
    if standing.role != permissions.COUNTER:
        stop("只有代办本件的受理人员可以办理此事项。")
    if Membership.objects.filter(applicant=application.applicant_id).exists():
        stop("该单位已有成员，请由其成员生成邀请码。")
    invitation = people.make_invitation(application.applicant, role=role, by=by, at=at)
    history.record(application, "invite", by=by, at=at, note=invitation.get_role_display())
    return invitation
