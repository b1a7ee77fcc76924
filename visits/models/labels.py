"""Labels that landlords give their homes by rules of their own: each rule from a day on."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id
from visits.models.accounts import Organisation
from visits.models.noted import Noted


class HomeLabel(Noted, Base):
    """A label of a landlord, such as “La Belle vie”. Which home has it is worked out, never kept.

    Withdrawn, no home has it until it is put back.
    """

    __tablename__ = "home_label"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText)

    landlord: Mapped[Organisation] = relationship()
    versions: Mapped[list["HomeLabelRules"]] = relationship(
        back_populates="label", order_by="(HomeLabelRules.counts_from, HomeLabelRules.id)"
    )


class HomeLabelRules(Noted, Base):
    """What a home must have for a label, from a day on until the next rules; never changed.

    `asks` are the codes of what it must have, at least one.
    """

    __tablename__ = "home_label_rules"
    __table_args__ = (Index("ix_home_label_rules_label_id_counts_from", "label_id", "counts_from"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    label_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("home_label.id"))
    asks: Mapped[list[Any]]
    counts_from: Mapped[date]

    label: Mapped[HomeLabel] = relationship(back_populates="versions")
