"""From a bath that nobody can climb into to a home let again, and from a refusal to a move."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import QUIET, fill, home_visit
from tests.visits.adapting import NO_VISIT
from tests.visits.test_adaptations_called_for import form
from visits.adaptations.receiving import receive_what_is_done
from visits.forms.published import publish_form
from visits.homes.traits import LEAVING, TraitSaid, note_trait
from visits.intake.submissions import record_submission
from visits.life.endings import Told
from visits.life.moves import record_departure
from visits.models.accounts import Role, User
from visits.models.adaptations import AdaptationFile, AdaptationTask, Step
from visits.models.cases import Task
from visits.models.funding import FundingNote
from visits.models.life import HowTold
from visits.models.people import Person
from visits.models.transfers import TransferWish
from visits.models.visits import Visit, VisitState
from visits.models.works import WorkOrder, WorkOrderState
from visits.sight import Reach
from visits.works.moves import MoveSaid, move_work_order

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
WHEELCHAIR = {"reasons": "stairs", "wheelchair": "yes", "asked_on": "2026-03-01"}
TODAY = NOW.date().isoformat()
DOING = (
    (WorkOrderState.ACKNOWLEDGED, MoveSaid()),
    (WorkOrderState.STARTED, MoveSaid()),
    (WorkOrderState.DONE, MoveSaid(note="Douche posée.")),
)
XML = (
    '<data id="bath" version="1"><edge>yes</edge><slips>no</slips>'
    "<meta><instanceID>uuid:{}</instanceID></meta></data>"
)


class Desk:
    """The coordinator at her pages, and a look at what is kept."""

    def __init__(self, client: FlaskClient, session: Session) -> None:
        self.client, self.session = client, session

    def post(self, address: str, **data: Any) -> str:
        answer = self.client.post(address, data=data)
        assert answer.status_code == 302, (address, answer.status_code, _why(answer.text))
        return str(answer.location)

    def read(self, of: Any) -> Any:
        """Give the one there is as it stands, and let nobody wait for this reading."""
        self.let_go()
        found = self.session.scalars(select(of)).one()
        self.let_go()
        return found

    def let_go(self) -> None:
        """End the reading; what was read is not read again."""
        self.session.expunge_all()
        self.session.rollback()

    def move(self, step: Step, **data: Any) -> None:
        file = self.read(AdaptationFile)
        self.post(f"/adaptations/{file.id}", turn=file.turn, step=step, **data)

    def wish(self, person: Person, **data: Any) -> str:
        return self.post(f"/transfers/new/{person.id}", **(WHEELCHAIR | data))

    def act(self, wish: str, what: str, **data: Any) -> None:
        turn = re.search(r'name="turn" value="(\d+)"', self.client.get(wish).text)
        assert turn is not None
        self.post(f"{wish}/{what}", turn=turn[1], **data)

    def arrives(self, person: Person) -> None:
        """Note on her page that she lives in the home she accepted."""
        came = {"home_reference": "BAS", "arrived_on": TODAY, "role": "holder"}
        self.post(f"/people/{person.id}/arrival", **came)


def _why(page: str) -> list[str]:
    return re.findall(r'class="[^"]*error[^"]*"[^>]*>([^<]+)', page)


@pytest.fixture
def desk(client_as: SignIn, session: Session) -> Desk:
    return Desk(client_as(Role.COORDINATOR, language="en"), session)


def test_a_bath_becomes_a_shower_and_the_home_goes_to_who_waited(
    app: Flask, session: Session, desk: Desk
) -> None:
    """A visit, a commission, three payers, works, the register, and the home is let again."""
    tenant, waiting = _visited(app, session)
    file = desk.read(AdaptationFile)
    desk.move(Step.ELIGIBILITY)
    desk.move(Step.VISIT, priority="first")
    _looked_at(app, desk)
    desk.move(Step.FUNDING, said="Le siphon est accessible.")
    _fund(desk, file)
    desk.move(Step.DECISION)
    held = desk.post("/adaptations/commissions/", held_on=TODAY)
    desk.post(f"{held}/agenda", adaptation=str(file.id))
    turn = desk.read(AdaptationFile).turn
    desk.post(f"/adaptations/{file.id}/decision", turn=turn, outcome="granted")
    desk.post(f"{held}/minutes", note="Présents : tous.")
    desk.move(Step.WORKS, agreed_how="phone", agreed_on=TODAY)
    desk.post(
        f"/adaptations/{file.id}/works", trade="plumbing", place="bathroom", description="Douche."
    )  # fmt: skip
    assert "No adapted home here" in desk.client.get("/homes/register/").text
    _done(desk, now=NOW + timedelta(days=30))
    assert desk.read(AdaptationFile).step is Step.RECEPTION
    desk.move(Step.FIRST_FOLLOW_UP)
    _asked_after(desk)
    assert "Shower instead of the bath" in desk.client.get("/homes/register/?letting=let").text
    wish = desk.wish(waiting)
    assert "No home falls free" in desk.client.get("/transfers/awaited").text
    _leave(session, tenant)
    awaited = desk.client.get("/transfers/awaited").text
    assert waiting.name in awaited
    assert "Homes free for who waits" in desk.client.get("/").text
    home = re.search(r'name="dwelling" value="([^"]+)"', desk.client.get(wish).text)
    assert home is not None
    desk.act(wish, "offers", dwelling=home[1])
    assert "No home falls free" in desk.client.get("/transfers/awaited").text
    desk.act(wish, "answer", answer="accepted")
    desk.arrives(waiting)
    assert "Has moved" in desk.client.get(wish).text
    assert "BAS" in desk.client.get("/homes/register/?letting=let").text


def _visited(app: Flask, session: Session) -> tuple[Person, Person]:
    """Let a visit find the bath, on a ground floor; somebody elsewhere waits for such a home."""
    for one in (home_visit(), form()):
        publish_form(session, one, by=None, now=NOW)
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    home = make_dwelling(session, residence=make_residence(session), floor=0, reference="BAS")
    tenant = make_person(session, dwelling=home, last_name="MOREL")
    waiting = make_person(session, last_name="ATTEND")
    visit = make_visit(
        session, case=make_case(session, by=by, person=tenant, dwelling=home), visitor=visitor
    )
    for xml in (XML.format(visit.id).encode(), fill(QUIET)):
        sent = record_submission(
            session, app.extensions["palier"].store, xml=xml, files=[],
            viewer=make_viewer(visitor, Reach.OWN), now=NOW, visit_id=visit.id,
        )  # fmt: skip
        assert sent.counts
    assert visit.state is VisitState.DONE
    session.commit()
    return tenant, waiting


def _looked_at(app: Flask, desk: Desk) -> None:
    """Plan the visit that the file asks for, from the case; it is made with its form."""
    file = desk.read(AdaptationFile)
    page = f"/adaptations/{file.id}"
    hers = select(Task).join(AdaptationTask)
    task = desk.session.scalars(hers).one()
    desk.let_go()
    assert "A visit is to be planned by" in desk.client.get(page).text
    assert file.reference in desk.client.get("/tasks/?state=to_plan").text
    answer = desk.client.post(page, data={"turn": file.turn, "step": Step.FUNDING})
    assert answer.status_code == 422
    visitor = desk.session.scalars(select(User).where(User.role == Role.VISITOR)).one()
    desk.let_go()
    desk.post(
        f"/cases/{task.case_id}/visits", visitor_id=str(visitor.id), day="2026-03-12",
        time="10:00", minutes="60", tasks=str(task.id),
    )  # fmt: skip
    planned = desk.client.get(page).text
    assert "No message to her was made" in planned or "Visit confirmed" in planned
    assert visitor.name in planned
    visit = desk.session.get_one(Visit, desk.session.scalars(hers).one().visit_id)
    sent = record_submission(
        desk.session, app.extensions["palier"].store, files=[], now=NOW, visit_id=visit.id,
        xml=fill(QUIET, instance_id=f"uuid:{uuid.uuid4()}"),
        viewer=make_viewer(desk.session.get_one(User, visitor.id), Reach.OWN),
    )  # fmt: skip
    assert sent.counts
    desk.session.commit()
    assert f"/visits/{visit.id}" in desk.client.get(page).text


def _asked_after(desk: Desk) -> None:
    """A month after the reception she is asked how it goes, and needs one thing more."""
    file = desk.read(AdaptationFile)
    page = f"/adaptations/{file.id}"
    listed = desk.client.get("/tasks/?state=open_all").text
    for when in ("Follow-up after a month", "Follow-up after six months"):
        assert f"{when} · {file.reference}" in listed
    said = {"turn": file.turn, "used": "yes", "said": "Se lave seule."}
    assert "is noted from 3 Apr 2026 on" in desk.client.get(page).text
    assert desk.client.post(f"{page}/follow-up", data={**said, "holds": "yes"}).status_code == 409
    desk.session.get_one(AdaptationFile, file.id).due_on = NOW.date()  # its day comes
    desk.session.commit()
    bare = desk.client.post(f"{page}/follow-up", data=said)
    assert bare.status_code == 422
    assert "Se lave seule." in bare.text
    desk.post(f"{page}/follow-up", **said, holds="yes", needed="Une barre à gauche.")
    told = desk.client.get(page).text
    assert "Une barre à gauche." in told
    assert f"/adaptations/new/{file.person_id}" in told
    assert desk.read(AdaptationFile).step is Step.LAST_FOLLOW_UP


def _fund(desk: Desk, file: AdaptationFile) -> None:
    """Plan three payers, who together give what the quote asks."""
    place = f"/adaptations/{file.id}/funding"
    desk.post(f"{place}/quotes", company="Rénov’Oise", cents="4800", dated_on=TODAY, keep="yes")
    for payer, cents in (("landlord", "3000"), ("departement", "1500"), ("tenant", "300")):
        desk.post(f"{place}/payers", payer=payer, stage="asked", cents=cents, day=TODAY)
    for paper in ("quote", "tax_notice"):
        desk.post(f"{place}/papers", payer="departement", paper=paper, came_on=TODAY)
    desk.let_go()
    assert len(desk.session.scalars(select(FundingNote)).all()) == 3
    desk.let_go()


def _done(desk: Desk, *, now: datetime) -> None:
    """Let the contractor finish, and the hourly job find that all works are done."""
    order = desk.session.scalars(select(WorkOrder)).one()
    technician = make_viewer(make_user(desk.session, role=Role.TECHNICIAN))
    for state, said in DOING:
        move_work_order(desk.session, order, state, said, viewer=technician, now=now)
    assert receive_what_is_done(desk.session, now=now) == 1
    desk.session.commit()


def _leave(session: Session, tenant: Person) -> None:
    by = make_user(session)
    person = session.get_one(Person, tenant.id)
    told = Told(HowTold.PAGE, by.id, NOW)
    home = person.occupancies[0].tenancy.dwelling_id
    record_departure(session, person, home, on=NOW.date(), told=told)
    session.commit()


def test_what_is_refused_leads_to_a_move_to_a_home_without_stairs(
    session: Session, desk: Desk
) -> None:
    """An adaptation refused for want of a lift; its alternative is a home of the register."""
    person = _third_floor(session)
    desk.post(f"/adaptations/new/{person.id}", code="shower", asked="phone", asked_on=TODAY)
    file = desk.read(AdaptationFile)
    desk.move(Step.ELIGIBILITY)
    desk.move(Step.FUNDING, priority="first", said=NO_VISIT)
    _fund(desk, file)
    desk.move(Step.DECISION)
    turn = desk.read(AdaptationFile).turn
    refused = {"turn": turn, "outcome": "refused", "reason": "no_lift",
               "built_how": "not_yet",
               "explanation": "Sans ascenseur, une douche ne règle pas l’escalier."}  # fmt: skip
    bare = desk.client.post(f"/adaptations/{file.id}/decision", data=refused)
    assert bare.status_code == 422
    desk.post(
        f"/adaptations/{file.id}/decision", **refused, instead="transfer",
        instead_transfer="Un rez-de-chaussée adapté.",
    )  # fmt: skip
    link = f"/transfers/new/{person.id}?adaptation={file.id}"
    assert link in desk.client.get(f"/adaptations/{file.id}").text
    assert file.reference in desk.client.get(link).text
    wish = desk.wish(person, adaptation=str(file.id))
    page = desk.client.get(wish).text
    assert file.reference in page
    assert "BAS" in page
    assert "TROISIEME" not in page
    home = re.search(r'name="dwelling" value="([^"]+)"', page)
    assert home is not None
    desk.act(wish, "offers", dwelling=home[1])
    assert desk.client.post(f"{wish}/answer", data={"turn": "0"}).status_code == 409
    desk.act(wish, "answer", answer="refused", reason="too_far", said="Loin de sa fille.")
    told = desk.client.get(wish).text
    assert "Too far" in told
    assert "Loin de sa fille." in told
    desk.act(wish, "back")
    desk.act(wish, "answer", answer="accepted")
    desk.arrives(person)
    assert desk.read(TransferWish).file_id == file.id
    assert "a home is offered" in desk.client.get(f"/people/{person.id}?kind=transfer").text
    assert person.name in desk.client.get("/transfers/?state=done").text
    assert person.name in desk.client.get("/transfers/transfers.csv?state=done").text


def _third_floor(session: Session) -> Person:
    """Let somebody live up stairs; of two adapted homes that are free one is up stairs too."""
    viewer = make_viewer(make_user(session))
    for reference, floor in (("BAS", 0), ("TROISIEME", 3)):
        house = make_residence(session, has_lift=False)
        home = make_dwelling(session, residence=house, floor=floor, reference=reference)
        for trait in ("shower", LEAVING):
            said = TraitSaid(trait, 1, NOW.date())
            note_trait(session, home, said, viewer=viewer, now=NOW)
    house = make_residence(session, has_lift=False)
    person = make_person(session, dwelling=make_dwelling(session, residence=house, floor=3))
    session.commit()
    return person


def test_a_wish_that_lacks_something_says_so_and_keeps_what_was_typed(
    session: Session, desk: Desk
) -> None:
    person = make_person(session)
    session.commit()
    typed = {"city": "Senlis", "how-city": "", "wish": "Sortir seule.", "asked_on": "hier"}
    answer = desk.client.post(f"/transfers/new/{person.id}", data=typed)
    assert answer.status_code == 422
    assert "Sortir seule." in answer.text
    assert 'value="Senlis"' in answer.text
    assert 'id="asked_on-error"' in answer.text
    nonsense = desk.client.post(f"/transfers/new/{person.id}", data=typed | {"how-shower": "moon"})
    assert nonsense.status_code == 422


def test_who_follows_no_adaptations_opens_no_page_of_moves(
    client_as: SignIn, session: Session
) -> None:
    person = make_person(session)
    session.commit()
    for role in (Role.TECHNICIAN, Role.MANAGER, Role.PARTNER_COORDINATOR, Role.VISITOR):
        client = client_as(role)
        for address in ("/transfers/", "/transfers/awaited", f"/transfers/new/{person.id}"):
            assert client.get(address).status_code == 403, (role, address)
