"""
Rows for tests, made by the real actions: a case reaches a status only on the road that people take.

Plain functions without surprises. Law and policies are loaded once by `make_policy`; every name is invented.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from stdnum.cn import uscc

import rules
from applications import assessing, risk
from applications.actions import (
    account,
    decision,
    desk_file,
    filing,
    intake,
    payment,
    people,
    policy,
    publicity,
    recheck,
    review,
)
from applications.actions.desk_file import Paper
from applications.actions.promise import promise
from applications.demo.samples import details_for
from applications.demo.stories import CENTRE, check_all
from applications.loading import load_policies
from applications.models import (
    AccountCheck,
    Applicant,
    Application,
    Authority,
    BankAccount,
    Clause,
    DeskFile,
    Duty,
    EarlierAward,
    Evidence,
    Membership,
    Objection,
    Payer,
    Policy,
    Posting,
    PublicNotice,
    RiskSignal,
    Round,
    Status,
    User,
)
from applications.promises import latest_day
from applications.uploads import inspect
from tests import samples
from tests.replay import RECORDER, replayed

NOON = datetime(2026, 9, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
ISSUED_ON = date(2024, 9, 1)
EVENT_ON = date(2026, 6, 30)
PASSWORD = "test-Password-2026"

_numbers = RECORDER.numbers
# one hash for everybody: equal rows in every test, and no time for it
_HASH = make_password(PASSWORD, salt="tests")


def make_user(name: str = "") -> User:
    """Return a person with no standing anywhere."""
    number = next(_numbers)
    return User.objects.create(username=f"user{number}", password=_HASH, name=name or f"测试人员{number}")


@replayed
def make_policy(code: str = "xinxing", *, notice_days: int = 0, issued: bool = True, readings: bool = False) -> Policy:
    """
    Return a loaded policy with an open round, and with an issue day unless told otherwise.

    `readings` chooses the first letter of each reading without which a clause stays closed.
    """
    if not Policy.objects.filter(code=code).exists():
        load_policies()
    Authority.objects.filter(code=code).update(notice_days=notice_days)
    row = Policy.objects.select_related("authority").get(code=code)
    manager = make_officer(Duty.POLICY, code)
    if not row.rounds.exists():
        policy.open_round(
            row,
            name="测试批次",
            clause=None,
            opens_at=NOON - timedelta(days=300),
            closes_at=NOON + timedelta(days=300),
            by=manager,
            at=NOON,
        )
    if readings:
        for spec in rules.load().pack(code).readings:
            if spec.mandatory:
                choose_reading(row, spec.id, next(iter(spec.options)), manager)
    if issued and row.issued_on is None:
        row = policy.set_issue_day(row, issued_on=ISSUED_ON, source="测试文件", by=manager, at=NOON)
    return row


def choose_reading(row: Policy, key: str, letter: str, manager: User) -> None:
    """Put a reading into force: proposed by one policy manager, confirmed by another."""
    chosen = policy.choose_reading(row, key=key, choice=letter, source="测试口径文件", by=manager, at=NOON)
    policy.confirm_reading(chosen, by=make_officer(Duty.POLICY, row.code), at=NOON)


def make_officer(duty: str, code: str = "xinxing") -> User:
    """Return a new person posted to one duty of an authority."""
    if not Authority.objects.filter(code=code).exists():
        load_policies()
    user = make_user()
    Posting.objects.create(user=user, authority=Authority.objects.get(code=code), duty=duty, since=date(2024, 1, 1))
    return user


@replayed
def make_applicant(name: str = "") -> Applicant:
    """Return a registered body with a 经办人, a 法定代表人 and a bank account."""
    number = next(_numbers)
    stem = f"91659901MATE{number:05d}"
    agent, legal = make_user(), make_user()
    values = {
        "uscc": stem + uscc.calc_check_digit(stem),
        "name": name or f"测试企业{number}有限公司",
        "kind": Applicant.Kind.ENTERPRISE,
        "legal_representative": legal.name,
        "registered_address": "测试路1号",
        "contact_name": agent.name,
        "contact_phone": "0902-0000000",
    }
    applicant = people.register(values, role=Membership.Role.AGENT, by=agent, at=NOON)
    invitation = people.invite(applicant, role=Membership.Role.LEGAL, by=agent, at=NOON)
    people.join(invitation.code, by=legal, at=NOON)
    people.set_account(applicant, bank="测试银行", number="6200000000000000", holder=applicant.name, by=agent, at=NOON)
    return applicant


def agent_of(applicant: Applicant) -> User:
    """Return the 经办人."""
    return Membership.objects.get(applicant=applicant, role=Membership.Role.AGENT).user


def legal_of(applicant: Applicant) -> User:
    """Return the 法定代表人."""
    return Membership.objects.get(applicant=applicant, role=Membership.Role.LEGAL).user


def account_of(applicant: Applicant) -> BankAccount:
    """Return the account in use."""
    return BankAccount.objects.get(applicant=applicant, replaced_at=None)


def attach(
    application: Application, kind: str, *, by: User | None = None, at: datetime = NOON, **details: Any
) -> Evidence:
    """Put a small valid PDF with numbers of its own into a slot of a draft; `details` are written over them."""
    slot = next(s for s in assessing.slots_of(application) if s.kind == kind)
    serial = next(_numbers)
    data = samples.pdf(f"{application.number} {kind} {serial}")
    made = details_for(slot, application.applicant, application.facts, application.subject, serial=serial)
    return filing.attach(
        application,
        slot=kind,
        file=ContentFile(data),
        upload=inspect(samples.upload(f"{kind}.pdf", data)),
        details=made | details,
        name=f"{kind}.pdf",
        by=by or agent_of(application.applicant),
        at=at,
    )


@replayed
def make_draft(
    *,
    clause: str = "xinxing-3",
    facts: dict[str, Any] | None = None,
    applicant: Applicant | None = None,
    subject: str = "测试智算中心",
    complete: bool = True,
    promised: Sequence[str] = (),
    event_on: date = EVENT_ON,
    papers: Mapping[str, Mapping[str, Any]] | None = None,
    at: datetime = NOON,
) -> Application:
    """
    Return a draft with its facts and, when complete, one paper in each slot that is demanded and not promised.

    `papers` are details to write into the papers, by slot.
    """
    code = clause.split("-")[0]
    if not Round.objects.filter(policy__code=code).exists():
        make_policy(code)
    applicant = applicant or make_applicant()
    agent = agent_of(applicant)
    row = Clause.objects.select_related("policy__authority").get(code=clause)
    application = filing.start(applicant, row, by=agent, at=at)
    application = filing.save(
        application,
        facts=CENTRE if facts is None else facts,
        subject=subject,
        event_on=event_on,
        version=application.version,
        by=agent,
        at=at,
    )
    if complete:
        for slot in assessing.slots_of(application):
            if slot.kind in promised:
                last = latest_day(application.authority_id, at)
                promise(application, slot=slot.kind, due_on=last, by=agent, at=at)
            elif slot.required:
                attach(application, slot.kind, at=at, **(papers or {}).get(slot.kind, {}))
    application.refresh_from_db()
    return application


@replayed
def make_application(status: str = Status.SUBMITTED, *, at: datetime = NOON, **draft: Any) -> Application:
    """Return a case that reached a status on its proper road, all steps at one moment and by fresh officers."""
    application = make_draft(at=at, **draft)
    for step in STEPS:
        if application.status == status:
            break
        step(application, at)
        application = Application.objects.get(pk=application.pk)
    assert application.status == status, f"{application.status} is not {status}"
    return application


def _submit(application: Application, at: datetime) -> None:
    filing.confirm(application, by=legal_of(application.applicant), at=at)
    filing.submit(application, by=agent_of(application.applicant), at=at)


def _officer(application: Application, duty: str) -> User:
    """Return the officer of a duty on this case, or a fresh one."""
    held = application.duties.filter(duty=duty).first()
    return held.user if held else make_officer(duty, application.authority.code)


def _accept(application: Application, at: datetime) -> None:
    accept = intake.accept_with_promises if application.promises.exists() else intake.accept
    accept(application, by=_officer(application, Duty.INTAKE), at=at)


def _propose(application: Application, at: datetime) -> None:
    verifier = _officer(application, Duty.VERIFY)
    check_all(application, by=verifier, at=at)
    review.propose(application, by=verifier, at=at)


def _endorse(application: Application, at: datetime) -> None:
    decision.endorse(application, by=_officer(application, Duty.APPROVE), at=at)


def _grant(application: Application, at: datetime) -> None:
    decision.grant(application, by=_officer(application, Duty.APPROVE), at=at)
    check_account(application.applicant, application.authority.code, at=at)


def check_account(applicant: Applicant, code: str = "xinxing", *, at: datetime = NOON) -> AccountCheck:
    """Let two finance officers of an authority find the account in use right; what was found before stays."""
    authority, row = Authority.objects.get(code=code), account_of(applicant)
    known = row.checks.filter(authority=authority, dropped_at=None).first()
    if known:
        return known
    found = account.check(row, authority, passed=True, note="已电话核对", by=make_officer(Duty.PAY, code), at=at)
    return account.confirm_check(found, by=make_officer(Duty.COUNTERSIGN, code), at=at)


def _pay(application: Application, at: datetime) -> None:
    for instalment in application.awards.get().instalments.all():
        payer, reviewer = _officer(application, Duty.PAY), _officer(application, Duty.COUNTERSIGN)
        number = f"凭证{next(_numbers)}"
        due = at
        if instalment.due_on:  # a later one is paid when it is due, after a recheck
            due = datetime.combine(instalment.due_on, NOON.timetz())
            verifier = _officer(application, Duty.VERIFY)
            recheck.recheck(instalment, passed=True, findings="仍符合条件", by=verifier, at=due)
        row = payment.record(instalment, paid_on=due.date(), voucher_number=number, by=payer, at=due)
        payment.confirm(row, by=reviewer, at=due)


def _close(application: Application, at: datetime) -> None:
    payment.close(application, by=_officer(application, Duty.INTAKE), at=at)


STEPS = (_submit, _accept, _propose, _endorse, _grant, _pay, _close)


def make_paper(name: str = "文件.pdf", data: bytes | None = None) -> Paper:
    """Return a checked paper as a form hands it to an action."""
    data = samples.pdf(f"paper {next(_numbers)}") if data is None else data
    return Paper(file=ContentFile(data), upload=inspect(samples.upload(name, data)))


def make_desk_file(application: Application, kind: str = DeskFile.Kind.CREDIT, *, at: datetime = NOON) -> DeskFile:
    """Return a paper that an officer has added to a case."""
    by = application.accepted_by.user if application.accepted_by else make_officer(Duty.INTAKE)
    return desk_file.keep(application, kind, make_paper(), by=by, at=at)


def make_earlier_award(
    applicant: Applicant,
    *,
    clause: str = "xinxing-3",
    amount_fen: int = 100_0000_00,
    year: int = 2025,
    subject: str = "测试智算中心",
) -> EarlierAward:
    """Return an award paid before the portal existed."""
    if not Clause.objects.filter(code=clause).exists():
        make_policy(clause.split("-")[0])
    row = Clause.objects.select_related("policy__authority").get(code=clause)
    entry = policy.EarlierRow(
        clause=row,
        uscc=applicant.uscc,
        applicant_name=applicant.name,
        subject=subject,
        year=year,
        amount_fen=amount_fen,
        paper=f"测试文件{next(_numbers)}号",
    )
    authority = row.policy.authority
    return policy.enter_earlier_awards(authority, [entry], by=make_officer(Duty.POLICY, authority.code), at=NOON)[0]


def make_objection(notice: PublicNotice, *, at: datetime = NOON, **values: Any) -> Objection:
    """Return an objection in a body's own name against a case in public notice."""
    data = samples.pdf(f"异议书 {next(_numbers)}")
    file = samples.upload("异议书.pdf", data)
    stem = f"91659901MATE{next(_numbers):05d}"
    said = {
        "party": "unit",
        "name": "测试异议有限公司",
        "identity": stem + uscc.calc_check_digit(stem),
        "phone": "0902-1111111",
        "address": "测试路2号",
        "text": "该中心的实测值与公示不符。",
    }
    return publicity.object_to(notice, said | values, file=file, upload=inspect(file), at=at)


def make_payer(name: str = "测试财政局", *, code: str = "xinxing", standard: bool = True) -> Payer:
    """Return a payer of which everything is known; the standard one takes the place of the one loaded."""
    authority = Authority.objects.get(code=code)
    row = Payer.objects.filter(authority=authority, standard=standard, replaced_at=None).first()
    if row is not None and standard:
        Payer.objects.filter(pk=row.pk).update(budget_unit="测试预算单位", subject="2150805")
        return Payer.objects.get(pk=row.pk)
    return Payer.objects.create(
        authority=authority, name=name, budget_unit="测试预算单位", subject="2150805", standard=standard
    )


def make_signal(application: Application, kind: str = "body.young", *, points: int = 12, **more: Any) -> RiskSignal:
    """Return a signal as a look at the case would store it, with the score it makes."""
    text = more.pop("text", "成立 20 天后即提出申报")
    mark = f"test-{next(_numbers)}"
    made = RiskSignal.objects.create(
        application=application, kind=kind, mark=mark, points=points, text=text, found_at=NOON, **more
    )
    risk.count_again(application, NOON)
    return made
