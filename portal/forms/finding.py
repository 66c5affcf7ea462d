"""What is typed about doubts: by officers who register and judge them, and by the public who tell."""

from typing import Any

from django import forms

from applications.models import Authority, Finding
from portal.forms.paper import PaperField

CONTROL = {"class": "form-control", "autocomplete": "off"}
SELECT = {"class": "form-select"}


def _words(label: str, longest: int, missing: str = "", **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": missing or f"请填写{label}。", "max_length": f"{label}不超过{longest}个字。"},
        **more,
    )


def _long(label: str, longest: int, missing: str = "", rows: int = 4, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.Textarea(attrs={**CONTROL, "rows": rows}),
        error_messages={"required": missing or f"请填写{label}。", "max_length": f"{label}不超过{longest}个字。"},
        **more,
    )


class FindingForm(forms.Form):
    """A doubt that an officer writes down."""

    source = forms.ChoiceField(
        label="来源",
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "请选择来源。", "invalid_choice": "请选择来源。"},
    )
    number = _words("申报编号", 30, required=False, help_text="知道申报编号的填写，系统据此关联申报件。")
    body = _words("所涉单位", 100, required=False, help_text="不知道申报编号的，写明单位名称。")
    text = _long("反映的问题", 2800, rows=6)

    def __init__(self, *args: Any, sources: list[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(value, Finding.Source(value).label) for value in sources]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A doubt is about somebody."""
        cleaned = super().clean() or {}
        if not cleaned.get("number") and not cleaned.get("body"):
            self.add_error("body", "申报编号和单位名称至少填写一项。")
        return cleaned


class RulingForm(forms.Form):
    """Why a doubt leads to no case."""

    ruling = _long("研判意见和理由", 1000)


class CaseForm(forms.Form):
    """Which case a doubt is about."""

    number = _words("申报编号", 30)


class TipAnswerForm(forms.Form):
    """What the teller reads with the code."""

    answer = _long("答复内容", 1000, help_text="凭查询码可以看到，请勿写入被举报单位的商业秘密和他人信息。")


class TipForm(forms.Form):
    """举报 of the public; everything about the teller may stay empty."""

    authority = forms.ModelChoiceField(
        label="受理举报的主管单位",
        queryset=Authority.objects.all(),
        empty_label="请选择",
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": "请选择主管单位。", "invalid_choice": "请选择主管单位。"},
    )
    body = _words("被举报的单位", 100, "请填写被举报的单位名称。")
    number = _words("申报编号（知道的填写）", 30, required=False)
    text = _long("反映的问题", 2800, "请写明时间、地点、经过等具体情况。", rows=8)
    file = PaperField(label="材料（可以不传）", required=False)
    name = _words("姓名（可以不填）", 100, required=False)
    contact = _words("联系方式（可以不填）", 200, required=False)

    def values(self) -> dict[str, Any]:
        """Return what the action takes beside the authority."""
        data = self.cleaned_data
        return {name: data[name] for name in ("body", "number", "text", "name", "contact")} | {"paper": data["file"]}
