"""The acts of officers on a case: each address takes a POST, calls one action and answers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from applications.actions import ActionRefused, decision, intake, payment, review
from applications.assessing import fields_of, slots_of
from applications.defects import newest_answer
from applications.models import Application, Evidence, Status
from applications.workflow import VERBS
from portal.console.acting import acting_on
from portal.console.cases import PLAIN, REASONED, case_page, form_of
from portal.console.queue import forget_counts
from portal.console.reading import case_at_desk, outcome_of, read
from portal.console.site import EXTRA_URLS, site
from portal.forms.console import CheckForm, CorrectionForm
from portal.idempotency import idempotent
from portal.requests import Request

Action = Callable[..., Any]

ACTIONS: dict[str, Action] = {
    "accept": intake.accept,
    "accept_with_promises": intake.accept_with_promises,
    "decline": intake.decline,
    "propose": review.propose,
    "return_": decision.return_,
    "endorse": decision.endorse,
    "refuse": decision.refuse,
    "reopen": decision.reopen,
    "grant": decision.grant,
    "close": payment.close,
}


def _done(request: Request, application: Application, words: str) -> HttpResponse:
    forget_counts(application.authority_id)
    messages.success(request, words)
    return redirect("console:case", application.pk)


def _values(verb: str, form: Form) -> dict[str, Any]:
    """Return what the action takes from its form."""
    if verb == "propose":
        typed = dict(form.cleaned_data)
        return {"amount_fen": typed.pop("amount"), **typed}
    if verb == "endorse":
        return {"arranged_fen": form.cleaned_data["arranged_fen"], "reason": form.cleaned_data["reason"]}
    if verb == "grant":
        typed = form.cleaned_data
        return {"parts_fen": typed["parts"], "due_on": typed["due_on"], "borne": typed["borne"]}
    if verb == "decline":
        return {"ground": form.cleaned_data["ground"], "reason": form.cleaned_data["reason"]}
    return {"reason": form.cleaned_data["reason"]}


def _view(verb: str) -> Callable[..., HttpResponse]:
    """Return the view of one verb."""
    action = ACTIONS[verb]

    @require_POST
    @idempotent
    def act(request: Request, pk: int) -> HttpResponse:
        application = case_at_desk(request, pk)
        outcome = outcome_of(application) if verb == "propose" else None
        form = form_of(verb, request.POST, request.FILES, outcome=outcome, application=application)
        sent = {verb: form} if form else {}
        if form and not form.is_valid():
            return case_page(request, pk, sent=sent, status=422)
        values = _values(verb, form) if form else {}
        try:
            with acting_on(request, application):
                acted = action(application, **values, by=request.user, at=timezone.now())
        except ActionRefused as refusal:
            return case_page(request, pk, refusal=str(refusal), sent=sent, status=409)
        return _done(request, application, _words(verb, application, acted))

    return act


def _words(verb: str, application: Application, acted: Any) -> str:
    """Return what an act has led to: an approval that is one of several, or that waits for money, shows nothing yet."""
    if verb != "endorse" or acted.status != Status.PROPOSED:
        return f"{application.number} 已办理：{VERBS[verb].label}。"
    wait = acted.pool_waits.filter(ended_at=None).select_related("pool").first()
    if wait is None:
        return f"{application.number} 已记录您的审批意见，等待其他审批人员。"
    return f"{application.number} 已通过审批，等待{wait.pool}的资金，已列入排队并告知申报单位。"


def _paper_choices(application: Application) -> list[Evidence]:
    return list(application.evidence.in_use().order_by("pk"))


@require_POST
@idempotent
def check(request: Request, pk: int, fact: str) -> HttpResponse:
    """Record the finding on one fact."""
    application = case_at_desk(request, pk)
    field = next((field for field in fields_of(application) if field.name == fact), None)
    if field is None:
        raise Http404
    form = CheckForm(request.POST, field=field, papers=_paper_choices(application))
    if not form.is_valid():
        return case_page(request, pk, check=form, status=422)
    found = form.cleaned_data
    try:
        with acting_on(request, application):
            review.check(
                application,
                fact=fact,
                verdict=found["verdict"],
                verified=found["verified"],
                method=found["method"],
                evidence=found["evidence"],
                note=found["note"],
                version=found["version"],
                by=request.user,
                at=timezone.now(),
            )
    except ActionRefused as refusal:
        return case_page(request, pk, refusal=str(refusal), check=form, status=409)
    messages.success(request, f"已记录“{field.label}”的核验结论。")
    return redirect(f"{reverse('console:case', args=[pk])}?{urlencode({'after': fact})}")


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def correct(request: Request, pk: int) -> HttpResponse:
    """Build the one list of corrections, and send it; a second list offers what the answer to the first changed."""
    application = case_at_desk(request, pk)
    facts, slots = fields_of(application), slots_of(application)
    answer = newest_answer(application)
    if answer is not None:
        facts = tuple(field for field in facts if field.name in answer.facts)
        slots = tuple(slot for slot in slots if slot.kind in answer.slots)
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        facts=facts,
        slots=slots,
        declared=application.facts,
        again=answer is not None,
    )
    if request.method != "POST":
        return _correct_page(request, application, form)
    if not form.is_valid():
        return _correct_page(request, application, form, status=422)
    try:
        with acting_on(request, application):
            intake.correct(
                application,
                items=form.cleaned_data["items"],
                reason=form.cleaned_data.get("reason", ""),
                by=request.user,
                at=timezone.now(),
            )
    except ActionRefused as refusal:
        return _correct_page(request, application, form, refusal=str(refusal), status=409)
    return _done(request, application, f"{application.number} 已{'再次' if form.again else '一次性'}告知补正事项。")


def _correct_page(
    request: Request, application: Application, form: CorrectionForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    file = read(request, application.pk)
    if status == 422 and file.why_not["correct"]:  # who may not ask at all is told that, and not what is missing
        refusal, status = file.why_not["correct"], 409
    context = {
        **site.each_context(request),
        "title": "再次补正" if form.again else "一次性补正",
        "case": file.application,
        "file": file,
        "form": form,
        "refusal": refusal,
        "why_not": "" if refusal else file.why_not["correct"],
    }
    return render(request, "console/correct.html", context, status=status)


assert ACTIONS.keys() == PLAIN.keys() | REASONED.keys() | {"propose", "decline"}
for _verb in ACTIONS:
    _name = _verb.rstrip("_")
    EXTRA_URLS.append(path(f"cases/<int:pk>/{_name}/", _view(_verb), name=f"case_{_name}"))
EXTRA_URLS.append(path("cases/<int:pk>/correct/", correct, name="case_correct"))
EXTRA_URLS.append(path("cases/<int:pk>/check/<slug:fact>/", check, name="case_check"))
