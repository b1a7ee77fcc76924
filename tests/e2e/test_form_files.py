"""A workbook with a list and pictures in files: everything is there without a network."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.diagnostics.builders import EN, FR, row, workbook
from tests.e2e.layout import overflow, violations
from tests.e2e.server import Server
from tests.e2e.tablet import send_now, tablet_sign_in
from tests.e2e.test_forms import _plan_a_visit
from tests.e2e.waiting import until
from visits.models.accounts import Role
from visits.models.visits import Submission, SubmissionState

Office = Callable[[Server, str], Page]

pytestmark = pytest.mark.browser

TOWNS = "name;label;people\n" + "".join(f"t{n};Ville numéro {n};{n * 100}\n" for n in range(600))
SURVEY = [
    {**row("note", "look", "Voici le plan."), "media::image": "plan.png", "audio": "mot.wav"},
    row("select_one_from_file towns.csv", "town", "La ville"),
    row("calculate", "people", calculation="pulldata('towns', 'people', 'name', ${town})"),
    row("select_one door", "door", "La porte"),
    {**row("note", "told", "Habitants : ${people}"), "relevant": "${town} != ''"},
]
DOORS = [
    {"list_name": "door", "name": "left", FR: "Gauche", EN: "Left", "image": "plan.png"},
    {"list_name": "door", "name": "right", FR: "Droite", EN: "Right"},
]


def picture() -> bytes:
    """Draw 320 by 200 pixels of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        sum_ = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)

    header = struct.pack(">IIBBBBB", 320, 200, 8, 2, 0, 0, 0)
    lines = zlib.compress((b"\x00" + b"\x2e\x6b\x5e" * 320) * 200)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def sound() -> bytes:
    """Make a tenth of a second of silence."""
    data = b"\x80" * 800
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_a_list_and_pictures_handed_in_beside_a_workbook_are_there_offline(
    server: Server, office: Office, context: BrowserContext, tmp_path: Path
) -> None:
    page = office(server, server.add(Role.COORDINATOR))
    visitor = server.add(Role.VISITOR, name="Nadia Benali")
    _publish(page, server, tmp_path)
    _plan_a_visit(server, visitor)
    tablet = context.new_page()
    tablet.goto(f"{server.url}/tablet/")
    tablet_sign_in(tablet, visitor)
    _wait_for_media(tablet)
    context.set_offline(True)
    seen = _visit(tablet)
    context.set_offline(False)
    send_now(tablet)
    kept = _submission(server)
    assert seen == []
    assert kept.state is SubmissionState.CHECKED, kept.findings
    assert b"<people>42000</people>" in kept.xml


def _publish(page: Page, server: Server, folder: Path) -> None:
    files = {"towns.csv": TOWNS.encode(), "plan.png": picture(), "mot.wav": sound()}
    book = workbook(SURVEY, choices=DOORS, form_id="home_visit", version="2027010101")
    for name, data in {"visite.yaml": book, **files}.items():
        (folder / name).write_bytes(data)
    page.goto(f"{server.url}/forms/new")
    page.set_input_files("#file", folder / "visite.yaml")
    page.set_input_files("#files", [folder / "plan.png", folder / "mot.wav"])
    page.click("main form button[type=submit]")
    expect(page.locator("main")).to_contain_text("« towns.csv »")
    page.set_input_files("#file", folder / "visite.yaml")
    page.set_input_files("#files", [folder / name for name in files])
    page.click("main form button[type=submit]")
    page.wait_for_url("**/forms/drafts/*")
    draft = page.url
    page.click("main .page-actions a")
    shown = page.frame_locator("iframe").locator("[data-testid=question-look] img")
    expect(shown).to_have_js_property("naturalWidth", 320)
    page.goto(draft)
    page.click("main .page-actions button")
    page.locator("dialog button.btn-danger").click()
    page.wait_for_url("**/forms/home_visit/2027010101")


KEPT_MEDIA = """() => new Promise((done) => {
    const opening = indexedDB.open('palier')
    opening.onsuccess = () => {
        const counting = opening.result.transaction('media').objectStore('media').count()
        counting.onsuccess = () => { opening.result.close(); done(counting.result) }
    }
})"""


def _wait_for_media(tablet: Page) -> None:
    """Wait until the picture and the sound are in the tablet's memory, and the app itself."""
    until(lambda: tablet.evaluate(KEPT_MEDIA) >= 2, "the files of the form")
    tablet.wait_for_function("() => navigator.serviceWorker.controller !== null")


def _visit(tablet: Page) -> list[str]:
    tablet.get_by_test_id("start-visit").click()
    tablet.get_by_test_id("begin-visit").click()
    looked = tablet.get_by_test_id("question-look")
    expect(looked.locator("img")).to_have_js_property("naturalWidth", 320)
    assert looked.locator("audio").evaluate("sound => sound.duration || sound.readyState") >= 0
    expect(tablet.get_by_test_id("question-door").locator("img")).to_be_visible()
    town = tablet.get_by_test_id("question-town")
    expect(town.locator(".choice")).to_have_count(12)
    town.get_by_test_id("search-list").fill("lyon")
    expect(town.get_by_role("status")).to_have_text("Aucun choix ne commence ainsi.")
    town.get_by_test_id("search-list").fill("numero 420")
    town.get_by_text("Ville numéro 420", exact=True).click()
    expect(tablet.get_by_test_id("question-told")).to_contain_text("42000")
    town.get_by_test_id("search-list").fill("")
    expect(town.locator(".choice.chosen")).to_contain_text("420")
    tablet.get_by_test_id("question-door").get_by_text("Gauche").click()
    seen = violations(tablet)
    for width, height in ((1280, 800), (800, 1280)):
        tablet.set_viewport_size({"width": width, "height": height})
        seen += [f"{overflow(tablet)} too wide at {width}"] if overflow(tablet) else []
    tablet.get_by_test_id("finish").click()
    tablet.get_by_test_id("confirm-finish").click()
    return seen


def _submission(server: Server) -> Submission:
    house = server.house()
    whole = select(Submission).where(Submission.state != SubmissionState.INCOMPLETE)

    def arrived() -> Submission | None:
        with house.sessions() as session:
            return session.scalars(whole).one_or_none()

    try:
        return until(arrived, "the submission")
    finally:
        house.engine.dispose()
