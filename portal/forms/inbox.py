"""Which messages a person wants by mail."""

from collections.abc import Mapping
from typing import Any

from django import forms


class TopicsForm(forms.Form):
    """A box for each topic; a ticked one comes by mail as well."""

    topics = forms.MultipleChoiceField(
        label="同时发送电子邮件",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": "没有这一类通知。"},
    )

    def __init__(self, *args: Any, topics: Mapping[str, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["topics"].choices = list(topics.items())  # type: ignore[attr-defined]
