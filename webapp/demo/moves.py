"""The demo's moves: who was refused an adaptation and offered a move wishes one, so do others."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from visits.adaptations.deciding import standing_decision
from visits.ground.deadlines import today_in_paris
from visits.homes.access import Demand
from visits.models.adaptations import AdaptationFile, Step
from visits.models.people import Person
from visits.models.transfers import TransferWish, WishState
from visits.transfers.listing import matches_of
from visits.transfers.matching import Needs
from visits.transfers.offers import AnswerSaid, answer_offer, offer_home
from visits.transfers.wishes import WishSaid, open_wish, open_wish_of
from webapp.access.auth import Action
from webapp.demo.calendar import next_office_moment
from webapp.demo.cast import acting
from webapp.demo.story import Story

MOST, BEFORE = 8, timedelta(days=12)
NEEDS = (
    Needs(demands=(Demand.REACH, Demand.SHOWER)),
    Needs(wheelchair=True),
    Needs(demands=(Demand.REACH,), rooms=2),
)
ANSWERS = (AnswerSaid("refused", "too_far", "Trop loin de sa fille."), None)
WISH = "Voudrait sortir chaque jour sans demander d’aide."


def wish_to_move(story: Story) -> None:
    """Let those whom a move was offered wish it, and offer the first of them a home."""
    story.timeline.at(next_office_moment(story.now - BEFORE), lambda at: _wish(story, at))


def _wish(story: Story, now: datetime) -> None:
    viewer = acting(story.cast.coordinator, Action.FOLLOW_ADAPTATIONS)
    refused = select(AdaptationFile).join(AdaptationFile.person)
    refused = refused.where(AdaptationFile.step == Step.REFUSED, Person.died_on.is_(None))
    for file in story.session.scalars(
        refused.order_by(AdaptationFile.opened_at, AdaptationFile.id)
    ).all()[:MOST]:
        decided = standing_decision(story.session, file)
        if decided is None or "transfer" not in (decided.instead or {}):
            continue
        if open_wish_of(story.session, file.person) is not None:
            continue
        needs = NEEDS[len(file.person.last_name) % len(NEEDS)]
        said = WishSaid(["stairs", "not_adaptable"], needs, today_in_paris(now), WISH)
        open_wish(story.session, file.person, said, instead_of=file, viewer=viewer, now=now)
    at = next_office_moment(now + timedelta(days=3))
    if at < story.now:
        story.timeline.at(at, lambda moment: _offer(story, moment))


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
