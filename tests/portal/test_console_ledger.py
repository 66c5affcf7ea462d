"""The ledger at the desks: the tab of a case, the search by number, what the applicant is told at slot and field."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import Duty, Evidence, Status
from tests.applications.test_ledger import NUMBER, buyer, metered, submit, withdrawn
from tests.factories import NOON, agent_of, attach, make_application, make_draft, make_officer, make_policy
from tests.portal.test_applicant_road import paper

pytestmark = pytest.mark.django_db

WHOLE = {"invoice": {"invoice_number": NUMBER, "total_yuan": "1000.00"}}


@pytest.fixture
def now(monkeypatch):
    """The pages read the clock; the round of the factories is open at noon."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def ledger_of(client, application, duty=Duty.VERIFY, code="xinxing"):
    client.force_login(make_officer(duty, code))
    return client.get(reverse("console:case_ledger", args=[application.pk]))


def line(page, slot):
    """Return the first line of a paper."""
    return next(row for row in page.context["known"] if row.row.slot == slot).lines[0]


def search(client, number):
    return client.get(reverse("console:paper_search"), {"q": number})


# ---- the tab of a case


def test_tab_says_what_each_paper_is_used_for(client):
    first = submit(buyer("600.00", papers=WHOLE))
    application = submit(buyer("400.00", papers=WHOLE))

    page = ledger_of(client, application)

    invoice, voucher = line(page, "invoice"), line(page, "payment_voucher")
    assert (invoice.numbers, invoice.purpose, invoice.amount, invoice.worth) == (
        NUMBER,
        "计算基数",
        "400.00 元",
        "1,000.00 元",
    )
    assert [(link.words, link.url, words) for link, words in invoice.elsewhere] == [
        (first.number, reverse("console:case", args=[first.pk]), "600.00 元")
    ]
    assert (voucher.purpose, voucher.amount, voucher.elsewhere) == ("条件证明", "", [])
    assert [row.label for row in page.context["unknown"]] == ["营业执照（法人登记证书）"]


def test_cases_of_another_authority_are_not_named(client):
    make_policy()
    make_policy("shihezi", readings=True)
    facts = {
        "registered_in_jurisdiction": True,
        "independent_legal_person": True,
        "applicant_type": "ai_enterprise",
        "uses_local_compute": True,
        "compute_usage_fees_yuan": "600.00",
    }
    elsewhere = make_draft(clause="shihezi-2.3b", facts=facts, subject="")
    attach(elsewhere, "invoice", **WHOLE["invoice"])
    submit(elsewhere)
    application = submit(buyer("400.00", papers=WHOLE))

    page = ledger_of(client, application)

    assert [(link.words, link.url) for link, _ in line(page, "invoice").elsewhere] == [("其他主管单位的申报件", "")]
    assert elsewhere.number not in page.content.decode()
    client.force_login(make_officer(Duty.VERIFY))
    found = search(client, NUMBER)
    assert ([row.case.words for row in found.context["rows"]], found.context["elsewhere"]) == ([application.number], 1)
    assert elsewhere.number not in found.content.decode()


def test_signs_stand_first_and_are_counted(client):
    first = submit(buyer(invoice={"invoice_number": "26651234567890123459", "seller": "甲公司"}))
    application = submit(buyer(invoice={"invoice_number": "26651234567890123460", "seller": "甲公司"}))

    page = ledger_of(client, application)

    assert page.context["flag_count"] == 1
    assert page.context["known"][0].row.slot == "invoice"
    said = page.content.decode()
    assert "1处需要核对" in said
    assert "为同一销售方连号" in said
    assert f'<a href="{reverse("console:case", args=[first.pk])}">{first.number}</a>' in said


def test_months_and_many_numbers_are_told_in_one_line(client):
    meter = submit(metered("2025-07-01", "2026-06-30", "24000000", base="24000000"))
    cards = "、".join(f"S{number}" for number in range(10))
    centre = make_application(papers={"scale_report": {"card_serials": cards}})

    told = line(ledger_of(client, meter), "green_power_metering")
    assert (told.numbers, told.worth) == ("A1、A2，2025年7月至2026年6月", "24,000,000.00 千瓦时")
    report = next(row for row in ledger_of(client, centre).context["known"] if row.row.slot == "scale_report")
    assert [row.numbers for row in report.lines][1] == "S0、S1、S2、S3、S4、S5 等 10 项"


def test_tab_of_an_ended_case_says_that_its_papers_are_free(client):
    application = submit(buyer(papers=WHOLE))
    withdrawn(application)

    page = ledger_of(client, application)

    assert page.context["released"]
    assert line(page, "invoice").purpose == "未占用"


def test_tab_is_a_404_to_another_authority_and_to_the_applicant(client):
    application = submit(buyer())

    assert ledger_of(client, application, code="shihezi").status_code == 404
    assert ledger_of(client, application, Duty.SYSTEM).status_code == 404
    client.force_login(agent_of(application.applicant))
    assert client.get(reverse("console:case_ledger", args=[application.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_tab_costs_the_same_for_any_number_of_papers(client, django_assert_max_num_queries, count):
    application = buyer("1000.00", papers={"invoice": {"invoice_number": NUMBER, "total_yuan": "30.00"}})
    for number in range(count - 1):
        attach(application, "invoice", invoice_number=f"2665{number * 37:016d}", total_yuan="30.00")
    submit(application)
    for _ in range(2):
        submit(buyer(invoice={"invoice_number": "无"}))
    assert ledger_of(client, application).status_code == 200  # the session settles with the first page

    with django_assert_max_num_queries(12) as made:
        response = client.get(reverse("console:case_ledger", args=[application.pk]))

    assert response.status_code == 200
    assert len(made) == 10  # session, user, posting, case, readings, and five of the signs


def test_words_of_papers_are_escaped(client):
    application = buyer()
    voucher = application.evidence.get(slot="payment_voucher")
    Evidence.objects.filter(pk=voucher.pk).update(details=voucher.details | {"receipt_number": "<b>回单</b>7"})
    submit(application)

    assert "<b>回单</b>7" not in ledger_of(client, application).content.decode()


# ---- the search


def test_search_finds_the_cases_of_the_own_authority(client):
    application = submit(buyer(papers=WHOLE))
    client.force_login(make_officer(Duty.AUDIT))

    page = search(client, f"  2665 {NUMBER[4:]}")

    (row,) = page.context["rows"]
    assert (row.case.words, row.label, row.amount) == (application.number, "发票", "1,000.00 元")
    assert search(client, NUMBER[:-1]).context["rows"] == []
    assert "没有申报件使用该编号的材料" in search(client, "不存在1").content.decode()


def test_search_tells_what_was_given_back(client):
    application = submit(buyer(papers=WHOLE))
    withdrawn(application)
    client.force_login(make_officer(Duty.VERIFY))

    assert "已于2026年9月1日释放" in search(client, NUMBER).content.decode()


@pytest.mark.parametrize("asked", ["", "   ", "\x00", "%", "'; DROP TABLE x; --", "无" * 300])
def test_search_takes_anything(client, asked):
    make_policy()
    client.force_login(make_officer(Duty.VERIFY))

    page = search(client, asked)

    assert (page.status_code, page.context["rows"]) == (200, [])


@pytest.mark.parametrize("count", [1, 30])
def test_search_costs_the_same_for_any_number_of_cases(client, django_assert_num_queries, count):
    for _ in range(count):
        submit(buyer("1.00", papers={"invoice": {"invoice_number": NUMBER, "total_yuan": "1000.00"}}))
    client.force_login(make_officer(Duty.VERIFY))
    search(client, "")  # the session settles with the first page

    with django_assert_num_queries(5):  # session, user, posting, uses, number of cases elsewhere
        page = search(client, NUMBER)

    assert len(page.context["rows"]) == count


def test_search_is_for_officers_of_cases(client):
    submit(buyer())
    for user, status in ((make_officer(Duty.SYSTEM), 404), (make_officer(Duty.INTAKE), 200)):
        client.force_login(user)
        assert search(client, NUMBER).status_code == status


# ---- what the applicant is told


def upload(client, application, **details):
    sent = paper(application, "invoice")
    sent |= {f"invoice-{name}": value for name, value in details.items()}
    return client.post(reverse("claim_evidence", args=[application.pk, "invoice"]), sent)


def test_a_paper_that_is_used_up_is_refused_at_its_field(client, now):
    submit(buyer(papers=WHOLE))
    draft = buyer(complete=False)
    client.force_login(agent_of(draft.applicant))

    page = upload(client, draft, **WHOLE["invoice"])

    assert page.status_code == 422
    assert page.context["form"].errors["invoice_number"] == [
        f"发票（编号 {NUMBER}）已用于其他申报件，已用 1,000.00 元，没有余额，不得重复计入，请更换材料。"
    ]
    assert f'value="{NUMBER}"' in page.content.decode()
    assert not draft.evidence.filter(slot="invoice").exists()


def test_a_paper_with_something_left_is_taken_with_a_warning(client, now):
    submit(buyer("600.00", papers=WHOLE))
    draft = buyer(complete=False)
    client.force_login(agent_of(draft.applicant))

    answer = upload(client, draft, **WHOLE["invoice"])

    assert answer.status_code == 302
    said = client.get(answer.url).content.decode()
    assert "已用 600.00 元，此类材料余额合计 400.00 元，申报时只能计入余额。" in said
    assert draft.evidence.filter(slot="invoice").exists()


def test_the_refused_submission_leads_to_the_slot(client, now):
    submit(buyer(papers=WHOLE))
    draft = buyer(papers=WHOLE)
    from_legal = draft.applicant.memberships.get(role="legal").user
    client.force_login(from_legal)
    client.post(reverse("claim_confirm", args=[draft.pk]), {"agreed": "on"})
    client.force_login(agent_of(draft.applicant))

    page = client.post(reverse("claim_submit", args=[draft.pk]), {"idempotency_key": "one"})

    assert page.status_code == 409
    assert "已用于其他申报件" in page.context["refusal"]
    assert f'href="{reverse("claim_form", args=[draft.pk])}#slot-invoice"' in page.content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    form = client.get(reverse("claim_form", args=[draft.pk])).content.decode()
    assert "没有余额，不得重复计入，请更换材料。" in form


def test_many_serial_numbers_fit_into_their_field(client, now):
    draft = make_draft(complete=False)
    client.force_login(agent_of(draft.applicant))
    sent = paper(draft, "scale_report")
    sent["scale_report-card_serials"] = "\r\n".join(f"SN-2026-{number:06d}" for number in range(1_600))

    answer = client.post(reverse("claim_evidence", args=[draft.pk, "scale_report"]), sent)

    assert answer.status_code == 302
    assert draft.evidence.get(slot="scale_report").details["card_serials"].count("SN-") == 1_600
    assert "<textarea" in client.get(reverse("claim_evidence", args=[draft.pk, "scale_report"])).content.decode()


def test_too_many_numbers_are_refused_at_their_field(client, now):
    draft = make_draft(complete=False)
    client.force_login(agent_of(draft.applicant))
    sent = paper(draft, "scale_report")
    sent["scale_report-card_serials"] = "、".join(f"{number}" for number in range(1, 5_002))

    page = client.post(reverse("claim_evidence", args=[draft.pk, "scale_report"]), sent)

    assert page.status_code == 422
    assert page.context["form"].errors == {"card_serials": ["算力卡所列的编号和期间超过 4,000 项，请分成几份上传。"]}
