"""What the landlord's own maintenance system answers of orders in files, and is told of them."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import (
    Base,
    EncryptedBytes,
    EncryptedJson,
    EncryptedText,
    index_of_some,
    new_id,
    stored_enum,
)
from visits.models.accounts import Organisation, User
from visits.models.messages import MessageState, Outgoing
from visits.models.works import WorkOrder


class AnswerOutcome(enum.StrEnum):
    """What became of a line: done, nothing to change, or left because it did not fit."""

    DONE = "done"
    NOTHING = "nothing"
    LEFT = "left"


class AnswerFile(Base):
    """A file of answers of one organisation's maintenance system, looked at before it is applied.

    `content` is the file as it came, until it is applied or let go.
    """

    __tablename__ = "answer_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    brought_at: Mapped[datetime]
    brought_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    organisation: Mapped[Organisation] = relationship()
    brought_by: Mapped[User] = relationship(foreign_keys=[brought_by_id])
    applied_by: Mapped[User | None] = relationship(foreign_keys=[applied_by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])

    @property
    def standing(self) -> str:
        """Say where it stands: to check, applied, undone as far as it went, or withdrawn."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.undone_at is not None:
            return "undone"
        return "applied" if self.applied_at is not None else "to_check"


class AnswerLine(Base):
    """A line of a file that was applied: what it said of which order, what became of it.

    `digest` is the same for the same words of the same order: told twice, it is done once. `steps`
    are the ids of the steps that it took; `why` and `undone_why` are codes of refusals, `field` the
    column that did not fit.
    """

    __tablename__ = "answer_line"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("answer_file.id"), index=True)
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(EncryptedText)
    theirs: Mapped[str | None] = mapped_column(EncryptedText)
    work_order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[AnswerOutcome] = mapped_column(stored_enum(AnswerOutcome))
    why: Mapped[str | None] = mapped_column(String(64))
    field: Mapped[str | None] = mapped_column(String(32))
    steps: Mapped[list[Any]]
    undone_at: Mapped[datetime | None]
    undone_why: Mapped[str | None] = mapped_column(String(64))

    file: Mapped[AnswerFile] = relationship()
    order: Mapped[WorkOrder | None] = relationship()


class OrderTold(Outgoing, Base):
    """A turn in which the system is told of an order; its id is the key that it goes out with.

    `event_id` is the last step of the order's history when it was made. `body` is what is told,
    from the first try on; `theirs` the number that the system gave the order.
    """

    __tablename__ = "order_told"
    __table_args__ = (
        Index("ix_order_told_state_next_at", "state", "next_at"),
        Index("ix_order_told_work_order_id", "work_order_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"))
    event_id: Mapped[uuid.UUID]
    body: Mapped[Any | None] = mapped_column(EncryptedJson)
    theirs: Mapped[str | None] = mapped_column(EncryptedText)
    made_at: Mapped[datetime]
    stopped_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    order: Mapped[WorkOrder] = relationship()
    stopped_by: Mapped[User | None] = relationship()

    @property
    def may_wait_again(self) -> bool:
        """Tell whether somebody stopped it, or it was given up."""
        by_hand = self.state is MessageState.STOPPED and self.stopped_by_id is not None
        return by_hand or self.state is MessageState.GIVEN_UP


STANDS = "ended_at IS NULL"


class TellingPause(Base):
    """A time in which a landlord's system is told nothing."""

    __tablename__ = "telling_pause"
    __table_args__ = (
        index_of_some(
            "uq_telling_pause_standing", "landlord_id", unique=True,
            where=STANDS,
),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    began_at: Mapped[datetime]
    began_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    began_by: Mapped[User] = relationship(foreign_keys=[began_by_id])
