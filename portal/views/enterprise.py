"""The enterprise file: open it, change it, name the account, bring in the 法定代表人."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.actions import people
from applications.models import Applicant, BankAccount, Invitation, Membership
from applications.permissions import ActionRefused
from portal.forms.enterprise import EnterpriseForm, InviteForm, JoinForm, RegisterForm
from portal.forms.money import ProvenAccountForm
from portal.requests import Request

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _own(request: Request, pk: int) -> Applicant:
    return get_object_or_404(Applicant.objects.visible_to(request.user), pk=pk)


def _form_page(
    request: Request, form: BaseForm, words: dict[str, Any], *, refusal: str = "", status: int = 200
) -> HttpResponse:
    if status != 409 and form.errors:
        status = 422
    return render(request, "applicant/form.html", {"form": form, "refusal": refusal, **words}, status=status)


@form_page
def register(request: Request) -> HttpResponse:
    """Open the file of a body that is not registered yet."""
    form = RegisterForm(request.POST or None)
    words = {"title": "登记申报单位", "lead": "请按营业执照或法人证书填写。", "button": "登记", "join": True}
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, words)
    values = dict(form.cleaned_data)
    role = values.pop("role")
    try:
        applicant = people.register(values, role=role, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _form_page(request, form, words, refusal=str(refusal), status=409)
    messages.success(request, "单位已登记。请继续登记收款账户。")
    return redirect("enterprise", pk=applicant.pk)


@form_page
def join(request: Request) -> HttpResponse:
    """Become a member by a code."""
    form = JoinForm(request.POST or None)
    words = {"title": "凭邀请码加入单位", "lead": "加入后即可办理该单位的申报。", "button": "加入"}
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, words)
    try:
        membership = people.join(form.cleaned_data["code"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _form_page(request, form, words, refusal=str(refusal), status=409)
    messages.success(request, f"您已加入{membership.applicant.name}。")
    return redirect("enterprise", pk=membership.applicant_id)


def enterprise_page(request: Request, applicant: Applicant, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Render the file of an applicant; with a refusal its reason stands above."""
    open_codes = Invitation.objects.filter(applicant=applicant, used_at=None, expires_at__gt=timezone.now())
    context = {
        "applicant": applicant,
        "account": BankAccount.objects.filter(applicant=applicant, replaced_at=None).first(),
        "now": timezone.now(),
        "members": list(Membership.objects.filter(applicant=applicant).select_related("user").order_by("pk")),
        "invitations": list(open_codes.order_by("pk")),
        "form": InviteForm(),
        "refusal": refusal,
    }
    return render(request, "applicant/enterprise.html", context, status=status)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show the file of an applicant with its members and account."""
    return enterprise_page(request, _own(request, pk))


@form_page
def edit(request: Request, pk: int) -> HttpResponse:
    """Change the file."""
    applicant = _own(request, pk)
    form = EnterpriseForm(request.POST or None, instance=applicant)
    words = {"title": "修改单位信息", "lead": "", "button": "保存", "applicant": Applicant(pk=pk, name=applicant.name)}
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, words)
    try:
        people.update(applicant, form.cleaned_data, by=request.user)
    except ActionRefused as refusal:
        return _form_page(request, form, words, refusal=str(refusal), status=409)
    messages.success(request, "单位信息已保存。")
    return redirect("enterprise", pk=pk)


@form_page
def account(request: Request, pk: int) -> HttpResponse:
    """Name the account that awards are paid to."""
    applicant = _own(request, pk)
    initial = {"holder": applicant.name}
    form = ProvenAccountForm(request.POST or None, request.FILES or None, name=applicant.name, initial=initial)
    lead = "奖补资金只拨付至与单位名称一致的银行账户。有待拨付资金时变更的，须经法定代表人确认、等待期和重新核对。"
    words = {"title": "登记收款账户", "lead": lead, "button": "保存", "applicant": applicant}
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, words)
    try:
        people.set_account(applicant, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _form_page(request, form, words, refusal=str(refusal), status=409)
    messages.success(request, "收款账户已登记。")
    return redirect("enterprise", pk=pk)


@require_POST
def invite(request: Request, pk: int) -> HttpResponse:
    """Make a code for one more member."""
    applicant = _own(request, pk)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return enterprise_page(request, applicant, refusal="请选择受邀人的身份。", status=422)
    try:
        people.invite(applicant, role=form.cleaned_data["role"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return enterprise_page(request, applicant, refusal=str(refusal), status=409)
    messages.success(request, "邀请码已生成，请转交受邀人。")
    return redirect("enterprise", pk=pk)
