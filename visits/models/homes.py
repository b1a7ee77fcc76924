"""What somebody noted of homes by hand."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedJson, EncryptedText, new_id
from visits.models.accounts import User


class HomeChange(Base):
    """A dwelling written down by hand (`field` is `made`), or a detail of one that was corrected.

    While it stands no later file replaces the detail. `before` and `after` are values as text. Of
    what is the residence's, `residence_id` says whose; a dwelling that was made and taken back is
    no more. Of an address, `undo` is where the residence stood before, column by column.
    """

    __tablename__ = "home_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dwelling_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dwelling.id"), index=True)
    residence_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residence.id"), index=True)
    field: Mapped[str] = mapped_column(String(20))
    before: Mapped[str | None] = mapped_column(EncryptedText)
    after: Mapped[str | None] = mapped_column(EncryptedText)
    undo: Mapped[Any | None] = mapped_column(EncryptedJson)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])


class Placing(Base):
    """What became of asking where a residence is; `asked` is its address as it stood then.

    `doubt` says why it was not placed. `score` (0 to 1) and `kind` say how surely it was.
    """

    __tablename__ = "placing"

    residence_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("residence.id", ondelete="CASCADE"), primary_key=True
    )
    asked: Mapped[str] = mapped_column(String(320))
    asked_at: Mapped[datetime]
    doubt: Mapped[str | None] = mapped_column(String(32))
    score: Mapped[float | None]
    kind: Mapped[str | None] = mapped_column(String(32))
