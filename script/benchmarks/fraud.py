"""
How well the signals of risk find forged cases: recall and false alarms on invented cases with real files.

Honest and forged cases are drawn from seeds (tests/applications/fraud_cases.py), put into a fresh database, read as the
worker reads and looked at as the portal does. The threshold is chosen on the training seeds, where recall less false
alarms is largest (the middle, where several do so equally), and then applied to seeds that nobody has looked at.
Prints what each signal is worth on the training seeds, a table by kind of forgery over the held-out seeds, and one
JSON object: recall and false alarms of every seed and around the threshold, what is left with each family of signals
switched off or with the labels shuffled, and what a classifier makes of what is plain to see (sizes, dates, programs).
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
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Draw and look at each seed in a process of its own, two at a time; then reckon."""
    parser = argparse.ArgumentParser(prog="script/bench fraud", description=__doc__)
    parser.add_argument("--honest", type=int, default=500)
    parser.add_argument("--forged", type=int, default=119)
    parser.add_argument("--train", type=int, nargs="+", default=[21, 22, 23], help="seeds for the threshold")
    parser.add_argument("--seed", type=int, nargs="+", default=[31], help="the seeds that are held out")
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
    waiting = [(seed, options.honest, options.forged) for seed in options.seed]
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


def honest_of(rows: list) -> list:
    """Return the honest cases from which no forger took anything."""
    return [row for row in rows if not row.forged and not row.copied]


def forged_of(rows: list) -> list:
    """Return the forged cases."""
    return [row for row in rows if row.forged]


def threshold_of(rows: list) -> tuple[int, int, int]:
    """Return the threshold that parts the cases best, with the first and last of those that part them as well."""
    honest, forged = honest_of(rows), forged_of(rows)
    worth = {limit: round(share(forged, limit) - share(honest, limit), 6) for limit in range(1, 101)}
    best = max(worth.values())
    first = next(limit for limit in worth if worth[limit] == best)
    last = first
    while worth.get(last + 1) == best:
        last += 1
    return (first + last) // 2, first, last


def rates(rows: list, limit: int) -> dict[str, float]:
    """Return recall and false alarms of one seed at a threshold."""
    alarms = round(share(honest_of(rows), limit), 4)
    return {"recall": round(share(forged_of(rows), limit), 3), "false_alarms": alarms}


def worth_of(train: list) -> list[str]:
    """Return for each signal and weight in how many forged and honest cases it stands, and how much likelier forged."""
    counts = {name: Counter(one for row in rows for one in set(row.signals)) for name, rows in groups(train)}
    sizes = {name: len(rows) for name, rows in groups(train)}
    found = []
    for one in set(counts["forged"]) | set(counts["honest"]):
        lift = (counts["forged"][one] + 0.5) / sizes["forged"] / ((counts["honest"][one] + 0.5) / sizes["honest"])
        found.append((lift, one))
    lines = [f"{'signal':<24}{'points':>7}{'forged':>8}{'honest':>8}{'lift':>8}"]
    for lift, (kind, points) in sorted(found, reverse=True):
        one = (kind, points)
        lines.append(f"{kind:<24}{points:>7}{counts['forged'][one]:>8}{counts['honest'][one]:>8}{lift:>8.1f}")
    return lines


def groups(rows: list) -> list[tuple[str, list]]:
    """Return the forged and the honest cases with their names."""
    return [("forged", forged_of(rows)), ("honest", honest_of(rows))]


def by_kind_of(rows: list) -> dict[str, list]:
    """Return the forged cases by what was done to them."""
    found: dict[str, list] = defaultdict(list)
    for row in forged_of(rows):
        found[row.forged].append(row)
    return found


def report(looked: dict[int, list], options: argparse.Namespace, seconds: float) -> None:
    """Print the figures."""
    from applications.risk import KINDS  # noqa: PLC0415 - after the settings
    from tests.applications.fraud_plain import area_under  # noqa: PLC0415

    train = [row for seed in options.train for row in looked[seed]]
    held = [row for seed in options.seed for row in looked[seed]]
    limit, first, last = threshold_of(train)
    by_kind = by_kind_of(held)
    lines = [*worth_of(train), "", f"{'forgery':<24}{'cases':>6}{'found':>7}{'recall':>8}"]
    for kind, rows in sorted(by_kind.items()):
        found = sum(row.score() >= limit for row in rows)
        lines.append(f"{kind:<24}{len(rows):>6}{found:>7}{found / len(rows):>8.2f}")
    without = {}
    for family in sorted({name.partition(".")[0] for name in KINDS}):
        off = frozenset(name for name in KINDS if name.startswith(f"{family}."))
        lowest = min((share(rows, limit, off), kind) for kind, rows in by_kind.items())
        without[family] = {"recall": round(share(forged_of(held), limit, off), 3), "lowest": lowest[1]}
    labelled = [row for row in held if not row.copied]
    labels = [bool(row.forged) for row in labelled]
    Random(1).shuffle(labels)  # noqa: S311 - chance for a control, not for secrets
    shuffled = [row for row, label in zip(labelled, labels, strict=True) if label]
    rest = [row for row, label in zip(labelled, labels, strict=True) if not label]
    lowest_kinds = {
        seed: min((round(share(rows, limit), 2), kind) for kind, rows in by_kind_of(looked[seed]).items())
        for seed in options.seed
    }
    figures = {
        "threshold": limit,
        "as_good_from_to": [first, last],
        "threshold_by_training_seed": {seed: threshold_of(looked[seed]) for seed in options.train},
        "honest": len(honest_of(held)),
        "forged": len(forged_of(held)),
        **rates(held, limit),
        "false_alarms_with_copied_from": round(share([row for row in held if not row.forged], limit), 4),
        "lowest_kind": round(min(share(rows, limit) for rows in by_kind.values()), 2),
        "lowest_kind_by_seed": lowest_kinds,
        "by_seed": {seed: rates(looked[seed], limit) for seed in (*options.train, *options.seed)},
        "around": {at: rates(held, at) for at in (limit - 10, limit - 5, limit, limit + 5, limit + 10)},
        "without": without,
        "shuffled": {"recall": round(share(shuffled, limit), 3), "false_alarms": round(share(rest, limit), 3)},
        "plain_to_see_area": round(area_under(train, held), 3),
        "seconds": round(seconds, 1),
    }
    sys.stdout.write("\n".join(lines) + "\n" + json.dumps(figures, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
