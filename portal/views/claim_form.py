"""The form of a claim: generated from the clause, saved as a draft, estimated while it is filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

import rules
from applications import assessing, ledger, permissions
from applications.actions import filing
from applications.completeness import gaps_of, needs_subject
from applications.models import Application, Evidence, Status
from applications.permissions import ActionRefused
from portal.forms.facts import ClaimForm
from portal.requests import Request
from portal.views.claim_lookup import Claim, claim_of, evidence_by_slot, where
from portal.views.estimates import estimate_of


@dataclass(frozen=True)
class SlotShown:
    """A slot of the form with its files, what a correction says about it, and what the ledger of papers says."""

    slot: "rules.Slot"
    files: list[Evidence]
    note: str
    taken: ledger.Obstacle | None


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    """Show the form, or save it: a wrong field is 422, a version overtaken by a colleague is 409."""
    claim = claim_of(request, pk)
    if request.method != "POST":
        if permissions.why_not_edit(claim.case, claim.standing):
            return redirect("claim", pk=pk)
        return _page(request, claim, _form(claim.case))
    form = _form(claim.case, request.POST)
    if not form.is_valid():
        return _page(request, claim, form, status=422)
    try:
        filing.save(
            claim.case,
            facts=form.facts(),
            subject=form.cleaned_data.get("subject", ""),
            event_on=form.cleaned_data["event_on"],
            version=form.cleaned_data["version"],
            by=request.user,
            at=timezone.now(),
        )
    except ActionRefused as refusal:
        return _page(request, claim, form, refusal=str(refusal), status=409)
    messages.success(request, "草稿已保存。")
    return redirect("claim" if "review" in request.POST else "claim_form", pk=pk)


@require_POST
def estimate(request: Request, pk: int) -> HttpResponse:
    """Compute from what stands in the form now, with the applicant's earlier awards; nothing is stored."""
    claim = claim_of(request, pk)
    form = _form(claim.case, request.POST)

    def judge(facts: Mapping[str, Any]) -> "rules.Verdict":
        day = form.cleaned_data.get("event_on")
        claim.case.event_on, claim.case.support_year = day, day.year if day else None
        claim.case.subject = form.cleaned_data.get("subject", "")
        return assessing.judge(claim.case, facts)[1]

    return render(request, "public/estimate_result.html", estimate_of(form, judge))


def _form(case: Application, data: Any = None) -> ClaimForm:
    clause = assessing.law_of(case)
    stored = case.facts | {"subject": case.subject, "event_on": case.event_on, "version": case.version}
    return ClaimForm(
        assessing.fields_of(case),
        data,
        stored=stored,
        subject_label=clause.subject if needs_subject(clause.id, assessing.shown_version(case)) else "",
    )


def _page(request: Request, claim: Claim, form: ClaimForm, *, refusal: str = "", status: int = 200) -> HttpResponse:
    case = claim.case
    files = evidence_by_slot(case)
    items = _asked(case)
    notes = {(item["kind"], item["key"]): item["text"] for item in items}
    for kind, key in notes:
        if kind == "fact" and key in form.fields:
            field = form.fields[key]
            words = format_html('<span class="asked">须补正：{}</span>', notes[kind, key])
            field.help_text = format_html("{}{}", words, field.help_text)
    flat = [item for slot in files.values() for item in slot]
    slots = assessing.slots_of(case)
    taken = ledger.obstacles_of(case, flat)
    context = {
        "case": case,
        "clause": assessing.law_of(case),
        "form": form,
        "slots": [
            SlotShown(slot, files.get(slot.kind, []), notes.get(("slot", slot.kind), ""), taken.get(slot.kind))
            for slot in slots
        ],
        "asked": [item | {"url": _place(item)} for item in items],
        "missing": [where(case, gap) for gap in gaps_of(case, flat, has_account=claim.has_account)],
        "refusal": refusal,
    }
    return render(request, "applicant/claim_form.html", context, status=status)


def _asked(case: Application) -> list[dict[str, str]]:
    """Return what the open correction asks for."""
    if case.status != Status.CORRECTING:
        return []
    correction = case.corrections.filter(answered_at=None).first()
    return correction.items if correction else []


def _place(item: Mapping[str, str]) -> str:
    return {"fact": f"#id_{item['key']}", "slot": f"#slot-{item['key']}"}.get(item["kind"], "")
