"""Who works in a residence: posts as so much of a full time, from a day on."""

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, new_id
from visits.models.noted import Noted
from visits.models.portfolio import Residence


class StaffPost(Noted, Base):
    """A post in a residence, in hundredths of a full time; it counts up to its last day, if any."""

    __tablename__ = "staff_post"
    __table_args__ = (CheckConstraint("until_on >= from_on", name="ends_after_it_began"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    residence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("residence.id"), index=True)
    what: Mapped[str] = mapped_column(String(100))
    hundredths: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    residence: Mapped[Residence] = relationship()

    def counts_on(self, day: date) -> bool:
        """Tell whether somebody holds it on a day."""
        begun = self.withdrawn_at is None and self.from_on <= day
        return begun and (self.until_on is None or self.until_on >= day)
