"""
Forms generated from the law: one field for each fact of a clause, or for each structured field of an evidence kind.

Nothing is required while a claim is a draft: an empty field is an unknown fact, never zero and never "no".
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_bootstrap5.bootstrap5 import Field as CrispyField
from crispy_forms.bootstrap import AppendedText
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms

import rules

YES_NO = (("", "请选择"), ("true", "是"), ("false", "否"))
NUMERIC = {"money": "decimal", "decimal": "decimal", "percent": "decimal", "integer": "numeric"}
LONGEST_TEXT = 200
LONGEST_LIST = 40_000  # a thousand serial numbers and more in one field


class FactField(forms.CharField):
    """A text field that reads what a person types as the value of a fact; empty means unknown."""

    def __init__(self, fact: "rules.Field", **kwargs: Any):
        self.fact = fact
        longest = LONGEST_LIST if fact.multiple else LONGEST_TEXT
        super().__init__(required=False, strip=True, max_length=longest, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the JSON value, None for an empty field; a refusal leaves out the label, which stands above."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return rules.parse_fact(self.fact, text)
        except ValueError as error:
            raise forms.ValidationError(str(error).removeprefix(f"{self.fact.label}：")) from None

    def prepare_value(self, value: Any) -> Any:
        """Show a stored value as it was typed: yes and no as the choices of the widget."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return value


class MoneyListField(FactField):
    """Sums of several years in one field, separated by blanks, oldest first."""

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as it was typed."""
        return " ".join(value) if isinstance(value, list) else value


def form_field(fact: "rules.Field") -> forms.Field:
    """Return the form field of a fact with its question, help, unit and the right keyboard on a phone."""
    shown: dict[str, Any] = {"label": fact.question or fact.label, "help_text": fact.help}
    if fact.kind == "money_list":
        return MoneyListField(fact, **shown)
    if fact.kind == "bool":
        return FactField(fact, widget=forms.Select(choices=YES_NO), **shown)
    if fact.kind == "choice":
        return FactField(fact, widget=forms.Select(choices=[("", "请选择"), *fact.choices]), **shown)
    if fact.kind == "date":
        return FactField(fact, widget=forms.DateInput(attrs={"type": "date"}), **shown)
    if fact.multiple:
        return FactField(fact, widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}), **shown)
    attrs = {"autocomplete": "off"}
    if fact.kind in NUMERIC:
        attrs["inputmode"] = NUMERIC[fact.kind]
    return FactField(fact, widget=forms.TextInput(attrs=attrs), **shown)


def laid_out(fact: "rules.Field", name: str) -> Any:
    """Return the crispy element: the unit stands behind the field."""
    if fact.unit and fact.kind in NUMERIC:
        return AppendedText(name, fact.unit)
    if fact.kind == "money":
        return AppendedText(name, "元")
    return CrispyField(name)


class FactsForm(forms.Form):
    """The facts of a clause; `facts()` after validation gives what the case stores."""

    use_required_attribute = False

    def __init__(
        self, specs: Iterable["rules.Field"], *args: Any, stored: Mapping[str, Any] | None = None, **kwargs: Any
    ):
        specs = tuple(specs)
        self.specs = tuple(spec for spec in specs if not spec.by_officer)
        self.by_officer = tuple(spec for spec in specs if spec.by_officer)
        kwargs["initial"] = dict(stored or {})
        super().__init__(*args, **kwargs)
        for spec in self.specs:
            self.fields[spec.name] = form_field(spec)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self.layout()

    def layout(self) -> Layout:
        """Return conditions first, then what only enters the sum."""
        asked = [laid_out(spec, spec.name) for spec in self.specs if spec.condition]
        summed = [laid_out(spec, spec.name) for spec in self.specs if not spec.condition]
        groups = [Fieldset(title, *parts, css_class="group") for title, parts in self.groups(asked, summed) if parts]
        return Layout(*groups)

    def groups(self, asked: list[Any], summed: list[Any]) -> list[tuple[str, list[Any]]]:
        """Return the groups with their titles, in order."""
        return [("申报条件", asked), ("计算依据", summed)]

    def facts(self) -> dict[str, Any]:
        """Return what was stated: every filled field by its English name."""
        return {
            spec.name: self.cleaned_data[spec.name]
            for spec in self.specs
            if self.cleaned_data.get(spec.name) is not None
        }

    def partial_facts(self) -> dict[str, Any]:
        """Return what can be read so far, for an estimate while somebody is still typing."""
        self.is_valid()
        return self.facts()


class ClaimForm(FactsForm):
    """A claim as the applicant fills it: its object and basis day, then the facts of the clause."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    event_on = forms.DateField(
        label="基准日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="使本项申报成立的日期，例如交付、认定、备案之日；按年度计算的，填该年度的最后一日。"
        "基准日须在政策有效期内，并决定支持年度。",
        error_messages={"invalid": "请填写正确的日期，例如 2026-06-30。"},
    )

    def __init__(self, specs: Iterable["rules.Field"], *args: Any, subject_label: str = "", **kwargs: Any):
        self.subject_label = subject_label
        super().__init__(specs, *args, **kwargs)

    def layout(self) -> Layout:
        """Put the object and the day before the facts."""
        head: list[Any] = []
        if self.subject_label:
            self.fields["subject"] = forms.CharField(
                label=f"{self.subject_label}名称",
                required=False,
                max_length=100,
                help_text="请使用备案、认定或合同文件上的全称；同一对象的升级、补差以名称对应既往奖补。",
            )
            head.append(CrispyField("subject"))
        head.append(CrispyField("event_on"))
        facts = super().layout()
        return Layout("version", Fieldset("申报对象", *head, css_class="group"), *facts.fields)


class DetailsForm(forms.Form):
    """The structured fields of one kind of evidence together with its file."""

    use_required_attribute = False

    def __init__(self, slot: "rules.Slot", *args: Any, accept: str, **kwargs: Any):
        self.slot = slot
        kwargs["prefix"] = slot.kind
        super().__init__(*args, **kwargs)
        for field in slot.fields:
            self.fields[field.name] = form_field(field)
        self.fields["file"] = forms.FileField(
            label="文件",
            error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择文件。"},
            widget=forms.FileInput(attrs={"accept": accept}),
            help_text="支持 PDF、JPG、PNG、OFD、XLSX，单个文件不超过 20 MB。",
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*[laid_out(f, f.name) for f in slot.fields], CrispyField("file"))

    def clean(self) -> dict[str, Any]:
        """Ask for the fields that a check needs; what is wrong stands at its field."""
        cleaned = super().clean() or {}
        for field in self.slot.fields:
            if field.required and cleaned.get(field.name) is None and field.name not in self.errors:
                self.add_error(field.name, f"请填写{field.label}。")
        return cleaned

    def details(self) -> dict[str, Any]:
        """Return the filled fields by name."""
        return {
            f.name: self.cleaned_data[f.name] for f in self.slot.fields if self.cleaned_data.get(f.name) is not None
        }
