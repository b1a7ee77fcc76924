"""Take the pictures of the docs from a full demonstration: `make screenshots`."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.find_chromium import CHROMIUM, find_chromium
from tests.e2e.pages import Shown, pages_of
from tests.e2e.server import Server, free_port
from tests.e2e.tablet import PIN, tablet_sign_in, unlock
from webapp.demo import load_demo

SIZES = ((1280, 800), (800, 1280))


def main(folder: Path) -> None:
    """Load the demonstration, open the pages that the docs show, and take their pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        server = Server(Path(data), free_port())
        server.command("init")
        house = server.house()
        accounts = load_demo(house, now=datetime.now(UTC), tell=print)
        server.accounts = {account.role: account for account in reversed(accounts)}
        server.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM)
                context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
                _office(context, server, [page for page in pages_of(house) if page.in_docs], folder)
                _tablet(context, server, folder)
                browser.close()
        finally:
            server.stop()


def _office(context: BrowserContext, server: Server, shown: list[Shown], folder: Path) -> None:
    for role in dict.fromkeys(page.role for page in shown):
        context.clear_cookies()
        page = context.new_page()
        page.goto(f"{server.url}/sign-in")
        page.fill("#email", server.accounts[role].email)
        page.fill("#password", server.accounts[role].password)
        page.click("main button[type=submit]")
        for one in (one for one in shown if one.role == role):
            page.goto(f"{server.url}{one.path}")
            page.wait_for_load_state("networkidle")
            _take(page, folder, one.name)
        page.close()


def _tablet(context: BrowserContext, server: Server, folder: Path) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/tablet/")
    tablet_sign_in(page, server.accounts["visitor"].email, server.accounts["visitor"].password)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()
    _take(page, folder, "tablet-day")
    page.reload()
    expect(page.get_by_test_id("pin")).to_be_visible()
    page.get_by_test_id("pin").fill(PIN[:4])
    _take(page, folder, "tablet-lock")
    unlock(page)
    page.get_by_test_id("start-visit").first.click()
    expect(page.get_by_test_id("hub-form").first).to_be_visible()
    _take(page, folder, "tablet-hub")
    page.get_by_test_id("begin-visit").click()
    for question, label in (("visit_agreed", "Oui"), ("health_agreed", "Oui")):
        page.get_by_test_id(f"question-{question}").get_by_text(label, exact=True).click()
    page.get_by_test_id("next").click()
    for question, label in (("fell", "Oui"), ("fall_injury", "Oui"), ("unsteady", "Oui")):
        page.get_by_test_id(f"question-{question}").get_by_text(label, exact=True).click()
    page.get_by_test_id("question-falls_count").locator("input").fill("2")
    page.get_by_test_id("page-title").scroll_into_view_if_needed()
    _take(page, folder, "tablet-visit")
    page.close()


def _take(page: Page, folder: Path, name: str) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)  # the map and the charts draw themselves again
        page.screenshot(path=folder / f"{name}-{width}x{height}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
