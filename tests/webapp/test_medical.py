"""The page of medical validations: noted, withdrawn, put back, and who opens it."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_person, make_user
from visits.models.accounts import Role
from visits.models.needs import MedicalValidation
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
SAID = {
    "purpose": "admission",
    "given_by": "hospital",
    "giver": "Dr Petit",
    "given_on": (NOW - timedelta(days=30)).date().isoformat(),
    "valid_until": (NOW - timedelta(days=1)).date().isoformat(),
}


def test_a_validation_is_noted_says_that_it_is_over_is_withdrawn_and_counts_again(
    client_as: SignIn, session: Session
) -> None:
    person = make_person(session)
    session.commit()
    client, page = client_as("social_worker", language="en"), f"/people/{person.id}/medical"
    empty = client.get(page).text
    assert "None is noted." in empty and "Never what it says" in empty
    assert page in client.get(f"/people/{person.id}").text
    assert client.post(page, data=SAID).status_code == 302
    shown = client.get(page).text
    assert "no longer valid since 10 Mar 2026" in shown and "Dr Petit" in shown
    assert "Medical validation</a>" in client.get(f"/people/{person.id}?kind=medical").text
    again = client.post(page, data=SAID)
    assert again.status_code == 409 and "noted already" in again.text
    entry = str(session.scalars(select(MedicalValidation.id)).one())
    session.rollback()
    refused = client.post(f"{page}/{entry}/withdraw", data={"entry": entry})
    assert refused.status_code == 422 and 'id="why-error"' in refused.text
    why = {"entry": entry, "why": "Une autre personne"}
    assert client.post(f"{page}/{entry}/withdraw", data=why).status_code == 302
    assert "Une autre personne" in client.get(page).text
    assert client.post(f"{page}/{entry}/back").status_code == 302
    assert client.post(f"{page}/{entry}/back").status_code == 409


def test_what_is_refused_keeps_what_was_typed(client_as: SignIn, session: Session) -> None:
    person = make_person(session)
    session.commit()
    client, page = client_as("coordinator", language="en"), f"/people/{person.id}/medical"
    for wrong, field in (
        ({"purpose": ""}, "purpose"),
        ({"given_by": "psychiatrist"}, "given_by"),
        ({"given_on": "hier"}, "given_on"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
    ):
        refused = client.post(page, data=SAID | wrong)
        assert refused.status_code == 422, wrong
        assert f'id="{field}-error"' in refused.text and "Dr Petit" in refused.text


def test_whoever_may_not_read_of_her_days_reads_no_validation(
    client_as: SignIn, session: Session
) -> None:
    person, by = make_person(session), make_user(session)
    session.commit()
    page = f"/people/{person.id}/medical"
    closed = (
        *(Role.TECHNICIAN, Role.MANAGER, Role.FUNDER, Role.CONTRACTOR, Role.VISITOR),
        *(Role.PARTNER_COORDINATOR, Role.ADMINISTRATOR),
    )
    for role in closed:
        assert client_as(role).get(page).status_code == 403, role
    protect(session, person, by=by.id, now=NOW)
    session.commit()
    assert client_as(Role.SOCIAL_WORKER).get(page).status_code == 404
