"""Approval bands: entered by one, confirmed by another, and what they ask for before a sum goes into public notice."""

import pytest
from django.db import IntegrityError, connection, transaction

from applications.actions import ActionRefused, bands, decision, delay
from applications.actions.bands import BandRow
from applications.approving import agreement_of
from applications.models import Application, Approval, Band, BandTable, Duty, Status
from tests.factories import NOON, make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db

WAN = 10000_00


def put_into_force(*rows):
    policy = make_policy()
    one, two = make_officer(Duty.POLICY), make_officer(Duty.POLICY)
    table = bands.enter_bands(policy.authority, list(rows), source="测试权限文件", by=one, at=NOON)
    return bands.confirm_bands(table, by=two, at=NOON)


def read(application):
    return Application.objects.get(pk=application.pk)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "第一档须从 0 元起，各档才能没有空档。"),
        ([BandRow(1, 1, False)], "第一档须从 0 元起，各档才能没有空档。"),
        (
            [BandRow(0, 1, False), BandRow(100, 2, False), BandRow(100, 3, False)],
            "各档起始金额须逐档增大：1.00 元应大于 1.00 元。",
        ),
        ([BandRow(0, 2, False), BandRow(100, 1, False)], "1.00 元起的一档，要求不得低于前一档。"),
        ([BandRow(0, 1, True), BandRow(100, 1, False)], "1.00 元起的一档，要求不得低于前一档。"),
        ([BandRow(0, 0, False)], "审批人数应为1至5人。"),
    ],
)
def test_a_table_leaves_no_gap_and_never_asks_for_less_above(rows, sentence):
    assert bands.why_not_bands(rows) == sentence


def test_a_table_counts_once_a_second_person_confirms():
    policy = make_policy()
    manager = make_officer(Duty.POLICY)
    table = bands.enter_bands(policy.authority, [BandRow(0, 2, False)], source="测试", by=manager, at=NOON)
    application = make_application(Status.PROPOSED)

    assert agreement_of(application).needed == 1
    with pytest.raises(ActionRefused, match="须由另一名政策管理人员确认"):
        bands.confirm_bands(table, by=manager, at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        BandTable.objects.filter(pk=table.pk).update(confirmed_by=manager, confirmed_at=NOON)
    bands.confirm_bands(table, by=make_officer(Duty.POLICY), at=NOON)
    assert agreement_of(application).needed == 2


@pytest.mark.parametrize(("from_fen", "needed"), [(300 * WAN, 2), (300 * WAN + 1, 1)])
def test_the_lower_end_of_a_band_belongs_to_it(from_fen, needed):
    put_into_force(BandRow(0, 1, False), BandRow(from_fen, 2, False))

    assert agreement_of(make_application(Status.PROPOSED)).needed == needed  # 300万元


def test_two_approvers_agree_before_the_notice_opens():
    put_into_force(BandRow(0, 2, False))
    application = make_application(Status.PROPOSED)
    first, second = make_officer(Duty.APPROVE), make_officer(Duty.APPROVE)

    decision.endorse(application, by=first, at=NOON)
    assert (read(application).status, str(agreement_of(application))) == (Status.PROPOSED, "审批 1/2")
    with pytest.raises(ActionRefused, match="您已同意本次核定意见"):
        decision.endorse(application, by=first, at=NOON)
    decision.endorse(application, by=second, at=NOON)

    assert read(application).status == Status.NOTICED
    assert read(application).endorsed_by.user == second
    assert [event.action for event in application.events.order_by("-sequence")[:2]] == ["endorse", "agree"]


def test_the_last_approval_waits_for_the_legal_review():
    put_into_force(BandRow(0, 1, True))
    application = make_application(Status.PROPOSED)
    approver, lawyer = make_officer(Duty.APPROVE), make_officer(Duty.LEGAL)

    with pytest.raises(ActionRefused, match="本件金额须经法制审核"):
        decision.endorse(application, by=approver, at=NOON)
    with pytest.raises(ActionRefused, match="只有法制审核岗位"):
        decision.review_legally(application, note="同意", by=approver, at=NOON)
    decision.review_legally(application, note="程序合法，依据充分。", by=lawyer, at=NOON)
    with pytest.raises(ActionRefused, match="本次核定意见已通过法制审核"):
        decision.review_legally(application, note="再次", by=make_officer(Duty.LEGAL), at=NOON)
    decision.endorse(application, by=approver, at=NOON)

    assert read(application).status == Status.NOTICED


def test_a_proposal_that_was_sent_back_is_agreed_to_anew():
    put_into_force(BandRow(0, 2, False))
    application = make_application(Status.PROPOSED)
    verifier = application.proposed_by.user
    decision.endorse(application, by=make_officer(Duty.APPROVE), at=NOON)

    decision.return_(application, reason="再核", by=make_officer(Duty.APPROVE), at=NOON)
    from applications.actions import review  # noqa: PLC0415 - the one act this line is about

    later = NOON.replace(hour=15)
    review.propose(read(application), by=verifier, at=later)

    assert agreement_of(application).had == 0
    assert Approval.objects.filter(application=application).count() == 1


def test_an_approval_is_never_edited_or_deleted():
    application = make_application(Status.NOTICED)
    row = Approval.objects.get(application=application)

    for attack in ("UPDATE applications_approval SET amount_fen = 1", "DELETE FROM applications_approval"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)
    assert Approval.objects.get() == row


def test_nobody_agrees_twice_to_one_proposal_even_by_sql():
    row = Approval.objects.get(application=make_application(Status.NOTICED))
    row.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_band_is_never_edited():
    put_into_force(BandRow(0, 2, False))

    with pytest.raises(IntegrityError), transaction.atomic():
        Band.objects.update(approvals=1)


def test_another_authority_has_its_own_table():
    put_into_force(BandRow(0, 3, False))
    make_policy("shihezi")
    manager = make_officer(Duty.POLICY, "shihezi")

    with pytest.raises(ActionRefused, match="只有本单位的政策管理岗位"):
        bands.enter_bands(make_policy().authority, [BandRow(0, 1, False)], source="测试", by=manager, at=NOON)


def test_every_approval_of_a_late_step_waits_for_the_explanation():
    put_into_force(BandRow(0, 2, True))
    application = make_application(Status.PROPOSED)
    first, lawyer, late = make_officer(Duty.APPROVE), make_officer(Duty.LEGAL), NOON.replace(month=10)

    with pytest.raises(ActionRefused, match="请先作超期说明"):
        decision.endorse(application, by=first, at=late)
    with pytest.raises(ActionRefused, match="请先作超期说明"):
        decision.review_legally(application, note="程序合法。", by=lawyer, at=late)
    assert not Approval.objects.exists()

    delay.explain_delay(application, "法制审核人员出差。", by=lawyer, at=late)
    decision.review_legally(application, note="程序合法。", by=lawyer, at=late)
    decision.endorse(application, by=first, at=late)
    assert [event.action for event in application.events.order_by("-sequence")[:3]] == [
        "agree", "review_legally", "explain_delay",
    ]  # fmt: skip


def test_an_approval_that_is_not_the_last_makes_older_pages_old():
    put_into_force(BandRow(0, 2, True))
    application = make_application(Status.PROPOSED)
    seen = application.version

    decision.review_legally(application, note="程序合法。", by=make_officer(Duty.LEGAL), at=NOON)
    decision.endorse(application, by=make_officer(Duty.APPROVE), at=NOON)

    assert read(application).version == seen + 2
