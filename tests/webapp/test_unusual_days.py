"""What is called for a Sunday or a holiday stands, and is told: it may be a slip."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.circles import Circle

SignIn = Callable[..., FlaskClient]
DAYS = {"2026-03-22": "22 Mar 2026 (a Sunday)", "2026-05-01": "1 May 2026 (a public holiday)"}
ROOMS: dict[str, dict[str, str]] = {
    "admissions": {"programme": "transitional_residence"},
    "adaptations": {},
}


@pytest.fixture
def client(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


def told_of(client: FlaskClient, path: str, day: str, **typed: str) -> str:
    answer = client.post(path, data={"held_on": day, **typed}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("day", [*DAYS, "2026-03-20"])
@pytest.mark.parametrize("room", ROOMS)
def test_a_commission_on_a_day_off_is_told(client: FlaskClient, room: str, day: str) -> None:
    said = told_of(client, f"/{room}/commissions/", day, **ROOMS[room])
    assert "The commission is called" in said
    assert DAYS[day] in said if day in DAYS else "unusual day" not in said


@pytest.mark.parametrize("day", [*DAYS, "2026-03-20"])
def test_a_meeting_of_a_circle_on_a_day_off_is_told(
    client: FlaskClient, session: Session, day: str
) -> None:
    client.post("/circles/", data={"name": "Cellule"})
    circle = session.scalars(select(Circle.id)).one()
    session.commit()
    said = told_of(client, f"/circles/{circle}/meetings", day)
    assert "The agenda is made" in said
    assert DAYS[day] in said if day in DAYS else "unusual day" not in said
