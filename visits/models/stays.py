"""Places in residences, and who stays in them."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.portfolio import Dwelling


class PlaceKind(enum.StrEnum):
    """What a place is; in a common room and in the caretaker's flat nobody stays."""

    ROOM = "room"
    FLAT = "flat"
    STUDIO = "studio"
    COMMON = "common"
    CARETAKER = "caretaker"


TO_STAY_IN = (PlaceKind.ROOM, PlaceKind.FLAT, PlaceKind.STUDIO)
# What takes up its whole dwelling: nothing else is a place there.
WHOLE = (PlaceKind.FLAT, PlaceKind.STUDIO, PlaceKind.CARETAKER)


class Contract(enum.StrEnum):
    """How often a contract of some months is renewed: as often as agreed, once, never; or for good.

    A permanent one has no months and no end.
    """

    RENEWABLE = "renewable"
    ONCE = "once"
    NEVER = "never"
    PERMANENT = "permanent"


class Place(Base):
    """A room, a flat or a studio that somebody may stay in, or what is none, in a dwelling.

    It counts from `since_on` to the day it is withdrawn. `fee` is in cents a month, `months` is how
    long a contract runs. `turn` grows with each change: who acts on what she read says which one.
    """

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint(
            "(kind IN ('common', 'caretaker')) = (contract IS NULL)", name="contract_to_stay"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"), index=True)
    kind: Mapped[PlaceKind] = mapped_column(stored_enum(PlaceKind))
    name: Mapped[str] = mapped_column(String(60))
    fee: Mapped[int | None]
    contract: Mapped[Contract | None] = mapped_column(stored_enum(Contract))
    months: Mapped[int | None]
    since_on: Mapped[date]
    turn: Mapped[int] = mapped_column(default=0)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime | None]
    changed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_on: Mapped[date | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    dwelling: Mapped[Dwelling] = relationship()
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    changed_by: Mapped[User | None] = relationship(foreign_keys=[changed_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])

    @property
    def is_to_stay_in(self) -> bool:
        """Tell whether somebody may stay there, and it counts."""
        return self.kind in TO_STAY_IN
