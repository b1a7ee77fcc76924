"""The demo's moves: who was refused an adaptation for a move wishes one, and some who live high."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from visits.adaptations.deciding import standing_decision
from visits.ground.deadlines import today_in_paris
from visits.homes.access import Demand
from visits.homes.matching import Needs
from visits.models.adaptations import AdaptationFile, Step
from visits.models.cases import Case
from visits.models.people import Person, RefusedPart
from visits.models.portfolio import Dwelling, Residence
from visits.models.transfers import TransferWish, WishState
from visits.people.autonomy import AutonomySaid, Said, note_autonomy
from visits.people.part_refusals import refused_parts
from visits.transfers.listing import matches_of
from visits.transfers.offers import AnswerSaid, answer_offer, offer_home
from visits.transfers.wishes import WishSaid, open_wish, open_wish_of
from webapp.access.auth import Action
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.story import Story

MOST, FEW, HIGH, BEFORE = 8, 6, 2, timedelta(days=12)
NEEDS = (
    Needs(demands=(Demand.REACH, Demand.SHOWER)),
    Needs(wheelchair=True),
    Needs(demands=(Demand.REACH,), rooms=2, floor=2, distance=500),
)
# What those who live high say of their days, by turns.
DAYS = (
    {
        "indoors": Said("hard", "Je me tiens aux meubles."),
        "stairs": Said("hard", "Je m’arrête à chaque étage."),
        "shopping": Said("helped", "Ma voisine monte mes courses."),
        "meals": Said("alone"),
    },
    {
        "stairs": Said("not", "Je ne descends plus seule."),
        "washing": Said("hard", "J’ai peur d’enjamber la baignoire."),
        "papers": Said("helped", "Ma nièce vient le dimanche."),
        "company": Said("hard", "Les journées sont longues."),
    },
)
ANSWERS = (AnswerSaid("refused", "too_far", "Trop loin de sa fille."), None)
WISH = "Voudrait sortir chaque jour sans demander d’aide."


def wish_to_move(story: Story) -> None:
    """Let some wish to move, and offer the first of them a home."""
    story.timeline.at(next_office_moment(story.now - BEFORE), lambda at: _wish(story, at))


def _wish(story: Story, now: datetime) -> None:
    for file in _refused(story):
        _open(story, file.person, ["stairs", "not_adaptable"], file, now)
    for turn, person in enumerate(_upstairs(story)):
        _open(story, person, ["stairs"], None, now)
        _tell_of_days(story, person, DAYS[turn % len(DAYS)], now)
    at = next_office_moment(now + timedelta(days=3))
    if at < story.now:
        story.timeline.at(at, lambda moment: _offer(story, moment))


def _refused(story: Story) -> list[AdaptationFile]:
    """Give the adaptations that were refused, with a move instead."""
    refused = select(AdaptationFile).join(AdaptationFile.person)
    refused = refused.where(AdaptationFile.step == Step.REFUSED, Person.died_on.is_(None))
    latest = refused.order_by(AdaptationFile.opened_at, AdaptationFile.id).limit(MOST)
    found = [(one, standing_decision(story.session, one)) for one in story.session.scalars(latest)]
    return [one for one, decided in found if decided and "transfer" in (decided.instead or {})]


def _upstairs(story: Story) -> Sequence[Person]:
    """Give some who live up stairs without a lift, and ask on the phone."""
    up = (Dwelling.floor >= HIGH, Residence.has_lift.is_(False), Case.closed_on.is_(None))
    living = exists().where(
        Case.person_id == Person.id,
        Dwelling.id == Case.dwelling_id,
        Residence.id == Dwelling.residence_id,
        *up,
    )
    asking = select(Person).where(living, Person.died_on.is_(None), Person.protected.is_(False))
    return story.session.scalars(asking.order_by(Person.name_key, Person.id).limit(FEW)).all()


def _open(
    story: Story,
    person: Person,
    reasons: list[str],
    instead_of: AdaptationFile | None,
    now: datetime,
) -> None:
    if open_wish_of(story.session, person) is not None:
        return
    viewer = acting(story.cast.coordinator, Action.FOLLOW_ADAPTATIONS)
    needs = NEEDS[len(person.last_name) % len(NEEDS)]
    asked_on = today_in_paris(now) - timedelta(days=7 * len(person.first_name))
    said = WishSaid(reasons, needs, asked_on, WISH)
    open_wish(story.session, person, said, instead_of=instead_of, viewer=viewer, now=now)


def _tell_of_days(story: Story, person: Person, days: Mapping[str, Said], now: datetime) -> None:
    """Let somebody say how she lives from day to day, unless she keeps her health to herself."""
    if RefusedPart.HEALTH in refused_parts(story.session, person.id):
        return
    viewer = acting(story.cast.coordinator, Action.RECORD_SCORES)
    said = AutonomySaid(days, today_in_paris(now), story.cast.coordinator.name, "phone")
    note_autonomy(story.session, person, said, viewer=viewer, now=now)


def _waiting(story: Story) -> Sequence[TransferWish]:
    waiting = select(TransferWish).where(TransferWish.state == WishState.WAITING)
    return story.session.scalars(waiting.order_by(TransferWish.id)).all()


def _offer(story: Story, now: datetime) -> None:
    """Offer two who wait a home each: the first refuses, the second thinks about it."""
    viewer = acting(story.cast.coordinator, Action.FOLLOW_ADAPTATIONS)
    homes = acting(story.cast.coordinator, Action.SEE_HOMES)
    offered = 0
    for wish in _waiting(story):
        found = matches_of(story.session, homes, wish, today=today_in_paris(now))
        if not found or offered == len(ANSWERS):
            continue
        home = found[0].home.dwelling.id
        offer_home(story.session, wish, home, turn=wish.turn, homes=homes, viewer=viewer, now=now)
        said = ANSWERS[offered]
        if said is not None:
            answer_offer(story.session, wish, said, turn=wish.turn, viewer=viewer, now=now)
        offered += 1
