"""A circle: named people of several organisations around some cases, and their meetings."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.cases import Case
from visits.models.noted import Noted


class AgreedHow(enum.StrEnum):
    """How a person agreed to be discussed."""

    SPOKEN = "spoken"
    WRITTEN = "written"
    GUARDIAN = "guardian"


class CircleStepKind(enum.StrEnum):
    """A dated fact of the way home; nobody is back home before her landlord agreed."""

    LANDLORD_AGREED = "landlord_agreed"
    BACK_HOME = "back_home"


class Circle(Noted, Base):
    """A circle, kept by one organisation; closed by being withdrawn, with why."""

    __tablename__ = "circle"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))

    organisation: Mapped[Organisation] = relationship()


class CircleMember(Noted, Base):
    """An account in a circle; who leaves is withdrawn, with why."""

    __tablename__ = "circle_member"
    __table_args__ = (
        index_of_some(
            "uq_circle_member_standing",
            "user_id",
            "circle_id",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    circle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle.id"), index=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    circle: Mapped[Circle] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class CircleCase(Noted, Base):
    """A case put to a circle, from the day its person agreed to be discussed until she does not.

    `shared` is all that the circle is told of it beside its own points. Whoever agrees again is
    put to the circle anew: what was said before she ended it is read by nobody there.
    """

    __tablename__ = "circle_case"
    __table_args__ = (
        index_of_some(
            "uq_circle_case_standing",
            "circle_id",
            "case_id",
            unique=True,
            where="withdrawn_at IS NULL AND ended_on IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    circle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    shared: Mapped[str] = mapped_column(EncryptedText)
    agreed_on: Mapped[date]
    agreed_how: Mapped[AgreedHow] = mapped_column(stored_enum(AgreedHow))
    ended_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    circle: Mapped[Circle] = relationship()
    case: Mapped[Case] = relationship()
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])


class CircleMeeting(Noted, Base):
    """A meeting of a circle; once its minutes are `closed` nothing of it changes.

    `present` says who was there, `note` what was said beside the points.
    """

    __tablename__ = "circle_meeting"
    __table_args__ = (
        # One at a time is prepared, and none is held twice on a day.
        index_of_some(
            "uq_circle_meeting_held_on",
            "circle_id",
            "held_on",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
        index_of_some(
            "uq_circle_meeting_open",
            "circle_id",
            unique=True,
            where="withdrawn_at IS NULL AND closed_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    circle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle.id"))
    held_on: Mapped[date]
    present: Mapped[str | None] = mapped_column(EncryptedText)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    circle: Mapped[Circle] = relationship()
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])

    @property
    def is_open(self) -> bool:
        """Tell whether points may still be noted."""
        return self.closed_at is None and self.withdrawn_at is None


class CircleItem(Base):
    """A case on the agenda of a meeting."""

    __tablename__ = "circle_item"

    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle_meeting.id"), primary_key=True)
    circle_case_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("circle_case.id"), primary_key=True, index=True
    )


class CirclePoint(Noted, Base):
    """What was said of a case at a meeting, and what was decided there."""

    __tablename__ = "circle_point"
    __table_args__ = (
        index_of_some(
            "uq_circle_point_standing",
            "circle_case_id",
            "meeting_id",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle_meeting.id"), index=True)
    circle_case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle_case.id"))
    words: Mapped[str] = mapped_column(EncryptedText)
    decision: Mapped[str | None] = mapped_column(EncryptedText)

    meeting: Mapped[CircleMeeting] = relationship()
    circle_case: Mapped[CircleCase] = relationship()


class CircleTask(Noted, Base):
    """What a meeting gave a member to do.

    It is no `Task` of the case: whoever sees the case would read there what the circle alone may.
    """

    __tablename__ = "circle_task"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle_meeting.id"), index=True)
    circle_case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle_case.id"), index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    what: Mapped[str] = mapped_column(EncryptedText)
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    meeting: Mapped[CircleMeeting] = relationship()
    circle_case: Mapped[CircleCase] = relationship()
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    done_by: Mapped[User | None] = relationship(foreign_keys=[done_by_id])

    def is_late(self, today: date) -> bool:
        """Tell whether it should have been done before today."""
        return self.done_on is None and self.due_on < today


class CircleStep(Noted, Base):
    """A dated fact of somebody’s way back home after hospital."""

    __tablename__ = "circle_step"
    __table_args__ = (
        index_of_some(
            "uq_circle_step_standing",
            "circle_case_id",
            "kind",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    circle_case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("circle_case.id"))
    kind: Mapped[CircleStepKind] = mapped_column(stored_enum(CircleStepKind))
    of_day: Mapped[date]

    circle_case: Mapped[CircleCase] = relationship()
