"""What is typed about a short pool: the authority's choice, where waits are carried to, an endorsement for the rest."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from applications.actions.money import MOST_WORDS
from applications.models import Pool, PoolWait
from portal.forms.console import CONTROL
from portal.forms.policy import SumField


class ShortfallForm(forms.Form):
    """What happens where a pool is short, and the paper that says so."""

    method = forms.ChoiceField(
        label="办法",
        choices=[
            (Pool.Shortfall.QUEUE, "按完整申报时间排队：先到先得，安排不下的排队等待，不越过"),
            (Pool.Shortfall.PRO_RATA, "批次截止后按比例：全批审批完毕后一次结算，按核定额比例安排"),
            (Pool.Shortfall.REMAINDER, "以余额为限：最后一件按余额安排，其后的排队等待"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一种办法。", "invalid_choice": "请选择一种办法。"},
    )
    source = forms.CharField(
        label="依据文件",
        max_length=200,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": "请填写依据文件。"},
        help_text="载明该办法的文件名称和文号。",
    )


class CarryForm(forms.Form):
    """Which waits go on in a later year's pool."""

    waits = forms.ModelMultipleChoiceField(
        queryset=PoolWait.objects.none(), error_messages={"required": "请先勾选要结转的申报件。"}
    )
    to = forms.ModelChoiceField(
        label="结转到",
        queryset=Pool.objects.none(),
        empty_label="请选择资金池",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择结转到的资金池。", "invalid_choice": "请选择结转到的资金池。"},
    )

    def __init__(self, *args: Any, waits: QuerySet[PoolWait], pools: QuerySet[Pool], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, rows in (("waits", waits), ("to", pools)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class RestForm(forms.Form):
    """An endorsement for what is left of a pool: the sum as the officer sees it, and why the case is cut to it."""

    arranged_fen = SumField(label="安排金额（元）", help_text="资金池现有余额。")
    reason = forms.CharField(
        label="以余额为限安排的理由（写入公示和通知书）",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 2}),
        error_messages={"required": "请写明理由。", "max_length": f"理由不超过{MOST_WORDS}个字。"},
    )
