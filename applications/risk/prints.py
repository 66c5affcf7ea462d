"""
Prints of pages: what stays the same when a page is saved again, and what two different pages hardly have in common.

A picture is cut to its ink first, so that margins and scale do not matter. Its coarse print are the signs of the 64
lowest waves of a cosine transform (pHash); its fine print are 64 × 88 cells, inked or not. Figures are compared as sets
of hashes by their four least (MinHash). Loads numpy and Pillow, which only the worker needs.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from applications import texts

SIDE, WAVES = 32, 8
ACROSS, DOWN = 64, 88
MOST_INK, LEAST_INK = 0.6, 0.012  # of the page: night, or no more than a letterhead
LEAST_SPREAD = 0.35  # of the height that ink must reach over: a letterhead stands at the top alone
PAPER = 0.82  # of the brightness of the paper; darker is ink
TIMES_OF_MEAN = 1.0
FIGURE = re.compile(r"(?<![0-9.])[0-9]{2,18}(?:\.[0-9]{1,6})?(?![0-9.])")
DAY = re.compile(r"(?:19|20)[0-9]{2}[-年./]?(?:0?[1-9]|1[0-2])(?:[-月./]?(?:0?[1-9]|[12][0-9]|3[01])日?)?")
LEAST_FIGURES, MOST_FIGURES = 5, 200
SHORTEST = 4  # digits: shorter ones are on every page


@dataclass(frozen=True)
class Print:
    """Four bands to be found by, and what a found pair is compared by."""

    bands: tuple[int, int, int, int]
    detail: bytes


def _waves() -> np.ndarray:
    """Return the rows 1 to 8 of a cosine transform of 32."""
    place, wave = np.arange(SIDE) * 2 + 1, np.arange(1, WAVES + 1)
    return np.cos(np.pi * np.outer(wave, place) / (2 * SIDE))


WAVE_ROWS = _waves()


def of_picture(page: Image.Image) -> Print | None:
    """Return the print of a page, None where there is too little on it to be told from others, or nothing but dark."""
    grey = np.asarray(page.convert("L"), dtype=np.float32)
    paper = float(np.percentile(grey, 90))
    ink = grey < paper * PAPER
    share = float(ink.mean())
    if not LEAST_INK <= share <= MOST_INK:
        return None
    box = _box(ink)
    if box is None or (box[3] - box[1]) < LEAST_SPREAD * grey.shape[0]:
        return None
    dark = Image.fromarray(np.clip((paper - grey) / max(paper, 1) * 255, 0, 255).astype(np.uint8)).crop(box)
    small = np.asarray(dark.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32)
    waves = (WAVE_ROWS @ small @ WAVE_ROWS.T).ravel()
    bits = waves > np.median(waves)
    number = int.from_bytes(np.packbits(bits).tobytes(), "big")
    cells = np.asarray(dark.resize((ACROSS, DOWN), Image.Resampling.BOX), dtype=np.float32)
    fine = np.packbits(cells > max(cells.mean() * TIMES_OF_MEAN, 8)).tobytes()
    first, second, third, fourth = (number >> shift & 0xFFFF for shift in (48, 32, 16, 0))
    return Print((first, second, third, fourth), fine)


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
    plain = DAY.sub(" ", texts.plain(page))
    return {figure for figure in FIGURE.findall(plain) if sum(char.isdecimal() for char in figure) >= SHORTEST}


def of_figures(figures: Iterable[str]) -> Print | None:
    """Return the print of a page's figures, None where there are too few."""
    hashes = sorted(_hash(figure) for figure in figures)[:MOST_FIGURES]
    if len(hashes) < LEAST_FIGURES:
        return None
    least = [min(_hash(f"{turn}:{value}") for value in hashes) for turn in range(4)]
    return Print((least[0], least[1], least[2], least[3]), b"".join(value.to_bytes(4, "big") for value in hashes))
