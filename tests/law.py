"""A second version of 新星市 in a folder of its own, made for tests: nothing of it is in `rules/packs`."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import rules
from rules import versions
from rules.library import read_library
from rules.pack import Library
from rules.source import PACKS

SECOND = "xinxing.v2"
START = "2026-07-01"

# What the amendment changes: 第三条 gives 600万元 from 5000P and wants PUE 1.2, 5b is gone, 9f is new.
SENTENCE = "对绿色算力示范企业给予80万元一次性奖励。"
TEXT = [
    ("400万元、500万元一次性奖励。\n第四条", "400万元、600万元一次性奖励。\n第四条"),
    ("PUE≤1.25", "PUE≤1.2"),
    ("对数据标注企业当年数据标注业务收入达到3000万元以上的，给予50万元一次性奖励。", ""),
    ("\n第十条 ", f"{SENTENCE}\n第十条 "),
]
PACK = [
    ("来源: texts/xinxing.txt", "来源: texts/xinxing-2.txt"),
    ("施行: {按口径: X1, a: 印发日+31日, b: 印发日+30日}", f"施行: {START}"),
    ("300万元、400万元、500万元一次性奖励。\n  对象: 智能", "300万元、400万元、600万元一次性奖励。\n  对象: 智能"),
    ("PUE ≤ 1.25 「PUE≤1.25」", "PUE ≤ 1.2 「PUE≤1.2」"),
    ("（FP16、PUE≤1.25、", "（FP16、PUE≤1.2、"),
    ('PUE: "1.25", 算力利用率: 60%', 'PUE: "1.2", 算力利用率: 60%'),
    ('PUE: "1.2501"', 'PUE: "1.2001"'),
    ("≥5000P: 500万元", "≥5000P: 600万元"),
    ("算力规模: 5000P, 得: 500万元", "算力规模: 5000P, 得: 600万元"),
    ("算力规模: 20000P, 得: 500万元", "算力规模: 20000P, 得: 600万元"),
    ("金额: 100万元}], 得: 200万元}\n  - {例: 规模未", "金额: 100万元}], 得: 300万元}\n  - {例: 规模未"),
    ("  - {例: 印发日期未定, 同: 恰好达线, 日期: 2026-06-30, 得: 待补, 因: 政策印发日期}\n", ""),
    ("政策印发日期: 2026-01-01, 日期: 2026-02-01", "日期: 2026-07-01"),
    ("政策印发日期: 2026-01-01, 日期: 2026-01-31", "日期: 2026-06-30"),
    ("政策印发日期: 2026-01-01, 日期: 2029-01-31", "日期: 2029-06-30"),
    ("政策印发日期: 2026-01-01, 日期: 2029-02-01", "日期: 2029-07-01"),
    ("  - {例: 与5b同时申报, 同: 典型, 数据标注收入: 3000万元, 合并: [5a, 5b], 得: 100万元}\n", ""),
]  # fmt: skip
NEW = f"""- 编号: 9f
  名称: 绿色算力示范奖励
  条: 第九条
  原文: {SENTENCE}
  申报主体: 企业
  条件:
  - 申报主体类型 属于 企业 「企业」
  计算: 定额
  金额: 80万元
  一次性: 主体累计
  材料: [营业执照]
  算例:
  - {{例: 典型, 在本地注册: 是, 申报主体类型: 数据标注企业, 得: 80万元}}
  - {{例: 科研机构, 同: 典型, 申报主体类型: 科研机构, 得: 0元, 因: 申报主体类型}}
  - {{例: 已领过, 同: 典型, 此前: [{{条款: 9f, 年度: 2025, 金额: 80万元}}], 得: 0元, 因: 一次性已用}}
  - {{例: 未在师市注册, 同: 典型, 在本地注册: 否, 得: 0元, 因: 在本地注册}}
  - {{例: 未填类型, 同: 典型, 申报主体类型: 缺, 得: 待补, 因: 申报主体类型}}

"""


def folder_with_second_version(place: Path, *, start: str = START, supersedes: str = "xinxing.v1") -> Path:
    """Copy the law into a folder beside a second version of 新星市, everything locked; return the folder of packs."""
    shutil.copytree(PACKS, place / "packs")
    shutil.copytree(PACKS.parent / "texts", place / "texts")
    packs = place / "packs"
    words = _changed((place / "texts" / "xinxing.txt").read_text(encoding="utf-8"), TEXT)
    (place / "texts" / "xinxing-2.txt").write_text(words, encoding="utf-8")
    pack = _changed((packs / "xinxing.v1.yaml").read_text(encoding="utf-8"), PACK)
    begin, end = pack.index("- 编号: 5b\n"), pack.index("- 编号: 5c\n")
    pack = pack[:begin] + pack[end:]
    pack = pack.replace("条款: [5a, 5b]", "条款: [5a]").replace("- 编号: 10a\n", f"{NEW}- 编号: 10a\n")
    pack = _starting(pack, date.fromisoformat(start))
    head = f"取代: {supersedes}\n" if supersedes else ""
    (packs / f"{SECOND}.yaml").write_text(head + pack, encoding="utf-8")
    versions.lock(versions.present(packs), packs)
    return packs


def _starting(pack: str, start: date) -> str:
    """Move the term and the examples about its first and last days."""
    after = start.replace(year=start.year + 3)
    day = timedelta(days=1)
    moved = {"2026-07-01": start, "2026-06-30": start - day, "2029-06-30": after - day, "2029-07-01": after}
    for old, new in moved.items():
        for place in ("施行", "日期"):
            pack = pack.replace(f"{place}: {old}", f"{place}: @{new}")  # marked, so that no day is moved twice
    return pack.replace("@", "")


def _changed(text: str, changes: list[tuple[str, str]]) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def third_version(packs: Path) -> None:
    """Add a third version to a folder that has the second, from 2027 on and otherwise the same."""
    text = (packs / f"{SECOND}.yaml").read_text(encoding="utf-8")
    text = _starting(text.replace("取代: xinxing.v1", f"取代: {SECOND}"), date(2027, 1, 1))
    (packs / "xinxing.v3.yaml").write_text(text, encoding="utf-8")
    versions.lock(versions.present(packs), packs)


def use(monkeypatch, folder: Path) -> Library:
    """Let this process read the law from a folder until the test ends."""
    library = read_library(folder)
    monkeypatch.setattr(rules, "load", lambda: library)
    return library
