"""Rounds in which two visitors go together: at one hour in both their days, or said why not."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import LANDLORD, make_user, make_viewer
from tests.visits.test_absences import TUESDAY, at
from tests.visits.test_slots import FAR, HERE, NEAR, case_at, planned
from tests.webapp.test_rounds import asked, left, stops
from tests.webapp.test_rounds_pages import asks
from visits.agenda.availabilities import HoursSaid, note_hours, say_terms
from visits.agenda.fitting import Wish
from visits.agenda.planning import go_along, visits_of_visitor
from visits.agenda.visit_wishes import note_visit_wish
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role, User
from visits.models.cases import Case
from visits.models.people import AlertCode
from visits.models.rounds import LeftWhy, ProposalState, RoundStop, StopState
from visits.models.visits import Visit
from visits.people.measures import note_alert
from visits.people.protection import name_for_access, protect
from visits.rounds.accepting import Part, accept, accepted_stops, take_back, to_accept
from visits.rounds.proposals import find_proposal
from visits.rounds.viewing import count_waited, shown_days, sums_of
from visits.sight import Reach, Viewer
from webapp.commands.rounds import work_out_rounds
from webapp.frame.transaction import House

pytestmark = pytest.mark.both_databases


@pytest.fixture
def house(app: Flask) -> House:
    found: House = app.extensions["palier"]
    return found


@pytest.fixture
def office(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def pair(session: Session, office: Viewer, now: datetime) -> Sequence[User]:
    """Two who set out from the same place and work on Tuesdays."""
    both = [
        make_user(session, role=Role.VISITOR, organisation=LANDLORD, name=name)
        for name in ("Ana Vite", "Bea Loin")
    ]
    for one in both:
        works(session, one, office, now, 9, 17)
    return both


def works(
    session: Session, user: User, office: Viewer, now: datetime, since: int, until: int
) -> None:
    hours = HoursSaid(1, time(since), time(until), date(2026, 1, 1), start="49.43, 2.08")
    note_hours(session, user.id, hours, viewer=office, now=now)
    makes(session, user, office, now)


def makes(session: Session, user: User, office: Viewer, now: datetime, **said: Any) -> None:
    terms = {"buffer": "10", "most": "", "languages": [], "skills": []} | said
    say_terms(session, user.id, **terms, viewer=office, now=now)


def for_two(
    session: Session, by: User, where: tuple[float, float], office: Viewer, now: datetime
) -> Case:
    case = case_at(session, by, where)
    note_alert(session, case.person, AlertCode.TWO_VISITORS, viewer=office, now=now)
    return case


def worked_out(
    session: Session, house: House, office: Viewer, visitors: Sequence[User], now: datetime,
    **said: Any,
) -> uuid.UUID:  # fmt: skip
    proposal_id = asked(session, office, visitors, now, **said)
    assert work_out_rounds(house)
    session.expire_all()
    return proposal_id


def of(session: Session, proposal_id: uuid.UUID, case: Case) -> RoundStop:
    (found,) = [one for one in stops(session, proposal_id) if one.case_id == case.id]
    return found


def test_both_go_at_one_hour_and_the_others_are_put_around_them(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    case = for_two(session, pair[0], NEAR, office, now)
    others = [case_at(session, pair[0], where) for where in (HERE, FAR, HERE, NEAR)]
    proposal_id = worked_out(session, house, office, pair, now)
    assert left(session, proposal_id) == {}
    stop = of(session, proposal_id, case)
    assert set(stop.goers) == {one.id for one in pair}
    for other in others:
        its = of(session, proposal_id, other)
        assert its.second_visitor_id is None
        assert its.end_at <= stop.start_at or its.start_at >= stop.end_at
    proposal = find_proposal(session, office, proposal_id)
    days = {one["visitor_id"]: one for one in proposal.days or []}
    assert sum(one["visits"] for one in days.values()) == 6
    sums = sums_of(session, proposal, office)
    assert (
        (sums.visits, sums.visits_before) == (5, 0) == (count_waited(session, proposal, office), 0)
    )
    assert sums.metres == sum(one["metres"] for one in days.values())


def test_kilometres_and_hours_of_both_are_counted(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    case = for_two(session, pair[0], NEAR, office, now)
    proposal_id = worked_out(session, house, office, pair, now)
    stop = of(session, proposal_id, case)
    assert (stop.drive, stop.metres) == (stop.second_drive, stop.second_metres)
    assert stop.metres > 0
    days = find_proposal(session, office, proposal_id).days or []
    ways = [(one["visits"], one["metres"], one["drive"] > 0) for one in days]
    assert ways == [(1, 2 * stop.metres, True)] * 2


@pytest.mark.parametrize("who", [0, 1])
def test_accepted_from_the_day_of_either_it_is_one_visit_on_both_tablets(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime, who: int
) -> None:
    case = for_two(session, pair[0], NEAR, office, now)
    proposal_id = worked_out(session, house, office, pair, now)
    proposal = find_proposal(session, office, proposal_id, to_change=True)
    stop = of(session, proposal_id, case)
    shown = shown_days(
        session, proposal, first=TUESDAY, last=TUESDAY, visitor_id=None, viewer=office
    )
    assert [[one.id for one in day.stops] for day in shown] == [[stop.id]] * 2
    (some,) = to_accept(session, proposal, Part(pair[who].id, TUESDAY, frozenset([stop.id])))
    assert accept(session, proposal, some, viewer=office, now=now) == (1, [])
    assert proposal.state is ProposalState.ACCEPTED
    (visit,) = session.scalars(select(Visit))
    assert visit.goers == stop.goers
    for one in pair:
        day = visits_of_visitor(
            session, make_viewer(one, reach=Reach.OWN), start_at=at(TUESDAY, 1),
            end_at=at(TUESDAY, 23),
        )  # fmt: skip
        assert [each.id for each in day] == [visit.id]
    (kept,) = accepted_stops(session, proposal)
    assert take_back(session, proposal, kept, why="erreur", viewer=office, now=now) == (1, 0)
    assert visit.is_cancelled


def test_somebody_else_s_going_along_since_is_not_taken_back(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    for_two(session, pair[0], NEAR, office, now)
    proposal_id = worked_out(session, house, office, pair, now)
    proposal = find_proposal(session, office, proposal_id, to_change=True)
    (some,) = to_accept(session, proposal, Part())
    accept(session, proposal, some, viewer=office, now=now)
    (visit,) = session.scalars(select(Visit))
    go_along(session, visit, None, viewer=office, now=now)
    (kept,) = accepted_stops(session, proposal)
    assert take_back(session, proposal, kept, why="erreur", viewer=office, now=now) == (0, 1)
    assert visit.is_planned


def test_one_who_is_taken_meanwhile_leaves_both_out_and_it_is_said(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    case = for_two(session, pair[0], NEAR, office, now)
    proposal_id = worked_out(session, house, office, pair, now)
    stop = of(session, proposal_id, case)
    second = next(one for one in pair if one.id == stop.second_visitor_id)
    planned(session, second, HERE, stop.start_at)
    proposal = find_proposal(session, office, proposal_id, to_change=True)
    (some,) = to_accept(session, proposal, Part())
    done, (refused,) = accept(session, proposal, some, viewer=office, now=now)
    assert (done, refused.state, refused.why) == (0, StopState.NOT_ANY_MORE, "visitor_busy_with")


def test_around_noon_each_has_her_pause_and_no_day_is_fuller_than_it_may_be(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    makes(session, pair[1], office, now, most="2")
    cases = [for_two(session, pair[0], HERE, office, now) for _ in range(4)]
    proposal_id = worked_out(session, house, office, pair, now)
    found = stops(session, proposal_id)
    assert len(found) == 2
    assert [*left(session, proposal_id).values()] == [LeftWhy.TWO_NOT_FREE] * 2
    assert {one.case_id for one in found} | left(session, proposal_id).keys() == {
        one.id for one in cases
    }
    for one in found:
        assert one.end_at <= at(TUESDAY, 13, 15) or one.start_at >= at(TUESDAY, 12, 30)


def test_why_two_are_in_no_round_is_said(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    case = for_two(session, pair[0], HERE, office, now)
    alone = worked_out(session, house, office, pair[:1], now)
    assert left(session, alone) == {case.id: LeftWhy.TWO_GO}
    late = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    works(session, late, office, now, 17, 20)
    apart = worked_out(session, house, office, [pair[0], late], now)
    assert left(session, apart) == {case.id: LeftWhy.TWO_NOT_FREE}
    assert not stops(session, apart)


def test_who_is_protected_is_gone_to_by_two_who_are_named(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    case = for_two(session, pair[0], NEAR, office, now)
    protect(session, case.person, by=office.user_id, now=now)
    name_for_access(session, case.person, user_id=pair[0].id, by=office.user_id, now=now)
    one = worked_out(session, house, office, pair, now)
    assert left(session, one) == {case.id: LeftWhy.TWO_GO}
    name_for_access(session, case.person, user_id=pair[1].id, by=office.user_id, now=now)
    nearer = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    hours = HoursSaid(1, time(9), time(17), date(2026, 1, 1), start=f"{NEAR[0]}, {NEAR[1]}")
    note_hours(session, nearer.id, hours, viewer=office, now=now)
    both = worked_out(session, house, office, [*pair, nearer], now)
    assert set(of(session, both, case).goers) == {each.id for each in pair}


def test_what_is_asked_of_the_visitor_one_of_both_can_do(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    makes(session, pair[1], office, now, languages=["ta"])
    case = for_two(session, pair[0], HERE, office, now)
    afternoon = Wish(60, part="afternoon", speaks="ta")
    note_visit_wish(session, case, afternoon, attended_by="", viewer=office, now=now)
    stop = of(session, worked_out(session, house, office, pair, now), case)
    assert stop.goers == (pair[1].id, pair[0].id)
    assert stop.start_at >= at(TUESDAY, 12)


def test_of_a_week_the_day_on_which_both_are_near_is_taken(
    session: Session, house: House, office: Viewer, pair: Sequence[User], now: datetime
) -> None:
    thursday = TUESDAY + timedelta(days=2)
    for one in pair:
        hours = HoursSaid(3, time(9), time(17), date(2026, 1, 1), start="49.43, 2.08")
        note_hours(session, one.id, hours, viewer=office, now=now)
        planned(session, one, NEAR, at(thursday, 10))
    case = for_two(session, pair[0], NEAR, office, now)
    proposal_id = worked_out(session, house, office, pair, now, last=thursday)
    assert today_in_paris(of(session, proposal_id, case).start_at) == thursday


def test_the_page_shows_it_in_both_days_and_names_the_other(
    app: Flask, session: Session, client_as: Callable[..., FlaskClient], office: Viewer,
    pair: Sequence[User], now: datetime,
) -> None:  # fmt: skip
    for_two(session, pair[0], NEAR, office, now)
    session.commit()
    client = client_as("coordinator", language="en")
    answer = asks(client, pair[0], visitors=[str(one.id) for one in pair])
    assert work_out_rounds(app.extensions["palier"])
    page = client.get(answer.location).text
    assert "with Ana Vite" in page and "with Bea Loin" in page
    assert len({part for part in page.split('"') if part.startswith("stop-")}) == 2
    file = client.get(f"{answer.location}/stops.csv").text
    assert "Ana Vite + Bea Loin" in file or "Bea Loin + Ana Vite" in file
    client.post(f"{answer.location}/acceptance")
    assert "1 visit is planned." in client.get(answer.location).text
