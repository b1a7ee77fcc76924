"""What partners without an account ask by a form: the doors they have, and what came by them."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedEnum, EncryptedText, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.referrals import Basis, Referral


class ReferralDoor(Base):
    """An address at which one partner asks things of a landlord; its secret's digest alone.

    It serves as often as the partner needs it until its time is over, or it is revoked.
    """

    __tablename__ = "referral_door"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    partner: Mapped[str] = mapped_column(EncryptedText)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    landlord: Mapped[Organisation] = relationship()
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])

    def is_good(self, now: datetime) -> bool:
        """Tell whether something may be asked by it."""
        return self.revoked_at is None and self.expires_at > now


class RequestState(enum.StrEnum):
    """Where what came by a form stands."""

    WAITING = "waiting"
    TAKEN_UP = "taken_up"
    SET_ASIDE = "set_aside"


class ReferralRequest(Base):
    """What a partner asked by its form, in its own words, of somebody it names.

    `key` is made with the form: what is sent twice arrives once. `name_key` is the name without
    accents and capitals, as a person's: who may not see somebody protected is not told that she is
    named. Taken up it is a referral of the
    person who is meant; set aside it says why.
    """

    __tablename__ = "referral_request"
    __table_args__ = (
        Index("ix_referral_request_state_received_at", "state", "received_at"),
        UniqueConstraint("door_id", "key"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    door_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral_door.id"))
    key: Mapped[uuid.UUID]
    received_at: Mapped[datetime]
    name_key: Mapped[str] = mapped_column(String(210), index=True)
    last_name: Mapped[str] = mapped_column(EncryptedText)
    first_name: Mapped[str] = mapped_column(EncryptedText)
    address: Mapped[str] = mapped_column(EncryptedText)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    code: Mapped[str] = mapped_column(EncryptedText)
    asked: Mapped[str] = mapped_column(EncryptedText)
    basis: Mapped[Basis] = mapped_column(EncryptedEnum(Basis))
    agreed_on: Mapped[date | None]
    because: Mapped[str | None] = mapped_column(EncryptedText)
    sender: Mapped[str] = mapped_column(EncryptedText)
    sender_at: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[RequestState] = mapped_column(stored_enum(RequestState))
    referral_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral.id"), index=True)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    why: Mapped[str | None] = mapped_column(EncryptedText)

    door: Mapped[ReferralDoor] = relationship()
    referral: Mapped[Referral | None] = relationship()
    settled_by: Mapped[User | None] = relationship(foreign_keys=[settled_by_id])

    @property
    def name(self) -> str:
        """Give the name of whom it is about, as the partner wrote it."""
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def is_waiting(self) -> bool:
        """Tell whether somebody is still to read it."""
        return self.state is RequestState.WAITING

    @property
    def is_taken_up(self) -> bool:
        """Tell whether it became a referral."""
        return self.state is RequestState.TAKEN_UP
