"""
The only bridge to the law: builds a case for `rules.judge` from rows and stores what came back.

Facts come from the claim (declared) or from the officers' checks (verified); earlier sums from awards and from what
the authority entered; readings and the issue day from the authority's records.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

import rules
from applications.models import (
    Application,
    Assessment,
    Award,
    Clause,
    Commitment,
    EarlierAward,
    FactCheck,
    Policy,
    Pool,
    Reading,
    User,
)

Facts = Mapping[str, Any]


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


def fields_of(application: Application) -> tuple["rules.Field", ...]:
    """Return what a case is judged on, under the readings in force."""
    return rules.fields(application.clause.code, readings_of(application))


def waits_for_officer(application: Application, verdict: "rules.Verdict") -> bool:
    """Return whether nothing but what an officer states (a confirmation, an approval) keeps a sum from following."""
    named = (verdict.blocked_by or "").removeprefix("missing_fact:")
    return verdict.eligible is None and named in {f.name for f in fields_of(application) if f.by_officer}


def why_clause_is_closed(clause: Clause) -> str:
    """Return why nobody can file under a clause yet: a reading without default that the authority has not chosen."""
    if points := open_points(clause.code, clause.policy.code, readings_in_force(clause.policy)):
        return f"本条款的解释口径（{'、'.join(points)}）尚待主管单位确定，暂不能申报。"
    return ""


def open_points(clause_code: str, policy_code: str, chosen: Mapping[str, str]) -> list[str]:
    """Return the readings without default on which a clause waits, given what the authority has chosen."""
    specs = rules.load().pack(policy_code).readings
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
    """Return earlier sums to the same beneficiary under the same policy, granted here or entered by the authority."""
    awards = Award.objects.standing().filter(applicant=application.applicant_id, clause__policy=application.policy_id)
    here = awards.exclude(application=application.pk).values_list(
        "clause__code", "year", "amount_fen", "application__subject"
    )
    before = (
        EarlierAward.objects.counting()
        .filter(uscc=application.applicant.uscc, clause__policy=application.policy_id)
        .order_by()
        .values_list("clause__code", "year", "amount_fen", "subject")
    )
    return [
        {
            "clause": code,
            "year": year,
            "amount_yuan": plain_yuan(fen),
            "same_item": not subject or not application.subject or same_subject(subject, application.subject),
        }
        for code, year, fen, subject in before.union(here, all=True)
    ]


def pool_of(application: Application) -> Pool | None:
    """
    Return the pool that binds this clause in the support year, if the authority has entered one.

    `own_fen` on it is what this case itself has taken, None for nothing.
    """
    if application.support_year is None:
        return None
    own = Commitment.objects.filter(application=application.pk, pool=OuterRef("pk"))
    live = own.exclude(state=Commitment.State.RELEASED).values("amount_fen")[:1]  # at most one is live
    pools = Pool.objects.filter(clauses=application.clause_id, year=application.support_year)
    return pools.annotate(own_fen=Subquery(live)).first()


def _pool_left(pool: Pool) -> dict[str, str]:
    used = pool.committed_fen - (pool.own_fen or 0)  # type: ignore[attr-defined] # read with the pool
    return {"limit_yuan": plain_yuan(pool.limit_fen), "used_yuan": plain_yuan(used)}


def case_of(application: Application, facts: Facts) -> dict[str, Any]:
    """Return a claim in the form of `manage.py assess`, with everything that decides it."""
    policy = application.policy
    case: dict[str, Any] = {"id": application.number, "clause": application.clause.code, "facts": dict(facts)}
    if application.support_year:
        case["facts"]["support_year"] = application.support_year
        case["support_year"] = application.support_year
    if policy.issued_on:
        case["facts"]["policy_issued_on"] = policy.issued_on.isoformat()
    if application.event_on and not (needs_issue_day(policy) and policy.issued_on is None):
        case["on"] = application.event_on.isoformat()
    if history := history_of(application):
        case["history"] = history
    if settings := readings_of(application):
        case["settings"] = settings
    if pool := pool_of(application):
        case["pool"] = _pool_left(pool)
    return case


def needs_issue_day(policy: Policy) -> bool:
    """Return whether the text leaves its own start open, so that the authority must enter the issue day."""
    return rules.load().pack(policy.code).effective_from is None


def judge(application: Application, facts: Facts) -> tuple[dict[str, Any], "rules.Verdict"]:
    """Run the rules over a claim and return the inputs with the verdict; nothing is stored."""
    inputs = case_of(application, facts)
    return inputs, rules.judge(inputs)


def estimate(clause: Clause, facts: Facts) -> "rules.Verdict":
    """Run the rules for the public calculator: no history, no pool, the authority's readings."""
    return estimate_under(clause.policy, clause.code, readings_in_force(clause.policy), facts)


def estimate_under(policy: Policy, clause_code: str, settings: Mapping[str, str], facts: Facts) -> "rules.Verdict":
    """Run the rules for a calculator under readings that were read before (no query)."""
    case: dict[str, Any] = {"id": clause_code, "clause": clause_code, "facts": dict(facts)}
    if policy.issued_on:
        case["facts"]["policy_issued_on"] = policy.issued_on.isoformat()
    if settings:
        case["settings"] = dict(settings)
    return rules.judge(case)


def store(application: Application, purpose: str, facts: Facts, *, by: User, at: datetime) -> Assessment:
    """Run the rules and keep inputs, readings, pack and trace, so that every yuan can be traced and recomputed."""
    inputs, verdict = judge(application, facts)
    return keep(application, purpose, inputs, verdict, by=by, at=at)


def keep(
    application: Application,
    purpose: str,
    inputs: dict[str, Any],
    verdict: "rules.Verdict",
    *,
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
        kind=verdict.kind,
        eligible=verdict.eligible,
        amount_fen=verdict.amount_fen,
        reason=verdict.reason,
        pack_version=verdict.pack_version,
        pack_sha256=verdict.pack_sha256,
        made_by=by,
        made_at=at,
    )
