"""Three sites of 589 homes: 38 diagnostics by motive, who did not take part, what it all cost."""

import re
import uuid
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.diagnostics.filling import shipped_form
from tests.diagnostics.test_forms_social import SURROUNDED
from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.submissions import fill_shipped
from tests.webapp.stories import browse_at, cells, tile
from visits.agenda.planning import plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.choosing.opening import open_by_hand
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case
from visits.models.visits import Visit, VisitState
from visits.sight import Reach

pytestmark = pytest.mark.one_database
PROGRAMME = "tenants_at_risk"
# The homes of each site.
SITES = {"Les Érables": 214, "Le Parc": 203, "La Plaine": 172}
# Of each motive: its name, diagnostics made, households that did not take part.
MOTIVES = {
    "budget": ("Budget", 11, 4), "over_occupied": ("Too many for the home", 5, 0),
    "under_occupied": ("Home too large", 6, 2), "health": ("Health", 4, 0),
    "age": ("Age", 7, 1), "energy": ("Energy", 3, 0), "safety": ("Safety of the home", 2, 0),
}  # fmt: skip
DIAGNOSTICS = sum(made for _name, made, _against in MOTIVES.values())
AGAINST = sum(against for _name, _made, against in MOTIVES.values())
FIRST = date(2026, 2, 2)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


class Story:
    """From February to October, with the clock in hand."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.visitor = make_user(session, role=Role.VISITOR)
        self.sites = [make_residence(session, address=name) for name in SITES]
        self.homes = []
        for site, homes in zip(self.sites, SITES.values(), strict=True):
            self.homes += [make_dwelling(session, residence=site) for _ in range(homes)]
        publish_form(session, shipped_form("social_situation"), by=None, now=at(FIRST, 6))
        self.xml = fill_shipped("social_situation", **SURROUNDED).decode()
        self.came = 0
        session.commit()

    def browse(self, user: User, now: datetime) -> FlaskClient:
        return browse_at(self.app, user, now)

    def open_case(self, motive: str) -> Case:
        """Open a case of one household more, on the page for the first of each motive."""
        number, self.came = self.came, self.came + 1
        now = at(FIRST + timedelta(days=3 * number))
        her = make_person(
            self.session, dwelling=self.homes[number * 12], last_name=f"MENAGE{number:02}",
            born_on=date(1970, 1, 1),
        )  # fmt: skip
        if any(one.motive == motive for one in self.session.scalars(select(Case))):
            case, _fit = open_by_hand(
                self.session, her, PROGRAMME, motive=motive, viewer=make_viewer(self.office),
                now=now,
            )  # fmt: skip
            return case
        self.session.commit()
        said = {
            "programme": PROGRAMME, "way_in": "request", "listed": f"{PROGRAMME}.{motive}",
        }  # fmt: skip
        made = self.browse(self.office, now).post(f"/people/{her.id}/cases", data=said)
        assert made.status_code == 302, made.text
        return self.session.get_one(Case, uuid.UUID(made.location.rpartition("/")[2]))

    def call(self, case: Case, attempt: Attempt) -> None:
        viewer, now = make_viewer(self.office), case.opened_at + timedelta(days=1)
        record_attempt(self.session, case, attempt, viewer=viewer, now=now)

    def diagnose(self, case: Case) -> None:
        """Plan the visit that she agreed to, and send its form from the tablet."""
        start = case.opened_at + timedelta(days=9)
        visit = plan_visit(
            self.session, case, visitor_id=self.visitor.id, start_at=start, minutes=90,
            insist="Le ménage préfère ce jour", viewer=make_viewer(self.office),
            now=start - timedelta(days=7),
        )  # fmt: skip
        own = f"<instanceID>uuid:{uuid.uuid4()}<"
        record_submission(
            self.session, self.app.extensions["palier"].store, files=(), visit_id=visit.id,
            xml=re.sub("<instanceID>[^<]*<", own, self.xml).encode(),
            viewer=make_viewer(self.visitor, Reach.OWN), now=start + timedelta(hours=1),
        )  # fmt: skip

    def live(self) -> None:
        for motive, (_name, made, against) in MOTIVES.items():
            for number in range(made + against):
                case = self.open_case(motive)
                if number < made:
                    self.call(case, Attempt(Disposition.AGREED))
                    self.diagnose(case)
                else:
                    why = RefusalReason.PRIVACY
                    self.call(case, Attempt(Disposition.REFUSED, reason=why))
        self.session.commit()

    def meet(self, day: date, site: str) -> None:
        """Hold the meeting of a site, which cost a thousand euros."""
        said = {
            "programme": PROGRAMME, "title": f"Réunion {site}", "kind": "information",
            "day": day.isoformat(), "time": "18:00", "minutes": "120", "place": "Loge",
            "held_by": str(self.office.organisation_id), "cost": "1000",
        }  # fmt: skip
        planned = self.browse(self.office, at(day, 9)).post("/group-sessions/new", data=said)
        assert planned.status_code == 302, planned.text
        found = text("SELECT id FROM collective_session ORDER BY starts_at DESC LIMIT 1")
        path = f"/group-sessions/{uuid.UUID(str(self.session.scalar(found)))}"
        self.session.commit()
        later = self.browse(self.office, at(day, 21))
        turn = re.search(r'name="turn" value="(\d+)"', later.get(path).text)
        assert turn is not None
        held = later.post(f"{path}/state", data={"act": "hold", "turn": turn[1]})
        assert held.status_code == 302, held.text

    def money(self, **said: str) -> str:
        """Note an amount; gives the page of the accounts."""
        office = self.browse(self.office, at(date(2026, 10, 30)))
        path = f"/money/?programme={PROGRAMME}&year=2026"
        if said:
            typed = {"of_day": "2026-10-30", "landlord": str(self.office.organisation_id)}
            assert office.post(path, data=typed | said).status_code == 302
        return str(office.get(path).text).replace("\xa0", " ").replace("\u202f", " ")


def test_three_sites_end_with_thirty_eight_diagnostics_and_a_cost_in_doubt(
    app: Flask, session: Session
) -> None:
    story = Story(app, session)
    story.live()
    for number, site in enumerate(SITES):
        story.meet(date(2026, 9, 7 + number), site)
    office = story.browse(story.office, at(date(2026, 10, 30)))
    for site, homes in zip(story.sites, SITES.values(), strict=True):
        assert f"{homes} dwellings" in office.get(f"/homes/residences/{site.id}").text

    page = office.get(f"/outcomes/?programme={PROGRAMME}").text
    for name, made, against in MOTIVES.values():
        # Opened, with a referent, visited, refused, closed.
        expected = [str(made + against), "0", str(made), str(against), "0"]
        assert cells(page, name) == expected, name
    assert re.search(rf"<dd>{DIAGNOSTICS} <span", page) and re.search(rf"<dd>{AGAINST} <span", page)
    assert f"<strong>{DIAGNOSTICS}</strong> of 38" in page

    # What it cost: each household by itself, all of a site together; then what one comes to.
    individual = {"kind": "cost", "cost_kind": "staff", "what": "Diagnostics individuels"}
    assert "63,000" in story.money(amount="60000", **individual)
    accounts = story.money(kind="unit_cost", basis="diagnostic", amount="6000", what="Convention")
    assert "€3,000.00 of it for group sessions" in accounts
    assert "€1,657.89" in accounts, "63,000 by 38"
    told = "for 38 it would come to €228,000.00, and the costs noted are €63,000.00"
    assert f"{told}: kept as told, in doubt." in accounts

    # Counted another way: from the rows; why is encrypted, and read one by one.
    sites = text("SELECT count(DISTINCT residence_id), count(*) FROM dwelling")
    assert tuple(session.execute(sites).one()) == (3, 589)
    done = select(Case.motive).join(Visit, Visit.case_id == Case.id)
    why = Counter(session.scalars(done.where(Visit.state == VisitState.DONE)))
    assert why == {code: made for code, (_name, made, _against) in MOTIVES.items()}
    assert sum(why.values()) == DIAGNOSTICS == 38
    declined = text("SELECT count(DISTINCT case_id) FROM refusal")
    assert session.scalar(declined) == AGAINST
    cost = text(
        "SELECT (SELECT sum(cents) FROM money_note WHERE kind = 'cost'), "
        "(SELECT sum(cost_cents) FROM collective_session WHERE state = 'held')"
    )
    assert tuple(session.execute(cost).one()) == (60_000_00, 3_000_00)
    session.commit()

    # Nobody who did not wish it is visited, and nobody who may not read answers counts few.
    against = session.scalars(select(Case).where(Case.state == "refused")).first()
    assert against is not None
    case_id = against.id
    session.commit()
    said = {
        "visitor_id": str(story.visitor.id), "day": "2026-11-03", "time": "10:00", "minutes": "90",
    }  # fmt: skip
    refused = office.post(f"/cases/{case_id}/visits", data=said)
    assert refused.status_code == 409 and "has not agreed yet" in refused.text
    manager = make_user(session, role=Role.MANAGER, language="en")
    session.commit()
    few = story.browse(manager, at(date(2026, 10, 30))).get(f"/outcomes/?programme={PROGRAMME}")
    assert cells(few.text, "Health")[0] == "fewer than 5"
    assert tile(few.text, "Enrolled") == "45"
