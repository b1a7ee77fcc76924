"""What is done about a protected person: no form of hers, no log, no dry run; pages: test_sight."""

import io
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from maps.cells import locate_cell
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
    promised,
)
from tests.submissions import FALLS, fill, home_visit
from visits.forms.published import publish_form
from visits.intake.submissions import SentFile, record_submission
from visits.mapping.points import rebuild_map
from visits.models.accounts import Role, User
from visits.models.people import AlertCode, Person
from visits.models.visits import SubmissionFile
from visits.models.works import WorkOrder
from visits.people.measures import note_alert
from visits.people.protection import name_for_access, protect

SignIn = Callable[..., FlaskClient]

LAT, LON = 49.91, 2.91
SAID_OF_HER = ("CACHETTE", "Ursuline", "612345678", "6 12 34 56 78", "TIERS-9")


@dataclass(frozen=True)
class Hidden:
    """A protected person with all that can be kept about one, and the addresses of it."""

    id: uuid.UUID
    pages: tuple[str, ...]
    forms: tuple[str, ...]


@pytest.fixture
def hidden(app: Flask, session: Session, now: datetime) -> Hidden:
    publish_form(session, home_visit(), by=None, now=now)
    guardian, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    residence = make_residence(session, lat=LAT, lon=LON, h3=locate_cell(LAT, LON))
    dwelling = make_dwelling(session, residence=residence, reference="L-SECRET")
    person = make_person(
        session, dwelling=dwelling, last_name="CACHETTE", first_name="Ursuline",
        phone="+33612345678", reference="TIERS-9", born_on=date(1941, 5, 17),
    )  # fmt: skip
    case = make_case(session, by=guardian, person=person, dwelling=dwelling)
    visit = make_visit(session, case=case, visitor=visitor)
    sent = record_submission(
        session, app.extensions["palier"].store, xml=fill(FALLS | {"gas_smell": "yes"}),
        files=[SentFile("a.txt", "text/plain", b"x")], viewer=make_viewer(visitor), now=now,
        visit_id=visit.id,
    )  # fmt: skip
    alert = note_alert(
        session, person, AlertCode.TWO_VISITORS, viewer=make_viewer(guardian), now=now
    )
    photo = session.scalars(select(SubmissionFile.id)).one()
    order = session.scalars(select(WorkOrder.id).limit(1)).one()
    follow_up = session.scalars(promised().limit(1)).one().id
    rebuild_map(session)
    protect(session, person, by=guardian.id, now=now)
    session.commit()
    file, call = f"/people/{person.id}", f"/cases/{case.id}"
    pages = (file, call, f"/visits/{visit.id}", f"/visits/{visit.id}/files/{photo}",
             f"/work-orders/{order}", f"/follow-ups/{follow_up}", f"{call}/diary?day=2026-03-10"
             f"&visitor_id={visitor.id}")  # fmt: skip
    forms = (f"{file}/protection", f"{file}/named", f"{call}/calls", f"{call}/visits",
             f"{call}/visits/{visit.id}/move", f"{call}/visits/{visit.id}/close",
             f"{call}/visits/{visit.id}/failure", f"{file}/alerts", f"{file}/alerts/{alert.id}",
             f"/work-orders/{order}", f"/follow-ups/{follow_up}",
             f"/visits/{visit.id}/submissions/{sent.id}/review")  # fmt: skip
    return Hidden(person.id, pages, forms)


def test_nobody_who_is_not_named_changes_anything_of_hers_and_no_log_names_her(
    client_as: SignIn, hidden: Hidden, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for role in Role:
        client = client_as(role)
        for path in hidden.pages:
            assert client.get(path).status_code in (403, 404), (role, path)
        for path in hidden.forms:
            status = client.post(path, data={"note": "x" * 600}).status_code
            assert status in (403, 404), (role, path)
    assert not any(told in caplog.text for told in SAID_OF_HER)


def test_somebody_named_sees_all_of_it(
    app: Flask, client_as: SignIn, hidden: Hidden, now: datetime
) -> None:
    client = client_as("coordinator")
    user: User = client.user  # type: ignore[attr-defined]
    with app.extensions["palier"].sessions.begin() as session:
        person = session.get_one(Person, hidden.id)
        name_for_access(session, person, user_id=user.id, by=user.id, now=now)
    assert {client.get(path).status_code for path in hidden.pages} == {200}


@pytest.mark.parametrize(
    "line",
    [
        "TIERS-9;L-1;AUTRE;Zoé;02/02/1950;0700000000;1 rue Neuve;60000;Beauvais",
        ";L-1;CACHETTE;Ursuline;17/05/1941;0700000000;1 rue Neuve;60000;Beauvais",
        ";L-SECRET;VOISINE;Ana;03/03/1950;0700000001;1 rue Neuve;60000;Beauvais",
    ],
    ids=["her reference", "her name", "her dwelling"],
)
def test_a_dry_run_tells_nothing_that_the_file_does_not_say(
    client_as: SignIn, hidden: Hidden, line: str
) -> None:
    client = client_as("coordinator")
    data = f"Code locataire;Logement;Nom;Prénom;Né(e) le;Tél;Adresse;CP;Ville\n{line}\n"
    file = {"file": (io.BytesIO(data.encode()), "t.csv")}
    place = client.post("/imports/", data=file).headers["Location"]
    for path in (place, f"{place}/refusals.csv"):
        shown = unescape(client.get(path).get_data(as_text=True))
        for told in (*SAID_OF_HER, "L-SECRET", "12 34 56 78"):
            assert told in line or told not in shown, told
