"""Forms of the enterprise file: who the applicant is, where it is paid, who else acts for it."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.validators import EmailValidator, RegexValidator
from django.utils import timezone
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from applications.models import Applicant, Membership

phone_number = RegexValidator(r"\A[0-9+()（） -]{7,20}\Z", "请填写正确的电话号码，例如：0902-1234567或13800000000。")
account_number = RegexValidator(r"\A[0-9]{8,30}\Z", "账号由8至30位数字组成，请核对后重新填写。")


class Plain:
    """Leaves the form tag and the token to the template, and required fields to the server's own sentences."""

    use_required_attribute = False
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                ask = "请选择" if isinstance(field, forms.ChoiceField) else "请填写"
                field.error_messages["required"] = f"{ask}{field.label}。"
            if isinstance(field, forms.EmailField):
                field.validators = [EmailValidator("请填写正确的电子邮箱地址，例如：name@example.com。")]

    @property
    def helper(self) -> FormHelper:
        """Return the helper that renders the fields alone."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class EnterpriseForm(Plain, forms.ModelForm):
    """The file of an applicant. The code's check digit is proven here (GB 32100-2015)."""

    class Meta:
        model = Applicant
        fields = (
            "uscc",
            "name",
            "kind",
            "legal_representative",
            "registered_address",
            "founded_on",
            "contact_name",
            "contact_phone",
            "email",
        )
        widgets = {
            "founded_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "uscc": forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
            "contact_phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        }
        error_messages = {"uscc": {"unique": "该统一社会信用代码已由其他单位登记，请对照证照核对。"}}
        help_texts = {
            "uscc": "营业执照或法人证书上的18位代码。",
            "name": "与营业执照或法人证书完全一致，收款账户户名须与此相同。",
            "founded_on": "以营业执照或法人证书载明的日期为准，选填。",
            "email": "选填，用于联系。",
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["uscc"].validators = []  # the code is cleaned of blanks before anything is said about its length
        self.fields["contact_phone"].validators.append(phone_number)

    def clean_uscc(self) -> str:
        """Return the code in its compact form; the sentence says whether length, a character or the check is wrong."""
        code = uscc.compact(self.cleaned_data["uscc"]).upper()
        try:
            return uscc.validate(code)
        except InvalidLength:
            raise forms.ValidationError("统一社会信用代码应为18位，请对照证照核对。") from None
        except InvalidChecksum:
            raise forms.ValidationError("统一社会信用代码的校验位不正确，请对照证照核对。") from None
        except ValidationError:
            raise forms.ValidationError("统一社会信用代码含有不应出现的字符，请对照证照核对。") from None

    def clean_founded_on(self) -> date | None:
        """Return the day on which the body was founded; it has happened."""
        day = self.cleaned_data["founded_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("成立日期不能晚于今天，请对照证照核对。")
        return day


class RegisterForm(EnterpriseForm):
    """The file of a new applicant, with the role of the person who opens it."""

    role = forms.ChoiceField(
        label="您在本单位的身份",
        choices=Membership.Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择您在本单位的身份。"},
        help_text="提交申报前须由法定代表人登录确认。您是经办人的，登记后可以邀请法定代表人加入。",
    )

    def validate_unique(self) -> None:
        """Leave a code that is registered already to the action, which says how to join instead."""


class AccountForm(Plain, forms.Form):
    """Where awards are paid; the holder must be the applicant itself."""

    holder = forms.CharField(label="户名", max_length=100, help_text="须与单位名称完全一致。")
    bank = forms.CharField(label="开户银行", max_length=100, help_text="填写到支行，例如：某某银行新星支行。")
    number = forms.CharField(
        label="账号", max_length=40, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any):
        self.name = name
        super().__init__(*args, **kwargs)

    def clean_holder(self) -> str:
        """Return the holder if it is the applicant."""
        holder = self.cleaned_data["holder"]
        if holder != self.name:
            raise forms.ValidationError(f"收款账户的户名须与单位名称“{self.name}”完全一致。")
        return holder

    def clean_number(self) -> str:
        """Return the digits without the blanks of a bank card."""
        number = "".join(self.cleaned_data["number"].split()).replace("-", "")
        account_number(number)
        return number


class InviteForm(Plain, forms.Form):
    """In which role one more person may join."""

    role = forms.ChoiceField(label="受邀人身份", choices=Membership.Role.choices)


class JoinForm(Plain, forms.Form):
    """The code that a member of the applicant has passed on."""

    code = forms.CharField(
        label="邀请码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text="由本单位已登记的成员提供，12位字母和数字，七天内有效，只能使用一次。",
    )
