"""The days of visitors on their pages: noted, withdrawn, listed; absences with their visits."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import (
    LANDLORD,
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_visit,
)
from visits.models.accounts import Role
from visits.models.cases import CaseState
from visits.models.visits import Visit, VisitState
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
HOURS = {"weekday": "1", "from_time": "09:00", "until_time": "17:00", "first_on": "2026-03-01"}
AWAY = {"first_on": "2026-03-17", "last_on": "2026-03-19", "kind": "away_ill", "note": "grippe"}


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def client(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


@pytest.fixture
def visitor_id(session: Session) -> uuid.UUID:
    visitor = make_user(session, role=Role.VISITOR, organisation=LANDLORD, name="Sonia Vite")
    number = visitor.id
    session.commit()
    return number


def test_hours_days_and_terms_are_noted_shown_and_withdrawn(
    client: FlaskClient, visitor_id: uuid.UUID
) -> None:
    page = f"/visitors/{visitor_id}"
    status, shown = post(client, f"{page}/hours", **HOURS, start="49.43, 2.08")
    assert (status, "09:00–17:00" in shown, "sets out from 49.43, 2.08" in shown) == (
        200, True, True,
    )  # fmt: skip
    day = {"on_day": "2026-03-17", "kind": "less", "from_time": "12:00", "until_time": "14:00"}
    assert post(client, f"{page}/days", **day)[0] == 200
    assert "noted already" in post(client, f"{page}/days", **day)[1]
    terms = {"buffer": "15", "most": "5", "languages": ["ar"], "skills": ["falls", "memory"]}
    assert post(client, f"{page}/terms", **terms)[0] == 200
    saved = client.get("/visitors/visitors.csv").get_data(as_text=True)
    assert "Sonia Vite" in saved and "Arabic" in saved and "Memory troubles" in saved
    (end,) = re.findall(rf'action="({page}/hours/[^"]+)"', client.get(page).text)
    assert post(client, end, why="")[0] == 422
    assert "Not noted" in post(client, end, why="elle change")[1]


def test_nobody_sets_out_from_a_house_that_a_protected_person_lives_in_alone(
    client: FlaskClient, visitor_id: uuid.UUID, session: Session
) -> None:
    house = make_residence(session, address="9 rue de la Cachette", lat=49.4, lon=2.1)
    person = make_person(session, dwelling=make_dwelling(session, residence=house))
    session.commit()
    hours = HOURS | {"start": "9 rue de la Cachette"}
    assert post(client, f"/visitors/{visitor_id}/hours", **hours)[0] == 200
    protect(session, person, by=make_user(session).id, now=NOW)
    session.commit()
    assert post(client, f"/visitors/{visitor_id}/hours", **(hours | {"weekday": "2"}))[0] == 422


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"weekday": ""}, "weekday"),
        ({"weekday": "6"}, "weekday"),
        ({"from_time": "25:00"}, "from_time"),
        ({"until_time": "08:00"}, "until_time"),
        ({"first_on": "2026-02-29"}, "first_on"),
        ({"last_on": "2026-02-01"}, "last_on"),
        ({"start": "Atlantide"}, "start"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_field(
    client: FlaskClient, visitor_id: uuid.UUID, typed: dict[str, str], field: str
) -> None:
    status, shown = post(client, f"/visitors/{visitor_id}/hours", **(HOURS | typed))
    assert (status, f'id="{field}-error"' in shown) == (422, True)


def visit_to(session: Session, visitor_id: uuid.UUID) -> Visit:
    by = make_user(session)
    start_at = datetime(2026, 3, 17, 9, tzinfo=UTC)
    case = make_case(session, by=by, state=CaseState.PLANNED)
    visitor = session.get_one(type(by), visitor_id)
    return make_visit(
        session, case=case, visitor=visitor, planned_start_at=start_at,
        planned_end_at=start_at + timedelta(hours=1), state=VisitState.PLANNED,
    )  # fmt: skip


def test_an_absence_shows_its_visits_first_and_moves_them_in_one_go(
    client: FlaskClient, session: Session, visitor_id: uuid.UUID
) -> None:
    visit = visit_to(session, visitor_id)
    number, name = visit.id, visit.case.person.name
    session.commit()
    address = f"/absences/of/{visitor_id}/new"
    status, shown = post(client, address, **AWAY)
    assert (status, name in shown) == (422, True)
    (first, *_rest) = re.findall(r'<option value="(moved:[^"]+)" selected', shown)
    asked = {"asked": "2026-03-17/2026-03-19", f"do-{number}": first}
    status, shown = post(client, address, **AWAY, **asked)
    assert (status, "1 visit was changed" in shown) == (200, True)
    assert "An absence from 17 Mar 2026" in post(client, address, **AWAY)[1]
    saved = client.get("/absences/absences.csv").get_data(as_text=True)
    assert "Sick leave" in saved and "grippe" not in saved
    (back,) = re.findall(r'action="(/absences/[^"]+/withdrawal)"', shown)
    assert post(client, back, why="")[0] == 422
    assert "1 visit stands again as before" in post(client, back, why="erreur")[1]
    moved = session.get_one(Visit, number, populate_existing=True)
    assert moved.planned_start_at == datetime(2026, 3, 17, 9, tzinfo=UTC)


def test_what_another_organisation_s_coordinator_keeps_is_told_without_a_reason(
    client_as: SignIn, client: FlaskClient, session: Session
) -> None:
    theirs = make_user(session, role=Role.VISITOR, organisation="Relais")
    number = theirs.id
    session.commit()
    partner = client_as("partner_coordinator", language="en", organisation="Relais")
    assert post(partner, f"/absences/of/{number}/new", **AWAY)[0] == 200
    assert "Sick leave" in partner.get("/absences/").text
    assert "Sick leave" not in client.get("/absences/").text
    page = client.get(f"/visitors/{number}")
    assert (page.status_code, "Sick leave" in page.text) == (200, False)
    assert client.get(f"/absences/of/{number}/new").status_code == 404
    (absence,) = re.findall(r'href="(/absences/[0-9a-f-]{36})"', partner.get("/absences/").text)
    assert client.get(absence).status_code == 404
