"""Invented cases put into the database as if handed in, read as the worker reads, and looked at."""

import hashlib
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from applications import ledger, risk, texts
from applications.models import (
    Applicant,
    Application,
    BankAccount,
    Clause,
    Evidence,
    Membership,
    Status,
    User,
)
from applications.risk import loading, reading
from tests.applications.fraud_cases import OPENED, Case
from tests.applications.fraud_papers import file_of
from tests.factories import make_policy


@dataclass(frozen=True)
class Looked:
    """A case that was looked at: what was done to it, its signals as (kind, points), and what is plain to see of it."""

    forged: str
    copied: bool
    signals: tuple[tuple[str, int], ...]
    plain: tuple[float, ...]

    def score(self, without: Collection[str] = ()) -> int:
        """Return the score, as if some kinds of signal were switched off."""
        return risk.points_of(signal for signal in self.signals if signal[0] not in without)


def _users(count: int) -> list[User]:
    return User.objects.bulk_create(
        [User(username=f"invented{number}", name=f"经办{number}", password="!") for number in range(count)]
    )


def put(made: list[Case]) -> list[Application]:
    """Write the cases: applicants, accounts, members, claims handed in, files, uses of papers."""
    users = _users(len(made) + 20)
    clauses = {row.code: row for row in Clause.objects.select_related("policy__authority")}
    opened = make_policy().rounds.get()
    found = []
    for number, case in enumerate(made):
        body = case.body
        applicant = Applicant.objects.create(
            uscc=f"91659901INV{number:07d}"[:18],
            name=body.name,
            legal_representative=body.person,
            registered_address=body.address,
            founded_on=body.founded_on,
            contact_name=body.contact,
            contact_phone=body.phone,
            email=body.email,
            created_at=case.filed_at,
            created_by=users[number],
        )
        agent = users[number] if body.user < 0 else users[len(made) + body.user]
        Membership.objects.create(applicant=applicant, user=agent, role="agent", joined_at=case.filed_at)
        BankAccount.objects.create(
            applicant=applicant,
            holder=body.name,
            bank="演示银行",
            number=body.account,
            created_by=agent,
            created_at=case.filed_at,
        )
        clause = clauses[case.clause]
        application = Application.objects.create(
            number=f"INV-{number:05d}",
            authority=clause.policy.authority,
            policy=clause.policy,
            clause=clause,
            applicant=applicant,
            round=opened,
            status=Status.SUBMITTED,
            facts=case.facts,
            event_on=OPENED,
            created_by=agent,
            created_at=case.filed_at,
            submitted_by=agent,
            submitted_at=case.filed_at,
        )
        rows = []
        for place, paper in enumerate(case.papers):
            data, content_type, ending = file_of(paper.sheet)
            rows.append(
                Evidence(
                    application=application,
                    slot=paper.slot,
                    file=ContentFile(data, name=f"upload.{ending}"),
                    original_name=f"{paper.slot}-{place}.{ending}",
                    content_type=content_type,
                    size=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                    pages=1,
                    details=paper.details,
                    uploaded_by=agent,
                    uploaded_at=case.filed_at,
                )
            )
        Evidence.objects.bulk_create(rows)
        with transaction.atomic():
            ledger.take(application, application.evidence.order_by("pk"), at=case.filed_at)
        found.append(application)
    return found


def read_all(applications: Iterable[Application]) -> float:
    """Read texts and files as the worker does; return the seconds it took."""
    began = time.monotonic()
    for application in applications:
        at = application.submitted_at
        for evidence in application.evidence.order_by("pk"):
            if evidence.content_type == texts.PDF:
                texts.read(evidence, at=at)
            reading.read(Evidence.objects.select_related("text").get(pk=evidence.pk), at=at)
    return time.monotonic() - began


def plain_to_see(application: Application, place: int) -> tuple[float, ...]:
    """Return what anybody sees of a case without opening a paper: sizes, order, dates, counts, programs."""
    papers = list(application.evidence.select_related("marks").order_by("pk"))
    sizes = [paper.size for paper in papers]
    marks = [paper.marks for paper in papers]
    filed = application.submitted_at
    programs = " ".join(f"{mark.producer} {mark.creator}" for mark in marks)
    names = (
        "Word",
        "WPS",
        "iText",
        "PDFBox",
        "OFD",
        "Skia",
        "Print To",
        "Canon",
        "KONICA",
        "CamScanner",
        "HP",
        "Acrobat",
    )
    return (
        float(place),
        float(application.pk),
        float(len(papers)),
        float(sum(sizes)),
        float(max(sizes)),
        float(min(sizes)),
        float(filed.toordinal()),
        float(filed.hour * 60 + filed.minute),
        float(filed.second),
        float(len(application.applicant.name)),
        float(sum(paper.content_type != texts.PDF for paper in papers)),
        float(sum(len(mark.scanned) for mark in marks) / len(marks)),
        float(sum(mark.revisions for mark in marks) / len(marks)),
        float(sum(mark.created_at is None for mark in marks)),
        *(float(name in programs) for name in names),
    )


def look(made: list[Case]) -> tuple[list[Looked], float]:
    """Put cases into the database, read their files and look at each; return what was found and the reading seconds."""
    applications = put(made)
    seconds = read_all(applications)
    found = []
    for place, (case, application) in enumerate(zip(made, applications, strict=True)):
        signals = risk.look_at(loading.case_of(application))
        said = tuple((signal.kind, signal.points) for signal in signals)
        found.append(Looked(case.forged, case.copied, said, plain_to_see(application, place)))
    return found, seconds
