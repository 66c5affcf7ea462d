"""The case as rows: people, policy, application, evidence, decision, money, papers, history."""

from applications.models.application import (
    Application,
    Assessment,
    CaseDecision,
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
from applications.models.checking import AutoCheck, EvidenceText
from applications.models.clock import CalendarDay, CalendarYear, Clock, ClockPause, StepLength, Unit
from applications.models.decision import (
    Approval,
    Band,
    BandTable,
    NoticeBatch,
    Objection,
    PoolWait,
    Settlement,
)
from applications.models.desk import DeskFile, DeskTask, SavedFilter
from applications.models.document import Counter, Document, Job
from applications.models.evidence import Evidence
from applications.models.history import (
    DailyDigest,
    Delivery,
    DigestHead,
    Event,
    HealthRun,
    IdempotencyKey,
    NoticePreference,
)
from applications.models.inquiry import ClauseDemand, CreditCheck, ExpertOpinion, JointReview, JointVote, SiteVisit
from applications.models.intake import LateAdmission, Mandate, Promise
from applications.models.ledger import EvidenceItem, EvidenceUse
from applications.models.letter import FundsTable, LetterTemplate
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
from applications.models.policy import Clause, Policy, Pool, Publication, Reading, Round
from applications.models.restriction import Restriction

__all__ = [
    "Applicant",
    "Application",
    "Approval",
    "Assessment",
    "Authority",
    "AutoCheck",
    "Award",
    "Band",
    "BandTable",
    "BankAccount",
    "CalendarDay",
    "CalendarYear",
    "CaseDecision",
    "CaseDuty",
    "Clause",
    "ClauseDemand",
    "Clock",
    "ClockPause",
    "Commitment",
    "Correction",
    "Counter",
    "CreditCheck",
    "DailyDigest",
    "Delivery",
    "DeskFile",
    "DeskTask",
    "DigestHead",
    "Document",
    "Duty",
    "EarlierAward",
    "Event",
    "Evidence",
    "EvidenceItem",
    "EvidenceText",
    "EvidenceUse",
    "ExpertOpinion",
    "FactCheck",
    "FundsTable",
    "HealthRun",
    "IdempotencyKey",
    "Instalment",
    "Invitation",
    "Job",
    "JointReview",
    "JointVote",
    "LateAdmission",
    "LetterTemplate",
    "Mandate",
    "Membership",
    "NoticeBatch",
    "NoticePreference",
    "Objection",
    "Payment",
    "Policy",
    "Pool",
    "PoolWait",
    "Posting",
    "Promise",
    "PublicNotice",
    "Publication",
    "Reading",
    "Restriction",
    "Round",
    "SavedFilter",
    "Settlement",
    "SiteVisit",
    "Status",
    "StepLength",
    "Unit",
    "User",
]
