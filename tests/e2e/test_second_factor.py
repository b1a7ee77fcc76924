"""The way into the office with a second factor."""

import re
from collections.abc import Callable

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from tests.e2e.layout import faults
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


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
    assert not problems, "\n".join(problems)
