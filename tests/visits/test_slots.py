"""The best hours for a visit: what is offered, what never is, and what each adds."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from tests.factories import (
    LANDLORD,
    make_case,
    make_dwelling,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.test_absences import TUESDAY, at
from visits.agenda.absences import AbsenceSaid, note_absence
from visits.agenda.availabilities import HoursSaid, note_hours, say_terms
from visits.agenda.fitting import FreeSlot, Wish
from visits.agenda.planning import plan_visit
from visits.agenda.slots import find_slots
from visits.agenda.together import also_to_plan, plan_beside
from visits.cases.pauses import pause
from visits.ground.deadlines import is_public_holiday, today_in_paris
from visits.ground.errors import Invalid
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState
from visits.models.visits import Visit, VisitState
from visits.people.protection import protect
from visits.sight import Viewer

HERE, NEAR, FAR = (49.43, 2.08), (49.44, 2.09), (49.20, 2.60)


@pytest.fixture
def office(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def visitor(session: Session) -> User:
    return make_user(session, role=Role.VISITOR, organisation=LANDLORD)


def case_at(session: Session, by: User, where: tuple[float, float], **said: Any) -> Case:
    home = make_dwelling(session, residence=make_residence(session, lat=where[0], lon=where[1]))
    return make_case(session, by=by, dwelling=home, **({"state": CaseState.AGREED} | said))


def planned(
    session: Session, visitor: User, where: tuple[float, float], start_at: datetime
) -> Visit:
    case = case_at(session, visitor, where, state=CaseState.PLANNED)
    return make_visit(
        session, case=case, visitor=visitor, planned_start_at=start_at,
        planned_end_at=start_at + timedelta(hours=1), state=VisitState.PLANNED,
    )  # fmt: skip


def slots(
    session: Session, case: Case, office: Viewer, now: datetime, **said: Any
) -> list[FreeSlot]:
    came_last = said.pop("came_last", None)
    wish = Wish(**({"minutes": 60, "first_on": TUESDAY} | said))
    return find_slots(
        session, case, wish, came_last=came_last, travel=Geodesic(), viewer=office, now=now
    )


def test_the_day_on_which_she_is_near_comes_first_with_what_it_adds(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    case = case_at(session, visitor, HERE)
    thursday = TUESDAY + timedelta(days=2)
    planned(session, visitor, FAR, at(TUESDAY, 10))
    planned(session, visitor, NEAR, at(thursday, 10))
    found = slots(session, case, office, now, last_on=thursday)
    assert [today_in_paris(one.start_at) for one in found] == [
        TUESDAY + timedelta(days=1), thursday, TUESDAY,
    ]  # fmt: skip
    near, far = found[1:]
    assert (near.visits_before, near.drive_before) == (1, 0)
    assert 1 <= near.added == near.drive_after <= 5 < 60 < far.added


def test_a_drive_and_minutes_between_lie_before_and_after_each_visit(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    case = case_at(session, visitor, HERE)
    hours = HoursSaid(1, time(9), time(13), TUESDAY, TUESDAY)
    note_hours(session, visitor.id, hours, viewer=office, now=now)
    say_terms(
        session, visitor.id, buffer="20", most="", languages=[], skills=[], viewer=office, now=now
    )
    planned(session, visitor, NEAR, at(TUESDAY, 9))
    (slot,) = slots(session, case, office, now)
    assert slot.start_at == at(TUESDAY, 10, 30)
    assert slots(session, case, office, now, minutes=165) == []


def test_nothing_is_offered_when_nobody_comes_whatever_is_asked(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    case = case_at(session, visitor, HERE)
    for weekday in range(6):
        hours = HoursSaid(weekday, time(6), time(23), date(2026, 1, 1))
        note_hours(session, visitor.id, hours, viewer=office, now=now)
    away = AbsenceSaid(date(2026, 4, 7), date(2026, 4, 8), "away_training")
    note_absence(session, visitor.id, away, doing=None, viewer=office, now=now)
    pause(
        session, case, from_on=date(2026, 4, 9), until_on=date(2026, 4, 9), why="hôpital",
        viewer=office, now=now,
    )  # fmt: skip
    shut = {date(2026, 4, 7), date(2026, 4, 8), date(2026, 4, 9)}
    for offset in range(35):
        day = date(2026, 3, 20) + timedelta(days=offset)
        found = slots(session, case, office, now, first_on=day, last_on=day)
        nobody = day.weekday() == 6 or is_public_holiday(day) or day in shut
        assert bool(found) is not nobody, day
        assert all(one.start_at.astimezone().hour >= 6 for one in found)


def test_wishes_narrow_what_is_offered(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    other = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    say_terms(
        session, other.id, buffer="10", most="2", languages=["ar"], skills=["memory"],
        viewer=office, now=now,
    )  # fmt: skip
    case = case_at(session, visitor, HERE)
    morning = slots(session, case, office, now, part="morning", not_on=frozenset({1, 2}))
    assert {today_in_paris(one.start_at).weekday() for one in morning} <= {0, 3, 4}
    assert all(one.end_at <= at(today_in_paris(one.start_at), 12) for one in morning if
               today_in_paris(one.start_at) < date(2026, 3, 29))  # fmt: skip
    late = slots(session, case, office, now, from_time=time(15), until_time=time(16, 30))
    assert late[0].start_at == at(TUESDAY, 15)
    for said in ({"speaks": "ar"}, {"skill": "memory"}, {"visitor_id": other.id}):
        assert {one.visitor.id for one in slots(session, case, office, now, **said)} == {other.id}
    assert slots(session, case, office, now, came_last=other.id)[0].came_last


def test_where_a_protected_person_lives_is_not_told_by_the_minutes(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    hidden = planned(session, visitor, FAR, at(TUESDAY, 10))
    protect(session, hidden.case.person, by=visitor.id, now=now)
    case = case_at(session, visitor, HERE)
    found = slots(session, case, office, now, last_on=TUESDAY)
    assert [(one.added, one.known) for one in found] == [(15, False)]
    assert not any(one.start_at < at(TUESDAY, 11) < one.end_at for one in found)


def test_only_who_is_named_is_offered_to_a_protected_person(
    session: Session, visitor: User, now: datetime
) -> None:
    by = make_user(session)
    case = case_at(session, by, HERE)
    protect(session, case.person, by=by.id, now=now)
    assert slots(session, case, make_viewer(by), now) == []


def test_two_coordinators_on_one_slot_plan_one_visit_and_the_second_is_told(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    first, second = (case_at(session, visitor, HERE) for _ in range(2))
    offers = [slots(session, one, office, now)[0] for one in (first, second)]
    assert offers[0].start_at == offers[1].start_at
    said: dict[str, Any] = {
        "visitor_id": visitor.id, "start_at": offers[0].start_at, "minutes": 60,
        "viewer": office, "now": now,
    }  # fmt: skip
    plan_visit(session, first, **said)
    with pytest.raises(Invalid) as caught:
        plan_visit(session, second, **said)
    assert caught.value.fields == {"start_at": "visitor_busy_with"}
    assert slots(session, second, office, now)[0].start_at != offers[0].start_at


def test_a_couple_is_visited_at_once(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    his = case_at(session, visitor, HERE)
    hers = make_case(session, by=visitor, dwelling=his.dwelling, state=CaseState.AGREED)
    elsewhere = case_at(session, visitor, HERE)
    assert [one.id for one in also_to_plan(session, his, office)] == [hers.id]
    visit = plan_visit(
        session, his, visitor_id=visitor.id, start_at=at(TUESDAY, 10), minutes=90, viewer=office,
        now=now, attended_by="sa fille",
    )  # fmt: skip
    with pytest.raises(Invalid):
        plan_beside(session, visit, [elsewhere.id], viewer=office, now=now)
    (beside,) = plan_beside(session, visit, [hers.id], viewer=office, now=now)
    assert (beside.planned_start_at, beside.visitor_id) == (visit.planned_start_at, visitor.id)
    assert beside.attended_by == "sa fille"
    assert also_to_plan(session, his, office) == []
