"""What somebody who stays in a place complains of, and what she is answered."""

import enum
import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.noted import Noted
from visits.models.stays import Stay


class ComplaintAbout(enum.StrEnum):
    """What a complaint is about."""

    HOME = "home"
    CLEANLINESS = "cleanliness"
    NOISE = "noise"
    NEIGHBOURS = "neighbours"
    SAFETY = "safety"
    SERVICES = "services"
    FEE = "fee"
    STAFF = "staff"
    OTHER = "other"


class Complaint(Noted, Base):
    """A complaint of somebody about where she stays; whoever owns it answers by `due_on`.

    What she says and what she is answered are encrypted. `turn` grows with each act: who acts on
    what she read says which one.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint(
            "(answered_on IS NULL) = (answered_by_id IS NULL)"
            " AND (answered_on IS NULL) = (answer IS NULL)",
            name="answered_whole",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    stay_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stay.id"), index=True)
    about: Mapped[ComplaintAbout] = mapped_column(stored_enum(ComplaintAbout))
    words: Mapped[str] = mapped_column(EncryptedText)
    made_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    answered_on: Mapped[date | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[str | None] = mapped_column(EncryptedText)
    turn: Mapped[int] = mapped_column(default=0)

    stay: Mapped[Stay] = relationship()
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits for an answer."""
        return self.answered_on is None and self.withdrawn_at is None

    def is_late(self, today: date) -> bool:
        """Tell whether it was, or should have been, answered before the day that counts."""
        return self.withdrawn_at is None and (self.answered_on or today) > self.due_on
