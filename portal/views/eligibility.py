"""「我能领什么」: an enterprise's facts once, answered over every paying clause of one policy or of all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import rules
from applications import assessing
from applications.models import Applicant, Policy
from portal.forms.eligibility import REGISTERED, EligibilityForm, HistoryForm
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


@dataclass(frozen=True)
class Term:
    """When a policy is in force, where today is not inside: `state` is open (待定), early or over."""

    policy: Policy
    state: str
    start: date | None
    end: date | None


@dataclass(frozen=True)
class Law:
    """What the answers are judged by: the policies, their version today, and the readings of their authorities."""

    policies: list[Policy]
    versions: Mapping[int, str]
    settings: Mapping[int, Settings]

    def pack(self, row: Policy) -> "rules.Pack":
        """Return the version of a policy in force today."""
        return rules.load().versions[self.versions[row.pk]]

    def terms(self, today: date) -> list[Term]:
        """Return the policies that today is outside of, or whose term is 待定."""
        found = []
        for row in self.policies:
            span = self.pack(row).span(self.settings[row.pk], row.issued_on)
            if span.start is None or span.end is None:
                found.append(Term(row, "open", span.start, span.end))
            elif not span.start <= today <= span.end:
                found.append(Term(row, "early" if today < span.start else "over", span.start, span.end))
        return found


@dataclass(frozen=True)
class Past:
    """What a body has received, where one of its members asks: rows as the rules read them, and the year of today."""

    applicant: Applicant | None = None
    rows: tuple[Mapping[str, Any], ...] = ()
    year: int | None = None

    @property
    def total_fen(self) -> int:
        """Return the earlier sums together."""
        return sum(rules.fen(row["amount_yuan"]) for row in self.rows)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def eligibility(request: PublicRequest) -> HttpResponse:
    """Ask for the facts and answer: the answers alone for htmx, the whole page for a browser without script."""
    if request.method == "POST" and too_many(request, "eligibility", most=120, seconds=60):
        return render(request, "429.html", status=429)
    policies = list(Policy.objects.select_related("authority").order_by("pk"))
    typed = request.POST if request.method == "POST" else request.GET
    scope = [row for row in policies if row.code == typed.get("policy")] or policies
    today = timezone.localdate()
    law = Law(scope, assessing.versions_in_force(scope, today), assessing.readings_by_policy(scope))
    asked = _asked(law)
    data = request.POST if request.method == "POST" else None
    packs = [law.pack(row) for row in scope]
    form = EligibilityForm(packs, {f.name: f for fields in asked.values() for f in fields}, data)
    history = _history_form(request)
    context: dict[str, Any] = {
        "policies": policies,
        "chosen": scope[0].code if len(scope) == 1 and policies else "",
        "terms": law.terms(today),
    }
    if data is not None:
        place, facts = form.stated()
        context["past"] = past = _past(history, scope, today)
        context["answers"] = _answers(law, asked, place, facts, past) if place or facts else None
        context["wrong"] = [form.fields[name].label for name in form.errors if name in form.fields]
        if request.htmx:
            return render(request, "public/eligibility_answers.html", context)
    context["form"], context["history_form"] = form, history
    return render(request, "public/eligibility.html", context, status=422 if data is not None and form.errors else 200)


def _history_form(request: PublicRequest) -> HistoryForm | None:
    """Return the question whose earlier awards count; None for visitors and for members of no body."""
    if not request.user.is_authenticated:
        return None
    applicants = list(Applicant.objects.visible_to(request.user).order_by("pk"))
    if not applicants:
        return None
    return HistoryForm(applicants, request.POST if request.method == "POST" else None)


def _past(form: HistoryForm | None, scope: list[Policy], today: date) -> Past:
    applicant = form.chosen() if form else None
    if form is None or applicant is None:
        return Past()
    rows = assessing.history_of_applicant(applicant, scope, same_item=form.same_item())
    return Past(applicant, tuple(rows), today.year)


def _asked(law: Law) -> dict[str, tuple["rules.Field", ...]]:
    """Return the questions of every paying clause, by the id of the clause."""
    return {
        clause.id: rules.fields(clause.id, law.settings[row.pk], version=law.versions[row.pk])
        for row in law.policies
        for clause in law.pack(row).clauses
        if clause.monetary
    }


def _answers(
    law: Law, asked: Mapping[str, tuple["rules.Field", ...]], place: str, facts: Mapping[str, Any], past: Past
) -> Answers:
    found = Answers([], [], [])
    for row in law.policies:
        stated = {**facts, REGISTERED: place == row.code} if place else facts
        for clause in law.pack(row).clauses:
            if not clause.monetary:
                continue
            answer = _answer(law, row, clause, asked[clause.id], stated, past)
            if answer.verdict.eligible is None or answer.closed:
                found.open.append(answer)
            elif answer.verdict.eligible and answer.verdict.amount_fen != 0:
                found.payable.append(answer)
            else:
                found.refused.append(answer)
    found.open.sort(key=lambda answer: len(answer.missing))  # stable: the order of the texts within
    return found


def _answer(
    law: Law,
    row: Policy,
    clause: "rules.Clause",
    asked: tuple["rules.Field", ...],
    stated: Mapping[str, Any],
    past: Past,
) -> Answer:
    own = {spec.name: stated[spec.name] for spec in asked if spec.name in stated}
    officers = [spec for spec in asked if spec.by_officer]
    version, settings = law.versions[row.pk], law.settings[row.pk]
    judge = partial(
        assessing.estimate_under, row, clause.id, settings, version=version, history=past.rows, year=past.year
    )
    verdict, supposed = supposing(own, officers, judge)
    closed = ""
    if verdict.eligible is not False and (points := assessing.open_points(clause.id, version, settings)):
        closed = f"本条款的解释口径（{'、'.join(points)}）尚待主管单位确定。"
    return Answer(
        policy=row,
        clause=clause,
        verdict=verdict,
        missing=[spec for spec in asked if spec.required and spec.name not in own],
        closed=closed,
        supposed="、".join(spec.label for spec in supposed),
    )
