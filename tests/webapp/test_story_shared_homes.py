"""Three ways to live in one house with others: who is let in where, for how much, who is not."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories import make_residence
from tests.webapp.residents import House, at
from visits.adaptations.deciding import Decided
from visits.admissions.commissions import call_for, note_present, put_on_agenda
from visits.admissions.path import rules_for
from visits.ground.errors import Conflict, Invalid
from visits.homes.access import Demand
from visits.homes.matching import Needs
from visits.homes.needs import note_needs
from visits.models.admissions import Admission
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.stays import Place, Stay
from visits.stays.places import PlaceSaid

pytestmark = pytest.mark.one_database
OPENS, NEXT_SPRING, EVENING = date(2025, 1, 6), date(2026, 3, 2), date(2026, 6, 30)
PAPERS = ("identity", "orientation")


class Shared(House):
    """What the three have in common: somebody comes, is decided on, moves in."""

    def waits(self, person: Person, on: date) -> tuple[Case, Admission]:
        """Bring somebody so far that she waits for a place."""
        case = self.case(person, on)
        asked = self.ask(case, on, PAPERS)
        if rules_for(self.session, asked).decided_by == "commission":
            now = at(on, 10)
            held = call_for(self.session, self.programme, on, viewer=self.viewer, now=now)
            note_present(held, "Association, bailleur, département")
            put_on_agenda(self.session, held, asked, viewer=self.viewer, now=now)
        why = "Le projet de vie tient, et une place est libre."
        self.decide(asked, Decided("accepted", explanation=why), on)
        return case, asked

    def take_in(self, person: Person, place: Place, on: date) -> tuple[Case, Stay]:
        case, asked = self.waits(person, on)
        return case, self.let_in(asked, place, on)

    def told(self, path: str, words: str) -> None:
        """See some words on a page, in the evening of the story."""
        page = self.page(path, at(EVENING, 18)).replace("\xa0", " ").replace("\u202f", " ")
        assert words in page, f"{path}: {words}"

    def scalars(self, sql: str) -> tuple[object, ...]:
        """Count from the rows alone."""
        found = tuple(self.session.execute(text(sql), {"code": self.programme}).one())
        self.session.commit()
        return found


class DisabledOrOld(Shared):
    """Two units: three flats of one's own at street level, a shared flat of two rooms upstairs."""

    programme = "shared_homes"
    UNITS, ALONE, ROOMS = 2, 6, 4

    def __init__(self, app: Flask, session: Session) -> None:
        super().__init__(app, session)
        self.alone: list[Place] = []
        self.rooms: list[Place] = []
        alone = PlaceSaid("flat", "Appartement", "permanent", None, 430_00, OPENS)
        for _ in range(self.UNITS):
            unit = make_residence(session, has_lift=False, storeys=2)
            self.alone += [self.home(unit, [alone], floor=0)[0] for _ in range(3)]
            shared = [
                PlaceSaid("room", name, "permanent", None, 390_00, OPENS) for name in ("A", "B")
            ]
            common = PlaceSaid("common", "Séjour et cuisine", since_on=OPENS)
            self.rooms += self.home(unit, [*shared, common], floor=1)[:2]

    def comes(self, *, takes_stairs: bool) -> Person:
        person = self.person(date(1950 + self.came * 4, 3, 1), OPENS)
        if not takes_stairs:
            needs = Needs(demands=(Demand.REACH,))
            note_needs(
                self.session, person, needs, source="professional", said_on=OPENS,
                viewer=self.viewer, now=at(OPENS, 8),
            )  # fmt: skip
        return person


def test_ten_live_in_two_units_and_nobody_is_offered_stairs_she_cannot_take(
    app: Flask, session: Session
) -> None:
    story = DisabledOrOld(app, session)
    for place in story.alone:
        case, asked = story.waits(story.comes(takes_stairs=False), OPENS)
        with pytest.raises(Conflict):  # a room upstairs, before any was taken
            story.let_in(asked, story.rooms[0], OPENS)
        free = story.page(f"/admissions/{asked.id}", at(OPENS, 12))
        assert str(place.id) in free and str(story.rooms[0].id) not in free
        story.let_in(asked, place, OPENS)
        assert case.is_open
    for place in story.rooms:
        story.take_in(story.comes(takes_stairs=True), place, OPENS)
    total = story.ALONE + story.ROOMS
    for path in ("/programmes/shared_homes", "/outcomes/?programme=shared_homes"):
        story.told(path, f"<strong>{total}</strong> of 10")
    houses = {place.dwelling.residence_id for place in story.alone}
    for house in houses:
        story.told(f"/stays/places/of/{house}", "5 taken, 0 free")
    (first, _second), since = sorted(houses), OPENS.isoformat()
    path = f"/stays/posts/{first}"
    for what, part in (("Maîtresse de maison", "1"), ("Animation", "0,5")):
        said = {"what": what, "full_time": part, "from_on": since}
        assert story.browse(story.office, at(OPENS)).post(path, data=said).status_code == 302
    said = {"what": "Nuit", "full_time": "zéro", "from_on": since}
    assert story.browse(story.office, at(OPENS)).post(path, data=said).status_code == 422
    story.told(path, "<dd>1.5 full-time</dd>")
    story.told(f"{path}?day=2020-01-01", "<dd>0 full-time</dd>")
    assert story.scalars("SELECT count(*), sum(hundredths) FROM staff_post") == (2, 150)

    # Counted another way: from the rows alone.
    where = (
        "SELECT count(DISTINCT d.residence_id), sum(p.kind = 'flat'), sum(p.kind = 'room'),"
        " count(DISTINCT CASE WHEN p.kind = 'room' THEN d.id END),"
        " max(CASE WHEN p.kind = 'flat' THEN d.floor END),"
        " min(CASE WHEN p.kind = 'room' THEN d.floor END)"
        " FROM stay s JOIN place p ON p.id = s.place_id JOIN dwelling d ON d.id = p.dwelling_id"
        " JOIN case_file c ON c.id = s.case_id WHERE c.programme = :code AND s.ended_on IS NULL"
    )
    assert story.scalars(where) == (story.UNITS, story.ALONE, story.ROOMS, 2, 0, 1)


class AutisticAdults(Shared):
    """Ten flats of one room around a common one; an association stands between."""

    programme = "autistic_adults"
    HOMES, FEE = 10, 498_00

    def __init__(self, app: Flask, session: Session) -> None:
        super().__init__(app, session)
        self.house = make_residence(session, has_lift=True, storeys=4)
        said = PlaceSaid("studio", "T1", "permanent", None, self.FEE, OPENS)
        self.places = [
            self.home(self.house, [said], floor=number % 4)[0] for number in range(self.HOMES)
        ]
        self.home(self.house, [PlaceSaid("common", "T4 commun", since_on=OPENS)])


def test_ten_adults_of_eighteen_to_forty_sub_let_a_flat_each(app: Flask, session: Session) -> None:
    story = AutisticAdults(app, session)
    for born in (date(2007, 1, 7), date(1984, 1, 6)):  # 17 until tomorrow, 41 since today
        refused = story.open_on_page(story.person(born, OPENS), at(OPENS))
        assert "This programme is not for her, by what is known: Age" in refused
    born = [date(2007, 1, 6), date(1984, 1, 7), *(date(1985 + one * 2, 5, 1) for one in range(8))]
    for place, day in zip(story.places, born, strict=True):
        story.take_in(story.person(day, OPENS), place, OPENS)
    page = f"/stays/places/of/{story.house.id}"
    story.told(page, "10 taken, 0 free")
    story.told(page, "€498.00")
    story.told("/programmes/autistic_adults", f"<strong>{story.HOMES}</strong> of {story.HOMES}")

    # Counted another way: who stays how, for how much, and where nobody does.
    stays = (
        "SELECT count(DISTINCT s.person_id), sum(s.fee), count(DISTINCT s.kind), min(s.kind),"
        " (SELECT count(*) FROM place WHERE kind = 'common') FROM stay s"
        " JOIN case_file c ON c.id = s.case_id WHERE c.programme = :code AND s.ended_on IS NULL"
    )
    expected = (story.HOMES, story.HOMES * story.FEE, 1, "sub_let", 1)
    assert story.scalars(stays) == expected


class SharedFlats(Shared):
    """Three flats of three rooms each, and somebody who comes every day."""

    programme = "shared_flats"
    ROOMS, COST = 9, 48_600

    def __init__(self, app: Flask, session: Session) -> None:
        super().__init__(app, session)
        self.house = make_residence(session, has_lift=True, storeys=3)
        said = [PlaceSaid("room", one, "renewable", 12, 320_00, OPENS) for one in "ABC"]
        common = PlaceSaid("common", "Cuisine", since_on=OPENS)
        self.rooms = [
            place
            for floor in range(3)
            for place in self.home(self.house, [*said, common], floor=floor)[:3]
        ]

    def money(self, year: int) -> str:
        """Note what the coordination of a year cost; gives the page of its accounts."""
        path = f"/money/?programme={self.programme}&year={year}"
        said = {
            "of_day": f"{year}-12-15", "landlord": str(self.office.organisation_id),
            "kind": "cost", "cost_kind": "staff", "amount": str(self.COST), "what": "Coordination",
        }  # fmt: skip
        office = self.browse(self.office, at(date(year, 12, 31)))
        assert office.post(path, data=said).status_code == 302
        return str(office.get(path).text).replace("\xa0", " ").replace("\u202f", " ")


def test_nine_share_three_flats_and_a_year_of_coordination_is_5400_euros_each(
    app: Flask, session: Session
) -> None:
    story = SharedFlats(app, session)
    for born in (date(2000, 1, 7), date(1964, 1, 6)):  # 24 until tomorrow, 61 since today
        assert "Age" in story.open_on_page(story.person(born, OPENS), at(OPENS))
    living = {
        place: story.take_in(story.person(date(1966 + number * 4, 6, 1), OPENS), place, OPENS)
        for number, place in enumerate(story.rooms)
    }
    accounts = story.money(2025)
    assert "€48,600.00" in accounts and "€5,400.00" in accounts, "by nine"
    case = story.case(story.person(date(1980, 2, 1), NEXT_SPRING), NEXT_SPRING)
    with pytest.raises(Invalid):  # nobody is decided on whom no partner sends
        story.ask(case, NEXT_SPRING, ["identity"])
    story.close(case, "not_taken_in", NEXT_SPRING)

    # Two leave a year on, one of them to a home of her own; two others come.
    for place, (exit_to, outcome) in zip(
        story.rooms[:2], (("own_stock", "housed"), ("family", "family")), strict=True
    ):
        case, stay = living[place]
        story.end(stay, exit_to, NEXT_SPRING)
        story.close(case, outcome, NEXT_SPRING)
        story.take_in(story.person(date(1990, 6, 1), NEXT_SPRING), place, NEXT_SPRING)
    story.told(f"/stays/places/of/{story.house.id}", "9 taken, 0 free")
    story.told("/programmes/shared_flats", f"<strong>{story.ROOMS}</strong> of {story.ROOMS}")

    # Counted another way: entries, exits and who stays, and what was spent, from the rows.
    moves = (
        "SELECT count(*), count(s.ended_on), sum(s.ended_on IS NULL) FROM stay s"
        " JOIN case_file c ON c.id = s.case_id WHERE c.programme = :code"
    )
    assert story.scalars(moves) == (story.ROOMS + 2, 2, story.ROOMS)
    spent = "SELECT sum(cents) FROM money_note WHERE programme = :code AND kind = 'cost'"
    assert story.scalars(spent) == (story.COST * 100,)
