"""Works that come again, and works that are often ordered in the same words."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import Place, Severity


class CountedFrom(enum.StrEnum):
    """From which day the next turn of works counts: that of the plan, or when they were done."""

    PLANNED = "planned"
    DONE = "done"


class RecurringWork(Base):
    """Works that come again every so many months in a dwelling or a residence.

    `next_on` is the day by which the next order is to be done; None while one counted from when it
    is done is open. Paused, no order is made; ended, none ever again, unless it is taken up again.
    """

    __tablename__ = "recurring_work"
    __table_args__ = (
        Index("ix_recurring_work_next_on", "next_on"),
        CheckConstraint("(dwelling_id IS NULL) <> (residence_id IS NULL)", name="one_place"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dwelling_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dwelling.id"), index=True)
    residence_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residence.id"), index=True)
    trade: Mapped[str] = mapped_column(String(64))
    place: Mapped[Place | None] = mapped_column(stored_enum(Place))
    severity: Mapped[Severity] = mapped_column(stored_enum(Severity))
    description: Mapped[str] = mapped_column(EncryptedText)
    access: Mapped[str | None] = mapped_column(EncryptedText)
    every_months: Mapped[int]
    counted_from: Mapped[CountedFrom] = mapped_column(stored_enum(CountedFrom))
    next_on: Mapped[date | None]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    changed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    dwelling: Mapped[Dwelling | None] = relationship()
    residence: Mapped[Residence | None] = relationship()
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    changed_by: Mapped[User | None] = relationship(foreign_keys=[changed_by_id])

    @property
    def stands_in(self) -> Residence | None:
        """Give the residence where it is to be done."""
        return self.dwelling.residence if self.dwelling is not None else self.residence

    @property
    def state(self) -> str:
        """Say in a word how it stands: `ended`, `paused` or `running`."""
        return "ended" if self.ended_at else "paused" if self.paused_at else "running"


class OrderTemplate(Base):
    """Words for an order that is often opened, under a name, for a trade."""

    __tablename__ = "order_template"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    trade: Mapped[str] = mapped_column(String(64))
    place: Mapped[Place | None] = mapped_column(stored_enum(Place))
    severity: Mapped[Severity] = mapped_column(stored_enum(Severity))
    description: Mapped[str] = mapped_column(EncryptedText)
    kept_at: Mapped[datetime]
    kept_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
