"""Technicians of a landlord who work together under a name of their own."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, new_id
from visits.models.accounts import Organisation, Role, User


class Team(Base):
    """A team of a landlord's own technicians; closed, it is given nothing any more.

    `name_key` is its name as it is compared: one team of a landlord has it, closed or not. `trades`
    are those for which it is proposed first; `turn` counts how often it was changed.
    """

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("landlord_id", "name_key"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(120))
    trades: Mapped[list[Any]]
    turn: Mapped[int]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime | None]
    changed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    landlord: Mapped[Organisation] = relationship()
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    changed_by: Mapped[User | None] = relationship(foreign_keys=[changed_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    members: Mapped[list[User]] = relationship(
        secondary="team_member", order_by=[User.name, User.id]
    )

    @property
    def is_open(self) -> bool:
        """Tell whether it may be given something to do."""
        return self.closed_at is None

    @property
    def at_work(self) -> list[User]:
        """Give the members who are technicians of its landlord still."""
        return [
            one
            for one in self.members
            if one.active
            and one.role is Role.TECHNICIAN
            and one.organisation_id == self.landlord_id
        ]

    @property
    def away(self) -> list[User]:
        """Give the members who are at work no more: in the team again, should they come back."""
        return [one for one in self.members if one not in self.at_work]


class TeamMember(Base):
    """That somebody is in a team; one may be in several."""

    __tablename__ = "team_member"

    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
