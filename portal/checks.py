"""System checks of the house: what must be so on this machine before anyone is let in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from applications.documents import fonts_ready

# PostgreSQL settings whose "off" loses answered payments in a crash.
MUST_BE_ON = ("synchronous_commit", "fsync", "full_page_writes")


@register(Tags.database)
def database_keeps_what_it_answered(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a database that may forget a commit; asks the server itself, because roles and servers have defaults."""
    return [problem for alias in databases or [] for problem in unsafe_database_settings(alias)]


def unsafe_database_settings(alias: str) -> list[CheckMessage]:
    """Return an error for each durability setting of this connection that is off."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        return _unsafe_sqlite(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(MUST_BE_ON)])
        off = sorted(name for name, value in cursor.fetchall() if value == "off")
    return [
        Error(
            f"PostgreSQL runs with {name} = off: a crash would lose payments that were already answered.",
            hint=f"Set {name} = on for the server, the database and the role.",
            id="portal.E001",
        )
        for name in off
    ]


def _unsafe_sqlite(connection: Any) -> list[CheckMessage]:
    wanted = {"synchronous": 2, "foreign_keys": 1}
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    return [
        Error(f"SQLite runs with {name} = {found[name]}, not {value}.", id="portal.E002")
        for name, value in wanted.items()
        if found[name] != value
    ]


@register(Tags.security)
def content_security_policy_is_strict(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a policy that lets inline scripts, eval or foreign hosts in."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    loose = sorted(
        f"{name} {source}"
        for name, sources in directives.items()
        for source in sources
        if "unsafe" in source or source in {"*", "http:", "https:"}
    )
    return [Error(f"Content-Security-Policy allows {item}.", id="portal.E003") for item in loose]


@register()
def letters_have_their_fonts(**kwargs: Any) -> list[CheckMessage]:
    """Warn where letters cannot be made: without its fonts a PDF would be silently blank."""
    missing = fonts_ready()
    if not missing:
        return []
    return [
        Warning(f"Fonts of the letters are missing: {', '.join(missing)}.", hint="Run script/fonts.", id="portal.W001")
    ]
