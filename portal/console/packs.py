"""A version file as the policy manager examines it: its examples, the report of its check, what it changes."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

import rules
from applications.publishing import report_of
from portal.console.policy import own_policy, version_asked
from portal.console.site import EXTRA_URLS, site
from portal.requests import Request

STATES = {"added": "新增", "removed": "删去", "changed": "修改"}


@dataclass(frozen=True)
class Examples:
    """The examples of one clause, those that do not agree first."""

    number: str
    article: str
    name: str
    rows: list["rules.Worked"]

    @property
    def wrong(self) -> int:
        """How many do not agree."""
        return sum(not row.agrees for row in self.rows)


def _by_clause(rows: Iterable["rules.Worked"]) -> list[Examples]:
    """Return the examples by clause in the order of the text, those that do not agree first in each."""
    found: dict[str, Examples] = {}
    for row in rows:
        found.setdefault(row.number, Examples(row.number, row.article, row.clause_name, [])).rows.append(row)
    for group in found.values():
        group.rows.sort(key=lambda row: row.agrees)
    return list(found.values())


@require_safe
def examples(request: Request, pk: int) -> HttpResponse:
    """Show the examples of a version with what the rules give now, of one clause where it is named."""
    row = own_policy(request, pk)
    version, asked, problem = version_asked(request, row), request.GET.get("clause", ""), ""
    groups: list[Examples] = []
    try:
        groups = _by_clause(rules.worked_examples(version))
    except rules.PackError as error:
        problem = str(error)
    context = {
        **site.each_context(request),
        "title": f"{row.title}：算例",
        "policy": row,
        "version": version,
        "versions": rules.load().chains[row.code],
        "choices": [(group.number, f"{group.article} {group.name}") for group in groups],
        "asked": asked,
        "groups": [group for group in sorted(groups, key=lambda g: not g.wrong) if asked in ("", group.number)],
        "count": sum(len(group.rows) for group in groups),
        "wrong": sum(group.wrong for group in groups),
        "problem": problem,
    }
    return render(request, "console/policy/examples.html", context)


@require_safe
def check(request: Request, pk: int) -> HttpResponse:
    """Show what the check says about a version; it is run when the page is asked for, and kept."""
    row = own_policy(request, pk)
    version = version_asked(request, row)
    context = {
        **site.each_context(request),
        "title": f"{row.title}：检查报告",
        "policy": row,
        "version": version,
        "versions": rules.load().chains[row.code],
        "report": report_of(version),
        "lock": rules.lock_state(version),
    }
    return render(request, "console/policy/check.html", context)


@require_safe
def difference(request: Request, pk: int) -> HttpResponse:
    """Show what changed from one version to another; without names, from the last but one file to the last."""
    row = own_policy(request, pk)
    chain = rules.load().chains[row.code]
    before = version_asked(request, row, "before") if request.GET.get("before") else chain[-2:][0]
    after = version_asked(request, row, "after") if request.GET.get("after") else chain[-1]
    found, problem = None, ""
    if before != after:
        try:
            found = rules.compare_versions(before, after)
        except rules.PackError as error:
            problem = str(error)
    context = {
        **site.each_context(request),
        "title": f"{row.title}：版本差异",
        "policy": row,
        "versions": chain,
        "before": before,
        "after": after,
        "difference": found,
        "counts": [(words, found.count(state)) for state, words in STATES.items()] if found else [],
        "items": [(STATES[item.state], item) for item in found.items] if found else [],
        "problem": problem,
    }
    return render(request, "console/policy/difference.html", context)


EXTRA_URLS += [
    path("policies/<int:pk>/examples/", examples, name="policy_examples"),
    path("policies/<int:pk>/check/", check, name="policy_check"),
    path("policies/<int:pk>/difference/", difference, name="policy_difference"),
]
