"""Pages of other applicants that are nearly one of a case: found by bands in the database, compared tile by tile."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from applications.models import Application, PagePrint, Status
from applications.risk import likeness
from applications.risk.case import Match
from applications.risk.loading import MOST_LINKS, link_of

MOST_PRINTS = 120  # pages of one case that are looked up elsewhere
PRINTS_AT_ONCE = 12  # in one statement: each asks for 68 values of bands, and SQLite of old takes 999
MOST_CANDIDATES = 2000  # read for one statement; what is on more pages than that is a form

KIND = PagePrint.Kind


def matches(application: Application) -> Iterable[Match]:
    """Yield pages of other applicants that are nearly one of this case."""
    own = PagePrint.objects.filter(evidence__application=application, evidence__withdrawn_at=None)
    prints = list(own.order_by("evidence_id", "page")[:MOST_PRINTS])
    for start in range(0, len(prints), PRINTS_AT_ONCE):
        chunk = prints[start : start + PRINTS_AT_ONCE]
        others = _candidates(application, chunk)
        for one in chunk:
            near = [other for other in others if other.kind == one.kind and other.evidence_id != one.evidence_id]
            found = list(_pictures(one, near) if one.kind == KIND.PICTURE else _figures(one, near))
            found.sort(key=lambda match: (-match.alike, match.other.case))
            yield from found[:MOST_LINKS]


def _candidates(application: Application, prints: Sequence[PagePrint]) -> list[PagePrint]:
    """Return the pages of other applicants that share a band with one of these, drafts and ended drafts aside."""
    asked = Q(pk__in=[])
    for kind in KIND:
        rows = [row for row in prints if row.kind == kind]
        for number in (1, 2, 3, 4):
            values = {value for row in rows for value in _near(row, number)}
            if values:
                asked |= Q(kind=kind, **{f"band_{number}__in": sorted(values)})
    others = PagePrint.objects.filter(asked, evidence__withdrawn_at=None)
    others = others.exclude(evidence__application__applicant=application.applicant_id)
    others = others.exclude(evidence__application__status=Status.DRAFT)
    return list(others.select_related("evidence__application").order_by("-pk")[:MOST_CANDIDATES])


def _near(row: PagePrint, number: int) -> list[int]:
    band: int = getattr(row, f"band_{number}")
    return likeness.near(band) if row.kind == KIND.PICTURE else [band]


def _pictures(one: PagePrint, near: Sequence[PagePrint]) -> Iterable[Match]:
    """Yield the pages that are nearly this one: at a glance first, then finely what is alike at all."""
    detail = bytes(one.detail)
    glances = [(likeness.coarsely(detail, bytes(other.detail)), other) for other in near if _is_near(one, other)]
    alike_at_all = [pair for pair in glances if pair[0] >= likeness.COARSELY]
    seen = [row for _, row in sorted(alike_at_all, key=lambda pair: (-pair[0], pair[1].pk))[: likeness.SEEN]]
    compared = likeness.shares(detail, [bytes(other.detail) for other in seen])
    for other, (alike, of, same) in zip(seen, compared, strict=True):
        if same:
            yield _match(one, other, alike, of)


def _is_near(one: PagePrint, other: PagePrint) -> bool:
    return any(
        (getattr(one, f"band_{number}") ^ getattr(other, f"band_{number}")).bit_count() <= likeness.FURTHEST
        for number in (1, 2, 3, 4)
    )


def _figures(one: PagePrint, near: Sequence[PagePrint]) -> Iterable[Match]:
    """Yield the pages on which most figures of this one stand."""
    for other in near:
        alike, of = likeness.figures(bytes(one.detail), bytes(other.detail))
        if alike >= likeness.FIGURES_ALIKE * of:
            yield _match(one, other, alike, of)


def _match(one: PagePrint, other: PagePrint, alike: int, of: int) -> Match:
    link = link_of(other.evidence.application, other.evidence_id, other.page)
    return Match(one.kind, one.evidence_id, one.page, link, alike, of)
