"""A person in a programme, from the opening of her case to its end."""

import enum
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, new_id, stored_enum
from visits.models.people import Person
from visits.models.portfolio import Dwelling

if TYPE_CHECKING:
    from visits.models.calls import ContactAttempt


class CaseState(enum.StrEnum):
    """Where a case stands, from the list to the visit."""

    TO_CALL = "to_call"
    CALL_BACK = "call_back"
    AGREED = "agreed"
    PLANNED = "planned"
    VISITED = "visited"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_ELIGIBLE = "not_eligible"


class Case(Base):
    """A person in a programme, with the score that put her there and its reasons.

    `reasons` is a list of `{criterion, points, value, label: {fr, en}}`; `risk` is 0 unknown,
    1 low, 2 intermediate, 3 high, as the last visit assessed it. `programme_version` is the one
    she came in with: what it says of her calls and visits stays so.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("programme", "person_id"),
        Index("ix_case_file_programme_state", "programme", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    programme: Mapped[str] = mapped_column(String(40))
    programme_version_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("programme_version.id"), index=True
    )
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"), index=True)
    state: Mapped[CaseState] = mapped_column(stored_enum(CaseState))
    score: Mapped[int]
    reasons: Mapped[list[Any]]
    risk: Mapped[int] = mapped_column(default=0)
    call_back_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    person: Mapped[Person] = relationship()
    dwelling: Mapped[Dwelling] = relationship()
    attempts: Mapped[list["ContactAttempt"]] = relationship(
        back_populates="case", order_by="(ContactAttempt.at, ContactAttempt.id)"
    )
