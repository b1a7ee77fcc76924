"""Who is in which programme, how they were called and what they answered."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedEnum, EncryptedJson, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.people import Person
from visits.models.portfolio import Dwelling


class EnrolmentState(enum.StrEnum):
    """Where an enrolment stands, from the list to the visit."""

    TO_CALL = "to_call"
    CALL_BACK = "call_back"
    AGREED = "agreed"
    PLANNED = "planned"
    VISITED = "visited"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_ELIGIBLE = "not_eligible"


class ProgrammeVersion(Base):
    """A programme as it was published: `toml` says all of it and never changes."""

    __tablename__ = "programme_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    toml: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))


class Enrolment(Base):
    """A person in a programme, with the score that put her there and its reasons.

    `reasons` is a list of `{criterion, points, value, label: {fr, en}}`; `risk` is 0 unknown,
    1 low, 2 intermediate, 3 high, as the last visit assessed it. `programme_version` is the one
    she came in with: what it says of her calls and visits stays so.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("programme", "person_id"),
        Index("ix_enrolment_programme_state", "programme", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    programme: Mapped[str] = mapped_column(String(40))
    programme_version_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("programme_version.id"), index=True
    )
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"), index=True)
    state: Mapped[EnrolmentState] = mapped_column(stored_enum(EnrolmentState))
    score: Mapped[int]
    reasons: Mapped[list[Any]]
    risk: Mapped[int] = mapped_column(default=0)
    call_back_at: Mapped[datetime | None]
    enrolled_at: Mapped[datetime]
    enrolled_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    person: Mapped[Person] = relationship()
    dwelling: Mapped[Dwelling] = relationship()
    attempts: Mapped[list["ContactAttempt"]] = relationship(
        back_populates="enrolment", order_by="(ContactAttempt.at, ContactAttempt.id)"
    )


class Channel(enum.StrEnum):
    """How somebody was contacted."""

    PHONE = "phone"
    INCOMING = "incoming"
    LETTER = "letter"
    DOOR = "door"


class Disposition(enum.StrEnum):
    """What came of an attempt. Families and codes follow the AAPOR Standard Definitions."""

    AGREED = "agreed"
    REFUSED = "refused"
    REFUSED_BY_FAMILY = "refused_by_family"
    CALL_BACK = "call_back"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    THIRD_PARTY = "third_party"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    AGREED_BY_OTHER = "agreed_by_other"
    MOVED = "moved"
    DEAD = "dead"
    IN_HOSPITAL = "in_hospital"
    WRONG_ADDRESS = "wrong_address"
    UNSAFE = "unsafe"
    BROKEN_OFF = "broken_off"


class RefusalReason(enum.StrEnum):
    """Why a visit was refused (R01 to R99)."""

    NO_NEED = "R01"
    FEAR_OF_MOVE_OR_COST = "R02"
    NO_TRUST = "R03"
    PRIVACY = "R04"
    HEALTH = "R05"
    ALREADY_HELPED = "R06"
    FAMILY_DECIDES = "R07"
    TIMING = "R08"
    ACCESS = "R09"
    LANGUAGE = "R10"
    NOT_SAID = "R99"


class ContactAttempt(Base):
    """One letter, call or knock, and what came of it.

    A knock that failed points to its visit and carries the id its tablet gave it (`report_id`);
    `left_behind` lists what was left at the door: `card`, `note`, `leaflet`; `received_at` is when
    the tablet's report came, which may be hours after `at`. `undo` is how things stood before an
    answer that ended the calls.
    """

    __tablename__ = "contact_attempt"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    enrolment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(stored_enum(Channel))
    disposition: Mapped[Disposition] = mapped_column(stored_enum(Disposition))
    reason: Mapped[RefusalReason | None] = mapped_column(EncryptedEnum(RefusalReason))
    call_back_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(EncryptedText)
    caller_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    report_id: Mapped[uuid.UUID | None] = mapped_column(unique=True, index=True)
    left_behind: Mapped[list[Any] | None]
    received_at: Mapped[datetime | None]
    undo: Mapped[Any | None] = mapped_column(EncryptedJson)
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    taken_back_why: Mapped[str | None] = mapped_column(EncryptedText)

    enrolment: Mapped[Enrolment] = relationship(back_populates="attempts")
    caller: Mapped[User] = relationship(foreign_keys=[caller_id])


class Refusal(Base):
    """A refusal of one scope. A soft one may be asked again, once, from `ask_again_on`."""

    __tablename__ = "refusal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    enrolment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enrolment.id"), index=True)
    scope: Mapped[str] = mapped_column(String(20))
    reason: Mapped[RefusalReason] = mapped_column(EncryptedEnum(RefusalReason))
    at: Mapped[datetime]
    ask_again_on: Mapped[date | None]
