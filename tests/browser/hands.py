"""What every journey does with its hands: press, fill, upload, confirm, and now and then act behind the pages."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page

import rules
from applications.demo.samples import BY_PATTERN, FIXED
from tests import samples

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def leaving(page: Page) -> Iterator[None]:
    """
    Wait until what is done within has led to another document, and that one has come to rest.

    Waiting for a quiet network alone is no waiting: right after a click it is the old document that is quiet.
    """
    with page.expect_event("framenavigated"):
        yield
    page.wait_for_load_state("networkidle")


def press(page: Page, label: str, confirm: str = "") -> None:
    """Press a button, and the one that confirms it where the page asks back."""
    send(page, page.get_by_role("button", name=label, exact=True).first, confirm)


def send(page: Page, button: Locator, confirm: str = "") -> None:
    """Press the button that sends a form, confirm where the page asks back, and wait for the answer."""
    with leaving(page):
        button.click()
        if confirm:
            page.locator("dialog[open]").get_by_role("button", name=confirm, exact=True).click()


def follow(link: Locator) -> None:
    """Follow a link to its end."""
    with leaving(link.page):
        link.click()


def fill(page: Page, values: dict[str, str]) -> None:
    """Fill fields by their names, whatever they are."""
    for name, value in values.items():
        field = page.locator(f"[name='{name}']").first
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def value_of(field: "rules.Field") -> str:
    """Return something right to type into a structured field of evidence."""
    if field.name == "credit_code":
        return "91659901MADEM0007X"
    if field.pattern in BY_PATTERN:
        return BY_PATTERN[field.pattern]
    if field.name in FIXED:
        value = FIXED[field.name]
        return "true" if value is True else "false" if value is False else str(value)
    by_kind = {"date": "2026-06-30", "bool": "true", "integer": "1", "text": f"演示{field.label}"}
    if field.kind == "choice":
        return field.choices[0][0]
    return by_kind.get(field.kind, "3200")


def upload(page: Page, slot: "rules.Slot") -> None:
    """Fill what the form of a slot asks for, choose a paper like no other, and send it."""
    fill(page, {f"{slot.kind}-{field.name}": value_of(field) for field in slot.fields if field.required})
    data = samples.pdf(f"evidence {slot.kind} {time.time_ns()}")
    file = {"name": f"{slot.kind}.pdf", "mimeType": "application/pdf", "buffer": data}
    page.locator("input[type=file]").set_input_files(file)
    press(page, "上传")


def confirm(page: Page, address: str) -> None:
    """Confirm as 法定代表人: tick the promise, press the button."""
    page.goto(address)
    page.locator("form[action*='/confirm/'] input[type=checkbox]").check()
    press(page, "确认")


def run_on(var: Path, code: str) -> str:
    """Run code in `manage.py shell` on the data of the running site, as an operator would; return what it printed."""
    environment = os.environ | {"VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    environment.pop("SECRET_KEY", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
