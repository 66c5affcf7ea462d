"""The pages of one case side by side: every tab shows the same head and reads only what it needs."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, Status
from portal.console.site import EVERY_DUTY, case_desk, duty_of, site
from portal.requests import Request


@dataclass(frozen=True)
class CaseTab:
    """One page of a case: its words, the name of its address, its place from left to right, and whose it is."""

    label: str
    url_name: str
    place: int = 50
    duties: frozenset[str] = EVERY_DUTY


# A page of a case joins by adding its tab.
CASE_TABS: list[CaseTab] = []


def case_of_tab(request: Request, pk: int) -> Application:
    """Return a case of the officer's authority with what the head of its pages shows; anything else is a 404."""
    case_desk(request)
    cases = Application.objects.at_the_desk_of(request.user).select_related(
        "authority", "policy", "clause__policy", "applicant", "assigned_to"
    )
    return get_object_or_404(cases, pk=pk)


def notice_over(case: Application) -> bool:
    """Whether 公示 has run its days: nothing is late then, the case is ripe."""
    return case.status == Status.NOTICED and case.due_on is not None and case.due_on < timezone.localdate()


def tab_context(request: Request, case: Application) -> dict[str, Any]:
    """Return what the head of every page of a case shows."""
    duty = duty_of(request)
    return {
        **site.each_context(request),
        "title": case.number,
        "case": case,
        "notice_over": notice_over(case),
        "tabs": [
            (tab.label, reverse(tab.url_name, args=[case.pk]), tab.url_name)
            for tab in sorted(CASE_TABS, key=lambda tab: tab.place)
            if duty in tab.duties
        ],
        "tab_now": request.resolver_match.view_name if request.resolver_match else "",
    }


def tab_page(
    request: Request, case: Application, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Answer with one page of a case; `context` holds what is its own, also `refusal` after a refused act."""
    return render(request, template, tab_context(request, case) | context, status=status)
