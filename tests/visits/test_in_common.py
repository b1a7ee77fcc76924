"""What several homes of a residence tell is proposed, made one order, and comes apart again."""

import uuid
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.test_findings import House, form, house
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import Severity, WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.giving import give_order
from visits.works.in_common import (
    gather_in_residence,
    list_in_common,
    most_alike,
    propose_again,
    set_aside,
    told_in_common,
)
from visits.works.same_order import put_apart, told_with

__all__ = ["house"]
SAID = OrderSaid("plumbing", "U2", "cellar", "Colonne d’eau qui fuit", "staff")
FIRST = Wanted()


def homes_of(house: House, count: int) -> list[Dwelling]:
    """Give homes of the residence of the house, its own first."""
    home = house.case.dwelling
    assert home is not None
    more = [make_dwelling(house.session, residence=home.residence) for _ in range(count - 1)]
    return [home, *more]


def leak(house: House, home: Dwelling, severity: str = "U3", **of: Any) -> WorkOrder:
    said = OrderSaid("plumbing", severity, "kitchen", "Fuite", "tenant")
    order = open_by_hand(house.session, home, said, viewer=eyes(house), now=house.now, **of)
    house.session.flush()
    return order


def eyes(house: House) -> Viewer:
    return make_viewer(house.visitor)


def gather(house: House, residence: Residence, *chosen: WorkOrder, said: OrderSaid = SAID) -> Any:
    by: Any = {"viewer": eyes(house), "seeing": eyes(house), "now": house.now}
    return gather_in_residence(house.session, residence, said, [one.id for one in chosen], **by)


def test_three_homes_are_proposed_and_two_are_not(house: House) -> None:
    first, second, third = homes_of(house, 3)
    for home in (first, second, second):
        leak(house, home)
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 0
    leak(house, third, "U1")
    listed = list_in_common(house.session, eyes(house), wanted=FIRST)
    (one,) = listed.rows
    assert (one.residence, one.trade, one.homes, one.orders) == (first.residence, "plumbing", 3, 4)
    assert (one.severity, listed.total) == (Severity.U1, 1)
    told = told_in_common(house.session, eyes(house), first.residence, "plumbing")
    assert (len(told), len({order.dwelling_id for order in told})) == (one.orders, one.homes)
    other = list_in_common(house.session, eyes(house), trade="lift", wanted=FIRST)
    assert other.total == 0


def test_a_lift_is_proposed_as_soon_as_two_neighbours_tell_of_it(house: House) -> None:
    lift = OrderSaid("lift", "U2", "elsewhere", "Ascenseur en panne", "tenant")
    first, second = homes_of(house, 2)
    residence, of = first.residence, {"viewer": eyes(house), "now": house.now}
    for home in (first, first):
        open_by_hand(house.session, home, lift, **of)
    house.session.flush()
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 0
    open_by_hand(house.session, second, lift, **of)
    house.session.flush()
    (one,) = list_in_common(house.session, eyes(house), wanted=FIRST).rows
    assert (one.residence, one.trade, one.homes) == (residence, "lift", 2)
    asking = of | {"seeing": eyes(house)}
    set_aside(house.session, residence, "lift", "Deux cages d’escalier", **asking)
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 0


def test_those_of_one_question_are_ticked(house: House) -> None:
    house.publish(
        form("first", trade="plumbing"), form("second", trade="plumbing", question="drip")
    )
    for number, home in enumerate(homes_of(house, 4)):
        case = house.case
        if number:
            person = make_person(house.session, dwelling=home)
            case = make_case(house.session, by=house.visitor, person=person, dwelling=home)
        visit = make_visit(house.session, case=case, visitor=house.visitor)
        name = {"name": "second", "question": "drip"} if number == 2 else {"name": "first"}
        house.send(visit=visit, **name)  # type: ignore[arg-type]
    home = house.case.dwelling
    assert home is not None
    told = told_in_common(house.session, eyes(house), home.residence, "plumbing")
    (odd,) = [one for one in told if one.consequence.submission.form_version.form_id == "second"]
    assert most_alike(told) == {one.id for one in told} - {odd.id}
    assert most_alike([]) == set()


def test_one_order_of_the_residence_goes_on_and_comes_apart(house: House) -> None:
    homes = homes_of(house, 3)
    told = [
        leak(house, home, severity)
        for home, severity in zip(homes, ("U3", "U1", "U3"), strict=True)
    ]
    order = gather(house, homes[0].residence, *told)
    assert (order.residence_id, order.dwelling_id) == (homes[0].residence_id, None)
    assert order.severity is Severity.U1
    assert {one.state for one in told} == {WorkOrderState.CANCELLED}
    assert set(told_with(house.session, order, eyes(house))) == set(told)
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 0
    alone = put_apart(house.session, order, told[1].id, viewer=eyes(house), now=house.now)
    assert alone.state is WorkOrderState.OPEN
    assert order.severity is Severity.U2


def aside(house: House, residence: Residence, why: str = "Trois joints usés") -> None:
    by: Any = {"viewer": eyes(house), "seeing": eyes(house), "now": house.now}
    set_aside(house.session, residence, "plumbing", why, **by)


def test_what_was_set_aside_is_proposed_again_once_more_homes_tell(house: House) -> None:
    homes = homes_of(house, 4)
    residence = homes[0].residence
    for home in homes[:3]:
        leak(house, home)
    with pytest.raises(Invalid):
        aside(house, residence, why=" ")
    aside(house, residence)
    with pytest.raises(Conflict):
        aside(house, residence)
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 0
    (kept,) = list_in_common(house.session, eyes(house), aside=True, wanted=FIRST).rows
    assert (kept.residence, kept.homes) == (residence, 3)
    leak(house, homes[0])  # no further home
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 0
    leak(house, homes[3])
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 1
    aside(house, residence, why="Quatre joints")
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 0
    again: Any = {"viewer": eyes(house), "now": house.now}
    propose_again(house.session, residence, "plumbing", **again)
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 1
    assert list_in_common(house.session, eyes(house), aside=True, wanted=FIRST).total == 0
    with pytest.raises(NotFound):
        propose_again(house.session, residence, "plumbing", **again)


def test_fewer_than_two_homes_or_nothing_said_are_refused_by_field(house: House) -> None:
    homes = homes_of(house, 3)
    told = [leak(house, home) for home in (homes[0], homes[0], homes[1])]
    with pytest.raises(Invalid) as refused:
        gather(
            house, homes[0].residence, *told[:2], said=OrderSaid("plumbing", "U2", "", "", "staff")
        )
    assert refused.value.fields.keys() == {"orders", "place", "description"}
    assert {one.state for one in house.orders()} == {WorkOrderState.OPEN}
    elsewhere = leak(house, make_dwelling(house.session))
    with pytest.raises(Invalid):
        gather(house, homes[0].residence, told[0], elsewhere)


def test_orders_with_different_contractors_do_not_become_one(house: House) -> None:
    homes = homes_of(house, 2)
    told = [leak(house, home) for home in homes]
    for order, name in zip(told, ("Plomberie A", "Plomberie B"), strict=True):
        user = make_user(house.session, role=Role.CONTRACTOR, organisation=name)
        give_order(house.session, order, user.organisation_id, viewer=eyes(house), now=house.now)
    with pytest.raises(Conflict):
        gather(house, homes[0].residence, *told)


@pytest.mark.parametrize("named", [False, True])
def test_what_is_of_a_protected_home_stays_out_even_for_whoever_sees_it(
    house: House, named: bool
) -> None:
    homes = homes_of(house, 3)
    person = make_person(house.session, dwelling=homes[2])
    told = [leak(house, home) for home in homes]
    by = house.visitor.id if named else make_user(house.session).id
    protect(house.session, person, by=by, now=NOW)
    assert list_in_common(house.session, eyes(house), wanted=FIRST).total == 0
    seen = told_in_common(house.session, eyes(house), homes[0].residence, "plumbing")
    assert set(seen) == set(told[:2])
    order = gather(house, homes[0].residence, *told)
    assert set(told_with(house.session, order, eyes(house))) == set(told[:2])
    assert told[2].state is WorkOrderState.OPEN


def test_another_landlords_homes_are_not_counted(session: Session, house: House) -> None:
    for home in homes_of(house, 3):
        leak(house, home)
    stranger = make_user(session, organisation="Habitat de l’Aisne")
    viewer = Viewer(
        stranger.id, stranger.organisation_id, None, Reach.LANDLORD, landlord_id=uuid.uuid4()
    )
    assert list_in_common(session, viewer, wanted=FIRST).total == 0
