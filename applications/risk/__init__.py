"""
Signals of risk: what a machine finds odd about a case, for the officers of 核验, 审批, 稽核 and 审计 only.

One pure function for each signal (`registry.KINDS`), from a case as `loading` reads it to points, words and links. The
score orders lists; it never decides anything, and no applicant sees it. Files are read by the worker (`reading`, which
loads pdfium and numpy and is therefore imported there alone).
"""

from applications.risk import amounts, bodies, energy, files, invoices, papers
from applications.risk.case import Case, Found, Link, Signal
from applications.risk.registry import KINDS, look_at
from applications.risk.running import (
    ask,
    count_again,
    file_was_read,
    look_at_stale,
    points_of,
    run,
    score_of,
    signals_of,
    tell_others,
)

FAMILIES = (papers, files, amounts, energy, invoices, bodies)

__all__ = [
    "FAMILIES",
    "KINDS",
    "Case",
    "Found",
    "Link",
    "Signal",
    "ask",
    "count_again",
    "file_was_read",
    "look_at",
    "look_at_stale",
    "points_of",
    "run",
    "score_of",
    "signals_of",
    "tell_others",
]
