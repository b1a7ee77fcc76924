"""The tablet is accessible on every page of a visit, and the office without a mouse."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.layout import VIEWPORTS, overflow, violations
from tests.e2e.server import Server
from tests.e2e.tablet import choose_pin
from visits.models.accounts import Role

pytestmark = pytest.mark.browser


def test_the_tablet_is_accessible_on_every_page_of_a_visit_either_way(
    demo: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    problems: list[str] = []

    def look() -> None:
        for width, height in VIEWPORTS.values():
            page.set_viewport_size({"width": width, "height": height})
            problems.extend(violations(page))
            problems.extend([f"{wide} px too wide"] if (wide := overflow(page)) > 0 else [])

    page.goto(f"{demo.url}/tablet/", wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_be_visible()  # there before the app has started
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    look()
    account = demo.accounts["visitor"]
    page.get_by_label("Adresse").fill(account.email)
    page.get_by_label("Mot de passe").fill(account.password)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("pin-save")).to_be_visible()
    look()
    choose_pin(page)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()
    look()
    page.get_by_test_id("start-visit").first.click()
    expect(page.get_by_test_id("begin-visit")).to_be_visible()
    look()
    page.get_by_test_id("begin-visit").click()
    expect(page.get_by_test_id("question-visit_agreed")).to_be_visible()
    look()
    page.get_by_test_id("question-visit_agreed").get_by_text("Oui", exact=True).click()
    page.get_by_test_id("question-health_agreed").get_by_text("Oui", exact=True).click()
    for _ in range(3):
        page.get_by_test_id("next").click()  # refused: it shows what is missing
        look()
        problems += [f"{overflow(page)} px too wide"] if overflow(page) > 0 else []
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input[type=text], label.choice, a[href]')]
            .map(e => [e.textContent.trim().slice(0, 20), e.getBoundingClientRect()])
            .filter(([_, r]) => r.height > 0 && r.height < 47.5).map(([t]) => t)"""
    )
    assert problems == []
    assert small == []


def test_the_office_works_by_keyboard_alone(demo: Server, browser: Browser) -> None:
    account = demo.accounts[Role.COORDINATOR]
    page = browser.new_context(locale="fr-FR").new_page()
    page.goto(f"{demo.url}/sign-in")
    page.keyboard.type(account.email)  # the first field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(account.password)
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.context.close()
