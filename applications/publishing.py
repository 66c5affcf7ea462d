"""发布: which version files of a policy there are, which of them count, and what stands against publishing another."""

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache

import rules
from applications.assessing import published_versions, readings_in_force
from applications.models import Application, Policy, Publication, Status

REPORT_LIVES = 24 * 3600  # seconds; the key names every byte the check reads

# Cases whose sum is still to be computed, so that a publication may change what they are judged by.
OPEN = frozenset({Status.DRAFT, Status.SUBMITTED, Status.VERIFYING, Status.CORRECTING, Status.PROPOSED, Status.NOTICED})


@dataclass(frozen=True)
class VersionFile:
    """
    One version file of a policy: `counts` says whether claims are judged by it; `problem` why it cannot be read.

    `start` and `end` are the days in force, None while 待定.
    """

    name: str
    sha256: str
    supersedes: str
    start: date | None
    end: date | None
    lock: str
    counts: bool
    base: bool
    waiting: Publication | None
    published: Publication | None
    problem: str


def version_files(policy: Policy) -> list[VersionFile]:
    """Return every version file of a policy, newest first (at most three queries)."""
    counting = published_versions(policy)
    letters = readings_in_force(policy)
    rows = Publication.objects.filter(policy=policy, dropped_at=None).select_related("proposed_by", "confirmed_by")
    by_name = {row.pack_version: row for row in rows}
    return [
        _file(policy, name, name in counting, by_name.get(name), letters)
        for name in reversed(rules.load().chains[policy.code])
    ]


def _file(
    policy: Policy, name: str, counts: bool, publication: Publication | None, letters: dict[str, str]
) -> VersionFile:
    sha256 = supersedes = problem = ""
    span = None
    try:
        pack = rules.load().versions[name]
        sha256, supersedes, span = pack.sha256, pack.supersedes, pack.span(letters, policy.issued_on)
    except rules.PackError as error:
        problem = str(error)
    confirmed = publication is not None and publication.confirmed_at is not None
    return VersionFile(
        name=name,
        sha256=sha256,
        supersedes=supersedes,
        start=span.start if span else None,
        end=span.end if span else None,
        lock=rules.lock_state(name),
        counts=counts,
        base=name == policy.pack_version,
        waiting=None if confirmed else publication,
        published=publication if confirmed else None,
        problem=problem,
    )


def report_of(version: str) -> "rules.Report":
    """Return the report of the check on a version; it takes a second, so it is kept until a file changes."""
    key = f"check-of-{version}-{rules.fingerprint()}"
    report = cache.get(key)
    if report is None:
        report = rules.check_version(version)
        cache.set(key, report, REPORT_LIVES)
    return report


def why_not_publish(policy: Policy, version: str) -> str:
    """Return what stands against putting a version into force, "" when nothing does."""
    library = rules.load()
    counting = published_versions(policy)
    if version not in library.chains[policy.code]:
        return "本政策没有这一版本文件。"
    if version in counting:
        return "该版本已经施行或已经发布。"
    if reason := _WHY_NOT_LOCKED.get(rules.lock_state(version)):
        return reason
    if problems := report_of(version).problems:
        return f"该版本的检查发现{len(problems)}个问题，见检查报告。"
    return _why_not_next(policy, counting[-1], version)


_WHY_NOT_LOCKED = {
    "unlocked": "该版本文件及其政策原文尚未锁定，须由技术人员核对后锁定。",
    "changed": "该版本文件或其政策原文与锁定时不一致，不能发布。",
}


def _why_not_next(policy: Policy, last: str, version: str) -> str:
    """Return why a version cannot follow the last one that counts."""
    letters, versions = readings_in_force(policy), rules.load().versions
    pack, before = versions[version], versions[last].span(letters, policy.issued_on).start
    if pack.supersedes != last:
        return f"该版本写明取代的是“{pack.supersedes}”，应取代最近发布的 {last}。"
    start = pack.span(letters, None).start
    if before is None:
        return f"{last} 的施行日待定，请先录入印发日期。"
    if start is None or start <= before:
        return f"该版本的施行日须晚于 {last} 的施行日。"
    return ""


def cases_concerned(policy: Policy, start: date) -> int:
    """Return how many cases that are still open have their 基准日 on or after a day (one query)."""
    return Application.objects.filter(policy=policy, status__in=OPEN, event_on__gte=start).count()
