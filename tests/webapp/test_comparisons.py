"""Two submissions of one home side by side, and the decision between two of one visit."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import NOW, make_case, make_person, make_user, make_viewer, make_visit
from tests.submissions import GAS, QUIET, fill, home_visit
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role, User
from visits.models.people import AccessEvent, Person
from visits.models.visits import Submission, SubmissionState, Visit
from visits.models.works import WorkOrder
from visits.people.protection import protect
from visits.sight import Reach

SignIn = Callable[..., FlaskClient]


class Home:
    """A dwelling visited twice, by two visitors."""

    def __init__(self, app: Flask) -> None:
        self.house = app.extensions["palier"]
        with self.house.sessions.begin() as session:
            publish_form(session, home_visit(), by=None, now=NOW)
            self.visitor = make_user(session, role=Role.VISITOR, name="Nadia Fournier")
            add_device(session, self.visitor, name="iPad de Nadia", now=NOW)
            self.person = make_person(session, last_name="VERMEULEN")
            self.case = make_case(session, by=self.visitor, person=self.person)
            self.visit = make_visit(session, case=self.case, visitor=self.visitor)
            self.later = make_visit(
                session,
                case=self.case,
                visitor=self.visitor,
                start_at=NOW + timedelta(days=30),
            )

    def send(
        self,
        answers: dict[str, str] = QUIET,
        *,
        visit: Visit | None = None,
        by: User | None = None,
        ahead: timedelta = timedelta(0),
        incomplete: bool = False,
        files: tuple[SentFile, ...] = (),
        now: datetime = NOW,
    ) -> uuid.UUID:
        with self.house.sessions.begin() as session:
            return record_submission(
                session,
                self.house.store,
                xml=fill(answers),
                files=files,
                viewer=make_viewer(by or self.visitor, Reach.OWN),
                now=now,
                visit_id=(visit or self.visit).id,
                incomplete=incomplete,
                sent_at=NOW + ahead,
                device_name="iPad de Nadia",
            ).id

    def state(self, submission_id: uuid.UUID) -> SubmissionState:
        with self.house.sessions() as session:
            return session.get_one(Submission, submission_id).state


@pytest.fixture
def home(app: Flask) -> Home:
    return Home(app)


def test_a_visit_says_it_has_two_and_shows_them_side_by_side(home: Home, client_as: SignIn) -> None:
    first, second = home.send(), home.send(GAS, now=NOW + timedelta(minutes=1))
    client = client_as(Role.COORDINATOR)
    page = client.get(f"/visits/{home.visit.id}").text
    assert "Two submissions for this visit" in page or "Deux envois pour cette visite" in page
    assert f"/comparisons/{first}/{second}" in page
    beside = client.get(f"/comparisons/{first}/{second}").text
    assert beside.count('class="differs"') == 1
    assert "iPad de Nadia" in beside
    assert "Nadia Fournier" in beside
    only = client.get(f"/comparisons/{first}/{second}?only=differences").text
    assert len(only) < len(beside)
    assert only.count('class="differs"') == 1


def test_one_is_kept_and_the_other_set_aside_with_a_reason(home: Home, client_as: SignIn) -> None:
    first, second = home.send(), home.send(GAS)
    client, path = client_as(Role.COORDINATOR), f"/comparisons/{first}/{second}"
    assert client.post(path, data={"keep": "left", "reason": " "}).status_code == 422
    assert client.post(path, data={"keep": "none", "reason": "x"}).status_code == 422
    assert client.post(path, data={"keep": "left", "reason": "x" * 501}).status_code == 422
    assert home.state(second) is SubmissionState.TO_REVIEW
    kept = {"keep": "left", "reason": "Saisie deux fois"}
    assert client.post(path, data=kept).status_code == 302
    assert home.state(second) is SubmissionState.SET_ASIDE
    assert client.post(path, data=kept).status_code == 409
    page = client.get(f"/visits/{home.visit.id}").text
    assert "Saisie deux fois" in page
    assert f"/comparisons/{first}/{second}" not in page


def test_both_may_be_kept(home: Home, client_as: SignIn) -> None:
    first, second = home.send(), home.send(GAS)
    client = client_as(Role.COORDINATOR)
    answer = client.post(f"/comparisons/{first}/{second}", data={"keep": "both"})
    assert answer.status_code == 302
    assert home.state(first) is home.state(second) is SubmissionState.CHECKED


def test_two_visits_of_a_dwelling_are_compared_and_nothing_is_decided(
    home: Home, client_as: SignIn
) -> None:
    first, later = home.send(), home.send(GAS, visit=home.later)
    client = client_as(Role.COORDINATOR)
    assert f"/comparisons/{first}/{later}" in client.get(f"/visits/{home.later.id}").text
    page = client.get(f"/comparisons/{first}/{later}").text
    assert 'name="keep"' not in page
    answer = client.post(f"/comparisons/{first}/{later}", data={"keep": "both"})
    assert answer.status_code == 409


def test_only_what_one_may_see_of_one_dwelling_is_compared(home: Home, client_as: SignIn) -> None:
    first, second = home.send(), home.send(GAS)
    with home.house.sessions.begin() as session:
        elsewhere = make_visit(
            session, case=make_case(session, by=home.visitor), visitor=home.visitor
        )
    other = home.send(visit=elsewhere)
    client = client_as(Role.COORDINATOR)
    for pair in ((first, other), (first, first), (first, uuid.uuid4())):
        assert client.get(f"/comparisons/{pair[0]}/{pair[1]}").status_code == 404
    assert client_as(Role.VISITOR).get(f"/comparisons/{first}/{second}").status_code == 404
    assert client_as(Role.TECHNICIAN).get(f"/comparisons/{first}/{second}").status_code == 403
    with home.house.sessions.begin() as session:
        protect(session, session.get_one(Person, home.person.id), by=home.visitor.id, now=NOW)
    assert client.get(f"/comparisons/{first}/{second}").status_code == 404
    answer = client.post(f"/comparisons/{first}/{second}", data={"keep": "both"})
    assert answer.status_code == 404


def test_looking_is_noted_in_the_access_log(home: Home, client_as: SignIn) -> None:
    first, second = home.send(), home.send(GAS)
    client_as(Role.COORDINATOR).get(f"/comparisons/{first}/{second}")
    with home.house.sessions() as session:
        said = session.scalars(select(AccessEvent.what)).all()
    assert "submissions_compared" in said


def test_a_photo_under_another_name_is_no_difference(home: Home, client_as: SignIn) -> None:
    room = {"room_kind": "living", "loose_rug": "no"}

    def with_photo(name: str) -> uuid.UUID:
        file = SentFile(name, "image/png", b"\x89PNG\r\n\x1a\nsame")
        with home.house.sessions.begin() as session:
            return record_submission(
                session,
                home.house.store,
                xml=fill(rooms=[room | {"photo": name}]),
                files=(file,),
                viewer=make_viewer(home.visitor, Reach.OWN),
                now=NOW,
                visit_id=home.visit.id,
            ).id

    first, second = with_photo("a.png"), with_photo("b.png")
    page = client_as(Role.COORDINATOR).get(f"/comparisons/{first}/{second}").text
    assert 'class="differs"' not in page
    assert page.count("<img") == 2


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(hours=2, minutes=3), "2 h 03"),
        (timedelta(minutes=-12), "12 min"),
        (timedelta(seconds=90), None),
    ],
)
def test_the_page_says_how_wrong_the_clock_was(
    home: Home, client_as: SignIn, ahead: timedelta, said: str | None
) -> None:
    home.send(ahead=ahead)
    page = client_as(Role.COORDINATOR).get(f"/visits/{home.visit.id}").text
    assert (said or "corrected") in page or said is None
    if said is None:
        assert "horloge de la tablette" not in page


def test_what_never_ended_shows_on_the_home_page_after_a_day(
    home: Home, client_as: SignIn, app: Flask
) -> None:
    home.send(incomplete=True)
    client = client_as(Role.COORDINATOR)
    assert "iPad de Nadia" not in client.get("/").text
    with home.house.sessions.begin() as session:
        session.scalars(select(Submission)).one().received_at = NOW - timedelta(hours=25)
    assert "iPad de Nadia" in client.get("/").text
    assert "iPad de Nadia" not in client_as(Role.PARTNER_COORDINATOR).get("/").text


def test_the_dialog_names_what_each_choice_would_cancel_and_keeps_it_unless_unticked(
    home: Home, client_as: SignIn
) -> None:
    first, second = home.send(), home.send(GAS)
    client, path = client_as(Role.COORDINATOR), f"/comparisons/{first}/{second}"
    page = client.get(path).text
    with home.house.sessions() as session:
        order = session.scalars(select(WorkOrder)).one()
    assert order.reference in page
    assert f'name="named-right" value="{order.id}"' in page
    ticked = {"named-right": str(order.id), "going-right": str(order.id)}
    client.post(path, data={"keep": "left", "reason": "Saisie deux fois", **ticked})
    assert _order_state(home) == "open"
    assert client.post(path, data={"keep": "neither"}).status_code == 302
    unticked = {"named-right": str(order.id)}
    client.post(path, data={"keep": "left", "reason": "Saisie deux fois", **unticked})
    assert _order_state(home) == "cancelled"
    assert 'value="neither"' in client.get(path).text
    client.post(path, data={"keep": "neither"})
    assert _order_state(home) == "open"
    assert client.post(path, data={"keep": "neither"}).status_code == 409


def _order_state(home: Home) -> str:
    with home.house.sessions() as session:
        return str(session.scalars(select(WorkOrder.state)).one())
