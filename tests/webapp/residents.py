"""A residence of a story, filled by the product's own verbs: places, who asks, who is let in."""

from collections.abc import Collection
from datetime import date, datetime, time

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.factories import make_dwelling, make_user, make_viewer
from tests.webapp.stories import browse_at
from visits.adaptations.deciding import Decided
from visits.admissions.deciding import decide
from visits.admissions.facts import FactSaid, note_fact
from visits.admissions.moving import move_on
from visits.admissions.offers import answer_offer, let_in, offer_place
from visits.admissions.path import rules_for
from visits.admissions.requests import RequestSaid, open_request
from visits.cases.cases import close_case
from visits.choosing.opening import open_by_hand
from visits.models.accounts import User
from visits.models.admissions import Admission, AdmissionStep
from visits.models.cases import Case, WayIn
from visits.models.people import Person
from visits.models.portfolio import Residence
from visits.models.stays import Place, Stay
from visits.people.by_hand import PersonSaid, make_person
from visits.stays.places import PlaceSaid, add_place
from visits.stays.stays import EndSaid, end_stay

AT_ENTRY = ("contract", "rules", "keys")


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


class House:
    """What a story of a residence shares: its coordinator, its places, the way of who asks."""

    programme: str

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office: User = make_user(session, language="en")
        self.viewer = make_viewer(self.office)
        self.came = 0

    def browse(self, user: User, now: datetime) -> FlaskClient:
        """Sign somebody in at a moment; the clock of the house stands there."""
        self.session.commit()
        return browse_at(self.app, user, now)

    def page(self, path: str, now: datetime, by: User | None = None) -> str:
        """Show a page to somebody, the office by default."""
        answer = self.browse(by or self.office, now).get(path)
        assert answer.status_code == 200, path
        return answer.text

    def home(self, house: Residence, said: Collection[PlaceSaid], floor: int = 0) -> list[Place]:
        """Add a dwelling with its places."""
        home = make_dwelling(self.session, residence=house, floor=floor)
        since = min(one.since_on for one in said if one.since_on)
        return [
            add_place(self.session, home, one, viewer=self.viewer, now=at(since, 8)) for one in said
        ]

    def person(self, born: date, on: date) -> Person:
        """Write somebody down who has no home here."""
        self.came += 1
        said = PersonSaid(last_name=f"NUMERO{self.came:03}", first_name="Alix", born_on=born)
        return make_person(self.session, said, viewer=self.viewer, now=at(on, 8))

    def case(self, person: Person, on: date, motive: str = "Cherche un logement") -> Case:
        """Open a case of somebody whom a partner proposes."""
        case, _fit = open_by_hand(
            self.session, person, self.programme, way_in=WayIn.REFERRAL, motive=motive,
            viewer=self.viewer, now=at(on, 8),
        )  # fmt: skip
        return case

    def close(self, case: Case, outcome: str, on: date) -> None:
        """Close a case with what it came to."""
        close_case(self.session, case, outcome=outcome, viewer=self.viewer, now=at(on, 9))

    def end(self, stay: Stay, exit_to: str, on: date) -> None:
        """End a stay with where it led."""
        said, turn = EndSaid(on, exit_to, "Fin du séjour"), stay.turn
        end_stay(self.session, stay, said, turn=turn, viewer=self.viewer, now=at(on, 8))

    def open_on_page(self, person: Person, now: datetime) -> str:
        """Try to open a case on the page of somebody; gives why that is refused."""
        said = {"programme": self.programme, "way_in": "request", "motive": "Cherche un logement"}
        answer = self.browse(self.office, now).post(f"/people/{person.id}/cases", data=said)
        assert answer.status_code == 409
        return answer.text

    def ask(self, case: Case, on: date, papers: Collection[str]) -> Admission:
        """Note a request, hear who asks, note her papers: she waits to be decided on."""
        said = RequestSaid("partner", on, "Un logement à soi.", "Hébergée par des proches.")
        asked = open_request(self.session, case, said, viewer=self.viewer, now=at(on, 9))
        if rules_for(self.session, asked).interviews:
            self._go(asked, AdmissionStep.INTERVIEW, on)
            self.note(asked, FactSaid("interview", on, said="Reçue, son projet est clair."), on)
        self._go(asked, AdmissionStep.DOCUMENTS, on)
        for code in papers:
            self.note(asked, FactSaid("document", on, code), on)
        self._go(asked, AdmissionStep.DECISION, on)
        return asked

    def _go(self, asked: Admission, step: AdmissionStep, on: date) -> None:
        turn = asked.turn
        move_on(self.session, asked, step, turn=turn, viewer=self.viewer, now=at(on, 9))

    def note(self, asked: Admission, said: FactSaid, on: date) -> None:
        """Note what happened on the way to a place."""
        note_fact(self.session, asked, said, viewer=self.viewer, now=at(on))

    def decide(self, asked: Admission, said: Decided, on: date) -> None:
        """Note what was decided."""
        decide(self.session, asked, said, turn=asked.turn, viewer=self.viewer, now=at(on, 11))

    def let_in(self, asked: Admission, place: Place, on: date) -> Stay:
        """Offer a place to who was accepted, and let her in with all that an entry needs."""
        session, viewer = self.session, self.viewer
        offer_place(session, asked, place, turn=asked.turn, viewer=viewer, now=at(on, 12))
        answer_offer(session, asked, "accepted", turn=asked.turn, viewer=viewer, now=at(on, 13))
        for kind in AT_ENTRY:
            note_fact(session, asked, FactSaid(kind, on), viewer=viewer, now=at(on, 14))
        return let_in(session, asked, on, turn=asked.turn, viewer=viewer, now=at(on, 15))
