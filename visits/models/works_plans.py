"""Works planned for a budget: what each plan takes, what it leaves out and why, what it became."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.adaptations import AdaptationFile
from visits.models.labels import HomeLabel
from visits.models.works import WorkOrder


class Aim(enum.StrEnum):
    """What a plan does most for with its budget."""

    PEOPLE = "people"
    FALLS = "falls"
    LABEL = "label"


class CostFrom(enum.StrEnum):
    """Where the cost of a work is from."""

    QUOTE_ACCEPTED = "quote_accepted"
    FUNDING = "funding"
    QUOTE = "quote"
    PRICES = "prices"
    ESTIMATE = "estimate"


class ByHand(enum.StrEnum):
    """What somebody decided of a work, whatever does most."""

    IN = "in"
    OUT = "out"


class OutWhy(enum.StrEnum):
    """Why a work is not in the plan."""

    NO_COST = "no_cost"
    BY_HAND = "by_hand"
    NOTHING_FOR_AIM = "nothing_for_aim"
    ABOVE_BUDGET = "above_budget"
    HOME_UNKNOWN = "home_unknown"
    HOME_OUT_OF_REACH = "home_out_of_reach"
    SERVED_ALREADY = "served_already"
    OTHERS_DO_MORE = "others_do_more"


class WorksPlan(Base):
    """A plan of works of a landlord: a draft of who made it, until it is decided.

    `turn` grows with each change, so that what is worked out is of what stands. `worked_out_at` is
    empty until it was; `proven` tells that nothing does more for the budget, `fault` is the code of
    why the last try gave nothing. `label` is the one it lets homes reach, if that is its aim.
    Withdrawn, it stays as it was.
    """

    __tablename__ = "works_plan"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    aim: Mapped[Aim] = mapped_column(stored_enum(Aim))
    label_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("home_label.id"), index=True)
    budget_cents: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    turn: Mapped[int] = mapped_column(default=0)
    worked_out_at: Mapped[datetime | None]
    proven: Mapped[bool] = mapped_column(default=False)
    fault: Mapped[str | None] = mapped_column(EncryptedText)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    landlord: Mapped[Organisation] = relationship()
    label: Mapped[HomeLabel | None] = relationship()
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])

    @property
    def is_draft(self) -> bool:
        """Tell whether it may still change."""
        return self.decided_at is None and self.withdrawn_at is None

    @property
    def standing(self) -> str:
        """Say where it stands: `draft`, `decided` or `withdrawn`."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "draft" if self.decided_at is None else "decided"


class WorksPlanLine(Base):
    """A work that a plan could take: an order or an adaptation, with its cost on that day.

    `cents` is what it takes of the budget, with tax; empty where nobody knows.
    """

    __tablename__ = "works_plan_line"
    __table_args__ = (
        Index("ix_works_plan_line_plan_id", "plan_id", "chosen"),
        UniqueConstraint("plan_id", "work_order_id"),
        UniqueConstraint("plan_id", "adaptation_id"),
        CheckConstraint("(work_order_id IS NULL) <> (adaptation_id IS NULL)", name="one_work"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("works_plan.id"))
    work_order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    adaptation_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("adaptation_file.id"), index=True
    )
    cents: Mapped[int | None] = mapped_column(BigInteger)
    cost_from: Mapped[CostFrom | None] = mapped_column(stored_enum(CostFrom))
    by_hand: Mapped[ByHand | None] = mapped_column(stored_enum(ByHand))
    chosen: Mapped[bool]
    why: Mapped[OutWhy | None] = mapped_column(stored_enum(OutWhy))

    plan: Mapped[WorksPlan] = relationship()
    order: Mapped[WorkOrder | None] = relationship()
    adaptation: Mapped[AdaptationFile | None] = relationship()
