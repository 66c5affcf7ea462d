import json
from pathlib import Path

import pytest

import rules

LINES = Path(__file__).with_name("examples.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]


def has_pack(case):
    clauses = case.get("clauses") or [case["clause"]]
    return all(clause.partition("-")[0] in rules.load().packs for clause in clauses)


@pytest.mark.parametrize("case", [case for case in CASES if has_pack(case)], ids=lambda case: case["id"])
def test_example_gives_what_it_says(case):
    answer = rules.judge(case).to_json()

    assert {key: answer.get(key) for key in case["expected"]} == case["expected"]
