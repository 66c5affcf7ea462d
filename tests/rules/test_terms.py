"""The figures of a clause as plain data, for a check that does the sum again."""

from datetime import date
from decimal import Decimal

import pytest

import rules


@pytest.mark.parametrize(
    ("clause", "bases", "rate", "price", "cap"),
    [
        ("xinxing-4b", ("annual_compute_contract_fees_yuan",), Decimal(3), None, 100_0000_00),
        ("xinxing-7a", ("filed_models",), None, 50_0000_00, None),
        ("xinxing-3", ("scale_pflops_fp16",), None, None, None),
        ("shanxi-4", ("physical_racks",), None, 1000_00, 500_0000_00),
        ("shanxi-9a", ("compute_service_contract_yuan",), Decimal(20), None, 100_0000_00),
        ("xinxing-1", (), None, None, None),
    ],
)
def test_rate_price_and_ceiling_are_the_packs(clause, bases, rate, price, cap):
    terms = rules.terms(clause)

    assert (terms.bases, terms.rate_pct, terms.price_fen, terms.cap_fen) == (bases, rate, price, cap)


def test_base_follows_the_year_of_the_interest():
    terms = rules.terms("shihezi-3.1")

    assert terms.bases_of({"interest_year_no": 1}) == ("loan_interest_paid_yuan",)
    assert terms.bases_of({"interest_year_no": 2}) == ("new_loan_interest_paid_yuan",)
    assert terms.bases_of({"interest_year_no": 4}) == ()
    assert terms.bases_of({}) == ()


def test_term_and_readings_are_those_in_force():
    terms = rules.terms("xinxing-3", {"X30": "c"}, date(2024, 9, 1))

    assert (terms.starts, terms.ends) == (date(2024, 10, 2), date(2027, 10, 1))
    assert (terms.letter("X30"), terms.letter("X5"), terms.letter("N1")) == ("c", "a", "")
    assert rules.terms("xinxing-3").starts is None


def test_version_can_be_named_and_an_unknown_clause_is_a_key_error():
    assert rules.terms("xinxing-4b", version="xinxing.v1") == rules.terms("xinxing-4b")
    with pytest.raises(KeyError):
        rules.terms("xinxing-99")
