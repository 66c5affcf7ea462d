"""Which papers may come later: never what proves who applies, a filing, PUE, or what a sum alone rests on."""

import shutil

import pytest

import rules
from rules import check, forms
from rules.source import PACKS, PackError

MONETARY = [clause.id for pack in rules.load().packs.values() for clause in pack.clauses if clause.monetary]


def test_secondary_kinds_are_these():
    kinds = {kind.key for kind in forms.evidence_kinds().values() if kind.secondary}

    assert kinds == {
        "utilisation_log",
        "operation_log",
        "payment_voucher",
        "settlement_statement",
        "solution_paper",
        "training_record",
    }


@pytest.mark.parametrize("clause", MONETARY)
def test_no_sum_rests_on_a_paper_that_may_come_later(clause):
    firm = {fact for slot in rules.evidence(clause) if not slot.secondary for fact in slot.facts}
    summed = [field for field in rules.fields(clause) if not field.condition and not field.by_officer]

    assert [field.label for field in summed if field.name not in firm] == []


@pytest.mark.parametrize("fact", ["pue", "filing_passed", "applicant_type", "registered_in_jurisdiction"])
@pytest.mark.parametrize("clause", MONETARY)
def test_identity_filings_and_pue_are_proven_at_once(clause, fact):
    slots = [slot for slot in rules.evidence(clause) if fact in slot.facts]

    assert not slots or any(not slot.secondary for slot in slots)


def test_slot_of_a_clause_says_that_it_is_secondary():
    assert [slot.kind for slot in rules.evidence("xinxing-3") if slot.secondary] == ["utilisation_log", "operation_log"]


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the packs that a test may break."""
    shutil.copytree(PACKS, tmp_path / "packs")
    shutil.copytree(PACKS.parent / "texts", tmp_path / "texts")
    return tmp_path / "packs"


def test_anything_but_yes_and_no_is_refused(folder):
    path = folder / "evidence.yaml"
    path.write_text(path.read_text().replace("  次要: 是\n", "  次要: 大概\n", 1))

    with pytest.raises(PackError, match="“次要”只能写“是”或“否”"):
        forms.evidence_kinds(folder)


def test_the_check_refuses_a_sum_on_a_secondary_paper_alone(folder):
    path = folder / "evidence.yaml"
    path.write_text(path.read_text().replace("  键: rack_list\n", "  键: rack_list\n  次要: 是\n", 1))

    problems = check.run(folder).problems

    assert len(problems) == 3
    assert all("的金额依据“物理机架数”只有次要材料可以证明" in problem for problem in problems)
