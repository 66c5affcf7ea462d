"""
The desk as people use it, from the claim that comes in to the officers who share it: each case has a road of its own.

Where a limit has to pass, the claim is dated back and the site's own sweep, which runs every twenty seconds, does the
rest: nobody moves a clock.
"""

import json
import re
import time
from io import BytesIO

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

import rules
from tests.browser.hands import confirm, fill, press, run_on, upload

COLLEAGUES = {"intake": ("xinxing_intake2", "演示·收大理"), "verify": ("xinxing_verify3", "演示·何大验")}
PREPARE = f"""
import json
from datetime import date, timedelta
from django.db import transaction
from django.utils import timezone
from applications.actions import filing, intake
from applications.demo.stories import COMPANY, PRIZE, file_claim
from applications.models import Applicant, Clause, Posting, User

now = timezone.now()
for duty, (username, name) in {COLLEAGUES!r}.items():
    first = User.objects.get(username="xinxing_" + duty)
    known = {{"name": name, "password": first.password}}
    user, _ = User.objects.get_or_create(username=username, defaults=known)
    authority = first.postings.get().authority
    Posting.objects.create(user=user, authority=authority, duty=duty, since=date(2024, 1, 1))

def claim(short, subject, clause="xinxing-9d", facts=PRIZE, ago=0, promised="", taken_in=False):
    at = now - timedelta(days=ago)
    who = {{role: User.objects.get(username=short + "_" + role) for role in ("agent", "legal")}}
    case = file_claim(
        Applicant.objects.get(memberships__user=who["agent"]), who["agent"],
        clause=Clause.objects.select_related("policy__authority").get(code=clause),
        subject=subject, facts=facts, event_on=date(2026, 6, 30), promised=promised, at=at,
    )
    with transaction.atomic():
        filing.confirm(case, by=who["legal"], at=at)
        filing.submit(case, by=who["agent"], at=at)
        if taken_in:
            officer = User.objects.get(username="xinxing_intake")
            intake.accept_with_promises(case, by=officer, at=at + timedelta(days=1))
    return {{"pk": case.pk, "number": case.number}}

print(json.dumps({{
    "answered": claim("tianshan", "演示补正项目"),
    "unchanged": claim("huyang", "演示说明项目"),
    "kept": claim("hanhai", "", clause="xinxing-4b", facts=COMPANY, promised="payment_voucher"),
    "broken": claim(
        "lvzhou", "", clause="xinxing-4b", facts=COMPANY, ago=40, promised="payment_voucher", taken_in=True
    ),
    "declined": claim("hanhai", "演示超范围项目"),
    "silent": claim("lvzhou", "演示沉默项目", ago=20),
    "shared": claim("xinghe", "演示两人项目"),
    "inquired": claim("baiyang", "演示核查项目", ago=1),
}}))
"""
SWEPT_WITHIN = 90  # seconds: the sweep runs every 20, and a worker that makes letters may be at another job


class Case:
    """A prepared claim with its two addresses."""

    def __init__(self, pk: int, number: str):
        self.number = number
        self.own = f"/my/claims/{pk}/"
        self.console = f"/console/cases/{pk}/"


@pytest.fixture(scope="module")
def cases(site) -> dict[str, Case]:
    """Return the claims of this file, made in one go."""
    printed = run_on(site.var, PREPARE).splitlines()[-1]
    return {name: Case(**row) for name, row in json.loads(printed).items()}


def slot_of(clause: str, kind: str) -> "rules.Slot":
    return next(slot for slot in rules.evidence(clause) if slot.kind == kind)


def ask(page: Page, case: Case, items: dict[str, str]) -> None:
    """Write what is wrong into the one list of corrections, and send it."""
    page.goto(f"{case.console}correct/")
    fill(page, {name if name.startswith("other-") else f"{name}-text": text for name, text in items.items()})
    press(page, "发出补正告知", confirm="发出补正告知")
    expect(page.locator(".case-head")).to_contain_text("补正中")


def resubmit(page: Page, as_person, short: str, case: Case) -> None:
    """Have the answer confirmed by 法定代表人 and hand it in."""
    as_person(f"{short}_legal")
    confirm(page, case.own)
    as_person(f"{short}_agent")
    page.goto(case.own)
    press(page, "提交补正", confirm="提交")
    expect(page.locator(".page-head")).to_contain_text("待受理")


def test_each_defect_stands_at_its_field_until_it_is_answered_and_the_case_is_taken_in(page, as_person, cases):
    case = cases["answered"]
    as_person("xinxing_intake")
    wrong = {"fact-prize_rank": "证书载明三等奖，请更正。", "slot-award_certificate": "缺少盖章页，请重新上传。"}
    ask(page, case, wrong)

    as_person("tianshan_agent")
    page.goto(f"{case.own}form/")
    rank = page.locator("#div_id_prize_rank")
    expect(rank).to_contain_text("须补正：证书载明三等奖，请更正。")
    slot = page.locator("#slot-award_certificate")
    expect(slot).to_contain_text("须补正：缺少盖章页，请重新上传。")
    expect(page.locator("#slot-business_licence")).not_to_contain_text("须补正")

    fill(page, {"prize_rank": "3"})
    press(page, "保存")
    page.goto(f"{case.own}form/")
    slot.get_by_role("link", name="更换").click()
    upload(page, slot_of("xinxing-9d", "award_certificate"))
    expect(slot).to_contain_text("已重新上传")
    page.goto(case.own)
    asked = page.get_by_role("region", name="补正事项")
    expect(asked.locator("li").nth(0)).to_contain_text("已修改")
    expect(asked.locator("li").nth(1)).to_contain_text("已重新上传")
    resubmit(page, as_person, "tianshan", case)

    as_person("xinxing_intake")
    page.goto(f"{case.console}correct/")
    offered = page.locator(".point .form-check label").all_inner_texts()
    assert offered == ["获奖等次", "大赛获奖证书"]  # what the answer changed, and nothing else
    expect(page.get_by_label("再次补正的理由")).to_be_visible()
    page.goto(case.console)
    press(page, "受理", confirm="受理")
    expect(page.locator(".case-head")).to_contain_text("核验中")


def test_nothing_is_asked_twice_where_the_answer_brought_nothing_new(page, as_person, cases):
    case = cases["unchanged"]
    as_person("xinxing_intake")
    ask(page, case, {"other-1": "请说明项目与获奖团队的关系。"})
    resubmit(page, as_person, "huyang", case)

    as_person("xinxing_intake")
    page.goto(f"{case.console}correct/")

    expect(page.locator("main, #content").first).to_contain_text("补正答复没有改动任何申报内容或材料，不能再次要求补正")
    expect(page.get_by_role("button", name="发出补正告知")).to_have_count(0)


def test_a_promised_paper_comes_after_the_claim_was_taken_in(page, as_person, cases):
    case = cases["kept"]
    as_person("xinxing_intake")
    page.goto(case.console)
    expect(page.locator("[data-verb=accept] .why-not")).to_contain_text("付款凭证")
    press(page, "容缺受理", confirm="容缺受理")
    expect(page.locator(".case-head")).to_contain_text("核验中")

    as_person("hanhai_agent")
    page.goto(case.own)
    promises = page.get_by_role("region", name="承诺补交的材料")
    expect(promises).to_contain_text("待补交")
    promises.get_by_role("link", name="补交").click()
    upload(page, slot_of("xinxing-4b", "payment_voucher"))
    page.goto(case.own)
    expect(promises).to_contain_text("已补交")

    as_person("xinxing_verify")
    page.goto(case.console)
    expect(page.get_by_role("region", name="容缺承诺")).to_contain_text("已补交")
    expect(page.locator(".paper-tabs").get_by_role("link", name="付款凭证")).to_be_visible()
    expect(page.locator(".paper-tabs")).not_to_contain_text("未提交")
    expect(page.locator("[data-verb=propose] .why-not")).not_to_contain_text("承诺补交的材料尚未收到")


def wait_for(page: Page, address: str, words: str) -> None:
    """Come back to a page until the sweep has done what is due."""
    for _ in range(SWEPT_WITHIN // 3):
        page.goto(address)
        if words in page.locator("body").inner_text():
            return
        time.sleep(3)
    pytest.fail(f"{address} does not say {words}: {page.locator('main').inner_text()[:600]}")


def test_a_broken_promise_ends_the_case_by_itself_and_costs_the_leeway(page, as_person, cases):
    case = cases["broken"]
    as_person("lvzhou_agent")

    wait_for(page, case.own, "已撤回")

    expect(page.locator("body")).to_contain_text("逾期未补交")
    as_person("xinxing_audit")
    page.goto(f"{case.console}record/")
    ended = page.locator("tr", has=page.get_by_role("rowheader", name="逾期未补交，终止办理"))
    expect(ended).to_contain_text("系统")


def test_silence_past_the_limit_takes_the_claim_in_as_the_system(page, as_person, cases):
    case = cases["silent"]
    as_person("lvzhou_agent")

    wait_for(page, case.own, "核验中")

    expect(page.locator("body")).to_contain_text("受理通知书")
    as_person("xinxing_audit")
    page.goto(f"{case.console}record/")
    accepted = page.locator("tr", has=page.get_by_role("rowheader", name="受理", exact=True))
    expect(accepted).to_contain_text("逾期未作出受理决定，自收到材料之日起即为受理")
    expect(page.locator("#people + dl")).to_contain_text("系统")


def letter_text(page: Page, address: str, name: str) -> str:
    """Wait for the worker's PDF on a page of the applicant, and return its text without white space."""
    letter = page.get_by_role("link", name=f"{name}（PDF）")
    for _ in range(30):
        page.goto(address)
        if letter.count():
            break
        time.sleep(1)
    data = page.request.get(letter.get_attribute("href")).body()
    leaves = (leaf.get_textpage().get_text_range() for leaf in pypdfium2.PdfDocument(BytesIO(data)))
    return "".join("".join(leaves).split())


def decline(page: Page, ground: str, reason: str) -> None:
    """Fill the open form of 不予受理 and send it."""
    act = page.locator("[data-verb=decline]")
    act.get_by_label("不予受理的情形").select_option(label=ground)
    act.get_by_label("不予受理的理由").fill(reason)
    press(page, "不予受理", confirm="不予受理")


def test_a_claim_is_not_taken_in_on_a_ground_of_law_and_for_a_reason(page, as_person, cases):
    case = cases["declined"]
    as_person("xinxing_intake")
    page.goto(case.console)
    act = page.locator("[data-verb=decline]")
    act.locator("summary").click()
    press(page, "不予受理", confirm="不予受理")
    expect(act).to_contain_text("请选择不予受理的情形。")
    decline(page, "不属于本机关职权范围", "该赛事由自治区主办，奖励由自治区兑现。")
    expect(page.locator(".case-head")).to_contain_text("不予受理")

    as_person("hanhai_agent")
    text = letter_text(page, case.own, "不予受理通知书")
    assert "不属于本机关职权范围" in text
    assert "该赛事由自治区主办，奖励由自治区兑现。" in text
    expect(page.locator("body")).to_contain_text("该赛事由自治区主办")


def test_the_second_of_two_officers_sees_what_the_first_did_and_overwrites_nothing(
    page, second_page, log_in, site, cases
):
    case = cases["shared"]
    log_in(page, "xinxing_intake")
    log_in(second_page, COLLEAGUES["intake"][0], site.password("xinxing_intake"))
    page.goto(case.console)
    second_page.goto(case.console)

    press(page, "受理", confirm="受理")
    second_page.locator("[data-verb=decline] summary").click()
    decline(second_page, "不符合申报主体条件", "未查到该单位的参赛记录。")

    refusal = second_page.locator("#desk [role=alert]")
    expect(refusal).to_contain_text(re.compile(r"本件刚刚被演示·收小理于\d\d:\d\d办理（受理），请刷新后再办。"))
    expect(second_page.locator(".case-head")).to_contain_text("核验中")
    expect(second_page.locator("#reading-on")).to_contain_text("未查到该单位的参赛记录。")


def test_inquiries_of_two_verifiers_do_not_pass_each_other_by(page, second_page, log_in, site, cases):
    case = cases["inquired"]
    log_in(page, "xinxing_intake")
    page.goto(case.console)
    press(page, "受理", confirm="受理")
    page.context.clear_cookies()
    log_in(page, "xinxing_verify")
    log_in(second_page, COLLEAGUES["verify"][0], site.password("xinxing_verify"))
    today = page.evaluate("new Date().toLocaleDateString('sv')")
    for desk in (page, second_page):
        desk.goto(f"{case.console}inquiries/")
        desk.locator("#fold-credit summary").click()

    fill(page, {"credit-source": "信用中国", "credit-queried_on": today})
    page.locator("#fold-credit input[value=clean]").check()
    press(page, "记录信用核查")
    expect(page.locator("#credit ~ article").first).to_contain_text("信用中国")
    fill(second_page, {"credit-source": "国家企业信用信息公示系统", "credit-queried_on": today})
    second_page.locator("#fold-credit input[value=clean]").check()
    press(second_page, "记录信用核查")

    refusal = second_page.get_by_role("alert")
    expect(refusal).to_contain_text(re.compile(r"本件刚刚被演示·何小验于\d\d:\d\d办理（信用核查），请刷新后再办。"))
    expect(second_page.locator("[name='credit-source']")).to_have_value("国家企业信用信息公示系统")
    expect(second_page.locator("#credit ~ article")).to_have_count(1)
    press(second_page, "记录信用核查")  # the page shows the newer state now, and takes it
    expect(second_page.locator("#credit ~ article")).to_have_count(2)


def test_a_paper_that_is_used_elsewhere_leads_to_the_other_case(page, as_person, site):
    rows = {(row["clause"], row["status"], row["applicant"]): row for row in site.demo["applications"]}
    other = rows["xinxing-4b", "noticed", "演示胡杨医院"]
    near = rows["xinxing-4b", "submitted", "演示天山软件信息技术有限公司"]
    as_person("xinxing_intake")
    page.goto(f"{near['console_url']}ledger/")

    flag = page.locator(".ledger-flag, .check-fail, [class*=flag]").filter(has_text="连号").first
    expect(flag).to_contain_text("26650000000083640217")
    flag.get_by_role("link", name=other["number"]).click()
    expect(page.locator(".case-head")).to_contain_text(other["number"])

    page.goto("/console/queue/?status=all")
    fill(page, {"q": "26650000000083640217"})
    press(page, "筛选")
    expect(page.locator("tbody th")).to_have_text([other["number"]])
