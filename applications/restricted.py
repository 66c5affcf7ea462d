"""What keeps a body from filing, from 容缺受理 or from payment at an authority, in words with the legal basis."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from applications.clocks import years_after
from applications.documents.letter import chinese_date
from applications.models import Application, Promise, Restriction

Scope = Restriction.Scope

SAID = ("scope", "since", "until", "basis", "paper", "reason")

# What 容缺受理 is refused for: its own restriction, and the one that stops every claim.
AGAINST_LEEWAY = (Scope.LEEWAY, Scope.FILING)


def restrictions_of(application: Application, day: date) -> QuerySet[Restriction]:
    """Return what stands against the applicant of a case at its authority on a day, the oldest first."""
    rows = Restriction.objects.standing(day).filter(authority=application.authority_id, uscc=application.applicant.uscc)
    return rows.order_by("pk")


def is_restricted(day: date) -> Exists:
    """Read with a case whether anything stands against its applicant at its authority, so that few cases ask more."""
    rows = Restriction.objects.standing(day)
    return Exists(rows.filter(authority=OuterRef("authority"), uscc=OuterRef("applicant__uscc")))


def with_restrictions(day: date) -> dict[str, Subquery]:
    """Read with a case what stands against its applicant, the oldest of each scope; see `restrictions_in`."""
    here = {"authority": OuterRef("authority"), "uscc": OuterRef("applicant__uscc")}
    rows = Restriction.objects.standing(day).filter(**here).order_by("pk")
    said = JSONObject(**{name: name for name in SAID})
    return {f"against_{scope}": Subquery(rows.filter(scope=scope).values(said=said)[:1]) for scope in Scope.values}


def restrictions_in(case: Any) -> list[Restriction]:
    """Return what was read with a case by `with_restrictions`, without another query; rows to show, not to save."""
    found = [getattr(case, f"against_{scope}") for scope in Scope.values]
    return [Restriction(**{name: _read(name, row[name]) for name in SAID}) for row in found if row]


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in ("since", "until") and value else value


def words_of(restriction: Restriction) -> str:
    """Say what one restriction stops, from when until when, and on which basis and paper."""
    until = f"至{chinese_date(restriction.until)}" if restriction.until else "，直至解除"
    return (
        f"该单位自{chinese_date(restriction.since)}起{until}{restriction.get_scope_display()}，"
        f"依据：{restriction.basis}（{restriction.paper}）。"
    )


def why_restricted(uscc: str, authority_id: int, day: date, *scopes: str) -> str:
    """Return the words of the first restriction of these scopes that stands on a day, "" when none does."""
    rows = Restriction.objects.standing(day).filter(authority=authority_id, uscc=uscc, scope__in=scopes)
    found = rows.order_by("pk").first()
    return words_of(found) if found else ""


def why_not_filing(application: Application, at: datetime) -> str:
    """Return why the applicant of a case may neither file nor be granted anything at its authority."""
    day = timezone.localdate(at)
    return why_restricted(application.applicant.uscc, application.authority_id, day, Scope.FILING)


def why_not_pay(application: Application, at: datetime) -> str:
    """Return why nothing may be paid to the applicant of a case by its authority."""
    day = timezone.localdate(at)
    return why_restricted(application.applicant.uscc, application.authority_id, day, Scope.PAYMENT)


def why_no_leeway(application: Application, at: datetime) -> str:
    """Return why no paper of this applicant may come later: a restriction, or a promise broken within a year."""
    against = restrictions_of(application, timezone.localdate(at)).filter(scope__in=AGAINST_LEEWAY)
    if reason := why_no_leeway_among(against):
        return reason
    return why_not_trusted(application.applicant_id, application.authority_id, at)


def why_no_leeway_among(against: Iterable[Restriction]) -> str:
    """Return the first of these restrictions that forbids 容缺受理, in words."""
    found = next((row for row in against if row.scope in AGAINST_LEEWAY), None)
    return f"不适用容缺受理：{words_of(found)}" if found else ""


def broke_a_promise(since: datetime) -> Exists:
    """Read with a case whether its applicant broke a promise at its authority after a moment, a year ago."""
    broken = Promise.objects.filter(broken_at__gt=since)
    here = {"application__applicant": OuterRef("applicant"), "application__authority": OuterRef("authority")}
    return Exists(broken.filter(**here))


def why_not_trusted(applicant_id: int, authority_id: int, at: datetime) -> str:
    """Return the newest promise that this applicant broke at an authority within the last year, in words."""
    broken = Promise.objects.filter(
        application__applicant=applicant_id, application__authority=authority_id, broken_at__gt=years_after(at, -1)
    )
    newest = broken.select_related("application").order_by("-broken_at", "-pk").first()
    if newest is None or newest.broken_at is None:
        return ""
    return (
        f"不适用容缺受理：该单位在{newest.application.number}中承诺补交的“{newest.label}”逾期未补交"
        f"（{chinese_date(timezone.localdate(newest.broken_at))}认定），一年内不再容缺受理。"
    )
