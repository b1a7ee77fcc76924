"""A work order that no visit called for: who sees it, where it counts, what is refused."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.portfolio_files import load
from visits.accounts.accounts import find_organisation, find_territory
from visits.following.ordered import WorkOrders
from visits.ground.deadlines import due_at
from visits.ground.errors import Conflict, Invalid
from visits.homes.files import Eyes, home_file, residence_file
from visits.intake.alert_list import alert_of_work_order
from visits.mapping.points import refresh_map
from visits.models.accounts import OrganisationKind, Role
from visits.models.homes import HomeChange
from visits.models.mandates import Right
from visits.models.map import MapPoint
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import Severity, WorkOrder, WorkOrderState
from visits.people.people import with_homes
from visits.people.protection import protect
from visits.sight import Held, Reach, Viewer, visible_work_orders
from visits.sight.listing import Wanted
from visits.sight.search import search_people
from visits.steering.results import works_by_hand
from visits.works.by_hand import (
    OrderSaid,
    alike,
    open_by_hand,
    take_order_back,
    tenants_of,
)
from visits.works.giving import give_order
from visits.works.moves import MoveSaid, move_work_order
from visits.works.work_list import WorkOrderFilter, list_work_orders, trades_in_use
from visits.works.work_orders import escalate_work_orders

LEAK = OrderSaid("plumbing", "U2", "kitchen", "Fuite sous l’évier", "tenant")
LAMP = OrderSaid("electricity", "U3", "stairs", "Ampoule grillée au 2e", "caretaker")


class Desk:
    """A house in the north with a dwelling, and an order of each opened by the technician."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.north = find_territory(session, "Nord").id
        self.residence = make_residence(session, territory_id=self.north)
        self.home = make_dwelling(session, residence=self.residence)
        self.technician = make_user(session, role=Role.TECHNICIAN)
        self.viewer = make_viewer(self.technician)
        self.leak = self.open(self.home, LEAK)
        self.lamp = self.open(self.residence, LAMP)

    def open(self, home: Any, said: OrderSaid, **more: Any) -> WorkOrder:
        """Open an order as the technician."""
        return open_by_hand(self.session, home, said, viewer=self.viewer, now=self.now, **more)

    def listed(self, viewer: Viewer, **only: str) -> set[WorkOrder]:
        """List what somebody sees of the orders, as the page does: what one page of each shows."""
        filters = WorkOrderFilter(**({"state": "all"} | only))
        found = list_work_orders(self.session, viewer, only=filters, wanted=Wanted(), now=self.now)
        assert found.total == len(found.rows)
        if not only:
            one_by_one = select(WorkOrder).outerjoin(WorkOrder.person)
            seen = self.session.scalars(one_by_one.where(visible_work_orders(viewer)))
            assert set(found.rows) == set(seen)
        return set(found.rows)


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def test_an_order_without_a_person_is_seen_by_whoever_sees_the_home(
    session: Session, desk: Desk
) -> None:
    both = {desk.leak, desk.lamp}
    south = find_territory(session, "Sud").id
    theirs = find_organisation(session, "Un autre bailleur", OrganisationKind.LANDLORD).id
    for territory, landlord, reach, seen in (
        (None, None, Reach.ALL, both),
        (desk.north, None, Reach.TERRITORY, both),
        (south, None, Reach.TERRITORY, set()),
        (None, None, Reach.TERRITORY, set()),
        (None, desk.home.landlord_id, Reach.LANDLORD, both),
        (None, theirs, Reach.LANDLORD, set()),
        (None, None, Reach.MANDATE, set()),
        (None, None, Reach.GIVEN, set()),
    ):
        user = desk.technician
        viewer = Viewer(user.id, user.organisation_id, territory, reach, landlord_id=landlord)
        assert desk.listed(viewer) == seen, (territory, landlord, reach)


def test_whoever_works_by_mandate_sees_those_of_the_homes_of_its_cases(
    session: Session, desk: Desk
) -> None:
    other = desk.open(make_dwelling(session), LEAK)
    make_case(session, by=desk.technician, dwelling=other.dwelling, programme="young_tenants")
    make_case(session, by=desk.technician, dwelling=desk.home)
    seniors = Held(desk.home.landlord_id, "seniors", None, frozenset(Right))
    platform = make_user(session, organisation="Plateforme")
    viewer = Viewer(platform.id, platform.organisation_id, None, Reach.MANDATE, (seniors,))
    assert desk.listed(viewer) == {desk.leak, desk.lamp}
    assert other in desk.listed(desk.viewer)


def test_an_order_of_a_hidden_home_is_hidden_with_it_and_with_its_house(
    session: Session, desk: Desk, now: datetime
) -> None:
    chief = make_user(session)
    person = make_person(session, dwelling=desk.home)
    protect(session, person, by=chief.id, now=now)
    assert desk.listed(desk.viewer) == set()
    assert desk.listed(make_viewer(chief)) == {desk.leak, desk.lamp}
    make_dwelling(session, residence=desk.residence)
    # What is common is told of by the other homes.
    assert desk.listed(desk.viewer) == {desk.lamp}
    assert alike(session, desk.viewer, desk.home, "plumbing", "kitchen") == []
    assert tenants_of(session, desk.home, desk.viewer) == []
    assert tenants_of(session, desk.home, make_viewer(chief)) == [person]


def test_an_order_about_somebody_protected_is_hidden_where_her_home_is_not(
    session: Session, desk: Desk, now: datetime
) -> None:
    chief, person = make_user(session), make_person(session)
    desk.leak.person = person
    session.flush()
    assert desk.listed(desk.viewer) == {desk.leak, desk.lamp}
    protect(session, person, by=chief.id, now=now)
    assert desk.listed(desk.viewer) == {desk.lamp}
    assert desk.listed(make_viewer(chief)) == {desk.leak, desk.lamp}
    assert trades_in_use(session, desk.viewer) == ["electricity"]
    assert trades_in_use(session, make_viewer(chief)) == ["electricity", "plumbing"]


def test_a_contractor_sees_those_given_to_it_and_never_one_of_a_hidden_home(
    session: Session, desk: Desk, now: datetime
) -> None:
    contractor = make_user(session, role=Role.CONTRACTOR, organisation="Plomberie")
    eyes = make_viewer(contractor, Reach.GIVEN)
    other = make_user(session, role=Role.CONTRACTOR, organisation="Chauffage")
    for order in (desk.leak, desk.lamp):
        give_order(session, order, contractor.organisation_id, viewer=desk.viewer, now=now)
        assert desk.listed(make_viewer(other, Reach.GIVEN)) == set()
    assert desk.listed(eyes) == {desk.leak, desk.lamp}
    protect(session, make_person(session, dwelling=desk.home), by=contractor.id, now=now)
    lamp = desk.open(desk.residence, LAMP)
    leak = desk.open(desk.home, LEAK)
    for order in (leak, lamp):
        with pytest.raises(Conflict, match="order_of_protected"):
            give_order(session, order, contractor.organisation_id, viewer=desk.viewer, now=now)
    other_eyes = make_viewer(make_user(session, organisation="Plomberie"), Reach.GIVEN)
    assert desk.listed(other_eyes) == set()


def test_the_number_of_an_order_of_a_home_finds_who_lives_there(
    session: Session, desk: Desk
) -> None:
    person = make_person(session, dwelling=desk.home)
    make_person(session)
    for order, found in ((desk.leak, [person]), (desk.lamp, [])):
        listed, _near = search_people(
            session, desk.viewer, order.reference, wanted=Wanted(), options=with_homes()
        )
        assert listed.rows == found


def test_an_order_is_found_by_the_address_of_its_residence(desk: Desk) -> None:
    assert desk.listed(desk.viewer, text=desk.residence.address) == {desk.leak, desk.lamp}
    assert desk.listed(desk.viewer, text=desk.home.reference) == {desk.leak}
    assert desk.listed(desk.viewer, text="Beauvais nulle-part") == set()
    assert desk.listed(desk.viewer, text=desk.lamp.reference) == {desk.lamp}
    by_city = list_work_orders(
        desk.session, desk.viewer, only=WorkOrderFilter(), wanted=Wanted(sort="city"), now=desk.now
    )
    assert by_city.total == 2


def test_an_order_counts_on_the_pages_of_its_home_on_the_map_and_in_the_figures(
    session: Session, desk: Desk, now: datetime
) -> None:
    eyes = Eyes(homes=desk.viewer, works=desk.viewer)
    assert list(home_file(session, eyes, desk.home).works) == [desk.leak]
    of_house = residence_file(session, eyes, desk.residence, wanted=Wanted()).works
    assert set(of_house) == {desk.leak, desk.lamp}
    works = select(MapPoint.open_works).where(MapPoint.dwelling_id == desk.home.id)
    desk.residence.h3 = 0x881F8E8E1DFFFFF
    refresh_map(session, [desk.home.id])
    assert session.scalars(works).all() == [1]
    move_work_order(
        session,
        desk.leak,
        WorkOrderState.DONE,
        MoveSaid(note="Réparé"),
        viewer=desk.viewer,
        now=now,
    )
    assert session.scalars(works).all() == [0]
    rows = works_by_hand(session, viewer=desk.viewer, now=now)
    counted = {one.severity: (one.opened, one.still_open) for one in rows}
    assert counted == {Severity.U2: (1, 0), Severity.U3: (1, 1)}


def test_a_visitor_is_told_of_an_order_of_the_home_and_of_no_other(
    session: Session, desk: Desk
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    here, elsewhere = (
        make_visit(session, case=make_case(session, by=visitor, **more), visitor=visitor)
        for more in ({"dwelling": desk.home}, {})
    )
    due = WorkOrders().due_in(session, [here, elsewhere])
    assert due == {here.id: [desk.leak], elsewhere.id: []}
    told = WorkOrders().told(desk.leak)
    assert told.due_at == desk.leak.due_at
    assert told.label == {"fr": LEAK.description, "en": LEAK.description}


def test_an_urgent_one_is_escalated_as_one_that_was_found(
    session: Session, desk: Desk, now: datetime
) -> None:
    gas = desk.open(desk.home, OrderSaid("gas", "U0", "kitchen", "Odeur de gaz", "neighbour"))
    assert escalate_work_orders(session, now=now + timedelta(minutes=31)) == 1
    assert gas.waits_too_long
    assert alert_of_work_order(session, gas) is None


@pytest.mark.parametrize(
    ("severity", "delay"), [("U0", "1h"), ("U1", "4h"), ("U2", "5wd"), ("U3", "30d"), ("P", "3m")]
)
def test_a_severity_says_by_when(desk: Desk, now: datetime, severity: str, delay: str) -> None:
    said = OrderSaid("general", severity, "hallway", "Porte voilée", "staff")
    assert desk.open(desk.home, said).due_at == due_at(now, delay)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"trade": ""}, {"trade": "required"}),
        ({"trade": "magic"}, {"trade": "bad_choice"}),
        ({"place": "stairs"}, {"place": "bad_choice"}),
        ({"severity": "U9", "due_on": date(2020, 1, 1)}, {"severity": "bad_choice"}),
        ({"came_from": "x"}, {"came_from": "bad_choice"}),
        ({"description": "  "}, {"description": "required"}),
        ({"description": "a" * 501}, {"description": "too_long"}),
        ({"due_on": date(2026, 3, 9)}, {"due_on": "must_not_be_past"}),
        ({"due_on": date(1, 1, 1)}, {"due_on": "must_not_be_past"}),
        ({"severity": "U1", "due_on": date(2026, 3, 11)}, {"due_on": "too_late_for_urgent"}),
    ],
)
def test_what_cannot_be_is_refused_field_by_field(
    session: Session, desk: Desk, change: dict[str, Any], fields: dict[str, str]
) -> None:
    typed = {name: getattr(LEAK, name) for name in LEAK.__dataclass_fields__} | change
    with pytest.raises(Invalid) as refused:
        desk.open(desk.home, OrderSaid(**typed))
    assert refused.value.fields == fields
    assert len(session.scalars(select(WorkOrder)).all()) == 2


def test_a_day_that_is_over_is_refused_and_one_to_come_is_kept(desk: Desk) -> None:
    desk.now = datetime.fromisoformat("2026-03-10T19:00:00+01:00")
    tap = partial(OrderSaid, "gas", "U3", "kitchen", "Robinet", "staff")
    with pytest.raises(Invalid) as refused:
        desk.open(desk.home, tap(date(2026, 3, 10)))
    assert refused.value.fields == {"due_on": "day_is_over"}
    order = desk.open(desk.home, tap(date(2026, 3, 11)))
    assert order.due_at == datetime.fromisoformat("2026-03-11T18:00:00+01:00")


def test_open_orders_of_the_same_trade_and_place_are_told_before_another_is_opened(
    session: Session, desk: Desk, now: datetime
) -> None:
    def told(home: Any, trade: str, place: str) -> list[WorkOrder]:
        return list(alike(session, desk.viewer, home, trade, place))

    assert told(desk.home, "plumbing", "kitchen") == [desk.leak]
    assert told(desk.home, "plumbing", "elsewhere") == [desk.leak]
    assert told(desk.home, "plumbing", "bathroom") == told(desk.home, "gas", "kitchen") == []
    # The light of the stairs may be what is meant from behind a door as well.
    assert told(desk.home, "electricity", "hallway") == [desk.lamp]
    assert told(desk.residence, "electricity", "stairs") == [desk.lamp]
    assert told(desk.residence, "plumbing", "stairs") == []
    assert told(make_dwelling(session), "plumbing", "kitchen") == []
    take_order_back(session, desk.leak, note="Déjà réparé", viewer=desk.viewer, now=now)
    assert told(desk.home, "plumbing", "kitchen") == []


def test_an_order_opened_by_mistake_is_taken_back_while_nobody_has_begun(
    session: Session, desk: Desk, now: datetime
) -> None:
    by = {"viewer": desk.viewer, "now": now}
    with pytest.raises(Invalid):
        take_order_back(session, desk.leak, note=" ", **by)
    take_order_back(session, desk.leak, note="Mauvais logement", **by)
    assert (desk.leak.state, desk.leak.closing_note) == ("cancelled", "Mauvais logement")
    move_work_order(session, desk.lamp, WorkOrderState.STARTED, MoveSaid(), **by)
    for order in (desk.leak, desk.lamp):
        with pytest.raises(Conflict, match="work_order_begun"):
            take_order_back(session, order, note="Erreur", **by)


def test_works_and_changes_of_a_residence_go_along_when_a_file_drops_it(
    session: Session, now: datetime
) -> None:
    heads = "Logement;Adresse;CP;Ville"
    load(session, f"{heads}\nQ-1;1 rue Haute;60000;Beauvais\n")
    old = session.scalars(select(Residence)).one()
    was = old.id
    technician = make_user(session, role=Role.TECHNICIAN)
    order = open_by_hand(session, old, LAMP, viewer=make_viewer(technician), now=now)
    change = HomeChange(
        residence_id=old.id, field="has_lift", after="yes", noted_at=now, noted_by_id=technician.id
    )
    session.add(change)
    session.flush()
    load(session, f"{heads}\nQ-1;9 avenue Neuve;60100;Creil\n")
    new = session.scalars(select(Dwelling)).one().residence_id
    assert new != was
    assert (order.residence_id, change.residence_id) == (new, new)
    assert session.scalars(select(Residence.id)).all() == [new]
