"""PostgreSQL's own programs: found on this machine, started with the connection of the portal, errors in words."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db.backends.postgresql.client import DatabaseClient

from applications.backup.manifest import Refused

# Where distributions keep the programs of each version; only the newest client is linked onto the PATH.
PLACES = Path("/usr/lib/postgresql")
VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


def run(connection: Any, program: str, options: Sequence[str], *, at_least: int) -> None:
    """Run `pg_dump` or `pg_restore` of at least this major version. Raises Refused with what it said."""
    command = [find(program, at_least), "--no-password", *options]
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL with options of our own
        command, env=_environment(connection), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{program} 没有成功：{done.stderr.strip()[-600:]}")


def server_major(connection: Any) -> int:
    """Return the major version of the server."""
    connection.ensure_connection()
    return connection.connection.info.server_version // 10000


def find(program: str, at_least: int) -> str:
    """Return the path of a program that is not older than the server. Raises Refused with what to install."""
    for place in _places(program):
        if (_major(place) or 0) >= at_least:
            return place
    raise Refused(
        f"未找到 {at_least} 或更新版本的 {program}。请安装 PostgreSQL 客户端，例如 apt-get install "
        f"postgresql-client-{at_least}，或者把它所在的文件夹加入 PATH。"
        f"{program} {at_least} or newer was not found: install the PostgreSQL client or put it on PATH."
    )


def _places(program: str) -> Iterator[str]:
    if on_path := shutil.which(program):
        yield on_path
    installed = (file for file in PLACES.glob(f"*/bin/{program}") if file.parts[-3].isdigit())
    yield from map(str, sorted(installed, key=lambda file: -int(file.parts[-3])))


def _major(place: str) -> int | None:
    said = subprocess.run([place, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    match = VERSION.search(said.stdout)
    return int(match[1]) if match else None


def _environment(connection: Any) -> dict[str, str]:
    """Return the environment with the connection in it: a command line is read by every user of the machine."""
    settings = connection.settings_dict
    _, secrets = DatabaseClient.settings_to_cmd_args_env(settings, [])
    where = {
        "PGHOST": settings["HOST"],
        "PGPORT": str(settings["PORT"]),
        "PGUSER": settings["USER"],
        "PGDATABASE": settings["NAME"],
    }
    return {**os.environ, **(secrets or {}), **{name: value for name, value in where.items() if value}}
