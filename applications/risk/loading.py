"""A case with what the database knows around it, in a bounded number of queries whatever its size."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Max, QuerySet
from django.utils import timezone

import rules
from applications import flags
from applications.models import (
    Applicant,
    Application,
    BankAccount,
    Evidence,
    FileMark,
    Membership,
    Status,
)
from applications.risk.case import Case, Echo, Link, Marks, Shared, Sheet, Trace

MOST_LINKS = 12  # other cases kept with one signal
MOST_BODIES = 200  # other applicants looked up for one thing shared; beyond that it is a crowd anyway

SUMS = ("total_yuan", "amount_yuan")
ECHOES = (("同一文件", "file"), ("只差一位", "near"), ("连号", "run"))


def case_of(application: Application) -> Case:
    """Return a case as the signals read it; comparing its pages with those of others may take seconds."""
    from applications.risk.matching import matches  # loads numpy, which only the worker needs  # noqa: PLC0415

    papers = application.evidence.in_use().select_related("text", "marks").order_by("pk")
    sheets = tuple(_sheet(row) for row in papers)
    filed_at = application.submitted_at or application.created_at
    return Case(
        pk=application.pk,
        applicant=application.applicant_id,
        name=application.applicant.name,
        clause=application.clause.code,
        round=application.round_id,
        facts=application.facts,
        filed_on=timezone.localdate(filed_at),
        founded_on=application.applicant.founded_on,
        sheets=sheets,
        echoes=tuple(_echoes(application)),
        matches=tuple(matches(application)),
        shared=tuple(_shared(application)),
    )


def _sheet(row: Evidence) -> Sheet:
    kind = rules.papers().get(row.slot)
    text, marks = getattr(row, "text", None), getattr(row, "marks", None)
    return Sheet(
        pk=row.pk,
        slot=row.slot,
        label=kind.label if kind else row.slot,
        details=row.details,
        handed_in_on=timezone.localdate(row.uploaded_at),
        pages=tuple(text.pages) if text else (),
        marks=_marks(marks) if marks else None,
    )


def _marks(row: FileMark) -> Marks:
    def day(moment: datetime | None) -> date | None:
        return timezone.localdate(moment) if moment else None

    return Marks(
        producer=row.producer,
        creator=row.creator,
        created_on=day(row.created_at),
        modified_on=day(row.modified_at),
        revisions=row.revisions,
        changed_after_signing=row.changed_after_signing,
        scanned=tuple(row.scanned),
        traces=tuple(Trace(**trace) for trace in row.traces),
    )


def link_of(case: Application, evidence: int | None = None, page: int | None = None) -> Link:
    """Return where else to look: another case, and the paper and page of it where there is one."""
    return Link(case.pk, case.applicant_id, evidence, page, case.round_id)


# ---- what the ledger of papers points out ---------------------------------------------------------------------------


def _echoes(application: Application) -> Iterable[Echo]:
    """Yield the signs of the ledger that name another case (five queries); it has looked for them already."""
    for flag in flags.flags_of(application):
        if flag.evidence and flag.case:
            what = next((what for words, what in ECHOES if words in flag.text), "number")
            if "另由" in flag.text or "载明" in flag.text:  # the two sides of one contract, or the rest of one invoice
                continue
            other = flag.other
            link = link_of(flag.case, other.pk if other else None)
            yield Echo(what, flag.evidence.pk, flag.text, link, other is not None and _same_sum(flag.evidence, other))


def _same_sum(one: Evidence, other: Evidence) -> bool:
    """Whether two papers state the same sum."""
    sums = [{row.details.get(name) for name in SUMS} - {None, ""} for row in (one, other)]
    return bool(sums[0] & sums[1])


# ---- what bodies share ----------------------------------------------------------------------------------------------


def _shared(application: Application) -> Iterable[Shared]:
    """Yield what this applicant has in common with others that have filed (nine queries)."""
    applicant = application.applicant
    others = Applicant.objects.exclude(pk=applicant.pk)
    asked: list[tuple[str, str, QuerySet[Applicant]]] = []
    account = BankAccount.objects.filter(applicant=applicant, replaced_at=None).first()
    if account is not None and account.number:
        holders = BankAccount.objects.filter(number=account.number, replaced_at=None).values("applicant")
        asked.append(("account", f"尾号{account.number[-4:]}", others.filter(pk__in=holders)))
    if applicant.contact_phone:
        shown = f"尾号{applicant.contact_phone[-4:]}"
        asked.append(("phone", shown, others.filter(contact_phone=applicant.contact_phone)))
    if applicant.email:
        asked.append(("email", applicant.email, others.filter(email=applicant.email)))
    asked.append(
        ("address", applicant.registered_address, others.filter(registered_address=applicant.registered_address))
    )
    name = applicant.legal_representative
    asked.append(("person", name, others.filter(legal_representative=name)))
    users = Membership.objects.filter(applicant=applicant).values("user")
    same = Membership.objects.filter(user__in=users).exclude(applicant=applicant).values("applicant")
    asked.append(("user", "同一登录用户", others.filter(pk__in=same)))
    bodies = {what: list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_BODIES]) for what, _, rows in asked}
    links = _newest_cases({pk for keys in bodies.values() for pk in keys})
    for what, shown, _ in asked:
        filed = [links[pk] for pk in bodies[what] if pk in links]
        if filed:
            nearest = sorted(filed, key=lambda link: (link.round != application.round_id, -link.case))[:MOST_LINKS]
            yield Shared(what, shown[:100], tuple(sorted(nearest)), len(filed))


def _newest_cases(applicants: set[int]) -> dict[int, Link]:
    """Return the newest case of each of these applicants that has filed one (two queries)."""
    if not applicants:
        return {}
    rows = Application.objects.filter(applicant__in=sorted(applicants)).exclude(status=Status.DRAFT).order_by()
    newest = rows.values("applicant").annotate(newest=Max("pk")).values("newest")
    return {row.applicant_id: link_of(row) for row in Application.objects.filter(pk__in=newest)}
