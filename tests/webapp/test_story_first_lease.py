"""Six young tenants move in: visited within a month of it, late, too late, whenever listed."""

import csv
import io
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.diagnostics.filling import shipped_form
from tests.diagnostics.test_forms_programmes import FIRST
from tests.factories import (
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    shipped_programmes_read,
)
from tests.submissions import fill_shipped
from tests.webapp.stories import browse_at
from visits.agenda.planning import plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.cases.coming import make_what_is_due
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.calls import Disposition
from visits.models.cases import Case, Task
from visits.models.people import Occupancy
from visits.models.rents import RentNote
from visits.programmes.shape import RentRule
from visits.sight import Reach

pytestmark = pytest.mark.one_database
PROGRAMME = "young_tenants"


@dataclass(frozen=True)
class Comer:
    """When somebody moved in, when her case was opened, and when she was visited."""

    name: str
    entered_on: date | None
    opened_on: date
    visited_on: date | None


IN_TIME = (
    Comer("ATEMPS", date(2026, 1, 31), date(2026, 2, 2), date(2026, 2, 27)),
    Comer("TOT", date(2026, 2, 2), date(2026, 2, 5), date(2026, 2, 12)),
    Comer("INCONNUE", None, date(2026, 2, 9), date(2026, 3, 9)),
)
LATE = (
    Comer("TARDIVE", date(2026, 2, 2), date(2026, 2, 27), date(2026, 3, 10)),
    Comer("ATTEND", date(2026, 2, 10), date(2026, 2, 12), None),
)
TOO_LATE = Comer("OUBLIEE", date(2025, 11, 3), date(2025, 11, 10), None)
LISTED_AFTER_ALL = Comer("ANCIENNE", date(2025, 6, 2), date(2026, 2, 12), None)
ALL = (*IN_TIME, *LATE, TOO_LATE, LISTED_AFTER_ALL)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


class Story:
    """A winter with the clock in hand."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.visitor = make_user(session, role=Role.VISITOR)
        self.house = make_residence(session)
        publish_form(session, shipped_form("first_month_visit"), by=None, now=at(date(2025, 6, 2)))
        self.xml = fill_shipped("first_month_visit", **FIRST).decode()
        session.commit()

    def browse(self, day: date, hour: int = 10) -> FlaskClient:
        return browse_at(self.app, self.office, at(day, hour))

    def open(self, one: Comer) -> Case:
        """Let somebody move in, and open her case on her page."""
        home = make_dwelling(self.session, residence=self.house)
        born_on = date(2003, 4, 2)
        her = make_person(self.session, dwelling=home, last_name=one.name, born_on=born_on)
        lived = self.session.scalars(select(Occupancy).where(Occupancy.person_id == her.id)).one()
        lived.tenancy.started_on = one.entered_on
        self.session.commit()
        said = {"programme": PROGRAMME, "way_in": "request", "motive": "Premier bail"}
        answer = self.browse(one.opened_on).post(f"/people/{her.id}/cases", data=said)
        assert answer.status_code == 302, answer.text
        return self.session.get_one(Case, uuid.UUID(answer.location.rpartition("/")[2]))

    def visit(self, case: Case, one: Comer, on: date) -> None:
        """Plan the visit the day her case is opened; send its form the day it is made."""
        office, planned = make_viewer(self.office), at(one.opened_on, 12)
        agreed = Attempt(Disposition.AGREED)
        record_attempt(self.session, case, agreed, viewer=office, now=planned)
        visit = plan_visit(
            self.session, case, visitor_id=self.visitor.id, start_at=at(on, 14), minutes=60,
            insist="Elle préfère ce jour", viewer=office, now=planned,
        )  # fmt: skip
        own = f"<instanceID>uuid:{uuid.uuid4()}<"
        before, _, rest = self.xml.partition("<instanceID>")
        xml = before + own + rest.partition("<")[2]
        viewer = make_viewer(self.visitor, Reach.OWN)
        record_submission(
            self.session, self.app.extensions["palier"].store, files=(), visit_id=visit.id,
            xml=xml.encode(), now=at(on, 16), viewer=viewer,
        )  # fmt: skip
        self.session.commit()

    def live(self) -> None:
        for one in ALL:
            case = self.open(one)
            if one.visited_on:
                self.visit(case, one, one.visited_on)

    def listed(self, day: date, state: str) -> dict[str, str]:
        """Read a list of what is to do as a file: whose, and due when."""
        make_what_is_due(self.session, now=at(day, 7))
        self.session.commit()
        path = f"/tasks/tasks.csv?programme={PROGRAMME}&kind=visit&state={state}"
        file = io.StringIO(self.browse(day).get(path).text.lstrip("\ufeff"))
        return {one["Person"]: one["Due"] for one in csv.DictReader(file, delimiter=";")}


def test_first_visits_are_due_a_month_after_the_entry_and_late_ones_listed(
    app: Flask, session: Session
) -> None:
    story, end = Story(app, session), date(2026, 3, 16)
    story.live()
    assert story.listed(end, "late") == {"Mme Odette ATTEND": "10 Mar 2026"}
    assert story.listed(end, "lapsed") == {"Mme Odette OUBLIEE": "3 Dec 2025"}
    done = story.listed(end, "done")
    # Where nobody knows when she moved in, it counts from the opening of her case.
    assert done == {
        "Mme Odette ATEMPS": "28 Feb 2026",
        "Mme Odette TOT": "2 Mar 2026",
        "Mme Odette TARDIVE": "2 Mar 2026",
        "Mme Odette INCONNUE": "9 Mar 2026",
    }
    page = story.browse(end).get(f"/tasks/?programme={PROGRAMME}&state=late").text
    assert "ATTEND" in page and "OUBLIEE" not in page and "ANCIENNE" not in page

    # Counted another way: from leases and visits.
    rows = session.execute(
        text(
            "SELECT p.last_name, t.started_on, date(v.done_at) FROM case_file c "
            "JOIN person p ON p.id = c.person_id JOIN occupancy o ON o.person_id = p.id "
            "JOIN tenancy t ON t.id = o.tenancy_id JOIN visit v ON v.case_id = c.id "
            "WHERE c.programme = :code AND v.state = 'done'"
        ),
        {"code": PROGRAMME},
    )
    visited = list(rows)
    session.commit()
    assert len(visited) == len(done)
    known = [(date.fromisoformat(day), date.fromisoformat(came)) for _, day, came in visited if day]
    month = timedelta(days=31)
    assert sorted(came - day <= month for day, came in known) == [False, True, True]


def test_a_rent_all_in_is_held_against_a_quarter_of_the_income(
    app: Flask, session: Session
) -> None:
    story, on = Story(app, session), date(2026, 3, 2)
    # A quarter, a cent above it, nothing earned, told twice (the latest counts), not known.
    told = {
        "QUART": [("500", "2000")],
        "UNCENT": [("500,01", "2000")],
        "RIEN": [("300", "0")],
        "BAISSE": [("450", "2400"), ("450", "1500")],
        "HAUSSE": [("450", "1500"), ("450", "2400")],
        "INCONNUE": [],
    }
    for number, (name, notes) in enumerate(told.items()):
        case = story.open(Comer(name, date(2026, 1, 5 + number), date(2026, 1, 20), None))
        path = f"/cases/{case.id}/rent"
        session.commit()
        for days, (rent, income) in enumerate(notes):
            said = {"rent": rent, "income": income, "source": "paper"}
            said["told_on"] = date(2026, 2, 2 + days).isoformat()
            browser = story.browse(on)
            assert browser.post(path, data=said).status_code == 302
            assert browser.post(path, data=said).status_code == 409
            assert browser.post(path, data=said | {"rent": "douze"}).status_code == 422
        page = story.browse(on).get(path).text
        assert ('state good">within<' in page) == (name in ("QUART", "HAUSSE")), name
    programme = story.browse(on).get(f"/programmes/{PROGRAMME}").text
    assert "40.0\u202f% <small>(2 of 5)</small></strong> · 100.0\u202f% wanted" in programme

    # Counted another way: the latest note of each case, by hand.
    latest: dict[uuid.UUID, RentNote] = {}
    for one in session.scalars(select(RentNote).order_by(RentNote.told_on, RentNote.id)):
        latest[one.case_id] = one
    within = [one for one in latest.values() if 4 * one.amounts["rent"] <= one.amounts["income"]]
    assert (len(within), len(latest)) == (2, 5)
    of, last = latest.popitem()
    path = f"/cases/{of}/rent"
    its = f"{path}/{last.id}"
    session.commit()
    browser = story.browse(on)
    assert browser.post(f"{its}/withdraw", data={"why": ""}).status_code == 422
    assert browser.post(f"{its}/withdraw", data={"why": "Erreur"}).status_code == 302
    assert "Erreur" in browser.get(path).text
    assert browser.post(f"{its}/back").status_code == 302
    assert browser.post(f"{its}/back").status_code == 409
    assert browser.post(f"{path}/{uuid.uuid4()}/back").status_code == 404


def test_who_leaves_care_has_the_same_rule_in_a_programme_of_its_own() -> None:
    both = [shipped_programmes_read()[one] for one in (PROGRAMME, "leaving_care")]
    assert [one.rent for one in both] == [RentRule(0.25), RentRule(0.25)]
    assert [one.audience.age_max for one in both] == [30, 25]


def test_a_corrected_entry_asks_for_no_second_first_visit(app: Flask, session: Session) -> None:
    story, one = Story(app, session), LATE[1]
    case = story.open(one)
    assert list(story.listed(date(2026, 3, 1), "open_all").values()) == ["10 Mar 2026"]
    lived = session.scalars(select(Occupancy).where(Occupancy.person_id == case.person_id)).one()
    lived.tenancy.started_on = date(2026, 2, 20)
    session.commit()
    assert list(story.listed(date(2026, 3, 1), "all").values()) == ["10 Mar 2026"]
    assert len(session.scalars(select(Task.id)).all()) == 1
    session.commit()


def test_who_moves_in_beside_a_tenant_is_counted_from_her_own_day(
    app: Flask, session: Session
) -> None:
    story = Story(app, session)
    case = story.open(Comer("REJOINTE", date(2019, 5, 6), date(2026, 2, 3), None))
    assert story.listed(date(2026, 2, 4), "all") == {}
    lived = session.scalars(select(Occupancy).where(Occupancy.person_id == case.person_id)).one()
    lived.started_on = date(2026, 2, 2)
    session.commit()
    assert story.listed(date(2026, 2, 4), "all") == {"Mme Odette REJOINTE": "2 Mar 2026"}
