"""个案口径: what counts without a decision, what an officer may decide, and what is stored with the sum."""

import pytest
from django.db import DatabaseError, connection, transaction

from applications import assessing, papers
from applications.actions import decision, review
from applications.actions.reading_of_case import decide_reading
from applications.demo.stories import check_all
from applications.models import Application, Assessment, CaseDecision, Duty, Event, Reading, Status
from applications.permissions import ActionRefused
from tests.factories import NOON, choose_reading, make_application, make_draft, make_officer, make_policy
from tests.portal.test_every_clause import split

pytestmark = pytest.mark.django_db

X5 = "第三条“连续稳定运行半年”如何计算？"


def decide(case, by, **changes):
    case.refresh_from_db(fields=["version"])
    values = {"key": "X5", "choice": "b", "reason": "日志只有短暂检修中断", "version": case.version}
    return decide_reading(case, **values | changes, by=by, at=NOON)


def refused(*args, **values):
    with pytest.raises(ActionRefused) as caught:
        decide(*args, **values)
    return str(caught.value)


def questions(case):
    return {q.spec.id: q for q in assessing.case_questions(Application.objects.get(pk=case.pk))}


def test_recommended_reading_counts_until_an_officer_decides():
    case = make_application(Status.VERIFYING)
    before = questions(case)
    assert {key: (q.choice, q.by_authority, q.is_open) for key, q in before.items()} == {
        "X5": ("a", False, False),
        "X30": ("a", False, False),
    }

    officer = make_officer(Duty.VERIFY)
    row = decide(case, officer)

    found = questions(case)["X5"]
    assert (found.choice, found.words, found.decision) == ("b", "累计满六个月", row)
    assert (row.question, row.words, row.decided_by.user) == (X5, "累计满六个月", officer)
    event = Event.objects.get(application=case, action="decide_reading")
    assert (event.by, event.note, event.detail["key"], event.detail["choice"]) == (officer, row.reason, "X5", "b")


def test_choice_of_the_authority_counts_before_the_recommended_one():
    row = make_policy()
    choose_reading(row, "X5", "b", make_officer(Duty.POLICY))

    found = questions(make_application(Status.VERIFYING))["X5"]

    assert (found.choice, found.by_authority) == ("b", True)


def test_newest_decision_counts_and_the_older_one_stays():
    case, officer = make_application(Status.VERIFYING), make_officer(Duty.VERIFY)
    decide(case, officer)
    decide(case, officer, choice="a", reason="补充日志后无中断")

    assert questions(case)["X5"].choice == "a"
    assert list(CaseDecision.objects.values_list("choice", flat=True).order_by("pk")) == ["b", "a"]


def test_decision_is_refused_to_whoever_may_not_take_it():
    case = make_application(Status.VERIFYING)
    officer = make_officer(Duty.VERIFY)

    assert refused(case, make_officer(Duty.APPROVE)) == "只有核验岗位可以办理此事项。"
    assert refused(case, make_officer(Duty.VERIFY, "shihezi")) == "只有核验岗位可以办理此事项。"
    assert refused(case, case.accepted_by.user) == "只有核验岗位可以办理此事项。"
    accepted = f"本件刚刚被{case.accepted_by.user.name}于9月1日12:00办理（受理），请刷新后再办。"
    assert refused(case, officer, version=99) == accepted
    nothing = "本件没有这一口径问题或这一读法。"
    wrong = ({"choice": "z"}, {"key": "X8"}, {"key": "X6"})
    assert [refused(case, officer, **changes) for changes in wrong] == [nothing] * 3
    assert refused(case, officer, reason=" ") == "请写明认定的理由。"
    assert not CaseDecision.objects.exists()
    proposed = make_application(Status.PROPOSED)
    assert refused(proposed, proposed.proposed_by.user) == "本件目前为“待审批”，不能认定个案口径。"


def test_decisions_and_usual_answers_are_stored_with_what_officers_found():
    case, officer = make_application(Status.VERIFYING), make_officer(Duty.VERIFY)
    decide(case, officer)
    check_all(case, by=officer, at=NOON)
    review.propose(case, by=officer, at=NOON)

    case.refresh_from_db()
    declared = case.assessments.get(purpose=Assessment.Purpose.DECLARED)
    assert declared.decisions == []
    assert sorted(case.assessment.decisions, key=lambda row: row["key"]) == [
        {
            "key": "X30",
            "question": "第三条PUE和算力利用率按什么期间计算？",
            "choice": "a",
            "words": "按主管部门方法计算的年均值",
            "reason": "",
        },
        {"key": "X5", "question": X5, "choice": "b", "words": "累计满六个月", "reason": "日志只有短暂检修中断"},
    ]


def test_letter_tells_what_was_decided_on_the_case():
    case, officer = make_application(Status.VERIFYING), make_officer(Duty.VERIFY)
    decide(case, officer)
    check_all(case, by=officer, at=NOON)
    review.propose(case, by=officer, at=NOON)
    approver = make_officer(Duty.APPROVE)
    decision.endorse(case, by=approver, at=NOON)

    award = decision.grant(case, by=approver, at=NOON)

    rows = dict(award.application.documents.get(kind="notice").content["readings"])
    assert rows[X5.rstrip("？")] == "累计满六个月（本件认定，理由：日志只有短暂检修中断）"
    assert rows["第三条PUE和算力利用率按什么期间计算"] == "按主管部门方法计算的年均值"
    assert [row["key"] for row in award.assessment.decisions if row["reason"]] == ["X5"]
    assert papers.LETTERS["notice"].from_content(award.application.documents.get(kind="notice").content).context()


def test_question_without_any_answer_must_be_decided_before_the_proposal():
    row = make_policy("shanxi", readings=True)
    facts, found = split("shanxi-6a")
    case = make_application(Status.VERIFYING, clause="shanxi-6a", facts=facts)
    Reading.objects.filter(policy=row).delete()
    officer = make_officer(Duty.VERIFY, "shanxi")
    check_all(case, by=officer, at=NOON, found=found)
    assert questions(case)["N36"].is_open

    with pytest.raises(ActionRefused) as caught:
        review.propose(case, by=officer, at=NOON)
    question = questions(case)["N36"].spec
    assert str(caught.value) == f"尚有未认定的个案口径：{question.question}"

    decide(case, officer, key="N36", choice=next(iter(question.options)))
    review.propose(case, amount_fen=1_0000_00, reason="会议纪要", by=officer, at=NOON)
    assert [row["key"] for row in Application.objects.get(pk=case.pk).assessment.decisions if row["reason"]] == ["N36"]


def test_of_a_computed_reading_only_the_letters_of_the_case_are_offered():
    make_policy("shihezi", readings=True)
    case = make_draft(clause="shihezi-3.1", facts={}, complete=False)

    offered = questions(case)["S10"]

    assert offered.spec.computed
    assert (list(offered.options), offered.usual) == (["a", "b"], "a")


def test_decisions_cannot_be_changed_or_deleted_by_direct_sql():
    decide(make_application(Status.VERIFYING), make_officer(Duty.VERIFY))

    for statement in ("UPDATE applications_casedecision SET choice = 'a'", "DELETE FROM applications_casedecision"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert CaseDecision.objects.get().choice == "b"
