"""What is in stock, in bags, on order, and what became of it."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.works import WorkOrder

# What an article is that technicians fit at works, beside the items of the kits.
PART = "part"


class Article(Base):
    """What an organisation keeps in stock: an item of kits or a part for works, as it is bought.

    `item` is a code of the kits, or `PART`. `fitting` is a cap, a thread or a size (E27, M22),
    `rating` a power, a flow or a pressure in the unit of the item (`diagnostics.kits.RATED_IN`),
    `cost` cents apiece. Fewer than `low_at` in the central stock are too few.
    """

    __tablename__ = "kit_article"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    fitting: Mapped[str] = mapped_column(String(20), default="")
    rating: Mapped[float | None] = mapped_column(Float)
    cost: Mapped[int | None]
    low_at: Mapped[int | None]
    retired_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()

    @property
    def is_part(self) -> bool:
        """Tell whether technicians fit it at works; what is of kits goes with visitors."""
        return self.item == PART


class StockOrder(Base):
    """Articles ordered from a supplier; what came of it are the movements that name it."""

    __tablename__ = "kit_order"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("kit_article.id"), index=True)
    quantity: Mapped[int]
    supplier: Mapped[str] = mapped_column(String(120))
    expected_on: Mapped[date | None]
    ordered_at: Mapped[datetime]
    ordered_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    article: Mapped[Article] = relationship()


class MovementKind(enum.StrEnum):
    """Why the number of an item in a bag or in the central stock changed."""

    RECEIVED = "received"
    HANDED = "handed"
    FITTED = "fitted"
    GIVEN = "given"
    COUNTED = "counted"
    LOST = "lost"
    USED = "used"


class KitMovement(Base):
    """Items come (`quantity` > 0) to a bag or to a central stock, or gone from it (< 0).

    Exactly one of `visitor_id` (whose bag: a visitor's, or a technician's with parts) and
    `organisation_id` (whose central stock) is set. What one act moved has one `act_id` and is
    withdrawn together. `counted` is how many there were when somebody counted; the movement is the
    difference, which may be 0. A part that a work order took names it, and what one cost then, in
    `cents`.
    """

    __tablename__ = "kit_movement"
    __table_args__ = (
        CheckConstraint(
            "(visitor_id IS NULL) <> (organisation_id IS NULL)", name="ck_kit_movement_one_place"
        ),
        Index("ix_kit_movement_organisation_id_article_id", "organisation_id", "article_id"),
        Index("ix_kit_movement_submission_id", "submission_id"),
        index_of_some(
            "ix_kit_movement_work_order_id", "work_order_id", where="work_order_id IS NOT NULL"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    act_id: Mapped[uuid.UUID] = mapped_column(default=new_id, index=True)
    kind: Mapped[MovementKind] = mapped_column(stored_enum(MovementKind))
    visitor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    item: Mapped[str] = mapped_column(String(40))
    article_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("kit_article.id"))
    batch: Mapped[str] = mapped_column(String(40), default="")
    quantity: Mapped[int]
    counted: Mapped[int | None]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    submission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("submission.id"))
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("kit_order.id"), index=True)
    work_order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order.id"))
    cents: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(EncryptedText)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    article: Mapped[Article | None] = relationship()
    work_order: Mapped[WorkOrder | None] = relationship()
    visitor: Mapped[User | None] = relationship(foreign_keys=[visitor_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])

    @property
    def is_bag_count(self) -> bool:
        """Tell whether it is what somebody counted in a bag."""
        return self.kind is MovementKind.COUNTED and self.visitor_id is not None


class Given(Base):
    """One of the homes to which a movement gave items without a visit, and how many to each."""

    __tablename__ = "kit_given"

    movement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("kit_movement.id"), primary_key=True)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("dwelling.id"), primary_key=True, index=True
    )
    quantity: Mapped[int]

    movement: Mapped[KitMovement] = relationship()
