"""What finance officers type: the day and number of a payment, and why one is rejected."""

from django import forms

CONTROL = {"class": "form-control"}


class RecordForm(forms.Form):
    """The treasury's payment: its day and the number of its voucher."""

    paid_on = forms.DateField(
        label="拨付日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={**CONTROL, "type": "date"}),
        error_messages={"required": "请填写拨付日期。", "invalid": "日期应写成 2026-03-05 的形式。"},
    )
    voucher_number = forms.CharField(
        label="支付凭证号",
        max_length=60,
        widget=forms.TextInput(attrs={**CONTROL, "autocomplete": "off"}),
        error_messages={"required": "请填写支付凭证号。"},
    )


class RejectForm(forms.Form):
    """Why a recorded payment is not confirmed."""

    reason = forms.CharField(
        label="驳回理由",
        max_length=200,
        widget=forms.TextInput(attrs={**CONTROL, "autocomplete": "off"}),
        error_messages={"required": "请写明驳回的理由。"},
    )
