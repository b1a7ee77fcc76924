"""Fifteen dwellings where people are safe, five rehoused in a year, and nobody else knows."""

from collections import Counter
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.factories import make_residence, make_user
from tests.webapp.residents import House, at
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.stays import Place, Stay
from visits.people.protection import name_for_access, protect
from visits.sight.mandates import WORK
from visits.stays.places import PlaceSaid
from visits.stays.stays import StaySaid, begin_stay

pytestmark = pytest.mark.one_database
DWELLINGS, REHOUSED = 15, 5
OPENS, EVENING = date(2026, 1, 5), date(2026, 12, 31)
# Seven leave in the year, by the month in which another comes.
LEAVE = (
    (3, "own_stock"),
    (4, "other_landlord"),
    (6, "family"),
    (7, "own_stock"),
    (9, "no_home"),
    (10, "own_stock"),
    (11, "other_landlord"),
)
OUTCOME = {"family": "family", "no_home": "lost"}


class Story(House):
    """A year of fifteen dwellings, known to a coordinator and to one of an association."""

    programme = "emergency_shelter"

    def __init__(self, app: Flask, session: Session) -> None:
        super().__init__(app, session)
        self.colleague = make_user(session, language="en")
        self.named, self.other = (
            make_user(session, role=Role.PARTNER_COORDINATOR, organisation=name, language="en")
            for name in ("À l’abri", "Autre association")
        )
        for one in (self.named, self.other):
            mandate = MandateSaid(one.organisation_id, self.programme, None, WORK, OPENS, None)
            grant_mandate(session, mandate, by=self.office.id, now=at(OPENS, 7))
        self.house = make_residence(session, has_lift=False)
        said = PlaceSaid("flat", "Logement", "renewable", 1, 0, OPENS)
        self.places = [self.home(self.house, [said])[0] for _ in range(DWELLINGS)]
        self.in_place: dict[Place, tuple[Case, Stay]] = {}

    def shelter(self, place: Place, on: date) -> None:
        """Protect somebody first, then open her case and let her stay."""
        her = self.person(date(1990, 3, 1), on)
        protect(self.session, her, by=self.office.id, now=at(on, 8))
        name_for_access(self.session, her, user_id=self.named.id, by=self.office.id, now=at(on, 8))
        case = self.case(her, on, "Mise en sécurité")
        said = StaySaid("emergency", on, case.id)
        stay = begin_stay(self.session, place, her, said, viewer=self.viewer, now=at(on))
        self.in_place[place] = case, stay

    def live(self) -> None:
        """Fill the dwellings; who leaves makes room for somebody else that day."""
        for place in self.places:
            self.shelter(place, OPENS)
        for place, (month, exit_to) in zip(self.places, LEAVE, strict=False):
            on = date(2026, month, 10)
            case, stay = self.in_place[place]
            self.end(stay, exit_to, on)
            self.close(case, OUTCOME.get(exit_to, "housed"), on)
            self.shelter(place, on)


def test_a_year_ends_with_five_rehoused_and_nobody_else_knows(app: Flask, session: Session) -> None:
    story = Story(app, session)
    story.live()
    now = at(EVENING, 18)
    house, programme = f"/stays/places/of/{story.house.id}", "/programmes/emergency_shelter"
    assert f"{DWELLINGS} taken, 0 free" in story.page(house, now)
    for page in (programme, "/outcomes/?programme=emergency_shelter"):
        told = story.page(page, now)
        assert f"<strong>{DWELLINGS}</strong> of {DWELLINGS}" in told, page
        assert f"<strong>{REHOUSED}</strong> of {REHOUSED}" in told, page

    # Counted another way: from the rows alone; where to is encrypted, and read one by one.
    living = text("SELECT count(*), count(DISTINCT place_id) FROM stay WHERE ended_on IS NULL")
    assert tuple(session.execute(living).one()) == (DWELLINGS, DWELLINGS)
    went = Counter(one.exit_to for one in session.scalars(select(Stay)) if one.exit_to)
    assert went["own_stock"] + went["other_landlord"] == REHOUSED
    closed = text("SELECT count(*) FROM case_file WHERE outcome = 'housed'")
    assert session.scalar(closed) == REHOUSED
    session.commit()

    # Whoever is named sees them all; nobody else finds one of them, in a list, a file or a count.
    case, stay = story.in_place[story.places[0]]
    lists = (
        "/stays/?state=all&size=100", "/stays/stays.csv?state=all", house, f"{house}/places.csv",
        "/cases/?programme=emergency_shelter&state=all", "/people/?q=Alix", "/tasks/?state=all",
    )  # fmt: skip
    for path in (*lists[:2], *lists[4:5]):
        assert "NUMERO" in story.page(path, now, by=story.named), path
    for path in lists[:6]:
        assert "NUMERO" in story.page(path, now), path
    for user in (story.colleague, story.other):
        browser = story.browse(user, now)
        for path in lists:
            answer = browser.get(path)
            assert answer.status_code in (200, 404) and "NUMERO" not in answer.text, path
        assert browser.get(f"/stays/{stay.id}").status_code == 404
        assert browser.get(f"/cases/{case.id}").status_code == 404
    theirs = story.page(house, now, by=story.colleague)
    assert "0 places to stay in" in theirs and "taken" not in theirs
    counted = story.page(programme, now, by=story.colleague)
    assert f"<strong>0</strong> of {DWELLINGS}" in counted
    assert f"<strong>0</strong> of {REHOUSED}" in counted


def test_nobody_is_sheltered_where_somebody_is_nor_before_she_is_16(
    app: Flask, session: Session
) -> None:
    story = Story(app, session)
    story.shelter(story.places[0], OPENS)
    child, another = story.person(date(2010, 6, 1), OPENS), story.person(date(1990, 1, 1), OPENS)
    assert "This programme is not for her" in story.open_on_page(child, at(OPENS))
    said = {"kind": "emergency", "from_on": OPENS.isoformat(), "place": str(story.places[0].id)}
    session.commit()
    office = story.browse(story.office, at(OPENS))
    assert office.post(f"/stays/new/{another.id}", data=said).status_code == 409
    said |= {"place": str(story.places[1].id)}
    session.commit()
    for_good = office.post(f"/stays/new/{another.id}", data=said | {"kind": "permanent"})
    assert for_good.status_code == 422
    assert office.post(f"/stays/new/{another.id}", data=said).status_code == 302
