"""What finance officers and applicants type about money: accounts, payers, batches, results, set-offs, the year."""

import base64
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone

from applications import accounts, registers, results
from applications.actions.desk_file import Paper
from applications.models import Applicant, Payer
from applications.uploads import BadUpload, inspect
from portal.forms.enterprise import AccountForm, Plain
from portal.forms.paper import PaperField

PROOF_KINDS = frozenset({"pdf", "jpg", "png"})
CARRIED_FOR = 3600  # seconds between the preview of a result and taking it over


class ProofField(PaperField):
    """The bank's paper that shows the account, as PDF or picture, so that officers can look at it page by page."""

    def __init__(self, **more: Any):
        super().__init__(**more)
        self.widget.attrs["data-types"] = "pdf,jpg,jpeg,png"

    def clean(self, data: Any, initial: Any = None) -> Paper | None:
        """Look into the file; the sentence of a refusal says what to do."""
        file = forms.FileField.clean(self, data, initial)
        try:
            return Paper(file=file, upload=inspect(file, allowed=PROOF_KINDS))
        except BadUpload as problem:
            raise forms.ValidationError(str(problem)) from None


class ProvenAccountForm(AccountForm):
    """Where awards are paid, with the number of the bank in the payment system and the proof."""

    line_number = forms.CharField(
        label="行号",
        max_length=20,
        help_text="开户银行的12位支付系统行号，可向开户银行查询。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    proof = ProofField(label="账户证明", help_text="开户许可证、基本存款账户信息或银行出具的账户证明，PDF或图片。")

    field_order = ("holder", "bank", "line_number", "number", "proof")

    def clean_number(self) -> str:
        """Return the digits; the sentence says what is wrong with them."""
        number = "".join(self.cleaned_data["number"].split()).replace("-", "")
        if problem := accounts.why_not_number(number):
            raise forms.ValidationError(problem)
        return number

    def clean_line_number(self) -> str:
        """Return twelve digits."""
        number = "".join(self.cleaned_data["line_number"].split())
        if problem := accounts.why_not_line_number(number):
            raise forms.ValidationError(problem)
        return number


class CheckAccountForm(Plain, forms.Form):
    """What an officer found about an account."""

    passed = forms.TypedChoiceField(
        label="核对结论",
        choices=(("yes", "核对无误"), ("no", "发现问题")),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核对结论。"},
    )
    note = forms.CharField(
        label="说明", max_length=500, required=False, help_text="发现问题或者没有账户证明的，必须填写。"
    )


class WordsForm(Plain, forms.Form):
    """One line of words that an act needs."""

    def __init__(self, *args: Any, label: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["words"] = forms.CharField(
            label=label,
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": f"请填写{label}。"},
        )


class SumField(forms.CharField):
    """A sum in yuan, cleaned to whole fen."""

    def __init__(self, **more: Any):
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        """Return whole fen; None for nothing where nothing is asked for."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return registers.clean_sum(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class SetOffForm(Plain, forms.Form):
    """A sum that a body owes by a decision."""

    uscc = forms.CharField(label="统一社会信用代码", max_length=18)
    amount_fen = SumField(label="抵扣总额（元）")
    basis = forms.CharField(label="依据", max_length=200, help_text="法律、政策或合同的条款。")
    paper = forms.CharField(label="依据文件", max_length=200, help_text="决定书的文号。")

    def __init__(self, *args: Any, bodies: Any = None, **kwargs: Any):
        self.bodies = Applicant.objects.none() if bodies is None else bodies
        super().__init__(*args, **kwargs)

    def clean_uscc(self) -> Applicant:
        """Return the body, which this authority has granted money before."""
        row = self.bodies.filter(uscc=self.cleaned_data["uscc"].strip().upper()).first()
        if row is None:
            raise forms.ValidationError("本单位没有向该统一社会信用代码的单位作出过奖补决定，请核对。")
        return row


class PayerForm(Plain, forms.Form):
    """A payer as its payment system knows it."""

    name = forms.CharField(label="支付单位", max_length=100)
    budget_unit = forms.CharField(label="预算单位", max_length=100)
    subject = forms.CharField(label="支出科目", max_length=100, help_text="功能分类和政府预算经济分类科目。")
    standard = forms.BooleanField(label="没有分担规定时由该单位承担", required=False)


class PurposeForm(Plain, forms.Form):
    """What the payment file says money is for."""

    purpose = forms.CharField(label="用途", max_length=100)


class PrepareForm(PurposeForm):
    """Which shares go into a batch, and what for."""

    shares = forms.TypedMultipleChoiceField(
        label="资金", coerce=int, error_messages={"required": "请选择要拨付的资金。"}
    )

    def __init__(self, *args: Any, shares: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["shares"].choices = [(row.pk, row.pk) for row in shares]  # type: ignore[attr-defined]
        self.fields["shares"].error_messages["invalid_choice"] = "所选资金有变化，请重新选择。"


class ResultFileForm(Plain, forms.Form):
    """The payer's answer."""

    file = forms.FileField(
        label="支付结果文件",
        help_text="在下载的支付文件后补填“支付结果”（已支付或退票）、“支付日期”、“支付凭证号”和“退票原因”，"
        "CSV或xlsx，不超过1 MB。",
        widget=forms.FileInput(attrs={"data-types": "csv,xlsx", "data-max-bytes": str(results.MOST_BYTES)}),
        error_messages={"required": "请选择支付结果文件。", "empty": "文件是空的，请重新选择文件。"},
    )

    def clean_file(self) -> tuple[bytes, str]:
        """Return the bytes and the name."""
        file = self.cleaned_data["file"]
        if file.size > results.MOST_BYTES:
            raise forms.ValidationError("文件超过 1 MB，请按批次分开读入。")
        return file.read(), file.name


def carry(batch_id: int, user_id: int, data: bytes, name: str) -> str:
    """Return a file as signed text that the preview carries to the next request of the same officer."""
    said = {"batch": batch_id, "user": user_id, "name": name, "data": base64.b64encode(data).decode()}
    return signing.dumps(said, salt="payment-result", compress=True)


def carried(token: str, batch_id: int, user_id: int) -> tuple[bytes, str] | None:
    """Return the file that a preview carried, None when it was changed, is another's, or too old."""
    try:
        said = signing.loads(token, salt="payment-result", max_age=CARRIED_FOR)
    except signing.BadSignature:
        return None
    if (said["batch"], said["user"]) != (batch_id, user_id):
        return None
    return base64.b64decode(said["data"]), said["name"]


class ReturnForm(Plain, forms.Form):
    """A payment that the bank sent back outside a result."""

    on = forms.DateField(
        label="退票日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写退票日期。", "invalid": "日期应写成 2026-03-05 的形式。"},
    )
    reason = forms.CharField(label="退票原因", max_length=200)

    def clean_on(self) -> Any:
        """Return the day; it has come."""
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError("退票日期不能晚于今天。")
        return day


class YearForm(Plain, forms.Form):
    """The year to close, on which paper."""

    year = forms.TypedChoiceField(label="年度", coerce=int)
    paper = forms.CharField(label="依据文件", max_length=200, help_text="财政部门年终结账通知的文号。")

    def __init__(self, *args: Any, years: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]  # type: ignore[attr-defined]


def payers_of(authority_id: int) -> Any:
    """Return the payers of an authority that are in use."""
    return Payer.objects.filter(authority=authority_id, replaced_at=None)
