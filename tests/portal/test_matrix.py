"""
Every address of the portal against every kind of person.

The table below has a row for each address the resolver knows; one without a row fails, so that no page can be added
without saying who may open it. Anonymous people are led to the log-in page of whatever is not public, strangers get
a 404 before any other check, and nothing is changed by a GET or by somebody who may not act.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from applications.models import Duty
from tests.portal.world import FOREIGN, MEMBERS, OFFICERS, PERSONS, World, make_world, rows_of_the_case

SIGNED_IN = PERSONS - {"anonymous"}
POSTED = OFFICERS | FOREIGN
CASE = OFFICERS - {Duty.SYSTEM}
FINANCE = frozenset({Duty.PAY, Duty.COUNTERSIGN})
OVERSIGHT = frozenset({Duty.AUDIT, Duty.INSPECT, Duty.LEGAL})
POLICY = frozenset({Duty.POLICY})
SYSTEM = frozenset({Duty.SYSTEM})

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


def console_pressed(who: frozenset[str], kwargs: Kwargs = lambda world: {}) -> Door:
    return Door(NOT_ALLOWED_IN_CONSOLE, to(who, *ACTED), kwargs)


PUBLIC = {
    "home": shown(PERSONS),
    "policies": shown(PERSONS),
    "policy": shown(PERSONS, lambda world: {"code": "xinxing"}),
    "clause": shown(PERSONS, lambda world: {"code": "xinxing", "number": "3"}),
    "clause_estimate": pressed(PERSONS, lambda world: {"code": "xinxing", "number": "3"}),
    "verify": shown(PERSONS),
    "verify_code": both(PERSONS, lambda world: {"code": world.objects["notice"].code}),
    "healthz": shown(PERSONS),
    "eligibility": both(PERSONS),
}

APPLICANT = {
    "desk": shown(SIGNED_IN),
    "messages_read": pressed(SIGNED_IN),
    "enterprise_new": both(SIGNED_IN),
    "enterprise_join": both(SIGNED_IN),
    "enterprise": shown(MEMBERS, pk_of("applicant")),
    "enterprise_edit": both(MEMBERS, pk_of("applicant")),
    "enterprise_account": both(MEMBERS, pk_of("applicant")),
    "enterprise_invite": pressed(MEMBERS, pk_of("applicant")),
    "claim_new": both(SIGNED_IN, lambda world: {"code": "xinxing-3"}),
    "claim": shown(MEMBERS, submitted()),
    "claim_form": both(MEMBERS, draft()),
    "claim_estimate": pressed(MEMBERS, draft()),
    "claim_evidence": both(MEMBERS, lambda world: {"pk": world.draft.pk, "slot": world.objects["draft_evidence"].slot}),
    "claim_evidence_remove": pressed(
        MEMBERS, lambda world: {"pk": world.draft.pk, "evidence": world.objects["draft_evidence"].pk}
    ),
    "claim_confirm": pressed(MEMBERS, draft()),
    "claim_submit": pressed(MEMBERS, draft()),
    "claim_withdraw": both(MEMBERS, submitted()),
}

FINANCE_DESK = {
    "finance": shown(abroad(*FINANCE)),
    "finance_register": shown(abroad(*FINANCE)),
    "finance_award": shown(FINANCE, pk_of("award")),
    "finance_record": pressed(FINANCE, pk_of("instalment")),
    "finance_confirm": pressed(FINANCE, pk_of("payment")),
    "finance_reject": pressed(FINANCE, pk_of("payment")),
    "finance_archive": pressed(abroad(*FINANCE)),
    "finance_job": shown(FINANCE, pk_of("archive")),
    "finance_job_progress": shown(FINANCE, pk_of("archive")),
    "finance_job_file": shown(FINANCE, pk_of("archive")),
}

FILES = {
    "evidence_file": shown(MEMBERS | CASE, pk_of("evidence")),
    "evidence_page": shown(MEMBERS | CASE, lambda world: {"pk": world.objects["evidence"].pk, "page": 1}),
    "document_file": shown(MEMBERS | CASE, pk_of("receipt")),
    "job": shown(MEMBERS | CASE, pk_of("letter_job")),
    "job_result": shown(frozenset({Duty.PAY}), pk_of("archive")),
}

CONSOLE = {
    "console:index": Door(to(POSTED, 302), to(POSTED, 302)),
    "console:jsi18n": console_shown(POSTED),
    "console:case": console_shown(CASE, submitted()),
    "console:queue": console_shown(CASE | {"foreign_verify", "foreign_pay", "foreign_policy"}),
    "console:case_correct": both(CASE, submitted()),
    "console:case_check": console_pressed(CASE, submitted(fact="pue")),
    "console:policies": console_shown(abroad(Duty.POLICY), status=302),
    "console:policy": console_shown(POLICY, pk_of("policy")),
    "console:policy_clauses": console_shown(POLICY, pk_of("policy")),
    "console:policy_readings": console_shown(POLICY, pk_of("policy")),
    "console:issue_day": console_pressed(POLICY, pk_of("policy")),
    "console:round_open": console_pressed(POLICY, pk_of("policy")),
    "console:round_close": console_pressed(POLICY, pk_of("round")),
    "console:pool_set": console_pressed(POLICY, pk_of("policy")),
    "console:reading_choose": console_pressed(POLICY, lambda world: {"pk": world.objects["policy"].pk, "key": "X5"}),
    "console:reading_confirm": console_pressed(POLICY, pk_of("reading")),
    "console:reading_drop": console_pressed(POLICY, pk_of("reading")),
    "console:earlier": console_shown(abroad(Duty.POLICY)),
    "console:earlier_enter": console_pressed(abroad(Duty.POLICY)),
    "console:earlier_import": console_pressed(abroad(Duty.POLICY)),
    "console:earlier_template": console_shown(abroad(Duty.POLICY)),
    "console:earlier_reverse": both(POLICY, pk_of("earlier")),
}

# What the officers of a case get for each verb is told by test_verbs.py; here: who is an officer of the case.
VERBS = {
    f"console:case_{verb}": console_pressed(CASE, submitted())
    for verb in ("accept", "decline", "propose", "return", "endorse", "refuse", "reopen", "grant", "close")
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


def in_the_resolver(resolver: Any = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, route) of every address."""
    for row in (resolver or get_resolver()).url_patterns:
        route = prefix + str(row.pattern)
        if isinstance(row, URLResolver):
            yield from in_the_resolver(row, route, f"{space}{row.namespace}:" if row.namespace else space)
        else:
            yield space + (row.name or ""), route


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

DOORS = PUBLIC | APPLICANT | FINANCE_DESK | FILES | CONSOLE | VERBS
READERS = every(frozenset().union(*RECORDS.values()))
DOORS["console:app_list"] = Door(
    posted(READERS, 200), posted(READERS, 200), lambda world: {"app_label": "applications"}
)
for _record, _readers in RECORDS.items():
    DOORS |= record_doors(_record, _readers)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Build one world for the module, in a transaction around those of the tests."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            yield make_world()
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _empty_storage():
    """Keep the files of the world: they are written once for all tests of the module."""


@pytest.fixture(autouse=True)
def _without_the_log():
    """Thousands of requests write no line each: that costs more than the requests."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def client_of(world: World, person: str, **more: Any) -> Client:
    client = Client(raise_request_exception=False, **more)
    if user := world.people[person]:
        client.force_login(user)
    return client


def read(response: Any) -> None:
    """Take a file to its end, which closes it; `close()` here would close the database as well."""
    if response.streaming:
        b"".join(response.streaming_content)


def is_right(answer: Answer, person: str, response: Any) -> bool:
    """Say whether a response is what the table promises."""
    if person in answer.who:
        return response.status_code in answer.statuses
    if person == "anonymous":
        return response.status_code == 302 and response["Location"].startswith("/accounts/login/?next=")
    if person in POSTED and answer.officers:
        return response.status_code in answer.officers
    return response.status_code == answer.otherwise


def test_every_address_has_its_row():
    known = {name for name, _ in in_the_resolver() if not name.endswith(":")}
    unnamed = {route for name, route in in_the_resolver() if name.endswith(":") or not name}

    assert known == DOORS.keys() | ACCOUNT | ACCOUNT_WITH_KEY.keys()
    assert unnamed == UNNAMED


@pytest.mark.django_db
@pytest.mark.parametrize("person", sorted(PERSONS))
def test_every_page_opens_to_whom_it_is_for_and_changes_nothing(world, person):
    client = client_of(world, person)
    before = rows_of_the_case()
    wrong = []

    for name, door in DOORS.items():
        response = client.get(reverse(name, kwargs=door.kwargs(world)))
        if not is_right(door.get, person, response):
            wrong.append((name, response.status_code))
        read(response)

    assert wrong == []
    assert rows_of_the_case() == before


@pytest.mark.django_db
@pytest.mark.parametrize("person", sorted(PERSONS))
def test_a_post_is_taken_from_whom_it_is_for_and_no_one_else(world, person):
    client = client_of(world, person)
    before = rows_of_the_case()
    wrong = []

    for name, door in DOORS.items():
        if name in VERBS and person in door.post.who:
            continue
        with transaction.atomic():
            response = client.post(reverse(name, kwargs=door.kwargs(world)), {"idempotency_key": "one-key"})
            transaction.set_rollback(person in door.post.who)
        if not is_right(door.post, person, response):
            wrong.append((name, response.status_code))
        read(response)

    assert wrong == []
    assert rows_of_the_case() == before


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["anonymous", "stranger", "agent", Duty.VERIFY])
def test_account_pages_break_for_nobody_and_change_nothing_on_a_get(world, person):
    client = client_of(world, person)
    before = rows_of_the_case()
    pages = {name: {} for name in ACCOUNT} | ACCOUNT_WITH_KEY

    answers = {name: client.get(reverse(name, kwargs=kwargs)).status_code for name, kwargs in sorted(pages.items())}

    assert {name: status for name, status in answers.items() if status not in {200, 302, 404}} == {}
    assert rows_of_the_case() == before
    assert get_user(client).is_authenticated == (person != "anonymous")


@pytest.mark.django_db
def test_no_post_is_taken_without_its_token(world):
    client = client_of(world, "agent", enforce_csrf_checks=True)
    urls = [reverse(name, kwargs=door.kwargs(world)) for name, door in DOORS.items()]
    urls += [reverse(name) for name in sorted(ACCOUNT)]

    assert {url: status for url in urls if (status := client.post(url).status_code) != 403} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["stranger", Duty.AUDIT])
def test_whatever_the_resolver_does_not_know_is_a_404(world, person):
    client = client_of(world, person)

    assert [client.get(url).status_code for url in ("/nothing/", "/console/nothing/", "/my/nothing/")] == [404] * 3
