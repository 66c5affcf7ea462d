"""
Writing and proving the history: hash-chained events and the deliveries that follow from them.

The caller holds the row lock of the chain's owner (case or authority), which is what keeps two writers from linking
to the same predecessor; `_append` takes it once more, so that nobody can forget it.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from applications import telling
from applications.chains import canonical, link_hash, link_of, what_is_wrong
from applications.models import Application, Authority, Event, User


def _append(event: Event) -> Event:
    _hold(event)
    last = Event.objects.filter(chain=event.chain).order_by("-sequence").values_list("sequence", "hash").first()
    event.sequence, event.previous_hash = (last[0] + 1, last[1]) if last else (1, "")
    event.detail = json.loads(canonical(event.detail))  # hashed as it will be read back: keys become text
    event.hash = link_hash(link_of(event))
    event.save(force_insert=True)
    return event


def _hold(event: Event) -> None:
    """
    Lock the owner of the chain until the transaction ends, so that the next writer reads our link before it links.

    An act holds that lock already and pays one look-up by key; who forgot it is queued here instead of meeting the
    unique index. SQLite's IMMEDIATE transaction is the same lock for all chains.
    """
    assert transaction.get_connection().in_atomic_block, "an event is written in the transaction of its change"
    owner: type[Model] = Application if event.application_id else Authority
    key = event.application_id or event.authority_id
    owner._default_manager.select_for_update(no_key=True).values_list("pk").get(pk=key)


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
