"""A tip in the browser, from a phone and without a login; where it leads is told in `test_recovery`."""

from playwright.sync_api import expect

from tests.browser.hands import press

PHONE = {"width": 390, "height": 844}


def test_a_tip_is_told_and_followed(page, log_in, assert_accessible):
    page.set_viewport_size(PHONE)
    page.goto("/report/")
    page.get_by_label("受理举报的主管单位").select_option(index=1)
    page.get_by_label("被举报的单位").fill("演示某单位")
    page.get_by_label("反映的问题").fill("设备早已搬走（演示）。")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert_accessible(page)
    press(page, "提交")
    expect(page.locator("body")).to_contain_text("已收到，等待研判")
    assert_accessible(page)
