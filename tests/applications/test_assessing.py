"""The bridge to the law: what goes in from rows, what is stored, what an authority's records change."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rules
from applications import assessing
from applications.actions import policy as policy_desk
from applications.demo.stories import CENTRE
from applications.models import Assessment, Clause, Duty, FactCheck, Status
from tests.factories import (
    NOON,
    agent_of,
    make_applicant,
    make_application,
    make_draft,
    make_earlier_award,
    make_officer,
    make_policy,
)

pytestmark = pytest.mark.django_db


def test_case_carries_history_issue_day_and_basis_day():
    make_policy()
    applicant = make_applicant()
    make_earlier_award(applicant, subject="测试智算 中心")  # a blank more in the name is still the same centre
    application = make_draft(applicant=applicant)

    case = assessing.case_of(application, application.facts)

    assert case["on"] == "2026-06-30"
    assert case["facts"]["policy_issued_on"] == "2024-09-01"
    assert case["support_year"] == 2026
    assert case["history"] == [{"clause": "xinxing-3", "year": 2025, "amount_yuan": "1000000.00", "same_item": True}]


def test_reversed_earlier_award_counts_no_more():
    applicant = make_applicant()
    award = make_earlier_award(applicant)
    policy_desk.reverse_earlier_award(award, reason="录入错误", by=make_officer(Duty.POLICY), at=NOON)

    application = make_draft(applicant=applicant)

    assert assessing.history_of(application) == []


def test_earlier_award_for_another_centre_is_another_item():
    applicant = make_applicant()
    make_earlier_award(applicant, subject="旧中心")
    application = make_draft(applicant=applicant)

    assert assessing.history_of(application)[0]["same_item"] is False


def test_confirmed_reading_decides_and_is_stored():
    policy = make_policy()
    first, second = make_officer(Duty.POLICY), make_officer(Duty.POLICY)
    reading = policy_desk.choose_reading(policy, key="X6", choice="b", source="测试口径", by=first, at=NOON)
    assert assessing.readings_in_force(policy) == {}

    policy_desk.confirm_reading(reading, by=second, at=NOON)

    assert assessing.readings_in_force(policy) == {"X6": "b"}
    application = make_draft()
    stored = assessing.store(
        application, Assessment.Purpose.DECLARED, application.facts, by=agent_of(application.applicant), at=NOON
    )
    assert stored.readings["X6"] == "b"


def test_stored_assessment_recomputes_to_the_same_fen():
    application = make_application(Status.GRANTED)

    for row in application.assessments.all():
        again = rules.judge(row.inputs)
        assert (again.amount_fen, again.to_json()) == (row.amount_fen, row.result)


def test_clause_without_its_mandatory_reading_is_closed():
    make_policy()
    clause = Clause.objects.select_related("policy").get(code="xinxing-2")

    assert "解释口径（X2）" in assessing.why_clause_is_closed(clause)


def test_estimate_without_issue_day_still_answers():
    make_policy(issued=False)
    clause = Clause.objects.select_related("policy").get(code="xinxing-3")

    assert assessing.estimate(clause, CENTRE).amount_fen == 300_0000_00


def test_unproven_yes_counts_as_no_and_unproven_figure_as_unknown():
    application = make_application(Status.VERIFYING)
    failed = FactCheck.Verdict.FAILED
    checks = {
        "formally_delivered": FactCheck(fact="formally_delivered", declared=True, verified=None, verdict=failed),
        "pue": FactCheck(fact="pue", declared="1.20", verified=None, verdict=failed),
    }

    assert assessing.verified_facts(application, checks) == {"formally_delivered": False}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(scale=st.integers(0, 9000), earlier=st.sampled_from([0, 100, 200, 300, 400, 500]))
def test_ladder_never_pays_more_than_the_tier_in_total(scale, earlier):
    tier = min(scale // 1000, 5) * 100
    history = [{"clause": "xinxing-3", "year": 2025, "amount_yuan": f"{earlier}0000.00"}] if earlier else []
    case = {"id": "p", "clause": "xinxing-3", "facts": {**CENTRE, "scale_pflops_fp16": str(scale)}, "history": history}

    assert rules.judge(case).amount_fen == max(tier - earlier, 0) * 10_000_00
