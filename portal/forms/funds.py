"""What a finance officer types for a table of funds: which awards, and what the head of the paper says."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from applications.models import Clause
from portal.forms.policy import CONTROL, choose_from


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={**CONTROL, "placeholder": "2026-03-05"})
    errors = {"invalid": "日期应写成 2026-03-05 的形式。", "required": "请填写日期。"}
    return forms.DateField(label=label, widget=widget, error_messages=errors)


class FundsForm(forms.Form):
    """The awards of a period, all or of one clause, paid or not; and title, addressee and note of the table."""

    title = forms.CharField(
        label="标题",
        max_length=60,
        widget=forms.TextInput(attrs={**CONTROL, "placeholder": "2026年第一批奖补资金安排"}),
        error_messages={"required": "请填写标题。", "max_length": "标题最多60个字。"},
    )
    addressee = forms.CharField(
        label="主送单位",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=CONTROL),
        help_text="例如本级财政局；留空时不印主送单位。",
        error_messages={"max_length": "主送单位最多60个字。"},
    )
    since = _day("批准日期自")
    until = _day("批准日期至（含当日）")
    clause = forms.ModelChoiceField(
        label="条款",
        queryset=Clause.objects.none(),
        required=False,
        empty_label="全部条款",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    state = forms.ChoiceField(
        label="范围",
        choices=[("due", "尚未拨付的"), ("all", "全部（含已经拨付的）")],
        initial="due",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2}),
        error_messages={"max_length": "说明最多200个字。"},
    )

    def __init__(self, *args: Any, clauses: QuerySet[Clause], **more: Any):
        super().__init__(*args, **more)
        choose_from(self, "clause", clauses)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "截止日期不能早于起始日期。")
        return cleaned
