"""Pages for everybody: what the portal is, the texts of the policies, each clause with its calculator."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

import rules
from applications import assessing
from applications.models import Clause, Policy, Round
from portal.forms.facts import FactsForm
from portal.limits import too_many
from portal.requests import PublicRequest
from portal.views.estimates import estimate_of


@dataclass(frozen=True)
class ReadingShown:
    """One ambiguity of a clause as the page tells it: the answer in force, and whether the authority has chosen it."""

    id: str
    question: str
    answer: str
    chosen: bool


def _open_rounds() -> list[Round]:
    rounds = Round.objects.open_at(timezone.now()).select_related("policy__authority", "clause")
    return list(rounds.order_by("closes_at", "pk"))


def _policies(rounds: list[Round]) -> list[Policy]:
    """Return the policies with how many of their items can be claimed, and whether claims are taken now."""
    open_now = {row.policy_id for row in rounds}
    items = Count("clauses", filter=Q(clauses__monetary=True))
    rows: list[Policy] = list(Policy.objects.select_related("authority").annotate(items=items).order_by("pk"))
    for row in rows:
        row.open = row.pk in open_now  # type: ignore[attr-defined] # for the template alone
    return rows


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what the portal is and lead to what is open now."""
    rounds = _open_rounds()
    return render(request, "public/home.html", {"rounds": rounds, "rows": _policies(rounds)})


@login_not_required
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """List the policies with their authorities and whether claims are taken now."""
    open_now = {row.policy_id for row in _open_rounds()}
    found = list(Policy.objects.select_related("authority"))
    versions = assessing.versions_in_force(found, timezone.localdate())
    rows = [
        {"policy": row, "pack": rules.load().versions[versions[row.pk]], "open": row.pk in open_now} for row in found
    ]
    return render(request, "public/policies.html", {"rows": rows})


@login_not_required
@require_safe
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """Show a policy: its clauses in the order of the text, each with its words, as they are in force today."""
    row = get_object_or_404(Policy.objects.select_related("authority"), code=code)
    today, versions = timezone.localdate(), rules.load().versions
    pack = versions[assessing.version_in_force(row, today)]
    later = [versions[name] for name in assessing.published_versions(row)]
    context = {
        "policy": row,
        "pack": pack,
        "rounds": [open_round for open_round in _open_rounds() if open_round.policy_id == row.pk],
        "coming": [version for version in later if version.effective_from and version.effective_from > today],
    }
    return render(request, "public/policy.html", context)


@login_not_required
@require_safe
def clause(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Show a clause: words, who may claim, what to prove, how the sum follows, and the calculator."""
    row = _clause(code, number)
    settings, version = assessing.readings_in_force(row.policy), assessing.clause_version_today(row)
    return _clause_page(request, row, settings, version, _calculator(row, settings, version))


@login_not_required
@require_POST
def estimate(request: PublicRequest, code: str, number: str) -> HttpResponse:
    """Compute from what was typed: the box alone for htmx, the whole page for a browser without script."""
    if too_many(request, "estimate", most=120, seconds=60):
        return render(request, "429.html", status=429)
    row = _clause(code, number)
    if not row.monetary:
        return render(request, "404.html", status=404)
    settings, version = assessing.readings_in_force(row.policy), assessing.clause_version_today(row)
    form = _calculator(row, settings, version, request.POST)
    judge = partial(assessing.estimate_under, row.policy, row.code, settings, version=version)
    result = estimate_of(form, judge)
    if request.htmx:
        return render(request, "public/estimate_result.html", result)
    return _clause_page(request, row, settings, version, form, status=422 if form.errors else 200, **result)


def _clause(code: str, number: str) -> Clause:
    rows = Clause.objects.select_related("policy__authority")
    return get_object_or_404(rows, policy__code=code, number=number)


def _calculator(row: Clause, settings: dict[str, str], version: str, data: Any = None) -> FactsForm:
    return FactsForm(rules.fields(row.code, settings, version=version) if row.monetary else (), data)


def _clause_page(
    request: HttpRequest,
    row: Clause,
    settings: dict[str, str],
    version: str,
    form: FactsForm,
    *,
    status: int = 200,
    **result: Any,
) -> HttpResponse:
    rounds = Round.objects.open_at(timezone.now()).filter(Q(clause=row) | Q(clause=None), policy=row.policy_id)
    pack = rules.load().versions[version]
    context = {
        "row": row,
        "pack": pack,
        "clause": rules.load().clause(row.code, version=version),
        "lapsed": version != assessing.version_in_force(row.policy),
        "evidence": rules.evidence(row.code, version=version) if row.monetary else (),
        "round": rounds.order_by("closes_at").first() if row.monetary else None,
        "closed": assessing.why_clause_is_closed(row) if row.monetary else "",
        "readings": _readings(pack, row.code, settings),
        "form": form,
        **result,
    }
    return render(request, "public/clause.html", context, status=status)


def _readings(pack: "rules.Pack", clause_code: str, settings: dict[str, str]) -> list[ReadingShown]:
    return [
        ReadingShown(spec.id, spec.question, spec.options.get(letter or "", "尚待主管单位确定"), spec.id in settings)
        for spec in pack.readings
        if clause_code in spec.clauses
        for letter in [settings.get(spec.id, spec.recommended)]
    ]
