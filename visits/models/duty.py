"""Who is on duty for what is urgent, and whom the house called for which order."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id
from visits.models.accounts import Organisation, Territory, User
from visits.models.works import WorkOrder


class DutyTurn(Base):
    """A turn of duty of somebody for a landlord, from a moment to another.

    `agency` and `trade` bound of what she is told; without them, of all. `place` says when: 1 is
    told first, the next one when the one before has not taken it on in time. `phone` is the number
    on which she is reached during that turn.
    """

    __tablename__ = "duty_turn"
    __table_args__ = (Index("ix_duty_turn_landlord_id_ends_at", "landlord_id", "ends_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("territory.id"))
    trade: Mapped[str | None] = mapped_column(String(64))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    place: Mapped[int]
    phone: Mapped[str] = mapped_column(EncryptedText)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    landlord: Mapped[Organisation] = relationship()
    agency: Mapped[Territory | None] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])


class DutyCall(Base):
    """Somebody on duty is called for an urgent order that nobody has taken on.

    `sent_at` is when the mail server took the message, `tried_at` when it was last handed over, and
    `text_sent_at`, `text_tried_at` the same of the provider of text messages; `text_refused_at` is
    when that refused her number for good. `reached_at` is when she opened the order, or when
    `reached_by` reached her on the phone.
    """

    __tablename__ = "duty_call"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    turn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("duty_turn.id"), index=True)
    called_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    text_tried_at: Mapped[datetime | None]
    text_sent_at: Mapped[datetime | None]
    text_refused_at: Mapped[datetime | None]
    reached_at: Mapped[datetime | None]
    reached_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    order: Mapped[WorkOrder] = relationship()
    turn: Mapped[DutyTurn] = relationship()
    reached_by: Mapped[User | None] = relationship()
