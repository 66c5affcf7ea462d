import json
from dataclasses import replace
from pathlib import Path

import pytest

import rules
from rules import examples, judging

LINES = Path(__file__).with_name("examples.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]


def has_pack(case):
    clauses = case.get("clauses") or [case["clause"]]
    return all(clause.partition("-")[0] in rules.load().packs for clause in clauses)


@pytest.mark.parametrize("case", [case for case in CASES if has_pack(case)], ids=lambda case: case["id"])
def test_example_gives_what_it_says(case):
    answer = rules.judge(case).to_json()

    assert {key: answer.get(key) for key in case["expected"]} == case["expected"]


def test_what_does_not_agree_is_said_in_words_without_codes():
    library = rules.load()
    pack = library.versions["xinxing.v1"]
    example = next(row for row in examples.of_clause(pack, "3") if row.name == "恰好达线")
    verdict = judging.judge({**example.case, "pack_version": pack.version}, library)
    found = "实际得300万元（符合第三条的条件，应给予 3,000,000.00 元。）"

    def told(**changes):
        return examples.difference(replace(example, **changes), verdict)

    assert told() == ""
    assert told(outcome="一事一议") == f"应得一事一议，{found}"
    assert told(because="once_only_used", because_words="一次性已用") == f"原因应为“一次性已用”，{found}"
    assert told(parts={"xinxing-3": "5.00"}) == "各项应为3项5元，实际为没有分项"
    assert told(instalments=("1000000.00", "2000000.00")) == "各期应为100万元、200万元，实际为不分期"
