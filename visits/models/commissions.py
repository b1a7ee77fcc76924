"""A commission that decides on adaptations or on places: its day, its agenda, what came of each."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.adaptations import AdaptationDecision, AdaptationFile, Priority


class Commission(Base):
    """A day on which an organisation decides: on adaptations, or on the places of a `programme`.

    `present` says who is there, by name or function; `note` is what is written in the minutes
    beside the decisions. Once they are `closed` nothing on the agenda changes. One that never met
    is `cancelled`: closed too, with why.
    """

    __tablename__ = "commission"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    programme: Mapped[str | None] = mapped_column(String(40))
    held_on: Mapped[date]
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    present: Mapped[str | None] = mapped_column(EncryptedText)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    cancelled: Mapped[bool] = mapped_column(default=False, server_default=false())

    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    items: Mapped[list["CommissionItem"]] = relationship(
        back_populates="commission", order_by="CommissionItem.id"
    )

    @property
    def is_open(self) -> bool:
        """Tell whether its minutes are not closed."""
        return self.closed_at is None


class CommissionItem(Base):
    """An adaptation on the agenda of a commission, and what was decided there.

    `cost_cents` and `priority` are those of the day its minutes were closed, which they keep.
    """

    __tablename__ = "commission_item"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    commission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("commission.id"), index=True)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    put_at: Mapped[datetime]
    put_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_off_at: Mapped[datetime | None]
    taken_off_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("adaptation_decision.id"), unique=True
    )
    cost_cents: Mapped[int | None]
    priority: Mapped[Priority | None] = mapped_column(stored_enum(Priority))

    commission: Mapped[Commission] = relationship(back_populates="items")
    file: Mapped[AdaptationFile] = relationship()
    decision: Mapped[AdaptationDecision | None] = relationship()

    @property
    def decided(self) -> AdaptationDecision | None:
        """Give what was decided here and that nobody took back."""
        return self.decision if self.decision is not None and self.decision.move.stands else None
