"""问题线索 and 举报: one list for every doubt, judged once, and tellers whom nobody but the taker can read."""

import json

import pytest
from django.apps import apps
from django.core import serializers
from django.db import DatabaseError, IntegrityError, connection, transaction

from applications.actions import ActionRefused, findings, publicity
from applications.dossier.parts import PARTS
from applications.invariants import count_all
from applications.models import CaseDuty, Delivery, Duty, Event, Finding, Status, Tip
from tests import reviews
from tests.factories import NOON, make_application, make_objection, make_officer, make_policy
from tests.reviews import LATER

pytestmark = pytest.mark.django_db
SECRETS = ("举报者甲", "13900001111", "举报材料.pdf")


@pytest.fixture
def case():
    make_policy()
    return make_application(Status.PAID)


@pytest.fixture
def officer(case):
    return make_officer(Duty.INSPECT)


def taken(row, officer):
    return findings.take(row, by=officer, at=LATER)


def test_numbers_run_per_authority_and_year(case):
    rows = [reviews.finding(), reviews.finding(case)]

    sign = case.authority.letter_sign
    assert [row.number for row in rows] == [f"{sign}线〔2026〕1号", f"{sign}线〔2026〕2号"]
    assert rows[1].body == case.applicant.name
    assert (rows[0].applicant, rows[1].applicant) == (None, case.applicant)


def test_a_doubt_about_a_case_stands_in_its_history_and_others_in_the_authoritys(case):
    reviews.finding(case)
    reviews.finding()

    assert [e.application_id for e in Event.objects.filter(action="register_finding").order_by("pk")] == [case.pk, None]


@pytest.mark.parametrize(
    ("source", "duty", "allowed"),
    [
        ("officer", Duty.VERIFY, True),
        ("officer", Duty.PAY, True),
        ("officer", Duty.POLICY, False),
        ("officer", Duty.SYSTEM, False),
        ("outside", Duty.INSPECT, True),
        ("outside", Duty.VERIFY, False),
    ],
)
def test_who_registers_what(case, source, duty, allowed):
    def register():
        return findings.register(
            case.authority, source=source, body="某单位", text="疑点", by=make_officer(duty), at=LATER
        )

    if allowed:
        assert register().state == "new"
    else:
        with pytest.raises(ActionRefused, match="不能登记"):
            register()


def test_the_same_open_signal_is_one_doubt(case, officer):
    said = {"source": "signal", "body": "", "text": "账户与他人相同", "application": case}
    first = findings.register(case.authority, **said, at=LATER)

    assert findings.register(case.authority, **said, at=LATER) == first
    findings.dismiss(taken(first, officer), "已核实，为同一集团财务公司。", by=officer, at=LATER)
    assert findings.register(case.authority, **said, at=LATER) != first


def test_a_doubt_is_taken_once_and_the_inspector_holds_the_duty(case, officer):
    row = taken(reviews.finding(case), officer)

    assert (row.state, row.taken_by) == ("taken", officer)
    assert CaseDuty.objects.get(application=case, user=officer).duty == Duty.INSPECT
    with pytest.raises(ActionRefused, match="核查中，不能受领"):
        taken(row, make_officer(Duty.INSPECT))


@pytest.mark.parametrize("duty", [Duty.INTAKE, Duty.VERIFY, Duty.APPROVE, Duty.PAY, Duty.COUNTERSIGN])
def test_whoever_dealt_with_the_case_does_not_take_the_doubt(case, duty):
    held = case.duties.get(duty=duty)
    held.user.postings.update(duty=Duty.INSPECT)

    with pytest.raises(ActionRefused, match="您已在本件担任"):
        taken(reviews.finding(case), held.user)


def test_an_inspector_elsewhere_and_a_member_stay_away(case, officer):
    make_policy("shihezi")
    with pytest.raises(ActionRefused, match="只有本单位的稽核岗位"):
        taken(reviews.finding(), make_officer(Duty.INSPECT, "shihezi"))
    case.applicant.memberships.create(user=officer, role="agent", joined_at=NOON)
    with pytest.raises(ActionRefused, match="应当回避"):
        taken(reviews.finding(case), officer)


def test_a_ruling_has_reasons_and_is_given_once_by_the_taker(case, officer):
    row = reviews.finding(case)
    with pytest.raises(ActionRefused, match="待研判"):
        findings.dismiss(row, "无据", by=officer, at=LATER)
    taken(row, officer)
    with pytest.raises(ActionRefused, match="请由受领"):
        findings.dismiss(row, "无据", by=make_officer(Duty.INSPECT), at=LATER)
    with pytest.raises(ActionRefused, match="研判意见"):
        findings.dismiss(row, " ", by=officer, at=LATER)

    row = findings.dismiss(row, "现场核查设备在用。", by=officer, at=LATER)

    assert (row.state, row.ruled_by, row.ruling) == ("dismissed", officer, "现场核查设备在用。")
    with pytest.raises(ActionRefused, match="不予立案，不能"):
        findings.file(row, ruling="再立", by=officer, at=LATER)


def test_a_filed_doubt_stays_filed(case, officer):
    row = findings.file(taken(reviews.finding(case), officer), ruling="证据充分。", by=officer, at=LATER)

    assert (row.state, case.events.filter(action="file_finding").count()) == ("filed", 1)
    with pytest.raises(ActionRefused, match="已立案"):
        findings.dismiss(row, "x", by=officer, at=LATER)


def test_the_case_of_a_doubt_is_named_once(case, officer):
    row = taken(reviews.finding(), officer)
    with pytest.raises(ActionRefused, match="没有找到"):
        findings.name_case(row, "SL-0", by=officer, at=LATER)

    row = findings.name_case(row, case.number, by=officer, at=LATER)

    assert (row.application, row.applicant) == (case, case.applicant)
    assert CaseDuty.objects.filter(application=case, user=officer, duty=Duty.INSPECT).exists()
    with pytest.raises(ActionRefused, match="已关联"):
        findings.name_case(row, case.number, by=officer, at=LATER)


def test_a_case_of_another_authority_or_body_is_not_named(case, officer):
    make_policy("shihezi")
    row = taken(reviews.finding(), officer)
    other = make_application(Status.PAID, subject="二号中心")
    tip = taken(reviews.tip(other, number="").finding, officer)
    with pytest.raises(ActionRefused, match="不属于线索所涉单位"):
        findings.name_case(tip, case.number, by=officer, at=LATER)
    assert row.application is None


@pytest.mark.parametrize(("ruling", "count"), [("upheld", 1), ("partly", 1), ("rejected", 0)])
def test_an_objection_that_was_upheld_joins_the_list(ruling, count):
    make_policy(notice_days=5)
    case = make_application(Status.NOTICED)
    row, officer = make_objection(case.notices.get()), make_officer(Duty.INSPECT)
    publicity.take_objection(row, by=officer, at=NOON)

    row = publicity.rule_on(row, ruling=ruling, findings="实测值有误。", by=officer, at=NOON)

    found = list(Finding.objects.all())
    assert len(found) == count
    if found:
        assert (found[0].objection, found[0].source, found[0].application) == (row, "objection", case)
        assert "测试异议有限公司" not in found[0].text


# --- 举报


def test_a_tip_is_taken_in_without_a_name(case):
    row = reviews.tip(case, name="", contact="", paper=None)

    found = row.finding
    assert (found.source, found.application, found.made_by) == ("tip", case, None)
    assert (row.name, row.contact, row.file.name, len(row.code)) == ("", "", "", 14)


def test_inspectors_are_told_that_there_is_a_tip_and_nothing_of_it(case, officer):
    reviews.tip(case)

    told = Delivery.objects.get(person=officer, channel="site")
    assert told.subject == "收到举报"
    assert case.number not in told.text
    assert case.applicant.name not in told.text


def test_a_number_that_is_unknown_stays_with_the_text(case):
    row = reviews.tip(case, number="SL-9999", body="没有这家单位")

    assert (row.finding.application, row.finding.applicant) == (None, None)
    assert row.finding.text.endswith("（举报人所称申报编号：SL-9999）")


def test_a_name_that_is_known_names_the_body(case):
    assert reviews.tip(case, number="").finding.applicant == case.applicant


def test_a_tip_never_stands_in_the_history_of_the_case(case, officer):
    row = reviews.tip(case)
    before = case.events.count()
    taken(row.finding, officer)
    findings.dismiss(row.finding, "不实", by=officer, at=LATER)

    assert case.events.count() == before
    assert Event.objects.filter(application=None, action__endswith="_finding").count() == 3


def test_only_the_taker_sees_who_told_and_every_look_is_written_down(case, officer):
    row = reviews.tip(case)
    for person in (officer, make_officer(Duty.AUDIT)):
        with pytest.raises(ActionRefused, match="举报人信息受保护"):
            findings.see_teller(row.finding, what="teller", by=person, at=LATER)
    taken(row.finding, officer)
    with pytest.raises(ActionRefused, match="举报人信息受保护"):
        findings.see_teller(row.finding, what="teller", by=make_officer(Duty.INSPECT), at=LATER)
    assert not Event.objects.filter(action="see_teller").exists()

    seen = findings.see_teller(row.finding, what="teller", by=officer, at=LATER)

    assert seen.name == "举报者甲"
    event = Event.objects.get(action="see_teller")
    assert (event.by, event.detail) == (officer, {"finding": row.finding_id, "what": "teller"})


def test_the_taker_who_left_the_duty_sees_nothing_more(case, officer):
    row = reviews.tip(case)
    taken(row.finding, officer)
    officer.postings.update(duty=Duty.VERIFY)

    with pytest.raises(ActionRefused, match="举报人信息受保护"):
        findings.see_teller(row.finding, what="teller", by=officer, at=LATER)


def test_the_teller_is_answered_once_after_the_ruling(case, officer):
    row = reviews.tip(case)
    taken(row.finding, officer)
    with pytest.raises(ActionRefused, match="作出结论后"):
        findings.answer_tip(row.finding, "已核实", by=officer, at=LATER)
    findings.dismiss(row.finding, "不实", by=officer, at=LATER)
    with pytest.raises(ActionRefused, match="请由受领"):
        findings.answer_tip(row.finding, "已核实", by=make_officer(Duty.INSPECT), at=LATER)

    assert (
        findings.answer_tip(row.finding, "经核实，未发现问题。", by=officer, at=LATER).answer == "经核实，未发现问题。"
    )
    with pytest.raises(ActionRefused, match="已经答复"):
        findings.answer_tip(row.finding, "再", by=officer, at=LATER)
    with pytest.raises(ActionRefused, match="不是举报"):
        findings.answer_tip(reviews.finding(), "x", by=officer, at=LATER)


def test_nothing_but_the_tip_itself_holds_who_told(case, officer, tmp_path):
    """Every row of every table, and every part of the dossier, after the whole life of a tip."""
    row = reviews.tip(case)
    taken(row.finding, officer)
    findings.see_teller(row.finding, what="teller", by=officer, at=LATER)
    findings.see_teller(row.finding, what="file", by=officer, at=LATER)
    findings.file(row.finding, ruling="属实", by=officer, at=LATER)
    findings.answer_tip(row.finding, "已立案。", by=officer, at=LATER)

    everything = ""
    for model in apps.get_app_config("applications").get_models():
        if model is not Tip:
            everything += serializers.serialize("json", model.objects.all(), ensure_ascii=False)
    told = "".join(
        json.dumps(line.data, ensure_ascii=False, default=str) + str(line.shown)
        for part in PARTS
        for line in part(case).rows
    )
    for secret in (*SECRETS, row.code):
        assert secret not in everything
        assert secret not in told
    assert "机房早已搬空" not in told
    assert row.finding.number in told
    assert set(count_all().values()) == {0}


# --- what the database keeps


def broken(statement, *values):
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_what_was_told_stands(case, officer):
    row = reviews.tip(case)
    for column, value in (("name", "乙"), ("contact", ""), ("code", "X"), ("sha256", "0")):
        broken(f"UPDATE applications_tip SET {column} = %s WHERE id = %s", value, row.pk)
    for column, value in (("text", "别的"), ("body", "乙公司"), ("source", "officer")):
        broken(f"UPDATE applications_finding SET {column} = %s WHERE id = %s", value, row.finding_id)
    broken("DELETE FROM applications_tip WHERE id = %s", row.pk)
    broken("DELETE FROM applications_finding WHERE id = %s", row.finding_id)


@pytest.mark.parametrize(
    "values", [{"state": "dismissed"}, {"state": "taken"}, {"text": ""}, {"ruling": "没有结论的意见"}]
)
def test_half_of_a_ruling_cannot_be_stored(case, values):
    row = reviews.finding()

    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Finding.objects.filter(pk=row.pk).update(**values)
