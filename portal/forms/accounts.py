"""
Forms of the account pages: the account package's own, with real names and without placeholders.

The label above a field says it all; a placeholder of the same words is gone as soon as one types. The settings
ACCOUNT_FORMS and MFA_FORMS name these classes.
"""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.validators import MinLengthValidator, RegexValidator
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from applications.models import User

mobile_number = RegexValidator(r"\A1[3-9][0-9]{9}\Z", "请填写十一位手机号码，例如：13800000000。")


def rules_of_passwords() -> SafeString:
    """List what the validators in force ask for, in the tone of the rest of the page (您, and not 你)."""
    rules = (rule.replace("你的密码", "密码").replace("你的", "您的") for rule in password_validators_help_texts())
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((rule,) for rule in rules)))


class Plain:
    """Takes placeholders off every field, names the password fields alike and explains the rules at the new one."""

    fields: dict[str, forms.Field]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        if "password1" in self.fields:
            self.fields["password1"].help_text = rules_of_passwords()
        if "password2" in self.fields:
            self.fields["password2"].label = "再次输入密码"


class LoginForm(Plain, account.LoginForm):
    """用户名 and 密码. The way to a forgotten password stands beside the button, not in the help of a field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class SignupForm(Plain, account.SignupForm):
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

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Store name and telephone on the account that was just made."""
        user.name = self.cleaned_data["name"]
        user.phone = self.cleaned_data["mobile"]
        user.save(update_fields=["name", "phone"])


class AddEmailForm(Plain, account.AddEmailForm):
    """One more address of a person."""


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """The password in force, then the new one twice."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "当前密码"
        self.fields["password1"].label = "新密码"
        self.fields["password2"].label = "再次输入新密码"


class SetPasswordForm(Plain, account.SetPasswordForm):
    """A first password for an account that has none."""


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    """The address that the link is sent to."""


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    """The new password of somebody who came by the link."""


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    """The password once more, before an act that touches the account's safety."""


class _Code(Plain):
    """A field for the code of an authenticator."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "验证码"


class AuthenticateForm(_Code, mfa.AuthenticateForm):
    """Second step of the log-in: a code of six digits, or a recovery code."""


class CodeReauthenticateForm(_Code, mfa.ReauthenticateForm):
    """A code once more, before an act that touches the account's safety."""


class ActivateTOTPForm(_Code, totp.ActivateTOTPForm):
    """The first code proves that the telephone knows the secret."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"
