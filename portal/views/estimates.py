"""What an estimate says on a page: for the public calculator and for the live estimate of a claim."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import rules
from portal.forms.facts import FactsForm

CODE = re.compile(r"（[a-z]+-[0-9a-z.]+）：")  # the clause's key behind its article, of use to nobody outside the house
Judge = Callable[[Mapping[str, Any]], "rules.Verdict"]


def estimate_of(form: FactsForm, judge: Judge) -> dict[str, Any]:
    """
    Return the context of `public/estimate_result.html` for a bound form.

    `judge` runs the law over the facts that can be read. Nothing is computed while a required fact is missing: the
    page then names what is missing, and quotes at once a condition that already fails.
    """
    facts = form.partial_facts()
    short = {spec.name: spec.label for spec in form.specs}
    wrong = [short.get(name, form.fields[name].label) for name in form.errors if name in form.fields]
    missing = [s.label for s in form.specs if s.required and s.name not in facts and s.name not in form.errors]
    if not facts:
        return {"untouched": True, "wrong": wrong}
    verdict, supposed = supposing(facts, form.by_officer, judge)
    return {
        "supposed": [spec.label for spec in supposed],
        "verdict": verdict,
        "wrong": wrong,
        "missing": missing if verdict.eligible is None else [],
        "trace": [CODE.sub("：", line, count=1) for line in verdict.to_json()["trace"]],
    }


def supposing(
    facts: Mapping[str, Any], by_officer: Iterable["rules.Field"], judge: Judge
) -> tuple["rules.Verdict", list["rules.Field"]]:
    """
    Return what follows, and what an officer would have to state for it: a confirmation or an approval to come.

    An applicant cannot state it, so an estimate supposes it where nothing else is missing, and says so.
    """
    verdict = judge(facts)
    for spec in by_officer:
        if spec.kind == "bool" and verdict.blocked_by == f"missing_fact:{spec.name}":
            return judge({**facts, spec.name: True}), [spec]
    return verdict, []
