"""
script/server: sets the portal up on this machine and serves it until Ctrl-C.

First start: virtual environment, system packages and fonts, static assets, database, policies, demo data. Later
starts do only what changed. Runs as root or not; what only an administrator can install is said in words.

Environment: everything in docs/deployment.md (DATABASE_URL, REDIS_URL, PUBLIC_BASE_URL, …) is passed on. Without
it: SQLite, an embedded broker, files and mail below var/.
"""

import argparse
import errno
import json
import os
import secrets
import shutil
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import machine
import serve
from machine import PYTHON, ROOT, CannotSetUp, run, say


def main() -> int:
    """Set up, then serve. Returns the status for the shell."""
    options = arguments()
    began = time.perf_counter()
    try:
        environment = surroundings(options)
        if not options.setup_only:
            refuse_taken_port(options.host, options.port)
        with serve.only_one(Path(environment["VAR_DIR"])):
            set_up(options, environment)
            say(f"Ready after {time.perf_counter() - began:.1f} s of setting up.")
            if options.setup_only:
                return 0
            return serve.until_stopped(options.host, options.port, environment, lambda: welcome(environment))
    except CannotSetUp as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="script/server", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="default 8000")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on, default 127.0.0.1")
    parser.add_argument("--setup-only", action="store_true", help="prepare everything and do not serve")
    parser.add_argument("--no-demo", action="store_true", help="no demo data and no demo logins")
    parser.add_argument("--reset-demo", action="store_true", help="delete the embedded database and files first")
    return parser.parse_args()


def surroundings(options: argparse.Namespace) -> dict[str, str]:
    """Return the environment of every process: what the caller set, and defaults for the rest."""
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
    var.mkdir(parents=True, exist_ok=True)
    var.chmod(0o700)
    shown = "127.0.0.1" if options.host in {"0.0.0.0", "::"} else options.host  # noqa: S104 - compared, not bound
    defaults = {
        "PUBLIC_BASE_URL": f"http://{shown}:{options.port}",
        "DEMO": "0" if options.no_demo else "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **os.environ, "VAR_DIR": str(var)}


def refuse_taken_port(host: str, port: int) -> None:
    """Stop before anything starts when the port is taken or not ours to take."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: f"端口 {port} 已被占用。Port {port} on {host} is in use by another program.",
                errno.EACCES: f"没有权限使用端口 {port}。Port {port} needs root.",
            }
            reason = reasons.get(error.errno or 0, f"Cannot listen on {host}:{port}: {error.strerror}.")
            raise CannotSetUp(f"{reason}\nChoose another:  script/server --port {port + 1}") from error


def set_up(options: argparse.Namespace, environment: dict[str, str]) -> None:
    """Bring machine, packages, assets, database and demo data to where serving can begin."""
    var = Path(environment["VAR_DIR"])
    machine.letter_packages()
    machine.python_packages()
    machine.static_assets()
    machine.fonts()
    make_secret(var / "secret_key", environment)
    if options.reset_demo:
        reset(var, environment)
    demo = ["--demo", var / "demo.json"] if environment["DEMO"] == "1" else []
    if demo:
        make_demo_seals(var, environment)
    run(PYTHON, "manage.py", "prepare", *demo, quiet=True, env=environment)
    machine.collect_static(environment)


def make_demo_seals(var: Path, environment: dict[str, str]) -> None:
    """Make the demonstration's seals, unless all stand there already; it costs a start of Django to find that out."""
    if machine.stamped("seals", _seals(var), var / "stamps"):
        return
    run(PYTHON, "manage.py", "make_demo_seals", var / "seals", quiet=True, env=environment)
    machine.stamp("seals", _seals(var), var / "stamps")


def _seals(var: Path) -> str:
    """Return what the seals are made for and which files are there."""
    names = sorted(file.name for file in (var / "seals").glob("*"))
    return machine.digest([ROOT / "applications" / "loading.py"], also=" ".join(names))


def make_secret(file: Path, environment: dict[str, str]) -> None:
    """Make this machine's own secret key once, unless the environment brings one."""
    if environment.get("SECRET_KEY") or file.exists():
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(64))


def reset(var: Path, environment: dict[str, str]) -> None:
    """Delete the embedded database, files and mail; never anything that DATABASE_URL or STORAGE_URL names."""
    if environment.get("DATABASE_URL") or environment.get("STORAGE_URL"):
        raise CannotSetUp("--reset-demo deletes the embedded database and files; DATABASE_URL or STORAGE_URL is set.")
    for file in var.glob("db.sqlite3*"):
        file.unlink()
    for folder in ("files", "mail"):
        shutil.rmtree(var / folder, ignore_errors=True)
    say("The demo database and its files are deleted.")


def welcome(environment: dict[str, str]) -> None:
    """Print the address and the demo logins."""
    base = environment["PUBLIC_BASE_URL"].rstrip("/")
    say(f"\n算力奖补平台 is served at  {base}/")
    demo = Path(environment["VAR_DIR"]) / "demo.json"
    if environment["DEMO"] == "1" and demo.is_file():
        say("\n演示账号 demo logins (invented people and enterprises):")
        for account in json.loads(demo.read_text()).get("accounts", []):
            say(f"  {account['username']:<16} {account['password']:<16} {account.get('role', '')}")
    if urlsplit(base).hostname not in {"127.0.0.1", "localhost", "::1"}:
        say("\nDemo logins are public knowledge: start with --no-demo on an address that others can reach.")
    say(f"\nLogs are in {environment['VAR_DIR']}/log. Ctrl-C stops everything.")


if __name__ == "__main__":
    sys.exit(main())
