"""A death and a move noted on a person's page, and taken back there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_dwelling, make_person, make_user, make_visit
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.life import LifeEvent
from visits.models.mandates import Right

SignIn = Callable[..., FlaskClient]
DIED = {"died": "yes", "on": "2026-03-09", "sure": "yes"}


@pytest.fixture
def case(session: Session) -> Case:
    """Somebody to be visited in two days."""
    visitor = make_user(session, role=Role.VISITOR, name="Nadia Fournier")
    home = make_dwelling(session)
    person = make_person(session, dwelling=home)
    case = make_case(session, by=make_user(session), person=person, dwelling=home)
    make_visit(session, case=case, visitor=visitor, start_at=NOW + timedelta(days=2))
    session.commit()
    return case


def test_a_death_says_who_is_to_be_told_and_is_taken_back(
    client_as: SignIn, session: Session, case: Case
) -> None:
    address = f"/people/{case.person_id}"
    client = client_as("social_worker", language="en")
    answer = client.post(f"{address}/death", data=DIED, follow_redirects=True)
    assert "Nadia Fournier · visit of" in answer.text
    assert "Note a death" not in answer.text
    session.expire_all()
    assert not case.is_open
    event = session.scalars(select(LifeEvent)).one()
    back = f"{address}/events/{event.id}/back"
    session.commit()
    assert client.post(back, data={"reason": ""}).status_code == 422
    answer = client.post(back, data={"reason": "Her sister"}, follow_redirects=True)
    assert "Planned again: the visit of" in answer.text and "Her sister" in answer.text
    assert client.post(back, data={"reason": "Encore"}).status_code == 409
    session.expire_all()
    assert case.is_open


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"sure": ""}, "sure"), ({"on": ""}, "on"), ({"on": "hier"}, "on"),
        ({"on": "2026-03-11"}, "on"), ({"on": "1900-01-01"}, "on"),
    ],
)  # fmt: skip
def test_a_death_that_cannot_be_is_refused_field_by_field(
    client_as: SignIn, session: Session, case: Case, typed: dict[str, str], field: str
) -> None:
    client = client_as("coordinator")
    answer = client.post(f"/people/{case.person_id}/death", data=DIED | typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    session.expire_all()
    assert case.person.died_on is None


def test_a_move_closes_the_cases_of_the_home_and_is_told_where_to(
    client_as: SignIn, session: Session, case: Case
) -> None:
    typed = {"home": str(case.dwelling_id), "on": "2026-03-09", "where_to": "Nice", "sure": "yes"}
    client = client_as("coordinator", language="en")
    address = f"/people/{case.person_id}/departure"
    assert client.post(address, data=typed | {"where_to": "x" * 201}).status_code == 422
    assert client.post(address, data=typed | {"on": "1980-01-01"}).status_code == 422
    answer = client.post(address, data=typed, follow_redirects=True)
    assert "Moved out" in answer.text and "to Nice" in answer.text
    assert client.post(address, data=typed).status_code == 404
    session.expire_all()
    assert case.outcome == "moved"


def test_whoever_may_not_see_her_notes_nothing(
    client_as: SignIn, session: Session, case: Case
) -> None:
    address = f"/people/{case.person_id}/death"
    for role in ("visitor", "technician", "manager", "administrator"):
        assert client_as(role).post(address, data=DIED).status_code == 403
    partner = client_as("partner_coordinator", organisation="Association")
    assert partner.post(address, data=DIED).status_code == 403
    case.person.protected = True
    session.commit()
    assert client_as("coordinator").post(address, data=DIED).status_code == 404
    session.expire_all()
    assert case.person.died_on is None


@pytest.mark.parametrize(("right", "status"), [(Right.VISIT, 403), (Right.CALL, 302)])
def test_a_partner_notes_it_by_her_mandate(
    client_as: SignIn, session: Session, case: Case, right: Right, status: int
) -> None:
    user = make_user(session, role=Role.VISITOR, organisation="Association")
    session.commit()
    partner = client_as("partner_coordinator", organisation="Association")
    said = MandateSaid(
        user.organisation_id, "seniors", None, frozenset({right}), today_in_paris(NOW), None
    )
    grant_mandate(session, said, by=user.id, now=NOW)
    session.commit()
    answer = partner.post(f"/people/{case.person_id}/death", data=DIED)
    assert answer.status_code == status
