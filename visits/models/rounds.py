"""Rounds proposed: who would visit whom in which order, what was left out, what became of it."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedEnum, new_id, stored_enum
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.visits import Visit


class ProposalState(enum.StrEnum):
    """Where a proposal stands, from being asked for to what was made of it."""

    ASKED = "asked"
    RUNNING = "running"
    PROPOSED = "proposed"
    FAILED = "failed"
    STOPPED = "stopped"
    ACCEPTED_IN_PART = "accepted_in_part"
    ACCEPTED = "accepted"
    TAKEN_BACK = "taken_back"


# States in which nothing is proposed yet, and somebody may still stop it.
UNDER_WAY = (ProposalState.ASKED, ProposalState.RUNNING)
# States in which stops may still be accepted.
OPEN = (ProposalState.PROPOSED, ProposalState.ACCEPTED_IN_PART)
# States in which stops were accepted that may be taken back.
KEPT = (ProposalState.ACCEPTED_IN_PART, ProposalState.ACCEPTED)
# States in which nothing of it stands.
NOTHING_STANDS = (ProposalState.FAILED, ProposalState.STOPPED, ProposalState.TAKEN_BACK)


class RoundProposal(Base):
    """Rounds that a coordinator asked for, of some visitors from one day to another, both included.

    `visitors` are their ids as text. `reach` and `landlord_id` are how far she saw when she asked,
    and so whose visits it is of: `visits` of them on `visitor_days`. `moves_planned`: what is
    planned already may get another hour of its day. `same_visitor`: whoever came last to somebody
    goes again, where she is one of them. `stage` and `beat_at` tell how far the work is, `why` how
    it failed. `travel` is `{by, missing, asked}`: where travel times are from, and how many pairs
    of places had none. `days` is `[{visitor_id, day, visits_before, visits, drive_before, drive,
    metres_before, metres}]`, in seconds and metres.
    """

    __tablename__ = "round_proposal"
    __table_args__ = (
        Index("ix_round_proposal_state", "state", "asked_at"),
        Index("ix_round_proposal_asked_by_id", "asked_by_id", "asked_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    reach: Mapped[str] = mapped_column(String(20))
    landlord_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    programme: Mapped[str | None] = mapped_column(String(40))
    visitors: Mapped[list[Any]]
    moves_planned: Mapped[bool]
    same_visitor: Mapped[bool]
    visits: Mapped[int]
    visitor_days: Mapped[int]
    state: Mapped[ProposalState] = mapped_column(
        stored_enum(ProposalState), default=ProposalState.ASKED
    )
    stage: Mapped[str | None] = mapped_column(String(20))
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(40))
    travel: Mapped[dict[str, Any] | None]
    days: Mapped[list[Any] | None]

    asked_by: Mapped[User] = relationship()

    @property
    def came_to_nothing(self) -> bool:
        """Tell whether nothing of it stands: it failed, was stopped or taken back."""
        return self.state in NOTHING_STANDS


class StopState(enum.StrEnum):
    """What became of a stop that was proposed."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    NOT_ANY_MORE = "not_any_more"
    TAKEN_BACK = "taken_back"
    CHANGED_SINCE = "changed_since"


class RoundStop(Base):
    """A visit that a proposal puts into a visitor's day.

    `drive` and `metres` lead to it, in seconds and metres; `second_visitor_id` goes along where two
    go, by `second_drive` and `second_metres`. `moves` tells that `visit_id` is planned
    already, on that day at another hour, else it is the visit that was planned when the stop was
    accepted. `turn` is the visit's own since then, and `start_was` when a moved one was to begin.
    `why` is what kept it from being accepted.
    """

    __tablename__ = "round_stop"
    __table_args__ = (Index("ix_round_stop_proposal_id", "proposal_id", "start_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    proposal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round_proposal.id"))
    visitor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))
    kind: Mapped[str] = mapped_column(String(40), default="")
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    drive: Mapped[int]
    metres: Mapped[int]
    second_visitor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    second_drive: Mapped[int | None]
    second_metres: Mapped[int | None]
    moves: Mapped[bool] = mapped_column(default=False)
    state: Mapped[StopState] = mapped_column(stored_enum(StopState), default=StopState.PROPOSED)
    why: Mapped[str | None] = mapped_column(String(40))
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    turn: Mapped[int | None]
    start_was: Mapped[datetime | None]

    visitor: Mapped[User] = relationship(foreign_keys=[visitor_id])
    second_visitor: Mapped[User | None] = relationship(foreign_keys=[second_visitor_id])
    case: Mapped[Case] = relationship()
    visit: Mapped[Visit | None] = relationship()

    @property
    def goers(self) -> tuple[uuid.UUID, ...]:
        """Name who goes there: its visitor, and whoever goes along."""
        second = self.second_visitor_id
        return (self.visitor_id, second) if second else (self.visitor_id,)

    def way_of(self, visitor_id: uuid.UUID) -> tuple[int, int]:
        """Give the seconds and metres that lead there one of those who go."""
        if visitor_id == self.second_visitor_id:
            return self.second_drive or 0, self.second_metres or 0
        return self.drive, self.metres

    def beside(self, visitor_id: uuid.UUID) -> User | None:
        """Give with whom one of those who go goes, if two do."""
        return self.visitor if visitor_id == self.second_visitor_id else self.second_visitor

    @property
    def is_proposed(self) -> bool:
        """Tell whether nobody decided on it yet."""
        return self.state is StopState.PROPOSED


class LeftWhy(enum.StrEnum):
    """Why a visit that was asked for is in no round."""

    NO_HOME = "no_home"
    NO_PLACE = "no_place"
    TWO_GO = "two_go"
    TWO_NOT_FREE = "two_not_free"
    ELSEWHERE = "elsewhere"
    WITH_INTERPRETER = "with_interpreter"
    NOBODY_MAY_GO = "nobody_may_go"
    NOBODY_NAMED = "nobody_named"
    NOBODY_ABLE = "nobody_able"
    NOT_AS_WISHED = "not_as_wished"
    NO_DAY = "no_day"
    TOO_FAR = "too_far"
    FULL = "full"
    FULL_THEN = "full_then"
    HOME_TAKEN = "home_taken"
    CHANGED = "changed"


class RoundLeftOut(Base):
    """A visit that a proposal was asked for and does not hold, and why."""

    __tablename__ = "round_left_out"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    proposal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round_proposal.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    why: Mapped[LeftWhy] = mapped_column(EncryptedEnum(LeftWhy))

    case: Mapped[Case] = relationship()
