"""
Every page that a person can reach by links: answered, free of violations, and no wider than a phone.

One page of each shape is looked at: addresses that differ only in numbers, codes or names count as one. Violations are
searched where a shape is new or holds something that no page before held; what ten officers see alike is searched once.
"""

import re
from urllib.parse import urljoin, urlsplit

import pytest

PHONE = {"width": 390, "height": 844}
MOST = 100  # shapes of pages for one person; far above what there is, so that the walk ends

PERSONS = [
    "",
    "baiyang_agent",
    "tianshan_agent",
    "xinghe_legal",
    "xinxing_intake",
    "xinxing_verify",
    "xinxing_approve",
    "xinxing_pay",
    "xinxing_countersign",
    "xinxing_policy",
    "xinxing_audit",
    "xinxing_system",
    "shihezi_verify",
]


def shape(path: str) -> str:
    """Return an address without what names one object."""
    parts = []
    for part in path.split("/"):
        named = re.search(r"\d", part) or (parts and parts[-1] in {"policies", "evidence", "check", "verify", "new"})
        parts.append("*" if part and named else part)
    return "/".join(parts)


# Looked at without a log-in; the pages are the same with one.
PUBLIC = ("/policies/", "/verify/", "/eligibility/", "/notices/")


def links_of(page, site) -> list[str]:
    """Return the addresses this page leads to, without files, log-outs and other hosts."""
    found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    addresses = []
    for href in found:
        parts = urlsplit(urljoin(page.url, href))
        ours = f"{parts.scheme}://{parts.netloc}" == site.url
        if (
            ours
            and not parts.path.startswith(("/files/", "/accounts/logout"))
            and not parts.path.endswith((".xlsx", ".csv", ".json", ".pdf", "/csv/", "/xlsx/", "/template/", "/file/"))
        ):
            addresses.append(parts.path)
    return addresses


# Each kind of element with what it stands in, its classes and what it says to a screen reader.
KINDS = """() => [...new Set([...document.body.querySelectorAll('*')].map(one => {
  const said = [...one.attributes].map(each => each.name).filter(name => /^(aria-|role|type|for|alt|title)/.test(name))
  const named = [one.parentElement, one].map(each => `${each.tagName}.${each.getAttribute('class') || ''}`)
  return [...named, one.getAttribute('role'), one.getAttribute('type'), ...said.sort()].join(' ')
}))]"""


@pytest.fixture(scope="session")
def searched() -> set[str]:
    """Return the shapes and kinds of elements that have been searched for violations, by anybody."""
    return set()


@pytest.mark.parametrize("username", PERSONS)
def test_every_page_of_a_person(page, site, log_in, assert_accessible, searched, username):
    if username:
        log_in(page, username)
    page.set_viewport_size(PHONE)
    waiting, seen = ["/", *(["/my/", "/console/", "/finance/"] if username else [])], set()

    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if shape(path) in seen:
            continue
        seen.add(shape(path))
        answer = page.goto(path)
        if answer.status == 404 and path in {"/my/", "/console/", "/finance/"}:
            continue  # not this person's desk
        assert answer.status == 200, f"{path}: {answer.status}"
        if new := {shape(path), *page.evaluate(KINDS)} - searched:
            assert_accessible(page)
            searched |= new
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
        waiting += [link for link in links_of(page, site) if not (username and link.startswith(PUBLIC))]

    assert len(seen) < MOST
