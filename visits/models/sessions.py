"""Collective sessions of a programme: workshops, courses, outings, where whoever comes is together.

`session` alone is the database's, or somebody's who signed in.
"""

import enum
import uuid
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.people import Person
from visits.models.portfolio import Residence


class SessionKind(enum.StrEnum):
    """What people come together for; `course`: a part of several that build on each other."""

    WORKSHOP = "workshop"
    COURSE = "course"
    OUTING = "outing"
    INFORMATION = "information"


class SessionState(enum.StrEnum):
    """Where a session stands."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class CollectiveSession(Base):
    """One session of one day.

    It is in a residence, or where `place` says; it is held by an organisation that works here, or
    by the one `held_by_name` names. Those planned together, week after week, share `series_id`.
    `capacity` is how many seats there are, None where nobody counts them. `turn` grows with each
    change: who acts on what she read says which one she read.
    """

    __tablename__ = "collective_session"
    __table_args__ = (
        CheckConstraint("(residence_id IS NULL) <> (place IS NULL)", name="one_place"),
        CheckConstraint("(held_by_id IS NULL) <> (held_by_name IS NULL)", name="one_holder"),
        Index("ix_collective_session_landlord_id_starts_at", "landlord_id", "starts_at"),
        Index("ix_collective_session_programme_starts_at", "programme", "starts_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    programme: Mapped[str] = mapped_column(String(40))
    kind: Mapped[SessionKind] = mapped_column(stored_enum(SessionKind))
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    residence_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residence.id"), index=True)
    place: Mapped[str | None] = mapped_column(String(120))
    capacity: Mapped[int | None]
    held_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    held_by_name: Mapped[str | None] = mapped_column(String(120))
    cost_cents: Mapped[int | None]
    payer: Mapped[str | None] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    series_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    state: Mapped[SessionState] = mapped_column(stored_enum(SessionState))
    turn: Mapped[int] = mapped_column(default=0)
    planned_at: Mapped[datetime]
    planned_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    landlord: Mapped[Organisation] = relationship(foreign_keys=[landlord_id])
    residence: Mapped[Residence | None] = relationship()
    held_by: Mapped[Organisation | None] = relationship(foreign_keys=[held_by_id])
    planned_by: Mapped[User] = relationship()
    moves: Mapped[list["SessionMove"]] = relationship(
        back_populates="of", order_by="(SessionMove.at, SessionMove.id)"
    )

    @property
    def ends_at(self) -> datetime:
        """When it is over, by what was planned."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def holder(self) -> str:
        """Who holds it."""
        return self.held_by.name if self.held_by is not None else self.held_by_name or ""

    @property
    def where(self) -> str:
        """Where it is, in a line."""
        if self.residence is None:
            return self.place or ""
        return self.residence.short_line

    @property
    def is_planned(self) -> bool:
        """Tell whether nobody said yet what became of it."""
        return self.state is SessionState.PLANNED

    @property
    def is_held(self) -> bool:
        """Tell whether it took place."""
        return self.state is SessionState.HELD

    @property
    def is_cancelled(self) -> bool:
        """Tell whether it was called off."""
        return self.state is SessionState.CANCELLED


class SessionMove(Base):
    """A session held or cancelled, and that this was taken back."""

    __tablename__ = "session_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("collective_session.id"), index=True)
    state: Mapped[SessionState] = mapped_column(stored_enum(SessionState))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    why: Mapped[str | None] = mapped_column(EncryptedText)
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    of: Mapped[CollectiveSession] = relationship(back_populates="moves")
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    taken_back_by: Mapped[User | None] = relationship(foreign_keys=[taken_back_by_id])


class Presence(enum.StrEnum):
    """Whether somebody who was enrolled came."""

    CAME = "came"
    ABSENT = "absent"
    EXCUSED = "excused"


class SessionEnrolment(Base):
    """Somebody expected at a session, and whether she came; kept when it is withdrawn.

    `waiting`: she has no seat, and comes if one falls free.
    """

    __tablename__ = "session_enrolment"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("collective_session.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    waiting: Mapped[bool]
    enrolled_at: Mapped[datetime]
    enrolled_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    presence: Mapped[Presence | None] = mapped_column(stored_enum(Presence))
    presence_at: Mapped[datetime | None]
    presence_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    of: Mapped[CollectiveSession] = relationship()
    person: Mapped[Person] = relationship()
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])


class SessionCount(Base):
    """How many came to a session, where nobody noted who; kept when it is withdrawn."""

    __tablename__ = "session_count"
    __table_args__ = (
        index_of_some(
            "uq_session_count_standing",
            "session_id",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("collective_session.id"), index=True)
    came: Mapped[int]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])
