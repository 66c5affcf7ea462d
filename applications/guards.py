"""
Vendor SQL that keeps what was decided and paid from being edited or deleted, even by direct SQL.

Ledgers, history and findings are append-only. A payment may be reviewed once; a paper may receive its file once.
SQLite and PostgreSQL only; another database keeps the same promise in the actions alone.
"""

APPEND_ONLY = (
    *("event", "assessment", "factcheck", "award", "instalment", "earlieraward", "caseduty"),
    *("casedecision", "autocheck", "deskfile", "creditcheck", "sitevisit", "jointvote", "steplength"),
    *("approval", "band", "dailydigest", "digesthead"),
)

# Table -> the condition under which an UPDATE is refused, over OLD and NEW.
SEALED = {
    "payment": (
        "OLD.state <> 'recorded' OR NEW.amount_fen <> OLD.amount_fen OR NEW.instalment_id <> OLD.instalment_id "
        "OR NEW.recorded_by_id <> OLD.recorded_by_id"
    ),
    "document": (
        "NEW.number <> OLD.number OR NEW.code <> OLD.code OR NEW.kind <> OLD.kind "
        "OR (OLD.sha256 IS NOT NULL AND (NEW.sha256 IS NULL OR NEW.sha256 <> OLD.sha256))"
    ),
}

MESSAGE = "applications: this row is never edited or deleted"


def _triggers() -> list[tuple[str, str, str, str]]:
    """Return (name, table, verb, condition) of every trigger."""
    rows = []
    for model in APPEND_ONLY:
        rows.append((f"keep_{model}_update", f"applications_{model}", "UPDATE", ""))
        rows.append((f"keep_{model}_delete", f"applications_{model}", "DELETE", ""))
    for model, condition in SEALED.items():
        rows.append((f"keep_{model}_update", f"applications_{model}", "UPDATE", condition))
        rows.append((f"keep_{model}_delete", f"applications_{model}", "DELETE", ""))
    return rows


def install(connection) -> None:
    """
    Create the triggers on SQLite or PostgreSQL, for the tables that are there; those that stand are made anew.

    Every migration that makes or rewrites a guarded table ends with this: SQLite rewrites a table to alter it, and
    drops its triggers on the way.
    """
    remove(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION applications_keep_row() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
        for name, table, verb, condition in _triggers():
            if table not in tables:
                continue
            when = f"WHEN ({condition})" if condition else ""
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {when} "
                    "EXECUTE FUNCTION applications_keep_row()"
                )
            elif connection.vendor == "sqlite":
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {when} "
                    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )


def remove(connection) -> None:
    """Drop the triggers: for a migration that rewrites a table, and before a test empties the database."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name, table, _, _ in _triggers():
            if table not in tables:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            elif connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection) -> list[str]:
    """Return the names of triggers that should stand on tables that are there, and do not."""
    tables = set(connection.introspection.table_names())
    if connection.vendor == "sqlite":
        question = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    elif connection.vendor == "postgresql":
        question = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        return []
    with connection.cursor() as cursor:
        cursor.execute(question)
        standing = {name for (name,) in cursor.fetchall()}
    return [name for name, table, _, _ in _triggers() if table in tables and name not in standing]
