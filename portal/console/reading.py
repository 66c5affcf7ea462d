"""Everything the case page shows, read in a fixed number of queries whatever the size of the case."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils import timezone

import rules
from applications import assessing, permissions
from applications.actions.decision import has_open_shares
from applications.actions.review import CEILING, EXACT
from applications.models import (
    Application,
    BankAccount,
    CaseDuty,
    Correction,
    Evidence,
    FactCheck,
    Mandate,
    Promise,
    PublicNotice,
    Restriction,
)
from applications.permissions import Standing
from applications.restricted import is_restricted, restrictions_of, why_no_leeway, words_of
from applications.workflow import VERBS
from portal.console.hints import Hint, hints_of
from portal.console.site import case_desk
from portal.requests import Request


def case_at_desk(request: Request, pk: int) -> Application:
    """Return a case of the officer's authority; anything else is a 404."""
    case_desk(request)
    return get_object_or_404(Application.objects.at_the_desk_of(request.user).select_related("clause", "policy"), pk=pk)


@dataclass
class Paper:
    """One piece of evidence with the words of its fields, what is odd about it, and where else the same file is."""

    row: Evidence
    label: str
    details: list[tuple[str, str]]
    hints: list[Hint]
    twins: list[Application]
    twins_elsewhere: bool
    current: bool = False

    @property
    def page_numbers(self) -> range:
        """The numbers of the pages that can be shown as images."""
        return range(1, (self.row.pages or 1) + 1) if self.row.has_pages else range(0)


@dataclass
class FactRow:
    """One fact of the clause: what was declared, what proves it, what was found."""

    field: "rules.Field"
    declared: Any
    check: FactCheck | None
    papers: list[Paper]
    missing: list[str]
    hints: list[Hint]
    opened: bool = False
    typed: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    errors: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def declared_words(self) -> str:
        """The declared value in words."""
        return rules.format_fact(self.field, self.declared)

    @property
    def verified_words(self) -> str:
        """The value found in words."""
        return rules.format_fact(self.field, self.check.verified) if self.check else ""


@dataclass(frozen=True)
class Earlier:
    """An earlier sum that counts, in yuan as the rules read it."""

    clause: str
    year: int
    amount_fen: int
    same_item: bool


@dataclass(frozen=True)
class Outcome:
    """What follows from the verified facts at this moment; nothing of it is stored."""

    verdict: "rules.Verdict"
    lines: list[str]
    earlier: list[Earlier]
    readings: list[tuple[str, str]]
    pool: Mapping[str, str] | None

    @property
    def exact(self) -> bool:
        """Whether the text itself fixes the sum."""
        return self.verdict.kind == EXACT

    @property
    def ceiling(self) -> bool:
        """Whether the text gives an upper limit only."""
        return self.verdict.kind == CEILING

    @property
    def open_shares(self) -> int:
        """The number of instalments where the text leaves their shares to the authority, 0 elsewhere."""
        schedule = self.verdict.schedule
        return len(schedule) if has_open_shares([part.to_json() for part in schedule]) else 0

    @property
    def pool_fen(self) -> dict[str, int]:
        """The year's pool and what is taken of it, in fen."""
        return {name: rules.fen(self.pool[f"{name}_yuan"]) for name in ("limit", "used")} if self.pool else {}

    @property
    def earlier_fen(self) -> int:
        """The earlier sums together."""
        return sum(row.amount_fen for row in self.earlier)


@dataclass
class CaseFile:
    """The whole page of a case."""

    application: Application
    standing: Standing
    clause: "rules.Clause"
    slots: tuple["rules.Slot", ...]
    fields: tuple["rules.Field", ...]
    papers: list[Paper]
    facts: list[FactRow]
    hints: list[Hint]
    outcome: Outcome
    why_not: dict[str, str]
    promises: list[Promise]
    restrictions: list[Restriction]

    @property
    def open_promises(self) -> list[Promise]:
        """What was promised and has not come."""
        return [row for row in self.promises if row.kept_at is None and row.broken_at is None]

    @property
    def mandate(self) -> Mandate | None:
        """The mandate of a claim that was filed at the counter."""
        return getattr(self.application, "mandate", None)

    @property
    def empty_slots(self) -> list["rules.Slot"]:
        """Demanded evidence of which nothing was handed in."""
        filled = {paper.row.slot for paper in self.papers}
        return [slot for slot in self.slots if slot.required and slot.kind not in filled]

    @property
    def current_paper(self) -> Paper | None:
        """The paper whose pages are shown."""
        return next((paper for paper in self.papers if paper.current), None)


def _cases(request: Request) -> QuerySet[Application]:
    """Return the cases at this officer's desk with all single values that the page and the why-nots need."""
    user = request.user
    here = OuterRef("pk")
    notice = PublicNotice.objects.filter(application=here, ended_at=None)
    asked = Correction.objects.filter(application=here).order_by().values("application").annotate(rows=Count("pk"))
    account = BankAccount.objects.filter(applicant=OuterRef("applicant"), replaced_at=None)
    return (
        Application.objects.at_the_desk_of(user)
        .select_related(
            "authority",
            "policy",
            "clause",
            "applicant",
            "round",
            "mandate__officer",
            "mandate__file",
            "accepted_by__user",
            "proposed_by__user",
            "endorsed_by__user",
        )
        .annotate(
            my_role=permissions.role_of(user),
            my_held=Subquery(CaseDuty.objects.filter(user=user, application=here).values("duty")[:1]),
            asked_before=Coalesce(Subquery(asked.values("rows")), 0),
            has_promises=Exists(Promise.objects.filter(application=here)),
            restricted=is_restricted(timezone.localdate()),
            running_days=Subquery(notice.values("days")[:1]),
            running_until=Subquery(notice.values("closes_on")[:1]),
            account_holder=Subquery(account.values("holder")[:1]),
            account_bank=Subquery(account.values("bank")[:1]),
            account_number=Subquery(account.values("number")[:1]),
        )
    )


def read(request: Request, pk: int) -> CaseFile:
    """Return the page of a case. Raises Http404 for whoever may not see it."""
    posting = case_desk(request)
    application: Any = get_object_or_404(_cases(request), pk=pk)  # a case with the annotations of `_cases`
    standing = Standing(
        user=request.user,
        role=application.my_role or "",
        duty=posting.duty if posting.authority_id == application.authority_id else "",
        held=application.my_held or "",
    )
    clause = rules.load().clause(application.clause.code)
    slots = rules.evidence(clause.id)
    checks = _checks(application)
    outcome = _outcome(application, checks)
    fields = rules.fields(clause.id, {key: choice for key, choice in outcome.verdict.readings.items() if choice})
    papers, hints = _papers(application, slots, posting.authority_id)
    facts = _facts(application, fields, slots, papers, checks, hints)
    _choose(request, papers, facts, open_facts=not permissions.why_not_check(application, standing))
    promises = list(application.promises.all()) if application.has_promises else []
    against = list(restrictions_of(application, timezone.localdate())) if application.restricted else []
    return CaseFile(
        application=application,
        standing=standing,
        clause=clause,
        slots=slots,
        fields=fields,
        papers=papers,
        facts=facts,
        hints=[hint for hint in hints if not hint.fact],
        outcome=outcome,
        why_not=_why_not(application, standing, facts, promises, against),
        promises=promises,
        restrictions=against,
    )


def _checks(application: Application) -> dict[str, FactCheck]:
    rows = application.checks.select_related("checked_by__user", "evidence").order_by("pk")
    return {check.fact: check for check in rows}


def _outcome(application: Application, checks: Mapping[str, FactCheck]) -> Outcome:
    inputs, verdict = assessing.judge(application, assessing.verified_facts(application, checks))
    pack = rules.load().pack(application.policy.code)
    specs = {spec.id: spec for spec in pack.readings}
    return Outcome(
        verdict=verdict,
        lines=rules.explain(verdict.stored_trace()),
        earlier=[
            Earlier(
                rules.load().clause(row["clause"]).name, row["year"], rules.fen(row["amount_yuan"]), row["same_item"]
            )
            for row in inputs.get("history", ())
        ],
        readings=[
            (f"{key}　{specs[key].question}", specs[key].options.get(choice, choice))
            for key, choice in verdict.readings.items()
            if key in specs and choice
        ],
        pool=inputs.get("pool"),
    )


def _papers(
    application: Application, slots: tuple["rules.Slot", ...], authority_id: int
) -> tuple[list[Paper], list[Hint]]:
    """Return the papers of a case in the order of its slots, and every hint; twins come with the same query."""
    own = application.evidence.in_use()
    rows = (
        Evidence.objects.in_use()
        .filter(sha256__in=own.values("sha256"))
        .exclude(application__status="draft")
        .select_related("application")
        .order_by("pk")
    )
    mine, others = [], defaultdict(list)
    for row in rows:
        if row.application_id == application.pk:
            mine.append(row)
        else:
            others[row.sha256].append(row.application)
    hints = hints_of(application, mine, application.account_holder)  # type: ignore[attr-defined]
    kinds = {slot.kind: (position, slot) for position, slot in enumerate(slots)}
    mine.sort(key=lambda row: (kinds[row.slot][0] if row.slot in kinds else len(kinds), row.pk))
    papers = []
    for row in mine:
        slot = kinds[row.slot][1] if row.slot in kinds else None
        twins = others[row.sha256]
        papers.append(
            Paper(
                row=row,
                label=slot.label if slot else row.slot,
                details=[
                    (f.label, rules.format_fact(f, row.details.get(f.name))) for f in (slot.fields if slot else ())
                ],
                hints=[hint for hint in hints if hint.fact == f"slot:{row.pk}"],
                twins=[case for case in twins if case.authority_id == authority_id],
                twins_elsewhere=any(case.authority_id != authority_id for case in twins),
            )
        )
    return papers, hints


def _facts(
    application: Application,
    fields: tuple["rules.Field", ...],
    slots: tuple["rules.Slot", ...],
    papers: list[Paper],
    checks: Mapping[str, FactCheck],
    hints: list[Hint],
) -> list[FactRow]:
    labels = {slot.kind: slot.label for slot in slots}
    by_slot: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        by_slot[paper.row.slot].append(paper)
    return [
        FactRow(
            field=item,
            declared=application.facts.get(item.name),
            check=checks.get(item.name),
            papers=[paper for kind in item.slots for paper in by_slot[kind]],
            missing=[labels[kind] for kind in item.slots if kind not in by_slot],
            hints=[hint for hint in hints if hint.fact == item.name],
        )
        for item in fields
    ]


def _choose(request: Request, papers: list[Paper], facts: list[FactRow], *, open_facts: bool) -> None:
    """Open the next fact to check, and show the paper asked for, else the one that proves that fact."""
    following = next((row for row in facts if row.check is None), None) if open_facts else None
    if following:
        following.opened = True
    asked = request.GET.get("evidence", "")
    shown = next((paper for paper in papers if str(paper.row.pk) == asked), None)
    if shown is None and following and following.papers:
        shown = following.papers[0]
    if shown is None and papers:
        shown = papers[0]
    if shown is not None:
        shown.current = True


def _why_not(
    application: Application,
    standing: Standing,
    facts: list[FactRow],
    promises: list[Promise],
    against: list[Restriction],
) -> dict[str, str]:
    """Return for every verb of the console why it is not possible now, "" where it is."""
    waiting = [row for row in promises if row.kept_at is None and row.broken_at is None]
    filing = next((words_of(row) for row in against if row.scope == Restriction.Scope.FILING), "")
    now = timezone.now()
    unchecked = [
        row.field.label
        for row in facts
        if row.check is None and (row.field.name in application.facts or row.field.required)
    ]
    reasons = {
        "accept": permissions.why_not_accept(application, standing, waiting),
        "accept_with_promises": permissions.why_not_accept_with_promises(
            application,
            standing,
            waiting,
            today=timezone.localdate(now),
            leeway=why_no_leeway(application, now) if waiting and application.status == "submitted" else "",
        ),
        "decline": permissions.why_not_decline(application, standing),
        "correct": permissions.why_not_correct(application, standing, corrections=application.asked_before),  # type: ignore[attr-defined]
        "check": permissions.why_not_check(application, standing),
        "propose": permissions.why_not_propose(application, standing, unchecked, waiting),
        "return_": permissions.why_not_return(application, standing),
        "endorse": permissions.why_not_endorse(application, standing),
        "refuse": permissions.why_not_refuse(application, standing),
        "reopen": permissions.why_not_reopen(application, standing),
        "grant": permissions.why_not_grant(
            application,
            standing,
            notice=running_notice(application),
            today=timezone.localdate(),
            issue_day_needed=assessing.needs_issue_day(application.policy),
            restricted=filing,
        ),
        "close": permissions.why_not_close(application, standing),
    }
    assert reasons.keys() - {"check"} <= VERBS.keys()
    return reasons


def running_notice(application: Application) -> PublicNotice | None:
    """Return the running 公示 from the values read with the case, without another query."""
    days: int | None = application.running_days  # type: ignore[attr-defined]
    until: date | None = application.running_until  # type: ignore[attr-defined]
    return None if days is None else PublicNotice(application=application, days=days, closes_on=until)
