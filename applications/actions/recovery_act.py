"""What every act on a recovery case does the same way: lock, read, ask, write the step with its event."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from applications import history, permissions, recovering
from applications.actions.desk_file import Paper, columns_of
from applications.actions.shared import lock, refuse_if, stop, take_duty
from applications.models import Application, CaseDuty, RecoveryCase, RecoveryPaper, RecoveryStep, User
from applications.permissions import Standing
from applications.recovering import Road


@dataclass
class Act:
    """One act under way: the locked case, who acts in which standing, and everything the gates looked at."""

    application: Application
    recovery: RecoveryCase
    standing: Standing
    road: Road
    by: User
    at: datetime

    @property
    def today(self) -> date:
        """The day of the act."""
        return timezone.localdate(self.at)

    def __post_init__(self) -> None:
        self.before = self.recovery.state

    def duty(self) -> CaseDuty | None:
        """Return the officer's one duty on this case; a member has none."""
        return None if self.standing.is_member else take_duty(self.application, self.standing, self.at)

    def done(
        self,
        name: str,
        *,
        text: str = "",
        paper: RecoveryPaper | None = None,
        note: str = "",
        to: str = "",
        **detail: Any,
    ) -> RecoveryStep:
        """Write the step and its event, and leave the case in its state with its nearest limit."""
        recovery, duty = self.recovery, self.duty()
        step = RecoveryStep.objects.create(
            recovery=recovery, name=name, text=text, detail=detail, paper=paper, duty=duty, by=self.by, at=self.at
        )
        if to:
            assert to in recovering.STEPS[name].targets, f"{name} -> {to}"
            recovery.state = RecoveryCase.State(to)
        if self.before not in RecoveryCase.ENDED:
            recovering.turn(recovery, self.at)
            recovery.save()
        told = {"recovery": recovery.pk, "number": recovery.number, "step": step.pk, **detail}
        if recovery.state != self.before:
            told |= {"from": self.before, "to": recovery.state}
        if paper is not None:
            told |= {"paper": paper.pk, "sha256": paper.sha256}
        history.record(
            self.application,
            f"recovery_{name}",
            by=self.by,
            at=self.at,
            duty=duty.duty if duty else "",
            note=note or recovery.number,
            detail=told,
        )
        return step


def begin(recovery: RecoveryCase, name: str, *, by: User, at: datetime) -> Act:
    """Lock the application and the case, and ask whether the act may be done now. Raises ActionRefused."""
    act = enter(recovery, by=by, at=at)
    refuse_if(permissions.why_not_recover(name, act.road, act.standing, act.today))
    return act


def enter(recovery: RecoveryCase, *, by: User, at: datetime) -> Act:
    """Lock the application and read the case under it; nothing is asked yet."""
    application, standing = lock(Application(pk=recovery.application_id), by)
    # A fresh row, so that what the caller holds does not pretend to be the truth.
    cases = RecoveryCase.objects.select_for_update(of=("self",)).select_related("award", "finding", "authority")
    row = cases.get(pk=recovery.pk)
    row.application = row.award.application = application
    return Act(application, row, standing, recovering.read(row), by, at)


def keep(
    recovery: RecoveryCase,
    paper: Paper | RecoveryPaper | None,
    *,
    kind: str,
    by: User,
    at: datetime,
    party: bool = False,
) -> RecoveryPaper | None:
    """
    Store a file of a case whose row is locked, or take one that it has already. Raises ActionRefused for a foreign one.

    Called last before the step: a file outlives the rollback of a refused act.
    """
    if paper is None:
        return None
    if isinstance(paper, RecoveryPaper):
        if paper.recovery_id != recovery.pk:
            stop("该材料不属于本案。")
        return paper
    columns = columns_of(paper, by=by, at=at)
    return RecoveryPaper.objects.create(recovery=recovery, kind=kind, by_party=party, **columns)


def said(text: str, ask: str, most: int = 5000) -> str:
    """Return what somebody wrote without the white space around it. Raises ActionRefused when it is missing."""
    text = text.strip()
    if not text:
        stop(ask)
    if len(text) > most:
        stop(f"内容不超过{most}个字。")
    return text


def follow_payment(recovery: RecoveryCase, name: str, *, by: User, at: datetime, **detail: Any) -> RecoveryStep:
    """
    Write into a locked case what a payment did to its ledger, in the name of who confirmed the payment.

    That officer has a duty on the case of the payment and none on this one.
    """
    step = RecoveryStep.objects.create(recovery=recovery, name=name, detail=detail, by=by, at=at)
    if recovery.state not in RecoveryCase.ENDED:
        recovering.turn(recovery, at)
        recovery.save(update_fields=["next_due_on"])
    told = {"recovery": recovery.pk, "number": recovery.number, "step": step.pk, **detail}
    history.record(recovery.application, f"recovery_{name}", by=by, at=at, note=recovery.number, detail=told)
    return step
