"""
How 复议 and 诉讼 end: a decision is changed or annulled, and ledger, award, pool, papers and restrictions follow.

A changed decision owes other sums from now on, on the paper that changed it; what came back beyond them is over and is
refunded by two people like any other overpayment. An annulled one demands nothing, and the award that it took back
stands again as if it had never been revoked: with its status, its place in ladders and caps, its letters, its money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from applications import judgments, ledger, papers, permissions, recovering
from applications.actions import recovery_money, restriction
from applications.actions.money import hold_again
from applications.actions.recovery_act import Act
from applications.actions.shared import move, refuse_if, stop
from applications.models import (
    Account,
    Applicant,
    Application,
    Award,
    Document,
    Event,
    EvidenceUse,
    Payment,
    Restriction,
    Status,
)

Standing = Document.Standing


@dataclass(frozen=True)
class Judgment:
    """What a review or a court said about a decision: on which paper, and after a change what is owed now, in fen."""

    kind: str
    on: date
    outcome: str
    number: str = ""
    principal_fen: int | None = None
    interest_fen: int | None = None
    revoked: bool | None = None  # after a change: whether the award is still taken back as a whole

    @property
    def annuls(self) -> bool:
        """Whether nothing of the decision is left."""
        return self.outcome == "annulled"

    @property
    def decides(self) -> bool:
        """Whether the decision is not what it was any more."""
        return self.outcome in judgments.DECIDING

    @property
    def words(self) -> str:
        """How entries, letters and history name it: 行政复议决定（复议决定书文号）."""
        return f"{judgments.NAMES[self.kind]}（{self.number}）"


def refuse_incomplete(act: Act, judgment: Judgment, *, proved: bool) -> None:
    """Refuse a judgment without its paper, or one that would make the party worse off. Raises ActionRefused."""
    if not judgment.decides:
        return
    if not judgment.number.strip() or not proved:
        stop("请填写复议决定书、判决书的文号，并上传该文书。")
    if len(judgment.number.strip()) > 100:
        stop("文号不超过100个字。")
    if judgment.outcome == "changed":
        sums = (judgment.principal_fen, judgment.interest_fen)
        revoked = revocation_by(act) is not None
        restores = judgment.revoked is False
        refuse_if(permissions.why_not_changed_sums(act.road, *sums, restores=restores, revoked=revoked))


def revocation_by(act: Act) -> Event | None:
    """
    Return the revocation of the award by the decision of this case; None where the award is not revoked.

    None as well where another case revoked it: what that one decided is not undone by an appeal against this one.
    """
    if act.application.status != Status.REVOKED:
        return None
    last = act.application.events.filter(action="revoke").order_by("-pk")[0]
    return last if last.detail.get("recovery") == act.recovery.pk else None


def follow(act: Act, judgment: Judgment) -> dict[str, Any]:
    """
    Let ledger, award and letters follow a judgment, and return what the step tells of it; the caller writes the step.

    The caller holds the case and has refused what is incomplete.
    """
    if not judgment.decides:
        return {}
    Applicant.objects.select_for_update().get(pk=act.application.applicant_id)
    before = recovering.outstanding(act.recovery)
    told: dict[str, Any] = {"number": judgment.number}
    if judgment.annuls:
        recovery_money.annul(act.recovery, judgment.words, act.at)
    else:
        told |= _change(act, judgment)
    after = recovering.read(act.recovery)
    told |= {"lowered_fen": before - after.outstanding, "over_fen": after.over}
    revoked = revocation_by(act)
    if revoked is not None and (judgment.annuls or judgment.revoked is False):
        told |= _restore(act, judgment, revoked)
    if judgment.annuls:
        for paper in act.recovery.documents.filter(kind=Document.Kind.REC_DECISION, standing=Standing.VALID):
            papers.mark(paper, Standing.REVOKED, by=act.by, at=act.at, note=judgment.words)
    return told


def _change(act: Act, judgment: Judgment) -> dict[str, Any]:
    duty = act.duty()
    assert duty is not None
    assert judgment.principal_fen is not None
    sums: dict[str, int] = {Account.PRINCIPAL: judgment.principal_fen}
    if judgment.interest_fen is not None:
        sums[Account.INTEREST] = judgment.interest_fen
    recovery_money.lower(act.recovery, sums, judgment.words, duty, act.at)
    restored = judgment.revoked is False and revocation_by(act) is not None
    still = act.application.status == Status.REVOKED and not restored
    return {"changed_fen": {str(account): fen for account, fen in sums.items()}, "revoked": still}


def _restore(act: Act, judgment: Judgment, revoked: Event) -> dict[str, Any]:
    """
    Let the award stand again: status and clock, its papers in the ledger, its money in the pool, its letters.

    What others got in the meantime stays theirs and is named in the step, so that somebody looks at it.
    """
    application, award = act.application, act.recovery.award
    to = _status_after(application, award, revoked)
    detail = {"recovery": act.recovery.pk, "award": award.pk, "revoked_by": revoked.pk, "part": not judgment.annuls}
    note = f"{act.recovery.number}：{judgment.words}"
    move(application, "restore", to, by=act.by, at=act.at, note=note, detail=detail)
    lost = ledger.take_again(application, released_at=revoked.at, at=act.at)
    held = hold_again(application, award.amount_fen, at=act.at)
    for paper in _letters_revoked_with(application, revoked):
        papers.mark(paper, Standing.VALID, by=act.by, at=act.at, note=judgment.words)
    told: dict[str, Any] = {
        "restored": to,
        "lost": _named(lost),
        "meanwhile": _granted_since(award, revoked.at, act.at),
    }
    if held is not None:
        pool, fen, over = held
        told |= {"pool": pool.pk, "pool_words": str(pool), "held_fen": fen, "pool_over_fen": over}
    return told


def _status_after(application: Application, award: Award, revoked: Event) -> str:
    """Where the award stands: what is not paid, or came back from the bank meanwhile, is to be paid."""
    payments = Payment.objects.filter(instalment__award=award, state=Payment.State.CONFIRMED)
    if sum(payments.values_list("amount_fen", flat=True)) < award.amount_fen:
        return Status.GRANTED
    return Status.CLOSED if revoked.before == Status.CLOSED else Status.PAID


def _letters_revoked_with(application: Application, revoked: Event) -> list[Document]:
    """The letters that went out of force in the act of the revocation, but for payments that came back since."""
    marked = application.events.filter(action="mark_document", at=revoked.at).values_list("detail", flat=True)
    keys = [detail["document"] for detail in marked if detail["after"] == Standing.REVOKED]
    rows = application.documents.filter(pk__in=keys, standing=Standing.REVOKED)
    returned = Q(payment__state=Payment.State.RETURNED)
    return list(rows.exclude(returned).order_by("pk"))


def _named(uses: Sequence[EvidenceUse]) -> list[str]:
    return [f"{use.item}" for use in uses]


def _granted_since(award: Award, since: datetime, until: datetime) -> list[str]:
    """The numbers of cases of the body granted by this authority while the award counted for nothing."""
    rows = Award.objects.standing().filter(
        authority=award.authority_id, applicant=award.applicant_id, decided_at__gte=since, decided_at__lte=until
    )
    return list(rows.exclude(pk=award.pk).order_by("pk").values_list("application__number", flat=True))


def lift_restrictions(act: Act, judgment: Judgment) -> list[Restriction]:
    """Lift what an annulled decision was the reason for, each by its own letter, and return it."""
    today = timezone.localdate(act.at)
    rows = Restriction.objects.filter(recovery=act.recovery, lifted_at=None).order_by("pk")
    reason = f"据以作出限制的追回决定已被{judgment.words}撤销，限制随之解除。"
    return [
        restriction.lift(row, reason=reason, by=act.by, at=act.at)
        for row in rows
        if row.until is None or row.until >= today
    ]
