"""The demo's stays: who came to the places, was renewed, complained, left; one is past its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import exists, select

from visits.ground.deadlines import today_in_paris
from visits.models.admissions import AdmissionOffer
from visits.models.complaints import Complaint
from visits.models.people import Person
from visits.models.stays import Place, PlaceKind, Stay, StayKind
from visits.people.by_hand import PersonSaid, make_person
from visits.stays.complaints import ComplaintSaid, answer_complaint, note_complaint
from visits.stays.stays import EndSaid, StaySaid, begin_stay, end_stay, renew_stay
from webapp.access.auth import Action
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.story import Story

DAY = timedelta(days=1)
YEAR = 365


@dataclass(frozen=True)
class _Came:
    """Who came how many days ago, into what; renewed, left after so many days, where to, why."""

    name: tuple[str, str, str]
    age: int
    ago: int
    place: PlaceKind
    kind: StayKind
    renewed: bool = False
    left_after: int = 0
    exit_to: str = ""
    why: str = ""


ROOM, STUDIO, FLAT = PlaceKind.ROOM, PlaceKind.STUDIO, PlaceKind.FLAT
TEMPORARY, SLIDING, EMERGENCY = StayKind.TEMPORARY, StayKind.SLIDING, StayKind.EMERGENCY
CAME = (
    _Came(("Mme", "Aïcha", "BENALI"), 34, 340, ROOM, TEMPORARY),
    _Came(("M.", "Kévin", "LECLERC"), 22, 322, ROOM, TEMPORARY),
    _Came(("Mme", "Sandrine", "POTIER"), 47, 310, FLAT, StayKind.PERMANENT),
    _Came(("M.", "Mamadou", "DIALLO"), 29, 300, STUDIO, TEMPORARY, renewed=True),
    _Came(
        ("Mme", "Lucie", "FERRAND"), 25, 290, ROOM, TEMPORARY,
        left_after=140, exit_to="own_stock", why="A obtenu un T2 dans le même quartier.",
    ),
    _Came(
        ("M.", "Thierry", "VASSEUR"), 52, 260, FLAT, SLIDING,
        left_after=200, exit_to="slid", why="Le bail est passé à son nom.",
    ),
    _Came(("Mme", "Nadia", "KACI"), 31, 200, STUDIO, TEMPORARY),
    _Came(
        ("M.", "Jordan", "PRUVOST"), 19, 150, ROOM, EMERGENCY,
        left_after=33, exit_to="family", why="Retourne vivre chez son frère.",
    ),
    _Came(("Mme", "Élodie", "CARON"), 38, 120, ROOM, StayKind.SUB_LET),
    _Came(("M.", "Bruno", "HENNEQUIN"), 58, 75, STUDIO, TEMPORARY),
    _Came(("Mme", "Fatou", "SARR"), 27, 30, ROOM, TEMPORARY),
    _Came(("M.", "Yanis", "MEZIANE"), 20, 12, ROOM, EMERGENCY),
)  # fmt: skip


@dataclass(frozen=True)
class _Complained:
    """Who complained how many days ago, of what; what she was answered so many days later."""

    who: str
    ago: int
    about: str
    words: str
    answered_after: int = 0
    answer: str = ""


COMPLAINED = (
    _Complained(
        "BENALI", 210, "noise", "La porte du couloir claque toute la nuit.", 6,
        "Le ferme-porte a été réglé le matin même.",
    ),
    _Complained(
        "KACI", 96, "services", "Le linge est venu avec trois jours de retard.", 24,
        "Le prestataire a changé de jour ; l’affichage est à jour.",
    ),
    _Complained("CARON", 27, "fee", "Je ne comprends pas les charges d’octobre."),
    _Complained("SARR", 3, "cleanliness", "La cuisine commune n’est pas nettoyée le week-end."),
)  # fmt: skip


def let_stay(story: Story) -> None:
    """Let some come to the places over the year."""
    for one in CAME:
        at = next_office_moment(story.now - one.ago * DAY)
        story.timeline.at(at, partial(_come, story, one))
    for said in COMPLAINED:
        at = next_office_moment(story.now - said.ago * DAY)
        story.timeline.at(at, partial(_complain, story, said))


def _complain(story: Story, one: _Complained, now: datetime) -> None:
    hers = select(Stay).join(Stay.person).where(Person.last_name == one.who)
    stay = story.session.scalars(hers.order_by(Stay.from_on, Stay.id)).first()
    if stay is None:
        return
    viewer = acting(story.cast.coordinator, Action.SUPPORT)
    said = ComplaintSaid(one.about, one.words, today_in_paris(now))
    complaint = note_complaint(story.session, stay, said, viewer=viewer, now=now)
    if one.answer:
        later = next_office_moment(now + one.answered_after * DAY)
        story.timeline.at(later, partial(_answer, story, one, complaint))


def _answer(story: Story, one: _Complained, complaint: Complaint, now: datetime) -> None:
    viewer, on = acting(story.cast.coordinator, Action.SUPPORT), today_in_paris(now)
    answer_complaint(
        story.session, complaint, one.answer, on, turn=complaint.turn, viewer=viewer, now=now
    )


def _come(story: Story, one: _Came, now: datetime) -> None:
    place = _free_place(story, one.place)
    if place is None:
        return
    coordinator, on = story.cast.coordinator, today_in_paris(now)
    civility, first_name, last_name = one.name
    born_on = on - timedelta(days=one.age * YEAR + 100)
    said = PersonSaid(last_name, first_name, civility, born_on)
    editing, viewer = acting(coordinator, Action.EDIT_PERSONS), acting(coordinator, Action.PLAN)
    person = make_person(story.session, said, viewer=editing, now=now)
    begun = StaySaid(one.kind, on)
    stay = begin_stay(story.session, place, person, begun, viewer=viewer, now=now)
    if one.renewed and stay.until_on is not None:
        later = next_office_moment(now + (stay.until_on - on - timedelta(days=12)))
        story.timeline.at(later, partial(_renew, story, stay))
    if one.left_after:
        later = next_office_moment(now + one.left_after * DAY)
        story.timeline.at(later, partial(_leave, story, one, stay))


def _renew(story: Story, stay: Stay, now: datetime) -> None:
    viewer = acting(story.cast.coordinator, Action.PLAN)
    renew_stay(story.session, stay, turn=stay.turn, viewer=viewer, now=now)


def _leave(story: Story, one: _Came, stay: Stay, now: datetime) -> None:
    viewer = acting(story.cast.coordinator, Action.PLAN)
    said = EndSaid(today_in_paris(now), one.exit_to, one.why)
    end_stay(story.session, stay, said, turn=stay.turn, viewer=viewer, now=now)


def _free_place(story: Story, kind: PlaceKind) -> Place | None:
    taken = exists().where(
        Stay.place_id == Place.id, Stay.ended_on.is_(None), Stay.withdrawn_at.is_(None)
    )
    offered = select(AdmissionOffer.place_id).where(AdmissionOffer.ended_at.is_(None))
    free = select(Place).where(Place.kind == kind, Place.withdrawn_on.is_(None), ~taken)
    free = free.where(Place.id.not_in(offered))
    return story.session.scalars(free.order_by(Place.noted_at, Place.id).limit(1)).one_or_none()
