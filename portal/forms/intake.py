"""What officers type beside the case: restrictions, late files, and the claim of somebody who stands at the counter."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from applications.models import Clause, Membership, Restriction, Round
from applications.registers import clean_uscc
from portal.forms.enterprise import AccountForm, EnterpriseForm, phone_number

CONTROL = {"class": "form-control", "autocomplete": "off"}
SELECT = {"class": "form-select"}
DAY = {"invalid": "日期应写成 2026-03-05 的形式。", "required": "请填写日期。"}


def _words(label: str, longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": f"请填写{label}。"},
        **more,
    )


def _long(label: str, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
        error_messages={"required": f"请填写{label}。"},
    )


def _day(label: str, **more: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={**CONTROL, "placeholder": "2026-03-05"})
    return forms.DateField(label=label, widget=widget, error_messages=DAY, **more)


class CodeForm(forms.Form):
    """A 统一社会信用代码 whose check digit is proven."""

    uscc = _words("统一社会信用代码", 40)

    def clean_uscc(self) -> str:
        """Return the code in capitals."""
        try:
            return clean_uscc(self.cleaned_data["uscc"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class RestrictionForm(CodeForm):
    """What a body may not have for a time, and the paper that says so."""

    applicant_name = _words("单位名称", 100)
    scope = forms.ChoiceField(
        label="限制范围",
        choices=[("", "请选择"), *Restriction.Scope.choices],
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "请选择限制范围。", "invalid_choice": "请选择限制范围。"},
    )
    since = _day("起始日期")
    until = _day("截止日期", required=False, help_text="不填为直至解除。")
    basis = _words("法律依据", 300, help_text="写明法律、法规、规章或者政策文件的名称和条款。")
    paper = _words("决定文件", 200, help_text="写明文件名称和文号。")
    reason = _long("事由", 500)

    def clean(self) -> dict[str, Any]:
        """A restriction ends on or after the day it begins."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "截止日期不能早于起始日期。")
        return cleaned


class LiftForm(forms.Form):
    """Why a restriction ends before its day."""

    reason = _long("解除理由", 300)


class AdmissionForm(CodeForm):
    """Who may file late, under which clause of which closed round, why, on which paper, and until when."""

    clause = forms.ModelChoiceField(
        label="条款",
        queryset=Clause.objects.none(),
        empty_label="请选择",
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "请选择条款。", "invalid_choice": "请选择条款。"},
    )
    closed = forms.ModelChoiceField(
        label="已截止批次",
        queryset=Round.objects.none(),
        empty_label="请选择",
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "请选择批次。", "invalid_choice": "请选择批次。"},
    )
    until = _day("准予提交至", help_text="当日二十四时截止。")
    paper = _words("依据文件", 200, help_text="载明逾期原因的证明或者会议纪要的名称、文号。")
    reason = _long("逾期理由", 500)

    field_order = ("uscc", "clause", "closed", "until", "paper", "reason")

    def __init__(self, *args: Any, authority_id: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        clauses = Clause.objects.claimable().filter(policy__authority=authority_id).select_related("policy")
        rounds = Round.objects.filter(policy__authority=authority_id, closes_at__lte=timezone.now())
        for name, rows in (("clause", clauses), ("closed", rounds)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def values(self) -> dict[str, Any]:
        """Return what the action takes beside applicant and clause; the last day counts to its end."""
        data = self.cleaned_data
        last = timezone.make_aware(datetime.combine(data["until"], time.min))
        return {
            "closed": data["closed"],
            "reason": data["reason"],
            "paper": data["paper"],
            "file_until": last + timedelta(days=1),
        }


class MandateForm(forms.Form):
    """Under which clause the claim is filed, and who stands at the counter for whom."""

    clause = forms.ModelChoiceField(
        label="条款",
        queryset=Clause.objects.none(),
        empty_label="请选择",
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "请选择条款。", "invalid_choice": "请选择条款。"},
    )
    principal = _words("委托人（法定代表人）", 60)
    bearer = _words("受托到场人", 60)
    bearer_phone = _words("受托人电话", 20)

    def __init__(self, *args: Any, clauses: QuerySet[Clause], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["clause"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = clauses
        self.fields["bearer_phone"].validators.append(phone_number)


class MandateFileForm(forms.Form):
    """The signed 授权委托书."""

    file = forms.FileField(
        label="授权委托书",
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择文件。"},
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.ofd"}),
        help_text="由法定代表人签字、加盖公章的扫描件，支持 PDF、JPG、PNG、OFD，不超过 20 MB。",
    )


def _in_the_console(form: forms.Form | forms.ModelForm) -> None:
    """Give the widgets of an applicant's form the look of the console."""
    for field in form.fields.values():
        chooses = isinstance(field, forms.ChoiceField)
        field.widget.attrs |= SELECT if chooses else CONTROL


class CounterEnterpriseForm(EnterpriseForm):
    """The file of an applicant as an officer enters it."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["founded_on"].widget = forms.DateInput(format="%Y-%m-%d", attrs={"placeholder": "2026-03-05"})
        _in_the_console(self)

    def validate_unique(self) -> None:
        """Leave a code that is registered already to the action, which says what to do."""


class CounterAccountForm(AccountForm):
    """Where awards are paid, as an officer enters it."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _in_the_console(self)


class CounterInviteForm(forms.Form):
    """In which role the applicant's own person may join."""

    role = forms.ChoiceField(label="受邀人身份", choices=Membership.Role.choices, widget=forms.Select(attrs=SELECT))
