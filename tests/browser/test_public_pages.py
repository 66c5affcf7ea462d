"""Public pages: no error in the console, nothing that axe objects to, readable on a phone."""

import pytest

PUBLIC = [
    "/",
    "/eligibility/",
    "/policies/",
    "/policies/xinxing/",
    "/policies/xinxing/3/",
    "/verify/",
    "/accounts/login/",
    "/accounts/signup/",
]
PHONE = {"width": 375, "height": 740}


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_is_accessible(page, assert_accessible, path):
    response = page.goto(path)

    assert response.status == 200
    assert_accessible(page)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_fits_a_phone(page, path):
    page.set_viewport_size(PHONE)
    page.goto(path)

    width = page.evaluate("document.documentElement.scrollWidth")

    assert width == PHONE["width"]
