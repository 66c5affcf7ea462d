"""
The pages of the desk at a million cases: CPU and waiting time, against themselves at 10,000 and against a plain admin.

Starts a PostgreSQL of its own with two databases, fills them with invented cases, and serves them as production does:
the portal on both, and Django's admin with its default changelist on the large one. Every round asks each page at the
small site, at the large one and at the peer in turn, by one client and by eight (the peer by one: its searches take
seconds). What counts is CPU per request (web processes and PostgreSQL sessions together), because it moves least with
what else the machine does. Some minutes and 4 GB below /var/tmp; the exit status says whether the goals hold.
"""

# ruff: noqa: S608 - SQL is composed from constants of this file

import argparse
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path += [str(Path(__file__).parent), str(ROOT / "script" / "lib")]  # this file is run by its path

import machine  # noqa: E402
import postgres  # noqa: E402
import psycopg  # noqa: E402
import serve  # noqa: E402
from desk import fill, meter  # noqa: E402

FLAT = 1.3  # times the cost of the same page at the small site
PAGE_CPU, CASE_CPU, FORM_CPU = 41, 38, 27  # ms of CPU a request
SEARCH_SHARE = 6  # a search costs at most this part of the peer's
ROW = b'class="row-link"'  # once in each row of the queue
PEER_ROW = b'class="action-checkbox"'
PEER_LOGIN = {"username": "plain", "password": "Plain-admin-2026"}

# The server keeps the promises that the portal asks for, and nothing runs in the background of a measurement.
DATABASE = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "off",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "max_connections": "100",
}


# ── What is asked ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Page:
    """One line of the table: its address at each site, and which goal it has."""

    name: str
    goal: str  # page, search, case, form, "" (shown only)
    small: str
    large: str
    peer: str = ""
    forget: bool = False  # whether the kept counts are thrown away before each request


def queue(**asked: Any) -> str:
    """Return an address of the queue."""
    return f"/console/queue/?{urllib.parse.urlencode(asked)}"


def papers(number: str) -> str:
    """Return the address of the search for a paper."""
    return f"/console/papers/?{urllib.parse.urlencode({'q': number})}"


def peer(**asked: Any) -> str:
    """Return an address of the peer's list."""
    return f"/admin/applications/application/?{urllib.parse.urlencode(asked)}"


def pages(small: psycopg.Connection, large: psycopg.Connection, demo: dict[str, Any]) -> list[Page]:
    """Return all pages, with keys and borders looked up in each database."""

    def both(name: str, goal: str, asked: Callable[[psycopg.Connection], dict[str, Any]], **more: Any) -> Page:
        here, there = asked(small), asked(large)
        if goal == "search" and not more:
            more = {"peer": peer(q=there["q"])}
        return Page(name, goal, queue(**here), queue(**there), **more)

    def plain(**asked: Any) -> Callable[[psycopg.Connection], dict[str, Any]]:
        return lambda _: asked

    ours = "authority_id = (SELECT id FROM applications_authority WHERE code = 'xinxing')"
    one = (
        "SELECT {} FROM applications_application a JOIN applications_applicant b ON b.id = applicant_id WHERE a." + ours
    )

    def border(where: str, order: str, columns: str, percent: int) -> Callable[[psycopg.Connection], str]:
        def look(database: psycopg.Connection) -> str:
            source = f"applications_application WHERE {ours} AND {where}"
            depth = value(database, f"SELECT count(*) * {percent} / 100 FROM {source}")
            return value(
                database,
                f"SELECT json_build_array({columns})::text FROM {source} ORDER BY {order} OFFSET {depth} LIMIT 1",
            )

        return look

    deep_all = border("status <> 'draft'", "id DESC", "id", 84)  # 500,000 of the 600,000 of a large authority
    deep_status = border("status = 'verifying'", "due_on NULLS LAST, id", "due_on, id", 50)
    clause = f"SELECT clause_id FROM applications_application WHERE {ours} GROUP BY 1 ORDER BY count(*) LIMIT 1"
    rounds = f"SELECT min(round_id) FROM applications_application WHERE {ours} AND support_year = {fill.YEARS[0]}"
    invoice = (
        f"SELECT number FROM applications_evidenceitem WHERE kind = '{fill.PAPER}' ORDER BY id OFFSET 1000 LIMIT 1"
    )
    some = " AND status = 'closed' ORDER BY a.id LIMIT 1 OFFSET 100"
    start, inside = fill.FIRST[0] + fill.SECOND[0], fill.SECOND[0] + fill.SECOND[1]
    verifying = next(row for row in demo["applications"] if row["status"] == "verifying")
    draft = next(row for row in demo["applications"] if row["status"] == "draft")
    return [
        both("我的待办", "page", plain(status="mine"), peer=peer()),
        both("我的待办, counts expired", "", plain(status="mine"), forget=True),
        both("全部", "page", plain(status="all"), peer=peer()),
        both("全部, 500,000 rows down", "page", lambda at: {"status": "all", "after": deep_all(at)}, peer=peer(p=5000)),
        both("核验中", "page", plain(status="verifying"), peer=peer(status__exact="verifying")),
        both("核验中, half way down", "page", lambda at: {"status": "verifying", "after": deep_status(at)}),
        both("已办结", "page", plain(status="closed")),
        both("one clause", "page", lambda at: {"status": "all", "clause": value(at, clause)}),
        both("one clause, 我的待办", "", lambda at: {"status": "mine", "clause": value(at, clause)}),
        both("overdue", "page", plain(status="all", due="red")),
        both("oldest year", "page", plain(status="all", year=fill.YEARS[0])),
        both("oldest round", "page", lambda at: {"status": "all", "round": value(at, rounds)}),
        both("search: number", "search", lambda at: {"status": "all", "q": value(at, one.format("a.number") + some)}),
        both("search: beginning of a number", "search", plain(status="all", q=f"XINXING-{fill.YEARS[0]}")),
        both("search: code", "search", lambda at: {"status": "all", "q": value(at, one.format("b.uscc") + some)}),
        both("search: name begins with 2 signs", "search", plain(status="all", q=start)),
        both("search: 2 signs inside a name, rare", "search", plain(status="all", q=inside)),
        both("search: 2 signs inside, frequent", "search", plain(status="all", q=fill.TRADES[0][:2])),
        both("search: 2 signs, 我的待办", "search", plain(status="mine", q=inside)),
        both("search: no such name", "search", plain(status="all", q="龘龘")),
        Page("search: number of an invoice", "page", *(papers(value(at, invoice)) for at in (small, large))),
        Page("case", "case", verifying["console_url"], verifying["console_url"]),
        Page("claim form", "form", f"{draft['url']}form/", f"{draft['url']}form/"),
    ]


def value(database: psycopg.Connection, query: str) -> Any:
    """Return the only value of a query."""
    row = database.execute(query).fetchone()  # type: ignore[arg-type]  # composed from constants
    assert row, query
    return row[0]


# ── The servers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """The databases, their sites and what belongs to them, in one folder."""

    def __init__(self, url: str, var: Path):
        self.url, self.var = url.rpartition("/")[0], var
        self.socket = self.url.partition("@/")[2]
        self.postmaster = int((Path(self.socket) / "data" / "postmaster.pid").read_text().split()[0])
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.endswith("_URL")},
            "VAR_DIR": str(var),
            "SECRET_KEY": secrets.token_urlsafe(64),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
            "DEMO": "1",
            "DEBUG": "0",
            "WEB_WORKERS": "2",
            "LOG_LEVEL": "INFO",
        }
        self.running: list[serve.Service] = []

    def connect(self, name: str) -> psycopg.Connection:
        """Return a connection for looking things up."""
        return psycopg.connect(host=self.socket, user="portal", dbname=name, autocommit=True)

    def of(self, name: str) -> dict[str, str]:
        """Return the environment of a process that works with one of the databases."""
        return {**self.environment, "DATABASE_URL": f"{self.url}/{name}"}

    def fill(self, small: int, large: int) -> dict[str, Any]:
        """Make both databases from one prepared one; return what the demonstration consists of."""
        listing = self.var / "demo.json"
        with self.connect("postgres") as server:
            server.execute("CREATE DATABASE portal_small")
            self.run(self.of("portal_small"), "manage.py", "prepare", "--demo", str(listing))
            superuser = ["manage.py", "shell", "-v0", "-c", _MAKE_PEER]
            self.run(self.of("portal_small"), *superuser)
            server.execute("CREATE DATABASE portal_large TEMPLATE portal_small")
        for name, cases in (("portal_small", small), ("portal_large", large)):
            began = time.monotonic()
            self.run(self.of(name), "-m", "desk.fill", str(cases))
            with self.connect(name) as database:
                size = value(database, "SELECT pg_size_pretty(pg_database_size(current_database()))")
            print(f"{cases:,} cases in {time.monotonic() - began:.0f} s, {size}", flush=True)
        machine.collect_static(self.of("portal_small"))
        return json.loads(listing.read_text())

    def run(self, environment: dict[str, str], *arguments: str) -> None:
        """Run our own Python to its end; what it prints matters only when it fails."""
        machine.run(machine.PYTHON, *arguments, quiet=True, env=environment)

    def serve(self, name: str, database: str, cache: int, **changed: str) -> tuple[int, int]:
        """Start gunicorn on a database; return its port and its process."""
        port = free_port()
        environment = {**self.of(database), "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}", **changed}
        if self.running:  # the first start brings the broker
            environment["REDIS_URL"] = f"redis+socket://{serve.broker_socket(self.var)}"
        environment["CACHE_URL"] = f"unix://{serve.broker_socket(self.var)}?db={cache}"
        for service in serve.services("127.0.0.1", port, environment):
            if service.name in ("worker", "beat"):  # no background work beside a measurement
                continue
            if service.name == "web":
                service.name = name
            service.start()
            self.running.append(service)
            web = service.process
        assert web
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return port, web.pid
            time.sleep(0.1)
        raise machine.CannotSetUp(f"{name} does not start, see {self.var}/log/{name}.log")

    def stop(self) -> None:
        """End everything that was started."""
        for service in reversed(self.running):
            service.stop()

    def forget(self, cache: int) -> None:
        """Throw away what a site keeps in its cache."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.connect(str(serve.broker_socket(self.var)))
            client.sendall(f"SELECT {cache}\r\nFLUSHDB\r\n".encode())
            client.recv(64)


_MAKE_PEER = (
    "from applications.models import User; "
    f"User.objects.create_superuser({PEER_LOGIN['username']!r}, '', {PEER_LOGIN['password']!r}, name='plain')"
)


@contextlib.contextmanager
def house(keep: bool) -> Iterator[House]:
    """Yield the house; tear it down afterwards, or leave its folders."""
    var = Path(tempfile.mkdtemp(prefix="portal-bench-", dir="/var/tmp"))
    built: House | None = None
    try:
        with postgres.server(changed=DATABASE, keep=keep) as url:
            built = House(url, var)
            try:
                yield built
            finally:
                built.stop()
    finally:
        if keep:
            print(f"Kept: {var}" + (f" and {built.socket}" if built else ""))
        else:
            shutil.rmtree(var, ignore_errors=True)


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────

Costs = dict[tuple[str, int], list[meter.Cost]]  # by site and number of clients


def measure(
    sites: dict[str, meter.Site], page: Page, house: House, rounds: int, requests: int
) -> tuple[dict[str, Any], Costs]:
    """Ask one page at all its sites, in turn, round after round; return its rows and the costs."""
    asked = {"small": page.small, "large": page.large} | ({"peer": page.peer} if page.peer else {})
    shown = {name: sites[name].rows(path, PEER_ROW if name == "peer" else ROW) for name, path in asked.items()}
    costs: Costs = {}
    for turn in range(-1, rounds):  # the first one warms up
        for name, path in asked.items():
            if name == "peer" and turn < 0:  # among several rounds its first does not count for much
                continue
            for clients, count in ((1, 2),) if name == "peer" else ((1, requests), (8, requests)):
                if page.forget:
                    if clients > 1:
                        continue
                    cost = meter.median_of([_fresh(sites[name], path, house, name) for _ in range(requests // 4)])
                else:
                    cost = sites[name].cost(path, count, clients)
                if turn >= 0:
                    costs.setdefault((name, clients), []).append(cost)
    return shown, costs


def _fresh(site: meter.Site, path: str, house: House, name: str) -> meter.Cost:
    house.forget({"small": 1, "large": 2}[name])
    return site.cost(path, 1, 1)


def line(page: Page, shown: dict[str, Any], costs: Costs) -> tuple[str, bool]:
    """Return a line of the table and whether the page reaches its goal."""

    def at(name: str, clients: int = 1) -> meter.Cost:
        return meter.median_of(costs[name, clients])

    def cpu(name: str) -> float:
        return meter.median_of([cost for key, found in costs.items() if key[0] == name for cost in found]).cpu

    there = at("large")
    busy = at("large", 8) if ("large", 8) in costs else there
    flat = cpu("large") / cpu("small")
    beside = f"{cpu('peer') / cpu('large'):6.1f}" if page.peer else "     -"
    waits = f"{at('peer').p95 / there.p95:6.1f}" if page.peer else "     -"
    reached = {
        "page": flat <= FLAT and cpu("large") <= PAGE_CPU,
        "search": bool(page.peer) and cpu("peer") >= SEARCH_SHARE * cpu("large"),
        "case": cpu("large") <= CASE_CPU,
        "form": cpu("large") <= FORM_CPU,
        "": True,
    }[page.goal]
    verdict = ("ok" if reached else "MISSED") if page.goal else "-"
    text = (
        f"{page.name:<36} {shown['small']:>3}/{shown['large']:<3} {cpu('small'):6.1f} {cpu('large'):6.1f} "
        f"({there.web:5.1f} + {there.database:6.1f}) {flat:5.2f} {beside} {waits} "
        f"{there.p50:6.0f}/{there.p95:<5.0f} {busy.p50:6.0f}/{busy.p95:<5.0f} {verdict}"
    )
    return text, reached


HEAD = (
    f"{'page':<36} {'rows':>7} {'small':>6} {'large':>6} ({'web':>5} + {'db':>6}) {'flat':>5} {'peer':>6} {'p95':>6} "
    f"{'c=1 p50/p95':>12} {'c=8 p50/p95':>12} goal"
)


def main() -> int:
    """Build, measure, print. Returns 1 when a goal is missed."""
    options = argparse.ArgumentParser(prog="script/bench web", description=__doc__)
    options.add_argument("--cases", type=int, default=1_000_000, help="cases of the large site (default 1000000)")
    options.add_argument("--small", type=int, default=10_000, help="cases of the small site (default 10000)")
    options.add_argument("--rounds", type=int, default=5, help="rounds; each figure is their median (default 5)")
    options.add_argument("--requests", type=int, default=24, help="requests of each measurement (default 24)")
    options.add_argument("--only", default="", metavar="WORDS", help="measure only pages whose name fits")
    options.add_argument("--keep", action="store_true", help="leave the databases and logs where they are")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: with everything torn down
    try:
        with house(given.keep) as built:
            return report(built, given)
    except machine.CannotSetUp as reason:
        print(reason, file=sys.stderr)
        return 2


def report(built: House, given: argparse.Namespace) -> int:
    """Fill, serve and measure in a house that stands."""
    demo = built.fill(given.small, given.cases)
    officer, applicant = meter_logins(demo)
    sites: dict[str, meter.Site] = {}
    members: dict[str, meter.Site] = {}
    for cache, name in enumerate(("small", "large"), start=1):
        port, pid = built.serve(f"web_{name}", f"portal_{name}", cache)
        for people, account in ((sites, officer), (members, applicant)):
            browser = meter.Browser(port)
            browser.log_in("/accounts/login/", {"login": account["username"], "password": account["password"]})
            people[name] = meter.Site(browser, pid, built.postmaster)
    port, pid = built.serve("web_peer", "portal_large", 3, DJANGO_SETTINGS_MODULE="desk.plain_admin")
    browser = meter.Browser(port)
    browser.log_in("/admin/login/", {**PEER_LOGIN, "next": "/admin/"})
    sites["peer"] = meter.Site(browser, pid, built.postmaster)

    with built.connect("portal_small") as small, built.connect("portal_large") as large:
        wanted = [page for page in pages(small, large, demo) if re.search(given.only, page.name)]
    print(f"\nCPU ms a request; small = {given.small:,} cases, large = {given.cases:,}; peer, p95: times ours\n{HEAD}")
    missed = 0
    for page in wanted:
        of = members if page.goal == "form" else sites
        text, reached = line(page, *measure(of, page, built, given.rounds, given.requests))
        missed += not reached
        print(text, flush=True)
    print(f"\n{missed} of {sum(bool(page.goal) for page in wanted)} goals missed")
    return 1 if missed else 0


def meter_logins(demo: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the accounts of the intake officer, and of somebody who may edit the first draft."""
    draft = next(row for row in demo["applications"] if row["status"] == "draft")
    officer = next(row for row in demo["accounts"] if row["username"] == f"{fill.LARGE}_intake")
    member = next(row for row in demo["accounts"] if row.get("applicant") == draft["applicant"])
    return officer, member


if __name__ == "__main__":
    sys.exit(main())
