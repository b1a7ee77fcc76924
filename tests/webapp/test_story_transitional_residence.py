"""Twenty-one flats on three floors, a year of stays, and where each of them led."""

import re
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.webapp.stories import browse_at
from visits.cases.cases import close_case
from visits.choosing.opening import open_by_hand
from visits.models.accounts import User
from visits.models.cases import Case, WayIn
from visits.models.people import Person
from visits.models.stays import Place, Stay
from visits.people.protection import protect

pytestmark = pytest.mark.one_database
PROGRAMME = "transitional_residence"
FLOORS, ON_A_FLOOR = 3, 7
FLATS = FLOORS * ON_A_FLOOR
MONTHS = 12  # from January 2025
# Where fifteen of the first twenty-one go, by the month at whose beginning they leave.
LEAVE = {
    4: ("own_stock", "own_stock", "family"),
    6: ("other_landlord", "own_stock", "own_stock", "no_home"),
    9: ("own_stock", "other_landlord", "other_landlord"),
    11: ("own_stock", "own_stock", "own_stock", "own_stock", "family"),
}
HOUSED, BEGUN = 12, FLATS + 15
SUCCESS = ("own_stock", "other_landlord")
OUTCOME = dict.fromkeys(SUCCESS, "housed") | {"family": "family", "no_home": "lost"}


def first_of(month: int) -> date:
    return date(2025 + month // 12, month % 12 + 1, 1)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


class Story:
    """A year with the clock in hand, on the pages of the office."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.colleague = make_user(session, language="en")
        house = make_residence(session, has_lift=False)
        homes = [
            make_dwelling(session, residence=house, reference=f"TR-{floor}{number}", floor=floor)
            for floor in range(FLOORS)
            for number in range(1, ON_A_FLOOR + 1)
        ]
        self.residence = f"/stays/places/of/{house.id}"
        self.homes = [(one.id, one.reference) for one in homes]
        self.in_place: dict[str, tuple[Case, str]] = {}  # the case and the stay in each place
        self.came = 0
        session.commit()

    def browse(self, user: User, now: datetime) -> FlaskClient:
        """Sign somebody in at a moment; the clock of the house stands there."""
        return browse_at(self.app, user, now)

    def open_house(self) -> list[str]:
        """Make each flat a place, six months renewed once."""
        office = self.browse(self.office, at(first_of(0), 8))
        for home, name in self.homes:
            said = {
                "dwelling": home, "kind": "flat", "name": name, "contract": "once", "months": "6",
                "fee": "310", "since_on": first_of(0).isoformat(),
            }  # fmt: skip
            assert office.post(self.residence, data=said).status_code == 302
        places = self.session.scalars(select(Place.id).order_by(Place.name, Place.id)).all()
        self.session.commit()
        return [str(one) for one in places]

    def take_in(self, place: str, on: date, *, protected: bool = False) -> Person:
        """Open a case for a woman whom the association proposes, and begin her stay."""
        self.came += 1
        her = make_person(self.session, last_name=f"NUMERO{self.came:02}", born_on=date(1991, 6, 1))
        case, _fit = open_by_hand(
            self.session, her, PROGRAMME, way_in=WayIn.REFERRAL, motive="Séparation",
            viewer=make_viewer(self.office), now=at(on, 9),
        )  # fmt: skip
        if protected:
            protect(self.session, her, by=self.office.id, now=at(on, 9))
        self.session.commit()
        said = {"place": place, "kind": "temporary", "from_on": on.isoformat(), "case": case.id}
        begun = self.browse(self.office, at(on)).post(f"/stays/new/{her.id}", data=said)
        assert begun.status_code == 302, begun.text
        self.in_place[place] = case, begun.location
        return her

    def leave(self, place: str, on: date, exit_to: str) -> None:
        """Note where she went, and close her case with what came of it."""
        case, stay = self.in_place.pop(place)
        said = {
            "turn": self.turn(stay),
            "ended_on": on.isoformat(),
            "exit_to": exit_to,
            "why": "Logement",
        }
        ended = self.browse(self.office, at(on)).post(f"{stay}/end", data=said)
        assert ended.status_code == 302, ended.text
        outcome = "housed" if exit_to in SUCCESS else "family"
        close_case(self.session, case, outcome=outcome, viewer=make_viewer(self.office), now=at(on))
        self.session.commit()

    def turn(self, stay: str) -> int:
        """Read the turn that her page carries."""
        found = re.search(r'name="turn" value="(\d+)"', self.page(stay))
        assert found
        return int(found[1])

    def page(self, path: str) -> str:
        """Show a page to the office, at the moment the clock stands at."""
        answer = self.browse(self.office, self.app.extensions["palier"].clock()).get(path)
        assert answer.status_code == 200, path
        return answer.text

    def renew(self, place: str, on: date) -> int:
        """Renew her contract; gives how that was answered."""
        _case, stay = self.in_place[place]
        self.browse(self.office, at(on))
        said = {"turn": self.turn(stay)}
        return self.browse(self.office, at(on)).post(f"{stay}/renew", data=said).status_code

    def live(self) -> list[str]:
        """Fill the house, then let each month happen; whoever leaves makes room for another."""
        places = self.open_house()
        for number, place in enumerate(places):
            self.take_in(place, first_of(0), protected=number == 0)
        leaving = iter(places[1:])
        for month in range(1, MONTHS):
            for exit_to in LEAVE.get(month, ()):
                place = next(leaving)
                self.leave(place, first_of(month), exit_to)
                self.take_in(place, first_of(month))
            if month == 5:  # the first contracts end with the month
                for place, (case, _stay) in self.in_place.items():
                    if case.opened_at.date() == first_of(0):
                        assert self.renew(place, first_of(month)) == 302
        return places


def test_a_year_ends_with_twelve_women_housed(app: Flask, session: Session) -> None:
    story = Story(app, session)
    places = story.live()
    evening = at(first_of(MONTHS) - timedelta(days=1), 18)
    office = story.browse(story.office, evening)

    house = office.get(story.residence).text
    assert f"{FLATS} places to stay in" in house
    assert f"{FLATS} taken, 0 free" in house
    programme = office.get(f"/programmes/{PROGRAMME}").text
    assert f"<strong>{BEGUN}</strong> of 30" in programme
    assert f"<strong>{HOUSED}</strong> of 12" in programme

    # Counted another way: from the rows alone; where to is encrypted, and read one by one.
    of_it = (
        "FROM stay s JOIN case_file c ON c.id = s.case_id "
        "WHERE c.programme = :code AND s.withdrawn_at IS NULL"
    )
    asked = text(f"SELECT count(*), count(s.ended_on), count(DISTINCT s.person_id) {of_it}")
    assert tuple(session.execute(asked, {"code": PROGRAMME}).one()) == (BEGUN, 15, BEGUN)
    went = Counter(one.exit_to for one in session.scalars(select(Stay)) if one.exit_to)
    assert sum(went[one] for one in SUCCESS) == HOUSED
    closed = text("SELECT count(*) FROM case_file WHERE outcome = 'housed'")
    assert session.scalar(closed) == HOUSED
    session.commit()

    # A place has one woman at a time, and a contract that was renewed once is not renewed again.
    another = make_person(session)
    session.commit()
    said = {"place": places[3], "kind": "temporary", "from_on": evening.date().isoformat()}
    assert office.post(f"/stays/new/{another.id}", data=said).status_code == 409
    assert story.renew(places[-1], evening.date()) == 409

    # Whom one colleague alone may see is named to her, and found by nobody else.
    _case, hers = story.in_place[places[0]]
    assert "NUMERO01" in house and office.get(hers).status_code == 200
    other = story.browse(story.colleague, evening)
    assert other.get(hers).status_code == 404
    theirs = other.get(story.residence).text
    assert "NUMERO01" not in theirs and f"{FLATS - 1} taken, 0 free" in theirs
    assert "NUMERO01" not in other.get("/stays/stays.csv?state=all").text


def test_upstairs_is_offered_to_nobody_in_a_wheelchair(app: Flask, session: Session) -> None:
    story = Story(app, session)
    story.open_house()
    her = make_person(session)
    session.commit()
    office = story.browse(story.office, at(first_of(0)))
    assert f"{FLATS} free places that fit" in office.get(f"/stays/new/{her.id}").text
    needed = {"source": "herself", "said_on": first_of(0).isoformat(), "how-reach": "must"}
    assert office.post(f"/people/{her.id}/home", data=needed).status_code == 302
    climbing = office.get(f"/stays/new/{her.id}").text
    assert f"{ON_A_FLOOR} free places that fit" in climbing
    assert "TR-07" in climbing and "TR-11" not in climbing and "TR-21" not in climbing
