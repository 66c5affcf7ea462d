"""支付单位: what one officer enters another confirms, before any money leaves by it."""

import pytest
from django.db import IntegrityError, connection, transaction

from applications.actions import ActionRefused, batch, payer
from applications.models import Authority, Duty, Event, Payer
from tests.applications.test_batches import granted, prepared, shares_of
from tests.factories import NOON, make_officer, make_payer

pytestmark = pytest.mark.django_db


def enter(row=None, *, by=None, **said):
    """Enter what has changed about a payer, else the standard one of 新星市."""
    row = row or Payer.objects.get(authority__code="xinxing", standard=True)
    values = {"name": row.name, "budget_unit": "某预算单位", "subject": "2150805", "standard": row.standard} | said
    return payer.enter(row.authority, replaces=row, by=by or make_officer(Duty.PAY), at=NOON, **values)


def batch_of(row, cases, *, by=None):
    keys = [share.pk for share in shares_of(cases)]
    return batch.prepare(row, keys, purpose="奖补", by=by or make_officer(Duty.PAY), at=NOON)


def test_no_batch_before_a_second_officer_has_confirmed_the_payer():
    cases, row = granted(1), enter()
    with pytest.raises(ActionRefused, match="须由财政复核人员确认，方可编制和送付批次"):
        batch_of(row, cases)

    confirmed = payer.confirm(row, seen=row.mark, by=(reviewer := make_officer(Duty.COUNTERSIGN)), at=NOON)

    assert (confirmed.confirmed_by, confirmed.confirmed_at) == (reviewer, NOON)
    assert batch_of(confirmed, cases).count == 1
    event = Event.objects.get(action="confirm_payer")
    assert (event.by, event.note) == (reviewer, row.name)
    assert event.detail == {"payer": row.pk, "budget_unit": "某预算单位", "subject": "2150805"}


def test_a_change_waits_again_and_holds_what_is_prepared():
    row = make_payer()
    waiting = prepared(granted(1))
    row = enter(row, budget_unit="另一预算单位")

    with pytest.raises(ActionRefused, match="须由财政复核人员确认"):
        batch.countersign(waiting, by=make_officer(Duty.COUNTERSIGN), at=NOON)

    payer.confirm(row, seen=row.mark, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    sent = batch.countersign(waiting, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    assert sent.countersigned_at == NOON
    with sent.csv_file.open() as file:
        assert "另一预算单位" in file.read().decode("utf-8-sig")


def test_what_stays_as_it_was_stays_confirmed():
    row = make_payer()

    again = enter(row, budget_unit=row.budget_unit, subject=row.subject, by=row.confirmed_by)

    assert (again.confirmed_at, again.entered_by) == (NOON, row.entered_by)


def test_who_touches_other_things_does_not_stand_for_who_entered():
    reviewer = make_officer(Duty.COUNTERSIGN)
    row = enter(by=reviewer)

    again = enter(row, budget_unit=row.budget_unit, subject=row.subject, by=make_officer(Duty.PAY))

    assert again.entered_by == reviewer
    with pytest.raises(ActionRefused, match="录入和确认须由两名财政人员分别办理。"):
        payer.confirm(again, seen=again.mark, by=reviewer, at=NOON)


def test_nothing_is_confirmed_that_was_changed_since_it_was_seen():
    row = enter()
    seen = row.mark
    enter(row, subject="2150806")

    with pytest.raises(ActionRefused, match="刚刚被修改，请核对现在的信息后再确认"):
        payer.confirm(row, seen=seen, by=make_officer(Duty.COUNTERSIGN), at=NOON)


def test_only_another_officer_of_the_second_desk_confirms():
    reviewer = make_officer(Duty.COUNTERSIGN)
    row = enter(by=reviewer)
    for by, words in (
        (reviewer, "录入和确认须由两名财政人员分别办理。"),
        (make_officer(Duty.PAY), "只有本单位的财政复核岗位可以办理此事项。"),
        (make_officer(Duty.POLICY), "只有本单位的财政复核岗位可以办理此事项。"),
        (make_officer(Duty.COUNTERSIGN, "shihezi"), "只有本单位的财政复核岗位可以办理此事项。"),
    ):
        with pytest.raises(ActionRefused, match=words):
            payer.confirm(row, seen=row.mark, by=by, at=NOON)
    payer.confirm(row, seen=row.mark, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    with pytest.raises(ActionRefused, match="已经确认"):
        payer.confirm(row, seen=row.mark, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    bare = Payer.objects.create(authority=Authority.objects.get(code="xinxing"), name="空单位")
    with pytest.raises(ActionRefused, match="尚未录入"):
        payer.confirm(bare, seen=bare.mark, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    Payer.objects.filter(pk=row.pk).update(replaced_at=NOON)
    with pytest.raises(ActionRefused, match="已停用"):
        payer.confirm(row, seen=row.mark, by=make_officer(Duty.COUNTERSIGN), at=NOON)


@pytest.mark.parametrize(
    "change",
    [
        "confirmed_by_id = entered_by_id",
        "confirmed_at = NULL",
        "confirmed_by_id = NULL",
        "entered_by_id = NULL, entered_at = NULL",
    ],
)
def test_the_database_wants_two_persons(change):
    row = make_payer()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_payer SET {change} WHERE id = {row.pk}")
