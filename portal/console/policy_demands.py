"""办理要求: what each clause demands before a sum may be proposed, entered by the policy manager, with its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications.actions.demand import KINDS, set_demand
from applications.models import Clause, ClauseDemand, Event, Policy
from applications.permissions import ActionRefused
from portal.console.policy import policy_desk
from portal.console.site import EXTRA_URLS, site
from portal.forms.inquiry import DemandForm
from portal.idempotency import idempotent
from portal.requests import Request

HISTORY = 50
WORDS = {kind: DemandForm.base_fields[kind].label for kind in KINDS}


@dataclass(frozen=True)
class Row:
    """One clause: what it demands now, who entered it, and the form to change it."""

    clause: Clause
    demand: ClauseDemand | None
    form: DemandForm

    @property
    def words(self) -> str:
        """What is demanded, in one line."""
        return demand_words(_values(self.demand))


@dataclass(frozen=True)
class Change:
    """One line of the history: which clause, from what to what, on which paper."""

    event: Event
    clause: str
    before: str
    after: str


def demand_words(values: Mapping[str, Any]) -> str:
    """Return a demand in words: 信用核查、部门会审（某局、某委), or that there is none."""
    words = [str(WORDS[kind]) for kind in KINDS if values.get(kind)]
    if values.get("joint_review"):
        words[-1] += f"（{values['joint_units']}）"
    return "、".join(words) or "无"


def _values(demand: ClauseDemand | None) -> dict[str, Any]:
    return {name: getattr(demand, name) for name in (*KINDS, "joint_units")} if demand else {}


def _policy(request: Request, pk: int) -> Policy:
    posting = policy_desk(request)
    return get_object_or_404(Policy.objects.select_related("authority"), pk=pk, authority=posting.authority_id)


def _form(clause: Clause, demand: ClauseDemand | None) -> DemandForm:
    return DemandForm(initial=_values(demand), auto_id=f"{clause.pk}-%s")


@require_safe
def demands(request: Request, pk: int) -> HttpResponse:
    """Show every clause of a policy with its demand."""
    return demands_page(request, _policy(request, pk))


def demands_page(
    request: Request, row: Policy, *, sent: Mapping[int, DemandForm] | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    """Answer with the page; `sent` holds the form of a clause that was refused."""
    sent = sent or {}
    clauses = list(row.clauses.claimable().order_by("position"))
    known = {demand.clause_id: demand for demand in _demands(row)}
    names = {clause.code: str(clause) for clause in clauses}
    events = Event.objects.filter(chain=f"authority:{row.authority_id}", action="set_demand", detail__policy=row.code)
    context = {
        **site.each_context(request),
        "title": f"{row.title}：办理要求",
        "policy": row,
        "rows": [
            Row(clause, known.get(clause.pk), sent.get(clause.pk) or _form(clause, known.get(clause.pk)))
            for clause in clauses
        ],
        "changes": [
            Change(
                event,
                names.get(event.detail["clause"], event.detail["clause"]),
                demand_words(event.detail["before"]),
                demand_words(event.detail["after"]),
            )
            for event in events.select_related("by").order_by("-sequence")[:HISTORY]
        ],
        "refusal": refusal,
    }
    return render(request, "console/policy/demands.html", context, status=status)


def _demands(row: Policy):
    return ClauseDemand.objects.filter(clause__policy=row).select_related("entered_by")


@require_POST
@idempotent
def enter(request: Request, pk: int) -> HttpResponse:
    """Enter what a clause demands."""
    posting = policy_desk(request)
    clauses = Clause.objects.claimable().select_related("policy__authority")
    clause = get_object_or_404(clauses, pk=pk, policy__authority=posting.authority_id)
    form = DemandForm(request.POST, auto_id=f"{clause.pk}-%s")
    if not form.is_valid():
        return demands_page(request, clause.policy, sent={clause.pk: form}, status=422)
    try:
        set_demand(clause, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return demands_page(request, clause.policy, sent={clause.pk: form}, refusal=str(refusal), status=409)
    messages.success(request, f"已设定“{clause}”的办理要求。")
    return redirect("console:policy_demands", clause.policy_id)


EXTRA_URLS += [
    path("policies/<int:pk>/demands/", demands, name="policy_demands"),
    path("clauses/<int:pk>/demand/", enter, name="demand_set"),
]
