"""
Looking at a case and keeping what is found: when it is handed in, once its files are read, when another links to it.

Unchanged, a look stores nothing. What an officer has set aside stays so as long as the same signal is found.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from applications.models import Application, Evidence, RiskScore, RiskSignal, Status
from applications.risk.case import Signal
from applications.risk.loading import MOST_LINKS, case_of
from applications.risk.registry import KINDS, SOFT, look_at
from applications.workflow import EDITABLE

HIGHEST = 100
AGAIN = 3  # points for each further signal of one kind, at most as many as the first two together
WEAK = 25  # points below which a signal is no reason to open a case by itself
MOST_WEAK = 20  # points that all weak signals together add, so that no heap of them stands like one that tells
LONGEST = 400
READ = ("application/pdf", "image/jpeg", "image/png")  # files that the worker reads


def signals_of(application: Application) -> list[Signal]:
    """Return what is odd about a case as it stands now; nothing is stored."""
    return look_at(case_of(application))


def points_of(found: Iterable[tuple[str, int]]) -> int:
    """
    Return one number for (kind, points): of each kind the strongest, and a little for every further one.

    What an accountant or a street explains (phone, e-mail, address, name) counts as one kind. Weak signals add to a
    telling one and to each other, but only up to a limit below the lightest telling one: whatever is honest about an
    accountant, a scanner's program and a busy seller at once stays under what one covered sum weighs.
    """
    by_kind: dict[str, list[int]] = {}
    for kind, points in found:
        soft = kind in KINDS and KINDS[kind].bond == SOFT
        by_kind.setdefault(SOFT if soft else kind, []).append(points)
    telling = weak = 0
    for rows in by_kind.values():
        added = max(rows) + min(AGAIN * (len(rows) - 1), 2 * AGAIN)
        if max(rows) < WEAK:
            weak += added
        else:
            telling += added
    return min(telling + min(weak, MOST_WEAK), HIGHEST)


def score_of(application: Application) -> int:
    """Return the stored score of a case, 0 for one nobody has looked at. It orders lists and decides nothing."""
    row = RiskScore.objects.filter(application=application).only("score").first()
    return row.score if row else 0


def ask(application: Application, at: datetime) -> None:
    """Have the sweep look at a case; one statement of the act that changes it, because nobody waits for a look."""
    row = RiskScore(application=application, authority_id=application.authority_id, computed_at=at, stale=True)
    RiskScore.objects.bulk_create([row], update_conflicts=True, unique_fields=["application"], update_fields=["stale"])


def run(application: Application, at: datetime) -> int:
    """Look at a case whose row the caller has locked, and store what has changed; return its score."""
    found = {_mark(signal): signal for signal in signals_of(application)}
    standing = {row.mark: row for row in RiskSignal.objects.standing().filter(application=application)}
    gone = [row.pk for mark, row in standing.items() if mark not in found]
    if gone:
        RiskSignal.objects.filter(pk__in=gone).update(gone_at=at)
    new = [_row(application, mark, signal, at) for mark, signal in found.items() if mark not in standing]
    RiskSignal.objects.bulk_create(new)
    for mark, signal in found.items():
        if (row := standing.get(mark)) is not None and (row.text, row.points, row.links) != _said(signal):
            row.text, row.points, row.links = _said(signal)
            row.save(update_fields=["text", "points", "links"])
    cleared = {mark for mark, row in standing.items() if row.cleared_at}
    counted = [(signal.kind, signal.points) for mark, signal in found.items() if mark not in cleared]
    score = points_of(counted)
    _keep(application, score, at, changed=bool(gone or new))
    return score


def count_again(application: Application, at: datetime) -> int:
    """Reckon the score of a case from its stored signals, after one was set aside."""
    rows = RiskSignal.objects.counting().filter(application=application).values_list("kind", "points")
    score = points_of(rows)
    _keep(application, score, at, changed=False)
    return score


def _keep(application: Application, score: int, at: datetime, *, changed: bool) -> None:
    """Write the score where it differs; what is new is told to the other cases by the sweep, never inside an act."""
    row = RiskScore.objects.filter(application=application).first()
    if row is None:
        made = {"authority_id": application.authority_id, "score": score, "computed_at": at, "stale": changed}
        RiskScore.objects.create(application=application, **made)
    elif row.score != score or (changed and not row.stale):
        values: dict[str, Any] = {"score": score, "computed_at": at} | ({"stale": True} if changed else {})
        RiskScore.objects.filter(pk=row.pk).update(**values)


def _mark(signal: Signal) -> str:
    said = f"{signal.kind}|{signal.paper or ''}|{signal.page or ''}|{signal.key}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _said(signal: Signal) -> tuple[str, int, list[dict[str, int | None]]]:
    links = [
        {"case": link.case, "applicant": link.applicant, "evidence": link.evidence, "page": link.page}
        for link in signal.links[:MOST_LINKS]
    ]
    return signal.text[:LONGEST], signal.points, links


def _row(application: Application, mark: str, signal: Signal, at: datetime) -> RiskSignal:
    text, points, links = _said(signal)
    return RiskSignal(
        application=application,
        kind=signal.kind,
        mark=mark,
        points=points,
        text=text,
        evidence_id=signal.paper,
        page=signal.page,
        links=links,
        found_at=at,
    )


# ---- called by the sweep --------------------------------------------------------------------------------------------


@transaction.atomic
def _run_locked(pk: int, at: datetime) -> bool:
    """Look at one case under its lock; return whether it is one to look at, and not at its applicant's to change."""
    cases = Application.objects.select_for_update(of=("self",)).select_related(
        "applicant", "clause", "policy", "authority"
    )
    application = cases.get(pk=pk)
    if application.status in EDITABLE:
        return False
    run(application, at)
    return True


def file_was_read(evidence: Evidence, *, at: datetime) -> None:
    """Look again at a case that was handed in, once the last of its files is read."""
    rows = Application.objects.filter(pk=evidence.application_id).exclude(status=Status.DRAFT)
    if not rows.exists():
        return
    pending = evidence.application.evidence.in_use().filter(marks=None, content_type__in=READ)
    if not pending.exists() and _run_locked(evidence.application_id, at):
        tell_others(evidence.application_id, at)


def look_at_stale(at: datetime, most: int = 20) -> int:
    """Look again at cases that were marked, the oldest first, and tell those they link to; return how many."""
    rows = list(RiskScore.objects.filter(stale=True).order_by("pk").values_list("pk", flat=True)[:most])
    for pk in rows:
        _run_locked(pk, at)
        tell_others(pk, at)
    return len(rows)


def tell_others(pk: int, at: datetime) -> None:
    """
    Mark the cases that this one links to and that do not know of it yet; then this one is done.

    Each statement stands alone and takes no case, so that it waits for nobody who waits for it. A case that knows of
    this one is left alone, which is why this comes to an end.
    """
    standing = RiskSignal.objects.standing()
    wanted = _linked(standing.filter(application=pk).values_list("links", flat=True))
    knowing = {
        case
        for case, links in standing.filter(application__in=wanted).values_list("application", "links")
        if any(link["case"] == pk for link in links)
    }
    crowded = {case for case in wanted if _is_full(case)}
    RiskScore.objects.filter(pk__in=sorted(wanted - knowing - crowded), stale=False).update(stale=True)
    for case in sorted(wanted - knowing - crowded):
        _begin(case, at)
    RiskScore.objects.filter(pk=pk, stale=True).update(stale=False)


def _linked(rows: Iterable[Sequence[dict[str, Any]]]) -> set[int]:
    return {link["case"] for links in rows for link in links}


def _is_full(case: int) -> bool:
    """Whether a case links to as many others as are kept: one more among a crowd would be looked for without end."""
    rows = RiskSignal.objects.standing().filter(application=case).values_list("links", flat=True)
    return any(len(links) >= MOST_LINKS for links in rows)


def _begin(case: int, at: datetime) -> None:
    """Let a case that nobody has looked at (handed in before there were signals) be looked at."""
    if not RiskScore.objects.filter(pk=case).exists():
        authority = Application.objects.values_list("authority", flat=True).get(pk=case)
        RiskScore.objects.get_or_create(pk=case, defaults={"authority_id": authority, "computed_at": at})
