"""
Judging a case: the order of verdicts, from impossible facts down to the pool.

1 impossible facts and sums approved above the ceiling; 2 clauses without money; 3 out of term; 4 a condition that
fails; 5 a fact that is missing; 6 once only, ladder, stacking, caps, zero base, then the pool.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules import case as cases
from rules import formulas, limits, schema, units
from rules.case import Case, Row
from rules.conditions import YES, Answer, Comparison
from rules.limits import Part
from rules.pack import Library
from rules.trace import Step
from rules.verdict import Instalment, Share, Verdict, invalid


@dataclass
class Standing:
    """Where one claim stands before limits: open (may be paid), or decided with a reason."""

    part: Part
    state: str  # sum, case_by_case, external, sharing, no, missing
    blocked: str | None = None
    reason: str = ""


def judge(case: Mapping[str, Any], library: Library) -> Verdict:
    """Return what follows for a case in the form of the dictionary of facts; never raises for what a case states."""
    try:
        read = cases.read(case, library)
    except cases.BadCase as error:
        return invalid(f"bad_case:{error}", f"{error}。")
    except cases.BadFact as error:
        return invalid(f"bad_fact:{error.name}", str(error))
    return _judge(read, library)


def _judge(case: Case, library: Library) -> Verdict:
    claims = case.claims
    if len(claims) > 1:
        claims = tuple(sorted(claims, key=lambda claim: (claim.pack.id, list(claim.pack.raw).index(claim.number))))
    parts = [Part(claim, claim.pack.compiled(claim.number, case.settings), case.year, case.history) for claim in claims]
    frame = _frame(case, parts)
    above = _approved_above_ceiling(case, parts)
    if above:
        return invalid("approved_above_ceiling", above, **frame)
    standings = [_stand(case, part) for part in parts]
    try:
        _compute(case, [standing.part for standing in standings if standing.state == "sum"])
    except limits.YearNeeded:
        fact = library.facts["support_year"]
        trace = tuple(step for part in parts for step in part.steps)
        reason = f"计算年度限额需要知道{fact.label}，请补充后再测算。"
        return invalid("missing_fact:support_year", reason, trace, **frame)
    if not case.stack:
        return _single(case, standings[0], frame)
    return _together(case, standings, frame)


def _frame(case: Case, parts: list[Part]) -> dict[str, Any]:
    """Return what every verdict carries: the readings in force and the packs used."""
    if len(parts) == 1:
        pack = parts[0].claim.pack
        letters = pack.letters_of(parts[0].claim.number, case.settings)
        return {"readings": letters, "pack_version": pack.version, "pack_sha256": pack.sha256}
    letters = {}
    for part in parts:
        letters |= part.claim.pack.letters_of(part.claim.number, case.settings)
    packs = dict.fromkeys((part.claim.pack.version, part.claim.pack.sha256) for part in parts)
    return {
        "readings": letters,
        "pack_version": "、".join(version for version, _ in packs),
        "pack_sha256": "、".join(digest for _, digest in packs),
    }


# ── 1 approved above the ceiling ─────────────────────────────────────────────────────────────────────────────────────


def _approved_above_ceiling(case: Case, parts: list[Part]) -> str:
    """Return why a sum fixed by the authority is above what it may fix, "" if it is not or none is stated."""
    ceilings = [part for part in parts if part.compiled.ceiling and "approved_amount_yuan" in part.claim.values]
    if not ceilings:
        return ""
    common = [part for part in ceilings if "approved_amount_yuan" not in part.claim.own]
    for part in ceilings:
        if part not in common:
            approved = part.claim.values["approved_amount_yuan"]
            ceiling = _ceiling(part)
            if ceiling is not None and approved > ceiling:
                return _above(approved, ceiling)
    if case.approved is None or not common:
        return ""
    found = [_ceiling(part) for part in common]
    known = [ceiling for ceiling in found if ceiling is not None]
    if len(known) == len(found) and case.approved > sum(known):
        return _above(case.approved, sum(known))
    return ""


def _above(approved: int, ceiling: int) -> str:
    return f"核定金额 {units.yuan(approved)} 元高于测算上限 {units.yuan(ceiling)} 元，应在上限以内核定。"


def _ceiling(part: Part) -> int | None:
    """Return the highest sum the authority may fix; the caps alone while a fact is unknown; None if there is none."""
    trial = Part(part.claim, part.compiled, part.year, part.rows)
    assert part.compiled.formula is not None, "a ceiling has a formula"
    answer = part.compiled.formula.check(trial.claim.values, trial.steps, part.compiled.id, part.compiled.article)
    if answer.state is False:
        return None
    fact = part.compiled.overlap_fact
    if answer.state and (fact is None or fact.name in trial.claim.values):
        try:
            limits.gross(trial, [])
            limits.relate([trial])
            _limit(trial, [], 0)
        except limits.YearNeeded:
            pass
        else:
            return trial.fen
    return min((cap.amount for cap in part.compiled.model.caps), default=None)


# ── 2 to 5 standing ──────────────────────────────────────────────────────────────────────────────────────────────────


def _stand(case: Case, part: Part) -> Standing:
    compiled, model = part.compiled, part.compiled.model
    if model.kind == "无":
        part.note("no_sum")
        return Standing(part, "no", "non_monetary", f"{compiled.article}“{model.name}”不直接给予奖补资金。")
    term = _term(case, part)
    if term is False:
        return Standing(part, "no", "out_of_term", _out_of_term(case, part))
    failed, missing = _conditions(part)
    if failed:
        return Standing(part, "no", f"condition:{failed}", _refusal(part, failed))
    if term is None:
        missing = missing or "policy_issued_on"
    if missing:
        return Standing(part, "missing", f"missing_fact:{missing}", _lacking(part, missing))
    states = {"一事一议": "case_by_case", "转致": "external", "分担": "sharing"}
    state = states.get(model.kind, "sum")
    if state in ("case_by_case", "external"):
        part.note(state)
    return Standing(part, state)


def _term(case: Case, part: Part) -> bool | None:
    """Say whether the day of the case is in the term: None where the day of issue is not known."""
    if case.on is None:
        return True
    pack, settings = part.claim.pack, case.settings
    span = pack.span(settings, part.claim.values.get("policy_issued_on"))
    shown = _day(case.on)
    if span.start is None or span.end is None:
        required = "自印发之日起计算，印发日期待定"
        part.steps.append(
            Step(part.compiled.id, part.compiled.article, "term", "missing", {"value": shown, "required": required})
        )
        return None
    inside = span.start <= case.on <= span.end
    words = {"value": shown, "required": f"{_day(span.start)}至{_day(span.end)}"}
    part.steps.append(Step(part.compiled.id, part.compiled.article, "term", "pass" if inside else "fail", words))
    return inside


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _out_of_term(case: Case, part: Part) -> str:
    step = next(step for step in part.steps if step.node == "term")
    return f"基准日{step.value['value']}不在《{part.claim.pack.name}》有效期（{step.value['required']}）之内。"


def _conditions(part: Part) -> tuple[str, str]:
    """Return the first fact that fails and the first that is missing, "" where there is none."""
    compiled, values = part.compiled, part.claim.values
    steps, clause, article = part.steps, compiled.id, compiled.article
    answers = [node.test(values, steps, clause, article) for node in compiled.conditions]
    if compiled.formula:
        check = compiled.formula.check(values, part.steps, compiled.id, compiled.article)
        answers.append(check)
        if compiled.first and check.state is not False:
            answers.append(_first(part, computable=check.state is True))
    for fact in (compiled.overlap_fact, *(compiled.sharing or ())):
        if fact is not None and fact.name not in values:
            line = Comparison(fact, "≥", 0, "须填写", "")
            answers.append(line.test({}, part.steps, compiled.id, compiled.article))
    earlier = getattr(compiled.model, "needs_earlier", None)
    if earlier and not part.received(part.ids([earlier]), "主体累计"):
        return "history", ""
    failed = missing = ""
    for answer in answers:
        if answer.state is False:
            failed = failed or answer.fact
        elif answer.state is None:
            missing = missing or answer.fact
    return failed, missing


def _first(part: Part, *, computable: bool) -> Answer:
    fact = part.compiled.first
    assert fact is not None, "only asked of a clause with 首次"
    if fact.name not in part.claim.values:
        return Comparison(fact, "≥", 0, "须填写", "").test({}, part.steps, part.compiled.id, part.compiled.article)
    if not computable or limits.first_time(part):
        return YES
    return Answer(False, fact.name)


def _refusal(part: Part, failed: str) -> str:
    article = part.compiled.article
    for step in part.steps:
        if step.verdict == "fail" and isinstance(step.node, Comparison) and step.node.name == failed:
            return step.node.refusal(step.value, article) + "。"
    if failed == "history":
        return f"{article}须以此前已获 {part.compiled.model.needs_earlier} 项奖补为前提，未见相应记录。"
    first = part.compiled.first
    if first is not None and first.name == failed:
        return f"以前年度已经达到本档，不符合{article}“首次达到”的要求。"
    return f"所填组合不在{article}列明的奖补范围之内。"


def _lacking(part: Part, missing: str) -> str:
    fact = next((fact for fact in part.claim.pack.facts.values() if fact.name == missing), None)
    label = fact.label if fact else missing
    return f"尚缺“{label}”，补充后才能按{part.compiled.article}测算。"


# ── 6 the sum ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _compute(case: Case, parts: list[Part]) -> None:
    """Compute the open parts together: sums, 就高, caps in document order, then the pool."""
    if len(parts) == 1:
        limits.gross(parts[0], [])
        limits.relate(parts)
        _limit(parts[0], [], 0)
        _draw(case, parts)
        return
    earlier: list[Row] = []
    for part in parts:
        limits.gross(part, earlier)
        earlier.append(Row(part.compiled.id, part.year, part.fen, same_item=True))
    limits.relate(parts)
    settled: list[Row] = []
    borne = 0
    for part in parts:
        borne += _limit(part, settled, borne)
        settled.append(Row(part.compiled.id, part.year, part.fen, same_item=True))
    _draw(case, parts)


def _limit(part: Part, settled: list[Row], borne: int) -> int:
    """Apply overlap with other policies and caps, in the order the reading says; return what the overlap took."""
    rule = part.compiled.overlap
    if rule and rule.after_caps:
        limits.caps(part, settled)
        return limits.overlap(part, borne)
    taken = 0
    if rule:
        limits.own_figures(part)
        taken = limits.overlap(part, borne)
    limits.caps(part, settled)
    return taken


def _draw(case: Case, parts: list[Part]) -> None:
    """Cut the parts to the pool in document order; only vouchers draw on it where a filing holds any."""
    if case.pool is None:
        return
    drawing = [part for part in parts if part.claim.number in part.claim.pack.pools()] or parts
    left = case.pool.limit - case.pool.used
    for part in drawing:
        if part.fen and part.compiled.model.pool_counted:
            left = limits.draw(part, left, case.pool.limit)


def _approved(case: Case, part: Part) -> int | None:
    return part.claim.values.get("approved_amount_yuan")


def _schedule(case: Case, part: Part) -> tuple[Instalment, ...]:
    """Return the instalments of the sum approved, or of the computed one while none is."""
    model = part.compiled.model
    approved = _approved(case, part) if part.compiled.ceiling else None
    total = part.fen if approved is None else min(approved, part.fen)
    if model.instalments:
        sums = [formulas.percent_of(total, share) for share in model.instalments]
        sums[-1] = total - sum(sums[:-1])
        rows = zip(model.instalments, sums, strict=True)
        return tuple(
            Instalment(number, units.plain_decimal(share), fen) for number, (share, fen) in enumerate(rows, start=1)
        )
    if model.instalment_count and model.equal_instalments:
        each = total // model.instalment_count
        sums = [each] * (model.instalment_count - 1)
        sums.append(total - sum(sums))
        return tuple(Instalment(number, None, fen) for number, fen in enumerate(sums, start=1))
    if model.instalment_count:
        return tuple(Instalment(number, None, None) for number in range(1, model.instalment_count + 1))
    return ()


def _single(case: Case, standing: Standing, frame: Mapping[str, Any]) -> Verdict:
    part = standing.part
    if standing.state == "missing":
        return invalid(str(standing.blocked), standing.reason, tuple(part.steps), **frame)
    if standing.state == "no":
        return Verdict(False, "none", 0, standing.blocked, standing.reason, tuple(part.steps), **frame)
    if standing.state in ("case_by_case", "external"):
        return Verdict(True, standing.state, None, None, _null_reason(part), tuple(part.steps), **frame)
    if standing.state == "sharing":
        return _shared(part, frame)
    if not part.fen and part.blocked:
        return Verdict(False, "none", 0, part.blocked, _cut_reason(part), tuple(part.steps), **frame)
    kind = "ceiling" if part.compiled.ceiling else "exact"
    schedule = _schedule(case, part)
    for instalment in schedule:
        share = "比例由主管部门确定" if instalment.fen is None else "均分"
        share = f"{instalment.share_pct}%" if instalment.share_pct else share
        result = "金额由主管部门确定" if instalment.fen is None else f"{units.yuan(instalment.fen)}元"
        part.note("schedule", instalment=instalment.number, share=share, result=result)
    reason = _paying_reason(part)
    part.note("result", value=reason)
    return Verdict(True, kind, part.fen, part.blocked, reason, tuple(part.steps), schedule=schedule, **frame)


def _null_reason(part: Part) -> str:
    if part.compiled.model.kind == "一事一议":
        return f"符合{part.compiled.article}的条件，按“一事一议”办理，金额由主管部门研究确定。"
    return f"符合{part.compiled.article}的条件，按相关政策或上级资金标准执行，金额不在此测算。"


_CUTS = {
    "once_only_used": "此前已按{article}获得一次性奖补，不再重复给予。",
    "no_increment": "按晋级补差原则，此前已获{article}的奖补不低于本档标准，本次没有可补差额。",
    "cap_used": "{article}规定的最高限额已经用完。",
    "pool_exhausted": "年度资金池已无余额，本次按余额给予。",
    "zero_base": "计算基数为零，没有可给予的金额。",
    "higher_not_repeat": "按就高不重复原则，同一事项已获不低于本项的奖补，不再给予。",
}


def _cut_reason(part: Part) -> str:
    return _CUTS[str(part.blocked)].format(article=part.compiled.article)


_PARTLY = {
    "cap_used": "最高限额扣除此前已获部分后",
    "pool_exhausted": "受年度资金池余额所限",
    "higher_not_repeat": "按就高不重复原则扣除已获部分后",
    "once_only_used": "扣除此前已经奖励的部分后",
}


def _paying_reason(part: Part) -> str:
    partly = f"{_PARTLY[part.blocked]}，" if part.blocked else ""
    met = f"符合{part.compiled.article}的条件，{partly}"
    if part.compiled.ceiling:
        return f"{met}测算上限为 {units.yuan(part.fen)} 元，由主管部门在上限以内核定。"
    return f"{met}应给予 {units.yuan(part.fen)} 元。"


def _shared(part: Part, frame: Mapping[str, Any]) -> Verdict:
    """Split an award among payers; the remainder of cutting down goes to the payer that the reading names."""
    model = part.compiled.model
    assert isinstance(model, schema.Sharing), "only 分担 is split"
    assert part.compiled.sharing is not None, "分担 names its facts"
    base, by = part.compiled.sharing
    total = part.claim.values[base.name]
    rows = model.shares.get(by.choice_label(part.claim.values[by.name]), {})
    shares = []
    sums = {payer: formulas.percent_of(total, share) for payer, share in rows.items()}
    if sums:
        bearer = model.cut_down if model.cut_down in sums else next(reversed(sums))
        sums[bearer] += total - sum(sums.values())
        shares = [Share(payer, units.plain_decimal(rows[payer]), fen) for payer, fen in sums.items()]
    else:
        shares = [Share("按财政体制", None, None)]
    for share in shares:
        words = f"{share.share_pct}%" if share.share_pct else "按财政体制，文件未列比例"
        result = "由财政部门确定" if share.fen is None else f"{units.yuan(share.fen)}元"
        part.note("share", payer=share.payer, share=words, result=result)
    if not total:
        return Verdict(False, "none", 0, "zero_base", _CUTS["zero_base"], tuple(part.steps), **frame)
    payers = "；".join(
        f"{share.payer} {units.yuan(share.fen)} 元" if share.fen is not None else share.payer for share in shares
    )
    reason = f"奖补资金 {units.yuan(total)} 元的负担：{payers}。"
    return Verdict(True, "exact", total, None, reason, tuple(part.steps), shares=tuple(shares), **frame)


def _together(case: Case, standings: list[Standing], frame: Mapping[str, Any]) -> Verdict:
    """Return the combined result of several clauses: parts in the order asked, the total of what is payable."""
    by_id = {standing.part.compiled.id: standing for standing in standings}
    singles = {claim.clause: _single(case, by_id[claim.clause], frame) for claim in case.claims}
    trace = tuple(step for verdict in singles.values() for step in verdict.trace)
    sums = {clause: verdict.amount_fen for clause, verdict in singles.items()}
    payable = [verdict for verdict in singles.values() if verdict.eligible]
    if not payable:
        refused = [verdict for verdict in singles.values() if verdict.eligible is None]
        first = refused[0] if refused else next(iter(singles.values()))
        return Verdict(
            first.eligible, "none", first.amount_fen, first.blocked_by, first.reason, trace, by_clause=sums, **frame
        )
    computed = [verdict for verdict in payable if verdict.amount_fen is not None]
    kinds = {verdict.kind for verdict in payable}
    kind = next(kind for kind in ("ceiling", "exact", "case_by_case", "external") if kind in kinds)
    total = sum(verdict.amount_fen or 0 for verdict in computed) if computed else None
    blocked = next((verdict.blocked_by for verdict in payable if verdict.blocked_by), None)
    schedules = [verdict.schedule for verdict in payable if verdict.schedule]
    reasons = "；".join(f"{clause}：{verdict.reason.rstrip('。')}" for clause, verdict in singles.items())
    return Verdict(
        True,
        kind,
        total,
        blocked,
        f"合并测算：{reasons}。",
        trace,
        schedule=schedules[0] if len(schedules) == 1 else (),
        by_clause=sums,
        **frame,
    )
