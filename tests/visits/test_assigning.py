"""A work order that one technician does: the others set out without it, and it is taken back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_user, make_viewer
from tests.visits.test_orders_by_hand import LEAK, Desk
from visits.accounts.accounts import find_territory
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.ground.migration import migrate, revert
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.works import Severity, WorkOrderState
from visits.people.protection import protect
from visits.works.assigning import assign_order, assigned_in_use, technicians_for, technicians_run
from visits.works.giving import give_order
from visits.works.history import may_take_back, steps_of, take_step_back
from visits.works.links import LinkSaid, make_link
from visits.works.moves import MoveSaid, move_work_order
from visits.works.round import orders_of_round
from visits.works.same_order import put_together


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """Two orders planned for tomorrow."""
    desk = Desk(session, now)
    plan = MoveSaid(planned_on=(NOW + timedelta(days=1)).date(), planned_part="morning")
    for order in (desk.leak, desk.lamp):
        by = {"viewer": desk.viewer, "now": now}
        move_work_order(session, order, WorkOrderState.PLANNED, plan, **by)
    return desk


def assign(desk: Desk, to: User | None) -> None:
    """Assign the leak."""
    assign_order(desk.session, desk.leak, to.id if to else None, viewer=desk.viewer, now=desk.now)


def sets_out(desk: Desk, technician: User) -> bool:
    """Tell whether a technician sets out with the leak; with the lamp she always does."""
    seeing, today = make_viewer(technician), today_in_paris(desk.now)
    orders = orders_of_round(desk.session, seeing, today=today).orders
    assert desk.lamp in orders
    return desk.leak in orders


def test_the_others_set_out_without_it_until_it_is_taken_back(desk: Desk) -> None:
    session, other = desk.session, make_user(desk.session, role=Role.TECHNICIAN)
    assign(desk, other)
    assert (sets_out(desk, desk.technician), sets_out(desk, other)) == (False, True)
    assert desk.listed(desk.viewer, contractor=str(other.id)) == {desk.leak}
    assert desk.listed(desk.viewer, contractor="own") == {desk.leak, desk.lamp}
    assert assigned_in_use(session, desk.viewer) == [other]
    latest = may_take_back(steps_of(session, desk.leak, desk.viewer), desk.viewer)
    assert latest is not None and latest.assigned_to is other
    take_step_back(session, desk.leak, latest.id, viewer=desk.viewer, now=desk.now)
    assert desk.leak.assigned_to_id is None and sets_out(desk, desk.technician)
    assign(desk, other)
    assign(desk, None)
    assert sets_out(desk, desk.technician) and assigned_in_use(session, desk.viewer) == []


def test_an_urgent_one_and_one_of_a_closed_account_are_everybody_s(desk: Desk) -> None:
    other = make_user(desk.session, role=Role.TECHNICIAN)
    assign(desk, other)
    desk.leak.severity = Severity.U1
    assert sets_out(desk, desk.technician)
    desk.leak.severity = Severity.U3
    assert not sets_out(desk, desk.technician)
    other.role = Role.VISITOR
    assert sets_out(desk, desk.technician)
    assert assigned_in_use(desk.session, desk.viewer) == [other]
    other.role, other.territory_id = Role.TECHNICIAN, find_territory(desk.session, "Sud").id
    assert sets_out(desk, desk.technician)
    other.territory_id = desk.north
    assert not sets_out(desk, desk.technician)
    other.active = False
    assert sets_out(desk, desk.technician)
    assert desk.listed(desk.viewer, contractor=str(other.id)) == {desk.leak}


def test_it_goes_to_a_technician_of_that_landlord_who_works_there_and_may_see_it(
    desk: Desk,
) -> None:
    session, role = desk.session, Role.TECHNICIAN
    here = make_user(session, role=role, name="Ana", territory_id=desk.north)
    south = make_user(
        session, role=role, name="Bea", territory_id=find_territory(session, "Sud").id
    )
    theirs = make_user(session, role=role, name="Chloé", organisation="Un autre bailleur")
    gone, office = make_user(session, role=role, active=False), make_user(session)
    assert set(technicians_for(session, desk.leak)) == {here, desk.technician}
    assert set(technicians_run(session, desk.viewer)) == {here, south, desk.technician}
    for nobody in (south, theirs, gone, office):
        with pytest.raises(Conflict) as refused:
            assign(desk, nobody)
        assert refused.value.code == "order_not_of_technician"
    make_dwelling(session, residence=desk.residence)
    person = make_person(session, dwelling=desk.home)
    protect(session, person, by=desk.technician.id, now=desk.now)
    assert technicians_for(session, desk.leak) == [desk.technician]
    assert set(technicians_for(session, desk.lamp)) == {here, desk.technician}


def test_what_a_contractor_does_or_is_closed_is_assigned_to_nobody(desk: Desk) -> None:
    session, by = desk.session, {"viewer": desk.viewer, "now": desk.now}
    assign(desk, desk.technician)
    user = make_user(session, role=Role.CONTRACTOR, organisation="Plomberie")
    user.organisation.kind = OrganisationKind.PARTNER
    session.flush()
    give_order(session, desk.leak, user.organisation_id, **by)
    assert desk.listed(desk.viewer, contractor=str(desk.technician.id)) == set()
    with pytest.raises(Conflict) as refused:
        assign(desk, None)
    assert refused.value.code == "order_of_contractor"
    give_order(session, desk.leak, None, **by)
    assert desk.listed(desk.viewer, contractor=str(desk.technician.id)) == {desk.leak}
    with pytest.raises(Conflict) as refused:
        make_link(session, desk.leak, LinkSaid("Plombier", 14), **by)
    assert refused.value.code == "order_assigned"
    assign(desk, None)
    make_link(session, desk.leak, LinkSaid("Plombier", 14), **by)
    with pytest.raises(Conflict) as refused:
        assign(desk, None)
    assert refused.value.code == "order_of_contractor"
    move_work_order(session, desk.lamp, WorkOrderState.DONE, MoveSaid(note="Fait"), **by)
    with pytest.raises(Conflict) as refused:
        assign_order(session, desk.lamp, desk.technician.id, **by)
    assert refused.value.code == "work_order_cannot_move"


@pytest.mark.parametrize("linked", [False, True])
def test_two_made_one_are_hers_unless_a_contractor_has_one_of_them(
    desk: Desk, linked: bool
) -> None:
    session, by = desk.session, {"viewer": desk.viewer, "now": desk.now}
    assign(desk, desk.technician)
    again = desk.open(desk.home, LEAK)
    if linked:
        make_link(session, again, LinkSaid("Plombier", 14), **by)
    kept = put_together(session, desk.leak, again, **by)
    assert kept.assigned_to_id == (None if linked else desk.technician.id)


def test_orders_stay_when_nobody_can_be_named_any_more(
    engine: Engine, session: Session, desk: Desk
) -> None:
    assign(desk, desk.technician)
    session.commit()
    session.close()
    revert(engine, to="0167")
    with engine.begin() as connection:
        kept = "SELECT count(*) FROM work_order_event WHERE what = 'assigned'"
        assert connection.scalar(text(kept)) == 0
        assert connection.scalar(text("SELECT count(*) FROM work_order")) == 2
    migrate(engine)
