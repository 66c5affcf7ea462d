"""
Arithmetic over the papers of a claim, done before a person looks. Pure: a claim in, results out; nothing is stored.

One file for each family of papers; one function for each comparison, which names its kind where it is registered.
A result never decides: it shows an officer the figures side by side and says whether they agree.
"""

from applications.checks import dates, energy, facility, identity, money, registers
from applications.checks.claim import FAIL, NO_DATA, PASS, Claim, Paper, Result
from applications.checks.registry import KINDS, look_at

FAMILIES = (identity, dates, energy, facility, money, registers)

__all__ = ["FAIL", "FAMILIES", "KINDS", "NO_DATA", "PASS", "Claim", "Paper", "Result", "look_at"]
