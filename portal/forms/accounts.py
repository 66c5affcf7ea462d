"""Forms of the account pages: the account package's own, with real names and without placeholders that vanish."""

from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import SignupForm as BaseSignupForm
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.validators import MinLengthValidator, RegexValidator
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

mobile_number = RegexValidator(r"\A1[3-9][0-9]{9}\Z", "请填写十一位手机号码，例如：13800000000。")


def _without_placeholders(form: forms.Form) -> None:
    """The label above a field says it all; a placeholder of the same words is gone as soon as one types."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


def _rules_of_passwords() -> SafeString:
    """List what the validators in force ask for, in the tone of the rest of the page (您, and not 你)."""
    rules = (str(rule).replace("你的密码", "密码").replace("你的", "您的") for rule in password_validators_help_texts())
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((rule,) for rule in rules)))


class LoginForm(BaseLoginForm):
    """用户名 and 密码. The way to a forgotten password stands beside the button, not in the help of a field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        _without_placeholders(self)


class SignupForm(BaseSignupForm):
    """Who a person is: real name and telephone besides user name and password."""

    name = forms.CharField(
        label="姓名",
        max_length=60,
        validators=[MinLengthValidator(2, "请填写真实姓名。")],
        help_text="经办人或法定代表人本人的真实姓名，将出现在办理记录中。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    mobile = forms.CharField(
        label="手机号码",
        max_length=11,
        validators=[mobile_number],
        help_text="用于办理中的联系。",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "numeric"}),
    )
    field_order = ["name", "mobile", "username", "email", "password1", "password2"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label = "电子邮箱" if email.required else "电子邮箱（选填）"
        email.help_text = "用于找回密码和接收办理通知。"
        self.fields["username"].help_text = "登录时使用，由字母、数字和“@”“.”“+”“-”“_”组成。"
        self.fields["password1"].help_text = _rules_of_passwords()
        self.fields["password2"].label = "再次输入密码"
        _without_placeholders(self)

    def custom_signup(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Store name and telephone on the account that was just made."""
        user.name = self.cleaned_data["name"]
        user.phone = self.cleaned_data["mobile"]
        user.save(update_fields=["name", "phone"])
