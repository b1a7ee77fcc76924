"""Rounds worked out: what is proposed, what never is, and what becomes of it."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import (
    LANDLORD,
    make_case,
    make_dwelling,
    make_mandate,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.test_absences import TUESDAY, at
from tests.visits.test_slots import FAR, HERE, NEAR, case_at
from visits.agenda.absences import AbsenceSaid, note_absence
from visits.agenda.availabilities import HoursSaid, note_hours, say_terms
from visits.agenda.fitting import Wish
from visits.agenda.visit_wishes import note_visit_wish
from visits.cases.interpreters import note_interpreter
from visits.ground import apart
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.people import AlertCode
from visits.models.rounds import (
    LeftWhy,
    ProposalState,
    RoundLeftOut,
    RoundProposal,
    RoundStop,
    StopState,
)
from visits.models.visits import Visit, VisitState
from visits.people.measures import note_alert
from visits.people.protection import protect
from visits.rounds import solving
from visits.rounds.accepting import Part, accept, accepted_stops, take_back, to_accept
from visits.rounds.candidates import find_candidates
from visits.rounds.proposals import ask_for_rounds, find_proposal, stop
from visits.rounds.scope import Scope
from visits.rounds.working import SILENT, take_up
from visits.sight import Viewer
from webapp.commands import rounds
from webapp.commands.rounds import work_out_rounds
from webapp.frame.transaction import House

WEST = (49.47, 2.2)
NOT_TODAY = (45.0, 5.0)
WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def house(app: Flask) -> House:
    found: House = app.extensions["palier"]
    return found


@pytest.fixture
def office(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def visitor(session: Session) -> User:
    return make_user(session, role=Role.VISITOR, organisation=LANDLORD)


def due(session: Session, case: Case, first: date, last: date, kind: str | None = None) -> Task:
    task = Task(
        case_id=case.id, landlord_id=case.landlord_id, kind=TaskKind.VISIT, visit_kind=kind,
        not_before=first, due_on=last, state=TaskState.OPEN, made_at=at(date(2026, 3, 1), 9),
    )  # fmt: skip
    session.add(task)
    session.flush()
    return task


def asked(
    session: Session, office: Viewer, visitors: Sequence[User], now: datetime, **said: Any
) -> uuid.UUID:
    scope = Scope(
        said.pop("first", TUESDAY), said.pop("last", TUESDAY),
        frozenset(one.id for one in visitors), **said,
    )  # fmt: skip
    proposal = ask_for_rounds(session, scope, viewer=office, now=now)
    session.commit()
    return proposal.id


def asked_for(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> dict[uuid.UUID, LeftWhy | None]:
    """Tell of each visit that waits why it is not even tried, before the agenda is asked."""
    scope = Scope(TUESDAY, TUESDAY, frozenset([visitor.id]))
    found = find_candidates(session, scope, viewer=office, today=today_in_paris(now))
    return {one.case_id: one.left for one in found}


def stops(session: Session, proposal_id: uuid.UUID) -> Sequence[RoundStop]:
    rows = select(RoundStop).where(RoundStop.proposal_id == proposal_id)
    return session.scalars(rows.order_by(RoundStop.start_at, RoundStop.id)).all()


def left(session: Session, proposal_id: uuid.UUID) -> dict[uuid.UUID, LeftWhy]:
    rows = select(RoundLeftOut).where(RoundLeftOut.proposal_id == proposal_id)
    return {one.case_id: one.why for one in session.scalars(rows)}


def state(session: Session, proposal_id: uuid.UUID) -> ProposalState:
    found = session.scalar(select(RoundProposal.state).where(RoundProposal.id == proposal_id))
    assert found
    return found


def test_what_waits_is_put_into_the_days_of_those_asked(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    cases = [case_at(session, visitor, where) for where in (HERE, FAR, NEAR)]
    proposal_id = asked(session, office, [visitor], now)
    assert work_out_rounds(house)
    assert not work_out_rounds(house)
    proposal = find_proposal(session, office, proposal_id)
    assert proposal.state is ProposalState.PROPOSED
    found = stops(session, proposal_id)
    assert {one.case_id for one in found} == {one.id for one in cases}
    assert all(one.start_at.minute % 5 == 0 and one.visitor_id == visitor.id for one in found)
    assert all(today_in_paris(one.start_at) == TUESDAY for one in found)
    # Those who live near to each other are visited one after the other.
    order = [one.case_id for one in found]
    assert order.index(cases[1].id) != 1
    (day,) = proposal.days or []
    assert (day["visits_before"], day["visits"], day["drive_before"]) == (0, 3, 0)
    assert day["drive"] > 0 and day["metres"] > 0
    assert proposal.travel == {"by": "geodesic", "missing": 0, "asked": 6}


def test_accepted_it_is_planned_and_taken_back_it_waits_again(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    cases = [case_at(session, visitor, where) for where in (HERE, NEAR)]
    task = due(session, cases[0], TUESDAY, WEDNESDAY)
    proposal_id = asked(session, office, [visitor], now)
    work_out_rounds(house)
    proposal = find_proposal(session, office, proposal_id, to_change=True)
    (some,) = to_accept(session, proposal, Part())
    assert accept(session, proposal, some[:1], viewer=office, now=now) == (1, [])
    assert proposal.state is ProposalState.ACCEPTED_IN_PART
    assert accept(session, proposal, some[1:], viewer=office, now=now) == (1, [])
    assert proposal.state is ProposalState.ACCEPTED
    visits = session.scalars(select(Visit)).all()
    assert {one.case_id for one in visits} == {one.id for one in cases}
    assert all(one.is_planned and one.planned_by_id == office.user_id for one in visits)
    assert task.visit_id in {one.id for one in visits}
    session.flush()
    moved = next(one for one in visits if one.case_id == cases[1].id)
    moved.turn += 1
    session.flush()
    (kept,) = accepted_stops(session, proposal)
    with pytest.raises(Invalid):
        take_back(session, proposal, kept, why=" ", viewer=office, now=now)
    assert take_back(session, proposal, kept, why="erreur", viewer=office, now=now) == (1, 1)
    assert state(session, proposal_id) is ProposalState.TAKEN_BACK
    assert moved.is_planned and task.visit_id is None
    with pytest.raises(Conflict):
        take_back(session, proposal, kept, why="erreur", viewer=office, now=now)


def test_what_changed_meanwhile_is_said_and_left(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    cases = [case_at(session, visitor, where) for where in (HERE, NEAR)]
    proposal_id = asked(session, office, [visitor], now)
    work_out_rounds(house)
    cases[0].closed_on = TUESDAY
    session.commit()
    proposal = find_proposal(session, office, proposal_id, to_change=True)
    (some,) = to_accept(session, proposal, Part(visitor_id=visitor.id, day=TUESDAY))
    done, refused = accept(session, proposal, some, viewer=office, now=now)
    assert (done, [(one.case_id, one.why) for one in refused]) == (
        1, [(cases[0].id, "case_closed")],
    )  # fmt: skip
    assert refused[0].state is StopState.NOT_ANY_MORE
    assert proposal.state is ProposalState.ACCEPTED
    assert session.scalar(select(func.count()).select_from(Visit)) == 1


def test_nothing_is_planned_for_a_visitor_whose_days_others_keep_by_now(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    case_at(session, visitor, HERE)
    proposal_id = asked(session, office, [visitor], now)
    work_out_rounds(house)
    partner = make_user(session, role=Role.PARTNER_COORDINATOR, organisation="A partner")
    visitor.organisation_id = partner.organisation_id
    session.commit()
    proposal = find_proposal(session, office, proposal_id, to_change=True)
    (some,) = to_accept(session, proposal, Part())
    done, refused = accept(session, proposal, some, viewer=office, now=now)
    assert (done, [one.why for one in refused]) == (0, ["unknown_visitor"])


def test_whoever_is_in_charge_sends_its_own_and_who_came_last_comes_again(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    other = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    partner = make_user(session, role=Role.VISITOR, organisation="A partner")
    theirs = case_at(session, visitor, HERE, organisation_id=partner.organisation_id)
    known = case_at(session, visitor, NEAR, state=CaseState.VISITED)
    due(session, known, TUESDAY, WEDNESDAY)
    make_visit(
        session, case=known, visitor=other, start_at=at(date(2026, 3, 3), 10), state=VisitState.DONE
    )
    proposal_id = asked(session, office, [visitor, other], now)
    work_out_rounds(house)
    assert left(session, proposal_id) == {theirs.id: LeftWhy.NOBODY_MAY_GO}
    assert [one.visitor_id for one in stops(session, proposal_id)] == [other.id]


def test_nobody_is_sent_where_her_organisation_has_no_mandate(
    session: Session, house: House, office: Viewer, now: datetime
) -> None:
    theirs = make_user(session, role=Role.VISITOR, organisation="A partner")
    here, there = (
        case_at(session, theirs, HERE, programme=code) for code in ("seniors", "residences")
    )
    make_mandate(session, theirs)
    proposal_id = asked(session, office, [theirs], now)
    work_out_rounds(house)
    assert left(session, proposal_id) == {there.id: LeftWhy.NOBODY_MAY_GO}
    assert [one.case_id for one in stops(session, proposal_id)] == [here.id]
    wanted = {here.id: None, there.id: LeftWhy.NOBODY_MAY_GO}
    assert asked_for(session, office, theirs, now) == wanted


def test_each_visit_left_out_has_a_reason(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    north = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    hours = HoursSaid(1, time(9), time(13), date(2026, 1, 1), start="49.43, 2.08")
    for one in (visitor, north):
        note_hours(session, one.id, hours, viewer=office, now=now)
    say_terms(
        session, visitor.id, buffer="10", most="1", languages=[], skills=[], viewer=office, now=now
    )
    away = AbsenceSaid(TUESDAY, TUESDAY, "away_training")
    note_absence(session, north.id, away, doing=None, viewer=office, now=now)
    nowhere = make_case(
        session, by=visitor, state=CaseState.AGREED,
        dwelling=make_dwelling(session, residence=make_residence(session, lat=None, lon=None)),
    )  # fmt: skip
    two, deaf = case_at(session, visitor, HERE), case_at(session, visitor, HERE)
    note_alert(session, two.person, AlertCode.TWO_VISITORS, viewer=office, now=now)
    note_alert(session, deaf.person, AlertCode.INTERPRETER, viewer=office, now=now)
    far = case_at(session, visitor, NOT_TODAY)
    known = case_at(session, visitor, HERE, state=CaseState.VISITED)
    due(session, known, TUESDAY, TUESDAY)
    make_visit(
        session, case=known, visitor=north, start_at=at(date(2026, 3, 3), 10), state=VisitState.DONE
    )
    here = [case_at(session, visitor, HERE) for _ in range(2)]
    proposal_id = asked(session, office, [visitor, north], now)
    work_out_rounds(house)
    why = left(session, proposal_id)
    assert why[nowhere.id] is LeftWhy.NO_PLACE
    assert why[two.id] is LeftWhy.TWO_NOT_FREE
    assert why[deaf.id] is LeftWhy.WITH_INTERPRETER
    assert why[far.id] is LeftWhy.TOO_FAR
    assert why[known.id] is LeftWhy.NO_DAY
    assert {why.get(one.id) for one in here} == {None, LeftWhy.FULL}
    assert len(stops(session, proposal_id)) == 1


def test_what_is_asked_of_visits_is_kept_to_or_said(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    polyglot = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    hours = HoursSaid(1, time(9), time(17), date(2026, 1, 1), start="49.43, 2.08")
    for one, languages in ((visitor, []), (polyglot, ["ta"])):
        note_hours(session, one.id, hours, viewer=office, now=now)
        say_terms(
            session, one.id, buffer="10", most="", languages=languages, skills=[], viewer=office,
            now=now,
        )  # fmt: skip
    late = Wish(60, part="afternoon", from_time=time(15))
    wishes = {
        "tamil": Wish(60, speaks="ta"),
        "late": late,
        "turkish": Wish(60, speaks="tr"),
        "not_tuesday": Wish(60, not_on=frozenset({1})),
        "too_short": Wish(60, from_time=time(10), until_time=time(10, 30)),
    }
    cases = {name: case_at(session, visitor, HERE) for name in wishes}
    for name, wish in wishes.items():
        note_visit_wish(session, cases[name], wish, attended_by="sa fille", viewer=office, now=now)
    interpreted = case_at(session, visitor, HERE)
    note_interpreter(session, interpreted, "Ourdou", viewer=office, now=now)
    proposal_id = asked(session, office, [visitor, polyglot], now)
    work_out_rounds(house)
    assert left(session, proposal_id) == {
        cases["turkish"].id: LeftWhy.NOBODY_ABLE,
        cases["not_tuesday"].id: LeftWhy.NOT_AS_WISHED,
        cases["too_short"].id: LeftWhy.NOT_AS_WISHED,
        interpreted.id: LeftWhy.WITH_INTERPRETER,
    }
    found = {one.case_id: one for one in stops(session, proposal_id)}
    assert found[cases["tamil"].id].visitor_id == polyglot.id
    assert found[cases["late"].id].start_at >= at(TUESDAY, 15)
    proposal = find_proposal(session, office, proposal_id, to_change=True)
    for day in to_accept(session, proposal, Part()):
        accept(session, proposal, day, viewer=office, now=now)
    planned = session.scalars(select(Visit).where(Visit.case_id == cases["late"].id)).one()
    assert planned.attended_by == "sa fille"


def test_nothing_is_proposed_that_the_agenda_would_refuse(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    say_terms(
        session, visitor.id, buffer="15", most="4", languages=[], skills=[], viewer=office, now=now
    )
    for first, last in ((time(9), time(12)), (time(13), time(17))):
        note_hours(
            session, visitor.id, HoursSaid(1, first, last, date(2026, 1, 1)), viewer=office, now=now
        )
    busy = case_at(session, visitor, NEAR, state=CaseState.PLANNED)
    make_visit(session, case=busy, visitor=visitor, start_at=at(TUESDAY, 10))
    for _ in range(8):
        case_at(session, visitor, HERE)
    proposal_id = asked(session, office, [visitor], now)
    work_out_rounds(house)
    found = stops(session, proposal_id)
    assert len(found) == 2
    taken = sorted([(at(TUESDAY, 10), at(TUESDAY, 11)), *((s.start_at, s.end_at) for s in found)])
    for (_first, until), (then, _last) in zip(taken, taken[1:], strict=False):
        assert then - until >= timedelta(minutes=15)
    works = [(at(TUESDAY, 9), at(TUESDAY, 12)), (at(TUESDAY, 13), at(TUESDAY, 17))]
    assert all(any(a <= x and y <= b for a, b in works) for x, y in taken)


def test_what_is_planned_moves_within_its_day_only_if_asked(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    for where, hour in ((HERE, 9), (WEST, 11), (HERE, 13)):
        case = case_at(session, visitor, where, state=CaseState.PLANNED)
        make_visit(session, case=case, visitor=visitor, start_at=at(TUESDAY, hour))
    case_at(session, visitor, WEST)
    fixed = asked(session, office, [visitor], now)
    work_out_rounds(house)
    assert [one.moves for one in stops(session, fixed)] == [False]
    moves = asked(session, office, [visitor], now, moves_planned=True)
    work_out_rounds(house)
    found = stops(session, moves)
    assert {one.moves for one in found} == {True, False}
    proposal = find_proposal(session, office, moves, to_change=True)
    (day,) = proposal.days or []
    assert (day["visits_before"], day["visits"]) == (3, 4)
    before = {one.id: one.planned_start_at for one in session.scalars(select(Visit))}
    (some,) = to_accept(session, proposal, Part())
    done, refused = accept(session, proposal, some, viewer=office, now=now)
    assert (done, refused) == (len(found), [])
    session.commit()
    (kept,) = accepted_stops(session, proposal)
    back, stay = take_back(session, proposal, kept, why="non", viewer=office, now=now)
    assert (back, stay) == (len(found), 0)
    assert all(session.get_one(Visit, key).planned_start_at == was for key, was in before.items())


def test_a_protected_person_is_visited_by_whom_is_named_and_asked_by_whom_sees_her(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    hidden, named = case_at(session, visitor, HERE), case_at(session, visitor, NEAR)
    protect(session, hidden.person, by=make_user(session).id, now=now)
    protect(session, named.person, by=office.user_id, now=now)
    proposal_id = asked(session, office, [visitor], now)
    work_out_rounds(house)
    assert left(session, proposal_id) == {named.id: LeftWhy.NOBODY_NAMED}
    assert not stops(session, proposal_id)
    assert asked_for(session, office, visitor, now) == {named.id: LeftWhy.NOBODY_NAMED}


def test_one_sees_her_own_proposals_and_asks_for_days_she_keeps(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    case_at(session, visitor, HERE)
    stranger = make_user(session, role=Role.VISITOR, organisation="A partner")
    make_user(session, role=Role.PARTNER_COORDINATOR, organisation="A partner")
    proposal_id = asked(session, office, [visitor], now)
    with pytest.raises(NotFound):
        find_proposal(session, make_viewer(make_user(session)), proposal_id)
    with pytest.raises(Conflict):
        asked(session, office, [visitor], now)
    other = make_viewer(make_user(session))
    for said, field in (
        ({"visitors": [stranger]}, "visitors"),
        ({"visitors": []}, "visitors"),
        ({"first": date(2026, 3, 1)}, "first_on"),
        ({"last": date(2027, 3, 1)}, "weeks"),
        ({"programme": "nothing"}, "first_on"),
    ):
        told: dict[str, Any] = {"visitors": [visitor]} | said
        with pytest.raises(Invalid) as refused:
            asked(session, other, told.pop("visitors"), now, **told)
        assert field in refused.value.fields


@pytest.mark.parametrize(
    ("code", "why"),
    [("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", apart.DIED),
     ("print('nonsense')", apart.DIED), ("import time; time.sleep(60)", apart.TOO_LONG)],
)  # fmt: skip
def test_an_engine_that_dies_leaves_a_failed_proposal_and_nothing_else(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch, code: str, why: str,
) -> None:  # fmt: skip
    case_at(session, visitor, HERE)
    proposal_id = asked(session, office, [visitor], now)
    monkeypatch.setattr(solving, "ENGINE", (solving.ENGINE[0], "-c", code))
    monkeypatch.setattr(solving, "LONGEST", timedelta(seconds=1))
    work_out_rounds(house)
    proposal = find_proposal(session, office, proposal_id)
    assert (proposal.state, proposal.why) == (ProposalState.FAILED, why)
    assert not stops(session, proposal_id) and not left(session, proposal_id)
    assert asked(session, office, [visitor], now)


def test_a_proposal_that_is_stopped_keeps_nothing(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch, session_factory: Callable[[], Session],
) -> None:  # fmt: skip
    case_at(session, visitor, HERE)
    proposal_id = asked(session, office, [visitor], now)
    monkeypatch.setattr(solving, "ENGINE", (solving.ENGINE[0], "-c", "import time; time.sleep(60)"))

    def look_and_stop(work: Any, _look: Callable[[Any], None] = rounds._Work.look) -> None:
        with session_factory() as other:
            stop(other, find_proposal(other, office, proposal_id), now=now)
            other.commit()
        _look(work)

    monkeypatch.setattr(rounds._Work, "look", look_and_stop)
    work_out_rounds(house)
    assert state(session, proposal_id) is ProposalState.STOPPED
    assert not stops(session, proposal_id)


def test_a_proposal_whose_worker_is_gone_has_failed(
    session: Session, office: Viewer, visitor: User, now: datetime
) -> None:
    case_at(session, visitor, HERE)
    proposal_id = asked(session, office, [visitor], now)
    assert take_up(session, now=now) == proposal_id
    assert take_up(session, now=now + SILENT) is None
    assert state(session, proposal_id) is ProposalState.RUNNING
    take_up(session, now=now + SILENT + timedelta(seconds=1))
    assert state(session, proposal_id) is ProposalState.FAILED


def test_a_dead_engine_of_roads_is_told(
    session: Session, house: House, office: Viewer, visitor: User, now: datetime
) -> None:
    for where in (HERE, NEAR):
        case_at(session, visitor, where)
    proposal_id = asked(session, office, [visitor], now)
    settings = replace(house.settings, travel="osrm:http://127.0.0.1:9")
    work_out_rounds(replace(house, settings=settings))
    proposal = find_proposal(session, office, proposal_id)
    assert proposal.travel == {"by": "osrm", "missing": 2, "asked": 2}
