"""What a tablet could not send the ordinary way and hands to the coordinator as it is."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedBytes, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.visits import Submission


class HandedInKind(enum.StrEnum):
    """What was refused: a filled form, a report of a visit, or what was done at an order."""

    SUBMISSION = "submission"
    FAILURE = "failure"
    ALERT = "alert"
    REFUSAL = "refusal"
    BESIDE = "beside"
    INTERVENTION = "intervention"


class HandedIn(Base):
    """Something the door refused, kept byte for byte for a coordinator to read.

    `item_id` is the tablet's, `content` the XML of a form or the JSON of a report, None while only
    files have come; `sha256` is empty until then. `visit_said` names a visit, or an order for an
    intervention, that may not exist.
    `submission_id` is set once it was taken in after all.
    """

    __tablename__ = "handed_in"
    __table_args__ = (UniqueConstraint("sent_by_id", "kind", "item_id", "sha256"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    item_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[HandedInKind] = mapped_column(stored_enum(HandedInKind))
    visit_said: Mapped[uuid.UUID | None]
    reason: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sent_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    device_name: Mapped[str | None] = mapped_column(String(100))
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    closed_reason: Mapped[str | None] = mapped_column(EncryptedText)
    submission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("submission.id"))

    sent_by: Mapped[User] = relationship(foreign_keys=[sent_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    submission: Mapped[Submission | None] = relationship()
    files: Mapped[list["HandedInFile"]] = relationship(
        back_populates="handed_in", order_by="HandedInFile.name, HandedInFile.id"
    )


class HandedInFile(Base):
    """A photo that came along; its bytes stand in the file store."""

    __tablename__ = "handed_in_file"
    __table_args__ = (UniqueConstraint("handed_in_id", "name", "sha256"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    handed_in_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("handed_in.id"))
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))

    handed_in: Mapped[HandedIn] = relationship(back_populates="files")
