"""What was fitted and is still there: homes made by hand, and who is told how much."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.diagnostics.test_forms_eco_kit import ONE
from tests.diagnostics.test_forms_follow_up import CALM
from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.submissions import fill_shipped, shipped
from tests.visits.test_kits import LAMP
from visits.accounts.accounts import find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.following.setting_aside import set_aside
from visits.forms.published import publish_form
from visits.ground.deadlines import today_in_paris
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import OrganisationKind, Role
from visits.models.cases import Case, CaseState
from visits.models.mandates import Right
from visits.models.people import AccessEvent, Occupancy
from visits.models.visits import Submission, VisitChannel, VisitState
from visits.people.protection import protect
from visits.programmes.published import publish_shipped_programmes
from visits.sight import Reach
from visits.steering.kit_survival import (
    Lasting,
    Moment,
    Told,
    found_in,
    lasting_items,
    survival_of,
)
from webapp.words import words_of

SignIn = Callable[..., FlaskClient]
PARTNER = "Voisins"


class Fitted:
    """Homes in which lamps were fitted and asked about, day by day before NOW."""

    def __init__(self, session: Session, store: FileStore) -> None:
        publish_shipped_programmes(session, now=NOW)
        for name in ("eco_kit", "follow_up_1_6_12"):
            publish_form(session, shipped(name), by=None, now=NOW)
        self.session, self.store, self.user = session, store, make_user(session)
        self.partner = find_organisation(session, PARTNER, OrganisationKind.PARTNER)
        said = MandateSaid(
            self.partner.id, "seniors", None, frozenset(Right), NOW.date() - timedelta(500), None
        )
        grant_mandate(session, said, by=self.user.id, now=NOW)

    def case(self) -> Case:
        case = make_case(self.session, by=self.user, state=CaseState.VISITED)
        case.organisation_id = self.partner.id
        return case

    def _sent(self, case: Case, days_ago: int, form: str, **said: object) -> Submission:
        at = NOW - timedelta(days=days_ago)
        phone = form != "eco_kit"
        visit = make_visit(
            self.session, case=case, visitor=self.user, start_at=at, state=VisitState.UNDER_WAY,
            kind="follow_up" if phone else "first_visit",
            channel=VisitChannel.PHONE if phone else VisitChannel.HOME,
        )  # fmt: skip
        return record_submission(
            self.session, self.store, xml=fill_shipped(form, **said), files=(),
            visit_id=visit.id, viewer=make_viewer(self.user), now=at,
        )  # fmt: skip

    def fitted(self, case: Case, days_ago: int, lamps: int = 3) -> Submission:
        lamp = LAMP | {"lamp_count": str(lamps)}
        return self._sent(case, days_ago, "eco_kit", **{**ONE, "lamp": [lamp], "tap": []})

    def asked(self, case: Case, days_ago: int, left: int | None) -> Submission:
        told = {} if left is None else {"lamps_left": str(left)}
        said = {**CALM, "kit_received": "yes", **told}
        return self._sent(case, days_ago, "follow_up_1_6_12", **said)

    def lasting(self, **said: object) -> list[Lasting]:
        given = {"viewer": make_viewer(self.user), **said}
        found = lasting_items(self.session, today=today_in_paris(NOW), **given)  # type: ignore[arg-type]
        return [one for one in found if one.item == "led"]

    def led(self, months: int, **said: object) -> list[Lasting]:
        return [one for one in self.lasting(**said) if one.moment.months == months]


@pytest.fixture
def fitted(session: Session, store: FileStore) -> Fitted:
    return Fitted(session, store)


@pytest.fixture
def store(settings: object) -> FileStore:
    return FileStore(settings.photos)  # type: ignore[attr-defined]


def test_what_is_still_there_is_of_homes_where_it_was_told(fitted: Fitted) -> None:
    asked, unsaid, waits, fresh = (fitted.case() for _ in range(4))
    fitted.fitted(asked, 40)
    fitted.asked(asked, 5, 2)
    fitted.fitted(unsaid, 40)
    fitted.asked(unsaid, 5, None)
    fitted.fitted(waits, 40)
    fitted.fitted(fresh, 10)
    one = survival_of(fitted.led(1))[0]
    assert dict(one.homes) == dict.fromkeys(Told, 1)
    assert (one.asked, one.fitted, one.left) == (1, 3, 2)
    later = survival_of(fitted.led(6))[0]
    assert (later.homes[Told.TOO_SOON], later.asked, later.fitted) == (4, 0, 0)


def test_each_answer_belongs_to_its_moment_and_the_latest_with_a_number_counts(
    fitted: Fitted,
) -> None:
    case = fitted.case()
    fitted.fitted(case, 400)
    for days_ago, left in ((370, 3), (330, 2), (200, 2), (190, None), (10, 0)):
        fitted.asked(case, days_ago, left)
    assert [one.left for one in fitted.lasting()] == [2, 2, 0]
    dwelling = case.dwelling
    assert dwelling is not None
    seen = found_in(fitted.session, make_viewer(fitted.user), dwelling)
    assert [one.left for one in seen if one.item == "led"] == [0, None, 2, 2, 3]


def test_what_was_found_before_it_was_fitted_again_says_nothing_of_it(fitted: Fitted) -> None:
    case = fitted.case()
    fitted.fitted(case, 90)
    fitted.asked(case, 60, 1)
    fitted.fitted(case, 45, lamps=4)
    (one,) = fitted.led(1)
    assert (one.fitted, one.told) == (7, Told.NOT_ASKED)
    fitted.asked(case, 1, 9)
    (one,) = fitted.led(1)
    assert (one.found and one.found.left, one.left) == (9, 7)  # the others came from elsewhere


def test_what_is_set_aside_says_nothing(fitted: Fitted) -> None:
    case = fitted.case()
    fitted.fitted(case, 40)
    sent = fitted.asked(case, 5, 2)
    set_aside(
        fitted.session, sent, cancel=(), reason="twice", note={}, viewer=make_viewer(fitted.user),
        now=NOW,
    )  # fmt: skip
    assert [one.told for one in fitted.led(1)] == [Told.NOT_ASKED]


def test_answers_from_before_it_was_kept_are_read_again(fitted: Fitted) -> None:
    case = fitted.case()
    fitted.fitted(case, 40)
    sent = fitted.asked(case, 5, 2)
    sent.findings = {name: said for name, said in sent.findings.items() if name != "kit_left"}
    fitted.session.flush()
    assert [one.left for one in fitted.led(1)] == [2]


def test_no_home_is_counted_that_one_may_not_see(fitted: Fitted) -> None:
    case, other, gone = fitted.case(), fitted.case(), fitted.case()
    for one in (case, other, gone):
        fitted.fitted(one, 40)
        fitted.asked(one, 5, 2)
    # She moved out since: others live there, and what was hers is hers.
    left = update(Occupancy).where(Occupancy.person_id == gone.person_id)
    fitted.session.execute(left.values(ended_on=NOW.date()))
    by = make_user(fitted.session, name="Autre").id
    for one in (case, gone):
        protect(fitted.session, one.person, by=by, now=NOW)
    fitted.session.flush()
    assert [one.dwelling_id for one in fitted.led(1)] == [other.dwelling_id]
    elsewhere = make_viewer(make_user(fitted.session, role=Role.VISITOR), Reach.OWN)
    assert fitted.led(1, viewer=elsewhere) == []
    assert case.dwelling is not None
    assert found_in(fitted.session, make_viewer(fitted.user), case.dwelling) == []


def filled(app: Flask) -> str:
    house = app.extensions["palier"]
    with house.sessions.begin() as session:
        fitted = Fitted(session, house.store)
        for left in (3, 2, 0):
            case = fitted.case()
            fitted.fitted(case, 40)
            fitted.asked(case, 5, left)
        fitted.fitted(fitted.case(), 40)
        return str(case.dwelling_id)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_the_page_its_file_and_its_list_say_the_same(app: Flask, client_as: SignIn) -> None:
    home = filled(app)
    client = client_as(Role.COORDINATOR, language="en")
    assert "What is still in place" in client.get("/kits/in-place/").text
    rows = rows_of(client.get("/kits/in-place/in-place.csv").text)
    led = next(row for row in rows if row["Kit item"] == "LED bulbs" and row["Months since"] == "1")
    assert (led["Dwellings"], led["Number told"], led["Not asked"]) == ("4", "3", "1")
    assert (led["Items fitted there"], led["Still there"]) == ("9", "5")
    listed = rows_of(client.get("/kits/in-place/homes.csv?item=led&months=1&told=told").text)
    assert sum(int(row["Fitted"]) for row in listed) == 9
    assert sum(int(row["Still there"]) for row in listed) == 5
    page = client.get("/kits/in-place/homes?item=led&months=1&told=told&sort=left&desc=1").text
    assert page.count("<tr>") == 4
    told = " ".join(client.get(f"/homes/{home}").text.split("Found there later")[1].split())
    assert "LED bulbs: <strong>0</strong>" in told and "Tap aerators" not in told
    with app.extensions["palier"].sessions() as session:
        what = select(AccessEvent.id).where(AccessEvent.what == "kit_survival")
        assert session.scalars(what).first()


def test_whoever_may_not_read_answers_is_told_no_few_and_no_list(
    app: Flask, client_as: SignIn
) -> None:
    home = filled(app)
    client = client_as(Role.PARTNER_COORDINATOR, language="en", organisation=PARTNER)
    page = client.get("/kits/in-place/").text
    assert "fewer than 5" in page and "/kits/in-place/homes" not in page
    rows = rows_of(client.get("/kits/in-place/in-place.csv").text)
    assert [row["Still there"] for row in rows] == ["fewer than 5", "–", "–"]
    assert [row["Share still there"] for row in rows] == ["", "", ""]
    assert client.get("/kits/in-place/homes").status_code == 403
    assert client.get("/kits/in-place/homes.csv").status_code == 403
    manager = client_as(Role.MANAGER, language="en").get(f"/homes/{home}").text
    assert "Items fitted or given" in manager and "Found there later" not in manager


def test_nothing_fitted_says_so_and_nonsense_is_the_whole(client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert "empty-state" in client.get("/kits/in-place/").text
    assert "empty-state" in client.get("/kits/in-place/homes?item=zz&months=abc&told=x").text


def test_every_state_has_its_words_and_the_moments_leave_no_gap(app: Flask) -> None:
    with app.app_context():
        assert set(words_of("kit_told")) == set(Told)
    days = [day for one in Moment for day in one.days]
    assert days == list(range(1, 549))
    assert all(one.due in one.days for one in Moment)
