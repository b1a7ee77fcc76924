"""What is fitted or measured in a dwelling: each noted with its day and where it is known from."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.portfolio import Dwelling
from visits.models.visits import Submission


class TraitSource(enum.StrEnum):
    """Where a trait of a home is known from."""

    HAND = "hand"
    ADAPTATION = "adaptation"
    VISIT = "visit"


class HomeTrait(Base):
    """One trait of a dwelling as it was on a day; a later day, or a later note, stands for it.

    `value` is 1 for what is fitted and 0 for what is not or no longer, else millimetres or steps,
    as the trait says. Nothing here says why somebody needed it. What an adaptation left names its
    move, what a visit told its submission: they count as long as those do.
    """

    __tablename__ = "home_trait"
    __table_args__ = (
        Index("ix_home_trait_dwelling_id_trait", "dwelling_id", "trait"),
        Index("ix_home_trait_trait_dwelling_id", "trait", "dwelling_id"),
        CheckConstraint("(source = 'hand') = (noted_by_id IS NOT NULL)", name="by_hand_of"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"))
    trait: Mapped[str] = mapped_column(String(24))
    value: Mapped[int]
    since: Mapped[date]
    source: Mapped[TraitSource] = mapped_column(stored_enum(TraitSource))
    submission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("submission.id"), index=True)
    adaptation_move_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("adaptation_move.id"), index=True
    )
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    dwelling: Mapped[Dwelling] = relationship()
    submission: Mapped[Submission | None] = relationship()
    noted_by: Mapped[User | None] = relationship(foreign_keys=[noted_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])
