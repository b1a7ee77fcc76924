"""The page of medical validations: noted, withdrawn, put back, and who opens it."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.diagnostics.filling import shipped_form
from tests.factories import make_case, make_person, make_user, make_viewer
from tests.visits.test_admissions import with_medical
from visits.admissions.requests import RequestSaid, open_request
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.needs import MedicalValidation
from visits.people.protection import protect
from visits.programmes import parse_programme, shipped_programmes
from visits.programmes.published import publish_programme, unpublished_forms

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


def test_an_admission_says_since_when_its_medical_paper_is_no_longer_valid(
    client_as: SignIn, session: Session
) -> None:
    text = with_medical(shipped_programmes()["transitional_residence"])
    for form in unpublished_forms(session, parse_programme(text, source="mine")):
        publish_form(session, shipped_form(form), by=None, now=NOW)
    by = make_user(session)
    publish_programme(session, text, source="mine", by=by.id, now=NOW)
    case = make_case(session, by=by, programme="transitional_residence")
    asked = RequestSaid("phone", NOW.date(), "Une place")
    one = open_request(session, case, asked, viewer=make_viewer(by), now=NOW)
    session.commit()
    client = client_as("social_worker", language="en")
    page, medical = f"/admissions/{one.id}", f"/people/{case.person_id}/medical"
    assert medical in client.get(page).text
    assert client.post(medical, data=SAID).status_code == 302
    assert "no longer valid since 10 Mar 2026" in client.get(page).text
    assert client.post(medical, data=SAID | {"valid_until": ""}).status_code == 302
    assert "no longer valid" not in client.get(page).text
