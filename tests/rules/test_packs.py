import json
import shutil

import pytest

from rules import check, versions
from rules.library import read_library
from rules.source import PACKS, PackError


@pytest.fixture
def folder(tmp_path):
    """A copy of the packs and texts that a test may spoil."""
    shutil.copytree(PACKS.parent / "texts", tmp_path / "texts")
    shutil.copytree(PACKS, tmp_path / "packs")
    for path in (tmp_path / "packs").glob("*.v1.yaml"):
        if not path.name.startswith("xinxing"):
            path.unlink()
    lock = tmp_path / "packs" / "lock.json"
    lock.unlink(missing_ok=True)
    return tmp_path / "packs"


def spoil(folder, old, new, *, file="xinxing.v1.yaml"):
    """Replace the one place where a text stands; return the line of the change."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_every_pack_passes_the_check():
    assert check.run().problems == ()


def test_copy_of_the_packs_passes_the_check(folder):
    assert check.run(folder).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  比例: 2%\n", "  比列: 2%\n", "不认识的键“比列”"),
        ("  比例: 2%\n", "  比例: 2%\n  比例: 3%\n", "“比例”重复出现"),
        ("  比例: 2%\n", "  比例: 2\n", "“比例”：“2”应写成百分比，如 3%"),
        (
            "  - PUE ≤ 1.25",
            "  - PUE <= 1.25",
            "条件“PUE <= 1.25 「PUE≤1.25」”应写成“事实 比较符 数值”，各以一个空格隔开",
        ),
        ("  - PUE ≤ 1.25", "  - 电耗 ≤ 1.25", "条件中的“电耗”不在事实词典内"),
        ("属于 新建/扩建/改建 ", "属于 新建/搬迁 ", "“搬迁”不是“建设性质”的选项"),
        ("已正式交付 = 是 ", "已正式交付 ≥ 1 ", "“已正式交付”只能写成“= 是”或“= 否”"),
        ("  金额: 50万元\n", "  金额: 50万\n", "“金额”：金额“50万”应以“元”“万元”或“亿元”结尾"),
        ("  金额: 50万元\n", "  金额: -50万元\n", "“金额”：金额应大于零"),
        (
            "  计算: 定额\n",
            "  计算: 定数\n",
            "“计算”只能是 无、一事一议、转致、定额、比例、分档、单价、查表、核定、贴息、兑付、分担 之一",
        ),
        ("依据: 年度智算合同销售费用", "依据: 年度合同", "“年度合同”不在事实词典内"),
        ("  晋级补差: 主体\n", "  晋级补差: 企业\n", "“晋级补差”的值“企业”不在允许的范围内（主体、对象）"),
        ("a: 对象, b: 主体, c: 对象}", "a: 对象, b: 主体, d: 对象}", "口径“X6”没有选项“d”"),
        ("{按口径: X9, ", "{按口径: X90, ", "口径“X90”没有在“口径”一节中说明"),
        ("编号: 4b\n", "编号: 4a\n", "编号“4a”重复出现"),
        ("≥1000P: 100万元, ≥2000P: 200万元", "≥2000P: 200万元, ≥1000P: 100万元", "档位应由低到高逐档列出"),
        (
            "连续稳定运行: 6个月, 得: 300万元}",
            "连续稳定运行: 6个月, 得: 301万元}",
            "条款 3 算例“恰好达线”：应得301万元，实际得300万元（符合第三条的条件，应给予 3,000,000.00 元。）",
        ),
        ("因: 无增量}", "因: 没有增量}", "算例“已领同档”：“因”中的“没有增量”既不是事实"),
        ("同: 典型, 绿电消纳量: 2000万", "同: 范例, 绿电消纳量: 2000万", "前面没有名为“范例”的算例"),
    ],
)
def test_bad_pack_is_refused_in_chinese_with_its_line(folder, old, new, message):
    line = spoil(folder, old, new)
    extra = 1 if "重复出现" in message and "比例" in message else 0

    problems = check.run(folder).problems

    assert len(problems) >= 1
    assert problems[0].startswith(f"xinxing.v1.yaml 第{line + extra}行：{message}")


def test_missing_key_is_named_with_the_line_of_its_clause(folder):
    spoil(folder, "  名称: 绿电消纳奖励\n", "")

    (problem,) = check.run(folder).problems

    assert problem.endswith("：缺少“名称”")
    assert problem.startswith("xinxing.v1.yaml 第")


def test_broken_yaml_is_refused_with_its_line(folder):
    line = spoil(folder, "档位: {≥2000万", "档位: {{≥2000万")

    (problem,) = check.run(folder).problems

    assert problem.startswith(f"xinxing.v1.yaml 第{line}行：YAML 格式有误") or "YAML 格式有误" in problem


def test_text_that_differs_from_the_official_one_is_found(folder):
    spoil(folder, "原文: 设立师市数字产业", "原文: 建立师市数字产业")

    assert any(
        "条款 1的原文“建立师市数字产业发展扶持专项资金，重点扶……”与官方文本不一致" in text
        for text in check.run(folder).problems
    )


def test_sentence_with_an_amount_that_no_clause_quotes_is_found(folder):
    path = folder.parent / "texts" / "xinxing.txt"
    path.write_text(path.read_text(encoding="utf-8") + "对先进单位另行奖励80万元。", encoding="utf-8")

    (problem,) = check.run(folder).problems

    assert "奖励80万元" in problem
    assert problem.endswith("没有任何条款引用，也没有列入“未编码”")


@pytest.mark.parametrize(
    ("example", "gap"),
    [
        ('  - {例: PUE略高, 同: 恰好达线, PUE: "1.2501", 得: 0元, 因: PUE}\n', "没有不符合“PUE ≤ 1.25”的算例"),
        (
            "  - {例: 恰为1000P, 同: 恰好达线, 算力规模: 1000P, 得: 100万元}\n",
            "没有恰好等于“算力规模（FP16） 1000P”的算例",
        ),
        ("  - {例: 另一模型已领、按企业一次, 同: 典型, 口径: {X14: b}, ", "没有口径 X14 取 b 的算例"),
    ],
)
def test_examples_that_leave_something_open_are_found(folder, example, gap):
    text = (folder / "xinxing.v1.yaml").read_text(encoding="utf-8")
    kept = [row for row in text.splitlines(keepends=True) if not row.startswith(example)]
    (folder / "xinxing.v1.yaml").write_text("".join(kept), encoding="utf-8")

    problems = check.run(folder).problems

    assert [problem for problem in problems if problem.endswith(gap)] != []


def test_changed_file_breaks_its_lock(folder):
    versions.lock(["xinxing.v1.yaml", "texts/xinxing.txt"], folder)
    assert check.run(folder).problems == ()

    path = folder / "xinxing.v1.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# 改动\n", encoding="utf-8")

    assert check.run(folder).problems == ("xinxing.v1.yaml：已锁定的文件被改动；修订请另立新版本文件",)


def test_lock_names_files_that_exist_unchanged():
    assert versions.changed() == []
    assert json.dumps(versions.read_lock(), sort_keys=True) == json.dumps(versions.read_lock())


def test_newest_version_of_a_policy_is_the_one_in_use(folder):
    text = (folder / "xinxing.v1.yaml").read_text(encoding="utf-8")
    (folder / "xinxing.v2.yaml").write_text(f"取代: xinxing.v1\n{text}", encoding="utf-8")

    library = read_library(folder)

    assert library.pack("xinxing").version == "xinxing.v2"
    assert sorted(library.versions) == ["xinxing.v1", "xinxing.v2"]


def test_file_under_a_wrong_name_is_refused(folder):
    (folder / "xinxing.v1.yaml").rename(folder / "baoding-2024.v1.yaml")

    with pytest.raises(PackError, match="文件名与标识“xinxing”不符"):
        read_library(folder).pack("baoding")
