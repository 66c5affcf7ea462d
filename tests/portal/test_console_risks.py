"""The signals of risk at the desks: whose they are, how they are linked and set aside, and what a long list costs."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import risk
from applications.models import Duty, Finding, RiskScore, RiskSignal, Status
from tests.factories import NOON, agent_of, make_application, make_officer, make_policy, make_signal

pytestmark = pytest.mark.django_db

TAB, LIST = 10, 9  # queries, whatever the number of rows
SEEING = {Duty.VERIFY, Duty.APPROVE, Duty.INSPECT, Duty.AUDIT}


@pytest.fixture
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def tab_of(client, application, duty=Duty.VERIFY):
    client.force_login(make_officer(duty))
    return client.get(reverse("console:case_risks", args=[application.pk]))


def link_to(case, evidence=None, page=None):
    return {"case": case.pk, "applicant": case.applicant_id, "evidence": evidence, "page": page}


@pytest.fixture
def alone(monkeypatch):
    """Nothing is found by itself: what the factories share (account, address) is beside the point here."""
    monkeypatch.setattr("applications.risk.running.signals_of", lambda application, pages=True: [])


@pytest.mark.parametrize("duty", sorted(set(Duty.values) - {Duty.SYSTEM, Duty.EXPERT}))
def test_the_tab_is_there_for_four_duties(client, alone, duty):
    application = make_application(Status.VERIFYING)
    client.force_login(make_officer(duty))

    case = client.get(reverse("console:case_record", args=[application.pk]))
    tab = client.get(reverse("console:case_risks", args=[application.pk]))

    seen = duty in SEEING
    assert (reverse("console:case_risks", args=[application.pk]) in case.content.decode()) is seen
    assert tab.status_code == (200 if seen else 404)


def test_a_signal_is_explained_and_linked(client, alone):
    other, application = make_application(), make_application(Status.VERIFYING)
    paper, there = application.evidence.first(), other.evidence.first()
    make_signal(
        application,
        "page.same",
        points=40,
        text="第1页相同",
        evidence=paper,
        page=1,
        links=[link_to(other, there.pk, 3)],
    )

    page = tab_of(client, application)

    (shown,) = page.context["open"]
    assert (shown.label, [(link.words, link.url, where) for link, where in shown.links]) == (
        "页面相同",
        [(other.number, f"{reverse('console:case', args=[other.pk])}?evidence={there.pk}#paper", "第3页")],
    )
    assert f"?evidence={paper.pk}#paper" in page.content.decode()


def test_cases_of_another_authority_are_not_named(client, alone):
    make_policy("shihezi")
    other = make_application()
    foreign = make_policy("shihezi").authority
    type(other).objects.filter(pk=other.pk).update(authority=foreign)
    application = make_application(Status.VERIFYING)
    make_signal(application, "page.same", points=40, links=[link_to(other)])

    page = tab_of(client, application)

    assert [(link.words, link.url) for link, _ in page.context["open"][0].links] == [("其他主管单位的申报件", "")]
    assert other.number not in page.content.decode()


def test_setting_aside(client, alone):
    application = make_application(Status.VERIFYING)
    signal = make_signal(application)
    client.force_login(make_officer(Duty.VERIFY))
    url = reverse("console:risk_set_aside", args=[signal.pk])

    empty = client.post(url, {"reason": ""})
    assert (empty.status_code, empty.context["open"][0].form.errors) == (422, {"reason": ["请写明不采纳的理由。"]})

    done = client.post(url, {"reason": "集团内新设"}, follow=True)
    assert done.redirect_chain == [(reverse("console:case_risks", args=[application.pk]), 302)]
    assert (done.context["open"], [row.row.cleared_reason for row in done.context["cleared"]]) == ([], ["集团内新设"])

    again = client.post(url, {"reason": "再来"})
    assert (again.status_code, again.context["refusal"]) == (409, "该提示已经处理过了。")


def test_a_refused_reason_is_not_lost(client, alone):
    signal = make_signal(make_application(Status.VERIFYING))
    auditor = make_officer(Duty.AUDIT)
    client.force_login(auditor)

    page = client.post(reverse("console:risk_set_aside", args=[signal.pk]), {"reason": "写了很久"})

    assert page.status_code == 409
    assert "您填写的理由：写了很久" in page.content.decode()


def test_the_applicant_sees_nothing_of_it(client, alone):
    application = make_application(Status.VERIFYING)
    signal = make_signal(application, text="只给办理人员看的提示")
    client.force_login(make_officer(Duty.VERIFY))
    client.post(reverse("console:risk_set_aside", args=[signal.pk]), {"reason": "不采纳的内部理由"})
    client.force_login(agent_of(application.applicant))

    page = client.get(reverse("claim", args=[application.pk])).content.decode()

    assert application.number in page
    assert "风险" not in page
    assert "只给办理人员看的提示" not in page
    assert "不采纳的内部理由" not in page


@pytest.mark.parametrize("duty", sorted(SEEING))
def test_signals_become_a_doubt(client, alone, duty):
    application = make_application(Status.VERIFYING)
    make_signal(application, "page.same", points=40, text="第1页相同")
    make_signal(application, text="成立 3 天后即提出申报")
    officer = make_officer(duty)
    client.force_login(officer)
    url = reverse("console:risks_register", args=[application.pk])

    done = client.post(url, {"note": "请一并核查"})
    client.post(url, {"note": "请一并核查"})

    assert done.status_code == 302
    row = Finding.objects.get()
    assert (row.source, row.application, row.made_by) == (Finding.Source.SIGNAL, application, officer)
    assert row.text == "页面相同：第1页相同；新设单位：成立 3 天后即提出申报；请一并核查"


def test_without_signals_there_is_no_doubt(client, alone):
    application = make_application(Status.VERIFYING)
    client.force_login(make_officer(Duty.VERIFY))

    page = client.post(reverse("console:risks_register", args=[application.pk]), {"note": "写了很久"})

    assert (page.status_code, page.context["refusal"]) == (409, "本件没有待核对的提示。")
    assert "您填写的说明：写了很久" in page.content.decode()
    assert not Finding.objects.exists()


# ---- the list


def listed(client, **query):
    client.force_login(make_officer(Duty.INSPECT))
    page = client.get(reverse("console:risks"), query)
    return page, [(row.application.number, row.score, row.kinds) for row in page.context["page"].rows]


def test_the_highest_stand_first_and_kinds_narrow(client, alone):
    low, high, none = (make_application(Status.VERIFYING) for _ in range(3))
    make_signal(low, "body.young", points=12)
    make_signal(high, "page.same", points=40)
    make_signal(high, "body.young", points=12)

    assert listed(client)[1] == [(high.number, 52, ["页面相同", "新设单位"]), (low.number, 12, ["新设单位"])]
    assert [row[0] for row in listed(client, kind="page.same")[1]] == [high.number]
    assert [row[0] for row in listed(client, clause=low.clause_id)[1]] == [high.number, low.number]
    other = low.policy.clauses.exclude(pk=low.clause_id).first()
    assert listed(client, clause=other.pk)[1] == []
    assert listed(client, kind="nothing")[0].status_code == 422
    assert none.number not in listed(client)[0].content.decode()


def test_what_was_set_aside_leaves_the_list(client, alone):
    application = make_application(Status.VERIFYING)
    signal = make_signal(application)
    client.force_login(make_officer(Duty.APPROVE))
    client.post(reverse("console:risk_set_aside", args=[signal.pk]), {"reason": "理由"})

    assert listed(client)[1] == []


def many(count):
    """Return one case with so many signals, each linked to another of so many cases."""
    cases = [make_application(Status.VERIFYING) for _ in range(2)]
    for number in range(count):
        make_signal(cases[0], "page.same", points=40, text=f"提示{number}", links=[link_to(cases[1])])
    return cases[0]


@pytest.mark.parametrize("count", [1, 30])
def test_the_tab_costs_the_same_for_any_number(client, alone, count, django_assert_num_queries):
    application = many(count)
    client.force_login(make_officer(Duty.VERIFY))

    with django_assert_num_queries(TAB):
        page = client.get(reverse("console:case_risks", args=[application.pk]))

    assert len(page.context["open"]) == count


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_any_length(client, alone, count, django_assert_num_queries):
    application = make_application()
    rows = []
    for number in range(count):
        application.pk, application.number = None, f"R-{number:03d}"
        application.save(force_insert=True)
        rows.append(
            RiskScore(application_id=application.pk, authority_id=application.authority_id, score=50, computed_at=NOON)
        )
        RiskSignal.objects.create(
            application_id=application.pk, kind="page.same", mark="1", points=40, text="x", found_at=NOON
        )
    RiskScore.objects.bulk_create(rows)
    client.force_login(make_officer(Duty.INSPECT))

    with django_assert_num_queries(LIST):
        page = client.get(reverse("console:risks"))

    assert len(page.context["page"].rows) == count


def test_pages_follow_each_other(client, alone):
    application = make_application()
    made = []
    for number in range(31):
        application.pk, application.number = None, f"R-{number:03d}"
        application.save(force_insert=True)
        made.append(
            RiskScore(application_id=application.pk, authority_id=application.authority_id, score=7, computed_at=NOON)
        )
    RiskScore.objects.bulk_create(made)
    client.force_login(make_officer(Duty.INSPECT))

    first = client.get(reverse("console:risks"))
    second = client.get(reverse("console:risks") + first.context["page"].next_url)

    seen = [row.application.number for page in (first, second) for row in page.context["page"].rows]
    assert seen == [f"R-{number:03d}" for number in reversed(range(31))]


def test_a_submitted_claim_costs_few_queries_more(django_assert_max_num_queries):
    application = make_application()

    with django_assert_max_num_queries(24):
        risk.run(application, NOON)
