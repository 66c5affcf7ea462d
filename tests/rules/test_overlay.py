"""Overlays: a published pack with a few values changed is checked like a pack, run beside it and never kept."""

import numpy as np
import pytest

import rules
from rules import overlay
from tests.rules.cases import result, typical, with_facts
from tests.rules.test_simulate import centre

XINXING = rules.load().packs["xinxing"]


def judged(case, changes, policy="xinxing"):
    """Return amount and blocked_by of a case under a changed pack."""
    pack = rules.load().packs[policy]
    [verdict] = rules.replay([(case, pack.version)], {policy: changes})
    return verdict.to_json()["amount_yuan"], verdict.blocked_by


def test_overlay_runs_beside_the_published_law():
    simulated = rules.simulate(["xinxing-3"], centre(), overlay={"条款.3.档位.≥3000P": "310万元"})

    assert simulated.before.clauses["xinxing-3"].amount_fen.tolist() == [300_000_000] * 3
    assert simulated.clauses["xinxing-3"].amount_fen.tolist() == [310_000_000] * 3
    assert simulated.difference_fen("xinxing-3").tolist() == [10_000_000] * 3
    assert simulated.total_fen - simulated.before.total_fen == 30_000_000


def test_difference_counts_a_row_without_a_sum_as_nothing():
    columns = centre(pue=(np.array([12_500, 12_600, 0]), np.array([True, True, False])))
    simulated = rules.simulate(["xinxing-3"], columns, overlay={"条款.3.条件.2": "PUE ≤ 1.26"})

    assert simulated.difference_fen("xinxing-3").tolist() == [0, 300_000_000, 0]


def test_overlay_of_the_same_words_changes_no_row():
    simulated = rules.simulate(["xinxing-3"], centre(), overlay={"条款.3.条件.2": "PUE ≤ 1.25"})

    assert simulated.difference_fen("xinxing-3").tolist() == [0, 0, 0]


def test_published_pack_stays_as_it_is_and_the_trial_has_a_name_of_its_own():
    changed = overlay.apply(XINXING, {"条款.3.档位.≥3000P": "310万元"})

    assert (changed.version, XINXING.version) == ("xinxing.v1+试算", "xinxing.v1")
    assert changed.sha256 != XINXING.sha256
    assert result(typical("xinxing-3"))[2] == "3000000.00"


@pytest.mark.parametrize(
    ("changes", "case", "expected"),
    [
        ({"条款.3.档位.≥3000P": "310万元"}, typical("xinxing-3"), ("3100000.00", None)),
        ({"条款.3.档位.≥2500P": "250万元"}, typical("xinxing-3"), None),
        ({"条款.4a.封顶.金额": "15万元"}, typical("xinxing-4a"), ("150000.00", None)),
        ({"条款.4a.封顶": ""}, typical("xinxing-4a"), ("200000.00", None)),
        ({"条款.4a.比例": "2.5%"}, typical("xinxing-4a"), ("250000.00", None)),
        ({"条款.3.条件.5": ""}, with_facts("xinxing-3", stable_months="1"), ("3000000.00", None)),
        ({"条款.3.条件.6": "算力规模 ≥ 4000P"}, typical("xinxing-3"), ("0.00", "condition:scale_pflops_fp16")),
        ({"共同条件": ""}, with_facts("xinxing-3", registered_in_jurisdiction=False), ("3000000.00", None)),
    ],
)
def test_paths_name_values_entries_and_the_head(changes, case, expected):
    if expected is None:
        with pytest.raises(rules.OverlayError, match="档位应由低到高逐档列出"):
            judged(case, changes)
    else:
        assert judged(case, changes) == expected


def test_numbers_with_a_dot_are_found():
    changes = {"条款.2.3a.金额": "77万元"}

    assert judged(typical("shihezi-2.3a"), changes, "shihezi") == ("770000.00", None)


def test_path_without_letter_changes_every_reading_and_with_letter_only_that_one():
    case = {**typical("xinxing-3"), "settings": {"X4": "b"}}

    assert judged(case, {"条款.3.档位.≥3000P": "310万元"}) == ("3100000.00", None)
    assert judged(case, {"条款.3.档位.a.≥3000P": "310万元"}) == ("3000000.00", None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"条款.99.金额": "1元"}, "没有这一条款"),
        ({"条款.3": "1元"}, "没有这一条款，或没有写明条款内的位置"),
        ({"条款.3.条件.9": "PUE ≤ 1.2"}, "政策包中没有这个位置"),
        ({"条款.3.没有的": "1"}, "不认识的键“没有的”"),
        ({"条款.3.没有的": ""}, "政策包中没有这个位置"),
        ({"条款.3.条件.2": "能效 ≤ 1.2"}, "“能效”不在事实词典内"),
        ({"条款.3.档位.≥1000P": "很多"}, "不是可以识别的数量"),
        ({"条款.4a.封顶": "{金额: 1万元"}, "写法有误"),
        ({"条款.4a.比例": "{按口径: X99, a: 2%}"}, "口径“X99”不存在"),
        ({"条款.3.原文": "别的"}, "编号、原文和算例不能试改"),
        ({"条款.3.条件": "PUE ≤ 1"}, "是一列，应写成"),
        ({"关系.1": "乱"}, "“关系”的每一项应写明“就高”"),
        ({"期限": ""}, "“期限”不能删去"),
        ({"期限.有效期": "很久"}, "“很久”应为整数"),
        ({"期限.施行.b": "印发日+很多日"}, "日期应写成"),
        ({"政策": "别的"}, "应以 条款、共同条件、共同扣减、关系、期限 之一开头"),
    ],
)
def test_what_does_not_fit_is_refused_in_chinese(changes, words):
    with pytest.raises(rules.OverlayError, match=words):
        overlay.apply(XINXING, changes)


def test_file_of_changes_is_read_as_text():
    assert rules.read_overlay("条款.3.档位.≥1000P: 120万元\n条款.4a.比例: 010%\n", "试改.yaml") == {
        "条款.3.档位.≥1000P": "120万元",
        "条款.4a.比例": "010%",
    }
    with pytest.raises(rules.OverlayError, match="每一行应写成"):
        rules.read_overlay("- 条款\n", "试改.yaml")


def test_replay_names_a_version_that_is_gone():
    with pytest.raises(ValueError, match=r"没有政策包版本“xinxing\.v0”，不能重算"):
        list(rules.replay([(typical("xinxing-3"), "xinxing.v0")]))


def test_overlay_of_two_policies_at_once_is_refused():
    with pytest.raises(ValueError, match="试改只能针对一项政策"):
        rules.simulate(["xinxing-3", "haidong-4a"], centre(), overlay={"条款.3.金额": "1元"})
