"""Dossiers of a case: what this person has ordered, how far it is, and the file. Each is for who ordered it alone."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from applications import dossier, permissions
from applications.models import Application, Job
from applications.permissions import Standing
from portal.console.site import EXTRA_URLS
from portal.console.tabs import case_of_tab
from portal.requests import Request
from portal.views.files import send_file

SHOWN = 5


def dossiers_of(request: Request, case: Application, standing: Standing) -> dict[str, Any]:
    """Return the newest dossiers that this person ordered of a case, and why no further one can be ordered."""
    why_not = permissions.why_not_dossier(standing)
    own = Job.objects.filter(kind=Job.Kind.DOSSIER, application=case, requested_by=request.user).order_by("-pk")
    return {
        "dossiers": [] if why_not else list(own[:SHOWN]),
        "why_not_dossier": why_not,
        "kept_days": dossier.KEPT.days,
    }


def _ordered(request: Request, pk: int, job: int) -> Job:
    """Return a dossier this person ordered and may still see; anything else is a 404."""
    case = case_of_tab(request, pk)
    row = get_object_or_404(Job, pk=job, kind=Job.Kind.DOSSIER, application=case, requested_by=request.user)
    if permissions.why_not_dossier(permissions.standing_of(request.user, case)):
        raise Http404
    return row


@require_safe
def progress(request: Request, pk: int, job: int) -> HttpResponse:
    """Answer the question of the page for how far a dossier is."""
    context = {"job": _ordered(request, pk, job), "kept_days": dossier.KEPT.days}
    return render(request, "console/dossier.html", context)


@require_safe
def download(request: Request, pk: int, job: int) -> HttpResponseBase:
    """Hand out the ZIP, as long as its file is kept."""
    row = _ordered(request, pk, job)
    if row.state != Job.State.DONE or not row.file:
        raise Http404
    assert row.application is not None
    return send_file(row.file, name=f"卷宗 {row.application.number}.zip", content_type="application/zip")


EXTRA_URLS += [
    path("cases/<int:pk>/dossier/<int:job>/", progress, name="dossier"),
    path("cases/<int:pk>/dossier/<int:job>/file/", download, name="dossier_file"),
]
