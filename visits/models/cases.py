"""A person in a programme, from the opening of her case to its end, and what is due in it."""

import enum
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedJson, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence

if TYPE_CHECKING:
    from visits.models.adaptations import AdaptationTask
    from visits.models.calls import ContactAttempt
    from visits.models.visits import Consequence, Visit


class CaseState(enum.StrEnum):
    """Where a case stands with the person, from the list to the visit and on to the next one.

    `visited`: she was visited and nothing is due now. Whether a case is closed is `closed_on`.
    """

    TO_CALL = "to_call"
    CALL_BACK = "call_back"
    AGREED = "agreed"
    PLANNED = "planned"
    VISITED = "visited"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_ELIGIBLE = "not_eligible"


# On the way to a visit: a case that was closed there waits for nothing any more.
ON_THE_WAY = (CaseState.TO_CALL, CaseState.CALL_BACK, CaseState.AGREED, CaseState.PLANNED)


class WayIn(enum.StrEnum):
    """How a case came to be opened."""

    TARGETING = "targeting"
    REQUEST = "request"
    REFERRAL = "referral"
    LEASE_START = "lease_start"
    COMMISSION = "commission"
    TRANSFER = "transfer"


_UNKEPT = "state IN ('open', 'lapsed') AND cadence IS NOT NULL"
_TO_CALL = ("state", "closed_on", "call_back_at", "score", "dwelling_id", "person_id")


class Case(Base):
    """A person in a programme, with the score that put her there and its reasons.

    `reasons` is a list of `{criterion, points, value, label: {fr, en}}`; those of answers and of a
    household's money are in `sealed_reasons`, for whoever may read answers; until `scored_at` it
    is not known which points she has, and `score` is 0. `risk` is 0 unknown,
    1 low, 2 intermediate, 3 high, as the last visit assessed it. `programme_version` is the one
    she came in with: what it says of her calls and visits stays so. One case a person and
    programme is open at a time; `outcome` is a code of the programme's list. `dwelling_id` is None
    while she has no home here: then a visit says where it is. `landlord_id` is the person's, and
    cannot differ: a landlord's cases are found without their persons. `outside` is `{facts, why}`
    of somebody whom the programme's public leaves out: what did not hold, why she has a case.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        ForeignKeyConstraint(["landlord_id", "person_id"], ["person.landlord_id", "person.id"]),
        # What is due in a case says whose tenant it is about, as the case does.
        Index("uq_case_file_landlord_id_id", "landlord_id", "id", unique=True),
        index_of_some(
            "uq_case_file_open", "programme", "person_id", unique=True, where="closed_on IS NULL"
        ),
        # The call list is counted and put in order without the cases themselves: all there are, or
        # those of one landlord, however many others there are.
        Index("ix_case_file_landlord_programme_state", "landlord_id", "programme", *_TO_CALL, "id"),
        Index("ix_case_file_programme_state", "programme", *_TO_CALL, "landlord_id", "id"),
        # Those of a version are counted likewise, with whom they are followed by.
        Index(
            "ix_case_file_programme_version_id",
            "programme_version_id",
            "closed_on",
            "referent_id",
            "landlord_id",
            "id",
        ),
        # Where nobody follows most, an index of those too would pass for one that tells nothing.
        index_of_some("ix_case_file_referent_id", "referent_id", where="referent_id IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    programme: Mapped[str] = mapped_column(String(40))
    programme_version_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("programme_version.id")
    )
    person_id: Mapped[uuid.UUID] = mapped_column(index=True)
    landlord_id: Mapped[uuid.UUID]
    dwelling_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dwelling.id"), index=True)
    state: Mapped[CaseState] = mapped_column(stored_enum(CaseState))
    score: Mapped[int]
    reasons: Mapped[list[Any]]
    sealed_reasons: Mapped[Any | None] = mapped_column(EncryptedJson)
    scored_at: Mapped[datetime | None]
    risk: Mapped[int] = mapped_column(default=0)
    call_back_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    way_in: Mapped[WayIn] = mapped_column(stored_enum(WayIn), default=WayIn.TARGETING)
    motive: Mapped[str | None] = mapped_column(EncryptedText)
    outside: Mapped[Any | None] = mapped_column(EncryptedJson)
    moved_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    tier: Mapped[str | None] = mapped_column(String(40))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("organisation.id"), index=True
    )
    referent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    closed_on: Mapped[date | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[str | None] = mapped_column(String(40))
    closing_note: Mapped[str | None] = mapped_column(EncryptedText)

    person: Mapped[Person] = relationship()
    dwelling: Mapped[Dwelling | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    referent: Mapped[User | None] = relationship(foreign_keys=[referent_id])
    attempts: Mapped[list["ContactAttempt"]] = relationship(
        back_populates="case", order_by="(ContactAttempt.at, ContactAttempt.id)"
    )

    @property
    def residence(self) -> Residence | None:
        """Where her home stands; None while she has none here."""
        return self.dwelling.residence if self.dwelling else None

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still works on it."""
        return self.closed_on is None

    @property
    def ended_on_the_way(self) -> bool:
        """Tell whether it was closed while a visit was to come."""
        return not self.is_open and self.state in ON_THE_WAY

    @property
    def has_visit_planned(self) -> bool:
        """Tell whether a visit is to come."""
        return self.state is CaseState.PLANNED

    @property
    def has_agreed(self) -> bool:
        """Tell whether she said yes and no visit is planned yet."""
        return self.state is CaseState.AGREED

    @property
    def has_refused(self) -> bool:
        """Tell whether she said no."""
        return self.state is CaseState.REFUSED

    @property
    def is_not_eligible(self) -> bool:
        """Tell whether the programme is not for her."""
        return self.state is CaseState.NOT_ELIGIBLE


class CaseCharge(Base):
    """Who was put in charge of a case, whom that replaced, and why; never written over.

    One that was taken back put those before in charge again.
    """

    __tablename__ = "case_charge"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    referent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    organisation_was_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    referent_was_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    why: Mapped[str] = mapped_column(EncryptedText)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id])
    referent: Mapped[User | None] = relationship(foreign_keys=[referent_id])
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])


class VersionChange(Base):
    """A case brought from one version of its programme to another; None is from before versions.

    Those brought together have one `move_id`. `state_was` and `tier_was` come back with it, when
    it is taken back.
    """

    __tablename__ = "version_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    move_id: Mapped[uuid.UUID] = mapped_column(index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("programme_version.id"))
    to_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme_version.id"), index=True)
    state_was: Mapped[CaseState] = mapped_column(stored_enum(CaseState))
    tier_was: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    case: Mapped[Case] = relationship()


class TierChange(Base):
    """A case put in another tier of its programme by hand, and why; never written over."""

    __tablename__ = "tier_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    tier_was: Mapped[str | None] = mapped_column(String(40))
    tier: Mapped[str | None] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(EncryptedText)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship()


class CasePause(Base):
    """A time in which nothing is due in a case, first and last day included: hospital, holiday."""

    __tablename__ = "case_pause"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    why: Mapped[str] = mapped_column(EncryptedText)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))


class TaskKind(enum.StrEnum):
    """What there is to do in a case."""

    VISIT = "visit"
    CALL = "call"
    STEP = "step"
    REVIEW = "review"
    CHECK = "check"
    ANSWER = "answer"


class TaskState(enum.StrEnum):
    """What became of a task; only an open one is anybody's to do."""

    OPEN = "open"
    DONE = "done"
    IMPOSSIBLE = "impossible"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Task(Base):
    """What is due in a case: from `not_before` on, by `due_on`.

    `cadence` names the rule of the programme that made it, `path` and `step` which step of which of
    its paths it is, `consequence_id` the finding of a visit that promised it; one that somebody
    made has none of these and says `what` it is. `visit_kind` is the programme's kind of a visit.
    Whose it is, is said by one of `owner` (somebody), `owner_organisation` and `owner_role`, or by
    none. `visit_id` is the visit planned for it, or that did it; `why` is why it is not done, when
    it will not be. `landlord_id` is the case's, and cannot differ: what is due at one landlord's is
    counted without the cases.
    """

    __tablename__ = "task"
    __table_args__ = (
        ForeignKeyConstraint(["landlord_id", "case_id"], ["case_file.landlord_id", "case_file.id"]),
        UniqueConstraint("case_id", "cadence", "due_on"),
        # What is due, what of it nobody has planned, and what is first are found and counted
        # without the rows themselves, of all and at one landlord's of several.
        Index("ix_task_state_due_on", "state", "due_on", "not_before", "kind", "landlord_id"),
        Index("ix_task_state_not_before", "state", "not_before", "kind", "landlord_id"),
        index_of_some(
            "ix_task_to_plan",
            "state",
            "kind",
            "due_on",
            "not_before",
            "landlord_id",
            "visit_id",
            where="visit_id IS NULL",
        ),
        index_of_some(
            "ix_task_promised",
            "state",
            "not_before",
            "landlord_id",
            where="consequence_id IS NOT NULL",
        ),
        # Of some cases what is to do is counted likewise.
        Index(
            "ix_task_case_id_state", "case_id", "state", "not_before", "due_on", "kind", "visit_id"
        ),
        # Turns that passed, and that nobody explained, are few among those of years.
        index_of_some("ix_task_unkept", "cadence", "due_on", "case_id", where=_UNKEPT),
        # Most have no visit and are nobody's by name: an index of those too misleads a planner.
        *(
            index_of_some(f"ix_task_{one}", one, where=f"{one} IS NOT NULL")
            for one in ("visit_id", "owner_id", "owner_organisation_id")
        ),
        # What a role has to do is found among what roles have.
        index_of_some(
            "ix_task_owner_role",
            "owner_role",
            "state",
            "not_before",
            where="owner_role IS NOT NULL",
        ),
        CheckConstraint("not_before <= due_on", name="window"),
        CheckConstraint("owner_id IS NULL OR owner_organisation_id IS NULL", name="owner"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column()
    landlord_id: Mapped[uuid.UUID]
    kind: Mapped[TaskKind] = mapped_column(stored_enum(TaskKind))
    cadence: Mapped[str | None] = mapped_column(String(40))
    consequence_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("consequence.id"), unique=True
    )
    path: Mapped[str | None] = mapped_column(String(40))
    step: Mapped[str | None] = mapped_column(String(40))
    visit_kind: Mapped[str | None] = mapped_column(String(40))
    what: Mapped[str | None] = mapped_column(EncryptedText)
    not_before: Mapped[date]
    due_on: Mapped[date]
    owner_role: Mapped[str | None] = mapped_column(String(20))
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    owner_organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[TaskState] = mapped_column(stored_enum(TaskState), default=TaskState.OPEN)
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    why: Mapped[str | None] = mapped_column(EncryptedText)

    # By the case's id alone: told of both landlords, SQLite goes through a whole stock to order
    # what is due by name.
    case: Mapped[Case] = relationship(primaryjoin=case_id == Case.id, foreign_keys=[case_id])
    consequence: Mapped["Consequence | None"] = relationship()
    visit: Mapped["Visit | None"] = relationship(viewonly=True)
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    owner_organisation: Mapped[Organisation | None] = relationship()
    adaptation: Mapped["AdaptationTask | None"] = relationship(back_populates="task")

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to do."""
        return self.state is TaskState.OPEN

    @property
    def is_done(self) -> bool:
        """Tell whether it was done."""
        return self.state is TaskState.DONE

    @property
    def is_impossible(self) -> bool:
        """Tell whether somebody said why it cannot be done."""
        return self.state is TaskState.IMPOSSIBLE

    @property
    def is_promise(self) -> bool:
        """Tell whether the answers of a visit promised it."""
        return self.consequence_id is not None

    def is_late(self, today: date) -> bool:
        """Tell whether it should have been done before today."""
        return self.is_open and self.due_on < today
