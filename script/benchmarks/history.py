"""
Seconds and memory to prove a long history: every chain, then every daily digest.

Makes a database of its own with this many events (`--events`, a million unless told otherwise) in chains of twenty over
a year, links them as the portal does, and runs the proofs in a fresh process whose memory is its own. Prints one JSON
object. `DATABASE_URL` names another database to use, which has to be empty.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

LONG = 20  # links of one chain
START = datetime(2025, 1, 1, tzinfo=UTC)
BATCH = 5000


def main() -> int:
    """Fill in one process, prove in two others, print what it took."""
    parser = argparse.ArgumentParser(prog="script/bench history", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--part", choices=["fill", "catch_up", "prove"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        return part(options.part, options.events)
    with tempfile.TemporaryDirectory(prefix="portal-history-") as place:
        environment = {**os.environ, "VAR_DIR": place, "DJANGO_SETTINGS_MODULE": "portal.settings"}
        environment |= {"SECRET_KEY": "only-for-this-measurement-" + "0123456789abcdef" * 3, "LOG_LEVEL": "ERROR"}
        found = {"events": options.events}
        for name in ("fill", "catch_up", "prove"):
            command = [sys.executable, __file__, "--part", name, "--events", str(options.events)]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            found |= {f"{name}_{key}": value for key, value in json.loads(done.stdout).items()}
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return 0


def part(name: str, events: int) -> int:
    """Do one part in this process and print its figures."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import django  # noqa: PLC0415 - the settings are chosen by the environment of this process

    django.setup()
    began = time.perf_counter()
    figures = {"fill": fill, "catch_up": catch_up, "prove": prove}[name](events)
    figures |= {
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(time.process_time(), 1),  # what the seconds would be on a machine with nothing else to do
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(figures))
    return 0


def fill(events: int) -> dict[str, object]:
    """Migrate, and append the chains."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from applications.chains import Link, link_hash  # noqa: PLC0415
    from applications.models import Authority, Event, User  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    authority = Authority.objects.create(code="measured", name="测试单位", place="测试", letter_sign="测")
    user = User.objects.create(username="measured", name="测试人员")
    rows: list[Event] = []
    for chain in range(events // LONG):
        previous = ""
        for sequence in range(1, LONG + 1):
            at = START + timedelta(minutes=chain * 525_600 * LONG // events * 19 // 20 + sequence * 1000)
            detail = {"fact": "pue", "verdict": "met", "declared": "1.25", "verified": "1.25", "check": chain}
            note = "核验项目与佐证材料一致，予以认定"
            said = (f"case:{chain}", sequence, None, authority.pk, "check", "", "", user.pk, "verify", at, note, detail)
            link = Link(*said, previous, "")
            previous = link_hash(link)
            columns = zip(Link._fields[2:], link._replace(hash=previous)[2:], strict=True)
            rows.append(Event(chain=link.chain, sequence=sequence, **dict(columns)))
        if len(rows) >= BATCH:
            Event.objects.bulk_create(rows)
            rows = []
    Event.objects.bulk_create(rows)
    return {}


def catch_up(events: int) -> dict[str, object]:
    """Write the digests of the whole year at once, as on the first night of a portal that never had any."""
    from applications import digests  # noqa: PLC0415 - after django.setup()

    return {"days": len(digests.catch_up(START + timedelta(days=420)))}


def prove(events: int) -> dict[str, object]:
    """Prove chains and digests, as `manage.py verify_history` does."""
    from applications import chains, digests  # noqa: PLC0415 - after django.setup()

    walk = chains.walk_all()
    walked = time.perf_counter()
    problems = [*map(str, walk.breaks), *digests.problems()]
    assert not problems, problems[:3]
    assert walk.events == events, walk.events
    return {"chains": walk.chains, "of_which_digests_seconds": round(time.perf_counter() - walked, 1)}


if __name__ == "__main__":
    sys.exit(main())
