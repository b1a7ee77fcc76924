"""What tells a right secret from a wrong one before anything is read with it."""

from sqlalchemy.orm import Mapped, mapped_column

from visits.ground.db import Base, EncryptedText


class KeyCanary(Base):
    """One sealed word: a secret that does not open it is not the one of this database."""

    __tablename__ = "key_canary"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(EncryptedText)
