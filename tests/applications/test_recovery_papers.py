"""The letters of 追回: what they name, whose they are, and what the body never sees."""

import io
from datetime import date, datetime, timedelta
from typing import Any

import pypdf
import pytest
from django.db import transaction

from applications import papers, recovery_papers, telling
from applications.actions import ActionRefused
from applications.documents import fonts_ready, render
from applications.models import (
    CaseDuty,
    Document,
    Duty,
    Event,
    Instalment,
    RecoveryCase,
    RecoveryEntry,
    RecoveryPaper,
    RecoveryTerm,
    Restriction,
    Status,
    Unit,
    User,
)
from tests import letters_recovery
from tests.factories import NOON, agent_of, make_application, make_officer

pytestmark = pytest.mark.django_db

DAY = date(2026, 9, 1)
TRANSFERRED = {"to": "测试财政局", "matter": "给予行政处罚。", "reason": "证据确凿。", "papers": ["测试笔录"]}


def make_recovery(**changes: Any) -> RecoveryCase:
    """Return a case against a paid award as it stands when its decision is made, with one piece of evidence."""
    application = make_application(Status.PAID)
    officer = make_officer(Duty.INSPECT)
    duty = CaseDuty.objects.create(application=application, user=officer, duty=Duty.INSPECT, since=NOON)
    values = {
        "authority": application.authority,
        "application": application,
        "award": application.awards.get(),
        "year": 2026,
        "sequence": 1,
        "number": "师新数追案〔2026〕1号",
        "kind": RecoveryCase.Kind.FRAUD,
        "alleged": "检测报告涉嫌变造。\n\n有举报材料。",
        "opened_by": duty,
        "opened_at": NOON,
        "facts": "检测报告系变造。",
        "basis": "《财政违法行为处罚处分条例》第十四条。",
        "principal_fen": 300_0000_00,
        "pay_into": "测试国库账户。",
        "remark": "退回奖补",
    }
    row = RecoveryCase.objects.create(**values | changes)
    RecoveryPaper.objects.create(
        recovery=row,
        kind=RecoveryPaper.Kind.EVIDENCE,
        file="recovery/test.pdf",
        original_name="复函.pdf",
        content_type="application/pdf",
        size=9,
        sha256="ab" * 32,
        uploaded_by=officer,
        uploaded_at=NOON,
    )
    return row


def said(document: Document) -> str:
    """Return the page of a letter without its blanks."""
    return "".join(render.page_source(papers.letter_of(document, final=True)).split())


def decide(row: RecoveryCase, **changes: Any) -> Document:
    told = {
        "owed": [("principal", 300_0000_00), ("interest", 0)],
        "heard": "当事人放弃陈述申辩。",
        "interest": "",
        "pay_until": None,
    }
    return recovery_papers.issue_decision(row, **told | changes, by=row.opened_by.user, at=NOON)


def test_every_letter_is_numbered_for_itself_and_hangs_on_the_case():
    row = make_recovery()
    by, at = row.opened_by.user, NOON
    decided = decide(row)
    told = {
        "师新数追立〔2026〕1号": recovery_papers.issue_filed(row, by=by, at=at),
        "师新数追告〔2026〕1号": recovery_papers.issue_proposal(row, state_until=DAY, by=by, at=at),
        "师新数追听告〔2026〕1号": recovery_papers.issue_hearing(row, ask_until=DAY, by=by, at=at),
        "师新数追听〔2026〕1号": recovery_papers.issue_convene(
            row, held_at=NOON, place="测试会议室", host_name="测试主持", by=by, at=at
        ),
        "师新数追决〔2026〕1号": decided,
        "师新数追送〔2026〕1号": recovery_papers.issue_service(
            row, decided, method="直接送达", on=DAY, receiver="测试收件人", by=by, at=at
        ),
        "师新数追催〔2026〕1号": recovery_papers.issue_urge(row, left=[("principal", 5)], pay_until=DAY, by=by, at=at),
        "师新数追分〔2026〕1号": recovery_papers.issue_plan(row, parts=[(DAY, 5)], by=by, at=at),
        "师新数追移〔2026〕1号": recovery_papers.issue_transfer(row, **TRANSFERRED, by=by, at=at),
        "师新数追结〔2026〕1号": recovery_papers.issue_closed(row, result="已全部退回。", by=by, at=at),
    }

    assert {number: letter.number for number, letter in told.items()} == {number: number for number in told}
    assert list(row.documents.order_by("pk")) == sorted(told.values(), key=lambda letter: letter.pk)
    assert {letter.application_id for letter in told.values()} == {row.application_id}
    assert all(letter.jobs.filter(kind="document").exists() for letter in told.values())
    assert all(said(letter) for letter in told.values())


def test_the_filing_names_facts_award_and_the_last_day_of_the_decision():
    row = make_recovery()
    RecoveryTerm.objects.create(
        recovery=row,
        kind=RecoveryTerm.Kind.DECIDE,
        started_on=DAY,
        unit=Unit.CALENDAR,
        length=90,
        due_on=date(2026, 11, 30),
    )
    page = said(recovery_papers.issue_filed(row, by=row.opened_by.user, at=NOON))

    assert "涉嫌骗取财政资金，本单位于2026年9月1日决定立案调查" in page
    assert "<p>检测报告涉嫌变造。</p><p>有举报材料。</p>" in page
    assert "90日内作出处理决定（2026年11月30日前，含当日）" in page
    assert "（师新数兑〔2026〕1号），核定金额¥3,000,000.00（大写：人民币叁佰万元整）" in page


@pytest.mark.parametrize("large", [True, False])
def test_a_proposal_tells_rights_before_anything_is_decided(large):
    row = make_recovery(large=large)
    page = said(recovery_papers.issue_proposal(row, state_until=date(2026, 9, 8), by=row.opened_by.user, at=NOON))

    assert "拟撤销上述奖补决定，责令退回奖补资金本金¥3,000,000.00（大写：人民币叁佰万元整）。" in page
    assert "5个工作日内（2026年9月8日前，含当日）" in page
    assert "不因陈述、申辩而作出更重的处理" in page
    assert '复函.pdf</td><tdclass="middle">abababababababab' in page
    assert ("有权要求举行听证" in page) == large


def test_a_day_that_is_not_known_yet_is_not_named():
    row = make_recovery()
    page = said(recovery_papers.issue_proposal(row, state_until=None, by=row.opened_by.user, at=NOON))

    assert "自收到本告知书之日起5个工作日内，登录本平台" in page


def test_a_hearing_is_told_in_local_time():
    row = make_recovery()
    letter = recovery_papers.issue_convene(
        row,
        held_at=datetime.fromisoformat("2026-09-15T01:30:00+00:00"),
        place="测试会议室",
        host_name="测试主持",
        by=row.opened_by.user,
        at=NOON,
    )

    assert "2026年9月15日09:30" in said(letter)


def test_a_decision_has_every_field_the_law_asks_for():
    row = make_recovery(party={"address": "测试新址2号", "representative": "测试新法人"})
    applicant = row.application.applicant
    page = said(decide(row))

    payment = Instalment.objects.get(award=row.award).payments.get()
    for wanted in (
        "师新数追决〔2026〕1号",
        applicant.name,
        applicant.uscc,
        "测试新址2号",
        "测试新法人",
        row.application.policy.title,
        "师新数兑〔2026〕1号",
        payment.voucher_number,
        "检测报告系变造。",
        "复函.pdf",
        "《财政违法行为处罚处分条例》第十四条。",
        "".join(papers.assessing.law_of(row.application).text.split()),
        "合计¥3,000,000.00（大写：人民币叁佰万元整）",
        "收款账户：测试国库账户。",
        "缴款附言：退回奖补。",
        "本决定书送达之日起15日内",
        "当事人放弃陈述申辩。",
        "本决定不计收利息。",
        "申请人民法院强制执行",
        "60日内依法向",
        "6个月内依法向",
        papers.settings.PUBLIC_BASE_URL,
        "2026年9月1日",
    ):
        assert "".join(wanted.split()) in page, wanted
    assert "加处罚款" not in page
    assert "撤销奖补资金兑现通知书" in page


def test_a_fine_brings_its_daily_addition_and_each_account_its_own_line():
    row = make_recovery(whole=False)
    page = said(
        decide(row, owed=[("principal", 100), ("fine", 2000)], interest="承诺书第三条。", pay_until=date(2026, 9, 20))
    )

    assert "每日按罚款数额的百分之三加处罚款" in page
    assert '<td>罚款</td><tdclass="figure">20.00</td><td>人民币贰拾元整</td>' in page
    assert '<td>合计</td><tdclass="figure">21.00</td><td>人民币贰拾壹元整</td>' in page
    assert "利息：承诺书第三条。" in page
    assert "请于2026年9月20日前（含当日）" in page
    assert "变更奖补资金兑现通知书" in page


def test_words_that_name_two_sums_stop_the_decision_without_a_gap():
    row = make_recovery()
    with pytest.raises(ActionRefused, match="大写应为“人民币壹佰元整”"), transaction.atomic():
        decide(row, heard="退回100.00元（大写：人民币贰佰元整）。")

    assert not row.documents.exists()
    assert decide(row).sequence == 1


def test_a_closing_tells_what_came_back_by_account():
    row = make_recovery()
    duty = row.opened_by
    other = CaseDuty.objects.create(
        application=row.application, user=make_officer(Duty.COUNTERSIGN), duty=Duty.COUNTERSIGN, since=NOON
    )
    part = Instalment.objects.get(award=row.award)
    same = {"recovery": row, "account": "principal", "on": DAY, "basis": "测试", "made_by": duty, "made_at": NOON}
    back = same | {"confirmed_by": other}
    entries = RecoveryEntry.objects
    entries.create(**same, kind="owed", amount_fen=300_0000_00, instalment=part)
    entries.create(**back, kind="repaid", amount_fen=200_0000_00, voucher="1")
    wrong = entries.create(**back, kind="repaid", amount_fen=50_0000_00, voucher="2")
    entries.create(**back, kind="repaid", amount_fen=50_0000_00, voucher="2", reverses=wrong)
    entries.create(**back, kind="written_off", amount_fen=100_0000_00)
    page = said(recovery_papers.issue_closed(row, result="无财产可供执行部分依法核销。", by=duty.user, at=NOON))

    sums = ("3,000,000.00", "2,000,000.00", "0.00", "1,000,000.00")
    cells = "".join(f'<tdclass="figure">{figure}</td>' for figure in sums)
    assert f"<td>本金</td>{cells}" in page
    assert "已退回和抵扣¥2,000,000.00（大写：人民币贰佰万元整）" in page


def test_restriction_and_its_end_name_each_other():
    row = make_recovery()
    by = row.opened_by.user
    restriction = Restriction.objects.create(
        authority=row.authority,
        uscc=row.application.applicant.uscc,
        applicant_name=row.application.applicant.name,
        scope=Restriction.Scope.FILING,
        since=DAY,
        until=DAY + timedelta(days=700),
        basis="测试办法第二十条。",
        paper="师新数追决〔2026〕1号",
        reason="骗取奖补资金。",
        recovery=row,
        made_by=by,
        made_at=NOON,
    )
    first = recovery_papers.issue_restriction(restriction, row, by=by, at=NOON)
    last = recovery_papers.issue_lifting(restriction, row, reason="已全部退回。", by=by, at=NOON + timedelta(days=9))

    assert "自2026年9月1日起至2028年8月1日止，限制申报和兑现。" in said(first)
    assert "60日内依法向" in said(first)
    assert "作出限制申报决定（师新数限〔2026〕1号），自2026年9月1日起" in said(last)
    assert "现决定自2026年9月10日起解除。" in said(last)


def test_the_body_sees_its_letters_and_never_the_transfer():
    row = make_recovery()
    by = row.opened_by.user
    filed = recovery_papers.issue_filed(row, by=by, at=NOON)
    transfer = recovery_papers.issue_transfer(row, **TRANSFERRED, by=by, at=NOON)
    party = agent_of(row.application.applicant)

    assert set(Document.objects.visible_to(party).filter(recovery=row)) == {filed}
    assert set(Document.objects.visible_to(by).filter(recovery=row)) == {filed, transfer}
    assert "测试财政局：" in said(transfer)
    assert "给予行政处罚。</p>" in said(transfer)


def test_the_seal_on_what_the_body_may_not_see_tells_it_nothing():
    row = make_recovery()
    transfer = recovery_papers.issue_transfer(row, **TRANSFERRED, by=row.opened_by.user, at=NOON)
    decision = decide(row)
    sealer = make_officer(Duty.APPROVE)

    def told(document: Document) -> set[User]:
        sealed = Event(by=sealer, detail={"kind": document.kind, "document": document.pk})
        return set(telling.who_waits_for_the_seal(row.application, sealed))

    assert told(transfer) == told(decision) == set()
    RecoveryCase.objects.filter(pk=row.pk).update(served_on=DAY)
    assert told(transfer) == set()
    assert told(decision) == set(row.application.applicant.members.all())


@pytest.mark.skipif(bool(fonts_ready()), reason="script/fonts has not run")
def test_the_slip_to_sign_is_one_page():
    pdf = render.pdf(letters_recovery.a_service())

    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
