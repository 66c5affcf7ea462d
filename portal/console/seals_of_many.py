"""签章 of papers that belong to no single case: notices, tables of funds and reports that wait for it, read here."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Model, Value
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import seals
from applications.actions import ActionRefused, sealing
from applications.models import Job, Posting
from portal.console.seals import AGAIN, OF_MANY, desk, seals_page
from portal.console.site import EXTRA_URLS
from portal.idempotency import idempotent
from portal.proving import proved_recently
from portal.requests import Request
from portal.views.files import send_file

MOST = 30  # there are a few a month


@dataclass(frozen=True)
class Waiting:
    """One paper that waits: which, where it is read and where its seal is ordered, and whether a worker is at it."""

    row: seals.OfMany
    title: str
    url: str
    order_url: str
    in_work: bool


def waiting(request: Request, posting: Posting) -> list[Waiting]:
    """Return the papers of an authority over many cases that wait for the seal, the newest of each kind first."""
    rows: list[seals.OfMany] = []
    for kind, keys in _waiting_keys(posting).items():
        rows += seals.waiting(seals.OF_MANY[kind]).filter(pk__in=sorted(keys)[-MOST:]).order_by("-pk")
    asked = Job.objects.filter(kind=Job.Kind.SEAL, state__in=seals.OPEN, document=None) if rows else []
    named = [seals.named(row) for row in rows]
    in_work = [any(name.items() <= job.payload.items() for job in asked) for name in named]
    found = []
    for row, name, busy in zip(rows, named, in_work, strict=True):
        to = [*name, row.pk]
        urls = reverse("console:seals_paper", args=to), reverse("console:seals_order_paper", args=to)
        found.append(Waiting(row, seals.title_of(row), *urls, busy))
    return found


def _waiting_keys(posting: Posting) -> dict[str, set[int]]:
    """Return which papers wait by their kind, in one query: mostly there are none of most kinds."""
    parts = [
        seals.waiting(model).filter(authority=posting.authority_id).annotate(of=Value(name)).values_list("of", "pk")
        for name, model in seals.OF_MANY.items()
    ]
    found: dict[str, set[int]] = defaultdict(set)
    for name, key in parts[0].order_by().union(*(part.order_by() for part in parts[1:]), all=True):
        found[name].add(key)
    return found


OF_MANY.append(waiting)


def _paper(name: str, pk: int, posting: Posting) -> seals.OfMany:
    model: type[Model] | None = seals.OF_MANY.get(name)
    if model is None:
        raise Http404
    return get_object_or_404(model, pk=pk, authority=posting.authority_id)  # type: ignore[return-value] # one of them


@require_safe
def paper(request: Request, name: str, pk: int) -> FileResponse:
    """Hand out the paper to who is to seal it."""
    row = _paper(name, pk, desk(request))
    if not row.sha256:
        raise Http404
    return send_file(row.file, name=f"{row.number}.pdf", content_type="application/pdf", inline=True)


@require_POST
@idempotent
def order(request: Request, name: str, pk: int) -> HttpResponse:
    """Let one of them be sealed."""
    posting = desk(request)
    row = _paper(name, pk, posting)
    if not proved_recently(request):
        return seals_page(request, posting, refusal=AGAIN, status=409)
    try:
        sealing.order_seal_of_many(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return seals_page(request, posting, refusal=str(refusal), status=409)
    messages.success(request, f"已决定签章{row.number}，后台正在办理，稍后刷新本页查看结果。")
    return redirect("console:seals")


EXTRA_URLS += [
    path("seals/<slug:name>/<int:pk>/paper.pdf", paper, name="seals_paper"),
    path("seals/<slug:name>/<int:pk>/order/", order, name="seals_order_paper"),
]
