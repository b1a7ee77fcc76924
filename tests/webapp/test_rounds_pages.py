"""The pages of rounds: asked for, followed, accepted, taken back."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import LANDLORD, make_user
from tests.visits.test_absences import TUESDAY
from tests.webapp.test_rounds import FAR, HERE, NEAR, case_at
from visits.models.accounts import Role, User
from visits.models.cases import Case
from visits.models.rounds import ProposalState, RoundProposal
from visits.models.visits import Visit, VisitState
from visits.people.protection import protect
from webapp.commands.rounds import work_out_rounds

Sign = Callable[..., FlaskClient]


@pytest.fixture
def visitor(session: Session) -> User:
    return make_user(session, role=Role.VISITOR, organisation=LANDLORD)


@pytest.fixture
def office(client_as: Sign) -> FlaskClient:
    return client_as("coordinator", language="en")


def asks(client: FlaskClient, visitor: User, **said: Any) -> Any:
    typed = {"first_on": TUESDAY.isoformat(), "span": "day", "visitors": [str(visitor.id)]} | said
    return client.post("/rounds/new", data=typed)


@pytest.fixture
def cases(session: Session, visitor: User) -> list[Case]:
    found = [case_at(session, visitor, where) for where in (HERE, NEAR, FAR)]
    session.commit()
    return found


@pytest.fixture
def proposal(app: Flask, office: FlaskClient, visitor: User, cases: list[Case]) -> str:
    answer = asks(office, visitor)
    assert answer.status_code == 302, answer.text
    assert work_out_rounds(app.extensions["palier"])
    address: str = answer.location
    return address


def test_the_asking_page_says_how_far_it_goes(
    office: FlaskClient, visitor: User, cases: list[Case]
) -> None:
    week = office.get("/rounds/new").text
    assert "3 visits wait to be planned then," in week and "on 5 visitor days." in week
    told = {"first_on": TUESDAY.isoformat(), "span": "day", "visitors": str(visitor.id)}
    assert "on 1 visitor day." in office.get("/rounds/new", query_string=told).text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"first_on": "2026-03-01"}, "field-error"),
        ({"first_on": "29/02/2027"}, "field-error"),
        ({"first_on": "2027-02-29"}, "field-error"),
        ({"span": "year"}, "field-error"),
        ({"span": "campaign", "weeks": "17"}, "Rounds are of 1 to 16 weeks."),
        ({"span": "campaign", "weeks": "²"}, "Rounds are of 1 to 16 weeks."),
        ({"visitors": ["nobody"]}, "field-error"),
        ({"visitors": [str(uuid.uuid4())]}, "field-error"),
        ({"visitors": []}, "field-error"),
        ({"programme": "none"}, "No visit waits to be planned in these days."),
        ({"first_on": "2026-03-15"}, "None of these visitors works in these days."),
    ],
)
def test_what_cannot_be_asked_is_said_by_field_and_nothing_is_kept(
    session: Session, office: FlaskClient, visitor: User, cases: list[Case],
    said: dict[str, Any], told: str,
) -> None:  # fmt: skip
    answer = asks(office, visitor, **said)
    assert answer.status_code == 422
    assert told in answer.text
    assert session.scalar(select(func.count()).select_from(RoundProposal)) == 0


def test_it_is_followed_stopped_and_one_at_a_time(
    office: FlaskClient, visitor: User, cases: list[Case]
) -> None:
    address = asks(office, visitor).location
    page = office.get(address).text
    assert 'hx-trigger="every 2s"' in page and "Waiting" in page
    assert asks(office, visitor).status_code == 409
    assert office.post(f"{address}/stop").status_code == 302
    assert "Stopped" in office.get(address).text
    assert office.post(f"{address}/stop").status_code == 409
    assert "from" in office.get("/rounds/?state=stopped").text


def test_a_proposal_is_shown_with_its_sums_and_accepted_by_stop_day_and_whole(
    session: Session, office: FlaskClient, visitor: User, proposal: str
) -> None:
    page = office.get(proposal).text
    assert "Accept all rounds" in page and "With these rounds" in page
    assert "straight lines with a detour" in page
    ids = [part.split('"')[0] for part in page.split('name="stop" value="')[1:]]
    assert len(ids) == 3
    day = {"visitor_id": str(visitor.id), "day": TUESDAY.isoformat(), "which": "ticked"}
    answer = office.post(f"{proposal}/acceptance", data=day | {"stop": ids[:1]})
    assert answer.status_code == 302
    assert "Accepted in part" in office.get(proposal).text
    assert office.post(f"{proposal}/acceptance", data=day).status_code == 409
    assert office.post(f"{proposal}/acceptance", data={"visitor_id": "x"}).status_code == 422
    office.post(f"{proposal}/acceptance")
    planned = select(func.count()).select_from(Visit).where(Visit.state == VisitState.PLANNED)
    assert session.scalar(planned) == 3
    session.rollback()
    assert office.post(f"{proposal}/withdrawal", data={"why": ""}).status_code == 422
    assert office.post(f"{proposal}/withdrawal", data={"why": "erreur"}).status_code == 302
    session.rollback()
    assert session.scalar(planned) == 0
    session.rollback()
    assert office.post(f"{proposal}/withdrawal", data={"why": "erreur"}).status_code == 409


def test_what_was_left_out_is_listed_and_saved(
    app: Flask, session: Session, office: FlaskClient, visitor: User, cases: list[Case]
) -> None:
    cases[0].residence.lat = None  # type: ignore[union-attr]
    session.commit()
    address = asks(office, visitor).location
    work_out_rounds(app.extensions["palier"])
    assert "1 visit is in no round" in office.get(address).text
    told = office.get(f"{address}/left-out?why=no_place&sort=why").text
    assert "the residence has no place on the map" in told
    assert "Nobody here" in office.get(f"{address}/left-out?why=full").text
    case = session.get_one(Case, cases[0].id)
    name, seen = case.person.name, case.person
    session.rollback()
    assert name in office.get(f"{address}/left-out").text
    assert "no place on the map" in office.get(f"{address}/left-out.csv").text
    assert office.get(f"{address}/stops.csv").text.count("\n") == 3
    assert office.get("/rounds/rounds.csv").text.count("\n") == 2
    protect(session, seen, by=make_user(session).id, now=case.opened_at)
    session.commit()
    for path in ("/left-out", "/left-out.csv"):
        assert name not in office.get(f"{address}{path}").text


def test_nobody_else_sees_a_proposal(client_as: Sign, proposal: str) -> None:
    other = client_as("coordinator")
    for path in ("", "/left-out", "/left-out.csv", "/stops.csv", "/map", "/map.js"):
        assert other.get(f"{proposal}{path}").status_code == 404
    for path in ("/stop", "/acceptance", "/withdrawal"):
        assert other.post(f"{proposal}{path}").status_code == 404
    assert proposal.split("/")[-1] not in other.get("/rounds/").text


def _visits(page: str) -> int:
    row = page[page.index('<th scope="row">Visits</th>') :]
    return int(re.findall(r'<td class="num">(\d+)</td>', row)[1])


def test_who_is_protected_meanwhile_is_in_none_of_its_pages(
    session: Session, office: FlaskClient, proposal: str, cases: list[Case]
) -> None:
    case = session.get_one(Case, cases[0].id)
    name = case.person.name
    session.rollback()
    before = office.get(proposal).text
    assert name in before and "3 visits waited" in before and _visits(before) == 3
    assert office.get(f"{proposal}/map.js").text.count("L.circleMarker(") == 3
    assert "map_palier" in office.get(f"{proposal}/map").text
    protect(session, case.person, by=make_user(session).id, now=case.opened_at)
    session.commit()
    for path in ("", "/stops.csv", "/left-out"):
        assert name not in office.get(f"{proposal}{path}").text
    after = office.get(proposal).text
    row = office.get("/rounds/rounds.csv").text.splitlines()[1].split(";")
    assert row[3] == "2"
    assert "2 visits waited" in after and _visits(after) == 2  # nor is she in a figure
    assert office.get(f"{proposal}/map.js").text.count("L.circleMarker(") == 2
    office.post(f"{proposal}/acceptance")
    assert session.scalar(select(Visit).where(Visit.case_id == case.id)) is None


def test_a_failed_one_says_why(session: Session, office: FlaskClient, proposal: str) -> None:
    found = session.scalars(select(RoundProposal)).one()
    found.state, found.why, found.days = ProposalState.FAILED, "engine_died", None
    session.commit()
    assert "The computation broke off." in office.get(proposal).text
