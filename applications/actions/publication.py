"""Putting a further version of a policy into force: proposed by one policy manager, confirmed by another."""

from datetime import datetime

from django.db import transaction

import rules
from applications import history, permissions, publishing
from applications.actions.shared import refuse_if, stop
from applications.assessing import published_versions
from applications.loading import lay_out_clauses
from applications.models import Authority, Policy, Publication, User


def _enter(policy: Policy, by: User) -> tuple[Authority, Policy]:
    """Check the duty, and lock the authority and the policy, so that two versions are published one after the other."""
    refuse_if(permissions.why_not_manage_policy(by, policy.authority_id))
    authority = Authority.objects.select_for_update().get(pk=policy.authority_id)
    return authority, Policy.objects.select_for_update().get(pk=policy.pk)


@transaction.atomic
def propose_publication(policy: Policy, *, version: str, source: str, by: User, at: datetime) -> Publication:
    """
    Propose that a version file comes into force on its own day; it counts once a second person confirms.

    Refused unless the file is locked and unchanged, its check is clean, and it follows the version published last.
    Raises ActionRefused.
    """
    authority, policy = _enter(policy, by)
    refuse_if(publishing.why_not_publish(policy, version))
    if not source.strip():
        stop("请填写依据文件。")
    if Publication.objects.waiting().filter(policy=policy).exists():
        stop("本政策已有一个待确认的版本，请先确认或撤下。")
    pack = rules.load().versions[version]
    row = Publication.objects.create(
        policy=policy,
        pack_version=version,
        pack_sha256=pack.sha256,
        source=source.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    detail = {"publication": row.pk, "version": version, "sha256": pack.sha256}
    history.record_for_authority(authority, "propose_publication", by=by, at=at, note=row.source, detail=detail)
    return row


@transaction.atomic
def confirm_publication(publication: Publication, *, by: User, at: datetime) -> Publication:
    """
    Put a proposed version into force, by another person than proposed it; its new items get their rows.

    Everything that was asked at the proposal is asked again: days may have passed. Raises ActionRefused.
    """
    authority, policy = _enter(publication.policy, by)
    publication = Publication.objects.select_for_update().get(pk=publication.pk)
    _need_waiting(publication)
    if publication.proposed_by_id == by.pk:
        stop("须由另一名政策管理人员确认。")
    version = publication.pack_version
    refuse_if(publishing.why_not_publish(policy, version))
    if rules.load().versions[version].sha256 != publication.pack_sha256:
        stop("该版本文件在提出以后有改动，请撤下后重新提出。")
    publication.confirmed_by, publication.confirmed_at = by, at
    publication.save(update_fields=["confirmed_by", "confirmed_at"])
    lay_out_clauses(policy, published_versions(policy))
    detail = {"publication": publication.pk, "version": version, "sha256": publication.pack_sha256}
    history.record_for_authority(authority, "confirm_publication", by=by, at=at, note=publication.source, detail=detail)
    return publication


@transaction.atomic
def drop_publication(publication: Publication, *, by: User, at: datetime) -> Publication:
    """Take a proposed version off the table without putting it into force. Raises ActionRefused."""
    authority, _ = _enter(publication.policy, by)
    publication = Publication.objects.select_for_update().get(pk=publication.pk)
    _need_waiting(publication)
    publication.dropped_at = at
    publication.save(update_fields=["dropped_at"])
    detail = {"publication": publication.pk, "version": publication.pack_version}
    history.record_for_authority(authority, "drop_publication", by=by, at=at, detail=detail)
    return publication


def _need_waiting(publication: Publication) -> None:
    if publication.confirmed_at or publication.dropped_at:
        stop("该版本已经确认或已被撤下。")
