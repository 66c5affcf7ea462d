"""One invoice in many claims at one moment: real transactions on real connections, on SQLite and PostgreSQL alike."""

import pytest

from applications.actions import filing, intake
from applications.invariants import evidence_used_twice
from applications.ledger import EvidenceTaken
from applications.models import Application, Duty, Evidence, EvidenceItem, EvidenceUse, Status
from tests.applications.test_ledger import NUMBER, buyer, withdrawn
from tests.applications.test_races import CROWD, at_once
from tests.factories import NOON, agent_of, attach, legal_of, make_officer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

OTHERS = ["26650000000000000778", "26650000000000000779"]


def confirmed(*args, **more):
    """Return a claim that waits for nothing but the button."""
    application = buyer(*args, **more)
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    return application


def all_submitted(cases):
    """Have every agent press the button at one moment; return what each got."""
    pressed = [(case, agent_of(case.applicant)) for case in cases]
    return at_once(*[lambda case=case, by=by: filing.submit(case, by=by, at=NOON) for case, by in pressed])


def test_one_invoice_in_many_claims_is_taken_by_one():
    cases = [confirmed(invoice={"total_yuan": "1000.00"}) for _ in range(CROWD)]

    results = all_submitted(cases)

    assert sum(isinstance(result, EvidenceTaken) for result in results) == CROWD - 1
    assert Application.objects.filter(status=Status.SUBMITTED).count() == 1
    assert EvidenceUse.objects.filter(item__number=NUMBER).count() == 1
    assert evidence_used_twice() == 0


def test_an_invoice_with_room_for_two_is_taken_by_two():
    cases = [confirmed("400.00", invoice={"total_yuan": "1000.00"}) for _ in range(CROWD)]

    results = all_submitted(cases)

    row = EvidenceItem.objects.get(number=NUMBER)
    assert sum(isinstance(result, EvidenceTaken) for result in results) == CROWD - 2
    assert (row.total, row.used) == (100_000, 80_000)
    assert evidence_used_twice() == 0


def test_papers_in_any_order_never_wait_in_a_circle():
    """Each claim holds the same three invoices in another order, new to the ledger and known to it alike."""
    earlier = confirmed("1.00", invoice={"total_yuan": "1000.00"})
    filing.submit(earlier, by=agent_of(earlier.applicant), at=NOON)
    cases = []
    numbers = [NUMBER, *OTHERS]
    for turn in range(CROWD):
        first, *rest = numbers[turn % 3 :] + numbers[: turn % 3]
        if turn % 2:
            rest.reverse()
        case = buyer("500.00", invoice={"invoice_number": first, "total_yuan": "1000.00"})
        for number in rest:
            attach(case, "invoice", invoice_number=number, total_yuan="1000.00")
        filing.confirm(case, by=legal_of(case.applicant), at=NOON)
        cases.append(case)

    results = all_submitted(cases)

    assert all(isinstance(result, Application | EvidenceTaken) for result in results), results
    taken = sum(row.used for row in EvidenceItem.objects.filter(kind="invoice"))
    assert taken == 100 + 50_000 * sum(isinstance(result, Application) for result in results)
    assert sum(isinstance(result, Application) for result in results) == 5
    assert evidence_used_twice() == 0


def test_what_one_gives_back_another_takes_at_the_same_moment():
    """Either the newcomer still finds it taken, or gets all of it; the counter is right in both."""
    first = confirmed(invoice={"total_yuan": "1000.00"})
    filing.submit(first, by=agent_of(first.applicant), at=NOON)
    second = confirmed(invoice={"total_yuan": "1000.00"})
    by = agent_of(second.applicant)

    results = at_once(lambda: withdrawn(first), lambda: filing.submit(second, by=by, at=NOON))

    row = EvidenceItem.objects.get(number=NUMBER)
    assert row.used == (100_000 if isinstance(results[1], Application) else 0)
    assert evidence_used_twice() == 0


def test_corrections_that_swap_their_invoices_never_wait_in_a_circle():
    cases = []
    for number in (NUMBER, OTHERS[0]):
        case = confirmed("400.00", invoice={"invoice_number": number, "total_yuan": "1000.00"})
        filing.submit(case, by=agent_of(case.applicant), at=NOON)
        items = [{"kind": "slot", "key": "invoice", "label": "发票", "text": "请更换"}]
        intake.correct(case, items=items, by=make_officer(Duty.INTAKE), at=NOON)
        cases.append(case)
    for case, number in zip(cases, (OTHERS[0], NUMBER), strict=True):
        agent = agent_of(case.applicant)
        filing.take_back(Evidence.objects.get(application=case, slot="invoice"), by=agent, at=NOON)
        case.refresh_from_db()
        attach(case, "invoice", invoice_number=number, total_yuan="1000.00")
        filing.confirm(case, by=legal_of(case.applicant), at=NOON)

    results = all_submitted(cases)

    assert [type(result) for result in results] == [Application, Application]
    rows = EvidenceItem.objects.filter(kind="invoice").values_list("used", flat=True)
    assert sorted(rows) == [40_000, 40_000]
    assert evidence_used_twice() == 0
