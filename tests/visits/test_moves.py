"""A move: her cases stay with the home she left or follow her, and all of it comes back."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    make_dwelling,
    make_person,
)
from tests.visits.life import FILE, Life
from tests.visits.portfolio_files import load
from visits.ground.errors import Invalid
from visits.life.endings import Told
from visits.life.events import events_of
from visits.life.moves import record_departure
from visits.models.calls import Disposition
from visits.models.cases import TaskState
from visits.models.life import EventKind, HowTold
from visits.models.people import Occupancy
from visits.models.portfolio import Tenancy
from visits.models.visits import VisitState
from visits.people.people import person_file


@pytest.fixture
def life(session: Session, now: datetime) -> Life:
    """Somebody in two programmes."""
    return Life(session, now)


def test_who_moved_leaves_her_home_and_her_cases_there(life: Life) -> None:
    before = life.state
    life.leave()
    assert life.state[0] is None
    for case in (life.seniors, life.kit):
        assert (case.is_open, case.outcome) == (False, "moved")
    assert (life.visit.state, life.task.state) == (VisitState.CANCELLED, TaskState.WITHDRAWN)
    assert life.lease.ended_on == date(2026, 3, 9)
    life.take_back()
    assert life.state == before


def test_her_cases_end_on_the_day_she_moved(life: Life) -> None:
    for case in (life.seniors, life.kit):
        case.opened_at = life.now - timedelta(days=30)
    life.leave()
    assert {life.seniors.closed_on, life.kit.closed_on} == {date(2026, 3, 9)}


def test_who_lives_in_a_second_home_goes_on_there(life: Life) -> None:
    second = make_dwelling(life.session)
    lease = Tenancy(dwelling_id=second.id)
    life.session.add(lease)
    life.session.flush()
    life.session.add(Occupancy(person_id=life.person.id, tenancy_id=lease.id))
    life.kit.dwelling_id = second.id
    life.leave()
    assert (life.seniors.is_open, life.kit.is_open) == (False, True)


def test_whoever_lives_with_her_stays_and_is_not_said_to_be_two(life: Life) -> None:
    beside = make_person(life.session)
    stay = life.session.scalars(select(Occupancy).where(Occupancy.person_id == beside.id)).one()
    stay.tenancy_id, life.lease.lives_alone = life.lease.id, False
    life.leave()
    assert (life.lease.ended_on, life.lease.lives_alone) == (None, None)
    assert person_file(life.session, life.viewer, beside).household == []
    life.take_back()
    assert life.lease.lives_alone is False


@pytest.mark.parametrize(
    ("home", "on", "refused"),
    [("L-VIE", date(2026, 3, 11), Invalid), ("L-VIE", date(1990, 5, 31), Invalid)],
)
def test_a_move_on_a_day_that_cannot_be_is_refused(
    life: Life, home: str, on: date, refused: type[Exception]
) -> None:
    told = Told(HowTold.PAGE, life.user.id, life.now)
    with pytest.raises(refused):
        record_departure(life.session, life.person, life.home.id, on=on, told=told)


@pytest.mark.parametrize("told_first", [True, False])
def test_an_import_that_finds_her_new_home_moves_her_cases_and_says_so(
    life: Life, told_first: bool
) -> None:
    make_dwelling(life.session, reference="L-NEUF")
    if told_first:
        life.on_the_phone(Disposition.MOVED)
        assert not life.seniors.is_open
    plan = load(life.session, f"{FILE}\nL-NEUF;VIVANTE;Rose;17/05/1941\n")
    said = {problem.code: problem.details.get("num") for problem in plan.warnings}
    assert said["cases_follow"] == "2"
    life.refresh()
    assert (life.seniors.dwelling.reference, life.kit.dwelling.reference) == ("L-NEUF", "L-NEUF")
    assert life.seniors.is_open and life.kit.is_open
    latest = events_of(life.session, life.person.id)[0]
    assert (latest.kind, latest.how, latest.undo) == (EventKind.MOVE_IN, HowTold.IMPORT, None)


@pytest.mark.parametrize(
    ("said", "told"), [("02/03/2026", date(2026, 3, 2)), ("", date(2026, 3, 10))]
)
def test_a_file_tells_since_when_she_lives_in_her_new_home(
    life: Life, said: str, told: date
) -> None:
    make_dwelling(life.session, reference="L-NEUF")
    load(life.session, f"{FILE};Date d’entrée\nL-NEUF;VIVANTE;Rose;17/05/1941;{said}\n")
    assert events_of(life.session, life.person.id)[0].happened_on == told


def test_a_case_closed_for_another_reason_does_not_follow_her(life: Life) -> None:
    life.seniors.closed_on, life.seniors.outcome = life.now.date(), "done"
    make_dwelling(life.session, reference="L-NEUF")
    life.leave()
    load(life.session, f"{FILE}\nL-NEUF;VIVANTE;Rose;17/05/1941\n")
    life.refresh()
    assert (life.seniors.is_open, life.kit.is_open) == (False, True)


def test_who_left_by_a_file_comes_back_with_her_cases(life: Life) -> None:
    before = life.state
    load(life.session, f"{FILE};Situation\nL-VIE;VIVANTE;Rose;17/05/1941;Parti\n")
    life.refresh()
    (event,) = events_of(life.session, life.person.id)
    assert (event.kind, event.dwelling_id) == (EventKind.MOVE_OUT, life.home.id)
    assert (life.visit.state, life.kit.outcome) == (VisitState.CANCELLED, "moved")
    life.take_back()
    assert life.state == before
