"""
Deciding in the browser: a short pool shared by two managers, an objection that changes a sum, a refusal and its letter.

Claims are prepared by the real actions up to the proposal; everything behind it is done on the pages. 新星市 shows its
proposals for five working days here, and for none again behind this file: the days pass in the database.
"""

import re
import time
from io import BytesIO

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests import samples
from tests.browser.hands import fill, leaving, press, run_on, send

PHONE = {"width": 390, "height": 844}

START = """
from datetime import date, timedelta
from django.utils import timezone
from applications.actions import filing, intake, policy, review
from applications.demo.stories import PRIZE, PRODUCT, check_all, file_claim
from applications.models import Applicant, Application, Authority, Clause, Policy, PublicNotice, User
now = timezone.now()
person = lambda name: User.objects.get(username=name)
def proposed(body, clause, subject, facts):
    agent = person(f"{body}_agent")
    case = file_claim(
        Applicant.objects.get(memberships__user=agent), agent,
        clause=Clause.objects.select_related("policy__authority").get(code=clause),
        subject=subject, facts=facts, event_on=date(2026, 6, 30), at=now,
    )
    filing.confirm(case, by=person(f"{body}_legal"), at=now)
    filing.submit(case, by=agent, at=now)
    intake.accept(case, by=person("xinxing_intake"), at=now)
    check_all(case, by=person("xinxing_verify"), at=now)
    review.propose(case, by=person("xinxing_verify"), at=now)
    print("case", case.pk, case.number)
"""

# Two prizes of 10 and 5 万元 in a round of their own, before a pool of 100,000.01 元.
SHORT_POOL = """
row = Policy.objects.get(code="xinxing")
clause = Clause.objects.get(code="xinxing-9d")
window = policy.open_round(
    row, name="演示结算批次", clause=clause, opens_at=now - timedelta(days=30), closes_at=now + timedelta(days=30),
    by=person("xinxing_policy"), at=now,
)
pool = policy.set_pool(
    row, name="演示竞赛奖励资金", year=2026, clauses=[clause], limit_fen=10_000_001, source="演示额度文件",
    by=person("xinxing_policy"), at=now,
)
print("pool", pool.pk, window.pk)
proposed("baiyang", "xinxing-9d", "演示一等奖项目", {**PRIZE, "prize_rank": 1})
proposed("hanhai", "xinxing-9d", "演示二等奖项目", PRIZE)
"""


def run(site, script: str) -> str:
    """Run lines in the site's own shell and return what they print."""
    return run_on(site.var, START + script)


def case_of(printed: str, place: int = 0) -> tuple[str, str]:
    """Return the key and the number of a prepared case."""
    return re.findall(r"case (\d+) (\S+)", printed)[place]


@pytest.fixture(scope="module", autouse=True)
def _days_of_notice(site):
    """Show the proposals of 新星市 for five working days, as an authority does that has not changed the default."""
    run(site, 'Authority.objects.filter(code="xinxing").update(notice_days=5)')
    yield
    run(site, 'Authority.objects.filter(code="xinxing").update(notice_days=0)')


def let_the_days_pass(site, pk: str) -> None:
    """Move the last day of 公示 of a case to yesterday."""
    run(
        site,
        f"""
day = timezone.localdate() - timedelta(days=1)
PublicNotice.objects.filter(application={pk}, ended_at=None).update(closes_on=day)
Application.objects.filter(pk={pk}).update(due_on=day)
""",
    )


def public_page(page: Page, number: str, applicant: str) -> Page:
    """Open the public page on which a case is shown, from the list that everybody reads."""
    page.context.clear_cookies()
    page.goto("/notices/")
    batches = page.locator("main a[href^='/notices/']").evaluate_all(
        "rows => rows.map(row => row.getAttribute('href'))"
    )
    for address in batches:
        if re.fullmatch(r"/notices/\d+/", address):
            page.goto(address)
            if applicant in page.locator("main").inner_text():
                return page
    pytest.fail(f"{number} is not before the public")


def reasoned(page: Page, verb: str, reason: str, confirm: str = "") -> None:
    """Open the form of an act, give its reason and send it; confirm it where the page asks back."""
    act = page.locator(f"details[data-verb={verb}]")
    act.locator("summary").click()
    act.locator("textarea").fill(reason)
    send(page, act.locator("button[type=submit]"), confirm)


def log_in_second_manager(page: Page, site) -> None:
    """Let the second policy manager sit down, whose account is not in the list of the demonstration."""
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    fill(page, {"login": "xinxing_policy2", "password": site.password("xinxing_policy")})
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def test_a_short_pool_is_shared_by_two_managers_and_shown_to_the_public(
    page,
    as_person,
    site,
    assert_accessible,
):
    printed = run(site, SHORT_POOL)
    pool, window = re.search(r"pool (\d+) (\d+)", printed).groups()
    (first, first_number), (second, _) = case_of(printed), case_of(printed, 1)

    as_person("xinxing_policy")
    page.goto("/console/policies/")
    page.get_by_role("link", name="演示竞赛奖励资金（2026年）").click()
    page.get_by_label(re.compile("批次截止后按比例")).check()
    fill(page, {"source": "演示资金办法"})
    assert_accessible(page)
    press(page, "确定办法", confirm="确定")
    expect(page.locator("main")).to_contain_text("批次截止后按比例（依据：演示资金办法")

    as_person("xinxing_approve")
    for pk in (first, second):
        page.goto(f"/console/cases/{pk}/")
        press(page, "同意并公示", confirm="同意并公示")
        expect(page.locator("#messages")).to_contain_text("已列入排队并告知申报单位")
    expect(page.locator("[data-verb=endorse]")).to_contain_text("批次资金结算确认后方可公示")
    assert_accessible(page)

    as_person("baiyang_agent")
    page.goto(f"/my/claims/{first}/")
    expect(page.locator("#pool-wait")).to_contain_text("已通过审批，等待资金安排")
    assert_accessible(page)

    settle_the_round(page, as_person, site, pool, window, assert_accessible)

    as_person("xinxing_approve")
    page.goto("/console/queue/")
    expect(page.locator(".notice-good")).to_contain_text("演示竞赛奖励资金（2026年）有余额")
    page.goto(f"/console/cases/{first}/")
    press(page, "同意并公示", confirm="同意并公示")
    expect(page.locator(".case-head")).to_contain_text("公示中")
    expect(page.locator("#outcome ~ dl")).to_contain_text("¥66,666.67")

    shown = public_page(page, first_number, "演示白杨智算科技有限公司").locator(".public-case").first
    expect(shown).to_contain_text("¥66,666.67")
    expect(shown).to_contain_text("按批次结算比例安排：本批次核定额合计 150,000.00 元，资金池可安排 100,000.01 元")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def settle_the_round(page, as_person, site, pool: str, window: str, assert_accessible) -> None:
    """Close the round, look at the preview, carry the settlement out as one manager, confirm it as another."""
    as_person("xinxing_policy")
    page.goto(f"/console/pools/{pool}/rounds/{window}/")
    expect(page.locator("#obstacles ~ ul")).to_contain_text("截止后方可结算")
    page.goto("/console/policies/")
    row = page.locator("tr", has_text="演示结算批次")
    with leaving(page):
        row.get_by_role("button").click()
        page.locator("dialog[open] button", has_text="截止").click()
    page.goto(f"/console/pools/{pool}/")
    page.get_by_role("link", name="演示结算批次：结算预览").click()
    expect(page.locator("table")).to_contain_text("33,333.34")
    preview = page.locator(".code.hash").all_inner_texts()
    assert_accessible(page)
    press(page, "作出批次资金结算", confirm="作出结算")
    expect(page.locator("#why-confirm")).to_have_text("须由另一名政策管理人员确认。")
    assert page.locator(".code.hash").all_inner_texts() == preview

    log_in_second_manager(page, site)
    page.goto(f"/console/pools/{pool}/")
    page.get_by_role("link", name=re.compile("第[0-9]+号")).click()
    press(page, "确认结算", confirm="确认结算")
    page.get_by_role("link", name="重算核对").click()
    expect(page.locator(".notice-good")).to_contain_text("重算核对：一致")
    assert_accessible(page)


def test_an_upheld_objection_changes_the_sum_before_the_public_and_the_award(
    page,
    as_person,
    site,
    assert_accessible,
):
    pk, number = case_of(run(site, 'proposed("baiyang", "xinxing-8", "演示白杨数据产品", PRODUCT)'))
    console = f"/console/cases/{pk}/"
    as_person("xinxing_approve")
    page.goto(console)
    press(page, "同意并公示", confirm="同意并公示")

    public_page(page, number, "演示白杨数据产品")
    expect(page.locator(".public-case").first).to_contain_text("¥300,000.00")
    page.get_by_role("link", name="对此件提出异议").first.click()
    object_in_own_name(page, assert_accessible)

    let_the_days_pass(site, pk)
    as_person("xinxing_approve")
    page.goto(console)
    expect(page.locator("#why-grant")).to_have_text("本件有尚未核实完毕的异议，核实完毕前不能批准。")

    as_person("xinxing_inspect")
    page.goto("/console/objections/")
    page.locator("table a").first.click()
    press(page, "由我承办核实", confirm="承办")
    expect(page.locator("main")).to_contain_text("演示异议数据有限公司")
    fill(page, {"ruling": "upheld", "findings": "审计报告附注载明营收为2,000,000.00元。"})
    press(page, "作出结论", confirm="作出结论")

    as_person("xinxing_approve")
    page.goto(console)
    expect(page.locator("#why-grant")).to_contain_text("本件的异议成立")
    reasoned(page, "reopen", "异议成立：营收应为2,000,000.00元。")
    expect(page.locator(".case-head")).to_contain_text("核验中")

    correct_the_revenue(page, as_person, console)
    as_person("xinxing_approve")
    page.goto(console)
    press(page, "同意并公示", confirm="同意并公示")
    shown = public_page(page, number, "演示白杨数据产品").locator(".public-case").first
    expect(shown).to_contain_text("¥100,000.00")
    expect(shown).to_contain_text("公示中")

    let_the_days_pass(site, pk)
    as_person("xinxing_approve")
    page.goto(console)
    press(page, "批准兑现", confirm="批准兑现")
    expect(page.locator(".case-head")).to_contain_text("已批准")
    as_person("baiyang_agent")
    page.goto(f"/my/claims/{pk}/")
    expect(page.locator("main")).to_contain_text("¥100,000.00")


def object_in_own_name(page: Page, assert_accessible) -> None:
    """Fill the public form of an objection; without a name it is not taken."""
    words = {
        "identity": "91659901MADEM0099C",
        "phone": "0902-1234567",
        "address": "演示路9号（虚构地址）",
        "text": "该产品年度营收与审计报告附注不一致。",
    }
    fill(page, words)
    page.locator("input[type=file]").set_input_files(
        {"name": "异议书.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(f"objection {time.time_ns()}")}
    )
    page.locator("input[name=truthful]").check()
    press(page, "提交异议")
    expect(page.locator("main")).to_contain_text("匿名异议不予受理，请填写真实姓名或单位名称。")
    assert_accessible(page)
    fill(page, {"name": "演示异议数据有限公司"})
    page.locator("input[type=file]").set_input_files(
        {"name": "异议书.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(f"objection {time.time_ns()}")}
    )
    press(page, "提交异议")
    expect(page.locator("h1")).to_have_text("异议办理情况")
    expect(page.locator("main")).to_contain_text("核实完毕前，该申报件不会被批准。")


def correct_the_revenue(page: Page, as_person, console: str) -> None:
    """Find the revenue that the objection showed, and propose the sum that follows from it."""
    as_person("xinxing_verify")
    page.goto(console)
    fact = page.locator("#fact-data_product_revenue_yuan")
    fact.evaluate("element => element.querySelector('details').open = true")
    fact.locator("input[value=corrected]").check()
    fact.locator("[name=verified]").fill("2000000.00")
    fact.get_by_label("说明").fill("按审计报告附注核定")
    fact.get_by_role("button", name="记录结论").click()
    expect(fact.locator(".fact-head")).to_contain_text("2,000,000")  # until then the page acts on what it showed before
    press(page, "按测算结果提出核定意见", confirm="提出核定意见")
    expect(page.locator(".case-head")).to_contain_text("待审批")


def test_a_refusal_states_reasons_basis_and_remedies_on_its_letter(
    page,
    as_person,
    site,
    assert_accessible,
):
    pk, _ = case_of(run(site, 'proposed("xinghe", "xinxing-8", "演示星河数据产品", PRODUCT)'))
    as_person("xinxing_approve")
    page.goto(f"/console/cases/{pk}/")
    reasoned(page, "refuse", "公共数据授权已于2026年5月终止。\n营收中没有公共数据产品的收入。", "不予兑现")
    expect(page.locator(".case-head")).to_contain_text("不予兑现")

    as_person("xinghe_agent")
    letter = page.get_by_role("link", name="不予兑现决定书（PDF）")
    for _ in range(60):
        page.goto(f"/my/claims/{pk}/")
        if letter.count():
            break
        time.sleep(1)
    assert_accessible(page)
    data = page.request.get(letter.get_attribute("href")).body()
    text = "".join(
        "".join(leaf.get_textpage().get_text_range() for leaf in pypdfium2.PdfDocument(BytesIO(data))).split()
    )
    for said in (
        "公共数据授权已于2026年5月终止",
        "营收中没有公共数据产品的收入",
        "第八条",
        "年度营收达100万元",
        "60日内依法向第十三师新星市人民政府申请行政复议",
        "可通过本平台（",
        "）在线提出",
        "6个月内依法向有管辖权的人民法院提起行政诉讼",
    ):
        assert said in text, said
