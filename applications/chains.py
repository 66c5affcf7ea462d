"""
The chains of the history: how a link is hashed, and the proof that every link fits, in one stream.

Reads plain values and no model instances, a few thousand rows at a time, so that a million links cost seconds and no
memory. What a chain cannot show by itself, a tail that was cut off, is told by the daily digests (`digests.py`).
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connections, transaction
from django.utils import timezone

from applications.models import Event

CHUNK = 2000  # rows that are in memory at a time

# One encoder for all links: the words of the law are Chinese, and a sorted key order is what makes the text one.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

GAP = "序号不连续"
PREDECESSOR = "与前一条的摘要衔接不上"
CONTENT = "内容与摘要不符"
MISSING = "每日摘要中有记载，记录已不存在"
OTHER = "与每日摘要中的记载不一致"


class Link(NamedTuple):
    """One event as the database holds it; the names are those of the columns."""

    chain: str
    sequence: int
    application_id: int | None
    authority_id: int
    action: str
    before: str
    after: str
    by_id: int | None
    duty: str
    at: datetime
    note: str
    detail: Any
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Break:
    """A link that does not fit: where it is, what is wrong with it, and what act it claims to be."""

    chain: str
    sequence: int
    what: str
    action: str = ""
    at: datetime | None = None

    def __str__(self) -> str:
        act = f"（{self.action}，{timezone.localtime(self.at):%Y-%m-%d %H:%M:%S}）" if self.at else ""
        return f"{self.chain} 第{self.sequence}条{act}：{self.what}"


@dataclass
class Walk:
    """What a walk over chains met: how many there are, and the first break of each broken one."""

    chains: int = 0
    events: int = 0
    breaks: list[Break] = field(default_factory=list)


def canonical(value: Any) -> str:
    """Return the one JSON text of a value."""
    return _encode(value)


def link_hash(link: Link) -> str:
    """Return the hash over everything the row says and the hash before it; times in UTC to the microsecond."""
    said = {
        "chain": link.chain,
        "sequence": link.sequence,
        "application": link.application_id,
        "authority": link.authority_id,
        "action": link.action,
        "before": link.before,
        "after": link.after,
        "by": link.by_id,
        "duty": link.duty,
        "at": link.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "note": link.note,
        "detail": link.detail,
        "previous": link.previous_hash,
    }
    return hashlib.sha256(_encode(said).encode()).hexdigest()


def link_of(event: Event) -> Link:
    """Return an event as a link."""
    return Link(*(getattr(event, name) for name in Link._fields))


def what_is_wrong(link: Link, sequence: int, previous: str) -> str:
    """Return what does not fit about a link that should stand at this place after this hash, "" when all does."""
    if link.sequence != sequence:
        return GAP
    if link.previous_hash != previous:
        return PREDECESSOR
    return "" if link.hash == link_hash(link) else CONTENT


def first_break(links: Iterable[Link], walk: Walk | None = None) -> Break | None:
    """Return the first break of one chain whose links come in order; counts them into `walk`."""
    previous, broken = "", None
    for sequence, link in enumerate(links, start=1):
        if walk:
            walk.events += 1
        if broken is None and (what := what_is_wrong(link, sequence, previous)):
            broken = Break(link.chain, link.sequence, what, link.action, link.at)
        previous = link.hash
    return broken


def walk_all(using: str = "default") -> Walk:
    """Prove every chain of a database. Reads only."""
    walk = Walk()
    with reading(using):
        for _, links in groupby(_links(using), key=lambda link: link.chain):
            walk.chains += 1
            if broken := first_break(links, walk):
                walk.breaks.append(broken)
    return walk


def _links(using: str) -> Iterator[Link]:
    rows = Event.objects.using(using).order_by("chain", "sequence").values_list(*Link._fields)
    return (Link(*row) for row in rows.iterator(chunk_size=CHUNK))


@contextlib.contextmanager
def reading(using: str = "default") -> Iterator[None]:
    """
    Read many rows as one stream.

    PostgreSQL streams inside a transaction and would copy the whole answer first outside of one. SQLite streams
    anyway, and a transaction of ours would lock every writer out (IMMEDIATE).
    """
    if connections[using].vendor == "postgresql":
        with transaction.atomic(using=using):
            yield
    else:
        yield


def heads_sha256(using: str = "default") -> tuple[int, int, str]:
    """
    Return chains, events and one hash over the last link of every chain, as they stand now.

    Ordered by the characters of the chain's name whatever the database sorts by, and read in one query, so that it
    is one moment on PostgreSQL and SQLite alike.
    """
    newest: dict[str, tuple[int, str]] = {}
    events = 0
    rows = Event.objects.using(using).order_by("chain", "sequence").values_list("chain", "sequence", "hash")
    with reading(using):
        for chain, sequence, digest in rows.iterator(chunk_size=CHUNK):
            newest[chain] = (sequence, digest)
            events += 1
    return len(newest), events, hash_of_heads((chain, *newest[chain]) for chain in newest)


def hash_of_heads(heads: Iterable[tuple[str, int, str]]) -> str:
    """Return the hash over (chain, sequence, hash) in the order of the chains' names, one line each."""
    found = hashlib.sha256()
    for chain, sequence, digest in sorted(heads):
        found.update(f"{chain} {sequence} {digest}\n".encode())
    return found.hexdigest()
