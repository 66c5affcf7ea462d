"""The case page: evidence on the left, law, facts, sum and acts on the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

import rules
from applications.approving import agreement_in
from applications.models import Application, Duty, FactCheck, Status
from applications.workflow import NEXT, ROAD, VERBS
from portal.console.reading import CaseFile, Outcome, read
from portal.console.site import EXTRA_URLS
from portal.console.tabs import CASE_TABS, CaseTab, tab_context
from portal.forms.case_reading import CaseReadingForm
from portal.forms.console import DeclineForm, ProposeForm, ReasonForm
from portal.forms.grant import GrantForm
from portal.forms.pools import RestForm
from portal.forms.timing import DelayForm
from portal.requests import Request

# Acts that must state a reason, with the question that the officer answers and what stands on the confirm dialog.
REASONED = {
    "return_": "退回的理由",
    "refuse": "不予兑现的理由（写入不予兑现决定书）",
    "reopen": "异议核实的结论",
}
PLAIN = {
    "accept": "确定受理本件吗？受理后进入核验。",
    "accept_with_promises": "确定容缺受理本件吗？受理后进入核验，申报单位须按期补交所承诺的材料。",
    "endorse": "确定同意核定意见并公示吗？",
    "grant": "确定批准兑现吗？批准后生成奖补资金兑现通知书，不可修改。",
    "close": "确定办结归档吗？",
}
DANGEROUS = {
    "decline": "确定不予受理吗？通知书随即发出，不能收回。",
    "refuse": "确定不予兑现吗？决定书随即发出，不能收回。",
}
TYPED = frozenset({"reason", "amount", "parts", "verified", "note"})  # fields of acts that a person writes words into
TOOLBAR = (
    *("accept", "accept_with_promises", "correct", "decline", "propose"),
    *("endorse", "return_", "grant", "reopen", "refuse", "close"),
)


@dataclass(frozen=True)
class Act:
    """One button of the toolbar, with its form where the act needs words."""

    verb: str
    label: str
    url: str
    why_not: str
    confirm: str
    form: Form | None

    @property
    def kind(self) -> str:
        """The look of its button."""
        return "danger" if self.verb in DANGEROUS else "primary"

    @property
    def opened(self) -> bool:
        """Whether the form was sent and has to be mended."""
        return self.form is not None and self.form.is_bound


def url_of(verb: str, pk: int) -> str:
    """Return the address to which an act is posted."""
    return reverse(f"console:case_{verb.rstrip('_')}", args=[pk])


def form_of(
    verb: str,
    data: Mapping[str, Any] | None = None,
    files: Any = None,
    *,
    outcome: Outcome | None = None,
    application: Application | None = None,
) -> Form | None:
    """
    Return the form of an act, filled when there is data; None where a button is enough.

    `outcome` is what follows from the verified facts: it bounds the proposed sum, or asks for the paper that fixes it.
    """
    if verb == "propose":
        ceiling_fen = outcome.ceiling_fen if outcome else None
        on_paper = outcome is not None and outcome.on_paper
        return ProposeForm(data, files, auto_id=f"id_{verb}_%s", ceiling_fen=ceiling_fen, on_paper=on_paper)
    if verb == "endorse":
        return RestForm(data, auto_id=f"id_{verb}_%s") if data and "arranged_fen" in data else None
    if verb == "grant":
        return GrantForm(data, auto_id=f"id_{verb}_%s", application=application, outcome=outcome)
    if verb == "decline":
        return DeclineForm(data, auto_id=f"id_{verb}_%s")
    if verb in REASONED:
        form = ReasonForm(data, auto_id=f"id_{verb}_%s")
        form.fields["reason"].label = REASONED[verb]
        return form
    return None


def legal_form(data: Mapping[str, Any] | None = None) -> Form:
    """Return the form of 法制审核."""
    form = ReasonForm(data, auto_id="id_legal_%s")
    form.fields["reason"].label = "法制审核意见"
    return form


def _legal_act(file: CaseFile, sent: Mapping[str, Form]) -> list[Act]:
    """Return the one act of 法制审核, where a proposal waits for approval."""
    if file.standing.duty != Duty.LEGAL or file.application.status != Status.PROPOSED:
        return []
    form = sent.get("review_legally") or legal_form()
    url = reverse("console:case_legal", args=[file.application.pk])
    return [Act("review_legally", "法制审核通过", url, file.why_not["review_legally"], "", form)]


def acts_of(file: CaseFile, sent: Mapping[str, Form]) -> list[Act]:
    """Return the acts that start from the present status; a person who only reads has none."""
    readers = not any(file.standing.duty in verb.who for verb in VERBS.values())
    if readers:
        return _legal_act(file, sent)
    return [
        Act(
            verb=verb,
            label=VERBS[verb].label,
            url=url_of(verb, file.application.pk),
            why_not=file.why_not[verb],
            confirm=PLAIN.get(verb) or DANGEROUS.get(verb, ""),
            form=sent.get(verb)
            or _rest_form(verb, file)
            or form_of(verb, outcome=file.outcome, application=file.application),
        )
        for verb in TOOLBAR
        if file.application.status in VERBS[verb].sources
        and (verb != "accept_with_promises" or file.open_promises)  # nothing was promised: one button less
    ]


def _rest_form(verb: str, file: CaseFile) -> Form | None:
    """Return the form of an endorsement for what is left of the pool, where that is less than is proposed."""
    if verb != "endorse" or not file.cut_fen:
        return None
    return RestForm(initial={"arranged_fen": rules.yuan(file.cut_fen)}, auto_id="id_endorse_%s")


def steps_of(file: CaseFile) -> list[dict[str, str]]:
    """Return the road with where the case stands, a correction where it was asked for; one that left shows its end."""
    case = file.application
    status = Status(case.status)
    road = ROAD[1:]
    place_of = Status(case.correcting_from) if status == Status.CORRECTING else status
    if place_of not in road:
        return [{"name": status.label, "state": "current", "note": NEXT[status]}]
    here = road.index(place_of)
    return [
        {
            "name": status.label if place == here else step.label,
            "state": "done" if place < here else "current" if place == here else "",
        }
        for place, step in enumerate(road)
    ]


def case_page(
    request: Request,
    pk: int,
    *,
    refusal: str = "",
    sent: Mapping[str, Form] | None = None,
    check: Form | None = None,
    decision: CaseReadingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of a case; after a refused or faulty act with its reason and what was typed."""
    file = read(request, pk)
    if check is not None:
        _show_faulty(file, check)
    for row in file.questions:
        if decision is not None and row.question.spec.id == decision.key:
            row.typed, row.errors = decision.data, decision.errors
    acts = acts_of(file, sent or {})
    context = {
        **tab_context(request, file.application),
        "tab_now": "console:case",
        "file": file,
        "agreement": agreement_in(file.application) if file.application.status == Status.PROPOSED else None,
        "delay_form": (sent or {}).get("explain_delay") or DelayForm(auto_id="id_delay_%s"),
        "acts": acts,
        "kept": _kept(file, acts, sent or {}, check),
        "steps": steps_of(file),
        "refusal": refusal,
        "verdicts": FactCheck.Verdict.choices,
        "methods": FactCheck.Method.choices,
        "may_check": not file.why_not["check"],
        "may_decide": not file.why_not["decide_reading"],
    }
    return render(request, "console/case.html", context, status=status)


def _kept(file: CaseFile, acts: list[Act], sent: Mapping[str, Form], check: Form | None) -> list[tuple[str, str]]:
    """Return what was typed into forms that the page no longer shows, so that nothing typed is lost."""
    shown = {act.verb for act in acts if not act.why_not}
    gone = [form for verb, form in sent.items() if verb not in shown]
    if check is not None and file.why_not["check"]:
        gone.append(check)
    return [
        (str(field.label), field.value()) for form in gone for field in form if field.name in TYPED and field.value()
    ]


def _show_faulty(file: CaseFile, form: Form) -> None:
    """Open the fact whose check was not taken, with what was typed and what is wrong about it."""
    for row in file.facts:
        row.opened = row.field.name == form.fact.name  # type: ignore[attr-defined]
        if row.opened:
            row.typed = form.data
            row.errors = form.errors


@require_safe
def case(request: Request, pk: int) -> HttpResponse:
    """Show a case to an officer of its authority."""
    return case_page(request, pk)


EXTRA_URLS.append(path("cases/<int:pk>/", case, name="case"))
CASE_TABS.append(CaseTab("核验", "console:case", 10))
