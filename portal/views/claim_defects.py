"""What the open correction of a claim asks for, line by line: where it is mended, and whether that was done since."""

from dataclasses import dataclass, field

from django.urls import reverse

from applications.defects import newest_answer
from applications.models import Application, Correction, Status


@dataclass(frozen=True)
class Defect:
    """One line of a correction: what is wrong, the address at which it is mended, whether it was changed since."""

    kind: str
    key: str
    label: str
    text: str
    url: str
    answered: bool


@dataclass(frozen=True)
class Asked:
    """The open correction with its lines; empty where nothing is asked."""

    correction: Correction | None = None
    defects: list[Defect] = field(default_factory=list)

    @property
    def open(self) -> list[Defect]:
        """The lines that were not answered yet; what is neither fact nor paper nobody but a person can tell."""
        return [defect for defect in self.defects if not defect.answered]


def defects_of(case: Application) -> Asked:
    """Return what the open correction asks for (two queries while there is one, none otherwise)."""
    if case.status != Status.CORRECTING:
        return Asked()
    correction = case.corrections.filter(answered_at=None).first()
    answer = newest_answer(case)
    if correction is None or answer is None:
        return Asked()
    form = reverse("claim_form", args=[case.pk])
    places = {"fact": "id_", "slot": "slot-"}
    return Asked(
        correction,
        [
            Defect(
                kind=item["kind"],
                key=item["key"],
                label=item["label"],
                text=item["text"],
                url=f"{form}#{places[item['kind']]}{item['key']}" if item["kind"] in places else f"{form}#evidence",
                answered=answer.answered(item),
            )
            for item in correction.items
        ],
    )
