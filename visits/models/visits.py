"""The visit, what was sent from it, and what it means."""

import enum
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import (
    Base,
    EncryptedBytes,
    EncryptedJson,
    EncryptedText,
    index_of_some,
    new_id,
    stored_enum,
)
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.portfolio import Dwelling, FormVersion


class VisitState(enum.StrEnum):
    """From the diary to the end."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class VisitChannel(enum.StrEnum):
    """Whether somebody comes to her home, or the same form is filled in during a call."""

    HOME = "home"
    PHONE = "phone"


# States in which a visit is still to come or to be ended.
LIVE = (VisitState.PLANNED, VisitState.UNDER_WAY)


class Visit(Base):
    """An appointment at home between a visitor and a person who has a case, or a call with a form.

    One by telephone (`channel`) begins under way with whoever calls as its visitor, is in nobody's
    diary, and is no visit where those are counted (`AT_HOME`).

    `kind` is one of the programme's kinds of visit, empty for its first. `was_in_id` is the home it
    took place in: her case moves with her. `place` says where it is when she has no home here.
    `unusual_why` says why it is at an hour, or beside a visit, at which nobody comes unasked.
    `attended_by` says who else is to be there. `second_visitor_id` goes along where two go: the
    hour is both's, the form its visitor's.
    `turn` grows each time it is moved, called off or put back: calendars ask for it.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_visitor_id_planned_start_at", "visitor_id", "planned_start_at"),
        # A week is counted, and it is seen whether somebody was visited, without the visits.
        Index("ix_visit_planned_start_at", "planned_start_at", "state", "case_id", "id"),
        Index("ix_visit_case_id_state", "case_id", "state", "channel"),
        index_of_some(
            "ix_visit_second_visitor_id",
            "second_visitor_id",
            "planned_start_at",
            where="second_visitor_id IS NOT NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(String(40), default="", server_default="")
    channel: Mapped[VisitChannel] = mapped_column(
        stored_enum(VisitChannel), default=VisitChannel.HOME, server_default=VisitChannel.HOME
    )
    was_in_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dwelling.id"), index=True)
    visitor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    planned_start_at: Mapped[datetime]
    planned_end_at: Mapped[datetime]
    state: Mapped[VisitState] = mapped_column(stored_enum(VisitState))
    planned_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    planned_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None] = mapped_column(EncryptedText)
    unusual_why: Mapped[str | None] = mapped_column(EncryptedText)
    place: Mapped[str | None] = mapped_column(EncryptedText)
    attended_by: Mapped[str | None] = mapped_column(EncryptedText)
    second_visitor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    turn: Mapped[int] = mapped_column(default=0, server_default="0")

    case: Mapped[Case] = relationship()
    was_in: Mapped[Dwelling | None] = relationship()
    visitor: Mapped[User] = relationship(foreign_keys=[visitor_id])
    second_visitor: Mapped[User | None] = relationship(foreign_keys=[second_visitor_id])
    submissions: Mapped[list["Submission"]] = relationship(back_populates="visit")

    @property
    def is_planned(self) -> bool:
        """Tell whether it is still to begin: it may be moved or called off."""
        return self.state is VisitState.PLANNED

    @property
    def goers(self) -> tuple[uuid.UUID, ...]:
        """Name who goes there: its visitor, and whoever goes along."""
        second = self.second_visitor_id
        return (self.visitor_id, second) if second else (self.visitor_id,)

    @property
    def goers_said(self) -> str:
        """Say by name who goes there."""
        second = self.second_visitor
        return f"{self.visitor.name} + {second.name}" if second else self.visitor.name

    @property
    def has_failed(self) -> bool:
        """Tell whether somebody went there in vain."""
        return self.state is VisitState.FAILED

    @property
    def is_cancelled(self) -> bool:
        """Tell whether it was called off."""
        return self.state is VisitState.CANCELLED

    @property
    def is_by_phone(self) -> bool:
        """Tell whether its form is filled in during a call, at nobody's door."""
        return self.channel is VisitChannel.PHONE

    @property
    def is_live(self) -> bool:
        """Tell whether answers are still to come from it."""
        return self.state in LIVE

    @property
    def home(self) -> Dwelling | None:
        """Where it took place, or will; None at a `place` that is no dwelling of ours."""
        return self.was_in or self.case.dwelling


# The condition on `Visit` for those that somebody comes for: of all that counts or plans visits.
AT_HOME = Visit.channel == VisitChannel.HOME


def made_by(
    visitors: Collection[uuid.UUID] | Select[uuid.UUID],
) -> ColumnElement[bool]:
    """Give the condition on `Visit` for those that one of some visitors makes or goes along on."""
    return or_(Visit.visitor_id.in_(visitors), Visit.second_visitor_id.in_(visitors))


class SubmissionState(enum.StrEnum):
    """What the check made of a submission; a visit that took place is never refused."""

    INCOMPLETE = "incomplete"
    CHECKED = "checked"
    TO_REVIEW = "to_review"
    SET_ASIDE = "set_aside"


# States in which a submission is all here and says something about a home.
COUNTED = (SubmissionState.CHECKED, SubmissionState.TO_REVIEW)


class Submission(Base):
    """A filled form as it was sent, byte for byte, and what the check found.

    `findings` holds `{violations, corrected, unknown, scores, bands, facts, falls,
    kit_left}`, `outcome` what the check came to (`diagnostics.recall`), `savings`
    what the kit of a visit saves (`visits.intake.kept_savings`). Moments are the server's:
    `clock_skew_s` is how far ahead of it the tablet's clock ran, in seconds. `corrects` is the
    instance id of the earlier version that this one stands for (OpenRosa's deprecatedID).
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("instance_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(String(100))
    visit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    form_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("form_version.id"), index=True)
    sent_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    xml: Mapped[bytes] = mapped_column(EncryptedBytes)
    sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    state: Mapped[SubmissionState] = mapped_column(stored_enum(SubmissionState), index=True)
    findings: Mapped[Any | None] = mapped_column(EncryptedJson)
    outcome: Mapped[Any | None] = mapped_column(EncryptedJson)
    savings: Mapped[Any | None] = mapped_column(EncryptedJson)
    device_name: Mapped[str | None] = mapped_column(String(100))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    clock_skew_s: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    corrects: Mapped[str | None] = mapped_column(String(100), index=True)

    visit: Mapped[Visit | None] = relationship(back_populates="submissions")
    form_version: Mapped[FormVersion] = relationship()
    sent_by: Mapped[User] = relationship()
    files: Mapped[list["SubmissionFile"]] = relationship(
        back_populates="submission", order_by="(SubmissionFile.name, SubmissionFile.id)"
    )
    consequences: Mapped[list["Consequence"]] = relationship(
        back_populates="submission", order_by="(Consequence.position, Consequence.id)"
    )

    @property
    def counts(self) -> bool:
        """Tell whether it is all here and says something about a home."""
        return self.state in COUNTED

    @property
    def is_to_review(self) -> bool:
        """Tell whether somebody should read it before it is believed."""
        return self.state is SubmissionState.TO_REVIEW

    @property
    def is_set_aside(self) -> bool:
        """Tell whether it is kept and no longer counts."""
        return self.state is SubmissionState.SET_ASIDE


class SubmissionFile(Base):
    """A photo or signature that came with a submission; its bytes stand in the file store."""

    __tablename__ = "submission_file"
    __table_args__ = (UniqueConstraint("submission_id", "name"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("submission.id"))
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))

    submission: Mapped[Submission] = relationship(back_populates="files")


class Consequence(Base):
    """Something the answers called for, with the answers that caused it.

    `causes` is a list of `{path, question, answer}`.
    """

    __tablename__ = "consequence"
    __table_args__ = (UniqueConstraint("submission_id", "position"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("submission.id"), index=True)
    position: Mapped[int]
    path: Mapped[str] = mapped_column(EncryptedText)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    code: Mapped[str] = mapped_column(EncryptedText)
    severity: Mapped[str | None] = mapped_column(String(2))
    owner: Mapped[str | None] = mapped_column(EncryptedText)
    due_at: Mapped[datetime | None]
    label: Mapped[Any] = mapped_column(EncryptedJson)
    causes: Mapped[Any] = mapped_column(EncryptedJson)

    submission: Mapped[Submission] = relationship(back_populates="consequences")


class UrgentAlert(Base):
    """A vital or urgent finding, told the moment there was a network, before the visit's end.

    `id` is the tablet's; `instance_id` and `path` name the consequence it becomes once the form
    arrives; `path` has the turns of its repeats. `reached_name` is who answered, at `reached_at`;
    both empty while nobody did. `tried_at` is when the visitor last rang and nobody answered.
    """

    __tablename__ = "urgent_alert"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    instance_id: Mapped[str] = mapped_column(String(100), index=True)
    path: Mapped[str] = mapped_column(EncryptedText)
    severity: Mapped[str] = mapped_column(String(2))
    label: Mapped[Any] = mapped_column(EncryptedJson)
    raised_at: Mapped[datetime]
    reached_name: Mapped[str | None] = mapped_column(EncryptedText)
    reached_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    sent_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    visit: Mapped[Visit] = relationship()
    sent_by: Mapped[User] = relationship(foreign_keys=[sent_by_id])
