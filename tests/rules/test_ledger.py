"""台账 of the kinds of evidence: read strictly, every clause it names exists, and what a sum rests on."""

import pytest

import rules
from rules import forms, ledger, source
from rules.facts import listed
from rules.forms import evidence_kinds
from rules.source import PackError

KIND = """
样品:
  键: sample
  名称: 样品
  证明: [算力使用费用, PUE]
  字段:
    编号: {列: number, 类型: 文本, 标签: 编号}
    单位: {列: issuer, 类型: 文本, 标签: 单位}
    金额: {列: total_yuan, 类型: 金额, 标签: 金额}
    起: {列: first, 类型: 日期, 标签: 起}
    止: {列: last, 类型: 日期, 标签: 止}
  台账: %s
"""


def read(written):
    """Return the ledger of a kind that is written so."""
    document = source.parse(KIND % written, "evidence.yaml")
    return forms._kind("样品", document["样品"], forms._facts(source.PACKS)).ledger


def entry_of(kind, name=""):
    return next(entry for entry in rules.papers()[kind].ledger if entry.name == name)


def test_entry_is_plain_data():
    (entry,) = read(
        "{种类: sample, 编号: 编号, 归属: [单位, 申报单位], 期间: {起: 起, 止: 止, 每: 日}, 用途: 基数, 总量: 金额}"
    )

    assert (entry.kind, entry.number, entry.scope, entry.by_applicant) == ("sample", "number", ("issuer",), True)
    assert (entry.period, entry.daily, entry.total, entry.unit) == (("first", "last"), True, "total_yuan", "元")
    assert entry.bases == {"compute_usage_fees_yuan"}


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("{种类: sample, 编号: 编号}", "缺少“用途”"),
        ("{种类: sample, 编号: 编号, 用途: 基数}", "用途为“基数”的须写“总量”"),
        ("{种类: sample, 编号: 编号, 用途: 证明, 总量: 金额}", "用途为“证明”的不写"),
        ("{种类: sample, 编号: 号码, 用途: 证明}", "“号码”不在字段内"),
        ("{种类: sample, 编号: 金额, 用途: 证明}", "“金额”的类型不对"),
        ("{种类: sample, 编号: 编号, 用途: 证明, 归属: [甲方]}", "“甲方”不在字段内"),
        ("{种类: sample, 编号: 编号, 用途: 旁证}", "“用途”的值“旁证”不在允许的范围内"),
        ("{种类: sample, 编号: 编号, 用途: 证明, 共有: 各条}", "不认识的键“共有”"),
        ("{种类: sample, 编号: 编号, 用途: 证明, 共用: 全部}", "只能写“各条”"),
        ("{种类: 样品, 编号: 编号, 用途: 证明}", "“种类”写法有误"),
        ("{种类: sample, 编号: 编号, 用途: 基数, 总量: 金额, 基数: [电费]}", "“电费”不在事实词典内"),
        ("{种类: sample, 编号: 编号, 用途: 基数, 总量: 金额, 基数: [PUE]}", "“PUE”与“金额”不是同一类型"),
        (
            "{种类: sample, 编号: 编号, 用途: 基数, 总量: 金额, 分组: {甲: [a-1], 乙: [a-1]}}",
            "条款“a-1”在“分组”中出现了两次",
        ),
        ("{种类: sample, 编号: 编号, 用途: 证明, 期间: {起: 起, 止: 止, 每: 年}}", "“每”的值“年”不在允许的范围内"),
    ],
)
def test_wrong_entry_is_refused_with_its_line(written, complaint):
    with pytest.raises(PackError, match=complaint) as refused:
        read(written)

    assert refused.value.line == 12


def test_several_things_only_in_a_text():
    block = source.parse("{列: count, 类型: 整数, 多项: 是}", "evidence.yaml")

    with pytest.raises(PackError, match="“多项”只用于文本"):
        rules.facts.build("张数", block, "evidence.yaml")


def test_every_clause_that_is_named_exists():
    named = {clause for kind in rules.papers().values() for entry in kind.ledger for clause in entry.clauses()}

    assert named
    assert {clause for clause in named if not rules.load().knows(clause)} == set()


def test_a_clause_that_does_not_exist_is_found():
    kinds = {"样品": forms.EvidenceKind("sample", "样品", "", (), (), read(
        "{种类: sample, 编号: 编号, 用途: 证明, 共用: [[xinxing-7a, xinxing-7z]], 再用: [晋级]}"
    ))}  # fmt: skip

    assert ledger.unknown_clauses(kinds, rules.load()) == ["xinxing-7z"]


def test_who_may_stand_on_the_same_paper():
    filing, audit = entry_of("model_filing"), entry_of("audit_report")

    assert filing.shared_by("xinxing-7a", "xinxing-7c")
    assert not filing.shared_by("xinxing-7a", "xinxing-7b")
    assert audit.shared_by("xinxing-6a", "xinxing-6b")
    assert (entry_of("invoice").side_of("xinxing-4a"), entry_of("invoice").side_of("xinxing-4b")) == ("供给方", "")
    assert entry_of("invoice").side_of("shihezi-7.1a") == "兑付"


def test_ladder_may_show_cards_again_but_not_the_report():
    assert entry_of("scale_report", "算力卡").shown_again("xinxing-3", "对象")
    assert not entry_of("scale_report").shown_again("xinxing-3", "对象")
    assert not entry_of("scale_report", "算力卡").shown_again("xinxing-9a", "")


@pytest.mark.parametrize(
    "kind", ["business_licence", "project_filing", "acceptance_report", "loan_contract", "operation_log"]
)
def test_what_says_who_or_what_it_is_may_always_be_shown_again(kind):
    assert rules.papers()[kind].ledger == ()


@pytest.mark.parametrize(
    ("clause", "facts", "basis"),
    [
        ("xinxing-4b", {}, (("annual_compute_contract_fees_yuan",), "")),
        ("xinxing-3", {}, (("scale_pflops_fp16",), "对象")),
        ("xinxing-9a", {}, ((), "")),
        ("xinxing-7a", {}, (("filed_models",), "")),
        ("shihezi-3.1", {"interest_year_no": 1}, (("loan_interest_paid_yuan",), "")),
        ("shihezi-3.1", {"interest_year_no": 2}, (("new_loan_interest_paid_yuan",), "")),
        ("shihezi-3.1", {}, ((), "")),
        ("shanxi-1b", {}, (("loan_interest_paid_yuan",), "")),
        ("shanxi-5b", {}, (("scale_pflops_fp16",), "")),
        ("shihezi-7.1a", {}, (("compute_usage_fees_yuan",), "")),
        ("xinxing-1", {}, ((), "")),
    ],
)
def test_what_a_sum_rests_on(clause, facts, basis):
    found = rules.basis(clause, {}, facts)

    assert (found.facts, found.ladder) == basis


def test_basis_follows_the_reading():
    assert rules.basis("xinxing-2", {"X2": "c"}, {}).ladder == "对象"
    assert rules.basis("xinxing-2", {"X2": "a"}, {}).ladder == "主体"
    assert rules.basis("shanxi-10", {"N13": "b"}, {}).facts == (
        "out_of_province_compute_contracts_yuan",
        "out_of_province_rack_leasing_yuan",
    )


def test_listed_things_are_read_by_one_function():
    assert listed(" A1、A2，A3,A4；A5;A6\nA7\r\n\tA1 、") == ["A1", "A2", "A3", "A4", "A5", "A6", "A7"]
    field = next(f for f in rules.papers()["scale_report"].fields if f.name == "card_serials")
    assert (field.multiple, field.required) == (True, False)
    assert rules.format_fact(field, "A、B") == "A、B"
    assert rules.format_fact(field, "\n".join(f"S{n}" for n in range(1600))).endswith("S9 等 1,600 项")


def test_each_thing_of_a_list_fits_the_pattern():
    block = source.parse('{列: codes, 类型: 文本, 多项: 是, 格式: "[0-9]{3}", 格式说明: 三位数字}', "evidence.yaml")
    field = rules.facts.build("代码", block, "evidence.yaml")

    assert rules.parse_fact(field, "123、456") == "123、456"
    with pytest.raises(ValueError, match="三位数字"):
        rules.parse_fact(field, "123、45")


def test_kinds_of_the_ledger_are_as_they_should_be():
    assert sorted(kind.key for kind in evidence_kinds().values() if kind.ledger) == [
        "algorithm_filing", "audit_report", "award_certificate", "commercial_contract", "compute_contract",
        "green_power_metering", "green_power_trace", "interest_statement", "invoice", "listing_letter", "model_filing",
        "payment_voucher", "pue_report", "purchase_contract", "recognition_paper", "scale_report",
        "security_test_report", "settlement_statement", "standard_text",
    ]  # fmt: skip
