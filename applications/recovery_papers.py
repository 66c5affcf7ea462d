"""
The letters of 追回 and 限制申报: from a recovery case to its papers, on the case of the award it is about.

Every function is called inside the act it belongs to, which holds the case and has asked whether it may.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from applications import assessing, papers
from applications.documents.letter import chinese_date
from applications.models import (
    Account,
    Application,
    Award,
    Document,
    Payment,
    RecoveryCase,
    RecoveryEntry,
    RecoveryPaper,
    RecoveryTerm,
    Restriction,
    User,
)

Kind = Document.Kind
Entry = RecoveryEntry.Kind

# What stands under 当事人 in a decision: its words, its name in the snapshot of the case and on the body itself.
PARTY = (
    ("名称", "name", "name"),
    ("统一社会信用代码", "uscc", "uscc"),
    ("住所", "address", "registered_address"),
    ("法定代表人", "representative", "legal_representative"),
)
NO_INTEREST = "不计收利息。"


def issue_filed(recovery: RecoveryCase, *, by: User, at: datetime) -> Document:
    """Tell the body that a case was opened against an award of its own."""
    term = recovery.terms.filter(kind=RecoveryTerm.Kind.DECIDE).order_by("pk").last()
    letter = {
        "filed_on": timezone.localdate(recovery.opened_at),
        "alleged": lines(recovery.alleged),
        "decide_until": term.due_on if term else None,
    }
    return _issue(recovery, Kind.REC_FILED, letter, by=by, at=at)


def issue_proposal(recovery: RecoveryCase, *, state_until: date | None, by: User, at: datetime) -> Document:
    """Tell facts, reasons, basis and what is intended before anything is decided, with the right to be heard."""
    assert recovery.principal_fen is not None, "a proposal names what is to be returned"
    letter = {
        "facts": lines(recovery.facts),
        "evidence": _evidence(recovery),
        "basis": _basis(recovery),
        "whole": recovery.whole,
        "principal_fen": recovery.principal_fen,
        "large": recovery.large,
        "state_until": state_until,
    }
    return _issue(recovery, Kind.REC_PROPOSAL, letter, by=by, at=at)


def issue_hearing(recovery: RecoveryCase, *, ask_until: date | None, by: User, at: datetime) -> Document:
    """Tell that a hearing may be asked for; goes out with the proposal."""
    letter = {
        "proposal_number": _number(recovery, Kind.REC_PROPOSAL),
        "principal_fen": recovery.principal_fen,
        "ask_until": ask_until,
    }
    return _issue(recovery, Kind.REC_HEARING, letter, by=by, at=at)


def issue_convene(
    recovery: RecoveryCase, *, held_at: datetime, place: str, host_name: str, by: User, at: datetime
) -> Document:
    """Tell when, where and before whom the hearing is held."""
    letter = {"held_at": timezone.localtime(held_at).replace(tzinfo=None), "place": place, "host": host_name}
    return _issue(recovery, Kind.REC_CONVENE, letter, by=by, at=at)


def issue_decision(
    recovery: RecoveryCase,
    *,
    owed: Sequence[tuple[str, int]],
    heard: str,
    interest: str,
    pay_until: date | None,
    by: User,
    at: datetime,
) -> Document:
    """
    Give out the decision to take an award back. `owed` are rows (account or its name, whole fen).

    `heard` says what was stated or that nothing was, and how it was answered; `interest` what interest rests on, ""
    where none is charged; `pay_until` None means the days of the case, counted from the day of service.
    """
    letter = {
        "party": _party(recovery),
        "paid": _paid(recovery.award),
        "facts": lines(recovery.facts),
        "evidence": _evidence(recovery),
        "basis": _basis(recovery),
        "heard": lines(heard),
        "whole": recovery.whole,
        "owed": [[_account(name), fen] for name, fen in owed if fen],
        "interest": [] if interest == NO_INTEREST else lines(interest),
        **_pay_into(recovery),
        "pay_days": recovery.pay_days,
        "pay_until": pay_until,
        "fined": any(_account(name) == Account.FINE.label and fen for name, fen in owed),
        "remedies": papers.remedies_of(recovery.application),
    }
    return _issue(recovery, Kind.REC_DECISION, letter, by=by, at=at, award=recovery.award)


def issue_service(
    recovery: RecoveryCase, document: Document, *, method: str, on: date, receiver: str, by: User, at: datetime
) -> Document:
    """Make the slip on which the receipt of a paper is signed for; `method` is in words."""
    letter = {
        "paper_title": document.get_kind_display(),
        "paper_number": document.number,
        "method": method,
        "served_on": on,
        "receiver": receiver,
    }
    return _issue(recovery, Kind.REC_SERVICE, letter, by=by, at=at)


def issue_urge(
    recovery: RecoveryCase, *, left: Sequence[tuple[str, int]], pay_until: date | None, by: User, at: datetime
) -> Document:
    """Urge the body to return what is `left`, rows (account or its name, whole fen), before a court is asked."""
    letter = {
        "decision_number": _number(recovery, Kind.REC_DECISION),
        "served_on": recovery.served_on,
        "left": [[_account(name), fen] for name, fen in left if fen],
        "pay_until": pay_until,
        **_pay_into(recovery),
    }
    return _issue(recovery, Kind.REC_URGE, letter, by=by, at=at)


def issue_plan(recovery: RecoveryCase, *, parts: Sequence[tuple[date, int]], by: User, at: datetime) -> Document:
    """Write down by which days which sums (whole fen) come back."""
    letter = {
        "decision_number": _number(recovery, Kind.REC_DECISION),
        "parts": [[chinese_date(day), fen] for day, fen in parts],
        **_pay_into(recovery),
    }
    return _issue(recovery, Kind.REC_PLAN, letter, by=by, at=at)


def issue_transfer(
    recovery: RecoveryCase, *, to: str, matter: str, reason: str, papers: Sequence[str], by: User, at: datetime
) -> Document:
    """Hand a matter to finance, the police or the discipline organ; the body it is about does not see the paper."""
    letter = {"to": to, "what": matter.rstrip("。"), "reason": lines(reason), "papers": list(papers)}
    return _issue(recovery, Kind.REC_TRANSFER, letter, by=by, at=at)


def issue_closed(recovery: RecoveryCase, *, result: str, by: User, at: datetime) -> Document:
    """Tell that the case is closed, with what came back of what was owed, or that nothing came of it."""
    letter = {
        "decision_number": _number(recovery, Kind.REC_DECISION),
        "dropped": recovery.decided_at is None,
        "result": lines(result),
        "accounts": _accounts(recovery),
    }
    return _issue(recovery, Kind.REC_CLOSED, letter, by=by, at=at)


def issue_restriction(restriction: Restriction, recovery: RecoveryCase, *, by: User, at: datetime) -> Document:
    """Tell what the body may not have, from and until when, on which basis."""
    letter = {
        "restriction": restriction.pk,
        "body": _other_body(restriction, recovery),
        "scope": restriction.get_scope_display(),
        "since": restriction.since,
        "until": restriction.until,
        "basis": lines(restriction.basis),
        "reasons": lines(restriction.reason),
        "paper": restriction.paper.rstrip("。"),
        "remedies": papers.remedies_of(recovery.application),
    }
    return _issue(recovery, Kind.RESTRICT, letter, by=by, at=at)


def issue_lifting(restriction: Restriction, recovery: RecoveryCase, *, reason: str, by: User, at: datetime) -> Document:
    """Tell that a restriction is lifted; names the letter that imposed it where there was one."""
    # Letters from before they named their restriction are known by what they say.
    same_words = Q(
        content__scope=restriction.get_scope_display(),
        content__since=restriction.since.isoformat(),
        content__restriction__isnull=True,
    )
    letters = recovery.documents.filter(kind=Kind.RESTRICT, standing=Document.Standing.VALID)
    imposed = letters.filter(Q(content__restriction=restriction.pk) | same_words).order_by("pk").last()
    letter = {
        "body": _other_body(restriction, recovery),
        "scope": restriction.get_scope_display(),
        "since": restriction.since,
        "lifted_on": timezone.localdate(at),
        "restriction_number": imposed.number if imposed else "",
        "reasons": lines(reason),
    }
    lifting = _issue(recovery, Kind.UNRESTRICT, letter, by=by, at=at)
    if imposed is not None:
        papers.supersede(imposed, by=lifting, officer=by, at=at)
    return lifting


def _other_body(restriction: Restriction, recovery: RecoveryCase) -> str:
    """Return the name and code of whom a restriction concerns where that is not the party itself, else ""."""
    if restriction.uscc == recovery.application.applicant.uscc:
        return ""
    return f"{restriction.applicant_name}（统一社会信用代码：{restriction.uscc}）"


def lines(text: str) -> list[str]:
    """Return the paragraphs of a text that somebody typed."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _issue(
    recovery: RecoveryCase, kind: Kind, letter: dict, *, by: User, at: datetime, award: Award | None = None
) -> Document:
    application: Application = recovery.application
    said = letter | {
        "uscc": application.applicant.uscc,
        "recovery_number": recovery.number,
        "matter": recovery.get_kind_display(),
        "notice_number": _notice_number(recovery),
        "award_fen": recovery.award.amount_fen,
    }
    return papers.issue(application, kind, said, by=by, at=at, award=award, recovery=recovery)


def _notice_number(recovery: RecoveryCase) -> str:
    notice = Document.objects.filter(award=recovery.award_id, kind=Kind.NOTICE).values_list("number", flat=True)
    return notice.first() or ""


def _number(recovery: RecoveryCase, kind: Kind) -> str:
    """Return the number of the newest letter of a kind of this case, "" where there is none."""
    found = recovery.documents.filter(kind=kind).order_by("-pk").values_list("number", flat=True)
    return found.first() or ""


def _pay_into(recovery: RecoveryCase) -> dict[str, str]:
    """Return the account of the treasury and the remark by which a payment is known; the number where none is set."""
    remark = recovery.remark.strip().rstrip("。") or f"退回奖补资金 {recovery.number}"
    return {"pay_into": recovery.pay_into.strip().rstrip("。"), "remark": remark}


def _evidence(recovery: RecoveryCase) -> list[list[str]]:
    """Return the list of evidence: what was found and what the body handed in, as (种类, 文件名, 摘要)."""
    kinds = (RecoveryPaper.Kind.EVIDENCE, RecoveryPaper.Kind.STATEMENT, RecoveryPaper.Kind.HEARING)
    rows = recovery.papers.filter(kind__in=kinds).order_by("pk")
    return [[row.get_kind_display(), row.original_name, row.sha256] for row in rows]


def _basis(recovery: RecoveryCase) -> list[str]:
    """Return the provisions that decide, and the clause of the policy that the award rested on."""
    application = recovery.application
    clause = assessing.law_of(application)
    return [*lines(recovery.basis), f"《{application.policy.title}》{clause.article}：{clause.text}"]


def _party(recovery: RecoveryCase) -> list[list[str]]:
    """Return who has to return: as the snapshot of the case has it, else as the body is registered."""
    applicant = recovery.application.applicant
    rows = [[label, str(recovery.party.get(key) or getattr(applicant, name))] for label, key, name in PARTY]
    return [row for row in rows if row[1]]


def _paid(award: Award) -> list[list]:
    """Return what was paid of an award as (日期, 凭证号, fen)."""
    rows = Payment.objects.filter(instalment__award=award, state=Payment.State.CONFIRMED)
    return [
        [chinese_date(row.paid_on), row.voucher_number, row.amount_fen]
        for row in rows.order_by("paid_on", "pk")
        if row.paid_on
    ]


def _account(name: str) -> str:
    """Return an account in words, given as its code or in words."""
    return Account(name).label if name in Account.values else name


def _accounts(recovery: RecoveryCase) -> list[list]:
    """Return (科目, owed, paid back, set off, written off) of every account that something was owed on, whole fen."""
    sums: dict[tuple[str, str], int] = {}
    counting = recovery.entries.filter(reverses=None, reversed_by=None)
    for account, kind, fen in counting.values_list("account", "kind", "amount_fen"):
        sums[account, kind] = sums.get((account, kind), 0) + fen

    def of(account: str, kind: str) -> int:
        return sums.get((account, kind), 0)

    return [
        [
            account.label,
            of(account, Entry.OWED),
            of(account, Entry.REPAID) - of(account, Entry.REFUNDED),
            of(account, Entry.SET_OFF),
            of(account, Entry.WRITTEN_OFF),
        ]
        for account in Account
        if of(account, Entry.OWED)
    ]
