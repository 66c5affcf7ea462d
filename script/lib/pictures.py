"""
script/pictures: takes pictures of the main pages from the running site into docs/pictures/ (not kept by git).

Start the site with `script/server` first. Needs the development packages (`script/test --only lint` installs them)
and Chromium. Each page is taken at desk and at phone width; the console also in the dark.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTHS = {"desk": (1280, 860), "phone": (390, 844)}
AGENT, LEGAL = "baiyang_agent", "xinghe_legal"


def main() -> int:
    """Log in as each person in turn and take what that person works with."""
    parser = argparse.ArgumentParser(prog="script/pictures", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the site is served")
    parser.add_argument("--var", type=Path, default=Path(os.environ.get("VAR_DIR") or ROOT / "var"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    options = parser.parse_args()
    demo = json.loads((options.var / "demo.json").read_text())
    options.out.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("没有找到 Chromium，请设置环境变量 CHROMIUM。No Chromium found: set CHROMIUM.", file=sys.stderr)
        return 1
    passwords = {account["username"]: account["password"] for account in demo["accounts"]}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for user, pages in persons(demo):
            take(browser, options.url, user, passwords.get(user, ""), pages, options.out)
        browser.close()
    print(f"{len(list(options.out.glob('*.png')))} pictures in {options.out}")
    return 0


def persons(demo: dict) -> Iterator[tuple[str, dict[str, str]]]:
    """Return who looks at which pages: picture name -> address."""
    by_status: dict[str, dict] = {}
    for row in demo["applications"]:
        by_status.setdefault(row["status"], row)
    notice = next(row for row in demo["documents"] if row["kind"] == "notice")
    yield (
        "",
        {
            "home": "/",
            "policies": "/policies/",
            "policy": "/policies/xinxing/",
            "clause": "/policies/xinxing/3/",
            "verify": "/verify/",
            "verify-notice": notice["verify_url"],
            "login": "/accounts/login/",
            "signup": "/accounts/signup/",
        },
    )
    yield LEGAL, {"my": "/my/", "case-paid": by_status["paid"]["url"]}
    yield AGENT, {"my-new": "/my/"}
    yield "hanhai_agent", {"case-draft": by_status["draft"]["url"]}
    yield "tianshan_agent", {"case-correcting": by_status["correcting"]["url"]}
    yield "xinxing_intake", {"queue": "/console/queue/", "console-submitted": by_status["submitted"]["console_url"]}
    yield "xinxing_verify", {"console-verifying": by_status["verifying"]["console_url"]}
    yield "xinxing_approve", {"console-proposed": by_status["proposed"]["console_url"]}
    yield "xinxing_pay", {"finance": "/finance/", "finance-award": demo["awards"][0]["url"]}


def take(browser: Browser, url: str, user: str, password: str, pages: dict[str, str], out: Path) -> None:
    """Take each page at each width, and the console in the dark as well."""
    for width, (w, h) in WIDTHS.items():
        context = browser.new_context(
            base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": w, "height": h}
        )
        page = context.new_page()
        if user:
            log_in(page, user, password)
        for name, address in pages.items():
            shot(page, address, out / f"{name}-{width}.png")
            if address.startswith("/console/") and width == "desk":
                page.emulate_media(color_scheme="dark")
                shot(page, address, out / f"{name}-dark.png")
                page.emulate_media(color_scheme="light")
        context.close()


def log_in(page: Page, user: str, password: str) -> None:
    """Log a demo person in."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(user)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(lambda address: "/accounts/login/" not in address)


def shot(page: Page, address: str, file: Path) -> None:
    """Take the whole page once it is quiet; say when it was not there."""
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    if answer is None or not answer.ok:
        print(f"{address}: {answer.status if answer else 'no answer'}", file=sys.stderr)
    page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    sys.exit(main())
