"""Where a claim stands before its sum: in term, conditions met, facts known (2 to 5 in the order of verdicts)."""

from dataclasses import dataclass
from typing import Any

from rules import limits
from rules.case import Case
from rules.conditions import YES, Answer, Comparison
from rules.limits import Part
from rules.trace import Step


@dataclass
class Standing:
    """Where one claim stands before limits: open (may be paid), or decided with a reason."""

    part: Part
    state: str  # sum, case_by_case, external, sharing, no, missing
    blocked: str | None = None
    reason: str = ""


def stand(case: Case, part: Part) -> Standing:
    """Return where a claim stands, with the first reason in the order of verdicts."""
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
