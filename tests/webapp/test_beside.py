"""What else is due in a home that is visited, and the visit that answers it beside that one."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.diagnostics.filling import shipped_form
from tests.factories import NOW, make_case, make_dwelling, make_person, make_user, make_viewer
from tests.submissions import fill_shipped
from tests.webapp.tablets import Tablet, hand_out_tablet
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.tasks import close_task, make_task
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Territory, User
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.mandates import Mandate, Right
from visits.models.people import AccessEvent
from visits.models.portfolio import Dwelling
from visits.models.visits import Visit, VisitState
from visits.people.protection import protect
from visits.sight import Reach

SUPPORT = "isolated_tenants"


@dataclass
class Home:
    """A visit of today, and the visitor's husband's weekly support in the same home."""

    tablet: Tablet
    case_id: uuid.UUID
    task_id: uuid.UUID
    at: str = NOW.isoformat()

    @property
    def listed(self) -> list[dict[str, Any]]:
        return list(self.tablet.today["beside"])

    def tell(self, task_id: object = None, **said: Any) -> Any:
        beside = uuid.uuid5(self.tablet.visit.id, str(self.task_id))
        body = {"id": str(beside), "task_id": str(task_id or self.task_id), "at": self.at} | said
        return self.tablet.app.test_client().post(
            f"/api/visits/{self.tablet.visit.id}/beside",
            json={"sent_at": self.at} | body,
            headers=self.tablet.headers,
        )

    def do(self, change: Callable[[Session, Case], object]) -> None:
        with self.tablet.house.sessions.begin() as session:
            change(session, session.get_one(Case, self.case_id))


@pytest.fixture
def home(app: Flask) -> Home:
    tablet = hand_out_tablet(app)
    with tablet.house.sessions.begin() as session:
        for name in ("weekly_support", "social_situation"):
            publish_form(session, shipped_form(name), by=None, now=NOW)
        office = make_user(session)
        mandate = MandateSaid(
            tablet.visitor.organisation_id, SUPPORT, None, frozenset({Right.VISIT}),
            from_on=date(2026, 1, 1), until_on=None,
        )  # fmt: skip
        grant_mandate(session, mandate, by=office.id, now=NOW)
        case_id, task_id = _due(session, tablet, office)
    return Home(tablet, case_id, task_id)


def _due(session: Session, tablet: Tablet, office: Any) -> tuple[uuid.UUID, uuid.UUID]:
    dwelling = session.merge(tablet.dwelling)
    husband = make_person(session, dwelling=dwelling, first_name="Marcel")
    case = make_case(
        session, by=office, person=husband, dwelling=dwelling, programme=SUPPORT,
        state=CaseState.VISITED,
    )  # fmt: skip
    task = make_task(
        session, case, TaskKind.VISIT, what="Comme convenu", visit_kind="weekly",
        due_on=date(2026, 3, 10), viewer=make_viewer(office), now=NOW,
    )  # fmt: skip
    return case.id, task.id


def test_what_is_due_in_the_home_across_programmes_comes_along(home: Home) -> None:
    (one,) = home.listed
    assert one["person"]["name"].startswith("Mme Marcel")
    assert (one["programme"]["fr"], one["due_on"]) == ("Locataires isolés", "2026-03-10")
    assert [(form["form_id"], form["required"]) for form in one["forms"]] == [
        ("weekly_support", True),
        ("social_situation", False),
    ]
    assert {"weekly_support", "social_situation"} <= {
        form["form_id"] for form in home.tablet.day()["forms"]
    }
    with home.tablet.house.sessions() as session:
        events = session.scalars(select(AccessEvent.what).order_by(AccessEvent.id)).all()
    assert "tablet_beside" in events


def _in_other_hands(session: Session, case: Case) -> None:
    case.organisation_id = make_user(session, organisation="Mutuelle").organisation_id


def _elsewhere(session: Session, case: Case) -> None:
    case.dwelling_id = make_dwelling(session).id


def _closed(session: Session, case: Case) -> None:
    case.closed_on = date(2026, 3, 9)


def _not_agreed(session: Session, case: Case) -> None:
    case.state = CaseState.TO_CALL


def _another_programme(session: Session, case: Case) -> None:
    case.programme = "young_tenants"


def _later(session: Session, case: Case) -> None:
    task = session.scalars(select(Task).where(Task.case_id == case.id)).one()
    task.not_before = task.due_on = date(2026, 3, 11)


def _a_call(session: Session, case: Case) -> None:
    session.scalars(select(Task).where(Task.case_id == case.id)).one().kind = TaskKind.CALL


def _only_called(session: Session, case: Case) -> None:
    session.scalars(select(Mandate)).one().rights = [Right.CALL]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "change",
    [
        _only_called,
        _in_other_hands,
        _elsewhere,
        _closed,
        _not_agreed,
        _another_programme,
        _later,
        _a_call,
    ],
)
def test_what_is_not_hers_or_not_due_is_not_told(
    home: Home, change: Callable[[Session, Case], object]
) -> None:
    assert home.listed
    home.do(change)
    assert home.listed == []


@pytest.mark.one_database
def test_a_landlords_own_visitor_is_told_what_is_due_in_its_homes_without_a_mandate(
    home: Home,
) -> None:
    north, south = uuid.uuid4(), uuid.uuid4()

    def hers(session: Session, case: Case) -> None:
        session.add_all(Territory(id=one, name=str(one)) for one in (north, south))
        session.flush()
        session.scalars(select(Mandate)).one().rights = [Right.CALL]
        residence = session.get_one(Dwelling, case.dwelling_id).residence
        residence.territory_id = north
        visitor = session.get_one(User, home.tablet.visitor.id)
        visitor.organisation_id = residence.landlord_id

    def of(area: uuid.UUID | None) -> Callable[[Session, Case], None]:
        def work_there(session: Session, case: Case) -> None:
            session.get_one(User, home.tablet.visitor.id).territory_id = area

        return work_there

    home.do(hers)
    assert len(home.listed) == 1
    home.do(_in_other_hands)  # its tenant all the same
    assert len(home.listed) == 1
    told = []
    for area in (north, south):
        home.do(of(area))
        told.append(len(home.listed))
    assert told == [1, 0]


HIDDEN = [_only_called, _in_other_hands, _elsewhere, _another_programme, _a_call]


@pytest.mark.one_database
@pytest.mark.parametrize("change", HIDDEN)
def test_a_task_she_may_not_see_reads_like_none(
    home: Home, change: Callable[[Session, Case], object]
) -> None:
    home.do(change)
    refused, none = home.tell(), home.tell(uuid.uuid4())
    assert (refused.status_code, none.status_code) == (404, 404)
    assert refused.json["code"] == none.json["code"] == "task_not_found"


@pytest.mark.one_database
def test_what_she_set_out_with_is_kept_though_it_is_no_longer_hers(home: Home) -> None:
    assert home.listed
    home.do(_in_other_hands)
    assert (home.listed, home.tell().status_code) == ([], 201)


@pytest.mark.one_database
def test_a_protected_husband_is_told_to_nobody(home: Home) -> None:
    def protected(session: Session, case: Case) -> None:
        protect(
            session, case.person, by=make_user(session).id, now=NOW, but={home.tablet.person.id}
        )

    home.do(protected)
    assert home.listed == []
    assert home.tell().status_code == 404


def test_a_visit_beside_is_kept_once_and_answers_the_task(home: Home) -> None:
    (one,) = home.listed
    first, again = home.tell(), home.tell()
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert first.json["id"] == one["id"]
    assert home.listed == []  # it is a visit of the day now
    listed = {visit["id"]: visit for visit in home.tablet.day()["visits"]}
    assert (
        listed[one["id"]]["planned_start_at"]
        == listed[str(home.tablet.visit.id)]["planned_start_at"]
    )
    with home.tablet.house.sessions.begin() as session:
        record_submission(
            session, home.tablet.house.store, xml=fill_shipped("weekly_support"), files=(), now=NOW,
            visit_id=uuid.UUID(one["id"]), viewer=make_viewer(home.tablet.visitor, Reach.OWN),
        )  # fmt: skip
    with home.tablet.house.sessions() as session:
        beside = session.get_one(Visit, uuid.UUID(one["id"]))
        task = session.get_one(Task, home.task_id)
        assert (beside.state, task.state) == (VisitState.DONE, TaskState.DONE)
        assert task.visit_id == beside.id
        assert session.get_one(Visit, home.tablet.visit.id).state is VisitState.PLANNED


@pytest.mark.one_database
def test_it_took_place_whatever_became_of_the_task_meanwhile(home: Home) -> None:
    office = make_viewer(home.tablet.visitor)

    def withdrawn(session: Session, case: Case) -> None:
        task = session.get_one(Task, home.task_id)
        close_task(session, task, TaskState.WITHDRAWN, why="Plus besoin", viewer=office, now=NOW)

    home.do(withdrawn)
    told = home.tell()
    assert told.status_code == 201
    with home.tablet.house.sessions() as session:
        assert session.get_one(Visit, uuid.UUID(told.json["id"])).case_id == home.case_id
        assert session.get_one(Task, home.task_id).state is TaskState.WITHDRAWN


@pytest.mark.one_database
def test_what_another_visitor_began_is_not_taken_over(home: Home) -> None:
    told = home.tell()
    with home.tablet.house.sessions.begin() as session:
        other = make_user(session, role=home.tablet.visitor.role)
        session.get_one(Visit, uuid.UUID(told.json["id"])).visitor_id = other.id
    assert home.tell().status_code == 409


@pytest.mark.one_database
@pytest.mark.parametrize("planned", ["", "weekly"])
def test_more_of_what_a_visit_is_for_is_no_other_task(home: Home, planned: str) -> None:
    def same(session: Session, case: Case) -> None:
        own = session.get_one(Visit, home.tablet.visit.id)
        session.get_one(Task, home.task_id).visit_kind = None
        own.case_id, own.kind = case.id, planned

    home.do(same)
    assert home.listed == []


@pytest.mark.one_database
def test_another_kind_of_visit_of_the_same_case_is_another_task(home: Home) -> None:
    def another(session: Session, case: Case) -> None:
        hers = session.get_one(Case, home.tablet.visit.case_id)
        task = session.get_one(Task, home.task_id)
        task.case_id, task.visit_kind = hers.id, "yearly"
        session.scalars(select(Mandate)).one().programme = hers.programme

    home.do(another)
    assert len(home.listed) == 1


@pytest.mark.one_database
def test_nonsense_is_refused_field_by_field(home: Home) -> None:
    answer = home.tell(task_id="x", at="hier")
    assert answer.status_code == 422
    assert set(answer.json["errors"]["json"]) == {"task_id", "at"}
