"""
Reads the environment for `portal/settings.py` and refuses what is missing or unsafe.

Every refusal is an `ImproperlyConfigured` with the variable's name and what to set, so that a start stops with one
sentence an operator can act on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SHORTEST_SECRET = 50  # characters, as Django's own deployment check asks


def secret_key(given: str, file: Path, *, debug: bool) -> str:
    """Return the key from the environment, or from the file that `script/server` makes; refuse none or a weak one."""
    key = given or (file.read_text().strip() if file.is_file() else "")
    if not key and debug:
        return "insecure-key-for-debugging-only-never-for-real-work-0000"
    if not key:
        raise ImproperlyConfigured(
            f"SECRET_KEY is not set and {file} does not exist. Set SECRET_KEY to at least {SHORTEST_SECRET} random "
            "characters, or run script/server once: it makes a key for this machine."
        )
    weak = len(key) < SHORTEST_SECRET or len(set(key)) < 5 or key.startswith(("django-insecure", "insecure"))
    if weak and not debug:
        raise ImproperlyConfigured(f"SECRET_KEY is weak: it must be at least {SHORTEST_SECRET} random characters.")
    return key


def public_base_url(url: str, *, debug: bool) -> SplitResult:
    """Return the parsed public address; plain http only in debug or on a loopback address."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured(
            f"PUBLIC_BASE_URL must be a scheme and a host such as https://jiangbu.example.gov.cn, not {url!r}."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not debug:
        raise ImproperlyConfigured(
            f"PUBLIC_BASE_URL is {url!r}: without https the portal is only served on 127.0.0.1 or localhost. "
            "Put a TLS proxy in front and set an https address."
        )
    return parts


def allowed_hosts(given: list[str], public: SplitResult, *, debug: bool) -> list[str]:
    """Return the hosts that may be asked for; by default the public one (with its loopback aliases)."""
    if "*" in given and not debug:
        raise ImproperlyConfigured("ALLOWED_HOSTS must not contain *: name the hosts of this portal.")
    if given:
        return given
    assert public.hostname, "public_base_url() refuses an address without a host"
    if public.hostname in LOOPBACK:
        return ["127.0.0.1", "localhost", "[::1]"]
    return [public.hostname]


def choice(name: str, value: str, choices: frozenset[str]) -> str:
    """Return the value when it is one of the choices; refuse it with the list of choices otherwise."""
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(choices))}, not {value!r}.")
    return value


def database(config: dict[str, Any]) -> dict[str, Any]:
    """
    Return Django's database setting with the options without which the promises of the portal do not hold.

    SQLite: IMMEDIATE is the lock that `select_for_update` is elsewhere; WAL lets readers read meanwhile; FULL keeps
    an answered payment through a power cut. PostgreSQL: persistent connections that are checked before use.
    """
    if config["ENGINE"] == "django.db.backends.sqlite3":
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"
        options = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": pragmas}
        return {**config, "OPTIONS": {**config.get("OPTIONS", {}), **options}}
    if config["ENGINE"] == "django.db.backends.postgresql":
        options = {"connect_timeout": 5, "application_name": "portal"}
        return {
            **config,
            "CONN_MAX_AGE": config.get("CONN_MAX_AGE") or 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**options, **config.get("OPTIONS", {})},
        }
    raise ImproperlyConfigured(f"DATABASE_URL names {config['ENGINE']}: the portal runs on SQLite and PostgreSQL only.")


def cache_location(broker: str) -> str:
    """
    Return the address of the cache for a Redis broker: the same server, the next database number.

    The same number would be dangerous: clearing a cache empties its database, and with it the queue.
    """
    parts = urlsplit(broker)
    if parts.scheme == "redis+socket":
        return f"unix://{parts.path}?db=1"
    number = int(parts.path.strip("/") or 0) + 1
    return urlunsplit(parts._replace(path=f"/{number}"))


def storage(url: str) -> dict[str, Any]:
    """Return the storage of evidence and letters: `file:///folder`, or `s3://bucket?endpoint=https://…&region=…`."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        options = {
            "location": parts.path,
            "base_url": None,  # there is no address for a stored file: views serve it after a permission check
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        }
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    if parts.scheme == "s3" and parts.hostname:
        asked = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        options = {
            "bucket_name": parts.hostname,
            "location": parts.path.strip("/"),
            "endpoint_url": asked.get("endpoint"),
            "region_name": asked.get("region"),
            "default_acl": "private",
            "file_overwrite": False,
        }
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    raise ImproperlyConfigured(f"STORAGE_URL must be file:///folder or s3://bucket?endpoint=…, not {url!r}.")


@dataclass(frozen=True)
class KeyFile:
    """A PKCS#12 file and its password, which no representation of it shows."""

    path: str
    password: str = field(repr=False)


def seals(given: Mapping[str, str], folder: Path, *, demo: bool) -> dict[str, KeyFile]:
    """
    Return the seal of each authority by its code: SEAL_<CODE> is the file, SEAL_<CODE>_PASSWORD its password.

    A code is written in capitals and with _ for -. A demonstration also takes what `script/server` has made for it.
    """
    found = {}
    if demo and folder.is_dir():
        for file in sorted(folder.glob("*.p12")):
            secret = file.with_suffix(".password")
            if secret.is_file():
                found[file.stem] = KeyFile(str(file), secret.read_text().strip())
    for name, path in given.items():
        if not name.startswith("SEAL_") or name.endswith("_PASSWORD") or not path:
            continue
        if f"{name}_PASSWORD" not in given:
            raise ImproperlyConfigured(f"{name} names a seal and {name}_PASSWORD is not set: set the file's password.")
        found[name.removeprefix("SEAL_").lower().replace("_", "-")] = KeyFile(path, given[f"{name}_PASSWORD"])
    return found
