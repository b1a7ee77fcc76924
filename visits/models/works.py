"""What follows a visit for the technical service: work orders, each with its findings."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.visits import Consequence


class Severity(enum.StrEnum):
    """How long a finding can wait, from the vital to the planned."""

    U0 = "U0"
    U1 = "U1"
    U2 = "U2"
    U3 = "U3"
    P = "P"


# What cannot wait: told at once, escalated when nobody starts it.
URGENT = (Severity.U0, Severity.U1)


class WorkOrderState(enum.StrEnum):
    """Where a work order stands."""

    OPEN = "open"
    STARTED = "started"
    ON_HOLD = "on_hold"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_STATES = (WorkOrderState.OPEN, WorkOrderState.STARTED, WorkOrderState.ON_HOLD)


class WorkOrder(Base):
    """Something the technical service must do in a dwelling, never why a person needs it.

    `consequence` is the finding that opened it, `findings` are all that call for it. Dwelling and
    person are None while nobody knows from which home an urgent finding came. `given_to` is the
    contractor who does it; without one it is the landlord's own.
    """

    __tablename__ = "work_order"
    __table_args__ = (Index("ix_work_order_state_due_at", "state", "due_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    dwelling_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dwelling.id"), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    consequence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consequence.id"), unique=True)
    trade: Mapped[str] = mapped_column(String(64))
    severity: Mapped[Severity] = mapped_column(stored_enum(Severity))
    description: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[WorkOrderState] = mapped_column(stored_enum(WorkOrderState))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    closing_note: Mapped[str | None] = mapped_column(EncryptedText)
    escalated_at: Mapped[datetime | None]
    given_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    given_at: Mapped[datetime | None]
    given_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    dwelling: Mapped[Dwelling | None] = relationship()
    person: Mapped[Person | None] = relationship()
    consequence: Mapped[Consequence] = relationship(foreign_keys=[consequence_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    given_to: Mapped[Organisation | None] = relationship()
    given_by: Mapped[User | None] = relationship(foreign_keys=[given_by_id])
    findings: Mapped[list[Consequence]] = relationship(secondary="work_order_finding")

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither done nor cancelled."""
        return self.state in OPEN_STATES

    @property
    def waits_too_long(self) -> bool:
        """Tell whether it is urgent and nobody has started it in time."""
        return self.escalated_at is not None and self.state is WorkOrderState.OPEN

    def is_late(self, now: datetime) -> bool:
        """Tell whether it should have been done by now."""
        return self.is_open and self.due_at is not None and self.due_at < now


class WorkOrderFinding(Base):
    """A finding that calls for a work order; one hazard told by two forms is one order."""

    __tablename__ = "work_order_finding"

    consequence_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("consequence.id"), primary_key=True
    )
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
