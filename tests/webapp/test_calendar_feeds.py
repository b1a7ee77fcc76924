"""A visitor's visits in her own calendar: what it tells, and who opens and shuts it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    LANDLORD,
    make_case,
    make_dwelling,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from visits.agenda.planning import cancel_visit, move_visit
from visits.models.accounts import User
from visits.models.agenda import CalendarFeed
from visits.models.cases import CaseState
from visits.models.people import AccessedPerson, AccessEvent, AlertCode
from visits.models.visits import Visit, VisitState
from visits.people.measures import note_alert
from visits.people.protection import name_for_access, protect

SignIn = Callable[..., FlaskClient]
START = datetime(2026, 3, 17, 9, tzinfo=UTC)


@pytest.fixture
def visitor(client_as: SignIn) -> FlaskClient:
    return client_as("visitor", language="en", organisation=LANDLORD)


def address(page: str) -> str:
    found = re.search(r'id="address" readonly value="https?://[^/]+([^"]+)"', page)
    assert found is not None
    return found[1]


def user_of(client: FlaskClient, session: Session) -> User:
    known: Any = client.user  # type: ignore[attr-defined]
    return session.scalars(select(User).where(User.email == known.email)).one()


def planned(session: Session, by: User, hours: int = 0, city: str = "Clermont") -> Visit:
    home = make_dwelling(session, residence=make_residence(session, city=city))
    case = make_case(session, by=by, dwelling=home, state=CaseState.PLANNED)
    start_at = START + timedelta(hours=hours)
    return make_visit(
        session, case=case, visitor=by, planned_start_at=start_at,
        planned_end_at=start_at + timedelta(hours=1), state=VisitState.PLANNED,
    )  # fmt: skip


def events(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "no-store" in answer.headers["Cache-Control"]
    return {str(one["uid"]): one for one in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_a_calendar_reads_the_visits_and_sees_them_move_under_the_same_number(
    visitor: FlaskClient, client: FlaskClient, session: Session, now: datetime
) -> None:
    her = user_of(visitor, session)
    visit, off = planned(session, her), planned(session, her, hours=3)
    name, key, gone = visit.case.person.name, f"{visit.id}@palier", f"{off.id}@palier"
    office = make_viewer(make_user(session))
    session.commit()
    path = address(visitor.post("/my-calendar").text)
    told = events(client, path)[key]
    assert told["summary"] == f"Visit: {name}" and "Clermont" in told["location"]
    assert (told["sequence"], told["dtstart"].dt) == (0, START)
    raw = client.get(path).text
    assert "BEGIN:VTIMEZONE" in raw and "DTSTART;TZID=Europe/Paris:20260317T100000" in raw
    later = START + timedelta(days=1)
    move_visit(session, visit, visitor_id=her.id, start_at=later, viewer=office, now=now)
    cancel_visit(session, off, reason="grippe", viewer=office, now=now)
    session.commit()
    again = events(client, path)
    assert (again[key]["sequence"], again[key]["dtstart"].dt) == (1, later)
    assert (again[gone]["status"], again[gone]["sequence"]) == ("CANCELLED", 1)
    assert "grippe" not in client.get(path).text
    logged = select(AccessedPerson.person_id).join(
        AccessEvent, AccessEvent.id == AccessedPerson.event_id
    )
    seen = session.scalars(logged.where(AccessEvent.what == "calendar_feed"))
    assert visit.case.person_id in set(seen)


def test_of_a_protected_or_silent_person_it_tells_no_name(
    visitor: FlaskClient, client: FlaskClient, session: Session, now: datetime
) -> None:
    her, office = user_of(visitor, session), make_user(session)
    hidden, silent = planned(session, her), planned(session, her, hours=3, city="Senlis")
    protect(session, hidden.case.person, by=office.id, now=now)
    name_for_access(session, hidden.case.person, user_id=her.id, by=office.id, now=now)
    alert = AlertCode.NO_VOICEMAIL
    note_alert(session, silent.case.person, alert, viewer=make_viewer(office), now=now)
    names = [one.case.person.last_name for one in (hidden, silent)]
    keys = [f"{one.id}@palier" for one in (hidden, silent)]
    session.commit()
    path = address(visitor.post("/my-calendar").text)
    found = events(client, path)
    assert [str(found[key]["summary"]) for key in keys] == ["Visit", "Visit"]
    assert "location" not in found[keys[0]] and found[keys[1]]["location"] == "Senlis"
    assert not any(name in client.get(path).text for name in names)


def test_an_address_is_renewed_and_revoked_by_her_and_by_her_coordinator(
    visitor: FlaskClient, client: FlaskClient, client_as: SignIn, session: Session
) -> None:
    her = user_of(visitor, session)
    number = her.id
    session.commit()
    first = address(visitor.post("/my-calendar").text)
    assert visitor.post("/my-calendar/revocation").status_code == 302
    assert client.get(first).status_code == 404
    assert visitor.post("/my-calendar/revocation").status_code == 404
    coordinator = client_as("coordinator", language="en")
    page = f"/visitors/{number}/calendar"
    second = address(coordinator.post(page).text)
    assert client.get(second).status_code == 200
    third = address(visitor.post("/my-calendar").text)
    assert [client.get(one).status_code for one in (first, second, third)] == [404, 404, 200]
    assert client.get(f"{third}x").status_code == 404
    stranger = client_as("partner_coordinator", language="en", organisation="Relais")
    assert stranger.post(page).status_code == stranger.post(f"{page}/revocation").status_code == 404
    assert coordinator.post(f"{page}/revocation").status_code == 302
    assert client.get(third).status_code == 404
    assert (
        session.scalars(select(CalendarFeed).where(CalendarFeed.revoked_at.is_(None))).all() == []
    )


def test_an_account_that_is_closed_shuts_its_address(
    visitor: FlaskClient, client: FlaskClient, session: Session
) -> None:
    path = address(visitor.post("/my-calendar").text)
    user_of(visitor, session).active = False
    session.commit()
    assert client.get(path).status_code == 404
