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
from applications.models import Application, Evidence, Promise
from applications.permissions import ActionRefused
from applications.promises import promised_slots
from portal.forms.facts import ClaimForm
from portal.requests import Request
from portal.views.claim_defects import Defect, defects_of
from portal.views.claim_lookup import Claim, claim_of, evidence_by_slot, where
from portal.views.estimates import estimate_of


@dataclass(frozen=True)
class SlotShown:
    """A slot of the form with its files, what a correction and the ledger of papers say, and what was promised."""

    slot: "rules.Slot"
    files: list[Evidence]
    note: str
    answered: bool
    promise: Promise | None
    may_promise: bool
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
    asked = defects_of(case)
    named = {(defect.kind, defect.key): defect for defect in asked.defects}
    for defect in asked.defects:
        if defect.kind == "fact" and defect.key in form.fields:
            field = form.fields[defect.key]
            mark = "已修改" if defect.answered else "须补正"
            words = format_html('<span class="asked">{}：{}</span>', mark, defect.text)
            field.help_text = format_html("{}{}", words, field.help_text)
    flat = [item for slot in files.values() for item in slot]
    promised = promised_slots(claim.promises, timezone.localdate())
    gaps = gaps_of(case, flat, has_account=claim.has_account, promised=promised)
    slots = assessing.slots_of(case)
    taken = ledger.obstacles_of(case, flat)
    context = {
        "case": case,
        "clause": assessing.law_of(case),
        "form": form,
        "slots": [_slot(claim, slot, files.get(slot.kind, []), named, taken.get(slot.kind)) for slot in slots],
        "asked": asked,
        "missing": [where(claim, gap) for gap in gaps],
        "stopped": any(row.stops for row in taken.values()),
        "refusal": refusal,
    }
    return render(request, "applicant/claim_form.html", context, status=status)


def _slot(
    claim: Claim,
    slot: "rules.Slot",
    files: list[Evidence],
    named: Mapping[tuple[str, str], Defect],
    taken: ledger.Obstacle | None,
) -> SlotShown:
    defect = named.get(("slot", slot.kind))
    promise = next((row for row in claim.promises if row.slot == slot.kind and row.kept_at is None), None)
    free = slot.secondary and slot.required and not files and defect is None and claim.case.accepted_at is None
    return SlotShown(
        slot,
        files,
        note=defect.text if defect else "",
        answered=defect.answered if defect else False,
        promise=promise,
        may_promise=free,
        taken=taken,
    )
