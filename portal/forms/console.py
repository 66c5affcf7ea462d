"""What officers type on a case: reasons, sums, findings on facts, the list of corrections."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

import rules
from applications.actions.intake import Ground
from applications.models import Evidence, FactCheck
from portal.forms.paper import PaperField

REASON_LENGTH = 500
NOTE_LENGTH = 500
PAPER_LENGTH = 200
ITEM_LENGTH = 300
FREE_ITEMS = 3  # blank lines of the correction list for what is neither a fact nor a paper

Verdict = FactCheck.Verdict

CONTROL = {"class": "form-control"}


def _words(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=ITEM_LENGTH, required=False, widget=forms.TextInput(attrs=CONTROL))


class ReasonForm(forms.Form):
    """The reason that an act must state."""

    reason = forms.CharField(
        label="理由",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
        error_messages={"required": "请写明理由。"},
    )


class DeclineForm(ReasonForm):
    """On which ground a claim is not taken in, and the reason in the officer's own words; both go on the letter."""

    field_order = ("ground", "reason")

    ground = forms.ChoiceField(
        label="不予受理的情形",
        choices=[("", "请选择"), *Ground.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择不予受理的情形。", "invalid_choice": "请选择不予受理的情形。"},
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "不予受理的理由（写入不予受理通知书）"


class ProposeForm(forms.Form):
    """
    The proposed sum in yuan where the text leaves it to a decision, with the reason and the paper it rests on.

    A ceiling bounds the sum; number and file of the decision paper are asked for only where a paper fixes it.
    """

    amount = forms.CharField(
        label="核定金额（元）",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={**CONTROL, "inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label="核定理由和依据文件",
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
    )
    paper_name = forms.CharField(
        label="决定文件文号或会议纪要编号",
        max_length=PAPER_LENGTH,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": "请填写决定文件的文号或者会议纪要编号。"},
    )
    paper = PaperField(label="决定文件")

    def __init__(self, *args: Any, ceiling_fen: int | None = None, on_paper: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.ceiling_fen = ceiling_fen
        if not on_paper:
            del self.fields["paper_name"], self.fields["paper"]

    def clean_amount(self) -> int | None:
        """Return whole fen; nothing typed is None, which the text's own sum needs."""
        text = self.cleaned_data["amount"].strip().replace(",", "").replace("，", "")
        if not text:
            return None
        try:
            amount = rules.fen(text)
        except ValueError:
            raise forms.ValidationError("金额应写成元，最多两位小数，例如 2000000.00。") from None
        if self.ceiling_fen is not None and amount > self.ceiling_fen:
            raise forms.ValidationError(f"核定金额不得超过测算上限 {rules.yuan(self.ceiling_fen)} 元。")
        return amount


class PartsForm(forms.Form):
    """The sums of the instalments where the text names their number and leaves the shares to the authority."""

    parts = forms.CharField(
        label="各期金额（元），按期次以空格分隔",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={**CONTROL, "autocomplete": "off", "placeholder": "600000.00 400000.00"}),
    )

    def clean_parts(self) -> list[int]:
        """Return whole fen in order; nothing typed is an empty list."""
        words = self.cleaned_data["parts"].replace(",", "").replace("，", "").replace("、", " ").split()
        try:
            return [rules.fen(word) for word in words]
        except ValueError:
            raise forms.ValidationError("各期金额应写成元，最多两位小数，以空格分隔。") from None


class CheckForm(forms.Form):
    """What one fact is worth: the verdict, the value found, how and on which paper."""

    verdict = forms.ChoiceField(label="结论", choices=Verdict.choices, error_messages={"required": "请选择核验结论。"})
    verified = forms.CharField(label="核验值", max_length=300, required=False)
    method = forms.ChoiceField(label="核验方式", choices=FactCheck.Method.choices)
    evidence = forms.TypedChoiceField(label="依据材料", required=False, coerce=int, empty_value=None)
    note = forms.CharField(label="说明", max_length=NOTE_LENGTH, required=False)
    version = forms.IntegerField(min_value=0)

    def __init__(self, *args: Any, field: "rules.Field", papers: Sequence[Evidence], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fact = field
        self.papers = {paper.pk: paper for paper in papers}
        self.fields["evidence"].choices = [("", "—"), *((paper.pk, str(paper)) for paper in papers)]  # type: ignore[attr-defined]

    def clean_evidence(self) -> Evidence | None:
        """Return the row: only a paper of this case can be chosen."""
        return self.papers.get(self.cleaned_data["evidence"])

    def clean(self) -> dict[str, Any]:
        """Read the value found as the fact's own kind; only 以核验值为准 has one."""
        cleaned = super().clean() or {}
        if cleaned.get("verdict") != Verdict.CORRECTED:
            cleaned["verified"] = None
        elif not cleaned.get("verified", "").strip():
            self.add_error("verified", "请填写核验值。")
        else:
            try:
                cleaned["verified"] = rules.parse_fact(self.fact, cleaned["verified"])
            except ValueError as error:
                self.add_error("verified", str(error))
        if cleaned.get("verdict") in (Verdict.CORRECTED, Verdict.FAILED) and not cleaned.get("note", "").strip():
            self.add_error("note", "请写明理由。")
        return cleaned


class CorrectionForm(forms.Form):
    """
    The one list of all defects: each fact and paper with a box to tick and words, and free lines below.

    `rows` gives the template the pairs of fields in order, each with what was declared. A second list (`again`) has no
    free lines, because nothing but what the answer has changed may stand on it, and needs its reason.
    """

    def __init__(
        self,
        *args: Any,
        facts: Sequence["rules.Field"],
        slots: Sequence["rules.Slot"],
        declared: Mapping[str, Any] | None = None,
        again: bool = False,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.again = again
        self.stated = {f"fact-{f.name}": rules.format_fact(f, (declared or {}).get(f.name)) for f in facts}
        named = [("fact", field.name, field.label) for field in facts if not field.by_officer]
        named += [("slot", slot.kind, slot.label) for slot in slots]
        self.points = [(kind, key, label, f"{kind}-{key}") for kind, key, label in named]
        for _, _, label, name in self.points:
            tick = forms.CheckboxInput(attrs={"class": "form-check-input"})
            self.fields[name] = forms.BooleanField(label=label, required=False, widget=tick)
            self.fields[f"{name}-text"] = _words(f"{label}：须补正的内容")
            self.fields[f"{name}-text"].widget.attrs["placeholder"] = "存在的问题和补正要求"
        self.free = [] if again else [f"other-{number}" for number in range(1, FREE_ITEMS + 1)]
        if again:
            self.fields["reason"] = forms.CharField(
                label="再次补正的理由：补正答复带来了什么新的问题（写入告知书）",
                max_length=REASON_LENGTH,
                widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
                error_messages={"required": "请写明补正答复带来了什么新的问题。"},
            )
        for number, name in enumerate(self.free, start=1):
            self.fields[name] = _words(f"其他事项{number}")

    def rows(self) -> list[tuple[str, Any, Any]]:
        """Return (what was declared, box, words) of every fact and paper."""
        return [(self.stated.get(name, ""), self[name], self[f"{name}-text"]) for _, _, _, name in self.points]

    def free_rows(self) -> list[Any]:
        """Return the free lines."""
        return [self[name] for name in self.free]

    def clean(self) -> dict[str, Any]:
        """Turn what was ticked and written into the items of a correction."""
        cleaned = super().clean() or {}
        items = []
        for kind, key, label, name in self.points:
            text = cleaned.get(f"{name}-text", "").strip()
            if cleaned.get(name) and not text:
                self.add_error(f"{name}-text", f"请写明“{label}”须补正的内容。")
            if text:
                items.append({"kind": kind, "key": key, "label": label, "text": text})
        for name in self.free:
            if text := cleaned.get(name, "").strip():
                items.append({"kind": "other", "key": name, "label": "其他事项", "text": text})
        if not items and not self.errors:
            raise forms.ValidationError("请至少写明一项须补正的内容。")
        cleaned["items"] = items
        return cleaned
