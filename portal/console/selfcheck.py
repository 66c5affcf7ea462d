"""自检: what the nightly checks found, for system administrators and auditors, and the digests to be kept outside."""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications import digests, selfcheck
from applications.models import DailyDigest, Duty, HealthRun
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, duty_of, site
from portal.requests import Request

READERS = frozenset({Duty.SYSTEM, Duty.AUDIT})
RUNS = 14


def _desk(request: Request) -> None:
    if duty_of(request) not in READERS:
        raise Http404


@require_safe
def page(request: Request) -> HttpResponse:
    """Show the last runs, the newest in full, and the newest digest. No run says which case a break is in."""
    _desk(request)
    runs = list(HealthRun.objects.order_by("-pk")[:RUNS])
    finished = next((run for run in runs if run.finished_at), None)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "自检",
        "runs": [(run, sum(run.counts.values())) for run in runs],
        "newest": finished,
        "counts": selfcheck.counts_in_words(finished) if finished else [],
        "unfinished": finished is not None and not finished.counts,
        "digest": DailyDigest.objects.order_by("-day").first(),
        "stale": finished is None or timezone.now() - finished.started_at > selfcheck.STALE,
    }
    return render(request, "console/selfcheck.html", context)


@require_safe
def digest_file(request: Request) -> HttpResponse:
    """Hand out all daily digests as the file that `verify_history --against` compares with."""
    _desk(request)
    copy = {"exported_at": timezone.localtime().isoformat(timespec="seconds"), "digests": digests.exported()}
    response = JsonResponse(copy, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="digests-{timezone.localdate():%Y%m%d}.json"'
    return response


EXTRA_URLS += [
    path("self-check/", page, name="selfcheck"),
    path("self-check/digests.json", digest_file, name="selfcheck_digests"),
]
NAVIGATION.append(Entry("自检", "console:selfcheck", READERS, Group.RECORDS))
