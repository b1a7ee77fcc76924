"""What is done with somebody in a case beside the visits and calls that Palier plans."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.cases import Case


class ActKind(enum.StrEnum):
    """What was done; `going_along`: to the bank, to a service."""

    VISIT = "visit"
    CALL = "call"
    OFFICE = "office"
    GOING_ALONG = "going_along"
    LETTER = "letter"
    MEETING = "meeting"


class SupportAct(Base):
    """One act of a case, kept when it is withdrawn.

    A visit or a call that has a row of its own (`Visit`, `ContactAttempt`) is no act: it stands
    there. `minutes` is how long it took. The note of one that is `confidential` is for the
    author's circle; `organisation_id` is the author's when it was noted.
    """

    __tablename__ = "support_act"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[ActKind] = mapped_column(stored_enum(ActKind))
    happened_on: Mapped[date]
    minutes: Mapped[int | None]
    present: Mapped[str | None] = mapped_column(EncryptedText)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    confidential: Mapped[bool]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    case: Mapped[Case] = relationship()
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])
