"""
script/test: every check and test of the portal; installs what it needs, prints where the time went.

    script/test                                    everything
    script/test --only lint,types                  some stages
    script/test --only sqlite -- tests/rules -x    the rest goes to pytest

Stages, in order: lint, types, layers, migrations, packs, sqlite, postgres, browser.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import machine
import postgres
from machine import ROOT, VENV, CannotSetUp, apt_command, apt_install, say

# What a developer may have set for a server of their own must not reach the tests.
PORTAL_VARIABLES = {
    *("ALLOWED_HOSTS", "BROKER_URL", "CACHE_URL", "DATABASE_URL", "DEBUG", "DEMO", "DJANGO_SETTINGS_MODULE"),
    *("EMAIL_URL", "PUBLIC_BASE_URL", "REDIS_URL", "SECRET_KEY", "STORAGE_URL", "TEST_DATABASE", "TRUSTED_PROXIES"),
    "VAR_DIR",
}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

Environment = dict[str, str]


@dataclass
class Stage:
    """One stage: what it is called and what it runs; the function returns whether all was well."""

    name: str
    act: Callable[[Environment, list[str]], bool]
    needs_assets: bool = False


def command(environment: Environment, *parts: str) -> bool:
    """Run a program of the virtual environment; its output goes straight to the reader."""
    program, *rest = parts
    done = subprocess.run(
        [str(VENV / "bin" / program), *rest], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0


def lint(environment: Environment, extra: list[str]) -> bool:
    """Style and likely mistakes of Python and of templates."""
    python = command(environment, "ruff", "check", "--quiet", ".")
    formatted = command(environment, "ruff", "format", "--check", "--quiet", ".")
    return command(environment, "djlint", "--quiet", "--lint", "templates") and python and formatted


def types(environment: Environment, extra: list[str]) -> bool:
    """Types, with Django's."""
    return command(environment, "mypy", "--no-error-summary")


def layers(environment: Environment, extra: list[str]) -> bool:
    """Imports point down."""
    return command(environment, "lint-imports", "--no-logo")


def migrations(environment: Environment, extra: list[str]) -> bool:
    """No model without its migration; settings of a production site pass Django's deployment checks."""
    production = {
        **environment,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PUBLIC_BASE_URL": "https://portal.example.gov.cn",
        "SECRET_KEY": "for-the-deployment-check-only-" + "0123456789abcdef" * 3,
        "DATABASE_URL": "sqlite:///:memory:",  # what a developer's own database went through does not matter
    }
    complete = command(production, "python", "manage.py", "makemigrations", "--check", "--dry-run")
    return command(production, "python", "manage.py", "check", "--deploy", "--fail-level", "WARNING") and complete


def packs(environment: Environment, extra: list[str]) -> bool:
    """The policy packs are well formed and agree with the official texts."""
    settings = {**environment, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return command(settings, "python", "manage.py", "check_packs")


def sqlite(environment: Environment, extra: list[str]) -> bool:
    """The suite on SQLite."""
    return command(environment, "pytest", *_parallel(), *(extra or ["tests"]))


def on_postgres(environment: Environment, extra: list[str]) -> bool:
    """The suite on PostgreSQL; what asks no database is left out by tests/conftest.py and not asked twice."""
    with postgres.server() as url:
        # backups are taken with the programs of this very server; an older pg_dump of the machine would refuse
        path = f"{postgres.programs()}{os.pathsep}{environment['PATH']}"
        place = {**environment, "DATABASE_URL": url, "PATH": path}
        return command(place, "pytest", *_parallel(), *(extra or ["tests"]))


def browser(environment: Environment, extra: list[str]) -> bool:
    """The journeys in headless Chromium against the running site."""
    place = {**environment, "CHROMIUM": chromium()}
    return command(place, "pytest", "-q", "-n", "2", "--durations=5", "-m", "browser", *(extra or ["tests/browser"]))


STAGES = [
    Stage("lint", lint),
    Stage("types", types),
    Stage("layers", layers),
    Stage("migrations", migrations),
    Stage("packs", packs),
    Stage("sqlite", sqlite),
    Stage("postgres", on_postgres),
    Stage("browser", browser, needs_assets=True),
]


def _parallel() -> list[str]:
    return ["-q", "-n", str(os.cpu_count() or 2), "--dist", "worksteal", "--durations=5"]


def chromium() -> str:
    """Return the path of a Chromium; installs Debian's when root. CHROMIUM names one of your own."""
    given = os.environ.get("CHROMIUM", "")
    if given:
        return given
    for attempt in (1, 2):
        for name in CHROMIUM_NAMES:
            # Ubuntu's package is a stub that wants a snap; it answers no version
            if (place := shutil.which(name)) and _answers_version(place):
                return place
        if attempt == 1 and not apt_install(["chromium"]):
            break
    raise CannotSetUp(
        "The browser journeys need Chromium. An administrator can run:\n"
        f"    {apt_command(['chromium'])}\n"
        "On Ubuntu, where that package is a snap, install any Chromium or Chrome and set CHROMIUM to its path."
    )


def _answers_version(place: str) -> bool:
    try:
        return subprocess.run([place, "--version"], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def main() -> int:
    """Prepare, run the stages, print the table. Returns 1 when one failed."""
    options = arguments()
    wanted = [stage for stage in STAGES if not options.only or stage.name in options.only]
    environment = {name: value for name, value in os.environ.items() if name not in PORTAL_VARIABLES}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    table: list[tuple[str, float, bool]] = []
    began = time.perf_counter()
    try:
        prepare(any(stage.needs_assets for stage in wanted))
    except CannotSetUp as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    table.append(("set-up", time.perf_counter() - began, True))
    for stage in wanted:
        say(f"\n—— {stage.name}: {(stage.act.__doc__ or '').strip()}")
        began = time.perf_counter()
        try:
            good = stage.act(environment, options.pytest)
        except CannotSetUp as reason:
            say(str(reason))
            good = False
        table.append((stage.name, time.perf_counter() - began, good))
    return report(table)


def arguments() -> argparse.Namespace:
    """Read the command line; refuse a stage that does not exist."""
    parser = argparse.ArgumentParser(
        prog="script/test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help="stages, separated by commas")
    parser.add_argument("pytest", nargs="*", help="what the pytest stages run instead of everything")
    options = parser.parse_args()
    if unknown := set(options.only) - {stage.name for stage in STAGES}:
        parser.error(f"no such stage: {', '.join(sorted(unknown))}")
    return options


def prepare(assets: bool) -> None:
    """Install packages and fonts, and for the browser the static assets."""
    machine.letter_packages()
    machine.python_packages(development=True)
    machine.fonts()
    if assets:
        machine.static_assets()


def report(table: list[tuple[str, float, bool]]) -> int:
    """Print seconds and result of every stage."""
    say("\nstage          seconds  result")
    for name, seconds, good in table:
        say(f"{name:<14} {seconds:>7.1f}  {'ok' if good else 'FAILED'}")
    failed = [name for name, _, good in table if not good]
    say(f"{'together':<14} {sum(seconds for _, seconds, _ in table):>7.1f}  {'FAILED' if failed else 'ok'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
