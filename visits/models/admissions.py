"""Somebody who asks for a place: what is known of her, what was decided, offered, and noted."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import (
    Base,
    EncryptedEnum,
    EncryptedJson,
    EncryptedText,
    index_of_some,
    new_id,
    stored_enum,
)
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.commissions import Commission
from visits.models.noted import Noted
from visits.models.people import Person
from visits.models.referrals import Referral
from visits.models.stays import Place, Stay


class AdmissionStep(enum.StrEnum):
    """What an admission waits for; the last three wait for nothing."""

    REQUEST = "request"
    INTERVIEW = "interview"
    DOCUMENTS = "documents"
    DECISION = "decision"
    WAITING = "waiting"
    OFFERED = "offered"
    ENTRY = "entry"
    ENTERED = "entered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ENDS = (AdmissionStep.ENTERED, AdmissionStep.REFUSED, AdmissionStep.WITHDRAWN)
OPEN_STEPS = tuple(step for step in AdmissionStep if step not in ENDS)


class AdmissionAsked(enum.StrEnum):
    """Who asked for a place, and how."""

    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    OFFICE = "office"
    PARTNER = "partner"


class AdmissionOutcome(enum.StrEnum):
    """What was decided of who asks."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class AdmissionRefusal(enum.StrEnum):
    """Why nobody can be given a place."""

    NOT_THE_PUBLIC = "not_the_public"
    NO_PLACE_FITS = "no_place_fits"
    NEEDS_MORE_CARE = "needs_more_care"
    INCOME_TOO_HIGH = "income_too_high"
    INCOME_TOO_LOW = "income_too_low"
    PAPERS_MISSING = "papers_missing"
    WISHES_OTHERWISE = "wishes_otherwise"


class AdmissionInstead(enum.StrEnum):
    """What is offered instead of a place."""

    OTHER_RESIDENCE = "other_residence"
    ORDINARY_HOME = "ordinary_home"
    SHELTER = "shelter"
    SUPPORT = "support"
    ASK_AGAIN = "ask_again"


class FactKind(enum.StrEnum):
    """What is noted on the way to a place, with the day it happened."""

    INTERVIEW = "interview"
    DOCUMENT = "document"
    CONTRACT = "contract"
    RULES = "rules"
    KEYS = "keys"


AT_ENTRY = (FactKind.CONTRACT, FactKind.RULES, FactKind.KEYS)


class OfferAnswer(enum.StrEnum):
    """What became of an offered place; `withdrawn`: it is offered no more."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    WITHDRAWN = "withdrawn"


_UNDER_WAY = "step NOT IN ('entered', 'refused', 'withdrawn')"
_STANDING = "ended_at IS NULL"


class Admission(Base):
    """A request for a place, of somebody with a case in a programme that gives places.

    `wish` is what she asks, `situation` where she lives now.
    `referral` is the partner's request that it answers. `listed_on` is the day since which she
    waits for a place. `turn` grows with each change of `step`: who acts on what she read says
    which one she read. `holder` is who has it in hand; otherwise whoever holds the step's role.
    """

    __tablename__ = "admission"
    __table_args__ = (
        Index("ix_admission_step_due_on", "step", "due_on"),
        index_of_some(
            "uq_admission_under_way",
            "case_id",
            unique=True,
            where=_UNDER_WAY,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    referral_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral.id"), index=True)
    asked: Mapped[AdmissionAsked] = mapped_column(stored_enum(AdmissionAsked))
    asked_on: Mapped[date]
    wish: Mapped[str] = mapped_column(EncryptedText)
    situation: Mapped[str | None] = mapped_column(EncryptedText)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    step: Mapped[AdmissionStep] = mapped_column(stored_enum(AdmissionStep))
    since: Mapped[datetime]
    due_on: Mapped[date | None]
    listed_on: Mapped[date | None]
    turn: Mapped[int] = mapped_column(default=0)
    holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    stay_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stay.id"), index=True)

    case: Mapped[Case] = relationship()
    referral: Mapped[Referral | None] = relationship()
    opened_by: Mapped[User] = relationship(foreign_keys=[opened_by_id])
    holder: Mapped[User | None] = relationship(foreign_keys=[holder_id])
    stay: Mapped[Stay | None] = relationship()
    moves: Mapped[list["AdmissionMove"]] = relationship(
        back_populates="admission", order_by="(AdmissionMove.at, AdmissionMove.id)"
    )
    offers: Mapped[list["AdmissionOffer"]] = relationship(
        back_populates="admission", order_by="(AdmissionOffer.offered_at, AdmissionOffer.id)"
    )

    @property
    def person(self) -> Person:
        """Give who asks."""
        return self.case.person

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do something for it."""
        return self.step in OPEN_STEPS

    @property
    def offer(self) -> "AdmissionOffer | None":
        """Give the offer that stands."""
        return next((one for one in self.offers if one.ended_at is None), None)

    def is_late(self, today: date) -> bool:
        """Tell whether its step should have been done before today."""
        return self.is_open and self.due_on is not None and self.due_on < today


class AdmissionMove(Base):
    """A step that was left for another: who did it, when, what was said.

    `stood` is how the admission stood before, which taking it back reads. Without `by` it went by
    itself, as she died.
    """

    __tablename__ = "admission_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    admission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admission.id"), index=True)
    was: Mapped[AdmissionStep] = mapped_column(stored_enum(AdmissionStep))
    step: Mapped[AdmissionStep] = mapped_column(stored_enum(AdmissionStep))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    said: Mapped[str | None] = mapped_column(EncryptedText)
    stood: Mapped[dict[str, Any]]
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    admission: Mapped[Admission] = relationship(back_populates="moves")
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])

    @property
    def stands(self) -> bool:
        """Tell whether nobody took it back."""
        return self.taken_back_at is None


class AdmissionDecision(Base):
    """What was decided, with its reason in plain words; it stands as long as its move does.

    A refusal has a code too, and `instead` by kind of alternative what exactly is offered.
    """

    __tablename__ = "admission_decision"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    move_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admission_move.id"), unique=True)
    outcome: Mapped[AdmissionOutcome] = mapped_column(stored_enum(AdmissionOutcome))
    reason: Mapped[AdmissionRefusal | None] = mapped_column(EncryptedEnum(AdmissionRefusal))
    explanation: Mapped[str] = mapped_column(EncryptedText)
    instead: Mapped[Any | None] = mapped_column(EncryptedJson)

    move: Mapped[AdmissionMove] = relationship()


class AdmissionItem(Base):
    """An admission on the agenda of a commission, and what was decided there."""

    __tablename__ = "admission_item"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    commission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("commission.id"), index=True)
    admission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admission.id"), index=True)
    put_at: Mapped[datetime]
    put_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_off_at: Mapped[datetime | None]
    taken_off_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("admission_decision.id"), unique=True
    )

    commission: Mapped[Commission] = relationship()
    admission: Mapped[Admission] = relationship()
    decision: Mapped[AdmissionDecision | None] = relationship()

    @property
    def decided(self) -> AdmissionDecision | None:
        """Give what was decided here and that nobody took back."""
        return self.decision if self.decision is not None and self.decision.move.stands else None


class AdmissionOffer(Base):
    """A place offered to who waits; it is nobody else's to have until `ended_at`."""

    __tablename__ = "admission_offer"
    __table_args__ = (
        # Of two who offer a place at once the second is refused by the database itself.
        index_of_some(
            "uq_admission_offer_place",
            "place_id",
            unique=True,
            where=_STANDING,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    admission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admission.id"), index=True)
    place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("place.id"))
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[OfferAnswer | None] = mapped_column(stored_enum(OfferAnswer))
    answered_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    admission: Mapped[Admission] = relationship(back_populates="offers")
    place: Mapped[Place] = relationship()
    offered_by: Mapped[User] = relationship(foreign_keys=[offered_by_id])


class AdmissionFact(Base, Noted):
    """An interview held, a paper received, a contract signed, rules or keys handed over.

    `code` names the programme's paper; withdrawn, it was noted by mistake and counts no more.
    """

    __tablename__ = "admission_fact"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    admission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admission.id"), index=True)
    kind: Mapped[FactKind] = mapped_column(stored_enum(FactKind))
    code: Mapped[str | None] = mapped_column(EncryptedText)
    happened_on: Mapped[date]
    said: Mapped[str | None] = mapped_column(EncryptedText)
