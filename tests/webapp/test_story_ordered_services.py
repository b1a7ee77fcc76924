"""Two residences with an outside partner: services ordered, done, accepted, and who came."""

import re
import uuid
from datetime import date, datetime, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.diagnostics.filling import shipped_form
from tests.diagnostics.test_forms_programmes import ENTRY, ROOM
from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.submissions import fill_shipped
from tests.webapp.stories import browse_at
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.agenda.planning import plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.choosing.opening import open_by_hand
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.calls import Disposition
from visits.models.cases import Case, Task, WayIn
from visits.models.surroundings import OrderedService
from visits.models.visits import Submission, SubmissionState
from visits.people.protection import protect
from visits.programmes.published import find_programme
from visits.sight import Reach
from visits.sight.mandates import WORK

pytestmark = pytest.mark.one_database
PROGRAMME = "partner_residences"
ALONG = "Une locataire veut savoir où aller à pied."
BAKERY = {
    "service_kind": "bakery", "service_name": "Boulangerie Petit", "service_minutes": 4,
    "service_ways": "bench flat", "service_place": "49.431 2.081 0 5",
}  # fmt: skip
PHARMACY = {"service_kind": "pharmacy", "service_name": "Pharmacie du Parc", "service_minutes": 9}
FAR = {"service_kind": "pharmacy", "service_name": "Pharmacie du Centre", "service_minutes": 30}


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour), tzinfo=PARIS)


class Story:
    """Two residences, an association that does what is ordered, another that does not."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.manager = make_user(session, role=Role.MANAGER, language="en")
        self.partner, self.other = (
            make_user(session, role=Role.PARTNER_COORDINATOR, organisation=name, language="en")
            for name in ("Pas à pas", "Autre association")
        )
        self.visitor = make_user(session, role=Role.VISITOR, organisation="Pas à pas")
        for one in ("surroundings", "entry_inventory", "annual_residence_check"):
            publish_form(session, shipped_form(one), by=None, now=at(1, 5))
        for one in (self.partner, self.other):
            said = MandateSaid(one.organisation_id, PROGRAMME, None, WORK, date(2026, 1, 5), None)
            grant_mandate(session, said, by=self.office.id, now=at(1, 5))
        self.houses = [make_residence(session, lat=49.43, lon=2.08) for _ in range(2)]
        self.cases = [self._case(house, f"LOCATAIRE{n}") for n, house in enumerate(self.houses)]
        session.commit()

    def _case(self, house: object, name: str) -> Case:
        home = make_dwelling(self.session, residence=house)  # type: ignore[arg-type]
        person = make_person(self.session, dwelling=home, last_name=name)
        viewer = make_viewer(self.office)
        case, _fit = open_by_hand(
            self.session, person, PROGRAMME, way_in=WayIn.REQUEST, motive="Un plan à faire",
            viewer=viewer, now=at(1, 6),
        )  # fmt: skip
        record_attempt(self.session, case, Attempt(Disposition.AGREED), viewer=viewer, now=at(1, 7))
        return case

    def browse(self, user: User, now: datetime) -> FlaskClient:
        return browse_at(self.app, user, now)

    def order(self, house: int, kind: str = "surroundings", **said: str) -> str:
        """Order a service for a residence; gives its page."""
        typed = {
            "kind": kind, "organisation": str(self.partner.organisation_id), "due_on": "2026-03-01",
            "case": str(self.cases[house].id), "what_for": ALONG,
        }  # fmt: skip
        path = f"/surroundings/orders/new/{self.houses[house].id}"
        made = self.browse(self.office, at(1, 12)).post(path, data=typed | said)
        assert made.status_code == 302, made.text
        return str(made.location)

    def act(self, path: str, state: str, by: User, now: datetime, said: str = "") -> int:
        """Bring an order on as its page offers it; gives how that was answered."""
        browser = self.browse(by, now)
        page = browser.get(path)
        turn = re.search(r'name="turn" value="(\d+)"', page.text)
        data = {"turn": turn[1] if turn else "0", "state": state, "said": said}
        return browser.post(path if state != "back" else f"{path}/back", data=data).status_code

    def visit(self, path: str, now: datetime, xml: bytes | None = None) -> object:
        """Plan the visit that is due, and send its form from the tablet."""
        found = select(OrderedService).where(OrderedService.id == uuid.UUID(path[-36:]))
        ordered = self.session.scalars(found.execution_options(populate_existing=True)).one()
        assert ordered.task_id is not None
        task = self.session.get_one(Task, ordered.task_id)
        visit = plan_visit(
            self.session, ordered.case, visitor_id=self.visitor.id, start_at=now, minutes=60,
            kind=task.visit_kind or "", tasks=[task.id], viewer=make_viewer(self.office),
            now=at(1, 13),
        )  # fmt: skip
        if xml is not None:
            self.send(visit.id, xml, now)
        self.session.commit()
        return visit.id

    def send(self, visit_id: object, xml: bytes, now: datetime) -> Submission:
        sent = record_submission(
            self.session, self.app.extensions["palier"].store, xml=xml, files=(),
            viewer=make_viewer(self.visitor, Reach.OWN), now=now, visit_id=visit_id,  # type: ignore[arg-type]
        )  # fmt: skip
        self.session.commit()
        return sent

    def count(self, statement: str) -> object:
        found = self.session.scalar(text(statement))
        self.session.commit()
        return found


@pytest.fixture
def story(app: Flask, session: Session) -> Story:
    return Story(app, session)


def around(*services: dict[str, object]) -> bytes:
    return fill_shipped("surroundings", walked_with="tenant", service=list(services))


def test_two_residences_are_mapped_and_accepted_and_who_came_is_counted(story: Story) -> None:
    maps = [story.order(house) for house in range(2)]
    entry = story.order(1, "entry_inventory", what_for="Une entrée le 10 février.")
    for path in (*maps, entry):
        assert story.act(path, "approved", story.office, at(1, 13)) == 409, "nobody did it yet"
        assert story.act(path, "accepted", story.office, at(1, 13)) == 409, "the partner says so"
        assert story.act(path, "accepted", story.partner, at(1, 13)) == 302
    story.visit(maps[0], at(1, 20), around(BAKERY, PHARMACY))
    story.visit(maps[1], at(1, 21), around(FAR))
    story.visit(entry, at(2, 10), fill_shipped("entry_inventory", **ENTRY, room=[
        ROOM | {"room_kind": "living"}]))  # fmt: skip
    listed = story.browse(story.manager, at(2, 11)).get("/surroundings/orders/?state=delivered")
    assert "3 ordered services<" in listed.text

    # The second map lacks the bakery: it is sent back with why, done again, and accepted.
    assert story.act(maps[1], "sent_back", story.manager, at(2, 11)) == 422
    why = "La boulangerie du coin manque."
    assert story.act(maps[1], "sent_back", story.manager, at(2, 11), why) == 302
    assert why in story.browse(story.partner, at(2, 12)).get(maps[1]).text
    assert story.act(maps[1], "approved", story.manager, at(2, 12)) == 409
    story.visit(maps[1], at(2, 16), around(FAR, BAKERY))
    for path in (*maps, entry):
        assert story.act(path, "approved", story.manager, at(2, 17)) == 302

    done = story.browse(story.office, at(2, 18)).get("/surroundings/orders/?state=approved").text
    assert "3 ordered services<" in done and done.count("Done and accepted</span>") == 3
    accepted = "SELECT count(*) FROM ordered_service WHERE state = 'approved'"
    assert story.count(accepted) == 3
    for house, services in enumerate((2, 2)):
        page = story.browse(story.office, at(2, 18)).get(
            f"/surroundings/of/{story.houses[house].id}"
        )
        assert f"{services} services noted" in page.text, "none is there twice"
        near = "No pharmacy noted within 1,000 m" in page.text
        assert near is (house == 1)
    assert story.count("SELECT count(*) FROM nearby_service") == 4
    lacking = story.browse(story.office, at(2, 18)).get("/surroundings/?lacks=pharmacy").text
    assert "1 residence<" in lacking

    # What the partner holds in the first residence, and how many came.
    office = story.browse(story.office, at(2, 19))
    said = {
        "programme": PROGRAMME, "title": "Café des habitants", "kind": "workshop",
        "day": "2026-02-20", "time": "15:00", "minutes": "120", "place": "Salle commune",
        "held_by": str(story.partner.organisation_id),
    }  # fmt: skip
    planned = office.post("/group-sessions/new", data=said)
    assert planned.status_code == 302, planned.text
    office = story.browse(story.office, at(2, 20, 18))
    path = f"/group-sessions/{uuid.UUID(str(story.count('SELECT id FROM collective_session')))}"
    turn = re.search(r'name="turn" value="(\d+)"', office.get(path).text)
    assert turn is not None
    held = office.post(f"{path}/state", data={"act": "hold", "turn": turn[1]})
    assert held.status_code == 302, held.text
    assert office.post(f"{path}/number", data={"came": "14"}).status_code == 302
    results = office.get("/group-sessions/results/?from=2026-02-01&to=2026-02-28").text
    assert re.search(r"Residences with a partner.*?>14<", results, re.DOTALL)
    assert story.count("SELECT sum(came) FROM session_count") == 14


def test_a_yearly_check_is_ordered_and_what_it_finds_is_ordered_too(story: Story) -> None:
    path = story.order(0, "yearly_check", what_for="Le contrôle de 2026.")
    assert story.act(path, "accepted", story.partner, at(1, 13)) == 302
    finding = {"finding_place": "Hall", "finding_trade": "carpentry", "finding_danger": "yes"}
    found = fill_shipped("annual_residence_check", outdoor_light="mend", finding=[finding])
    story.visit(path, at(1, 20), found)
    opened = "SELECT count(*) FROM work_order WHERE trade = :trade AND residence_id IS NOT NULL"
    trades = [
        story.session.scalar(text(opened), {"trade": one}) for one in ("electricity", "general")
    ]
    story.session.commit()
    assert trades == [1, 1], "in the residence, as whichever visit finds it"
    assert (
        "1 ordered service<"
        in story.browse(story.manager, at(1, 21)).get("/surroundings/orders/?state=delivered").text
    )
    assert story.act(path, "approved", story.manager, at(1, 21)) == 302
    listed = story.browse(story.office, at(1, 22)).get("/surroundings/orders/?state=approved").text
    assert "Yearly technical check of the residence" in listed


def test_what_a_form_told_counts_as_long_as_the_form_does(story: Story) -> None:
    path = story.order(0)
    assert story.act(path, "accepted", story.partner, at(1, 13)) == 302
    visit_id = story.visit(path, at(1, 20))
    sent = story.send(visit_id, around(BAKERY, PHARMACY), at(1, 20, 12))
    page = f"/surroundings/of/{story.houses[0].id}"
    assert "2 services noted" in story.browse(story.office, at(1, 21)).get(page).text
    assert "2 services seen at the visit" in story.browse(story.manager, at(1, 21)).get(path).text
    sent.state = SubmissionState.SET_ASIDE
    story.session.commit()
    assert "0 services noted" in story.browse(story.office, at(1, 21)).get(page).text
    sent.state = SubmissionState.CHECKED
    story.session.commit()
    assert "2 services noted" in story.browse(story.office, at(1, 21)).get(page).text


def test_a_partner_sees_what_it_was_ordered_and_nothing_else(story: Story) -> None:
    path = story.order(0)
    assert story.browse(story.partner, at(1, 13)).get(path).status_code == 200
    assert story.browse(story.other, at(1, 13)).get(path).status_code == 404
    other = story.browse(story.other, at(1, 13))
    for listed in ("/surroundings/orders/", "/surroundings/orders/orders.csv"):
        assert "PR-" in story.browse(story.partner, at(1, 13)).get(listed).text
        assert "PR-" not in other.get(listed).text
    assert story.act(path, "accepted", story.other, at(1, 13)) == 404
    funder = make_user(story.session, role=Role.FUNDER)
    story.session.commit()
    assert story.browse(funder, at(1, 13)).get("/surroundings/orders/").status_code == 403
    protect(story.session, story.cases[0].person, by=story.office.id, now=at(1, 14))
    story.session.commit()
    for reader in (story.manager, story.partner):
        shown = story.browse(reader, at(1, 14))
        assert shown.get(path).status_code == 404, "her home is hidden, and what is ordered there"
        assert "PR-" not in shown.get("/surroundings/orders/?state=all").text


def test_each_step_is_taken_back_by_whose_it_was(story: Story) -> None:
    path = story.order(0)
    assert story.act(path, "declined", story.partner, at(1, 13)) == 422
    assert story.act(path, "declined", story.partner, at(1, 13), "Personne ne peut.") == 302
    assert story.act(path, "back", story.office, at(1, 13)) == 409
    assert story.act(path, "back", story.partner, at(1, 13)) == 302
    assert story.act(path, "accepted", story.partner, at(1, 14)) == 302
    due = "SELECT count(*) FROM task WHERE state = 'open' AND visit_kind = 'surroundings'"
    assert story.count(due) == 1
    assert story.act(path, "back", story.partner, at(1, 14)) == 302
    assert story.count(due) == 0
    assert story.act(path, "accepted", story.partner, at(1, 15)) == 302
    assert story.act(path, "withdrawn", story.office, at(1, 15), "Plus besoin.") == 302
    assert story.count(due) == 0
    assert story.act(path, "back", story.office, at(1, 15)) == 302
    assert story.count(due) == 1
    story.visit(path, at(1, 20))
    assert story.act(path, "withdrawn", story.office, at(1, 16), "Plus besoin.") == 409
    assert story.act(path, "back", story.partner, at(1, 16)) == 409


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "garden"}, "kind"),
        ({"due_on": "2026-01-01"}, "due_on"),
        ({"due_on": "demain"}, "due_on"),
        ({"what_for": " "}, "what_for"),
        ({"case": ""}, "case"),
        ({"organisation": ""}, "organisation"),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_field(
    story: Story, said: dict[str, str], field: str
) -> None:
    typed = {
        "kind": "surroundings", "organisation": str(story.partner.organisation_id),
        "due_on": "2026-03-01", "case": str(story.cases[0].id), "what_for": ALONG,
    }  # fmt: skip
    path = f"/surroundings/orders/new/{story.houses[0].id}"
    refused = story.browse(story.office, at(1, 12)).post(path, data=typed | said)
    assert refused.status_code == 422 and f'href="#{field}"' in refused.text
    assert story.count("SELECT count(*) FROM ordered_service") == 0


def test_nobody_orders_of_whom_no_mandate_lets_visit_there(story: Story) -> None:
    path = f"/surroundings/orders/new/{story.houses[0].id}"
    office = story.browse(story.office, at(1, 12))
    assert "Pas à pas" in office.get(path).text and "LOCATAIRE0" in office.get(path).text
    typed = {
        "kind": "surroundings", "organisation": str(story.office.organisation_id),
        "due_on": "2026-03-01", "case": str(story.cases[0].id), "what_for": ALONG,
    }  # fmt: skip
    refused = office.post(path, data=typed)
    assert refused.status_code == 422 and "no mandate" in refused.text
    typed |= {"organisation": str(story.partner.organisation_id), "case": str(story.cases[1].id)}
    assert office.post(path, data=typed).status_code == 422, "she lives in the other residence"
    assert find_programme(story.session, PROGRAMME).visit_kinds[0].forms == ("surroundings",)
    story.session.commit()
