"""A case of somebody who has no dwelling here: listed, planned for, visited, on no map."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import (
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    promised,
)
from tests.submissions import GAS, fill, home_visit
from visits.agenda.planning import plan_visit
from visits.calls.call_list import NO_HOME, CaseFilter, list_cases
from visits.cases.cases import close_case, find_case
from visits.cases.task_list import OPEN_ALL, TaskFilter, list_tasks
from visits.choosing.opening import open_by_hand
from visits.forms.published import publish_form
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.intake.visit_file import VisitFilter, list_visits
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState, WayIn
from visits.models.map import MapPoint
from visits.models.people import Occupancy
from visits.models.visits import Visit, VisitState
from visits.models.works import WorkOrder
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted


class Desk:
    """A coordinator, a visitor, and somebody who sleeps at her sister's."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.coordinator: User = make_user(session)
        self.visitor: User = make_user(session, role=Role.VISITOR)
        self.viewer: Viewer = make_viewer(self.coordinator)
        self.person = make_person(session)
        left = update(Occupancy).where(Occupancy.person_id == self.person.id)
        session.execute(left.values(ended_on=now.date()))
        # Somewhere a home is hidden: what has no home at all is not hidden with it.
        protect(session, make_person(session), by=make_user(session).id, now=now)
        self.case: Case
        self.case, _fit = open_by_hand(
            session, self.person, "seniors", motive="Dort chez sa sœur", viewer=self.viewer, now=now
        )

    def plan(self, place: str) -> Visit:
        """Plan the visit she agreed to, tomorrow at noon."""
        self.case.state = CaseState.AGREED
        return plan_visit(
            self.session, self.case, visitor_id=self.visitor.id, minutes=60, place=place,
            start_at=self.now + timedelta(days=1, hours=2), viewer=self.viewer, now=self.now,
        )  # fmt: skip


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """Somebody without a home here has a case."""
    return Desk(session, now)


def test_it_is_in_the_lists_of_cases_and_of_what_is_to_do(desk: Desk) -> None:
    assert (desk.case.dwelling_id, desk.case.way_in) == (None, WayIn.REQUEST)
    assert find_case(desk.session, desk.viewer, desk.case.id) is desk.case
    for state in ("to_contact", NO_HOME):
        found = list_cases(
            desk.session, desk.viewer, only=CaseFilter(state=state), wanted=Wanted(), now=desk.now
        )
        assert found.rows == [desk.case]
    due = list_tasks(
        desk.session, desk.viewer, only=TaskFilter(state=OPEN_ALL), wanted=Wanted(),
        today=today_in_paris(desk.now),
    )  # fmt: skip
    assert {task.case_id for task in due.rows} == {desk.case.id}
    assert desk.session.scalars(select(MapPoint)).all() == []


def test_a_home_found_later_is_the_home_of_a_new_case(desk: Desk) -> None:
    case, _fit = open_by_hand(
        desk.session, make_person(desk.session, dwelling=(home := make_dwelling(desk.session))),
        "seniors", viewer=desk.viewer, now=desk.now,
    )  # fmt: skip
    assert case.dwelling_id == home.id


def test_it_is_hidden_with_its_person(desk: Desk) -> None:
    protect(desk.session, desk.person, by=desk.coordinator.id, now=desk.now)
    other = make_viewer(make_user(desk.session))
    for eyes, count in ((desk.viewer, 1), (other, 0)):
        found = list_cases(
            desk.session, eyes, only=CaseFilter(state=NO_HOME), wanted=Wanted(), now=desk.now
        )
        assert found.total == count


def test_a_visit_to_her_says_where_it_is(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.plan("  ")
    assert refused.value.fields == {"place": "required"}
    visit = desk.plan("Chez sa sœur, 3 rue des Lilas, Creil")
    assert (visit.home, visit.place) == (None, "Chez sa sœur, 3 rue des Lilas, Creil")
    span = VisitFilter(desk.now, desk.now + timedelta(days=7))
    assert list_visits(desk.session, desk.viewer, only=span, wanted=Wanted()).rows == [visit]


def test_what_is_found_there_is_asked_about_and_no_works_are_sent(
    desk: Desk, tmp_path: Path
) -> None:
    visit = desk.plan("Chez sa sœur")
    publish_form(desk.session, home_visit(), by=desk.coordinator.id, now=desk.now)
    eyes = make_viewer(desk.visitor, reach=Reach.OWN)
    record_submission(
        desk.session, FileStore(tmp_path), xml=fill(GAS), files=[], viewer=eyes, now=desk.now,
        visit_id=visit.id,
    )  # fmt: skip
    assert visit.state is VisitState.DONE
    assert desk.session.scalars(select(WorkOrder)).all() == []
    urgent = [one for one in desk.session.scalars(promised()) if one.consequence.severity == "U0"]
    assert [one.due_on for one in urgent] == [today_in_paris(desk.now)]


def test_one_open_case_a_programme_and_none_of_the_dead(desk: Desk) -> None:
    with pytest.raises(Conflict, match="case_open_already"):
        open_by_hand(desk.session, desk.person, "seniors", viewer=desk.viewer, now=desk.now)
    close_case(desk.session, desk.case, outcome="lost", viewer=desk.viewer, now=desk.now)
    desk.person.died_on = desk.now.date()
    with pytest.raises(Conflict, match="person_died"):
        open_by_hand(desk.session, desk.person, "seniors", viewer=desk.viewer, now=desk.now)
