"""
The only bridge to the law: builds a case for `rules.judge` from rows and stores what came back.

Facts come from the claim (declared) or from the officers' checks (verified); earlier sums from awards and from what
the authority entered; readings and the issue day from the authority's records.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

import rules
from applications import case_readings
from applications.kept import Kept
from applications.models import (
    Applicant,
    Application,
    Assessment,
    Award,
    Clause,
    EarlierAward,
    FactCheck,
    Policy,
    Publication,
    Reading,
    Status,
    User,
)

Facts = Mapping[str, Any]

# Where a case rests on an assessment that nothing recomputes any more.
SETTLED = frozenset(
    {Status.GRANTED, Status.PAID, Status.CLOSED, Status.REFUSED, Status.REVOKED, Status.DECLINED, Status.WITHDRAWN}
)


def plain_yuan(fen: int) -> str:
    """Return fen as the rules read money: yuan with two decimals, ungrouped."""
    return f"{fen // 100}.{fen % 100:02d}"


def readings_in_force(policy: Policy) -> dict[str, str]:
    """Return the authority's confirmed choices; every other ambiguity takes the recommended reading."""
    return dict(Reading.objects.in_force().filter(policy=policy).values_list("key", "choice"))


def readings_by_policy(policies: Iterable[Policy]) -> dict[int, dict[str, str]]:
    """Return the readings in force of several policies by their primary key (one query)."""
    found: dict[int, dict[str, str]] = {policy.pk: {} for policy in policies}
    rows = Reading.objects.in_force().filter(policy__in=found)
    for policy_id, key, choice in rows.values_list("policy", "key", "choice"):
        found[policy_id][key] = choice
    return found


def readings_of(application: Application) -> dict[str, str]:
    """Return the readings in force for a case, read once for the instance, which lives for one request or one act."""
    known: dict[str, dict[str, str]] = vars(application)
    if "readings_read" not in known:
        known["readings_read"] = readings_in_force(application.policy)
    return known["readings_read"]


# ── Versions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def published_by_policy(policies: Iterable[Policy]) -> dict[int, tuple[str, ...]]:
    """
    Return by policy the versions that count, oldest first: the one it was loaded with, and every confirmed one.

    One query, none where no policy has a second file. Raises PackError where a published file is gone.
    """
    policies = list(policies)
    chains = rules.load().chains
    further = [policy for policy in policies if len(chains[policy.code]) > 1]
    names = {policy.pk: {policy.pack_version} for policy in policies}
    if further:
        rows = Publication.objects.counting().filter(policy__in=further)
        for policy_id, name in rows.values_list("policy", "pack_version"):
            names[policy_id].add(name)
    return {policy.pk: _in_order(names[policy.pk], chains[policy.code]) for policy in policies}


def _in_order(names: set[str], chain: Sequence[str]) -> tuple[str, ...]:
    for name in names - set(chain):
        raise rules.PackError(f"{name}.yaml", None, "已发布的版本文件不在规则包目录中")
    return tuple(name for name in chain if name in names)


def published_versions(policy: Policy) -> tuple[str, ...]:
    """Return the versions of one policy that count, oldest first."""
    return published_by_policy([policy])[policy.pk]


def versions_in_force(policies: Iterable[Policy], on: date) -> dict[int, str]:
    """Return by policy the published version in force on a day; two queries at most, none without a second file."""
    policies = list(policies)
    names = published_by_policy(policies)
    letters = readings_by_policy(policy for policy in policies if len(names[policy.pk]) > 1)
    return {
        policy.pk: rules.load().latest(names[policy.pk], on, letters.get(policy.pk), policy.issued_on).version
        for policy in policies
    }


def version_in_force(policy: Policy, on: date | None = None) -> str:
    """Return the published version of a policy in force on a day, today unless one is named."""
    return versions_in_force([policy], on or timezone.localdate())[policy.pk]


def version_of(application: Application) -> str:
    """
    Return the version a case is judged by: the published one in force on its 基准日, and once settled the one stored.

    A draft that names no day yet is shown today's. No query while the policy has no second file.
    """
    policy = application.policy
    if len(rules.load().chains[policy.code]) == 1:
        return policy.pack_version
    if application.status in SETTLED and application.assessment is not None:
        return application.assessment.pack_version
    names = _published_of(application)
    if len(names) == 1:
        return names[0]
    on = application.event_on or timezone.localdate()
    return rules.load().latest(names, on, readings_of(application), policy.issued_on).version


def _published_of(application: Application) -> tuple[str, ...]:
    """Return the versions that count, read once for the instance, which lives for one request or one act."""
    known: dict[str, tuple[str, ...]] = vars(application)
    if "published_read" not in known:
        known["published_read"] = published_versions(application.policy)
    return known["published_read"]


def has_clause(version: str, clause_code: str) -> bool:
    """Return whether a version has an item."""
    return clause_code.partition("-")[2] in rules.load().versions[version].raw


def nearest_version(version: str, published: Sequence[str], clause_code: str) -> str:
    """Return a version in which an item can be read: the one named, else the newest published one that has it."""
    return next(name for name in (version, *reversed(published)) if has_clause(name, clause_code))


def clause_version_today(clause: Clause) -> str:
    """Return the version in which an item is read by everybody: today's, else the newest published one that has it."""
    version = version_in_force(clause.policy)
    if has_clause(version, clause.code):
        return version
    return nearest_version(version, published_versions(clause.policy), clause.code)


def shown_version(application: Application) -> str:
    """Return the version in which the item of a case is read; `version_of` where that version has it."""
    version = version_of(application)
    if has_clause(version, application.clause.code):
        return version
    return nearest_version(version, _published_of(application), application.clause.code)


def why_no_such_item(application: Application) -> str:
    """Return that the version in force on the 基准日 has no such item, "" where it has."""
    if application.event_on is None or has_clause(version_of(application), application.clause.code):
        return ""
    return "基准日当日施行的政策版本没有本条款"


def pack_of(application: Application) -> "rules.Pack":
    """Return the version of the policy in which the item of a case is read."""
    return rules.load().versions[shown_version(application)]


def law_of(application: Application) -> "rules.Clause":
    """Return the item of a case as the version of the case has it."""
    return rules.load().clause(application.clause.code, version=shown_version(application))


def fields_of(application: Application) -> tuple["rules.Field", ...]:
    """Return what a case is judged on, in its version and under the readings in force."""
    return rules.fields(application.clause.code, readings_of(application), version=shown_version(application))


def slots_of(application: Application) -> tuple["rules.Slot", ...]:
    """Return the evidence that a case has to bring, in its version."""
    return rules.evidence(application.clause.code, version=shown_version(application))


# ── Cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def waits_for_officer(application: Application, verdict: "rules.Verdict") -> bool:
    """Return whether nothing but what an officer states (a confirmation, an approval) keeps a sum from following."""
    named = (verdict.blocked_by or "").removeprefix("missing_fact:")
    return verdict.eligible is None and named in {f.name for f in fields_of(application) if f.by_officer}


def reading_specs(policy: Policy) -> list["rules.ReadingSpec"]:
    """Return the questions of every version that counts, each once, as the newest of them asks it."""
    packs = [rules.load().versions[name] for name in reversed(published_versions(policy))]
    found: dict[str, rules.ReadingSpec] = {}
    for pack in packs:
        for spec in pack.readings:
            found.setdefault(spec.id, spec)
    return list(found.values())


def why_clause_is_closed(clause: Clause) -> str:
    """Return why nobody can file under a clause yet: a reading without default that the authority has not chosen."""
    if points := open_points(clause.code, clause_version_today(clause), readings_in_force(clause.policy)):
        return f"本条款的解释口径（{'、'.join(points)}）尚待主管单位确定，暂不能申报。"
    return ""


def open_points(clause_code: str, version: str, chosen: Mapping[str, str]) -> list[str]:
    """Return the readings without default on which a clause waits, given what the authority has chosen."""
    specs = rules.load().versions[version].readings
    return [spec.id for spec in specs if spec.mandatory and clause_code in spec.clauses and spec.id not in chosen]


def latest_checks(application: Application) -> dict[str, FactCheck]:
    """Return the newest check of each fact."""
    return {check.fact: check for check in application.checks.select_related("evidence").order_by("pk")}


def verified_facts(application: Application, checks: Mapping[str, FactCheck]) -> dict[str, Any]:
    """Return what the officers found: an unproven fact is unknown, an unproven yes is a no."""
    facts = {name: check.verified for name, check in checks.items() if check.verified is not None}
    for name, check in checks.items():
        if check.verdict == FactCheck.Verdict.FAILED and isinstance(check.declared, bool):
            facts[name] = not check.declared
    return facts


def same_subject(one: str, other: str) -> bool:
    """Return whether two names mean the same project: white space and full-width forms aside."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def history_of(application: Application) -> list[dict[str, Any]]:
    """
    Return earlier sums to the same beneficiary under the same policy, granted here or entered by the authority.

    A revoked award does not count, one of which a part has to come back counts with the rest.
    """
    applicant = application.applicant
    rows = _EARLIER.all(applicant.pk, applicant.uscc, application.policy_id, application.pk)
    return [
        {
            "clause": code,
            "year": year,
            "amount_yuan": plain_yuan(fen),
            "same_item": not subject or not application.subject or same_subject(subject, application.subject),
        }
        for code, year, fen, subject in rows
    ]


def history_of_applicant(applicant: Applicant, policies: Iterable[Policy], *, same_item: bool) -> list[dict[str, Any]]:
    """Return all that a body has received under some policies (one query), as for one object or for another one."""
    rows = _earlier(applicant.pk, applicant.uscc, [policy.pk for policy in policies])
    return [
        {"clause": code, "year": year, "amount_yuan": plain_yuan(fen), "same_item": same_item or not subject}
        for code, year, fen, subject in rows
    ]


def _earlier(applicant: int, uscc: str, policies: Sequence[int], but: int = 0) -> QuerySet[Any, Any]:
    awards = Award.objects.standing().kept().filter(applicant=applicant, clause__policy__in=policies)
    if but:
        awards = awards.exclude(application=but)
    here = awards.values_list("clause__code", "year", "kept_fen", "application__subject")
    before = (
        EarlierAward.objects.counting()
        .filter(uscc=uscc, clause__policy__in=policies)
        .order_by()
        .values_list("clause__code", "year", "amount_fen", "subject")
    )
    return before.union(here, all=True)


_EARLIER: Kept[Any] = Kept(lambda applicant, uscc, policy, but: _earlier(applicant, uscc, [policy], but))


def case_of(application: Application, facts: Facts) -> dict[str, Any]:
    """
    Return a claim in the form of `manage.py assess`, with everything that decides it.

    The yearly pool is not part of it: what a claim is worth does not depend on who came first. Where the pool is short,
    the authority's choice decides at the endorsement (`applications.pools`), with a sentence of its own.
    """
    policy, version = application.policy, version_of(application)
    case: dict[str, Any] = {"id": application.number, "clause": application.clause.code, "facts": dict(facts)}
    case["pack_version"] = version
    if application.support_year:
        case["facts"]["support_year"] = application.support_year
        case["support_year"] = application.support_year
    if policy.issued_on:
        case["facts"]["policy_issued_on"] = policy.issued_on.isoformat()
    if application.event_on and not (needs_issue_day(policy, version) and policy.issued_on is None):
        case["on"] = application.event_on.isoformat()
    if history := history_of(application):
        case["history"] = history
    if settings := known_readings(version, readings_of(application)):
        case["settings"] = settings
    return case


def known_readings(version: str, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the choices that a version knows: an authority also chooses for versions before and after it."""
    pack = rules.load().versions[version]
    return {
        key: letter for key, letter in chosen.items() if pack.has_reading(key) and letter in pack.reading(key).options
    }


def needs_issue_day(policy: Policy, version: str = "") -> bool:
    """Return whether a version (the first, unless named) leaves its start open, so that the issue day is needed."""
    return rules.load().versions[version or policy.pack_version].effective_from is None


def judge(application: Application, facts: Facts) -> tuple[dict[str, Any], "rules.Verdict"]:
    """Run the rules over a claim and return the inputs with the verdict; nothing is stored."""
    inputs = case_of(application, facts)
    return inputs, rules.judge(inputs)


def estimate(clause: Clause, facts: Facts) -> "rules.Verdict":
    """Run the rules for the public calculator: no history, no pool, today's version, the authority's readings."""
    settings = readings_in_force(clause.policy)
    return estimate_under(clause.policy, clause.code, settings, facts, version=clause_version_today(clause))


def estimate_under(
    policy: Policy,
    clause_code: str,
    settings: Mapping[str, str],
    facts: Facts,
    *,
    version: str,
    history: Sequence[Mapping[str, Any]] = (),
    year: int | None = None,
) -> "rules.Verdict":
    """Run the rules for a calculator in a version and under readings that were read before (no query)."""
    case: dict[str, Any] = {"id": clause_code, "clause": clause_code, "facts": dict(facts), "pack_version": version}
    if policy.issued_on:
        case["facts"]["policy_issued_on"] = policy.issued_on.isoformat()
    if history:
        case["history"] = list(history)
        case["support_year"] = case["facts"].get("support_year", year)
    if settings := known_readings(version, settings):
        case["settings"] = settings
    return rules.judge(case)


def case_questions(application: Application) -> list[case_readings.CaseQuestion]:
    """Return the questions that no fact decides with their answers on this case (one query beside the readings)."""
    return case_readings.questions_of(application, pack_of(application), readings_of(application))


def store(application: Application, purpose: str, facts: Facts, *, by: User, at: datetime) -> Assessment:
    """
    Run the rules and keep inputs, readings, pack and trace, so that every yuan can be traced and recomputed.

    What officers found also rests on how they read the points that no fact decides.
    """
    inputs, verdict = judge(application, facts)
    found = purpose != Assessment.Purpose.DECLARED
    decisions = case_readings.stored(case_questions(application)) if found else []
    return keep(application, purpose, inputs, verdict, decisions=decisions, by=by, at=at)


def keep(
    application: Application,
    purpose: str,
    inputs: dict[str, Any],
    verdict: "rules.Verdict",
    *,
    decisions: Sequence[Mapping[str, str]] = (),
    by: User,
    at: datetime,
) -> Assessment:
    """Store a run of the rules that was just made, with everything needed to repeat it."""
    return Assessment.objects.create(
        application=application,
        purpose=purpose,
        inputs=inputs,
        result=verdict.to_json(),
        readings=verdict.readings,
        decisions=list(decisions),
        kind=verdict.kind,
        eligible=verdict.eligible,
        amount_fen=verdict.amount_fen,
        reason=verdict.reason,
        pack_version=verdict.pack_version,
        pack_sha256=verdict.pack_sha256,
        made_by=by,
        made_at=at,
    )
