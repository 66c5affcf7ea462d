"""
What an officer should look at twice: papers that resemble those of other cases. Signs only; nothing is refused by them.

A true double use never gets this far (see the ledger). All signs of a case cost five queries, whatever its size.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import rules
from applications.identities import Claim, Identity, amount_words, identities, numbers_of
from applications.models import Application, Evidence, EvidenceUse
from applications.permissions import ActionRefused

MOST_NUMBERS = 3000  # looked up for one case; more are serial numbers in a list, which are compared one by one anyway
MOST_NEIGHBOURS = 6000  # numbers one digit away that are looked up for one case
RUN = 2  # numbers of one seller that lie so close count as one run


@dataclass(frozen=True)
class Flag:
    """One sign: the paper it stands at, the words, and the other case where there is one, with the paper there."""

    evidence: Evidence | None
    text: str
    case: Application | None = None
    other: Evidence | None = None


@dataclass(frozen=True)
class Signs:
    """Everything the ledger knows of one case: its papers, what they are, all uses of their numbers, and the signs."""

    papers: list[Evidence]
    things: list[Identity]
    own: list[EvidenceUse]
    elsewhere: list[EvidenceUse]
    flags: list[Flag]


def signs_of(application: Application) -> Signs:
    """Read the papers of a case with their uses and signs, in five queries."""
    claim = Claim.of(application)
    papers = list(application.evidence.in_use().order_by("pk"))
    things, unread = _read(claim, papers)
    own = list(application.evidence_uses.select_related("item").order_by("pk"))
    elsewhere = _elsewhere(application, {identity.key.number for identity in things})
    flags = [
        *unread,
        *_without_number(papers),
        *_short(claim, things),
        *_same_file(application, papers),
        *_same_number(things, elsewhere),
        *_another_total(things, own),
        *_neighbours(application, things),
    ]
    return Signs(papers, things, own, elsewhere, _unique(flags))


def flags_of(application: Application) -> list[Flag]:
    """Return the signs of a case."""
    return signs_of(application).flags


def _unique(flags: Iterable[Flag]) -> list[Flag]:
    found = {(flag.evidence and flag.evidence.pk, flag.text, flag.case and flag.case.pk): flag for flag in flags}
    return list(found.values())


def _read(claim: Claim, papers: Sequence[Evidence]) -> tuple[list[Identity], list[Flag]]:
    """Return what the papers are, and a sign for each that lists too much to be read."""
    things, flags = [], []
    for paper in papers:
        try:
            things += identities(paper, claim)
        except ActionRefused as refusal:
            flags.append(Flag(paper, str(refusal)))
    return things, flags


def _without_number(papers: Iterable[Evidence]) -> Iterator[Flag]:
    """Papers that should be known by a number and state none, or state 无."""
    for paper in papers:
        kind = rules.papers().get(paper.slot)
        for entry in kind.ledger if kind else ():
            field = next(field for field in kind.fields if field.name == entry.number)  # type: ignore[union-attr]
            if field.required and not numbers_of(paper, entry):
                yield Flag(paper, f"没有填写有效的{field.label}，不能核对是否重复使用")


def _short(claim: Claim, things: Iterable[Identity]) -> Iterator[Flag]:
    """A base that is larger than the papers that should bear it."""
    worth: dict[tuple[str, str], int] = defaultdict(int)
    first: dict[tuple[str, str], Identity] = {}
    for identity in things:
        if identity.total is not None:
            place = (identity.evidence.slot, identity.entry.kind)
            worth[place] += identity.total
            first.setdefault(place, identity)
    for place, identity in first.items():
        need, unit = claim.base_of(identity.entry), identity.entry.unit
        if need > worth[place]:
            label = rules.papers()[identity.evidence.slot].label
            stated = f"申报的基数 {amount_words(need, unit)}大于{label}合计 {amount_words(worth[place], unit)}"
            yield Flag(identity.evidence, stated)


def _same_file(application: Application, papers: Sequence[Evidence]) -> Iterator[Flag]:
    """The very same bytes in another case."""
    own: dict[str, list[Evidence]] = defaultdict(list)
    for paper in papers:
        own[paper.sha256].append(paper)
    rows = Evidence.objects.in_use().filter(sha256__in=list(own)).exclude(application=application)
    for row in rows.exclude(application__status="draft").select_related("application").order_by("pk"):
        for paper in own[row.sha256]:
            yield Flag(paper, "同一文件还用于其他申报件", row.application, row)


def _elsewhere(application: Application, numbers: set[str]) -> list[EvidenceUse]:
    """Return the live uses of these numbers by other cases, whatever kind of paper they stand on."""
    wanted = sorted(numbers)[:MOST_NUMBERS]
    uses = EvidenceUse.objects.filter(item__number__in=wanted, released_at=None).exclude(application=application)
    return list(uses.select_related("item", "application", "evidence").order_by("pk"))


def _same_number(things: Sequence[Identity], elsewhere: Iterable[EvidenceUse]) -> Iterator[Flag]:
    """The number of a paper under another kind, of another issuer, or on the other side of a contract."""
    by_number: dict[str, list[Identity]] = defaultdict(list)
    for identity in things:
        by_number[identity.key.number].append(identity)
    for use in elsewhere:
        item = use.item
        for identity in by_number.get(item.number, ()):
            key = identity.key
            label = rules.papers()[use.evidence.slot].label
            if item.kind != key.kind:
                yield Flag(identity.evidence, f"编号 {identity.shown} 与其他申报件的{label}相同", use.application)
            elif item.scope != key.scope and item.period == key.period and not identity.entry.by_applicant:
                words = f"编号 {identity.shown} 与其他申报件的{label}相同，但出具单位或当事人不同"
                yield Flag(identity.evidence, words, use.application)
            elif item.scope == key.scope and item.period == key.period and item.side != key.side:
                words = f"{identity.words}另由{item.side or '需求方'}申报，请核对双方金额和期间是否一致"
                yield Flag(identity.evidence, words, use.application)


def _another_total(things: Iterable[Identity], own: Iterable[EvidenceUse]) -> Iterator[Flag]:
    """A paper that states another amount than the first paper of the same number did."""
    worth = {_key_of(use): use.item.total for use in own if use.released_at is None}
    for identity in things:
        known = worth.get(identity.key)
        if known is not None and identity.total is not None and known != identity.total:
            unit = identity.entry.unit
            words = f"{identity.words}载明 {amount_words(identity.total, unit)}，"
            words += f"此前申报件登记为 {amount_words(known, unit)}"
            yield Flag(identity.evidence, words)


def _key_of(use: EvidenceUse) -> tuple[str, ...]:
    item = use.item
    return (item.kind, item.number, item.scope, item.period, item.side)


# ── Numbers that lie close ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Near:
    """A number whose neighbours are looked at: its kind and whose it is, its paper, and the seller that names."""

    number: str
    kind: str
    scope: str
    paper: Evidence

    @property
    def seller(self) -> str:
        """Who issued it."""
        return str(self.paper.details.get("seller") or self.paper.details.get("payee") or "")


def _neighbours(application: Application, things: Iterable[Identity]) -> Iterator[Flag]:
    """Numbers one digit away from those of another case, and runs of numbers of one seller, here or elsewhere."""
    own = [_Near(t.key.number, t.key.kind, t.key.scope, t.evidence) for t in things if t.entry.near]
    yield from _runs_within(own)
    candidates: dict[tuple[str, str, str], list[_Near]] = defaultdict(list)
    for near in own:
        for number in neighbours_of(near.number):
            candidates[near.kind, near.scope, number].append(near)
    numbers = sorted({number for _, _, number in candidates})[:MOST_NEIGHBOURS]
    kinds = {near.kind for near in own}
    uses = EvidenceUse.objects.filter(item__number__in=numbers, item__kind__in=kinds, released_at=None)
    uses = uses.exclude(application=application).select_related("item", "application", "evidence").order_by("pk")
    for use in uses:
        item = use.item
        for near in candidates.get((item.kind, item.scope, item.number), ()):
            other = _Near(item.number, item.kind, item.scope, use.evidence)
            close = "为同一销售方连号" if _is_run(near, other) else "只差一位"
            words = f"编号 {near.number} 与其他申报件的 {other.number} {close}"
            yield Flag(near.paper, words, use.application, use.evidence)


def _runs_within(own: Sequence[_Near]) -> Iterator[Flag]:
    """Numbers of one seller that follow each other inside the case, as when one sale is split."""
    ordered = sorted(own, key=lambda near: (near.kind, near.seller, len(near.number), near.number))
    for one, following in pairwise(ordered):
        if one.kind == following.kind and _is_run(one, following):
            words = f"编号 {one.number} 与本件的 {following.number} 为同一销售方连号"
            yield Flag(following.paper, words)


def _is_run(one: _Near, other: _Near) -> bool:
    """Say whether two numbers of one seller follow each other: same beginning, ends at most `RUN` apart."""
    if not one.seller or one.seller != other.seller or len(one.number) != len(other.number):
        return False
    tails = one.number[-9:], other.number[-9:]
    if one.number[:-9] != other.number[:-9] or not all(tail.isascii() and tail.isdecimal() for tail in tails):
        return False
    return 0 < abs(int(tails[0]) - int(tails[1])) <= RUN


def neighbours_of(number: str) -> set[str]:
    """Return the numbers that one wrong digit, two swapped ones or a step along a run make of a number."""
    places = [place for place, char in enumerate(number) if char.isascii() and char.isdecimal()]
    found = {number[:p] + digit + number[p + 1 :] for p in places for digit in "0123456789"}
    found |= {number[:p] + number[p + 1] + number[p] + number[p + 2 :] for p in places if p + 1 in places}
    tail = number[-9:]
    if tail.isascii() and tail.isdecimal():
        steps = (int(tail) + step for step in range(-RUN, RUN + 1))
        found |= {f"{number[:-9]}{value:0{len(tail)}d}" for value in steps if 0 <= value < 10 ** len(tail)}
    return found - {number}
