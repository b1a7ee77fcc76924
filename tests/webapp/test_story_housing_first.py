"""Two platforms in three areas, over two years: who was referred, who has a home, who paid."""

import re
import uuid
from datetime import date, datetime, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.webapp.stories import browse_at, tile
from visits.accounts.accounts import find_territory
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.cases import close_case
from visits.cases.charge import put_in_charge
from visits.choosing.opening import open_by_hand
from visits.models.accounts import Role, User
from visits.models.cases import Case, WayIn
from visits.models.people import Person
from visits.models.portfolio import Residence
from visits.models.referral_requests import ReferralRequest, RequestState
from visits.models.referrals import Basis, Direction
from visits.referrals.doors import list_doors
from visits.referrals.referrals import ReferralSaid
from visits.referrals.requests import RequestSaid, receive, take_up
from visits.sight.mandates import WORK

pytestmark = pytest.mark.one_database
PROGRAMME = "housing_first"
# Each platform with the areas it works in.
PLATFORMS = {"Plateforme Nord": ("Beauvais", "Creil"), "Plateforme Sud": ("Senlis",)}
AREAS = tuple(area for areas in PLATFORMS.values() for area in areas)
# Who refers: none of them has an account.
PARTNERS = ("CCAS de Creil", "Hôpital", "115", "Maraude")
# What became of them, in the order they came; who is left is open still.
CAME_TO = ("rehoused",) * 52 + ("kept",) * 38 + ("lost",) * 5 + ("declined",) * 3
REFERRED, HOUSED = 106, 90
# What the funder pays, year by year, in euros.
PAID = {2025: 228_000, 2026: 880_000}


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


def came_on(number: int) -> date:
    """Give the day the n-th referral comes: six a month from January 2025 on."""
    year, month = divmod(number // 6, 12)
    return date(2025 + year, month + 1, 2 + number % 6)


class Story:
    """Two years with the clock in hand."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.manager = make_user(session, role=Role.MANAGER, language="en")
        self.platforms: dict[str, User] = {}
        for name, areas in PLATFORMS.items():
            user = make_user(
                session, role=Role.PARTNER_COORDINATOR, organisation=name, language="en"
            )
            self.platforms |= dict.fromkeys(areas, user)
        self.houses: dict[str, Residence] = {
            area: make_residence(session, territory_id=find_territory(session, area).id)
            for area in AREAS
        }
        for area, user in self.platforms.items():
            where = find_territory(session, area).id
            said = MandateSaid(user.organisation_id, PROGRAMME, where, WORK, date(2025, 1, 1), None)
            grant_mandate(session, said, by=self.office.id, now=at(date(2025, 1, 1)))
        self.cases: list[tuple[Case, User]] = []
        session.commit()
        self.doors: dict[str, str] = {}
        self.open_doors(date(2025, 1, 1))

    def browse(self, user: User, day: date, hour: int = 10) -> FlaskClient:
        return browse_at(self.app, user, at(day, hour))

    def open_doors(self, day: date) -> None:
        """Give each partner a form at an address of its own, for a year."""
        office = self.browse(self.office, day)
        for partner in PARTNERS:
            said = {"partner": partner, "days": "365", "landlord": str(self.office.organisation_id)}
            made = office.post("/referrals/doors/", data=said)
            (self.doors[partner],) = re.findall(r'value="[^"]*(/referral-form/[^"]+)"', made.text)

    def person(self, number: int) -> Person:
        home = make_dwelling(self.session, residence=self.houses[AREAS[number % len(AREAS)]])
        born = date(1985, 3, 1)
        return make_person(
            self.session, dwelling=home, last_name=f"MENAGE{number:03}", born_on=born
        )

    def ask_on_page(self, number: int, **changed: str) -> tuple[int, str]:
        """Fill in the form of a partner, as it does; gives how that was answered."""
        said = {
            "key": str(uuid.uuid4()), "last_name": f"MENAGE{number:03}", "first_name": "Odette",
            "address": "Beauvais", "code": "association", "asked": "Un toit.",
            "basis": "consent", "agreed_on": came_on(number).isoformat(),
            "sender": "A. Petit", "sender_at": "03 44 00 00 00",
        }  # fmt: skip
        self.browse(self.office, came_on(number))
        door = self.doors[PARTNERS[number % len(PARTNERS)]]
        answer = self.app.test_client().post(door, data=said | changed)
        return answer.status_code, answer.text

    def take_on_pages(self, number: int) -> None:
        """Take up what came by form, and open the case on the pages of the office."""
        person = self.person(number)
        waiting = ReferralRequest.state == RequestState.WAITING
        request = self.session.scalars(select(ReferralRequest).where(waiting)).one()
        person_id, request_id = person.id, request.id
        said = {
            "direction": "in", "partner": PARTNERS[number % len(PARTNERS)], "code": request.code,
            "asked": request.asked, "basis": "consent", "agreed_on": came_on(number).isoformat(),
        }  # fmt: skip
        self.session.commit()
        office = self.browse(self.office, came_on(number))
        taken = office.post(f"/referrals/requests/{request_id}/of/{person_id}", data=said)
        assert taken.status_code == 302, taken.text
        opened = {"programme": PROGRAMME, "way_in": "referral", "motive": "Sans logement"}
        made = office.post(f"/people/{person_id}/cases", data=opened)
        assert made.status_code == 302, made.text
        case = self.session.get_one(Case, uuid.UUID(made.location.rpartition("/")[2]))
        self.give(case, number)
        self.session.commit()

    def take(self, number: int) -> None:
        """Do the same by the verbs that those pages call."""
        now, person = at(came_on(number)), self.person(number)
        partner = PARTNERS[number % len(PARTNERS)]
        viewer = make_viewer(self.office)
        doors = list_doors(self.session, viewer)
        door = next(one for one in doors if one.partner == partner and one.is_good(now))
        agreed = came_on(number)
        asked = RequestSaid(
            person.last_name, "Odette", "Beauvais", "", "association", "Un toit.", Basis.CONSENT,
            agreed, "", "A. Petit", "03 44",
        )  # fmt: skip
        request = receive(self.session, door, asked, key=uuid.uuid4(), now=now)
        said = ReferralSaid(Direction.IN, "association", "Un toit.", Basis.CONSENT, partner, agreed)
        take_up(self.session, request, person, said, viewer=viewer, now=now)
        case, _fit = open_by_hand(
            self.session, person, PROGRAMME, way_in=WayIn.REFERRAL, motive="Sans logement",
            viewer=viewer, now=now,
        )  # fmt: skip
        self.give(case, number)

    def give(self, case: Case, number: int) -> None:
        """Put the platform of the area in charge, and its referent."""
        platform = self.platforms[AREAS[number % len(AREAS)]]
        put_in_charge(
            self.session, case, organisation_id=platform.organisation_id, referent_id=platform.id,
            why="De son secteur", viewer=make_viewer(self.office), now=at(came_on(number), 11),
        )  # fmt: skip
        self.cases.append((case, platform))

    def close(self, number: int) -> None:
        """Let the platform end a case with what came of it, five months after it was opened."""
        case, platform = self.cases[number]
        close_case(
            self.session, case, outcome=CAME_TO[number], on=came_on(number + 30),
            viewer=make_viewer(platform), now=at(came_on(number + 30), 16),
        )  # fmt: skip

    def live(self) -> None:
        """Let who is referred come, one after the other, and each go five months later."""
        for number in range(REFERRED + 30):
            if came_on(number) == date(2026, 1, 2):
                self.session.commit()
                assert self.ask_on_page(number)[0] == 410, "a year is over"
                self.open_doors(date(2026, 1, 1))
            if number < len(PARTNERS):
                assert self.ask_on_page(number)[0] == 302
                self.take_on_pages(number)
            elif number < REFERRED:
                self.take(number)
            if 0 <= number - 30 < len(CAME_TO):
                self.close(number - 30)
        self.session.commit()

    def pay(self, year: int) -> str:
        """Note what the funder paid in a year; gives the page of its accounts."""
        manager = self.browse(self.manager, date(year, 12, 15))
        path = f"/money/?programme={PROGRAMME}&year={year}"
        said = {
            "kind": "grant_paid", "amount": str(PAID[year]), "of_day": f"{year}-12-01",
            "payer": "Département", "landlord": str(self.manager.organisation_id),
        }  # fmt: skip
        assert manager.post(path, data=said).status_code == 302
        return str(manager.get(path).text).replace("\xa0", " ")


def test_two_years_end_with_ninety_rehoused_or_kept(app: Flask, session: Session) -> None:
    story = Story(app, session)
    story.live()
    evening = date(2026, 12, 31)
    office = story.browse(story.office, evening)
    programme = office.get(f"/programmes/{PROGRAMME}").text
    assert f"<strong>{HOUSED}</strong> of 90" in programme
    for area, platform in story.platforms.items():
        assert f"{platform.organisation.name}</a> · {area} ·" in programme
    session.commit()
    balance = f"/support/balance/?programme={PROGRAMME}&from=2025-01&to=2026-12"
    page = office.get(balance).text
    assert tile(page, "Households") == str(REFERRED)
    assert tile(page, "Organisations") == str(len(PLATFORMS))

    # Counted another way: from the rows alone.
    counted = text(
        "SELECT outcome, count(*) FROM case_file WHERE programme = :code GROUP BY outcome"
    )
    rows = session.execute(counted, {"code": PROGRAMME})
    by_outcome = {str(row[0]): int(row[1]) for row in rows}
    assert by_outcome["rehoused"] + by_outcome["kept"] == HOUSED
    assert sum(by_outcome.values()) == REFERRED
    given = text(
        "SELECT count(DISTINCT organisation_id), count(DISTINCT territory_id) FROM mandate "
        "WHERE programme = :code AND ended_at IS NULL"
    )
    assert tuple(session.execute(given, {"code": PROGRAMME}).one()) == (len(PLATFORMS), len(AREAS))
    came = text("SELECT count(*) FROM referral_request WHERE state = 'taken_up'")
    assert session.scalar(came) == REFERRED
    referred = text("SELECT count(*) FROM referral WHERE direction = 'in'")
    assert session.scalar(referred) == REFERRED
    session.commit()

    # A grant of the first year, then one almost four times as large.
    for year, euros in PAID.items():
        assert f"{euros:,}" in story.pay(year)
    paid = text("SELECT sum(cents) FROM money_note WHERE kind = 'grant_paid' AND programme = :code")
    assert session.scalar(paid, {"code": PROGRAMME}) == sum(PAID.values()) * 100
    session.commit()


def test_what_cannot_be_is_refused_in_words(app: Flask, session: Session) -> None:
    story = Story(app, session)
    # Without a legal basis nothing is kept; without her agreement it says why.
    assert story.ask_on_page(0, basis="")[0] == 422
    status, page = story.ask_on_page(0, basis="vital", agreed_on="")
    assert status == 422 and 'href="#because"' in page
    assert session.scalars(select(ReferralRequest)).all() == []
    session.commit()
    assert story.ask_on_page(0)[0] == 302
    story.take_on_pages(0)
    session.commit()

    # A platform sees the households of its own areas alone.
    case, north = story.cases[0]
    south, path = story.platforms["Senlis"], f"/support/{case.id}"
    session.commit()
    assert story.browse(north, came_on(1)).get(path).status_code == 200
    assert story.browse(south, came_on(1)).get(path).status_code == 404

    # Nobody under 16 has a case, and nobody two.
    child = make_person(session, born_on=date(2012, 1, 1))
    session.commit()
    office = story.browse(story.office, came_on(1))
    opened = {"programme": PROGRAMME, "way_in": "referral", "motive": "Sans logement"}
    refused = office.post(f"/people/{child.id}/cases", data=opened)
    assert refused.status_code == 409 and 'role="alert"' in refused.text
    person_id = case.person_id
    session.commit()
    assert office.post(f"/people/{person_id}/cases", data=opened).status_code == 409
    assert session.scalar(text("SELECT count(*) FROM case_file")) == 1
    session.commit()
