"""
How alike two prints are.

Two pictures are laid on each other first: the profiles of their lines and columns say how far the one is moved and
stretched. Then they are compared tile by tile, each moved a little more, by correlation. Of one form filled twice the
labels agree and the fillings do not; of one page saved twice all agrees but what was laid over. So what other pages of
the form have in common with a page counts for nothing, and of the rest not quite half must agree: on development seeds
one pair in a thousand of differently filled pages reached that, and four copies in five with up to four places that
were laid over.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

FURTHEST = 1  # bits of 16 that may differ in the one quarter that a page is found by
COARSE = (96, 132)
ACROSS, DOWN = 384, 528  # fine cells
TILES_ACROSS, TILES_DOWN = 16, 44
SHIFTS = (-1, 0, 1)  # fine cells that a tile may have moved once the pages lie on each other
STRETCHED = tuple(1 + step / 200 for step in range(-8, 9))  # to which one page may be larger than the other
FAR = 20  # fine cells that one page may be moved against the other
LEAST_IN_TILE = 12  # inked cells without which a tile says nothing
TILE_ALIKE = 0.7  # of correlation
FIGURES_ALIKE = 0.6  # of the figures of the page
SEEN, CLOSEST = 24, 16  # pages that are laid on, by their coarse cells; of these the ones compared tile by tile
COARSELY = 0.4  # of the coarse cells that either has inked
PICTURE_ALIKE = 0.85  # of the tiles with ink, where too few others are at hand to know what belongs to the form
SAME_FORM = 0.45  # of the tiles with ink, by which another page shows what belongs to the form
OTHERS = 3  # of such pages, from which on tiles that some of them have too are the form's and say nothing
FORM = 0.2  # of them, and at least two, that have a tile of the form
MANY = 6  # of such pages, with which the form is known well
OWN_ALIKE, OWN_ALIKE_OF_FEW = 0.45, 0.6  # of the tiles that are the page's own, with so many of its form and with fewer
LEAST_OWN = 20
_COARSE_BYTES = COARSE[0] * COARSE[1] // 8
_STEPS = (0, 1, -1, COARSE[0], -COARSE[0], COARSE[0] + 1, COARSE[0] - 1, 1 - COARSE[0], -1 - COARSE[0])
_IN_TILE = (DOWN // TILES_DOWN) * (ACROSS // TILES_ACROSS)


def near(band: int) -> list[int]:
    """Return a band of 16 bits and the 16 that differ from it in one bit."""
    return [band, *(band ^ (1 << bit) for bit in range(16))]


def tiles(cells: Any) -> Any:
    """Return how many cells of each tile are set."""
    lines = cells.reshape(TILES_DOWN, DOWN // TILES_DOWN, ACROSS).sum(axis=1)  # along the memory first: it is faster
    return lines.reshape(TILES_DOWN, TILES_ACROSS, ACROSS // TILES_ACROSS).sum(axis=2)


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


def _cells(detail: bytes) -> Any:
    fine = np.frombuffer(zlib.decompress(detail[_COARSE_BYTES:]), dtype=np.uint8)
    return np.unpackbits(fine).reshape(DOWN, ACROSS).astype(np.float32)


def _places(one: Any, other: Any) -> Any:
    """Return for each line of a page the place of it on another, from the ink of their lines (or columns)."""
    length, room = one.size, 1 << int(one.size + 2 * FAR).bit_length()
    line, middle = np.arange(length), length / 2
    stretched = np.stack([np.interp((line - middle) * stretch + middle, line, other) for stretch in STRETCHED])
    stretched -= stretched.mean(axis=1, keepdims=True)
    stretched /= np.linalg.norm(stretched, axis=1, keepdims=True) + 1e-9
    alike = np.fft.irfft(np.conj(np.fft.rfft(one - one.mean(), room)) * np.fft.rfft(stretched, room), room)
    near_by = np.concatenate([alike[:, -FAR:], alike[:, : FAR + 1]], axis=1)
    best, moved = divmod(int(near_by.argmax()), 2 * FAR + 1)
    return np.clip((line + moved - FAR - middle) * STRETCHED[best] + middle, 0, length - 1.001)


def _taken(cells: Any, places: Any, axis: int) -> Any:
    """Return lines (or columns) of a page at places that lie between its own."""
    first = places.astype(np.int64)
    part = np.expand_dims((places - first).astype(np.float32), 1 - axis)
    return np.take(cells, first, axis) * (1 - part) + np.take(cells, first + 1, axis) * part


def _laid_on(left: Any, right: Any) -> Any:
    """Return the second page as it lies on the first one."""
    right = _taken(right, _places(left.sum(axis=1), right.sum(axis=1)), 0)
    return _taken(right, _places(left.sum(axis=0), right.sum(axis=0)), 1)


def _matching(left: Any, right: Any) -> tuple[Any, Any]:
    """Return which tiles of two pages match, and which have ink on either."""
    own, other, edge = tiles(left), tiles(right), max(SHIFTS)
    spread, wide = own - own * own / _IN_TILE, np.pad(right, edge)
    squares = wide * wide
    best = np.zeros((TILES_DOWN, TILES_ACROSS))
    for top, side in ((edge + down, edge + across) for down in SHIFTS for across in SHIFTS):
        place = (slice(top, top + DOWN), slice(side, side + ACROSS))
        ink = tiles(wide[place])
        theirs = tiles(squares[place]) - ink * ink / _IN_TILE
        common = tiles(left * wide[place]) - own * ink / _IN_TILE
        best = np.maximum(best, common / np.sqrt(np.maximum(spread * theirs, 1e-3)))
    inked = (own >= LEAST_IN_TILE) | (other >= LEAST_IN_TILE)
    return (best >= TILE_ALIKE) & inked, inked


def shares(one: bytes, others: Sequence[bytes]) -> list[tuple[int, int, bool]]:
    """
    Return for each of several pages how many tiles match, of how many that count, and whether that makes it the same.

    What others have in common with the page is the form; with enough of them only the rest counts. Only the closest
    are compared tile by tile, and nothing is said of the rest: (0, 0, False).
    """
    left = _cells(one)
    laid = [_laid_on(left, _cells(other)) for other in others]
    ranked = sorted(range(len(laid)), key=lambda place: (-_overlap(left, laid[place]), place))[:CLOSEST]
    compared = {place: _matching(left, laid[place]) for place in ranked}
    return [share_of(place, compared) for place in range(len(others))]


def _overlap(left: Any, right: Any) -> float:
    return float(np.minimum(left, right).sum() / max(np.maximum(left, right).sum(), 1))


def share_of(place: int, compared: dict[int, tuple[Any, Any]]) -> tuple[int, int, bool]:
    """Return what `shares` says of one of the pages compared, from (match, inked) of all of them."""
    if place not in compared:
        return 0, 0, False
    match, inked = compared[place]
    others = (pair for at, pair in compared.items() if at != place)
    rest = [tile for tile, ink in others if tile.sum() >= SAME_FORM * ink.sum()]
    least = PICTURE_ALIKE
    if len(rest) >= OTHERS:
        form = sum(other.astype(int) for other in rest) > max(FORM * len(rest), 1)
        if int((inked & ~form).sum()) >= LEAST_OWN:
            inked, least = inked & ~form, OWN_ALIKE if len(rest) >= MANY else OWN_ALIKE_OF_FEW
    alike, of = int((match & inked).sum()), int(inked.sum())
    return alike, of, of > 0 and alike >= least * of


def figures(one: bytes, other: bytes) -> tuple[int, int]:
    """Return how many figures two pages have in common, and how many the first has."""
    a, b = _words(one), _words(other)
    return len(a & b), len(a)


def _words(detail: bytes) -> set[bytes]:
    return {detail[place : place + 4] for place in range(0, len(detail), 4)}
