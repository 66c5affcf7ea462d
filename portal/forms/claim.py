"""Small forms around a claim: for whom it is started, why it is taken back, that its content is true."""

from datetime import date
from typing import Any

from django import forms

from applications.models import Applicant
from portal.forms.enterprise import Plain

DECLARATION = (
    "本单位承诺：所填申报内容和所附材料真实、准确、完整、合法有效；同一事项未以同一材料重复申领财政奖补资金；"
    "未被列入严重失信主体名单；自愿接受主管单位核验、公示和事后复核。如有虚报、冒领、骗取奖补资金的行为，"
    "愿意退回全部资金，并依法承担相应责任。"
)


class StartForm(Plain, forms.Form):
    """For which of the person's bodies a claim is started."""

    applicant = forms.ModelChoiceField(
        queryset=Applicant.objects.none(),
        label="申报单位",
        empty_label=None,
        error_messages={"invalid_choice": "请选择申报单位。", "required": "请选择申报单位。"},
    )

    def __init__(self, *args: Any, applicants: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["applicant"].queryset = applicants  # type: ignore[attr-defined]


class ConfirmForm(Plain, forms.Form):
    """The promise of the 法定代表人."""

    agreed = forms.BooleanField(
        label="我已逐项核对申报内容和材料，并代表本单位作出以上承诺。",
        error_messages={"required": "请阅读并勾选承诺。"},
    )


class WithdrawForm(Plain, forms.Form):
    """Why a claim is taken back."""

    reason = forms.CharField(
        label="撤回理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="撤回后本件即告终结，不能恢复；在申报批次内可以重新申报。",
    )


class PromiseForm(Plain, forms.Form):
    """By which day a missing paper comes."""

    due_on = forms.DateField(
        label="补交日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写补交日期。", "invalid": "请填写正确的日期，例如 2026-06-30。"},
    )
    agreed = forms.BooleanField(
        label="本单位承诺在上述日期前（含当日）补交该材料；逾期未补交的，同意终止办理本件。",
        error_messages={"required": "请阅读并勾选承诺。"},
    )

    def __init__(self, *args: Any, latest: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].help_text = f"最晚为{latest:%Y年%-m月%-d日}。"
