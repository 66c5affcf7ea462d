"""What officers type around 公示: which cases a batch holds, and what came of an objection."""

from collections.abc import Sequence
from typing import Any

from django import forms

from applications.models import Application, Objection

CONTROL = {"class": "form-control"}


class BatchForm(forms.Form):
    """The cases of a batch and its title; without a title the policy names it."""

    title = forms.CharField(
        label="公示标题",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=CONTROL),
        help_text="不填写的，按政策名称自动生成。",
        error_messages={"max_length": "公示标题不超过200个字。"},
    )
    cases = forms.MultipleChoiceField(
        error_messages={
            "required": "请先勾选要公示的申报件。",
            "invalid_choice": "所选申报件已不在待审批状态，请刷新。",
        }
    )

    def __init__(self, *args: Any, cases: Sequence[Application], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["cases"].choices = [(str(case.pk), case.number) for case in cases]  # type: ignore[attr-defined]


class RulingForm(forms.Form):
    """What was found about an objection, and the conclusion."""

    ruling = forms.ChoiceField(
        label="核实结论",
        choices=[("", "请选择"), *Objection.Ruling.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择核实结论。"},
    )
    findings = forms.CharField(
        label="核实情况和理由（写入异议答复书）",
        max_length=3000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 6}),
        error_messages={"required": "请写明核实情况和理由。"},
    )
