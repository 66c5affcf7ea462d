"""Signs for the officer: what merely resembles another paper is pointed out, never refused."""

import pytest

from applications.actions import filing
from applications.demo.stories import SELLER
from applications.flags import flags_of, neighbours_of
from applications.models import Application, Evidence, Status
from tests.applications.test_ledger import NUMBER, buyer, submit, withdrawn
from tests.factories import attach, make_application, make_draft

pytestmark = pytest.mark.django_db


def texts(application):
    """Return (slot, words, number of the other case) of every sign."""
    case = Application.objects.get(pk=application.pk)
    return [(flag.evidence.slot, flag.text, flag.case and flag.case.number) for flag in flags_of(case)]


def near(number):
    """Return papers of a buyer whose invoice has a number, sold by a seller of its own."""
    return {"invoice": {"invoice_number": number, "seller": f"卖方{number[-3:]}"}}


def clean(number="26651234567890123456", **more):
    return submit(buyer(papers=near(number), **more))


def test_papers_of_their_own_have_no_sign():
    clean()

    assert texts(clean("26659876543210987654")) == []
    assert texts(make_application()) == []


def test_the_same_file_elsewhere():
    first = clean()
    other = clean("26659876543210987654")
    sha = first.evidence.get(slot="invoice").sha256
    Evidence.objects.filter(application=other, slot="payment_voucher").update(sha256=sha)

    assert texts(other) == [("payment_voucher", "同一文件还用于其他申报件", first.number)]
    assert texts(first) == [("invoice", "同一文件还用于其他申报件", other.number)]


def test_the_same_file_in_a_draft_of_somebody_is_nobodys_business():
    first = clean()
    draft = buyer()
    draft.evidence.filter(slot="invoice").update(sha256=first.evidence.get(slot="invoice").sha256)

    assert texts(first) == []


def test_the_same_number_under_another_kind():
    first = clean()
    contract = {"compute_contract": {"contract_number": "2665 1234567890123456"}}

    other = submit(buyer(papers=near("26659876543210987654") | contract))

    assert texts(other) == [
        ("compute_contract", "编号 2665 1234567890123456 与其他申报件的发票相同", first.number),
    ]


def test_the_same_number_of_another_issuer():
    first = make_application(papers={"pue_report": {"report_number": "检2026-1", "institution": "甲公司"}})

    other = make_application(papers={"pue_report": {"report_number": "检2026－1", "institution": "甲 有限公司"}})

    words = "编号 检2026－1 与其他申报件的第三方 PUE 检测报告相同，但出具单位或当事人不同"
    assert texts(other) == [("pue_report", words, first.number)]


def test_numbers_that_only_the_applicant_makes_unique_are_no_sign():
    for number in ("26651234567890123456", "26659876543210987654"):
        papers = near(number) | {"settlement_statement": {"statement_number": "1"}}
        application = submit(buyer(papers=papers))

    assert texts(application) == []


def test_the_other_side_of_a_contract():
    papers = {"compute_contract": {"contract_number": "HT-9", "seller": "甲公司", "buyer": "乙公司"}}
    user = submit(buyer(papers=near("26659876543210987654") | papers))
    supplier = submit(make_draft(clause="xinxing-4a", facts=SELLER, subject="", papers=papers | near(NUMBER)))

    words = "智算（算力）服务合同（编号 HT-9）另由{}申报，请核对双方金额和期间是否一致"
    assert texts(supplier) == [("compute_contract", words.format("需求方"), user.number)]
    assert texts(user) == [("compute_contract", words.format("供给方"), supplier.number)]


@pytest.mark.parametrize(
    "number",
    [
        "26651234567890123450",  # one digit wrong, at the end
        "26651934567890123456",  # one in the middle
        "26651234567890132456",  # two swapped
    ],
)
def test_a_number_one_digit_away(number):
    first = clean()

    other = clean(number)

    words = f"编号 {number} 与其他申报件的 26651234567890123456 只差一位"
    assert texts(other) == [("invoice", words, first.number)]


def test_a_run_of_one_seller_in_another_case():
    first = submit(buyer(invoice={"invoice_number": "26651234567890123459", "seller": "甲公司"}))

    other = submit(buyer(invoice={"invoice_number": "26651234567890123460", "seller": "甲公司"}))

    words = "编号 26651234567890123460 与其他申报件的 26651234567890123459 为同一销售方连号"
    assert texts(other) == [("invoice", words, first.number)]


def test_a_run_of_one_seller_inside_the_case():
    application = buyer(invoice={"invoice_number": "26651234567890123499", "seller": "甲公司"})
    attach(application, "invoice", invoice_number="26651234567890123500", seller="甲公司")
    attach(application, "invoice", invoice_number="26651234567890123501", seller="乙公司")
    submit(application)

    words = "编号 26651234567890123499 与本件的 26651234567890123500 为同一销售方连号"
    assert texts(application) == [("invoice", words, None)]


def test_what_was_given_back_is_no_sign():
    first = clean()
    withdrawn(first)

    assert texts(clean("26651234567890123450")) == []


def test_a_base_larger_than_its_papers():
    application = submit(buyer("1000.00", papers=near(NUMBER) | {"invoice": {"total_yuan": "400.00"}}))

    assert texts(application) == [
        ("invoice", "申报的基数 1,000.00 元大于发票合计 400.00 元", None),
    ]


def test_a_paper_that_states_another_amount_than_before():
    first = submit(buyer("600.00", invoice={"total_yuan": "1000.00"}))

    other = submit(buyer("400.00", invoice={"total_yuan": "9000.00"}))

    words = f"发票（编号 {NUMBER}）载明 9,000.00 元，此前申报件登记为 1,000.00 元"
    assert texts(other) == [("invoice", words, None)]
    assert texts(first) == []


def test_a_paper_without_a_number():
    application = submit(buyer(papers=near(NUMBER) | {"payment_voucher": {"receipt_number": "无"}}))

    assert texts(application) == [("payment_voucher", "没有填写有效的回单编号，不能核对是否重复使用", None)]


def test_near_duplicates_of_the_same_invoice_are_caught_by_the_ledger_itself():
    clean()
    application = buyer(papers=near("２６６５ 1234567890123456"))

    with pytest.raises(filing.ledger.EvidenceTaken):
        submit(application)
    assert application.status == Status.DRAFT


def test_neighbours_of_a_number():
    found = neighbours_of("19")

    assert found == {f"{n}9" for n in "023456789"} | {f"1{n}" for n in "012345678"} | {"91", "20", "21", "17", "18"}
    assert neighbours_of("甲") == set()
    assert "26650000000000000776" in neighbours_of(NUMBER)
    assert NUMBER not in neighbours_of(NUMBER)


@pytest.mark.parametrize("count", [1, 30])
def test_signs_cost_the_same_for_any_size(django_assert_num_queries, count):
    application = buyer("1.00")
    for number in range(count - 1):
        attach(application, "invoice", invoice_number=f"2665{number * 37:016d}")
    for other in range(2):
        clean(f"2665123456789{other * 7_000_000 + 111:07d}")
    submit(application)
    case = Application.objects.select_related("clause", "applicant", "policy").get(pk=application.pk)

    with django_assert_num_queries(6):  # readings, papers, uses, other uses of the numbers, same files, neighbours
        flags_of(case)
