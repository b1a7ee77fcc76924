"""A dwelling adapted for who lives there: what is asked, where it stands, what was decided."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import (
    Base,
    EncryptedEnum,
    EncryptedJson,
    EncryptedText,
    index_of_some,
    new_id,
    stored_enum,
)
from visits.models.accounts import User
from visits.models.cases import Case, Task
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.visits import COUNTED, Consequence


class Step(enum.StrEnum):
    """What an adaptation waits for; the last three wait for nothing."""

    ACKNOWLEDGE = "acknowledge"
    ELIGIBILITY = "eligibility"
    VISIT = "visit"
    FUNDING = "funding"
    DECISION = "decision"
    AGREEMENT = "agreement"
    WORKS = "works"
    RECEPTION = "reception"
    FIRST_FOLLOW_UP = "first_follow_up"
    LAST_FOLLOW_UP = "last_follow_up"
    ACCOUNTS = "accounts"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ENDS = (Step.CLOSED, Step.REFUSED, Step.WITHDRAWN)
OPEN_STEPS = tuple(step for step in Step if step not in ENDS)


class Asked(enum.StrEnum):
    """How an adaptation came to be asked for."""

    VISIT = "visit"
    PHONE = "phone"
    LETTER = "letter"
    REGISTERED = "registered"
    EMAIL = "email"
    OFFICE = "office"
    COMMISSION = "commission"


class Priority(enum.StrEnum):
    """What goes first; until somebody says so, none is known."""

    FIRST = "first"
    NEXT = "next"
    ORDINARY = "ordinary"


class Outcome(enum.StrEnum):
    """What was decided."""

    GRANTED = "granted"
    IN_PART = "in_part"
    REFUSED = "refused"


class RefusalReason(enum.StrEnum):
    """Why an adaptation cannot be granted, or not all of it."""

    IMPOSSIBLE = "impossible"
    LOAD_BEARING = "load_bearing"
    ASBESTOS = "asbestos"
    NO_LIFT = "no_lift"
    ALREADY_ADAPTED = "already_adapted"
    NOT_NEEDED = "not_needed"
    TOO_COSTLY = "too_costly"
    TO_BE_PULLED_DOWN = "to_be_pulled_down"


class Instead(enum.StrEnum):
    """What is offered instead of what was asked."""

    AID = "aid"
    TRANSFER = "transfer"
    LESSER_WORKS = "lesser_works"


class Used(enum.StrEnum):
    """Whether the tenant uses what was fitted, as she says once it is in place."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_KNOWN = "not_known"


class Holds(enum.StrEnum):
    """Whether what was fitted still holds and works."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class Talked(enum.StrEnum):
    """How something was agreed or made with the tenant, or that it was not yet."""

    VISIT = "visit"
    PHONE = "phone"
    WRITING = "writing"
    OFFICE = "office"
    NOT_YET = "not_yet"


WITH_HER = tuple(one for one in Talked if one is not Talked.NOT_YET)


class AdaptationFile(Base):
    """One adaptation of the home of one person, on its path.

    `code` is that of the adaptation; `findings` are what calls for it, and who wrote it down by
    hand is `opened_by`, with `wish` in the words of whoever asked. `asked_on` is the day it was
    asked, that of the commission where one asked: legal delays run from it. `own_cost`: the tenant
    pays, and asks to be allowed. `turn` grows with each change of `step`: who decides on what she
    read says which one she read. `holder` is who has it in hand; otherwise whoever holds the role
    of the step. `legal_on` is the last day of the delay of the law that runs where it stands, or
    that was over when it was refused. Of works at her own cost, `works_ended_on` is the day they
    ended, as it was told, and `certified_on` that of her certificate that they were done as said.
    Its steps take as long as the `programme_version` of the case says that it was opened for.
    """

    __tablename__ = "adaptation_file"
    __table_args__ = (
        Index("ix_adaptation_file_step_due_on", "step", "due_on"),
        index_of_some(
            "ix_adaptation_file_legal_on",
            "legal_on",
            where="legal_on IS NOT NULL",
        ),
        CheckConstraint("opened_by_id IS NOT NULL OR asked = 'visit'", name="opened_somehow"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    programme_version_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("programme_version.id"), index=True
    )
    code: Mapped[str] = mapped_column(EncryptedText)
    wish: Mapped[str | None] = mapped_column(EncryptedText)
    asked: Mapped[Asked] = mapped_column(stored_enum(Asked))
    asked_on: Mapped[date]
    own_cost: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    commission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("commission.id"), index=True)
    step: Mapped[Step] = mapped_column(stored_enum(Step))
    since: Mapped[datetime]
    due_on: Mapped[date | None]
    legal_on: Mapped[date | None]
    works_ended_on: Mapped[date | None]
    certified_on: Mapped[date | None]
    turn: Mapped[int] = mapped_column(default=0)
    priority: Mapped[Priority | None] = mapped_column(stored_enum(Priority))
    holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)

    person: Mapped[Person] = relationship()
    dwelling: Mapped[Dwelling] = relationship()
    case: Mapped[Case | None] = relationship()
    opened_by: Mapped[User | None] = relationship(foreign_keys=[opened_by_id])
    holder: Mapped[User | None] = relationship(foreign_keys=[holder_id])
    findings: Mapped[list[Consequence]] = relationship(
        secondary="adaptation_finding", order_by="Consequence.id"
    )
    moves: Mapped[list["AdaptationMove"]] = relationship(
        back_populates="file", order_by="(AdaptationMove.at, AdaptationMove.id)"
    )

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do something for it."""
        return self.step in OPEN_STEPS

    @property
    def state(self) -> Step:
        """Where it stands, by the word that every kind of consequence has for it."""
        return self.step

    @property
    def consequence(self) -> Consequence | None:
        """Give the first finding that calls for it and counts."""
        counted = (one for one in self.findings if one.submission.state in COUNTED)
        return next(counted, self.findings[0] if self.findings else None)

    def is_late(self, today: date) -> bool:
        """Tell whether its step should have been done before today."""
        return self.is_open and self.due_on is not None and self.due_on < today


class AdaptationFinding(Base):
    """A finding that calls for an adaptation; several of one person are one file."""

    __tablename__ = "adaptation_finding"

    consequence_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("consequence.id"), primary_key=True
    )
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)


class AdaptationOrder(Base):
    """A work order that was given for an adaptation at a `step`: to look on site, or to do it."""

    __tablename__ = "adaptation_order"

    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), primary_key=True)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    step: Mapped[Step] = mapped_column(
        stored_enum(Step), default=Step.WORKS, server_default=Step.WORKS
    )


class AdaptationTask(Base):
    """What a `step` of an adaptation has to do in its case: a visit to it, a follow-up of it.

    When it is due and whose it is stand in the task.
    """

    __tablename__ = "adaptation_task"

    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    step: Mapped[Step] = mapped_column(stored_enum(Step))

    task: Mapped[Task] = relationship(back_populates="adaptation")
    file: Mapped[AdaptationFile] = relationship()


class AdaptationPhoto(Base):
    """A photo of what was received; its bytes stand sealed in the file store, as they came."""

    __tablename__ = "adaptation_photo"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    by: Mapped[User] = relationship(foreign_keys=[by_id])


class AdaptationMove(Base):
    """A step that was left for another: who did it, when, what was said.

    `stood` is how the file stood before, which taking it back reads. `agreed_how` and `agreed_on`
    are how and when the tenant agreed, of the step that says so. Without `by` it went by itself:
    the answers that called for it were corrected, the person died.
    """

    __tablename__ = "adaptation_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    was: Mapped[Step] = mapped_column(stored_enum(Step))
    step: Mapped[Step] = mapped_column(stored_enum(Step))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    said: Mapped[str | None] = mapped_column(EncryptedText)
    stood: Mapped[dict[str, Any]]
    agreed_how: Mapped[Talked | None] = mapped_column(stored_enum(Talked))
    agreed_on: Mapped[date | None]
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    file: Mapped[AdaptationFile] = relationship(back_populates="moves")
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    taken_back_by: Mapped[User | None] = relationship(foreign_keys=[taken_back_by_id])

    @property
    def stands(self) -> bool:
        """Tell whether nobody took it back."""
        return self.taken_back_at is None


class AdaptationDecision(Base):
    """What was decided, and told the tenant in plain words; it stands as long as its move does.

    `instead` says by kind of alternative what exactly is offered, as it was made with the tenant:
    `built_how` and `built_on` tell how and when, empty of decisions before it was asked.
    """

    __tablename__ = "adaptation_decision"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    move_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_move.id"), unique=True)
    outcome: Mapped[Outcome] = mapped_column(stored_enum(Outcome))
    reason: Mapped[RefusalReason | None] = mapped_column(stored_enum(RefusalReason))
    explanation: Mapped[str | None] = mapped_column(EncryptedText)
    instead: Mapped[Any | None] = mapped_column(EncryptedJson)
    built_how: Mapped[Talked | None] = mapped_column(stored_enum(Talked))
    built_on: Mapped[date | None]

    move: Mapped[AdaptationMove] = relationship()


class AdaptationFollowUp(Base):
    """What came of asking after an adaptation that is in use; it stands as long as its move does.

    `needed` is what else she needs, in words.
    """

    __tablename__ = "adaptation_follow_up"

    move_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_move.id"), primary_key=True)
    used: Mapped[Used] = mapped_column(EncryptedEnum(Used))
    holds: Mapped[Holds] = mapped_column(EncryptedEnum(Holds))
    needed: Mapped[str | None] = mapped_column(EncryptedText)

    move: Mapped[AdaptationMove] = relationship()

    @property
    def asks_for_more(self) -> bool:
        """Tell whether something has to be done: it does not hold, or she needs something else."""
        return self.holds is Holds.NO or self.needed is not None
