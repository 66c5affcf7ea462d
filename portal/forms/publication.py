"""What policy managers type to publish a version."""

from django import forms

CONTROL = {"class": "form-control", "autocomplete": "off"}


class PublicationForm(forms.Form):
    """The paper by which a version comes into force."""

    source = forms.CharField(
        label="依据文件",
        max_length=200,
        widget=forms.TextInput(attrs=CONTROL),
        error_messages={"required": "请填写依据文件。"},
        help_text="修订政策的文件名称和文号。",
    )
