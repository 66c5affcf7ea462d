"""
Vendor SQL that keeps duties apart even by direct SQL: who may hold one on a case, and which acts it may stand under.

A row that names a `CaseDuty` names one of its own case and of a duty that may do this act. A duty on a case is taken by
somebody posted to it at the case's authority on that day, who neither belongs to the applicant nor files for it at the
counter; one person is never posted twice at once. The day is that of the row and not of the clock, so that a history of
earlier years can be brought in. SQLite and PostgreSQL only, as `guards`.

These triggers read other tables than their own, and SQLite cannot rewrite a table that a trigger elsewhere names: they
are taken away before every migration and stand again after the last one (`apps.py`), so no migration needs to know.
"""

# ruff: noqa: S608 - the SQL is composed from the constants of this file

from dataclasses import dataclass

from django.core.exceptions import FieldDoesNotExist

MESSAGE = "applications: this duty is not of this case or may not do this"

INTAKE, VERIFY, APPROVE, PAY, COUNTERSIGN = "intake", "verify", "approve", "pay", "countersign"
INSPECT, LEGAL, HEARING = "inspect", "legal", "hearing"

_OF_THE_INSTALMENT = (
    "(SELECT a.application_id FROM applications_instalment i JOIN applications_award a ON a.id = i.award_id "
    "WHERE i.id = NEW.instalment_id)"
)
# How the case of a row is found, by the column that leads to it: the SQL and the same path in the ORM.
LINKS = {
    "id": ("NEW.id", "pk"),
    "application_id": ("NEW.application_id", "application"),
    "notice_id": (
        "(SELECT application_id FROM applications_publicnotice WHERE id = NEW.notice_id)",
        "notice__application",
    ),
    "review_id": (
        "(SELECT application_id FROM applications_jointreview WHERE id = NEW.review_id)",
        "review__application",
    ),
    "instalment_id": (_OF_THE_INSTALMENT, "instalment__award__application"),
    "inspection_id": (
        "(SELECT application_id FROM applications_inspection WHERE id = NEW.inspection_id)",
        "inspection__application",
    ),
    "recovery_id": (
        "(SELECT application_id FROM applications_recoverycase WHERE id = NEW.recovery_id)",
        "recovery__application",
    ),
}


@dataclass(frozen=True)
class Reference:
    """One column that names a `CaseDuty`: its model, the duties that may do that act, how its case is found."""

    model: str
    field: str
    duties: tuple[str, ...]
    link: str = "application_id"
    follows: str = ""  # a column of the row that says which of the duties it was

    @property
    def name(self) -> str:
        """The name of its triggers, without the verb."""
        return f"duty_{self.model}_{self.field}"

    @property
    def breaks(self) -> str:
        """The SQL condition under which a row breaks the promise, over NEW."""
        allowed = ", ".join(f"'{duty}'" for duty in self.duties)
        same = f" AND d.duty = {FOLLOWED[self.follows]}" if self.follows else ""
        return (
            f"NEW.{self.field}_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM applications_caseduty d "
            f"WHERE d.id = NEW.{self.field}_id AND d.duty IN ({allowed}) "
            f"AND d.application_id = {LINKS[self.link][0]}{same})"
        )


FOLLOWED = {
    "duty": "NEW.duty",
    "stage": "CASE NEW.stage WHEN 'payment' THEN 'pay' ELSE 'verify' END",
}

REFERENCES = (
    Reference("application", "accepted_by", (INTAKE,), "id"),
    Reference("application", "proposed_by", (VERIFY,), "id"),
    Reference("application", "endorsed_by", (APPROVE,), "id"),
    Reference("factcheck", "checked_by", (VERIFY,)),
    Reference("correction", "asked_by", (INTAKE, VERIFY)),
    Reference("publicnotice", "opened_by", (APPROVE,)),
    Reference("casedecision", "decided_by", (VERIFY,)),
    Reference("promise", "accepted_by", (INTAKE,)),
    Reference("approval", "approved_by", (APPROVE, LEGAL), follows="duty"),
    Reference("objection", "handler", (INSPECT,), "notice_id"),
    Reference("award", "decided_by", (APPROVE,)),
    Reference("payment", "recorded_by", (PAY,), "instalment_id"),
    Reference("payment", "confirmed_by", (COUNTERSIGN,), "instalment_id"),
    Reference("recheck", "checked_by", (VERIFY, INSPECT), "instalment_id"),
    Reference("creditcheck", "checked_by", (VERIFY, PAY), follows="stage"),
    Reference("sitevisit", "recorded_by", (VERIFY,)),
    Reference("expertopinion", "asked_by", (VERIFY,)),
    Reference("jointreview", "called_by", (VERIFY,)),
    Reference("jointreview", "closed_by", (VERIFY,)),
    Reference("jointvote", "recorded_by", (VERIFY,), "review_id"),
    Reference("inspection", "concluded_by", (INSPECT,)),
    Reference("inspection", "rectified_by", (INSPECT,)),
    Reference("inspectiondemand", "asked_by", (INSPECT,), "inspection_id"),
    Reference("inspectioncheck", "checked_by", (INSPECT,), "inspection_id"),
    Reference("risksignal", "cleared_by", (VERIFY, APPROVE, INSPECT)),
    Reference("recoverycase", "opened_by", (INSPECT,)),
    Reference("recoverycase", "decided_by", (INSPECT,)),
    Reference("recoverystep", "duty", (INSPECT, LEGAL, HEARING, PAY, COUNTERSIGN), "recovery_id"),
    Reference("recoveryentry", "made_by", (INSPECT, PAY), "recovery_id"),
    Reference("recoveryentry", "confirmed_by", (INSPECT, LEGAL, COUNTERSIGN), "recovery_id"),
    Reference("recoveryclaim", "made_by", (INSPECT, PAY), "recovery_id"),
    Reference("recoveryclaim", "confirmed_by", (INSPECT, LEGAL, COUNTERSIGN), "recovery_id"),
)

# The day of a moment in Shanghai, as each database says it.
DAY = {
    "sqlite": "date({}, '+8 hours')",
    "postgresql": "(({}) AT TIME ZONE 'Asia/Shanghai')::date",
}

# Silence accepts as the system, which is posted nowhere and does nothing else.
POSTED = (
    "EXISTS (SELECT 1 FROM applications_posting p JOIN applications_application a ON a.id = NEW.application_id "
    "WHERE p.user_id = NEW.user_id AND p.authority_id = a.authority_id AND p.duty = NEW.duty "
    "AND p.since <= {day} AND (p.until IS NULL OR p.until >= {day})) "
    "OR (NEW.duty = 'intake' AND EXISTS (SELECT 1 FROM applications_user u WHERE u.id = NEW.user_id "
    "AND u.username = 'system' AND NOT u.is_active))"
)
OF_THE_APPLICANT = (
    "EXISTS (SELECT 1 FROM applications_membership m JOIN applications_application a "
    "ON a.applicant_id = m.applicant_id WHERE a.id = NEW.application_id AND m.user_id = NEW.user_id)"
)
AT_THE_COUNTER = (
    "EXISTS (SELECT 1 FROM applications_mandate m "
    "WHERE m.application_id = NEW.application_id AND m.officer_id = NEW.user_id)"
)
HOLDS_A_DUTY = (
    "EXISTS (SELECT 1 FROM applications_caseduty d "
    "WHERE d.application_id = NEW.application_id AND d.user_id = NEW.officer_id)"
)
POSTED_TWICE = (
    "EXISTS (SELECT 1 FROM applications_posting p WHERE p.user_id = NEW.user_id{other} "
    "AND (NEW.until IS NULL OR p.since <= NEW.until) AND (p.until IS NULL OR p.until >= NEW.since))"
)
HAS_DUTIES = "EXISTS (SELECT 1 FROM applications_caseduty d WHERE d.application_id = NEW.id)"


@dataclass(frozen=True)
class Trigger:
    """One trigger: where it stands, before which verb, when it looks (over the row alone), what it refuses."""

    name: str
    table: str
    verb: str
    looks: str
    breaks: str


def triggers(vendor: str) -> list[Trigger]:
    """Return all of them, in the words of a database."""
    differs = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}[vendor]
    rows = []
    for one in REFERENCES:
        table = f"applications_{one.model}"
        columns = {f"{one.field}_id", one.link, *([one.follows] if one.follows else [])} - {"id"}
        changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in sorted(columns))
        rows.append(Trigger(f"{one.name}_insert", table, "INSERT", "", one.breaks))
        rows.append(Trigger(f"{one.name}_update", table, "UPDATE", changed, one.breaks))
    posted = POSTED.format(day=DAY[vendor].format("NEW.since"))
    wrong_person = f"{OF_THE_APPLICANT} OR {AT_THE_COUNTER} OR NOT ({posted})"
    rows.append(Trigger("duty_is_taken_by_right", "applications_caseduty", "INSERT", "", wrong_person))
    for verb in ("INSERT", "UPDATE"):
        rows.append(Trigger(f"duty_mandate_{verb.lower()}", "applications_mandate", verb, "", HOLDS_A_DUTY))
    # Before an INSERT the key of a row is not known yet on SQLite, and no other row could have it.
    days = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in ("user_id", "since", "until"))
    others = POSTED_TWICE.format(other=" AND p.id <> NEW.id")
    rows.append(Trigger("duty_posting_insert", "applications_posting", "INSERT", "", POSTED_TWICE.format(other="")))
    rows.append(Trigger("duty_posting_update", "applications_posting", "UPDATE", days, others))
    moved = "NEW.applicant_id <> OLD.applicant_id OR NEW.authority_id <> OLD.authority_id"
    rows.append(Trigger("duty_application_moved", "applications_application", "UPDATE", moved, HAS_DUTIES))
    return rows


def install(connection) -> None:
    """Create the triggers on SQLite or PostgreSQL; those that stand are made anew."""
    if connection.vendor not in DAY:
        return
    remove(connection)
    make = _sqlite if connection.vendor == "sqlite" else _postgres
    with connection.cursor() as cursor:
        for trigger in triggers(connection.vendor):
            for statement in make(trigger):
                cursor.execute(statement)


def _sqlite(trigger: Trigger) -> list[str]:
    when = f"({trigger.looks}) AND ({trigger.breaks})" if trigger.looks else trigger.breaks
    head = f"CREATE TRIGGER {trigger.name} BEFORE {trigger.verb} ON {trigger.table} FOR EACH ROW WHEN {when}"
    return [f"{head} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"]


def _postgres(trigger: Trigger) -> list[str]:
    """PostgreSQL allows no question to another table in WHEN, so it stands in a function of the trigger's own name."""
    function = f"applications_{trigger.name}()"
    when = f" WHEN ({trigger.looks})" if trigger.looks else ""
    refuse = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'"
    body = f"BEGIN IF {trigger.breaks} THEN {refuse}; END IF; RETURN NEW; END"
    stands = f"BEFORE {trigger.verb} ON {trigger.table} FOR EACH ROW{when}"
    return [
        f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {trigger.name} {stands} EXECUTE FUNCTION {function}",
    ]


def is_complete(apps) -> bool:
    """Whether a state of the models has all columns that the triggers name; an older one has not."""
    try:
        for one in REFERENCES:
            apps.get_model("applications", one.model)._meta.get_field(one.field)
        apps.get_model("applications", "Mandate")
    except (LookupError, FieldDoesNotExist):
        return False
    return True


def remove(connection) -> None:
    """Drop the triggers, before a migration rewrites a table or a test breaks a promise on purpose."""
    if connection.vendor not in DAY:
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in triggers(connection.vendor):
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")
            elif trigger.table in tables:
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}")


def expected(vendor: str, tables: set[str]) -> list[str]:
    """Return the names of the triggers that should stand on tables that are there."""
    if vendor not in DAY:
        return []
    return [trigger.name for trigger in triggers(vendor) if trigger.table in tables]
