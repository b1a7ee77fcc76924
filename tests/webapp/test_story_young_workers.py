"""Forty-two young people in forty-three dwellings, and how many of them work or learn a trade."""

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.factories import make_residence
from tests.webapp.residents import House, at
from visits.adaptations.deciding import Decided
from visits.models.admissions import Admission, AdmissionFact
from visits.models.cases import Case
from visits.models.stays import Place, Stay
from visits.stays.places import PlaceSaid

pytestmark = pytest.mark.one_database
DWELLINGS, LET, FLOORS = 43, 42, 6
OPENS, SPRING, EVENING = date(2025, 9, 1), date(2026, 4, 1), date(2026, 8, 31)
# Two leave in spring, for a home of their own; two who work come after them.
LEAVE = 2
IN_WORK = 27  # 64.3 % of 42


class Story(House):
    """A residence from one September to the next."""

    programme = "young_workers"

    def __init__(self, app: Flask, session: Session) -> None:
        super().__init__(app, session)
        self.house = make_residence(session, has_lift=True, storeys=FLOORS)
        self.path = f"/stays/places/of/{self.house.id}"
        said = PlaceSaid("studio", "Studio", "once", 12, 420_00, OPENS)
        self.places = [
            self.home(self.house, [said], floor=number % FLOORS)[0] for number in range(LET)
        ]
        self.home(self.house, [PlaceSaid("caretaker", "Loge", since_on=OPENS)])
        self.in_place: dict[Place, tuple[Case, Stay]] = {}

    def take_in(self, place: Place, on: date, *, works: bool) -> None:
        """Take somebody of 16 to 25 in, with her contract of work or training if there is one."""
        case = self.case(self.person(date(on.year - 16 - self.came % 10, 1, 15), on), on)
        asked = self.ask(case, on, ["identity", *(["work"] if works else [])])
        why = "Le projet tient et un studio est libre."
        self.decide(asked, Decided("accepted", explanation=why), on)
        self.in_place[place] = case, self.let_in(asked, place, on)

    def live(self) -> None:
        """Fill the house; two leave in spring, and two others come."""
        for number, place in enumerate(self.places):
            self.take_in(place, OPENS, works=number < IN_WORK - LEAVE)
        for place in self.places[-LEAVE:]:
            case, stay = self.in_place[place]
            self.end(stay, "own_stock", SPRING)
            self.close(case, "housed", SPRING)
            self.take_in(place, SPRING, works=True)


@pytest.fixture
def story(app: Flask, session: Session) -> Story:
    return Story(app, session)


def test_a_year_ends_with_the_figures_of_the_residence(story: Story) -> None:
    story.live()
    session, evening = story.session, at(EVENING, 18)
    house = story.page(story.path, evening)
    assert f"{LET} places to stay in" in house and f"{LET} taken, 0 free" in house
    assert "no place to stay in" in story.page(f"{story.path}?sort=kind", evening), "the caretaker"
    share = f"64.3\u202f% <small>({IN_WORK} of {LET})</small></strong> · 60.0\u202f% wanted"
    for page in ("/programmes/young_workers", "/outcomes/?programme=young_workers"):
        told = story.page(page, evening)
        assert f"<strong>{LET}</strong> of {LET}" in told, page
        assert share in told, page

    # Counted another way: from the rows alone.
    homes = text("SELECT count(DISTINCT dwelling_id), count(contract) FROM place")
    assert tuple(session.execute(homes).one()) == (DWELLINGS, LET)
    living = (
        "FROM stay s JOIN case_file c ON c.id = s.case_id WHERE c.programme = 'young_workers'"
        " AND s.ended_on IS NULL AND s.withdrawn_at IS NULL"
    )
    assert session.scalar(text(f"SELECT count(DISTINCT s.person_id) {living}")) == LET
    # Which paper came is encrypted, and read one by one.
    of_them = text(f"SELECT a.id FROM admission a WHERE a.stay_id IN (SELECT s.id {living})")
    ids = session.scalars(of_them.columns(Admission.id)).all()
    papers = session.scalars(select(AdmissionFact).where(AdmissionFact.admission_id.in_(ids)))
    assert sum(one.code == "work" for one in papers) == IN_WORK
    assert IN_WORK / LET > 0.6
    born = session.execute(text("SELECT min(born_on), max(born_on) FROM person")).one()
    assert [EVENING.year - int(str(one)[:4]) for one in born] == [26, 17], "16 to 25 as they came"
    session.commit()


def test_who_is_of_another_age_is_refused_in_words(story: Story) -> None:
    for born in (date(2010, 9, 2), date(1999, 9, 1)):  # 15 until tomorrow, 26 since today
        refused = story.open_on_page(story.person(born, OPENS), at(OPENS))
        assert "This programme is not for her, by what is known: Age" in refused
    assert story.session.scalars(select(Case)).all() == []
    for born in (date(2009, 9, 1), date(1999, 9, 2)):
        assert story.case(story.person(born, OPENS), OPENS).is_open
    story.session.commit()


def test_work_that_ends_and_work_that_begins_count_from_then_on(story: Story) -> None:
    session, now = story.session, at(SPRING)
    for place, works in zip(story.places[:2], (True, False), strict=True):
        story.take_in(place, OPENS, works=works)
    works, learns = session.scalars(select(Admission).order_by(Admission.opened_at, Admission.id))
    noted = select(AdmissionFact).where(AdmissionFact.admission_id == works.id)
    paper = next(one for one in session.scalars(noted) if one.code == "work")
    paths = [f"/admissions/{one.id}" for one in (works, learns)]

    def told() -> str:
        found = re.search(r"% <small>\((\d of \d)\)", story.page("/programmes/young_workers", now))
        assert found
        return found[1]

    assert told() == "1 of 2"
    assert "It no longer holds" in story.page(paths[0], now)
    why = {"why": "Le contrat est fini."}
    office = story.browse(story.office, now)
    assert office.post(f"{paths[0]}/facts/{paper.id}/withdraw", data=why).status_code == 302
    assert told() == "0 of 2"
    came = {"kind": "document", "code": "work", "happened_on": SPRING.isoformat()}
    for path in paths:
        assert office.post(f"{path}/facts", data=came).status_code == 302
    assert told() == "2 of 2"
    # What she entered with stays, and so does how she was heard.
    assert office.post(f"{paths[0]}/facts", data=came | {"kind": "interview"}).status_code == 409
    identity = next(one for one in session.scalars(noted) if one.code == "identity")
    session.commit()
    assert office.post(f"{paths[0]}/facts/{identity.id}/withdraw", data=why).status_code == 409
    # Once she has left, nothing of it comes or goes any more.
    story.end(story.in_place[story.places[1]][1], "family", SPRING)
    session.commit()
    assert "Which paper" not in story.page(paths[1], now)
    assert office.post(f"{paths[1]}/facts", data=came | {"code": "income"}).status_code == 409
    assert told() == "1 of 1"
