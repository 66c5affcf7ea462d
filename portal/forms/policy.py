"""What policy managers type: issue day, rounds, pools, readings, and awards paid before the portal existed."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from applications.actions.policy import EarlierRow
from applications.models import Clause, Policy
from applications.registers import FIRST_YEAR, clean_sum, clean_uscc
from applications.uploads import SPREADSHEET_ONLY, BadUpload, inspect

CONTROL = {"class": "form-control", "autocomplete": "off"}
DAY = {"invalid": "日期应写成 2026-03-05 的形式。", "required": "请填写日期。"}


def _words(label: str, longest: int, missing: str, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": missing},
        **more,
    )


def _day(label: str, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={**CONTROL, "placeholder": "2026-03-05"})
    return forms.DateField(label=label, widget=widget, error_messages=DAY, help_text=help_text)


def choose_from(form: forms.Form, name: str, rows: QuerySet[Clause]) -> None:
    """Let a field choose among these rows only."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def _year() -> forms.IntegerField:
    widget = forms.TextInput(attrs={**CONTROL, "inputmode": "numeric", "maxlength": 4})
    wrong = "年度应为四位数字，例如 2026。"
    errors = {"invalid": wrong, "required": "请填写年度。", "min_value": wrong, "max_value": wrong}
    return forms.IntegerField(label="年度", min_value=FIRST_YEAR, max_value=2100, widget=widget, error_messages=errors)


class SumField(forms.CharField):
    """A sum typed in yuan, cleaned to whole fen."""

    def __init__(self, **more: Any):
        widget = forms.TextInput(attrs={**CONTROL, "inputmode": "decimal"})
        super().__init__(widget=widget, error_messages={"required": "请填写金额。"}, max_length=30, **more)

    def clean(self, value: Any) -> int:
        """Return whole fen."""
        text = super().clean(value)
        try:
            return clean_sum(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class ReasonForm(forms.Form):
    """The reason that an act must state."""

    reason = _words("冲销理由", 200, "请写明冲销的理由。")


class IssueDayForm(forms.Form):
    """The day a text was issued, and the paper that says so."""

    issued_on = _day("印发日期")
    source = _words("依据", 200, "请填写印发日期的依据。", help_text="载明印发日期的文件名称和文号。")


class RoundForm(forms.Form):
    """A filing window from the beginning of one day to the end of another."""

    name = _words("批次名称", 100, "请填写批次名称。")
    clause = forms.ModelChoiceField(
        label="开放范围",
        queryset=Clause.objects.none(),
        required=False,
        empty_label="本政策全部条款",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    opens_on = _day("开始日期", "当日零时起开放。")
    closes_on = _day("截止日期", "当日二十四时截止。")

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choose_from(self, "clause", policy.clauses.claimable())

    def window(self) -> dict[str, Any]:
        """Return name, clause and the two moments; the last day counts to its end."""
        data = self.cleaned_data
        opens = timezone.make_aware(datetime.combine(data["opens_on"], time.min))
        last = timezone.make_aware(datetime.combine(data["closes_on"], time.min))
        return {
            "name": data["name"],
            "clause": data["clause"],
            "opens_at": opens,
            "closes_at": last + timedelta(days=1),
        }


class PoolForm(forms.Form):
    """The yearly limit that clauses share; the same name and year again changes it."""

    name = _words("资金池名称", 100, "请填写资金池名称。")
    year = _year()
    limit_fen = SumField(label="总额（元）")
    clauses = forms.ModelMultipleChoiceField(
        label="共用条款",
        queryset=Clause.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择共用本资金池的条款。"},
    )
    source = _words("依据文件", 200, "请填写依据文件。")

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choose_from(self, "clauses", policy.clauses.claimable())


class ReadingForm(forms.Form):
    """One way to read an ambiguity, with the paper it rests on."""

    choice = forms.ChoiceField(
        label="选定读法", widget=forms.RadioSelect, error_messages={"required": "请选择一种读法。"}
    )
    source = _words("依据文件", 200, "请填写依据文件。")

    def __init__(self, *args: Any, options: Mapping[str, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(letter, f"{letter}. {words}") for letter, words in options.items()]


class EarlierForm(forms.Form):
    """One award paid before the portal existed."""

    clause = forms.ModelChoiceField(
        label="条款",
        queryset=Clause.objects.none(),
        empty_label="请选择",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择条款。"},
    )
    uscc = _words("统一社会信用代码", 18, "请填写统一社会信用代码。")
    applicant_name = _words("单位名称", 100, "请填写单位名称。")
    subject = _words("奖补对象", 100, "", required=False, help_text="项目、模型、产品等的名称；没有的不填。")
    year = _year()
    amount_fen = SumField(label="金额（元）")
    paper = _words("依据文件", 100, "请填写依据文件。")

    def __init__(self, *args: Any, authority_id: int, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today
        choose_from(self, "clause", Clause.objects.claimable().filter(policy__authority=authority_id))

    def clean_uscc(self) -> str:
        """Check the last digit."""
        try:
            return clean_uscc(self.cleaned_data["uscc"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_year(self) -> int:
        """Refuse a year that has not begun."""
        year = self.cleaned_data["year"]
        if year > self.today.year:
            raise forms.ValidationError("年度不能晚于今年。")
        return year

    def row(self) -> EarlierRow:
        """Return what was typed as the action takes it."""
        return EarlierRow(**self.cleaned_data)


class ImportForm(forms.Form):
    """A sheet of earlier awards, looked at by its content."""

    sheet = forms.FileField(
        label="表格文件",
        widget=forms.FileInput(attrs={"class": "form-control", "data-types": "xlsx"}),
        error_messages={"required": "请选择要导入的表格。", "empty": "文件是空的，请重新选择文件。"},
    )

    def clean_sheet(self) -> Any:
        """Take nothing but an XLSX file."""
        file = self.cleaned_data["sheet"]
        try:
            inspect(file, allowed=SPREADSHEET_ONLY)
        except BadUpload as error:
            raise forms.ValidationError(str(error)) from None
        return file
