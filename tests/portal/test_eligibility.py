"""「我能领什么」: facts once, an answer for every paying clause, with and without script, at a bounded cost."""

import re

import pytest
from django.urls import reverse

import rules
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
