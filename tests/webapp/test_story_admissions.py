"""From a request to a stay over four months, and from a refusal to another way, on the pages."""

import re
import uuid
from datetime import date, datetime, time, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.diagnostics.filling import shipped_form
from tests.diagnostics.test_forms_programmes import ENTRY, ROOM
from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.pdf_text import text_of
from tests.submissions import fill_shipped
from tests.webapp.stories import browse_at, tile
from visits.agenda.planning import plan_visit
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.admissions import Admission, AdmissionStep
from visits.models.cases import Case, Task
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.stays import Place, Stay
from visits.people.protection import protect
from visits.sight import Reach

pytestmark = pytest.mark.one_database
PROGRAMME = "transitional_residence"
PAPERS = ("identity", "income", "social_report")


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour), tzinfo=PARIS)


class Story:
    """Some months with the clock in hand, on the pages of the office."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.social = make_user(session, role=Role.SOCIAL_WORKER, language="en")
        self.visitor = make_user(session, role=Role.VISITOR, language="en")
        house = make_residence(session, has_lift=False)
        self.house = house.id
        self.homes = [
            make_dwelling(session, residence=house, reference=f"TR-{one}", floor=one)
            for one in range(2)
        ]
        publish_form(session, shipped_form("entry_inventory"), by=None, now=at(1, 5))
        session.commit()
        self.places = [self.add_place(home) for home in self.homes]

    def add_place(self, home: Dwelling) -> str:
        said = {
            "dwelling": home.id, "kind": "flat", "name": home.reference, "contract": "once",
            "months": "6", "fee": "310", "since_on": "2026-01-05",
        }  # fmt: skip
        office = self.browse(self.office, at(1, 5))
        assert office.post(f"/stays/places/of/{self.house}", data=said).status_code == 302
        found = select(Place.id).where(Place.dwelling_id == home.id)
        place = self.session.scalars(found).one()
        self.session.commit()
        return str(place)

    def browse(self, user: User, now: datetime) -> FlaskClient:
        """Sign somebody in at a moment; the clock of the house stands there."""
        return browse_at(self.app, user, now)

    def person(self, name: str, **said: object) -> Person:
        person = make_person(self.session, last_name=name, **({"born_on": date(1991, 6, 1)} | said))
        self.session.commit()
        return person

    def ask(self, person: Person, now: datetime, **said: str) -> str:
        """Write a request down for somebody without a home; gives its page."""
        typed = {
            "programme": PROGRAMME, "asked": "partner", "asked_on": now.date().isoformat(),
            "wish": "Un logement à elle, au calme.", "situation": "Hébergée chez une amie.",
        }  # fmt: skip
        office = self.browse(self.office, now)
        made = office.post(f"/admissions/new/{person.id}", data=typed | said)
        assert made.status_code == 302, made.text
        return str(made.location)

    def act(
        self, path: str, what: str, now: datetime, *, by: User | None = None, **said: str
    ) -> int:
        """Do something on the page of an admission, as it stands; gives how that was answered."""
        browser = self.browse(by or self.office, now)
        found = re.search(r'name="turn" value="(\d+)"', browser.get(path).text)
        turn = found[1] if found else "0"
        return browser.post(f"{path}{what}", data={"turn": turn} | said).status_code

    def to_decision(self, path: str, month: int) -> None:
        """Hear her, then let her papers come one by one."""
        assert self.act(path, "", at(month, 5), step="documents") == 409, "heard first"
        assert self.act(path, "", at(month, 5), step="interview") == 302
        assert self.act(path, "", at(month, 12), by=self.social, step="documents") == 422
        heard = {"kind": "interview", "happened_on": f"2026-{month:02}-12", "said": "Elle et moi."}
        assert self.act(path, "/facts", at(month, 12), by=self.social, **heard) == 302
        assert self.act(path, "", at(month, 12), by=self.social, step="documents") == 302
        for number, code in enumerate(PAPERS):
            assert self.act(path, "", at(month, 14), step="decision") == 422
            day = f"2026-{month:02}-{14 + number}"
            came = {"kind": "document", "code": code, "happened_on": day}
            assert self.act(path, "/facts", at(month, 14 + number), **came) == 302
        assert self.act(path, "", at(month, 17), by=self.social, step="decision") == 302

    def commission(self, month: int, *paths: str) -> str:
        """Call a commission for the twentieth, with those who wait on its agenda."""
        office = self.browse(self.office, at(month, 17))
        said = {"programme": PROGRAMME, "held_on": f"2026-{month:02}-20"}
        called = office.post("/admissions/commissions/", data=said)
        assert called.status_code == 302
        chosen = [path.rpartition("/")[2] for path in paths]
        put = office.post(f"{called.location}/agenda", data={"admission": chosen})
        assert put.status_code == 302
        return str(called.location)

    def decide(self, path: str, month: int, **said: str) -> int:
        return self.act(path, "/decision", at(month, 20, 15), **said)

    def told(self, path: str, now: datetime) -> list[str]:
        """List what she is written of an admission, the latest first."""
        return re.findall(r'<a href="/messages/[^"]*">([^<]*)</a>', self.page(path, now))

    def letter(self, path: str, now: datetime) -> str:
        """Read the latest of it as she does."""
        found = re.search(r'<a href="(/messages/[^"]*)">', self.page(path, now))
        assert found
        return unescape(self.page(found[1], now))

    def look_at_place(self, path: str, month: int) -> None:
        """Plan the visit that the entry calls for, and send its form."""
        case = self.session.get_one(Admission, uuid.UUID(path.rpartition("/")[2])).case
        due = self.session.scalars(select(Task).where(Task.case_id == case.id)).all()
        task = next(one for one in due if one.visit_kind == "entry" and one.is_open)
        visit = plan_visit(
            self.session, case, visitor_id=self.visitor.id, start_at=at(month, 6, 14), minutes=60,
            kind="entry", tasks=[task.id], place="La résidence", viewer=make_viewer(self.office),
            now=at(month, 5),
        )  # fmt: skip
        record_submission(
            self.session, self.app.extensions["palier"].store, files=(), visit_id=visit.id,
            xml=fill_shipped("entry_inventory", **ENTRY, room=[ROOM | {"room_kind": "living"}]),
            viewer=make_viewer(self.visitor, Reach.OWN), now=at(month, 6, 15),
        )  # fmt: skip
        self.session.commit()

    def page(self, path: str, now: datetime, by: User | None = None) -> str:
        shown = self.browse(by or self.office, now).get(path)
        assert shown.status_code == 200, path
        return str(shown.text)


@pytest.fixture
def story(app: Flask, session: Session) -> Story:
    return Story(app, session)


def test_four_months_lead_from_a_request_to_a_stay(story: Story) -> None:
    her, session = story.person("MARTIN"), story.session
    path = story.ask(her, at(2, 2))
    shown = story.page(path, at(2, 2))
    assert "Request to look at" in shown and tile(shown, "Due") == "9 Feb 2026"
    story.to_decision(path, 2)

    # Nobody decides alone, before the day, without members or without a reason.
    why = {"outcome": "accepted", "explanation": "Son projet tient, la résidence lui convient."}
    assert story.decide(path, 2, **why) == 409
    meeting = story.commission(2, path)
    assert story.act(path, "/decision", at(2, 19), **why) == 409
    assert story.decide(path, 2, **why) == 409
    office = story.browse(story.office, at(2, 20, 14))
    present = {"present": "Mme Roy (association), M. Le Goff (bailleur)"}
    assert office.post(f"{meeting}/present", data=present).status_code == 302
    assert story.decide(path, 2, outcome="accepted") == 422
    assert story.decide(path, 2, **why) == 302
    assert office.post(f"{meeting}/minutes", data={"note": ""}).status_code == 302
    minutes = text_of(office.get(f"{meeting}/minutes.pdf").data)
    assert "MARTIN" in minutes and "Mme Roy (association)" in minutes and "Accepted" in minutes
    letter = text_of(office.get(f"{path}/letter.pdf").data)
    assert "You are accepted." in letter and "You are on the waiting list." in letter
    assert story.told(path, at(2, 21)) == ["Request for a place accepted"]
    told = story.letter(path, at(2, 21))
    assert "Son projet tient" in told and "liste d’attente" in told
    assert "MARTIN" in story.page("/admissions/waiting", at(2, 21))
    assert "MARTIN" in story.browse(story.office, at(2, 21)).get("/admissions/waiting.csv").text

    # The first place is declined: she waits on from the day she was listed.
    assert story.act(path, "/offers", at(3, 2), place=story.places[1]) == 302
    assert story.act(path, "/answer", at(3, 4), answer="declined") == 422
    assert story.act(path, "/answer", at(3, 4), answer="declined", said="Trop haut.") == 302
    assert story.told(path, at(3, 4)) == [
        "Still on the waiting list for a place", "A place offered", "Request for a place accepted"
    ]  # fmt: skip
    assert "vendredi 20 février 2026" in story.letter(path, at(3, 4))
    assert story.act(path, "/offers", at(4, 1), place=story.places[0]) == 302
    told = story.letter(path, at(4, 1))
    assert "Un logement se libère pour vous" in told and "6 avril 2026" in told
    listed = session.get_one(Admission, uuid.UUID(path.rpartition("/")[2]))
    session.refresh(listed)
    assert listed.listed_on == date(2026, 2, 20)
    session.commit()

    # On offer, it is nobody else's: neither offered nor stayed in, and not listed as free.
    other = story.person("DURAND")
    begun = {"place": story.places[0], "kind": "temporary", "from_on": "2026-04-01"}
    browser = story.browse(story.office, at(4, 1))
    assert story.places[0] not in browser.get(f"/stays/new/{other.id}").text
    assert browser.post(f"/stays/new/{other.id}", data=begun).status_code == 409

    assert story.act(path, "/answer", at(5, 4, 9), answer="accepted") == 302
    assert story.act(path, "/entry", at(5, 6, 16), from_on="2026-05-06") == 422
    story.look_at_place(path, 5)
    for kind in ("contract", "rules", "keys"):
        assert "begin the stay" in story.page(path, at(5, 6, 16))
        noted = {"kind": kind, "happened_on": "2026-05-06"}
        assert story.act(path, "/facts", at(5, 6, 16), **noted) == 302
    assert story.act(path, "/entry", at(5, 6, 17), from_on="2026-05-06") == 302

    house = story.page(f"/stays/places/of/{story.house}", at(5, 7))
    assert "MARTIN" in house and "1 taken, 1 free" in house
    assert "Lives there" in story.page(path, at(5, 7))
    stays = text("SELECT count(*), min(from_on) FROM stay WHERE withdrawn_at IS NULL")
    assert [str(one) for one in session.execute(stays).one()] == ["1", "2026-05-06"]
    moves = text("SELECT count(*) FROM admission_move WHERE taken_back_at IS NULL")
    assert session.scalar(moves) == 9
    session.commit()

    # The entry taken back withdraws the stay, and the place is hers to enter still.
    assert story.act(path, "/back", at(5, 7)) == 302
    assert session.scalars(select(Stay)).one().withdrawn_at is not None
    session.commit()
    assert story.act(path, "/entry", at(5, 7), from_on="2026-05-07") == 302


def test_a_refusal_leads_to_another_way_and_is_looked_at_again(story: Story) -> None:
    her = story.person("BERNARD")
    path = story.ask(her, at(2, 2))
    story.to_decision(path, 2)
    meeting = story.commission(2, path)
    office = story.browse(story.office, at(2, 20, 14))
    office.post(f"{meeting}/present", data={"present": "Mme Roy"})
    said = {"outcome": "refused", "explanation": "Il faut ici monter des escaliers chaque jour."}
    assert story.decide(path, 2, **said) == 422
    said |= {"reason": "no_place_fits"}
    assert story.decide(path, 2, **said) == 422
    said |= {"instead": "other_residence"}
    assert story.decide(path, 2, **said) == 422
    said |= {"instead_other_residence": "La résidence des Tilleuls, de plain-pied."}
    assert story.decide(path, 2, **said) == 302
    shown = story.page(path, at(2, 21))
    for words in ("No place fits her needs", said["explanation"], "La résidence des Tilleuls"):
        assert words in shown
    told = story.letter(path, at(2, 21))
    assert said["explanation"] in told and "La résidence des Tilleuls" in told
    assert "Tilleuls" in story.page(meeting, at(2, 21))
    assert "BERNARD" not in story.page("/admissions/waiting", at(2, 21))
    sealed = story.session.execute(
        text("SELECT explanation, instead, reason FROM admission_decision")
    )
    assert not any(b"escaliers" in bytes(one) or b"fits" in bytes(one) for one in sealed.one())
    story.session.commit()

    # She may ask again for it to be looked at, with why; or the decision is taken back.
    assert story.act(path, "", at(3, 2), step="decision") == 422
    assert story.act(path, "", at(3, 2), step="decision", said="Elle marche mieux.") == 302
    assert story.act(path, "/back", at(3, 3)) == 302
    assert story.act(path, "/back", at(3, 3), by=story.social) == 403
    assert story.act(path, "/back", at(3, 3)) == 302
    assert "On the agenda" in story.page(path, at(3, 3))
    states = story.session.execute(text("SELECT state, why FROM message WHERE kind LIKE 'place%'"))
    assert [tuple(one) for one in states] == [("stopped", "overtaken")]
    steps = story.session.scalars(select(Admission.step)).all()
    assert steps == [AdmissionStep.DECISION]
    story.session.commit()


def test_whom_one_colleague_alone_may_see_is_in_no_list_of_others(story: Story) -> None:
    her, session = story.person("NUMERO01"), story.session
    path = story.ask(her, at(2, 2))
    story.to_decision(path, 2)
    meeting = story.commission(2, path)
    story.browse(story.office, at(2, 20, 14)).post(f"{meeting}/present", data={"present": "Tous"})
    assert story.decide(path, 2, outcome="accepted", explanation="Elle vient.") == 302
    assert story.act(path, "/offers", at(3, 2), place=story.places[0]) == 302
    protect(session, session.get_one(Person, her.id), by=story.office.id, now=at(3, 2))
    colleague = make_user(session, language="en")
    session.commit()
    others = story.browse(colleague, at(3, 3))
    assert "NUMERO01" in story.page("/admissions/", at(3, 3))
    assert others.get(path).status_code == 404
    for page in ("/admissions/", "/admissions/waiting", "/admissions/admissions.csv", meeting):
        assert "NUMERO01" not in others.get(page).text, page
    house = others.get(f"/stays/places/of/{story.house}").text
    assert "0 taken, 1 free" in house, "the place on offer is hidden with her"
    assert others.get(f"/stays/places/{story.places[0]}").status_code == 404


def test_who_is_under_16_or_asks_already_is_refused_in_words(story: Story) -> None:
    young = story.person("JEUNE", born_on=date(2012, 1, 1))
    typed = {"programme": PROGRAMME, "asked": "phone", "asked_on": "2026-02-02", "wish": "Un lieu."}
    office = story.browse(story.office, at(2, 2))
    refused = office.post(f"/admissions/new/{young.id}", data=typed)
    assert refused.status_code == 409 and story.session.scalars(select(Case)).all() == []
    her = story.person("LEROY")
    bare = office.post(f"/admissions/new/{her.id}", data=typed | {"wish": " "})
    assert bare.status_code == 422 and "error" in bare.text
    story.session.commit()
    assert story.session.scalars(select(Case)).all() == [], "nothing half-kept"
    story.session.commit()
    assert office.post(f"/admissions/new/{her.id}", data=typed).status_code == 302
    again = office.post(f"/admissions/new/{her.id}", data=typed)
    assert again.status_code == 409 and "asks for a place in this programme already" in again.text


def test_what_came_of_it_is_seen_by_date(story: Story) -> None:
    """The list filters, sorts and tells who is late."""
    paths = [story.ask(story.person(f"PERSONNE{one}"), at(2, 2 + one)) for one in range(2)]
    assert story.act(paths[0], "", at(2, 3), step="interview") == 302
    late = story.page("/admissions/?step=late", at(2, 11))
    assert "PERSONNE1" in late and "PERSONNE0" not in late
    assert "1 admission<" in late
    heard = story.page("/admissions/?step=interview&sort=name", at(2, 11) + timedelta(days=1))
    assert "PERSONNE0" in heard and "PERSONNE1" not in heard
    assert story.act(paths[1], "", at(2, 12), step="withdrawn") == 422
    assert story.act(paths[1], "", at(2, 12), step="withdrawn", said="A trouvé.") == 302
    assert "PERSONNE1" not in story.page("/admissions/", at(2, 13))
    assert "PERSONNE1" in story.page("/admissions/?step=all", at(2, 13))
