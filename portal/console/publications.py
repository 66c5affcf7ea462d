"""版本: every version file of a policy with what stands against publishing it, and the acts of the two managers."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

import rules
from applications.actions import publication as actions
from applications.models import Policy, Publication
from applications.publishing import VersionFile, cases_concerned, version_files, why_not_publish
from portal.console.policy import act, own_policy, policy_desk
from portal.console.site import EXTRA_URLS, site
from portal.forms.publication import PublicationForm
from portal.idempotency import idempotent
from portal.requests import Request

LOCKS = {"locked": "已锁定", "unlocked": "未锁定", "changed": "与锁定时不一致"}


@dataclass(frozen=True)
class VersionRow:
    """One version file on the page: how it stands, what may be done with it and what not, and the form."""

    file: VersionFile
    why_not_propose: str
    why_not_confirm: str
    concerned: int
    form: PublicationForm

    @property
    def lock_words(self) -> str:
        """How the file stands to the lock."""
        return LOCKS[self.file.lock]

    @property
    def older(self) -> str:
        """The version to compare with."""
        return self.file.supersedes if self.file.supersedes in rules.load().versions else ""


@require_safe
def versions(request: Request, pk: int) -> HttpResponse:
    """Show every version file of a policy."""
    return versions_page(request, own_policy(request, pk))


def versions_page(
    request: Request,
    row: Policy,
    *,
    refusal: str = "",
    typed: dict[str, PublicationForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the versions of a policy; `typed` holds the form of one version, kept after a refusal."""
    context = {
        **site.each_context(request),
        "title": f"{row.title}：版本",
        "policy": row,
        "rows": [_row(request, row, file, (typed or {}).get(file.name)) for file in version_files(row)],
        "refusal": refusal,
    }
    return render(request, "console/policy/versions.html", context, status=status)


def _row(request: Request, policy: Policy, file: VersionFile, form: PublicationForm | None) -> VersionRow:
    own = file.waiting is not None and file.waiting.proposed_by_id == request.user.pk
    against = "" if file.counts else why_not_publish(policy, file.name)
    return VersionRow(
        file=file,
        why_not_propose=against,
        why_not_confirm="须由另一名政策管理人员确认。" if own else against,
        concerned=cases_concerned(policy, file.start) if file.waiting and file.start else 0,
        form=form or PublicationForm(auto_id=f"{file.name}-%s"),
    )


@require_POST
@idempotent
def propose(request: Request, pk: int, version: str) -> HttpResponse:
    """Propose a version."""
    row = own_policy(request, pk)
    if version not in rules.load().chains[row.code]:
        raise Http404
    form = PublicationForm(request.POST, auto_id=f"{version}-%s")
    if not form.is_valid():
        return versions_page(request, row, typed={version: form}, status=422)
    source = form.cleaned_data["source"]
    return act(
        request,
        lambda: actions.propose_publication(row, version=version, source=source, by=request.user, at=timezone.now()),
        "已提出发布，请另一名政策管理人员确认。",
        lambda reason: versions_page(request, row, typed={version: form}, refusal=reason, status=409),
        redirect("console:policy_versions", row.pk),
    )


def _publication(request: Request, pk: int) -> Publication:
    posting = policy_desk(request)
    rows = Publication.objects.select_related("policy__authority")
    return get_object_or_404(rows, pk=pk, policy__authority=posting.authority_id)


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Put a proposed version into force."""
    row = _publication(request, pk)
    return act(
        request,
        lambda: actions.confirm_publication(row, by=request.user, at=timezone.now()),
        "版本已发布，自其施行日起适用。",
        lambda reason: versions_page(request, row.policy, refusal=reason, status=409),
        redirect("console:policy_versions", row.policy_id),
    )


@require_POST
@idempotent
def drop(request: Request, pk: int) -> HttpResponse:
    """Take a proposed version off the table."""
    row = _publication(request, pk)
    return act(
        request,
        lambda: actions.drop_publication(row, by=request.user, at=timezone.now()),
        "已撤下该版本的发布意见。",
        lambda reason: versions_page(request, row.policy, refusal=reason, status=409),
        redirect("console:policy_versions", row.policy_id),
    )


EXTRA_URLS += [
    path("policies/<int:pk>/versions/", versions, name="policy_versions"),
    path("policies/<int:pk>/versions/<str:version>/publish/", propose, name="publication_propose"),
    path("publications/<int:pk>/confirm/", confirm, name="publication_confirm"),
    path("publications/<int:pk>/drop/", drop, name="publication_drop"),
]
