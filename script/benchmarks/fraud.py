"""
How well the signals of risk find forged cases: recall and false alarms on invented cases with real files.

Honest and forged cases are drawn from seeds (tests/applications/fraud_cases.py), put into a fresh database, read as the
worker reads and looked at as the portal does. The threshold is the lowest that keeps false alarms at `--alarms` on the
training seeds; it is then applied to a seed that nobody has looked at. Prints a table by kind of forgery and one JSON
object: also what is left with each family of signals switched off, with the labels shuffled, and what a classifier
makes of what is plain to see (sizes, order, dates, programs) without looking into a paper.
"""

import argparse
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Draw and look at each seed in a process of its own, two at a time; then reckon."""
    parser = argparse.ArgumentParser(prog="script/bench fraud", description=__doc__)
    parser.add_argument("--honest", type=int, default=500)
    parser.add_argument("--forged", type=int, default=119)
    parser.add_argument("--train", type=int, nargs="*", default=[11, 12], help="seeds on which the threshold is chosen")
    parser.add_argument("--seed", type=int, default=7, help="the seed that is held out")
    parser.add_argument("--alarms", type=float, default=0.045, help="false alarms allowed on the training seeds")
    parser.add_argument("--part", type=int, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        return part(*options.part)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-fraud-") as place:
        looked = draw(Path(place), options)
    report(looked, options, time.monotonic() - began)
    return 0


def draw(place: Path, options: argparse.Namespace) -> dict[int, list]:
    """Return what was found by seed; the training seeds are half as large."""
    environment = {**os.environ, "VAR_DIR": str(place), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    environment |= {"SECRET_KEY": "only-for-this-measurement-" + "0123456789abcdef" * 3, "LOG_LEVEL": "ERROR"}
    environment |= {"PYTHONPATH": str(ROOT)}
    first = place / "empty.sqlite3"
    migrate = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=environment | {"DATABASE_URL": f"sqlite:///{first}"}, check=True)
    waiting = [(options.seed, options.honest, options.forged)]
    waiting += [(seed, options.honest // 2, options.forged // 2) for seed in options.train]
    running: list[tuple[int, subprocess.Popen]] = []
    for seed, honest, forged in waiting:
        shutil.copy(first, place / f"{seed}.sqlite3")
        (place / str(seed)).mkdir()
        own = environment | {
            "DATABASE_URL": f"sqlite:///{place / f'{seed}.sqlite3'}",
            "VAR_DIR": str(place / str(seed)),
        }
        command = [sys.executable, __file__, "--part", str(seed), str(honest), str(forged)]
        while sum(process.poll() is None for _, process in running) >= 2:
            time.sleep(0.2)
        out = (place / f"{seed}.pickle").open("wb")
        running.append((seed, subprocess.Popen(command, env=own, stdout=out)))
    os.environ.update(environment)
    ready()
    found = {}
    for seed, process in running:
        if process.wait():
            raise SystemExit(f"seed {seed} failed")
        found[seed] = pickle.loads((place / f"{seed}.pickle").read_bytes())  # noqa: S301  our own process wrote it
    return found


def ready() -> None:
    """Let Django know its settings, which the environment names."""
    import django  # noqa: PLC0415 - the settings are chosen by the environment of this process

    django.setup()


def part(seed: int, honest: int, forged: int) -> int:
    """Draw one seed and look at its cases; what was found goes to standard output as a pickle."""
    ready()
    from django.db import transaction  # noqa: PLC0415 - after the settings

    from applications.loading import load_policies  # noqa: PLC0415
    from tests.applications import fraud_cases, fraud_desk  # noqa: PLC0415

    load_policies()
    made = list(fraud_cases.cases(seed, honest=honest, forged=forged))
    with transaction.atomic():
        looked, _ = fraud_desk.look(made)
    sys.stdout.buffer.write(pickle.dumps(looked))
    return 0


def share(rows: list, threshold: int, without: frozenset[str] = frozenset()) -> float:
    """Return the share of cases at or above a threshold."""
    return sum(row.score(without) >= threshold for row in rows) / max(len(rows), 1)


def threshold_of(rows: list, alarms: float, without: frozenset[str] = frozenset()) -> int:
    """Return the lowest threshold that keeps the honest below a rate."""
    honest = [row for row in rows if not row.forged and not row.copied]
    return next(limit for limit in range(1, 102) if share(honest, limit, without) <= alarms)


def report(looked: dict[int, list], options: argparse.Namespace, seconds: float) -> None:
    """Print the figures."""
    from applications.risk import KINDS  # noqa: PLC0415 - after the settings
    from tests.applications.fraud_plain import area_under  # noqa: PLC0415

    train = [row for seed in options.train for row in looked[seed]]
    held = looked[options.seed]
    limit = threshold_of(train, options.alarms)
    honest = [row for row in held if not row.forged and not row.copied]
    forged = [row for row in held if row.forged]
    by_kind: dict[str, list] = defaultdict(list)
    for row in forged:
        by_kind[row.forged].append(row)
    lines = [f"{'forgery':<24}{'cases':>6}{'found':>7}{'recall':>8}"]
    for kind, rows in sorted(by_kind.items()):
        found = sum(row.score() >= limit for row in rows)
        lines.append(f"{kind:<24}{len(rows):>6}{found:>7}{found / len(rows):>8.2f}")
    without = {}
    for family in sorted({name.partition(".")[0] for name in KINDS}):
        off = frozenset(name for name in KINDS if name.startswith(f"{family}."))
        lowest = min((share(rows, limit, off), kind) for kind, rows in by_kind.items())
        without[family] = {"recall": round(share(forged, limit, off), 3), "lowest": lowest[1]}
    labels = [bool(row.forged) for row in held if not row.copied]
    Random(1).shuffle(labels)  # noqa: S311 - chance for a control, not for secrets
    shuffled = [row for row, label in zip((row for row in held if not row.copied), labels, strict=True) if label]
    rest = [row for row, label in zip((row for row in held if not row.copied), labels, strict=True) if not label]
    figures = {
        "threshold": limit,
        "honest": len(honest),
        "forged": len(forged),
        "recall": round(share(forged, limit), 3),
        "false_alarms": round(share(honest, limit), 4),
        "false_alarms_with_copied_from": round(share([row for row in held if not row.forged], limit), 4),
        "lowest_kind": round(min(share(rows, limit) for rows in by_kind.values()), 2),
        "without": without,
        "shuffled": {"recall": round(share(shuffled, limit), 3), "false_alarms": round(share(rest, limit), 3)},
        "plain_to_see_area": round(area_under(train, held), 3),
        "seconds": round(seconds, 1),
    }
    sys.stdout.write("\n".join(lines) + "\n" + json.dumps(figures, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
