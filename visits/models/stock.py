"""What is in stock, in bags, and what left them."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from visits.ground.db import Base, new_id


class KitMovement(Base):
    """Kit items put into a visitor's bag (`quantity` > 0) or fitted in a home (< 0)."""

    __tablename__ = "kit_movement"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    visitor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    submission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("submission.id"))
