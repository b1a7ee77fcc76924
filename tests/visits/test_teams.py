"""Teams of our own technicians: who is in one, who sets out with what it is given."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, make_dwelling, make_person, make_user, make_viewer
from tests.visits.test_orders_by_hand import LAMP, LEAK, Desk
from visits.accounts.accounts import find_organisation, find_territory
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound, Refused
from visits.ground.migration import migrate, revert
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.teams import Team
from visits.models.works import OrderStep, Severity, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent
from visits.people.protection import protect
from visits.sight import Viewer
from visits.works.assigning import assign_order, teams_for, teams_in_use, teams_run
from visits.works.giving import give_order
from visits.works.history import may_take_back, steps_of, take_step_back
from visits.works.links import LinkSaid, make_link
from visits.works.moves import MoveSaid, move_work_order
from visits.works.round import orders_of_round
from visits.works.same_order import put_together
from visits.works.teams import (
    NAME_LENGTH,
    TeamSaid,
    add_team,
    change_team,
    close_team,
    find_team,
    list_teams,
    reopen_team,
)


class Shop:
    """A desk with a plumber in a team, an electrician in none, both at work in the north."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now, self.desk = session, now, Desk(session, now)
        self.landlord = self.desk.home.landlord_id
        self.plumber, self.other = self.hire("Ana Plomb"), self.hire("Bea Watt")
        self.viewer = self.desk.viewer
        self.leak, self.lamp = self.desk.leak, self.desk.lamp
        for order in (self.leak, self.lamp):
            self.plan(order)
        self.team = self.add("Plomberie Oise", self.plumber, trades={"plumbing"})

    def hire(self, name: str, **more: Any) -> User:
        """Have a technician of the north."""
        more = {"territory_id": self.desk.north} | more
        return make_user(self.session, role=Role.TECHNICIAN, name=name, **more)

    def plan(self, order: WorkOrder) -> None:
        """Plan an order for tomorrow."""
        said = MoveSaid(planned_on=(NOW + timedelta(days=1)).date(), planned_part="morning")
        state = WorkOrderState.PLANNED
        move_work_order(self.session, order, state, said, viewer=self.desk.viewer, now=self.now)

    def add(self, name: str, *members: User, trades: set[str] | None = None) -> Team:
        """Add a team."""
        said = self.said(name, *members, trades=trades or set())
        return add_team(self.session, said, viewer=self.viewer, now=self.now)

    def said(self, name: str, *members: User, trades: set[str] | None = None) -> TeamSaid:
        """Say what a team is."""
        return TeamSaid(
            name, frozenset(one.id for one in members), frozenset(trades or ()), self.landlord
        )

    def assign(self, to: Team | User | None, order: WorkOrder | None = None) -> None:
        """Assign an order, the leak if none is named."""
        order, to_id = order or self.leak, to.id if to else None
        assign_order(self.session, order, to_id, viewer=self.viewer, now=self.now)

    def carried(self, technician: User) -> set[WorkOrder]:
        """Give the orders with which a technician sets out."""
        seeing, today = make_viewer(technician), today_in_paris(self.now)
        self.session.flush()
        return set(orders_of_round(self.session, seeing, today=today).orders)


@pytest.fixture
def shop(session: Session, now: datetime) -> Shop:
    return Shop(session, now)


def refused(act: Any, *args: Any, **more: Any) -> str:
    """Give why something is refused."""
    with pytest.raises(Refused) as why:
        act(*args, **more)
    fields = getattr(why.value, "fields", {})
    return " ".join(f"{name}:{code}" for name, code in sorted(fields.items())) or why.value.code


def test_all_of_a_team_set_out_with_its_orders_and_nobody_else(shop: Shop) -> None:
    session, both = shop.session, {shop.leak, shop.lamp}
    shop.assign(shop.team)
    assert shop.carried(shop.plumber) == both
    assert shop.carried(shop.other) == shop.carried(shop.desk.technician) == {shop.lamp}
    team = shop.team
    change_team(
        session, team.id, shop.said(team.name, shop.plumber, shop.other), turn=0,
        viewer=shop.viewer, now=shop.now,
    )  # fmt: skip
    assert shop.carried(shop.other) == both and shop.carried(shop.desk.technician) == {shop.lamp}
    assert shop.desk.listed(shop.viewer, contractor=str(team.id)) == {shop.leak}
    assert shop.desk.listed(shop.viewer, contractor=str(shop.plumber.id)) == set()
    assert teams_in_use(session, shop.viewer) == [team]
    shop.leak.severity = Severity.U0
    assert shop.carried(shop.desk.technician) == both


def test_each_assignment_is_a_step_that_is_taken_back(shop: Shop) -> None:
    session, by = shop.session, {"viewer": shop.viewer, "now": shop.now}
    shop.assign(shop.other)
    shop.assign(shop.team)
    shop.assign(shop.team)
    assert (shop.leak.assigned_to_id, shop.leak.team_id) == (None, shop.team.id)
    shop.assign(None)
    assert not shop.leak.is_assigned

    def back() -> WorkOrderEvent:
        latest = may_take_back(steps_of(session, shop.leak, shop.viewer), shop.viewer)
        assert latest is not None
        take_step_back(session, shop.leak, latest.id, **by)
        return latest

    assert back().what is OrderStep.UNASSIGNED
    assert (shop.leak.assigned_to_id, shop.leak.team_id) == (None, shop.team.id)
    assert back().to_whom is shop.team
    assert (shop.leak.assigned_to_id, shop.leak.team_id) == (shop.other.id, None)
    assert back().to_whom is shop.other
    assert not shop.leak.is_assigned


def test_an_order_of_a_team_with_nobody_at_work_there_is_everybody_s_again(shop: Shop) -> None:
    shop.assign(shop.team)
    plumber, team, stranger = shop.plumber, shop.team, shop.other
    for field, gone in (
        ("active", False),
        ("role", Role.VISITOR),
        ("territory_id", find_territory(shop.session, "Sud").id),
        ("organisation_id", find_organisation(shop.session, "X", OrganisationKind.LANDLORD).id),
    ):
        before = getattr(plumber, field)
        setattr(plumber, field, gone)
        assert shop.leak in shop.carried(stranger), field
        assert (team.at_work == []) is (field != "territory_id"), field
        setattr(plumber, field, before)
        assert shop.leak not in shop.carried(stranger), field
    assert (team.at_work, team.away) == ([plumber], [])
    close_team(shop.session, team.id, viewer=shop.viewer, now=shop.now)
    assert shop.leak in shop.carried(stranger)
    reopen_team(shop.session, team.id, viewer=shop.viewer)
    assert shop.leak not in shop.carried(stranger)
    # Somebody of another team, at work there, is none of it.
    plumber.active = False
    shop.add("Équipe B", stranger)
    assert shop.leak in shop.carried(shop.desk.technician)


def test_those_for_the_trade_come_first_and_only_where_somebody_of_them_works(shop: Shop) -> None:
    session = shop.session
    all_trades = shop.add("À tout faire", shop.plumber)
    far = shop.hire("Cora", territory_id=find_territory(session, "Sud").id)
    south = shop.add("Sud", far, trades={"plumbing"})
    closed = shop.add("Ancienne", shop.plumber, trades={"plumbing"})
    close_team(session, closed.id, viewer=shop.viewer, now=shop.now)
    assert teams_for(session, shop.leak) == [shop.team, all_trades]
    assert teams_for(session, shop.lamp) == [all_trades, shop.team]
    assert teams_run(session, shop.viewer) == [all_trades, shop.team, south]
    for nobody in (south, closed):
        assert refused(shop.assign, nobody) == "order_not_of_technician"


def test_a_protected_home_is_told_to_no_team_whose_people_may_not_see_it(shop: Shop) -> None:
    session, desk = shop.session, shop.desk
    make_dwelling(session, residence=desk.residence)
    named = shop.add("Nommée", desk.technician)
    person = make_person(session, dwelling=desk.home)
    protect(session, person, by=desk.technician.id, now=shop.now)
    assert teams_for(session, shop.leak) == [named]
    assert refused(shop.assign, shop.team) == "order_not_of_technician"
    shop.assign(named)
    eyes = make_viewer(shop.other)
    assert teams_in_use(session, eyes) == [] and teams_in_use(session, shop.viewer) == [named]
    assert desk.listed(eyes, contractor=str(named.id)) == set()
    change_team(
        session, named.id, shop.said("Nommée", desk.technician, shop.other), turn=0,
        viewer=shop.viewer, now=shop.now,
    )  # fmt: skip
    assert shop.carried(shop.other) == {shop.lamp}
    assert shop.leak in shop.carried(desk.technician)


def test_who_alone_still_sees_a_home_sets_out_whoever_the_order_is_of(shop: Shop) -> None:
    make_dwelling(shop.session, residence=shop.desk.residence)
    shop.assign(shop.team)
    technician = shop.desk.technician
    assert shop.carried(technician) == {shop.lamp}
    person = make_person(shop.session, dwelling=shop.desk.home)
    protect(shop.session, person, by=technician.id, now=shop.now)
    assert shop.carried(shop.plumber) == {shop.lamp}
    assert shop.carried(technician) == {shop.leak, shop.lamp}


def test_what_a_team_has_goes_to_no_contractor_by_a_link_and_along_with_another(
    shop: Shop,
) -> None:
    session, by = shop.session, {"viewer": shop.viewer, "now": shop.now}
    shop.assign(shop.team)
    assert refused(make_link, session, shop.leak, LinkSaid("X", 14), **by) == "order_assigned"
    user = make_user(session, role=Role.CONTRACTOR, organisation="Plomberie")
    user.organisation.kind = OrganisationKind.PARTNER
    session.flush()
    give_order(session, shop.leak, user.organisation_id, **by)
    assert shop.desk.listed(shop.viewer, contractor=str(shop.team.id)) == set()
    give_order(session, shop.leak, None, **by)
    again = shop.desk.open(shop.desk.home, LEAK)
    shop.assign(shop.other, again)
    kept = put_together(session, shop.leak, again, **by)
    assert kept is shop.leak
    assert (kept.assigned_to_id, kept.team_id) == (None, shop.team.id)
    lamp = shop.desk.open(shop.desk.residence, LAMP)
    shop.assign(shop.team, lamp)
    assert put_together(session, shop.lamp, lamp, **by).team_id == shop.team.id


def test_a_name_is_given_once_whatever_its_case_and_a_team_is_of_that_landlord_s_people(
    shop: Shop,
) -> None:
    session, elsewhere = shop.session, shop.hire("Dora", organisation="Un autre bailleur")
    for said, why in (
        (shop.said("  ", shop.plumber), "name:required"),
        (shop.said("plomberie  OISE", shop.plumber), "name:team_name_taken"),
        (shop.said("x" * (NAME_LENGTH + 1), shop.plumber), "name:team_name_too_long"),
        (shop.said("***", shop.plumber), "name:team_name_says_nothing"),
        (shop.said("A"), "members:team_of_nobody"),
        (shop.said("A", elsewhere), "members:team_member_elsewhere"),
        (shop.said("A", make_user(session)), "members:team_member_elsewhere"),
        (shop.said("A", shop.plumber, trades={"magic"}), "trades:bad_choice"),
        (TeamSaid("A", frozenset({shop.plumber.id})), "landlord:required"),
    ):
        assert refused(add_team, session, said, viewer=shop.viewer, now=shop.now) == why
    close_team(session, shop.team.id, viewer=shop.viewer, now=shop.now)
    again = shop.said("Plomberie Oise", shop.plumber)
    assert refused(add_team, session, again, viewer=shop.viewer, now=shop.now) == (
        "name:team_name_taken"
    )
    theirs = TeamSaid(
        "Plomberie Oise", frozenset({elsewhere.id}), landlord_id=elsewhere.organisation_id
    )
    eyes = make_viewer(elsewhere)
    elsewhere.organisation.kind = OrganisationKind.LANDLORD
    session.flush()
    assert add_team(session, theirs, viewer=eyes, now=shop.now).members == [elsewhere]


def test_a_team_is_run_by_whoever_runs_the_landlord_s_stock_alone(shop: Shop) -> None:
    session = shop.session
    theirs = find_organisation(session, "Un autre bailleur", OrganisationKind.LANDLORD).id
    of_others = Viewer(shop.other.id, theirs, None, shop.viewer.reach, landlord_id=theirs)
    assert list_teams(session, shop.viewer) == [shop.team]
    assert list_teams(session, of_others) == teams_run(session, of_others) == []
    by = {"viewer": of_others, "now": shop.now}
    with pytest.raises(NotFound):
        find_team(session, shop.team.id, viewer=of_others)
    with pytest.raises(NotFound):
        close_team(session, shop.team.id, **by)
    with pytest.raises(Invalid):
        add_team(session, shop.said("Autre", shop.plumber), **by)


def test_a_team_changes_as_it_was_read_is_closed_and_opened_again(shop: Shop) -> None:
    session, team, by = shop.session, shop.team, {"viewer": shop.viewer, "now": shop.now}
    said = shop.said("Plomberie", shop.other, trades={"heating", "plumbing"})
    change_team(session, team.id, said, turn=0, **by)
    assert (team.name, team.members, set(team.trades)) == ("Plomberie", [shop.other], said.trades)
    assert refused(change_team, session, team.id, said, turn=0, **by) == "team_changed_meanwhile"
    shop.other.active = False
    session.flush()
    # Who is at work no more stays in it until somebody takes her out.
    change_team(session, team.id, shop.said("Plomberie", shop.other, shop.plumber), turn=1, **by)
    assert (team.at_work, team.away) == ([shop.plumber], [shop.other])
    change_team(session, team.id, shop.said("Plomberie", shop.plumber), turn=2, **by)
    back = shop.said("Plomberie", shop.plumber, shop.other)
    why = "members:team_member_elsewhere"
    assert refused(change_team, session, team.id, back, turn=3, **by) == why
    close_team(session, team.id, **by)
    assert refused(close_team, session, team.id, **by) == "team_closed"
    assert refused(change_team, session, team.id, said, turn=3, **by) == "team_closed"
    reopen_team(session, team.id, viewer=shop.viewer)
    assert refused(reopen_team, session, team.id, viewer=shop.viewer) == "team_not_closed"


def test_of_two_who_save_a_team_at_once_the_second_is_told(
    shop: Shop, session_factory: sessionmaker[Session]
) -> None:
    said = [shop.said(f"Équipe {one}", shop.plumber) for one in "AB"]
    team_id, viewer, now = shop.team.id, shop.viewer, shop.now
    shop.session.commit()
    gate, told = Barrier(2), list[str]()

    def save(one: TeamSaid) -> None:
        gate.wait()
        try:
            with session_factory.begin() as session:
                change_team(session, team_id, one, turn=0, viewer=viewer, now=now)
            told.append("saved")
        except Conflict as why:
            told.append(why.code)

    savers = [Thread(target=save, args=(one,)) for one in said]
    for each in savers:
        each.start()
    for each in savers:
        each.join()
    assert sorted(told) == ["saved", "team_changed_meanwhile"]


def test_orders_stay_when_there_are_no_teams_any_more(
    engine: Engine, session: Session, shop: Shop
) -> None:
    shop.assign(shop.other)
    shop.assign(shop.team)
    shop.assign(None)
    shop.assign(shop.team, shop.lamp)
    session.commit()
    session.close()
    revert(engine, to="0175")
    with engine.begin() as connection:
        kept = "SELECT what, before FROM work_order_event WHERE what LIKE '%assigned' ORDER BY what"
        assert [tuple(one) for one in connection.execute(text(kept))] == [
            ("assigned", None),
            ("unassigned", None),
        ]
        assert connection.scalar(text("SELECT count(*) FROM work_order")) == 2
    migrate(engine)
