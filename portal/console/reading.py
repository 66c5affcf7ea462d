"""Everything the case page shows, read in a fixed number of queries whatever the size of the case."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

import rules
from applications import approving, assessing, permissions, pools
from applications.actions.decision import has_open_shares
from applications.actions.review import CEILING, EXACT, ON_PAPER
from applications.case_readings import CaseQuestion
from applications.clocks import years_after
from applications.kept import Kept
from applications.models import (
    Application,
    Approval,
    AutoCheck,
    BankAccount,
    CaseDuty,
    Clock,
    Correction,
    DeskFile,
    Evidence,
    FactCheck,
    Mandate,
    Objection,
    Promise,
    PublicNotice,
    Restriction,
    Status,
    User,
)
from applications.permissions import Standing
from applications.pools import Share
from applications.promises import waiting
from applications.publicity import UPHELD
from applications.restricted import (
    broke_a_promise,
    restrictions_in,
    why_no_leeway_among,
    why_not_trusted,
    with_restrictions,
    words_of,
)
from applications.workflow import VERBS
from portal.console.findings import Findings, Hit, findings_of
from portal.console.site import case_desk
from portal.requests import Request

# Where a sum is computed, proposed or taken: the pool is of interest.
DRAWS = frozenset({Status.VERIFYING, Status.PROPOSED, Status.NOTICED, Status.GRANTED})


def case_at_desk(request: Request, pk: int) -> Application:
    """Return a case of the officer's authority; anything else is a 404."""
    case_desk(request)
    return get_object_or_404(Application.objects.at_the_desk_of(request.user).select_related("clause", "policy"), pk=pk)


@dataclass
class Paper:
    """One piece of evidence with its fields, what the machine found on it, and where else the same file is."""

    row: Evidence
    label: str
    details: list[tuple[str, str, Hit | None]]
    checks: list[AutoCheck]
    named: list[Hit]
    declared: dict[str, Hit]
    about_text: str
    twins: list[Application]
    twins_elsewhere: bool
    current: bool = False

    @property
    def pk_text(self) -> str:
        """The key as a form sends it back."""
        return str(self.row.pk)

    @property
    def page_numbers(self) -> range:
        """The numbers of the pages that can be shown as images."""
        return range(1, (self.row.pages or 1) + 1) if self.row.has_pages else range(0)

    @property
    def passed(self) -> list[AutoCheck]:
        """The comparisons on this paper that agree, which nobody needs to read."""
        return [check for check in self.checks if check.state == AutoCheck.State.PASS]

    @property
    def open_checks(self) -> list[AutoCheck]:
        """The comparisons on this paper that do not agree or lack a value."""
        return [check for check in self.checks if check.state != AutoCheck.State.PASS]

    @property
    def fields(self) -> list[tuple[str, str, Hit | None]]:
        """The fields with their words; those that the text of the paper does not show come first."""
        return sorted(self.details, key=lambda row: not (row[2] and row[2].page is None))

    @property
    def red(self) -> int:
        """How many comparisons on this paper do not agree."""
        return sum(check.state == AutoCheck.State.FAIL for check in self.checks)


@dataclass
class FactRow:
    """One fact of the clause: what was declared, what proves it, what was found."""

    field: "rules.Field"
    declared: Any
    check: FactCheck | None
    papers: list[Paper]
    missing: list[str]
    checks: list[AutoCheck]
    opened: bool = False
    typed: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    errors: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def red(self) -> int:
        """How many comparisons beside this fact do not agree."""
        return sum(check.state == AutoCheck.State.FAIL for check in self.checks)

    @property
    def due(self) -> bool:
        """Whether an officer has to check this fact before a proposal."""
        return self.declared is not None or self.field.required

    @property
    def hits(self) -> list[tuple[Paper, Hit]]:
        """Where the declared value was looked for in the texts of its papers, and on which page it stands."""
        name = self.field.name
        return [(paper, paper.declared[name]) for paper in self.papers if name in paper.declared]

    @property
    def declared_words(self) -> str:
        """The declared value in words."""
        return rules.format_fact(self.field, self.declared)

    @property
    def verified_words(self) -> str:
        """The value found in words."""
        return rules.format_fact(self.field, self.check.verified) if self.check else ""


@dataclass
class QuestionRow:
    """One point of interpretation of the case, with what was typed about it and what is wrong with that."""

    question: CaseQuestion
    typed: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    errors: Mapping[str, Any] = dataclasses.field(default_factory=dict)


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

    @property
    def exact(self) -> bool:
        """Whether the text itself fixes the sum."""
        return self.verdict.kind == EXACT

    @property
    def ceiling(self) -> bool:
        """Whether the text gives an upper limit only."""
        return self.verdict.kind == CEILING

    @property
    def ceiling_fen(self) -> int | None:
        """The upper limit in fen, None where there is none."""
        return self.verdict.amount_fen if self.ceiling and self.verdict.eligible else None

    @property
    def on_paper(self) -> bool:
        """Whether a decision paper fixes the sum (一事一议, 转致)."""
        return self.verdict.kind in ON_PAPER

    @property
    def open_shares(self) -> int:
        """The number of instalments where the text leaves their shares to the authority, 0 elsewhere."""
        schedule = self.verdict.schedule
        return len(schedule) if has_open_shares([part.to_json() for part in schedule]) else 0

    @property
    def earlier_fen(self) -> int:
        """The earlier sums together."""
        return sum(row.amount_fen for row in self.earlier)


@dataclass(frozen=True)
class Delay:
    """How late the step is: whether at all, what was said about it, and why this person may not say it."""

    late: bool
    reason: str
    why_not: str


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
    questions: list[QuestionRow]
    findings: Findings
    outcome: Outcome
    why_not: dict[str, str]
    delay: Delay
    promises: list[Promise]
    restrictions: list[Restriction]
    share: Share | None

    @property
    def offer(self) -> tuple[int, str]:
        """What the case may take from its pool now, or 0 with why it waits; asked of a proposal before a pool."""
        assert self.share is not None
        assert self.application.proposed_fen is not None
        return self.share.offer(self.application.proposed_fen)

    @property
    def cut_fen(self) -> int:
        """What is left of the pool where an endorsement now would be for less than is proposed, else 0."""
        case = self.application
        if self.share is None or case.status != Status.PROPOSED or case.proposed_fen is None:
            return 0
        return self.offer[0] if self.share.is_cut(case.proposed_fen) else 0

    @property
    def open_promises(self) -> list[Promise]:
        """What was promised and has not come."""
        return waiting(self.promises)

    @property
    def mandate(self) -> Mandate | None:
        """The mandate of a claim that was filed at the counter."""
        return getattr(self.application, "mandate", None)

    @property
    def due(self) -> int:
        """How many facts an officer has to check."""
        return sum(row.due for row in self.facts)

    @property
    def checked(self) -> int:
        """How many of them are checked."""
        return sum(row.due and row.check is not None for row in self.facts)

    @property
    def red(self) -> int:
        """How many comparisons of the whole case do not agree."""
        rows = [*self.findings.of_case, *(check for paper in self.papers for check in paper.checks)]
        return sum(row.red for row in self.facts) + sum(check.state == AutoCheck.State.FAIL for check in rows)

    @property
    def empty_slots(self) -> list["rules.Slot"]:
        """Demanded evidence of which nothing was handed in."""
        filled = {paper.row.slot for paper in self.papers}
        return [slot for slot in self.slots if slot.required and slot.kind not in filled]

    @property
    def undecided(self) -> list[str]:
        """The points of interpretation that somebody has to decide."""
        return [row.question.spec.question for row in self.questions if row.question.is_open]

    @property
    def decided_count(self) -> int:
        """How many points an officer has decided."""
        return sum(row.question.decision is not None for row in self.questions)

    @property
    def readings_opened(self) -> bool:
        """Whether something is to be done about a point of interpretation."""
        return bool(self.undecided) or any(row.typed for row in self.questions)

    @property
    def current_paper(self) -> Paper | None:
        """The paper whose pages are shown."""
        return next((paper for paper in self.papers if paper.current), None)


def _case(user_id: int, pk: int, a_year_ago: datetime, today: date) -> QuerySet[Any]:
    """Return a case at an officer's desk with all single values that the page and the why-nots need."""
    user = User(pk=user_id)
    here = OuterRef("pk")
    clock = Clock.objects.filter(application=here, step=OuterRef("status"), ended_on=None)
    notice = PublicNotice.objects.filter(application=here, ended_at=None)
    asked = Correction.objects.filter(application=here).order_by().values("application").annotate(rows=Count("pk"))
    account = BankAccount.objects.filter(applicant=OuterRef("applicant"), replaced_at=None)
    objections = Objection.objects.filter(notice__application=here, notice__ended_at=None)
    decision = DeskFile.objects.filter(application=here, kind=DeskFile.Kind.DECISION).order_by("-pk")
    mine = Approval.objects.filter(application=here, proposed_at=OuterRef("proposed_at"), approved_by__user=user)
    return (
        approving.with_agreement(Application.objects.at_the_desk_of(user).filter(pk=pk))
        .select_related(
            "authority",
            "policy",
            "clause",
            "applicant",
            "round",
            "mandate__officer",
            "mandate__file",
            "proposed_by__user",
        )
        .annotate(
            i_agreed=Exists(mine),
            open_objections=Exists(objections.filter(ruled_at=None)),
            upheld_objections=Exists(objections.filter(ruling__in=UPHELD)),
            my_role=permissions.role_of(user),
            my_held=Subquery(CaseDuty.objects.filter(user=user, application=here).values("duty")[:1]),
            asked_before=Coalesce(Subquery(asked.values("rows")), 0),
            has_promises=Exists(Promise.objects.filter(application=here)),
            **with_restrictions(today),
            clock_reason=Subquery(clock.values("late_reason")[:1]),
            running_days=Subquery(notice.values("days")[:1]),
            running_until=Subquery(notice.values("closes_on")[:1]),
            account_holder=Subquery(account.values("holder")[:1]),
            account_bank=Subquery(account.values("bank")[:1]),
            account_number=Subquery(account.values("number")[:1]),
            decision_file=Subquery(decision.values("pk")[:1]),
            broke_a_promise=broke_a_promise(a_year_ago),
            **permissions.demands(),
        )
    )


_CASE: Kept[Application] = Kept(_case)


def case_with_standing(request: Request, pk: int) -> tuple[Any, Standing]:
    """
    Return a case with the annotations of `_case`, and how the officer stands to it. Raises Http404.

    `promised` and `against` on it are the promises of the case, asked for where there is any, and what restricts its
    applicant; `share` is how a proposal stands to its pool, which an approval asks for.
    """
    posting = case_desk(request)
    now = timezone.now()
    application: Any = _CASE.first(request.user.pk, pk, years_after(now, -1), today=timezone.localdate(now))
    if application is None:
        raise Http404
    application.promised = list(application.promises.all()) if application.has_promises else []
    application.against = restrictions_in(application)
    application.share = pools.share_of(application) if application.status == Status.PROPOSED else None
    standing = Standing(
        user=request.user,
        role=application.my_role or "",
        duty=posting.duty if posting.authority_id == application.authority_id else "",
        held=application.my_held or "",
    )
    return application, standing


def _no_leeway(application: Any, now: datetime) -> str:
    """Return why no paper of the applicant may come later; asks the database only where a promise was broken."""
    return why_no_leeway_among(application.against) or (
        why_not_trusted(application.applicant_id, application.authority_id, now) if application.broke_a_promise else ""
    )


def restricted_in(application: Any, scope: str) -> str:
    """Return the words of what restricts the applicant of a case in one scope, "" when nothing does (no query)."""
    return next((words_of(row) for row in application.against if row.scope == scope), "")


def read(request: Request, pk: int) -> CaseFile:
    """Return the page of a case. Raises Http404 for whoever may not see it."""
    posting = case_desk(request)
    application, standing = case_with_standing(request, pk)
    if application.status in DRAWS:
        application.share = application.share or pools.share_of(application)
    clause, slots = assessing.law_of(application), assessing.slots_of(application)
    checks = _checks(application)
    outcome = _outcome(application, checks)
    fields = assessing.fields_of(application)
    findings = findings_of(application)
    papers = _papers(application, slots, posting.authority_id, findings)
    facts = _facts(application, fields, slots, papers, checks, findings)
    questions = [QuestionRow(question) for question in assessing.case_questions(application)]
    undecided = [row.question.spec.question for row in questions if row.question.is_open]
    _choose(request, papers, facts, open_facts=not permissions.why_not_check(application, standing))
    return CaseFile(
        application=application,
        standing=standing,
        clause=clause,
        slots=slots,
        fields=fields,
        papers=papers,
        facts=facts,
        questions=questions,
        findings=findings,
        outcome=outcome,
        why_not=why_nots(application, standing, _unchecked(application, facts), undecided),
        delay=_delay(application, standing),
        promises=application.promised,
        restrictions=application.against,
        share=application.share,
    )


def _checks(application: Application) -> dict[str, FactCheck]:
    rows = application.checks.select_related("checked_by__user", "evidence").order_by("pk")
    return {check.fact: check for check in rows}


def outcome_of(application: Application) -> Outcome:
    """Return what follows from the facts verified so far."""
    return _outcome(application, assessing.latest_checks(application))


def _outcome(application: Application, checks: Mapping[str, FactCheck]) -> Outcome:
    inputs, verdict = assessing.judge(application, assessing.verified_facts(application, checks))
    pack = assessing.pack_of(application)
    specs = {spec.id: spec for spec in pack.readings}
    return Outcome(
        verdict=verdict,
        lines=rules.explain(verdict.stored_trace()),
        earlier=[
            Earlier(rules.load().name_of(row["clause"]), row["year"], rules.fen(row["amount_yuan"]), row["same_item"])
            for row in inputs.get("history", ())
        ],
        readings=[
            (f"{key}　{specs[key].question}", specs[key].options.get(choice, choice))
            for key, choice in verdict.readings.items()
            if key in specs and choice and specs[key].computed
        ],
    )


def _papers_and_twins(case: int) -> QuerySet[Evidence]:
    own = Evidence.objects.in_use().filter(application=case)
    rows = Evidence.objects.in_use().filter(sha256__in=own.values("sha256"))
    return rows.exclude(application__status="draft").select_related("application").order_by("pk")


_PAPERS: Kept[Evidence] = Kept(_papers_and_twins)


def _papers(
    application: Application, slots: tuple["rules.Slot", ...], authority_id: int, findings: Findings
) -> list[Paper]:
    """Return the papers of a case in the order of its slots; twins come with the same query."""
    mine, others = [], defaultdict(list)
    for row in _PAPERS.all(application.pk):
        if row.application_id == application.pk:
            mine.append(row)
        else:
            others[row.sha256].append(row.application)
    kinds = {slot.kind: (position, slot) for position, slot in enumerate(slots)}
    mine.sort(key=lambda row: (kinds[row.slot][0] if row.slot in kinds else len(kinds), row.pk))
    papers = []
    for row in mine:
        slot = kinds[row.slot][1] if row.slot in kinds else None
        twins = others[row.sha256]
        hits = findings.hits(row.pk, "field")
        papers.append(
            Paper(
                row=row,
                label=slot.label if slot else row.slot,
                details=[
                    (f.label, rules.format_fact(f, row.details.get(f.name)), hits.get(f.name))
                    for f in (slot.fields if slot else ())
                    if f.required or row.details.get(f.name) is not None
                ],
                checks=findings.by_paper[row.pk],
                named=[*findings.hits(row.pk, "name").values(), *findings.hits(row.pk, "uscc").values()],
                declared=hits | findings.hits(row.pk, "fact"),
                about_text=findings.about_text(row),
                twins=[case for case in twins if case.authority_id == authority_id],
                twins_elsewhere=any(case.authority_id != authority_id for case in twins),
            )
        )
    return papers


def _facts(
    application: Application,
    fields: tuple["rules.Field", ...],
    slots: tuple["rules.Slot", ...],
    papers: list[Paper],
    checks: Mapping[str, FactCheck],
    findings: Findings,
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
            checks=findings.by_fact[item.name],
        )
        for item in fields
    ]


def _choose(request: Request, papers: list[Paper], facts: list[FactRow], *, open_facts: bool) -> None:
    """Open the next fact to check, and show the paper asked for, else the one that proves that fact."""
    following = _following(facts, request.GET.get("after", "")) if open_facts else None
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


def _following(facts: list[FactRow], after: str) -> FactRow | None:
    """Return the next fact without a check behind the one just checked, from the top again at the end."""
    here = next((place for place, row in enumerate(facts, start=1) if row.field.name == after), 0)
    open_rows = [row for row in [*facts[here:], *facts[:here]] if row.check is None]
    return next((row for row in open_rows if row.due), open_rows[0] if open_rows else None)


def _unchecked(application: Application, facts: list[FactRow]) -> list[str]:
    return [
        row.field.label
        for row in facts
        if row.check is None and (row.field.name in application.facts or row.field.required)
    ]


def why_nots(
    application: Application, standing: Standing, unchecked: list[str], undecided: list[str]
) -> dict[str, str]:
    """Return for every verb of the console why it is not possible now, "" where it is; see `case_with_standing`."""
    open_ones = waiting(application.promised)  # type: ignore[attr-defined]
    now = timezone.now()
    reasons = {
        "accept": permissions.why_not_accept(application, standing, open_ones),
        "accept_with_promises": permissions.why_not_accept_with_promises(
            application,
            standing,
            open_ones,
            today=timezone.localdate(now),
            leeway=_no_leeway(application, now),
        ),
        "decline": permissions.why_not_decline(application, standing),
        "correct": permissions.why_not_correct(application, standing, corrections=application.asked_before),  # type: ignore[attr-defined]
        "check": permissions.why_not_check(application, standing),
        "propose": permissions.why_not_propose(
            application, standing, unchecked, undecided, permissions.missing_inquiries(application), open_ones
        ),
        "decide_reading": permissions.why_not_decide_reading(application, standing),
        "return_": permissions.why_not_return(application, standing),
        "endorse": permissions.why_not_endorse(
            application,
            standing,
            agreement=approving.agreement_in(application),
            agreed=bool(application.i_agreed),  # type: ignore[attr-defined]
            share=application.share,  # type: ignore[attr-defined]
        ),
        "review_legally": permissions.why_not_review_legally(
            application, standing, agreement=approving.agreement_in(application)
        ),
        "refuse": permissions.why_not_refuse(application, standing),
        "reopen": permissions.why_not_reopen(application, standing),
        "grant": permissions.why_not_grant(
            application,
            standing,
            notice=running_notice(application),
            today=timezone.localdate(),
            held=permissions.why_held(
                waiting=application.open_objections,  # type: ignore[attr-defined]
                upheld=application.upheld_objections,  # type: ignore[attr-defined]
            ),
            issue_day_needed=assessing.needs_issue_day(application.policy, assessing.version_of(application)),
            restricted=restricted_in(application, Restriction.Scope.FILING),
        ),
        "close": permissions.why_not_close(application, standing),
    }
    assert reasons.keys() - {"check", "decide_reading", "review_legally"} <= VERBS.keys()
    late = permissions.why_not_late(running_clock(application), timezone.localdate())
    deciding = {*VERBS, "review_legally"}  # what is only found out or noted is written down on a late step too
    return {verb: reason or (late if verb in deciding else "") for verb, reason in reasons.items()}


def _delay(application: Application, standing: Standing) -> Delay:
    clock, today = running_clock(application), timezone.localdate()
    return Delay(
        late=permissions.is_late(clock, today),
        reason=clock.late_reason if clock else "",
        why_not=permissions.why_not_explain_delay(standing, clock, today),
    )


def running_clock(application: Application) -> Clock | None:
    """Return the clock of the step from the values read with the case, without another query."""
    reason: str | None = application.clock_reason  # type: ignore[attr-defined]
    if reason is None:
        return None
    return Clock(application=application, step=application.status, due_on=application.due_on, late_reason=reason)


def running_notice(application: Application) -> PublicNotice | None:
    """Return the running 公示 from the values read with the case, without another query."""
    days: int | None = application.running_days  # type: ignore[attr-defined]
    until: date | None = application.running_until  # type: ignore[attr-defined]
    return None if days is None else PublicNotice(application=application, days=days, closes_on=until)
