"""What happened in a person's life, as somebody told it, and what was corrected by hand."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import (
    Base,
    EncryptedEnum,
    EncryptedJson,
    EncryptedText,
    new_id,
    stored_enum,
)
from visits.models.accounts import User
from visits.models.calls import ContactAttempt
from visits.models.people import Person
from visits.models.portfolio import Dwelling


class EventKind(enum.StrEnum):
    """What may happen in a life."""

    DEATH = "death"
    MOVE_OUT = "move_out"
    MOVE_IN = "move_in"
    SEPARATION = "separation"


class HowTold(enum.StrEnum):
    """Where an event was told: on the phone, at her door, on her page, by the landlord's file."""

    PHONE = "phone"
    DOOR = "door"
    PAGE = "page"
    IMPORT = "import"


class LifeEvent(Base):
    """Something that happened in a person's life on a day, and who noted it when.

    `attempt_id` is the call or the knock that told it. `told` is what was said of it; `undo` how
    things stood before: without it, it cannot be taken back. Those who leave at a separation have
    an event each that is `part_of` that of who stays: all of it is taken back together.
    """

    __tablename__ = "life_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[EventKind] = mapped_column(EncryptedEnum(EventKind))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    dwelling_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dwelling.id"), index=True)
    happened_on: Mapped[date]
    how: Mapped[HowTold] = mapped_column(stored_enum(HowTold))
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("contact_attempt.id"), unique=True
    )
    part_of_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("life_event.id"), index=True)
    told: Mapped[Any | None] = mapped_column(EncryptedJson)
    undo: Mapped[Any | None] = mapped_column(EncryptedJson)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    taken_back_why: Mapped[str | None] = mapped_column(EncryptedText)

    person: Mapped[Person] = relationship()
    dwelling: Mapped[Dwelling | None] = relationship()
    attempt: Mapped[ContactAttempt | None] = relationship()
    noted_by: Mapped[User | None] = relationship(foreign_keys=[noted_by_id])
    taken_back_by: Mapped[User | None] = relationship(foreign_keys=[taken_back_by_id])

    @property
    def stands(self) -> bool:
        """Tell whether nobody took it back."""
        return self.taken_back_at is None


class Correction(Base):
    """A value that somebody corrected by hand, which no later file replaces while it stands.

    `field` is a column of the person; `before` and `after` are its values as text, a day in ISO
    form or a year alone.
    """

    __tablename__ = "correction"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    field: Mapped[str] = mapped_column(String(20))
    before: Mapped[str | None] = mapped_column(EncryptedText)
    after: Mapped[str | None] = mapped_column(EncryptedText)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    taken_back_by: Mapped[User | None] = relationship(foreign_keys=[taken_back_by_id])


class PersonMerge(Base):
    """Two files of one person that became one: what was moved from the other, and how all stood.

    `moved` holds `{rows, stays, kept, phone, numbers, reference, corrected, ended}`, which undoing
    it reads.
    """

    __tablename__ = "person_merge"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kept_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    moved: Mapped[Any] = mapped_column(EncryptedJson)
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    kept: Mapped[Person] = relationship(foreign_keys=[kept_id])
    other: Mapped[Person] = relationship(foreign_keys=[other_id])
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])


class LikelyDouble(Base):
    """Two files that may be of one person, and why; `one` was made before `other`.

    Found by a job, again and again, but for those that somebody told apart: these stay so.
    """

    __tablename__ = "likely_double"
    __table_args__ = (UniqueConstraint("one_id", "other_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    one_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    same_birth: Mapped[bool]
    same_home: Mapped[bool]
    same_phone: Mapped[bool]
    found_at: Mapped[datetime]
    told_apart_at: Mapped[datetime | None]
    told_apart_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    one: Mapped[Person] = relationship(foreign_keys=[one_id])
    other: Mapped[Person] = relationship(foreign_keys=[other_id])
    told_apart_by: Mapped[User | None] = relationship()
