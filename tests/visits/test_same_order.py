"""What was told by hand and what a visit found are one order, in any order, and two again."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
)
from tests.visits.test_findings import House, form, house
from visits.following.ordered import WorkOrders
from visits.following.setting_aside import hanging_on, take_back
from visits.ground.errors import Conflict, NotFound
from visits.models.accounts import Role
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import Severity, WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import Held, Reach, Viewer
from visits.steering.results import works_by_hand
from visits.works.by_hand import OrderSaid, alike, may_take_back, note_access, open_by_hand
from visits.works.by_link import propose_day
from visits.works.links import LinkSaid, make_link, open_link
from visits.works.moves import MoveSaid, move_work_order, moves_of
from visits.works.same_order import (
    finding_apart,
    findings_seen,
    may_be_same,
    put_apart,
    put_together,
    told_with,
)

__all__ = ["house"]
LIFT = OrderSaid("lift", "U3", "elsewhere", "Ascenseur bloqué au 3e", "neighbour")
TAP = OrderSaid("plumbing", "U3", "kitchen", "Robinet qui goutte", "tenant")


def by_hand(house: House, said: OrderSaid, home: Dwelling | Residence | None = None) -> WorkOrder:
    """Open an order as the technical service does when somebody rings."""
    home = home or house.case.dwelling
    assert home is not None
    order = open_by_hand(house.session, home, said, viewer=eyes(house), now=house.now)
    house.session.flush()
    return order


def eyes(house: House) -> Viewer:
    """See as the technical service."""
    return make_viewer(house.visitor)


def alone(house: House) -> WorkOrder:
    (order,) = [one for one in house.orders() if one.is_open]
    return order


@pytest.mark.parametrize("place", ["dwelling", "residence"])
def test_a_lift_told_on_the_phone_and_found_in_a_visit_is_one_order(
    house: House, place: str
) -> None:
    home = house.case.dwelling
    assert home is not None
    told = by_hand(house, LIFT, home if place == "dwelling" else home.residence)
    house.publish(form("first", trade="lift", severity="U1", due="24h"))
    house.now += timedelta(days=3)
    sent = house.send("first")
    assert house.orders() == [told]
    assert [one.submission_id for one in told.findings] == [sent.id]
    assert (told.severity, told.due_at) == (Severity.U1, sent.consequences[0].due_at)
    assert told.label["fr"] == LIFT.description
    assert not may_take_back(told)


@pytest.mark.parametrize(
    ("said", "days"), [(TAP, 0), (TAP, 8)], ids=["nobody knows which tap", "long ago"]
)
def test_what_may_be_something_else_is_another_order_and_is_offered_to_be_put_together(
    house: House, said: OrderSaid, days: int
) -> None:
    told = by_hand(house, said)
    house.publish(form("first", trade=said.trade))
    house.now += timedelta(days=days)
    house.send("first")
    _, found = house.orders()
    assert may_be_same(house.session, eyes(house), told) == [found]
    assert may_be_same(house.session, eyes(house), found) == [told]
    by_hand(house, OrderSaid("gas", "U3", "kitchen", "Robinet de gaz", "tenant"))
    by_hand(house, said, make_dwelling(house.session))
    assert may_be_same(house.session, eyes(house), told) == [found]


@pytest.mark.parametrize("first", ["hand", "visit"])
def test_two_put_together_are_one_with_all_that_was_told_and_two_again_as_they_were(
    house: House, first: str
) -> None:
    house.publish(form("first", trade="plumbing", severity="U1", due="24h"))
    steps = [lambda: by_hand(house, TAP), lambda: house.send("first")]
    for step in steps if first == "hand" else reversed(steps):
        step()
        house.now += timedelta(minutes=1)
    told = next(one for one in house.orders() if one.opened_by_id)
    found = next(one for one in house.orders() if one.consequence_id)
    by: Any = {"viewer": eyes(house), "now": house.now}
    kept = put_together(house.session, told, found, **by)
    assert (kept, alone(house)) == (found, found)
    assert list(told_with(house.session, found, eyes(house))) == [told]
    assert moves_of(told, eyes(house)) == []
    rows = works_by_hand(house.session, viewer=eyes(house), now=house.now)
    assert rows == []
    apart = put_apart(house.session, found, told.id, **by)
    assert (apart.state, apart.severity, apart.closing_note) == ("open", Severity.U3, None)
    assert (found.state, found.severity) == (WorkOrderState.OPEN, Severity.U1)
    assert [one.id for one in found.findings] == [found.consequence_id]
    with pytest.raises(NotFound):
        put_apart(house.session, found, told.id, **by)


@pytest.mark.parametrize("told_before", ["", "Code 12B"])
def test_how_to_get_in_and_whom_to_ring_go_along_to_the_order_of_the_same_home(
    house: House, told_before: str
) -> None:
    kept, gone = by_hand(house, replace(TAP, access=told_before)), by_hand(house, TAP)
    by: Any = {"viewer": eyes(house), "now": house.now}
    note_access(house.session, gone, "La clé est chez le gardien", house.case.person, **by)
    assert put_together(house.session, kept, gone, **by) is kept
    said = [*filter(None, [told_before]), "La clé est chez le gardien"]
    assert (kept.access, kept.person_id) == ("\n".join(said), house.case.person_id)


def test_two_neighbours_who_tell_of_one_lift_by_hand_tell_of_one_order(house: House) -> None:
    home = house.case.dwelling
    assert home is not None
    neighbour = make_dwelling(house.session, residence=home.residence)
    first, second = by_hand(house, LIFT), by_hand(house, replace(LIFT, access="B2"), neighbour)
    by: Any = {"viewer": eyes(house), "now": house.now}
    assert may_be_same(house.session, eyes(house), second) == [first]
    assert put_together(house.session, second, first, **by) is first
    assert first.access is None
    protect(house.session, house.case.person, by=make_user(house.session).id, now=house.now)
    third = by_hand(house, LIFT, neighbour)
    assert may_be_same(house.session, eyes(house), third) == []


def test_what_a_home_tells_may_be_an_order_of_its_residence_that_was_told_by_hand(
    house: House,
) -> None:
    home = house.case.dwelling
    assert home is not None
    heating = OrderSaid("heating", "U2", "elsewhere", "Chauffage en panne", "tenant")
    common, hers = by_hand(house, heating, home.residence), by_hand(house, heating)
    assert list(alike(house.session, eyes(house), home, "heating", "elsewhere")) == [common, hers]
    by: Any = {"viewer": eyes(house), "now": house.now}
    assert put_together(house.session, hers, common, **by) is common


def test_a_residence_s_order_goes_on_before_a_home_s_and_gives_its_finding_back(
    house: House,
) -> None:
    house.publish(form("first", trade="lift", severity="U1", due="24h", home="dwelling"))
    house.send("first")
    (found,) = house.orders()
    home = house.case.dwelling
    assert home is not None
    shown = alike(house.session, eyes(house), home.residence, "lift", "lift")
    assert list(shown) == [found]
    told = by_hand(house, OrderSaid("lift", "U3", "lift", "En panne", "caretaker"), home.residence)
    due = told.due_at
    by: Any = {"viewer": eyes(house), "now": house.now}
    move_work_order(house.session, found, WorkOrderState.STARTED, MoveSaid(), **by)
    assert put_together(house.session, found, told, **by) is told
    assert (told.severity, told.state) == (Severity.U1, WorkOrderState.STARTED)
    assert [one.id for one in told.findings] == [found.consequence_id]
    finding = told.findings[0]
    assert finding_apart(house.session, told, finding.id, **by) is found
    assert (told.severity, told.due_at, told.findings) == (Severity.U3, due, [])
    assert (found.state, [one.id for one in found.findings]) == ("started", [finding.id])


def test_a_finding_that_was_added_by_itself_gets_an_order_of_its_own(house: House) -> None:
    told = by_hand(house, LIFT)
    house.publish(form("first", trade="lift", severity="U1", due="24h"))
    sent = house.send("first")
    by: Any = {"viewer": eyes(house), "now": house.now}
    order = finding_apart(house.session, told, sent.consequences[0].id, **by)
    assert (order.consequence_id, order.dwelling_id) == (
        sent.consequences[0].id, house.case.dwelling_id,
    )  # fmt: skip
    assert (told.findings, told.severity, order.severity) == ([], Severity.U3, Severity.U1)
    with pytest.raises(Conflict, match="finding_opened_it"):
        finding_apart(house.session, order, sent.consequences[0].id, **by)


def test_what_a_person_told_of_goes_on_when_the_answers_no_longer_count(house: House) -> None:
    told = by_hand(house, LIFT)
    house.publish(form("first", trade="lift", severity="U1", due="24h"))
    sent = house.send("first")
    assert list(hanging_on(house.session, sent).opened) == []
    take_back(house.session, sent, viewer=eyes(house), now=house.now)
    assert (told.state, told.findings, told.dwelling_id) == ("open", [], house.case.dwelling_id)
    # The danger was found somewhere all the same.
    (other,) = [one for one in house.orders() if one is not told]
    assert (other.severity, other.dwelling_id, other.state) == (Severity.U1, None, "open")


def test_answers_of_another_home_take_their_own_order_out_of_the_one_it_was_put_into(
    house: House,
) -> None:
    house.publish(form("first", trade="lift", home="dwelling"))
    sent = house.send("first")
    (found,) = house.orders()
    home = house.case.dwelling
    assert home is not None
    told = by_hand(house, LIFT, home.residence)
    put_together(house.session, found, told, viewer=eyes(house), now=house.now)
    take_back(house.session, sent, viewer=eyes(house), now=house.now)
    assert (told.state, told.findings) == ("open", [])
    assert (found.state, found.same_as_id, found.closing_note) == ("cancelled", None, "taken_back")
    WorkOrders().open(house.session, house.case, sent.consequences[0], now=house.now)
    assert found.state is WorkOrderState.OPEN


def test_what_was_told_by_hand_too_goes_on_in_its_own_words_without_the_answers(
    house: House,
) -> None:
    house.publish(form("first", trade="lift"))
    sent = house.send("first")
    (found,) = house.orders()
    told = by_hand(house, LIFT, found.residence)
    assert put_together(house.session, found, told, viewer=eyes(house), now=house.now) is found
    take_back(house.session, sent, viewer=eyes(house), now=house.now)
    assert (found.state, found.findings, found.consequence_id) == ("open", [], None)
    assert (found.label["fr"], found.opened_by_id) == (LIFT.description, told.opened_by_id)


def test_nothing_of_a_hidden_home_stands_with_what_others_read(house: House) -> None:
    home = house.case.dwelling
    assert home is not None
    told = by_hand(house, LIFT, home.residence)
    chief = make_user(house.session)
    make_dwelling(house.session, residence=home.residence)
    protect(house.session, house.case.person, by=chief.id, now=house.now)
    house.publish(form("first", trade="lift"))
    house.send("first")
    assert (len(house.orders()), told.findings) == (2, [])
    assert may_be_same(house.session, make_viewer(chief), told) == []


def test_answers_of_a_case_that_is_not_seen_are_not_shown_with_an_order_of_the_house(
    house: House,
) -> None:
    home = house.case.dwelling
    assert home is not None
    told = by_hand(house, LIFT, home.residence)
    house.publish(form("first", trade="lift"))
    sent = house.send("first")
    assert [one.submission_id for one in findings_seen(house.session, told, eyes(house))] == [
        sent.id
    ]
    person = make_person(house.session, dwelling=home)
    make_case(
        house.session, by=house.visitor, person=person, dwelling=home, programme="young_tenants"
    )
    held = Held(home.landlord_id, "young_tenants", None, frozenset())
    partner = Viewer(uuid.uuid4(), uuid.uuid4(), None, Reach.MANDATE, (held,))
    assert findings_seen(house.session, told, partner) == []


def test_orders_of_different_contractors_are_not_made_one(house: House) -> None:
    told, again = by_hand(house, TAP), by_hand(house, TAP)
    for order, name in ((told, "Plomberie"), (again, "Sanitaire")):
        order.given_to_id = make_user(
            house.session, role=Role.CONTRACTOR, organisation=name
        ).organisation_id
    with pytest.raises(Conflict, match="order_given_already"):
        put_together(house.session, told, again, viewer=eyes(house), now=house.now)
    again.given_to_id = None
    house.session.flush()
    assert put_together(house.session, again, told, viewer=eyes(house), now=house.now) is told


def sent(house: House, order: WorkOrder, contractor: str = "Plomberie Lenoir") -> str:
    """Send an order to a contractor by a link; gives its secret."""
    said = LinkSaid(contractor, 14)
    return make_link(house.session, order, said, viewer=eyes(house), now=house.now)


def test_the_link_of_an_order_put_into_another_shows_that_one_and_its_own_once_apart(
    house: House,
) -> None:
    older = by_hand(house, TAP)
    house.now += timedelta(minutes=1)
    younger = by_hand(house, TAP)
    secret = sent(house, younger)
    link = open_link(house.session, secret, now=house.now)
    day = MoveSaid(planned_on=house.now.date() + timedelta(days=3), planned_part="morning")
    propose_day(house.session, link, day, now=house.now)
    by: Any = {"viewer": eyes(house), "now": house.now}
    assert put_together(house.session, younger, older, **by) is older
    link = open_link(house.session, secret, now=house.now)
    assert (link.order, link.came_with) == (older, younger)
    assert older.proposed_on == day.planned_on
    put_apart(house.session, older, younger.id, **by)
    house.session.expire_all()
    assert open_link(house.session, secret, now=house.now).order == younger


def test_two_orders_sent_to_two_contractors_by_links_are_not_made_one(house: House) -> None:
    older, younger = by_hand(house, TAP), by_hand(house, TAP)
    secrets = [sent(house, older), sent(house, younger, "Autre")]
    with pytest.raises(Conflict, match="order_given_already"):
        put_together(house.session, younger, older, viewer=eyes(house), now=house.now)
    for secret in secrets:
        assert open_link(house.session, secret, now=house.now).order.is_open
