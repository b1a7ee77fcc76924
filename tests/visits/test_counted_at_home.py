"""A form filled in on the phone is no visit: in no diary, in no figure, and it gives no sight."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_dwelling, make_user, make_viewer, make_visit
from visits.accounts.mandates import MandateSaid, grant_mandate, standing_visits
from visits.agenda.calendar import AgendaFilter, list_agenda, read_agenda
from visits.agenda.diary import read_diary
from visits.agenda.feeds import feed_of, make_feed, read_feed
from visits.agenda.planning import visits_of_visitor
from visits.agenda.round_sheet import sheet_of_day
from visits.agenda.slot_check import Slot
from visits.agenda.slots import home_taken
from visits.agenda.working_time import _planned_on
from visits.calls.call_list import case_file, diary_of
from visits.cases.stages import after_cancelling, end
from visits.circles.agenda import OF_CASES, _days
from visits.homes.files import Eyes, home_file
from visits.intake.visit_file import VisitFilter, count_visits
from visits.messages.making import make_what_time_brings
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState
from visits.models.mandates import Mandate, Right
from visits.models.money import Basis
from visits.models.visits import Visit, VisitChannel, VisitState
from visits.money.accounts import count_each as count_bases
from visits.money.notes import MoneyFilter
from visits.people.ahead import what_is_ahead
from visits.programmes.published import find_programme, publish_shipped_programmes
from visits.rounds.candidates import _who_came
from visits.sight import Reach, Viewer, visible_cases, visible_persons
from visits.sight.landlords import landlords_in_reach
from visits.sight.listing import Wanted
from visits.sight.lists import cases_seen
from visits.steering.figures import _persons, _visits
from visits.steering.objectives import Asked, _done
from visits.steering.rates import VISITED, came_to
from visits.support.balance import balance
from visits.support.listing import lately

TODAY, DAY = NOW.date(), timedelta(days=1)
PERIOD = (TODAY - 30 * DAY, TODAY + 30 * DAY)


@dataclass
class World:
    """A case with one visit by somebody of an association, and who looks at it."""

    session: Session
    office: Viewer
    visitor: User
    case: Case
    visit: Visit
    mandate: Mandate

    @property
    def hers(self) -> Viewer:
        """The visitor, who reaches her own visits."""
        return make_viewer(self.visitor, Reach.OWN)

    @property
    def colleague(self) -> Viewer:
        """Somebody of her organisation, without any mandate."""
        return make_viewer(self.visitor, Reach.ORGANISATION)


def _sees(world: World, viewer: Viewer, condition: Callable[[Viewer], Any]) -> int:
    found = select(Case.id).join(Case.person).where(condition(viewer))
    return len(world.session.scalars(found).all())


def _listed(world: World, viewer: Viewer) -> int:
    found = select(Case.id).where(cases_seen(world.session, viewer))
    return len(world.session.scalars(found).all())


def _when_ended(world: World) -> int:
    end(world.session, world.case, "moved", on=TODAY, by=None)
    return world.case.state is CaseState.VISITED


def _when_called_off(world: World) -> int:
    world.case.state = CaseState.PLANNED
    after_cancelling(world.session, world.case)
    return world.case.state is CaseState.PLANNED


def _came_to(world: World) -> int:
    world.case.state = CaseState.PLANNED
    world.session.flush()
    return world.session.scalar(select(came_to())) == "partial"


def _fed(world: World) -> int:
    make_feed(world.session, world.visitor, by=world.visitor.id, now=NOW)
    feed = feed_of(world.session, world.visitor.id)
    assert feed is not None
    return len(read_feed(world.session, feed, now=NOW))


def _of_home(world: World, eyes: Eyes) -> int:
    assert world.case.dwelling is not None
    file = home_file(world.session, eyes, world.case.dwelling)
    return len(file.visits) + len(file.came_on)


def _money(world: World, basis: Basis) -> int:
    programme = find_programme(world.session, "seniors")
    only = MoneyFilter("seniors", None, first=PERIOD[0], last=PERIOD[1])
    return count_bases(world.session, world.office, programme, only=only)[basis]


def _balance(world: World) -> int:
    months = balance(
        world.session, Case.id == world.case.id, viewer=world.office, first=PERIOD[0],
        last=PERIOD[1], today=PERIOD[1],
    )  # fmt: skip
    return sum(one.visits for one in months)


def _told(world: World, statement: Any, kind: str) -> int:
    return sum(row[1] for row in world.session.execute(statement) if row[0] == kind)


DONE: dict[str, Callable[[World], int]] = {
    "objective": lambda w: _done(w.session, "seniors", Asked(NOW.date()), w.office)[0],
    "figures of persons": lambda w: _told(w, _persons("seniors", w.office), "visited"),
    "figures of visits": lambda w: _told(w, _visits("seniors", w.office), "visits_done"),
    "rates": lambda w: len(w.session.scalars(select(Case.id).where(VISITED)).all()),
    "cost of a visit": lambda w: _money(w, Basis.VISIT_DONE),
    "balance": _balance,
    "lately": lambda w: lately(w.session, [w.case.id])[w.case.id].last_visit_at is not None,
    "list of visits": lambda w: count_visits(
        w.session, w.office, only=VisitFilter(NOW - 9 * DAY, NOW + 9 * DAY)
    ),
    "agenda": lambda w: len(
        read_agenda(w.session, [w.visitor], TODAY, TODAY, viewer=w.office)[
            w.visitor.id, TODAY
        ].entries
    ),
    "agenda as a list": lambda w: (
        list_agenda(
            w.session, w.office, only=AgendaFilter(TODAY, TODAY), wanted=Wanted(sort="start")
        )[0].total
    ),
    "calendar feed": _fed,
    "day of a tablet": lambda w: len(
        visits_of_visitor(w.session, w.hers, start_at=NOW - DAY, end_at=NOW + DAY)
    ),
    "diary beside a case": lambda w: len(
        diary_of(
            w.session, w.office, visitor_id=w.visitor.id, start_at=NOW - DAY, end_at=NOW + DAY
        )
    ),
    "visits of a case": lambda w: len(case_file(w.session, w.case)),
    "visits in a home": lambda w: _of_home(w, Eyes(w.office, visits=w.office)),
    "days somebody came": lambda w: _of_home(w, Eyes(w.office)),
    "circle": lambda w: len(
        list(_days(w.session, OF_CASES[0], [w.case.id], PERIOD[0], PERIOD[1]))
    ),
    "who came last": lambda w: len(_who_came(w.session, [w.case.id])),
    "end of a case": _when_ended,
    "own cases": lambda w: _sees(w, w.hers, visible_persons),
    "own cases of a list": lambda w: _listed(w, w.hers),
    "landlords of one's visits": lambda w: len(landlords_in_reach(w.session, w.hers)),
}  # fmt: skip
UNDER_WAY: dict[str, Callable[[World], int]] = {
    "colleagues' cases": lambda w: _sees(w, w.colleague, visible_cases),
    "colleagues' cases of a list": lambda w: _listed(w, w.colleague),
    "landlords of colleagues": lambda w: len(landlords_in_reach(w.session, w.colleague)),
    "ahead": lambda w: len(what_is_ahead(w.session, [w.case])[w.case.id].visits),
    "partial": _came_to,
    "to come": _when_called_off,
    "under a mandate": lambda w: len(standing_visits(w.session, w.mandate, w.office)),
    "diary": lambda w: len(
        read_diary(w.session, [w.visitor.id], TODAY, TODAY, viewer=w.office).stops_on(
            w.visitor.id, TODAY
        )
    ),
    "round sheet": lambda w: len(sheet_of_day(w.session, w.visitor.id, TODAY, viewer=w.office)),
    "home taken": lambda w: len(home_taken(w.session, w.case, TODAY, TODAY, viewer=w.office)),
    "planned on a day": lambda w: _planned_on(w.session, w.visitor.id, TODAY, ()),
    "at that time": lambda w: len(
        w.session.scalars(
            select(Visit.id).where(
                *Slot(w.visitor.id, w.visit.planned_start_at, w.visit.planned_end_at).taken()
            )
        ).all()
    ),
    "to conclude": lambda w: make_what_time_brings(w.session, now=NOW + 2 * DAY),
}  # fmt: skip


@pytest.fixture
def world(session: Session) -> World:
    """One visit, yesterday's or of today, by an association that has a mandate no more."""
    publish_shipped_programmes(session, now=NOW)
    office = make_user(session)
    visitor = make_user(session, role=Role.VISITOR, organisation="Relais des aînés")
    case = make_case(session, by=office, dwelling=make_dwelling(session))
    visit = make_visit(session, case=case, visitor=visitor, start_at=NOW)
    said = MandateSaid(
        visitor.organisation_id, "seniors", None, frozenset({Right.VISIT}), TODAY, None
    )
    mandate = grant_mandate(session, said, by=office.id, now=NOW)
    return World(session, make_viewer(office), visitor, case, visit, mandate)


def _counted(world: World, channel: VisitChannel, probe: Callable[[World], int]) -> int:
    nested = world.session.begin_nested()
    world.visit.channel = channel
    world.session.flush()
    try:
        return probe(world)
    finally:
        nested.rollback()
        world.session.expire_all()


@pytest.mark.parametrize("what", DONE)
def test_a_form_filled_on_the_phone_is_no_visit_that_was_made(world: World, what: str) -> None:
    world.visit.state, world.visit.done_at = VisitState.DONE, NOW
    world.case.state = CaseState.AGREED
    assert _counted(world, VisitChannel.HOME, DONE[what])
    assert not _counted(world, VisitChannel.PHONE, DONE[what])


@pytest.mark.parametrize("what", UNDER_WAY)
def test_a_form_begun_on_the_phone_takes_no_place_in_a_day(world: World, what: str) -> None:
    world.visit.state = VisitState.UNDER_WAY
    assert _counted(world, VisitChannel.HOME, UNDER_WAY[what])
    assert not _counted(world, VisitChannel.PHONE, UNDER_WAY[what])
