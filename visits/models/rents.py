"""What a household pays for its home and earns, as told on a day."""

import enum
import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedJson, new_id, stored_enum
from visits.models.cases import Case
from visits.models.noted import Noted


class RentSource(enum.StrEnum):
    """From where it is known."""

    HERSELF = "herself"
    PAPER = "paper"
    LANDLORD = "landlord"


class RentNote(Noted, Base):
    """The rent all in and the income of the household of a case, a month, as told on a day.

    `amounts` are `rent` and `income` in cents, encrypted; the latest day that counts is what holds.
    """

    __tablename__ = "rent_note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    told_on: Mapped[date]
    source: Mapped[RentSource] = mapped_column(stored_enum(RentSource))
    amounts: Mapped[dict[str, int]] = mapped_column(EncryptedJson)

    case: Mapped[Case] = relationship()

    @property
    def share(self) -> float | None:
        """Give which share of the income the rent is; None where nothing is earned."""
        income = self.amounts["income"]
        return self.amounts["rent"] / income if income else None

    def within(self, at_most: float) -> bool:
        """Tell whether the rent is no more than a share of the income."""
        return self.amounts["rent"] <= at_most * self.amounts["income"]
