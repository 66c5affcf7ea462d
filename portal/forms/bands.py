"""The table of approval bands as a policy manager types it: one band a line."""

import re
from typing import Any

from django import forms

import rules
from applications.actions.bands import BandRow, why_not_bands

CONTROL = {"class": "form-control"}
LINE = re.compile(r"(?P<sum>\S+)\s+(?P<people>[0-9]{1,2})\s*(?P<legal>法制审核)?")


class BandsForm(forms.Form):
    """
    One band a line: the sum in yuan from which it holds, how many approvers, and 法制审核 where it is asked for.

    Each line runs up to the next one's sum, so no gap and no overlap can be typed.
    """

    rows = forms.CharField(
        label="各档（每行一档：起始金额（元） 审批人数 法制审核）",
        widget=forms.Textarea(attrs={**CONTROL, "rows": 5, "placeholder": "0 1\n1000000 2\n5000000 2 法制审核"}),
        error_messages={"required": "请逐行填写各档。"},
        max_length=1000,
    )
    source = forms.CharField(
        label="依据文件",
        max_length=200,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": "请填写依据文件。"},
    )

    def clean_rows(self) -> list[BandRow]:
        """Return the bands; a line that cannot be read is named by its number."""
        found = []
        lines = [line.strip() for line in self.cleaned_data["rows"].splitlines()]
        for number, line in enumerate(lines, start=1):
            if line:
                found.append(self._band(number, line))
        if reason := why_not_bands(found):
            raise forms.ValidationError(reason)
        return found

    def _band(self, number: int, line: str) -> BandRow:
        match = LINE.fullmatch(line.replace(",", "").replace("，", ""))
        wrong = f"第{number}行应写成“起始金额 审批人数”，须法制审核的在后面注明，例如 5000000 2 法制审核。"
        if match is None:
            raise forms.ValidationError(wrong)
        try:
            return BandRow(rules.fen(match["sum"]), int(match["people"]), bool(match["legal"]))
        except ValueError:
            raise forms.ValidationError(wrong) from None

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {"rows": self.cleaned_data["rows"], "source": self.cleaned_data["source"]}
