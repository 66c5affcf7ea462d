"""What the approver fixes at the grant beyond the sum: instalments, their days, and who bears the award."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from applications import bearing, registers
from applications.bearing import Bearing
from applications.models import Application, Payer
from portal.forms.console import CONTROL, PartsForm

SELECT = {"class": "form-select"}
BEARERS = 2


class GrantForm(PartsForm):
    """
    The sums of instalments where the text leaves them open, days of the later ones, place and payers.

    Shows only what the case asks for (`shown`); a case with one instalment and one payer asks for nothing.
    """

    due = forms.CharField(
        label="后续各期最早拨付日期，按期次以空格分隔（不填的，自批准之日起每年一期）",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={**CONTROL, "autocomplete": "off", "placeholder": "2027-09-01 2028-09-01"}),
    )
    place = forms.ChoiceField(label="项目所在区划", required=False, widget=forms.Select(attrs=SELECT))

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *args: Any,
        application: Application | None = None,
        outcome: Any = None,
        **kwargs: Any,
    ):
        super().__init__(data, *args, **kwargs)
        self.payers: dict[str, Payer] = {}
        places: tuple[bearing.Place, ...] = ()
        if application is not None:
            rows = Payer.objects.filter(authority=application.authority_id, replaced_at=None)
            self.payers = {str(row.pk): row for row in rows}
            places = bearing.places_of(application) if len(self.payers) > 1 else ()
        self.fields["place"].choices = [("", "请选择"), *((p.value, _words(p)) for p in places)]  # type: ignore[attr-defined]
        choices = [("", "请选择" if places else "默认"), *((key, row.name) for key, row in self.payers.items())]
        for number in range(1, BEARERS + 1):
            label = f"支付单位{number}" if places else "支付单位"
            self.fields[f"payer{number}"] = forms.ChoiceField(
                label=label, required=False, choices=choices, widget=forms.Select(attrs=SELECT)
            )
            self.fields[f"sum{number}"] = forms.CharField(
                label=f"支付单位{number}承担金额（元），条文已定比例的不填",
                required=False,
                max_length=20,
                widget=forms.TextInput(attrs={**CONTROL, "inputmode": "decimal", "autocomplete": "off"}),
            )
        open_shares = bool(outcome and outcome.open_shares)
        parts = len(outcome.verdict.schedule) if outcome else 0
        names = ["parts"] if open_shares else []
        names += ["due"] if parts > 1 else []
        names += ["payer1"] if len(self.payers) > 1 else []
        if places:
            names[-1:] = ["place", *(f"{name}{n}" for n in range(1, BEARERS + 1) for name in ("payer", "sum"))]
        self.names = names

    @property
    def shown(self) -> list[Any]:
        """The fields that this case asks for; after a fault or a refusal every field that was filled."""
        filled = [name for name in self.fields if self.data.get(name)] if self.is_bound else []
        return [self[name] for name in dict.fromkeys([*self.names, *filled])]

    def clean_due(self) -> list[date]:
        """Return the days in order; nothing typed is an empty list."""
        try:
            return [date.fromisoformat(word) for word in self.cleaned_data["due"].replace("、", " ").split()]
        except ValueError:
            raise forms.ValidationError("日期应写成 2027-09-01 的形式，以空格分隔。") from None

    def clean(self) -> dict[str, Any]:
        """Put what was chosen together: `due_on` and `borne`, as the act takes them."""
        cleaned = super().clean() or {}
        payers, sums = [], []
        for number in range(1, BEARERS + 1):
            if key := cleaned.get(f"payer{number}"):
                payers.append(self.payers[key])
            if text := cleaned.get(f"sum{number}"):
                try:
                    sums.append(registers.clean_sum(text))
                except ValueError as error:
                    self.add_error(f"sum{number}", str(error))
        cleaned["due_on"] = cleaned.get("due", [])
        cleaned["borne"] = Bearing(cleaned.get("place", ""), tuple(payers), tuple(sums))
        return cleaned


def _words(place: bearing.Place) -> str:
    """Say of a place who bears what is granted there."""
    if place.bearers:
        return f"{place.label}（{'、'.join(place.bearers)}承担）"
    return f"{place.label}（按财政体制，逐个填写）"
