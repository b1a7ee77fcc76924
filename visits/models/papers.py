"""What a landlord says on its papers in its own words, and the picture at their head."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User


class PaperField(enum.StrEnum):
    """A place on the papers that a landlord fills, in each language."""

    OPENING_FR = "opening_fr"
    OPENING_EN = "opening_en"
    RING_FR = "ring_fr"
    RING_EN = "ring_en"
    CLOSING_FR = "closing_fr"
    CLOSING_EN = "closing_en"
    LETTER_FR = "letter_fr"
    LETTER_EN = "letter_en"
    ORDER_FR = "order_fr"
    ORDER_EN = "order_en"
    RECEIPT_FR = "receipt_fr"
    RECEIPT_EN = "receipt_en"
    MINUTES_FR = "minutes_fr"
    MINUTES_EN = "minutes_en"
    LOGO = "logo"


class PaperChange(Base):
    """What a landlord said from then on in one place; empty for what the papers say by themselves.

    `sha256` is that of a logo, a PNG in the file store. Nothing is ever replaced: the latest of a
    place stands, and an earlier one is put back by saying it again.
    """

    __tablename__ = "paper_change"
    __table_args__ = (Index("ix_paper_change_landlord_id_field", "landlord_id", "field"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    field: Mapped[PaperField] = mapped_column(stored_enum(PaperField))
    said: Mapped[str] = mapped_column(EncryptedText)
    sha256: Mapped[str | None] = mapped_column(String(64))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship()

    @property
    def content(self) -> str:
        """Give the text, or which picture; empty for none."""
        return self.sha256 or self.said
