"""Asking pages over HTTP and reading what they cost: CPU of the web processes and of PostgreSQL, and wall time."""

import gzip
import http.client
import re
import statistics
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ASK = 900  # seconds; some of the peer's searches take minutes on a busy machine
TICK_MS = 10  # the kernel's clock of /proc/PID/stat


# ── CPU ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _family(pid: int) -> Iterator[int]:
    """Yield a process and everything below it."""
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from _family(child)


def _ran_ms(pid: int) -> float:
    """Return the CPU milliseconds of all threads of a process, to the nanosecond where the kernel counts them."""
    total = 0.0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0]) / 1_000_000
    except OSError:  # it, or a thread of it, has just ended
        return total
    return total


def web_ms(master: int) -> float:
    """Return the CPU milliseconds that a gunicorn with its workers has used."""
    return sum(_ran_ms(pid) for pid in _family(master))


def database_ms(postmaster: int) -> float:
    """
    Return the CPU milliseconds of all sessions of a PostgreSQL, with their parallel workers and those that have ended.

    Background processes (checkpoints, log writing) are left out; what ended is known in ticks of 10 ms only.
    """
    total = 0.0
    for pid in _family(postmaster):
        try:
            title = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if title.startswith((b"postgres: portal ", b"postgres: parallel worker")):
            total += _ran_ms(pid)
    fields = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    return total + (int(fields[13]) + int(fields[14])) * TICK_MS


# ── A browser ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Browser:
    """Somebody logged in at one address; keeps cookies, asks for gzip as browsers do."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection to be kept open."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=ASK)

    def ask(self, connection: http.client.HTTPConnection, path: str, form: dict[str, str] | None = None) -> bytes:
        """Return the body of an answer; anything but 200 or a redirect is an error."""
        headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{self.port}"}
        try:
            connection.request("GET" if form is None else "POST", path, body, headers)
            answer = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            if form is not None:
                raise
            connection.close()  # kept open too long for the server: asked again on a new one, as browsers do
            connection.request("GET", path, body, headers)
            answer = connection.getresponse()
        data = answer.read()
        if answer.status not in (200, 302):
            raise RuntimeError(f"{path} answered {answer.status}: {data[:300]!r}")
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return gzip.decompress(data) if answer.headers.get("Content-Encoding") == "gzip" else data

    def log_in(self, page: str, names: dict[str, str]) -> None:
        """Fill in a log-in form with the fields given."""
        connection = self.connect()
        shown = self.ask(connection, page).decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
        assert token, f"no form at {page}"
        before = dict(self.cookies)
        self.ask(connection, page, {**names, "csrfmiddlewaretoken": token.group(1)})
        assert self.cookies != before, f"the log-in at {page} was refused"


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Site:
    """A running site: who asks it, and which processes work for it."""

    browser: Browser
    master: int
    postmaster: int

    def rows(self, path: str, mark: bytes) -> int:
        """Return how often a mark stands in a page."""
        connection = self.browser.connect()
        return self.browser.ask(connection, path).count(mark)

    def cost(self, path: str, count: int, clients: int) -> "Cost":
        """Ask a page `count` times by some clients at once."""
        before = web_ms(self.master), database_ms(self.postmaster)
        times = self._times(path, count, clients)
        after = web_ms(self.master), database_ms(self.postmaster)
        web, database = ((end - start) / count for start, end in zip(before, after, strict=True))
        return Cost(web, database, percentile(times, 50), percentile(times, 95))

    def _times(self, path: str, count: int, clients: int) -> list[float]:
        times: list[float] = []
        errors: list[BaseException] = []

        def client(share: int) -> None:
            try:
                connection = self.browser.connect()
                for _ in range(share):
                    began = time.perf_counter()
                    self.browser.ask(connection, path)
                    times.append((time.perf_counter() - began) * 1000)
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                errors.append(error)

        threads = [threading.Thread(target=client, args=[count // clients]) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return times


@dataclass(frozen=True)
class Cost:
    """What one request costs: CPU milliseconds of web and database, and wall milliseconds."""

    web: float
    database: float
    p50: float
    p95: float

    @property
    def cpu(self) -> float:
        """Web and database together."""
        return self.web + self.database


def percentile(times: list[float], share: int) -> float:
    """Return the value below which a share (percent) of the times lies."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def median_of(costs: list[Cost]) -> Cost:
    """Return the median of several rounds, number by number."""
    names = ("web", "database", "p50", "p95")
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in names))
