"""The shorter ways to the same bytes: every letter is printed by the library's ways too, in a process without them."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from applications.documents import fonts_ready, render, specimens
from applications.documents.letter import Letter
from tests import letters, letters_recovery

pytestmark = pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")

ROOT = Path(__file__).resolve().parents[2]
PLAINLY = """
import json, sys
from applications.documents import shortcuts
shortcuts.install = lambda: None
from tests.applications.test_documents_shortcuts import printed
json.dump(printed(), sys.stdout)
"""
RARE = "𠮷田镕堃①智算（新星）有限公司 Co., Ltd. fi½"  # another face within the line, and joined letters


def everything() -> dict[str, Letter]:
    """Return every letter, with what bends the short ways: rare signs, no seal, a name that does not fit, no length."""
    made = {f"{n}": letter for n, letter in enumerate(letters.every_letter())}
    made |= {name: make() for name, make in letters_recovery.LETTERS.items()}
    made |= {f"specimen {kind}": specimens.specimen(kind, "示例局", "示例", {}) for kind in specimens.LETTERS}
    made["rare"] = letters.a_notice(applicant_name=RARE, demo=True, signed=True)
    made["long"] = letters.a_notice(authority_name="新疆生产建设兵团第十三师新星市数据和政务服务管理局" * 2)
    made["many rows"] = letters.a_batch(60)
    made["narrow"] = letters.a_notice(facts=[("一" * 90, "https://example.invalid/" + "a" * 120, "依据 " * 30)] * 3)
    return made


def printed() -> dict[str, str]:
    """Return the hash of every letter."""
    return {name: hashlib.sha256(render.pdf(letter)).hexdigest() for name, letter in everything().items()}


def test_the_short_ways_print_the_same_bytes_first_and_again():
    told = [sys.executable, "-c", PLAINLY]
    plainly = subprocess.run(told, capture_output=True, text=True, check=True, cwd=ROOT).stdout

    assert printed() == json.loads(plainly)
    assert printed() == json.loads(plainly)  # now with the styles that the first round left


def _kept(memo) -> int:
    return 1 + len(memo) + sum(_kept(under) for under in memo.under.values())


def test_what_is_kept_between_letters_does_not_grow_with_them():
    from applications.documents import shortcuts  # noqa: PLC0415 - loads the library

    def make(number: int) -> None:
        render.pdf(letters.a_notice(letter_number=f"师新数兑〔2026〕{number}号", amount_fen=100_000 + number))

    make(1)
    styles = render._printer()._fonts.memo
    before = _kept(styles), len(shortcuts._contexts), len(shortcuts._faces)
    for number in range(2, 6):
        make(number)

    assert (_kept(styles), len(shortcuts._contexts), len(shortcuts._faces)) == before
    assert before[0] > 1_000


def test_a_value_that_the_layout_changes_is_not_kept_for_the_next_letter():
    render.pdf(letters.a_notice())
    kept = list(_memos(render._printer()._fonts.memo))

    assert kept
    assert not [memo for memo in kept if {"display", "float", "position", "page", "content"} & memo.keys()]


def _memos(memo):
    yield memo
    for under in memo.under.values():
        yield from _memos(under)
