"""A technician's tablet: the orders of the day without a network, and nothing noted is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tests.e2e.layout import violations
from tests.e2e.round import picture
from tests.e2e.server import Server
from tests.e2e.tablet import tablet_sign_in, unlock
from tests.factories import QUICK_HASH, make_dwelling, make_person, make_user
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role
from visits.models.interventions import Intervention
from visits.models.works import Severity, WorkOrder, WorkOrderState

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Van:
    """A server with two orders planned for today, and the technician who does them."""

    server: Server
    technician: str

    def change(self, reference: str, state: WorkOrderState) -> None:
        house = self.server.house()
        with house.sessions.begin() as session:
            of = select(WorkOrder).where(WorkOrder.reference == reference)
            session.scalars(of).one().state = state
        house.engine.dispose()

    def noted(self) -> list[Intervention]:
        house = self.server.house()
        with house.sessions() as session:
            of = select(Intervention).options(selectinload(Intervention.files))
            found = list(session.scalars(of.order_by(Intervention.received_at, Intervention.id)))
            for one in found:
                assert one.order.reference
        house.engine.dispose()
        return found


@pytest.fixture
def van(server: Server) -> Iterator[Van]:
    house, now = server.house(), datetime.now(UTC)
    with house.sessions.begin() as session:
        technician = make_user(session, role=Role.TECHNICIAN, password_hash=QUICK_HASH)
        for reference, trade in (("BT-FUITE", "plumbing"), ("BT-PRISE", "electricity")):
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


def test_orders_are_noted_without_a_network_and_arrive_once(
    van: Van, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{van.server.url}/tablet/")
    tablet_sign_in(page, van.technician)
    order = page.get_by_test_id("day-order").filter(has_text="BT-FUITE")
    expect(order).to_contain_text("Interphone 12")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    assert violations(page) == []
    context.set_offline(True)
    order.get_by_test_id("open-order").click()
    page.get_by_test_id("add-before").set_input_files(
        [{"name": "image.jpg", "mimeType": "image/jpeg", "buffer": picture(page, 1)}]
    )
    expect(page.get_by_test_id("photos-before").get_by_test_id("photo")).to_have_count(1)
    page.get_by_test_id("finish-order").click()
    expect(page.get_by_text("Cette réponse est nécessaire.").first).to_be_visible()
    assert violations(page) == []
    page.get_by_test_id("order-outcome").get_by_text("Terminés", exact=True).click()
    page.get_by_test_id("order-note").fill("Joint changé")
    page.get_by_test_id("order-parts").fill("1 joint 15/21")
    page.get_by_test_id("order-minutes").fill("45")
    _sign(page)
    expect(page.get_by_test_id("order-saved")).to_have_attribute("data-state", "saved")
    page.reload()  # as after a battery that was empty
    unlock(page)
    expect(page.get_by_test_id("order-note")).to_have_value("Joint changé")
    expect(page.get_by_test_id("photos-before").get_by_test_id("photo")).to_have_count(1)
    page.get_by_test_id("finish-order").dblclick()
    waiting = page.get_by_test_id("outbox-item").filter(has_text="BT-FUITE")
    expect(waiting).to_have_count(1)
    _note(page, "BT-PRISE", "Prise remplacée")
    van.change("BT-PRISE", WorkOrderState.CANCELLED)
    context.set_offline(False)
    expect(waiting).to_have_attribute("data-state", "checked")
    late = page.get_by_test_id("outbox-item").filter(has_text="BT-PRISE")
    expect(late).to_have_attribute("data-state", "to_review")
    expect(late.get_by_test_id("undone")).to_contain_text("déjà clos")
    first, second = van.noted()
    assert first.order.state is WorkOrderState.DONE and first.minutes == 45
    assert sorted(one.name.partition("-")[0] for one in first.files) == ["before", "signature"]
    assert (second.order.state, second.note) == (WorkOrderState.CANCELLED, "Prise remplacée")


def _note(page: Page, reference: str, note: str) -> None:
    order = page.get_by_test_id("day-order").filter(has_text=reference)
    order.get_by_test_id("open-order").click()
    page.get_by_test_id("order-outcome").get_by_text("Terminés", exact=True).click()
    page.get_by_test_id("order-note").fill(note)
    page.get_by_test_id("finish-order").click()
    expect(page.get_by_test_id("outbox-status")).to_be_visible()


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
