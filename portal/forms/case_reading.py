"""What a verifier types to decide a point of interpretation on a case."""

from collections.abc import Mapping
from typing import Any

from django import forms


class CaseReadingForm(forms.Form):
    """The reading chosen for one question of a case, and why; `version` is what the officer saw."""

    choice = forms.ChoiceField(
        error_messages={"required": "请选择一种读法。", "invalid_choice": "请选择一种读法。"},
    )
    reason = forms.CharField(max_length=500, error_messages={"required": "请写明认定的理由。"})
    version = forms.IntegerField(min_value=0)

    def __init__(self, *args: Any, key: str, options: Mapping[str, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.key = key
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(options.items())
