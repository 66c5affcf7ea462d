"""
Vendor SQL that keeps what was decided and paid from being edited or deleted, even by direct SQL.

Ledgers, history and findings are append-only. A payment may be reviewed once; a paper may receive its file once and its
seal once; an expert is answered for once, a joint review closed once; what was used of a piece of evidence may be
released once. SQLite and PostgreSQL only; another database keeps the same promise in the actions alone. Who may act in
which duty is kept by `duty_guards`.
"""

import re

from applications import duty_guards

APPEND_ONLY = (
    *("event", "assessment", "factcheck", "award", "instalment", "earlieraward", "caseduty"),
    *("casedecision", "autocheck", "deskfile", "creditcheck", "sitevisit", "jointvote", "steplength"),
    *("approval", "band", "dailydigest", "digesthead"),
    *("payershare", "recheck", "setoffuse", "resultfile", "resultline", "carryover"),
    *("recoverystep", "recoverypaper", "recoveryentry"),
    *("inspectioncheck", "filemark", "pageprint"),
)

# The bytes of a paper change once: what was 待签章 gets its seal, and the hash of what it was stays.
BYTES = (
    "(OLD.sha256 IS NOT NULL AND (NEW.sha256 IS NULL OR (NEW.sha256 <> OLD.sha256 AND NOT "
    "(OLD.signed_at IS NULL AND NEW.signed_at IS NOT NULL AND NEW.draft_sha256 = OLD.sha256)))) "
    "OR (OLD.signed_at IS NOT NULL AND (NEW.signed_at IS NULL OR NEW.signed_at <> OLD.signed_at "
    "OR NEW.signer <> OLD.signer OR NEW.certificate <> OLD.certificate OR NEW.sealer <> OLD.sealer "
    "OR NEW.file <> OLD.file OR NEW.draft_sha256 <> OLD.draft_sha256))"
)

# Table -> the condition under which an UPDATE is refused, over OLD and NEW.
SEALED = {
    # The sums, the share and the line stand; the state goes its way, and a return is dealt with once.
    "payment": (
        "NEW.amount_fen <> OLD.amount_fen OR NEW.set_off_fen <> OLD.set_off_fen OR NEW.share_id <> OLD.share_id "
        "OR NEW.instalment_id <> OLD.instalment_id OR NEW.account_id <> OLD.account_id "
        "OR NEW.recorded_by_id <> OLD.recorded_by_id OR COALESCE(NEW.batch_id, 0) <> COALESCE(OLD.batch_id, 0) "
        "OR COALESCE(NEW.line, 0) <> COALESCE(OLD.line, 0) OR NOT ("
        "(OLD.state = NEW.state AND OLD.state IN ('recorded', 'prepared', 'sent')) "
        "OR (OLD.state = 'recorded' AND NEW.state IN ('confirmed', 'rejected')) "
        "OR (OLD.state = 'prepared' AND NEW.state IN ('sent', 'rejected')) "
        "OR (OLD.state = 'sent' AND NEW.state IN ('confirmed', 'returned')) "
        "OR (OLD.state = 'confirmed' AND NEW.state = 'returned') "
        "OR (OLD.state = 'returned' AND NEW.state = 'returned' AND OLD.released_at IS NULL))"
    ),
    "bankaccount": (
        "NEW.number <> OLD.number OR NEW.holder <> OLD.holder OR NEW.bank <> OLD.bank "
        "OR NEW.line_number <> OLD.line_number OR NEW.proof_sha256 <> OLD.proof_sha256 "
        "OR NEW.applicant_id <> OLD.applicant_id"
    ),
    "setoff": (
        "OLD.dropped_at IS NOT NULL OR NEW.amount_fen <> OLD.amount_fen OR NEW.applicant_id <> OLD.applicant_id "
        "OR NEW.authority_id <> OLD.authority_id OR NEW.basis <> OLD.basis OR NEW.paper <> OLD.paper"
    ),
    # Until it is countersigned a line that may not be paid can be taken out; then it is what the file says.
    "paymentbatch": (
        "OLD.dropped_at IS NOT NULL OR NEW.number <> OLD.number OR NEW.payer_id <> OLD.payer_id "
        "OR (OLD.countersigned_at IS NOT NULL AND (NEW.count <> OLD.count OR NEW.amount_fen <> OLD.amount_fen "
        "OR NEW.countersigned_at IS NULL)) "
        "OR (OLD.csv_sha256 <> '' AND NEW.csv_sha256 <> OLD.csv_sha256) "
        "OR (OLD.xlsx_sha256 <> '' AND NEW.xlsx_sha256 <> OLD.xlsx_sha256)"
    ),
    "expertopinion": (
        "OLD.answered_at IS NOT NULL OR NEW.application_id <> OLD.application_id OR NEW.question <> OLD.question "
        "OR NEW.expert_name <> OLD.expert_name"
    ),
    "jointreview": "OLD.closed_at IS NOT NULL OR NEW.application_id <> OLD.application_id",
    "document": (
        "NEW.number <> OLD.number OR NEW.code <> OLD.code OR NEW.kind <> OLD.kind OR NEW.content <> OLD.content "
        "OR COALESCE(NEW.template_id, 0) <> COALESCE(OLD.template_id, 0) "
        f"OR {BYTES} "
        "OR (OLD.replaces_id IS NOT NULL AND (NEW.replaces_id IS NULL OR NEW.replaces_id <> OLD.replaces_id)) "
        # A paper once out of force does not come back, but for what an award that stands again is told by.
        "OR (NEW.standing <> OLD.standing AND OLD.standing <> 'valid' AND NOT (OLD.standing = 'revoked' "
        "AND (NEW.standing = 'recovered' OR (NEW.standing = 'valid' AND OLD.kind IN ('notice', 'payment')))) "
        # What came back is contested in court.
        "AND NOT (OLD.standing = 'recovered' AND NEW.standing = 'revoked' AND OLD.kind IN ('notice', 'payment')))"
    ),
    # What a paper says and which wording it has are fixed with its number; a wording is confirmed or dropped once.
    "fundstable": (
        "NEW.number <> OLD.number OR NEW.content <> OLD.content OR NEW.total_fen <> OLD.total_fen "
        f"OR NEW.count <> OLD.count OR COALESCE(NEW.template_id, 0) <> COALESCE(OLD.template_id, 0) OR {BYTES}"
    ),
    "noticebatch": (
        f"NEW.number <> OLD.number OR NEW.authority_id <> OLD.authority_id OR NEW.opened_at <> OLD.opened_at OR {BYTES}"
    ),
    "lettertemplate": (
        "OLD.confirmed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL OR NEW.parts <> OLD.parts OR NEW.kind <> OLD.kind "
        "OR NEW.version <> OLD.version OR NEW.authority_id <> OLD.authority_id OR NEW.source <> OLD.source "
        "OR NEW.proposed_by_id <> OLD.proposed_by_id"
    ),
    # Lifted once, otherwise as it was imposed.
    "restriction": (
        "OLD.lifted_at IS NOT NULL OR NEW.uscc <> OLD.uscc OR NEW.scope <> OLD.scope OR NEW.basis <> OLD.basis "
        "OR NEW.paper <> OLD.paper OR NEW.since <> OLD.since OR NEW.authority_id <> OLD.authority_id "
        "OR (NEW.until IS NULL) <> (OLD.until IS NULL) OR NEW.until <> OLD.until"
    ),
    # Decided once, used once, for the one applicant and clause.
    "lateadmission": (
        "OLD.application_id IS NOT NULL OR NEW.applicant_id <> OLD.applicant_id OR NEW.clause_id <> OLD.clause_id "
        "OR NEW.file_until <> OLD.file_until "
        "OR (OLD.admitted IS NOT NULL AND (NEW.admitted IS NULL OR NEW.admitted <> OLD.admitted))"
    ),
    # What was used of a paper is released once and otherwise stands as it was taken.
    "evidenceuse": (
        "OLD.released_at IS NOT NULL OR NEW.amount <> OLD.amount OR NEW.purpose <> OLD.purpose "
        "OR NEW.item_id <> OLD.item_id OR NEW.application_id <> OLD.application_id OR NEW.clause_id <> OLD.clause_id "
        "OR NEW.evidence_id <> OLD.evidence_id OR NEW.subject_key <> OLD.subject_key OR NEW.taken_at <> OLD.taken_at"
    ),
    # Confirmed or dropped once; what went in and what came out stand as they were carried out.
    "settlement": (
        "OLD.confirmed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL OR NEW.pool_id <> OLD.pool_id "
        "OR NEW.round_id <> OLD.round_id OR NEW.method <> OLD.method OR NEW.inputs <> OLD.inputs "
        "OR NEW.inputs_sha256 <> OLD.inputs_sha256 OR NEW.result <> OLD.result "
        "OR NEW.result_sha256 <> OLD.result_sha256 OR NEW.made_by_id <> OLD.made_by_id OR NEW.made_at <> OLD.made_at"
    ),
    # Settled once, ended once; the place in the queue never changes.
    "poolwait": (
        "OLD.ended_at IS NOT NULL OR NEW.application_id <> OLD.application_id OR NEW.pool_id <> OLD.pool_id "
        "OR NEW.complete_at <> OLD.complete_at OR NEW.amount_fen <> OLD.amount_fen OR NEW.since <> OLD.since "
        "OR (OLD.settlement_id IS NOT NULL AND (NEW.settlement_id IS NULL OR NEW.settlement_id <> OLD.settlement_id "
        "OR NEW.settled_fen <> OLD.settled_fen))"
    ),
    # A doubt is taken up and ruled on once; what was told, and who told it, stands.
    "finding": (
        "NEW.text <> OLD.text OR NEW.source <> OLD.source OR NEW.body <> OLD.body "
        "OR NEW.authority_id <> OLD.authority_id "
        "OR OLD.state = 'filed' OR (OLD.ruled_at IS NOT NULL AND NEW.ruled_at IS NULL AND NEW.state <> 'taken') "
        "OR (OLD.application_id IS NOT NULL "
        "AND (NEW.application_id IS NULL OR NEW.application_id <> OLD.application_id))"
    ),
    "tip": (
        "NEW.finding_id <> OLD.finding_id OR NEW.code <> OLD.code OR NEW.name <> OLD.name "
        "OR NEW.contact <> OLD.contact OR NEW.sha256 <> OLD.sha256 OR OLD.answered_at IS NOT NULL"
    ),
    # How a sample was drawn stands from the moment it was; a campaign that ended or was dropped stays so.
    "campaign": (
        "NEW.authority_id <> OLD.authority_id OR NEW.year <> OLD.year OR NEW.title <> OLD.title "
        "OR NEW.basis <> OLD.basis OR NEW.method <> OLD.method OR COALESCE(NEW.size, 0) <> COALESCE(OLD.size, 0) "
        "OR NEW.strata <> OLD.strata OR NEW.seed <> OLD.seed OR NEW.frame <> OLD.frame "
        "OR NEW.frame_sha256 <> OLD.frame_sha256 OR NEW.frame_count <> OLD.frame_count "
        "OR NEW.frame_fen <> OLD.frame_fen OR NEW.reply_days <> OLD.reply_days OR NEW.drawn_at <> OLD.drawn_at "
        "OR OLD.state = 'dropped' OR (OLD.state = 'running' AND NEW.state NOT IN ('running', 'closed')) "
        "OR (OLD.state = 'closed' AND (NEW.state <> 'closed' OR NEW.content <> OLD.content "
        "OR NEW.report_number <> OLD.report_number OR NEW.closed_at <> OLD.closed_at)) "
        f"OR {BYTES}"
    ),
    # Which award was drawn and what was paid then stand; an ended task stays ended as it was concluded.
    "inspection": (
        "NEW.campaign_id <> OLD.campaign_id OR NEW.application_id <> OLD.application_id "
        "OR NEW.award_id <> OLD.award_id OR NEW.stratum <> OLD.stratum OR NEW.score <> OLD.score "
        "OR NEW.paid_fen <> OLD.paid_fen OR OLD.state = 'ended' "
        "OR (OLD.concluded_at IS NOT NULL AND (NEW.concluded_at IS NULL OR NEW.concluded_at <> OLD.concluded_at "
        "OR NEW.concluded_by_id <> OLD.concluded_by_id OR NEW.summary <> OLD.summary))"
    ),
    # Asked once, answered once; until then the answer is being written.
    "inspectiondemand": (
        "OLD.answered_at IS NOT NULL OR OLD.ended_at IS NOT NULL OR NEW.inspection_id <> OLD.inspection_id "
        "OR NEW.kind <> OLD.kind OR NEW.items <> OLD.items OR NEW.asked_by_id <> OLD.asked_by_id "
        "OR NEW.asked_at <> OLD.asked_at "
        "OR (OLD.due_on IS NOT NULL AND (NEW.due_on IS NULL OR NEW.due_on <> OLD.due_on))"
    ),
    "inspectionpaper": (
        "OLD.withdrawn_at IS NOT NULL OR NEW.demand_id <> OLD.demand_id OR NEW.item <> OLD.item "
        "OR NEW.file <> OLD.file OR NEW.sha256 <> OLD.sha256 OR NEW.size <> OLD.size "
        "OR NEW.original_name <> OLD.original_name OR NEW.uploaded_by_id <> OLD.uploaded_by_id "
        "OR NEW.uploaded_at <> OLD.uploaded_at"
    ),
    # What was decided stands; the state goes its way, and an ended case stays ended unless the party goes to court.
    # What is shown of a closed one may be taken down, and nothing else about it changes.
    "recoverycase": (
        "(OLD.closed_at IS NOT NULL AND NOT (OLD.state = 'closed' AND (NEW.state = 'served' "
        "OR (NEW.state = 'closed' AND OLD.published_until IS NOT NULL AND NEW.published_until IS NULL "
        "AND NEW.closed_at = OLD.closed_at AND NEW.close_reason = OLD.close_reason)))) "
        "OR NEW.number <> OLD.number OR NEW.award_id <> OLD.award_id "
        "OR NEW.application_id <> OLD.application_id OR NEW.kind <> OLD.kind OR NEW.alleged <> OLD.alleged "
        "OR NEW.opened_by_id <> OLD.opened_by_id OR NEW.opened_at <> OLD.opened_at "
        "OR (OLD.decided_at IS NOT NULL AND (NEW.decided_at IS NULL OR NEW.decided_at <> OLD.decided_at "
        "OR NEW.facts <> OLD.facts OR NEW.basis <> OLD.basis OR NEW.principal_fen <> OLD.principal_fen "
        "OR NEW.whole <> OLD.whole OR NEW.pay_into <> OLD.pay_into OR NEW.remark <> OLD.remark)) "
        "OR (OLD.served_on IS NOT NULL AND (NEW.served_on IS NULL OR NEW.served_on <> OLD.served_on))"
    ),
    # Confirmed or dropped once, and what was claimed stands.
    "recoveryclaim": (
        "OLD.confirmed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL OR NEW.recovery_id <> OLD.recovery_id "
        "OR NEW.amount_fen <> OLD.amount_fen OR NEW.kind <> OLD.kind OR NEW.account <> OLD.account "
        "OR NEW.made_by_id <> OLD.made_by_id OR NEW.voucher <> OLD.voucher"
    ),
    # What was found stands; it is set aside once, and gone once.
    "risksignal": (
        "OLD.gone_at IS NOT NULL OR NEW.application_id <> OLD.application_id OR NEW.kind <> OLD.kind "
        "OR NEW.mark <> OLD.mark OR NEW.found_at <> OLD.found_at OR (OLD.cleared_at IS NOT NULL AND "
        "(NEW.cleared_at IS NULL OR NEW.cleared_at <> OLD.cleared_at OR NEW.cleared_by_id <> OLD.cleared_by_id "
        "OR NEW.cleared_reason <> OLD.cleared_reason))"
    ),
    "recoveryterm": (
        "OLD.ended_on IS NOT NULL OR NEW.recovery_id <> OLD.recovery_id OR NEW.kind <> OLD.kind "
        "OR NEW.started_on <> OLD.started_on OR NEW.unit <> OLD.unit OR NEW.length <> OLD.length"
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


def _has_columns(connection, cursor, table: str, condition: str) -> bool:
    """Say whether a table has what a condition names: an early migration installs before a later one adds to it."""
    named = set(re.findall(r"(?:OLD|NEW)\.(\w+)", condition))
    return not named or named <= {row.name for row in connection.introspection.get_table_description(cursor, table)}


def install(connection) -> None:
    """
    Create the triggers on SQLite or PostgreSQL, for the tables that are there; those that stand are made anew.

    Every migration that makes or rewrites a guarded table ends with this: SQLite rewrites a table to alter it, and
    drops its triggers on the way. An old migration meets tables without the columns of a later one, which installs
    their trigger itself.
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
            if table not in tables or not _has_columns(connection, cursor, table, condition):
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
    """Return the names of triggers of both files that should stand on tables that are there, and do not."""
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
    wanted = [name for name, table, _, _ in _triggers() if table in tables]
    return [name for name in [*wanted, *duty_guards.expected(connection.vendor, tables)] if name not in standing]
