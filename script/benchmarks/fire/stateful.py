"""T11: the stateful test of the suite, with more examples and longer ones."""

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


def run(options: argparse.Namespace) -> Iterator[Line]:
    """T11: play longer than the suite does; its controls are tests of their own and run with it."""
    steps = 60
    environment = {**os.environ, "STATEFUL_EXAMPLES": str(options.seeds), "STATEFUL_STEPS": str(steps)}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/applications/test_stateful.py"]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    passed = int(found.group(1)) if (found := re.search(r"(\d+) passed", done.stdout)) else 0
    yield Line(
        "T11",
        f"any button in any order: {options.seeds} programs of {steps} steps",
        f"{'no promise broken' if done.returncode == 0 else 'see below'}; {time.monotonic() - began:.0f} s, "
        f"load {store.load()}",
        "none",
        f"{max(passed - 1, 0)} broken promises found",
        done.returncode == 0 and passed > 1,
        done.stdout.splitlines()[-3:] if done.returncode else [],
    )
