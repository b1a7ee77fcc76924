"""Places in residences, and who stays in them."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedEnum, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import Person
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


class StayKind(enum.StrEnum):
    """How somebody stays; a sliding lease becomes an ordinary one of hers in time."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    EMERGENCY = "emergency"
    SUB_LET = "sub_let"
    SLIDING = "sliding"


class ExitTo(enum.StrEnum):
    """Where somebody went; `slid`: the lease became her own, and she stays where she is."""

    SLID = "slid"
    OWN_STOCK = "own_stock"
    OTHER_LANDLORD = "other_landlord"
    ANOTHER_PLACE = "another_place"
    FAMILY = "family"
    CARE = "care"
    HOSPITAL = "hospital"
    NO_HOME = "no_home"
    UNKNOWN = "unknown"
    DIED = "died"


_STANDING = "ended_on IS NULL AND withdrawn_at IS NULL"


class Stay(Base):
    """A person in a place, from a day on; it ends on the day the place is free again.

    Contract, months and fee are those of the place when it began. `until_on` is the day by which
    she leaves by her contract, None for a permanent one. Where she went and why is encrypted.
    `turn` is as of a place.
    """

    __tablename__ = "stay"
    __table_args__ = (
        CheckConstraint("ended_on > from_on", name="ends_after_it_began"),
        Index("ix_stay_place_id_from_on", "place_id", "from_on"),
        # Of two who begin at once the second is refused by the database itself.
        index_of_some(
            "uq_stay_standing",
            "place_id",
            unique=True,
            where=_STANDING,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("place.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[StayKind] = mapped_column(stored_enum(StayKind))
    contract: Mapped[Contract] = mapped_column(stored_enum(Contract))
    months: Mapped[int | None]
    fee: Mapped[int | None]
    from_on: Mapped[date]
    until_on: Mapped[date | None] = mapped_column(index=True)
    turn: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime]
    begun_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    ended_on: Mapped[date | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    exit_to: Mapped[ExitTo | None] = mapped_column(EncryptedEnum(ExitTo))
    exit_why: Mapped[str | None] = mapped_column(EncryptedText)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    place: Mapped[Place] = relationship()
    person: Mapped[Person] = relationship()
    case: Mapped[Case | None] = relationship()
    begun_by: Mapped[User] = relationship(foreign_keys=[begun_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])
    renewals: Mapped[list["StayRenewal"]] = relationship(
        order_by="(StayRenewal.renewed_at, StayRenewal.id)"
    )

    @property
    def is_standing(self) -> bool:
        """Tell whether it began or is to begin, and nobody ended it."""
        return self.ended_on is None and self.withdrawn_at is None

    @property
    def renewed(self) -> int:
        """Count its renewals, without those taken back."""
        return sum(one.taken_back_at is None for one in self.renewals)


class StayRenewal(Base):
    """One more term of a stay, as it was agreed on."""

    __tablename__ = "stay_renewal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    stay_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stay.id"), index=True)
    renewed_at: Mapped[datetime]
    renewed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    renewed_by: Mapped[User] = relationship(foreign_keys=[renewed_by_id])
