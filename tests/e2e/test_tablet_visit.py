"""A visit on the tablet: its forms, what is offered, its rooms and their photos."""

import re
from base64 import b64decode
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from tests.e2e.layout import VIEWPORTS, overflow, violations
from tests.e2e.round import Round, arrived, card, choose, item, open_hub, saved, signed_in
from tests.e2e.tablet import unlock
from tests.factories import (
    PASSWORD,
    make_visit,
)
from tests.submissions import QUIET, fill
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import Person

pytestmark = pytest.mark.browser

NAMES = ("ADAM", "BLIN", "FABRE", "GRAS", "HUET", "IMBERT", "JOLY", "KLEIN")


@pytest.fixture(scope="module")
def day(day: Round, browser: Browser) -> Round:
    """A home for each test, the first seen before."""
    house = day.server.house()
    with house.sessions.begin() as session:
        home = select(Case).join(Case.person).where(Person.last_name == NAMES[0])
        visitor = session.scalars(select(User).where(User.email == day.visitor)).one()
        before = make_visit(session, case=session.scalars(home).one(), visitor=visitor).id
    house.engine.dispose()
    with browser.new_context() as context:
        given = {"email": day.visitor, "password": PASSWORD, "name": "Tablette"}
        token = context.request.post(f"{day.server.url}/api/devices", data=given).json()["token"]
        xml: Any = {"name": "s.xml", "mimeType": "text/xml", "buffer": fill(QUIET)}
        sent = context.request.post(
            f"{day.server.url}/openrosa/submission?visit={before}",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            multipart={"xml_submission_file": xml},
        )
        assert sent.status == 201, sent.text()
    return day


def _files(day: Round, name: str) -> list[str]:
    """List the files that came with what was sent from somebody's home."""
    return sorted(file.name for kept in day.submissions(name) for file in kept.files)


def _form(page: Page, form_id: str) -> Locator:
    return page.locator(f"[data-testid=hub-form][data-form={form_id}]")


def _fill_in(page: Page, form_id: str) -> None:
    _form(page, form_id).get_by_test_id("open-form").click()
    expect(page.get_by_test_id("save-state")).to_be_visible()


def _next(page: Page, title: str) -> None:
    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("page-title")).to_contain_text(title)


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


def test_two_forms_of_a_visit_are_stopped_resumed_and_sent(day: Round, tablet: Page) -> None:
    page = tablet
    open_hub(page, "BLIN")
    page.get_by_test_id("begin-visit").click()
    expect(page.get_by_text("Page 1", exact=True)).to_be_visible()  # nobody knows yet of how many
    choose(page, "visit_agreed", "Non")
    saved(page)
    page.get_by_test_id("back-to-hub").click()
    expect(page.get_by_test_id("started-at")).to_be_visible()
    _fill_in(page, "home_hazards")
    choose(page, "visit_agreed", "Non")
    saved(page)
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
        # That of the last one stands until all is sent, which may be at once.
        if form_id == "home_hazards":
            expect(page.get_by_test_id("notice")).to_be_visible()
    expect(card(page, "BLIN").get_by_test_id("visit-state")).to_contain_text("Sur le serveur")
    assert _files(day, "BLIN").count("audit.csv") == 2
    card(page, "BLIN").get_by_test_id("see-visit").or_(
        card(page, "BLIN").get_by_test_id("start-visit")
    ).click()
    expect(_form(page, "home_visit")).to_have_attribute("data-state", "received")


def test_an_answer_known_already_is_offered_and_taken_over_with_one_tap(tablet: Page) -> None:
    page = tablet
    open_hub(page, "ADAM")
    expect(page.get_by_test_id("earlier")).to_contain_text("Douche")
    page.get_by_test_id("begin-visit").click()
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Non")
    _next(page, "Logement")
    floor = page.get_by_test_id("question-floor")
    expect(floor.get_by_test_id("limits")).to_have_text("De 0 à 40.")  # before any fault
    washing = page.get_by_test_id("question-washing")
    expect(washing.get_by_test_id("proposal")).to_contain_text("La dernière fois")
    expect(washing.get_by_label("Douche", exact=True)).not_to_be_checked()
    washing.get_by_test_id("take-over").click()
    expect(washing.get_by_label("Douche", exact=True)).to_be_checked()
    expect(washing.get_by_test_id("proposal")).to_have_count(0)
    saved(page)
    page.get_by_test_id("back-to-hub").click()
    _fill_in(page, "home_hazards")
    agreed = page.get_by_test_id("question-visit_agreed")
    expect(agreed.get_by_test_id("proposal")).to_contain_text("Déjà répondu dans cette visite")
    agreed.get_by_test_id("take-over").click()
    expect(agreed.get_by_label("Oui", exact=True)).to_be_checked()


def test_one_fault_told_in_two_forms_and_two_answers_about_one_fact_are_remarked(
    tablet: Page,
) -> None:
    page = tablet
    open_hub(page, "KLEIN")
    page.get_by_test_id("begin-visit").click()
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Non")
    _next(page, "Logement")
    page.get_by_test_id("question-floor").locator("input").fill("3")
    choose(page, "lift", "En panne")
    saved(page)
    page.get_by_test_id("back-to-hub").click()
    _fill_in(page, "accessibility")
    choose(page, "visit_agreed", "Oui")
    page.get_by_test_id("question-applies").locator("label.choice").first.click()
    _next(page, "De la rue à la porte")
    floor = page.get_by_test_id("question-floor")
    floor.locator("input").fill("3")
    expect(floor.get_by_test_id("contradiction")).to_have_count(0)
    floor.locator("input").fill("2")
    expect(floor.get_by_test_id("contradiction")).to_contain_text("3")
    choose(page, "lift", "En panne")
    repair = page.get_by_test_id("consequence").filter(has_text="L’ascenseur est en panne")
    expect(repair.get_by_test_id("told-elsewhere")).to_contain_text("pendant cette visite")


def test_rooms_hold_hazards_and_hazards_hold_photos(day: Round, tablet: Page) -> None:
    page = tablet
    open_hub(page, "FABRE")
    _fill_in(page, "home_hazards")
    choose(page, "visit_agreed", "Oui")
    choose(page, "photos_agreed", "Oui")
    page.get_by_test_id("question-known_risk").locator("label").first.click()
    _next(page, "Zone 1")
    page.get_by_test_id("question-room_kind").locator("label").nth(1).click()
    choose(page, "room_state", "Un ou plusieurs dangers")
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
    choose(page, "fix_agreed", "Oui")
    page.get_by_test_id("add-repeat").click()
    expect(page.get_by_test_id("page-title")).to_contain_text("Danger 2")
    expect(page.get_by_test_id("question-hazard_photo")).to_be_visible()
    page.get_by_test_id("remove-repeat").click()
    page.get_by_test_id("contents-add").filter(has_text="Zone").click()
    expect(page.get_by_test_id("page-title")).to_contain_text("Zone 2")
    page.get_by_test_id("question-room_kind").locator("label").nth(2).click()
    choose(page, "room_state", "Rien à signaler")
    saved(page)
    page.reload()
    unlock(page)
    expect(page.get_by_test_id("page-title")).to_contain_text("Zone 2")
    _finish_what_is_left(page)
    page.get_by_test_id("confirm-finish").click()
    # The visit's own form is still to be filled in: back to the visit, which says so.
    expect(_form(page, "home_hazards")).to_have_attribute("data-state", "received")
    expect(_form(page, "home_visit")).to_have_attribute("data-state", "new")
    kept = _files(day, "FABRE")
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


def test_the_hub_and_what_hangs_on_it_are_accessible_either_way(tablet: Page) -> None:
    page = tablet
    seen: list[str] = []

    def look(enlarged: int = 1) -> None:
        for turned, (width, height) in VIEWPORTS.items():
            size = {"width": width // enlarged, "height": height // enlarged}
            page.set_viewport_size(size)  # type: ignore[arg-type]
            faults = violations(page) + [f"{what} is small" for what in _small(page)]
            faults += [f"{wide} px too wide"] if (wide := overflow(page)) > 0 else []
            seen.extend(f"{page.url} {turned}: {fault}" for fault in faults)

    look()
    open_hub(page, "GRAS")
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
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Non")
    page.get_by_test_id("contents").get_by_role("button", name="Sommaire").click()  # upright
    page.get_by_test_id("contents").get_by_text("Pièce 1").click()
    page.get_by_test_id("photo-add").set_input_files(_photo(page, "#b4965a"))
    expect(page.get_by_test_id("photo")).to_have_count(1)
    look()
    look(enlarged=2)
    page.get_by_test_id("back-to-hub").click()
    look()
    page.get_by_test_id("back-to-day").click()
    look()
    for _ in range(2):  # bright sun, then dark
        page.get_by_test_id("display").click()
        look()
    assert seen == []


def test_a_form_is_open_in_one_tab_and_goes_on_in_another_only_knowingly(
    day: Round, tablet: Page, context: BrowserContext
) -> None:
    first = tablet
    open_hub(first, "JOLY")
    first.get_by_test_id("begin-visit").click()
    choose(first, "visit_agreed", "Non")
    address = first.url
    second = context.new_page()
    second.goto(address)
    unlock(second)
    expect(second.get_by_test_id("elsewhere")).to_contain_text("ouvert dans un autre onglet")
    second.get_by_test_id("take-here").click()
    agreed = second.get_by_test_id("question-visit_agreed")
    expect(agreed.get_by_label("Non")).to_be_checked()  # the first tab saved it, then let go
    expect(first.get_by_test_id("elsewhere")).to_contain_text("continue dans un autre onglet")
    second.get_by_test_id("finish").click()
    second.get_by_test_id("confirm-finish").click()
    expect(second.get_by_test_id("confirm-finish")).to_have_count(0)
    first.get_by_test_id("take-here").click()  # too late: nothing is begun anew
    expect(first.get_by_role("alert")).to_contain_text("déjà terminé")
    expect(card(second, "JOLY").or_(_form(second, "home_visit")).first).to_be_visible()
    second.goto(f"{day.server.url}/tablet/#/")
    expect(item(second, "JOLY")).to_have_count(1)
    arrived(second, "JOLY")
    assert len(day.submissions("JOLY")) == 1


# Whether the canvas is dark where the finger was, at most two points beside it.
DARK = """([x, y]) => {
    const canvas = document.querySelector('canvas.signature')
    const box = canvas.getBoundingClientRect()
    const scale = canvas.width / box.width
    const [left, top] = [(x - box.left - 2) * scale, (y - box.top - 2) * scale]
    const { data } = canvas.getContext('2d').getImageData(left, top, 4 * scale, 4 * scale)
    return Math.min(...data.filter((_, at) => at % 4 === 0)) < 150
}"""
SHARP = """() => {
    const canvas = document.querySelector('canvas.signature')
    canvas.scrollIntoView({block: 'center'})
    return Math.abs(canvas.width - 2 * canvas.clientWidth) <= 1
}"""


def _place(page: Page, across: float, down: float) -> list[float]:
    """Find the place at a part of the signature's width and height."""
    box = page.locator("canvas.signature").bounding_box()
    assert box is not None
    return [box["x"] + across * box["width"], box["y"] + down * box["height"]]


def _draw(page: Page, x: float, y: float) -> None:
    page.mouse.move(x - 20, y)
    page.mouse.down()
    page.mouse.move(x, y, steps=8)
    page.mouse.move(x + 20, y, steps=8)
    page.mouse.up()


def test_a_signature_follows_the_finger_when_the_tablet_is_turned(
    day: Round, browser: Browser
) -> None:
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", device_scale_factor=2)
    page = signed_in(context, day)
    page.set_viewport_size({"width": 1280, "height": 800})
    open_hub(page, "IMBERT")
    page.get_by_test_id("begin-visit").click()
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Non")
    page.get_by_test_id("contents").get_by_text("Bilan").click()
    page.wait_for_function(SHARP)
    first = _place(page, 0.8, 0.3)
    _draw(page, *first)
    page.wait_for_function(DARK, arg=first)
    page.set_viewport_size({"width": 600, "height": 960})
    page.wait_for_function(SHARP)
    turned = _place(page, 0.8, 0.3)
    page.wait_for_function(DARK, arg=turned)  # what was drawn turned along
    second = _place(page, 0.3, 0.7)
    _draw(page, *second)
    page.wait_for_function(DARK, arg=second)
    page.wait_for_function(DARK, arg=turned)
    expect(page.get_by_test_id("question-signature")).to_contain_text("Signature enregistrée")
    context.close()
