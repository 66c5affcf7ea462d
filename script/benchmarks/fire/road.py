"""T3 (a): cases on their whole road by HTTP while processes of web and worker are killed at seeded moments."""

import argparse
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.urls import reverse
from django.utils import timezone

from applications import assessing, chains
from applications.models import (
    Application,
    Commitment,
    Delivery,
    Document,
    Duty,
    Event,
    Instalment,
    Job,
    Payment,
    Policy,
    Pool,
    Status,
    User,
)
from fire import store
from fire.fleet import Fleet, browser_of, post
from fire.table import Line
from tests.factories import agent_of, check_account, legal_of, make_draft, make_officer, make_policy

BROWSERS = 6
LETTERS = ("receipt", "acceptance", "notice")
ACTS = ("confirm", "submit", "accept", "propose", "endorse", "grant", "record_payment", "confirm_payment", "close")
SETTLE = 120.0  # seconds in which some letter or mail must come, after the last request


def run(options: argparse.Namespace) -> Iterator[Line]:
    """T3 (a): kill, send again what was not answered, and count everything afterwards."""
    policy = make_policy()
    pool = Pool.objects.create(policy=policy, name="测试", year=2026, limit_fen=10**13, source="测试文件")
    pool.clauses.add(policy.clauses.get(code="xinxing-3"))
    now = timezone.now()
    drafts = [make_draft(subject=f"中心{number}", at=now) for number in range(options.cases)]
    for draft in drafts:  # money goes to an account that two officers have looked at
        check_account(draft.applicant, at=now)
    officers = {
        duty: make_officer(duty) for duty in (Duty.INTAKE, Duty.VERIFY, Duty.APPROVE, Duty.PAY, Duty.COUNTERSIGN)
    }
    for person in User.objects.all():
        person.email = f"{person.username}@example.invalid"
        person.save(update_fields=["email"])
    store.take_picture("drafts")
    began = time.monotonic()
    answers, kills, unsettled = under_fire(drafts, officers, options.kills, again=True)
    faults = [*unsettled, *what_is_wrong(drafts, answers)]
    seconds = time.monotonic() - began
    resent = sum(sent - 1 for _, _, _, sent in answers)
    mails, twice = _mails()

    store.put_back("drafts")
    few = drafts[: max(4, options.cases // 4)]
    lost, _, _ = under_fire(few, officers, max(4, options.kills // 2), again=False)
    missing = what_is_wrong(few, lost)
    yield Line(
        "T3a",
        f"{len(drafts)} cases by HTTP, {kills} SIGKILLs of web and worker at seeded moments",
        f"{len(answers)} requests, {resent} sent again, {len(faults)} faults; {mails} mails, {twice} twice; "
        f"{seconds:.0f} s, load {store.load()}",
        "0 faults",
        f"not sent again: {len(missing)} faults"[:90],
        not faults and bool(missing),
        faults,
    )


def under_fire(
    cases: list[Application], officers: dict[str, User], kills: int, *, again: bool
) -> tuple[list[Any], int, list[str]]:
    """Walk all cases while the fleet is killed; return answers, kills, what did not settle."""
    chance = random.Random(kills)  # noqa: S311 - repeatable, not secret
    sessions = {duty: browser_of(user) for duty, user in officers.items()}
    members = {case.pk: (browser_of(legal_of(case.applicant)), browser_of(agent_of(case.applicant))) for case in cases}
    fork = multiprocessing.get_context("fork")
    work, answers = fork.SimpleQueue(), fork.SimpleQueue()
    with Fleet() as fleet:
        connections.close_all()
        for case in cases:
            work.put(case.pk)
        for _ in range(BROWSERS):
            work.put(0)
        people = [
            fork.Process(target=_walk, args=(fleet.port, work, answers, sessions, members, again), daemon=True)
            for _ in range(BROWSERS)
        ]
        for person in people:
            person.start()
        found: list[Any] = []
        next_kill = time.monotonic() + chance.uniform(0.5, 3)
        while any(person.is_alive() for person in people) or not answers.empty():
            while not answers.empty():
                found.append(answers.get())
            if not fleet.is_up():  # whoever is killed while it starts would never answer anything
                next_kill = time.monotonic() + chance.uniform(0.1, 4)
            elif fleet.kills < kills and time.monotonic() > next_kill:
                fleet.kill(chance.choice(["web", "web", "worker", "beat"]), chance)
                next_kill = time.monotonic() + chance.uniform(1, 5)
            fleet.revive()
            time.sleep(0.05)
        unsettled = _settle(fleet)
        return found, fleet.kills, unsettled


def _walk(port: int, work: Any, answers: Any, sessions: Any, members: Any, again: bool) -> None:
    """Take cases and press everything on their road, until there is none left."""
    while pk := work.get():
        for number, (who, url, words, act) in enumerate(_steps(pk, sessions, members)):
            status, sent = post(port, url, who, words, f"{pk}-{number}") if again else _once(port, url, who, words)
            answers.put((pk, act, status, sent))
    connections.close_all()


def _once(port: int, url: str, who: dict[str, str], words: dict[str, str]) -> tuple[int, int]:
    """Send a request once and take what comes, as somebody without patience."""
    from fire import fleet  # noqa: PLC0415 - its patience is changed for this process alone

    fleet.PATIENCE = 0.001
    return post(port, url, who, words, "")


def _steps(pk: int, sessions: Any, members: Any) -> Iterator[tuple[dict[str, str], str, dict[str, str], str]]:
    """Yield (who, address, words, act) of each step of a case, asked for when its turn has come."""
    legal, agent = members[pk]
    yield legal, reverse("claim_confirm", args=[pk]), {"agreed": "on"}, "confirm"
    yield agent, reverse("claim_submit", args=[pk]), {}, "submit"
    yield sessions[Duty.INTAKE], reverse("console:case_accept", args=[pk]), {}, "accept"
    case = Application.objects.select_related("clause", "policy").get(pk=pk)
    for field in assessing.fields_of(case):
        if field.name in case.facts:
            version = Application.objects.values_list("version", flat=True).get(pk=pk)
            words = {"verdict": "met", "method": "document", "version": str(version)}
            yield sessions[Duty.VERIFY], reverse("console:case_check", args=[pk, field.name]), words, "check"
    yield sessions[Duty.VERIFY], reverse("console:case_propose", args=[pk]), {"amount": "", "reason": ""}, "propose"
    yield sessions[Duty.APPROVE], reverse("console:case_endorse", args=[pk]), {}, "endorse"
    yield sessions[Duty.APPROVE], reverse("console:case_grant", args=[pk]), {}, "grant"
    instalment = Instalment.objects.filter(award__application=pk).first()
    words = {"paid_on": timezone.localdate().isoformat(), "voucher_number": f"凭证{pk}"}
    yield (
        sessions[Duty.PAY],
        reverse("finance_record", args=[instalment.pk if instalment else 0]),
        words,
        "record_payment",
    )
    paid = Payment.objects.filter(instalment__award__application=pk).first()
    yield sessions[Duty.COUNTERSIGN], reverse("finance_confirm", args=[paid.pk if paid else 0]), {}, "confirm_payment"
    yield sessions[Duty.INTAKE], reverse("console:case_close", args=[pk]), {}, "close"


def _settle(fleet: Fleet) -> list[str]:
    """Wait until everything that was to be made and sent is, as long as it goes on; return what is not."""
    moved, before = time.monotonic(), (-1, -1)
    while time.monotonic() < moved + SETTLE:
        jobs = Job.objects.exclude(state=Job.State.DONE).count()
        mails = Delivery.objects.filter(sent_at=None, channel=Delivery.Channel.MAIL).count()
        if not jobs and not mails:
            return []
        if (jobs, mails) != before:
            moved, before = time.monotonic(), (jobs, mails)
        fleet.revive()
        time.sleep(0.5)
    return [f"{jobs} jobs and {mails} mails are not done"]


def what_is_wrong(cases: list[Application], answers: list[Any]) -> list[str]:
    """Return every lost or doubled step, letter, commitment and payment, and every invariant that is not 0."""
    faults = [f"case {pk}: {act} was answered {status}" for pk, act, status, _ in answers if status != 302]
    for case in cases:
        row = Application.objects.get(pk=case.pk)
        acted = Counter(Event.objects.filter(application=case).values_list("action", flat=True))
        wrong = [act for act in ACTS if acted[act] != 1]
        wrong += ["check"] if acted["check"] != len(row.facts) else []
        letters = Counter(row.documents.exclude(sha256=None).values_list("kind", flat=True))
        wrong += [kind for kind in LETTERS if letters[kind] != 1]
        sums = (
            Commitment.objects.filter(application=case).count(),
            Payment.objects.filter(instalment__award__application=case, state="confirmed").count(),
            row.awards.count(),
        )
        if wrong or sums != (1, 1, 1) or row.status != Status.CLOSED:
            faults.append(f"{row.number} ({row.status}): {', '.join(wrong)} {sums}")
    counts = Document.objects.values_list("number").distinct().count(), Document.objects.count()
    faults += [] if counts[0] == counts[1] else [f"{counts[1]} letters share {counts[0]} numbers"]
    pool = Pool.objects.get(policy=Policy.objects.get(code="xinxing"))
    faults += [] if pool.paid_fen == pool.committed_fen else ["the pool has paid another sum than it holds"]
    faults += [str(fault) for fault in chains.walk_all().breaks]
    return faults + [f"{name}={count}" for name, count in store.broken(files=True).items()]


def _mails() -> tuple[int, int]:
    """Return how many different mails went out, and how many of them more than once, by their Message-ID."""
    found: Counter[str] = Counter()
    for file in store.folder().parent.glob("mail/*"):
        found.update(line for line in file.read_text(errors="replace").splitlines() if line.startswith("Message-ID"))
    return len(found), sum(count > 1 for count in found.values())
