"""How alike two prints are. Small and without numpy, because the desk asks it when a claim is handed in."""

from collections.abc import Iterable

FURTHEST = 7  # bits of 64 that may differ: two bands of four then differ in one bit at most, which is what is looked up
PICTURE_ALIKE, FIGURES_ALIKE = 0.80, 0.6  # of what either has


def near(band: int) -> list[int]:
    """Return a band of 16 bits and the 16 that differ from it in one bit."""
    return [band, *(band ^ (1 << bit) for bit in range(16))]


def distance(one: Iterable[int], other: Iterable[int]) -> int:
    """Return in how many bits two prints differ."""
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def cells(one: bytes, other: bytes) -> tuple[int, int]:
    """Return how many cells both have inked, and how many either has."""
    a, b = int.from_bytes(one, "big"), int.from_bytes(other, "big")
    return (a & b).bit_count(), (a | b).bit_count()


def figures(one: bytes, other: bytes) -> tuple[int, int]:
    """Return how many figures two pages have in common, and how many the first has."""
    a, b = _words(one), _words(other)
    return len(a & b), len(a)


def _words(detail: bytes) -> set[bytes]:
    return {detail[place : place + 4] for place in range(0, len(detail), 4)}
