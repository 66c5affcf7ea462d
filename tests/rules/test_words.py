# ruff: noqa: E501
import json

import pytest

import rules
from tests.rules.cases import paid, with_facts


def refusal(clause, **facts):
    return rules.judge(with_facts(clause, **facts)).reason


@pytest.mark.parametrize(
    ("clause", "facts", "sentence"),
    [
        ("xinxing-3", {"pue": "1.26"}, "PUE 1.26 > 1.25，不符合第三条『PUE≤1.25』的要求。"),
        ("xinxing-3", {"utilisation_pct": "59.5"}, "算力利用率 59.5% < 60%，不符合第三条『算力利用率≥60%』的要求。"),
        ("xinxing-3", {"build_type": "existing"}, "建设性质为“已有”，不符合第三条『新建或改扩建』的要求。"),
        ("xinxing-3", {"formally_delivered": False}, "“已正式交付使用”一项为“否”，不符合第三条『正式交付使用』的要求。"),
        ("xinxing-3", {"registered_in_jurisdiction": False},
         "“在第十三师新星市注册”一项为“否”，不符合第三条『在第十三师新星市注册』的要求。"),
        ("xinxing-3", {"scale_pflops_fp16": "999.5"},
         "算力规模（FP16） 999.5 P < 1,000 P，不符合第三条『算力规模（FP16） ≥ 1000P』的要求。"),
        ("xinxing-3", {"pue": None}, "尚缺“PUE”，补充后才能按第三条测算。"),
        ("xinxing-5a", {"staff": 49}, "就业人数 49 人 < 50 人，不符合第五条『就业人数达50人以上』的要求。"),
        ("xinxing-9c", {"prize_rank": 4},
         "获奖等次为 4 等奖，不符合第九条『获奖等次 属于 1等奖/2等奖/3等奖』的要求。"),
        ("xinxing-6a", {"prior_peak_main_business_revenue_yuan": "30000000"},
         "以前年度已经达到本档，不符合第六条“首次达到”的要求。"),
    ],
)  # fmt: skip
def test_refusal_names_the_value_and_the_words_of_the_article(clause, facts, sentence):
    assert refusal(clause, **facts) == sentence


def test_award_says_how_much():
    case = with_facts("xinxing-3", scale_pflops_fp16="3200")
    case["history"] = [paid("xinxing-3", "1000000")]

    assert rules.judge(case).reason == "符合第三条的条件，应给予 2,000,000.00 元。"


def test_stored_trace_is_data_and_reads_in_chinese():
    case = with_facts("xinxing-3", scale_pflops_fp16="3200", pue="1.20")
    case["history"] = [paid("xinxing-3", "1000000")]

    stored = json.loads(json.dumps(rules.judge(case).stored_trace(), ensure_ascii=False))

    assert rules.explain(stored)[2] == "第三条（xinxing-3）：PUE：1.20；要求：≤ 1.25——符合"
    assert rules.explain(stored)[-2] == (
        "第三条（xinxing-3）：按晋级补差原则，本档 3,000,000.00元，减去此前已获 1,000,000.00元，应补 2,000,000.00元"
    )


def test_every_clause_can_be_shown():
    for pack in rules.load().packs.values():
        for clause in pack.clauses:
            assert clause.how_text != ()
            assert clause.name != ""
            assert clause.article != ""
            assert all(text in pack.text for text in clause.texts)


def test_mandatory_reading_keeps_its_clause_closed():
    closed = {spec.id: spec.clauses for spec in rules.load().pack("xinxing").readings if spec.mandatory}

    assert closed == {"X2": ("xinxing-2",)}


def test_start_is_pending_until_the_day_of_issue_is_known():
    pack = rules.load().pack("xinxing")

    assert (pack.effective_from, pack.effective_to) == (None, None)
