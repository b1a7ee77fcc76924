"""What is left behind: work under way is kept, and a visit taken back leaves the tablet."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.layout import violations
from tests.e2e.round import Round, add_photos, arrived, begin, choose, go_to_day, picture, saved
from tests.e2e.tablet import unlock

pytestmark = pytest.mark.browser

NAMES = ("ADAM", "BLIN", "CARON")

# Hold back the first step of preparing a picture until the test lets it go on.
HOLD = """() => {
    const real = window.realBitmap ??= window.createImageBitmap.bind(window)
    const go = new Promise(done => { window.goOn = done })
    window.createImageBitmap = (...given) => go.then(() => real(...given))
}"""
KEPT_AS_TAKEN = """async () => {
    const opened = indexedDB.open('palier')
    const database = await new Promise(done => { opened.onsuccess = () => done(opened.result) })
    const asked = database.transaction('files').objectStore('files').getAllKeys()
    const keys = await new Promise(done => { asked.onsuccess = () => done(asked.result) })
    database.close()
    return keys.some(key => key.includes('/taken-'))
}"""


def test_a_photo_still_being_prepared_is_kept_however_the_form_is_left(
    day: Round, tablet: Page
) -> None:
    page = tablet
    begin(page, "ADAM")
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Oui")
    page.get_by_test_id("contents").get_by_text("Pièce", exact=False).first.click()
    pictures = [picture(page, number, side=200) for number in range(3)]

    _take(page, pictures[0])
    page.get_by_test_id("back-to-hub").click()
    expect(page.get_by_test_id("finishing-work")).to_contain_text("gardé d’abord")
    page.evaluate("() => window.goOn()")
    _open_again(page)
    expect(page.get_by_test_id("photo")).to_have_count(1)

    _take(page, pictures[1])
    page.go_back()
    expect(page.get_by_test_id("begin-visit")).to_be_visible()
    page.get_by_test_id("begin-visit").click()
    page.evaluate("() => window.goOn()")
    expect(page.get_by_test_id("photo")).to_have_count(2)

    _take(page, pictures[2])
    page.wait_for_function(KEPT_AS_TAKEN)
    page.reload()
    unlock(page)
    expect(page.get_by_test_id("photo")).to_have_count(3)
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    page.wait_for_function(f"async () => !(await ({KEPT_AS_TAKEN})())")


def _take(page: Page, one: bytes) -> None:
    page.evaluate(HOLD)
    add_photos(page, [one])
    expect(page.get_by_text("Préparation de la photo")).to_be_visible()


def _open_again(page: Page) -> None:
    page.get_by_test_id("begin-visit").click()
    expect(page.get_by_test_id("save-state")).to_be_visible()


def test_a_visit_taken_back_leaves_the_tablet_but_what_was_filled_is_sent(
    day: Round, tablet: Page
) -> None:
    page = tablet
    begin(page, "BLIN")
    choose(page, "visit_agreed", "Non")
    saved(page)
    page.get_by_test_id("back-to-hub").click()
    day.take_back("BLIN")
    page.get_by_test_id("back-to-day").click()
    page.get_by_test_id("refresh").click()
    expect(page.get_by_test_id("taken-back")).to_contain_text("Ce que vous avez rempli partira")
    expect(page.get_by_test_id("start-visit").first).to_be_visible()
    assert "BLIN" not in page.content()
    assert violations(page) == []
    page.get_by_test_id("resume-taken-back").click()
    expect(page.get_by_test_id("taken-back")).to_be_visible()
    page.get_by_test_id("open-form").click()
    page.get_by_test_id("finish").click()
    page.get_by_test_id("confirm-finish").click()
    go_to_day(page)
    arrived(page, "Visite reprise")
    assert "BLIN" not in page.content()
    assert len(day.submissions("BLIN")) == 1
