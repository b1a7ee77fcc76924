"""When visitors work and are away, and what becomes of the visits of those days."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from tests.factories import LANDLORD, make_case, make_dwelling, make_user, make_viewer, make_visit
from visits.agenda.absences import AbsenceSaid, Doing, note_absence, take_back
from visits.agenda.availabilities import (
    DaySaid,
    HoursSaid,
    note_day,
    note_hours,
    say_terms,
    withdraw_hours,
)
from visits.agenda.planning import move_visit, plan_visit
from visits.agenda.proposals import propose
from visits.agenda.visitors import every_visitor, keeps
from visits.agenda.working_time import working_time
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.agenda import Absence, ChangeKind
from visits.models.cases import CaseState
from visits.models.visits import Visit, VisitState
from visits.people.protection import protect
from visits.sight import Reach, Viewer

TUESDAY = date(2026, 3, 17)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a moment of a winter's day in Paris."""
    return datetime(day.year, day.month, day.day, hour - 1, minute, tzinfo=UTC)


@pytest.fixture
def office(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def visitor(session: Session) -> User:
    return make_user(session, role=Role.VISITOR, organisation=LANDLORD)


def works(session: Session, visitor: User, office: Viewer, now: datetime, **said: Any) -> None:
    weekday = said.pop("weekday", 1)
    hours = HoursSaid(weekday, time(9), time(17), said.pop("first_on", date(2026, 1, 1)), **said)
    note_hours(session, visitor.id, hours, viewer=office, now=now)


def planned(session: Session, visitor: User, day: date, hour: int = 10, **said: Any) -> Visit:
    case = said.pop("case", None) or make_case(session, by=visitor, state=CaseState.PLANNED)
    start_at = at(day, hour)
    return make_visit(
        session, case=case, visitor=visitor, planned_start_at=start_at,
        planned_end_at=start_at + timedelta(hours=1), state=VisitState.PLANNED, **said,
    )  # fmt: skip


def plan(
    session: Session, visitor: User, office: Viewer, now: datetime, start_at: datetime, **said: Any
) -> Visit:
    case = make_case(session, by=visitor, state=CaseState.AGREED)
    return plan_visit(
        session, case, visitor_id=visitor.id, start_at=start_at, minutes=60, viewer=office,
        now=now, **said,
    )  # fmt: skip


def refused(code: str) -> Any:
    return pytest.raises(Invalid, match="invalid", check=lambda one: code in one.fields.values())


def test_nobody_is_sent_at_an_hour_she_does_not_work_unless_somebody_says_why(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    works(session, visitor, office, now)
    plan(session, visitor, office, now, at(TUESDAY, 9))
    for start_at in (at(TUESDAY, 8), at(TUESDAY, 16, 30), at(TUESDAY + timedelta(days=1), 10)):
        with refused("visitor_not_available_then"):
            plan(session, visitor, office, now, start_at)
    insisted = plan(session, visitor, office, now, at(TUESDAY, 17), insist="sa fille travaille")
    assert insisted.unusual_why == "sa fille travaille"


def test_of_whom_nothing_is_noted_any_usual_hour_will_do(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    assert plan(session, visitor, office, now, at(TUESDAY, 18)).unusual_why is None


def test_hours_hold_from_a_day_to_a_day_and_exceptions_come_and_go(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    works(session, visitor, office, now, first_on=TUESDAY, last_on=TUESDAY + timedelta(days=7))
    note_day(
        session, visitor.id, DaySaid(TUESDAY, "less", time(12), time(14)), viewer=office, now=now
    )
    saturday = TUESDAY + timedelta(days=4)
    note_day(
        session, visitor.id, DaySaid(saturday, "more", time(9), time(12)), viewer=office, now=now
    )
    span = working_time(session, [visitor.id], TUESDAY - timedelta(days=7), date(2026, 4, 7))
    found = {
        day: [(one.from_at, one.until_at) for one in span.hours(visitor.id, day)]
        for day in (TUESDAY - timedelta(days=7), TUESDAY, saturday, TUESDAY + timedelta(days=14))
    }
    assert list(found.values()) == [
        [],
        [(at(TUESDAY, 9), at(TUESDAY, 12)), (at(TUESDAY, 14), at(TUESDAY, 17))],
        [(at(saturday, 9), at(saturday, 12))],
        [],
    ]


def test_nobody_works_on_a_sunday_on_a_holiday_or_on_29_february_of_another_year(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    works(session, visitor, office, now, weekday=0)
    easter = date(2026, 4, 6)
    span = working_time(session, [visitor.id], TUESDAY, date(2028, 2, 29))
    assert span.hours(visitor.id, easter) == []
    assert span.hours(visitor.id, date(2026, 4, 12)) == []
    assert len(span.hours(visitor.id, date(2026, 4, 13))) == 1
    assert span.hours(visitor.id, date(2028, 2, 29)) == []


def test_hours_that_overlap_and_hours_that_are_none_are_refused(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    works(session, visitor, office, now)
    with refused("hours_noted_already"):
        works(session, visitor, office, now, last_on=TUESDAY)
    works(session, visitor, office, now, weekday=2)
    for said in (
        HoursSaid(), HoursSaid(6, time(9), time(10), TUESDAY),
        HoursSaid(3, time(9), time(9), TUESDAY),
        HoursSaid(3, time(9), time(10), TUESDAY, now.date()),
        HoursSaid(3, time(9), time(10), TUESDAY, start="nulle part"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            note_hours(session, visitor.id, said, viewer=office, now=now)


def test_a_visitor_makes_no_more_visits_a_day_than_was_said(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    say_terms(
        session, visitor.id, buffer="5", most="1", languages=["ar"], skills=["falls"],
        viewer=office, now=now,
    )  # fmt: skip
    first = plan(session, visitor, office, now, at(TUESDAY, 9))
    with refused("visitor_full_then"):
        plan(session, visitor, office, now, at(TUESDAY, 14))
    move_visit(
        session, first, visitor_id=visitor.id, start_at=at(TUESDAY, 11), viewer=office, now=now
    )
    assert first.turn == 1
    with pytest.raises(Invalid):
        say_terms(
            session, visitor.id, buffer="x", most="0", languages=["??"], skills=["??"],
            viewer=office, now=now,
        )  # fmt: skip


def test_each_coordinator_keeps_the_days_of_her_own_organisation_s_visitors(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    theirs = make_user(session, role=Role.VISITOR, organisation="Relais")
    partner = make_user(session, role=Role.PARTNER_COORDINATOR, organisation="Relais")
    alone = make_user(session, role=Role.VISITOR, organisation="Sans coordination")
    there = make_viewer(partner, Reach.ORGANISATION)
    assert {one.id for one in every_visitor(session, office)} >= {visitor.id, theirs.id, alone.id}
    assert [one.id for one in every_visitor(session, there)] == [theirs.id]
    kept = [keeps(session, office, one.id) for one in (visitor, theirs, alone)]
    assert kept == [True, False, True]
    with pytest.raises(NotFound):
        works(session, theirs, office, now)
    works(session, theirs, there, now)
    with pytest.raises(NotFound):
        works(session, visitor, there, now)


def test_hours_are_withdrawn_with_a_reason_and_by_the_visitor_they_are_of(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    hours = note_hours(
        session, visitor.id, HoursSaid(1, time(9), time(12), TUESDAY), viewer=office, now=now
    )
    other = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    with pytest.raises(NotFound):
        withdraw_hours(session, other.id, hours.id, "x", viewer=office, now=now)
    with pytest.raises(Invalid):
        withdraw_hours(session, visitor.id, hours.id, " ", viewer=office, now=now)
    withdraw_hours(session, visitor.id, hours.id, "elle change", viewer=office, now=now)
    assert not working_time(session, [visitor.id], TUESDAY, TUESDAY).is_known(visitor.id)


def absent(
    session: Session, visitor: User, office: Viewer, now: datetime,
    doing: dict[uuid.UUID, Doing] | None = None, days: int = 2,
) -> Absence:  # fmt: skip
    said = AbsenceSaid(TUESDAY, TUESDAY + timedelta(days=days), "away_ill", "grippe")
    return note_absence(session, visitor.id, said, doing=doing, viewer=office, now=now)


def test_an_absence_asks_what_becomes_of_its_visits_does_it_at_once_and_undoes_it(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    other = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    moved, handed, back = (planned(session, visitor, TUESDAY, hour) for hour in (9, 11, 14))
    after = planned(session, visitor, TUESDAY + timedelta(days=5))
    with refused("visits_in_absence"):
        absent(session, visitor, office, now)
    offers = propose(
        session, [moved, handed, back], visitor_id=visitor.id, first=TUESDAY,
        last=TUESDAY + timedelta(days=2), travel=Geodesic(), viewer=office, now=now,
    )  # fmt: skip
    later = offers[moved.id].best
    assert later and later.visitor == visitor
    assert later.start_at == at(TUESDAY + timedelta(days=3), 9)
    assert [one.visitor.id for one in offers[handed.id].takes] == [other.id]
    doing = {
        moved.id: Doing(ChangeKind.MOVED, start_at=later.start_at),
        handed.id: Doing(ChangeKind.HANDED_OVER, visitor_id=other.id),
        back.id: Doing(),
    }
    absence = absent(session, visitor, office, now, doing)
    assert (moved.planned_start_at, handed.visitor_id) == (later.start_at, other.id)
    assert (back.state, back.case.state) == (VisitState.CANCELLED, CaseState.AGREED)
    assert after.turn == 0
    with refused("visitor_absent_then"):
        plan(session, visitor, office, now, at(TUESDAY, 9))
    again = take_back(session, absence, "guérie", viewer=office, now=now)
    assert (len(again.back), again.lost) == (3, [])
    for visit, hour in ((moved, 9), (handed, 11), (back, 14)):
        assert (visit.visitor_id, visit.planned_start_at) == (visitor.id, at(TUESDAY, hour))
        assert visit.state is VisitState.PLANNED
    with pytest.raises(Conflict):
        take_back(session, absence, "encore", viewer=office, now=now)


def test_what_was_changed_again_since_stays_when_an_absence_is_taken_back(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    visit = planned(session, visitor, TUESDAY)
    friday = at(TUESDAY + timedelta(days=3), 10)
    absence = absent(
        session, visitor, office, now, {visit.id: Doing(ChangeKind.MOVED, start_at=friday)}
    )
    monday = friday + timedelta(days=3)
    move_visit(session, visit, visitor_id=visitor.id, start_at=monday, viewer=office, now=now)
    again = take_back(session, absence, "erreur", viewer=office, now=now)
    assert (again.back, again.lost) == ([], [visit])
    assert visit.planned_start_at == monday


def test_two_absences_do_not_overlap_and_the_refusal_says_which(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    absent(session, visitor, office, now)
    with refused("absent_then_already") as caught:
        absent(session, visitor, office, now, days=0)
    assert caught.value.details == {"first": TUESDAY, "last": TUESDAY + timedelta(days=2)}
    said = AbsenceSaid(date(2028, 2, 29), date(2028, 2, 28), "away_ill")
    with refused("before_start"):
        note_absence(session, visitor.id, said, doing=None, viewer=office, now=now)


def test_a_visit_that_cannot_be_where_it_is_put_refuses_the_whole(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    visit, friday = planned(session, visitor, TUESDAY), TUESDAY + timedelta(days=3)
    planned(session, visitor, friday)
    with pytest.raises(Invalid) as caught:
        absent(
            session, visitor, office, now,
            {visit.id: Doing(ChangeKind.MOVED, start_at=at(friday, 10))},
        )  # fmt: skip
    assert caught.value.fields == {f"do-{visit.id}": "visitor_busy_with"}


def test_a_couple_visited_at_once_goes_on_together(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    home = make_dwelling(session)
    his, hers = (
        planned(
            session, visitor, TUESDAY,
            case=make_case(session, by=visitor, dwelling=home, state=CaseState.PLANNED),
        )
        for _ in range(2)
    )  # fmt: skip
    friday = at(TUESDAY + timedelta(days=3), 10)
    doing = {one.id: Doing(ChangeKind.MOVED, start_at=friday) for one in (his, hers)}
    absence = absent(session, visitor, office, now, doing)
    assert his.planned_start_at == hers.planned_start_at == friday
    assert len(take_back(session, absence, "guérie", viewer=office, now=now).back) == 2


def test_a_visit_that_is_not_hers_to_see_is_counted_and_stays(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    visit = planned(session, visitor, TUESDAY)
    protect(session, visit.case.person, by=visitor.id, now=now)
    absence = absent(session, visitor, office, now)
    assert (absence.changes, visit.state) == ([], VisitState.PLANNED)
    assert session.scalars(select(Absence.id)).all() == [absence.id]
