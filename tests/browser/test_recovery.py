"""
追回 in the browser: from the doubt about a paid award to the last yuan, on the pages of every desk and of the body.

The awards are made by the real actions beforehand; the days of the limit to pay pass in the database. What another desk
does on pages that are tested elsewhere (the confirmation of a set-off, the payment that takes it) is done by actions.
"""

import re
import time

from playwright.sync_api import Page, expect

from tests import samples
from tests.browser.hands import fill, press, run_on

PHONE = {"width": 390, "height": 844}

START = """
from datetime import date, timedelta
from django.utils import timezone
from applications.actions import decision, filing, intake, payment, review, setoff
from applications.demo.money import check_account
from applications.demo.stories import LABELLING, PRODUCT, check_all, file_claim
from applications.models import Applicant, Application, Clause, Document, Duty, RecoveryCase, RecoveryTerm, SetOff, User
now = timezone.now()
person = lambda name: User.objects.get(username=name)
class Cast:
    def officer(self, duty, code="xinxing"):
        return person(f"{code}_{duty}")
"""

AWARDS = """
def granted(clause, subject, facts):
    agent = person("huyang_agent")
    applicant = Applicant.objects.get(memberships__user=agent)
    case = file_claim(
        applicant, agent, clause=Clause.objects.select_related("policy__authority").get(code=clause),
        subject=subject, facts=facts, event_on=date(2026, 6, 30), at=now,
    )
    filing.confirm(case, by=person("huyang_legal"), at=now)
    filing.submit(case, by=agent, at=now)
    intake.accept(case, by=person("xinxing_intake"), at=now)
    check_all(case, by=person("xinxing_verify"), at=now)
    review.propose(case, by=person("xinxing_verify"), at=now)
    decision.endorse(case, by=person("xinxing_approve"), at=now)
    decision.grant(case, by=person("xinxing_approve"), at=now)
    check_account(Cast(), applicant, "xinxing", now)
    return Application.objects.get(pk=case.pk)
def paid(case):
    part = case.awards.get().instalments.get()
    by, day = person("xinxing_pay"), timezone.localdate(now)
    row = payment.record(part, paid_on=day, voucher_number=f"演示支付{case.pk}", by=by, at=now)
    payment.confirm(row, by=person("xinxing_countersign"), at=now)
"""

MAKE = """
Authority = Application._meta.get_field("authority").related_model
Authority.objects.filter(code="xinxing").update(notice_days=0)
first, second = granted("xinxing-8", "演示追回产品", PRODUCT), granted("xinxing-5a", "", LABELLING)
paid(first)
notice = Document.objects.get(application=first, kind="notice")
print("cases", first.pk, second.pk, notice.code)
"""

PASS = """
day = timezone.localdate() - timedelta(days=1)
RecoveryTerm.objects.filter(recovery={pk}, kind="pay").update(due_on=day)
"""

SET_OFF = """
row = SetOff.objects.get(recovery={pk})
setoff.confirm(row, by=person("xinxing_countersign"), at=now)
paid(Application.objects.get(pk={second}))
"""


def run(site, script: str) -> str:
    """Run lines in the site's own shell and return what they print."""
    return run_on(site.var, START + AWARDS + script)


def pdf_file(name: str) -> dict:
    """Return a file like no other to choose in a form."""
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(f"{name} {time.time_ns()}")}


def act(page: Page, name: str, values: dict[str, str], *, file: str = "", confirm: str = "") -> None:
    """Open the form of an act, fill it and send it; confirm it where the page asks back."""
    place = page.locator(f"[data-act={name}]")
    place.locator("summary").click()
    for field, value in values.items():
        one = place.locator(f"[name='{name}-{field}']").first
        if one.get_attribute("type") == "radio":
            place.locator(f"[name='{name}-{field}'][value='{value}']").check()
        elif one.evaluate("element => element.tagName") == "SELECT":
            one.select_option(label=value)
        else:
            one.fill(value)
    if file:
        place.locator("input[type=file]").set_input_files(pdf_file(file))
    place.locator("button[type=submit]").click()
    if confirm:
        page.locator("dialog[open]").get_by_role("button", name=confirm, exact=True).click()
    page.wait_for_load_state("networkidle")


def test_money_that_was_obtained_by_fraud_comes_back(page, as_person, site, assert_accessible):
    first, second, code = re.search(r"cases (\d+) (\d+) (\S+)", run(site, MAKE)).groups()

    # 立案 and 调查
    as_person("xinxing_inspect")
    page.goto(f"/console/cases/{first}/recovery/")
    page.locator("summary", has_text="立案").click()
    fill(page, {"kind": "fraud", "alleged": "申报的营收与审计报告附注不一致。"})
    assert_accessible(page)
    press(page, "立案", confirm="立案")
    expect(page.locator("#messages")).to_contain_text("已立案")
    console = page.url
    pk = re.search(r"/recoveries/(\d+)/", console)[1]
    assert_accessible(page)
    found = {"companion": "演示·季大查", "text": "会计师事务所书面说明附注载明营收为80万元。"}
    act(page, "investigate", found, file="书面说明")
    expect(page.locator("#steps ~ ul")).to_contain_text("调查人员：")

    # 拟处理告知
    told = {"facts": "实际营收为80万元，不足100万元，不符合条件。", "whole": "yes", "large": "no"}
    act(page, "notify", told, confirm="告知拟处理意见")
    expect(page.locator(".case-head")).to_contain_text("已告知，听取意见")
    expect(page.locator("#why-answer")).to_contain_text("当事人尚未陈述申辩")

    state_as_the_body(page, as_person, pk, assert_accessible)

    # 答复, 法制审核, 集体讨论, 决定, 送达
    as_person("xinxing_inspect")
    page.goto(console)
    act(page, "answer", {"adopted": "no", "text": "附注已载明营收，说法没有证据，不予采纳。"})
    as_person("xinxing_legal")
    page.goto(console)
    act(page, "review", {"passed": "yes", "opinion": "事实清楚，证据确凿，程序合法。"})
    as_person("xinxing_inspect")
    page.goto(console)
    today = page.evaluate("new Date().toLocaleDateString('sv-SE', {timeZone: 'Asia/Shanghai'})")
    discussed = {"held_on": today, "people": "演示甲、演示乙", "agreed": "yes", "result": "同意处理意见。"}
    act(page, "discuss", discussed, file="集体讨论记录")
    act(page, "decide", {"pay_into": "国家金库演示支库 0000000000000000"}, confirm="作出决定")
    expect(page.locator(".case-head")).to_contain_text("待送达")
    act(page, "serve", {"method": "直接送达", "on": today}, file="送达回证")
    expect(page.locator("#limits ~ .table-wrap")).to_contain_text("提起行政诉讼")
    expect(page.locator("#letters ~ ul")).to_contain_text("送达回证")
    assert_accessible(page)

    # 抵扣 of the next payment, once the limit has passed
    run(site, PASS.format(pk=pk))
    page.goto(console)
    act(page, "set_off", {"amount_fen": "20000"})
    run(site, SET_OFF.format(pk=pk, second=second))
    page.goto(console)
    expect(page.locator("#ledger ~ .table-wrap").first).to_contain_text("280,000.00")

    pay_back(page, as_person, pk, "100000.00", "演示缴款一")
    as_person("huyang_agent")
    page.goto(f"/my/recoveries/{pk}/")
    expect(page.locator("main")).to_contain_text("180,000.00")
    expect(page.locator("main")).to_contain_text("国家金库演示支库")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.set_viewport_size({"width": 1280, "height": 860})
    pay_back(page, as_person, pk, "180000.00", "演示缴款二")

    # 结案
    as_person("xinxing_inspect")
    page.goto(console)
    act(page, "close", {"reason": "应退款项已经全部退回和抵扣。"}, confirm="结案")
    expect(page.locator(".case-head")).to_contain_text("已结案")
    expect(page.locator("#ledger ~ .table-wrap tfoot")).to_contain_text("0.00")
    page.goto("/console/recoveries/figures/")
    expect(page.locator("main, #content").first).to_contain_text("已追回")
    assert_accessible(page)

    page.context.clear_cookies()
    page.goto(f"/verify/{code}/")
    expect(page.locator("main")).to_contain_text("资金已追回")
    proved = run_on(site.var, "from django.core.management import call_command\ncall_command('verify_history')")
    assert "断" not in proved


def state_as_the_body(page: Page, as_person, pk: str, assert_accessible) -> None:
    """Let the body find the case on its home, read what is intended, and state its view with a paper."""
    as_person("huyang_agent")
    page.goto("/my/")
    page.get_by_role("region", name="资金追回").get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("实际营收为80万元")
    assert_accessible(page)
    press(page, "提交")
    expect(page.locator("main")).to_contain_text("请写明陈述、申辩的意见。")
    fill(page, {"text": "报告由第三方提供，我单位不知情。"})
    page.locator("#state ~ form input[type=file]").first.set_input_files(pdf_file("说明"))
    press(page, "提交")
    expect(page.locator("#messages, main").first).to_contain_text("已提交")


def pay_back(page: Page, as_person, pk: str, yuan: str, voucher: str) -> None:
    """Record that money came back as one finance officer, and confirm it as the other."""
    as_person("xinxing_pay")
    page.goto(f"/finance/recoveries/{pk}/")
    today = page.evaluate("new Date().toLocaleDateString('sv-SE', {timeZone: 'Asia/Shanghai'})")
    said = {"kind": "repaid", "account": "principal", "amount_fen": yuan, "on": today, "voucher": voucher}
    fill(page, said | {"basis": "退回奖补资金"})
    press(page, "登记")
    expect(page.locator("main")).to_contain_text("由财政复核岗位确认后计入台账")
    as_person("xinxing_countersign")
    page.goto(f"/finance/recoveries/{pk}/")
    press(page, "确认", confirm="确认")
    expect(page.locator("main")).to_contain_text("台账已更新")
