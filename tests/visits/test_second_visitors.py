"""Where two go: both are busy then, both know it, and one of them fills in the form."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import LANDLORD, make_case, make_dwelling, make_user, make_viewer
from tests.visits.test_absences import TUESDAY, at, refused
from visits.agenda.absences import AbsenceSaid, Doing, note_absence
from visits.agenda.calendar import read_agenda
from visits.agenda.carried import taken_back
from visits.agenda.feeds import make_feed, open_feed, read_feed
from visits.agenda.planning import find_visit, go_along, move_visit, plan_visit, visits_of_visitor
from visits.agenda.round_sheet import sheet_of_day
from visits.agenda.swapping import may_swap_with
from visits.agenda.together import plan_beside
from visits.cases.appointments import call_off, put_back
from visits.ground.errors import NotFound
from visits.models.accounts import Role, User
from visits.models.agenda import ChangeKind
from visits.models.cases import CaseState
from visits.models.visits import Visit, VisitState
from visits.people.protection import name_for_access, protect
from visits.sight import Reach, Viewer

WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def office(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def visitors(session: Session) -> Sequence[User]:
    return [
        make_user(session, role=Role.VISITOR, organisation=LANDLORD, name=name)
        for name in ("Ana", "Bea", "Cleo")
    ]


def two_go(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime, hour: int = 10
) -> Visit:
    case = make_case(session, by=visitors[0], state=CaseState.AGREED)
    return plan_visit(
        session, case, visitor_id=visitors[0].id, second_id=visitors[1].id,
        start_at=at(TUESDAY, hour), minutes=60, viewer=office, now=now,
    )  # fmt: skip


def own(user: User) -> Viewer:
    return make_viewer(user, reach=Reach.OWN)


def test_both_have_it_in_their_diary_calendar_sheet_and_on_their_tablet(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime
) -> None:
    visit = two_go(session, visitors, office, now)
    name = visit.case.person.name
    days = read_agenda(session, visitors, TUESDAY, TUESDAY, viewer=office)
    shown = [
        [(one.name, one.beside) for one in days[each.id, TUESDAY].entries] for each in visitors
    ]
    assert shown == [[(name, "Bea")], [(name, "Ana")], []]
    for who in visitors[:2]:
        seeing = own(who)
        day = visits_of_visitor(session, seeing, start_at=at(TUESDAY, 8), end_at=at(TUESDAY, 18))
        assert [one.id for one in day] == [visit.id]
        assert find_visit(session, seeing, visit.id) == visit
        assert taken_back(session, seeing, [visit.id]) == []
        assert len(sheet_of_day(session, who.id, TUESDAY, viewer=office)) == 1
    assert taken_back(session, own(visitors[2]), [visit.id]) == [visit.id]
    with pytest.raises(NotFound):
        find_visit(session, own(visitors[2]), visit.id)


def test_whoever_goes_along_is_nowhere_else_then(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime
) -> None:
    two_go(session, visitors, office, now)
    other = make_case(session, by=visitors[0], state=CaseState.AGREED)
    for first, second in ((1, None), (2, 1)):
        with refused("visitor_busy_with"):
            plan_visit(
                session, other, visitor_id=visitors[first].id, start_at=at(TUESDAY, 10, 30),
                second_id=visitors[second].id if second else None, minutes=60, viewer=office,
                now=now,
            )  # fmt: skip
    with refused("second_is_the_first"):
        plan_visit(
            session, other, visitor_id=visitors[2].id, second_id=visitors[2].id, minutes=60,
            start_at=at(TUESDAY, 10, 30), viewer=office, now=now,
        )  # fmt: skip


def test_who_may_not_go_alone_may_not_go_along(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime
) -> None:
    case = make_case(session, by=visitors[0], state=CaseState.AGREED)
    protect(session, case.person, by=office.user_id, now=now)
    name_for_access(session, case.person, user_id=visitors[0].id, by=office.user_id, now=now)
    with refused("visitor_not_named"):
        plan_visit(
            session, case, visitor_id=visitors[0].id, second_id=visitors[1].id, minutes=60,
            start_at=at(TUESDAY, 10), viewer=office, now=now,
        )  # fmt: skip


def test_she_comes_along_to_another_hour_and_takes_the_place_of_whom_she_went_with(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime
) -> None:
    visit = two_go(session, visitors, office, now)
    ana, bea, cleo = (one.id for one in visitors)
    move_visit(session, visit, visitor_id=ana, start_at=at(WEDNESDAY, 9), viewer=office, now=now)
    assert visit.goers == (ana, bea)
    move_visit(session, visit, visitor_id=bea, start_at=at(WEDNESDAY, 9), viewer=office, now=now)
    assert visit.goers == (bea, ana)
    two_go(session, [visitors[2], visitors[1]], office, now)
    with refused("visitor_busy_with"):
        move_visit(session, visit, visitor_id=ana, start_at=at(TUESDAY, 10), viewer=office, now=now)
    assert may_swap_with(session, visit, viewer=office, now=now) == []
    go_along(session, visit, cleo, viewer=office, now=now)
    assert visit.goers == (bea, cleo)
    go_along(session, visit, None, viewer=office, now=now)
    assert (visit.goers, visit.turn) == ((bea,), 4)


def test_her_absence_hits_it_and_hands_her_place_over(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime
) -> None:
    visit = two_go(session, visitors, office, now)
    ana, bea, cleo = (one.id for one in visitors)
    away = AbsenceSaid(TUESDAY, TUESDAY, "away_ill")
    with refused("visits_in_absence"):
        note_absence(session, bea, away, doing=None, viewer=office, now=now)
    over = {visit.id: Doing(ChangeKind.HANDED_OVER, visitor_id=cleo)}
    note_absence(session, bea, away, doing=over, viewer=office, now=now)
    assert set(visit.goers) == {ana, cleo}


def test_a_visit_called_off_comes_back_if_both_still_can(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime
) -> None:
    visit = two_go(session, visitors, office, now)
    call_off(session, visit, reason="elle part", now=now)
    session.flush()
    instead = two_go(session, [visitors[2], visitors[1]], office, now)
    assert not put_back(session, visit, now=now)
    call_off(session, instead, reason="elle part", now=now)
    session.flush()
    assert put_back(session, visit, now=now)
    assert visit.state is VisitState.PLANNED


def test_a_couple_is_visited_by_both_at_once(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime
) -> None:
    home = make_dwelling(session)
    hers, his = (
        make_case(session, by=visitors[0], state=CaseState.AGREED, dwelling=home) for _ in range(2)
    )
    visit = plan_visit(
        session, hers, visitor_id=visitors[0].id, second_id=visitors[1].id, minutes=60,
        start_at=at(TUESDAY, 10), viewer=office, now=now,
    )  # fmt: skip
    (beside,) = plan_beside(session, visit, [his.id], viewer=office, now=now)
    assert beside.goers == visit.goers
    go_along(session, visit, visitors[2].id, viewer=office, now=now)
    assert beside.goers == (visitors[0].id, visitors[2].id) == visit.goers


def test_her_calendar_tells_it(
    session: Session, visitors: Sequence[User], office: Viewer, now: datetime
) -> None:
    visit = two_go(session, visitors, office, now)
    told = feed_of(session, visitors[1], office, now)
    assert told == [visit.id]
    assert feed_of(session, visitors[2], office, now) == []


def feed_of(session: Session, user: User, office: Viewer, now: datetime) -> list[uuid.UUID]:
    secret = make_feed(session, user, by=office.user_id, now=now)
    return [one.visit_id for one in read_feed(session, open_feed(session, secret), now=now)]
