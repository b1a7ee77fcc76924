"""The agenda as a board: visits moved by mouse, finger and keyboard, refused, put back."""

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from diagnostics.delays import PARIS
from tests.e2e.layout import violations
from tests.e2e.profiles import fresh_profile
from tests.e2e.server import Server, free_port
from tests.factories import PASSWORD, make_case, make_person, make_user, make_visit
from visits.ground.deadlines import is_public_holiday, today_in_paris
from visits.models.accounts import Role
from visits.models.cases import CaseState
from visits.models.visits import Visit, VisitState

pytestmark = pytest.mark.browser

COORDINATOR = "claire@palier.example"
SONIA, KARIM = "Sonia Vite", "Karim Loin"
WEEKS = 6  # each test has its own
MONDAY, TUESDAY, WEDNESDAY = range(3)
SUNDAY_SHOWN = 5  # its column, without a Saturday


@dataclass(frozen=True)
class Board:
    """A server with two visitors, and weeks in each of which Sonia visits Nina and Omar."""

    server: Server
    weeks: list[date]
    visits: dict[tuple[int, str], uuid.UUID]

    def opened(self, page: Page, week: int, view: str = "week", day: int = MONDAY) -> Page:
        shown = self.weeks[week] + timedelta(days=day)
        page.goto(f"{self.server.url}/agenda/?view={view}&day={shown}")
        expect(page.locator(".agenda-board .ec")).to_be_visible()
        return page

    def told(self, week: int, name: str) -> tuple[str, int, str]:
        """Tell whose a visit is, on which day of its week, and at what hour."""
        house = self.server.house()
        with house.sessions() as session:
            visit = session.get_one(Visit, self.visits[week, name])
            at = visit.planned_start_at.astimezone(PARIS)
            told = (visit.visitor.name, (at.date() - self.weeks[week]).days, f"{at:%H:%M}")
        house.engine.dispose()
        return told


@pytest.fixture(scope="module")
def board(initialised: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    data = tmp_path_factory.mktemp("board")
    shutil.copytree(initialised, data, dirs_exist_ok=True)
    server = Server(data, free_port(), settings={"PALIER_SECOND_FACTOR": "none"})
    server.add(Role.COORDINATOR, email=COORDINATOR, name="Claire Vasseur")
    weeks, visits = _plain_weeks(today_in_paris(datetime.now(UTC))), {}
    house = server.house()
    with house.sessions.begin() as session:
        sonia, karim = (make_user(session, role=Role.VISITOR, name=one) for one in (SONIA, KARIM))
        # A week shows a Sunday once something is on it.
        one_sunday = datetime.combine(weeks[2] + timedelta(days=6), time(11), PARIS).astimezone(UTC)
        make_visit(
            session, case=make_case(session, by=sonia), visitor=karim, planned_start_at=one_sunday,
            planned_end_at=one_sunday + timedelta(hours=1), state=VisitState.PLANNED,
        )  # fmt: skip
        for week, monday in enumerate(weeks):
            for name, hour in (("NINA", 9), ("OMAR", 14)):
                person = make_person(session, last_name=f"{name}{week}")
                case = make_case(session, by=sonia, person=person, state=CaseState.PLANNED)
                start_at = datetime.combine(monday, time(hour), PARIS).astimezone(UTC)
                visits[week, name] = make_visit(
                    session, case=case, visitor=sonia, planned_start_at=start_at,
                    planned_end_at=start_at + timedelta(hours=1), state=VisitState.PLANNED,
                ).id  # fmt: skip
    house.engine.dispose()
    server.start()
    yield Board(server, weeks, visits)
    server.stop()


def _plain_weeks(today: date) -> list[date]:
    """Give the Mondays of coming weeks without a public holiday."""
    monday, found = today - timedelta(days=today.weekday()), list[date]()
    while len(found) < WEEKS:
        monday += timedelta(days=7)
        if not any(is_public_holiday(monday + timedelta(days=day)) for day in range(7)):
            found.append(monday)
    return found


@pytest.fixture
def page(board: Board, office: Callable[..., Page]) -> Page:
    return office(board.server, COORDINATOR, PASSWORD)


def _event(page: Page, name: str) -> Locator:
    return page.locator(".agenda-board .ec-event:not(.ec-ghost)", has_text=name)


def _centre(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _cell(page: Page, visitor: str, day: int) -> tuple[float, float]:
    """Give the middle of a day of a visitor in the week."""
    x, _ = _centre(page.locator(".agenda-board .ec-col-head").nth(day))
    _, y = _centre(page.locator(".agenda-board .ec-row-head", has_text=visitor))
    return x, y


def _drag(page: Page, name: str, to: tuple[float, float]) -> None:
    place = _event(page, name)
    place.scroll_into_view_if_needed()
    page.mouse.move(*_centre(place))
    page.mouse.down()
    page.mouse.move(*to, steps=8)
    page.mouse.up()


def test_a_visit_is_dragged_to_another_visitor_and_day_and_put_back(
    board: Board, page: Page
) -> None:
    board.opened(page, 0)
    assert violations(page) == []
    _drag(page, "NINA0", _cell(page, KARIM, WEDNESDAY))
    done = page.locator(".notice.good")
    expect(done).to_contain_text(KARIM)
    assert board.told(0, "NINA") == (KARIM, WEDNESDAY, "09:00")
    expect(_event(page, "NINA0").get_by_role("link")).to_be_focused()
    done.get_by_role("button", name="La remettre où elle était").click()
    expect(done).to_contain_text(SONIA)
    assert board.told(0, "NINA") == (SONIA, MONDAY, "09:00")


def test_a_refused_drop_goes_back_and_its_form_says_why_and_names_both(
    board: Board, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 1600})  # the whole day
    board.opened(page, 1, "day")
    there = _centre(_event(page, "OMAR1"))
    _drag(page, "NINA1", there)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2).first).to_contain_text("NINA1")
    expect(dialog.locator(".error-summary")).to_contain_text("OMAR1")
    assert violations(page) == []
    expect(_event(page, "NINA1")).to_contain_text("09:00–10:00")
    assert board.told(1, "NINA") == (SONIA, MONDAY, "09:00")
    dialog.get_by_label("Heure").fill("10:30")
    dialog.get_by_role("button", name="Déplacer la visite").click()
    expect(page.locator(".notice.good")).to_be_visible()
    assert board.told(1, "NINA") == (SONIA, MONDAY, "10:30")


def test_a_sunday_asks_why_before_it_is_one(board: Board, page: Page) -> None:
    board.opened(page, 2)
    _drag(page, "NINA2", _cell(page, SONIA, SUNDAY_SHOWN))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("dimanche")
    dialog.get_by_label("La visite aura lieu à ce moment malgré tout").check()
    dialog.get_by_label("Pourquoi").fill("sa fille est là le dimanche")
    dialog.get_by_role("button", name="Déplacer la visite").click()
    expect(page.locator(".notice.good")).to_be_visible()
    assert board.told(2, "NINA") == (SONIA, 6, "09:00")


def test_arrows_move_a_visit_enter_confirms_and_escape_leaves_it(board: Board, page: Page) -> None:
    board.opened(page, 3)
    said = page.locator(".agenda-board [role=status]")
    link = _event(page, "NINA3").get_by_role("link")
    link.focus()
    for key in ("ArrowDown" if _comes_first(page, SONIA) else "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
        expect(link).to_be_focused()
    expect(said).to_contain_text(re.compile(f"mardi.*09:00, {KARIM}"))
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_be_visible()
    expect(link).to_be_focused()
    page.context.set_offline(False)
    page.keyboard.press("ArrowRight")
    expect(link).to_be_focused()
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    expect(link).to_contain_text("09:00–10:00")
    assert board.told(3, "NINA") == (SONIA, MONDAY, "09:00")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("mardi")
    expect(link).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(said).to_contain_text("09:15")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_be_visible()
    assert board.told(3, "NINA") == (SONIA, TUESDAY, "09:15")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Heure")).to_have_value("09:15")
    page.keyboard.press("Escape")
    expect(link).to_be_focused()


def _comes_first(page: Page, visitor: str) -> bool:
    return visitor in page.locator(".agenda-board .ec-row-head").first.inner_text()


def test_whoever_drags_a_visit_that_somebody_moved_meanwhile_is_told(
    board: Board, page: Page
) -> None:
    board.opened(page, 4)
    other = page.context.new_page()
    board.opened(other, 4)
    _drag(other, "NINA4", _cell(other, SONIA, TUESDAY))
    expect(other.locator(".notice.good")).to_be_visible()
    _drag(page, "NINA4", _cell(page, KARIM, WEDNESDAY))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("entre-temps")
    assert board.told(4, "NINA") == (SONIA, TUESDAY, "09:00")


def test_a_finger_that_rests_on_a_visit_drags_it(board: Board, browser: Browser) -> None:
    tablet = {"viewport": {"width": 800, "height": 1280}, "has_touch": True}
    with fresh_profile(browser, **tablet) as context:
        page = context.new_page()
        page.goto(f"{board.server.url}/sign-in")
        page.fill("#email", COORDINATOR)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        board.opened(page, 5)
        assert violations(page) == []
        finger = context.new_cdp_session(page)

        def touch(kind: str, *at: float) -> None:
            points = [{"x": at[0], "y": at[1]}] if at else []
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", *_centre(_event(page, "NINA5")))
        expect(page.locator(".agenda-board .ec-dragging")).to_be_attached()
        x, y = _cell(page, KARIM, TUESDAY)
        touch("touchMove", x - 20, y)
        touch("touchMove", x, y)
        touch("touchEnd")
        expect(page.locator(".notice.good")).to_contain_text(KARIM)
    assert board.told(5, "NINA") == (KARIM, TUESDAY, "09:00")
