"""
Money right when many press together and when the power goes: races, kills and crashes, each with its control.

    script/bench faults                                     everything, a few seeds, both databases: some minutes
    script/bench faults --only T1,T2 --seeds 50             more rounds of some
    script/bench faults --only T3a --cases 200 --kills 100  the road by HTTP while web and worker are killed
    script/bench faults --only T11 --seeds 100              the stateful test, longer

T1 races for pools, ladders, caps, rights, papers, T1h the same by HTTP · T2 deadlocks · T3a kills under load by HTTP ·
T3b a kill inside every write of a money request · T3c the database killed · T5 every verb in every status by every
duty · T11 any button in any order · T14 a worker killed while it works, T14z while it
packs · T15 damaged results of the payer.
What else the plan asks for stands in the suite: T4 and T9 in tests/portal/test_payment_races.py and
tests/applications/test_digests.py, T6 and T7 in tests/portal, T13 in tests/applications/test_backup.py.

Each part is a process of its own and begins with an empty database (PostgreSQL started for the run, SQLite in a
temporary folder; `TMPDIR` says where). A line is good only when its control was found wrong; the exit status tells.
"""

import argparse
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).parent
sys.path[:0] = [str(ROOT), str(HERE), str(ROOT / "script" / "lib")]  # this file is run by its path

import postgres  # noqa: E402
from fire.table import HEAD, Line  # noqa: E402

PARTS = {
    "T1": ("fire.races", "run"),
    "T1h": ("fire.web", "run"),
    "T2": ("fire.races", "run_crossing"),
    "T3a": ("fire.road", "run"),
    "T3b": ("fire.kills", "run"),
    "T5": ("fire.suite", "run_verbs"),
    "T11": ("fire.suite", "run_stateful"),
    "T14": ("fire.worker", "run"),
    "T14z": ("fire.worker", "run_zip"),
    "T15": ("fire.suite", "run_fuzz"),
    "T3c": ("fire.power", "run"),  # the last: it leaves no server behind
}
ON_ONE = {"T3c": "postgres"}  # SQLite's own crash points belong to SQLite
SERVER = {"max_connections": "160", "fsync": "on", "full_page_writes": "on"}


def main() -> int:
    """Run the parts on the databases and print the table; 1 when a goal is missed or a control is not found."""
    options = arguments()
    if options.part:
        return part(options)
    wanted = [name for name in PARTS if name in (options.only or PARTS)]
    missed = 0
    print(HEAD, flush=True)
    for database in ("sqlite", "postgres") if options.database == "both" else (options.database,):
        names = [name for name in wanted if ON_ONE.get(name, database) == database]
        for line in on(database, names):
            line.database = database
            print(line.as_row(), flush=True)
            for fault in line.faults[:3]:
                print(f"  {fault}", file=sys.stderr)
            missed += not line.good
    print(f"\n{missed} missed; load of the machine at the end {os.getloadavg()[0]:.0f}")
    return 1 if missed else 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="script/bench faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help=f"of {', '.join(PARTS)}")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--seeds", type=int, default=5, help="rounds of each race; examples of T11")
    parser.add_argument("--crowd", type=int, default=64, help="processes at one instant")
    parser.add_argument("--race", default="", help="only races of T1 whose name holds this")
    parser.add_argument("--cases", type=int, default=16, help="cases of T3a")
    parser.add_argument("--kills", type=int, default=12, help="kills of T3a, T3c and T14")
    parser.add_argument("--jobs", type=int, default=60, help="papers and mails of T14")
    parser.add_argument("--letters", type=int, default=200, help="letters of the package of T14z")
    parser.add_argument("--files", type=int, default=2000, help="damaged results of T15")
    parser.add_argument("--part", choices=["make", *PARTS], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.only) - PARTS.keys():
        parser.error(f"no such test: {', '.join(sorted(unknown))}")
    return options


def on(database: str, names: list[str]) -> Iterator[Line]:
    """Make a database and run parts on it, each from its empty state; yield their lines as they come."""
    place = Path(tempfile.mkdtemp(prefix="portal-faults-"))
    server = postgres.server(changed=SERVER) if database == "postgres" else contextlib.nullcontext("")
    try:
        with server as url:
            environment = {
                **{key: text for key, text in os.environ.items() if not key.endswith("_URL")},
                "DATABASE_URL": f"{url.rpartition('/')[0]}/portal" if url else f"sqlite:///{place}/db.sqlite3",
                "DJANGO_SETTINGS_MODULE": "fire.settings",
                "LOG_LEVEL": "CRITICAL",
                "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
                "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]),
                "REDIS_URL": f"redis+socket://{place}/nobody.sock",
                "SECRET_KEY": secrets.token_urlsafe(64),
            }
            for name in ("make", *names):
                yield from in_a_process(name, {**environment, "VAR_DIR": str(place / name)})
    finally:
        shutil.rmtree(place, ignore_errors=True)


def in_a_process(name: str, environment: dict[str, str]) -> Iterator[Line]:
    """Run one part with a folder of its own for files, logs and broker."""
    (Path(environment["VAR_DIR"]) / "static").mkdir(parents=True)  # whitenoise warns about a missing one
    began = time.monotonic()
    command = [sys.executable, __file__, "--part", name, *sys.argv[1:]]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        for text in child.stdout:
            yield Line(**json.loads(text))
    if child.returncode:
        yield Line(name, "did not end as it should", "-", "-", "-", good=False)
    print(f"  ({name}: {time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)


def part(options: argparse.Namespace) -> int:
    """In a process of its own: make the database, or run one part on it and print its lines and nothing else."""
    lines, sys.stdout = sys.stdout, sys.stderr
    import django  # noqa: PLC0415 - the settings are chosen by the environment of this process

    django.setup()
    from fire import store  # noqa: PLC0415 - after django.setup()

    if options.part == "make":
        store.make()
        return 0
    store.put_back("empty")
    module, function = PARTS[options.part]
    for line in getattr(import_module(module), function)(options):
        print(line.as_json(), file=lines, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
