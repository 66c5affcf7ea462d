"""An objection in one's own name: who, how to be reached, what is said, and the signed paper."""

from typing import Any

from django import forms
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as BadNumber

from applications.models import Objection
from applications.registers import clean_uscc

CONTROL = {"class": "form-control"}
ACCEPT = ".pdf,.jpg,.jpeg,.png"


def _words(label: str, length: int, missing: str, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=length,
        widget=forms.TextInput(attrs={**CONTROL, **attrs}),
        error_messages={"required": missing, "max_length": f"{label}不超过{length}个字。"},
    )


class ObjectionForm(forms.Form):
    """What somebody states who objects to a case in public notice."""

    party = forms.ChoiceField(
        label="异议人类别",
        choices=Objection.Party.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
        initial=Objection.Party.UNIT,
        error_messages={"required": "请选择异议人类别。"},
    )
    name = _words("姓名或单位名称", 100, "匿名异议不予受理，请填写真实姓名或单位名称。", autocomplete="name")
    identity = _words("统一社会信用代码或身份证号", 18, "请填写单位的统一社会信用代码，或个人的身份证号。")
    phone = _words("联系电话", 20, "请填写联系电话，以便核实和答复。", inputmode="tel", autocomplete="tel")
    address = _words("联系地址", 200, "请填写联系地址。", autocomplete="street-address")
    text = forms.CharField(
        label="异议内容和事实理由",
        max_length=3000,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 6}),
        error_messages={"required": "请写明异议内容和事实理由。", "max_length": "异议内容不超过3000个字。"},
    )
    file = forms.FileField(
        label="异议书（个人手写签名或单位盖章）和证据",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ACCEPT, "data-types": "pdf,jpg,png"}),
        error_messages={"required": "请上传本人签名或单位盖章的异议书。", "empty": "文件是空的，请重新选择。"},
    )
    truthful = forms.BooleanField(
        label="以上内容属实，本人（单位）对其真实性负责",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        error_messages={"required": "请勾选确认。"},
    )

    def clean(self) -> dict[str, Any]:
        """A unit states its 统一社会信用代码, a person the number of the identity card; both carry a check digit."""
        cleaned = super().clean() or {}
        number = cleaned.get("identity", "").strip().upper()
        if not number:
            return cleaned
        if cleaned.get("party") == Objection.Party.UNIT:
            try:
                cleaned["identity"] = clean_uscc(number)
            except ValueError as error:
                self.add_error("identity", str(error))
            return cleaned
        try:
            cleaned["identity"] = ric.validate(number)
        except BadNumber:
            self.add_error("identity", "身份证号有误，请核对18位号码。")
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name] for name in ("party", "name", "identity", "phone", "address", "text")}
