"""What a claim still lacks before it can be handed in: one list, each line pointing at its field or slot."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import rules
from applications import assessing
from applications.models import Application, Evidence

APPLICANT_SUBJECT = "主体"


@dataclass(frozen=True)
class Gap:
    """One missing thing: `kind` is "fact", "slot", "subject", "event" or "account", `key` its name there."""

    kind: str
    key: str
    label: str

    def __str__(self) -> str:
        return self.label


def needs_subject(clause_code: str, version: str = "") -> bool:
    """Return whether the clause awards a named object (project, model, standard) and not the applicant itself."""
    return rules.load().clause(clause_code, version=version).subject != APPLICANT_SUBJECT


def gaps_of(
    application: Application, evidence: Iterable[Evidence], *, has_account: bool, promised: Collection[str] = ()
) -> list[Gap]:
    """Return everything still missing, in the order of the form; a promised paper is not missing before its day."""
    gaps = []
    if not has_account:
        gaps.append(Gap("account", "account", "收款账户（在单位档案中登记）"))
    if needs_subject(application.clause.code, assessing.shown_version(application)) and not application.subject.strip():
        gaps.append(Gap("subject", "subject", "申报对象名称"))
    if application.event_on is None:
        gaps.append(Gap("event", "event_on", "基准日"))
    elif reason := assessing.why_no_such_item(application):
        gaps.append(Gap("event", "event_on", f"基准日（{reason}，请核对）"))
    for field in assessing.fields_of(application):
        if field.required and not field.by_officer and field.name not in application.facts:
            gaps.append(Gap("fact", field.name, field.label))
    filled = {item.slot for item in evidence}
    for slot in assessing.slots_of(application):
        if slot.required and slot.kind not in filled and not (slot.secondary and slot.kind in promised):
            gaps.append(Gap("slot", slot.kind, slot.label))
    return gaps
