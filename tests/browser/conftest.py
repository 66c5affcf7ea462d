"""
The journeys run in headless Chromium against the running site: web, worker and broker as `script/server` starts them.

Every page is watched: a script error, a refusal by the Content-Security-Policy or a failed load fails the test.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.hands import ROOT

# Seconds. Preparing takes a minute of CPU, half of it to migrate, half to print the papers of the demonstration; beside
# five other suites on two cores it was seen to take eight. Whoever waits for another worker waits for one preparation.
PREPARE_WITHIN, START_WITHIN = 900, 240
KEPT = ROOT / "var" / "tests"
# What the data of a fresh site follows from; migrations and policies that came since are applied at every start.
MADE_OF = ("applications", "rules", "portal/management", "portal/settings.py", "requirements.txt")


@dataclass(frozen=True)
class Site:
    """The running site: its address, its data folder, and what the demo data consists of."""

    url: str
    var: Path
    demo: dict

    def password(self, username: str) -> str:
        """Return the password of a demo login."""
        return next(account["password"] for account in self.demo["accounts"] if account["username"] == username)


def pytest_collection_modifyitems(items):
    """Everything in this folder needs the browser; nobody has to remember the mark."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _environment(var: Path) -> dict[str, str]:
    ours = {"DJANGO_SETTINGS_MODULE", "SECRET_KEY"}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return inherited | {"VAR_DIR": str(var)}


def _key() -> str:
    """Return a name for the data of a fresh site: by the day, which the demonstration counts from, code and places."""
    places = (os.environ.get("DATABASE_URL", ""), os.environ.get("STORAGE_URL", ""))
    found = hashlib.sha256("\0".join(places).encode())
    for place in MADE_OF:
        for file in sorted((ROOT / place).rglob("*")) or [ROOT / place]:
            if file.is_file() and file.suffix != ".pyc":
                found.update(f"{file}\0".encode() + file.read_bytes())
    today = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
    return f"site-{today:%Y%m%d}-{found.hexdigest()[:12]}"


@contextmanager
def _alone(folder: Path):
    """Let one process in at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "site.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copy_prepared(var: Path) -> None:
    """
    Copy the data folder of a site as `script/server` sets it up, which is made once for all workers and runs of a day.

    Nobody serves from the original.
    """
    with _alone(KEPT):
        ready = KEPT / _key()
        if not ready.is_dir():
            for old in KEPT.glob("site-*"):
                shutil.rmtree(old)
            making = KEPT / "making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            output = making / "output"
            with output.open("wb") as out:
                done = subprocess.run(
                    ["script/server", "--setup-only"],
                    cwd=ROOT,
                    env=_environment(making),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    timeout=PREPARE_WITHIN,
                    check=False,
                )
            if done.returncode:
                pytest.fail(f"the site cannot be prepared:\n{output.read_text()[-4000:]}", pytrace=False)
            making.rename(ready)
        shutil.copytree(ready, var, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Start the whole site on a free port with data of its own; stop it at the end."""
    var = tmp_path_factory.mktemp("site")
    _copy_prepared(var)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    output = var / "output"
    with output.open("wb") as out:
        server = subprocess.Popen(
            ["script/server", "--port", str(port)],
            cwd=ROOT,
            env=_environment(var),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, output)
        yield Site(f"http://127.0.0.1:{port}", var, json.loads((var / "demo.json").read_text()))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _wait(server, output):
    deadline = time.monotonic() + START_WITHIN
    while "is served at" not in output.read_text():
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the site does not start:\n{output.read_text()[-4000:]}", pytrace=False)
        time.sleep(0.2)


@pytest.fixture(scope="session")
def base_url(site):
    """Let `page.goto("/policies/")` mean the running site."""
    return site.url


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Use the machine's Chromium; no sandbox, because a container's root has none to give."""
    place = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if place is None:
        pytest.fail("no Chromium: set CHROMIUM to its path, or run script/test", pytrace=False)
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    return {"executable_path": place, "args": quiet}


@pytest.fixture(scope="session")
def browser_context_args(base_url):
    """A Chinese desktop of an ordinary size."""
    place = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1280, "height": 860}}
    return place | {"base_url": base_url}


@pytest.fixture
def page(page: Page):
    """Return a page whose console must stay free of errors until the end of the test."""
    errors = watch(page)
    yield page
    assert errors == []


def watch(page: Page) -> list[str]:
    """Collect what goes wrong on a page. A document answered with 4xx is no error of the page: journeys ask for it."""
    errors: list[str] = []

    def on_console(message):
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            errors.append(f"{page.url}: {message.text}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    return errors


@pytest.fixture(scope="session")
def assert_accessible():
    """Return a function that fails with axe's own words when the page has a violation."""
    axe = Axe()

    def check(page: Page) -> None:
        page.wait_for_load_state("networkidle")  # what htmx is about to replace is dimmed for a moment
        # Without this axe fetches stylesheets into inline ones, which our own policy refuses and the console reports.
        results = axe.run(page, options={"preload": False})
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


@pytest.fixture
def log_in(site):
    """Return a function that logs a demo user in on a page."""

    def act(page: Page, username: str, password: str = "") -> None:
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(username)
        page.locator("input[name=password]").fill(password or site.password(username))
        page.locator("form:has(input[name=password]) button[type=submit]").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    return act


@pytest.fixture
def as_person(page, log_in):
    """Return a function that changes who sits at the desk."""

    def change(username: str) -> Page:
        page.context.clear_cookies()
        log_in(page, username)
        return page

    return change


@pytest.fixture
def second_page(browser, browser_context_args):
    """Return a page of another browser, for a second person at the same time."""
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    errors = watch(page)
    yield page
    assert errors == []
    context.close()
