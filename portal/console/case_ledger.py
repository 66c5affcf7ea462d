"""The ledger of a case: what each paper is known by, what it is used for, here and elsewhere, and what resembles it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_safe

import rules
from applications.flags import Flag, Signs, signs_of
from applications.identities import Identity, amount_words, period_words
from applications.models import Application, Evidence, EvidenceUse
from portal.console.site import EXTRA_URLS
from portal.console.tabs import CASE_TABS, CaseTab, case_of_tab, tab_page
from portal.requests import Request

SHOWN_AT_MOST = 6  # numbers of one paper; a list of serial numbers has thousands


@dataclass(frozen=True)
class CaseLink:
    """Another case as this officer may know of it: number and address at the own authority, else neither."""

    words: str
    url: str


@dataclass(frozen=True)
class UsedFor:
    """One line of a paper: what it is known by, what this case uses it for, how much of it, and who else uses it."""

    label: str
    numbers: str
    purpose: str
    amount: str
    worth: str
    elsewhere: list[tuple[CaseLink, str]]


@dataclass(frozen=True)
class PaperRow:
    """One paper of the case with its lines; `flags` are words with the other case where there is one."""

    row: Evidence
    label: str
    lines: list[UsedFor]
    flags: list[tuple[str, CaseLink | None]]


def link_to(case: Application, authority_id: int) -> CaseLink:
    """Return how a case is named to an officer of an authority."""
    if case.authority_id != authority_id:
        return CaseLink("其他主管单位的申报件", "")
    return CaseLink(case.number, reverse("console:case", args=[case.pk]))


def paper_rows(signs: Signs, authority_id: int) -> list[PaperRow]:
    """Return the papers of a case in the order they were handed in, those first that have a sign."""
    lines = _lines(signs, authority_id)
    flags = _flags_by_paper(signs.flags, authority_id)
    rows = [
        PaperRow(
            row=paper,
            label=rules.papers()[paper.slot].label if paper.slot in rules.papers() else paper.slot,
            lines=lines.get(paper.pk, []),
            flags=flags.get(paper.pk, []),
        )
        for paper in signs.papers
    ]
    return sorted(rows, key=lambda row: not row.flags)


def _flags_by_paper(flags: Iterable[Flag], authority_id: int) -> dict[int, list[tuple[str, CaseLink | None]]]:
    found: dict[int, list[tuple[str, CaseLink | None]]] = defaultdict(list)
    for flag in flags:
        shown = (flag.text, link_to(flag.case, authority_id) if flag.case else None)
        if flag.evidence and shown not in found[flag.evidence.pk]:
            found[flag.evidence.pk].append(shown)
    return found


def _lines(signs: Signs, authority_id: int) -> dict[int, list[UsedFor]]:
    """Return the lines of each paper: its things of one kind together."""
    own = {use.item_id: use for use in signs.own if use.released_at is None}
    by_key = {_key(use): use for use in own.values()}
    elsewhere: dict[tuple[str, ...], list[EvidenceUse]] = defaultdict(list)
    for other in signs.elsewhere:
        elsewhere[_key(other)].append(other)
    grouped: dict[tuple[int, str], list[Identity]] = defaultdict(list)
    for thing in signs.things:
        grouped[thing.evidence.pk, thing.entry.kind].append(thing)
    found: dict[int, list[UsedFor]] = defaultdict(list)
    for (paper, _), things in grouped.items():
        uses = [use for thing in things if (use := by_key.get(thing.key)) and use.evidence_id == paper]
        others = [use for thing in things for use in elsewhere[thing.key]]
        found[paper].append(_line(things, uses, others, authority_id))
    return found


def _key(use: EvidenceUse) -> tuple[str, ...]:
    item = use.item
    return (item.kind, item.number, item.scope, item.period, item.side)


def _line(
    things: Sequence[Identity], uses: Sequence[EvidenceUse], others: Sequence[EvidenceUse], authority_id: int
) -> UsedFor:
    unit = things[0].entry.unit
    based = any(use.purpose == EvidenceUse.Purpose.BASE for use in uses)
    return UsedFor(
        label=things[0].label,
        numbers=_numbers(things),
        purpose=_purpose(uses),
        amount=amount_words(sum(use.amount for use in uses), unit) if based else "",
        worth=amount_words(sum(thing.total or 0 for thing in things), unit) if things[0].base else "",
        elsewhere=_elsewhere(others, unit, authority_id),
    )


def _purpose(uses: Sequence[EvidenceUse]) -> str:
    """Return what a case uses things for; they may stand on an earlier use of the same object in part."""
    if not uses:
        return "未占用"
    words = ["再次出示" if use.again else str(EvidenceUse.Purpose(use.purpose).label) for use in uses]
    return "、".join(dict.fromkeys(words))


def _numbers(things: Sequence[Identity]) -> str:
    """Return the numbers of things of one kind with the months or days they cover."""
    shown = list(dict.fromkeys(thing.shown for thing in things))
    periods = sorted({thing.key.period for thing in things} - {""})
    words = "、".join(shown[:SHOWN_AT_MOST])
    if len(shown) > SHOWN_AT_MOST:
        words += f" 等 {len(shown):,} 项"
    if not periods:
        return words
    return f"{words}，{period_words(periods[0])}至{period_words(periods[-1])}"


def _elsewhere(uses: Iterable[EvidenceUse], unit: str, authority_id: int) -> list[tuple[CaseLink, str]]:
    """Return the other cases that use the same things, each once with how much of them."""
    amounts: dict[CaseLink, int] = defaultdict(int)
    for use in uses:
        amounts[link_to(use.application, authority_id)] += use.amount
    return [(link, amount_words(amount, unit) if amount else "条件证明") for link, amount in amounts.items()]


@require_safe
def case_ledger(request: Request, pk: int) -> HttpResponse:
    """Show what the papers of a case are used for, to an officer of its authority."""
    case = case_of_tab(request, pk)
    signs = signs_of(case)
    rows = paper_rows(signs, case.authority_id)
    context = {
        "known": [row for row in rows if row.lines or row.flags],
        "unknown": [row for row in rows if not row.lines and not row.flags],
        "flag_count": sum(len(row.flags) for row in rows),
        "released": bool(signs.own) and all(use.released_at for use in signs.own),
    }
    return tab_page(request, case, "console/case_ledger.html", context)


EXTRA_URLS.append(path("cases/<int:pk>/ledger/", case_ledger, name="case_ledger"))
CASE_TABS.append(CaseTab("材料台账", "console:case_ledger", 40))
