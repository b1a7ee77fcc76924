"""What a programme costs and who pays for it, as it was noted."""

import enum
import uuid
from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import Organisation
from visits.models.noted import Noted


class MoneyKind(enum.StrEnum):
    """What an amount is; `unit_cost` is one that somebody told, per so many of something."""

    COST = "cost"
    GRANT_ASKED = "grant_asked"
    GRANT_PAID = "grant_paid"
    UNIT_COST = "unit_cost"


class CostKind(enum.StrEnum):
    """What was paid for."""

    STAFF = "staff"
    BOUGHT_IN = "bought_in"
    EQUIPMENT = "equipment"
    WORKS = "works"
    TRAINING = "training"
    TRAVEL = "travel"
    OTHER = "other"


class Basis(enum.StrEnum):
    """Of what a unit cost is one; each is counted from cases and visits."""

    PERSON_TARGETED = "person_targeted"
    VISIT_DONE = "visit_done"
    DIAGNOSTIC = "diagnostic"
    HOUSEHOLD_HELPED = "household_helped"


class MoneyNote(Noted, Base):
    """An amount in cents, of a day, in a programme of a landlord.

    A cost has its `cost_kind`, a grant its `payer`, a unit cost that was told its `basis`; `what`
    is the invoice or the letter. What the programme sets aside is in its published version.
    """

    __tablename__ = "money_note"
    __table_args__ = (
        Index("ix_money_note_programme_of_day", "programme", "landlord_id", "of_day"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    programme: Mapped[str] = mapped_column(String(40))
    kind: Mapped[MoneyKind] = mapped_column(stored_enum(MoneyKind))
    of_day: Mapped[date]
    cents: Mapped[int]
    cost_kind: Mapped[CostKind | None] = mapped_column(stored_enum(CostKind))
    basis: Mapped[Basis | None] = mapped_column(stored_enum(Basis))
    payer: Mapped[str | None] = mapped_column(String(100))
    what: Mapped[str | None] = mapped_column(EncryptedText)

    landlord: Mapped[Organisation] = relationship()
