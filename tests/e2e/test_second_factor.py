"""The way into the office with a second factor, and out of a forgotten password."""

import re
from collections.abc import Callable

import pytest
from passlib.totp import TOTP
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.server import Server
from tests.e2e.test_pages import overflow, violations

pytestmark = pytest.mark.browser

SIZES = ((390, 844), (800, 1280), (1280, 800))


def faults(page: Page) -> list[str]:
    """Look at a page as it stands, at every size."""
    found = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found += violations(page)
        if overflow(page) > 0:
            found.append(f"{page.url}: {overflow(page)} px wider than {width} px")
    return found


def test_a_second_factor_is_set_up_used_and_removed_with_the_keyboard(
    demo: Server, office: Callable[..., Page]
) -> None:
    account = demo.accounts["manager"]
    page = office(demo, account.email, account.password)
    page.goto(f"{demo.url}/account/second-factor")
    problems = faults(page)
    secret = re.sub(r"\s", "", page.locator("main code").inner_text())
    page.fill("#code", TOTP(key=secret).generate().token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    problems += faults(page)
    codes = page.locator("main code").all_inner_texts()
    page.goto(f"{demo.url}/account/second-factor")
    problems += faults(page)
    page.context.clear_cookies()
    page.goto(f"{demo.url}/sign-in?next=/account/second-factor")
    page.fill("#email", account.email)
    page.fill("#password", account.password)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    problems += faults(page)
    page.fill("#code", codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo.url}/account/second-factor")
    page.fill("#code-remove", codes[1])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("retiré")
    assert problems == []


def test_the_pages_of_a_forgotten_password_are_accessible(
    demo: Server, context: BrowserContext
) -> None:
    page, problems = context.new_page(), []
    for path in ("/sign-in", "/password/forgotten", "/password/choose/nothing"):
        page.goto(f"{demo.url}{path}")
        problems += faults(page)
    assert problems == []
