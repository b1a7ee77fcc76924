"""What is around a residence, note by note, and what is ordered there of a partner."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedBytes, EncryptedText, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.cases import Case, Task
from visits.models.noted import Noted
from visits.models.portfolio import Residence
from visits.models.visits import Submission


class Measured(enum.StrEnum):
    """How a walking distance is known: walked, told by somebody, worked out from two places."""

    WALKED = "walked"
    TOLD = "told"
    WORKED_OUT = "worked_out"


class ServiceSource(enum.StrEnum):
    """Where a note on a service comes from."""

    HAND = "hand"
    FILE = "file"
    VISIT = "visit"


class ServiceFile(Base):
    """A file of services that was brought for one landlord’s residences: looked at, taken in.

    `content` is the file as it came, until it is taken in or let go; withdrawn, its notes count no
    more. `counts` says what became of its lines.
    """

    __tablename__ = "service_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    counts: Mapped[dict[str, Any] | None]
    brought_at: Mapped[datetime]
    brought_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_at: Mapped[datetime | None]
    taken_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    landlord: Mapped[Organisation] = relationship()
    brought_by: Mapped[User] = relationship(foreign_keys=[brought_by_id])
    taken_by: Mapped[User | None] = relationship(foreign_keys=[taken_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])


class NearbyService(Noted, Base):
    """A shop, a doctor, a stop near a residence; what is known of it are its notes.

    Withdrawn, it is not there any more, whatever is noted of it later, until it is put back.
    """

    __tablename__ = "nearby_service"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    residence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("residence.id"), index=True)

    residence: Mapped[Residence] = relationship()
    notes: Mapped[list["ServiceNote"]] = relationship(
        back_populates="service", order_by="(ServiceNote.known_on, ServiceNote.id)"
    )


class ServiceNote(Noted, Base):
    """All that one source tells of a service on a day; it is never changed, others follow it.

    `metres` is how far one walks, from 0; `ways` are codes of what one meets on the way. What a
    file told names it, what a visit told its submission: they count as long as those do.
    """

    __tablename__ = "service_note"
    __table_args__ = (
        Index("ix_service_note_service_id_known_on", "service_id", "known_on"),
        CheckConstraint("(metres IS NULL) = (measured IS NULL)", name="metres_measured"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("nearby_service.id"))
    kind: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(130))
    place: Mapped[str | None] = mapped_column(String(200))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    metres: Mapped[int | None]
    measured: Mapped[Measured | None] = mapped_column(stored_enum(Measured))
    ways: Mapped[list[Any]]
    open_days: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    known_on: Mapped[date]
    source: Mapped[ServiceSource] = mapped_column(stored_enum(ServiceSource))
    file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("service_file.id"), index=True)
    submission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("submission.id"), index=True)

    service: Mapped[NearbyService] = relationship(back_populates="notes")
    file: Mapped[ServiceFile | None] = relationship()
    submission: Mapped[Submission | None] = relationship()


class OrderedState(enum.StrEnum):
    """Where an ordered service stands; whether it was delivered its task tells."""

    ORDERED = "ordered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


# Between the partner's yes and the landlord's: somebody is to go there.
UNDER_WAY = (OrderedState.ACCEPTED, OrderedState.SENT_BACK)
NOT_OVER = (OrderedState.ORDERED, *UNDER_WAY)


class OrderedService(Base):
    """A service that a landlord orders of a partner for a residence, done at a visit with its form.

    `kind` is a code of the kinds of ordered services. The visit is one of `case`: of a tenant who
    lives there, who walks along or who enters. `task` is the visit to do, since the partner
    accepted. `turn` grows with each move: who acts on what she read says which one she read.
    """

    __tablename__ = "ordered_service"
    __table_args__ = (
        Index("ix_ordered_service_organisation_id_state", "organisation_id", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    residence_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("residence.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    what_for: Mapped[str] = mapped_column(EncryptedText)
    due_on: Mapped[date]
    state: Mapped[OrderedState] = mapped_column(stored_enum(OrderedState))
    since: Mapped[datetime]
    turn: Mapped[int] = mapped_column(default=0)
    ordered_at: Mapped[datetime]
    ordered_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    residence: Mapped[Residence] = relationship()
    organisation: Mapped[Organisation] = relationship()
    case: Mapped[Case] = relationship()
    task: Mapped[Task | None] = relationship()
    ordered_by: Mapped[User] = relationship()
    moves: Mapped[list["OrderedMove"]] = relationship(
        back_populates="ordered", order_by="(OrderedMove.at, OrderedMove.id)"
    )

    @property
    def is_delivered(self) -> bool:
        """Tell whether its form is there for somebody to accept or send back."""
        return self.state in UNDER_WAY and self._is_done

    @property
    def is_approved(self) -> bool:
        """Tell whether the landlord accepted what was delivered."""
        return self.state is OrderedState.APPROVED

    @property
    def is_undone(self) -> bool:
        """Tell whether it was accepted and its form counts no more since."""
        return self.is_approved and not self._is_done

    @property
    def _is_done(self) -> bool:
        return self.task is not None and self.task.is_done

    def is_late(self, today: date) -> bool:
        """Tell whether it should have been delivered before today."""
        return self.state in NOT_OVER and not self._is_done and self.due_on < today


class OrderedMove(Base):
    """A step of an ordered service: who did it, when, with which words.

    `task_was_id` is the visit that was to do before, which taking it back brings back.
    """

    __tablename__ = "ordered_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ordered_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordered_service.id"), index=True)
    was: Mapped[OrderedState] = mapped_column(stored_enum(OrderedState))
    state: Mapped[OrderedState] = mapped_column(stored_enum(OrderedState))
    task_was_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    said: Mapped[str | None] = mapped_column(EncryptedText)
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    ordered: Mapped[OrderedService] = relationship(back_populates="moves")
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    taken_back_by: Mapped[User | None] = relationship(foreign_keys=[taken_back_by_id])

    @property
    def stands(self) -> bool:
        """Tell whether nobody took it back."""
        return self.taken_back_at is None
