"""Who speaks another language, and the interpreter who was asked or booked."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from visits.ground.db import Base, EncryptedText, index_of_some, new_id
from visits.models.noted import Noted


class InterpreterNeed(Noted, Base):
    """An interpreter for a case: asked for, or `booked_for` an hour; one stands at a time.

    `attempt_id` is the call or knock that told it; empty when it was noted on the page. The
    table is called otherwise, as the measure of this name is sealed wherever it stands.
    """

    __tablename__ = "language_help"
    __table_args__ = (
        index_of_some(
            "uq_language_help_standing", "case_id", unique=True,
            where="withdrawn_at IS NULL",
),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("contact_attempt.id"), index=True
    )
    language: Mapped[str] = mapped_column(EncryptedText)
    booked_for: Mapped[datetime | None]
