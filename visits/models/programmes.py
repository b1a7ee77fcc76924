"""Programmes as they were published."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, new_id
from visits.models.accounts import User


class ProgrammeVersion(Base):
    """A programme as it was published: `toml` says all of it and never changes.

    The newest version has `retired_at` while the programme takes nobody any more.
    """

    __tablename__ = "programme_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    toml: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    retired_at: Mapped[datetime | None]
    retired_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))


class ProgrammeDraft(Base):
    """A programme's next version while it is written: `toml` says what there is of it so far.

    One a programme; each of its parts is written over only as it was read.
    """

    __tablename__ = "programme_draft"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40))
    toml: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    begun_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    changed_by: Mapped[User] = relationship(foreign_keys=[changed_by_id])
