"""From the tablet to the server: nothing lost, nothing doubled, and nothing said that is not so."""

import json
import re
import shutil
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload, selectinload

from tests.e2e.conftest import PASSWORD, Server, free_port, tablet_sign_in, unlock
from tests.factories import make_dwelling, make_enrolment, make_person, make_user, make_visit
from visits.models.accounts import Role
from visits.models.people import Person
from visits.models.programmes import Enrolment
from visits.models.visits import Submission, SubmissionState, Visit
from webapp.languages import PARIS
from webapp.setting_up import hash_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NAMES = ("KILL", "FLAP", "ONE", "TWO", "THREE", "TAPS", "TWICE", "CLOCK", "FULL")
QUIET = {
    "Équilibre": (("fell", "Non"), ("unsteady", "Non"), ("worried", "Non")),
    "Logement": (("washing", "Douche"),),
    "Pièce": (("room_kind", "Séjour"), ("loose_rug", "Non")),
    "Sécurité": (
        ("gas_smell", "Non"),
        ("bare_wires", "Non"),
        ("smoke_alarm", "Présent et en état"),
    ),
    "Entourage": (("lives_alone", "Non"),),
    "Éco-kit": (),
    "Bilan": (),
}
# A browser whose clock is two hours fast.
FAST = """
(() => {
  const Real = Date
  const ahead = 2 * 3600 * 1000
  class Fast extends Real {
    constructor(...said) { super(...(said.length ? said : [Real.now() + ahead])) }
    static now() { return Real.now() + ahead }
  }
  globalThis.Date = Fast
})()
"""


@dataclass(frozen=True)
class Round:
    """A server with a visitor's day: a home for each test."""

    server: Server
    visitor: str
    coordinator: str

    def submissions(self, name: str) -> list[Submission]:
        """Read what arrived from somebody's home, the first first."""
        house = self.server.house()
        with house.sessions() as session:
            found = session.scalars(
                select(Submission)
                .join(Submission.visit)
                .join(Visit.enrolment)
                .join(Enrolment.person)
                .where(Person.last_name == name)
                .options(selectinload(Submission.files), joinedload(Submission.visit))
                .order_by(Submission.received_at)
            ).all()
        house.engine.dispose()
        return list(found)

    def forget_visit(self, name: str) -> None:
        """Delete a visit on the server, as no screen can: what is sent for it is refused."""
        house = self.server.house()
        with house.sessions.begin() as session:
            of = select(Enrolment.id).join(Enrolment.person).where(Person.last_name == name)
            session.execute(delete(Visit).where(Visit.enrolment_id.in_(of)))
        house.engine.dispose()

    def parts(self) -> Counter[int]:
        """Count the parts the server has answered, by status."""
        lines = (self.server.data / "server.log").read_text().splitlines()
        said = [json.loads(line) for line in lines if line.startswith("{")]
        return Counter(one["status"] for one in said if one.get("endpoint") == "openrosa.submit")


@pytest.fixture(scope="module")
def day(initialised: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Round]:
    data = tmp_path_factory.mktemp("sending")
    shutil.copytree(initialised, data, dirs_exist_ok=True)
    server = Server(data, free_port())
    house = server.house()
    with house.sessions.begin() as session:
        secret = hash_of(house, PASSWORD)
        visitor = make_user(session, role=Role.VISITOR, name="Nadia", password_hash=secret)
        coordinator = make_user(session, role=Role.COORDINATOR, password_hash=secret)
        morning = datetime.now(PARIS).replace(hour=9, minute=0, second=0, microsecond=0)
        for at, name in enumerate(NAMES):
            dwelling = make_dwelling(session)
            person = make_person(session, dwelling=dwelling, last_name=name)
            enrolment = make_enrolment(session, by=visitor, person=person, dwelling=dwelling)
            start = (morning + timedelta(minutes=at)).astimezone(UTC)
            make_visit(session, enrolment=enrolment, visitor=visitor, start_at=start)
        emails = visitor.email, coordinator.email
    house.engine.dispose()
    server.start()
    yield Round(server, *emails)
    server.stop()


@pytest.fixture
def tablet(day: Round, context: BrowserContext) -> Page:
    """A fresh tablet, signed in."""
    return signed_in(context, day)


def signed_in(context: BrowserContext, day: Round) -> Page:
    if day.server.process is None:
        day.server.start()
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page has an error: {error}"))
    page.goto(f"{day.server.url}/tablet/")
    tablet_sign_in(page, day.visitor)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    expect(page.get_by_text("n’est pas encore sur la tablette")).to_have_count(0)
    return page


def begin(page: Page, name: str) -> None:
    """Open the first form of somebody's visit."""
    page.get_by_test_id("day-visit").filter(has_text=name).get_by_test_id("start-visit").click()
    page.get_by_test_id("begin-visit").click()
    expect(page.get_by_test_id("question-visit_agreed")).to_be_visible()


def choose(page: Page, question: str, label: str) -> None:
    page.get_by_test_id(f"question-{question}").get_by_text(label, exact=True).click()


def refuse(page: Page, name: str) -> None:
    """The shortest visit: the person does not agree."""
    begin(page, name)
    choose(page, "visit_agreed", "Non")
    finish(page)


def finish(page: Page) -> None:
    page.get_by_test_id("finish").click()
    page.get_by_test_id("confirm-finish").click()
    go_to_day(page)


def go_to_day(page: Page) -> None:
    expect(page.get_by_test_id("confirm-finish")).to_have_count(0)
    if page.get_by_test_id("back-to-day").count():
        page.get_by_test_id("back-to-day").click()
    expect(page.get_by_test_id("outbox-status")).to_be_visible()


def visit_with_photos(page: Page, name: str, photos: int) -> None:
    """A whole quiet visit with photos of one room."""
    begin(page, name)
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Oui")
    for title, answers in QUIET.items():
        page.get_by_test_id("next").click()
        expect(page.get_by_test_id("page-title")).to_contain_text(title)
        if title == "Logement":
            page.get_by_test_id("question-floor").locator("input").fill("0")
        for question, label in answers:
            choose(page, question, label)
        if title == "Pièce":
            add_photos(page, [picture(page, number) for number in range(photos)])
            expect(page.get_by_test_id("photo")).to_have_count(photos)
    finish(page)


def add_photos(page: Page, pictures: list[bytes]) -> None:
    files: list[Any] = [
        {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": one} for one in pictures
    ]
    page.get_by_test_id("photo-add").set_input_files(files)


def picture(page: Page, number: int, *, side: int = 300) -> bytes:
    """Draw noise: a photo that does not pack, other than every other."""
    drawn = page.evaluate(
        """([number, side]) => {
            const canvas = document.createElement('canvas')
            Object.assign(canvas, {width: side, height: side})
            const pen = canvas.getContext('2d')
            const image = pen.createImageData(side, side)
            let seed = number + 1
            for (let at = 0; at < image.data.length; at++) {
                seed = (seed * 1103515245 + 12345) % 2147483648
                image.data[at] = at % 4 === 3 ? 255 : (seed >> 16) & 255
            }
            pen.putImageData(image, 0, 0)
            return canvas.toDataURL('image/jpeg', 0.95).split(',')[1]
        }""",
        [number, side],
    )
    return b64decode(drawn)


def item(page: Page, name: str) -> Any:
    return page.get_by_test_id("outbox-item").filter(has_text=name)


def arrived(page: Page, name: str) -> None:
    expect(item(page, name)).to_have_attribute(
        "data-state", re.compile("checked|to_review"), timeout=30_000
    )


def test_a_server_killed_between_photos_gets_the_rest_and_nothing_twice(
    day: Round, tablet: Page, context: BrowserContext
) -> None:
    context.set_offline(True)
    visit_with_photos(tablet, "KILL", 7)
    before = day.parts()
    accepted = 0

    def kill_after_four(answer: Response) -> None:
        nonlocal accepted
        accepted += "/openrosa/submission" in answer.url
        if accepted == 4:
            day.server.stop()

    tablet.on("response", kill_after_four)
    context.set_offline(False)
    tablet.get_by_test_id("send-now").click()
    waiting = item(tablet, "KILL")
    expect(waiting).to_have_attribute("data-state", "waiting")
    expect(waiting).to_contain_text(re.compile(r"photos déjà sur le serveur\s:\s[34] sur 7"))
    tablet.remove_listener("response", kill_after_four)
    day.server.start()
    tablet.reload()
    unlock(tablet)
    arrived(tablet, "KILL")
    (kept,) = day.submissions("KILL")
    photos = [file for file in kept.files if file.media_type == "image/jpeg"]
    assert len(photos) == len({file.sha256 for file in photos}) == 7
    now = day.parts()
    # The form twice, to begin and to ask what had arrived; each photo once.
    assert now[202] + now[201] - before[202] - before[201] <= 2 + 7


def test_a_network_that_comes_and_goes_loses_and_doubles_nothing(
    day: Round, tablet: Page, context: BrowserContext
) -> None:
    context.set_offline(True)
    visit_with_photos(tablet, "FLAP", 4)
    for _ in range(4):
        context.set_offline(False)
        if tablet.get_by_test_id("send-now").count():
            tablet.get_by_test_id("send-now").click()
        tablet.wait_for_timeout(120)
        context.set_offline(True)
        tablet.wait_for_timeout(80)
    context.set_offline(False)
    tablet.reload()
    unlock(tablet)
    arrived(tablet, "FLAP")
    (kept,) = day.submissions("FLAP")
    assert kept.state is SubmissionState.CHECKED
    assert len([file for file in kept.files if file.media_type == "image/jpeg"]) == 4


def test_one_bad_visit_blocks_none_of_the_others_and_says_why(
    day: Round, tablet: Page, context: BrowserContext
) -> None:
    context.set_offline(True)
    for name in ("ONE", "TWO", "THREE"):
        refuse(tablet, name)
    day.forget_visit("TWO")
    context.set_offline(False)
    tablet.get_by_test_id("send-now").click()
    arrived(tablet, "ONE")
    arrived(tablet, "THREE")
    bad = item(tablet, "TWO")
    expect(bad).to_have_attribute("data-state", "attention")
    expect(bad).to_contain_text("n’est pas l’une des vôtres")
    bad.get_by_role("button").click()
    expect(bad).to_have_attribute("data-state", "attention")
    assert len(day.submissions("ONE")) == len(day.submissions("THREE")) == 1


def test_tapping_twice_sends_once(day: Round, tablet: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    begin(tablet, "TAPS")
    choose(tablet, "visit_agreed", "Non")
    tablet.get_by_test_id("finish").dblclick()
    tablet.evaluate(
        """() => {
            const button = document.querySelector('[data-testid=confirm-finish]')
            for (let tap = 0; tap < 4; tap++) button.click()
        }"""
    )
    go_to_day(tablet)
    expect(item(tablet, "TAPS")).to_have_count(1)
    context.set_offline(False)
    tablet.evaluate(
        """() => {
            const button = document.querySelector('[data-testid=send-now]')
            for (let tap = 0; tap < 4; tap++) button.click()
        }"""
    )
    arrived(tablet, "TAPS")
    assert len(day.submissions("TAPS")) == 1


def test_two_tablets_with_one_visit_are_both_kept_for_a_coordinator(
    day: Round, tablet: Page, browser: Browser, office: Callable[[Server, str], Page]
) -> None:
    with browser.new_context(locale="fr-FR", timezone_id="Europe/Paris") as second:
        second.set_default_timeout(15_000)
        other = signed_in(second, day)
        begin(other, "TWICE")
        refuse(tablet, "TWICE")
        arrived(tablet, "TWICE")
        choose(other, "visit_agreed", "Non")
        finish(other)
        expect(item(other, "TWICE")).to_have_attribute("data-state", "to_review")
    first, later = day.submissions("TWICE")
    assert (first.state, later.state) == (SubmissionState.CHECKED, SubmissionState.TO_REVIEW)
    page = office(day.server, day.coordinator)
    page.goto(f"{day.server.url}/visits/{first.visit_id}")
    page.get_by_role("link", name="côte à côte").click()
    page.get_by_label("Garder le premier").check()
    page.locator("#reason").fill("Saisie sur deux tablettes.")
    page.get_by_role("button", name="Garder celui-ci").click()
    page.locator("dialog .btn-danger").click()
    expect(page.locator(".notice.good, .toast, [role=status]").first).to_be_visible()
    first, later = day.submissions("TWICE")
    assert later.state is SubmissionState.SET_ASIDE


def test_a_clock_two_hours_fast_is_put_right_and_told(
    day: Round, context: BrowserContext, office: Callable[[Server, str], Page]
) -> None:
    context.add_init_script(FAST)
    page = signed_in(context, day)
    expect(page.get_by_text("L’horloge de la tablette")).to_be_visible()
    refuse(page, "CLOCK")
    arrived(page, "CLOCK")
    (kept,) = day.submissions("CLOCK")
    assert kept.clock_skew_s == pytest.approx(7200, abs=60)
    assert kept.ended_at is not None
    assert abs(datetime.now(UTC) - kept.ended_at) < timedelta(minutes=5)
    assert kept.state is SubmissionState.CHECKED
    shown = office(day.server, day.coordinator)
    shown.goto(f"{day.server.url}/visits/{kept.visit_id}")
    expect(shown.locator("main")).to_contain_text("avançait de 2 h 0")


def test_a_full_tablet_keeps_the_answers_and_says_which_photo_it_could_not(
    day: Round, context: BrowserContext
) -> None:
    # Chromium enforces the smaller room, and goes on promising ten gigabytes: say it for it.
    context.add_init_script(
        "StorageManager.prototype.estimate = async () => ({quota: 9e6, usage: 2e6})"
    )
    blank = context.new_page()
    blank.goto(f"{day.server.url}/tablet/manifest.webmanifest")
    devtools = context.new_cdp_session(blank)
    devtools.send(
        "Storage.overrideQuotaForOrigin", {"origin": day.server.url, "quotaSize": 9_000_000}
    )
    page = signed_in(context, day)
    expect(page.get_by_test_id("little-space")).to_be_visible()
    begin(page, "FULL")
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Oui")
    for title in ("Équilibre", "Logement", "Pièce"):
        page.get_by_test_id("next").click()
        if title != "Équilibre":  # what is missing holds a page back once
            page.get_by_test_id("next").click()
        expect(page.get_by_test_id("page-title")).to_contain_text(title)
    large, refused = picture(page, 1, side=1600), page.get_by_test_id("photos-refused")
    for _ in range(12):
        add_photos(page, [large])
        page.wait_for_timeout(1_500)
        saved = page.get_by_test_id("save-state")
        expect(saved).to_have_attribute("data-state", "saved", timeout=20_000)
        if refused.count():
            break
    expect(refused).to_contain_text(re.compile("pas été gardée"))
    kept = page.get_by_test_id("photo").count()
    assert 0 < kept < 12
    choose(page, "room_kind", "Séjour")
    page.wait_for_timeout(400)  # by then every change is saved
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    page.reload()
    unlock(page)
    expect(page.get_by_test_id("photo")).to_have_count(kept)
    expect(page.get_by_role("radio", name="Séjour")).to_be_checked()
