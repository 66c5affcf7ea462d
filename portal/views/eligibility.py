"""「我能领什么」: an enterprise's facts once, answered over every paying clause of one policy or of all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

import rules
from applications import assessing
from applications.models import Policy
from portal.forms.eligibility import REGISTERED, EligibilityForm
from portal.limits import too_many
from portal.requests import PublicRequest
from portal.views.estimates import supposing

Settings = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What one clause says: the sum, why not, or which questions are still open."""

    policy: Policy
    clause: "rules.Clause"
    verdict: "rules.Verdict"
    missing: list["rules.Field"] = field(default_factory=list)
    closed: str = ""
    supposed: str = ""

    @property
    def ceiling(self) -> bool:
        """Whether the authority fixes the sum below what is shown."""
        return self.verdict.kind == "ceiling"


@dataclass(frozen=True)
class Answers:
    """All answers by what follows from them; those that lack least come first."""

    payable: list[Answer]
    refused: list[Answer]
    open: list[Answer]


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def eligibility(request: PublicRequest) -> HttpResponse:
    """Ask for the facts and answer: the answers alone for htmx, the whole page for a browser without script."""
    if request.method == "POST" and too_many(request, "eligibility", most=120, seconds=60):
        return render(request, "429.html", status=429)
    policies = list(Policy.objects.select_related("authority").order_by("pk"))
    typed = request.POST if request.method == "POST" else request.GET
    scope = [row for row in policies if row.code == typed.get("policy")] or policies
    settings = assessing.readings_by_policy(scope)
    packs = [rules.load().pack(row.code) for row in scope]
    asked = _asked(scope, settings)
    data = request.POST if request.method == "POST" else None
    form = EligibilityForm(packs, {f.name: f for fields in asked.values() for f in fields}, data)
    context: dict[str, Any] = {"policies": policies, "chosen": scope[0].code if len(scope) == 1 and policies else ""}
    if data is not None:
        place, facts = form.stated()
        context["answers"] = _answers(scope, settings, asked, place, facts) if place or facts else None
        context["wrong"] = [form.fields[name].label for name in form.errors if name in form.fields]
        if request.htmx:
            return render(request, "public/eligibility_answers.html", context)
    context["form"] = form
    return render(request, "public/eligibility.html", context, status=422 if data is not None and form.errors else 200)


def _asked(scope: list[Policy], settings: Mapping[int, Settings]) -> dict[str, tuple["rules.Field", ...]]:
    """Return the questions of every paying clause, by the id of the clause."""
    return {
        clause.id: rules.fields(clause.id, settings[row.pk])
        for row in scope
        for clause in rules.load().pack(row.code).clauses
        if clause.monetary
    }


def _answers(
    scope: list[Policy],
    settings: Mapping[int, Settings],
    asked: Mapping[str, tuple["rules.Field", ...]],
    place: str,
    facts: Mapping[str, Any],
) -> Answers:
    found = Answers([], [], [])
    for row in scope:
        stated = {**facts, REGISTERED: place == row.code} if place else facts
        for clause in rules.load().pack(row.code).clauses:
            if not clause.monetary:
                continue
            answer = _answer(row, clause, settings[row.pk], asked[clause.id], stated)
            if answer.verdict.eligible is None or answer.closed:
                found.open.append(answer)
            elif answer.verdict.eligible and answer.verdict.amount_fen != 0:
                found.payable.append(answer)
            else:
                found.refused.append(answer)
    found.open.sort(key=lambda answer: len(answer.missing))  # stable: the order of the texts within
    return found


def _answer(
    row: Policy,
    clause: "rules.Clause",
    settings: Settings,
    asked: tuple["rules.Field", ...],
    stated: Mapping[str, Any],
) -> Answer:
    own = {spec.name: stated[spec.name] for spec in asked if spec.name in stated}
    officers = [spec for spec in asked if spec.by_officer]
    judge = partial(assessing.estimate_under, row, clause.id, settings)
    verdict, supposed = supposing(own, officers, judge)
    closed = ""
    if verdict.eligible is not False and (points := assessing.open_points(clause.id, row.code, settings)):
        closed = f"本条款的解释口径（{'、'.join(points)}）尚待主管单位确定。"
    return Answer(
        policy=row,
        clause=clause,
        verdict=verdict,
        missing=[spec for spec in asked if spec.required and spec.name not in own],
        closed=closed,
        supposed="、".join(spec.label for spec in supposed),
    )
