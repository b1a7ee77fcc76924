"""A part of a visit refused: on the call page, on her page, at her door, and who reads it."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.workbook import publish, read_workbook
from tests.conftest import NOW
from tests.factories import make_case, make_person, make_user, make_viewer, make_visit
from tests.submissions import QUIET, fill, home_visit
from tests.webapp.tablets import Tablet, hand_out_tablet
from visits.forms.published import publish_form
from visits.intake.handing_in import RefusedItem, hand_in
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Organisation, Role
from visits.models.cases import CaseState
from visits.models.handed_in import HandedInKind
from visits.models.people import PartRefusal, Person, RefusedPart
from visits.models.visits import SubmissionFile
from visits.people.part_refusals import refuse_parts, refused_parts
from visits.sight.reach import Reach
from webapp.access.setting_up import FORMS

PHOTO = (Path(__file__).parent.parent / "data" / "media" / "p0.jpg").read_bytes()
SignIn = Callable[..., FlaskClient]


def test_a_part_refused_at_the_call_stands_on_the_pages_until_it_is_taken_back(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator", language="en")
    case = make_case(session, by=make_user(session))
    person = case.person_id
    session.commit()
    url, told = f"/cases/{case.id}", {"disposition": "agreed", "attempts": "0"}
    assert client.post(f"{url}/calls", data={**told, "refused": ["photos"]}).status_code == 302
    badge = re.compile(r'class="badge state warn">Photos<')
    assert badge.search(client.get(url).text)
    page = client.get(f"/people/{person}").text
    back = re.search(r'action="(/people/[^"]+/refusals/[^"]+/back)"', page)
    assert back is not None
    assert client.post(back[1]).status_code == 302
    assert not badge.search(client.get(url).text)
    assert "<s>Photos</s>" in client.get(f"/people/{person}").text
    assert client.post(back[1]).status_code == 404
    assert client.post(f"/people/{person}/refusals", data={}).status_code == 422


def test_who_may_not_read_answers_does_not_read_what_is_refused(
    client_as: SignIn, session: Session
) -> None:
    partner = client_as("partner_coordinator", language="en")
    organisation = session.scalars(select(Organisation)).first()
    assert organisation is not None
    visitor = make_user(session, role=Role.VISITOR, organisation_id=organisation.id)
    case = make_case(session, by=visitor, state=CaseState.PLANNED)
    visit = make_visit(session, case=case, visitor=visitor)
    parts = [RefusedPart.HEALTH]
    refuse_parts(session, case.person, parts, viewer=make_viewer(visitor), now=NOW)
    session.commit()
    pages = (f"/cases/{case.id}", f"/visits/{visit.id}", f"/people/{case.person_id}")
    said = re.compile(r"<(strong|span[^>]*)>Health questions<")
    seen = 0
    for page in pages:
        answer = partner.get(page)
        seen += answer.status_code == 200
        assert not said.search(answer.text)
        assert said.search(client_as("coordinator", language="en").get(page).text)
    assert seen


def test_a_photo_that_is_refused_is_kept_and_answered_to_nobody(
    client_as: SignIn, app: Flask
) -> None:
    house = app.extensions["palier"]
    workbook = (FORMS / "home_visit.yaml").read_bytes()
    asks = publish(
        read_workbook(workbook.replace(b"    appearance: signature\n", b""), suffix=".yaml")
    )
    with house.sessions.begin() as session:
        publish_form(session, asks, by=None, now=NOW)
        visitor = make_user(session, role=Role.VISITOR)
        case = make_case(session, by=visitor, person=make_person(session))
        visit = make_visit(session, case=case, visitor=visitor)
        seeing = make_viewer(visitor, Reach.OWN)
        refuse_parts(session, case.person, [RefusedPart.PHOTOS], viewer=seeing, now=NOW)
        files = [SentFile("a.jpg", "application/octet-stream", PHOTO)]
        record_submission(
            session, house.store, xml=fill(QUIET | {"signature": "a.jpg"}, form=asks),
            files=files, viewer=seeing, now=NOW, visit_id=visit.id,
        )  # fmt: skip
        kept = session.scalars(select(SubmissionFile)).one()
        url, digest = f"/visits/{visit.id}/files/{kept.id}", kept.sha256
        (refusal,) = refused_parts(session, case.person_id).values()
        back = f"/people/{case.person_id}/refusals/{refusal.id}/back"
    for role in Role:
        assert client_as(role.value).get(url).status_code in (403, 404)
    client = client_as("coordinator", language="en")
    answer = client.get(url)
    assert answer.status_code == 404 and "kept sealed" in answer.text
    page = client.get(f"/visits/{visit.id}").text
    assert "Photos came that the person refused" in page
    assert ">Kept sealed: photos are refused<" in page and url not in page
    assert house.store.get(digest) == PHOTO
    assert client.post(back).status_code == 302
    assert client.get(url).status_code == 200
    assert url in client.get(f"/visits/{visit.id}").text


def test_a_photo_handed_in_for_her_visit_stays_sealed_too_and_after_it_is_taken_in(
    client_as: SignIn, app: Flask
) -> None:
    house = app.extensions["palier"]
    with house.sessions.begin() as session:
        publish_form(session, home_visit(), by=None, now=NOW)
        visitor = make_user(session, role=Role.VISITOR)
        case = make_case(session, by=visitor, person=make_person(session))
        visit = make_visit(session, case=case, visitor=visitor)
        seeing = make_viewer(visitor, Reach.OWN)
        told = RefusedItem(
            "uuid:1", HandedInKind.SUBMISSION, "visit_not_found", content=fill(),
            files=[SentFile("a.jpg", "image/jpeg", PHOTO)], visit_said=visit.id,
        )  # fmt: skip
        item = hand_in(session, house.store, told, viewer=seeing, now=NOW)
        session.flush()
        page = f"/unclaimed/handed-in/{item.id}"
        url, person = f"{page}/files/{item.files[0].id}", case.person_id
    client = client_as("coordinator", language="en")
    assert client.get(url).status_code == 200
    with house.sessions.begin() as session:
        her = session.get_one(Person, person)
        refuse_parts(session, her, [RefusedPart.PHOTOS], viewer=seeing, now=NOW)
    assert client.get(url).status_code == 404
    assert url not in client.get(page).text
    taken_in = client.post(page, data={"doing": "take_in"}).location
    with house.sessions() as session:
        photo = session.scalars(select(SubmissionFile)).one()
    assert client.get(f"{taken_in}/files/{photo.id}").status_code == 404


@pytest.mark.slow
def test_works_that_were_left_are_told_when_she_takes_her_refusal_back(
    client_as: SignIn, app: Flask
) -> None:
    house = app.extensions["palier"]
    with house.sessions.begin() as session:
        publish_form(session, home_visit(), by=None, now=NOW)
        visitor = make_user(session, role=Role.VISITOR)
        case = make_case(session, by=visitor, person=make_person(session))
        visit = make_visit(session, case=case, visitor=visitor)
        seeing = make_viewer(visitor, Reach.OWN)
        refuse_parts(session, case.person, [RefusedPart.WORKS], viewer=seeing, now=NOW)
        record_submission(
            session, house.store, xml=fill(QUIET | {"smoke_alarm": "missing"}), viewer=seeing,
            files=[], now=NOW, visit_id=visit.id,
        )  # fmt: skip
        (refusal,) = refused_parts(session, case.person_id).values()
        back = f"/people/{case.person_id}/refusals/{refusal.id}/back"
    client = client_as("coordinator", language="en")
    page = client.get(f"/visits/{visit.id}").text
    assert "only urgent ones were ordered" in page and "not ordered: the person refused" in page
    assert "are ordered now: 1." in client.post(back, follow_redirects=True).text
    assert "not ordered: the person refused" not in client.get(f"/visits/{visit.id}").text


def test_a_tablet_tells_what_is_refused_and_is_told_it_with_the_day(app: Flask) -> None:
    tablet: Tablet = hand_out_tablet(app)
    client = app.test_client()
    assert tablet.today["refused"] == []
    body = {
        "id": str(uuid.uuid4()), "parts": ["photos", "works"],
        "at": NOW.isoformat(), "sent_at": NOW.isoformat(),
    }  # fmt: skip
    url = f"/api/visits/{tablet.visit.id}/refusals"
    answers = [client.post(url, json=body, headers=tablet.headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert tablet.today["refused"] == ["photos", "works"]
    with tablet.house.sessions() as session:
        assert len(session.scalars(select(PartRefusal)).all()) == 2
    bad = client.post(url, json={**body, "parts": ["cat"]}, headers=tablet.headers)
    assert bad.status_code == 422
    gone = f"/api/visits/{uuid.uuid4()}/refusals"
    body["id"] = str(uuid.uuid4())
    assert client.post(gone, json=body, headers=tablet.headers).status_code == 404
