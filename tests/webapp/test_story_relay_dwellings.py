"""Seventy relay dwellings of four residences: who proposes somebody follows her to the exit."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.factories import make_residence, make_user
from tests.webapp.residents import House, at
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.adaptations.deciding import Decided
from visits.cases.charge import put_in_charge
from visits.ground.errors import Invalid
from visits.models.accounts import Role, User
from visits.models.admissions import Admission, AdmissionFact
from visits.models.cases import Case
from visits.models.stays import Place, Stay
from visits.sight.mandates import WORK
from visits.stays.places import PlaceSaid
from visits.stays.stays import renew_stay

pytestmark = pytest.mark.one_database
# By residence, how many dwellings of two rooms for two persons and how many flats for one.
HOUSES = ((12, 8), (12, 8), (11, 6), (10, 3))
DWELLINGS, PLACES = 70, 115
PROPOSERS = ("CCAS", "Mission locale", "Accueil de jour")
OPENS, RENEWED, LEFT = date(2026, 1, 5), date(2026, 7, 6), date(2026, 10, 5)
EVENING = date(2026, 12, 31)
# Five leave in October, for a home of their own but one, and five come that day.
LEAVE = ("own_stock", "own_stock", "other_landlord", "own_stock", "family")
CONTRACTS = 104  # 90.4 % of 115


class Story(House):
    """A year of four residences."""

    programme = "relay_dwellings"

    def __init__(
        self, app: Flask, session: Session, houses: Sequence[tuple[int, int]] = HOUSES
    ) -> None:
        super().__init__(app, session)
        self.proposers = [self._proposer(name) for name in PROPOSERS]
        self.houses = [make_residence(session, has_lift=True) for _ in houses]
        self.places: list[Place] = []
        for house, (shared, flats) in zip(self.houses, houses, strict=True):
            rooms = [self._place("room", f"Chambre {one}") for one in (1, 2)]
            for said in (*[rooms] * shared, *[[self._place("flat", "Logement")]] * flats):
                self.places += self.home(house, said)
        self.in_place: dict[Place, tuple[Case, Stay, User]] = {}

    def _proposer(self, name: str) -> User:
        user = make_user(
            self.session, role=Role.PARTNER_COORDINATOR, organisation=name, language="en"
        )
        said = MandateSaid(user.organisation_id, self.programme, None, WORK, OPENS, None)
        grant_mandate(self.session, said, by=self.office.id, now=at(OPENS, 7))
        return user

    def _place(self, kind: str, name: str) -> PlaceSaid:
        return PlaceSaid(kind, name, "renewable", 6, 290_00, OPENS)

    def take_in(self, place: Place, on: date) -> None:
        """Take somebody in whom an organisation proposes, which is in charge from that day on."""
        proposer = self.proposers[self.came % 3]
        bound = self.came < CONTRACTS or self.came >= PLACES
        case = self.case(self.person(date(1970 + self.came % 35, 3, 1), on), on, "Sans logement")
        put_in_charge(
            self.session, case, organisation_id=proposer.organisation_id, viewer=self.viewer,
            referent_id=proposer.id, why="Propose et suit la personne", now=at(on, 9),
        )  # fmt: skip
        papers = ["identity", "social_report", *(["integration"] if bound else [])]
        asked = self.ask(case, on, papers)
        self.decide(asked, Decided("accepted", explanation="Un relais de six mois l’aide."), on)
        self.in_place[place] = case, self.let_in(asked, place, on), proposer

    def live(self) -> list[tuple[Case, User]]:
        """Fill the houses, renew in July; give those who left in October, with their proposer."""
        first, last = self.places[: -len(LEAVE)], self.places[-len(LEAVE) :]
        for place in (*last, *first):
            self.take_in(place, OPENS)
        for _case, stay, _proposer in self.in_place.values():
            renew_stay(self.session, stay, turn=stay.turn, viewer=self.viewer, now=at(RENEWED))
        gone = []
        for place, exit_to in zip(last, LEAVE, strict=True):
            case, stay, proposer = self.in_place[place]
            self.end(stay, exit_to, LEFT)
            self.close(case, "family" if exit_to == "family" else "housed", LEFT)
            gone.append((case, proposer))
            self.take_in(place, LEFT)
        return gone


def test_a_year_ends_with_the_figures_of_the_four_residences(app: Flask, session: Session) -> None:
    story = Story(app, session)
    gone = story.live()
    evening = at(EVENING, 18)
    houses = story.page("/stays/places/", evening)
    assert f"{len(HOUSES)} residences" in houses
    for house, (shared, flats) in zip(story.houses, HOUSES, strict=True):
        places, path = shared * 2 + flats, f"/stays/places/of/{house.id}"
        row = houses.partition(f'href="{path}"')[2].partition("</tr>")[0]
        assert row.count(f'<td class="num">{places}</td>') == 2, "all taken"
        assert '<td class="num">0</td>' in row
        # From January to December each place-day is filled: who leaves makes room that very day.
        page = story.page(f"{path}?from={OPENS}&to={EVENING}", evening)
        days = places * ((EVENING - OPENS).days + 1)
        assert f"{days:,} of {days:,} place-days filled: 100.0\u202f%" in page
    share = f"{CONTRACTS} of {PLACES}"
    for page in ("/programmes/relay_dwellings", "/outcomes/?programme=relay_dwellings"):
        told = story.page(page, evening)
        assert f"<strong>{PLACES}</strong> of 110" in told
        assert f"90.4\u202f% <small>({share})</small></strong> · 90.0\u202f% wanted" in told
    assert 110 <= PLACES <= 120

    # Counted another way: from the rows alone.
    homes = text("SELECT count(DISTINCT p.dwelling_id), count(DISTINCT d.residence_id), count(*)"
                 " FROM place p JOIN dwelling d ON d.id = p.dwelling_id")  # fmt: skip
    assert tuple(session.execute(homes).one()) == (DWELLINGS, len(HOUSES), PLACES)
    living = "SELECT {} FROM stay WHERE ended_on IS NULL AND withdrawn_at IS NULL"
    there = text(living.format("count(DISTINCT person_id), count(DISTINCT place_id)"))
    assert tuple(session.execute(there).one()) == (PLACES, PLACES)
    of_them = text(f"SELECT id FROM admission WHERE stay_id IN ({living.format('id')})")
    ids = session.scalars(of_them.columns(Admission.id)).all()
    papers = session.scalars(select(AdmissionFact).where(AdmissionFact.admission_id.in_(ids)))
    assert sum(one.code == "integration" for one in papers) == CONTRACTS
    # Nobody was ever followed by another than who proposed her, from the entry to the exit.
    changed = text("SELECT count(*) FROM (SELECT case_id FROM case_charge GROUP BY case_id"
                   " HAVING count(*) <> 1) AS more")  # fmt: skip
    assert session.scalar(changed) == 0
    followed = text("SELECT count(*) FROM case_file c JOIN case_charge g ON g.case_id = c.id"
                    " AND g.referent_id = c.referent_id")  # fmt: skip
    assert session.scalar(followed) == PLACES + len(LEAVE)
    session.commit()
    for case, proposer in gone[:2]:
        page = story.page(f"/cases/{case.id}", evening)
        assert f"<dt>Referent</dt><dd>{proposer.name}</dd>" in page
        assert story.browse(proposer, evening).get(f"/cases/{case.id}").status_code == 200
        other = next(one for one in story.proposers if one is not proposer)
        assert story.browse(other, evening).get(f"/cases/{case.id}").status_code == 404


def test_a_stay_is_renewed_as_often_as_it_needs_and_its_case_goes_to_nobody_without_a_mandate(
    app: Flask, session: Session
) -> None:
    story = Story(app, session, [(1, 0)])
    place = story.places[0]
    story.take_in(place, OPENS)
    case, stay, _proposer = story.in_place[place]
    session.commit()
    for term in range(4):  # two years and a half
        now = at(OPENS + timedelta(days=183 * term + 30))
        office = story.browse(story.office, now)
        said = {"turn": str(stay.turn)}
        session.commit()
        assert office.post(f"/stays/{stay.id}/renew", data=said).status_code == 302
        session.refresh(stay)
        session.commit()
    assert stay.until_on == date(2028, 7, 5)
    session.commit()
    assert office.post(f"/stays/{stay.id}/renew", data={"turn": "4"}).status_code == 409, "ahead"
    stranger = make_user(session, role=Role.PARTNER_COORDINATOR, organisation="Sans mandat")
    with pytest.raises(Invalid) as refused:
        put_in_charge(
            session, case, organisation_id=stranger.organisation_id, referent_id=stranger.id,
            why="Plus près", viewer=story.viewer, now=now,
        )  # fmt: skip
    assert "organisation_id" in refused.value.fields
    child = story.person(OPENS.replace(year=2011), OPENS)
    assert "This programme is not for her" in story.open_on_page(child, at(OPENS))
