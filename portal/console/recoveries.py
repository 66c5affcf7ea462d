"""追回 in lists and figures: cases by stage and next deadline, and what is still to come back."""

from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications import recovery_figures
from applications.models import CaseDuty, Clause, RecoveryCase
from portal.console.site import CASE_DUTIES, EXTRA_URLS, NAVIGATION, Entry, Group, case_desk, site
from portal.paging import keyset
from portal.requests import Request
from portal.views.finance_pools import Chart

ROWS = 30
OPEN, ALL = "open", "all"
CONTROL = {"class": "form-control"}
SELECT = {"class": "form-select"}


class RecoveryFilter(django_filters.FilterSet):
    """Narrow cases by number or body, clause, ground and year, or to those that this officer has a part in."""

    q = django_filters.CharFilter(
        label="搜索",
        method="search",
        widget=forms.TextInput(attrs={**CONTROL, "placeholder": "案号、申报编号或单位名称"}),
    )
    clause = django_filters.ModelChoiceFilter(
        label="条款",
        field_name="application__clause",
        queryset=Clause.objects.none(),
        empty_label="全部",
        widget=forms.Select(attrs=SELECT),
    )
    kind = django_filters.ChoiceFilter(
        label="案由", choices=RecoveryCase.Kind.choices, empty_label="全部", widget=forms.Select(attrs=SELECT)
    )
    year = django_filters.NumberFilter(
        label="立案年度", widget=forms.TextInput(attrs={**CONTROL, "inputmode": "numeric", "maxlength": 4})
    )
    mine = django_filters.BooleanFilter(
        label="仅看我参与的", method="only_mine", widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )

    class Meta:
        model = RecoveryCase
        fields: list[str] = []

    def __init__(self, *args: Any, authority_id: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        clauses = Clause.objects.filter(policy__authority=authority_id).select_related("policy").order_by("pk")
        self.filters["clause"].field.queryset = clauses

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Take any part of a number or of a name."""
        text = value.strip()
        body = Q(application__applicant__name__contains=text) | Q(application__number__contains=text.upper())
        return queryset.filter(body | Q(number__contains=text))

    def only_mine(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        """Take the cases on which this officer holds a duty."""
        held = CaseDuty.objects.filter(application=OuterRef("application"), user=self.request.user)
        return queryset.filter(Exists(held)) if value else queryset


@dataclass(frozen=True)
class Tab:
    """One stage over the list, with how many cases stand there."""

    label: str
    state: str
    count: int
    current: bool


def _tabs(authority_id: int, chosen: str) -> list[Tab]:
    counts = recovery_figures.stages(authority_id)
    still_open = sum(count for state, count in counts.items() if state not in RecoveryCase.ENDED)
    rows = [("未办结", OPEN, still_open)]
    rows += [(state.label, state.value, counts.get(state, 0)) for state in RecoveryCase.State]
    rows.append(("全部", ALL, sum(counts.values())))
    return [Tab(label, state, count, state == chosen) for label, state, count in rows]


def _chosen(request: Request) -> str:
    asked = request.GET.get("state", OPEN)
    return asked if asked in {ALL, *RecoveryCase.State.values} else OPEN


@require_safe
def recoveries(request: Request) -> HttpResponse:
    """List recovery cases, the nearest deadline first."""
    posting = case_desk(request)
    chosen = _chosen(request)
    rows = RecoveryCase.objects.filter(authority=posting.authority_id)
    if chosen == OPEN:
        rows = rows.exclude(state__in=RecoveryCase.ENDED)
    elif chosen != ALL:
        rows = rows.filter(state=chosen)
    found = RecoveryFilter(request.GET, queryset=rows, request=request, authority_id=posting.authority_id)
    wanted = found.qs.select_related("application__applicant", "application__clause")
    page = keyset(wanted, ("next_due_on", "pk"), request, ROWS)
    sums = recovery_figures.sums_of(row.pk for row in page.rows)
    for row in page.rows:
        row.sums = sums.get(row.pk)
    context = {
        **site.each_context(request),
        "title": "追回",
        "tabs": _tabs(posting.authority_id, chosen),
        "chosen": chosen,
        "filter": found,
        "page": page,
        "narrowed": any(value not in (None, "", False) for value in found.form.cleaned_data.values())
        if found.form.is_valid()
        else True,
    }
    return render(request, "console/recoveries/list.html", context)


@require_safe
def figures(request: Request) -> HttpResponse:
    """Show what was owed, what came back and what is open, by year, age, body and clause."""
    posting = case_desk(request)
    found = recovery_figures.figures(posting.authority_id, timezone.localdate())
    charts = [
        _chart("recovery-years", "各年度追回情况", found.years),
        _chart("recovery-clauses", "各条款追回情况", found.clauses),
    ]
    context = {
        **site.each_context(request),
        "title": "追回统计",
        "figures": found,
        "tables": [("立案年度", found.years, charts[0]), ("条款", found.clauses, charts[1])],
        "today": timezone.localdate(),
    }
    return render(request, "console/recoveries/figures.html", context)


def _chart(key: str, label: str, lines: list[recovery_figures.Line]) -> Chart:
    """Return recovered, written off and open stacked to what was owed, in yuan."""
    series = (
        ("已追回", "green", [line.sums.recovered / 100 for line in lines]),
        ("已核销", "line", [line.sums.written_off / 100 for line in lines]),
        ("未追回", "amber", [line.sums.open / 100 for line in lines]),
    )
    told = [{"name": name, "tone": tone, "values": values} for name, tone, values in series]
    return Chart(key, label, [line.label for line in lines], told)


EXTRA_URLS += [
    path("recoveries/", recoveries, name="recoveries"),
    path("recoveries/figures/", figures, name="recovery_figures"),
]
NAVIGATION.append(Entry("追回", "console:recoveries", CASE_DUTIES, Group.WATCH))
