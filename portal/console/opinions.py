"""The desk of experts: the questions put to oneself, the case as it was declared, and the answer."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

import rules
from applications import assessing, permissions
from applications.actions import opinion
from applications.models import Application, Duty, Evidence, ExpertOpinion
from applications.permissions import ActionRefused
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, posting_of, site
from portal.forms.inquiry import AnswerForm
from portal.idempotency import idempotent
from portal.requests import Request

SHOWN = 50


@dataclass(frozen=True)
class Shown:
    """One declared fact, or one field of a paper, in words."""

    label: str
    value: str


@dataclass(frozen=True)
class Paper:
    """One piece of evidence with its fields in words and the pages that can be shown."""

    row: Evidence
    label: str
    details: list[Shown]

    @property
    def page_numbers(self) -> range:
        """The numbers of the pages that can be shown as images."""
        return range(1, (self.row.pages or 1) + 1) if self.row.has_pages else range(0)


def _own(request: Request):
    """Return the questions put to this expert; to everybody else there are none: 404."""
    posting = posting_of(request)
    if posting is None or posting.duty != Duty.EXPERT:
        raise Http404
    rows = ExpertOpinion.objects.filter(expert=request.user, application__authority=posting.authority_id)
    return rows.select_related("application__applicant", "application__clause__policy", "application__policy")


@require_safe
def opinions(request: Request) -> HttpResponse:
    """List what waits for this expert, the nearest day first, and what was answered, the newest first."""
    rows = _own(request)
    context = {
        **site.each_context(request),
        "title": "待答复的征询",
        "waiting": rows.filter(answered_at=None, application__status="verifying").order_by("expected_on", "pk"),
        "answered": rows.exclude(answered_at=None).order_by("-pk")[:SHOWN],
    }
    return render(request, "console/opinions/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def answer(request: Request, pk: int) -> HttpResponse:
    """Show the case to the expert who is asked, and take the answer; gone for whoever has stated an interest."""
    row = get_object_or_404(_own(request).exclude(no_interest=False), pk=pk)
    if request.method != "POST":
        return _page(request, row, AnswerForm())
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        opinion.answer_expert(row, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, form, refusal=str(refusal), status=409)
    messages.success(request, f"已提交对 {row.application.number} 的答复。")
    return redirect("console:opinions")


def _page(
    request: Request, row: ExpertOpinion, form: AnswerForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    case = row.application
    standing = permissions.standing_of(request.user, case)
    context = {
        **site.each_context(request),
        "title": f"征询：{case.number}",
        "row": row,
        "case": case,
        "clause": assessing.law_of(case),
        "facts": _facts(case),
        "papers": _papers(case),
        "form": form,
        "why_not": "" if refusal else permissions.why_not_answer(case, standing, row, no_interest=False),
        "refusal": refusal,
    }
    return render(request, "console/opinions/answer.html", context, status=status)


def _facts(case: Application) -> list[Shown]:
    known = rules.load().facts
    return [Shown(known[name].label, rules.format_fact(known[name], value)) for name, value in case.facts.items()]


def _papers(case: Application) -> list[Paper]:
    slots = {slot.kind: slot for slot in assessing.slots_of(case)}
    papers = []
    for item in case.evidence.in_use().order_by("pk"):
        slot = slots.get(item.slot)
        fields = slot.fields if slot else ()
        details = [Shown(f.label, rules.format_fact(f, item.details.get(f.name))) for f in fields]
        papers.append(Paper(item, slot.label if slot else item.slot, details))
    return papers


EXTRA_URLS += [
    path("opinions/", opinions, name="opinions"),
    path("opinions/<int:pk>/", answer, name="opinion"),
]
NAVIGATION.append(Entry("待答复的征询", "console:opinions", frozenset({Duty.EXPERT})))
