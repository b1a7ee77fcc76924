"""A diagnostic changed in a spreadsheet: handed in, tried on a tablet's screen, published."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.conftest import Server
from tests.e2e.test_pages import overflow, violations
from tests.webapp.test_form_drafts import NEW, NEW_ORDER, edited
from visits.models.accounts import Role

Office = Callable[[Server, str], Page]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_workbook_is_examined_tried_and_published(
    server: Server, office: Office, tmp_path: Path
) -> None:
    page = office(server, server.add(Role.COORDINATOR, name="Claire Vasseur"))
    seen: list[str] = []
    _hand_in(page, server, tmp_path, edited(kind="workorder"))
    expect(page.locator("main")).to_contain_text("Vouliez-vous dire « work_order » ?")
    seen += _look(page)
    _hand_in(page, server, tmp_path, edited(**NEW_ORDER))
    page.wait_for_url("**/forms/drafts/*")
    expect(page.locator("main")).to_contain_text("${lives_alone} = 'yes'")
    seen += _look(page)
    draft = page.url
    _try_it(page)
    seen += _look(page)
    page.goto(draft)
    page.click("main .page-actions button")
    page.locator("dialog button.btn-danger").click()
    page.wait_for_url(f"**/forms/home_visit/{NEW}")
    expect(page.locator("main")).to_contain_text("Claire Vasseur")
    seen += _look(page)
    page.goto(f"{page.url}/changes")
    seen += _look(page)
    assert seen == []


def _hand_in(page: Page, server: Server, folder: Path, data: bytes) -> None:
    file = folder / "visite.xlsx"
    file.write_bytes(data)
    page.goto(f"{server.url}/forms/new")
    page.set_input_files("#file", file)
    page.click("main form button[type=submit]")


def _try_it(page: Page) -> None:
    """Fill the preview; the new consequence shows, and the browser keeps nothing."""
    page.click("main .page-actions a")
    page.wait_for_url("**/preview")
    tablet = page.frame_locator("iframe")
    expect(tablet.get_by_test_id("save-state")).to_contain_text("rien n’est enregistré")
    _answer(tablet, "Oui")
    _answer(tablet, "Oui")
    while tablet.get_by_test_id("finish").count() == 0:
        alone = tablet.locator("fieldset", has_text="seule")
        if alone.count():
            alone.first.get_by_text("Oui", exact=True).click()
        for _ in range(2):  # a page with gaps holds back once
            if tablet.get_by_test_id("next").count():
                tablet.get_by_test_id("next").click()
    expect(tablet.locator("body")).to_contain_text(NEW_ORDER["label::fr"])
    kept = page.frames[-1].evaluate("async () => (await indexedDB.databases()).length")
    assert kept == 0


def _answer(tablet: FrameLocator, label: str) -> None:
    tablet.locator("fieldset", has_text="accepte").first.get_by_text(label, exact=True).click()


def _look(page: Page) -> list[str]:
    found = violations(page)
    for width, height in ((1280, 800), (800, 1280)):
        page.set_viewport_size({"width": width, "height": height})
        if overflow(page):
            found.append(f"{page.url}: {overflow(page)} pixels too wide at {width}")
    return found
