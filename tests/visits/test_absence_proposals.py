"""What is proposed for the visits of somebody who is away: who, when, and at what cost."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from tests.factories import LANDLORD, make_user, make_viewer
from tests.visits.test_absences import TUESDAY, at
from tests.visits.test_slots import FAR, HERE, NEAR, planned
from visits.agenda.absences import AbsenceSaid, Doing, note_absence
from visits.agenda.availabilities import HoursSaid, note_hours
from visits.agenda.proposals import Proposal, propose
from visits.cases.pauses import pause
from visits.models.accounts import Role, User
from visits.models.agenda import ChangeKind
from visits.models.visits import Visit
from visits.sight import Viewer

DAYS = 2
BACK_ON = TUESDAY + timedelta(days=DAYS + 1)


@pytest.fixture
def office(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def ill(session: Session) -> User:
    return make_user(session, role=Role.VISITOR, organisation=LANDLORD)


@pytest.fixture
def other(session: Session) -> User:
    return make_user(session, role=Role.VISITOR, organisation=LANDLORD)


def proposed(session: Session, office: Viewer, now: datetime, *visits: Visit) -> list[Proposal]:
    found = propose(
        session, visits, visitor_id=visits[0].visitor_id, first=TUESDAY,
        last=TUESDAY + timedelta(days=DAYS), travel=Geodesic(), viewer=office, now=now,
    )  # fmt: skip
    return [found[one.id] for one in visits]


def works_from_afar(
    session: Session, who: User, weekday: int, office: Viewer, now: datetime
) -> None:
    start = f"{FAR[0]}, {FAR[1]}"
    hours = HoursSaid(weekday, time(9), time(17), date(2026, 1, 1), start=start)
    note_hours(session, who.id, hours, viewer=office, now=now)


def test_the_best_is_the_round_that_passes_by_not_the_next_day(
    session: Session, office: Viewer, ill: User, other: User, now: datetime
) -> None:
    visit = planned(session, ill, HERE, at(TUESDAY, 10))
    for who in (ill, other):
        for weekday in range(5):
            works_from_afar(session, who, weekday, office, now)
    planned(session, other, FAR, at(TUESDAY, 14))
    near = TUESDAY + timedelta(days=1)
    planned(session, other, NEAR, at(near, 9))
    (found,) = proposed(session, office, now, visit)
    assert found.best is not None
    assert found.best.visitor == other and found.best.start_at.date() == near
    # The same hour with whoever is free then costs the way from far away.
    (taking,) = found.takes
    assert taking.visitor == other and taking.added > found.best.added
    assert found.added == found.best.added


def test_whoever_is_away_comes_back_after_and_not_before(
    session: Session, office: Viewer, ill: User, now: datetime
) -> None:
    visit = planned(session, ill, HERE, at(TUESDAY, 10))
    (found,) = proposed(session, office, now, visit)
    assert found.best is not None and found.best.visitor == ill
    assert found.best.start_at.date() == BACK_ON
    assert found.takes == []


def test_two_visits_are_not_put_in_one_hour(
    session: Session, office: Viewer, ill: User, now: datetime
) -> None:
    visits = [planned(session, ill, HERE, at(TUESDAY, hour)) for hour in (9, 11, 14)]
    found = proposed(session, office, now, *visits)
    hours = [one.best.start_at for one in found if one.best]
    assert len(set(hours)) == 3
    said = AbsenceSaid(TUESDAY, TUESDAY + timedelta(days=DAYS), "away_ill")
    doing = {
        visit.id: Doing(ChangeKind.MOVED, one.best.visitor.id, one.best.start_at)
        for visit, one in zip(visits, found, strict=True)
        if one.best
    }
    note_absence(session, ill.id, said, doing=doing, viewer=office, now=now)
    assert [one.planned_start_at for one in visits] == hours


def test_nothing_is_proposed_in_a_pause_of_the_case(
    session: Session, office: Viewer, ill: User, other: User, now: datetime
) -> None:
    visit = planned(session, ill, HERE, at(TUESDAY, 10))
    rests = BACK_ON + timedelta(days=3)
    pause(
        session, visit.case, from_on=TUESDAY, until_on=rests, why="hôpital", called_off=(),
        viewer=office, now=now,
    )  # fmt: skip
    (found,) = proposed(session, office, now, visit)
    assert found.best is not None and found.best.start_at.date() > rests


def test_nobody_can_come_and_that_is_said(
    session: Session, office: Viewer, ill: User, now: datetime
) -> None:
    stranger = make_user(session, role=Role.VISITOR, organisation="Ailleurs")
    visit = planned(session, stranger, HERE, at(TUESDAY, 10))
    visit.case.person.protected = True
    session.flush()
    found = proposed(session, office, now, visit)
    assert found == [Proposal(None, None, [])] and found[0].added == 0
