"""容缺承诺: promised with the claim, taken in on it, kept by its paper, broken by its day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from applications.actions import ActionRefused, filing, intake, review
from applications.actions.promise import breach, promise
from applications.deadlines import break_promises
from applications.demo.stories import check_all
from applications.models import Document, Duty, Event, Promise, Status
from applications.promises import latest_day
from applications.restricted import why_not_trusted
from tests.factories import (
    NOON,
    agent_of,
    attach,
    legal_of,
    make_applicant,
    make_application,
    make_draft,
    make_officer,
    make_policy,
)

pytestmark = pytest.mark.django_db

SLOT, LABEL = "operation_log", "连续稳定运行记录"
LAST = date(2026, 9, 21)  # fifteen working days after 1 September 2026; Sunday the 20th is worked
AFTER = NOON.replace(day=22)


def promise_to(application, slot=SLOT, due_on=LAST, at=NOON):
    return promise(application, slot=slot, due_on=due_on, by=agent_of(application.applicant), at=at)


def taken_in(**more):
    """Return a case in examination on the promise of its running log."""
    return make_application(Status.VERIFYING, promised=[SLOT], **more)


def draft():
    """Return a draft without its running log."""
    application = make_draft()
    filing.take_back(application.evidence.get(slot=SLOT), by=agent_of(application.applicant), at=NOON)
    application.refresh_from_db()
    return application


# ---- promised with the claim


def test_the_last_day_is_fifteen_working_days_ahead():
    assert latest_day(make_policy().authority_id, NOON) == LAST


def test_a_year_without_a_table_makes_the_limit_shorter_and_never_longer():
    eve = NOON.replace(month=12, day=31)

    assert latest_day(make_policy().authority_id, eve) == date(2027, 1, 15)


def test_a_promised_paper_is_not_missing_and_voids_the_confirmation():
    application = draft()
    with pytest.raises(ActionRefused, match=f"请先补齐：{LABEL}"):
        filing.confirm(application, by=legal_of(application.applicant), at=NOON)

    promise_to(application)
    application = filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    assert application.confirmed_at == NOON
    promise_to(application, due_on=LAST - timedelta(days=1))

    application.refresh_from_db()
    assert application.confirmed_at is None
    assert application.promises.get().due_on == LAST - timedelta(days=1)
    assert [event.action for event in application.events.order_by("sequence")][-3:] == ["promise", "confirm", "promise"]


@pytest.mark.parametrize(
    ("slot", "sentence"),
    [
        ("pue_report", "第三方 PUE 检测报告不属于可以容缺的次要材料，须在提交前上传。"),
        ("business_licence", "营业执照（法人登记证书）不属于可以容缺的次要材料，须在提交前上传。"),
        ("invoice", "发票不属于可以容缺的次要材料，须在提交前上传。"),
        ("utilisation_log", "算力利用率统计记录已经上传，无须承诺。"),
        ("nothing", "本条款没有这一类佐证材料。"),
        ("payment_voucher", "本条款没有这一类佐证材料。"),
    ],
)
def test_other_papers_are_not_promised(slot, sentence):
    application = draft()

    with pytest.raises(ActionRefused) as refused:
        promise_to(application, slot=slot)

    assert str(refused.value) == sentence
    assert not Promise.objects.exists()


@pytest.mark.parametrize("due_on", [NOON.date(), LAST + timedelta(days=1)])
def test_a_day_that_has_come_or_is_too_far_is_refused(due_on):
    application = draft()

    with pytest.raises(ActionRefused, match="承诺补交日期"):
        promise_to(application, due_on=due_on)


def test_strangers_and_other_members_promise_nothing():
    application = draft()

    with pytest.raises(ActionRefused, match="只有申报单位的成员"):
        promise(application, slot=SLOT, due_on=LAST, by=agent_of(make_applicant()), at=NOON)


def test_the_paper_withdraws_the_promise():
    application = draft()
    promise_to(application)

    attach(application, SLOT)

    assert not application.promises.exists()
    assert application.events.order_by("sequence").last().action == "attach"


def test_a_promise_whose_day_passed_in_the_draft_leaves_the_paper_missing():
    application = make_draft(promised=[SLOT])
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)

    with pytest.raises(ActionRefused, match=f"请先补齐：{LABEL}"):
        filing.submit(application, by=agent_of(application.applicant), at=AFTER)


# ---- taken in


def test_plain_acceptance_waits_for_the_promise():
    application = make_application(Status.SUBMITTED, promised=[SLOT])

    with pytest.raises(ActionRefused, match=f"本件有承诺补交的材料：{LABEL}（2026年9月21日前）"):
        intake.accept(application, by=make_officer(Duty.INTAKE), at=NOON)


def test_leeway_without_a_promise_is_refused():
    application = make_application(Status.SUBMITTED)

    with pytest.raises(ActionRefused, match="本件没有承诺补交的材料，请直接受理。"):
        intake.accept_with_promises(application, by=make_officer(Duty.INTAKE), at=NOON)


def test_acceptance_with_promises_issues_its_own_letter():
    application = taken_in()

    row = application.promises.get()
    letter = Document.objects.get(application=application, kind=Document.Kind.LEEWAY)
    assert (row.accepted_by, row.accepted_at) == (application.accepted_by, NOON)
    assert letter.number == "师新数容受〔2026〕1号"
    assert letter.content["promises"] == [
        [LABEL, "自正式交付之日起的运行日志和中断记录，由运维单位盖章。", "2026年9月21日"]
    ]
    assert not application.documents.filter(kind=Document.Kind.ACCEPTANCE).exists()


def test_receipt_names_what_was_promised():
    application = make_application(Status.SUBMITTED, promised=[SLOT])

    assert application.documents.get().content["promised"] == [[LABEL, "2026年9月21日"]]


def test_a_promise_past_its_day_is_not_taken_in():
    application = make_application(Status.SUBMITTED, promised=[SLOT])

    with pytest.raises(ActionRefused, match="承诺补交日期已过"):
        intake.accept_with_promises(application, by=make_officer(Duty.INTAKE), at=AFTER)


def test_what_a_correction_asks_for_is_no_longer_promised():
    application = make_application(Status.SUBMITTED, promised=[SLOT])
    items = [{"kind": "slot", "key": SLOT, "label": LABEL, "text": "不同意容缺，请上传"}]
    intake.correct(application, items=items, by=make_officer(Duty.INTAKE), at=NOON)

    assert not application.promises.exists()
    with pytest.raises(ActionRefused, match="已列入补正事项，请直接上传"):
        promise_to(application)


# ---- kept


def test_kept_in_time():
    application = taken_in()

    evidence = attach(application, SLOT, at=NOON.replace(day=21))

    row = application.promises.get()
    assert (row.kept_by, row.kept_at) == (evidence, NOON.replace(day=21))
    event = application.events.order_by("sequence").last()
    assert (event.action, event.note, event.detail["slot"]) == ("keep_promise", LABEL, SLOT)
    application.refresh_from_db()
    assert application.status == Status.VERIFYING
    assert application.confirmed_at == NOON


@pytest.mark.parametrize("slot", ["utilisation_log", "pue_report", "invoice"])
def test_nothing_else_is_taken_while_the_case_is_examined(slot):
    application = taken_in()

    with pytest.raises(ActionRefused, match="内容已锁定，不能修改"):
        attach(application, slot)
    assert application.evidence.in_use().filter(uploaded_at=NOON).count() == application.evidence.count()


def test_a_second_paper_for_a_kept_promise_is_refused():
    application = taken_in()
    attach(application, SLOT)

    with pytest.raises(ActionRefused, match="内容已锁定，不能修改"):
        attach(application, SLOT)
    with pytest.raises(ActionRefused, match="内容已锁定，不能修改"):
        filing.take_back(application.evidence.get(slot=SLOT), by=agent_of(application.applicant), at=NOON)


def test_too_late_is_refused():
    application = taken_in()

    with pytest.raises(ActionRefused, match=f"{LABEL}的承诺补交日期（2026年9月21日）已过，不能补交。"):
        attach(application, SLOT, at=AFTER)


def test_an_accepted_promise_is_not_put_off():
    application = taken_in()
    verifier = make_officer(Duty.VERIFY)
    items = [{"kind": "fact", "key": "pue", "label": "PUE", "text": "请更正"}]
    intake.correct(application, items=items, by=verifier, at=NOON)

    with pytest.raises(ActionRefused, match="本件已经受理，不能再承诺补交材料，承诺的日期也不能变更"):
        promise_to(application, due_on=LAST - timedelta(days=1))
    with pytest.raises(ActionRefused, match="本件已经受理"):
        promise_to(application, slot="utilisation_log")


def test_kept_during_a_correction():
    application = taken_in()
    items = [{"kind": "fact", "key": "pue", "label": "PUE", "text": "请更正"}]
    intake.correct(application, items=items, by=make_officer(Duty.VERIFY), at=NOON)

    attach(application, SLOT)

    assert application.promises.get().kept_at == NOON


def test_no_sum_is_proposed_before_the_paper_is_here():
    application = taken_in()
    verifier = make_officer(Duty.VERIFY)
    check_all(application, by=verifier, at=NOON)

    with pytest.raises(ActionRefused) as refused:
        review.propose(application, by=verifier, at=NOON)
    assert str(refused.value) == f"承诺补交的材料尚未收到：{LABEL}（2026年9月21日前）。"

    attach(application, SLOT)
    application = review.propose(application, by=verifier, at=NOON)
    assert application.status == Status.PROPOSED


# ---- broken


def test_the_day_itself_still_counts():
    application = taken_in()

    break_promises(NOON.replace(day=21))

    application.refresh_from_db()
    assert application.status == Status.VERIFYING


def test_a_broken_promise_ends_the_case_and_tells_its_members():
    application = taken_in()

    break_promises(AFTER)
    break_promises(AFTER)

    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert application.promises.get().broken_at == AFTER
    event = Event.objects.get(application=application, action="breach")
    assert (event.by, event.before, event.after) == (None, Status.VERIFYING, Status.WITHDRAWN)
    assert event.note == f"逾期未补交，终止办理：{LABEL}（2026年9月21日前）"
    assert {row.person for row in event.deliveries.all()} == {
        agent_of(application.applicant),
        legal_of(application.applicant),
    }


def test_a_correction_moves_no_promised_day():
    application = taken_in()
    items = [{"kind": "fact", "key": "pue", "label": "PUE", "text": "请更正"}]
    intake.correct(application, items=items, by=make_officer(Duty.VERIFY), at=NOON)

    break_promises(AFTER)

    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN


def test_kept_promises_and_withdrawn_cases_are_not_broken():
    kept, withdrawn = taken_in(), taken_in()
    attach(kept, SLOT)
    filing.withdraw(withdrawn, reason="测试", by=agent_of(withdrawn.applicant), at=NOON)

    break_promises(AFTER)

    assert not Promise.objects.exclude(broken_at=None).exists()
    with pytest.raises(ActionRefused, match="没有逾期未补交的材料"):
        breach(kept, at=AFTER)


def test_whoever_broke_a_promise_waits_a_year():
    applicant = make_applicant()
    broken = taken_in(applicant=applicant, subject="一号中心")
    waiting = make_application(Status.SUBMITTED, applicant=applicant, subject="二号中心", promised=[SLOT])
    break_promises(AFTER)
    officer = make_officer(Duty.INTAKE)
    Promise.objects.filter(application=waiting).update(due_on=AFTER.date() + timedelta(days=400))

    with pytest.raises(ActionRefused) as refused:
        intake.accept_with_promises(waiting, by=officer, at=AFTER)
    assert str(refused.value) == (
        f"不适用容缺受理：该单位在{broken.number}中承诺补交的“{LABEL}”逾期未补交（2026年9月22日认定），"
        "一年内不再容缺受理。"
    )
    third = draft_of(applicant)
    with pytest.raises(ActionRefused, match="一年内不再容缺受理"):
        promise_to(third, at=AFTER, due_on=AFTER.date() + timedelta(days=2))

    year_later = AFTER.replace(year=2027)
    assert why_not_trusted(applicant.pk, broken.authority_id, year_later - timedelta(seconds=1)) != ""
    assert why_not_trusted(applicant.pk, broken.authority_id, year_later) == ""
    assert why_not_trusted(make_applicant().pk, broken.authority_id, AFTER) == ""


def draft_of(applicant):
    """Return one more draft of an applicant without its running log."""
    application = make_draft(applicant=applicant, subject="三号中心")
    filing.take_back(application.evidence.get(slot=SLOT), by=agent_of(applicant), at=NOON)
    application.refresh_from_db()
    return application


# ---- what the database keeps


@pytest.mark.parametrize(
    "change",
    [
        "kept_at = '2026-09-02 12:00:00'",  # without its paper
        "accepted_at = '2026-09-02 12:00:00'",  # without who
        "broken_at = '2026-09-02 12:00:00'",  # before anybody took the case in on it
    ],
)
def test_halves_and_false_starts_are_refused_by_the_database(change):
    row = make_application(Status.SUBMITTED, promised=[SLOT]).promises.get()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_promise SET {change} WHERE id = %s", [row.pk])


def test_kept_and_broken_at_once_is_refused_by_the_database():
    application = taken_in()
    attach(application, SLOT)

    with pytest.raises(IntegrityError), transaction.atomic():
        application.promises.update(broken_at=NOON)


def test_a_second_promise_of_one_paper_is_refused_by_the_database():
    row = make_application(Status.SUBMITTED, promised=[SLOT]).promises.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.create(
            application=row.application,
            slot=SLOT,
            label=LABEL,
            due_on=LAST,
            promised_by=row.promised_by,
            promised_at=NOON,
        )
