"""
试算: decided cases judged again from what was stored with them, as the law stands and as it might be changed.

Nothing is written. Every case is judged under the version that decided it, with its own readings, history and pool, so
the law as published must give what was decided; a row where it does not says so.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import rules
from applications.models import Application, Assessment, Status

DECIDED = frozenset({Status.GRANTED, Status.PAID, Status.CLOSED, Status.REFUSED})


class Finding(NamedTuple):
    """What a verdict comes to; its trace is left behind, so that a hundred thousand cases fit into memory."""

    eligible: bool | None
    kind: str
    amount_fen: int | None
    blocked_by: str | None
    reason: str


@dataclass(frozen=True)
class Row:
    """
    One case: what the law gives for it as published (before) and as changed (after), and whether that was stored.

    A refused case is shown, because a change may open the way for it, but is not `counted`: nothing was granted.
    """

    number: str
    clause: str
    clause_name: str
    applicant: str
    status: str
    counted: bool
    agrees: bool
    before: Finding
    after: Finding

    @property
    def difference_fen(self) -> int:
        """Return what the change adds or takes; no sum counts as nothing."""
        return (self.after.amount_fen or 0) - (self.before.amount_fen or 0)

    @property
    def changed(self) -> bool:
        """Say whether anything an applicant would notice is different."""
        return self.before[:4] != self.after[:4]  # a sentence alone is no change

    @property
    def why(self) -> str:
        """Return the sentence of the changed law where it stops or cuts the sum, or changes anything."""
        return self.after.reason if self.after.blocked_by or self.changed else ""


@dataclass(frozen=True)
class Total:
    """Sums of the counted cases of one clause, and how many cases each reason stops or cuts under the changed law."""

    clause: str
    clause_name: str
    cases: int
    changed: int
    before_fen: int
    after_fen: int
    reasons: Mapping[str, int]


def decided(policy: str = "") -> Any:
    """Return decided cases that carry an assessment, by clause and applicant; of one policy if it is named."""
    cases = Application.objects.filter(status__in=DECIDED).exclude(assessment=None)
    if policy:
        cases = cases.filter(policy__code=policy)
    cases = cases.select_related("clause", "applicant", "assessment")
    return cases.order_by("policy_id", "clause__position", "applicant__name", "pk")


def replay(cases: Iterable[Application], overlays: Mapping[str, rules.Overlay] | None = None) -> Iterator[Row]:
    """Yield a row for each case. Raises ValueError with a Chinese sentence for a change that does not fit."""
    first, second, third = itertools.tee(cases, 3)
    before = rules.replay(map(_stored, first))
    after = rules.replay(map(_stored, second), overlays) if overlays else None
    for case, now in zip(third, before, strict=True):
        assert case.assessment is not None, "only cases with an assessment are replayed"
        yield Row(
            number=case.number,
            clause=case.clause.code,
            clause_name=case.clause.title,
            applicant=case.applicant.name,
            status=case.get_status_display(),
            counted=case.status != Status.REFUSED,
            agrees=_agrees(case.assessment, now),
            before=_finding(now),
            after=_finding(now if after is None else next(after)),
        )


def totals(rows: Iterable[Row]) -> list[Total]:
    """Return the sums by clause; rows come in the order of clauses."""
    found = []
    for clause, group in itertools.groupby(rows, key=lambda row: row.clause):
        members = list(group)
        reasons: dict[str, int] = {}
        for row in members:
            if row.after.blocked_by:
                words = blocked_words(row.after.blocked_by)
                reasons[words] = reasons.get(words, 0) + 1
        found.append(
            Total(
                clause=clause,
                clause_name=members[0].clause_name,
                cases=len(members),
                changed=sum(row.changed for row in members),
                before_fen=sum(row.before.amount_fen or 0 for row in members if row.counted),
                after_fen=sum(row.after.amount_fen or 0 for row in members if row.counted),
                reasons=dict(sorted(reasons.items(), key=lambda pair: -pair[1])),
            )
        )
    return found


_WORDS = {
    "once_only_used": "一次性奖补已经给予",
    "no_increment": "晋级补差没有可补差额",
    "cap_used": "最高限额已被此前奖补占用",
    "pool_exhausted": "年度资金池余额不足",
    "zero_base": "计算基数为零",
    "out_of_term": "不在有效期内",
    "higher_not_repeat": "就高不重复",
    "approved_above_ceiling": "核定金额高于测算上限",
    "non_monetary": "不直接给予奖补资金",
}
_KINDS = {"condition": "条件不符", "missing_fact": "待补", "bad_fact": "数值不合规"}


def blocked_words(blocked_by: str) -> str:
    """Return Chinese words for `blocked_by`: `condition:pue` is 条件不符：PUE."""
    kind, _, name = blocked_by.partition(":")
    if kind in _KINDS:
        fact = rules.load().facts.get(name)
        return f"{_KINDS[kind]}：{fact.label if fact else '以往奖补'}"
    return _WORDS.get(kind, blocked_by)


def _stored(case: Application) -> tuple[dict[str, Any], str]:
    assert case.assessment is not None, "only cases with an assessment are replayed"
    return case.assessment.inputs, case.assessment.pack_version


def _finding(verdict: rules.Verdict) -> Finding:
    return Finding(verdict.eligible, verdict.kind, verdict.amount_fen, verdict.blocked_by, verdict.reason)


def _agrees(stored: Assessment, now: rules.Verdict) -> bool:
    """Say whether the law gives again what was stored, from the same pack."""
    then = (stored.eligible, stored.kind, stored.amount_fen, stored.result.get("blocked_by"))
    return then == _finding(now)[:4] and stored.pack_sha256 == now.pack_sha256
