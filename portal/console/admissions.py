"""逾期准入: intake proposes that one applicant may still file, the approver decides, oversight reads."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import permissions
from applications.actions import admission as actions
from applications.models import Applicant, Duty, LateAdmission, Posting
from applications.permissions import ActionRefused
from portal.console.site import EXTRA_URLS, NAVIGATION, OVERSIGHT, Entry, Group, case_desk, site
from portal.forms.intake import AdmissionForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request

ROWS = 30
READERS = frozenset({Duty.INTAKE, Duty.APPROVE}) | OVERSIGHT


def admission_desk(request: Request) -> Posting:
    """Return the posting of somebody who proposes, decides or oversees; 404 for the others."""
    posting = case_desk(request)
    if posting.duty not in READERS:
        raise Http404
    return posting


@require_safe
def admissions(request: Request) -> HttpResponse:
    """List late admissions, the newest first."""
    return _page(request)


def _page(request: Request, form: Form | None = None, *, refusal: str = "", status: int = 200) -> HttpResponse:
    posting = admission_desk(request)
    rows = LateAdmission.objects.filter(authority=posting.authority_id).select_related(
        "applicant", "clause", "round", "asked_by", "decided_by", "application"
    )
    page = keyset(rows, ("-pk",), request, ROWS)
    may_ask = posting.duty == Duty.INTAKE
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "逾期准入",
        "page": page,
        "rows": page.rows,
        "now": timezone.now(),
        "may_ask": may_ask,
        "may_decide": posting.duty == Duty.APPROVE,
        "form": (form or AdmissionForm(authority_id=posting.authority_id)) if may_ask else None,
        "refusal": refusal,
    }
    return render(request, "console/admissions.html", context, status=status)


@require_POST
@idempotent
def ask(request: Request) -> HttpResponse:
    """Propose a late file."""
    posting = admission_desk(request)
    if reason := permissions.why_not_ask_admission(request.user, posting.authority_id):
        return _page(request, refusal=reason, status=409)
    form = AdmissionForm(request.POST, authority_id=posting.authority_id)
    if not form.is_valid():
        return _page(request, form, status=422)
    applicant = Applicant.objects.filter(uscc=form.cleaned_data["uscc"]).first()
    if applicant is None:
        form.add_error("uscc", "该单位尚未在平台登记，请先由单位自行登记，或者在窗口代办中登记。")
        return _page(request, form, status=422)
    try:
        actions.ask(applicant, form.cleaned_data["clause"], **form.values(), by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, form, refusal=str(refusal), status=409)
    messages.success(request, "已提出逾期准入，请审批岗位决定。")
    return redirect("console:admissions")


@require_POST
@idempotent
def decide(request: Request, pk: int) -> HttpResponse:
    """Admit a late file, or refuse it."""
    posting = admission_desk(request)
    row = get_object_or_404(LateAdmission, pk=pk, authority=posting.authority_id)
    if reason := permissions.why_not_decide_admission(row, request.user):
        return _page(request, refusal=reason, status=409)
    if request.POST.get("admitted") not in ("yes", "no"):
        return _page(request, refusal="请选择准予或者不准予。", status=422)
    admitted = request.POST["admitted"] == "yes"
    try:
        actions.decide(row, admitted=admitted, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, refusal=str(refusal), status=409)
    messages.success(request, "已准予逾期申报。" if admitted else "已决定不准予逾期申报。")
    return redirect("console:admissions")


EXTRA_URLS += [
    path("admissions/", admissions, name="admissions"),
    path("admissions/ask/", ask, name="admission_ask"),
    path("admissions/<int:pk>/decide/", decide, name="admission_decide"),
]
NAVIGATION.append(Entry("逾期准入", "console:admissions", READERS, Group.CASES))
