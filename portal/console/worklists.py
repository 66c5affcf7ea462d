"""Work lists beside the queue: handing cases out in one go, filters an officer keeps, and who carries how much."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications.actions import ActionRefused, assigning
from applications.models import Application, Clause, Duty, Posting, SavedFilter, Status
from applications.permissions import ASSIGNING
from applications.workflow import ENDED, TURN
from portal.console.queue import colleagues_of, forget_counts
from portal.console.site import EXTRA_URLS, NAVIGATION, OVERSIGHT, Entry, Group, case_desk, site
from portal.filters import CAN_BE_LATE, QueueFilter
from portal.forms.worklists import AssignForm, SavedFilterForm
from portal.idempotency import idempotent
from portal.requests import Request

FILTERS_MOST = 20
OPEN = frozenset(Status) - ENDED - {Status.DRAFT}
READERS = frozenset(ASSIGNING) | OVERSIGHT


@require_POST
@idempotent
def assign(request: Request) -> HttpResponse:
    """Hand the chosen cases to one officer of the same desk; each is one act, each refusal is said by its number."""
    posting = case_desk(request)
    cases = Application.objects.at_the_desk_of(request.user).filter(authority=posting.authority_id)
    form = AssignForm(request.POST, cases=cases, colleagues=colleagues_of(posting))
    back = redirect(f"{reverse('console:queue')}?{_clean_query(request.POST.get('query', ''))}")
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return back
    done, refused = 0, []
    for case in form.cleaned_data["cases"]:
        try:
            assigning.assign(case, to=form.cleaned_data["to"], by=request.user, at=timezone.now())
            done += 1
        except ActionRefused as refusal:
            refused.append(f"{case.number}：{refusal}")
    forget_counts(posting.authority_id)
    if done:
        to = form.cleaned_data["to"]
        messages.success(request, f"已将{done}件交由{to}承办。" if to else f"已撤销{done}件的分办。")
    for sentence in refused:
        messages.error(request, sentence)
    return back


def _clean_query(query: str) -> str:
    """Return an address of the queue with nothing in it but the queue's own filters."""
    return urlencode([(name, value) for name, value in parse_qsl(query)[:20] if name in QueueFilter.base_filters])


@require_POST
@idempotent
def save_filter(request: Request) -> HttpResponse:
    """Keep what the queue is narrowed by under a name; the same name again takes its place."""
    case_desk(request)
    query = _clean_query(request.POST.get("query", ""))
    back = redirect(f"{reverse('console:queue')}?{query}")
    form = SavedFilterForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["name"][0]))
        return back
    name = form.cleaned_data["name"]
    own = SavedFilter.objects.filter(user=request.user, page="queue")
    if own.exclude(name=name).count() >= FILTERS_MOST:
        messages.error(request, f"最多保存{FILTERS_MOST}个常用筛选，请先删除不用的。")
        return back
    SavedFilter.objects.update_or_create(user=request.user, page="queue", name=name, defaults={"query": query})
    messages.success(request, f"已保存常用筛选“{name}”。")
    return back


@require_POST
@idempotent
def drop_filter(request: Request) -> HttpResponse:
    """Forget one of the own saved filters."""
    case_desk(request)
    row = get_object_or_404(SavedFilter, user=request.user, page="queue", name=request.POST.get("name", "")[:30])
    row.delete()
    messages.success(request, f"已删除常用筛选“{row.name}”。")
    return redirect("console:queue")


@dataclass(frozen=True)
class Load:
    """One line of the work load: who or what, how many open cases, how many due soon, how many late."""

    name: str
    note: str
    query: str
    cases: int
    soon: int
    late: int


def _numbers() -> dict[str, Count]:
    today = timezone.localdate()
    soon = today + timedelta(days=3)
    return {
        "cases": Count("pk"),
        "soon": Count("pk", filter=Q(due_on__gte=today, due_on__lte=soon)),
        "late": Count("pk", filter=Q(due_on__lt=today) & CAN_BE_LATE),
    }


@require_safe
def load(request: Request) -> HttpResponse:
    """Show how much every officer of the authority carries, and what is open under every clause."""
    posting = case_desk(request)
    cases = Application.objects.at_the_desk_of(request.user).filter(authority=posting.authority_id, status__in=OPEN)
    context = {
        **site.each_context(request),
        "title": "工作量",
        "officers": _by_officer(posting, cases),
        "clauses": _by_clause(cases),
    }
    return render(request, "console/load.html", context)


def _by_officer(posting: Posting, cases) -> list[Load]:
    """Return a line for each case officer posted today, and for each desk what nobody has taken."""
    posted = Posting.objects.current().filter(authority=posting.authority_id, duty__in=ASSIGNING)
    officers = posted.select_related("user").order_by("duty", "user__name", "pk")
    turns = {status: duty for duty in ASSIGNING for status in TURN[duty]}
    found: dict[tuple[str, int | None], list[int]] = {}
    rows = cases.filter(status__in=turns).order_by().values_list("status", "assigned_to").annotate(**_numbers())
    for status, officer, *numbers in rows:
        key = (turns[status], officer)
        found[key] = [have + more for have, more in zip(found.get(key, [0, 0, 0]), numbers, strict=True)]
    lines = [
        Load(row.user.name, row.get_duty_display(), "", *found.get((row.duty, row.user_id), [0, 0, 0]))
        for row in officers
    ]
    lines += [
        Load("尚未分办", str(Duty(duty).label), "", *found[duty, None]) for duty in ASSIGNING if (duty, None) in found
    ]
    return lines


def _by_clause(cases) -> list[Load]:
    numbers = {pk: rest for pk, *rest in cases.order_by().values_list("clause").annotate(**_numbers())}
    clauses = Clause.objects.filter(pk__in=numbers).order_by("policy_id", "position")
    return [Load(str(row), "", f"?status=all&clause={row.pk}", *numbers[row.pk]) for row in clauses]


EXTRA_URLS += [
    path("queue/assign/", assign, name="assign"),
    path("queue/filters/save/", save_filter, name="filter_save"),
    path("queue/filters/drop/", drop_filter, name="filter_drop"),
    path("load/", load, name="load"),
]
NAVIGATION.append(Entry("工作量", "console:load", READERS, Group.RECORDS))
