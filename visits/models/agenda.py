"""When visitors work, what they can do, and when they are away."""

import enum
import uuid
from datetime import date, datetime, time
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
from visits.models.noted import Noted
from visits.models.visits import Visit


class Skill(enum.StrEnum):
    """What a visitor has learnt, as far as a visit may ask for it."""

    FALLS = "falls"
    ENERGY = "energy"
    ADAPTATION = "adaptation"
    MEMORY = "memory"
    HOARDING = "hoarding"
    YOUNG = "young"
    DIGITAL = "digital"


class Language(enum.StrEnum):
    """A language that visitors speak beside French: those asked for most at the doors."""

    ARABIC = "ar"
    ENGLISH = "en"
    ITALIAN = "it"
    POLISH = "pl"
    PORTUGUESE = "pt"
    ROMANIAN = "ro"
    SPANISH = "es"
    TAMIL = "ta"
    TURKISH = "tr"
    SIGNS = "fsl"


class Availability(Base):
    """Hours of a day of the week on which a visitor makes visits, from one day to another.

    `start` says from where she sets out then, as `{name, lat, lon}`; it may be her home.
    """

    __tablename__ = "availability"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    visitor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    weekday: Mapped[int]
    from_time: Mapped[time]
    until_time: Mapped[time]
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    start: Mapped[Any | None] = mapped_column(EncryptedJson)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)


class DayKind(enum.StrEnum):
    """Whether hours of one day come on top of the others, or away from them."""

    MORE = "more"
    LESS = "less"


class AvailabilityDay(Base):
    """An exception: hours of one day that a visitor works beside the others, or does not."""

    __tablename__ = "availability_day"
    __table_args__ = (
        index_of_some(
            "uq_availability_day_standing", "visitor_id", "on_day", unique=True,
            where="withdrawn_at IS NULL",
),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    visitor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    on_day: Mapped[date]
    kind: Mapped[DayKind] = mapped_column(stored_enum(DayKind))
    from_time: Mapped[time]
    until_time: Mapped[time]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)


class VisitorTerms(Base):
    """How a visitor works: minutes between two visits, how many a day, what she can do."""

    __tablename__ = "visitor_terms"

    visitor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    buffer_minutes: Mapped[int]
    most_a_day: Mapped[int | None]
    languages: Mapped[list[Any]]
    skills: Mapped[list[Any]]
    said_at: Mapped[datetime]
    said_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    visitor: Mapped[User] = relationship(foreign_keys=[visitor_id])


class AbsenceKind(enum.StrEnum):
    """Why a visitor is away; told to nobody but those who keep her days."""

    HOLIDAY = "away_holiday"
    ILL = "away_ill"
    TRAINING = "away_training"
    OTHER = "away_other"


class Absence(Base):
    """Days on which a visitor makes no visits, both included."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_visitor_id_first_on", "visitor_id", "first_on"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    visitor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    kind: Mapped[AbsenceKind] = mapped_column(EncryptedEnum(AbsenceKind))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    visitor: Mapped[User] = relationship(foreign_keys=[visitor_id])
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])
    changes: Mapped[list["AbsenceChange"]] = relationship(
        back_populates="absence", order_by="AbsenceChange.id"
    )


class ChangeKind(enum.StrEnum):
    """What became of a visit that fell into an absence."""

    MOVED = "moved"
    HANDED_OVER = "handed_over"
    GIVEN_BACK = "given_back"


class AbsenceChange(Base):
    """A visit that an absence changed, and how it stood before.

    `turn` is the visit's own since: who moved it again meanwhile has the last word.
    """

    __tablename__ = "absence_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    absence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("absence.id"), index=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(stored_enum(ChangeKind))
    visitor_was_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    start_was: Mapped[datetime]
    why_was: Mapped[str | None] = mapped_column(EncryptedText)
    turn: Mapped[int]
    put_back_at: Mapped[datetime | None]

    absence: Mapped[Absence] = relationship(back_populates="changes")
    visit: Mapped[Visit] = relationship()


class CalendarFeed(Base):
    """An address at which a visitor's own calendar reads her visits; the secret is kept nowhere."""

    __tablename__ = "calendar_feed"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    visitor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    visitor: Mapped[User] = relationship(foreign_keys=[visitor_id])
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])


class VisitWish(Noted, Base):
    """What somebody asks of the visits of her case; one stands at a time.

    `said` is `{part, not_on, from_time, until_time, skill, speaks, attended_by}`, each empty where
    nothing is asked: `morning` or `afternoon`, days of the week (Monday is 0), hours of a Paris
    clock, what a visitor has learnt and speaks, who must be there too.
    """

    __tablename__ = "visit_wish"
    __table_args__ = (
        index_of_some(
            "uq_visit_wish_standing", "case_id", unique=True,
            where="withdrawn_at IS NULL",
),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    said: Mapped[Any] = mapped_column(EncryptedJson)
