"""Documents that somebody added to a person's file."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.people import Person


class DocumentKind(enum.StrEnum):
    """What a document is."""

    LETTER = "letter"
    REPORT = "report"
    SIGNED = "signed"
    CONSENT = "consent"
    OTHER = "other"


class Document(Base):
    """A document of a day; its bytes stand sealed in the file store, as they came.

    One that was withdrawn is shown to nobody; `sha256` is empty once its bytes were let go.
    """

    __tablename__ = "document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(stored_enum(DocumentKind))
    title: Mapped[str] = mapped_column(EncryptedText)
    dated_on: Mapped[date]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    added_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    person: Mapped[Person] = relationship()
    added_by: Mapped[User] = relationship(foreign_keys=[added_by_id])

    @property
    def stands(self) -> bool:
        """Tell whether nobody withdrew it."""
        return self.withdrawn_at is None
