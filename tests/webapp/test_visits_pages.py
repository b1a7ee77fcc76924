"""The visits in the office: the list, one visit's answers, its photos, its review."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_mandate,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import FALLS, GAS, QUIET, fill, home_visit
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.ground.db import start_reading
from visits.ground.errors import Conflict
from visits.intake.conclusion import keep_outcomes
from visits.intake.reviews import review_submission
from visits.intake.submissions import SentFile, record_submission
from visits.intake.visit_file import VisitFilter, awaiting_review, list_visits
from visits.models.accounts import Role, User
from visits.models.people import AccessEvent, Person
from visits.models.visits import Submission, SubmissionFile, SubmissionState, Visit
from visits.models.works import WorkOrder
from visits.people.protection import name_for_access, protect
from visits.sight import Reach
from visits.sight.listing import Wanted
from webapp.demo.photos import photo as draw

SignIn = Callable[..., FlaskClient]
PNG = draw(0)


class Home:
    """A visit to Mme Leclerc, and ways to send answers from it."""

    def __init__(self, app: Flask) -> None:
        self.app, self.house = app, app.extensions["palier"]
        with self.house.sessions.begin() as session:
            self.coordinator = make_user(session)
            self.visitor = make_user(session, role=Role.VISITOR, name="Nadia Fournier")
            publish_form(session, home_visit(), by=None, now=NOW)
            self.person = make_person(session, last_name="VERMEULEN")
            case = make_case(session, by=self.coordinator, person=self.person)
            self.visit = make_visit(session, case=case, visitor=self.visitor)

    def send(
        self,
        answers: dict[str, str] = QUIET,
        *,
        rooms: Sequence[Mapping[str, str]] = (),
        files: list[SentFile] | None = None,
        spoilt: tuple[bytes, bytes] | None = None,
    ) -> uuid.UUID:
        xml = fill(answers, rooms=rooms)
        with self.house.sessions.begin() as session:
            submission = record_submission(
                session,
                self.house.store,
                xml=xml.replace(*spoilt) if spoilt else xml,
                files=files or [],
                viewer=make_viewer(self.visitor, Reach.OWN),
                now=NOW,
                visit_id=self.visit.id,
            )
            return submission.id

    def look(self, statement: Select[Any]) -> Any:
        """Read one thing the way another process would, and let go of the database."""
        with self.house.sessions() as session:
            start_reading(session)
            return session.scalars(statement).first()

    @property
    def page(self) -> str:
        return f"/visits/{self.visit.id}"


@pytest.fixture
def home(app: Flask) -> Home:
    return Home(app)


def test_the_list_shows_the_month_around_today(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert "VERMEULEN" in client.get("/visits/").text
    later = (NOW + timedelta(days=90)).date().isoformat()
    assert "VERMEULEN" not in client.get(f"/visits/?from={later}&to={later}").text


@pytest.mark.parametrize(
    "query", ["from=nonsense&to=", "state=unknown", "visitor=x", "page=999&sort=none&desc=1"]
)
def test_a_strange_address_still_shows_the_list(home: Home, client_as: SignIn, query: str) -> None:
    assert client_as(Role.COORDINATOR).get(f"/visits/?{query}").status_code == 200


def test_filters_narrow_the_list(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert "VERMEULEN" in client.get(f"/visits/?visitor={home.visitor.id}&state=planned").text
    assert "VERMEULEN" not in client.get("/visits/?state=done").text
    assert "VERMEULEN" not in client.get("/visits/?review=1").text
    home.send(spoilt=(b"<floor>0<", b"<floor>abc<"))
    assert "VERMEULEN" in client.get("/visits/?review=1").text


def test_a_visitor_lists_and_opens_her_own_visits_only(home: Home, client_as: SignIn) -> None:
    stranger = client_as(Role.VISITOR)
    assert "VERMEULEN" not in stranger.get("/visits/").text
    assert stranger.get(home.page).status_code == 404


def test_a_protected_person_is_in_no_list_and_no_page_of_others(
    home: Home, client_as: SignIn
) -> None:
    home.send(GAS)
    with home.house.sessions.begin() as writing:
        person = writing.get_one(Person, home.person.id)
        protect(writing, person, by=home.coordinator.id, now=NOW)
    client = client_as(Role.COORDINATOR)
    assert "VERMEULEN" not in client.get("/visits/").text
    assert client.get(home.page).status_code == 404


def test_answers_read_well_and_lead_to_what_they_opened(home: Home, client_as: SignIn) -> None:
    home.send(GAS)
    page = client_as(Role.COORDINATOR).get(home.page).text
    order = home.look(select(WorkOrder))
    assert "Sentez-vous une odeur de gaz" in page
    assert f"/work-orders/{order.id}" in page
    assert order.reference in page


def test_scores_are_shown_as_what_to_do_next(home: Home, client_as: SignIn) -> None:
    home.send(FALLS)
    page = client_as(Role.COORDINATOR).get(home.page).text
    assert "Que faire ensuite" in page
    assert "risk-high" in page


def test_what_a_room_calls_for_names_the_room(home: Home, client_as: SignIn) -> None:
    rug = {"loose_rug": "yes", "hazards": "none", "light": "good"}
    home.send(rooms=[{"room_kind": kind, **rug} for kind in ("living", "wc")])
    page = client_as(Role.COORDINATOR).get(home.page).text
    for heading in ("Pièce 1 · Séjour", "Pièce 2 · WC"):
        assert f"<strong>{heading}</strong> · Dangers relevés ici" in page
        assert f">{heading}</h4>" in page


def test_what_is_found_leads_to_its_order_or_says_that_it_is_advice(
    home: Home, client_as: SignIn, session: Session
) -> None:
    home.send(rooms=[{"room_kind": "bathroom", "light": "dim", "loose_rug": "yes"}])
    order = session.scalars(select(WorkOrder)).one()
    place, page_of = order.place, f"/work-orders/{order.id}"
    session.rollback()
    page = client_as(Role.COORDINATOR).get(home.page).text
    assert place == "bathroom" and page_of in page
    assert "conseil, au locataire de s’en occuper" in page


def test_reading_a_visit_is_logged(home: Home, client_as: SignIn) -> None:
    client_as(Role.COORDINATOR).get(home.page)
    assert home.look(select(AccessEvent.what)) == "visit"


def test_a_partner_coordinator_sees_the_visit_but_not_the_answers(
    home: Home, client_as: SignIn
) -> None:
    home.send(FALLS)
    with home.house.sessions.begin() as session:
        make_mandate(session, home.visitor)
    client = client_as(Role.PARTNER_COORDINATOR)
    page = client.get(home.page)
    assert page.status_code == 200
    assert "VERMEULEN" in page.text
    assert "chutes" not in page.text


def test_a_photo_is_served_to_those_who_may_see_answers(home: Home, client_as: SignIn) -> None:
    home.send(files=[SentFile("photo é.png", "image/png", PNG)])
    url = f"{home.page}/files/{home.look(select(SubmissionFile.id))}"
    photo = client_as(Role.COORDINATOR).get(url)
    assert (photo.data, photo.content_type) == (PNG, "image/png")
    assert photo.headers["X-Content-Type-Options"] == "nosniff"
    assert photo.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in photo.headers["Content-Security-Policy"]
    assert client_as(Role.PARTNER_COORDINATOR).get(url).status_code == 403
    assert client_as(Role.VISITOR).get(url).status_code == 404


def test_a_file_that_is_no_picture_is_only_offered_as_a_download(
    home: Home, client_as: SignIn
) -> None:
    home.send(files=[SentFile("a.html", "text/html", b"<script>alert(1)</script>")])
    file_id = home.look(select(SubmissionFile.id))
    answer = client_as(Role.COORDINATOR).get(f"{home.page}/files/{file_id}")
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_of_another_visit_is_not_found(home: Home, client_as: SignIn) -> None:
    assert client_as(Role.COORDINATOR).get(f"{home.page}/files/{uuid.uuid4()}").status_code == 404


def test_marked_answers_are_reviewed_once(home: Home, client_as: SignIn) -> None:
    submission_id = home.send(spoilt=(b"<floor>0<", b"<floor>abc<"))
    url = f"{home.page}/submissions/{submission_id}/review"
    client = client_as(Role.COORDINATOR, name="Claire Mercier")
    assert client.post(url, data={"note": "Étage 2, vu au téléphone"}).status_code == 302
    page = client.get(home.page).text
    assert "Claire Mercier" in page and "Étage 2, vu au téléphone" in page
    assert client.post(url).status_code == 409
    assert home.look(select(Submission.state)) is SubmissionState.CHECKED


def test_a_review_note_that_is_too_long_comes_back_as_it_was(home: Home, client_as: SignIn) -> None:
    submission_id = home.send(spoilt=(b"<floor>0<", b"<floor>abc<"))
    url = f"{home.page}/submissions/{submission_id}/review"
    answer = client_as(Role.COORDINATOR).post(url, data={"note": "x" * 501})
    assert answer.status_code == 422
    assert "x" * 501 in answer.text and "note-error" in answer.text


def test_a_review_is_taken_back_with_a_reason_and_stays_beside_the_answers(
    home: Home, client_as: SignIn
) -> None:
    home.send()
    submission_id = home.send()
    url = f"{home.page}/submissions/{submission_id}/review"
    client = client_as(Role.COORDINATOR, language="en")
    assert client.post(url, data={"state": "again", "reason": "x"}).status_code == 409
    client.post(url, data={"note": "Deux pièces"})
    assert client.post(url, data={"state": "again", "reason": " "}).status_code == 422
    client.post(url, data={"state": "again", "reason": "Pas la bonne personne"})
    read = home.look(select(Submission).where(Submission.id == submission_id))
    assert read.state is SubmissionState.TO_REVIEW
    (gone,) = read.findings["reviews_taken_back"]
    assert (gone["note"], gone["why"]) == ("Deux pièces", "Pas la bonne personne")
    assert "review" not in read.findings
    visitor = client_as(Role.VISITOR).post(url, data={"state": "again", "reason": "x"})
    assert visitor.status_code == 403


def test_a_visitor_does_not_review_her_own_answers(home: Home, client_as: SignIn) -> None:
    submission_id = home.send(spoilt=(b"<floor>0<", b"<floor>abc<"))
    answer = client_as(Role.VISITOR).post(f"{home.page}/submissions/{submission_id}/review")
    assert answer.status_code == 403


def test_there_is_nothing_to_review_in_checked_answers(session: Session) -> None:
    user: User = make_user(session)
    checked = Submission(state=SubmissionState.CHECKED)
    with pytest.raises(Conflict):
        review_submission(session, checked, note="", viewer=make_viewer(user), now=NOW)


def test_the_list_asks_the_database_a_fixed_number_of_times(home: Home, session: Session) -> None:
    for _ in range(5):
        case = make_case(session, by=home.coordinator)
        make_visit(session, case=case, visitor=home.visitor)
    only = VisitFilter(NOW - timedelta(days=9), NOW + timedelta(days=9))
    viewer = make_viewer(home.coordinator)
    listed = list_visits(session, viewer, only=only, wanted=Wanted(sort="start"))
    assert listed.total == 6
    assert awaiting_review(session, listed.rows) == set()
    assert all(isinstance(visit, Visit) for visit in listed.rows)


def test_a_protected_person_leaves_the_tablet_day_of_a_visitor_who_is_not_named(
    home: Home, app: Flask
) -> None:
    with home.house.sessions.begin() as session:
        _device, token = add_device(session, home.visitor, name="T4", now=NOW)
    headers = {"Authorization": f"Bearer {token}"}
    before = app.test_client().get("/api/tablet/day", headers=headers).json
    with home.house.sessions.begin() as session:
        person = session.get_one(Person, home.person.id)
        protect(session, person, by=home.coordinator.id, now=NOW)
    after = app.test_client().get("/api/tablet/day", headers=headers).json
    with home.house.sessions.begin() as session:
        person = session.get_one(Person, home.person.id)
        name_for_access(session, person, user_id=home.visitor.id, by=home.coordinator.id, now=NOW)
    named = app.test_client().get("/api/tablet/day", headers=headers).json
    assert [len(day["visits"]) for day in (before, after, named)] == [1, 0, 1]


def test_a_visit_reads_as_it_was_told_whatever_the_rules_would_give_now(
    home: Home, client_as: SignIn
) -> None:
    home.send(GAS, spoilt=(b"<floor>0<", b"<floor>abc<"))
    with home.house.sessions.begin() as session:
        older = session.scalars(select(Submission)).one()
        told, older.outcome = older.outcome, None
    client = client_as(Role.COORDINATOR)
    anew = client.get(home.page).text
    with home.house.sessions() as session:
        session.begin()
        assert keep_outcomes(session, now=NOW) == 1
        session.commit()
        assert keep_outcomes(session, now=NOW) == 0
        kept = session.scalars(select(Submission)).one()
        assert kept.outcome == told
    assert _unsigned(client.get(home.page).text) == _unsigned(anew)
    with home.house.sessions.begin() as session:
        version = session.scalars(select(Submission)).one().form_version
        # Rules under which nothing at all would be relevant, calculated or wrong.
        version.xform = re.sub(
            rb' (relevant|calculate|constraint)="[^"]*"', rb' \1="false()"', version.xform
        )
    assert _unsigned(client.get(home.page).text) == _unsigned(anew)


def _unsigned(page: str) -> str:
    """Leave out what is new with every answer: the form's tokens."""
    return re.sub(r'name="csrf_token" value="[^"]*"|content="[\w.-]{60,}"', "", page)
