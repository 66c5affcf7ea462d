"""
Anybody presses any button in any order on cases that compete for a pool, a ladder and an invoice: the promises hold.

Hypothesis plays officers of every duty of two authorities, members and strangers; half of the steps are the proper next
one of a case, so that cases get far. After each step the invariants are counted, and what was refused has changed
nothing. `STATEFUL_EXAMPLES` and `STATEFUL_STEPS` make it longer (`script/bench faults --only T11`). The controls break
one promise by patching, and the same machine has to see it.
"""

import os
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from applications import assessing, invariants
from applications.actions import (
    ActionRefused,
    assigning,
    bands,
    decision,
    delay,
    filing,
    intake,
    payment,
    publicity,
    review,
)
from applications.demo.stories import BUYER, check_all
from applications.models import (
    Application,
    Authority,
    Award,
    BandTable,
    CaseDuty,
    Duty,
    FactCheck,
    Instalment,
    Objection,
    Payment,
    Pool,
    Posting,
    Status,
)
from tests.factories import (
    agent_of,
    check_account,
    legal_of,
    make_applicant,
    make_draft,
    make_objection,
    make_officer,
    make_policy,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES, STEPS = int(os.environ.get("STATEFUL_EXAMPLES", "8")), int(os.environ.get("STATEFUL_STEPS", "45"))
POSTED = (Duty.INTAKE, Duty.VERIFY, Duty.APPROVE, Duty.APPROVE, Duty.PAY, Duty.COUNTERSIGN, Duty.INSPECT, Duty.LEGAL)
ELSEWHERE = (Duty.INTAKE, Duty.VERIFY, Duty.APPROVE, Duty.PAY, Duty.COUNTERSIGN)
CENTRE_FEN, ROOM_FEN = 300_0000_00, 610_0000_00
COUNTED = [check for name, check in invariants.CHECKS.items() if name != "I10"]  # a rollback leaves files behind
PRESSED = (
    *("accept", "assign", "check", "close", "confirm", "correct", "decline", "endorse", "explain_delay", "grant"),
    *("propose", "refuse", "reopen", "return_", "review_legally", "submit", "withdraw"),
)
INVOICE = {"invoice": {"invoice_number": "26650000000000000001", "total_yuan": "1234567.89"}}


class World:
    """What every example begins with: people, five drafts and a pool that has room for two of them."""

    def __init__(self):
        make_policy("shihezi")
        row = make_policy()
        self.authority = row.authority
        self.officers = [make_officer(duty) for duty in POSTED]
        self.managers = [make_officer(Duty.POLICY), make_officer(Duty.POLICY)]
        first, second = make_applicant(), make_applicant()
        self.drafts = [
            make_draft(applicant=first, subject="一号中心"),
            make_draft(applicant=first, subject="一号中心"),  # the same ladder
            make_draft(applicant=second, subject="二号中心"),
            make_draft(clause="xinxing-4b", facts=BUYER, subject="", applicant=first, papers=INVOICE),
            make_draft(clause="xinxing-4b", facts=BUYER, subject="", applicant=second, papers=INVOICE),  # its invoice
        ]
        self.people = [
            *self.officers,
            *self.managers,
            *(make_officer(duty, "shihezi") for duty in ELSEWHERE),
            *(who(body) for body in (first, second) for who in (agent_of, legal_of)),
            make_user(),
        ]
        self.pool = Pool.objects.create(policy=row, name="测试", year=2026, limit_fen=ROOM_FEN, source="测试文件")
        self.pool.clauses.add(*{draft.clause for draft in self.drafts})


WORLD: list[World] = []  # of the test that runs

anybody = st.integers(0, 100)
any_case = st.integers(0, 4)


class Office(RuleBasedStateMachine):
    """Five cases and everybody who may or may not deal with them."""

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.world = WORLD[0]
        self.at = timezone.now()
        self.tally = {"done": 0, "refused": 0}

    def teardown(self):
        """Take everything back that this example has written."""
        DONE.append(self.tally | {"far": self._far()})
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def _far(self):
        return Application.objects.filter(status__in=[Status.GRANTED, Status.PAID, Status.CLOSED]).count()

    # ---- how a step is made

    def case(self, number):
        return Application.objects.select_related("applicant", "authority", "clause__policy", "policy").get(
            pk=self.world.drafts[number].pk
        )

    def person(self, number):
        return self.world.people[number % len(self.world.people)]

    def press(self, act):
        """Do one act; a refusal has changed nothing, and a database that has to refuse is a fault of the act."""
        before = rows()
        self.at += timedelta(seconds=1)
        refused = ""
        try:
            act()
        except ActionRefused as refusal:
            refused = str(refusal)
        self.tally["refused" if refused else "done"] += 1
        assert not refused or rows() == before, f"refused with {refused}, but changed"

    # ---- the proper next step of a case, by somebody whose turn it is

    @rule(number=any_case, times=st.integers(1, 5), which=st.integers(0, 3))
    def go_on(self, number, times, which):
        for _ in range(times):
            case = self.case(number)
            if step := NEXT.get(Status(case.status)):
                self.press(lambda case=case, step=step: step(self, case, which))
                self.nothing_is_counted()

    def officer(self, case, duty, which=0):
        """Return somebody posted to a duty now, the one who has it on the case first; else anybody."""
        held = case.duties.filter(duty=duty, user__postings__duty=duty).first()
        posted = [user for user in self.world.officers if user.postings.filter(duty=duty).exists()]
        if held and which < 2:
            return held.user
        return posted[which % len(posted)] if posted else self.world.people[0]

    # ---- any verb by anybody

    @rule(number=any_case, who=anybody, verb=st.sampled_from(PRESSED))
    def anything(self, number, who, verb):
        case, by = self.case(number), self.person(who)
        self.press(lambda: VERBS[verb](case, by, self.at))

    @rule(number=any_case, who=anybody, same=st.booleans())
    def record_payment(self, number, who, same):
        instalment = Instalment.objects.filter(award__application=self.world.drafts[number]).first()
        if instalment:
            voucher = "凭证" if same else f"凭证{self.at.timestamp()}"
            values = {"paid_on": timezone.localdate(self.at), "voucher_number": voucher}
            self.press(lambda: payment.record(instalment, by=self.person(who), at=self.at, **values))

    @rule(number=any_case, who=anybody, confirm=st.booleans())
    def review_payment(self, number, who, confirm):
        row = Payment.objects.filter(instalment__award__application=self.world.drafts[number]).order_by("-pk").first()
        if row and confirm:
            self.press(lambda: payment.confirm(row, by=self.person(who), at=self.at))
        elif row:
            self.press(lambda: payment.reject(row, reason="凭证不符", by=self.person(who), at=self.at))

    @rule(number=any_case)
    def somebody_objects(self, number):
        notice = self.case(number).notices.order_by("-pk").first()
        if notice:
            self.press(lambda: make_objection(notice, at=self.at))

    @rule(who=anybody, ruling=st.sampled_from(["", *Objection.Ruling.values]))
    def deal_with_an_objection(self, who, ruling):
        row = Objection.objects.order_by("-pk").first()
        if row and ruling:
            self.press(
                lambda: publicity.rule_on(row, ruling=ruling, findings="已核实", by=self.person(who), at=self.at)
            )
        elif row:
            self.press(lambda: publicity.take_objection(row, by=self.person(who), at=self.at))

    # ---- what changes around the cases

    @rule(who=st.integers(0, len(POSTED) - 1), duty=st.sampled_from(POSTED))
    def move_somebody_to_another_duty(self, who, duty):
        Posting.objects.filter(user=self.world.officers[who]).update(duty=duty)

    @rule(days=st.sampled_from([0, 0, 5]))
    def set_the_days_of_notice(self, days):
        Authority.objects.filter(pk=self.world.authority.pk).update(notice_days=days)

    @precondition(lambda self: BandTable.objects.count() < 2)
    @rule(approvals=st.integers(1, 2), legal=st.booleans(), who=anybody)
    def put_bands_into_force(self, approvals, legal, who):
        rows = [bands.BandRow(0, 1, False), bands.BandRow(100_0000_00, approvals, legal)]
        first, second = self.world.managers
        table = bands.enter_bands(self.world.authority, rows, source="测试文件", by=first, at=self.at)
        self.press(lambda: bands.confirm_bands(table, by=self.person(who), at=self.at))
        if BandTable.objects.get(pk=table.pk).confirmed_at is None:
            bands.confirm_bands(table, by=second, at=self.at)

    @rule(days=st.integers(1, 4))
    def time_passes(self, days):
        self.at += timedelta(days=days)

    @rule(number=any_case)
    def the_system_looks(self, number):
        case = self.case(number)
        act = intake.lapse if case.status == Status.CORRECTING else intake.accept_by_silence
        if case.status == Status.CORRECTING and (case.due_on is None or case.due_on >= timezone.localdate(self.at)):
            return
        self.press(lambda: act(case, at=self.at))

    # ---- what must hold after each step

    @invariant()
    def nothing_is_counted(self):
        assert {check.__name__: found for check in COUNTED if (found := check())} == {}

    @invariant()
    def sums_stay_within_what_there_is(self):
        pool = Pool.objects.get(pk=self.world.pool.pk)
        holding = Application.objects.filter(status__in=[Status.NOTICED, *invariants.GRANTED])
        held = sum(case.sum_fen for case in holding)
        assert (pool.committed_fen, held <= pool.limit_fen) == (held, True)
        paid = Payment.objects.filter(state=Payment.State.CONFIRMED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
        assert pool.paid_fen == paid
        centres = Award.objects.filter(clause__code="xinxing-3").values("applicant", "application__subject")
        assert all(row["fen"] <= CENTRE_FEN for row in centres.annotate(fen=Sum("amount_fen")))
        invoice = Award.objects.filter(clause__code="xinxing-4b").count()
        assert invoice <= 1, "one invoice carried two awards"

    @invariant()
    def nobody_decides_twice(self):
        for case in Application.objects.exclude(endorsed_by=None).select_related(
            "accepted_by", "proposed_by", "endorsed_by"
        ):
            people = [case.accepted_by.user_id, case.proposed_by.user_id, case.endorsed_by.user_id]
            assert len(set(people)) == len(people)
        same = Payment.objects.filter(recorded_by__user=F("confirmed_by__user"))
        assert not same.exists()


DONE: list[dict[str, int]] = []


def rows():
    """Return how much stands in every table, and what every case and pool says."""
    models = apps.get_app_config("applications").get_models()
    counts = {model.__name__: model._default_manager.count() for model in models if model._meta.managed}
    cases = list(Application.objects.order_by("pk").values_list())
    return counts, cases, list(Pool.objects.values_list()), list(Payment.objects.order_by("pk").values_list())


def submit(office, case, which):
    with transaction.atomic():  # two acts in a row: both or none, since a refusal is compared with what was before
        filing.confirm(case, by=legal_of(case.applicant), at=office.at)
        filing.submit(case, by=agent_of(case.applicant), at=office.at)


def propose(office, case, which):
    by = office.officer(case, Duty.VERIFY, which)
    with transaction.atomic():
        check_all(case, by=by, at=office.at)
        review.propose(case, by=by, at=office.at)


def endorse(office, case, which):
    if which == 3:
        decision.review_legally(case, note="合法", by=office.officer(case, Duty.LEGAL), at=office.at)
    else:
        decision.endorse(case, by=office.officer(case, Duty.APPROVE, which), at=office.at)


def pay(office, case, which):
    check_account(case.applicant, case.authority.code, at=office.at)
    instalment = Instalment.objects.filter(award__application=case).first()
    row = Payment.objects.filter(instalment=instalment).order_by("-pk").first()
    if row is None or row.state != Payment.State.RECORDED:
        values = {"paid_on": timezone.localdate(office.at), "voucher_number": f"凭证{office.at.timestamp()}"}
        payment.record(instalment, by=office.officer(case, Duty.PAY, which), at=office.at, **values)
    else:
        payment.confirm(row, by=office.officer(case, Duty.COUNTERSIGN, which), at=office.at)


NEXT = {
    Status.DRAFT: submit,
    Status.SUBMITTED: lambda o, case, n: intake.accept(case, by=o.officer(case, Duty.INTAKE, n), at=o.at),
    Status.CORRECTING: submit,
    Status.VERIFYING: propose,
    Status.PROPOSED: endorse,
    Status.NOTICED: lambda o, case, n: decision.grant(case, by=o.officer(case, Duty.APPROVE, n), at=o.at),
    Status.GRANTED: pay,
    Status.PAID: lambda o, case, n: payment.close(case, by=o.officer(case, Duty.INTAKE, n), at=o.at),
}


def check_one(case, by, at):
    """Check the first fact that nobody has looked at."""
    known = assessing.latest_checks(case)
    fields = [field for field in assessing.fields_of(case) if field.name in case.facts and field.name not in known]
    review.check(
        case,
        fact=fields[0].name if fields else "pue",
        verdict=FactCheck.Verdict.MET,
        verified=None,
        method=FactCheck.Method.DOCUMENT,
        evidence=None,
        note="",
        version=case.version,
        by=by,
        at=at,
    )


ITEMS = [{"kind": "other", "key": "", "label": "其他", "text": "请补充说明"}]
VERBS = {
    "accept": lambda case, by, at: intake.accept(case, by=by, at=at),
    "decline": lambda case, by, at: intake.decline(case, reason="测试理由", by=by, at=at),
    "correct": lambda case, by, at: intake.correct(case, items=ITEMS, by=by, at=at),
    "check": check_one,
    "propose": lambda case, by, at: review.propose(case, by=by, at=at),
    "return_": lambda case, by, at: decision.return_(case, reason="测试理由", by=by, at=at),
    "endorse": lambda case, by, at: decision.endorse(case, by=by, at=at),
    "review_legally": lambda case, by, at: decision.review_legally(case, note="合法", by=by, at=at),
    "refuse": lambda case, by, at: decision.refuse(case, reason="测试理由", by=by, at=at),
    "reopen": lambda case, by, at: decision.reopen(case, reason="测试理由", by=by, at=at),
    "grant": lambda case, by, at: decision.grant(case, by=by, at=at),
    "withdraw": lambda case, by, at: filing.withdraw(case, reason="测试理由", by=by, at=at),
    "submit": lambda case, by, at: filing.submit(case, by=by, at=at),
    "confirm": lambda case, by, at: filing.confirm(case, by=by, at=at),
    "close": lambda case, by, at: payment.close(case, by=by, at=at),
    "assign": lambda case, by, at: assigning.assign(case, to=by, by=by, at=at),
    "explain_delay": lambda case, by, at: delay.explain_delay(case, "测试原因", by=by, at=at),
}
assert set(VERBS) == set(PRESSED)


@pytest.fixture
def world():
    """Make the world once for all examples of a test; each example takes back what it did."""
    made = World()
    WORLD[:], DONE[:] = [made], []
    return made


def play(examples=EXAMPLES, steps=STEPS):
    """Run the machine: the same sequence each time, unless told to look further."""
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize="STATEFUL_EXAMPLES" not in os.environ,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )


def test_whatever_is_pressed_by_whom_the_promises_hold(world):
    play()

    done, refused, far = (sum(tally[name] for tally in DONE) for name in ("done", "refused", "far"))
    assert done > 20
    assert refused > 20
    assert far > 0, "no case got as far as an award: the machine would prove little"


def nothing(*args, **kwargs):
    """Stand in for a step that somebody forgot."""


def whoever_came_first(application, standing, at):
    return application.duties.order_by("pk").first() or CaseDuty.objects.create(
        application=application, user=standing.user, duty=standing.duty, since=at
    )


def test_the_machine_finds_a_duty_that_is_not_taken(world):
    with (
        patch.object(review, "take_duty", whoever_came_first),
        pytest.raises(IntegrityError, match="this duty is not of this case"),
    ):
        play(examples=10)


def to_two_awards_of_one_centre(office):
    for number, times in ((0, 4), (1, 4), (0, 1), (1, 1)):  # both stand in public notice before either is granted
        office.go_on(number, times, 0)


def to_a_refusal_after_public_notice(office):
    office.go_on(2, 4, 0)
    approver = Application.objects.get(status=Status.NOTICED).endorsed_by.user
    office.anything(2, office.world.people.index(approver), "refuse")


def to_a_payment(office):
    office.go_on(2, 7, 0)


BROKEN = {
    "a ladder is not computed again under lock": (
        to_two_awards_of_one_centre,
        decision,
        "_recompute",
        lambda application, *, by, at: application.assessment,
    ),
    "a case that leaves gives nothing back": (
        to_a_refusal_after_public_notice,
        decision,
        "release_commitment",
        nothing,
    ),
    "a payment is not counted in the pool": (to_a_payment, payment, "pay_from_pool", nothing),
}


def walk(to):
    """Go one way with the machine, looking at every promise at its end."""
    office = Office()
    try:
        to(office)
        office.nothing_is_counted()
        office.sums_stay_within_what_there_is()
        office.nobody_decides_twice()
        return office.tally["done"]
    finally:
        office.teardown()


@pytest.mark.parametrize("promise", BROKEN)
def test_the_machine_sees_a_broken_promise(promise, world):
    to, place, name, broken = BROKEN[promise]
    assert walk(to) >= 5  # sound, it goes that way without a word

    with patch.object(place, name, broken), pytest.raises(AssertionError):
        walk(to)
