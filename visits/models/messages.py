"""What is said in writing to a person or an account: an outbox, wishes, print runs, wording."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedJson, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.noted import Noted
from visits.models.people import Person
from visits.models.visits import Visit
from visits.models.works import WorkOrder


class MessageKind(enum.StrEnum):
    """What a message is about."""

    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    ABSENCE_CARD = "absence_card"
    REFUSAL_LETTER = "refusal_letter"
    FIRST_LETTER = "first_letter"
    DOOR_CARD = "door_card"
    TO_CONCLUDE = "to_conclude"
    DIGEST = "digest"
    WORKS_PLANNED = "works_planned"
    WORKS_MOVED = "works_moved"
    WORKS_OFF = "works_off"
    WORKS_ENDED = "works_ended"
    REPORT = "report"
    HOUSE_PLANNED = "house_planned"
    HOUSE_MOVED = "house_moved"
    HOUSE_OFF = "house_off"
    HOUSE_ENDED = "house_ended"
    PLACE_ACCEPTED = "place_accepted"
    PLACE_REFUSED = "place_refused"
    PLACE_OFFERED = "place_offered"
    PLACE_WAITS = "place_waits"


class MessageChannel(enum.StrEnum):
    """How a message reaches somebody."""

    LETTER = "letter"
    EMAIL = "email"
    TEXT = "text"


class MessageState(enum.StrEnum):
    """Where a message stands; one that `failed` is tried again, one `given_up` is not."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    STOPPED = "stopped"


# States in which a message may still go out.
TO_SEND = (MessageState.WAITING, MessageState.FAILED)


class Outgoing:
    """What goes out of the house by a sender: tried until it is taken, given up or stopped.

    It is tried at `next_at`. `claimed` is the number of who sends it just now, until
    `claimed_until`. `why` is a code of why it failed or was stopped by the house.
    """

    state: Mapped[MessageState] = mapped_column(stored_enum(MessageState))
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed: Mapped[uuid.UUID | None]
    claimed_until: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(40))
    sent_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]

    @property
    def may_go_out(self) -> bool:
        """Tell whether it is still to be sent."""
        return self.state in TO_SEND

    @property
    def has_failed(self) -> bool:
        """Tell whether it did not go out, and is tried again."""
        return self.state is MessageState.FAILED

    def halt(self, why: str, now: datetime) -> None:
        """Stop it by the house, with a code of why."""
        self.state, self.why, self.stopped_at = MessageState.STOPPED, why, now


class MessagePrint(Base):
    """The letters of a day, printed in one go; undone, they wait again."""

    __tablename__ = "message_print"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    printed_by: Mapped[User] = relationship(foreign_keys=[printed_by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])


class Message(Outgoing, Base):
    """Something to say to a person, about her case or works in her home, or to an account.

    `cause` names what it is made for, so that it is made once. `facts` are what it speaks of
    (`{start_at, former_at, place, …}`); `body` the words that went out, `sent_to` where, both empty
    before. It goes out from `due_at` on, and no more after `until_at`. `stopped_why` is what
    somebody said who stopped it.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (user_id IS NULL)", name="one_reader"),
        CheckConstraint(
            "person_id IS NULL OR (case_id IS NULL) <> (work_order_id IS NULL)",
            name="person_by_one_cause",
        ),
        Index("ix_message_state_next_at", "state", "next_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cause: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[MessageKind] = mapped_column(stored_enum(MessageKind))
    channel: Mapped[MessageChannel] = mapped_column(stored_enum(MessageChannel))
    language: Mapped[str] = mapped_column(String(2))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    work_order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    facts: Mapped[Any] = mapped_column(EncryptedJson)
    body: Mapped[str | None] = mapped_column(EncryptedText)
    sent_to: Mapped[str | None] = mapped_column(EncryptedText)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    print_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message_print.id"), index=True)
    stopped_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    stopped_why: Mapped[str | None] = mapped_column(EncryptedText)

    person: Mapped[Person | None] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    case: Mapped[Case | None] = relationship()
    visit: Mapped[Visit | None] = relationship()
    work_order: Mapped[WorkOrder | None] = relationship()
    printed: Mapped[MessagePrint | None] = relationship()
    stopped_by: Mapped[User | None] = relationship(foreign_keys=[stopped_by_id])

    @property
    def was_stopped_by_hand(self) -> bool:
        """Tell whether somebody stopped it, and not the house."""
        return self.state is MessageState.STOPPED and self.stopped_by_id is not None

    @property
    def is_letter(self) -> bool:
        """Tell whether it is printed rather than sent."""
        return self.channel is MessageChannel.LETTER


class MessageWish(Noted, Base):
    """Whether somebody agrees to be written to by a channel, and where; withdrawn any day.

    Nothing noted means letters alone.
    """

    __tablename__ = "message_wish"
    __table_args__ = (
        index_of_some(
            "uq_message_wish_standing",
            "person_id",
            "channel",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[MessageChannel] = mapped_column(stored_enum(MessageChannel))
    agreed: Mapped[bool]
    address: Mapped[str] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(2))


class MessageWording(Base):
    """What is said from then on in a kind of message; empty for the product's own words.

    A programme says it or, of works, a landlord. Nothing is ever replaced: the latest of a place
    stands, and an earlier one is put back by saying it again.
    """

    __tablename__ = "message_wording"
    __table_args__ = (
        CheckConstraint("(programme IS NULL) <> (landlord_id IS NULL)", name="said_by_one"),
        Index("ix_message_wording_programme_kind", "programme", "kind"),
        Index("ix_message_wording_landlord_id_kind", "landlord_id", "kind"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    programme: Mapped[str | None] = mapped_column(String(40))
    landlord_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[MessageKind] = mapped_column(stored_enum(MessageKind))
    channel: Mapped[MessageChannel] = mapped_column(stored_enum(MessageChannel))
    language: Mapped[str] = mapped_column(String(2))
    said: Mapped[str] = mapped_column(EncryptedText)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship()


class MessageKindOff(Noted, Base):
    """A kind of message that a landlord does not send; withdrawn, it is sent again."""

    __tablename__ = "message_kind_off"
    __table_args__ = (
        index_of_some(
            "uq_message_kind_off_standing",
            "landlord_id",
            "kind",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[MessageKind] = mapped_column(stored_enum(MessageKind))
