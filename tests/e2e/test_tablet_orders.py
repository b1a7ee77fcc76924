"""A technician's tablet: the orders of the day without a network, and nothing noted is lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from tests.e2e.layout import violations
from tests.e2e.line import LineFault, open_line
from tests.e2e.round import picture
from tests.e2e.server import Server
from tests.e2e.tablet import open_tablet, send_now, tablet_sign_in
from tests.factories import QUICK_HASH, make_dwelling, make_person, make_user
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role
from visits.models.handed_in import HandedIn, HandedInKind
from visits.models.interventions import Intervention
from visits.models.works import HoldWhy, Severity, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderPhoto

pytestmark = pytest.mark.browser

ORDERS = (("BT-FUITE", "plumbing"), ("BT-PRISE", "electricity"), ("BT-PORTE", "general"))


@dataclass(frozen=True)
class Van:
    """A server with three orders planned for today, and the technician who does them."""

    server: Server
    technician: str

    def change(self, reference: str, state: WorkOrderState) -> None:
        house = self.server.house()
        with house.sessions.begin() as session:
            of = select(WorkOrder).where(WorkOrder.reference == reference)
            session.scalars(of).one().state = state
        house.engine.dispose()

    def lose(self, reference: str) -> None:
        house = self.server.house()
        with house.sessions.begin() as session:
            of = select(WorkOrder).where(WorkOrder.reference == reference)
            session.delete(session.scalars(of).one())
        house.engine.dispose()

    def noted(self) -> dict[str, Intervention]:
        """Give what arrived by the number of its order; fails when anything came twice."""
        house = self.server.house()
        of = select(Intervention).options(
            selectinload(Intervention.files), joinedload(Intervention.order)
        )
        with house.sessions() as session:
            found = session.scalars(of.order_by(Intervention.id)).all()
        house.engine.dispose()
        by_order = {one.order.reference: one for one in found}
        assert len(by_order) == len(found)
        return by_order


@pytest.fixture
def van(server: Server) -> Iterator[Van]:
    house, now = server.house(), datetime.now(UTC)
    with house.sessions.begin() as session:
        technician = make_user(session, role=Role.TECHNICIAN, password_hash=QUICK_HASH)
        for reference, trade in ORDERS:
            dwelling = make_dwelling(session)
            person = make_person(session, dwelling=dwelling, last_name="MARTIN")
            session.add(
                WorkOrder(
                    reference=reference, dwelling_id=dwelling.id, person_id=person.id,
                    opened_by_id=technician.id, trade=trade, severity=Severity.U2,
                    description="Le robinet de la cuisine fuit", state=WorkOrderState.PLANNED,
                    opened_at=now - timedelta(days=2), planned_on=today_in_paris(now),
                    planned_part="14:30", access="Interphone 12",
                )
            )  # fmt: skip
        email = technician.email
    house.engine.dispose()
    yield Van(server, email)


def test_orders_are_noted_without_a_network_survive_an_empty_battery_and_arrive_once(
    van: Van,
    playwright: Playwright,
    tmp_path: Path,
    office: Callable[[Server, str], Page],
) -> None:
    with (
        open_line(van.server.port) as (line, url),
        open_tablet(playwright, tmp_path / "profile", url) as tablet,
    ):
        page = tablet.page
        _sign_in(page, van.technician)
        expect(page.get_by_role("heading", name="Aujourd’hui")).to_be_visible()
        expect(_order(page, "BT-FUITE")).to_contain_text("Interphone 12")
        assert violations(page) == []
        tablet.go_offline(True)
        _order(page, "BT-FUITE").get_by_test_id("open-order").click()
        _add_photo(page, "before")
        page.get_by_test_id("finish-order").click()
        expect(page.get_by_text("Cette réponse est nécessaire.")).to_be_visible()
        assert violations(page) == []
        _note(page, "done", "Joint changé")
        page.get_by_test_id("order-parts").fill("1 joint 15/21")
        expect(page.locator("#minutes-limits")).to_have_text("De 1 à 9999.")
        page.get_by_test_id("order-minutes").fill("45")
        _add_photo(page, "after")
        _sign(page)
        expect(page.get_by_test_id("order-saved")).to_have_attribute("data-state", "saved")
        assert violations(page) == []
        tablet.kill()
        page = tablet.resume()
        _order(page, "BT-FUITE").get_by_test_id("open-order").click()
        expect(page.get_by_test_id("order-note")).to_have_value("Joint changé")
        for moment in ("before", "after"):
            expect(page.get_by_test_id(f"photos-{moment}").get_by_test_id("photo")).to_have_count(1)
        expect(page.get_by_text("Signature enregistrée")).to_be_visible()
        page.get_by_test_id("finish-order").dblclick()
        expect(_sent(page, "BT-FUITE")).to_have_count(1)
        _order(page, "BT-PRISE").get_by_test_id("open-order").click()
        _note(page, "done", "Prise remplacée")
        page.get_by_test_id("finish-order").click()
        _order(page, "BT-PORTE").get_by_test_id("open-order").click()
        _hold(page)
        page.get_by_test_id("finish-order").click()
        expect(_sent(page, "BT-PORTE")).to_have_count(1)
        tablet.kill()
        van.change("BT-PRISE", WorkOrderState.CANCELLED)
        line.coming.extend([LineFault.ANSWER_LOST, LineFault.REQUEST_CUT])
        tablet.offline = False
        page = tablet.resume()
        expect(_sent(page, "BT-PORTE")).to_have_attribute("data-state", "checked")
        send_now(page)
        expect(_sent(page, "BT-FUITE")).to_have_attribute("data-state", "checked")
        expect(_sent(page, "BT-PRISE")).to_have_attribute("data-state", "to_review")
        expect(_sent(page, "BT-PRISE").get_by_test_id("undone")).to_contain_text("déjà clos")
        assert tablet.errors == []
    assert sum(line.befell.values()) == 2
    _arrived(van)
    desk = office(van.server, van.technician)
    desk.goto(f"{van.server.url}/work-orders/?state=to_review")
    desk.get_by_role("link", name="BT-PRISE").first.click()
    expect(desk.get_by_text("Ce bon est déjà clos")).to_be_visible()
    expect(desk.get_by_text("Prise remplacée")).to_be_visible()
    desk.get_by_role("button", name="Je l’ai regardé").click()
    expect(desk.get_by_text("Regardé par")).to_be_visible()


def _arrived(van: Van) -> None:
    noted = van.noted()
    done, late, held = (noted[reference] for reference, _ in ORDERS)
    assert (done.order.state, done.minutes) == (WorkOrderState.DONE, 45)
    kinds = sorted(one.name.partition("-")[0] for one in done.files)
    assert kinds == ["after", "before", "signature"]
    assert (late.order.state, late.note) == (WorkOrderState.CANCELLED, "Prise remplacée")
    assert (held.order.state, held.order.hold_why) == (WorkOrderState.ON_HOLD, HoldWhy.PART)
    house = van.server.house()
    with house.sessions() as session:
        assert len(session.scalars(select(WorkOrderPhoto)).all()) == 2
    house.engine.dispose()


def test_what_the_server_refuses_stays_on_the_tablet_and_is_handed_in_as_it_is(
    van: Van, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{van.server.url}/tablet/")
    _sign_in(page, van.technician)
    context.set_offline(True)
    _order(page, "BT-FUITE").get_by_test_id("open-order").click()
    _add_photo(page, "before")
    _note(page, "done", "Joint changé")
    page.get_by_test_id("finish-order").click()
    expect(_sent(page, "BT-FUITE")).to_have_attribute("data-state", "waiting")
    van.lose("BT-FUITE")
    context.set_offline(False)
    expect(_sent(page, "BT-FUITE")).to_have_attribute("data-state", "attention")
    _sent(page, "BT-FUITE").get_by_test_id("hand-in").click()
    expect(_sent(page, "BT-FUITE")).to_have_attribute("data-state", "received")
    house = van.server.house()
    with house.sessions() as session:
        kept = session.scalars(select(HandedIn)).one()
        assert kept.kind is HandedInKind.INTERVENTION
        assert b"Joint chang" in (kept.content or b"")
        assert [one.media_type for one in kept.files] == ["image/jpeg"]
    house.engine.dispose()


def test_an_order_is_taken_on_without_a_network_and_done_after_that(
    van: Van, context: BrowserContext
) -> None:
    van.change("BT-FUITE", WorkOrderState.OPEN)
    page = context.new_page()
    page.goto(f"{van.server.url}/tablet/")
    _sign_in(page, van.technician)
    context.set_offline(True)
    _order(page, "BT-FUITE").get_by_test_id("open-order").click()
    page.get_by_test_id("take-on").click()
    expect(page.get_by_text("vous prenez ce bon en charge")).to_be_visible()
    expect(page.get_by_test_id("take-on")).to_have_count(0)
    assert violations(page) == []
    page.get_by_test_id("back-to-day").click()
    expect(_sent(page, "BT-FUITE")).to_have_attribute("data-state", "waiting")
    context.set_offline(False)
    expect(_sent(page, "BT-FUITE")).to_have_attribute("data-state", "checked")
    assert van.noted()["BT-FUITE"].order.state is WorkOrderState.ACKNOWLEDGED
    _order(page, "BT-FUITE").get_by_test_id("open-order").click()
    expect(page.get_by_test_id("take-on")).to_have_count(0)
    _note(page, "done", "Joint changé")
    page.get_by_test_id("finish-order").click()
    expect(_sent(page, "BT-FUITE").first).to_have_attribute("data-state", "checked")


def _sign_in(page: Page, email: str) -> None:
    tablet_sign_in(page, email)
    expect(_order(page, "BT-FUITE")).to_be_visible()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def _order(page: Page, reference: str) -> Locator:
    return page.get_by_test_id("day-order").filter(has_text=reference)


def _sent(page: Page, reference: str) -> Locator:
    return page.get_by_test_id("outbox-item").filter(has_text=reference)


def _add_photo(page: Page, moment: str) -> None:
    page.get_by_test_id(f"add-{moment}").set_input_files(
        [{"name": "image.jpg", "mimeType": "image/jpeg", "buffer": picture(page, len(moment))}]
    )
    expect(page.get_by_test_id(f"photos-{moment}").get_by_test_id("photo")).to_have_count(1)


def _note(page: Page, outcome: str, note: str) -> None:
    page.get_by_test_id("order-outcome").locator(f"input[value={outcome}]").check()
    page.get_by_test_id("order-note").fill(note)


def _hold(page: Page) -> None:
    page.get_by_test_id("order-outcome").locator("input[value=on_hold]").check()
    page.get_by_text("Une pièce manque").click()
    in_a_week = today_in_paris(datetime.now(UTC)) + timedelta(days=7)
    page.get_by_label("Jusqu’au").fill(in_a_week.isoformat())
    assert violations(page) == []


def _sign(page: Page) -> None:
    pad = page.locator("canvas.signature")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=5)
    page.mouse.up()
    expect(page.get_by_text("Signature enregistrée")).to_be_visible()
