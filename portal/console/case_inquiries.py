"""What was found out beyond the papers of a case: registers, the site, experts, other departments; and the forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import permissions
from applications.actions import inquiry, joint_review, opinion
from applications.models import Application, CreditCheck, Duty, ExpertOpinion, JointReview, Posting, SiteVisit, User
from applications.permissions import ActionRefused, Standing
from portal.console.acting import acting_on
from portal.console.site import EXTRA_URLS, case_desk
from portal.console.tabs import CASE_TABS, CaseTab, tab_page
from portal.forms import inquiry as forms
from portal.idempotency import idempotent
from portal.requests import Request

DEMANDS = (
    ("demands_credit_check", "信用核查"),
    ("demands_site_visit", "现场核查"),
    ("demands_expert_opinion", "专家意见"),
    ("demands_joint_review", "部门会审"),
)


@dataclass
class Inquiries:
    """A case with how the officer stands to it; what was recorded is read when it is shown."""

    case: Any  # an Application with the annotations of `permissions.demands`
    standing: Standing

    @cached_property
    def credit_checks(self) -> list[CreditCheck]:
        """Every look into a register."""
        return list(self.case.credit_checks.select_related("file", "checked_by__user"))

    @cached_property
    def visits(self) -> list[SiteVisit]:
        """Every visit."""
        return list(self.case.site_visits.select_related("file", "officer", "companion", "recorded_by__user"))

    @cached_property
    def opinions(self) -> list[ExpertOpinion]:
        """Every question to an expert, answered or not."""
        return list(self.case.expert_opinions.select_related("file", "asked_by__user", "answered_by"))

    @cached_property
    def reviews(self) -> list[JointReview]:
        """Every joint review with its votes (two queries)."""
        rows = self.case.joint_reviews.select_related("minutes", "called_by__user", "closed_by__user")
        reviews = list(rows.prefetch_related("votes"))
        for review in reviews:
            voted = {vote.unit for vote in review.votes.all()}
            review.silent = [unit for unit in review.units if unit not in voted]
        return reviews

    @property
    def running(self) -> JointReview | None:
        """The joint review under way."""
        return next((review for review in self.reviews if review.closed_at is None), None)

    @cached_property
    def _posted(self) -> list[Posting]:
        rows = Posting.objects.current().filter(authority=self.case.authority_id).exclude(duty=Duty.SYSTEM)
        return list(rows.select_related("user").order_by("user__name", "pk"))

    @property
    def officers(self) -> list[User]:
        """Who may go and look."""
        return [row.user for row in self._posted if row.duty != Duty.EXPERT]

    @property
    def experts(self) -> list[User]:
        """Who may be asked here."""
        return [row.user for row in self._posted if row.duty == Duty.EXPERT]

    @property
    def demanded(self) -> list[str]:
        """What the clause demands, in words."""
        words = [label for name, label in DEMANDS if getattr(self.case, name)]
        units = permissions.demanded_units(self.case)
        return [f"{word}（{'、'.join(units)}）" if word == "部门会审" and units else word for word in words]

    @property
    def stage(self) -> str:
        """Whose credit check this officer would make."""
        return CreditCheck.Stage.PAYMENT if self.standing.duty == Duty.PAY else CreditCheck.Stage.VERIFY


@dataclass(frozen=True)
class Act:
    """One thing to record: its label, why it cannot be, its form, the action, and what is said when it is done."""

    label: str
    why_not: Callable[[Inquiries], str]
    form: Callable[..., Form]
    action: Callable[..., Any]
    done: str


def _may_inquire(desk: Inquiries) -> str:
    return permissions.why_not_inquire(desk.case, desk.standing)


ACTS: dict[str, Act] = {
    "credit": Act(
        "记录信用核查",
        lambda desk: permissions.why_not_check_credit(desk.case, desk.standing, desk.stage),
        lambda desk, *data, **more: forms.CreditCheckForm(*data, **more),
        inquiry.record_credit_check,
        "已记录信用核查。",
    ),
    "visit": Act(
        "记录现场核查",
        _may_inquire,
        lambda desk, *data, **more: forms.SiteVisitForm(*data, officers=desk.officers, **more),
        inquiry.record_site_visit,
        "已记录现场核查。",
    ),
    "ask": Act(
        "征询专家意见",
        _may_inquire,
        lambda desk, *data, **more: forms.AskExpertForm(*data, experts=desk.experts, **more),
        opinion.ask_expert,
        "已发出征询，专家答复前不计入办理时限。",
    ),
    "call": Act(
        "发起会审",
        lambda desk: _may_inquire(desk) or ("本件的会审正在进行。" if desk.running else ""),
        lambda desk, *data, **more: forms.CallReviewForm(*data, units=permissions.demanded_units(desk.case), **more),
        joint_review.call_joint_review,
        "已发起会审。",
    ),
    "vote": Act(
        "记录表决",
        lambda desk: _may_inquire(desk) or ("" if desk.running else "本件没有进行中的会审。"),
        lambda desk, *data, **more: forms.VoteForm(*data, units=_silent(desk), **more),
        joint_review.vote,
        "已记录表决。",
    ),
    "minutes": Act(
        "形成纪要",
        lambda desk: _may_inquire(desk) or ("" if desk.running else "本件没有进行中的会审。"),
        lambda desk, *data, **more: forms.CloseReviewForm(*data, **more),
        joint_review.close_joint_review,
        "会审已形成纪要。",
    ),
}


def _silent(desk: Inquiries) -> list[str]:
    return desk.running.silent if desk.running else []  # type: ignore[attr-defined] # set where reviews are read


def inquiries_of(request: Request, pk: int) -> Inquiries:
    """Return a case of the officer's authority, read in one query; anything else is a 404."""
    case_desk(request)
    cases = permissions.with_standing(Application.objects.at_the_desk_of(request.user), request.user)
    cases = cases.annotate(**permissions.demands()).select_related(
        "authority", "policy", "clause__policy", "applicant", "assigned_to"
    )
    case = get_object_or_404(cases, pk=pk)
    return Inquiries(case, permissions.standing_in(case, request.user))


def inquiries_page(
    request: Request, desk: Inquiries, *, refusal: str = "", sent: Mapping[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    """
    Answer with the tab; `sent` holds a form that was refused, under the name of its act or "answer-<pk>".

    What was typed into a form that the page no longer shows stands beside the refusal.
    """
    sent = sent or {}
    may = {name: not act.why_not(desk) for name, act in ACTS.items()}
    shown = {
        name: sent.get(name) or act.form(desk, prefix=name, auto_id=f"{name}-%s")
        for name, act in ACTS.items()
        if may[name]
    }
    open_outside = [row for row in desk.opinions if row.expert_id is None and row.answered_at is None]
    answers = {row.pk: sent.get(f"answer-{row.pk}") or _answer_form(row) for row in open_outside if may["ask"]}
    on_the_page = [*shown.values(), *answers.values()]
    context = {
        "desk": desk,
        "forms": shown,
        "opinions": [(row, answers.get(row.pk)) for row in desk.opinions],
        "missing": permissions.missing_inquiries(desk.case) if desk.case.status == "verifying" else [],
        "refusal": refusal,
        "kept": [line for form in sent.values() if form not in on_the_page for line in _typed(form)],
    }
    return tab_page(request, desk.case, "console/case_inquiries.html", context, status=status)


def _typed(form: Form) -> list[tuple[str, str]]:
    """Return what a person typed or chose in a form, in words."""
    said = [(field, field.value()) for field in form if not field.is_hidden]
    return [(str(field.label), str(value)) for field, value in said if value]


def _answer_form(row: ExpertOpinion, *data: Any) -> forms.AnswerForm:
    return forms.AnswerForm(*data, outside=True, prefix=f"answer-{row.pk}", auto_id=f"answer-{row.pk}-%s")


@require_safe
def inquiries(request: Request, pk: int) -> HttpResponse:
    """Show what was found out about a case to an officer of its authority."""
    return inquiries_page(request, inquiries_of(request, pk))


def _view(name: str) -> Callable[..., HttpResponse]:
    """Return the view that records one thing."""
    act = ACTS[name]

    @require_POST
    @idempotent
    def record(request: Request, pk: int) -> HttpResponse:
        desk = inquiries_of(request, pk)
        form = act.form(desk, request.POST, request.FILES, prefix=name, auto_id=f"{name}-%s")
        if reason := act.why_not(desk):
            return inquiries_page(request, desk, refusal=reason, sent={name: form}, status=409)
        if not form.is_valid():
            return inquiries_page(request, desk, sent={name: form}, status=422)
        values = form.cleaned_data | ({"stage": desk.stage} if name == "credit" else {})
        try:
            with acting_on(request, desk.case):
                act.action(desk.case, **values, by=request.user, at=timezone.now())
        except ActionRefused as refusal:
            return inquiries_page(
                request, inquiries_of(request, pk), refusal=str(refusal), sent={name: form}, status=409
            )
        messages.success(request, act.done)
        return redirect("console:case_inquiries", pk)

    return record


@require_POST
@idempotent
def answer(request: Request, pk: int, opinion_pk: int) -> HttpResponse:
    """Enter the signed opinion of an expert who has no account."""
    desk = inquiries_of(request, pk)
    row = get_object_or_404(ExpertOpinion.objects.select_related("application"), pk=opinion_pk, application=desk.case)
    form = _answer_form(row, request.POST, request.FILES)
    sent = {f"answer-{row.pk}": form}
    if reason := permissions.why_not_answer(desk.case, desk.standing, row):
        return inquiries_page(request, desk, refusal=reason, sent=sent, status=409)
    if not form.is_valid():
        return inquiries_page(request, desk, sent=sent, status=422)
    try:
        with acting_on(request, desk.case):
            opinion.answer_expert(row, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return inquiries_page(request, inquiries_of(request, pk), refusal=str(refusal), sent=sent, status=409)
    messages.success(request, f"已录入{row.expert_name}的答复。")
    return redirect("console:case_inquiries", pk)


EXTRA_URLS.append(path("cases/<int:pk>/inquiries/", inquiries, name="case_inquiries"))
for _name in ACTS:
    EXTRA_URLS.append(path(f"cases/<int:pk>/inquiries/{_name}/", _view(_name), name=f"inquiry_{_name}"))
EXTRA_URLS.append(
    path("cases/<int:pk>/inquiries/answer/<int:opinion_pk>/", answer, name="inquiry_answer"),
)
CASE_TABS.append(CaseTab("核查与会审", "console:case_inquiries", 30))
