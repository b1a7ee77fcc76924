"""Late orders and why: one reason each, counted, filtered, saved and in the file."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import NOW, make_user
from tests.webapp.test_order_list import Town
from visits.models.accounts import OrganisationKind, Role
from visits.models.works import HoldWhy, WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight.listing import Wanted
from visits.works.giving import give_order
from visits.works.lateness import REASONS, days_late, reasons_of
from visits.works.links import LinkSaid, make_link, revoke_link
from visits.works.moves import MoveSaid, move_work_order
from visits.works.work_list import WorkOrderFilter, count_late, list_work_orders

SignIn = Callable[..., FlaskClient]
S = WorkOrderState
LATER = NOW + timedelta(days=3)


class Late(Town):
    """A town whose orders should have been done two days after they were opened."""

    def move(self, order: WorkOrder, state: WorkOrderState, **said: Any) -> WorkOrder:
        """Move an order on the day it was opened."""
        move_work_order(self.session, order, state, MoveSaid(**said), viewer=self.viewer, now=NOW)
        return order

    def late(self) -> WorkOrder:
        """Open an order that is late by a day, three days on."""
        order = self.open(self.homes[0], "gas")
        order.due_at = NOW + timedelta(days=2)
        return order

    def why(self, order: WorkOrder) -> str | None:
        """Say why an order is late."""
        self.session.flush()
        return reasons_of(self.session, [order], now=LATER).get(order.id)

    def count(self, **only: str) -> dict[str, int]:
        """Count the late ones of a list by reason."""
        asked = WorkOrderFilter(**only)
        return count_late(self.session, self.viewer, only=asked, now=LATER)

    def listed_late(self, **only: str) -> int:
        """Count what a list gives."""
        asked = WorkOrderFilter(**only)
        found = list_work_orders(self.session, self.viewer, only=asked, wanted=Wanted(), now=LATER)
        return found.total

    def one_of_each(self) -> dict[str, WorkOrder]:
        """Make an order late for each reason."""
        day, soon = (NOW + timedelta(days=1)).date(), (LATER + timedelta(days=5)).date()
        orders = {reason: self.late() for reason in REASONS}
        orders["day_to_agree"].proposed_on = soon
        orders["refused"].state = S.REFUSED
        for why in HoldWhy:
            held = {"hold_why": why, "hold_until": soon, "note": "Devis"}
            self.move(orders[f"hold_{why}"], S.ON_HOLD, **held)
        link = LinkSaid("Gaz et fils", 7)
        make_link(self.session, orders["no_answer"], link, viewer=self.viewer, now=NOW)
        self.move(orders["no_appointment"], S.ACKNOWLEDGED)
        self.move(orders["under_way"], S.STARTED)
        self.move(orders["day_past"], S.PLANNED, planned_on=day, planned_part="morning")
        self.move(orders["day_to_come"], S.PLANNED, planned_on=soon, planned_part="morning")
        self.session.flush()
        return orders


@pytest.fixture
def town(session: Session) -> Late:
    return Late(session)


def test_each_late_order_is_late_for_one_reason_and_all_are_counted(town: Late) -> None:
    for order in town.orders:
        order.due_at = LATER + timedelta(hours=1)
    orders = town.one_of_each()
    for reason, order in orders.items():
        assert town.why(order) == reason
        assert town.listed_late(late_why=reason) == 1, reason
    counts = town.count(state="late")
    assert counts == dict.fromkeys(REASONS, 1)
    assert sum(counts.values()) == town.listed_late(state="late") == len(REASONS)
    assert town.count(late_why="refused") == counts, "a chosen reason narrows no count"
    assert town.listed_late(hold_why="part") == town.listed_late(hold_why="access") == 1
    assert town.count(state="late", hold_why="part") == {"hold_part": 1}
    assert town.listed_late(late_why="x") == town.listed_late(hold_why="x") == len(REASONS) + 3


def test_the_reason_follows_the_order_and_one_that_is_not_late_has_none(town: Late) -> None:
    order, by = town.late(), dict[str, Any](viewer=town.viewer, now=NOW)
    assert town.why(order) == "not_acknowledged"
    contractor = make_user(town.session, role=Role.CONTRACTOR, organisation="Gaz et fils")
    contractor.organisation.kind = OrganisationKind.PARTNER
    town.session.flush()
    give_order(town.session, order, contractor.organisation_id, **by)
    assert town.why(order) == "no_answer"
    give_order(town.session, order, None, **by)
    make_link(town.session, order, LinkSaid("Gaz et fils", 7), **by)
    assert town.why(order) == "no_answer"
    town.move(order, S.ACKNOWLEDGED)
    assert town.why(order) == "no_answer"
    revoke_link(town.session, order, **by)
    assert town.why(order) == "no_appointment"
    town.move(order, S.ON_HOLD, hold_why="part", hold_until=(NOW + timedelta(days=1)).date())
    assert town.why(order) == "hold_part"
    order.proposed_on = LATER.date()
    assert town.why(order) == "day_to_agree"
    assert (days_late(order, now=LATER), days_late(order, now=order.due_at)) == (1, 0)
    town.move(order, S.DONE, note="Fait")
    assert (town.why(order), days_late(order, now=LATER)) == (None, 0)


def test_what_somebody_may_not_see_is_counted_nowhere(town: Late) -> None:
    late = town.late()
    late.dwelling = town.homes[1]
    town.session.flush()
    before = town.count(state="late")
    protect(town.session, town.tenant, by=make_user(town.session).id, now=NOW)
    assert before == {"not_acknowledged": 1}
    assert town.count(state="late") == {}


def test_the_page_says_how_late_and_why_and_so_does_the_file(
    client_as: SignIn, session: Session, town: Late
) -> None:
    orders = town.one_of_each()
    for order in orders.values():
        order.due_at = NOW - timedelta(days=1)
    orders["day_past"].planned_on = (NOW - timedelta(days=1)).date()
    session.commit()
    client = client_as(Role.TECHNICIAN, language="en")
    page = client.get("/work-orders/?state=late").text
    for said in ("late by 1 day", "The contractor has not answered", "A part is awaited, until"):
        assert said in page, said
    assert f"All that are late <strong>{len(REASONS)}</strong>" in page
    chosen = client.get("/work-orders/?state=late&late_why=no_answer").text
    assert "late_why=no_answer" in chosen.split("list_name")[0], "saved as it is filtered"
    assert "1 work order" in chosen
    assert "No appointment" in client.get("/work-orders/?late_why=no_appointment&view=board").text
    text = client.get("/work-orders/orders.csv?late_why=hold_part").get_data(as_text=True)
    assert re.search(r";U\d · ", text), "a code never stands alone"
    head, line = text.lstrip("\ufeff").splitlines()
    told = dict(zip(head.split(";"), line.split(";"), strict=True))
    assert (told["Days late"], told["Why it is late"]) == ("1", "A part is awaited")
    assert told["Why it waits"] == "A part is awaited" and told["Until"]
