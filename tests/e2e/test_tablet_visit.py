"""A visit on the tablet: its forms, what is offered, its rooms and their photos."""

import re
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from tests.e2e.conftest import PASSWORD, Server, free_port, tablet_sign_in, unlock
from tests.e2e.test_pages import VIEWPORTS, overflow, violations
from tests.factories import (
    QUICK_HASH,
    make_dwelling,
    make_enrolment,
    make_person,
    make_user,
    make_visit,
)
from tests.submissions import QUIET, fill
from visits.models.accounts import Role
from visits.models.people import Person
from visits.models.programmes import Enrolment
from visits.models.visits import Submission, SubmissionFile, Visit
from webapp.languages import PARIS

pytestmark = pytest.mark.browser

NAMES = ("ADAM", "BLIN", "FABRE", "GRAS", "HUET")
Tablet = Callable[..., Page]


@dataclass(frozen=True)
class Round:
    """A server with a visitor's day: a visit for each test, the first home seen before."""

    server: Server
    visitor: str

    def visit(self, name: str) -> Visit:
        """Read the visit of today to somebody."""
        house = self.server.house()
        with house.sessions() as session:
            found = session.scalars(
                select(Visit)
                .join(Visit.enrolment)
                .join(Enrolment.person)
                .where(Person.last_name == name, Visit.planned_start_at > _morning())
            ).one()
        house.engine.dispose()
        return found

    def files(self, name: str) -> list[str]:
        """List the files that came with what was sent from a visit."""
        house = self.server.house()
        with house.sessions() as session:
            found = session.scalars(
                select(SubmissionFile.name)
                .join(Submission, Submission.id == SubmissionFile.submission_id)
                .where(Submission.visit_id == self.visit(name).id)
            ).all()
        house.engine.dispose()
        return sorted(found)


def _morning() -> datetime:
    return datetime.now(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def day(
    initialised: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Round]:
    data = tmp_path_factory.mktemp("round")
    shutil.copytree(initialised, data, dirs_exist_ok=True)
    server = Server(data, free_port())
    house = server.house()
    with house.sessions.begin() as session:
        visitor = make_user(session, role=Role.VISITOR, name="Nadia", password_hash=QUICK_HASH)
        for at, name in enumerate(NAMES):
            dwelling = make_dwelling(session)
            person = make_person(session, dwelling=dwelling, last_name=name)
            enrolment = make_enrolment(session, by=visitor, person=person, dwelling=dwelling)
            start = (_morning() + timedelta(hours=9, minutes=at)).astimezone(UTC)
            make_visit(session, enrolment=enrolment, visitor=visitor, start_at=start)
            if name == "ADAM":
                before = make_visit(session, enrolment=enrolment, visitor=visitor)
        email, earlier = visitor.email, before.id
    house.engine.dispose()
    server.start()
    _seen_before(browser, server, email, f"{earlier}")
    yield Round(server, email)
    server.stop()


def _seen_before(browser: Browser, server: Server, email: str, visit: str) -> None:
    with browser.new_context() as context:
        given = {"email": email, "password": PASSWORD, "name": "Tablette"}
        token = context.request.post(f"{server.url}/api/devices", data=given).json()["token"]
        xml: Any = {"name": "s.xml", "mimeType": "text/xml", "buffer": fill(QUIET)}
        sent = context.request.post(
            f"{server.url}/openrosa/submission?visit={visit}",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            multipart={"xml_submission_file": xml},
        )
        assert sent.status == 201, sent.text()


@pytest.fixture
def tablet(day: Round, context: BrowserContext) -> Tablet:
    """Sign in on a fresh tablet; every error on its pages fails the test."""

    def sign_in() -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page has an error: {error}"))
        page.goto(f"{day.server.url}/tablet/")
        tablet_sign_in(page, day.visitor)
        expect(page.get_by_test_id("day-visit")).to_have_count(len(NAMES))
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        _forms_are_here(page)
        return page

    return sign_in


def _forms_are_here(page: Page) -> None:
    expect(page.get_by_text("n’est pas encore sur la tablette")).to_have_count(0)


def _card(page: Page, name: str) -> Locator:
    return page.get_by_test_id("day-visit").filter(has_text=name)


def _open(page: Page, name: str) -> None:
    _card(page, name).get_by_test_id("start-visit").click()
    expect(page.get_by_test_id("page-title")).to_contain_text(name)


def _form(page: Page, form_id: str) -> Locator:
    return page.locator(f"[data-testid=hub-form][data-form={form_id}]")


def _fill_in(page: Page, form_id: str) -> None:
    _form(page, form_id).get_by_test_id("open-form").click()
    expect(page.get_by_test_id("save-state")).to_be_visible()


def _choose(page: Page, question: str, label: str) -> None:
    page.get_by_test_id(f"question-{question}").get_by_text(label, exact=True).click()


def _next(page: Page, title: str) -> None:
    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("page-title")).to_contain_text(title)


def _saved(page: Page) -> None:
    page.wait_for_timeout(600)
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")


def _photo(page: Page, colour: str) -> Any:
    drawn = page.evaluate(
        """(colour) => {
            const canvas = document.createElement('canvas')
            Object.assign(canvas, {width: 2400, height: 1800})
            const pen = canvas.getContext('2d')
            pen.fillStyle = colour
            pen.fillRect(0, 0, 2400, 1800)
            return canvas.toDataURL('image/jpeg').split(',')[1]
        }""",
        colour,
    )
    return {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": b64decode(drawn)}


def _small(page: Page) -> list[str]:
    small: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, input[type=text], label.choice,'
            + ' label.button, a[href], summary')]
            .map(e => [e.textContent.trim().slice(0, 20), e.getBoundingClientRect()])
            .filter(([_, r]) => r.height > 0 && r.height < 47.5).map(([t]) => t)"""
    )
    return small


def test_two_forms_of_a_visit_are_stopped_resumed_and_sent(day: Round, tablet: Tablet) -> None:
    page = tablet()
    _open(page, "BLIN")
    page.get_by_test_id("begin-visit").click()
    expect(page.get_by_text("Page 1", exact=True)).to_be_visible()  # nobody knows yet of how many
    _choose(page, "visit_agreed", "Non")
    _saved(page)
    page.get_by_test_id("back-to-hub").click()
    expect(page.get_by_test_id("started-at")).to_be_visible()
    _fill_in(page, "home_hazards")
    _choose(page, "visit_agreed", "Non")
    _saved(page)
    page.reload()
    unlock(page)
    expect(page.get_by_test_id("question-visit_agreed").get_by_label("Non")).to_be_checked()
    page.get_by_test_id("back-to-hub").click()
    for form_id in ("home_visit", "home_hazards"):
        expect(_form(page, form_id)).to_have_attribute("data-state", "draft")
    for form_id in ("home_hazards", "home_visit"):
        _fill_in(page, form_id)
        expect(page.get_by_test_id("question-visit_agreed").get_by_label("Non")).to_be_checked()
        while page.get_by_test_id("finish").count() == 0:
            page.get_by_test_id("next").click()
        page.get_by_test_id("finish").click()
        page.get_by_test_id("confirm-finish").click()
        expect(page.get_by_test_id("notice")).to_be_visible()
    expect(_card(page, "BLIN").get_by_test_id("visit-state")).to_contain_text("Sur le serveur")
    assert day.files("BLIN").count("audit.csv") == 2
    _card(page, "BLIN").get_by_test_id("see-visit").or_(
        _card(page, "BLIN").get_by_test_id("start-visit")
    ).click()
    expect(_form(page, "home_visit")).to_have_attribute("data-state", "received")


def test_an_answer_known_already_is_offered_and_taken_over_with_one_tap(tablet: Tablet) -> None:
    page = tablet()
    _open(page, "ADAM")
    expect(page.get_by_test_id("earlier")).to_contain_text("Douche")
    page.get_by_test_id("begin-visit").click()
    _choose(page, "visit_agreed", "Oui")
    _choose(page, "health_agreed", "Non")
    _next(page, "Logement")
    washing = page.get_by_test_id("question-washing")
    expect(washing.get_by_test_id("proposal")).to_contain_text("La dernière fois")
    expect(washing.get_by_label("Douche", exact=True)).not_to_be_checked()
    washing.get_by_test_id("take-over").click()
    expect(washing.get_by_label("Douche", exact=True)).to_be_checked()
    expect(washing.get_by_test_id("proposal")).to_have_count(0)
    _saved(page)
    page.get_by_test_id("back-to-hub").click()
    _fill_in(page, "home_hazards")
    agreed = page.get_by_test_id("question-visit_agreed")
    expect(agreed.get_by_test_id("proposal")).to_contain_text("Déjà répondu dans cette visite")
    agreed.get_by_test_id("take-over").click()
    expect(agreed.get_by_label("Oui", exact=True)).to_be_checked()


def test_rooms_hold_hazards_and_hazards_hold_photos(day: Round, tablet: Tablet) -> None:
    page = tablet()
    _open(page, "FABRE")
    _fill_in(page, "home_hazards")
    _choose(page, "visit_agreed", "Oui")
    _choose(page, "photos_agreed", "Oui")
    page.get_by_test_id("question-known_risk").locator("label").first.click()
    _next(page, "Zone 1")
    page.get_by_test_id("question-room_kind").locator("label").nth(1).click()
    _choose(page, "room_state", "Un ou plusieurs dangers")
    _next(page, "Danger 1")
    page.get_by_test_id("question-hazard_kind").locator("label").first.click()
    photos = page.get_by_test_id("question-hazard_photo")
    add = photos.get_by_test_id("photo-add")
    add.set_input_files([_photo(page, "#b4965a"), _photo(page, "#5a96b4")])
    expect(photos.get_by_test_id("photo")).to_have_count(2)
    add.set_input_files(_photo(page, "#5ab496"))
    expect(photos.get_by_test_id("photo")).to_have_count(3)
    add.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(photos).to_contain_text("n’a pas pu être lue")
    photos.get_by_test_id("photo-delete").nth(1).click()
    page.get_by_test_id("ask-yes").click()
    expect(photos.get_by_test_id("photo")).to_have_count(2)
    before = photos.locator("img").first.get_attribute("src")
    photos.get_by_test_id("photo-retake").first.set_input_files(_photo(page, "#000000"))
    expect(photos.locator("img").first).not_to_have_attribute("src", before or "")
    page.get_by_test_id("question-fix").locator("label").first.click()
    _choose(page, "fix_agreed", "Oui")
    page.get_by_test_id("add-repeat").click()
    expect(page.get_by_test_id("page-title")).to_contain_text("Danger 2")
    expect(page.get_by_test_id("question-hazard_photo")).to_be_visible()
    page.get_by_test_id("remove-repeat").click()
    page.get_by_test_id("contents-add").filter(has_text="Zone").click()
    expect(page.get_by_test_id("page-title")).to_contain_text("Zone 2")
    page.get_by_test_id("question-room_kind").locator("label").nth(2).click()
    _choose(page, "room_state", "Rien à signaler")
    _saved(page)
    page.reload()
    unlock(page)
    expect(page.get_by_test_id("page-title")).to_contain_text("Zone 2")
    _finish_what_is_left(page)
    page.get_by_test_id("confirm-finish").click()
    # The visit's own form is still to be filled in: back to the visit, which says so.
    expect(_form(page, "home_hazards")).to_have_attribute("data-state", "received")
    expect(_form(page, "home_visit")).to_have_attribute("data-state", "new")
    kept = day.files("FABRE")
    assert len([name for name in kept if name.endswith(".jpg")]) == 2
    assert "audit.csv" in kept


def _finish_what_is_left(page: Page) -> None:
    while page.get_by_test_id("finish").count() == 0:
        page.get_by_test_id("next").click()
        for question in page.locator(".question").filter(has_text=re.compile("obligatoire")).all():
            if question.locator("input:checked").count() == 0:
                question.locator("label.choice").first.click()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("confirm-finish")).to_be_visible()


@pytest.mark.parametrize("turned", VIEWPORTS)
def test_the_hub_and_what_hangs_on_it_are_accessible(tablet: Tablet, turned: str) -> None:
    page = tablet()
    width, height = VIEWPORTS[turned]
    page.set_viewport_size({"width": width, "height": height})
    seen: list[str] = []

    def look() -> None:
        seen.extend(violations(page))
        seen.extend(f"{what} is small" for what in _small(page))
        if overflow(page) > 0:
            seen.append(f"{page.url}: {overflow(page)} px too wide")

    look()
    _open(page, "GRAS")
    look()
    page.get_by_test_id("visit-failed").click()
    page.get_by_test_id("keep-failure").click()  # refused: it says what is missing, where it is
    expect(page.get_by_test_id("failure-outcome").get_by_role("radio").first).to_be_focused()
    look()
    page.get_by_test_id("failure-outcome").get_by_text("La personne refuse").click()
    expect(page.get_by_test_id("failure-outcome").get_by_role("alert")).to_have_count(0)
    page.get_by_test_id("keep-failure").click()
    expect(page.get_by_test_id("failure-reason").get_by_role("alert")).to_be_visible()
    look()
    page.get_by_test_id("back-to-hub").first.click()
    _fill_in(page, "accessibility")
    page.get_by_test_id("back-to-hub").click()
    _fill_in(page, "home_visit")
    _choose(page, "visit_agreed", "Oui")
    _choose(page, "health_agreed", "Non")
    if turned == "portrait":
        page.get_by_test_id("contents").get_by_role("button", name="Sommaire").click()
    page.get_by_test_id("contents").get_by_text("Pièce 1").click()
    page.get_by_test_id("photo-add").set_input_files(_photo(page, "#b4965a"))
    expect(page.get_by_test_id("photo")).to_have_count(1)
    look()
    page.set_viewport_size({"width": width // 2, "height": height // 2})  # zoomed to 200 %
    look()
    page.get_by_test_id("back-to-hub").click()
    look()
    page.get_by_test_id("back-to-day").click()
    look()
    for _ in range(2):  # bright sun, then dark
        page.get_by_test_id("display").click()
        look()
    assert seen == []
