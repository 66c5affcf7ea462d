"""What officers choose beside the queue: cases with an officer for them, and names of filters."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from applications.models import Application, User

CASES_MOST = 60  # a page of the queue


class AssignForm(forms.Form):
    """Cases of the own desk and one of the own colleagues; nobody takes the cases back from who has them."""

    cases = forms.ModelMultipleChoiceField(
        queryset=Application.objects.none(),
        error_messages={"required": "请先勾选要分办的申报件。", "invalid_choice": "所选申报件不在本岗位。"},
    )
    to = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, error_messages={"invalid_choice": "承办人须为本岗位的在岗人员。"}
    )

    def __init__(self, *args: Any, cases: QuerySet[Application], colleagues: QuerySet[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["cases"].queryset = cases  # type: ignore[attr-defined]
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]

    def clean_cases(self) -> list[Application]:
        """Return the rows, no more than a page holds."""
        rows = list(self.cleaned_data["cases"][: CASES_MOST + 1])
        if len(rows) > CASES_MOST:
            raise forms.ValidationError(f"一次最多分办{CASES_MOST}件。")
        return rows


class SavedFilterForm(forms.Form):
    """The name under which a filter is kept."""

    name = forms.CharField(
        max_length=30, error_messages={"required": "请填写筛选名称。", "max_length": "筛选名称不超过30个字。"}
    )
