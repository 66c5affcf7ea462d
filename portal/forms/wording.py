"""How a policy manager types the wording of a kind of letter: one field for each adjustable part."""

from collections.abc import Mapping
from typing import Any

from django import forms

from applications import wordings
from applications.documents.wording import KINDS, Part

CONTROL = {"class": "form-control", "autocomplete": "off"}
LONG = frozenset({"opening", "closing"})


class WordingForm(forms.Form):
    """The parts of one kind in the order of the letter, and the paper that the change rests on."""

    source = forms.CharField(
        label="依据文件",
        max_length=200,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": "请填写依据文件。"},
        help_text="例如本单位法制审核意见或者会议纪要的名称和文号。",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, kind: str, initial: Mapping[str, str] | None = None):
        super().__init__(data, initial=dict(initial or {}))
        self.kind = kind
        source = self.fields.pop("source")
        for part in KINDS[kind].parts:
            self.fields[part.key] = _field(part)
        self.fields["source"] = source

    def clean(self) -> dict[str, Any]:
        """Check every part with its tags; each fault stands at its field."""
        cleaned = super().clean() or {}
        parts = {part.key: cleaned[part.key] for part in KINDS[self.kind].parts if part.key in cleaned}
        for key, reason in wordings.problems(self.kind, parts).items():
            if key not in self.errors:
                self.add_error(key, reason)
        return cleaned

    def parts(self) -> dict[str, str]:
        """Return the text of every part."""
        return {part.key: self.cleaned_data[part.key] for part in KINDS[self.kind].parts}


def _field(part: Part) -> forms.CharField:
    """Return the field of a part; emptiness and length are checked with the tags, in the same words."""
    widget = forms.Textarea(attrs={**CONTROL, "rows": 3}) if part.key in LONG else forms.TextInput(attrs=CONTROL)
    return forms.CharField(label=part.label, required=False, widget=widget, help_text=_help(part))


def _help(part: Part) -> str:
    can = "、".join("{{" + tag + "}}" for tag in part.tags if tag not in part.needed)
    must = "、".join("{{" + tag + "}}" for tag in part.needed)
    said = [part.help, f"必须保留：{must}。" if must else "", f"可用标签：{can}。" if can else ""]
    return "".join(said)
