"""签章 at the desk: letters that wait for the seal, why one did not get it, and letting one or many be sealed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications.actions import ActionRefused, sealing
from applications.models import Document, Duty, Job, Posting
from applications.sealing import SealFailed, sealer
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, posting_of, site
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.proving import prove_url, proved_recently
from portal.requests import Request

# What else waits for the seal, by the parts of the console that know of it.
OF_MANY: list[Callable[[Request, Posting], list[Any]]] = []
AGAIN = "签章前须再次验证身份，请输入密码后再办理。"


def desk(request: Request) -> Posting:
    """Return the posting of an officer of 审批; everybody else gets a 404."""
    posting = posting_of(request)
    if posting is None or posting.duty != Duty.APPROVE:
        raise Http404
    return posting


def _waiting(posting: Posting) -> QuerySet[Any]:
    """Return the letters that wait, each with how its newest sealing stands."""
    jobs = Job.objects.filter(document=OuterRef("pk"), kind=Job.Kind.SEAL).order_by("-pk")
    rows = Document.objects.awaiting_seal().filter(authority=posting.authority_id).defer("content")
    rows = rows.select_related("application__applicant", "authority")
    return rows.annotate(job_state=Subquery(jobs.values("state")[:1]), job_error=Subquery(jobs.values("error")[:1]))


def seals_page(request: Request, posting: Posting, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Answer with the letters that wait for the seal, after a refused act with its reason."""
    page = keyset(_waiting(posting), ("-pk",), request, size=sealing.SEAL_MOST)
    description = None
    try:
        description = sealer().describe(posting.authority)
        problem = sealer().why_not(posting.authority)
    except SealFailed as failure:
        problem = str(failure)
    proven = proved_recently(request)
    context = {
        **site.each_context(request),
        "title": "待签章文书",
        "page": page,
        "of_many": [row for rows in OF_MANY for row in rows(request, posting)],
        "seal": description,
        "problem": problem,
        "proven": proven,
        "prove_url": prove_url(reverse("console:seals")),
        "refusal": refusal,
    }
    return render(request, "console/seals.html", context, status=status)


@require_safe
def seals(request: Request) -> HttpResponse:
    """List the letters that wait for the seal."""
    return seals_page(request, desk(request))


@require_POST
@idempotent
def order(request: Request) -> HttpResponse:
    """Let the chosen letters be sealed; each is one act, each refusal is said by its number."""
    posting = desk(request)
    if not proved_recently(request):
        return seals_page(request, posting, refusal=AGAIN, status=409)
    keys = [key for key in request.POST.getlist("documents") if key.isascii() and key.isdecimal()]
    chosen = Document.objects.filter(authority=posting.authority_id, pk__in=[int(key[:18]) for key in keys])
    try:
        jobs, refusals = sealing.order_seals(
            list(chosen.select_related("application")), by=request.user, at=timezone.now()
        )
    except ActionRefused as refusal:
        return seals_page(request, posting, refusal=str(refusal), status=409)
    if not jobs:
        return seals_page(request, posting, refusal="；".join(refusals), status=409)
    messages.success(request, f"已决定签章{len(jobs)}份，后台正在办理，稍后刷新本页查看结果。")
    for sentence in refusals:
        messages.error(request, sentence)
    case = jobs[0].document.application_id if jobs[0].document else 0
    if request.POST.get("case") == str(case):
        return redirect("console:case_record", case)
    return redirect("console:seals")


EXTRA_URLS += [
    path("seals/", seals, name="seals"),
    path("seals/order/", order, name="seals_order"),
]
NAVIGATION.append(Entry("签章", "console:seals", frozenset({Duty.APPROVE}), Group.CASES))
