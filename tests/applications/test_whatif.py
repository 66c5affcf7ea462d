"""Decided cases judged again: the released law gives the same fen, a changed one the difference and the reason."""

import json

import pytest
from django.core.management import CommandError, call_command

from applications import whatif
from applications.actions import decision
from applications.demo.stories import CENTRE
from applications.models import Application, Assessment, Duty, Status
from tests.factories import NOON, make_applicant, make_application, make_earlier_award, make_officer

pytestmark = pytest.mark.django_db


def run(*arguments, capsys):
    """Return what the command prints."""
    call_command("whatif", *arguments)
    return capsys.readouterr().out


def report(*arguments, capsys):
    return json.loads(run("--json", *arguments, capsys=capsys))


def two_centres():
    """Return two granted cases of one clause: 3200 P at PUE 1.20, and 1200 P at PUE 1.25."""
    large = make_application(Status.GRANTED, applicant=make_applicant("大型智算有限公司"))
    small = make_application(
        Status.GRANTED,
        applicant=make_applicant("小型智算有限公司"),
        facts={**CENTRE, "scale_pflops_fp16": "1200", "pue": "1.25"},
    )
    return large, small


def test_released_law_replays_without_difference(capsys):
    two_centres()

    got = report(capsys=capsys)

    assert (got["cases"], got["changed"], got["disagreeing"]) == (2, 0, 0)
    assert (got["before_yuan"], got["after_yuan"], got["difference_yuan"]) == ("4000000.00", "4000000.00", "0.00")


def test_changed_tier_moves_only_the_case_in_it(capsys):
    _, small = two_centres()

    got = report("--policy", "xinxing", "--set", "条款.3.档位.≥1000P=120万元", capsys=capsys)

    changed = [row for row in got["rows"] if row["difference_yuan"] != "0.00"]
    assert [(row["number"], row["difference_yuan"]) for row in changed] == [(small.number, "200000.00")]
    assert got["difference_yuan"] == "200000.00"


def test_stricter_condition_says_what_fails(capsys):
    _, small = two_centres()

    got = report("--policy", "xinxing", "--set", "条款.3.条件.2=PUE ≤ 1.2", "--changed", capsys=capsys)

    assert [(row["number"], row["after"]["blocked_by"]) for row in got["rows"]] == [(small.number, "condition:pue")]
    assert got["rows"][0]["why"] == "PUE 1.25 > 1.2，不符合第三条『PUE ≤ 1.2』的要求。"
    assert got["clauses"][0]["reasons"] == {"条件不符：PUE": 1}
    assert got["difference_yuan"] == "-1000000.00"


def test_printed_form_names_clause_applicant_and_sums(capsys):
    large, small = two_centres()

    printed = run("--policy", "xinxing", "--set", "条款.3.条件.2=PUE ≤ 1.2", capsys=capsys)

    assert printed.splitlines() == [
        "xinxing-3 算力集群规模奖励：2 件，变化 1 件",
        f"  {large.number} 大型智算有限公司（已批准）：现行 3,000,000.00元，试改后 3,000,000.00元，差额 0.00元",
        f"  {small.number} 小型智算有限公司（已批准）：现行 1,000,000.00元，试改后 0.00元，差额 -1,000,000.00元",
        "    PUE 1.25 > 1.2，不符合第三条『PUE ≤ 1.2』的要求。",
        "  小计：现行 4,000,000.00元，试改后 3,000,000.00元，差额 -1,000,000.00元",
        "    条件不符：PUE：1 件",
        "合计 2 件：现行 4,000,000.00元，试改后 3,000,000.00元，差额 -1,000,000.00元；与存档不一致 0 件。",
    ]


def test_history_of_the_case_is_replayed_with_it(capsys):
    applicant = make_applicant()
    make_earlier_award(applicant, amount_fen=200_0000_00)
    make_application(Status.GRANTED, applicant=applicant)

    got = report("--policy", "xinxing", "--set", "条款.3.晋级补差=", capsys=capsys)

    assert (got["before_yuan"], got["after_yuan"]) == ("1000000.00", "3000000.00")


def test_changes_come_from_a_file_and_touch_no_row(capsys, tmp_path):
    two_centres()
    file = tmp_path / "试改.yaml"
    file.write_text("条款.3.档位.≥1000P: 120万元\n条款.3.档位.≥3000P: 310万元\n", encoding="utf-8")
    before = list(Assessment.objects.order_by("pk").values())

    got = report("--policy", "xinxing", "--file", str(file), capsys=capsys)

    assert got["difference_yuan"] == "300000.00"
    assert list(Assessment.objects.order_by("pk").values()) == before


def test_case_that_the_law_no_longer_gives_is_named_and_fails(capsys):
    application = make_application(Status.GRANTED)
    # No action does this: a computation with another sum than the law gives, put in the place of the right one.
    forged = Assessment.objects.get(pk=application.assessment_id)
    forged.pk, forged.amount_fen = None, forged.amount_fen + 1
    forged.save(force_insert=True)
    Application.objects.filter(pk=application.pk).update(assessment=forged)

    with pytest.raises(SystemExit) as stopped:
        call_command("whatif")

    assert stopped.value.code == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("与存档不一致 1 件。")


def test_refused_case_is_shown_and_not_counted(capsys):
    application = make_application(Status.PROPOSED)
    decision.refuse(application, reason="项目已停止", by=make_officer(Duty.APPROVE), at=NOON)

    printed = run(capsys=capsys).splitlines()

    sums = "现行 3,000,000.00元，试改后 3,000,000.00元，差额 0.00元"
    assert printed[1] == f"  {application.number} {application.applicant.name}（不予兑现，不计入合计）：{sums}"
    assert printed[-1] == "合计 1 件：现行 0.00元，试改后 0.00元，差额 0.00元；与存档不一致 0 件。"


def test_any_number_of_cases_is_one_query(django_assert_num_queries):
    two_centres()

    with django_assert_num_queries(1):
        rows = list(whatif.replay(whatif.decided("xinxing")))

    assert [row.difference_fen for row in rows] == [0, 0]


def test_cases_that_are_not_decided_are_left_out(capsys):
    make_application(Status.PROPOSED)

    assert report(capsys=capsys)["cases"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "条款.3.档位.≥1000P=120万元"], "试改须用 --policy 写明政策标识"),
        (["--policy", "nowhere"], "没有政策“nowhere”"),
        (["--policy", "xinxing", "--set", "条款.3.档位"], "应写成 路径=值"),
        (["--policy", "xinxing", "--set", "条款.99.金额=1元"], "没有这一条款"),
        (["--policy", "xinxing", "--set", "条款.3.档位.≥1000P=很多"], "“≥1000P”"),
        (["--policy", "xinxing", "--file", "/nowhere.yaml"], "不能读取试改文件"),
    ],
)
def test_what_does_not_fit_is_refused_in_chinese(arguments, words):
    make_application(Status.GRANTED)

    with pytest.raises(CommandError, match=words):
        call_command("whatif", *arguments)
