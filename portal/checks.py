"""System checks of the house: what must be so on this machine before anyone is let in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from applications import guards
from applications.documents import fonts_ready
from applications.sealing.pkcs12 import why_not_open

# PostgreSQL settings whose "off" loses answered payments in a crash.
MUST_BE_ON = ("synchronous_commit", "fsync", "full_page_writes")


@register(Tags.database)
def database_keeps_what_it_answered(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a database that may forget a commit; asks the server itself, because roles and servers have defaults."""
    return [problem for alias in databases or [] for problem in unsafe_database_settings(alias)]


def unsafe_database_settings(alias: str) -> list[CheckMessage]:
    """Return an error for each setting of this connection under which an answered act could be lost or done twice."""
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


# What PRAGMA must answer: a commit is on the disk (FULL or EXTRA), foreign keys hold, readers go on beside a writer.
SQLITE_ANSWERS: dict[str, tuple[Any, ...]] = {"synchronous": (2, 3), "foreign_keys": (1,), "journal_mode": ("wal",)}
SQLITE_WAITS = 5  # seconds; who asks while another writes has to wait and not to fail


def _unsafe_sqlite(connection: Any) -> list[CheckMessage]:
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in SQLITE_ANSWERS}
    wrong = [
        f"{name} = {found[name]}, not {allowed[0]}"
        for name, allowed in SQLITE_ANSWERS.items()
        if found[name] not in allowed
    ]
    options = connection.settings_dict["OPTIONS"]
    if str(options.get("transaction_mode")).upper() not in {"IMMEDIATE", "EXCLUSIVE"}:
        # SQLite has no row locks: a deferred transaction reads first and fails when it comes to write
        wrong.append(f"transaction_mode = {options.get('transaction_mode')}, not IMMEDIATE")
    if options.get("timeout", 5) < SQLITE_WAITS:
        wrong.append(f"timeout = {options['timeout']}, less than {SQLITE_WAITS} seconds")
    return [
        Error(
            f"SQLite runs with {item}.",
            hint="Let DATABASE_URL name the file only; the portal sets the rest itself.",
            id="portal.E002",
        )
        for item in wrong
    ]


@register(Tags.database)
def guards_stand(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """
    Warn of a database without the triggers against editing history and ledgers.

    Not an error, because `migrate` asks first and is what brings new ones; the nightly self-check counts them too.
    """
    return [
        Warning(
            f"Triggers that keep decided rows from being edited are missing: {', '.join(missing[:5])}.",
            hint="After an update run `manage.py migrate`. Else somebody dropped them: find out why, then run "
            "`manage.py install_guards`.",
            id="portal.W002",
        )
        for alias in databases or []
        if (missing := guards.missing(connections[alias]))
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


@register()
def seals_can_be_used(**kwargs: Any) -> list[CheckMessage]:
    """
    Warn of a seal that is missing, cannot be opened, is over or soon will be; letters then wait as 待签章.

    Says the file and the variable, never the password.
    """
    if settings.SEALER != "applications.sealing.pkcs12.Pkcs12Sealer":
        return []
    return [
        Warning(
            f"The seal of {code} ({key.path}) cannot be used: {problem}.",
            hint=f"电子印章证书：{words} 请检查 SEAL_{code.upper().replace('-', '_')} 及其口令变量。",
            id="portal.W003",
        )
        for code, key in settings.SEALS.items()
        for problem, words in why_not_open(key.path, key.password)
    ]
