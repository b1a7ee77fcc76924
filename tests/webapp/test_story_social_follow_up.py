"""Eleven evaluated before a home is allotted, eleven households followed: why, by whom, to what."""

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
from tests.webapp.stories import browse_at, cells
from visits.agenda.planning import plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.calls import Disposition
from visits.models.cases import Case
from visits.models.people import Person
from visits.sight import Reach

pytestmark = pytest.mark.one_database
PROGRAMME = "social_follow_up"
BEFORE = "before_allocation"
# Why each of the households is followed, and what it came to.
FOLLOWED = (
    *(("budget", "settled"),) * 3, ("budget", "common_services"), ("rights", "settled"),
    ("rights", "common_services"), ("isolation", "common_services"), ("isolation", "settled"),
    ("family", "settled"), ("neighbours", "settled"), ("upkeep", "settled"),
)  # fmt: skip
EVALUATED, HOUSEHOLDS = 11, 11
WORDS = {
    BEFORE: "Evaluation before allocation", "budget": "Budget, rent unpaid",
    "rights": "Rights and paperwork", "isolation": "Alone", "family": "Family situation",
    "neighbours": "Trouble with neighbours", "upkeep": "Upkeep of the home",
}  # fmt: skip


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


def comes_on(number: int) -> date:
    """Give the day somebody comes: one of each group, every second Monday from January on."""
    return date(2026, 1, 5) + timedelta(days=14 * number)


class Story:
    """Eight months with the clock in hand, on the pages of the office."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.social = make_user(session, role=Role.SOCIAL_WORKER, language="en", name="Mme Roy")
        self.visitor = make_user(session, role=Role.VISITOR)
        self.house = make_residence(session)
        publish_form(session, shipped_form("social_situation"), by=None, now=at(comes_on(0), 6))
        self.xml = fill_shipped("social_situation", **SURROUNDED).decode()
        session.commit()

    def browse(self, user: User, now: datetime) -> FlaskClient:
        return browse_at(self.app, user, now)

    def without_home(self, number: int) -> uuid.UUID:
        """Write down somebody who has no home here yet."""
        office = self.browse(self.office, at(comes_on(number)))
        said = {"last_name": f"DEMANDE{number:02}", "first_name": "Awa", "born_on": "1990-04-02"}
        made = office.post("/people/new", data=said)
        assert made.status_code == 302, made.text
        return uuid.UUID(made.location.rpartition("/")[2])

    def tenant(self, number: int) -> uuid.UUID:
        home = make_dwelling(self.session, residence=self.house)
        her = make_person(self.session, dwelling=home, last_name=f"LOCATAIRE{number:02}")
        self.session.commit()
        return her.id

    def open_case(self, person: uuid.UUID, day: date, **said: str) -> tuple[int, str, str]:
        """Open a case on her page; gives how that was answered, and what it led to."""
        typed = {"programme": PROGRAMME, "way_in": "request"} | said
        office = self.browse(self.office, at(day))
        answer = office.post(f"/people/{person}/cases", data=typed)
        return answer.status_code, answer.location or "", answer.text

    def follow(self, person: uuid.UUID, day: date, motive: str, outcome: str) -> str:
        """Open a case with its motive and referent, visit, and end it; gives its page."""
        status, path, page = self.open_case(person, day, listed=f"{PROGRAMME}.{motive}")
        assert status == 302, page
        office = self.browse(self.office, at(day, 11))
        charge = {
            "organisation_id": str(self.social.organisation_id),
            "referent_id": str(self.social.id), "why": "Son secteur",
        }  # fmt: skip
        assert office.post(f"{path}/charge", data=charge).status_code == 302
        case = self.session.get_one(Case, uuid.UUID(path.rpartition("/")[2]))
        agreed = Attempt(Disposition.AGREED)
        record_attempt(self.session, case, agreed, viewer=make_viewer(self.office), now=at(day, 12))
        visited = at(day + timedelta(days=8), 10 if motive == BEFORE else 14)
        visit = plan_visit(
            self.session, case, visitor_id=self.visitor.id, start_at=visited, minutes=60,
            insist="Elle préfère ce jour", place="" if case.dwelling_id else "À l’agence",
            viewer=make_viewer(self.office), now=at(day, 13),
        )  # fmt: skip
        own = f"<instanceID>uuid:{uuid.uuid4()}<"
        record_submission(
            self.session, self.app.extensions["palier"].store, files=(), visit_id=visit.id,
            xml=re.sub("<instanceID>[^<]*<", own, self.xml).encode(), now=visited,
            viewer=make_viewer(self.visitor, Reach.OWN),
        )  # fmt: skip
        self.session.commit()
        ends = at(day + timedelta(days=14 if motive == BEFORE else 70))
        said = {"ending": outcome, "note": "Fait."}
        social = self.browse(self.social, ends)
        assert WORDS[motive] in social.get(f"/support/{case.id}").text
        act = {"kind": "letter", "happened_on": ends.date().isoformat(), "minutes": "20"}
        assert social.post(f"/support/{case.id}/acts", data=act).status_code == 302
        office = self.browse(self.office, ends)
        assert office.post(f"{path}/close", data=said).status_code == 302
        return path

    def live(self) -> list[str]:
        for number in range(EVALUATED):
            self.follow(self.without_home(number), comes_on(number), BEFORE, "advised")
        return [
            self.follow(self.tenant(number), comes_on(number), motive, outcome)
            for number, (motive, outcome) in enumerate(FOLLOWED)
        ]


def test_each_has_a_motive_a_referent_and_an_outcome(app: Flask, session: Session) -> None:
    story = Story(app, session)
    paths = story.live()
    office = story.browse(story.office, at(date(2026, 9, 30)))
    page = office.get(f"/outcomes/?programme={PROGRAMME}").text
    # Of each motive: opened, with a referent, visited, refused, closed.
    each = [str(EVALUATED)] * 3 + ["0", str(EVALUATED)]
    assert cells(page, WORDS[BEFORE]) == each
    rows = [cells(page, WORDS[one]) for one in WORDS if one != BEFORE]
    for column, expected in enumerate((HOUSEHOLDS, HOUSEHOLDS, HOUSEHOLDS, 0, HOUSEHOLDS)):
        assert sum(int(row[column]) for row in rows) == expected
    assert "None of the list" not in page
    programme = office.get(f"/programmes/{PROGRAMME}").text
    assert f"<strong>{EVALUATED + HOUSEHOLDS}</strong> of 22" in programme
    for path, (motive, _outcome) in zip(paths, FOLLOWED, strict=True):
        shown = office.get(path).text
        assert WORDS[motive] in shown and "Mme Roy" in shown
        assert motive not in re.findall(r"<dt>Asked for</dt><dd>(\w+) <", shown), "a code"

    # Counted another way: from the rows; why is encrypted, and read one by one.
    asked = text(
        "SELECT count(*), count(c.motive), count(c.referent_id), count(c.outcome), "
        "count(c.dwelling_id), (SELECT count(*) FROM visit v JOIN case_file f ON f.id = v.case_id "
        "WHERE f.programme = :code AND v.state = 'done') "
        "FROM case_file c WHERE c.programme = :code"
    )
    both = EVALUATED + HOUSEHOLDS
    counted = tuple(session.execute(asked, {"code": PROGRAMME}).one())
    assert counted == (both, both, both, both, HOUSEHOLDS, both)
    why = Counter((one.motive, one.outcome) for one in session.scalars(select(Case)))
    assert why == Counter(FOLLOWED) + Counter({(BEFORE, "advised"): EVALUATED})
    sealed = session.execute(text("SELECT motive FROM case_file")).scalars().all()
    assert not any(b"budget" in bytes(one) for one in sealed)
    session.commit()


def test_a_case_without_a_motive_of_the_list_is_refused_in_words(
    app: Flask, session: Session
) -> None:
    story, day = Story(app, session), comes_on(0)
    her = story.tenant(0)
    for said, words in (
        ({}, "This programme asks why"),
        ({"motive": "Des dettes"}, "choose from the list"),
        ({"motive": "Des dettes", "listed": f"{PROGRAMME}.budget"}, "choose from the list"),
        ({"listed": "tenants_at_risk.budget"}, "does not list this motive"),
        ({"listed": f"{PROGRAMME}.money"}, "choose from the list"),
    ):
        status, _path, page = story.open_case(her, day, **said)
        assert status == 422 and words in page, said
        assert said.get("motive", "") in page, "what was typed stands there still"
    child = make_person(session, born_on=date(2012, 1, 1))
    session.commit()
    budget = {"listed": f"{PROGRAMME}.budget"}
    assert story.open_case(child.id, day, **budget)[0] == 409
    assert session.scalar(text("SELECT count(*) FROM case_file")) == 0
    session.commit()
    assert story.open_case(her, day, **budget)[0] == 302
    assert story.open_case(her, day, **budget)[0] == 409

    # Who comes from another programme was asked there: she is counted apart, with her own words.
    other = session.get_one(Person, story.tenant(1))
    session.commit()
    away = {"programme": "reinforced_support", "motive": "Des dettes"}
    status, path, page = story.open_case(other.id, day, **away)
    assert status == 302, page
    moved = {"programme": PROGRAMME, "ending": "other_support", "why": "Moins souvent suffit."}
    office = story.browse(story.office, at(day, 15))
    assert office.post(f"{path}/transfer", data=moved).status_code == 302
    shown = story.browse(story.office, at(day, 16)).get(f"/outcomes/?programme={PROGRAMME}").text
    assert cells(shown, "None of the list") == ["1", "0", "0", "0", "0"]
    assert cells(shown, WORDS["budget"])[0] == "1"
