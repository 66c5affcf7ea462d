"""
How alike two prints are.

Pictures are compared tile by tile, each moved a little: of one form filled twice the labels agree and the fillings do
not, so that about half of the tiles match; of one page saved twice nearly all do.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

FURTHEST = 1  # bits of 16 that may differ in the one quarter that a page is found by
COARSE = (96, 132)
ACROSS, DOWN = 384, 528  # fine cells
TILES_ACROSS, TILES_DOWN = 16, 44
SHIFTS = (-1, 0, 1)  # fine cells that a tile may have moved
LEAST_IN_TILE = 12  # inked cells without which a tile says nothing
TILE_ALIKE = 0.6  # of the cells that either has inked
FIGURES_ALIKE = 0.6  # of the figures of the page
SEEN, CLOSEST = 48, 8  # pages that are looked at, by their coarse cells; of these the ones compared tile by tile
COARSELY = 0.5  # of the coarse cells that either has inked
PICTURE_ALIKE = 0.85  # of the tiles with ink, where too few others are at hand to know what belongs to the form
OTHERS = 3  # from so many on, tiles that most of them have too are the form's and say nothing
OWN_ALIKE = 0.67  # of the tiles that are the page's own
LEAST_OWN = 24
_COARSE_BYTES = COARSE[0] * COARSE[1] // 8
_STEPS = (0, 1, -1, COARSE[0], -COARSE[0], COARSE[0] + 1, COARSE[0] - 1, 1 - COARSE[0], -1 - COARSE[0])


def near(band: int) -> list[int]:
    """Return a band of 16 bits and the 16 that differ from it in one bit."""
    return [band, *(band ^ (1 << bit) for bit in range(16))]


def tiles(cells: Any) -> Any:
    """Return how many cells of each tile are set."""
    return cells.reshape(TILES_DOWN, DOWN // TILES_DOWN, TILES_ACROSS, ACROSS // TILES_ACROSS).sum(axis=(1, 3))


def coarsely(one: bytes, other: bytes) -> float:
    """Return how alike two pages are at a glance: the share of coarse cells, the whole page moved by one at most."""
    a = int.from_bytes(one[:_COARSE_BYTES], "big")
    b = int.from_bytes(other[:_COARSE_BYTES], "big")
    best = 0.0
    for step in _STEPS:
        moved = b << step if step >= 0 else b >> -step
        both = (a & moved).bit_count()
        best = max(best, both / max(a.bit_count() + moved.bit_count() - both, 1))
    return best


def closely(one: bytes, others: Sequence[bytes]) -> list[float]:
    """Return how alike whole pages are in fine cells, moved by one at most: a form filled otherwise falls back."""
    a = int.from_bytes(zlib.decompress(one[_COARSE_BYTES:]), "big")
    found = []
    for other in others:
        b = int.from_bytes(zlib.decompress(other[_COARSE_BYTES:]), "big")
        best = 0.0
        for step in (0, 1, -1, ACROSS, -ACROSS):
            moved = b << step if step >= 0 else b >> -step
            both = (a & moved).bit_count()
            best = max(best, both / max(a.bit_count() + moved.bit_count() - both, 1))
        found.append(best)
    return found


def _cells(detail: bytes) -> Any:
    fine = np.frombuffer(zlib.decompress(detail[_COARSE_BYTES:]), dtype=np.uint8)
    return np.unpackbits(fine).reshape(DOWN, ACROSS)


def _matching(left: Any, right: Any) -> tuple[Any, Any]:
    """Return which tiles of two pages match, and which have ink on either."""
    own, best = tiles(left), np.zeros((TILES_DOWN, TILES_ACROSS))
    for down in SHIFTS:
        for across in SHIFTS:
            moved = np.roll(right, (down, across), axis=(0, 1))
            both = tiles(left & moved)
            best = np.maximum(best, both / np.maximum(own + tiles(moved) - both, 1))
    inked = (own >= LEAST_IN_TILE) | (tiles(right) >= LEAST_IN_TILE)
    return (best >= TILE_ALIKE) & inked, inked


def shares(one: bytes, others: Sequence[bytes]) -> list[tuple[int, int, bool]]:
    """
    Return for each of several pages how many tiles match, of how many that count, and whether that makes it the same.

    What most of the others have in common with the page is the form; with enough others only the rest counts.
    """
    left = _cells(one)
    compared = [_matching(left, _cells(other)) for other in others]
    found = []
    for place, (match, inked) in enumerate(compared):
        rest = [other for at, (other, _) in enumerate(compared) if at != place]
        least = PICTURE_ALIKE
        if len(rest) >= OTHERS:
            form = sum(other.astype(int) for other in rest) * 2 > len(rest)
            if int((inked & ~form).sum()) >= LEAST_OWN:
                inked, least = inked & ~form, OWN_ALIKE
        alike, of = int((match & inked).sum()), int(inked.sum())
        found.append((alike, of, of > 0 and alike >= least * of))
    return found


def figures(one: bytes, other: bytes) -> tuple[int, int]:
    """Return how many figures two pages have in common, and how many the first has."""
    a, b = _words(one), _words(other)
    return len(a & b), len(a)


def _words(detail: bytes) -> set[bytes]:
    return {detail[place : place + 4] for place in range(0, len(detail), 4)}
