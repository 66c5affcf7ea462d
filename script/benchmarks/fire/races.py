"""T1 and T2: what many may do at one instant, and what only one may."""

import argparse
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection
from django.db.models import F

from applications.actions import decision, filing, publicity
from applications.demo.stories import BUYER
from applications.models import (
    Application,
    Award,
    Commitment,
    Duty,
    EvidenceUse,
    Objection,
    Policy,
    Pool,
    PoolWait,
    PublicNotice,
    Status,
    User,
)
from fire import store
from fire.crowd import Act, at_once, without_locks
from fire.table import Line
from tests.factories import (
    NOON,
    legal_of,
    make_applicant,
    make_application,
    make_draft,
    make_objection,
    make_officer,
    make_policy,
)
from tests.portal.test_every_clause import split

ROOM, CENTRE_FEN = 10, 300_0000_00
CLAIMS = 8  # that compete for one right
CLOSED = NOON + timedelta(days=2)  # a notice of one working day from NOON on is over
LAST_MOMENT = (NOON + timedelta(days=1)).replace(hour=23, minute=59)


@dataclass(frozen=True)
class Race:
    """One thing that many want: how the world is built, who does what, and how many may."""

    name: str
    build: Callable[[int], None]
    acts: Callable[[], list[Act]]
    may: Callable[[int], int]  # of so many acts; the others are refused
    fault: Callable[[], str]  # what is wrong in the rows afterwards, "" when nothing


def _pool(limit_fen: int, name: str = "测试资金池", clause: str = "xinxing-3") -> Pool:
    policy = Policy.objects.get(code="xinxing")
    pool = Pool.objects.create(policy=policy, name=name, year=2026, limit_fen=limit_fen, source="测试文件")
    pool.clauses.add(policy.clauses.get(code=clause))
    return pool


def _case(pk: int) -> Application:
    return Application.objects.get(pk=pk)


# ---- one pool, room for ten


def build_pool(crowd: int, at: datetime = NOON) -> None:
    """Have many proposals of three million each, and room for ten."""
    make_policy()
    _pool(ROOM * CENTRE_FEN)
    for number in range(crowd):
        make_application(Status.PROPOSED, subject=f"中心{number}", at=at)
        make_officer(Duty.APPROVE)


def endorse_all() -> list[Act]:
    """Every proposal is agreed to by an approver of its own; who finds no room joins the queue."""
    cases = Application.objects.filter(status=Status.PROPOSED).order_by("pk").values_list("pk", flat=True)
    people = User.objects.filter(postings__duty=Duty.APPROVE).order_by("pk")
    return [
        lambda pk=pk, by=by: decision.endorse(_case(pk), by=by, at=NOON) for pk, by in zip(cases, people, strict=True)
    ]


def overspent() -> str:
    """Compare the pool with what stands in public notice."""
    pool = Pool.objects.get()
    held = Commitment.objects.exclude(state=Commitment.State.RELEASED).count()
    noticed = Application.objects.filter(status=Status.NOTICED).count()
    waiting = PoolWait.objects.filter(ended_at=None).count()
    left = Application.objects.filter(status=Status.PROPOSED).count()
    good = (held, noticed, pool.committed_fen, waiting) == (ROOM, ROOM, ROOM * CENTRE_FEN, left)
    committed = pool.committed_fen // CENTRE_FEN
    return "" if good else f"held {held}, noticed {noticed}, committed {committed}, {waiting} of {left} wait"


# ---- one right, eight claims on it


def build_ladder(crowd: int) -> None:
    """Have one centre claimed again and again by its owner."""
    applicant = make_applicant()
    for _ in range(CLAIMS):
        make_application(Status.NOTICED, applicant=applicant)


def build_cap(crowd: int) -> None:
    """Have 750,000 yuan each of at most a million a year for one buyer of compute."""
    make_policy()
    applicant = make_applicant()
    facts = BUYER | {"annual_compute_contract_fees_yuan": "25000000.00"}
    for _ in range(CLAIMS):
        papers = {"invoice": {"total_yuan": "25000000.00"}}
        make_application(
            Status.NOTICED, clause="xinxing-4b", facts=facts, subject="", applicant=applicant, papers=papers
        )


def build_once(crowd: int) -> None:
    """Have one model claimed again and again that earns its million once."""
    make_policy()
    applicant, (facts, _) = make_applicant(), split("xinxing-7c")
    for _ in range(CLAIMS):
        make_application(Status.NOTICED, clause="xinxing-7c", facts=facts, subject="测试大模型", applicant=applicant)


def grant_all() -> list[Act]:
    """Everything in public notice is granted by who put it there."""
    cases = Application.objects.filter(status=Status.NOTICED).order_by("pk")
    rows = cases.values_list("pk", "endorsed_by__user")
    return [lambda pk=pk, by=by: decision.grant(_case(pk), by=User.objects.get(pk=by), at=CLOSED) for pk, by in rows]


def awards_but_one() -> str:
    """Count the awards."""
    awards = Award.objects.count()
    return "" if awards == 1 else f"{awards} awards"


# ---- one invoice in many claims


def build_invoice(crowd: int) -> None:
    """Have many confirmed drafts that rest on one invoice, which the ledger knows from a claim taken back."""
    make_policy()
    papers = {"invoice": {"invoice_number": "26650000000000000001", "total_yuan": "1234567.89"}}
    # A number nobody has used is kept apart by its unique index alone; this one needs the lock.
    first = make_application(clause="xinxing-4b", facts=BUYER, subject="", papers=papers)
    filing.withdraw(first, reason="另行申报", by=first.created_by, at=NOON)
    for _ in range(CLAIMS):
        draft = make_draft(clause="xinxing-4b", facts=BUYER, subject="", papers=papers)
        filing.confirm(draft, by=legal_of(draft.applicant), at=NOON)


def submit_all() -> list[Act]:
    """Every draft is handed in."""
    rows = Application.objects.filter(status=Status.DRAFT).order_by("pk").values_list("pk", "created_by")
    return [lambda pk=pk, by=by: filing.submit(_case(pk), by=User.objects.get(pk=by), at=NOON) for pk, by in rows]


def invoice_but_once() -> str:
    """Count who used the invoice."""
    live = EvidenceUse.objects.filter(item__number="26650000000000000001", released_at=None, purpose="base")
    users = live.values("application").distinct().count()
    return "" if users == 1 else f"{users} claims use one invoice"


# ---- one case, many approvers


def build_approvers(crowd: int) -> None:
    """Have one proposal and many who may agree to it."""
    make_application(Status.PROPOSED)
    for _ in range(crowd // 4):
        make_officer(Duty.APPROVE)


def endorse_one() -> list[Act]:
    """All agree to the same proposal."""
    case = Application.objects.get(status=Status.PROPOSED).pk
    people = User.objects.filter(postings__duty=Duty.APPROVE).order_by("pk")
    return [lambda by=by: decision.endorse(_case(case), by=by, at=NOON) for by in people]


def notice_but_one() -> str:
    """Count notices and approvals of the case."""
    case = Application.objects.get(status=Status.NOTICED)
    found = case.notices.count(), case.approvals.count()
    return "" if found == (1, 1) else f"{found[0]} notices, {found[1]} approvals"


# ---- an objection as the grant runs


def build_objections(crowd: int) -> None:
    """Have cases whose public notice ends."""
    make_policy(notice_days=1)
    for number in range(CLAIMS):
        make_application(Status.NOTICED, subject=f"中心{number}")


def grant_or_object() -> list[Act]:
    """Each case is granted, and objected to at the last moment."""
    notices = PublicNotice.objects.filter(ended_at=None).order_by("pk")
    objections = [lambda pk=pk: _object(pk) for pk in notices.values_list("pk", flat=True)]
    return [act for pair in zip(grant_all(), objections, strict=True) for act in pair]


def _object(notice: int) -> object:
    return make_objection(PublicNotice.objects.get(pk=notice), at=LAST_MOMENT)


def both_went_through() -> str:
    """Count what was granted over an objection that was taken in."""
    both = Objection.objects.filter(notice__application__status=Status.GRANTED).count()
    return f"{both} granted over an objection" if both else ""


RACES = (
    Race("a pool with room for 10", build_pool, endorse_all, lambda crowd: crowd, overspent),
    Race("a ladder filed again and again", build_ladder, grant_all, lambda crowd: 1, awards_but_one),
    Race("a yearly cap of one applicant", build_cap, grant_all, lambda crowd: 1, awards_but_one),
    Race("a once-only right", build_once, grant_all, lambda crowd: 1, awards_but_one),
    Race("one invoice in many claims", build_invoice, submit_all, lambda crowd: 1, invoice_but_once),
    Race("one proposal, many approvers", build_approvers, endorse_one, lambda crowd: 1, notice_but_one),
    Race("an objection as the grant runs", build_objections, grant_or_object, lambda crowd: CLAIMS, both_went_through),
)


def run(options: argparse.Namespace) -> Iterator[Line]:
    """T1: play every race for all seeds, and once more without locks."""
    for race in RACES:
        if options.race and options.race not in race.name:
            continue
        store.put_back("empty")
        race.build(options.crowd)
        store.take_picture("built")
        played = [play(race, seed) for seed in range(options.seeds)]
        control = [play(race, seed, without_locks) for seed in range(3)]
        good = sum(not what for what, _ in played)
        red = sum(bool(what) for what, _ in control)
        worst = max(seconds for _, times in played for seconds in times)
        crowd = len(played[0][1])
        yield Line(
            "T1",
            f"{crowd} at once: {race.name}",
            f"{good}/{len(played)} rounds right, slowest answer {worst:.1f} s",
            "all",
            f"without locks {red}/{len(control)} wrong: {next((w for w, _ in control if w), '-')}"[:90],
            good == len(played) and red > 0,
            [what for what, _ in played if what],
        )


def play(race: Race, seed: int, before: Act | None = None) -> tuple[str, list[float]]:
    """Play one round; return what was wrong with it, and how long each waited."""
    store.put_back("built")
    acts = race.acts()
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    order = list(range(len(acts)))
    chance.shuffle(order)
    found = at_once([acts[place] for place in order], seed, before)
    store.wait_until_alone()
    answers = Counter(answer for answer, _ in found)
    wanted = Counter(done=race.may(len(acts)), refused=len(acts) - race.may(len(acts)))
    wrong = "" if answers == +wanted else ", ".join(f"{count} {answer}" for answer, count in answers.items())
    wrong = "; ".join(filter(None, [wrong, race.fault(), *(f"{n}={c}" for n, c in store.broken().items())]))
    return wrong, [seconds for _, seconds in found]


# ---- T2


def build_crossing(crowd: int) -> None:
    """Have two applicants, each with claims on two pools, some proposed and some in public notice."""
    make_policy()
    for clause in ("xinxing-3", "xinxing-4b"):
        _pool(100_0000_0000, f"测试资金池{clause}", clause)
    bodies = [make_applicant(), make_applicant()]
    for number in range(max(crowd // 8, 2)):
        for body in bodies:
            make_application(Status.PROPOSED, subject=f"中心{number}", applicant=body)
            make_application(Status.PROPOSED, clause="xinxing-4b", facts=BUYER, subject="", applicant=body)
        for body in bodies:
            make_application(Status.NOTICED, subject=f"其他中心{number}", applicant=body)
            make_officer(Duty.APPROVE)


def publish_across() -> list[Act]:
    """Publish pairs that take both pools, every other one in the other order, and grant to the same applicants."""
    proposed = Application.objects.filter(status=Status.PROPOSED)
    centres = list(proposed.filter(clause__code="xinxing-3").order_by("pk").values_list("pk", flat=True))
    buyers = list(proposed.filter(clause__code="xinxing-4b").order_by("-pk").values_list("pk", flat=True))
    people = User.objects.filter(postings__duty=Duty.APPROVE, case_duties=None).order_by("pk")
    pairs = [pair[:: 1 if number % 2 else -1] for number, pair in enumerate(zip(centres, buyers, strict=True))]
    return [partial(_publish, pair, by) for pair, by in zip(pairs, people, strict=True)] + grant_all()


def _publish(keys: tuple[int, ...], by: User) -> object:
    rows = {case.pk: case for case in Application.objects.filter(pk__in=keys)}
    return publicity.publish([rows[pk] for pk in keys], title="", by=by, at=NOON)


def in_either_order() -> None:
    """Break the order of locks: half of the processes take the pools the other way round."""
    right = publicity._pool_key
    sign = -1 if os.getpid() % 2 else 1
    publicity._pool_key = lambda case: sign * right(case)


def run_crossing(options: argparse.Namespace) -> Iterator[Line]:
    """T2: two pools and two applicants in both orders; nobody waits in a circle."""
    build_crossing(options.crowd)
    store.take_picture("built")
    crowd = len(publish_across())
    race = Race("two pools", build_crossing, publish_across, lambda crowd: crowd, _held_apart)
    ended, wrong, slowest = 0, [], 0.0
    for seed in range(options.seeds):
        what, seconds = play(race, seed)
        ended += store.deadlocks()  # of a database made anew for this round
        wrong += [what] if what else []
        slowest = max(slowest, *seconds)
    control = []
    for seed in range(3):
        play(race, seed, in_either_order)
        control.append(store.deadlocks())
    on_postgres = connection.vendor == "postgresql"
    yield Line(
        "T2",
        f"{crowd} at once: batches over two pools in both orders, grants to both applicants",
        f"{options.seeds - len(wrong)}/{options.seeds} rounds right, {ended} deadlocks, slowest {slowest:.1f} s",
        "all, 0",
        f"pools taken in either order: {sum(control)} deadlocks in 3"
        if on_postgres
        else "one lock for all, none possible",
        not wrong and not ended and (sum(control) > 0 or not on_postgres),
        wrong,
    )


def _held_apart() -> str:
    drifted = Pool.objects.exclude(committed_fen__lte=F("limit_fen")).count()
    left = Application.objects.filter(status=Status.PROPOSED).count()
    return f"{left} left, {drifted} pools over" if left or drifted else ""
