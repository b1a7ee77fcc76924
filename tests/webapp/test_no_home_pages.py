"""The pages of a case whose person has no home here."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.factories import make_case, make_person, make_user, make_visit
from visits.models.accounts import Role
from visits.models.people import Occupancy

SignIn = Callable[..., FlaskClient]
NOWHERE = "sans logement ici"


@pytest.fixture
def pages(session: Session, now: datetime) -> list[str]:
    """The pages that show her case and a visit at a place that is no home."""
    person = make_person(session, last_name="TESTARD")
    case = make_case(session, by=make_user(session), person=person)
    case.dwelling_id = None
    left = update(Occupancy).where(Occupancy.person_id == person.id)
    session.execute(left.values(ended_on=now.date()))
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=case, visitor=visitor, place="À la mairie")
    other = make_case(session, by=make_user(session), person=person, programme="isolated_tenants")
    other.dwelling_id = None
    found = [case.id, other.id, visit.id]
    session.commit()
    return [f"/cases/{found[0]}", f"/cases/{found[1]}", f"/visits/{found[2]}"]


def test_each_page_of_a_case_without_a_home_opens(client_as: SignIn, pages: list[str]) -> None:
    client = client_as(Role.COORDINATOR)
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert NOWHERE in answer.text or "À la mairie" in answer.text


def test_a_case_and_a_visit_say_of_which_programme_they_are(
    client_as: SignIn, pages: list[str]
) -> None:
    client = client_as(Role.COORDINATOR)
    names = ["Seniors à domicile", "Locataires isolés", "Seniors à domicile"]
    for path, name in zip(pages, names, strict=True):
        assert name in client.get(path).text.partition("</header>")[2]
    assert names[0] in client.get("/visits/").text.partition("<table")[2]
