"""A death, a move: they end the same wherever they are told, and all of it comes back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import FALLS, fill, home_visit
from tests.visits.life import FILE, Life
from tests.visits.portfolio_files import load
from visits.accounts.accounts import find_territory
from visits.calls.taking_back import take_back
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.life.deaths import record_death, what_was_promised
from visits.life.endings import Told
from visits.life.events import events_of
from visits.life.taking_back import take_back_event
from visits.models.accounts import Role
from visits.models.calls import ContactAttempt
from visits.models.cases import CaseState, Task, TaskState
from visits.models.life import EventKind, HowTold, LifeEvent
from visits.models.people import AccessEvent, NamedAccess, Occupancy
from visits.models.portfolio import Tenancy
from visits.models.visits import Visit, VisitState
from visits.sight import Reach, find_person
from visits.sight.reach import hidden_homes


@pytest.fixture
def life(session: Session, now: datetime) -> Life:
    """Somebody in two programmes."""
    return Life(session, now)


TELLINGS: dict[str, Callable[[Life], None]] = {
    "phone": Life.on_the_phone, "door": Life.at_the_door,
    "page": Life.on_her_page, "import": Life.by_a_file,
}  # fmt: skip


def test_whose_home_was_visited_stays_visited_when_she_dies(life: Life) -> None:
    make_visit(life.session, case=life.kit, visitor=life.visitor, state=VisitState.DONE)
    life.kit.state = CaseState.PLANNED  # the next one
    before = life.state
    life.on_her_page()
    life.refresh()
    states = (life.seniors.state, life.kit.state)
    assert states == (CaseState.NOT_ELIGIBLE, CaseState.VISITED)
    life.take_back()
    assert life.state == before


@pytest.mark.parametrize("how", TELLINGS)
def test_a_death_ends_everything_wherever_it_is_told_and_all_of_it_comes_back(
    life: Life, how: str
) -> None:
    before = life.state
    TELLINGS[how](life)
    life.refresh()
    (event,) = events_of(life.session, life.person.id)
    assert (event.kind, event.how, event.happened_on) == (
        EventKind.DEATH, HowTold(how), date(2026, 3, 9),
    )  # fmt: skip
    assert (life.person.died_on, life.person.do_not_contact) == (date(2026, 3, 9), True)
    for case in (life.seniors, life.kit):
        assert (case.is_open, case.state, case.outcome) == (False, CaseState.NOT_ELIGIBLE, "dead")
    assert (life.visit.state, life.task.state) == (VisitState.CANCELLED, TaskState.WITHDRAWN)
    assert life.lease.ended_on == date(2026, 3, 9)
    assert life.take_back().planned == [life.visit]
    expected = list(before)
    if how == "door":
        expected[2] = (CaseState.AGREED, True, None, None)
    assert life.state == tuple(expected)


@pytest.mark.parametrize("how", TELLINGS)
def test_her_cases_end_on_the_day_she_died_and_none_before_it_was_opened(
    life: Life, how: str
) -> None:
    life.seniors.opened_at = life.now - timedelta(days=30)
    life.kit.opened_at = life.now - timedelta(hours=1)
    TELLINGS[how](life)
    life.refresh()
    closed = (life.seniors.closed_on, life.kit.closed_on)
    assert closed == (date(2026, 3, 9), date(2026, 3, 10))


def test_who_had_promised_something_is_said(life: Life, tmp_path: Path) -> None:
    publish_form(life.session, home_visit(), by=None, now=life.now)
    done = make_visit(life.session, case=life.seniors, visitor=life.visitor)
    record_submission(
        life.session, FileStore(tmp_path), xml=fill(FALLS), files=[], visit_id=done.id,
        viewer=make_viewer(life.visitor, Reach.OWN), now=life.now,
    )  # fmt: skip
    life.on_her_page()
    (event,) = events_of(life.session, life.person.id)
    promised = what_was_promised(life.session, life.viewer, event)
    assert list(promised.visits) == [life.visit]
    asked = [one.consequence.submission.sent_by for one in promised.follow_ups]
    assert asked and set(asked) == {life.visitor}
    asked_for = [one.id for one in promised.follow_ups]
    states = select(Task.state).where(Task.id.in_(asked_for)).distinct()
    assert life.session.scalars(states).all() == [TaskState.WITHDRAWN]
    # Whoever may not see her is told nothing.
    stranger = make_viewer(make_user(life.session, role=Role.VISITOR), Reach.OWN)
    assert what_was_promised(life.session, stranger, event).visits == []
    life.take_back()
    assert life.session.scalars(states).all() == [TaskState.OPEN]


def test_what_can_no_longer_be_is_not_given_back(life: Life) -> None:
    life.on_her_page()
    life.session.add(
        Visit(
            case_id=make_case(life.session, by=life.user).id,
            visitor_id=life.visitor.id,
            planned_start_at=life.visit.planned_start_at,
            state=VisitState.PLANNED,
            planned_end_at=life.visit.planned_end_at,
            planned_by_id=life.user.id,
            planned_at=life.now,
        )  # fmt: skip
    )
    # A neighbour rang meanwhile, and the home was let again.
    another = make_case(
        life.session, by=life.user, person=life.person, dwelling=life.home, programme="seniors"
    )
    make_person(life.session, dwelling=life.home)
    back = life.take_back()
    assert (back.planned, back.lost) == ([], [life.visit])
    assert (back.left_closed, back.home_taken) == ([life.seniors], True)
    assert another.is_open and not life.seniors.is_open
    assert (life.kit.is_open, life.kit.state) == (True, CaseState.AGREED)
    assert (life.task.state, life.task.visit_id) == (TaskState.OPEN, None)
    assert life.lease.ended_on is not None


def test_a_visit_whose_hour_is_past_stays_called_off(life: Life) -> None:
    life.on_her_page()
    life.now += timedelta(days=3)
    assert life.take_back().lost == [life.visit]


def test_only_the_last_event_is_taken_back_once_and_for_a_reason(life: Life) -> None:
    life.leave()
    life.on_her_page()
    death, move = events_of(life.session, life.person.id)

    def undo(event: LifeEvent, reason: str = "Erreur") -> None:
        take_back_event(
            life.session, life.person, event.id, reason=reason, viewer=life.viewer, now=life.now
        )

    with pytest.raises(Conflict, match="not_to_take_back"):
        undo(move)
    with pytest.raises(Invalid) as refused:
        undo(death, " ")
    assert refused.value.fields == {"reason": "required"}
    undo(death)
    with pytest.raises(Conflict, match="not_to_take_back"):
        undo(death)
    undo(move)
    assert life.seniors.is_open
    whats = life.session.scalars(select(AccessEvent.what).order_by(AccessEvent.id)).all()
    assert list(whats)[-4:] == [
        "life_event_noted", "life_event_noted", "life_event_taken_back", "life_event_taken_back",
    ]  # fmt: skip


def test_an_unreachable_case_comes_back_unreachable(life: Life) -> None:
    life.seniors.state = CaseState.UNREACHABLE
    life.on_her_page()
    life.take_back()
    assert (life.seniors.is_open, life.seniors.state) == (True, CaseState.UNREACHABLE)


@pytest.mark.parametrize(
    ("on", "code"),
    [(date(2026, 3, 11), "must_not_be_future"), (date(1941, 5, 16), "before_birth")],
)
def test_a_day_of_death_that_cannot_be_is_refused(life: Life, on: date, code: str) -> None:
    told = Told(HowTold.PAGE, life.user.id, life.now)
    with pytest.raises(Invalid) as refused:
        record_death(life.session, life.person, on=on, told=told)
    assert refused.value.fields == {"on": code}
    assert life.person.died_on is None


def test_a_tablet_and_a_file_are_never_refused_for_a_visit_under_way(life: Life) -> None:
    life.visit.state = VisitState.UNDER_WAY
    with pytest.raises(Conflict, match="visit_under_way"):
        life.on_the_phone()
    life.session.expire_all()
    life.at_the_door()
    life.refresh()
    assert (life.visit.state, life.person.died_on) == (VisitState.UNDER_WAY, date(2026, 3, 9))


def test_a_death_told_on_the_phone_is_taken_back_there_or_on_her_page(life: Life) -> None:
    life.on_the_phone()
    life.take_back()
    attempt = life.session.scalars(select(ContactAttempt)).one()
    assert (attempt.taken_back_why, attempt.taken_back_by_id) == ("Une homonyme", life.user.id)
    life.on_the_phone()
    life.refresh()
    latest = life.seniors.attempts[-1]
    take_back(
        life.session, life.seniors, latest.id, reason="Encore", viewer=life.viewer, now=life.now
    )
    assert not any(one.stands for one in events_of(life.session, life.person.id))
    assert life.person.died_on is None


@pytest.mark.parametrize("ends", [Life.leave, Life.on_her_page])
def test_whoever_looks_after_her_territory_still_finds_her(
    life: Life, ends: Callable[[Life], None]
) -> None:
    north, south = (find_territory(life.session, name).id for name in ("Nord", "Sud"))
    life.home.residence.territory_id = north
    eyes = [
        make_viewer(make_user(life.session, territory_id=one), Reach.TERRITORY)
        for one in (north, south)
    ]
    ends(life)
    life.refresh()
    assert find_person(life.session, eyes[0], life.person.id) is life.person
    with pytest.raises(Exception, match="person_not_found"):
        find_person(life.session, eyes[1], life.person.id)
    # Once she lives in the south, the north loses sight of her.
    life.take_back()
    new = make_dwelling(life.session, residence=make_residence(life.session, territory_id=south))
    life.leave()
    lease = Tenancy(dwelling_id=new.id)
    life.session.add(lease)
    life.session.flush()
    life.session.add(Occupancy(person_id=life.person.id, tenancy_id=lease.id))
    life.refresh()
    assert find_person(life.session, eyes[1], life.person.id) is life.person
    with pytest.raises(Exception, match="person_not_found"):
        find_person(life.session, eyes[0], life.person.id)


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_protected_person_who_died_hides_her_home_no_more(life: Life, by_hand: bool) -> None:
    life.person.protected = True
    life.session.add(
        NamedAccess(
            person_id=life.person.id,
            user_id=life.user.id,
            named_at=life.now,
            named_by_id=life.user.id,
        )  # fmt: skip
    )
    life.session.flush()
    assert life.session.scalars(hidden_homes()).all() == [life.home.id]
    if by_hand:
        life.on_her_page()
    else:
        life.person.died_on = date(2026, 3, 1)  # noted by an earlier version
    life.session.flush()
    assert life.session.scalars(hidden_homes()).all() == []


def test_a_task_noted_as_done_meanwhile_stays_done(life: Life) -> None:
    life.on_her_page()
    task = life.session.scalars(select(Task)).one()
    task.why = "Fait par le gardien"
    life.take_back()
    assert task.state is TaskState.WITHDRAWN


@pytest.mark.parametrize("born", ["17/05/1941", ""])
@pytest.mark.parametrize(
    ("ends", "code"), [(Life.on_the_phone, "known_dead"), (Life.leave, "known_gone")]
)
def test_a_file_that_does_not_know_it_yet_brings_nobody_back(
    life: Life, ends: Callable[[Life], None], code: str, born: str
) -> None:
    ends(life)
    ended = life.state
    plan = load(life.session, f"{FILE}\nL-VIE;VIVANTE;Rose;{born}\n")
    assert code in [problem.code for problem in plan.warnings]
    assert life.state == ended
    assert len(events_of(life.session, life.person.id)) == 1
    # Taken back, she lives there again by the very same file.
    life.take_back()
    plan = load(life.session, f"{FILE}\nL-VIE;VIVANTE;Rose;{born}\n")
    assert code not in [problem.code for problem in plan.warnings]
    assert life.seniors.is_open
