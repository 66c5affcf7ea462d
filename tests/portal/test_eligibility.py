"""「我能领什么」: facts once, an answer for every paying clause, with and without script, at a bounded cost."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

import rules
from applications.actions import policy as policy_desk
from portal.forms.eligibility import SECTIONS, EligibilityForm
from tests import factories
from tests.portal.test_every_clause import CLAUSES, as_typed, split, typical

pytestmark = pytest.mark.django_db

URL = "/eligibility/"
CENTRE = {
    "place": "xinxing",
    "build_type": "new",
    "pue": "1.20",
    "utilisation_pct": "70",
    "formally_delivered": "true",
    "stable_months": "8",
    "scale_pflops_fp16": "3200",
}


@pytest.fixture(autouse=True)
def _policies():
    """All five policies are loaded; 新星市 and 山西 have chosen their mandatory readings."""
    factories.make_policy("xinxing", readings=True)
    factories.make_policy("shanxi", readings=True)


def ask(client, typed, **headers):
    return client.post(URL, typed, headers={"HX-Request": "true"}).content.decode()


def part(page, title):
    """Return the piece of the answers below a heading."""
    return re.split(r"<h2>|<summary>", page.split(f"{title}（")[1])[0]


def test_page_asks_every_fact_once_and_is_reached_from_home_and_policies(client):
    page = client.get(URL).content.decode()

    names = re.findall(r'<(?:input|select)[^>]* name="([a-z_0-9]+)"', page)
    asked = {f.name for code in CLAUSES for f in rules.fields(code) if not f.by_officer}
    assert len(names) == len(set(names))
    assert asked - {"registered_in_jurisdiction"} <= set(names)
    assert "仅供测算，不作为兑付依据" in page
    assert f'href="{URL}"' in client.get("/").content.decode()
    assert f'href="{URL}"' in client.get("/policies/").content.decode()


def test_groups_begin_with_facts_of_the_dictionary_in_its_order():
    order = list(rules.load().facts)
    begins = [order.index(first) for _, first in SECTIONS]

    assert begins[0] == 0
    assert begins == sorted(begins)


@pytest.mark.parametrize("code", CLAUSES)
def test_clause_that_pays_is_named_with_its_sum(client, code):
    policy, _, number = code.partition("-")
    facts = split(code)[0]
    typed = as_typed({name: value for name, value in facts.items() if name != "registered_in_jurisdiction"})
    verdict = typical(code)[1]

    page = ask(client, typed | {"place": policy, "policy": policy})

    entry = part(page, "可申报").split(f'href="/policies/{policy}/{number}/"')[1].split("</li>")[0]
    assert f"¥{rules.yuan(verdict.amount_fen)}" in entry
    assert ("最高" in entry) == (verdict.kind == "ceiling")


def test_centre_elsewhere_is_refused_with_the_words_of_the_article(client):
    page = ask(client, CENTRE | {"place": "elsewhere"})

    refused = part(page, "不符合")
    assert "第三条" in refused
    assert "在第十三师新星市注册" in refused
    assert "/policies/xinxing/3/" not in part(page, "可申报")


def test_what_is_missing_leads_to_its_question(client):
    page = ask(client, {key: value for key, value in CENTRE.items() if key not in {"pue", "place"}})

    missing = part(page, "待补").split('href="/policies/xinxing/3/"')[1].split("</li>")[0]
    assert 'href="#id_pue"' in missing
    assert 'href="#id_place"' in missing


def test_closed_clause_says_that_a_reading_is_still_to_be_chosen(client):
    row = factories.Policy.objects.get(code="shanxi")
    row.readings.all().delete()
    facts = as_typed(split("shanxi-6a")[0])

    page = ask(client, facts | {"place": "shanxi"})

    assert "（N36）尚待主管单位确定" in part(page, "待补")


def test_without_script_the_whole_page_answers_and_keeps_what_was_typed(client):
    answer = client.post(URL, CENTRE | {"policy": "xinxing"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "¥3,000,000.00" in page
    assert 'value="3200"' in page
    assert '<option value="xinxing" selected>' in page
    assert 'name="listing_event"' not in page


def test_wrong_figure_stands_at_its_field_and_the_rest_is_computed(client):
    answer = client.post(URL, CENTRE | {"staff": "三十"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_staff_error"' in page
    assert "¥3,000,000.00" in page


def test_nothing_stated_computes_nothing(client):
    assert "填写后自动测算" in ask(client, {})


def test_all_policies_cost_few_queries(client, django_assert_max_num_queries):
    ask(client, CENTRE)

    with django_assert_max_num_queries(4):
        ask(client, CENTRE)


def test_form_has_no_officers_question():
    asked = {f.name: f for code in CLAUSES for f in rules.fields(code)}
    form = EligibilityForm(tuple(rules.load().packs.values()), asked)

    assert not {spec.name for spec in asked.values() if spec.by_officer} & set(form.fields)
    assert reverse("eligibility") == URL


# ── Term ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def on(monkeypatch, day):
    """Let the page believe that today is another day."""
    monkeypatch.setattr(timezone, "localdate", lambda *given: day if not given else given[0].date())


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2024, 10, 1), "自2024年10月2日起施行，目前尚未施行。"),
        (date(2024, 10, 2), None),
        (date(2027, 10, 1), None),
        (date(2027, 10, 2), "有效期至2027年10月1日，已经届满，以下只适用于基准日在有效期以内的事项。"),
    ],
)
def test_page_says_when_a_policy_is_out_of_term_today(client, monkeypatch, day, words):
    on(monkeypatch, day)

    page = ask(client, CENTRE | {"policy": "xinxing"})

    title = factories.Policy.objects.get(code="xinxing").title
    assert (f"{title}：{words}" in page) if words else (f"{title}：" not in page)
    assert "¥3,000,000.00" in page


def test_page_says_when_the_term_is_open(client):
    factories.Policy.objects.filter(code="xinxing").update(
        issued_on=None, issue_source=None, issue_entered_by=None, issue_entered_at=None
    )

    page = ask(client, CENTRE | {"policy": "xinxing"})

    assert "尚未录入印发日期，施行日和失效日待定，以下按已经施行测算。" in page


# ── Earlier awards ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def applicant():
    """A body that received 100万元 before the portal and a reversed award that does not count."""
    body = factories.make_applicant("测试算力有限公司")
    factories.make_earlier_award(body)
    wrong = factories.make_earlier_award(body, year=2024)
    manager = factories.make_officer("policy")
    policy_desk.reverse_earlier_award(wrong, reason="录入错误", by=manager, at=factories.NOON)
    return body


def test_member_is_answered_with_what_the_body_has_received(client, applicant):
    client.force_login(factories.agent_of(applicant))
    page = client.get(URL).content.decode()
    assert f'<option value="{applicant.pk}" selected>测试算力有限公司</option>' in page

    answer = ask(client, CENTRE | {"history": str(applicant.pk)})

    assert "¥2,000,000.00" in part(answer, "可申报")
    assert "已计入测试算力有限公司的既往奖补1笔，合计1,000,000.00元" in answer


def test_member_may_ask_for_another_project_or_without_the_past(client, applicant):
    client.force_login(factories.agent_of(applicant))

    another = ask(client, CENTRE | {"history": str(applicant.pk), "another": "on"})
    without = ask(client, CENTRE | {"history": ""})

    assert "¥3,000,000.00" in part(another, "可申报")
    assert "¥3,000,000.00" in part(without, "可申报")
    assert "未计入既往奖补" in without


def test_award_of_this_portal_counts_as_well(client):
    case = factories.make_application("granted")
    client.force_login(factories.agent_of(case.applicant))

    answer = ask(client, CENTRE | {"history": str(case.applicant_id)})

    assert "/policies/xinxing/3/" in part(answer, "不符合")
    assert "合计3,000,000.00元" in answer


def test_visitors_and_strangers_learn_nothing_of_the_past(client, applicant):
    typed = CENTRE | {"history": str(applicant.pk)}
    answers = [ask(client, typed)]
    for person in (factories.make_user(), factories.agent_of(factories.make_applicant())):
        client.force_login(person)
        answers.append(ask(client, typed))
        assert "测试算力有限公司" not in client.get(URL).content.decode()

    assert ["¥3,000,000.00" in answer for answer in answers] == [True] * 3
    assert not any("测试算力有限公司" in answer for answer in answers)


def test_member_costs_few_queries(client, applicant, django_assert_max_num_queries):
    client.force_login(factories.agent_of(applicant))
    ask(client, CENTRE)

    with django_assert_max_num_queries(7):  # those of visitors, session, user, bodies, earlier awards
        ask(client, CENTRE | {"history": str(applicant.pk)})
