"""
Prints of pages: what stays the same when a page is saved again, and what two different pages hardly have in common.

A picture is turned until its lines lie level, freed of what is paler than print (watermarks, grain, shadows) and cut to
its ink, so that margins, scale and the way it lay on the glass do not matter. It is found by 64 bits: of each quarter
from top to bottom the signs of 16 low waves of a cosine transform (pHash), so that words laid over one quarter leave
the others. What is found is compared by cells, inked or not: 96 × 132 coarse ones, and 384 × 528 fine ones in which two
fillings of one form differ. Figures are compared as sets of hashes, found by their four least (MinHash).
"""

import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from applications import texts
from applications.risk import likeness
from applications.risk.likeness import ACROSS, DOWN

SIDE, QUARTERS = 32, 4
MOST_INK, LEAST_INK = 0.6, 0.002  # of the page: night, or nothing
LEAST_TILES = 60  # with ink, of 704: a bare letterhead with its foot has fewer
LEAST_SPREAD = 0.35  # of the height that ink must reach over: a letterhead stands at the top alone
PAPER = 0.82  # of the brightness of the paper; darker is ink
FAINT = 25.0  # of 255: below that it is the grain of the paper
PALE = 0.4  # of the darkness of the darkest ink, below which it is a watermark or a shadow, no print
BLACK = 0.45  # of the darkness of most ink, from where a cell counts as inked
MOST_TURNED = 4.0  # degrees that a page may have lain askew
LEVEL = 0.04  # degrees below which a page lies level
MOST_SPOTS = 30_000  # inked pixels by which the turn is found
FIGURE = re.compile(r"(?<![0-9.])[0-9]{2,18}(?:\.[0-9]{1,6})?(?![0-9.])")
DAY = re.compile(r"(?:19|20)[0-9]{2}[-年./]?(?:0?[1-9]|1[0-2])(?:[-月./]?(?:0?[1-9]|[12][0-9]|3[01])日?)?")
LEAST_FIGURES, MOST_FIGURES = 6, 200
SHORTEST = 4  # digits: shorter ones are on every page


@dataclass(frozen=True)
class Print:
    """Four bands to be found by, and what a found pair is compared by."""

    bands: tuple[int, int, int, int]
    detail: bytes


def _waves(length: int, count: int) -> np.ndarray:
    """Return the first rows of a cosine transform."""
    place, wave = np.arange(length) * 2 + 1, np.arange(count)
    return np.cos(np.pi * np.outer(wave, place) / (2 * length))


DOWNWARDS, SIDEWAYS = _waves(SIDE // QUARTERS, 4), _waves(SIDE, 5)


def of_picture(page: Image.Image) -> Print | None:
    """Return the print of a page, None where there is too little on it to be told from others, or nothing but dark."""
    grey = np.asarray(page.convert("L"), dtype=np.float32)
    paper = float(np.percentile(grey, 90))
    ink = grey < paper * PAPER
    share = float(ink.mean())
    if not LEAST_INK <= share <= MOST_INK:
        return None
    dark = Image.fromarray(np.clip((paper - grey) / max(paper, 1) * 255, 0, 255).astype(np.uint8))
    turned = _turned(ink)
    if abs(turned) > LEVEL:
        dark = dark.rotate(-turned, Image.Resampling.BILINEAR, fillcolor=0)
    printed = np.asarray(dark)
    least = max(float(np.percentile(printed[printed > 255 * (1 - PAPER)], 95)) * PALE, 255 * (1 - PAPER))
    box = _box(printed > least)
    if box is None or (box[3] - box[1]) < LEAST_SPREAD * grey.shape[0]:
        return None
    dark = dark.point([value if value > least else 0 for value in range(256)]).crop(box)
    fine = _inked(dark, ACROSS, DOWN)
    if int((likeness.tiles(fine) >= likeness.LEAST_IN_TILE).sum()) < LEAST_TILES:
        return None
    small = np.asarray(dark.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32)
    first, second, third, fourth = (_bits(quarter) for quarter in np.split(small, QUARTERS))
    coarse = np.packbits(_inked(dark, *likeness.COARSE)).tobytes()
    return Print((first, second, third, fourth), coarse + zlib.compress(np.packbits(fine).tobytes()))


def _turned(ink: np.ndarray) -> float:
    """Return by how many degrees a page lies askew: turned back by that, its ink stands in the sharpest lines."""
    down, across = np.nonzero(ink)
    step = down.size // MOST_SPOTS + 1
    down, across = down[::step] + ink.shape[1], across[::step] - ink.shape[1] / 2

    def sharp(degrees: float) -> float:
        lines = np.bincount((down + np.tan(np.radians(degrees)) * across).astype(np.int64))
        return float(np.square(lines, dtype=np.float64).sum())

    roughly = max(np.arange(-MOST_TURNED, MOST_TURNED + 0.1, 0.25), key=sharp)
    return float(max(np.arange(roughly - 0.25, roughly + 0.26, 0.05), key=sharp))


def _bits(quarter: np.ndarray) -> int:
    """Return 16 bits of a quarter: which of its low waves are above their middle; how dark it is does not count."""
    waves = (DOWNWARDS @ quarter @ SIDEWAYS.T).ravel()[1:17]
    return int.from_bytes(np.packbits(waves > np.median(waves)).tobytes(), "big")


def _inked(dark: Image.Image, across: int, down: int) -> np.ndarray:
    """Return which of so many cells are inked."""
    cells = np.asarray(dark.resize((across, down), Image.Resampling.BOX), dtype=np.float32)
    some = cells[cells > FAINT]
    return (cells > max(float(np.percentile(some, 75)) * BLACK if some.size else 255.0, FAINT)).astype(np.uint8)


def _box(ink: np.ndarray) -> tuple[int, int, int, int] | None:
    """Return where the ink lies, single specks aside: all but its outermost hundredths."""
    edges = []
    for axis in (0, 1):
        run = np.cumsum(ink.sum(axis=axis))
        if not run[-1]:
            return None
        edges.append((int(np.searchsorted(run, run[-1] * 0.004)), int(np.searchsorted(run, run[-1] * 0.996)) + 1))
    (left, right), (top, bottom) = edges
    return (left, top, right, bottom) if right - left > SIDE and bottom - top > SIDE else None


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")


def figures_of(page: str) -> set[str]:
    """Return the figures of a page by which it is known: four digits or more, days aside."""
    shown = DAY.sub(" ", texts.spaced(page))
    return {figure for figure in FIGURE.findall(shown) if sum(char.isdecimal() for char in figure) >= SHORTEST}


def of_figures(figures: Iterable[str]) -> Print | None:
    """Return the print of a page's figures, None where there are too few."""
    hashes = sorted(_hash(figure) for figure in figures)[:MOST_FIGURES]
    if len(hashes) < LEAST_FIGURES:
        return None
    least = [min(_hash(f"{turn}:{value}") for value in hashes) for turn in range(4)]
    return Print((least[0], least[1], least[2], least[3]), b"".join(value.to_bytes(4, "big") for value in hashes))
