"""
Writing and proving the history: hash-chained events and the deliveries that follow from them.

The caller holds the row lock of the chain's owner (case or authority), which is what keeps two writers from linking
to the same predecessor; `_append` takes it once more, so that nobody can forget it.
"""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from applications import telling
from applications.chains import canonical, link_hash, link_of, what_is_wrong
from applications.kept import Kept
from applications.models import Application, Authority, Event, User

_LAST: Kept[Any] = Kept(
    lambda chain: Event.objects.filter(chain=chain).order_by("-sequence").values_list("sequence", "hash")[:1]
)


def _append(event: Event) -> Event:
    _hold(event)
    _link(event, _LAST.first(event.chain))
    event.save(force_insert=True)
    return event


def _link(event: Event, last: tuple[int, str] | None) -> None:
    """Fit an event to the last link of its chain (sequence, hash), None where it is the first."""
    event.sequence, event.previous_hash = (last[0] + 1, last[1]) if last else (1, "")
    event.detail = json.loads(canonical(event.detail))  # hashed as it will be read back: keys become text
    event.hash = link_hash(link_of(event))


def _last_links(chains: Collection[str]) -> dict[str, tuple[int, str]]:
    """Return the last link (sequence, hash) of each of many chains that have one."""
    later = Event.objects.filter(chain=OuterRef("chain"), sequence__gt=OuterRef("sequence"))
    heads = Event.objects.filter(~Exists(later), chain__in=chains)
    return {chain: (sequence, proof) for chain, sequence, proof in heads.values_list("chain", "sequence", "hash")}


def _hold(event: Event) -> None:
    """
    Lock the owner of the chain until the transaction ends, so that the next writer reads our link before it links.

    An act holds that lock already and pays one look-up by key; who forgot it is queued here instead of meeting the
    unique index. SQLite's IMMEDIATE transaction is the same lock for all chains.
    """
    assert transaction.get_connection().in_atomic_block, "an event is written in the transaction of its change"
    owner = _CASE if event.application_id else _AUTHORITY
    owner.get(event.application_id or event.authority_id)


def _row_of(model: type[Model]) -> Kept[Any]:
    rows = model._default_manager.select_for_update(no_key=True).values_list("pk")
    return Kept(lambda key: rows.filter(pk=key))


_CASE, _AUTHORITY = _row_of(Application), _row_of(Authority)


def record(
    application: Application,
    action: str,
    *,
    by: User | None,
    at: datetime,
    before: str = "",
    after: str = "",
    duty: str = "",
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> Event:
    """Append one act to the chain of a case whose row the caller has locked, and tell whom it concerns."""
    event = _append(
        Event(
            chain=f"case:{application.pk}",
            application=application,
            authority_id=application.authority_id,
            action=action,
            before=before,
            after=after,
            by=by,
            duty=duty,
            at=at,
            note=note,
            detail=detail or {},
        )
    )
    telling.tell(application, event)
    return event


def record_for_cases(
    acts: Iterable[tuple[Application, dict[str, Any]]],
    action: str,
    *,
    by: User | None,
    at: datetime,
    duty: str = "",
    note: str = "",
) -> list[Event]:
    """
    Append one act to the chain of each of many cases, whose rows the caller has locked, each with its own detail.

    As many statements as for one case, but for acts of which the table of tellings has somebody told.
    """
    assert transaction.get_connection().in_atomic_block, "an event is written in the transaction of its change"
    found = list(acts)
    keys = {application.pk for application, _ in found}
    assert len(keys) == len(found), "one act is one record of a case"
    held = Application._default_manager.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    list(held.values_list("pk"))
    events = [
        Event(
            chain=f"case:{application.pk}",
            application=application,
            authority_id=application.authority_id,
            action=action,
            by=by,
            duty=duty,
            at=at,
            note=note,
            detail=detail,
        )
        for application, detail in found
    ]
    last = _last_links([event.chain for event in events])
    for event in events:
        _link(event, last.get(event.chain))
    Event.objects.bulk_create(events)
    for (application, _), event in zip(found, events, strict=True):
        telling.tell(application, event)
    return events


def record_for_authority(
    authority: Authority,
    action: str,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    detail: dict[str, Any] | None = None,
) -> Event:
    """Append one act of the policy desk to the authority's chain; the caller has locked the authority's row."""
    return _append(
        Event(
            chain=f"authority:{authority.pk}",
            authority=authority,
            action=action,
            by=by,
            at=at,
            note=note,
            detail=detail or {},
        )
    )


def first_broken_link(events: Iterable[Event] | QuerySet[Event]) -> Event | None:
    """Return the first event of one chain, in order, whose place, predecessor or content does not fit."""
    previous = ""
    for sequence, event in enumerate(events, start=1):
        if what_is_wrong(link_of(event), sequence, previous):
            return event
        previous = event.hash
    return None
