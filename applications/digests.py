"""
Daily digests: one hash a day over the heads of all chains, linked to the day before.

A chain proves its own middle, not its end: whoever cuts its tail off, or rewrites it with all its hashes, leaves a
chain that fits. A digest remembers where each chain stood at midnight, and a copy of it kept outside
(`export_digests`, the manifest of a backup) shows a history that was rewritten together with its digests.

A digest holds what its making saw and is never computed again: an act that was begun before midnight and committed
after the digest was made counts with the next day.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from applications.chains import CHUNK, MISSING, OTHER, Break, canonical, hash_of_heads, reading
from applications.models import DailyDigest, DigestHead, Event

log = structlog.get_logger(__name__)

FIELDS = ("day", "chains", "events", "heads_sha256", "previous_hash", "hash")


class NotACopy(Exception):
    """A file that holds no exported digests; the message says what is wrong with it."""


@dataclass(frozen=True)
class Head:
    """Where a chain stood when a day ended, and how much it grew since it was last written down."""

    chain: str
    sequence: int
    hash: str
    grown: int
    is_new: bool


def digest_hash(row: dict[str, Any]) -> str:
    """Return the hash of a day over its counts, its heads and the day before."""
    said = {name: row[name] for name in FIELDS if name != "hash"}
    return hashlib.sha256(canonical({**said, "day": str(row["day"])}).encode()).hexdigest()


def catch_up(at: datetime) -> list[DailyDigest]:
    """Write the digest of every day that is over and has none; called again, it finds nothing to do."""
    last = DailyDigest.objects.order_by("-day").first()
    day = last.day + timedelta(days=1) if last else _first_day()
    today = timezone.localdate(at)
    if day is None or day >= today:
        return []
    moved = _moved(day, today)
    try:
        return _write(last, day, today, moved)
    except IntegrityError:  # another worker was faster; what it wrote is what we would have written
        log.warning("digests_written_by_another", day=str(day))
        return []


def _first_day() -> date | None:
    first = Event.objects.aggregate(first=Min("at"))["first"]
    return timezone.localdate(first) if first else None


def _moved(first: date, today: date) -> dict[date, list[Head]]:
    """Return the heads that moved on each day from `first` until yesterday, in one pass over the links since."""
    end = timezone.make_aware(datetime.combine(today, time()))
    known = DigestHead.objects.filter(chain=OuterRef("chain")).order_by("-sequence").values("sequence")[:1]
    events = Event.objects.filter(at__lt=end).annotate(known=Coalesce(Subquery(known), 0))
    rows = events.filter(sequence__gt=F("known")).order_by("chain", "-sequence")
    found: dict[date, list[Head]] = {}
    with reading():
        stream = rows.values_list("chain", "sequence", "at", "hash", "known").iterator(chunk_size=CHUNK)
        for _, links in groupby(stream, key=lambda row: row[0]):
            for day, head in _heads_of(links, first):
                found.setdefault(day, []).append(head)
    return found


def _heads_of(links: Iterable[tuple[str, int, datetime, str, int]], first: date) -> list[tuple[date, Head]]:
    """
    Return the days on which a chain's head moved, from its new links, the newest first.

    A link is the head of its day unless a later one is of the same or an earlier day: clocks of two servers differ,
    and an act that waited for its lock carries the moment at which it was asked for.
    """
    stops: list[tuple[date, str, int, str]] = []
    known = 0
    for chain, sequence, at, digest, known in links:  # noqa: B007 - `known` is the chain's and needed after the loop
        day = max(timezone.localdate(at), first)
        if not stops or day < stops[-1][0]:
            stops.append((day, chain, sequence, digest))
    heads = []
    before = known
    for day, chain, sequence, digest in reversed(stops):
        heads.append((day, Head(chain, sequence, digest, sequence - before, is_new=before == 0)))
        before = sequence
    return heads


@transaction.atomic
def _write(last: DailyDigest | None, day: date, today: date, moved: dict[date, list[Head]]) -> list[DailyDigest]:
    made = []
    while day < today:
        heads = moved.get(day, [])
        DigestHead.objects.bulk_create(
            [DigestHead(day=day, chain=head.chain, sequence=head.sequence, hash=head.hash) for head in heads],
            batch_size=CHUNK,
        )
        row = {
            "day": day,
            "chains": (last.chains if last else 0) + sum(head.is_new for head in heads),
            "events": (last.events if last else 0) + sum(head.grown for head in heads),
            "heads_sha256": hash_of_heads((head.chain, head.sequence, head.hash) for head in heads),
            "previous_hash": last.hash if last else "",
        }
        last = DailyDigest.objects.create(**row, hash=digest_hash(row), made_at=timezone.now())
        made.append(last)
        day += timedelta(days=1)
    return made


# ---- the proof ----------------------------------------------------------------------------------------------------


def problems() -> Iterator[str]:
    """Yield what does not fit: a day's own hash, its link to the day before, its heads, heads that left the history."""
    before: dict[str, Any] | None = None
    heads = 0
    for row in DailyDigest.objects.order_by("day").values(*FIELDS).iterator(chunk_size=CHUNK):
        written = list(DigestHead.objects.filter(day=row["day"]).values_list("chain", "sequence", "hash"))
        heads += len(written)
        if what := _what_is_wrong(row, before, written):
            yield f"{row['day']} 每日摘要：{what}"
        before = row
    if DigestHead.objects.count() != heads:
        yield "链首记载：有不属于任何一天的记载"
    for broken in lost_heads():
        yield str(broken)


def _what_is_wrong(row: dict[str, Any], before: dict[str, Any] | None, heads: list[tuple[str, int, str]]) -> str:
    if row["hash"] != digest_hash(row):
        return "内容与摘要不符"
    if row["previous_hash"] != (before["hash"] if before else ""):
        return "与前一日的摘要衔接不上"
    if before and row["day"] != before["day"] + timedelta(days=1):
        return "与前一日之间缺少日期"
    return "" if row["heads_sha256"] == hash_of_heads(heads) else "链首记载与摘要不符"


def lost_heads() -> Iterator[Break]:
    """Yield each head that a digest has seen and the history no longer holds: a tail cut off, or a chain rewritten."""
    place = Event.objects.filter(chain=OuterRef("chain"), sequence=OuterRef("sequence"))
    same = Exists(place.filter(hash=OuterRef("hash")))
    rows: QuerySet[Any] = DigestHead.objects.annotate(same=same, there=Exists(place)).filter(same=False)
    for chain, sequence, there in rows.order_by("day", "chain").values_list("chain", "sequence", "there"):
        yield Break(chain, sequence, OTHER if there else MISSING)


def exported(using: str = "default") -> list[dict[str, Any]]:
    """Return all digests as plain data, the oldest first, for a copy that is kept outside."""
    rows = DailyDigest.objects.using(using).order_by("day").values(*FIELDS)
    return [{**row, "day": row["day"].isoformat()} for row in rows.iterator(chunk_size=CHUNK)]


def read_copy(file: Path) -> list[dict[str, Any]]:
    """Return the digests of an export or of a backup's manifest. Raises NotACopy, also for one that was edited."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["digests"]
        wrong = [row["day"] for row in rows if row["hash"] != digest_hash(row)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotACopy(f"{file} 不是每日摘要的副本：{type(error).__name__}。") from error
    if wrong:
        raise NotACopy(f"{file} 中 {wrong[0]} 的摘要与其内容不符，副本已损坏或被改动。")
    return rows


def differences(copy: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield each day of an outside copy that this database tells otherwise, or does not tell any more."""
    here = dict(DailyDigest.objects.values_list("day", "hash"))
    for row in copy:
        found = here.get(date.fromisoformat(row["day"]))
        if found is None:
            yield f"{row['day']} 每日摘要：外部副本中有，库中没有"
        elif found != row["hash"]:
            yield f"{row['day']} 每日摘要：与外部副本不一致，当日或此前的记录被改写"
