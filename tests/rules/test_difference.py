"""Two versions side by side as exact data, the check of one version, and examples put into words."""

from dataclasses import replace

import pytest

from rules import check, difference, versions, worked
from rules.difference import Row
from rules.library import read_library
from rules.source import PACKS
from tests.law import SECOND, SENTENCE, folder_with_second_version


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The law with a second version of 新星市, as it was meant."""
    return folder_with_second_version(tmp_path_factory.mktemp("law"))


@pytest.fixture
def own(tmp_path):
    """The same for tests that spoil it."""
    return folder_with_second_version(tmp_path)


@pytest.fixture(scope="module")
def found(folder):
    """What the second version changes."""
    library = read_library(folder)
    return difference.between(library.versions["xinxing.v1"], library.versions[SECOND])


def changed(part):
    return [(row.state, row.before, row.after) for row in part.rows if row.state != "same"]


def test_items_are_counted_by_what_became_of_them(found):
    assert [(item.number, item.state, item.article) for item in found.items] == [
        ("3", "changed", "第三条"),
        ("5b", "removed", "第五条"),
        ("9f", "added", "第九条"),
    ]
    assert (found.before, found.after, found.unchanged) == ("xinxing.v1", "xinxing.v2", 23)
    assert [found.count(state) for state in ("added", "removed", "changed")] == [1, 1, 1]


def test_head_tells_the_new_term(found):
    (part,) = found.head

    assert part.title == "期限"
    assert [(row.state, row.before, row.after) for row in part.rows] == [
        ("changed", "施行（X1 取 a）：印发日+31日", "施行：2026-07-01"),
        ("removed", "施行（X1 取 b）：印发日+30日", None),
        ("same", "有效期：3年", "有效期：3年"),
    ]


def test_changed_item_is_told_line_by_line(found):
    parts = {part.title: part for part in found.items[0].parts}

    assert list(parts) == ["原文", "条件", "条件（规则包写法）", "计算", "计算（规则包写法）"]
    assert changed(parts["条件"]) == [("changed", "PUE ≤ 1.25", "PUE ≤ 1.2")]
    assert len(parts["条件"].rows) == 6
    assert changed(parts["条件（规则包写法）"]) == [("changed", "PUE ≤ 1.25 「PUE≤1.25」", "PUE ≤ 1.2 「PUE≤1.2」")]
    assert changed(parts["计算（规则包写法）"]) == [
        ("changed", "档位（X4 取 a） ≥5000P：500万元", "档位（X4 取 a） ≥5000P：600万元")
    ]


def test_sentence_of_the_text_marks_the_figures_alone(found):
    (row,) = found.items[0].parts[0].rows

    assert [words for words, gone in row.before_pieces if gone] == ["1.25", "500万元"]
    assert [words for words, new in row.after_pieces if new] == ["1.2", "600万元"]
    assert "".join(words for words, _ in row.after_pieces) == row.after


def test_new_item_stands_on_one_side(found):
    parts = {part.title: part.rows for part in found.items[2].parts}

    assert list(parts) == ["名称和范围", "原文", "条件", "计算", "限额", "口径", "材料"]
    assert parts["原文"] == (Row("added", None, SENTENCE),)
    assert parts["限额"] == (Row("added", None, "一次性：主体累计"),)
    assert parts["原文"][0].before_pieces == []
    assert parts["原文"][0].after_pieces == [(SENTENCE, True)]


def test_changed_cap_and_reading_are_told_where_they_stand(folder):
    pack = read_library(folder).versions["xinxing.v1"]
    other = read_library(folder).versions["xinxing.v1"]
    other.raw["4a"]["封顶"]["金额"] = "120万元"
    x7 = other.reading("X7")
    specs = tuple(replace(spec, recommended="b") if spec is x7 else spec for spec in other.readings)
    changed_pack = replace(other, readings=specs, _compiled={}, _recommended={}, _concerning={})

    item = next(item for item in difference.between(pack, changed_pack).items if item.number == "4a")

    parts = {part.title: changed(part) for part in item.parts}
    assert parts["限额"] == [("changed", "封顶 金额：100万元", "封顶 金额：120万元")]
    assert ("changed", "X7 a. 每项每年各100万元（推荐）", "X7 a. 每项每年各100万元") in parts["口径"]


def test_same_version_has_no_difference(folder):
    pack = read_library(folder).versions["xinxing.v1"]

    alike = difference.between(pack, pack)

    assert (alike.head, alike.items, alike.unchanged) == ((), (), 25)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        (["abc", "abc"], "abc"),
        (["abcd", "aXd"], "abcXd"),
        (["abc", "cba"], "cba"),
        (["ab", "b", "bc"], "abc"),
    ],
)
def test_items_of_several_versions_have_one_order(orders, expected):
    assert "".join(difference.merged([list(order) for order in orders])) == expected


def test_second_version_passes_the_check(folder):
    report = check.of_version(SECOND, folder)

    assert (report.problems, report.packs, report.clauses) == ((), 1, 25)
    assert check.run(folder).problems == ()


def test_check_of_one_version_tells_its_own_problems_alone(own):
    path = own / f"{SECOND}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("得: 80万元}", "得: 81万元}"), encoding="utf-8")
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "得: 81万元}" in text)

    problems = check.of_version(SECOND, own).problems

    assert [text.split("：")[0] for text in problems] == [f"{SECOND}.yaml", f"{SECOND}.yaml 第{line}行"]
    assert check.of_version("xinxing.v1", own).problems == ()
    assert len(check.run(own).problems) == 2


def test_fingerprint_follows_every_file(own):
    before = check.fingerprint(own)
    text = own.parent / "texts" / "xinxing.txt"
    text.write_text(text.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert check.fingerprint(PACKS) == check.fingerprint()
    assert check.fingerprint(own) != before


def test_lock_of_several_files_is_as_weak_as_its_weakest(own):
    names = [f"{SECOND}.yaml", "texts/xinxing-2.txt"]
    assert versions.standing(names, own) == "locked"

    (own / "lock.json").write_text('{"xinxing.v2.yaml": "0"}', encoding="utf-8")
    assert versions.standing(names, own) == "changed"
    assert versions.standing(["texts/xinxing-2.txt"], own) == "unlocked"


def test_examples_say_in_words_what_is_stated_and_what_follows(folder):
    library = read_library(folder)
    rows = {row.name: row for row in worked.of_pack(library.versions[SECOND], library) if row.number == "9f"}

    assert rows["已领过"].facts == (("在第十三师新星市注册", "是"), ("申报主体类型", "数据标注企业"))
    assert rows["已领过"].given == (("此前", "2025年 绿色算力示范奖励 80万元"),)
    assert rows["已领过"].expected == "0元，因一次性已用"
    assert rows["未填类型"].expected == "待补，因“申报主体类型”"
    assert rows["典型"].computed == "80万元：符合第九条的条件，应给予 800,000.00 元。"
    assert all(row.agrees for row in rows.values())


def test_example_that_does_not_agree_says_so(own):
    path = own / f"{SECOND}.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("得: 80万元}", "得: 81万元}"), encoding="utf-8")
    library = read_library(own, locked={})

    wrong = [row for row in worked.of_pack(library.versions[SECOND], library) if not row.agrees]

    assert [(row.clause, row.name, row.expected) for row in wrong] == [("xinxing-9f", "典型", "81万元")]
