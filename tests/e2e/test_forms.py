"""A diagnostic changed in a spreadsheet: handed in, tried on a tablet's screen, published."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect
from sqlalchemy import func, select

from diagnostics.form import parse_form
from tests.e2e.filling import Filler
from tests.e2e.layout import overflow, violations
from tests.e2e.server import Server
from tests.e2e.tablet import tablet_sign_in
from tests.e2e.test_story import _photo
from tests.e2e.waiting import until
from tests.factories import make_case, make_visit
from tests.webapp.test_form_drafts import NEW, NEW_ORDER, edited
from visits.models.accounts import Role, User
from visits.models.portfolio import FormVersion
from visits.models.works import WorkOrder

Office = Callable[[Server, str], Page]

pytestmark = pytest.mark.browser


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


QUESTION = {
    "type": "select_one yes_no",
    "name": "handrail_loose",
    "label::Français (fr)": "La main courante de l’escalier bouge-t-elle ?",
    "label::English (en)": "Is the handrail of the stairs loose?",
}
ORDER = {
    "when": "${handrail_loose} = 'yes'",
    "kind": "work_order",
    "code": "locksmith",
    "severity": "U2",
    "due": "5wd",
    "owner": "landlord",
    "name": "handrail_order",
    "label::fr": "Main courante de l’escalier à refixer.",
    "label::en": "Fix the handrail of the stairs again.",
}


def test_a_question_added_in_a_spreadsheet_ends_as_a_work_order(
    server: Server, office: Office, context: BrowserContext, tmp_path: Path
) -> None:
    coordinator, technician = server.add(Role.COORDINATOR), server.add(Role.TECHNICIAN)
    visitor = server.add(Role.VISITOR, name="Nadia Benali")
    page = office(server, coordinator)
    _hand_in(page, server, tmp_path, _with_a_question(_download(page, server)))
    page.wait_for_url("**/forms/drafts/*")
    expect(page.locator("main")).to_contain_text(QUESTION["label::Français (fr)"])
    expect(page.locator("main")).to_contain_text(ORDER["label::fr"])
    page.click("main .page-actions button")
    page.locator("dialog button.btn-danger").click()
    page.wait_for_url(f"**/forms/home_visit/{NEW}")

    _plan_a_visit(server, visitor)
    _fill_on_the_tablet(context.new_page(), server, visitor)
    _wait_for_orders(server)

    page = office(server, technician)
    page.goto(f"{server.url}/work-orders/")
    page.locator("tbody tr", has_text=ORDER["label::fr"]).locator("a").first.click()
    expect(page.locator("main")).to_contain_text(QUESTION["label::Français (fr)"])
    expect(page.locator("main")).to_contain_text("U2")


def _download(page: Page, server: Server) -> bytes:
    page.goto(f"{server.url}/forms/")
    page.locator("main tbody th a", has_text="Visite à domicile").first.click()
    with page.expect_download() as download:
        page.locator("main a[download]").first.click()
    return Path(download.value.path()).read_bytes()


def _with_a_question(data: bytes) -> bytes:
    """Do what somebody does in a spreadsheet program: a row in each of two sheets, a version."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    survey, follows, settings = book["survey"], book["consequences"], book["settings"]
    names = [row[_column(survey, "name") - 1].value for row in survey.iter_rows()]
    at = names.index("smoke_alarm") + 1
    survey.insert_rows(at)
    _type(survey, at, QUESTION)
    _type(follows, follows.max_row + 1, ORDER)
    _type(settings, 2, {"version": NEW})
    edited_file = io.BytesIO()
    book.save(edited_file)
    return edited_file.getvalue()


def _column(sheet: Any, name: str) -> int:
    return [cell.value for cell in sheet[1]].index(name) + 1


def _type(sheet: Any, row: int, cells: dict[str, str]) -> None:
    for name, text in cells.items():
        sheet.cell(row, _column(sheet, name)).value = text


def _plan_a_visit(server: Server, visitor: str) -> None:
    house = server.house()
    with house.sessions.begin() as session:
        user = session.scalars(select(User).where(User.email == visitor)).one()
        start_at = datetime.now(UTC).replace(second=0, microsecond=0)
        make_visit(
            session,
            case=make_case(session, by=user),
            visitor=user,
            start_at=start_at,
            planned_end_at=start_at,
        )
    house.engine.dispose()


def _fill_on_the_tablet(page: Page, server: Server, visitor: str) -> None:
    page.goto(f"{server.url}/tablet/")
    tablet_sign_in(page, visitor)
    page.get_by_test_id("start-visit").click()
    page.get_by_test_id("begin-visit").click()
    page.locator("main.page").wait_for()
    with server.house().sessions() as session:
        newest = select(FormVersion.xform).where(FormVersion.version == NEW)
        form = parse_form(session.scalars(newest).one())
    filler = Filler(page, form, lambda: _photo(page), said={"handrail_loose": "yes"})
    filler.fill()
    filler.finish()
    expect(page.locator("main")).to_contain_text(ORDER["label::fr"])
    filler.confirm()


def _wait_for_orders(server: Server) -> None:
    house = server.house()

    def count() -> int | None:
        with house.sessions() as session:
            return session.scalar(select(func.count()).select_from(WorkOrder))

    until(count, "a work order")
    house.engine.dispose()
