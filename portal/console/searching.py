"""Find a paper by its number: which cases of the own authority use it, and how many of others do."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

import rules
from applications.identities import amount_words, number_key, period_words
from applications.models import EvidenceUse
from portal.console.case_ledger import CaseLink, link_to
from portal.console.site import CASE_DUTIES, EXTRA_URLS, NAVIGATION, Entry, Group, case_desk, site
from portal.requests import Request

ROWS = 200
LONGEST = 200


@dataclass(frozen=True)
class Found:
    """One use of a paper by a case of the own authority."""

    use: EvidenceUse
    label: str
    period: str
    case: CaseLink
    amount: str


def _found(use: EvidenceUse, authority_id: int) -> Found:
    kind = rules.papers()[use.evidence.slot]
    entry = next((entry for entry in kind.ledger if entry.kind == use.item.kind), None)
    return Found(
        use=use,
        label=(entry.name if entry else "") or kind.label,
        period=period_words(use.item.period),
        case=link_to(use.application, authority_id),
        amount=amount_words(use.amount, entry.unit if entry else "") if use.amount else "",
    )


@require_safe
def paper_search(request: Request) -> HttpResponse:
    """Show who uses a paper of a number; of other authorities only how many cases."""
    posting = case_desk(request)
    asked = request.GET.get("q", "")[:LONGEST].replace("\x00", "")
    number = number_key(asked)
    uses = EvidenceUse.objects.filter(item__number=number)
    own = uses.filter(authority=posting.authority_id).select_related(
        "item", "evidence", "clause", "applicant", "application"
    )
    context = {
        **site.each_context(request),
        "title": "材料查询",
        "asked": asked,
        "number": number,
        "rows": [_found(use, posting.authority_id) for use in own.order_by("-pk")[:ROWS]] if number else [],
        "elsewhere": uses.filter(released_at=None)
        .exclude(authority=posting.authority_id)
        .values("application")
        .distinct()
        .count()
        if number
        else 0,
        "most": ROWS,
    }
    return render(request, "console/paper_search.html", context)


EXTRA_URLS.append(path("papers/", paper_search, name="paper_search"))
NAVIGATION.append(Entry("材料查询", "console:paper_search", CASE_DUTIES, Group.CASES))
