"""Which version of a policy a case is judged by, and what the lock and the chain of versions refuse."""

import json
import shutil
from datetime import date

import pytest

from rules import check, forms, judging, versions
from rules.library import read_library
from rules.source import PACKS, PackError
from tests.rules.cases import typical

SECOND = "xinxing.v2.yaml"


@pytest.fixture
def folder(tmp_path):
    """新星市 in a first version without a day of issue, and an amendment from 2026-07-01."""
    (tmp_path / "packs").mkdir()
    shutil.copytree(PACKS.parent / "texts", tmp_path / "texts")
    for name in ("facts.yaml", "evidence.yaml", "xinxing.v1.yaml"):
        shutil.copy(PACKS / name, tmp_path / "packs")
    amend(tmp_path / "packs")
    return tmp_path / "packs"


def amend(folder, *, start="2026-07-01", supersedes="取代: xinxing.v1\n", name=SECOND):
    """Write a second version: 第四条 gives 3 % instead of 2 %, and says since when."""
    text = (folder / "xinxing.v1.yaml").read_text(encoding="utf-8")
    text = text.replace("施行: {按口径: X1, a: 印发日+31日, b: 印发日+30日}", f"施行: {start}")
    text = text.replace("- {编号: X1, ", "- {编号: X99, ").replace("  比例: 2%\n", "  比例: 3%\n")
    (folder / name).write_text(supersedes + text, encoding="utf-8")


def judged(folder, **more):
    """Return version and fen of the voucher of a supplier with fees of 1000万元."""
    verdict = judging.judge({**typical("xinxing-4a"), **more}, read_library(folder))
    return verdict.pack_version, verdict.amount_fen


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (None, ("xinxing.v2", 30_000_000)),
        ("2026-06-30", ("xinxing.v1", 20_000_000)),
        ("2026-07-01", ("xinxing.v2", 30_000_000)),
        ("2029-06-30", ("xinxing.v2", 30_000_000)),
    ],
)
def test_version_in_force_on_the_day_decides(folder, on, expected):
    case = typical("xinxing-4a")
    case["facts"]["policy_issued_on"] = "2026-01-01"

    assert judged(folder, facts=case["facts"], **({"on": on} if on else {})) == expected


def test_day_before_every_version_is_out_of_the_term_of_the_first(folder):
    facts = {**typical("xinxing-4a")["facts"], "policy_issued_on": "2026-01-01"}
    verdict = judging.judge({**typical("xinxing-4a"), "facts": facts, "on": "2025-12-31"}, read_library(folder))

    assert (verdict.pack_version, verdict.blocked_by) == ("xinxing.v1", "out_of_term")


def test_version_with_an_unknown_start_counts_by_its_order(folder):
    verdict = judging.judge({**typical("xinxing-4a"), "on": "2026-06-30"}, read_library(folder))

    assert (verdict.pack_version, verdict.blocked_by) == ("xinxing.v1", "missing_fact:policy_issued_on")


def test_stored_version_recomputes_to_the_same_fen(folder):
    before = judged(folder, pack_version="xinxing.v1")

    assert before == ("xinxing.v1", 20_000_000)
    assert judged(folder, pack_version="xinxing.v1", on=None) == before


@pytest.mark.parametrize(
    ("stated", "reason"),
    [("xinxing.v3", "没有政策版本“xinxing.v3”"), (1, "pack_version 应为政策版本名称，如 xinxing.v1")],
)
def test_version_that_does_not_exist_is_a_bad_case(folder, stated, reason):
    verdict = judging.judge({**typical("xinxing-4a"), "pack_version": stated}, read_library(folder))

    assert verdict.blocked_by == f"bad_case:{reason}"


def test_forms_follow_the_version_in_force(folder):
    text = (folder / SECOND).read_text(encoding="utf-8").replace("本地算力供给企业 = 是", "独立法人 = 是")
    (folder / SECOND).write_text(text, encoding="utf-8")
    library = read_library(folder)

    def names(**which):
        return [field.name for field in forms.fields(library, "xinxing-4a", **which)]

    fees = "annual_compute_sales_contract_fees_yuan"
    assert names() == ["registered_in_jurisdiction", "independent_legal_person", fees]
    assert names(version="xinxing.v1") == ["registered_in_jurisdiction", "is_local_compute_supplier", fees]
    assert names(on=date(2026, 7, 1)) == names()
    assert names(on=date(2026, 6, 30)) == names(version="xinxing.v1")
    rates = [library.clause("xinxing-4a", version=name).how_text[0] for name in ("xinxing.v1", "xinxing.v2")]
    assert [text[-8:] for text in rates] == ["的 2% 计算。", "的 3% 计算。"]


def chain_problems(folder):
    return [text for text in check.run(folder).problems if "算例" not in text and ("取代" in text or "施行" in text)]


def test_chain_of_versions_that_is_in_order_has_no_problem(folder):
    assert chain_problems(folder) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"supersedes": ""}, "xinxing.v2.yaml：“取代”写的是“”，应写“取代: xinxing.v1”"),
        ({"supersedes": "取代: xinxing.v9\n"}, "xinxing.v2.yaml：“取代”写的是“xinxing.v9”，应写“取代: xinxing.v1”"),
        ({"start": "印发日+0日"}, "xinxing.v2.yaml：修订版本的“施行”应写明日期"),
    ],
)
def test_chain_of_versions_that_is_broken_is_found(folder, changes, problem):
    amend(folder, **changes)

    assert chain_problems(folder) == [problem]


def test_amendment_must_start_after_what_it_supersedes(folder):
    amend(folder, start="2026-07-01", supersedes="取代: xinxing.v2\n", name="xinxing.v3.yaml")

    assert chain_problems(folder) == ["xinxing.v3.yaml：“施行”应晚于所取代的 xinxing.v2（2026-07-01）"]


def test_changed_locked_file_is_refused_when_it_is_loaded(folder):
    versions.lock(["xinxing.v1.yaml", "texts/xinxing.txt"], folder)
    assert read_library(folder).versions["xinxing.v1"].version == "xinxing.v1"

    text = folder.parent / "texts" / "xinxing.txt"
    text.write_text(text.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    with pytest.raises(PackError, match=r"texts/xinxing\.txt：已锁定的文件被改动；修订请另立新版本文件"):
        read_library(folder).pack("xinxing").span({}, None)
    (folder / "xinxing.v1.yaml").write_text("", encoding="utf-8")
    assert "xinxing.v1.yaml：已锁定的文件被改动；修订请另立新版本文件" in check.run(folder).problems


def test_lock_command_locks_everything_that_is_there(folder, capsys):
    check.main(["--folder", str(folder), "--lock"])

    capsys.readouterr()
    locked = json.loads((folder / "lock.json").read_text(encoding="utf-8"))
    texts = {f"texts/{path.name}" for path in (PACKS.parent / "texts").glob("*.txt")}
    assert set(locked) == {"xinxing.v1.yaml", SECOND} | texts
    assert versions.changed(folder) == []
