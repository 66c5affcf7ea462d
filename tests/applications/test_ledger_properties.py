"""Whatever is taken and given back in whatever order: no paper is ever used beyond its worth, and counters add up."""

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications import ledger
from applications.invariants import evidence_used_twice
from applications.ledger import EvidenceTaken
from applications.models import Application, EvidenceItem, EvidenceUse, Status
from tests.applications.test_ledger import BASE, NUMBER, SELLER, buyer
from tests.factories import NOON, attach, make_draft

pytestmark = pytest.mark.django_db

SALES = "annual_compute_sales_contract_fees_yuan"
SECOND = "26650000000000000778"


@pytest.fixture
def cases():
    """Three users (two of one applicant) and two suppliers with the same two invoices, as if they were handed in."""
    first = buyer(invoice={"total_yuan": "1000.00"})
    rows = [first, buyer(applicant=first.applicant, invoice={"total_yuan": "1000.00"}), buyer()]
    paper = {"invoice": {"invoice_number": NUMBER, "total_yuan": "1000.00"}}
    rows += [make_draft(clause="xinxing-4a", facts=SELLER, subject="", papers=paper) for _ in range(2)]
    for row in rows:
        attach(row, "invoice", invoice_number=SECOND, total_yuan="500.00")
    Application.objects.update(status=Status.VERIFYING, submitted_at=NOON, submitted_by=first.created_by)
    return Application.objects.select_related("clause", "applicant", "policy").order_by("pk")


steps = st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(1, 160_000)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=1, max_size=12))
def test_used_stays_within_the_total(cases, steps):
    rows = list(cases)
    held = {}
    with transaction.atomic():
        for place, fen in steps:
            case = rows[place]
            if fen is None:
                ledger.release(case, at=NOON)
                held.pop(place, None)
            elif taken(case, fen):
                held[place] = fen
            check(rows, held)
        transaction.set_rollback(True)


def taken(case, fen):
    """Have a case take its papers for a base; say whether it could."""
    name = BASE if case.clause.code == "xinxing-4b" else SALES
    try:
        with transaction.atomic():
            facts = {name: f"{fen // 100}.{fen % 100:02d}"}
            ledger.take(case, case.evidence.in_use().order_by("pk"), at=NOON, facts=facts)
    except EvidenceTaken:
        return False
    return True


def check(rows, held):
    """Compare every counter with the live uses, and what each case holds with what it asked for."""
    assert evidence_used_twice() == 0
    for item in EvidenceItem.objects.filter(kind="invoice"):
        live = EvidenceUse.objects.filter(item=item, released_at=None)
        assert item.used == (live.aggregate(sum=Sum("amount"))["sum"] or 0)
        assert 0 <= item.used <= item.total
    for place, case in enumerate(rows):
        uses = EvidenceUse.objects.filter(application=case, released_at=None, item__kind="invoice")
        assert (uses.aggregate(sum=Sum("amount"))["sum"] or 0) == min(held.get(place, 0), 150_000)
