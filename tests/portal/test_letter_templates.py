"""The page where an authority words its letters, and the finance desk's tables of funds."""

import pytest
from django.urls import reverse

from applications import funds, papers, wordings
from applications.actions import wording
from applications.models import Duty, FundsTable, Job, LetterTemplate, Status
from tests.factories import NOON, make_application, make_officer, make_payer, make_policy
from tests.portal.finance_rows import split

pytestmark = pytest.mark.django_db

KINDS = reverse("console:letters")
NOTICE = reverse("console:letter", args=["notice"])
FUNDS = reverse("finance_funds")


def enter(client, duty, code="xinxing"):
    officer = make_officer(duty, code)
    client.force_login(officer)
    return officer


@pytest.fixture(autouse=True)
def _open_policy():
    make_policy()


def typed(**parts):
    """Return what a manager sends: every part as built in, but for these."""
    return wordings.texts("notice", None) | {"source": "测试文件"} | parts


def test_a_wording_is_typed_confirmed_by_another_and_shown(client):
    enter(client, Duty.POLICY)

    assert client.post(NOTICE, typed(closing="特此通知。")).status_code == 302
    row = LetterTemplate.objects.get()
    page = client.get(NOTICE)
    assert page.context["waiting"] == row
    assert [part.label for part in page.context["said"] if part.differs] == ["结束语"]
    own = client.post(reverse("console:letter_confirm", args=[row.pk]))
    assert (own.status_code, own.context["refusal"]) == (409, "须由另一名政策管理人员确认。")

    enter(client, Duty.POLICY)
    assert client.post(reverse("console:letter_confirm", args=[row.pk])).status_code == 302
    assert client.get(NOTICE).context["current"] == row
    assert "第1版" in client.get(KINDS).content.decode()


@pytest.mark.parametrize(
    ("part", "text", "sentence"),
    [
        ("opening", "收悉。", "须保留标签{{申报编号}}。"),
        ("opening", "{{申报编号}}{{金额}}", "“{{金额}}”不是这里可用的标签；"),
        ("court", "", "请填写行政诉讼管辖法院。"),
        ("channel", "平台", "须写明网址，以https://开头。"),
        ("source", "", "请填写依据文件。"),
    ],
)
def test_a_wrong_text_is_named_at_its_field_and_nothing_typed_is_lost(client, part, text, sentence):
    enter(client, Duty.POLICY)

    answer = client.post(NOTICE, typed(closing="特此通知。") | {part: text})

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [part]
    assert errors[part][0].startswith(sentence)
    assert "特此通知。" in answer.content.decode()
    assert not LetterTemplate.objects.exists()


def test_what_is_refused_is_said_and_kept(client):
    enter(client, Duty.POLICY)

    answer = client.post(NOTICE, typed())

    assert (answer.status_code, answer.context["refusal"]) == (409, "与现行用语相同，没有需要确认的改动。")
    assert answer.context["form"].data["source"] == "测试文件"


def test_the_page_offers_no_field_for_the_sentences_of_the_law(client):
    enter(client, Duty.POLICY)

    form = client.get(NOTICE).context["form"]

    parts = ["heading", "opening", "closing", "contact", "copies_to", "printed_by", "review_organ", "court", "channel"]
    assert list(form.fields) == [*parts, "source"]
    assert list(client.get(reverse("console:letter", args=["receipt"])).context["form"].fields) == [
        *parts[:6],
        "source",
    ]


def test_a_dropped_wording_leaves_the_page_as_it_was(client):
    enter(client, Duty.POLICY)
    client.post(NOTICE, typed(closing="特此通知。"))
    row = LetterTemplate.objects.get()

    assert client.post(reverse("console:letter_drop", args=[row.pk])).status_code == 302
    again = client.post(reverse("console:letter_drop", args=[row.pk]))
    assert (again.status_code, again.context["refusal"]) == (409, "该版用语已经确认或已被撤下。")
    assert client.get(NOTICE).context["waiting"] is None


def test_a_preview_is_ordered_and_shown_as_a_pdf(client, monkeypatch):
    manager = enter(client, Duty.POLICY)
    client.post(NOTICE, typed(closing="特此通知。"))
    row = LetterTemplate.objects.get()

    assert client.post(reverse("console:letter_preview", args=["notice"]), {"template": row.pk}).status_code == 302
    job = Job.objects.get(kind=Job.Kind.PREVIEW)
    assert job.requested_by == manager
    assert job.payload["parts"]["closing"] == "特此通知。"
    monkeypatch.setattr(wordings.render, "pdf", lambda letter: b"%PDF-1.7 preview")
    wordings.make_preview(job)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    page = client.get(NOTICE)
    result = client.get(page.context["result_url"])
    assert (result["Content-Type"], b"".join(result)) == ("application/pdf", b"%PDF-1.7 preview")
    other = make_officer(Duty.POLICY)
    client.force_login(other)
    assert client.get(reverse("job_result", args=[job.pk])).status_code == 404


def test_another_authoritys_wording_cannot_be_previewed_or_decided(client):
    make_policy("shihezi")
    row = wording.propose_wording(
        make_policy().authority,
        "notice",
        wordings.texts("notice", None) | {"closing": "特此通知。"},
        source="测试",
        by=make_officer(Duty.POLICY),
        at=NOON,
    )
    enter(client, Duty.POLICY, "shihezi")

    assert client.post(reverse("console:letter_preview", args=["notice"]), {"template": row.pk}).status_code == 404
    assert client.post(reverse("console:letter_confirm", args=[row.pk])).status_code == 404
    assert client.get(reverse("console:letter", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_pages_cost_the_same_for_any_number_of_versions(client, django_assert_max_num_queries, count):
    authority, manager, other = make_policy().authority, make_officer(Duty.POLICY), make_officer(Duty.POLICY)
    for number in range(count):
        said = wordings.texts("notice", None) | {"closing": f"第{number}版。"}
        row = wording.propose_wording(authority, "notice", said, source="测试", by=manager, at=NOON)
        wording.confirm_wording(row, by=other, at=NOON)
    client.force_login(manager)

    with django_assert_max_num_queries(8):
        client.get(KINDS)
    with django_assert_max_num_queries(8):
        client.get(NOTICE)


# ---- tables of funds ------------------------------------------------------------------------------------------------


def ordered(**values):
    return {"title": "测试资金安排", "since": "2026-09-01", "until": "2026-09-01", "state": "due"} | values


def test_a_table_over_the_awards_of_a_period_is_made_with_its_total(client, monkeypatch):
    first = make_application(Status.GRANTED)
    make_application(Status.PAID, subject="二号中心")
    enter(client, Duty.PAY)

    answer = client.post(FUNDS, ordered(addressee="测试财政局", note="按序拨付。"))
    table = FundsTable.objects.get()
    assert answer.url == reverse("finance_funds_table", args=[table.pk])
    assert (table.number, table.count, table.total_fen) == ("师新数资〔2026〕1号", 1, 300_0000_00)
    assert [row["applicant_name"] for row in table.content["rows"]] == [first.applicant.name]
    page = papers.render.page_source(funds.FundsLetter.from_content(table.content))
    assert "共1家单位、1笔，合计¥3,000,000.00（大写：人民币叁佰万元整）。" in page
    assert first.applicant.bank_accounts.get().number not in page

    assert client.get(reverse("finance_funds_file", args=[table.pk])).status_code == 404
    monkeypatch.setattr(funds.render, "pdf", lambda letter: b"%PDF-1.7 table")
    funds.make(table, at=NOON)
    shown = client.get(reverse("finance_funds_file", args=[table.pk]))
    assert b"".join(shown) == b"%PDF-1.7 table"
    client.post(FUNDS, ordered(state="all"))
    assert list(FundsTable.objects.order_by("pk").values_list("sequence", "count")) == [(1, 1), (2, 2)]


def test_a_table_says_what_each_payer_bears_where_there_are_several(client):
    award = make_application(Status.GRANTED).awards.get()
    county = make_payer("测试县财政局", standard=False)
    split(award, 2, payer=county)
    enter(client, Duty.PAY)

    client.post(FUNDS, ordered(state="all"))

    table = FundsTable.objects.get()
    assert [row[1:] for row in table.content["borne"]] == [[1, 300_0000_00], [2, 2_00]]
    page = papers.render.page_source(funds.FundsLetter.from_content(table.content))
    assert "二、支付单位分担" in page
    assert "三、资金安排明细" in page
    assert page.index("测试县财政局") < page.index("三、资金安排明细")


def test_an_empty_or_faulty_order_is_refused_and_takes_no_number(client):
    make_application(Status.GRANTED)
    enter(client, Duty.COUNTERSIGN)

    nothing = client.post(FUNDS, ordered(since="2025-01-01", until="2025-01-02"))
    assert (nothing.status_code, nothing.context["refusal"]) == (409, "请先选择要列入的奖补资金。")
    backwards = client.post(FUNDS, ordered(since="2026-09-02"))
    assert backwards.context["form"].errors == {"until": ["截止日期不能早于起始日期。"]}
    assert backwards.status_code == 422
    assert client.post(FUNDS, ordered(title="")).context["form"].errors == {"title": ["请填写标题。"]}
    client.post(FUNDS, ordered())
    assert FundsTable.objects.get().sequence == 1


def test_a_table_of_another_authority_does_not_exist(client):
    make_application(Status.GRANTED)
    enter(client, Duty.PAY)
    client.post(FUNDS, ordered())
    table = FundsTable.objects.get()
    make_policy("shihezi")
    enter(client, Duty.PAY, "shihezi")

    for name in ("finance_funds_table", "finance_funds_progress", "finance_funds_file"):
        assert client.get(reverse(name, args=[table.pk])).status_code == 404
    assert list(client.get(FUNDS).context["rows"]) == []


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_tables_costs_the_same_for_any_length(client, django_assert_max_num_queries, count):
    case = make_application(Status.GRANTED)
    officer = enter(client, Duty.PAY)
    client.post(FUNDS, ordered())
    made = FundsTable.objects.get()
    FundsTable.objects.bulk_create(
        FundsTable(
            authority=case.authority,
            year=2026,
            sequence=number + 2,
            number=f"第{number}号",
            title="测试",
            count=1,
            total_fen=1,
            content=made.content,
            issued_by=officer,
            issued_at=NOON,
        )
        for number in range(count - 1)
    )

    with django_assert_max_num_queries(8):
        assert len(client.get(FUNDS).context["rows"]) == count
