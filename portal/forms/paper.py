"""A field for a paper of the desk: looked into by its content before anything is stored."""

from typing import Any

from django import forms
from django.conf import settings

from applications.actions.desk_file import Paper
from applications.uploads import BadUpload, inspect

ACCEPT = "pdf,jpg,jpeg,png,ofd,xlsx"


class PaperField(forms.FileField):
    """A file cleaned to a `Paper`; nothing chosen is None."""

    def __init__(self, **more: Any):
        attrs = {"class": "form-control", "data-types": ACCEPT, "data-max-bytes": str(settings.UPLOAD_MAX_BYTES)}
        more.setdefault("widget", forms.FileInput(attrs=attrs))
        missing = f"请上传{more.get('label', '文件')}。"
        more.setdefault("error_messages", {"required": missing, "empty": "文件是空的，请重新选择文件。"})
        super().__init__(**more)

    def clean(self, data: Any, initial: Any = None) -> Paper | None:
        """Look into the file; the sentence of a refusal says what to do."""
        file = super().clean(data, initial)
        if file is None:
            return None
        try:
            return Paper(file=file, upload=inspect(file))
        except BadUpload as problem:
            raise forms.ValidationError(str(problem)) from None
