"""A visitor's day for the tablet tests: a server, homes to visit, and her hand on the screen."""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import joinedload, selectinload

from diagnostics.delays import PARIS
from tests.e2e.server import Server, free_port
from tests.e2e.tablet import tablet_sign_in
from tests.factories import (
    QUICK_HASH,
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_visit,
)
from visits.models.accounts import Role
from visits.models.calls import ContactAttempt
from visits.models.cases import Case
from visits.models.handed_in import HandedIn
from visits.models.people import Person
from visits.models.visits import Submission, UrgentAlert, Visit, VisitState

One = TypeVar("One")

# The answers of a visit that finds nothing, by the title of the page.
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
                .join(Visit.case)
                .join(Case.person)
                .where(Person.last_name == name)
                .options(selectinload(Submission.files), joinedload(Submission.visit))
                .order_by(Submission.received_at, Submission.id)
            ).all()
        house.engine.dispose()
        return list(found)

    def arrived(self) -> list[tuple[str, Submission]]:
        """Read all that arrived, with whose home it is from."""
        told = select(Person.last_name, Submission).join(Submission.visit)
        wanted = selectinload(Submission.files), joinedload(Submission.form_version)
        return self._of_homes(told.options(*wanted))

    def knocks(self) -> list[tuple[str, ContactAttempt]]:
        """Read all doors that stayed shut, with whose they are."""
        of = Visit.id == ContactAttempt.visit_id
        return self._of_homes(select(Person.last_name, ContactAttempt).join(Visit, of))

    def alerts(self) -> list[tuple[str, UrgentAlert]]:
        """Read all urgent alerts, with whose home they are about."""
        return self._of_homes(select(Person.last_name, UrgentAlert).join(UrgentAlert.visit))

    def handed_in(self) -> list[HandedIn]:
        """Read what was refused and handed in as it is."""
        house = self.server.house()
        with house.sessions() as session:
            found = list(session.scalars(select(HandedIn).order_by(HandedIn.id)))
        house.engine.dispose()
        return found

    def _of_homes(self, told: Select[tuple[str, One]]) -> list[tuple[str, One]]:
        house = self.server.house()
        with house.sessions() as session:
            found = session.execute(told.join(Visit.case).join(Case.person)).all()
        house.engine.dispose()
        return [(name, one) for name, one in found]

    def forget_visit(self, name: str) -> None:
        """Delete a visit on the server, as no screen can: what is sent for it is refused."""
        house = self.server.house()
        with house.sessions.begin() as session:
            of = select(Case.id).join(Case.person).where(Person.last_name == name)
            session.execute(delete(Visit).where(Visit.case_id.in_(of)))
        house.engine.dispose()

    def take_back(self, name: str) -> None:
        """Cancel a visit, as the office does."""
        house = self.server.house()
        with house.sessions.begin() as session:
            of = select(Visit).join(Visit.case).join(Case.person)
            visit = session.scalars(of.where(Person.last_name == name)).one()
            visit.state = VisitState.CANCELLED
        house.engine.dispose()


@contextmanager
def open_round(
    folder: Path, names: Sequence[str], *, programmes: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Round]:
    """Serve a visitor's day with a home for each name; `programmes` says those not of seniors."""
    server = Server(folder, free_port())
    if not (folder / "palier.db").exists():
        server.command("init")
    house = server.house()
    with house.sessions.begin() as session:
        visitor = make_user(session, role=Role.VISITOR, name="Nadia", password_hash=QUICK_HASH)
        coordinator = make_user(session, role=Role.COORDINATOR, password_hash=QUICK_HASH)
        morning = datetime.now(PARIS).replace(hour=9, minute=0, second=0, microsecond=0)
        for at, name in enumerate(names):
            dwelling = make_dwelling(session)
            person = make_person(session, dwelling=dwelling, last_name=name)
            case = make_case(
                session,
                by=visitor,
                person=person,
                dwelling=dwelling,
                programme=programmes.get(name, "seniors"),
            )
            start = (morning + timedelta(minutes=at)).astimezone(UTC)
            make_visit(session, case=case, visitor=visitor, start_at=start)
        emails = visitor.email, coordinator.email
    house.engine.dispose()
    server.start()
    try:
        yield Round(server, *emails)
    finally:
        server.stop()


def signed_in(context: BrowserContext, day: Round, url: str | None = None) -> Page:
    """Sign in on a fresh tablet, which calls the server itself or by the address given."""
    if day.server.process is None:
        day.server.start()
    page = context.new_page()
    page.goto(f"{url or day.server.url}/tablet/")
    tablet_sign_in(page, day.visitor)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    expect(page.get_by_text("n’est pas encore sur la tablette")).to_have_count(0)
    return page


def card(page: Page, name: str) -> Locator:
    return page.get_by_test_id("day-visit").filter(has_text=name)


def open_hub(page: Page, name: str) -> None:
    card(page, name).get_by_test_id("start-visit").click()
    expect(page.get_by_test_id("page-title")).to_contain_text(name)


def begin(page: Page, name: str) -> None:
    """Open the first form of somebody's visit."""
    card(page, name).get_by_test_id("start-visit").click()
    page.get_by_test_id("begin-visit").click()
    expect(page.get_by_test_id("question-visit_agreed")).to_be_visible()


def choose(page: Page, question: str, label: str) -> None:
    page.get_by_test_id(f"question-{question}").get_by_text(label, exact=True).click()


def saved(page: Page) -> None:
    """Wait until the screen says that all is saved: from a change on it says so no more."""
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")


def leave_no_room(page: Page, store: str, *, alone: bool = False) -> None:
    """Let the disk take nothing into a store any more; with `alone`, only beside other stores."""
    page.evaluate(
        """([store, alone]) => {
            const real = IDBDatabase.prototype.transaction
            IDBDatabase.prototype.transaction = function (stores, ...said) {
                const wanted = [stores].flat()
                const refused = wanted.includes(store) && !(alone && wanted.length > 1)
                if (refused && said[0] === 'readwrite') {
                    throw new DOMException('no room', 'QuotaExceededError')
                }
                return real.call(this, stores, ...said)
            }
        }""",
        [store, alone],
    )


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


def visit_with_photos(
    page: Page, name: str, photos: int, *, side: int = 300, folder: Path | None = None
) -> None:
    """A whole quiet visit with photos of one room, `side` pixels a side; large ones in a folder."""
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
            add_photos(page, [picture(page, number, side=side) for number in range(photos)], folder)
            expect(page.get_by_test_id("photo")).to_have_count(photos)
    finish(page)


def add_photos(page: Page, pictures: list[bytes], folder: Path | None = None) -> None:
    """Add photos; by their place in a folder, where handing over what is in them takes long."""
    files: list[Any] = [
        {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": one} for one in pictures
    ]
    if folder is not None:
        files = [folder / f"image-{number}.jpg" for number in range(len(pictures))]
        for file, one in zip(files, pictures, strict=True):
            file.write_bytes(one)
    page.get_by_test_id("photo-add").set_input_files(files)


def picture(page: Page, number: int, *, side: int = 300) -> bytes:
    """Draw noise: a photo that does not pack, other than every other."""
    drawn = page.evaluate(
        """([number, side]) => {
            const canvas = document.createElement('canvas')
            Object.assign(canvas, {width: side, height: side})
            const pen = canvas.getContext('2d')
            const image = pen.createImageData(side, side)
            const data = image.data
            let seed = number + 1
            for (let at = 0; at < data.length; at++) {
                seed = (Math.imul(seed, 1103515245) + 12345) | 0
                data[at] = at % 4 === 3 ? 255 : (seed >> 16) & 255
            }
            pen.putImageData(image, 0, 0)
            return canvas.toDataURL('image/jpeg', 0.95).split(',')[1]
        }""",
        [number, side],
    )
    return b64decode(drawn)


def item(page: Page, name: str) -> Locator:
    return page.get_by_test_id("outbox-item").filter(has_text=name)


def arrived(page: Page, name: str) -> None:
    expect(item(page, name)).to_have_attribute("data-state", re.compile("checked|to_review"))
