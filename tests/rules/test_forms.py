import pytest

import rules

MONETARY = [clause.id for pack in rules.load().packs.values() for clause in pack.clauses if clause.monetary]


@pytest.mark.parametrize("clause", MONETARY)
def test_form_has_words_and_proof_for_every_question(clause):
    for field in rules.fields(clause):
        assert field.question != ""
        assert field.label != ""
        assert field.by_officer or field.slots, f"{field.label} is proved by nothing"


@pytest.mark.parametrize("clause", MONETARY)
def test_evidence_names_its_structured_fields(clause):
    slots = rules.evidence(clause)

    assert any(slot.required for slot in slots)
    for slot in slots:
        assert slot.fields != ()


def test_fields_of_the_compute_centre_are_what_article_3_is_judged_on():
    assert [field.name for field in rules.fields("xinxing-3")] == [
        "registered_in_jurisdiction",
        "build_type",
        "pue",
        "utilisation_pct",
        "formally_delivered",
        "stable_months",
        "scale_pflops_fp16",
    ]


def test_fields_follow_the_reading_in_force():
    names = [field.name for field in rules.fields("xinxing-3", {"X6": "c"})]

    assert "built_part_pflops_fp16" in names
    assert "scale_pflops_fp16" not in names


def test_field_says_what_condition_it_serves_and_what_proves_it():
    field = next(field for field in rules.fields("xinxing-3") if field.name == "pue")

    assert (field.label, field.condition, field.slots) == ("PUE", "PUE ≤ 1.25", ("pue_report",))
    assert (field.kind, field.places, field.minimum) == ("decimal", 4, "1")


def test_place_of_the_policy_stands_in_the_words():
    field = rules.fields("xinxing-3")[0]

    assert field.label == "在第十三师新星市注册"
    assert field.question == "申报单位是否在第十三师新星市登记注册？"


def test_pue_report_has_the_fields_a_verifier_needs():
    slot = next(slot for slot in rules.evidence("xinxing-3") if slot.kind == "pue_report")

    assert {field.name for field in slot.fields} >= {
        "institution", "cma_number", "report_number", "standard", "site", "period_from", "period_to",
        "total_kwh", "it_kwh", "pue", "signed_by",
    }  # fmt: skip


def field_of(slot_kind, name, clause):
    slot = next(slot for slot in rules.evidence(clause) if slot.kind == slot_kind)
    return next(field for field in slot.fields if field.name == name)


@pytest.mark.parametrize(
    ("clause", "kind", "name", "good", "bad"),
    [
        ("xinxing-3", "pue_report", "cma_number", "123456789012", "12345678901"),
        ("xinxing-7b", "algorithm_filing", "filing_number", "网信算备659005123456789250001号", "网信算备123号"),
        ("xinxing-7a", "model_filing", "filing_number", "Beijing-YunQue-20230821", "YunQue20230821"),
        ("xinxing-7a", "model_filing", "filing_number", "Beijing-DeepseekChat-202404280016", "Beijing-X-2024042800"),
        ("xinxing-4b", "invoice", "invoice_number", "25652000000012345678", "2565200000001234567"),
    ],
)
def test_numbers_of_registers_are_checked_by_their_form(clause, kind, name, good, bad):
    field = field_of(kind, name, clause)

    assert rules.parse_fact(field, good) == good
    with pytest.raises(ValueError, match=field.label):
        rules.parse_fact(field, bad)


def by_name(name):
    return rules.load().facts[name]


@pytest.mark.parametrize(
    ("name", "typed", "stored", "shown"),
    [
        ("pue", "1.20", "1.20", "1.20"),
        ("scale_pflops_fp16", "3,200", "3200", "3,200 P"),
        ("scale_pflops_fp16", "３２００P", "3200", "3,200 P"),
        ("utilisation_pct", "60%", "60", "60%"),
        ("annual_revenue_yuan", "500万", "5000000", "5,000,000.00 元"),
        ("annual_revenue_yuan", "1234.5 元", "1234.5", "1,234.50 元"),
        ("staff", " 80 人 ", 80, "80 人"),
        ("formally_delivered", "是", True, "是"),
        ("build_type", "新建", "new", "新建"),
        ("build_type", "new", "new", "新建"),
        ("policy_issued_on", "2026-01-05", "2026-01-05", "2026年1月5日"),
        (
            "main_business_revenue_last_three_years_yuan",
            "3000万 4000万 50000000",
            ["30000000", "40000000", "50000000"],
            "30,000,000.00 元、40,000,000.00 元、50,000,000.00 元",
        ),
    ],
)
def test_what_people_type_is_stored_and_shown(name, typed, stored, shown):
    assert rules.parse_fact(by_name(name), typed) == stored
    assert rules.format_fact(by_name(name), stored) == shown


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("pue", "0.9", "PUE：不能小于 1。"),
        ("pue", "1.20001", "PUE：最多保留 4 位小数。"),
        ("pue", "很低", "PUE：“很低”不是数字。"),
        ("utilisation_pct", "101%", "算力利用率：不能大于 100。"),
        ("annual_revenue_yuan", "-5", "年营业收入：金额不能为负数。"),
        ("annual_revenue_yuan", "1.234", "年营业收入：金额最多保留两位小数（精确到分）。"),
        ("staff", "80.5", "就业人数：应为整数。"),
        ("formally_delivered", "", "已正式交付使用：请选择“是”或“否”。"),
        ("build_type", "搬迁", "建设性质：不在可选范围（新建、扩建、改建、已有）之内。"),
        ("policy_issued_on", "2026-02-30", "政策印发日期：日期应写成 2025-06-30 的形式。"),
        ("main_business_revenue_last_three_years_yuan", "1 2", "连续三年主营业务收入：应依次列出 3 个金额。"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(name, typed, sentence):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole sentence is compared below
        rules.parse_fact(by_name(name), typed)

    assert str(refusal.value) == sentence


def test_fact_that_is_not_filled_in_is_shown_as_such():
    assert rules.format_fact(by_name("pue"), None) == "未填写"
