"""The case as rows: people, policy, application, evidence, decision, money, papers, history."""

from applications.models.application import (
    Application,
    Assessment,
    CaseDuty,
    Correction,
    FactCheck,
    PublicNotice,
    Status,
)
from applications.models.award import (
    Award,
    Commitment,
    EarlierAward,
    Instalment,
    Payment,
)
from applications.models.clock import CalendarDay
from applications.models.document import Counter, Document, Job
from applications.models.evidence import Evidence
from applications.models.history import Delivery, Event, IdempotencyKey
from applications.models.people import (
    Applicant,
    Authority,
    BankAccount,
    Duty,
    Invitation,
    Membership,
    Posting,
    User,
)
from applications.models.policy import Clause, Policy, Pool, Reading, Round

__all__ = [
    "Applicant",
    "Application",
    "Assessment",
    "Authority",
    "Award",
    "BankAccount",
    "CalendarDay",
    "CaseDuty",
    "Clause",
    "Commitment",
    "Correction",
    "Counter",
    "Delivery",
    "Document",
    "Duty",
    "EarlierAward",
    "Event",
    "Evidence",
    "FactCheck",
    "IdempotencyKey",
    "Instalment",
    "Invitation",
    "Job",
    "Membership",
    "Payment",
    "Policy",
    "Pool",
    "Posting",
    "PublicNotice",
    "Reading",
    "Round",
    "Status",
    "User",
]
