"""What an organisation may do for a landlord: in which programme, where, for how long."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, new_id, stored_enum
from visits.models.accounts import Organisation, Territory, User


class Right(enum.StrEnum):
    """What a mandate allows."""

    CALL = "call"
    PLAN = "plan"
    VISIT = "visit"
    DECIDE = "decide"
    FIGURES = "figures"


class Mandate(Base):
    """An organisation in a programme and an area of a landlord's stock, with stated rights.

    No territory is everywhere.
    It counts from `from_on` to `until_on`, both days included, unless it was ended before;
    `rights` is a list of `Right`.
    """

    __tablename__ = "mandate"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    programme: Mapped[str] = mapped_column(String(40))
    territory_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("territory.id"))
    rights: Mapped[list[Any]]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    landlord: Mapped[Organisation] = relationship(foreign_keys=[landlord_id])
    territory: Mapped[Territory | None] = relationship()
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])


class MandateChangeKind(enum.StrEnum):
    """What was done to a mandate after it was granted."""

    LAST_DAY = "last_day"
    ENDED = "ended"
    TAKEN_UP = "taken_up"


class MandateChange(Base):
    """Something that was done to a mandate, with the last day it had and the one it has since."""

    __tablename__ = "mandate_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    mandate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mandate.id"), index=True)
    kind: Mapped[MandateChangeKind] = mapped_column(stored_enum(MandateChangeKind))
    until_was: Mapped[date | None]
    until_on: Mapped[date | None]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    by: Mapped[User] = relationship()
