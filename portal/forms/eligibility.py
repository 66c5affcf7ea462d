"""The questions of 「我能领什么」: every fact of the chosen policies once, in the groups of the dictionary of facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

import rules
from applications.models import Applicant
from portal.forms.facts import form_field

REGISTERED = "registered_in_jurisdiction"
ELSEWHERE = "elsewhere"

# Title of each group and the fact with which it begins in the dictionary of facts.
SECTIONS = (
    ("单位基本情况", "registered_in_jurisdiction"),
    ("项目和设施", "build_type"),
    ("费用、合同和收入", "uses_local_compute"),
    ("贷款和上市", "production_loan"),
    ("认定、人才、标准和场景", "selected_national_data_element_pilot"),
)


@dataclass(frozen=True)
class Group:
    """Questions that stand together; `opened` when something was typed or is wrong there."""

    title: str
    fields: list[tuple[Any, str]]
    opened: bool


class EligibilityForm(forms.Form):
    """
    What an enterprise says about itself, once for all clauses of the packs; everything is optional.

    Where it is registered is asked as a place, since each policy means its own.
    """

    use_required_attribute = False

    def __init__(self, packs: Sequence["rules.Pack"], asked: Mapping[str, "rules.Field"], data: Any = None):
        super().__init__(data)
        library = rules.load()
        places = [(policy, library.versions[chain[0]].head.place) for policy, chain in library.chains.items()]
        self.packs = packs
        self.specs = {name: asked[name] for name in rules.load().facts if name in asked and not asked[name].by_officer}
        self.fields["place"] = forms.ChoiceField(
            label="单位登记注册在哪里？",
            choices=[("", "请选择"), *places, (ELSEWHERE, "以上地区之外")],
            required=False,
            help_text="以营业执照或法人登记证书载明的住所和登记机关为准。",
        )
        for name, spec in self.specs.items():
            if name != REGISTERED:
                self.fields[name] = form_field(spec)
        if "applicant_type" in self.fields:
            self.fields["applicant_type"].help_text = "一家单位兼有几种身份的，请逐一选择、分别测算。"
        for name, field in self.fields.items():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs["class"] = f"{kind} is-invalid" if data is not None and name in self.errors else kind

    def stated(self) -> tuple[str, dict[str, Any]]:
        """Return the place of registration ("" for unknown) and every fact that can be read, whatever else is wrong."""
        self.is_valid()
        facts = {name: self.cleaned_data.get(name) for name in self.specs}
        return self.cleaned_data.get("place", ""), {name: value for name, value in facts.items() if value is not None}

    def groups(self) -> Iterator[Group]:
        """Yield the groups that have a question, in the order of the dictionary; the first one is always open."""
        order = list(rules.load().facts)
        begins = [order.index(first) for _, first in SECTIONS] + [len(order)]
        for number, (title, _) in enumerate(SECTIONS):
            names = [name for name in order[begins[number] : begins[number + 1]] if name in self.fields]
            if number == 0:
                names.insert(0, "place")
            if names:
                fields = [(self[name], self._unit(name)) for name in names]
                touched = any(self.data.get(name) for name in names)
                yield Group(title, fields, opened=number == 0 or touched)

    def _unit(self, name: str) -> str:
        """Return what stands behind a field."""
        spec = self.specs.get(name)
        if spec is None:
            return ""
        return spec.unit or ("元" if spec.kind == "money" else "")


class HistoryForm(forms.Form):
    """Whose earlier awards count, asked of the members of a body alone; its first one unless told otherwise."""

    use_required_attribute = False

    another = forms.BooleanField(label="测算的是此前没有获得过奖补的另一个项目", required=False)

    def __init__(self, applicants: Sequence[Applicant], data: Any = None):
        super().__init__(data)
        self.applicants = {str(applicant.pk): applicant for applicant in applicants}
        self.fields["history"] = forms.ChoiceField(
            label="计入哪个单位的既往奖补？",
            choices=[*((key, applicant.name) for key, applicant in self.applicants.items()), ("", "不计入")],
            initial=next(iter(self.applicants)),
            required=False,
            widget=forms.Select(attrs={"class": "form-select"}),
            help_text="包括本平台批准的和主管单位录入的平台启用前的奖补。",
        )
        self.fields["another"].widget.attrs["class"] = "form-check-input"

    def chosen(self) -> Applicant | None:
        """Return the body whose awards count, None for none."""
        return self.applicants.get(self.cleaned_data.get("history", "")) if self.is_valid() else None

    def same_item(self) -> bool:
        """Return whether earlier awards were for the object that is asked about."""
        return not self.cleaned_data.get("another")
