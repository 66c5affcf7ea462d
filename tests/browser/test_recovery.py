"""
年度复核 and 追回 in the browser: a forged PUE report is found in a review, and the money comes back to the last yuan.

Every act is done by clicks of the person whose it is. Beforehand the real actions make two awards of one body; the days
of the limit to pay pass in the database.
"""

import re
import time

from playwright.sync_api import Page, expect

from tests import samples
from tests.browser.hands import fill, follow, press, run_on, send

PHONE = {"width": 390, "height": 844}

SEED = "20261126"

# The report states 10 200 000 kWh for 10 000 000 kWh of IT: a PUE of 1.02, which no hall reaches.
MAKE = """
from datetime import date
from django.utils import timezone
from applications import inspecting, risk
from applications.actions import campaign, decision, filing, inspection, intake, payment, review
from applications.demo.money import check_account
from applications.demo.stories import CENTRE, LABELLING, check_all, file_claim
from applications.models import Applicant, Application, Authority, Campaign, Clause, Document, Inspection, User
now = timezone.now()
person = lambda name: User.objects.get(username=name)
class Cast:
    def officer(self, duty, code="xinxing"):
        return person(f"{code}_{duty}")
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
# What the demonstration has under review is brought to its end first.
officer = person("xinxing_inspect")
for task in Inspection.objects.exclude(state="ended").select_related("application"):
    task = inspection.assign(task, to=officer, by=officer, at=now)
    for question in inspecting.questions_of(task.application):
        inspection.check(task, question.key, verdict="holds", now="一致", note="", by=officer, at=now)
    inspection.conclude(task, result="qualified", summary="仍成立。", by=officer, at=now)
for row in Campaign.objects.filter(state="running"):
    campaign.close(row, by=officer, at=now)
Authority.objects.filter(code="xinxing").update(notice_days=0)
first = granted("xinxing-3", "演示追回智算中心", {**CENTRE, "pue": "1.02"})
second = granted("xinxing-5a", "", LABELLING)
part = first.awards.get().instalments.get()
paid = payment.record(
    part, paid_on=timezone.localdate(now), voucher_number=f"演示支付{first.pk}", by=person("xinxing_pay"), at=now
)
payment.confirm(paid, by=person("xinxing_countersign"), at=now)
risk.run(first, at=now)
notice = Document.objects.get(application=first, kind="notice")
print("cases", first.pk, second.pk, first.number, second.number, notice.code)
"""

PASS = """
from datetime import timedelta
from django.utils import timezone
from applications.models import RecoveryTerm
day = timezone.localdate() - timedelta(days=1)
RecoveryTerm.objects.filter(recovery={pk}, kind="pay").update(due_on=day)
"""


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
    send(page, place.locator("button[type=submit]"), confirm)


def day_of(page: Page) -> str:
    """Return today in the office, as a field of a day takes it."""
    return page.evaluate("new Date().toLocaleDateString('sv-SE', {timeZone: 'Asia/Shanghai'})")


def test_a_forged_report_found_in_a_review_comes_back_to_the_last_yuan(
    page, as_person, second_page, log_in, site, assert_accessible
):
    made = re.search(r"cases (\d+) (\d+) (\S+) (\S+) (\S+)", run_on(site.var, MAKE)).groups()
    first, _, number, other, code = made

    # 年度复核: the two with the highest risk scores; one is asked for more and stands, the other becomes a doubt
    as_person("xinxing_inspect")
    review, ours, theirs = draw(page, number, assert_accessible)
    answer_from_a_phone(page, second_page, log_in, site, theirs, assert_accessible)
    find_the_forgery(page, first, ours, assert_accessible)
    page.goto(review)
    press(page, "结束复核并出具报告", "结束复核")
    expect(page.locator("body")).to_contain_text("转为问题线索 1件")
    assert_accessible(page)

    # 立案 from the doubt, and 调查
    page.goto(ours)
    page.get_by_role("link", name=re.compile("线〔")).click()
    expect(page.locator("body")).to_contain_text("检测报告系伪造")
    take_up(page)
    follow(page.get_by_role("link", name="立案", exact=True))
    summary = page.locator("summary", has_text="立案")
    if not page.locator("[name=alleged]").is_visible():
        summary.click()
    fill(page, {"kind": "fraud", "alleged": "以伪造的第三方PUE检测报告骗取奖补资金。"})
    assert_accessible(page)
    press(page, "立案", confirm="立案")
    expect(page.locator("#messages")).to_contain_text("已立案")
    console = page.url
    pk = re.search(r"/recoveries/(\d+)/", console)[1]
    expect(page.locator("#facts ~ dl")).to_contain_text("年度复核")
    assert_accessible(page)
    found = {"companion": "演示·季大查", "text": "检测机构书面说明未出具该报告，实测PUE为1.31。"}
    act(page, "investigate", found, file="检测机构书面说明")
    expect(page.locator("#steps ~ ul")).to_contain_text("调查人员：")

    # 拟处理告知, with the right to a hearing
    told = {"facts": "检测报告系伪造，实测PUE为1.31，不符合PUE≤1.25的条件。", "whole": "yes", "large": "yes"}
    act(page, "notify", told, confirm="告知拟处理意见")
    expect(page.locator(".case-head")).to_contain_text("已告知，听取意见")
    expect(page.locator("#why-answer")).to_contain_text("当事人尚未陈述申辩")

    state_as_the_body(page, as_person, pk, assert_accessible)

    # 答复, 法制审核, 集体讨论, 决定, 送达
    as_person("xinxing_inspect")
    page.goto(console)
    act(page, "answer", {"adopted": "no", "text": "报告由当事人提交，没有证据证明不知情，不予采纳。"})
    as_person("xinxing_legal")
    page.goto(console)
    act(page, "review", {"passed": "yes", "opinion": "事实清楚，证据确凿，程序合法。"})
    as_person("xinxing_inspect")
    page.goto(console)
    today = day_of(page)
    discussed = {"held_on": today, "people": "演示甲、演示乙", "agreed": "yes", "result": "同意处理意见。"}
    act(page, "discuss", discussed, file="集体讨论记录")
    act(page, "decide", {"pay_into": "国家金库演示支库 0000000000000000"}, confirm="作出决定")
    expect(page.locator(".case-head")).to_contain_text("待送达")
    act(page, "serve", {"method": "直接送达", "on": today}, file="送达回证")
    expect(page.locator("#limits ~ .table-wrap")).to_contain_text("提起行政诉讼")
    expect(page.locator("#letters ~ ul")).to_contain_text("送达回证")
    assert_accessible(page)
    check(page, code, "已被撤销")

    # 抵扣 of the next payment, once the limit has passed
    run_on(site.var, PASS.format(pk=pk))
    as_person("xinxing_inspect")
    page.goto(console)
    act(page, "set_off", {"amount_fen": "20000"})
    pay_less(page, as_person, other)
    as_person("xinxing_inspect")
    page.goto(console)
    expect(page.locator("#ledger ~ .table-wrap").first).to_contain_text("2,980,000.00")

    pay_back(page, as_person, pk, "1000000.00", "演示缴款一")
    as_person("huyang_agent")
    page.goto(f"/my/recoveries/{pk}/")
    expect(page.locator("main")).to_contain_text("1,980,000.00")
    expect(page.locator("main")).to_contain_text("国家金库演示支库")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.set_viewport_size({"width": 1280, "height": 860})
    pay_back(page, as_person, pk, "1980000.00", "演示缴款二")

    # 结案
    as_person("xinxing_inspect")
    page.goto(console)
    act(page, "close", {"reason": "应退款项已经全部退回和抵扣。"}, confirm="结案")
    expect(page.locator(".case-head")).to_contain_text("已结案")
    expect(page.locator("#ledger ~ .table-wrap tfoot")).to_contain_text("0.00")
    page.goto("/console/recoveries/figures/")
    expect(page.locator("main, #content").first).to_contain_text("已追回")
    assert_accessible(page)

    check(page, code, "资金已追回")
    proved = run_on(site.var, "from django.core.management import call_command\ncall_command('verify_history')")
    assert "断" not in proved


def draw(page: Page, number: str, assert_accessible) -> tuple[str, str, str]:
    """Draw two awards by risk, see them, start; hand both out. Return the review, our task and the other one."""
    page.goto("/console/reviews/new/")
    page.get_by_label("复核名称").fill("浏览器年度复核")
    page.get_by_label("支持年度").fill("2026")
    page.get_by_label("依据文件").fill("演示年度复核办法")
    page.get_by_label("按风险选取").check()
    page.get_by_label("复核件数").fill("2")
    page.get_by_label("随机种子").fill(SEED)
    press(page, "抽样并预览")
    expect(page.locator("body")).to_contain_text("尚未启动")
    expect(page.locator("body")).to_contain_text(SEED)
    expect(page.locator("body")).to_contain_text(number)
    assert_accessible(page)
    press(page, "启动复核", "启动复核")
    review = page.url
    rows = page.locator("table", has=page.locator("th", has_text="复核人")).locator("tbody tr")
    assert rows.count() == 2
    found = {number in row.inner_text(): row.locator("a.row-link").get_attribute("href") for row in rows.all()}
    for address in found.values():
        page.goto(address)
        page.get_by_label("复核人").select_option(label="演示·季小查")
        press(page, "分派")
    return review, found[True], found[False]


def answer_from_a_phone(page: Page, second_page: Page, log_in, site, task: str, assert_accessible) -> None:
    """Ask the other body for evidence, have it answered on a phone with a file, and find that everything holds."""
    page.goto(task)
    page.locator("summary", has_text="要求申报单位提供材料").click()
    page.get_by_label("需要提供的材料或说明").fill("运行监测记录\n现场照片")
    press(page, "发出通知", "发出通知")
    assert_accessible(page)
    name = page.locator(".case-head-lead").inner_text().split(" · ")[0]
    asked = re.search("/tasks/([0-9]+)/", page.url)[1]

    login = next(row["username"] for row in site.demo["accounts"] if row.get("applicant") == name)
    log_in(second_page, login)
    second_page.set_viewport_size(PHONE)
    second_page.goto(f"/my/reviews/{asked}/")
    assert second_page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    second_page.locator("[name='text-1']").fill("记录见附件")
    second_page.locator("[name='files-1']").set_input_files(pdf_file("运行记录"))
    press(second_page, "保存，暂不提交")
    expect(second_page.locator("body")).to_contain_text("运行记录.pdf")
    second_page.locator("[name='text-2']").fill("照片已在现场交核查人员")
    assert_accessible(second_page)
    press(second_page, "提交答复", "提交答复")
    expect(second_page.locator("body")).to_contain_text("答复已提交")

    page.goto(task)
    expect(page.locator("body")).to_contain_text("照片已在现场交核查人员")
    expect(page.get_by_role("link", name="运行记录.pdf")).to_be_visible()
    for choice in page.locator("select[name^='look-verdict-']").all():
        choice.select_option("holds")
    press(page, "保存复核情况")
    expect(page.locator("#messages")).to_contain_text("已保存复核情况")
    page.get_by_label("合格", exact=True).check()
    page.get_by_label("复核情况").fill("各项条件仍然成立。")
    press(page, "作出结论", "作出结论")
    expect(page.locator(".case-head-side")).to_contain_text("合格")


def find_the_forgery(page: Page, case: str, task: str, assert_accessible) -> None:
    """See the signal on the PUE report, write down that the fact does not hold, and turn the task into a doubt."""
    page.goto(f"/console/cases/{case}/risks/")
    expect(page.locator("body")).to_contain_text("PUE 1.0200 接近物理下限")
    assert_accessible(page)
    page.goto(task)
    row = page.locator(".look-again tbody tr", has=page.locator("th", has_text="PUE"))
    row.locator("select").select_option("changed")
    row.locator("input[name^='look-now-']").fill("检测机构称未出具该报告")
    row.locator("input[name^='look-note-']").fill("实测1.31")
    press(page, "保存复核情况")
    expect(page.locator("#messages")).to_contain_text("已保存复核情况")
    page.get_by_label("转为线索", exact=True).check()
    page.get_by_label("复核情况").fill("第三方PUE检测报告系伪造，实测PUE为1.31。")
    page.get_by_label("涉疑金额（元）").fill("3000000.00")
    press(page, "作出结论", "作出结论")
    assert_accessible(page)


def take_up(page: Page) -> None:
    """Take the doubt up where the review has not handed it to this inspector already."""
    if page.get_by_role("button", name="由我受领核查").count():
        press(page, "由我受领核查", "受领")


def check(page: Page, code: str, said: str) -> None:
    """Read on the public page of a code, which anybody may open, how the paper stands."""
    page.context.clear_cookies()
    page.goto(f"/verify/{code}/")
    expect(page.locator("main")).to_contain_text(said)


def state_as_the_body(page: Page, as_person, pk: str, assert_accessible) -> None:
    """Let the body find the case on its home, state its view with a paper, and then waive the hearing."""
    as_person("huyang_agent")
    page.goto("/my/")
    page.get_by_role("region", name="资金追回").get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("实测PUE为1.31")
    assert_accessible(page)
    press(page, "提交")
    expect(page.locator("main")).to_contain_text("请写明陈述、申辩的意见。")
    fill(page, {"text": "报告由第三方提供，我单位不知情。"})
    page.locator("#state ~ form input[type=file]").first.set_input_files(pdf_file("说明"))
    press(page, "提交")
    expect(page.locator("#messages, main").first).to_contain_text("已提交")
    page.get_by_label("放弃陈述、申辩和听证").check()
    press(page, "提交")
    expect(page.locator("main")).to_contain_text("放弃陈述、申辩和听证。")


def pay_less(page: Page, as_person, number: str) -> None:
    """Confirm the set-off at the finance desk, and pay the next award without it: one records, another confirms."""
    as_person("xinxing_countersign")
    page.goto("/finance/setoffs/")
    press(page, "确认", confirm="确认")
    as_person("xinxing_pay")
    page.goto(f"/finance/?q={number}")
    follow(page.get_by_role("link", name=number).first)
    award = page.url
    fill(page, {"voucher_number": "演示凭证-抵扣", "paid_on": day_of(page)})
    press(page, "登记拨付")
    as_person("xinxing_countersign")
    page.goto(award)
    press(page, "确认拨付", confirm="确认拨付")
    expect(page.locator("body")).to_contain_text("已拨付")


def pay_back(page: Page, as_person, pk: str, yuan: str, voucher: str) -> None:
    """Record that money came back as one finance officer, and confirm it as the other."""
    as_person("xinxing_pay")
    page.goto(f"/finance/recoveries/{pk}/")
    said = {"kind": "repaid", "account": "principal", "amount_fen": yuan, "on": day_of(page), "voucher": voucher}
    fill(page, said | {"basis": "退回奖补资金"})
    press(page, "登记")
    expect(page.locator("main")).to_contain_text("由财政复核岗位确认后计入台账")
    as_person("xinxing_countersign")
    page.goto(f"/finance/recoveries/{pk}/")
    press(page, "确认", confirm="确认")
    expect(page.locator("main")).to_contain_text("台账已更新")
