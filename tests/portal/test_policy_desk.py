"""The policy desk by HTTP: own authority only, two persons for a reading, sheets all or nothing."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from applications import registers
from applications.models import Clause, Duty, EarlierAward, Policy, Pool, Reading, Round, Status
from tests.factories import make_applicant, make_application, make_earlier_award, make_officer, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy():
    """新星市's text, its issue day still open."""
    return make_policy(issued=False)


@pytest.fixture
def manager(client, policy):
    """A policy manager, logged in."""
    officer = make_officer(Duty.POLICY)
    client.force_login(officer)
    return officer


def ways(policy):
    """Every page of the desk."""
    names = ("policy", "policy_clauses", "policy_readings")
    pages = [reverse(f"console:{name}", args=[policy.pk]) for name in names]
    return [*pages, reverse("console:earlier"), reverse("console:earlier_template")]


@pytest.mark.parametrize("duty", sorted(set(Duty.values) - {Duty.POLICY}))
def test_desk_does_not_exist_for_other_duties(client, policy, duty):
    client.force_login(make_officer(duty))

    assert {client.get(url).status_code for url in ways(policy)} == {404}
    assert client.post(reverse("console:issue_day", args=[policy.pk])).status_code == 404


def test_policy_of_another_authority_does_not_exist(client, policy):
    client.force_login(make_officer(Duty.POLICY, "shihezi"))
    row = make_earlier_award(make_applicant())

    assert [client.get(url).status_code for url in ways(policy)] == [404, 404, 404, 200, 200]
    assert client.get(reverse("console:earlier")).context["rows"] == []
    assert client.post(reverse("console:earlier_reverse", args=[row.pk]), {"reason": "误"}).status_code == 404
    assert client.post(reverse("console:round_close", args=[policy.rounds.get().pk])).status_code == 404


def test_every_page_opens(client, policy, manager):
    assert [client.get(url).status_code for url in ways(policy)] == [200] * 5
    assert client.get(reverse("console:policies")).url == reverse("console:policy", args=[policy.pk])


def test_issue_day_gives_the_term_and_may_be_put_right_until_an_award(client, policy, manager):
    address = reverse("console:issue_day", args=[policy.pk])
    page = reverse("console:policy", args=[policy.pk])
    assert client.get(page).context["term"] == (None, None)

    assert client.post(address, {"issued_on": "2024-09-01", "source": "测试文件"}).status_code == 302
    assert client.get(page).context["term"] == (date(2024, 10, 2), date(2027, 10, 1))
    assert client.post(address, {"issued_on": "2024-09-02", "source": "测试文件更正"}).status_code == 302

    make_application(Status.GRANTED)
    assert client.post(address, {"issued_on": "2024-09-03", "source": "测试文件"}).status_code == 409
    assert Policy.objects.get(pk=policy.pk).issued_on == date(2024, 9, 2)


def test_wrong_day_is_told_at_its_field(client, policy, manager):
    answer = client.post(reverse("console:issue_day", args=[policy.pk]), {"issued_on": "去年", "source": "x"})

    assert answer.status_code == 422
    assert answer.context["issue_form"].errors == {"issued_on": ["日期应写成 2026-03-05 的形式。"]}


def test_round_lasts_to_the_end_of_its_last_day_and_closes_early(client, policy, manager):
    answer = client.post(
        reverse("console:round_open", args=[policy.pk]),
        {"name": "第二批", "clause": "", "opens_on": "2020-01-01", "closes_on": "2099-12-31"},
    )
    row = Round.objects.get(name="第二批")
    assert (answer.status_code, row.closes_at.isoformat()) == (302, "2099-12-31T16:00:00+00:00")

    assert client.post(reverse("console:round_close", args=[row.pk])).status_code == 302
    assert client.post(reverse("console:round_close", args=[row.pk])).status_code == 409


def test_reading_is_confirmed_by_another_person(client, policy, manager):
    address = reverse("console:reading_choose", args=[policy.pk, "X6"])
    assert client.post(address, {"choice": "b", "source": "会议纪要"}).status_code == 302
    reading = Reading.objects.get()
    confirm = reverse("console:reading_confirm", args=[reading.pk])

    assert client.post(confirm).status_code == 409
    client.force_login(make_officer(Duty.POLICY))
    assert client.post(confirm).status_code == 302
    assert list(Reading.objects.in_force().values_list("key", "choice")) == [("X6", "b")]


def test_proposed_reading_is_dropped(client, policy, manager):
    address = reverse("console:reading_choose", args=[policy.pk, "X6"])
    client.post(address, {"choice": "b", "source": "会议纪要"})
    drop = reverse("console:reading_drop", args=[Reading.objects.get().pk])

    assert client.post(drop).status_code == 302
    assert client.post(drop).status_code == 409
    assert client.post(address, {"choice": "a", "source": "会议纪要"}).status_code == 302


@pytest.mark.parametrize(("key", "choice", "status"), [("X6", "z", 422), ("S1", "a", 404)])
def test_reading_that_does_not_exist(client, policy, manager, key, choice, status):
    address = reverse("console:reading_choose", args=[policy.pk, key])

    assert client.post(address, {"choice": choice, "source": "x"}).status_code == status


def pool(client, policy, **changes):
    """Post the form that sets a pool over 第三条."""
    clause = Clause.objects.get(code="xinxing-3")
    data = {"name": "算力池", "year": "2026", "limit_fen": "5,000,000", "clauses": [clause.pk], "source": "预算批复"}
    return client.post(reverse("console:pool_set", args=[policy.pk]), data | changes)


def test_pool_is_set_and_never_below_what_is_committed(client, policy, manager):
    assert pool(client, policy).status_code == 302
    assert Pool.objects.get().limit_fen == 500000000
    Pool.objects.update(committed_fen=400000000)

    assert pool(client, policy, limit_fen="3999999.99").status_code == 409
    assert pool(client, policy, limit_fen="4000000").status_code == 302


def test_clause_stands_in_one_pool_of_a_year(client, policy, manager):
    pool(client, policy)

    assert pool(client, policy, name="另一池").status_code == 409
    assert pool(client, policy, name="另一池", year="2027").status_code == 302


def test_clause_of_another_policy_is_no_choice(client, policy, manager):
    other = Clause.objects.filter(policy__code="shihezi", monetary=True).first()

    assert pool(client, policy, clauses=[other.pk]).status_code == 422


def enter(client, applicant, **changes):
    """Post the form of one earlier award."""
    data = {
        "clause": Clause.objects.get(code="xinxing-3").pk,
        "uscc": applicant.uscc,
        "applicant_name": applicant.name,
        "subject": "一号中心",
        "year": "2024",
        "amount_fen": "1000000",
        "paper": "测试〔2024〕1号",
    }
    return client.post(reverse("console:earlier_enter"), data | changes)


def test_earlier_award_is_entered_once_and_reversed_once(client, policy, manager):
    applicant = make_applicant()
    assert enter(client, applicant).status_code == 302
    assert enter(client, applicant).status_code == 409
    row = EarlierAward.objects.get()
    assert (row.amount_fen, row.entered_by) == (100000000, manager)

    address = reverse("console:earlier_reverse", args=[row.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "金额有误"}).status_code == 302
    assert client.post(address, {"reason": "金额有误"}).status_code == 409
    assert not EarlierAward.objects.counting().exists()
    assert client.get(reverse("console:earlier")).status_code == 200


@pytest.mark.parametrize("changes", [{"uscc": "91659901MATE00001X"}, {"year": "2999"}, {"amount_fen": "-1"}])
def test_wrong_earlier_award_is_told(client, policy, manager, changes):
    assert enter(client, make_applicant(), **changes).status_code == 422
    assert not EarlierAward.objects.exists()


def upload(client, *rows, name="既往.xlsx"):
    """Post a sheet of earlier awards."""
    book = Workbook()
    for row in [[column.heading for column in registers.EARLIER_COLUMNS], *rows]:
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    return client.post(reverse("console:earlier_import"), {"sheet": SimpleUploadedFile(name, target.getvalue())})


def test_sheet_is_entered_whole(client, policy, manager):
    first, second = make_applicant(), make_applicant()

    answer = upload(
        client,
        ["xinxing-3", first.uscc, first.name, "甲", 2024, 1000000, "测试1号"],
        ["xinxing-5a", second.uscc, second.name, "", "2025", "12.34", "测试2号"],
    )

    assert answer.status_code == 302
    assert set(EarlierAward.objects.values_list("uscc", "amount_fen")) == {
        (first.uscc, 100000000),
        (second.uscc, 1234),
    }


def test_sheet_with_one_wrong_row_enters_nothing(client, policy, manager):
    applicant = make_applicant()

    answer = upload(
        client,
        ["xinxing-3", applicant.uscc, applicant.name, "甲", 2024, 1000000, "测试1号"],
        ["shihezi-1", applicant.uscc, applicant.name, "", 2024, "x", "测试2号"],
    )

    assert answer.status_code == 422
    assert answer.context["problems"] == [
        "第3行 条款标识“shihezi-1”不是本单位可录入的条款。",
        "第3行 金额应写成元，大于0，最多两位小数，例如 1000000.00。",
    ]
    assert not EarlierAward.objects.exists()


def test_file_that_is_no_sheet_is_refused_at_its_field(client, policy, manager):
    file = SimpleUploadedFile("既往.xlsx", b"%PDF-1.7 nothing")

    answer = client.post(reverse("console:earlier_import"), {"sheet": file})

    assert (answer.status_code, list(answer.context["import_form"].errors)) == (422, ["sheet"])


@pytest.mark.parametrize("count", [1, 30])
def test_list_of_earlier_awards_costs_the_same(client, policy, manager, django_assert_num_queries, count):
    applicant = make_applicant()
    for number in range(count):
        make_earlier_award(applicant, amount_fen=100 + number)

    client.get(reverse("console:earlier_template"))  # the first page of a session also writes the session
    with django_assert_num_queries(5):  # session, user, posting, clauses of the form, rows
        page = client.get(reverse("console:earlier"), {"q": applicant.name})

    assert len(page.context["rows"]) == count
