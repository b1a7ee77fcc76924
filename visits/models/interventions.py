"""What technicians bring back from an order on their tablets, kept as it came."""

import enum
import json
import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedBytes, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.works import HoldWhy, WorkOrder


class Outcome(enum.StrEnum):
    """How somebody left an order: it is done, cannot go on for a while, or she took it on."""

    DONE = "done"
    ON_HOLD = "on_hold"
    ACKNOWLEDGED = "acknowledged"


class InterventionState(enum.StrEnum):
    """What became of it: files are still to come, all was done with the order, or not all was."""

    INCOMPLETE = "incomplete"
    CHECKED = "checked"
    TO_REVIEW = "to_review"


class Moment(enum.StrEnum):
    """What a file of an intervention is: a photo before or after the works, the tenant's hand."""

    BEFORE = "before"
    AFTER = "after"
    SIGNATURE = "signature"


class Intervention(Base):
    """One time that a technician was there for an order, under the id that her tablet made.

    `content` is what the tablet sent, byte for byte. `unapplied` says what could not be done with
    the order, as `part:code` by spaces; what was noted stays here all the same, and waits until
    somebody says that she looked at it.
    """

    __tablename__ = "work_intervention"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(stored_enum(Outcome))
    note: Mapped[str] = mapped_column(EncryptedText)
    parts: Mapped[str] = mapped_column(EncryptedText)
    minutes: Mapped[int | None]
    hold_why: Mapped[HoldWhy | None] = mapped_column(stored_enum(HoldWhy))
    hold_until: Mapped[date | None]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    received_at: Mapped[datetime]
    state: Mapped[InterventionState] = mapped_column(stored_enum(InterventionState))
    unapplied: Mapped[str] = mapped_column(String(400), default="")
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    order: Mapped[WorkOrder] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    reviewed_by: Mapped[User | None] = relationship(foreign_keys=[reviewed_by_id])
    files: Mapped[list["InterventionFile"]] = relationship(
        back_populates="intervention", order_by="InterventionFile.name, InterventionFile.id"
    )

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """List what could not be done with the order: which part, and the code of why."""
        return [
            (part, why) for part, _, why in (one.partition(":") for one in self.unapplied.split())
        ]

    @property
    def used(self) -> list[tuple[int, str]]:
        """List the parts out of stock that the tablet told: how many, and the name it showed."""
        try:
            told = json.loads(self.content)["used"]
        except (ValueError, TypeError, KeyError):  # told by an earlier version, which knew none
            return []
        return [(one["quantity"], one.get("name", "")) for one in told]

    @property
    def is_checked(self) -> bool:
        """Tell whether all of it was done with the order."""
        return self.state is InterventionState.CHECKED


class InterventionFile(Base):
    """A photo or the signature that came along; its bytes stand sealed in the file store."""

    __tablename__ = "work_intervention_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    intervention_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("work_intervention.id"), index=True
    )
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))

    intervention: Mapped[Intervention] = relationship(back_populates="files")

    @property
    def moment(self) -> Moment | None:
        """Tell what it is, by the beginning of its name; None for what no tablet of ours names."""
        start = self.name.partition("-")[0]
        return Moment(start) if start in tuple(Moment) else None
