"""Signals of risk: each function over plain values, and what a look at a case stores."""

import zlib
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from applications import risk, tasks
from applications.actions import ActionRefused, filing
from applications.actions.risk import set_aside
from applications.models import (
    Applicant,
    Application,
    Duty,
    Event,
    Evidence,
    FileMark,
    PagePrint,
    RiskScore,
    RiskSignal,
    Status,
)
from applications.risk import reading
from applications.risk.capitals import fen_of, sums_in
from applications.risk.case import Case, Echo, Link, Marks, Match, Shared, Sheet, Trace
from tests.applications.fraud_cases import capitals
from tests.factories import NOON, agent_of, legal_of, make_application, make_draft, make_officer, make_signal

OTHER = Link(case=9, applicant=8, evidence=7, page=1, round=1)


def sheet(slot="invoice", *, pages=(), marks=None, **details):
    return Sheet(
        pk=1, slot=slot, label="材料", details=details, handed_in_on=date(2026, 7, 1), pages=pages, marks=marks
    )


def case(*sheets, **more):
    values = {"founded_on": date(2020, 1, 1), "filed_on": date(2026, 7, 1), "facts": {}} | more
    return Case(pk=1, applicant=1, name="甲", clause="xinxing-3", round=1, sheets=sheets, **values)


def kinds(made):
    """Return (kind, points) of everything found in a case."""
    return [(signal.kind, signal.points) for signal in risk.look_at(made)]


# ---- papers of others


def test_the_same_file_of_another_applicant():
    echo = Echo("file", 1, "同一文件还用于其他申报件", OTHER)

    assert kinds(case(sheet(), echoes=(echo,))) == [("file.same", 40)]
    assert kinds(case(sheet("standard_text"), echoes=(echo,))) == []
    own = Echo("file", 1, "同一文件还用于其他申报件", Link(case=9, applicant=1))
    assert kinds(case(sheet(), echoes=(own,))) == []


def test_a_number_nearby_tells_only_with_the_same_sum():
    near = Echo("near", 1, "编号 1 与其他申报件的 2 只差一位", OTHER)
    twin = Echo("near", 1, "编号 1 与其他申报件的 3 只差一位", OTHER, same_sum=True)

    assert kinds(case(sheet(), echoes=(near,))) == [("number.near", 6)]
    (found,) = risk.look_at(case(sheet(), echoes=(near, twin)))
    assert (found.points, found.text) == (32, "编号 1 与其他申报件的 3 只差一位，金额也相同")


def test_the_same_page_says_where_and_how_much():
    match = Match("picture", 1, 2, OTHER, 150, 200)

    (found,) = risk.look_at(case(sheet("pue_report"), matches=(match,)))

    assert (found.kind, found.page, found.links) == ("page.same", 2, (OTHER,))
    assert found.text == "第2页的图像与其他申报单位的材料几乎相同（重合 75%）"


@pytest.mark.parametrize(("alike", "found"), [(4, []), (5, [("figures.same", 35)])])
def test_few_figures_say_nothing(alike, found):
    assert kinds(case(sheet("pue_report"), matches=(Match("figures", 1, 1, OTHER, alike, 6),))) == found


# ---- files


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (date(2026, 5, 1), [("pdf.early", 35)]),
        (date(2026, 6, 27), []),  # a draft of some days before
        (date(2026, 8, 1), []),
        (date(2001, 1, 1), []),  # the clock of a scanner that nobody set
    ],
)
def test_a_report_older_than_what_it_measured(made, found):
    paper = sheet("pue_report", marks=Marks(created_on=made), period_to="2026-06-30", issued_on="2026-06-30")

    assert kinds(case(paper)) == found


def test_the_end_of_a_contract_lies_ahead():
    paper = sheet(
        "compute_contract", marks=Marks(created_on=date(2026, 1, 2)), signed_on="2026-01-02", period_to="2027-01-01"
    )

    assert kinds(case(paper)) == []


@pytest.mark.parametrize(
    ("slot", "program", "found"),
    [
        ("pue_report", "Adobe Photoshop for Windows", [("pdf.editor", 30)]),
        ("rack_list", "Adobe Photoshop for Windows", []),
        ("pue_report", "Foxit PDF Editor", [("pdf.editor", 14)]),
        ("compute_contract", "Foxit PDF Editor", []),
        ("pue_report", "Microsoft® Word 2016", []),
    ],
)
def test_programs_for_pictures(slot, program, found):
    assert kinds(case(sheet(slot, marks=Marks(producer=program)))) == found


def test_text_out_of_a_program_for_pictures_says_less_than_a_scan_out_of_it():
    program = Marks(producer="Adobe Illustrator")
    scanned = Marks(producer="Adobe Illustrator", scanned=(1,))

    assert kinds(case(sheet("audit_report", marks=program, pages=("审计报告",)))) == [("pdf.editor", 12)]
    (found,) = risk.look_at(case(sheet("audit_report", marks=scanned, pages=("",))))
    assert (found.points, found.text) == (30, "扫描件由图像编辑软件保存（Adobe Illustrator）")


def test_an_invoice_out_of_a_text_program():
    word = Marks(producer="Microsoft® Word 2016")

    assert kinds(case(sheet(marks=word, pages=("发票",)))) == [("pdf.office", 30)]
    pasted = Marks(producer="Microsoft® Word 2016", scanned=(1,))
    assert kinds(case(sheet(marks=pasted, pages=("",)))) == []
    assert kinds(case(sheet("compute_contract", marks=word, pages=("合同",)))) == []


def test_changed_after_signing():
    assert kinds(case(sheet(marks=Marks(changed_after_signing=True)))) == [("pdf.signed", 40)]


# ---- amounts


@pytest.mark.parametrize(
    ("words", "fen"),
    [
        ("壹佰贰拾万元整", 120_000_000),
        ("拾万零伍佰元伍角贰分", 10_050_052),
        ("壹亿贰仟零叁万肆仟元整", 12_003_400_000),
        ("玖元捌分", 908),
        ("张三元", None),
    ],
)
def test_capitals_are_read(words, fen):
    assert fen_of(words) == fen


@pytest.mark.parametrize("fen", [100, 10_01, 2_0003_00, 9_8765_4321_99, 10_0000_0000_00, 1_0000_0500_00])
def test_capitals_are_read_as_they_are_written(fen):
    assert list(sums_in(f"合计{capitals(fen)}止")) == [(capitals(fen), fen)]


def test_figures_that_differ_from_their_capitals():
    right = sheet(pages=("合计（大写）壹佰贰拾万元整 （小写）￥1,200,000.00",))
    wrong = sheet(pages=("合计（大写）壹佰贰拾万元整 （小写）￥12,000,000.00",))
    in_wan = sheet("compute_contract", pages=("人民币壹佰贰拾万元整（120万元）",))

    assert kinds(case(right)) == []
    assert kinds(case(wrong)) == [("amount.capitals", 40)]
    assert kinds(case(in_wan)) == []


def test_figures_side_by_side_stay_apart():
    page = "金额 税额 价税合计\n20,000.00 1,200.00 21,200.00 （大写）贰万壹仟贰佰元整"

    assert kinds(case(sheet(pages=(page,), marks=Marks(), total_yuan="21200.00"))) == []
    assert kinds(case(sheet(pages=(page,), marks=Marks(), total_yuan="51200.00"))) == [("amount.field", 30)]


def test_a_sum_that_is_typed_larger_than_the_paper():
    page = "价税合计 21,200.00 税额 1,200.00"

    assert kinds(case(sheet(pages=(page,), marks=Marks(), total_yuan="21200.00"))) == []
    assert kinds(case(sheet(pages=(page,), marks=Marks(), total_yuan="212000.00"))) == [("amount.field", 30)]
    scan = sheet(pages=("",), marks=Marks(scanned=(1,)), total_yuan="212000.00")
    assert kinds(case(scan)) == []


def test_traces_in_a_file():
    traces = tuple(Trace(kind, 1, "1,000.00", "9,000.00") for kind in ("overlay", "hidden", "onscan", "font"))

    found = kinds(case(sheet(marks=Marks(traces=traces))))

    assert found == [("amount.overlay", 45), ("amount.overlay", 40), ("amount.overlay", 40), ("amount.font", 30)]


# ---- energy, invoices, staff


@pytest.mark.parametrize(
    ("pue", "found"),
    [
        ("0.98", [("pue.physics", 40)]),
        ("1.02", [("pue.physics", 40)]),
        ("1.05", [("pue.physics", 12)]),
        ("1.06", []),
        ("1.25", []),
    ],
)
def test_pue_below_what_is_possible(pue, found):
    assert kinds(case(sheet("pue_report", pue=pue))) == found


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2025-12-01", "2026-02-28", [("pue.season", 30)]),
        ("2025-11-01", "2026-04-30", [("pue.season", 14)]),
        ("2026-05-01", "2026-08-31", []),
        ("2025-07-01", "2026-06-30", []),
    ],
)
def test_a_measurement_of_the_winter(first, last, found):
    assert kinds(case(sheet("pue_report", period_from=first, period_to=last))) == found


def test_more_energy_than_the_cards_can_draw():
    cards = sheet("scale_report", card_count=100)
    period = {"period_from": "2025-07-01", "period_to": "2026-06-30", "total_kwh": "9000000"}

    assert kinds(case(cards, sheet("pue_report", it_kwh="1752000", **period))) == []
    assert kinds(case(cards, sheet("pue_report", it_kwh="1752001", **period))) == [("pue.load", 30)]


def test_a_total_below_the_bill():
    assert kinds(case(sheet("pue_report", total_kwh="999", billed_kwh="1000"))) == [("pue.bill", 30)]
    assert kinds(case(sheet("pue_report", total_kwh="1000", billed_kwh="1000"))) == []


@pytest.mark.parametrize(
    ("months", "found"),
    [
        ("100000、100000、100001、100000、100002、100000", [("energy.flat", 30)]),
        ("100000、105000、110000、115000、120000、125000", [("energy.flat", 30)]),
        ("100000、104000、98000、103000、101000、99500", []),
        ("100000、100000", []),
    ],
)
def test_meters_vary(months, found):
    assert kinds(case(sheet("green_power_metering", monthly_kwh=months))) == found


def invoices(*sums, step=1):
    return [
        sheet(seller="乙", total_yuan=total, invoice_number=f"2665{number * step:016d}")
        for number, total in enumerate(sums, start=1)
    ]


def test_invoices_cut_under_a_limit():
    assert kinds(case(*invoices("99000", "98500", "99900"))) == [("invoice.split", 35)]
    assert kinds(case(*invoices("99000", "98500", "99900", step=50))) == [("invoice.split", 10)]
    assert kinds(case(*invoices("99000", "98500"))) == []
    assert kinds(case(*invoices("99000", "100000", "94000"))) == []


@pytest.mark.parametrize(
    ("days", "points"),
    [
        (("2026-03-01", "2026-03-02", "2026-03-21"), 30),  # one purchase
        (("2026-03-01", "2026-03-02", "2026-03-22"), 10),
        (("2026-01-31", "2026-02-28", "2026-03-31"), 10),  # a fee month for month
        (("2025-12-01", "2026-03-01", "2026-03-10", "2026-03-20"), 30),
    ],
)
def test_invoices_written_at_once_are_one_purchase(days, points):
    papers = [
        sheet(seller="乙", total_yuan="99000", invoice_number=f"2665{place * 50:016d}", issued_on=day)
        for place, day in enumerate(days, start=1)
    ]

    assert kinds(case(*papers)) == [("invoice.split", points)]


def test_invoices_that_are_all_round():
    assert kinds(case(*invoices("10000", "20000", "70000", "30000", step=50))) == [("invoice.round", 18)]
    assert kinds(case(*invoices("10000", "20000", "70000.10", "30000", step=50))) == []


def test_revenue_of_few_people():
    staff = sheet("social_insurance_list", insured_staff=2)

    assert kinds(case(staff, sheet("audit_report", annual_revenue_yuan="40000001"))) == [("staff.revenue", 30)]
    assert kinds(case(staff, sheet("audit_report", annual_revenue_yuan="40000000"))) == []


# ---- bodies


def shared(*whats, bodies=1, applicants=(8,)):
    links = tuple(Link(case=a + 1, applicant=a, round=1) for a in applicants)
    return tuple(Shared(what, "值", links, bodies) for what in whats)


def test_a_crowd_says_less():
    assert kinds(case(shared=shared("phone"))) == [("body.phone", 7)]
    assert kinds(case(shared=shared("phone", bodies=8))) == [("body.phone", 3)]
    assert kinds(case(shared=shared("account", bodies=8))) == [("body.account", 45)]


def test_a_group_needs_something_telling():
    assert "group.round" not in dict(kinds(case(shared=shared("phone", "email", "user", "address"))))
    assert dict(kinds(case(shared=shared("person", "address"))))["group.round"] == 20
    assert dict(kinds(case(shared=shared("account", "address", applicants=(7, 8)))))["group.round"] == 35


@pytest.mark.parametrize(("days", "found"), [(20, [("body.young", 12)]), (100, [("body.young", 5)]), (200, [])])
def test_young_bodies(days, found):
    assert kinds(case(founded_on=date(2026, 7, 1) - timedelta(days=days))) == found


def test_what_an_accountant_explains_counts_once():
    accountant = [("body.phone", 7), ("body.email", 7), ("body.user", 7), ("body.address", 8)]

    assert risk.points_of(accountant) == 8 + 6
    assert risk.points_of([*accountant, ("body.account", 45)]) == 45 + 14
    assert risk.points_of([("page.same", 40), ("file.same", 40), ("amount.font", 25)]) == 100


def test_no_heap_of_weak_signals_weighs_like_a_telling_one():
    weak = [("pdf.editor", 14), ("pdf.revised", 6), ("number.near", 6), ("invoice.round", 18), ("body.young", 12)]

    assert risk.points_of(weak[:2]) == 20
    assert risk.points_of(weak) == 20
    assert risk.points_of([*weak, ("amount.font", 30)]) == 50
    assert risk.points_of([("pdf.editor", 30), ("pdf.editor", 14)]) == 33
    assert risk.points_of([]) == 0


# ---- what is stored


@pytest.mark.django_db
def test_a_claim_that_is_handed_in_is_looked_at_by_the_sweep():
    application = make_draft()
    Applicant.objects.filter(pk=application.applicant_id).update(founded_on=NOON.date() - timedelta(days=10))
    assert not RiskScore.objects.exists()

    filing.confirm(application, by=legal_of(application.applicant), at=NOON)
    filing.submit(application, by=agent_of(application.applicant), at=NOON)

    assert RiskScore.objects.get().stale
    assert not RiskSignal.objects.exists()
    risk.look_at_stale(NOON)
    row = RiskSignal.objects.get(application=application)
    assert (row.kind, row.points, row.text) == ("body.young", 12, "成立 10 天后即提出申报")
    assert risk.score_of(application) == 12
    assert not RiskScore.objects.get().stale


@pytest.mark.django_db
def test_looking_again_stores_nothing():
    _, second = make_application(), make_application()  # of the factories: one account, address and phone
    risk.run(second, NOON)
    before = list(RiskSignal.objects.order_by("pk").values()), list(RiskScore.objects.order_by("pk").values())

    risk.run(second, NOON + timedelta(days=1))

    after = list(RiskSignal.objects.order_by("pk").values()), list(RiskScore.objects.order_by("pk").values())
    assert before == after
    assert {row["kind"] for row in before[0]} >= {"body.account", "body.phone", "body.address"}


@pytest.mark.django_db
def test_the_other_case_learns_of_it_and_it_ends():
    first, second = make_application(), make_application()
    assert not RiskSignal.objects.filter(application=first, kind="body.account").exists()

    rounds = 0
    while risk.look_at_stale(NOON):
        rounds += 1
        assert rounds < 5

    row = RiskSignal.objects.get(application=first, kind="body.account")
    assert [link["case"] for link in row.links] == [second.pk]
    assert not RiskScore.objects.filter(stale=True).exists()


@pytest.mark.django_db
def test_a_signal_that_is_found_no_more_is_gone():
    application = make_application()
    Applicant.objects.filter(pk=application.applicant_id).update(founded_on=NOON.date() - timedelta(days=10))
    application.applicant.refresh_from_db()
    risk.run(application, NOON)
    Applicant.objects.filter(pk=application.applicant_id).update(founded_on=date(2020, 1, 1))
    application.applicant.refresh_from_db()

    risk.run(application, NOON + timedelta(hours=1))

    row = RiskSignal.objects.get(application=application)
    assert (row.gone_at, risk.score_of(application)) == (NOON + timedelta(hours=1), 0)


@pytest.mark.django_db
def test_files_are_read_by_the_sweep_and_the_case_is_looked_at():
    application = make_application()
    assert not FileMark.objects.exists()

    tasks.read_texts()
    tasks.read_files()

    papers = Evidence.objects.filter(application=application)
    assert FileMark.objects.count() == papers.count()
    assert set(FileMark.objects.values_list("problem", flat=True)) == {""}
    assert not RiskScore.objects.get(application=application).stale
    tasks.read_files()
    assert FileMark.objects.count() == papers.count()


@pytest.mark.django_db
def test_no_file_is_read_before_an_older_one_whose_text_waits():
    application = make_application()
    first, *rest = application.evidence.order_by("pk")
    Evidence.objects.filter(pk__in=[row.pk for row in rest]).update(content_type="image/png")

    assert not reading.waiting().exists()
    tasks.read_texts()
    assert [row.pk for row in reading.waiting()] == [row.pk for row in (first, *rest)]


@pytest.mark.django_db
def test_drafts_are_nobodys_business():
    first = make_application()
    draft = make_draft()
    tasks.read_texts()
    tasks.read_files()

    assert not RiskScore.objects.filter(application=draft).exists()
    assert not RiskSignal.objects.filter(application=first).exists()


# ---- setting aside


@pytest.mark.django_db
def test_an_officer_sets_a_signal_aside_with_a_reason():
    signal = make_signal(make_application(Status.VERIFYING))
    officer = make_officer(Duty.VERIFY)
    version = signal.application.version

    set_aside(signal, reason=" 代账公司代为填报 ", by=officer, at=NOON)

    signal.refresh_from_db()
    assert (signal.cleared_by.user, signal.cleared_at, signal.cleared_reason) == (officer, NOON, "代账公司代为填报")
    assert risk.score_of(signal.application) == 0
    event = Event.objects.filter(application=signal.application).order_by("-sequence").first()
    assert (event.action, event.note) == ("set_aside_signal", "新设单位：代账公司代为填报")
    assert Application.objects.get(pk=signal.application_id).version == version + 1


@pytest.mark.django_db
def test_what_was_set_aside_stays_so_when_the_case_is_looked_at_again():
    application = make_application()
    Applicant.objects.filter(pk=application.applicant_id).update(founded_on=NOON.date() - timedelta(days=10))
    application.applicant.refresh_from_db()
    risk.run(application, NOON)
    set_aside(RiskSignal.objects.get(), reason="集团内设立", by=make_officer(Duty.INSPECT), at=NOON)

    assert risk.run(application, NOON + timedelta(days=1)) == 0
    assert RiskSignal.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("duty", "reason", "words"),
    [
        (Duty.AUDIT, "理由", "只有核验、审批、稽核岗位可以办理此事项。"),
        (Duty.INTAKE, "理由", "只有核验、审批、稽核岗位可以办理此事项。"),
        (Duty.VERIFY, "  ", "请写明不采纳的理由。"),
    ],
)
def test_who_may_not_set_aside(duty, reason, words):
    signal = make_signal(make_application(Status.VERIFYING))

    with pytest.raises(ActionRefused, match=words):
        set_aside(signal, reason=reason, by=make_officer(duty), at=NOON)

    signal.refresh_from_db()
    assert signal.cleared_at is None


@pytest.mark.django_db
def test_a_signal_is_set_aside_once():
    signal = make_signal(make_application(Status.VERIFYING))
    officer = make_officer(Duty.VERIFY)
    set_aside(signal, reason="一", by=officer, at=NOON)

    with pytest.raises(ActionRefused, match="已经处理过了"):
        set_aside(signal, reason="二", by=officer, at=NOON)


# ---- what the database keeps


def refused(**changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskSignal.objects.update(**changes)


@pytest.mark.django_db
def test_the_database_keeps_signals():
    signal = make_signal(make_application())
    refused(kind="other")
    refused(cleared_reason="无人")
    refused(cleared_at=NOON)
    refused(points=0)
    refused(points=101)
    with pytest.raises(IntegrityError), transaction.atomic():
        signal.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskSignal.objects.create(
            application=signal.application, kind=signal.kind, mark=signal.mark, points=1, text="x", found_at=NOON
        )
    set_aside(signal, reason="一", by=make_officer(Duty.VERIFY), at=NOON)
    refused(cleared_reason="改")
    RiskSignal.objects.update(gone_at=NOON)
    refused(gone_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskScore.objects.update(score=101)


@pytest.mark.django_db
def test_what_was_read_in_a_file_is_never_changed():
    application = make_application()
    paper = application.evidence.first()
    mark = FileMark.objects.create(evidence=paper, read_at=NOON)
    values = {f"band_{number}": 1 for number in (1, 2, 3, 4)} | {"detail": zlib.compress(b"x")}
    page = PagePrint.objects.create(evidence=paper, page=1, kind="picture", **values)

    for rows, changes in ((FileMark.objects, {"producer": "x"}), (PagePrint.objects, {"page": 2})):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**changes)
    for row in (mark, page):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        PagePrint.objects.create(evidence=paper, page=1, kind="picture", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        PagePrint.objects.create(evidence=paper, page=2, kind="other", **values)


def test_every_kind_has_words_and_fits_its_column():
    assert all(kind.label and len(name) <= 30 for name, kind in risk.KINDS.items())
    assert {kind.bond for kind in risk.KINDS.values()} == {"", "hard", "soft"}
    assert len({kind.label for kind in risk.KINDS.values()}) == len(risk.KINDS)
