"""Lists of work orders that somebody saved under a name."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from visits.ground.db import Base, EncryptedText, new_id


class SavedList(Base):
    """What somebody asked of the list of orders, as it stands in its address, under a name."""

    __tablename__ = "saved_list"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    query: Mapped[str] = mapped_column(EncryptedText)
    saved_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
