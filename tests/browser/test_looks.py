"""The frame of the pages in a real browser: accessible, no wider than a phone, and what static/js/site.js does."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parents[2]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
PAGES = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/inactive/", "/no-such-page/"]


def show(page, body: str) -> None:
    """Show a page of our own under the site's address, with our script on it."""
    page.route("**/scratch/", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    page.goto("/scratch/")
    page.add_script_tag(path=ROOT / "static/js/site.js")


def posts_of(page) -> list[str]:
    """Collect what the page sends by POST; the answer 204 leaves the page where it is."""
    sent: list[str] = []

    def take(route):
        sent.append(route.request.post_data or "")
        route.fulfill(status=204)

    page.route("**/sent/", take)
    return sent


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_and_fit_the_screen(page, path, width):
    page.set_viewport_size({"width": width, "height": 844})

    page.goto(path)

    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_first_tab_leads_to_the_text(page):
    page.goto("/accounts/login/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_a_form_that_asks_is_sent_only_after_the_answer(page):
    sent = posts_of(page)
    show(
        page,
        '<form method="post" action="/sent/" data-confirm="确定提交吗？">'
        '<button name="verb" value="submit">提交</button></form>',
    )

    page.click("form button")
    assert page.inner_text("dialog .confirm-text") == "确定提交吗？"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")  # the browser tells of the closing a moment later
    assert sent == []

    page.click("form button")
    with page.expect_request("**/sent/") as request:
        page.click("dialog .btn-primary")

    assert request.value.post_data == "verb=submit"
    assert page.get_attribute("form button", "aria-busy") == "true"


def test_a_form_is_sent_once_however_often_one_clicks(page):
    sent = posts_of(page)
    show(page, '<form method="post" action="/sent/"><input name="a" value="1"><button>提交</button></form>')

    for _ in range(3):
        page.evaluate("document.querySelector('form').requestSubmit()")
    page.wait_for_timeout(200)

    assert sent == ["a=1"]


def test_a_file_that_is_too_large_or_of_another_kind_is_refused_at_its_field(page, tmp_path):
    (tmp_path / "large.pdf").write_bytes(b"x" * 1_048_577)
    (tmp_path / "tool.exe").write_bytes(b"x")
    (tmp_path / "good.pdf").write_bytes(b"x")
    show(page, '<input type="file" id="f" data-max-bytes="1048576" data-types="pdf,png">')

    page.set_input_files("#f", tmp_path / "large.pdf")
    assert page.inner_text("#f_size") == "“large.pdf”为1 MB，超过1 MB的上限，请压缩后重新选择。"
    page.set_input_files("#f", tmp_path / "tool.exe")
    assert page.inner_text("#f_size") == "“tool.exe”的格式不在允许之列：pdf、png。"
    page.set_input_files("#f", tmp_path / "good.pdf")

    assert page.is_hidden("#f_size")
    assert page.evaluate("document.querySelector('#f').validity.valid")


def test_leaving_with_unsent_changes_is_asked_about(page):
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    show(page, '<form method="post" data-unsaved><input name="a"></form>')

    page.fill("[name=a]", "1")
    page.goto("/accounts/login/")

    assert asked == ["beforeunload"]


def test_a_menu_closes_with_escape_and_gives_the_focus_back(page):
    show(page, '<details data-menu><summary>张三</summary><a href="#">修改密码</a></details>')

    page.click("summary")
    page.keyboard.press("Escape")

    assert not page.evaluate("document.querySelector('details').open")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
