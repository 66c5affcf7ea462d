"""
The policy desk: clauses beside their rules, the issue day, readings, rounds, pools, and what was done about them.

Only policy managers come in, and only to the policies of their own authority; everybody else gets a 404.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

import rules
from applications.actions import policy as actions
from applications.assessing import published_versions, reading_specs, readings_in_force, version_in_force
from applications.models import Clause, Duty, Event, Policy, Posting, Reading, Round
from applications.permissions import ActionRefused
from portal.console.desk_tasks import open_tasks
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, posting_of, site
from portal.forms.policy import IssueDayForm, PoolForm, ReadingForm, RoundForm
from portal.idempotency import idempotent
from portal.requests import Request

HISTORY = 50

ACTS = {
    "set_issue_day": "录入印发日期",
    "open_round": "开放批次",
    "close_round": "截止批次",
    "choose_reading": "提出口径",
    "confirm_reading": "确认口径",
    "drop_reading": "撤下口径意见",
    "set_pool": "设定资金池",
    "set_demand": "设定办理要求",
    "enter_earlier_awards": "录入既往奖补",
    "reverse_earlier_award": "冲销既往奖补",
    "set_length": "设定办理时限",
    "enter_days": "录入工作日安排",
    "open_year": "启用年度工作日安排",
    "propose_publication": "提出发布版本",
    "confirm_publication": "确认发布版本",
    "drop_publication": "撤下发布意见",
    "open_pool": "按条文设定资金池",
    "propose_wording": "提出文书用语",
    "confirm_wording": "确认文书用语",
    "drop_wording": "撤下文书用语",
    "arrange_funds": "生成资金安排表",
    "choose_shortfall": "确定余额不足时的办法",
    "carry_wait": "结转排队",
    "settle": "批次资金结算",
    "confirm_settlement": "确认批次资金结算",
    "drop_settlement": "撤下批次资金结算",
}


def policy_desk(request: Request) -> Posting:
    """Return the policy manager's posting, or 404."""
    posting = posting_of(request)
    if posting is None or posting.duty != Duty.POLICY:
        raise Http404
    return posting


def own_policy(request: Request, pk: int) -> Policy:
    """Return a policy of the manager's own authority, or 404."""
    posting = policy_desk(request)
    return get_object_or_404(Policy.objects.select_related("authority"), pk=pk, authority=posting.authority_id)


@dataclass(frozen=True)
class Act:
    """One line of the authority's history."""

    label: str
    event: Event


@require_safe
def policies(request: Request) -> HttpResponse:
    """List the authority's policies; the only one opens at once."""
    posting = policy_desk(request)
    rows = list(Policy.objects.filter(authority=posting.authority_id))
    if len(rows) == 1:
        return redirect("console:policy", rows[0].pk)
    tasks = open_tasks(posting.authority_id)
    context = {**site.each_context(request), "title": "政策", "rows": rows, "tasks": tasks}
    return render(request, "console/policy/list.html", context)


@require_safe
def policy(request: Request, pk: int) -> HttpResponse:
    """Show one policy: dates, rounds, pools and history."""
    return policy_page(request, own_policy(request, pk))


def policy_page(request: Request, row: Policy, *, refusal: str = "", status: int = 200, **forms: Form) -> HttpResponse:
    """Render the page of a policy; `issue_form`, `round_form`, `pool_form` are what was typed, kept after a refusal."""
    pack = rules.load().versions[version_in_force(row)]
    events = Event.objects.filter(chain=f"authority:{row.authority_id}").select_related("by").order_by("-sequence")
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": row.title,
        "policy": row,
        "tasks": open_tasks(row.authority_id),
        "pack": pack,
        "term": _term(row, pack),
        "rounds": row.rounds.select_related("clause"),
        "pools": row.pools.prefetch_related(Prefetch("clauses", Clause.objects.order_by("position"))).order_by(
            "-year", "name"
        ),
        "acts": [Act(ACTS.get(event.action, event.action), event) for event in events[:HISTORY]],
        "now": timezone.now(),
        "refusal": refusal,
        "issue_form": IssueDayForm(initial={"issued_on": row.issued_on, "source": row.issue_source}),
        "round_form": RoundForm(policy=row),
        "pool_form": PoolForm(policy=row, initial={"year": timezone.localdate().year}),
    }
    return render(request, "console/policy/policy.html", context | forms, status=status)


def _term(row: Policy, pack: "rules.Pack") -> tuple[date | None, date | None]:
    """Return first and last day in force under the readings in force; (None, None) while 待定."""
    span = pack.span(readings_in_force(row), row.issued_on)
    return span.start, span.end


def act(
    request: Request, act: Callable[[], Any], words: str, back: Callable[[str], HttpResponse], then: HttpResponse
) -> HttpResponse:
    """Run one action: on with a message, or back to the page with the reason (409)."""
    try:
        act()
    except ActionRefused as refusal:
        return back(str(refusal))
    messages.success(request, words)
    return then


@require_POST
@idempotent
def set_issue_day(request: Request, pk: int) -> HttpResponse:
    """Enter or put right the day of issue."""
    row, form = own_policy(request, pk), IssueDayForm(request.POST)
    if not form.is_valid():
        return policy_page(request, row, status=422, issue_form=form)
    return act(
        request,
        lambda: actions.set_issue_day(row, by=request.user, at=timezone.now(), **form.cleaned_data),
        "已录入印发日期。",
        lambda reason: policy_page(request, row, refusal=reason, status=409, issue_form=form),
        redirect("console:policy", row.pk),
    )


@require_POST
@idempotent
def open_round(request: Request, pk: int) -> HttpResponse:
    """Open a filing window."""
    row = own_policy(request, pk)
    form = RoundForm(request.POST, policy=row)
    if not form.is_valid():
        return policy_page(request, row, status=422, round_form=form)
    return act(
        request,
        lambda: actions.open_round(row, by=request.user, at=timezone.now(), **form.window()),
        "已设立申报批次。",
        lambda reason: policy_page(request, row, refusal=reason, status=409, round_form=form),
        redirect("console:policy", row.pk),
    )


@require_POST
@idempotent
def close_round(request: Request, pk: int) -> HttpResponse:
    """End a filing window now."""
    posting = policy_desk(request)
    window = get_object_or_404(
        Round.objects.select_related("policy__authority"), pk=pk, policy__authority=posting.authority_id
    )
    return act(
        request,
        lambda: actions.close_round(window, by=request.user, at=timezone.now()),
        "已截止该批次。",
        lambda reason: policy_page(request, window.policy, refusal=reason, status=409),
        redirect("console:policy", window.policy_id),
    )


@require_POST
@idempotent
def set_pool(request: Request, pk: int) -> HttpResponse:
    """Enter or change a yearly limit."""
    row = own_policy(request, pk)
    form = PoolForm(request.POST, policy=row)
    if not form.is_valid():
        return policy_page(request, row, status=422, pool_form=form)
    return act(
        request,
        lambda: actions.set_pool(row, by=request.user, at=timezone.now(), **form.cleaned_data),
        "已设定资金池。",
        lambda reason: policy_page(request, row, refusal=reason, status=409, pool_form=form),
        redirect("console:policy", row.pk),
    )


@require_safe
def clauses(request: Request, pk: int) -> HttpResponse:
    """Show every clause of a version: its words on one side, how the rules read them on the other."""
    row = own_policy(request, pk)
    pack = rules.load().versions[version_asked(request, row)]
    readings = [[spec for spec in pack.readings if clause.id in spec.clauses] for clause in pack.clauses]
    context = {
        **site.each_context(request),
        "title": f"{row.title}：条款与规则",
        "policy": row,
        "pack": pack,
        "versions": rules.load().chains[row.code],
        "rows": list(zip(pack.clauses, readings, strict=True)),
    }
    return render(request, "console/policy/clauses.html", context)


def version_asked(request: Request, row: Policy, name: str = "version") -> str:
    """Return the version file that the address names, the one in force today without one; 404 for another's."""
    asked = request.GET.get(name, "")
    if asked and asked not in rules.load().chains[row.code]:
        raise Http404
    return asked or version_in_force(row)


@dataclass(frozen=True)
class Question:
    """One ambiguity: how it may be read, how it is read now, what is proposed, and the form to propose."""

    spec: rules.ReadingSpec
    places: list[str]
    current: Reading | None
    waiting: Reading | None
    why_not_confirm: str
    form: ReadingForm

    @property
    def answer(self) -> str:
        """The letter in force: chosen, else recommended, else nothing."""
        return self.current.choice if self.current else self.spec.recommended or ""


@require_safe
def readings(request: Request, pk: int) -> HttpResponse:
    """Show every ambiguity of a text with its answers."""
    return readings_page(request, own_policy(request, pk))


def readings_page(
    request: Request, row: Policy, *, typed: dict[str, ReadingForm] | None = None, refusal: str = "", status=200
) -> HttpResponse:
    """Render the questions of a policy; `typed` holds the form of one question, kept after a refusal."""
    alive = Reading.objects.filter(policy=row, replaced_at=None).select_related("decided_by", "confirmed_by")
    current = {reading.key: reading for reading in alive if reading.confirmed_at}
    waiting = {reading.key: reading for reading in alive if not reading.confirmed_at}
    questions = []
    packs = [rules.load().versions[name] for name in published_versions(row)]
    names = {clause.id: f"{clause.article} {clause.name}" for pack in packs for clause in pack.clauses}
    for spec in reading_specs(row):
        proposed = waiting.get(spec.id)
        own = proposed is not None and proposed.decided_by_id == request.user.pk
        form = (typed or {}).get(spec.id) or ReadingForm(options=spec.options, auto_id=f"{spec.id}-%s")
        why_not = "须由另一名政策管理人员确认。" if own else ""
        places = [names.get(place, "施行日和失效日") for place in spec.clauses]
        questions.append(Question(spec, places, current.get(spec.id), proposed, why_not, form))
    context = {
        **site.each_context(request),
        "title": f"{row.title}：解释口径",
        "policy": row,
        "questions": questions,
        "refusal": refusal,
    }
    return render(request, "console/policy/readings.html", context, status=status)


@require_POST
@idempotent
def choose_reading(request: Request, pk: int, key: str) -> HttpResponse:
    """Propose how one ambiguity is read."""
    row = own_policy(request, pk)
    spec = next((spec for spec in reading_specs(row) if spec.id == key), None)
    if spec is None:
        raise Http404
    form = ReadingForm(request.POST, options=spec.options, auto_id=f"{key}-%s")
    if not form.is_valid():
        return readings_page(request, row, typed={key: form}, status=422)
    return act(
        request,
        lambda: actions.choose_reading(row, key=key, by=request.user, at=timezone.now(), **form.cleaned_data),
        "已提出口径意见，请另一名政策管理人员确认。",
        lambda reason: readings_page(request, row, typed={key: form}, refusal=reason, status=409),
        redirect("console:policy_readings", row.pk),
    )


def _reading(request: Request, pk: int) -> Reading:
    posting = policy_desk(request)
    rows = Reading.objects.select_related("policy__authority")
    return get_object_or_404(rows, pk=pk, policy__authority=posting.authority_id)


@require_POST
@idempotent
def confirm_reading(request: Request, pk: int) -> HttpResponse:
    """Put a proposed reading into force."""
    reading = _reading(request, pk)
    return act(
        request,
        lambda: actions.confirm_reading(reading, by=request.user, at=timezone.now()),
        "口径已生效。",
        lambda reason: readings_page(request, reading.policy, refusal=reason, status=409),
        redirect("console:policy_readings", reading.policy_id),
    )


@require_POST
@idempotent
def drop_reading(request: Request, pk: int) -> HttpResponse:
    """Take a proposed reading off the table."""
    reading = _reading(request, pk)
    return act(
        request,
        lambda: actions.drop_reading(reading, by=request.user, at=timezone.now()),
        "已撤下该口径意见。",
        lambda reason: readings_page(request, reading.policy, refusal=reason, status=409),
        redirect("console:policy_readings", reading.policy_id),
    )


EXTRA_URLS += [
    path("policies/", policies, name="policies"),
    path("policies/<int:pk>/", policy, name="policy"),
    path("policies/<int:pk>/clauses/", clauses, name="policy_clauses"),
    path("policies/<int:pk>/issue/", set_issue_day, name="issue_day"),
    path("policies/<int:pk>/rounds/", open_round, name="round_open"),
    path("rounds/<int:pk>/close/", close_round, name="round_close"),
    path("policies/<int:pk>/pools/", set_pool, name="pool_set"),
    path("policies/<int:pk>/readings/", readings, name="policy_readings"),
    path("policies/<int:pk>/readings/<str:key>/", choose_reading, name="reading_choose"),
    path("readings/<int:pk>/confirm/", confirm_reading, name="reading_confirm"),
    path("readings/<int:pk>/drop/", drop_reading, name="reading_drop"),
]
NAVIGATION.append(Entry("政策", "console:policies", frozenset({Duty.POLICY})))
