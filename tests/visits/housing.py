"""A coordinator who finds homes for whoever wishes to move."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_residence, make_viewer
from visits.homes.matching import Needs
from visits.homes.traits import TraitSaid, note_trait
from visits.life.arrivals import Arriving, record_arrival
from visits.life.endings import Told
from visits.models.accounts import User
from visits.models.life import HowTold, LifeEvent
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.transfers import TransferWish
from visits.transfers.listing import (
    matches_of,
)
from visits.transfers.offers import AnswerSaid, answer_offer, offer_home, take_offer_back
from visits.transfers.wishes import (
    WishSaid,
    close_wish,
    open_wish,
)

WHEELCHAIR = Needs(wheelchair=True)


@dataclass
class Office:
    """A coordinator, and Mme Morel who wishes to move."""

    session: Session
    now: datetime
    user: User
    person: Person

    def home(
        self, reference: str, floor: int | None = 0, *, free: bool = True, **said: Any
    ) -> Dwelling:
        house = make_residence(self.session, has_lift=said.pop("lift", False))
        made = make_dwelling(
            self.session, residence=house, reference=reference, floor=floor, **said
        )
        self.note(made, "shower", 1)
        if free:
            self.note(made, "leaving", 1)
        return made

    def note(self, home: Dwelling, trait: str, value: int, since: date | None = None) -> None:
        said = TraitSaid(trait, value, since or self.now.date())
        note_trait(self.session, home, said, viewer=make_viewer(self.user), now=self.now)

    def wish(self, needs: Needs = WHEELCHAIR, person: Person | None = None) -> TransferWish:
        said = WishSaid(["stairs"], needs, self.now.date())
        viewer = make_viewer(self.user)
        return open_wish(self.session, person or self.person, said, viewer=viewer, now=self.now)

    def found(self, wish: TransferWish, user: User | None = None) -> list[str]:
        viewer = make_viewer(user or self.user)
        listed = matches_of(self.session, viewer, wish, today=self.now.date())
        return [one.home.dwelling.reference for one in listed]

    def offer(self, wish: TransferWish, home: Dwelling, user: User | None = None) -> None:
        viewer = make_viewer(user or self.user)
        offer_home(
            self.session, wish, home.id, turn=wish.turn, homes=viewer, viewer=viewer, now=self.now
        )

    def answer(self, wish: TransferWish, answer: str, reason: str = "") -> None:
        said, viewer = AnswerSaid(answer, reason, "Elle préfère."), make_viewer(self.user)
        answer_offer(self.session, wish, said, turn=wish.turn, viewer=viewer, now=self.now)

    def back(self, wish: TransferWish) -> None:
        viewer = make_viewer(self.user)
        take_offer_back(self.session, wish, turn=wish.turn, viewer=viewer, now=self.now)

    def move_to(self, home: Dwelling) -> LifeEvent:
        told = Told(HowTold.PAGE, self.user.id, self.now)
        arriving = Arriving(home, self.now.date())
        return record_arrival(self.session, self.person, arriving, told=told)

    def close(self, wish: TransferWish, state: str, why: str = "") -> None:
        viewer = make_viewer(self.user)
        close_wish(self.session, wish, state, why=why, turn=wish.turn, viewer=viewer, now=self.now)
