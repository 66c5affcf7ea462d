"""
The ledger of papers (材料台账): what a claim takes of its papers when it is handed in, and gives back when it ends.

Promise: as the base of a sum a paper counts once, or by its unclaimed remainder, across all clauses, applicants, years
and authorities; as proof it counts once, but for what the packs let stand beside it. The things of a claim are locked
together in one order, after the case and the pool and before any counter, so that claims never wait in a circle.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

import rules
from applications.identities import Claim, Identity, Key, amount_words, identities, number_key
from applications.models import Application, Evidence, EvidenceItem, EvidenceUse, Status
from applications.permissions import ActionRefused

Purpose = EvidenceUse.Purpose

# Where a case ends without money: what it took is free again.
RELEASING = frozenset({Status.WITHDRAWN, Status.DECLINED, Status.REFUSED, Status.REVOKED})

CHUNK = 400  # numbers in one statement: SQLite of old takes 999 values


T = TypeVar("T")


class EvidenceTaken(ActionRefused):
    """Refused because a paper was used before: `slot` holds it here, `first` is the case of an own earlier use."""

    def __init__(self, reason: str, slot: str, first: Application | None):
        super().__init__(reason)
        self.slot, self.first = slot, first


@dataclass(frozen=True)
class Obstacle:
    """What the ledger says of a paper before it is used: a sentence, whether it stops it, its slot and its field."""

    text: str
    stops: bool
    slot: str
    field: str


@dataclass(frozen=True)
class _Wanted:
    """One use as it should stand after the claim has taken its papers."""

    identity: Identity
    item: EvidenceItem
    amount: int
    again: bool
    subject_key: str

    def is_kept_by(self, use: EvidenceUse) -> bool:
        """Say whether a use that stands already is this one."""
        return (use.evidence_id, use.amount, use.again, use.subject_key) == (
            self.identity.evidence.pk,
            self.amount,
            self.again,
            self.subject_key,
        )


# ── Taking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def take(
    application: Application,
    evidence: Iterable[Evidence],
    *,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    for_officer: bool = False,
) -> None:
    """
    Take what a claim needs of its papers; what it took before and needs no more is released. Raises ActionRefused.

    Called inside the act's transaction with the case locked. `facts` are the declared ones, or the verified ones at the
    grant; an officer is told the number of the other case where it is of the own authority.
    """
    claim = Claim.of(application, facts)
    things = _things_of(claim, evidence)
    before = [] if application.status == Status.DRAFT else _live_of(application)
    items = _locked({*things, *(_key(use.item) for use in before)}, things)
    others = _others_on(items.values(), application)
    wanted = [*_proofs(claim, things, items, others, for_officer), *_bases(claim, things, items, others, for_officer)]
    _write(application, wanted, before, items, others, at)


def _things_of(claim: Claim, evidence: Iterable[Evidence]) -> dict[Key, Identity]:
    """Return what the papers of a claim are, each once: of two papers with one number the first counts."""
    things: dict[Key, Identity] = {}
    for paper in evidence:
        for identity in identities(paper, claim):
            things.setdefault(identity.key, identity)
    return things


def _chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = list(values)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _key(item: EvidenceItem) -> Key:
    return Key(item.kind, item.number, item.scope, item.period, item.side)


def _live_of(application: Application) -> list[EvidenceUse]:
    return list(application.evidence_uses.filter(released_at=None).select_related("item"))


def _locked(keys: set[Key], things: Mapping[Key, Identity]) -> dict[Key, EvidenceItem]:
    """
    Return the rows of things, made where there are none, and locked until the transaction ends.

    Rows are made in the order of their keys and locked in the order of their primary keys: two claims with the same
    papers wait for each other in one direction only.
    """
    made = sorted(key for key in keys if key in things)
    EvidenceItem.objects.bulk_create(
        [EvidenceItem(**key._asdict(), total=things[key].total) for key in made], CHUNK, ignore_conflicts=True
    )
    numbers = sorted({key.number for key in keys})
    rows: list[EvidenceItem] = []
    if len(numbers) <= CHUNK:
        rows = list(EvidenceItem.objects.select_for_update().filter(_among(keys, numbers)).order_by("pk"))
    else:
        found = [pk for some in _chunks(numbers, CHUNK) for pk in _found(keys, some)]
        for chunk in _chunks(sorted(found), CHUNK):
            rows += EvidenceItem.objects.select_for_update().filter(pk__in=chunk).order_by("pk")
    items = {_key(row): row for row in rows}
    return {key: items[key] for key in keys}


def _among(keys: set[Key], numbers: Sequence[str], item: str = "") -> Q:
    """Return the condition for the rows of keys by their numbers, and a few more that share all parts with some key."""
    parts: dict[str, Any] = {
        "number": numbers,
        "kind": {key.kind for key in keys},
        "side": {key.side for key in keys},
        "period": {key.period for key in keys},
    }
    if len(parts["period"]) > CHUNK:
        del parts["period"]
    return Q(**{f"{item}{part}__in": values for part, values in parts.items()})


def _found(keys: set[Key], numbers: Sequence[str]) -> Iterator[int]:
    for item in EvidenceItem.objects.filter(_among(keys, numbers)):
        if _key(item) in keys:
            yield item.pk


def _others_on(items: Iterable[EvidenceItem], application: Application) -> dict[int, list[EvidenceUse]]:
    """Return the live uses of things by other cases, the earliest first."""
    found: dict[int, list[EvidenceUse]] = defaultdict(list)
    for chunk in _chunks(sorted(item.pk for item in items), CHUNK):
        uses = EvidenceUse.objects.filter(item__in=chunk, released_at=None).exclude(application=application)
        for use in uses.select_related("application", "clause").order_by("pk"):
            found[use.item_id].append(use)
    return found


# ── As proof ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _proofs(
    claim: Claim,
    things: Mapping[Key, Identity],
    items: Mapping[Key, EvidenceItem],
    others: Mapping[int, list[EvidenceUse]],
    for_officer: bool,
) -> Iterator[_Wanted]:
    for key, identity in things.items():
        if identity.base:
            continue
        again = False
        for use in others.get(items[key].pk, ()):
            beside = _stands_beside(claim, identity, use)
            if beside is None:
                reason = _proof_taken(claim, identity, use, for_officer)
                raise EvidenceTaken(reason, identity.evidence.slot, _own_case(claim, use))
            again = again or beside
        subject = claim.subject_key if identity.entry.per_object else ""
        yield _Wanted(identity, items[key], 0, again, subject)


def _stands_beside(claim: Claim, identity: Identity, use: EvidenceUse) -> bool | None:
    """
    Say how a proof stands beside an earlier use: True when it is shown once more, False when it counts by itself.

    None when it does not stand at all: another applicant, a clause that does not share it, the same clause and object.
    """
    entry, application = identity.entry, claim.application
    if use.purpose == Purpose.BASE:
        return False
    if use.applicant_id != application.applicant_id:
        return None
    if use.clause_id != application.clause_id:
        return False if entry.shared_by(claim.clause, use.clause.code) else None
    if _is_same_claim_again(claim, identity, use):
        return True
    return False if entry.per_object and use.subject_key != claim.subject_key else None


def _is_same_claim_again(claim: Claim, identity: Identity, use: EvidenceUse) -> bool:
    """Say whether an earlier use is of the same applicant, clause and object, which may show the paper once more."""
    if (use.applicant_id, use.clause_id) != (claim.application.applicant_id, claim.application.clause_id):
        return False
    if not identity.entry.shown_again(claim.clause, claim.basis.ladder):
        return False
    return claim.basis.ladder == "主体" or claim.key_of(use.application) == claim.subject_key


def _proof_taken(claim: Claim, identity: Identity, use: EvidenceUse, for_officer: bool) -> str:
    return f"{identity.words}{_where(claim, use, for_officer)}，同一材料不得重复用于申报奖补，请更换材料。"


def _own_case(claim: Claim, use: EvidenceUse) -> Application | None:
    return use.application if use.applicant_id == claim.application.applicant_id else None


def _where(claim: Claim, use: EvidenceUse, for_officer: bool) -> str:
    """Say where a paper was used first: the case by its number only to those who may know of it."""
    own = _own_case(claim, use) is not None
    at_desk = for_officer and use.authority_id == claim.application.authority_id
    return f"已用于申报件 {use.application.number}" if own or at_desk else "已用于其他申报件"


# ── As the base of a sum ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Cover:
    """What one thing can bear of a base: what nobody has used, and what this applicant's own ladder has used before."""

    identity: Identity
    item: EvidenceItem
    worth: int
    free: int
    own: int
    first: EvidenceUse | None

    @property
    def sum(self) -> int:
        """All that it can bear."""
        return self.free + self.own


def _cover(claim: Claim, identity: Identity, item: EvidenceItem, uses: Sequence[EvidenceUse]) -> _Cover:
    """Return what a thing can bear; its worth is what the first paper stated, for as long as others use it."""
    assert identity.total is not None
    earlier = [use for use in uses if use.purpose == Purpose.BASE]
    worth = item.total if earlier and item.total is not None else identity.total
    own = sum(use.amount for use in earlier if _is_same_claim_again(claim, identity, use))
    foreign = [use for use in earlier if not _is_same_claim_again(claim, identity, use)]
    free = max(0, worth - own - sum(use.amount for use in foreign))
    return _Cover(identity, item, worth, free, own, foreign[0] if foreign else None)


def _bases(
    claim: Claim,
    things: Mapping[Key, Identity],
    items: Mapping[Key, EvidenceItem],
    others: Mapping[int, list[EvidenceUse]],
    for_officer: bool,
) -> Iterator[_Wanted]:
    """
    Spread the base over the papers of each kind: each bears its own amount in the order they were handed in.

    A base that is larger than papers which nobody used before is no double use: the officer is told (see flags).
    """
    for (slot, _), rows in _by_kind(things).items():
        covers = [_cover(claim, row, items[row.key], others.get(items[row.key].pk, ())) for row in rows]
        need = claim.base_of(rows[0].entry)
        first = next((cover for cover in covers if cover.first), None)
        if first and need > sum(cover.sum for cover in covers):
            assert first.first is not None
            reason = _base_taken(claim, covers, first, need, for_officer)
            raise EvidenceTaken(reason, slot, _own_case(claim, first.first))
        for cover in covers:
            part = min(need, cover.sum)
            need -= part
            if part:
                new = max(0, part - cover.own)
                yield _Wanted(cover.identity, cover.item, new, new == 0, claim.subject_key)


def _by_kind(things: Mapping[Key, Identity]) -> dict[tuple[str, str], list[Identity]]:
    """Return the things that carry a base by slot and kind, in the order of the papers."""
    found: dict[tuple[str, str], list[Identity]] = defaultdict(list)
    for identity in things.values():
        if identity.base:
            found[identity.evidence.slot, identity.entry.kind].append(identity)
    return found


def _base_taken(claim: Claim, covers: Sequence[_Cover], first: _Cover, need: int, for_officer: bool) -> str:
    assert first.first is not None
    unit = first.identity.entry.unit
    used = amount_words(first.worth - first.sum, unit)
    left, left_in_all = first.sum, sum(cover.sum for cover in covers)
    sentence = f"{first.identity.words}{_where(claim, first.first, for_officer)}，已用 {used}，余额 "
    sentence += f"{amount_words(left, unit)}；本件以此类材料申报的基数为 {amount_words(need, unit)}，"
    sentence += f"各份余额合计 {amount_words(left_in_all, unit)}。同一材料不得重复计入，请更换材料或者调减申报数额。"
    return sentence


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _write(
    application: Application,
    wanted: Sequence[_Wanted],
    before: Sequence[EvidenceUse],
    items: Mapping[Key, EvidenceItem],
    others: Mapping[int, list[EvidenceUse]],
    at: datetime,
) -> None:
    """Release what is not wanted any more, keep what stands, add the rest; the counters follow in the same order."""
    standing = {use.item_id: use for use in before}
    kept = {row.item.pk for row in wanted if row.item.pk in standing and row.is_kept_by(standing[row.item.pk])}
    fresh = [row for row in wanted if row.item.pk not in kept]
    _release([use for use in before if use.item_id not in kept], at)

    used = {pk: sum(use.amount for use in uses) for pk, uses in others.items()}
    worth = {item.pk: item.total for item in items.values()}
    for row in wanted:
        if row.amount and not used.get(row.item.pk):
            worth[row.item.pk] = row.identity.total
        used[row.item.pk] = used.get(row.item.pk, 0) + row.amount
    changed = []
    for item in items.values():
        counters = (used.get(item.pk, 0), worth[item.pk])
        if (item.used, item.total) != counters:
            item.used, item.total = counters
            changed.append(item)
    EvidenceItem.objects.bulk_update(changed, ["used", "total"], CHUNK)
    EvidenceUse.objects.bulk_create([_row(application, row, at) for row in fresh], CHUNK)


def _row(application: Application, wanted: _Wanted, at: datetime) -> EvidenceUse:
    return EvidenceUse(
        item=wanted.item,
        evidence=wanted.identity.evidence,
        application=application,
        clause_id=application.clause_id,
        applicant_id=application.applicant_id,
        authority_id=application.authority_id,
        purpose=Purpose.BASE if wanted.amount else Purpose.PROOF,
        subject_key=wanted.subject_key,
        amount=wanted.amount,
        again=wanted.again,
        taken_at=at,
    )


def _release(uses: Sequence[EvidenceUse], at: datetime) -> None:
    for chunk in _chunks((use.pk for use in uses), CHUNK):
        EvidenceUse.objects.filter(pk__in=chunk).update(released_at=at)


def release(application: Application, *, at: datetime) -> None:
    """Give back everything that a case has taken. Called inside the act's transaction with the case locked."""
    uses = _live_of(application)
    if not uses:
        return
    amounts = {use.item_id: use.amount for use in uses}
    items: list[EvidenceItem] = []
    for chunk in _chunks(sorted(amounts), CHUNK):
        items += EvidenceItem.objects.select_for_update().filter(pk__in=chunk).order_by("pk")
    for item in items:
        item.used -= amounts[item.pk]
    _release(uses, at)
    EvidenceItem.objects.bulk_update([item for item in items if amounts[item.pk]], ["used"], CHUNK)


def take_again(application: Application, *, released_at: datetime, at: datetime) -> list[EvidenceUse]:
    """
    Take once more what a case gave back at a moment, and return what others have used since, which stays theirs.

    For an award that was revoked and stands again. Called inside the act's transaction with the case locked.
    """
    given = application.evidence_uses.filter(released_at=released_at).select_related("item").order_by("pk")
    before = {use.item_id: use for use in given}
    items: dict[int, EvidenceItem] = {}
    for chunk in _chunks(sorted(before), CHUNK):
        items |= {row.pk: row for row in EvidenceItem.objects.select_for_update().filter(pk__in=chunk).order_by("pk")}
    others = _others_on(items.values(), application)
    lost, fresh = [], []
    for pk, use in before.items():
        item = items[pk]
        if _is_used_up(item, use, others.get(pk, [])):
            lost.append(use)
            continue
        item.used += use.amount
        use.pk, use.taken_at, use.released_at = None, at, None
        fresh.append(use)
    EvidenceItem.objects.bulk_update([items[use.item_id] for use in fresh if use.amount], ["used"], CHUNK)
    EvidenceUse.objects.bulk_create(fresh, CHUNK)
    return lost


def _is_used_up(item: EvidenceItem, use: EvidenceUse, others: Sequence[EvidenceUse]) -> bool:
    """Say whether what a case had used of a thing is not there any more."""
    if use.purpose == Purpose.BASE:
        return item.total is not None and item.used + use.amount > item.total
    same = (use.clause_id, use.subject_key)
    return not use.again and any((row.clause_id, row.subject_key) == same and not row.again for row in others)


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def obstacle(application: Application, *, slot: str, details: Mapping[str, Any]) -> Obstacle | None:
    """
    Return what stands against a paper before it is put into a claim, None when nothing does (one query).

    A paper that others have used up stops; one of which something is left is announced. Raises ActionRefused.
    """
    claim = Claim.of(application)
    paper = Evidence(application=application, slot=slot, details=dict(details))
    for taken in _obstacles(claim, [paper], need=lambda entry: 1):
        return taken
    return None


def obstacles_of(application: Application, papers: Iterable[Evidence]) -> dict[str, Obstacle]:
    """Return what stands against the papers of a claim as it is filled now, by slot (one query)."""
    claim = Claim.of(application)
    found: dict[str, Obstacle] = {}
    try:
        for taken in _obstacles(claim, papers, need=claim.base_of):
            found.setdefault(taken.slot, taken)
    except ActionRefused:
        return found  # a paper that lists too much is refused where it is uploaded
    return found


def _obstacles(
    claim: Claim, papers: Iterable[Evidence], need: Callable[["rules.LedgerEntry"], int]
) -> Iterator[Obstacle]:
    things = _things_of(claim, papers)
    uses = _uses_of(things, claim.application)
    for key, identity in things.items():
        taken = (
            None if identity.base else next((u for u in uses[key] if _stands_beside(claim, identity, u) is None), None)
        )
        if taken:
            text = _proof_taken(claim, identity, taken, False)
            yield Obstacle(text, True, identity.evidence.slot, identity.entry.number)
    for (slot, _), rows in _by_kind(things).items():
        covers = [_cover(claim, row, _item_of(uses[row.key]), uses[row.key]) for row in rows]
        if any(cover.first for cover in covers):
            yield _shortage(claim, covers, max(1, need(rows[0].entry)), slot)


def _uses_of(things: Mapping[Key, Identity], application: Application) -> dict[Key, list[EvidenceUse]]:
    """Return the live uses of things by other cases with their rows, nothing locked (one query)."""
    found: dict[Key, list[EvidenceUse]] = defaultdict(list)
    keys = set(things)
    for numbers in _chunks(sorted({key.number for key in keys}), CHUNK):
        uses = EvidenceUse.objects.filter(_among(keys, numbers, "item__"), released_at=None)
        uses = uses.exclude(application=application).select_related("item", "application", "clause").order_by("pk")
        for use in uses:
            found[_key(use.item)].append(use)
    return found


def _item_of(uses: Sequence[EvidenceUse]) -> EvidenceItem:
    return uses[0].item if uses else EvidenceItem()


def _shortage(claim: Claim, covers: Sequence[_Cover], need: int, slot: str) -> Obstacle:
    """Return what is to be said of papers that others have used in part: with what is left, the base may stand."""
    first = next(cover for cover in covers if cover.first)
    assert first.first is not None
    entry, left = first.identity.entry, sum(cover.sum for cover in covers)
    used = amount_words(first.worth - first.sum, entry.unit)
    words = f"{first.identity.words}{_where(claim, first.first, False)}，已用 {used}，"
    if left >= need:
        words += f"此类材料余额合计 {amount_words(left, entry.unit)}，申报时只能计入余额。"
    elif left:
        words += f"此类材料余额合计 {amount_words(left, entry.unit)}，少于申报的基数，请更换材料或者调减申报数额。"
    else:
        words += "没有余额，不得重复计入，请更换材料。"
    return Obstacle(words, left < need, slot, entry.number)


def applications_with_number(queryset: QuerySet[Application], text: str) -> QuerySet[Application]:
    """Narrow cases to those that have used a paper of this number, in whatever form it is written."""
    number = number_key(text)
    if not number:
        return queryset.none()
    return queryset.filter(pk__in=EvidenceUse.objects.filter(item__number=number).values("application"))
