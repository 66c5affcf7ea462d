"""What can be done on a case as it stands: which acts are this person's, why not, and whose the others are."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from applications import approving, assessing, permissions
from applications.actions.review import unchecked
from applications.models import Application, CreditCheck, Duty, Restriction, Status
from applications.permissions import Standing
from applications.workflow import VERBS
from portal.console.cases import TOOLBAR
from portal.console.reading import restricted_in, why_nots

Scope = Restriction.Scope


@dataclass(frozen=True)
class Possible:
    """One act that the present step knows: whose it is, why this person may not, and where it is done."""

    label: str
    duties: tuple[str, ...]
    mine: bool
    why_not: str
    url: str

    @property
    def words(self) -> str:
        """Whose act it is, for everybody else."""
        return f"由{'、'.join(Duty(duty).label for duty in self.duties)}岗位办理"


# Acts beside the table of transitions: label, duty, status in which they are known, why not, page.
BESIDE: tuple[tuple[str, str, str, Callable[[Any, Standing], str], str], ...] = (
    ("核验事实", Duty.VERIFY, Status.VERIFYING, permissions.why_not_check, "console:case"),
    ("信用核查、现场核查、专家意见、会审", Duty.VERIFY, Status.VERIFYING, permissions.why_not_inquire,
     "console:case_inquiries"),
    ("拨付前信用核查", Duty.PAY, Status.GRANTED,
     lambda case, standing: permissions.why_not_check_credit(case, standing, CreditCheck.Stage.PAYMENT),
     "console:case_inquiries"),
    ("登记拨付", Duty.PAY, Status.GRANTED,
     lambda case, standing: permissions.why_not_record_payment(case, standing, restricted_in(case, Scope.PAYMENT)),
     "finance"),
    ("复核拨付", Duty.COUNTERSIGN, Status.GRANTED, permissions.why_not_review_payment, "finance"),
)  # fmt: skip


def possible_acts(case: Application, standing: Standing, checked: Container[str]) -> list[Possible]:
    """
    Return the acts of the present step, this person's own first; the case was read by `case_with_standing`.

    `checked` are the facts that somebody has checked. Costs two queries more where the person might propose, none
    elsewhere.
    """
    status = Status(case.status)
    here = [verb for verb in TOOLBAR if status in VERBS[verb].sources]
    if not case.promised:  # type: ignore[attr-defined] # read by `case_with_standing`
        here = [verb for verb in here if verb != "accept_with_promises"]
    might_propose = "propose" in here and standing.duty == Duty.VERIFY
    left = unchecked(case, checked) if might_propose else []
    questions = assessing.case_questions(case) if might_propose else []
    undecided = [question.spec.question for question in questions if question.is_open]
    reasons = why_nots(case, standing, left, undecided)
    page = reverse("console:case", args=[case.pk])
    acts = []
    if status == Status.PROPOSED and approving.agreement_in(case).legal_needed:
        acts.append(_act("法制审核", (Duty.LEGAL,), standing, reasons["review_legally"], page))
    for label, duty, known, why_not, url_name in BESIDE:
        if status == known:
            url = reverse(url_name, args=[case.pk] if url_name.startswith("console:") else None)
            acts.append(_act(label, (duty,), standing, why_not(case, standing), url))
    for verb in here:
        duties = tuple(duty for duty in Duty.values if duty in VERBS[verb].who)
        acts.append(_act(VERBS[verb].label, duties, standing, reasons[verb], page))
    return sorted(acts, key=lambda act: not act.mine)


def _act(label: str, duties: tuple[str, ...], standing: Standing, why_not: str, url: str) -> Possible:
    return Possible(label, duties, standing.duty in duties, why_not, url)
