"""A second list of corrections: only with a reason, and only for what the answer to the first has changed."""

import pytest

from applications.actions import ActionRefused, filing, intake
from applications.defects import newest_answer
from applications.models import Document, Duty, Status
from tests.factories import CENTRE, EVENT_ON, NOON, agent_of, attach, legal_of, make_application, make_officer

pytestmark = pytest.mark.django_db

REPORT = {"kind": "slot", "key": "pue_report", "label": "第三方 PUE 检测报告", "text": "缺附页"}
SCALE = {"kind": "fact", "key": "scale_pflops_fp16", "label": "算力规模", "text": "请按清单更正"}
STAMP = {"kind": "other", "key": "other-1", "label": "其他事项", "text": "公章"}
MONTHS = {"kind": "fact", "key": "stable_months", "label": "连续稳定运行月数", "text": "请更正"}
REASON = "新上传的报告与申报值不一致"


def save(application, **facts):
    """Change declared facts as the applicant's form does."""
    application.refresh_from_db()
    filing.save(
        application,
        facts={**application.facts, **facts},
        subject=application.subject,
        event_on=EVENT_ON,
        version=application.version,
        by=agent_of(application.applicant),
        at=NOON,
    )


def hand_in(application):
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    return filing.submit(application, by=agent_of(application.applicant), at=NOON)


def asked(*items):
    """Return a case that has to be corrected in these points, with the officer who asked."""
    application = make_application(Status.SUBMITTED)
    officer = make_officer(Duty.INTAKE)
    intake.correct(application, items=list(items), by=officer, at=NOON)
    application.refresh_from_db()
    return application, officer


def ask_again(application, officer, *items, reason=REASON):
    return intake.correct(application, items=list(items), reason=reason, by=officer, at=NOON)


def test_a_new_defect_of_the_answer_may_be_asked_for_once_more():
    application, officer = asked(REPORT, SCALE)
    attach(application, "pue_report")
    save(application, scale_pflops_fp16="3100")
    application = hand_in(application)

    second = ask_again(application, officer, REPORT, SCALE)

    assert (second.reason, second.items) == (REASON, [REPORT, SCALE])
    letter = application.documents.filter(kind=Document.Kind.CORRECTION).order_by("pk").last()
    assert (letter.content["reason"], letter.content["answered_on"]) == (REASON, "2026-09-01")
    assert application.events.filter(action="correct").order_by("sequence").last().note == REASON


def test_without_a_reason_it_is_refused():
    application, officer = asked(REPORT)
    attach(application, "pue_report")
    application = hand_in(application)

    with pytest.raises(ActionRefused, match="请写明补正答复带来了什么新的问题"):
        ask_again(application, officer, REPORT, reason=" ")


def test_what_was_there_from_the_beginning_is_refused_by_name():
    application, officer = asked(REPORT)
    attach(application, "pue_report")
    application = hand_in(application)

    with pytest.raises(ActionRefused) as refused:
        ask_again(application, officer, REPORT, MONTHS)

    assert str(refused.value) == (
        "“连续稳定运行月数”不是补正答复带来的新问题，应当在首次补正时一并告知，不能再次要求补正。"
    )
    assert application.corrections.count() == 1


def test_what_the_first_list_named_and_nobody_changed_is_refused_by_name():
    application, officer = asked(REPORT, SCALE)
    attach(application, "pue_report")
    application = hand_in(application)

    with pytest.raises(ActionRefused) as refused:
        ask_again(application, officer, SCALE)

    assert str(refused.value) == (
        "“算力规模”在首次补正时已经告知，答复未作改动，应按现有材料作出决定，不能再次要求补正。"
    )


def test_free_words_are_tied_to_nothing_and_refused():
    application, officer = asked(REPORT)
    attach(application, "pue_report")
    application = hand_in(application)

    with pytest.raises(ActionRefused, match="“其他事项”不是补正答复带来的新问题"):
        ask_again(application, officer, STAMP)


def test_a_fact_changed_without_being_asked_is_a_new_defect():
    application, officer = asked(REPORT)
    attach(application, "pue_report")
    save(application, stable_months="9")
    application = hand_in(application)

    assert ask_again(application, officer, MONTHS).items == [MONTHS]


def test_a_value_typed_and_typed_back_is_no_change():
    application, officer = asked(REPORT)
    attach(application, "pue_report")
    save(application, stable_months="9")
    save(application, stable_months=CENTRE["stable_months"])
    application = hand_in(application)

    with pytest.raises(ActionRefused, match="“连续稳定运行月数”不是补正答复带来的新问题"):
        ask_again(application, officer, MONTHS)


def test_what_was_saved_before_the_first_list_is_no_answer():
    application, _ = asked(REPORT)
    attach(application, "pue_report")
    application = hand_in(application)

    assert newest_answer(application).facts == set()
    assert newest_answer(application).slots == {"pue_report"}


def test_a_third_list_is_never_asked_for():
    application, officer = asked(REPORT)
    for _ in range(2):
        attach(application, "pue_report")
        application = hand_in(application)
        if application.corrections.count() == 1:
            ask_again(application, officer, REPORT)

    with pytest.raises(ActionRefused, match="不得第三次要求补正"):
        ask_again(application, officer, REPORT)


def test_the_verifier_may_not_ask_a_second_time_either():
    application, officer = asked(REPORT)
    attach(application, "pue_report")
    application = hand_in(application)
    application = intake.accept(application, by=officer, at=NOON)

    with pytest.raises(ActionRefused, match="“连续稳定运行月数”不是补正答复带来的新问题"):
        ask_again(application, make_officer(Duty.VERIFY), MONTHS)


# ---- while the answer is written


def test_points_are_marked_as_answered_when_they_are():
    application, _ = asked(REPORT, SCALE, STAMP)
    save(application, scale_pflops_fp16="3100")
    application.refresh_from_db()

    answer = newest_answer(application)

    assert [answer.answered(item) for item in (REPORT, SCALE, STAMP)] == [False, True, False]


def test_a_file_taken_out_is_touched_and_not_answered():
    application, _ = asked(REPORT)
    filing.take_back(application.evidence.get(slot="pue_report"), by=agent_of(application.applicant), at=NOON)
    application.refresh_from_db()

    answer = newest_answer(application)

    assert (answer.touched(REPORT), answer.answered(REPORT)) == (True, False)


def test_nobody_asked():
    assert newest_answer(make_application(Status.SUBMITTED)) is None


# ---- not taken in


def test_declined_for_lasting_gaps_only_after_a_correction():
    application = make_application(Status.SUBMITTED)
    ground = intake.Ground.INCOMPLETE

    with pytest.raises(ActionRefused, match="请先一次性告知补正"):
        intake.decline(application, ground=ground, reason="缺附页", by=make_officer(Duty.INTAKE), at=NOON)


@pytest.mark.parametrize("ground", [*intake.Ground])
def test_ground_stands_in_history_and_letter(ground):
    application, officer = asked(REPORT)
    attach(application, "pue_report")
    application = hand_in(application)

    application = intake.decline(application, ground=ground, reason="报告缺附页", by=officer, at=NOON)

    event = application.events.order_by("sequence").last()
    letter = application.documents.get(kind=Document.Kind.DECLINE)
    words = "" if ground == "other" else ground.label
    assert event.detail == {"ground": ground.value, "reason": "报告缺附页"}
    assert event.note == (f"{words}：报告缺附页" if words else "报告缺附页")
    assert (letter.content["ground"], letter.content["reasons"]) == (words, ["报告缺附页"])
