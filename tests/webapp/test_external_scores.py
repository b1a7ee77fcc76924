"""Scores from elsewhere on a person's file: kept as told, validated, logged, read by few."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.factories import make_person
from visits.models.accounts import Role
from visits.models.people import AccessEvent, ExternalScore, Person

SignIn = Callable[..., FlaskClient]
TOLD = {
    "name": "Tinetti",
    "version": "POMA 28",
    "score": "21,5",
    "maximum": "28",
    "author": "Dr Petit",
    "assessed_on": "2026-02-10",
}


@pytest.fixture
def person(session: Session) -> Person:
    person = make_person(session)
    session.commit()
    return person


def test_a_score_is_kept_as_it_was_told_and_logged(
    client_as: SignIn, session: Session, person: Person
) -> None:
    client = client_as(Role.SOCIAL_WORKER, name="Sonia Lévy")
    assert client.post(f"/people/{person.id}/scores", data=TOLD).status_code == 302
    page = " ".join(client.get(f"/people/{person.id}").text.split())
    for said in ("Tinetti", "POMA 28", "21,5", "sur 28", "Dr Petit", "10/02/2026", "Sonia Lévy"):
        assert said in page
    assert "external_score" in session.scalars(select(AccessEvent.what)).all()
    kept = session.scalars(select(ExternalScore)).one()
    assert kept.result == {"score": 21.5, "maximum": 28.0}
    raw = session.execute(text("SELECT result FROM external_score")).scalar_one()
    assert b"21.5" not in bytes(raw if isinstance(raw, bytes) else str(raw).encode())


@pytest.mark.one_database
@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"version": "x" * 61}, "version"),
        ({"author": " "}, "author"),
        ({"score": ""}, "score"),
        ({"score": "beaucoup"}, "score"),
        ({"score": "nan"}, "score"),
        ({"score": "-1"}, "score"),
        ({"score": "29"}, "score"),
        ({"maximum": "0"}, "maximum"),
        ({"maximum": "inf"}, "maximum"),
        ({"name": "gir", "score": "7", "maximum": ""}, "score"),
        ({"name": "GIR", "score": "2,5", "maximum": "6"}, "score"),
        ({"assessed_on": ""}, "assessed_on"),
        ({"assessed_on": "hier"}, "assessed_on"),
        ({"assessed_on": "2026-03-11"}, "assessed_on"),
    ],
)
def test_what_makes_no_sense_is_refused_on_its_field(
    client_as: SignIn, session: Session, person: Person, typed: dict[str, str], field: str
) -> None:
    answer = client_as(Role.COORDINATOR).post(f"/people/{person.id}/scores", data=TOLD | typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert session.scalars(select(ExternalScore)).all() == []


def test_an_empty_request_is_refused(client_as: SignIn, person: Person) -> None:
    client = client_as(Role.COORDINATOR)
    assert client.post(f"/people/{person.id}/scores", data={}).status_code == 422


def test_those_who_do_not_see_answers_see_no_score(client_as: SignIn, person: Person) -> None:
    client_as(Role.COORDINATOR).post(f"/people/{person.id}/scores", data=TOLD)
    for role in (Role.PARTNER_COORDINATOR, Role.VISITOR, Role.MANAGER):
        client = client_as(role)
        assert client.post(f"/people/{person.id}/scores", data=TOLD).status_code in (403, 404)
        assert "Tinetti" not in client.get(f"/people/{person.id}").text


def test_a_protected_person_gets_no_score_from_a_stranger(
    client_as: SignIn, session: Session
) -> None:
    hidden = make_person(session, protected=True)
    session.commit()
    answer = client_as(Role.COORDINATOR).post(f"/people/{hidden.id}/scores", data=TOLD)
    assert answer.status_code == 404
