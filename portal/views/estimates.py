"""What an estimate says on a page: for the public calculator and for the live estimate of a claim."""

import re
from collections.abc import Callable, Mapping
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
    wrong = [form.fields[name].label for name in form.errors if name in form.fields]
    missing = [s.label for s in form.specs if s.required and s.name not in facts and s.name not in form.errors]
    if not facts:
        return {"untouched": True, "wrong": wrong}
    verdict = judge(facts)
    return {
        "verdict": verdict,
        "wrong": wrong,
        "missing": missing if verdict.eligible is None else [],
        "trace": [CODE.sub("：", line, count=1) for line in verdict.to_json()["trace"]],
    }
