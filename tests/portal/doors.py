"""
The doors of the portal: each address with who may open it, for `test_matrix.py`.

Whoever adds an address adds a row here; the test that walks the resolver asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from applications.models import Duty
from portal.console.recovery_acts import ACTS
from tests.portal.world import FOREIGN, MEMBERS, OFFICERS, PERSONS, World

SIGNED_IN = PERSONS - {"anonymous"}
POSTED = OFFICERS | FOREIGN
CASE = OFFICERS - {Duty.SYSTEM, Duty.EXPERT}  # an expert reads the case he is asked about, on a page of its own
AT_A_DESK = POSTED - {Duty.SYSTEM, Duty.EXPERT, "foreign_system"}
FINANCE = frozenset({Duty.PAY, Duty.COUNTERSIGN})
OVERSIGHT = frozenset({Duty.AUDIT, Duty.INSPECT, Duty.LEGAL})
POLICY = frozenset({Duty.POLICY})
SYSTEM = frozenset({Duty.SYSTEM})
OBJECTIONS = frozenset({Duty.INSPECT, Duty.APPROVE, Duty.AUDIT})
COUNTER = frozenset({Duty.INTAKE})
POOLS = OVERSIGHT | {Duty.POLICY, Duty.APPROVE}
RISKS = frozenset({Duty.VERIFY, Duty.APPROVE, Duty.INSPECT, Duty.AUDIT})
ADMISSIONS = OVERSIGHT | {Duty.INTAKE, Duty.APPROVE}

ACTED = frozenset({200, 302, 409, 422})  # an empty form of somebody at the right desk: done, refused or faulty


def abroad(*duties: str) -> frozenset[str]:
    """Return these duties with the officers of the other authority who hold the same."""
    return frozenset(duties) | {f"foreign_{duty}" for duty in duties} & FOREIGN


@dataclass(frozen=True)
class Answer:
    """Who gets one of these statuses; every other logged-in person gets `otherwise`, the anonymous the log-in page."""

    who: frozenset[str]
    statuses: frozenset[int]
    otherwise: int = 404
    officers: frozenset[int] = frozenset()  # what officers get who are not in `who`, where it is not `otherwise`


@dataclass(frozen=True)
class Door:
    """One address: what stands in it, and who gets which answer to GET and to a POST without content."""

    get: Answer
    post: Answer
    kwargs: Callable[[World], dict[str, Any]] = lambda world: {}


def to(who: frozenset[str], *statuses: int, otherwise: int = 404) -> Answer:
    return Answer(who, frozenset(statuses), otherwise)


NOT_ALLOWED = to(SIGNED_IN, 405)
NOT_ALLOWED_PUBLIC = to(PERSONS, 405)
NOT_ALLOWED_IN_CONSOLE = to(POSTED, 405)

Kwargs = Callable[[World], dict[str, Any]]


def pk_of(name: str) -> Kwargs:
    """Return the key of one of the objects as the address wants it."""
    return lambda world: {"pk": world.objects[name].pk}


def draft(**more: Any) -> Kwargs:
    return lambda world: {"pk": world.draft.pk, **more}


def submitted(**more: Any) -> Kwargs:
    return lambda world: {"pk": world.submitted.pk, **more}


def shown(who: frozenset[str], kwargs: Kwargs = lambda world: {}, status: int = 200) -> Door:
    """Return an address that is only looked at."""
    return Door(to(who, status), NOT_ALLOWED_PUBLIC if who == PERSONS else NOT_ALLOWED, kwargs)


def pressed(who: frozenset[str], kwargs: Kwargs = lambda world: {}) -> Door:
    """Return an address that is only posted to."""
    return Door(NOT_ALLOWED_PUBLIC if who == PERSONS else NOT_ALLOWED, to(who, *ACTED), kwargs)


def both(who: frozenset[str], kwargs: Kwargs = lambda world: {}) -> Door:
    """Return an address of a form."""
    return Door(to(who, 200), to(who, *ACTED), kwargs)


def console_shown(who: frozenset[str], kwargs: Kwargs = lambda world: {}, status: int = 200) -> Door:
    return Door(to(who, status), NOT_ALLOWED_IN_CONSOLE, kwargs)


def dossier_of(world: World) -> dict[str, Any]:
    """Return the address of a dossier that the auditor ordered."""
    return {"pk": world.submitted.pk, "job": world.objects["dossier"].pk}


def console_pressed(who: frozenset[str], kwargs: Kwargs = lambda world: {}) -> Door:
    return Door(NOT_ALLOWED_IN_CONSOLE, to(who, *ACTED), kwargs)


def both_in_console(who: frozenset[str], kwargs: Kwargs = lambda world: {}) -> Door:
    return Door(to(who, 200), to(who, *ACTED), kwargs)


PUBLIC = {
    "home": shown(PERSONS),
    "policies": shown(PERSONS),
    "policy": shown(PERSONS, lambda world: {"code": "xinxing"}),
    "clause": shown(PERSONS, lambda world: {"code": "xinxing", "number": "3"}),
    "clause_estimate": pressed(PERSONS, lambda world: {"code": "xinxing", "number": "3"}),
    "verify": both(PERSONS),
    "verify_code": both(PERSONS, lambda world: {"code": world.objects["notice"].code}),
    "healthz": shown(PERSONS),
    "notices": shown(PERSONS),
    "notice_decisions": shown(PERSONS),
    "notice_batch": shown(PERSONS, pk_of("batch")),
    "notice_paper": shown(PERSONS, pk_of("batch")),
    "object_to": both(PERSONS, pk_of("public_notice")),
    "objection": shown(PERSONS, lambda world: {"code": world.objects["objection"].code}),
    "objection_answer": shown(PERSONS, lambda world: {"code": world.objects["ruled_objection"].code}),
    "eligibility": both(PERSONS),
    "report": both(PERSONS),
    "report_code": shown(PERSONS, lambda world: {"code": world.objects["tip"].code}),
}

APPLICANT = {
    "desk": shown(SIGNED_IN),
    "inbox": shown(SIGNED_IN),
    "inbox_read": pressed(SIGNED_IN),
    "inbox_topics": both(SIGNED_IN),
    "enterprise_new": both(SIGNED_IN),
    "enterprise_join": both(SIGNED_IN),
    "enterprise": shown(MEMBERS, pk_of("applicant")),
    "enterprise_edit": both(MEMBERS, pk_of("applicant")),
    "enterprise_account": both(MEMBERS, pk_of("applicant")),
    "enterprise_account_confirm": pressed(MEMBERS, pk_of("applicant")),
    "enterprise_invite": pressed(MEMBERS, pk_of("applicant")),
    "claim_new": both(SIGNED_IN, lambda world: {"code": "xinxing-3"}),
    "claim": shown(MEMBERS, submitted()),
    "claim_form": both(MEMBERS, draft()),
    "claim_estimate": pressed(MEMBERS, draft()),
    "claim_evidence": both(MEMBERS, lambda world: {"pk": world.draft.pk, "slot": world.objects["draft_evidence"].slot}),
    "claim_evidence_remove": pressed(
        MEMBERS, lambda world: {"pk": world.draft.pk, "evidence": world.objects["draft_evidence"].pk}
    ),
    "claim_promise": both(MEMBERS, draft(slot="operation_log")),
    "claim_confirm": pressed(MEMBERS, draft()),
    "claim_submit": pressed(MEMBERS, draft()),
    "claim_withdraw": both(MEMBERS, submitted()),
    "my_reviews": shown(SIGNED_IN),
    "my_review": shown(MEMBERS, pk_of("review_task")),
    "my_review_answer": pressed(MEMBERS, pk_of("review_task")),
    "my_review_paper": shown(MEMBERS, pk_of("review_paper")),
    "my_review_paper_remove": pressed(MEMBERS, pk_of("review_paper")),
}

RECOVERY = {
    "my_recoveries": shown(SIGNED_IN),
    "my_recovery": shown(MEMBERS, pk_of("recovery")),
    "my_recovery_state": pressed(MEMBERS, pk_of("recovery")),
    "my_recovery_hearing": pressed(MEMBERS, pk_of("recovery")),
    "recovery_paper": shown(CASE, pk_of("recovery_paper")),
    "finance_recoveries": shown(abroad(*FINANCE) | {Duty.AUDIT}),
    "finance_recovery": shown(FINANCE | {Duty.AUDIT}, pk_of("served_recovery")),
    "finance_recovery_claim": pressed(FINANCE | {Duty.AUDIT}, pk_of("served_recovery")),
    "finance_recovery_confirm": pressed(FINANCE | {Duty.AUDIT}, pk_of("recovery_claim")),
    "finance_recovery_refuse": pressed(FINANCE | {Duty.AUDIT}, pk_of("recovery_claim")),
    "finance_recovery_reverse": pressed(FINANCE | {Duty.AUDIT}, pk_of("recovery_entry")),
    "console:recoveries": console_shown(AT_A_DESK),
    "console:recovery_figures": console_shown(AT_A_DESK),
    "console:recovery": console_shown(CASE, pk_of("recovery")),
    "console:case_recovery": console_shown(CASE, submitted()),
    "console:recovery_open": console_pressed(CASE, submitted()),
    "console:recovery_confirm": console_pressed(CASE, pk_of("recovery_claim")),
    "console:recovery_refuse": console_pressed(CASE, pk_of("recovery_claim")),
    **{f"console:recovery_{name}": console_pressed(CASE, pk_of("recovery")) for name in ACTS},
}

FINANCE_READERS = FINANCE | {Duty.AUDIT}
FINANCE_ABROAD = abroad(*FINANCE) | {Duty.AUDIT}

FINANCE_DESK = {
    "finance": shown(FINANCE_ABROAD),
    "finance_filter_save": pressed(FINANCE_ABROAD),
    "finance_filter_drop": pressed(frozenset()),
    "finance_overview": shown(FINANCE_ABROAD),
    "finance_plan": shown(FINANCE_ABROAD),
    "finance_pools": shown(FINANCE_ABROAD, status=302),
    "finance_pools_of": shown(FINANCE_READERS, lambda world: {"code": "xinxing", "year": 2026}),
    "finance_register": shown(FINANCE_ABROAD),
    "finance_register_csv": shown(FINANCE_ABROAD),
    "finance_award": shown(FINANCE_READERS, pk_of("award")),
    "finance_record": pressed(FINANCE, pk_of("instalment")),
    "finance_confirm": pressed(FINANCE, pk_of("payment")),
    "finance_reject": pressed(FINANCE, pk_of("payment")),
    "finance_funds": both(abroad(*FINANCE)),
    "finance_funds_table": shown(FINANCE, pk_of("funds_table")),
    "finance_funds_progress": shown(FINANCE, pk_of("funds_table")),
    "finance_funds_file": shown(FINANCE, pk_of("funds_table")),
    "finance_accounts": shown(abroad(*FINANCE)),
    "finance_account": shown(FINANCE, pk_of("account")),
    "finance_account_check": pressed(FINANCE, pk_of("account")),
    "finance_account_confirm": pressed(FINANCE, pk_of("account_check")),
    "finance_account_drop": pressed(FINANCE, pk_of("account_check")),
    "finance_batches": shown(abroad(*FINANCE)),
    "finance_batch_new": both(abroad(*FINANCE)),
    "finance_batch": shown(FINANCE, pk_of("payment_batch")),
    "finance_batch_countersign": pressed(FINANCE, pk_of("payment_batch")),
    "finance_batch_drop": pressed(FINANCE, pk_of("payment_batch")),
    "finance_batch_csv": shown(FINANCE, pk_of("payment_batch")),
    "finance_batch_xlsx": shown(FINANCE, pk_of("payment_batch")),
    "finance_result_preview": pressed(FINANCE, pk_of("payment_batch")),
    "finance_result_take": pressed(FINANCE, pk_of("payment_batch")),
    "finance_result": shown(FINANCE, pk_of("result_file")),
    "finance_result_file": shown(FINANCE, pk_of("result_file")),
    "finance_returns": shown(abroad(*FINANCE)),
    "finance_release": pressed(FINANCE, pk_of("returned_payment")),
    "finance_return": pressed(FINANCE, pk_of("payment")),
    "finance_setoffs": shown(abroad(*FINANCE)),
    "finance_setoff_enter": pressed(abroad(*FINANCE)),
    "finance_setoff_confirm": pressed(FINANCE, pk_of("set_off")),
    "finance_setoff_drop": pressed(FINANCE, pk_of("set_off")),
    "finance_payers": shown(abroad(*FINANCE)),
    "finance_payer_enter": pressed(abroad(*FINANCE)),
    "finance_payer_change": pressed(FINANCE, pk_of("payer")),
    "finance_payer_confirm": pressed(FINANCE, pk_of("payer")),
    "finance_years": shown(abroad(*FINANCE)),
    "finance_year_propose": pressed(abroad(*FINANCE)),
    "finance_year": shown(FINANCE, pk_of("year_close")),
    "finance_year_confirm": pressed(FINANCE, pk_of("year_close")),
    "finance_year_drop": pressed(FINANCE, pk_of("year_close")),
    "finance_archive": pressed(FINANCE_ABROAD),
    "finance_jobs": shown(FINANCE_ABROAD),
    "finance_job": shown(FINANCE_READERS, pk_of("archive")),
    "finance_job_progress": shown(FINANCE_READERS, pk_of("archive")),
    "finance_job_cancel": pressed(FINANCE_READERS, pk_of("archive")),
    "finance_job_go_on": pressed(FINANCE_READERS, pk_of("archive")),
    "finance_job_file": shown(FINANCE_READERS, pk_of("archive")),
}

FILES = {
    "evidence_file": shown(MEMBERS | CASE, pk_of("evidence")),
    "mandate_file": shown(frozenset({Duty.INTAKE}), pk_of("mandate")),
    "evidence_page": shown(MEMBERS | CASE, lambda world: {"pk": world.objects["evidence"].pk, "page": 1}),
    "desk_file": shown(CASE, pk_of("desk_file")),
    "account_proof": shown(MEMBERS | FINANCE, pk_of("account")),
    "account_proof_page": shown(MEMBERS | FINANCE, lambda world: {"pk": world.objects["account"].pk, "page": 1}),
    "document_file": shown(MEMBERS | CASE, pk_of("receipt")),
    "job": shown(MEMBERS | CASE, pk_of("letter_job")),
    "job_result": shown(frozenset({Duty.PAY}), pk_of("archive")),
}

CONSOLE = {
    "console:index": Door(to(POSTED, 302), to(POSTED, 302)),
    "console:jsi18n": console_shown(POSTED),
    "console:seals": console_shown(abroad(Duty.APPROVE)),
    "console:seals_order": console_pressed(abroad(Duty.APPROVE)),
    "console:seals_paper": console_shown(
        frozenset({Duty.APPROVE}), lambda world: {"name": "funds", "pk": world.objects["funds_table"].pk}
    ),
    "console:seals_order_paper": console_pressed(
        frozenset({Duty.APPROVE}), lambda world: {"name": "funds", "pk": world.objects["funds_table"].pk}
    ),
    "console:publish": both_in_console(abroad(Duty.APPROVE)),
    "console:batches": console_shown(AT_A_DESK),
    "console:objections": console_shown(OBJECTIONS),
    "console:objection": console_shown(OBJECTIONS, pk_of("objection")),
    "console:objection_take": console_pressed(frozenset({Duty.INSPECT}), pk_of("objection")),
    "console:objection_rule": console_pressed(frozenset({Duty.INSPECT}), pk_of("objection")),
    "console:objection_file": console_shown(frozenset(), pk_of("objection")),
    "console:letters": console_shown(abroad(Duty.POLICY)),
    "console:letter": both_in_console(abroad(Duty.POLICY), lambda world: {"code": "notice"}),
    "console:letter_preview": console_pressed(abroad(Duty.POLICY), lambda world: {"code": "notice"}),
    "console:letter_confirm": console_pressed(POLICY, pk_of("wording")),
    "console:letter_drop": console_pressed(POLICY, pk_of("wording")),
    "console:bands": both_in_console(abroad(Duty.POLICY)),
    "console:bands_confirm": console_pressed(POLICY, pk_of("band_table")),
    "console:bands_drop": console_pressed(POLICY, pk_of("band_table")),
    "console:case_legal": console_pressed(CASE, submitted()),
    "console:assign": console_pressed(AT_A_DESK),
    "console:filter_save": console_pressed(AT_A_DESK),
    "console:filter_drop": console_pressed(frozenset()),
    "console:load": console_shown(AT_A_DESK),
    "console:case": console_shown(CASE, submitted()),
    "console:case_record": console_shown(CASE, submitted()),
    "console:risks": console_shown(RISKS | {"foreign_verify"}),
    "console:case_risks": console_shown(RISKS, submitted()),
    "console:risks_register": console_pressed(RISKS, submitted()),
    "console:risk_set_aside": console_pressed(RISKS, pk_of("risk_signal")),
    "console:rechecks": console_shown(AT_A_DESK),
    "console:case_recheck": console_shown(CASE, submitted()),
    "console:recheck": console_pressed(CASE, pk_of("instalment")),
    "console:recheck_ask": console_pressed(CASE, pk_of("instalment")),
    "console:case_ledger": console_shown(CASE, submitted()),
    "console:paper_search": console_shown(CASE | {"foreign_verify", "foreign_pay", "foreign_policy"}),
    "console:queue": console_shown(AT_A_DESK),
    "console:selfcheck": console_shown(abroad(Duty.AUDIT, Duty.SYSTEM)),
    "console:selfcheck_digests": console_shown(abroad(Duty.AUDIT, Duty.SYSTEM)),
    "console:case_dossier": console_pressed(CASE, submitted()),
    "console:dossier": console_shown(frozenset({Duty.AUDIT}), dossier_of),
    "console:dossier_file": console_shown(frozenset({Duty.AUDIT}), dossier_of),
    "console:case_correct": both(CASE, submitted()),
    "console:case_check": console_pressed(CASE, submitted(fact="pue")),
    "console:case_reading": console_pressed(CASE, submitted(key="X5")),
    "console:policies": console_shown(abroad(Duty.POLICY), status=302),
    "console:policy": console_shown(POLICY, pk_of("policy")),
    "console:policy_clauses": console_shown(POLICY, pk_of("policy")),
    "console:case_inquiries": console_shown(CASE, submitted()),
    "console:inquiry_answer": console_pressed(
        CASE,
        lambda world: {"pk": world.granted.pk, "opinion_pk": world.objects["outside_opinion"].pk},
    ),
    "console:opinions": console_shown(frozenset({Duty.EXPERT})),
    "console:opinion": both(frozenset({Duty.EXPERT}), pk_of("opinion")),
    "console:policy_demands": console_shown(POLICY, pk_of("policy")),
    "console:demand_set": console_pressed(POLICY, lambda world: {"pk": world.granted.clause_id}),
    "console:policy_readings": console_shown(POLICY, pk_of("policy")),
    "console:issue_day": console_pressed(POLICY, pk_of("policy")),
    "console:round_open": console_pressed(POLICY, pk_of("policy")),
    "console:round_close": console_pressed(POLICY, pk_of("round")),
    "console:pool_set": console_pressed(POLICY, pk_of("policy")),
    "console:pools": console_shown(abroad(*POOLS)),
    "console:pool": console_shown(POOLS, pk_of("pool")),
    "console:pool_shortfall": console_pressed(POLICY, pk_of("pool")),
    "console:pool_carry": console_pressed(POLICY, pk_of("pool")),
    "console:pool_round": Door(
        to(POOLS, 200),
        to(POLICY, *ACTED),
        lambda world: {"pk": world.objects["pool"].pk, "round_pk": world.objects["round"].pk},
    ),
    "console:settlement": console_shown(POOLS, pk_of("settlement")),
    "console:settlement_confirm": console_pressed(POLICY, pk_of("settlement")),
    "console:settlement_drop": console_pressed(POLICY, pk_of("settlement")),
    "console:settlement_sheet": console_shown(POOLS, pk_of("settlement")),
    "console:reading_choose": console_pressed(POLICY, lambda world: {"pk": world.objects["policy"].pk, "key": "X5"}),
    "console:reading_confirm": console_pressed(POLICY, pk_of("reading")),
    "console:reading_drop": console_pressed(POLICY, pk_of("reading")),
    "console:case_delay": console_pressed(CASE, submitted()),
    "console:timing": console_shown(abroad(Duty.POLICY)),
    "console:length_set": console_pressed(abroad(Duty.POLICY)),
    "console:days_enter": console_pressed(abroad(Duty.POLICY)),
    "console:year_open": console_pressed(abroad(Duty.POLICY), lambda world: {"year": 2027}),
    "console:policy_versions": console_shown(POLICY, pk_of("policy")),
    "console:policy_examples": console_shown(POLICY, pk_of("policy")),
    "console:policy_check": console_shown(POLICY, pk_of("policy")),
    "console:policy_difference": console_shown(POLICY, pk_of("policy")),
    "console:publication_propose": console_pressed(
        POLICY, lambda world: {"pk": world.objects["policy"].pk, "version": "xinxing.v1"}
    ),
    "console:publication_confirm": console_pressed(POLICY, pk_of("publication")),
    "console:publication_drop": console_pressed(POLICY, pk_of("publication")),
    "console:earlier": console_shown(abroad(Duty.POLICY)),
    "console:earlier_enter": console_pressed(abroad(Duty.POLICY)),
    "console:earlier_import": console_pressed(abroad(Duty.POLICY)),
    "console:earlier_template": console_shown(abroad(Duty.POLICY)),
    "console:earlier_reverse": both(POLICY, pk_of("earlier")),
    "console:restrictions": console_shown(CASE | FOREIGN - {"foreign_system"}),
    "console:restriction_impose": console_pressed(CASE | FOREIGN - {"foreign_system"}),
    "console:restriction_lift": both(CASE, pk_of("restriction")),
    "console:admissions": console_shown(ADMISSIONS),
    "console:admission_ask": console_pressed(ADMISSIONS),
    "console:admission_decide": console_pressed(ADMISSIONS, pk_of("late")),
    "console:counter": console_shown(COUNTER),
    "console:counter_register": both(COUNTER),
    "console:counter_start": both(COUNTER, pk_of("applicant")),
    "console:counter_case": console_shown(COUNTER, pk_of("counter_case")),
    "console:counter_mandate": console_pressed(COUNTER, pk_of("counter_case")),
    "console:counter_account": console_pressed(COUNTER, pk_of("counter_case")),
    "console:counter_invite": console_pressed(COUNTER, pk_of("counter_case")),
}

INSPECT = frozenset({Duty.INSPECT})
DOUBTS = frozenset({Duty.INSPECT, Duty.AUDIT})
REGISTERING = DOUBTS | {Duty.INTAKE, Duty.VERIFY, Duty.APPROVE, Duty.LEGAL} | FINANCE

REVIEWS = {
    "console:reviews": console_shown(OVERSIGHT),
    "console:review_new": both_in_console(INSPECT),
    "console:review": console_shown(OVERSIGHT, pk_of("review")),
    "console:review_start": console_pressed(INSPECT, pk_of("review")),
    "console:review_drop": console_pressed(INSPECT, pk_of("review")),
    "console:review_close": console_pressed(INSPECT, pk_of("review")),
    "console:review_frame": console_shown(OVERSIGHT, pk_of("review")),
    "console:review_sheet": console_shown(OVERSIGHT, pk_of("closed_review")),
    "console:review_report": console_shown(OVERSIGHT, pk_of("closed_review")),
    "console:review_tasks": console_shown(OVERSIGHT),
    "console:review_task": console_shown(OVERSIGHT, pk_of("review_task")),
    "console:review_paper": console_shown(OVERSIGHT, pk_of("review_paper")),
    **{
        f"console:review_{act}": console_pressed(INSPECT, pk_of("review_task"))
        for act in ("assign", "ask", "look", "conclude", "rectified", "turn")
    },
    "console:findings": console_shown(DOUBTS),
    "console:finding_new": both_in_console(abroad(*REGISTERING)),
    "console:finding": console_shown(DOUBTS, pk_of("finding")),
    **{
        f"console:finding_{act}": console_pressed(INSPECT, lambda world: {"pk": world.objects["tip"].finding_id})
        for act in ("take", "dismiss", "case", "answer", "teller", "file")
    },
}

INQUIRIES = {
    f"console:inquiry_{act}": console_pressed(CASE, submitted())
    for act in ("credit", "visit", "ask", "call", "vote", "minutes")
}

# What the officers of a case get for each verb is told by test_verbs.py; here: who is an officer of the case.
VERBS = {
    f"console:case_{verb}": console_pressed(CASE, submitted())
    for verb in (
        *("accept", "accept_with_promises", "decline", "propose", "return"),
        *("endorse", "refuse", "reopen", "grant", "close"),
    )
}

# Record of the console -> the duties that read it; see `record_doors`.
RECORDS = {
    "event": OVERSIGHT | SYSTEM,
    "assessment": OVERSIGHT,
    "award": OVERSIGHT | POLICY,
    "payment": OVERSIGHT,
    "document": OVERSIGHT | POLICY,
    "factcheck": OVERSIGHT,
    "evidence": OVERSIGHT,
    "earlieraward": OVERSIGHT | {Duty.VERIFY, Duty.APPROVE},
    "delivery": OVERSIGHT | SYSTEM,
    "job": OVERSIGHT | SYSTEM,
    "authority": SYSTEM,
    "posting": SYSTEM,
}


def record_doors(record: str, readers: frozenset[str]) -> dict[str, Door]:
    """
    Return the six addresses the admin gives a record; `world.objects` says which row is asked for.

    Whoever holds a posting but no duty for the record is refused with 403, as Django's admin does: that there is such
    a record is written in the navigation, that there is such a row is not said.
    """
    named = f"console:applications_{record}"
    changed = SYSTEM if record in {"authority", "posting"} else frozenset()
    added = SYSTEM if record == "posting" else frozenset()

    # The event asked for belongs to a case, and cases are not the system administrator's.
    own = readers - SYSTEM if record == "event" else readers

    def one(world: World) -> dict[str, Any]:
        return {"object_id": world.objects[f"{record}_row"].pk}

    return {
        f"{named}_changelist": Door(posted(every(readers), 200), posted(every(readers), 200, 302)),
        f"{named}_add": Door(posted(every(added), 200), posted(every(added), 200)),
        f"{named}_change": Door(posted(own, 200), posted(changed, 200, 302), one),
        f"{named}_history": Door(posted(own, 200), posted(own, 200), one),
        f"{named}_delete": Door(posted(frozenset()), posted(frozenset()), one),
    }


def every(duties: frozenset[str]) -> frozenset[str]:
    """Return the duties with the officers of the other authority: a list opens to them, with rows of their own."""
    return duties | {name for name in FOREIGN if name.removeprefix("foreign_") in duties}


def posted(who: frozenset[str], *statuses: int) -> Answer:
    """Return an answer of the admin: 403 or 404 to the other officers, 404 to everybody without a posting."""
    return Answer(who, frozenset(statuses), 404, frozenset({403, 404}))


# The account pages are the package's own: Chinese and tested in test_accounts.py. Here: none breaks, none acts.
ACCOUNT = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reauthenticate",
    "account_email", "account_email_verification_sent", "account_change_password", "account_set_password",
    "account_reset_password", "account_confirm_login_code", "account_reset_password_from_key_done",
    "account_reset_password_done", "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp",
    "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
}  # fmt: skip
ACCOUNT_WITH_KEY = {
    "account_confirm_email": {"key": "MQ:1:x"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
}
# Addresses without a name: the admin's redirect to `change`, and its last one, which answers whatever is left.
UNNAMED = {f"console/applications/{record}/<path:object_id>/" for record in RECORDS} | {"console/(?P<url>.*)$"}

DOORS = PUBLIC | APPLICANT | FINANCE_DESK | FILES | CONSOLE | REVIEWS | INQUIRIES | VERBS | RECOVERY
READERS = every(frozenset().union(*RECORDS.values()))
DOORS["console:app_list"] = Door(
    posted(READERS, 200), posted(READERS, 200), lambda world: {"app_label": "applications"}
)
for _record, _readers in RECORDS.items():
    DOORS |= record_doors(_record, _readers)
