"""The demo's admissions: who asks for a place, heard, decided on, waiting, offered one, refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from visits.adaptations.deciding import Decided
from visits.admissions.commissions import call_for, close_minutes, note_present, put_on_agenda
from visits.admissions.deciding import decide
from visits.admissions.facts import FactSaid, note_fact
from visits.admissions.moving import move_on
from visits.admissions.offers import answer_offer, offer_place
from visits.admissions.requests import RequestSaid, open_request
from visits.choosing.opening import open_by_hand
from visits.ground.deadlines import today_in_paris
from visits.models.admissions import Admission, AdmissionStep
from visits.models.cases import WayIn
from visits.people.by_hand import PersonSaid, make_person
from visits.sight import Viewer
from visits.stays.free import free_places
from webapp.access.auth import Action
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.story import Story
from webapp.demo.timeline import Act

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YEAR = 365
PROGRAMME = "transitional_residence"
PAPERS = ("identity", "income", "social_report")
# So many days ago the commission was held; one is to come.
HELD, TO_COME = 28, 9
PRESENT = "Mme Vasseur (bailleur), Mme Poulain (service social), M. Aubry (association)"
STEP = AdmissionStep


@dataclass(frozen=True)
class _Asks:
    """Who asked how many days ago, for what, and how far she came."""

    name: tuple[str, str]
    age: int
    ago: int
    wish: str
    situation: str
    reached: AdmissionStep
    accepted: str = ""
    refused: Decided | None = field(default=None)


ASKED = (
    _Asks(
        ("Rachida", "BOUZIANE"), 33, 70, "Un logement à elle, près de l’école des enfants.",
        "Hébergée chez sa sœur, sur un canapé.", STEP.ENTRY, "Son projet tient, ses papiers aussi.",
    ),
    _Asks(
        ("Coralie", "DUMONT"), 27, 66, "Un lieu calme, le temps de retrouver un emploi.",
        "En hébergement d’urgence, à l’hôtel.", STEP.OFFERED, "Elle travaille tout près.",
    ),
    _Asks(
        ("Mariam", "TRAORÉ"), 41, 62, "Poser ses affaires, puis chercher un logement.",
        "Chez une amie, jusqu’à la fin du mois.", STEP.WAITING, "Elle connaît la résidence.",
    ),
    _Asks(
        ("Justine", "LEBRUN"), 24, 60, "Ne plus dormir chez les uns et les autres.",
        "Sans logement depuis l’été.", STEP.WAITING, "Suivie par l’association, elle y tient.",
    ),
    _Asks(
        ("Geneviève", "MARÉCHAL"), 68, 58, "Une chambre, de l’aide pour le ménage.",
        "Seule dans un logement trop grand.", STEP.REFUSED,
        refused=Decided(
            "refused", "needs_more_care",
            "Personne n’est là la nuit, et vous avez dit en avoir besoin.",
            {"other_residence": "La résidence autonomie des Tilleuls : dossier déposé avec elle."},
        ),
    ),
    _Asks(
        ("Laura", "PINCHON"), 30, 25, "Quitter l’hôtel avec son fils.",
        "À l’hôtel avec un enfant de quatre ans.", STEP.DECISION,
    ),
    _Asks(
        ("Sabrina", "HAMDI"), 36, 17, "Un logement loin de son ancien quartier.",
        "Hébergée par une collègue.", STEP.DOCUMENTS,
    ),
    _Asks(
        ("Émilie", "CORDIER"), 22, 9, "Une chambre pour commencer sa formation.",
        "Chez ses grands-parents, à quarante kilomètres.", STEP.INTERVIEW,
    ),
    _Asks(
        ("Naïma", "SAÏDI"), 45, 2, "Un logement pour elle seule.",
        "Chez son fils, dans le salon.", STEP.REQUEST,
    ),
)  # fmt: skip


class _Asking:
    """Some women ask for a place over ten weeks; two commissions decide, one of them to come."""

    def __init__(self, story: Story) -> None:
        self.story, self.session = story, story.session
        self.asked: list[tuple[_Asks, Admission]] = []
        for one in ASKED:
            self._at(one.ago, partial(self._ask, one))
        self._at(HELD, self._decide)
        self._at(HELD - 6, self._offer)
        self._at(1, self._call_next)

    def _at(self, ago: float, act: Act) -> None:
        self.story.timeline.at(next_office_moment(self.story.now - ago * DAY), act)

    def _may(self, action: Action) -> Viewer:
        return acting(self.story.cast.coordinator, action)

    def _ask(self, one: _Asks, now: datetime) -> None:
        on = today_in_paris(now)
        first_name, last_name = one.name
        who = PersonSaid(last_name, first_name, "Mme", on - timedelta(days=one.age * YEAR + 90))
        person = make_person(self.session, who, viewer=self._may(Action.EDIT_PERSONS), now=now)
        case, _fit = open_by_hand(
            self.session, person, PROGRAMME, way_in=WayIn.REFERRAL, motive=one.wish,
            viewer=self._may(Action.ENROL), now=now,
        )  # fmt: skip
        said = RequestSaid("partner", on, one.wish, one.situation)
        viewer = self._may(Action.SUPPORT)
        admission = open_request(self.session, case, said, viewer=viewer, now=now)
        self.asked.append((one, admission))
        if one.reached is not STEP.REQUEST:
            self.story.timeline.at(now + 2 * HOUR, partial(self._take_up, one, admission))

    def _at_after(self, now: datetime, days: int, act: Act) -> None:
        self.story.timeline.at(next_office_moment(now + days * DAY), act)

    def _take_up(self, one: _Asks, admission: Admission, now: datetime) -> None:
        self._move(admission, STEP.INTERVIEW, now=now)
        if one.reached is not STEP.INTERVIEW:
            self._at_after(now, 6, partial(self._hear, one, admission))

    def _hear(self, one: _Asks, admission: Admission, now: datetime) -> None:
        heard = "Reçue avec l’association : elle dit ce qu’elle cherche, et pour quand."
        self._note(admission, FactSaid("interview", today_in_paris(now), said=heard), now)
        self._move(admission, STEP.DOCUMENTS, now=now)
        self._note(admission, FactSaid("document", today_in_paris(now), PAPERS[0]), now)
        if one.reached is not STEP.DOCUMENTS:
            self._at_after(now, 8, partial(self._complete, admission))

    def _complete(self, admission: Admission, now: datetime) -> None:
        for code in PAPERS[1:]:
            self._note(admission, FactSaid("document", today_in_paris(now), code), now)
        self._move(admission, STEP.DECISION, now=now)

    def _waiting(self) -> Sequence[tuple[_Asks, Admission]]:
        return [pair for pair in self.asked if pair[1].step is STEP.DECISION]

    def _decide(self, now: datetime) -> None:
        viewer, on = self._may(Action.DECIDE), today_in_paris(now)
        held = call_for(self.session, PROGRAMME, on, viewer=viewer, now=now)
        note_present(held, PRESENT)
        for one, admission in self._waiting():
            put_on_agenda(self.session, held, admission, viewer=viewer, now=now)
            said = one.refused or Decided("accepted", explanation=one.accepted)
            decide(self.session, admission, said, turn=admission.turn, viewer=viewer, now=now)
        close_minutes(self.session, held, "", viewer=viewer, now=now)

    def _offer(self, now: datetime) -> None:
        viewer, today = self._may(Action.PLAN), today_in_paris(now)
        for one, admission in self.asked:
            if one.reached not in (STEP.OFFERED, STEP.ENTRY) or admission.step is not STEP.WAITING:
                continue
            free = free_places(self.session, viewer, admission.person, on=today, today=today)
            places = (found.place for found in free if found.place is not None)
            place = next((one for one in places if one.months), None)
            if place is None:
                continue
            turn = admission.turn
            offer_place(self.session, admission, place, turn=turn, viewer=viewer, now=now)
            if one.reached is STEP.ENTRY:
                self.story.timeline.at(now + 3 * HOUR, partial(self._accept, admission))

    def _accept(self, admission: Admission, now: datetime) -> None:
        viewer, turn = self._may(Action.PLAN), admission.turn
        answer_offer(self.session, admission, "accepted", turn=turn, viewer=viewer, now=now)

    def _call_next(self, now: datetime) -> None:
        viewer, day = self._may(Action.DECIDE), today_in_paris(now + TO_COME * DAY)
        held = call_for(self.session, PROGRAMME, day, viewer=viewer, now=now)
        for _one, admission in self._waiting():
            put_on_agenda(self.session, held, admission, viewer=viewer, now=now)

    def _note(self, admission: Admission, said: FactSaid, now: datetime) -> None:
        note_fact(self.session, admission, said, viewer=self._may(Action.SUPPORT), now=now)

    def _move(self, admission: Admission, step: AdmissionStep, *, now: datetime) -> None:
        viewer, turn = self._may(Action.SUPPORT), admission.turn
        move_on(self.session, admission, step, turn=turn, viewer=viewer, now=now)


def ask_for_places(story: Story) -> None:
    """Let some women ask for a place in the transitional residence."""
    _Asking(story)
