"""One rich world for tests that try many doors: every kind of person, and something behind every door."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.core.files.base import ContentFile
from django.utils import timezone

from applications import papers
from applications.actions import payment, policy
from applications.models import (
    Application,
    Authority,
    Delivery,
    Document,
    Duty,
    Job,
    Posting,
    Reading,
    Status,
    User,
)
from tests.factories import (
    NOON,
    agent_of,
    legal_of,
    make_applicant,
    make_application,
    make_draft,
    make_earlier_award,
    make_officer,
    make_policy,
    make_user,
)

MEMBERS = frozenset({"agent", "representative"})
OFFICERS = frozenset(Duty.values)
FOREIGN = frozenset({"foreign_verify", "foreign_pay", "foreign_policy", "foreign_system"})
PERSONS = frozenset({"anonymous", "stranger", "other_member", "ended"}) | MEMBERS | OFFICERS | FOREIGN


@dataclass(frozen=True)
class World:
    """Who there is (None is nobody logged in), and the objects of 新星市 that addresses name."""

    people: dict[str, User | None]
    draft: Application
    submitted: Application
    granted: Application
    objects: dict[str, Any]


def make_world() -> World:
    """Return a draft, a claim handed in, a granted claim with a recorded payment, and somebody of every kind."""
    row = make_policy()
    make_policy("shihezi")
    applicant = make_applicant()
    draft = make_draft(applicant=applicant, subject="一号中心")
    submitted = make_application(Status.SUBMITTED, applicant=applicant, subject="二号中心")
    granted = make_application(Status.GRANTED, applicant=applicant, subject="三号中心")
    officers = {duty: make_officer(duty) for duty in Duty.values}
    instalment = granted.awards.get().instalments.get()
    paid = payment.record(instalment, paid_on=NOON.date(), voucher_number="凭-1", by=officers[Duty.PAY], at=NOON)
    reading = _proposed_reading(row)
    receipt = submitted.documents.get()
    with patch.object(papers.render, "pdf", lambda letter: b"%PDF-1.7 letter"):
        papers.make(receipt, at=NOON)
    archive = Job.objects.create(
        kind=Job.Kind.ARCHIVE,
        payload={"documents": [], "authority": granted.authority_id},
        total=0,
        requested_by=officers[Duty.PAY],
        requested_at=NOON,
        state=Job.State.DONE,
        finished_at=NOON,
        file=ContentFile(b"PK", name="archive.zip"),
    )
    objects = {
        "draft_evidence": draft.evidence.first(),
        "evidence": submitted.evidence.first(),
        "receipt": receipt,
        "notice": Document.objects.get(kind=Document.Kind.NOTICE, application=granted),
        "award": granted.awards.get(),
        "instalment": instalment,
        "payment": paid,
        "reading": reading,
        "round": row.rounds.first(),
        "policy": row,
        "earlier": make_earlier_award(applicant, year=2024),
        "archive": archive,
        "letter_job": Job.objects.exclude(document=None).first(),
        "applicant": applicant,
        "event_row": granted.events.first(),
        "assessment_row": granted.assessments.first(),
        "award_row": granted.awards.get(),
        "payment_row": paid,
        "document_row": granted.documents.first(),
        "factcheck_row": granted.checks.first(),
        "evidence_row": submitted.evidence.first(),
        "delivery_row": Delivery.objects.filter(event__authority=granted.authority_id).first(),
        "job_row": Job.objects.exclude(document=None).first(),
        "authority_row": row.authority,
        "posting_row": officers[Duty.AUDIT].postings.get(),
    }
    objects["earlieraward_row"] = objects["earlier"]
    persons: dict[str, User | None] = {
        "anonymous": None,
        "stranger": make_user(),
        "agent": agent_of(applicant),
        "representative": legal_of(applicant),
        "other_member": agent_of(make_application(Status.SUBMITTED).applicant),
        "ended": _ended(),
        **officers,
        **{name: make_officer(name.removeprefix("foreign_"), "shihezi") for name in FOREIGN},
    }
    return World(persons, draft, submitted, granted, objects)


def _ended() -> User:
    user = make_user()
    until = timezone.localdate() - timedelta(days=1)
    authority = Authority.objects.get(code="xinxing")
    Posting.objects.create(user=user, authority=authority, duty=Duty.VERIFY, since=date(2024, 1, 1), until=until)
    return user


def _proposed_reading(row) -> Reading:
    manager = make_officer(Duty.POLICY)
    return policy.choose_reading(row, key="X4", choice="b", source="测试口径文件", by=manager, at=NOON)


def rows_of_the_case() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the case's tables, to compare before and after."""
    models = apps.get_app_config("applications").get_models()
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}
