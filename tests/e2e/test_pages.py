"""Every page, in Chromium: no accessibility violation, nothing blocked, nothing cut off."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.e2e.pages import Shown, pages_of
from tests.e2e.server import Server
from tests.e2e.tablet import choose_pin
from visits.models.accounts import Role

AXE = Path(__file__).parents[2] / "webapp/frontend/node_modules/axe-core/axe.min.js"
VIEWPORTS = {"landscape": (1280, 800), "portrait": (800, 1280)}
Office = Callable[..., Page]

pytestmark = pytest.mark.browser


def violations(page: Page) -> list[str]:
    """Run axe-core on a page as it stands."""
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']][:3]}"
        for one in found
    ]


def overflow(page: Page) -> int:
    """Tell how many pixels a page is wider than its window."""
    wide: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


def test_every_office_page_is_accessible_and_whole(demo: Server, office: Office) -> None:
    problems: list[str] = []
    shown = [page for page in pages_of(demo.house()) if page.name != "diary"]  # a part of a page
    for role in dict.fromkeys(page.role for page in shown):
        account = demo.accounts[role]
        page = office(demo, account.email, account.password)
        blocked = _watch(page)
        for one in (page for page in shown if page.role == role):
            problems += [f"{one.name}: {problem}" for problem in _look_at(page, demo, one, blocked)]
        page.close()
    assert problems == []


def _watch(page: Page) -> list[str]:
    blocked: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if message.type == "error":
            blocked.append(message.text)

    page.on("console", keep)
    return blocked


def _look_at(page: Page, demo: Server, one: Shown, blocked: list[str]) -> list[str]:
    blocked.clear()
    answer = page.goto(f"{demo.url}{one.path}")
    page.wait_for_load_state("networkidle")
    if one.name == "not-found":
        return violations(page)
    problems = list(blocked)
    if answer is None or answer.status != 200:
        problems.append(f"status {answer and answer.status}")
    for width, height in VIEWPORTS.values():
        page.set_viewport_size({"width": width, "height": height})
        problems += violations(page)
        if overflow(page) > 0:
            problems.append(f"{overflow(page)} px wider than a window of {width} px")
    return problems


@pytest.mark.parametrize("turned", VIEWPORTS)
def test_signing_in_is_accessible(demo: Server, context: BrowserContext, turned: str) -> None:
    width, height = VIEWPORTS[turned]
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{demo.url}/sign-in")
    page.fill("#email", "quelquun@palier.example")
    page.fill("#password", "faux")
    page.click("main button[type=submit]")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("turned", VIEWPORTS)
def test_the_tablet_is_accessible_on_every_page_of_a_visit(
    demo: Server, context: BrowserContext, turned: str
) -> None:
    width, height = VIEWPORTS[turned]
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{demo.url}/tablet/", wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_be_visible()  # there before the app has started
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    problems = violations(page)
    account = demo.accounts["visitor"]
    page.get_by_label("Adresse").fill(account.email)
    page.get_by_label("Mot de passe").fill(account.password)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("pin-save")).to_be_visible()
    problems += violations(page)
    choose_pin(page)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()
    problems += violations(page)
    page.get_by_test_id("start-visit").first.click()
    expect(page.get_by_test_id("begin-visit")).to_be_visible()
    problems += violations(page)
    page.get_by_test_id("begin-visit").click()
    expect(page.get_by_test_id("question-visit_agreed")).to_be_visible()
    problems += violations(page)
    page.get_by_test_id("question-visit_agreed").get_by_text("Oui", exact=True).click()
    page.get_by_test_id("question-health_agreed").get_by_text("Oui", exact=True).click()
    for _ in range(3):
        page.get_by_test_id("next").click()  # refused: it shows what is missing
        problems += violations(page)
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
