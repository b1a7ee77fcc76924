"""An accompaniment: what is done beside planned visits and calls, and what it is to come to."""

import enum
import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.cases import Case, Task
from visits.models.noted import Noted


class ActKind(enum.StrEnum):
    """What was done; `going_along`: to the bank, to a service."""

    VISIT = "visit"
    CALL = "call"
    OFFICE = "office"
    GOING_ALONG = "going_along"
    LETTER = "letter"
    MEETING = "meeting"


class HowFar(enum.StrEnum):
    """How far an aim is; one of which nothing was said is not begun."""

    BEGUN = "begun"
    WELL_ON = "well_on"
    REACHED = "reached"
    GIVEN_UP = "given_up"


class SupportAct(Noted, Base):
    """One act of a case.

    A visit or a call that has a row of its own (`Visit`, `ContactAttempt`) is no act: it stands
    there. `minutes` is how long it took. The note of one that is `confidential` is for the
    author's circle; `organisation_id` is the author's when it was noted. `task_id` is the visit of
    the pace that it answered.
    """

    __tablename__ = "support_act"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[ActKind] = mapped_column(stored_enum(ActKind))
    happened_on: Mapped[date]
    minutes: Mapped[int | None]
    present: Mapped[str | None] = mapped_column(EncryptedText)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    confidential: Mapped[bool]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"), index=True)

    case: Mapped[Case] = relationship()
    task: Mapped[Task | None] = relationship()


class SupportAim(Noted, Base):
    """What somebody wants to come to, in her words, as it was agreed with her."""

    __tablename__ = "support_aim"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    words: Mapped[str] = mapped_column(EncryptedText)
    agreed_on: Mapped[date]

    case: Mapped[Case] = relationship()
    steps: Mapped[list["AimStep"]] = relationship(
        back_populates="aim", order_by="(AimStep.seen_on, AimStep.noted_at, AimStep.id)"
    )

    @property
    def how_far(self) -> HowFar | None:
        """Tell how far it is, as was last said of it; None while it is not begun."""
        said = [one.how_far for one in self.steps if one.withdrawn_at is None]
        return said[-1] if said else None


class AimStep(Noted, Base):
    """How far an aim was on a day."""

    __tablename__ = "aim_step"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    aim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("support_aim.id"), index=True)
    how_far: Mapped[HowFar] = mapped_column(stored_enum(HowFar))
    seen_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(EncryptedText)

    aim: Mapped[SupportAim] = relationship(back_populates="steps")
