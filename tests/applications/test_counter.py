"""窗口代办: an officer at the counter fills and files for an applicant, and keeps out of the case as an officer."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

import rules
from applications import duty_guards
from applications.actions import ActionRefused, counter, filing, intake, people, review
from applications.invariants import i9_steps_or_duties_out_of_order
from applications.models import (
    Applicant,
    Application,
    Authority,
    BankAccount,
    CaseDuty,
    Clause,
    Delivery,
    DeskFile,
    Duty,
    Evidence,
    Membership,
    Status,
)
from applications.permissions import COUNTER, standing_of
from applications.uploads import inspect
from tests import samples
from tests.factories import (
    CENTRE,
    EVENT_ON,
    NOON,
    agent_of,
    attach,
    make_applicant,
    make_officer,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db

VALUES = {
    "uscc": "91659901MATE99999K",
    "name": "测试窗口有限公司",
    "kind": "enterprise",
    "legal_representative": "测试法人",
    "registered_address": "测试路9号",
    "contact_name": "测试经办",
    "contact_phone": "0902-0000000",
}


def authority():
    make_policy()
    return Authority.objects.get(code="xinxing")


def register(officer):
    return counter.register(authority(), VALUES, by=officer, at=NOON)


def start(applicant, officer, code="xinxing-3"):
    make_policy(code.split("-")[0])
    clause = Clause.objects.select_related("policy__authority").get(code=code)
    return counter.start(
        applicant,
        clause,
        principal="测试法人",
        bearer="测试到场人",
        bearer_phone="13800000000",
        by=officer,
        at=NOON,
    )


def put_mandate(application, officer, at=NOON):
    data = samples.pdf(f"mandate {application.number} {at}")
    upload = inspect(samples.upload("授权委托书.pdf", data))
    return counter.attach_mandate(
        application, file=ContentFile(data), upload=upload, name="授权委托书.pdf", by=officer, at=at
    )


def filled(officer, applicant=None):
    """Return a complete counter draft without its mandate file."""
    applicant = applicant or register(officer)
    application = start(applicant, officer)
    if not BankAccount.objects.filter(applicant=applicant).exists():
        counter.enter_account(
            application, bank="测试银行", number="6200000000000000", holder=applicant.name, by=officer, at=NOON
        )
    application = filing.save(
        application,
        facts=CENTRE,
        subject="测试智算中心",
        event_on=EVENT_ON,
        version=application.version,
        by=officer,
        at=NOON,
    )
    for slot in rules.evidence("xinxing-3"):
        if slot.required:
            attach(application, slot.kind, by=officer)
    application.refresh_from_db()
    return application


def filed(officer):
    application = filled(officer)
    put_mandate(application, officer)
    return filing.submit(application, by=officer, at=NOON)


def test_a_new_applicant_is_registered_without_a_member():
    officer = make_officer(Duty.INTAKE)

    applicant = register(officer)

    assert (applicant.created_by, applicant.memberships.count()) == (officer, 0)
    event = applicant.created_by and authority().events.get(action="register_applicant")
    assert event.detail == {"applicant": applicant.pk, "uscc": applicant.uscc}
    with pytest.raises(ActionRefused, match="请到代办窗口领取邀请码"):
        register(officer)
    with pytest.raises(ActionRefused, match="请到代办窗口领取邀请码"):
        people.register(VALUES, role=Membership.Role.LEGAL, by=make_user(), at=NOON)


@pytest.mark.parametrize("duty", sorted(set(Duty) - {Duty.INTAKE}))
def test_other_duties_file_for_nobody(duty):
    officer = make_officer(duty)

    with pytest.raises(ActionRefused, match="只有本单位的受理岗位"):
        register(officer)
    with pytest.raises(ActionRefused, match="只有本单位的受理岗位"):
        start(make_applicant(), officer)


def test_intake_of_another_authority_files_nothing_here():
    with pytest.raises(ActionRefused, match="只有本单位的受理岗位"):
        start(make_applicant(), make_officer(Duty.INTAKE, "shihezi"))


def test_an_officer_files_nothing_for_the_own_body():
    officer, applicant = make_officer(Duty.INTAKE), make_applicant()
    Membership.objects.create(applicant=applicant, user=officer, role=Membership.Role.AGENT, joined_at=NOON)

    with pytest.raises(ActionRefused, match="不能在窗口代办本单位的申报"):
        start(applicant, officer)


def test_filed_on_the_mandate_without_a_confirmation():
    officer = make_officer(Duty.INTAKE)

    application = filed(officer)

    assert (application.status, application.submitted_by, application.confirmed_at) == (
        Status.SUBMITTED,
        officer,
        None,
    )
    content = application.documents.get().content
    assert (content["bearer"], content["officer"]) == ("测试到场人", str(officer))


def test_without_the_mandate_file_nothing_is_filed():
    officer = make_officer(Duty.INTAKE)
    application = filled(officer)

    with pytest.raises(ActionRefused, match="请先上传授权委托书，再提交。"):
        filing.submit(application, by=officer, at=NOON)
    with pytest.raises(ActionRefused, match="以授权委托书代替法定代表人登录确认"):
        filing.confirm(application, by=officer, at=NOON)


def test_the_mandate_stands_for_the_officer_alone():
    officer, applicant = make_officer(Duty.INTAKE), make_applicant()
    application = filled(officer, applicant)
    put_mandate(application, officer)

    with pytest.raises(ActionRefused, match="请先由法定代表人登录确认"):
        filing.submit(application, by=agent_of(applicant), at=NOON)


def test_a_better_copy_of_the_mandate_keeps_the_first_on_record():
    officer = make_officer(Duty.INTAKE)
    application = start(register(officer), officer)
    put_mandate(application, officer)

    second = put_mandate(application, officer, at=NOON + timedelta(minutes=1))

    application.refresh_from_db()
    assert application.mandate.file == second
    assert DeskFile.objects.filter(application=application, kind="mandate").count() == 2


# ---- who sees and does what


def test_other_officers_see_no_draft_of_the_counter():
    officer = make_officer(Duty.INTAKE)
    application = filled(officer)

    for user in (make_officer(Duty.INTAKE), make_officer(Duty.VERIFY), make_officer(Duty.AUDIT), make_user()):
        assert not Application.objects.visible_to(user).filter(pk=application.pk).exists()
        assert not Application.objects.filed_by(user).filter(pk=application.pk).exists()
        assert not Evidence.objects.visible_to(user).exists()
    assert Application.objects.visible_to(officer).get() == application
    assert Application.objects.filed_by(officer).get() == application
    assert not Application.objects.at_the_desk_of(officer).exists()


def test_a_counter_officer_opens_no_other_claim_of_the_applicant():
    officer, applicant = make_officer(Duty.INTAKE), make_applicant()
    own = start(applicant, officer)
    clause = Clause.objects.select_related("policy__authority").get(code="xinxing-3")
    filing.start(applicant, clause, by=agent_of(applicant), at=NOON)

    assert list(Application.objects.filed_by(officer)) == [own]


@pytest.mark.parametrize("act", [intake.accept, intake.accept_with_promises])
def test_the_counter_officer_does_not_accept_the_own_case(act):
    officer = make_officer(Duty.INTAKE)
    application = filed(officer)

    with pytest.raises(ActionRefused, match="本件由您在窗口代办，应当回避。"):
        act(application, by=officer, at=NOON)
    with pytest.raises(ActionRefused, match="本件由您在窗口代办，应当回避。"):
        intake.decline(application, reason="理由", by=officer, at=NOON)
    assert intake.accept(application, by=make_officer(Duty.INTAKE), at=NOON).status == Status.VERIFYING


def test_the_counter_officer_verifies_nothing_under_another_duty():
    officer = make_officer(Duty.INTAKE)
    application = intake.accept(filed(officer), by=make_officer(Duty.INTAKE), at=NOON)
    officer.postings.update(duty=Duty.VERIFY)

    with pytest.raises(ActionRefused, match="本件由您在窗口代办，应当回避。"):
        review.propose(application, by=officer, at=NOON)


def test_with_the_posting_the_claim_goes():
    officer = make_officer(Duty.INTAKE)
    application = filled(officer)
    put_mandate(application, officer)
    officer.postings.update(until=timezone.localdate() - timedelta(days=1))

    assert not Application.objects.filed_by(officer).exists()
    assert standing_of(officer, application).role == COUNTER
    with pytest.raises(ActionRefused, match="您已不在受理岗位"):
        filing.submit(application, by=officer, at=NOON)


def test_a_duty_of_the_counter_officer_would_be_counted_as_broken():
    officer = make_officer(Duty.INTAKE)
    application = filed(officer)
    assert i9_steps_or_duties_out_of_order() == 0

    duty_guards.remove(connection)  # else the database refuses it, see test_duty_guards.py
    CaseDuty.objects.create(application=application, user=officer, duty=Duty.INTAKE, since=NOON)

    assert i9_steps_or_duties_out_of_order() == 1


def test_the_counter_officer_is_told_since_nobody_else_is():
    officer = make_officer(Duty.INTAKE)

    application = filed(officer)

    told = Delivery.objects.filter(event__application=application)
    assert {row.person for row in told} == {officer}


def test_a_correction_is_answered_at_the_counter():
    officer, other = make_officer(Duty.INTAKE), make_officer(Duty.INTAKE)
    application = filed(officer)
    items = [{"kind": "slot", "key": "pue_report", "label": "报告", "text": "缺附页"}]
    intake.correct(application, items=items, by=other, at=NOON)

    attach(application, "pue_report", by=officer)

    assert filing.submit(application, by=officer, at=NOON).status == Status.SUBMITTED


# ---- account and invitation


def test_only_the_first_account_is_entered_at_the_counter():
    officer, applicant = make_officer(Duty.INTAKE), make_applicant()
    application = start(applicant, officer)

    with pytest.raises(ActionRefused, match="已登记收款账户"):
        counter.enter_account(application, bank="别行", number="1" * 12, holder=applicant.name, by=officer, at=NOON)


def test_the_account_bears_the_name_of_the_applicant():
    officer = make_officer(Duty.INTAKE)
    application = start(register(officer), officer)

    with pytest.raises(ActionRefused, match="户名须与单位名称完全一致"):
        counter.enter_account(application, bank="测试银行", number="1" * 12, holder="别的单位", by=officer, at=NOON)


def test_nobody_else_adds_mandate_account_or_invitation():
    officer, other = make_officer(Duty.INTAKE), make_officer(Duty.INTAKE)
    application = start(register(officer), officer)
    name = application.applicant.name

    for user in (other, make_officer(Duty.APPROVE), make_user()):
        with pytest.raises(ActionRefused, match="只有代办本件的受理人员"):
            put_mandate(application, user)
        with pytest.raises(ActionRefused, match="只有代办本件的受理人员"):
            counter.enter_account(application, bank="银行", number="1" * 12, holder=name, by=user, at=NOON)
        with pytest.raises(ActionRefused, match="只有代办本件的受理人员"):
            counter.invite(application, role="legal", by=user, at=NOON)


def test_the_mandate_is_fixed_once_filed():
    officer = make_officer(Duty.INTAKE)
    application = filed(officer)

    with pytest.raises(ActionRefused, match="内容已锁定"):
        put_mandate(application, officer, at=NOON + timedelta(minutes=1))


def test_the_own_people_of_the_applicant_join_by_a_code_of_the_counter():
    officer = make_officer(Duty.INTAKE)
    application = filed(officer)
    invitation = counter.invite(application, role=Membership.Role.LEGAL, by=officer, at=NOON)
    legal = make_user()

    people.join(invitation.code, by=legal, at=NOON)

    assert Applicant.objects.visible_to(legal).get() == application.applicant
    assert Application.objects.filed_by(legal).get() == application
    with pytest.raises(ActionRefused, match="请由其成员生成邀请码"):
        counter.invite(application, role=Membership.Role.AGENT, by=officer, at=NOON)
