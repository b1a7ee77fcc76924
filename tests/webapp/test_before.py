"""Coming from the version before: what people had is there, works, and goes back as it was."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests import before
from tests.conftest import NOW
from tests.factories import promised
from visits.cases.coming import make_what_is_due
from visits.ground.db import sessions
from visits.ground.migration import migrate, revert
from visits.models.accounts import Role
from visits.models.calls import ContactAttempt, Refusal
from visits.models.cases import Case, CaseState
from visits.models.people import PartRefusal, Person
from visits.models.portfolio import Dwelling
from visits.models.visits import Submission, UrgentAlert, Visit
from visits.models.works import WorkOrder
from visits.programmes.published import find_programme, programme_of
from visits.sight.access_chain import find_break
from webapp.access.setting_up import publish_what_ships
from webapp.frame.transaction import House

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

# Of the small database of before: the visit that its tablet has begun, and the tablet's token.
VISIT = "01a21bf3-1c8b-77bf-889d-315de939e509"
TOKEN = "palier_4WFv_Z082e82A48XZPatEfWojdMaLqssys54NX9Wyio"
TABLET = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}

# Whose stock it is, by the name it has there.
LANDLORD = "Office de l’habitat de l’Oise (fictif)"


@pytest.fixture
def old(engine: Engine) -> Iterator[Engine]:
    """A database of the version before; what a test leaves is brought to today's shape."""
    before.load(engine)
    yield engine
    migrate(engine)


@pytest.fixture
def house(old: Engine, app: Flask) -> House:
    """The database of before as an upgrade leaves it: migrated, with what ships today."""
    migrate(old)
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        publish_what_ships(session, now=NOW)
    return house


def test_what_people_had_is_kept_in_todays_words_and_goes_back_as_it_was(old: Engine) -> None:
    had = before.rows(old)
    migrate(old)
    with sessions(old)() as session:
        assert _counts(session, Case.state) == {
            "visited": 10, "planned": 3, "to_call": 2, "not_eligible": 2, "agreed": 1,
            "call_back": 1, "refused": 1,
        }  # fmt: skip
        assert _counts(session, Case.outcome) == {None: 18, "moved": 1, "dead": 1}
        assert _counts(session, Visit.state) == {"done": 10, "planned": 2, "under_way": 1}
        assert _counts(session, Submission.state) == {"checked": 13}
        states = Counter(task.state for task in session.scalars(promised()))
        assert states == {"done": 8, "open": 7}
        assert _counts(session, WorkOrder.state) == {"done": 4, "open": 3}
        kept = (Person, Dwelling, ContactAttempt, Refusal, PartRefusal, UrgentAlert)
        assert [_count(session, model) for model in kept] == [26, 40, 20, 1, 1, 1]
        assert find_break(session) is None
        phones = session.scalars(select(Person.phone)).all()
        assert sum(phone is not None and phone.startswith("+33") for phone in phones) > 20
        notes = session.scalars(select(ContactAttempt.note)).all()
        assert "Rappeler après le marché." in notes
        assert all(one.xml.startswith(b"<") for one in session.scalars(select(Submission)))
    revert(old, to=before.FIRST)
    has = before.rows(old)
    assert has.keys() == had.keys()
    for row in had["follow_up"]:  # whether its day has come is a clock's to say
        row["state"] = {"due": "waiting"}.get(row["state"], row["state"])
    for table, rows in had.items():
        assert has[table] == rows, table


def test_what_people_had_is_worked_on_with_todays_pages(
    house: House, client_as: Callable[..., FlaskClient]
) -> None:
    client = client_as(Role.COORDINATOR, organisation=LANDLORD)
    with house.sessions() as session:
        cases = session.scalars(select(Case).join(Case.person).order_by(Case.id)).all()
        hidden = {f"/cases/{case.id}" for case in cases if case.person.protected}
        assert find_programme(session, "seniors").cadences
        kept = [programme_of(session, case) for case in cases]
        assert [one.cadences for one in kept if one] == [()] * len(cases)
        paths = ["/", "/cases/", "/tasks/", "/visits/", "/work-orders/", "/follow-ups/"]
        paths += [f"/cases/{case.id}" for case in cases]
        paths += [f"/people/{case.person_id}" for case in cases if not case.person.protected][:3]
        paths += [f"/visits/{one}" for one in session.scalars(select(Visit.id))][:4]
        (agreed,) = [case.id for case in cases if case.state is CaseState.AGREED]
    answers = {path: client.get(path).status_code for path in paths}
    assert {path for path, status in answers.items() if status != 200} == hidden
    assert {answers[path] for path in hidden} == {404}
    _addresses_of_before_lead_on(client, agreed)
    said = {"ending": "declined", "on": "2026-03-10"}
    assert client.post(f"/cases/{agreed}/close", data=said).status_code == 302
    assert client.post(f"/cases/{agreed}/reopen").status_code == 302
    with house.sessions.begin() as session:
        assert session.get_one(Case, agreed).is_open
        make_what_is_due(session, now=NOW)
        assert make_what_is_due(session, now=NOW) == 0


def _addresses_of_before_lead_on(client: FlaskClient, case_id: uuid.UUID) -> None:
    for old, new in (
        ("/enrolments/?state=to_call", "/cases/?state=to_call"),
        (f"/enrolments/{case_id}", f"/cases/{case_id}"),
    ):
        answer = client.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (308, new)
        assert answer.headers["Link"] == f'<{new}>; rel="successor-version"'
        assert answer.headers["Deprecation"].startswith("@")
    # A page that was open while the server was brought up to date still sends what it holds.
    sent = client.post(f"/enrolments/{case_id}/calls")
    assert (sent.status_code, sent.headers["Location"]) == (308, f"/cases/{case_id}/calls")
    called = {"disposition": "no_answer", "channel": "phone"}
    assert client.post(sent.headers["Location"], data=called).status_code == 302


def test_a_tablet_of_before_delivers_what_it_has_not_sent(house: House, app: Flask) -> None:
    tablet = app.test_client()
    day = tablet.get(f"/api/tablet/day?held={VISIT}", headers=TABLET)
    assert day.status_code == 200
    (visit,) = [one for one in day.json["visits"] if one["id"] == VISIT]
    assert [one["form_id"] for one in visit["forms"] if one["required"]] == ["home_visit"]
    xml = (before.FOLDER / "unsent.xml").read_bytes()
    sent = _send(tablet, xml)
    assert (sent.status_code, sent.json["state"]) == (201, "checked")
    with house.sessions() as session:
        kept = session.scalars(select(Submission).where(Submission.received_at == NOW)).one()
        assert (str(kept.visit_id), kept.xml) == (VISIT, xml)
        assert kept.visit is not None and kept.visit.state == "done"
        assert kept.visit.case.state == "visited"
        assert kept.consequences
    assert _send(tablet, xml).json == sent.json


def _send(tablet: FlaskClient, xml: bytes) -> Any:
    return tablet.post(
        f"/openrosa/submission?visit={VISIT}",
        data={"xml_submission_file": (BytesIO(xml), "home_visit.xml", "text/xml")},
        headers=TABLET,
    )


def _counts(session: Session, column: Any) -> dict[Any, int]:
    return dict(Counter(session.scalars(select(column))))


def _count(session: Session, model: Any) -> int | None:
    return session.scalar(select(func.count()).select_from(model))
