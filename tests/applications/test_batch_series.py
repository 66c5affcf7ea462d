"""Many shares put into batches by one act: all or none, in order, what is held stays behind, and few statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications import batches, history
from applications.actions import ActionRefused, batch, batch_series, setoff
from applications.models import Duty, Event, Payment, PaymentBatch, SetOffUse, Status
from tests.applications.test_batches import granted, shares_of, sound
from tests.applications.test_restriction import restrict
from tests.factories import NOON, make_officer, make_payer
from tests.portal.finance_rows import split

pytestmark = pytest.mark.django_db


def all_of(cases, *, by=None, purpose="奖补"):
    keys = [row.pk for row in shares_of(cases)]
    return batch_series.prepare_all(make_payer(), keys, purpose=purpose, by=by or make_officer(Duty.PAY), at=NOON)


def test_shares_go_into_numbered_batches_in_their_order(monkeypatch):
    monkeypatch.setattr(batches, "MOST_LINES", 2)
    cases = granted(5)

    done = all_of(cases)

    assert [row.number for row in done.made] == [f"拨付批次〔2026〕{n}号" for n in (1, 2, 3)]
    assert (done.count, done.amount_fen, done.held_count) == (5, 5 * 300_0000_00, 0)
    lines = Payment.objects.filter(batch__in=done.made).order_by("batch_id", "line").values_list("share", "line")
    assert list(lines) == [
        (row.pk, line) for row, line in zip(shares_of(cases), (1, 2, 1, 2, 1), strict=True)
    ]  # the oldest first
    assert sound()


def test_what_cannot_go_along_stays_behind_and_is_counted(monkeypatch):
    monkeypatch.setattr(batches, "MOST_LINES", 2)
    cases = granted(4)
    restrict(cases[1].applicant, scope="payment")

    done = all_of(cases)

    assert [row.count for row in done.made] == [2, 1]
    assert done.held_count == 1
    assert not Payment.objects.filter(instalment__award__application=cases[1]).exists()


def test_all_batches_are_made_or_none(monkeypatch):
    monkeypatch.setattr(batches, "MOST_LINES", 1)
    cases = granted(3)
    once = batch.prepare

    def failing(*given, **told):
        if PaymentBatch.objects.count() == 2:
            raise ActionRefused("恰好不行。")
        return once(*given, **told)

    monkeypatch.setattr(batch, "prepare", failing)
    with pytest.raises(ActionRefused, match="恰好不行"):
        all_of(cases)

    assert not PaymentBatch.objects.exists()
    assert not Payment.objects.exists()


def test_a_debt_is_taken_once_across_the_batches(monkeypatch):
    """Two batches of one act pay the same body: the second finds what the first has taken."""
    monkeypatch.setattr(batches, "MOST_LINES", 1)
    monkeypatch.setattr(batches, "why_not_lines", lambda *given, **told: {})  # the second instalment is due already
    (case,) = granted(1)
    split(case.awards.get(), 1)
    row = setoff.enter(
        authority=case.authority, applicant=case.applicant, amount_fen=300_0000_40, basis="办法第九条",
        paper="决定书1号", by=make_officer(Duty.PAY), at=NOON,
    )  # fmt: skip
    setoff.confirm(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)

    done = all_of([case])

    assert [use.amount_fen for use in SetOffUse.objects.order_by("pk")] == [300_0000_00, 40]
    assert [row.amount_fen for row in done.made] == [0, 60]


def test_it_refuses_in_words(monkeypatch):
    cases = granted(1)
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 0)
    with pytest.raises(ActionRefused, match="一次最多编制0笔，请缩小范围。"):
        all_of(cases)
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 10)
    with pytest.raises(ActionRefused, match="没有可以拨付的资金。"):
        all_of([])
    with pytest.raises(ActionRefused, match="请填写用途。"):
        all_of(cases, purpose=" ")
    with pytest.raises(ActionRefused, match="只有本单位的财政经办岗位"):
        all_of(cases, by=make_officer(Duty.COUNTERSIGN))
    all_of(cases)
    with pytest.raises(ActionRefused, match="目前都不能拨付"):
        all_of(cases)


def test_a_batch_costs_the_same_statements_for_any_number_of_lines():
    make_payer()
    few, many, more = granted(1), granted(2), granted(9)
    payer, reviewer = make_officer(Duty.PAY), make_officer(Duty.COUNTERSIGN)
    all_of(few, by=payer)  # a first record of a body or authority may cost one more
    counted = []
    for cases in (many, more):
        with CaptureQueriesContext(connection) as making:
            (row,) = all_of(cases, by=payer).made
        with CaptureQueriesContext(connection) as sending:
            batch.countersign(row, by=reviewer, at=NOON)
        counted.append((len(making), len(sending)))

    assert counted[0] == counted[1]


def test_the_history_of_every_case_goes_on_unbroken():
    cases = granted(3)
    (row,) = all_of(cases).made
    batch.countersign(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)

    for case in cases:
        events = Event.objects.filter(chain=f"case:{case.pk}").order_by("sequence")
        assert history.first_broken_link(events) is None
        last = list(events)[-2:]
        assert [(event.action, event.detail["batch"]) for event in last] == [
            ("prepare_payment", row.number),
            ("send_payment", row.number),
        ]
        assert last[0].detail["payments"] == list(
            Payment.objects.filter(instalment__award__application=case).values_list("pk", flat=True)
        )
    assert {case.status for case in cases} == {Status.GRANTED}
