"""T5, T11 and T15: tests of the suite that can go further than the suite has time for."""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from fire import store
from fire.table import Line

ROOT = Path(__file__).resolve().parents[3]
STEPS = 60


def run_verbs(options: argparse.Namespace) -> Iterator[Line]:
    """T5: every verb in every status by every duty, not only by one wrong one; the control is a test beside it."""
    passed, failed, words = _run("tests/portal/test_verbs.py", EVERY_DUTY="1")
    yield Line(
        "T5",
        "every verb in every status by every duty, by HTTP",
        f"{passed} tests, {failed} failed; {words}",
        "0 failed",
        "a verb that asks nobody is found (one of the tests)",
        not failed and passed > 0,
    )


def run_stateful(options: argparse.Namespace) -> Iterator[Line]:
    """T11: play longer than the suite does; its controls are tests of their own and run with it."""
    more = {"STATEFUL_EXAMPLES": str(options.seeds), "STATEFUL_STEPS": str(STEPS)}
    passed, failed, words = _run("tests/applications/test_stateful.py", **more)
    yield Line(
        "T11",
        f"any button in any order: {options.seeds} programs of {STEPS} steps",
        f"{passed} tests, {failed} failed; {words}",
        "0 failed",
        f"{max(passed - 1, 0)} broken promises seen (the other tests)",
        not failed and passed > 1,
    )


def run_fuzz(options: argparse.Namespace) -> Iterator[Line]:
    """T15: damaged results of the payer; that the damage is of all kinds is asked by the test itself."""
    passed, failed, words = _run("tests/applications/test_result_fuzz.py", FUZZ_FILES=str(options.files))
    yield Line(
        "T15",
        f"{options.files} damaged results of the payer",
        f"{passed} tests, {failed} failed; {words}",
        "0 failed",
        "every kind of outcome occurs, or the test fails",
        not failed and passed > 1,
    )


def _run(tests: str, **more: str) -> tuple[int, int, str]:
    """Run tests on the database of this run; return how many passed and failed, and how long it took."""
    environment = {**os.environ, **more, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    passed, failed = (
        sum(int(count) for count in re.findall(rf"(\d+) {word}", done.stdout))
        for word in ("passed", "(?:failed|error)")
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-3000:])
        failed = failed or 1
    return passed, failed, f"{time.monotonic() - began:.0f} s, load {store.load()}"
