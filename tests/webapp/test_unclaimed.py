"""What comes without a visit waits in a queue, and follows its visit once it is attached."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.factories import NOW, make_case, make_person, make_user, make_viewer, make_visit
from tests.submissions import FALLS, GAS, QUIET, fill, home_visit
from visits.cases.cases import close_case, reopen_case
from visits.cases.tasks import make_task, plan_for, visits_due
from visits.forms.published import publish_form
from visits.intake.handing_in import RefusedItem, hand_in
from visits.intake.submissions import record_submission
from visits.intake.unclaimed import propose_visits
from visits.models.accounts import Role, Territory, User
from visits.models.cases import CaseState, Task, TaskKind
from visits.models.handed_in import HandedIn, HandedInKind
from visits.models.people import AccessedPerson, AccessEvent, Consent, Occupancy
from visits.models.visits import Submission, SubmissionState, Visit, VisitChannel, VisitState
from visits.models.works import WorkOrder, WorkOrderState
from visits.sight import Reach
from visits.sight.listing import Wanted
from visits.works.work_list import WorkOrderFilter, list_work_orders

SignIn = Callable[..., FlaskClient]
URGENT = FALLS | {"gas_smell": "yes"}


@dataclass
class Office:
    house: Any
    visitor: User
    visit: Visit
    person_id: uuid.UUID

    def send(self, answers: dict[str, str] = GAS, *, by: User | None = None) -> uuid.UUID:
        with self.house.sessions.begin() as session:
            return record_submission(
                session, self.house.store, xml=fill(answers), files=(), now=NOW,
                viewer=make_viewer(by or self.visitor, Reach.OWN),
            ).id  # fmt: skip

    def all(self, model: Any) -> list[Any]:
        with self.house.sessions() as session:
            return list(session.scalars(select(model)))


@pytest.fixture
def office(app: Flask) -> Office:
    house = app.extensions["palier"]
    with house.sessions.begin() as session:
        publish_form(session, home_visit(), by=None, now=NOW)
        visitor = make_user(session, role=Role.VISITOR, name="Nadia Fournier")
        person = make_person(session, last_name="VERMEULEN")
        case = make_case(session, by=visitor, person=person)
        visit = make_visit(session, case=case, visitor=visitor)
        return Office(house, visitor, visit, person.id)


def test_an_urgent_finding_opens_its_order_at_once_and_says_that_its_home_is_unknown(
    office: Office, client_as: SignIn
) -> None:
    office.send(URGENT)
    (order,) = office.all(WorkOrder)
    assert (order.dwelling_id, order.person_id, order.severity) == (None, None, "U0")
    assert office.all(Task) == []
    technician = client_as(Role.TECHNICIAN)
    assert "Logement inconnu" in technician.get("/work-orders/").text
    page = technician.get(f"/work-orders/{order.id}")
    assert "Nadia Fournier" in page.text
    assert "Logement inconnu" in technician.get("/").text
    moved = technician.post(f"/work-orders/{order.id}", data={"state": "started"})
    assert moved.status_code == 302


def test_the_tile_counts_the_lines_of_its_list(office: Office, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert "/unclaimed/" not in client.get("/").text
    office.send(QUIET)
    office.send(GAS)
    with office.house.sessions.begin() as session:
        item = RefusedItem("uuid:1", HandedInKind.SUBMISSION, "form_not_found", b"<x/>")
        hand_in(session, office.house.store, item, viewer=make_viewer(office.visitor), now=NOW)
    home = client.get("/").text
    assert re.search(r'href="/unclaimed/">[^<]*</a></dt>\s*<dd>3', home)
    listed = client.get("/unclaimed/").text
    assert listed.count('href="/unclaimed/forms/') == 2
    assert listed.count('href="/unclaimed/handed-in/') == 1
    assert listed.index("U0") < listed.index("/unclaimed/handed-in/"), "the urgent comes first"
    only = client.get("/unclaimed/?kind=handed_in").text
    assert "/unclaimed/forms/" not in only


def test_attaching_runs_all_that_a_visit_runs_once(office: Office, client_as: SignIn) -> None:
    submission_id = office.send(URGENT)
    client = client_as(Role.COORDINATOR)
    page = client.get(f"/unclaimed/forms/{submission_id}").text
    assert "VERMEULEN" in page
    (seen,) = [one.id for one in office.all(AccessEvent) if one.what == "visits_proposed"]
    named = [one.person_id for one in office.all(AccessedPerson) if one.event_id == seen]
    assert named == [office.person_id]
    path, data = f"/unclaimed/forms/{submission_id}/attach", {"visit": str(office.visit.id)}
    assert client.post(path, data=data).status_code == 302
    assert client.post(path, data=data).status_code == 404, "it waits no more"
    (order,) = office.all(WorkOrder)
    assert order.person_id == office.person_id
    assert order.dwelling_id is not None
    (visit,) = office.all(Visit)
    assert visit.state is VisitState.DONE
    assert office.all(Task)
    assert office.all(Consent)
    with office.house.sessions() as session:
        kept = session.get_one(Visit, office.visit.id)
        assert (kept.case.state, kept.case.risk) == (CaseState.VISITED, 3)
    assert client.get(f"/visits/{office.visit.id}").text.count("/take-back") == 1


def test_attaching_is_taken_back_and_may_go_to_another_home(
    office: Office, client_as: SignIn
) -> None:
    submission_id = office.send(URGENT)
    client = client_as(Role.COORDINATOR)
    path, data = f"/unclaimed/forms/{submission_id}/attach", {"visit": str(office.visit.id)}
    client.post(path, data=data)
    back = f"/unclaimed/attached/{office.visit.id}/{submission_id}/take-back"
    assert client.post(back).status_code == 302
    assert client.post(back).status_code == 404
    (order,) = office.all(WorkOrder)
    assert (order.dwelling_id, order.state) == (None, WorkOrderState.OPEN)
    assert office.all(Consent) == []
    assert {one.state for one in office.all(Task)} == {"withdrawn"}
    with office.house.sessions.begin() as session:
        kept = session.get_one(Visit, office.visit.id)
        assert (kept.state, kept.done_at) == (VisitState.PLANNED, None)
        assert (kept.case.state, kept.case.risk) == (CaseState.PLANNED, 0)
        other = make_visit(
            session, case=make_case(session, by=office.visitor), visitor=office.visitor
        )
    promised = len(office.all(Task))
    assert client.post(path, data={"visit": str(other.id)}).status_code == 302
    follow_ups = office.all(Task)
    assert {one.case_id for one in follow_ups} == {other.case_id}
    assert ({one.state for one in follow_ups}, len(follow_ups)) == ({"open"}, promised)
    assert [one.person_id for one in office.all(WorkOrder)] != [office.person_id]


def test_nobody_is_sent_there_where_attaching_is_taken_back_after_the_case_was_closed(
    office: Office, client_as: SignIn
) -> None:
    submission_id = office.send(QUIET)
    client = client_as(Role.COORDINATOR)
    with office.house.sessions.begin() as session:
        visit = session.get_one(Visit, office.visit.id)
        viewer = make_viewer(office.visitor, Reach.ALL)
        due = make_task(
            session, visit.case, TaskKind.CHECK, what="Relever le détecteur", due_on=NOW.date(),
            viewer=viewer, now=NOW,
        )  # fmt: skip
        plan_for(session, visit, [due])
    path = f"/unclaimed/forms/{submission_id}/attach"
    assert client.post(path, data={"visit": str(office.visit.id)}).status_code == 302
    with office.house.sessions.begin() as session:
        case = session.get_one(Visit, office.visit.id).case
        close_case(session, case, outcome="completed", viewer=viewer, now=NOW)
    back = f"/unclaimed/attached/{office.visit.id}/{submission_id}/take-back"
    assert client.post(back).status_code == 302
    assert [one.state for one in office.all(Visit)] == [VisitState.CANCELLED]
    assert {one.state for one in office.all(Task)} == {"withdrawn"}
    with office.house.sessions.begin() as session:
        case = session.get_one(Visit, office.visit.id).case
        reopen_case(session, case, viewer=viewer, now=NOW)
        assert case.state is CaseState.AGREED
        assert due.id in {one.id for one in visits_due(session, case)}


def test_setting_aside_names_what_it_cancels_and_is_taken_back(
    office: Office, client_as: SignIn
) -> None:
    submission_id = office.send(GAS)
    client, path = client_as(Role.COORDINATOR), f"/unclaimed/forms/{submission_id}/aside"
    (order,) = office.all(WorkOrder)
    refused = client.post(path, data={"reason": " "})
    assert refused.status_code == 422
    assert "Ce que ces réponses ont ouvert continue" in refused.text, "there is no other submission"
    named = {"reason": "Essai", "named-aside": str(order.id)}
    assert client.post(path, data={**named, "going-aside": str(order.id)}).status_code == 302
    assert office.all(WorkOrder)[0].state is WorkOrderState.OPEN
    assert client.post(path, data={"state": "waiting"}).status_code == 302
    client.post(path, data=named)
    assert office.all(WorkOrder)[0].state is WorkOrderState.CANCELLED
    aside = client.get("/unclaimed/?state=aside").text
    assert "/unclaimed/forms/" in aside
    assert re.search(r"selected>\s*Mis de côté<", aside)
    client.post(path, data={"state": "waiting"})
    assert office.all(WorkOrder)[0].state is WorkOrderState.OPEN
    assert office.all(Submission)[0].state is not SubmissionState.SET_ASIDE


def test_a_protected_person_is_proposed_to_nobody_who_may_not_see_her(
    office: Office, client_as: SignIn
) -> None:
    submission_id = office.send(GAS)
    with office.house.sessions.begin() as session:
        session.get_one(Visit, office.visit.id).case.person.protected = True
    client = client_as(Role.COORDINATOR)
    for query in ("", "?q=VERMEULEN"):
        page = client.get(f"/unclaimed/forms/{submission_id}{query}").text
        assert "VERMEULEN" not in page.replace('value="VERMEULEN"', "")
    data = {"visit": str(office.visit.id)}
    path = f"/unclaimed/forms/{submission_id}/attach"
    assert client.post(path, data=data).status_code == 404


def test_a_visit_to_a_home_that_is_hidden_since_is_proposed_to_nobody(office: Office) -> None:
    submission_id = office.send(GAS)
    with office.house.sessions.begin() as session:
        home = session.get_one(Visit, office.visit.id).case.dwelling
        assert home is not None
        make_person(session, dwelling=home, protected=True)
    with office.house.sessions() as session:
        found = session.get_one(Submission, submission_id)
        seeing = make_viewer(make_user(session), Reach.ALL)
        assert propose_visits(session, seeing, found) == []


@pytest.mark.slow
def test_a_territory_sees_only_what_can_be_of_no_other_home(
    office: Office, client_as: SignIn
) -> None:
    submission_id = office.send(GAS)
    with office.house.sessions.begin() as session:
        home = session.get_one(Visit, office.visit.id).case.dwelling.residence
        person = session.get_one(Visit, office.visit.id).case.person
        dwelling = session.get_one(Visit, office.visit.id).case.dwelling
        territory = _territory(session)
        home.territory_id = territory
        person_home = _lives_in(session, person.id)
        person_home.territory_id = territory
        assert dwelling is not None
    path = f"/unclaimed/forms/{submission_id}"
    hers = client_as(Role.COORDINATOR, territory_id=territory)
    assert hers.get(path).status_code == 200
    with office.house.sessions.begin() as session:
        case = make_case(session, by=office.visitor)
        make_visit(session, case=case, visitor=office.visitor)
    assert hers.get(path).status_code == 404
    assert hers.get("/unclaimed/").text.count("/unclaimed/forms/") == 0
    assert client_as(Role.COORDINATOR).get(path).status_code == 200


def _territory(session: Any) -> uuid.UUID:
    territory = Territory(name="Nord")
    session.add(territory)
    session.flush()
    return territory.id


def _lives_in(session: Any, person_id: uuid.UUID) -> Any:
    occupancy = session.scalars(select(Occupancy).where(Occupancy.person_id == person_id)).one()
    return occupancy.tenancy.dwelling.residence


def test_the_senders_visit_of_that_day_is_proposed_first(office: Office) -> None:
    submission_id = office.send(GAS)
    with office.house.sessions.begin() as session:
        colleague = make_user(session, role=Role.VISITOR)
        start = office.visit.planned_start_at
        for by, days in ((colleague, 0), (office.visitor, 5)):
            case = make_case(session, by=by)
            make_visit(session, case=case, visitor=by, start_at=start + timedelta(days=days))
        called = make_visit(session, case=case, visitor=office.visitor, start_at=start)
        called.channel = VisitChannel.PHONE  # no home was visited
    with office.house.sessions() as session:
        found = session.get_one(Submission, submission_id)
        seeing = make_viewer(office.visitor, Reach.ALL)
        proposed = propose_visits(session, seeing, found)
        assert [one.visitor_id == office.visitor.id for one in proposed] == [True, True, False]
        assert proposed[0].id == office.visit.id
        for text in ("vermeul", "Vérmeulen beauvais"):
            named = propose_visits(session, seeing, found, text=text)
            assert [one.id for one in named] == [office.visit.id]


def test_what_was_handed_in_is_read_taken_in_or_closed(office: Office, client_as: SignIn) -> None:
    with office.house.sessions.begin() as session:
        sent = RefusedItem("uuid:1", HandedInKind.SUBMISSION, "visit_not_found", fill(GAS))
        broken = RefusedItem("uuid:2", HandedInKind.SUBMISSION, "refused", b"<data><oops")
        by = make_viewer(office.visitor)
        store = office.house.store
        kept = [hand_in(session, store, one, viewer=by, now=NOW) for one in (sent, broken)]
        good, bad = (one.id for one in kept)
    client = client_as(Role.COORDINATOR)
    assert "gas_smell" in client.get(f"/unclaimed/handed-in/{good}").text
    assert "&lt;oops" in client.get(f"/unclaimed/handed-in/{bad}").text
    assert client.post(f"/unclaimed/handed-in/{bad}", data={"doing": "take_in"}).status_code == 422
    assert client.post(f"/unclaimed/handed-in/{bad}", data={"doing": "close"}).status_code == 422
    done = {"doing": "close", "reason": "Ressaisi"}
    assert client.post(f"/unclaimed/handed-in/{bad}", data=done).status_code == 302
    client.post(f"/unclaimed/handed-in/{bad}", data={"doing": "open"})
    taken = client.post(f"/unclaimed/handed-in/{good}", data={"doing": "take_in"})
    (kept,) = office.all(Submission)
    assert taken.headers["Location"].endswith(f"/unclaimed/forms/{kept.id}")
    assert kept.sent_by_id == office.visitor.id
    assert [one.severity for one in office.all(WorkOrder)] == ["U0"]
    assert [one.closed_at is None for one in office.all(HandedIn)].count(True) == 1


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.MANAGER, Role.PARTNER_COORDINATOR])
def test_who_may_read_no_answers_has_no_queue(
    office: Office, client_as: SignIn, role: Role
) -> None:
    submission_id = office.send(GAS)
    client = client_as(role)
    assert client.get("/unclaimed/").status_code == 403
    assert client.get(f"/unclaimed/forms/{submission_id}").status_code == 403


def test_a_partner_counts_no_order_of_an_unknown_home(office: Office) -> None:
    office.send(GAS)
    with office.house.sessions() as session:
        partner = make_viewer(office.visitor, Reach.ORGANISATION)
        only, wanted = WorkOrderFilter(), Wanted()
        listed = list_work_orders(session, partner, only=only, wanted=wanted, now=NOW)
        assert listed.total == 0
        assert session.scalar(select(func.count(WorkOrder.id))) == 1
