"""
窗口代办: an intake officer files for an applicant who stands at the counter with a written mandate.

Here the applicant is found or registered and the mandate is kept; the claim itself is filled on the pages of the
applicant. A case belongs to the officer who took the mandate: to every other officer it is a 404 until it is handed in.
"""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.actions import counter as actions
from applications.models import (
    Applicant,
    Application,
    BankAccount,
    Clause,
    Duty,
    Invitation,
    Membership,
    Posting,
    Round,
)
from applications.permissions import ActionRefused
from applications.uploads import BadUpload, Upload, inspect
from applications.workflow import EDITABLE
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, posting_of, site
from portal.forms.intake import (
    CodeForm,
    CounterAccountForm,
    CounterEnterpriseForm,
    CounterInviteForm,
    MandateFileForm,
    MandateForm,
)
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request

ROWS = 30


def counter_desk(request: Request) -> Posting:
    """Return the posting of an intake officer; 404 for everybody else."""
    posting = posting_of(request)
    if posting is None or posting.duty != Duty.INTAKE:
        raise Http404
    return posting


@require_safe
def counter(request: Request) -> HttpResponse:
    """List the claims this officer files for others, and look for an applicant by its code."""
    posting = counter_desk(request)
    asked = "uscc" in request.GET
    form = CodeForm(request.GET if asked else None)
    if asked and form.is_valid():
        known = Applicant.objects.filter(uscc=form.cleaned_data["uscc"]).first()
        if known:
            return redirect("console:counter_start", known.pk)
        return redirect(f"{reverse('console:counter_register')}?uscc={form.cleaned_data['uscc']}")
    cases = Application.objects.filter(mandate__officer=request.user, authority=posting.authority_id)
    page = keyset(cases.select_related("applicant", "clause", "mandate"), ("-pk",), request, ROWS)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "窗口代办",
        "form": form,
        "page": page,
        "rows": page.rows,
    }
    return render(request, "console/counter.html", context, status=422 if asked else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def register(request: Request) -> HttpResponse:
    """Open the file of an applicant that is not registered yet."""
    posting = counter_desk(request)
    if request.method != "POST":
        return _register_page(request, CounterEnterpriseForm(initial={"uscc": request.GET.get("uscc", "")}))
    form = CounterEnterpriseForm(request.POST)
    if not form.is_valid():
        return _register_page(request, form, status=422)
    try:
        applicant = actions.register(posting.authority, form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _register_page(request, form, refusal=str(refusal), status=409)
    messages.success(request, f"已登记{applicant.name}。")
    return redirect("console:counter_start", applicant.pk)


def _register_page(
    request: Request, form: CounterEnterpriseForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {**site.each_context(request), "title": "窗口登记申报单位", "form": form, "refusal": refusal}
    return render(request, "console/counter_register.html", context, status=status)


def _clauses(posting: Posting) -> QuerySet[Clause]:
    """Return the items of the authority that can be filed under now, or late by an admission."""
    return (
        Clause.objects.claimable()
        .filter(policy__authority=posting.authority_id)
        .select_related("policy__authority")
        .order_by("policy_id", "position")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def start(request: Request, pk: int) -> HttpResponse:
    """Ask for clause and mandate (GET), and open the draft (POST)."""
    posting = counter_desk(request)
    applicant = get_object_or_404(Applicant, pk=pk)
    initial = {"principal": applicant.legal_representative}
    form = MandateForm(request.POST or None, clauses=_clauses(posting), initial=initial)
    if request.method != "POST":
        return _start_page(request, applicant, form)
    if not form.is_valid():
        return _start_page(request, applicant, form, status=422)
    try:
        case = actions.start(applicant, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _start_page(request, applicant, form, refusal=str(refusal), status=409)
    messages.success(request, f"已建立申报件 {case.number}，请上传授权委托书并填写申报内容。")
    return redirect("console:counter_case", case.pk)


def _start_page(
    request: Request, applicant: Applicant, form: MandateForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    posting = counter_desk(request)
    rounds = Round.objects.open_at(timezone.now()).filter(policy__authority=posting.authority_id)
    context = {
        **site.each_context(request),
        "title": "窗口代办：新建申报",
        "applicant": applicant,
        "form": form,
        "rounds": rounds.select_related("clause"),
        "refusal": refusal,
    }
    return render(request, "console/counter_start.html", context, status=status)


def _case(request: Request, pk: int) -> Any:
    """Return a claim this officer files, with whether its applicant has an account and a member; else a 404."""
    posting = counter_desk(request)
    here = OuterRef("applicant")
    cases = Application.objects.filter(mandate__officer=request.user, authority=posting.authority_id).annotate(
        has_account=Exists(BankAccount.objects.filter(applicant=here, replaced_at=None)),
        has_members=Exists(Membership.objects.filter(applicant=here)),
    )
    return get_object_or_404(cases.select_related("applicant", "clause__policy", "mandate__file"), pk=pk)


@require_safe
def case(request: Request, pk: int) -> HttpResponse:
    """Show what belongs to the counter about one claim: mandate, account, invitation, and the ways to the claim."""
    return _case_page(request, _case(request, pk))


def _case_page(
    request: Request, application: Any, *, refusal: str = "", status: int = 200, **forms: Form
) -> HttpResponse:
    applicant = application.applicant
    invitations = Invitation.objects.filter(applicant=applicant, created_by=request.user, used_at=None)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": f"窗口代办：{application.number}",
        "case": application,
        "editable": application.status in EDITABLE,
        "file_form": MandateFileForm(),
        "account_form": CounterAccountForm(name=applicant.name, initial={"holder": applicant.name}),
        "invite_form": CounterInviteForm(),
        "invitations": [] if application.has_members else list(invitations.filter(expires_at__gt=timezone.now())),
        "refusal": refusal,
    }
    return render(request, "console/counter_case.html", context | forms, status=status)


@require_POST
@idempotent
def mandate(request: Request, pk: int) -> HttpResponse:
    """Store the signed mandate."""
    application = _case(request, pk)
    form = MandateFileForm(request.POST, request.FILES)
    checked = _inspected(form)
    if checked is None:
        return _case_page(request, application, file_form=form, status=422)
    try:
        actions.attach_mandate(
            application,
            file=form.cleaned_data["file"],
            upload=checked,
            name=checked.name,
            by=request.user,
            at=timezone.now(),
        )
    except ActionRefused as refusal:
        return _case_page(request, application, refusal=str(refusal), file_form=form, status=409)
    messages.success(request, "授权委托书已上传。")
    return redirect("console:counter_case", pk)


def _inspected(form: MandateFileForm) -> Upload | None:
    """Look into the file as into any evidence; what is wrong with it stands at its field."""
    if not form.is_valid():
        return None
    try:
        return inspect(form.cleaned_data["file"])
    except BadUpload as problem:
        form.add_error("file", str(problem))
        return None


@require_POST
@idempotent
def account(request: Request, pk: int) -> HttpResponse:
    """Register the first account of the applicant."""
    application = _case(request, pk)
    form = CounterAccountForm(request.POST, name=application.applicant.name)
    if not form.is_valid():
        return _case_page(request, application, account_form=form, status=422)
    try:
        actions.enter_account(application, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _case_page(request, application, refusal=str(refusal), account_form=form, status=409)
    messages.success(request, "收款账户已登记。")
    return redirect("console:counter_case", pk)


@require_POST
@idempotent
def invite(request: Request, pk: int) -> HttpResponse:
    """Make a code with which the applicant's own people can join."""
    application = _case(request, pk)
    form = CounterInviteForm(request.POST)
    if not form.is_valid():
        return _case_page(request, application, invite_form=form, status=422)
    try:
        actions.invite(application, role=form.cleaned_data["role"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _case_page(request, application, refusal=str(refusal), status=409)
    messages.success(request, "邀请码已生成，请交受托人转交单位使用。")
    return redirect("console:counter_case", pk)


EXTRA_URLS += [
    path("counter/", counter, name="counter"),
    path("counter/register/", register, name="counter_register"),
    path("counter/start/<int:pk>/", start, name="counter_start"),
    path("counter/<int:pk>/", case, name="counter_case"),
    path("counter/<int:pk>/mandate/", mandate, name="counter_mandate"),
    path("counter/<int:pk>/account/", account, name="counter_account"),
    path("counter/<int:pk>/invite/", invite, name="counter_invite"),
]
NAVIGATION.append(Entry("窗口代办", "console:counter", frozenset({Duty.INTAKE}), Group.CASES))
