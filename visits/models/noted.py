"""What somebody notes and may withdraw: it stays, with who did and why."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from visits.ground.db import EncryptedText
from visits.models.accounts import User


class Noted:
    """Who noted something and when; withdrawn, it stays, with why."""

    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    @declared_attr
    @classmethod
    def noted_by(cls) -> Mapped[User]:
        """Give who noted it."""
        return relationship(foreign_keys=f"{cls.__name__}.noted_by_id")

    @declared_attr
    @classmethod
    def withdrawn_by(cls) -> Mapped[User | None]:
        """Give who withdrew it."""
        return relationship(foreign_keys=f"{cls.__name__}.withdrawn_by_id")
