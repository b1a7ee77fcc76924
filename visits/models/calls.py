"""How people were called, and what they answered."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
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
from visits.models.noted import Noted


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
    # Calls that ask how she is and for no visit: contacted, no interview (AAPOR 2.36).
    WELL = "well"
    TO_FOLLOW = "to_follow"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    THIRD_PARTY = "third_party"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    LETTER_FIRST = "letter_first"
    NOT_BY_PHONE = "not_by_phone"
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


class ActsBy(enum.StrEnum):
    """By what right somebody answers for another (code civil, articles 425 to 494-12).

    A relative has none: what she passes on is asked of the person again, at the door.
    """

    GUARDIAN = "guardian"
    CURATOR = "curator"
    FAMILY_MANDATE = "family_mandate"
    PROTECTION_MANDATE = "protection_mandate"
    TRUSTED_PERSON = "trusted_person"
    RELATIVE = "relative"


class ContactAttempt(Base):
    """One letter, call or knock, and what came of it.

    A knock that failed points to its visit and carries the id its tablet gave it (`report_id`);
    `left_behind` lists what was left at the door: `card`, `note`, `leaflet`; `received_at` is when
    the tablet's report came, which may be hours after `at`. `undo` is how things stood before an
    answer that ended the calls. `acts_by` is by what right somebody else agreed for her.
    """

    __tablename__ = "contact_attempt"
    __table_args__ = (
        # Who rests, and who was tried longest ago, is seen without the attempts themselves.
        Index("ix_contact_attempt_case_id_at", "case_id", "at", "disposition", "taken_back_at"),
        Index("ix_contact_attempt_disposition_at", "disposition", "at", "case_id", "taken_back_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(stored_enum(Channel))
    disposition: Mapped[Disposition] = mapped_column(stored_enum(Disposition))
    reason: Mapped[RefusalReason | None] = mapped_column(EncryptedEnum(RefusalReason))
    acts_by: Mapped[ActsBy | None] = mapped_column(EncryptedEnum(ActsBy))
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

    case: Mapped[Case] = relationship(back_populates="attempts")
    caller: Mapped[User] = relationship(foreign_keys=[caller_id])


class Refusal(Base):
    """A refusal of one scope. A soft one may be asked again, once, from `ask_again_on`."""

    __tablename__ = "refusal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    scope: Mapped[str] = mapped_column(String(20))
    reason: Mapped[RefusalReason] = mapped_column(EncryptedEnum(RefusalReason))
    at: Mapped[datetime]
    ask_again_on: Mapped[date | None]


class CallTurn(Base):
    """Somebody being called just now, by whom and until when; her home is not called meanwhile.

    `aside`: the caller set her aside, and nobody is offered her until then.
    """

    __tablename__ = "call_turn"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    dwelling_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dwelling.id"), index=True)
    caller_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    taken_at: Mapped[datetime]
    until: Mapped[datetime]
    aside: Mapped[bool] = mapped_column(default=False)

    case: Mapped[Case] = relationship()
    caller: Mapped[User] = relationship()


class WishKind(enum.StrEnum):
    """What somebody asked of calls."""

    HOURS = "hours"
    NOT_BEFORE = "not_before"
    NO_PHONE = "no_phone"
    NO_CONTACT = "no_contact"
    NO_PROGRAMME = "no_programme"


class CallWish(Noted, Base):
    """One wish about calls: between two hours of the day (Paris), not before a day, none by phone.

    `note` says how to reach her otherwise. No contact at all stands until a day, or for good: her
    file says so as long. No contact in one `programme` likewise, of that one alone; it is empty in
    every other wish.
    """

    __tablename__ = "call_wish"
    __table_args__ = (
        index_of_some(
            "uq_call_wish_standing", "person_id", "kind", "programme", unique=True,
            where="withdrawn_at IS NULL",
),
        CheckConstraint("from_hour < to_hour", name="hours_in_order"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[WishKind] = mapped_column(stored_enum(WishKind))
    programme: Mapped[str] = mapped_column(String(40), default="", server_default="")
    from_hour: Mapped[int | None]
    to_hour: Mapped[int | None]
    until_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(EncryptedText)
