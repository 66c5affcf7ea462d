"""
What the machine looks at before a person does: one run of comparisons and of the search in the texts, stored.

A run is stored at submission, when a correction or a promised paper is handed in, and once the worker has read the
texts. The newest run of a case counts; a run over unchanged inputs stores nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

import rules
from applications import assessing, checks, texts
from applications.checks.claim import number_in
from applications.models import Application, Assessment, AutoCheck, BankAccount, Evidence, EvidenceText
from applications.workflow import EDITABLE, ENDED

TEXT = "text"
CODED = frozenset({"business_licence", "invoice"})  # papers that state the applicant's code
NUMERIC = frozenset({"money", "decimal", "integer", "percent"})
LONGEST_WORDS = 500


def run(application: Application, at: datetime) -> int:
    """
    Compare and search, and store a new run where anything differs from the newest; return the number of the run.

    The caller has locked the case, as every act does.
    """
    evidence = list(application.evidence.in_use().select_related("text").order_by("pk"))
    slots = assessing.slots_of(application)
    fields = {field.name: field for field in assessing.fields_of(application)}
    claim = claim_of(application, evidence, slots, fields)
    rows = [
        AutoCheck(
            kind=result.kind,
            target=result.target,
            evidence_id=result.paper,
            state=result.state,
            inputs=dict(result.inputs),
            words=result.words[:LONGEST_WORDS],
        )
        for result in checks.look_at(claim)
    ]
    rows += _searched(application, evidence, {slot.kind: slot for slot in slots}, fields)
    newest = list(AutoCheck.objects.newest_of(application))
    if [_said(row) for row in rows] == [_said(row) for row in newest]:
        return newest[0].run if newest else 0
    number = newest[0].run + 1 if newest else 1
    for row in rows:
        row.application, row.run, row.made_at = application, number, at
    AutoCheck.objects.bulk_create(rows)
    return number


def _said(row: AutoCheck) -> tuple[Any, ...]:
    return (row.kind, row.target, row.evidence_id, row.state, row.words, row.inputs)


def claim_of(
    application: Application,
    evidence: Iterable[Evidence],
    slots: Iterable["rules.Slot"],
    fields: dict[str, "rules.Field"],
) -> checks.Claim:
    """Return a case as the comparisons read it: its papers, its terms, and what the rules gave for it as declared."""
    account = BankAccount.objects.filter(applicant=application.applicant_id, replaced_at=None).first()
    declared = application.assessments.filter(purpose=Assessment.Purpose.DECLARED).order_by("-pk").first()
    inputs = declared.inputs if declared else {}
    other = number_in(application.facts.get("other_local_policy_award_yuan"))
    kinds = {slot.kind: slot for slot in slots}
    return checks.Claim(
        clause=application.clause.code,
        name=application.applicant.name,
        uscc=application.applicant.uscc,
        facts=application.facts,
        papers=tuple(
            checks.Paper(
                pk=row.pk,
                slot=row.slot,
                label=kinds[row.slot].label if row.slot in kinds else row.slot,
                details=row.details,
                handed_in_on=timezone.localdate(row.uploaded_at),
                proves=kinds[row.slot].facts if row.slot in kinds else (),
            )
            for row in evidence
        ),
        terms=rules.terms(
            application.clause.code,
            assessing.readings_of(application),
            issued_on=application.policy.issued_on,
            version=assessing.shown_version(application),
        ),
        fields=fields,
        holder=account.holder if account else "",
        event_on=application.event_on,
        support_year=application.support_year,
        award_fen=declared.amount_fen if declared and declared.eligible else None,
        deducted=bool(inputs.get("history") or inputs.get("pool") or other),
    )


# ---- the text of the papers -----------------------------------------------------------------------------------------


def _searched(
    application: Application,
    evidence: Iterable[Evidence],
    slots: dict[str, "rules.Slot"],
    fields: dict[str, "rules.Field"],
) -> list[AutoCheck]:
    """Return one row for each paper whose text has been read; a paper that waits for the worker has none yet."""
    rows = []
    for row in evidence:
        text: EvidenceText | None = getattr(row, "text", None)
        if text is None or row.slot not in slots:
            continue
        state, words, inputs = _search(application, row, text, slots[row.slot], fields)
        made = {"state": state, "words": words, "inputs": inputs}
        rows.append(AutoCheck(kind=TEXT, target=f"slot:{row.slot}", evidence_id=row.pk, **made))
    return rows


def _search(
    application: Application,
    row: Evidence,
    text: EvidenceText,
    slot: "rules.Slot",
    fields: dict[str, "rules.Field"],
) -> tuple[str, str, dict[str, Any]]:
    """Return state, words and inputs of a search: everything found is 相符, anything else only says that it is open."""
    if texts.is_scan(text.pages):
        return checks.NO_DATA, text.problem or "扫描件，无文字层", {"scan": True, "items": []}
    items = [
        {"what": item.what, "key": item.key, "label": item.label, "shown": item.shown, "page": page}
        for item, page in texts.found(text.pages, _items(application, row, slot, fields))
    ]
    hits = sum(item["page"] is not None for item in items)
    words = f"文本核对 {len(items)} 项，找到 {hits} 项" + (f"（{text.problem}）" if text.problem else "")
    return checks.PASS if hits == len(items) else checks.NO_DATA, words, {"scan": False, "items": items}


def _items(
    application: Application, row: Evidence, slot: "rules.Slot", fields: dict[str, "rules.Field"]
) -> list[texts.Item]:
    """Return what to look for on a paper: who, the declared values it is to prove, its structured fields."""
    applicant = application.applicant
    items = [texts.Item("name", "name", "单位名称", applicant.name, texts.text_patterns(applicant.name))]
    if row.slot in CODED and applicant.uscc not in row.details.values():
        items.append(texts.Item("uscc", "uscc", "信用代码", applicant.uscc, texts.text_patterns(applicant.uscc)))
    typed = {field.name: field for field in slot.fields if row.details.get(field.name) is not None}
    declared = {name: fields[name] for name in slot.facts if name in fields and name in application.facts}
    for what, asked, values in (("field", typed, row.details), ("fact", declared, application.facts)):
        for name, field in asked.items():
            # A choice or a yes is no words of the paper; what a field says already is not looked for twice.
            if what == "fact" and (field.kind not in NUMERIC or row.details.get(name) == values[name]):
                continue
            if patterns := texts.patterns_of(field, values[name]):
                shown = rules.format_fact(field, values[name])
                items.append(texts.Item(what, name, field.label, shown, patterns))
    return items


@transaction.atomic
def text_was_read(evidence: Evidence, *, at: datetime) -> None:
    """Run again for a case at the desk once the last of its texts is read; a claim still being written waits."""
    cases = Application.objects.select_for_update(of=("self",)).select_related("policy", "clause", "applicant")
    application = cases.get(pk=evidence.application_id)
    if application.status in EDITABLE | ENDED:
        return
    if not application.evidence.in_use().filter(content_type=texts.PDF, text=None).exists():
        run(application, at)
