"""What is offered instead of an adaptation that was refused, and what was opened for it."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import User
from visits.models.adaptations import AdaptationDecision, Instead
from visits.models.cases import Task
from visits.models.works import WorkOrder


class AlternativeOffered(Base):
    """One alternative of a decision: by `due_on` something is opened for it, or she declines it.

    What exactly is offered, the decision says.
    """

    __tablename__ = "alternative_offered"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_decision.id"), index=True)
    kind: Mapped[Instead] = mapped_column(stored_enum(Instead))
    due_on: Mapped[date] = mapped_column(index=True)

    decision: Mapped[AdaptationDecision] = relationship()
    answers: Mapped[list["AlternativeAnswer"]] = relationship(
        back_populates="alternative", order_by="(AlternativeAnswer.at, AlternativeAnswer.id)"
    )


class AlternativeAnswer(Base):
    """What came of an alternative: an order or a task that was opened, or why she declined it.

    It holds as long as the order is not cancelled, the task not withdrawn, her word not taken back.
    """

    __tablename__ = "alternative_answer"
    __table_args__ = (
        CheckConstraint(
            "(order_id IS NOT NULL AND task_id IS NULL AND why IS NULL)"
            " OR (order_id IS NULL AND task_id IS NOT NULL AND why IS NULL)"
            " OR (order_id IS NULL AND task_id IS NULL AND why IS NOT NULL)",
            name="one_of_three",
        ),
        index_of_some("ix_alternative_answer_order_id", "order_id", where="order_id IS NOT NULL"),
        index_of_some("ix_alternative_answer_task_id", "task_id", where="task_id IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    alternative_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("alternative_offered.id"), index=True
    )
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order.id"))
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))
    why: Mapped[str | None] = mapped_column(EncryptedText)
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    alternative: Mapped[AlternativeOffered] = relationship(back_populates="answers")
    order: Mapped[WorkOrder | None] = relationship()
    task: Mapped[Task | None] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
