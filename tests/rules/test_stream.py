import copy
import json
import random

import rules
from rules import stream
from tests.rules.cases import typical

REFUSED = {"eligible": "invalid", "kind": "none", "amount_yuan": None}


def test_lines_are_answered_in_order_and_broken_ones_do_not_stop_the_rest():
    good = json.dumps({"id": "a", **typical("xinxing-3")})
    lines = [
        b"{not json\n",
        good.encode() + b"\n",
        b"[1]\n",
        b"\xff\xfe\n",
        b"\n",
        b'{"id": 7, "clause": "xinxing-0"}\n',
    ]

    answers = [json.loads(answer) for answer in stream.assess(lines, rules.load())]

    assert [answer["id"] for answer in answers] == [None, "a", None, None, None, 7]
    assert answers[1]["amount_yuan"] == "3000000.00"
    assert answers[1]["trace"][-1] == "第三条（xinxing-3）：结论：符合第三条的条件，应给予 3,000,000.00 元。"
    for place, reason in ((0, "这一行不是 JSON"), (2, "一行应为一个 JSON 对象"), (5, "没有条款“xinxing-0”")):
        assert {key: answers[place][key] for key in REFUSED} == REFUSED
        assert answers[place]["blocked_by"] == f"bad_case:{reason}"


def test_answers_come_one_by_one():
    def lines():
        yield json.dumps(typical("xinxing-3"))
        raise AssertionError("the second line is not read before the first is answered")

    assert json.loads(next(stream.assess(lines(), rules.load())))["eligible"] is True


def test_half_a_surrogate_pair_is_answered_and_can_be_written():
    lines = [
        '{"id": "a\\ud800", "clause": "xinxing-1"}',
        '{"id": "算", "clause": "x\\udfff"}',
        '{"clause": "xinxing-1"}',
    ]

    answers = [answer.encode() for answer in stream.assess(lines, rules.load())]

    assert [json.loads(answer)["id"] for answer in answers] == ["a\ud800", "算", None]
    assert json.loads(answers[1])["blocked_by"] == "bad_case:没有条款“x\udfff”"


def test_number_that_json_allows_but_money_does_not_is_a_bad_fact():
    line = '{"clause": "xinxing-4a", "facts": {"annual_compute_sales_contract_fees_yuan": NaN}}'

    assert stream.assess_line(line, rules.load())["blocked_by"] == "bad_fact:annual_compute_sales_contract_fees_yuan"


def test_answer_is_json_whatever_the_id_and_the_words_of_a_line_are():
    lines = [
        b'{"id": NaN, "clause": "xinxing-1"}',
        b'{"id": {"a": [1e999]}, "clause": "xinxing-1"}',
        b'{"id": "\\ud800", "clause": "xinxing-1"}',
        b'{"id": 4, "clause": "\xed\xa0\x80"}',
        '{"id": "第五行", "clause": "xinxing-1"}'.encode(),
    ]

    written = [answer.encode() for answer in stream.assess(lines, rules.load())]

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    answers = [json.loads(answer, parse_constant=refuse) for answer in written]
    assert [answer["id"] for answer in answers] == [None, None, "\ud800", 4, "第五行"]
    blocked = [answer["blocked_by"].split(":")[0] for answer in answers]
    assert blocked == [*["non_monetary"] * 3, "bad_case", "non_monetary"]


PARTS = ("id", "clause", "clauses", "facts", "on", "support_year", "history", "pool", "facts_by_clause", "settings")
RUBBISH = [
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "2025-06-30",
    [],
    {},
    [[]],
    ["xinxing-3"],
    {"X4": "b"},
    {"X4": []},
    {"X4": {}},
    {"xinxing-3": {"pue": "0.1"}},
    {"limit_yuan": "5", "used_yuan": None},
    [{"clause": "xinxing-3", "year": 2024, "amount_yuan": "1"}],
    [{"clause": [], "year": {}, "amount_yuan": []}],
    "xinxing.v1、",
]


def test_no_line_however_malformed_stops_the_rest():
    chance, library = random.Random(1), rules.load()
    for _ in range(4000):
        case = copy.deepcopy(typical("xinxing-3"))
        for part in chance.sample([*PARTS, "pack_version"], chance.randrange(1, 4)):
            case[part] = copy.deepcopy(chance.choice(RUBBISH))
        if isinstance(case["facts"], dict):
            case["facts"][chance.choice(sorted(library.facts))] = copy.deepcopy(chance.choice(RUBBISH))

        answer = stream.assess_line(json.dumps(case), library)

        assert answer["eligible"] in (True, False, "invalid")
        assert (answer["eligible"] == "invalid") <= (answer["amount_yuan"] is None)
        assert answer["eligible"] != "invalid" or answer["blocked_by"].split(":")[0] in (
            "bad_case",
            "bad_fact",
            "missing_fact",
            "approved_above_ceiling",
        )


def test_letter_that_is_no_text_is_a_bad_case():
    line = json.dumps({**typical("xinxing-3"), "settings": {"X4": ["b"]}})

    assert stream.assess_line(line, rules.load())["blocked_by"].startswith("bad_case:口径“X4”没有选项")
