"""Every kind of question is answered on the tablet, and the server agrees with what was sent."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from diagnostics.form import parse_form
from diagnostics.reading import read_answers
from diagnostics.submission import check
from tests.diagnostics.builders import EN, FR, published, row, workbook
from tests.e2e.layout import overflow, violations
from tests.e2e.server import Server
from tests.e2e.test_form_files import picture, sound
from visits.models.accounts import Role

Office = Callable[[Server, str], Page]

pytestmark = pytest.mark.browser

KINDS = [
    "text", "integer", "decimal", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape",
    "select_one yn", "select_multiple yn", "rank yn", "acknowledge", "image", "audio", "video",
    "file", "barcode",
]  # fmt: skip
SURVEY = [
    *({**row(kind, _name), "required": "yes"} for kind in KINDS if (_name := kind.split()[0])),
    {**row("range", "range"), "parameters": "start=0 end=10 step=1", "required": "yes"},
]
CHOICES = [
    {"list_name": "yn", "name": name, FR: label, EN: name}
    for name, label in (("yes", "Oui"), ("no", "Non"), ("maybe", "Peut-être"))
]
TYPED = {
    "text": "trois mots", "integer": "12", "decimal": "12,5", "date": "2026-05-06",
    "time": "10:30", "dateTime": "2026-05-06T10:30", "barcode": "3017620422003",
}  # fmt: skip
FILES = {
    "image": ("image.png", "image/png", picture()),
    "audio": ("mot.wav", "audio/wav", sound()),
    "video": ("film.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 100),
    "file": ("bail.pdf", "application/pdf", b"%PDF-1.7 bail"),
}
SAID = {
    "text": "trois mots", "integer": "12", "decimal": "12,5", "date": "06/05/2026",
    "time": "10:30", "dateTime": "06/05/2026 10:30", "geopoint": "49,26 / 2,47 (± 8 m)",
    "geotrace": "2 points", "geoshape": "4 points", "select_one": "Oui",
    "select_multiple": "Oui, Peut-être", "rank": "Non, Oui, Peut-être", "range": "7",
    "barcode": "3017620422003",
}  # fmt: skip


def test_every_kind_of_question_is_answered_and_read(
    server: Server, office: Office, context: BrowserContext, tmp_path: Path
) -> None:
    page = office(server, server.add(Role.COORDINATOR))
    context.grant_permissions(["geolocation"])
    _try(page, server, tmp_path)
    tablet = page.frame_locator("iframe")
    for name, text in TYPED.items():
        _question(tablet, name).locator("input").fill(text)
    _walk(context, tablet)
    _choose(tablet)
    for name, (file, kind, data) in FILES.items():
        sent = {"name": file, "mimeType": kind, "buffer": data}
        _question(tablet, name).locator("input[type=file]").last.set_input_files([sent])
    expect(tablet.get_by_test_id("kept-file")).to_have_count(3)
    seen = _look(page)
    tablet.get_by_test_id("finish").click()
    expect(tablet.locator("main")).to_contain_text("1. Non, 2. Oui, 3. Peut-être")
    tablet.get_by_test_id("confirm-finish").click()
    with page.expect_download() as download:
        tablet.get_by_test_id("preview-xml").click()
    assert seen == []
    _agree(Path(download.value.path()).read_bytes())


def _try(page: Page, server: Server, folder: Path) -> None:
    file = folder / "tout.yaml"
    file.write_bytes(workbook(SURVEY, choices=CHOICES))
    page.goto(f"{server.url}/forms/new")
    page.set_input_files("#file", file)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/forms/drafts/*")
    page.click("main .page-actions a")


def _question(tablet: FrameLocator, name: str) -> Locator:
    return tablet.get_by_test_id(f"question-{name}")


def _walk(context: BrowserContext, tablet: FrameLocator) -> None:
    """Take the place once, two corners of a line, three of a surface."""
    for name, corners in (("geopoint", 1), ("geotrace", 2), ("geoshape", 3)):
        question = _question(tablet, name)
        for corner in range(corners):
            here = {"latitude": 49.26 + corner * corner / 100, "longitude": 2.47 + corner / 100}
            context.set_geolocation({**here, "accuracy": 8})
            question.locator("button").first.click()
            told = "à 8 m près" if name == "geopoint" else f"{corner + 1} point"
            expect(question).to_contain_text(told)


def _choose(tablet: FrameLocator) -> None:
    _question(tablet, "select_one").get_by_text("Oui", exact=True).click()
    for label in ("Oui", "Peut-être"):
        _question(tablet, "select_multiple").get_by_text(label, exact=True).click()
    _question(tablet, "acknowledge").locator("input").check()
    _question(tablet, "range").locator(".choice", has_text="7").click()
    rank = _question(tablet, "rank")
    rank.get_by_test_id("keep-order").click()
    rank.get_by_role("button", name="Monter : Non").click()
    expect(rank.get_by_role("button", name="Descendre : Non")).to_be_focused()


def _look(page: Page) -> list[str]:
    found = violations(page)
    for width, height in ((1280, 800), (800, 1280)):
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{overflow(page)} pixels too wide at {width}"] if overflow(page) else []
    return found


def _agree(xml: bytes) -> None:
    """Check the submission as the server does, and read it as the office does."""
    form = parse_form(published(SURVEY, choices=CHOICES).xform)
    checked = check(form, xml, now=datetime.now(UTC))
    assert (checked.violations, checked.corrected, checked.unknown) == ((), (), ())
    told = {
        one.path.rpartition("/")[2]: one.answer
        for part in read_answers(form, checked, language="fr")
        for one in part.answers
    }
    assert {name: told[name] for name in SAID} == SAID
