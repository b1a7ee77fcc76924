"""What happens to a work order: its steps, links by which contractors answer, photos, quotes."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.noted import Noted
from visits.models.teams import Team
from visits.models.works import OrderStep, WorkOrder, WorkOrderState


class WorkOrderLink(Base):
    """A link that shows one order to a contractor without an account, until a moment.

    Only the digest of its secret is kept. One that was refused is used up. `came_with` is the
    order it was made for, where that was put into the one it shows.
    """

    __tablename__ = "work_order_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    contractor: Mapped[str] = mapped_column(EncryptedText)
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    used_up_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    came_with_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order.id"))

    order: Mapped[WorkOrder] = relationship(foreign_keys=[work_order_id])
    came_with: Mapped[WorkOrder | None] = relationship(foreign_keys=[came_with_id])
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])

    @property
    def name(self) -> str:
        """Name the contractor, as others who do works are named."""
        return self.contractor


class WorkOrderEvent(Base):
    """A step in the life of a work order: who did what, when, and what was said.

    `link` is the one by which a contractor did it who has no account. `what` is the state it came
    to, or what else was done; `why` a code that goes with it, `day` and
    `part` the day that was named. `before` is how things stood: whoever may takes the latest back.
    """

    __tablename__ = "work_order_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order_link.id"))
    what: Mapped[OrderStep] = mapped_column(stored_enum(OrderStep))
    was: Mapped[WorkOrderState | None] = mapped_column(stored_enum(WorkOrderState))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    why: Mapped[str | None] = mapped_column(String(32))
    day: Mapped[date | None]
    part: Mapped[str | None] = mapped_column(String(9))
    score: Mapped[int | None]
    cents: Mapped[int | None] = mapped_column(BigInteger)
    given_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    assigned_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    team_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("team.id"))
    before: Mapped[str | None] = mapped_column(EncryptedText)
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    link: Mapped[WorkOrderLink | None] = relationship()
    given_to: Mapped[Organisation | None] = relationship()
    assigned_to: Mapped[User | None] = relationship(foreign_keys=[assigned_to_id])
    team: Mapped[Team | None] = relationship()
    taken_back_by: Mapped[User | None] = relationship(foreign_keys=[taken_back_by_id])

    @property
    def to_whom(self) -> Organisation | Team | User | None:
        """Give to whom it gave the order."""
        return self.given_to or self.team or self.assigned_to

    @property
    def stands(self) -> bool:
        """Tell whether nobody took it back."""
        return self.taken_back_at is None


class WorkOrderPhoto(Base):
    """A photo of the works; its bytes stand sealed in the file store, as they came."""

    __tablename__ = "work_order_photo"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order_link.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    link: Mapped[WorkOrderLink | None] = relationship()


class WorkOrderQuote(Base):
    """What a contractor asks for an order, in cents with tax; withdrawn when it was a mistake."""

    __tablename__ = "work_order_quote"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    contractor: Mapped[str] = mapped_column(EncryptedText)
    cents: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    received_at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order_link.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    accepted_why: Mapped[str | None] = mapped_column(EncryptedText)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    accepted_by: Mapped[User | None] = relationship(foreign_keys=[accepted_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])


STANDS = "withdrawn_at IS NULL"


class OwnCauses(Noted, Base):
    """That the homes of a residence which tell of a trade have each a cause of their own, and why.

    `homes` is how many told then: from more, they are proposed as one order again.
    """

    __tablename__ = "own_causes"
    __table_args__ = (
        index_of_some(
            "uq_own_causes_standing", "residence_id", "trade", unique=True,
            where=STANDS,
),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    residence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("residence.id"))
    trade: Mapped[str] = mapped_column(String(64))
    homes: Mapped[int]
    why: Mapped[str] = mapped_column(EncryptedText)
