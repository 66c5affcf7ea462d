"""公示 and 异议: batches, what the public reads, who may object, what an objection holds, who reads who objected."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from applications import papers
from applications.actions import ActionRefused, bands, decision, publicity
from applications.models import (
    Application,
    Authority,
    Document,
    Duty,
    NoticeBatch,
    Objection,
    PublicNotice,
    Status,
)
from tests.factories import NOON, agent_of, make_application, make_objection, make_officer, make_policy

pytestmark = pytest.mark.django_db

DAYS = 5


@pytest.fixture(autouse=True)
def _five_days():
    make_policy(notice_days=DAYS)


def noticed():
    Authority.objects.filter(code="xinxing").update(notice_days=DAYS)
    return make_application(Status.NOTICED)


def read(application):
    return Application.objects.get(pk=application.pk)


AFTER = NOON + timedelta(days=30)


def test_cases_are_published_together_under_one_number():
    cases = [make_application(Status.PROPOSED) for _ in range(3)]

    batch = publicity.publish(cases, title="第一批公示", by=make_officer(Duty.APPROVE), at=NOON)

    assert (batch.number, batch.title, batch.days) == ("师新数公示〔2026〕1号", "第一批公示", DAYS)
    assert [read(case).status for case in cases] == [Status.NOTICED] * 3
    assert {notice.batch for notice in PublicNotice.objects.all()} == {batch}


def test_a_case_by_itself_gets_a_batch_of_its_own_and_numbers_have_no_gap():
    noticed()
    noticed()

    assert list(NoticeBatch.objects.order_by("pk").values_list("sequence", flat=True)) == [1, 2]
    assert NoticeBatch.objects.first().title.startswith("关于《第十三师新星市")


def test_a_batch_is_all_or_none_and_names_the_case():
    ready, wrong = make_application(Status.PROPOSED), make_application(Status.VERIFYING)

    with pytest.raises(ActionRefused, match=f"{wrong.number}：本件目前为“核验中”"):
        publicity.publish([ready, wrong], title="", by=make_officer(Duty.APPROVE), at=NOON)

    assert read(ready).status == Status.PROPOSED
    assert not NoticeBatch.objects.exists()


def test_cases_that_need_another_approval_wait_outside_the_batch():
    policy = make_policy(notice_days=DAYS)
    table = bands.enter_bands(
        policy.authority, [bands.BandRow(0, 2, False)], source="测试", by=make_officer(Duty.POLICY), at=NOON
    )
    bands.confirm_bands(table, by=make_officer(Duty.POLICY), at=NOON)
    case = make_application(Status.PROPOSED)

    assert publicity.publish([case], title="", by=make_officer(Duty.APPROVE), at=NOON) is None
    assert read(case).status == Status.PROPOSED
    assert publicity.publish([case], title="", by=make_officer(Duty.APPROVE), at=NOON).notices.count() == 1


def test_what_is_shown_is_fixed_when_it_opens_and_names_no_account_and_no_phone():
    case = noticed()
    shown = case.notices.get().shown

    assert shown["applicant_name"] == case.applicant.name
    assert shown["amount_fen"] == 300_0000_00
    assert ["PUE", "1.20", "1.20"] in shown["facts"]
    said = str(shown)
    assert case.applicant.contact_phone not in said
    assert case.applicant.bank_accounts.get().number not in said
    assert case.applicant.contact_name not in said


def test_an_open_objection_holds_the_grant_of_that_case_alone():
    held, free = noticed(), noticed()
    make_objection(held.notices.get())
    approver = held.endorsed_by.user

    with pytest.raises(ActionRefused, match="本件有尚未核实完毕的异议"):
        decision.grant(held, by=approver, at=AFTER)
    decision.grant(free, by=free.endorsed_by.user, at=AFTER)

    assert (read(held).status, read(free).status) == (Status.NOTICED, Status.GRANTED)


def ruled(case, ruling):
    objection = make_objection(case.notices.filter(ended_at=None).get())
    inspector = make_officer(Duty.INSPECT)
    publicity.take_objection(objection, by=inspector, at=NOON)
    return publicity.rule_on(objection, ruling=ruling, findings="已到现场复测。", by=inspector, at=NOON)


def test_a_rejected_objection_lets_the_case_go_on():
    case = noticed()
    ruled(case, "rejected")

    decision.grant(case, by=case.endorsed_by.user, at=AFTER)

    assert read(case).status == Status.GRANTED


@pytest.mark.parametrize("ruling", ["upheld", "partly"])
def test_an_upheld_objection_sends_the_case_back_to_be_verified(ruling):
    case = noticed()
    ruled(case, ruling)

    with pytest.raises(ActionRefused, match="本件的异议成立"):
        decision.grant(case, by=case.endorsed_by.user, at=AFTER)
    decision.reopen(case, reason="异议成立", by=case.endorsed_by.user, at=AFTER)

    assert read(case).status == Status.VERIFYING
    assert case.notices.get().ended_at == AFTER


@pytest.mark.parametrize("field", ["name", "identity", "phone", "text"])
def test_an_anonymous_objection_is_refused_by_the_database_too(field):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_objection(noticed().notices.get(), **{field: ""})


def test_nobody_objects_after_the_last_day_and_until_its_end():
    notice = noticed().notices.get()
    last = NOON.replace(year=notice.closes_on.year, month=notice.closes_on.month, day=notice.closes_on.day)

    assert make_objection(notice, at=last.replace(hour=23, minute=59)).pk
    with pytest.raises(ActionRefused, match="公示期已于"):
        make_objection(notice, at=last + timedelta(days=1))


def test_nobody_objects_to_what_has_been_granted():
    case = noticed()
    notice = case.notices.get()
    decision.grant(case, by=case.endorsed_by.user, at=AFTER)

    with pytest.raises(ActionRefused, match="公示已经结束"):
        make_objection(notice)


def test_only_who_took_an_objection_on_rules_on_it_once():
    objection = make_objection(noticed().notices.get())
    one, other = make_officer(Duty.INSPECT), make_officer(Duty.INSPECT)

    with pytest.raises(ActionRefused, match="请由承办该异议的人员作出结论"):
        publicity.rule_on(objection, ruling="rejected", findings="无误", by=one, at=NOON)
    publicity.take_objection(objection, by=one, at=NOON)
    with pytest.raises(ActionRefused, match="已有人承办"):
        publicity.take_objection(objection, by=other, at=NOON)
    with pytest.raises(ActionRefused, match="请由承办该异议的人员作出结论"):
        publicity.rule_on(objection, ruling="rejected", findings="无误", by=other, at=NOON)
    publicity.rule_on(objection, ruling="rejected", findings="无误", by=one, at=NOON)
    with pytest.raises(ActionRefused, match="已经作出结论"):
        publicity.rule_on(objection, ruling="upheld", findings="有误", by=one, at=NOON)


def test_an_officer_who_dealt_with_the_case_takes_no_objection_to_it():
    case = noticed()
    objection = make_objection(case.notices.get())
    verifier = case.proposed_by.user
    verifier.postings.update(duty=Duty.INSPECT)

    with pytest.raises(ActionRefused, match="您已在本件担任核验"):
        publicity.take_objection(objection, by=verifier, at=NOON)


def test_the_answer_names_the_code_and_never_who_objected():
    case = noticed()
    objection = ruled(case, "rejected")
    letter = case.documents.get(kind=Document.Kind.OBJECTION)
    page = papers.render.page_source(papers.LETTERS[letter.kind].from_content(letter.content))

    assert objection.code in page
    assert objection.name not in page
    assert objection.identity not in page
    assert letter not in Document.objects.visible_to(agent_of(case.applicant))
    assert letter in Document.objects.visible_to(case.endorsed_by.user)


def test_history_says_that_somebody_objected_and_not_who():
    case = noticed()
    objection = make_objection(case.notices.get())

    event = case.events.order_by("-sequence").first()

    assert (event.action, event.by, event.note) == ("object", None, "收到实名异议")
    assert objection.name not in str(event.detail)


def test_a_ruling_without_findings_is_refused_by_the_database():
    objection = make_objection(noticed().notices.get())

    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(ruling="rejected", ruled_at=NOON)
