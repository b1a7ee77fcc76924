"""A wish to live in another home: what it needs, what was offered, what became of it."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedJson, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.adaptations import AdaptationFile
from visits.models.people import Person
from visits.models.portfolio import Dwelling


class WishState(enum.StrEnum):
    """Where a wish stands; the last two wait for nothing."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DONE = "done"
    WITHDRAWN = "withdrawn"


OPEN_WISHES = (WishState.WAITING, WishState.OFFERED, WishState.ACCEPTED)


class WishReason(enum.StrEnum):
    """Why somebody wishes to live elsewhere."""

    STAIRS = "stairs"
    NOT_ADAPTABLE = "not_adaptable"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    FAMILY = "family"
    SERVICES = "services"
    NEIGHBOURS = "neighbours"
    COST = "cost"


class Answer(enum.StrEnum):
    """What was answered to an offer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class OfferRefusal(enum.StrEnum):
    """Why an offer was refused."""

    TOO_FAR = "too_far"
    TOO_SMALL = "too_small"
    RENT = "rent"
    ACCESS = "access"
    NEIGHBOURHOOD = "neighbourhood"
    NOT_READY = "not_ready"
    CHANGED_MIND = "changed_mind"


class TransferWish(Base):
    """One wish of one person; she opens one at a time.

    `turn` grows with each change: who acts on what she read says which one she read. `file` is the
    adaptation instead of which it was offered.
    """

    __tablename__ = "transfer_wish"
    __table_args__ = (Index("ix_transfer_wish_state_asked_on", "state", "asked_on"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    reasons: Mapped[Any] = mapped_column(EncryptedJson)
    wish: Mapped[str | None] = mapped_column(EncryptedText)
    asked_on: Mapped[date]
    state: Mapped[WishState] = mapped_column(stored_enum(WishState))
    turn: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    closed_why: Mapped[str | None] = mapped_column(EncryptedText)

    person: Mapped[Person] = relationship()
    file: Mapped[AdaptationFile | None] = relationship()
    opened_by: Mapped[User] = relationship(foreign_keys=[opened_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    offers: Mapped[list["TransferOffer"]] = relationship(
        back_populates="wish", order_by="(TransferOffer.offered_at, TransferOffer.id)"
    )

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still waits for a home."""
        return self.state in OPEN_WISHES

    @property
    def is_waiting(self) -> bool:
        """Tell whether no home is offered just now."""
        return self.state is WishState.WAITING

    @property
    def is_offered(self) -> bool:
        """Tell whether an offer is to be answered."""
        return self.state is WishState.OFFERED

    @property
    def is_accepted(self) -> bool:
        """Tell whether she accepted a home and is to move."""
        return self.state is WishState.ACCEPTED

    @property
    def standing(self) -> "TransferOffer | None":
        """Give the offer that is to be answered, or was accepted."""
        offers = (one for one in self.offers if one.withdrawn_at is None)
        return next((one for one in offers if one.answer is not Answer.REFUSED), None)


class TransferOffer(Base):
    """A home that was offered, and what was answered; `reason` is an `OfferRefusal`."""

    __tablename__ = "transfer_offer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    wish_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("transfer_wish.id"), index=True)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"), index=True)
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[Answer | None] = mapped_column(stored_enum(Answer))
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    said: Mapped[str | None] = mapped_column(EncryptedText)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    wish: Mapped[TransferWish] = relationship(back_populates="offers")
    dwelling: Mapped[Dwelling] = relationship()
    offered_by: Mapped[User] = relationship(foreign_keys=[offered_by_id])
