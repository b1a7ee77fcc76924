"""Referrals: what is asked of somebody else for a person, or by somebody else of us."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedEnum, EncryptedText, new_id, stored_enum
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.visits import COUNTED, Consequence


class ReferralStep(enum.StrEnum):
    """What a referral waits for; the last three wait for nothing."""

    TO_SEND = "to_send"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ENDS = (ReferralStep.DONE, ReferralStep.REFUSED, ReferralStep.WITHDRAWN)
OPEN_STEPS = tuple(step for step in ReferralStep if step not in ENDS)


class Direction(enum.StrEnum):
    """Who asks: we of somebody else, or somebody else of us."""

    OUT = "out"
    IN = "in"


class Basis(enum.StrEnum):
    """What allows a referral: she agrees, the law obliges, a life is at stake.

    Source: articles L. 119-2 of the social action code, 434-3 and 223-6 of the penal code.
    """

    CONSENT = "consent"
    DUTY = "duty"
    VITAL = "vital"


class ReferralChannel(enum.StrEnum):
    """How a referral reached who is asked."""

    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    MEETING = "meeting"
    LINK = "link"


class ReferralReason(enum.StrEnum):
    """Why a referral was refused, or what came of it."""

    NOT_ELIGIBLE = "not_eligible"
    NO_PLACE = "no_place"
    WRONG_SERVICE = "wrong_service"
    NOT_REACHED = "not_reached"
    SHE_DECLINED = "she_declined"
    HELP_GIVEN = "help_given"
    RIGHT_OPENED = "right_opened"
    PASSED_ON = "passed_on"
    NO_NEED = "no_need"


class Referral(Base):
    """Something asked for one person, on its way to an outcome.

    `code` is the kind of service; `partner` which one it is by name; `asked` what is asked, empty
    where the findings say it. `because` is why it goes without her agreement, with whom that was
    decided. `turn` grows with each change of `step`: who acts on what she read says which one.
    """

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_step_due_on", "step", "due_on"),
        CheckConstraint("opened_by_id IS NOT NULL OR direction = 'out'", name="opened_somehow"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    direction: Mapped[Direction] = mapped_column(stored_enum(Direction))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    code: Mapped[str] = mapped_column(EncryptedText)
    partner: Mapped[str | None] = mapped_column(EncryptedText)
    asked: Mapped[str | None] = mapped_column(EncryptedText)
    channel: Mapped[ReferralChannel | None] = mapped_column(stored_enum(ReferralChannel))
    basis: Mapped[Basis] = mapped_column(EncryptedEnum(Basis))
    agreed_on: Mapped[date | None]
    because: Mapped[str | None] = mapped_column(EncryptedText)
    decided_with_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    step: Mapped[ReferralStep] = mapped_column(stored_enum(ReferralStep))
    since: Mapped[datetime]
    due_on: Mapped[date | None]
    turn: Mapped[int] = mapped_column(default=0)
    holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)

    person: Mapped[Person] = relationship()
    case: Mapped[Case | None] = relationship()
    opened_by: Mapped[User | None] = relationship(foreign_keys=[opened_by_id])
    decided_with: Mapped[User | None] = relationship(foreign_keys=[decided_with_id])
    holder: Mapped[User | None] = relationship(foreign_keys=[holder_id])
    findings: Mapped[list[Consequence]] = relationship(
        secondary="referral_finding", order_by="Consequence.id"
    )
    moves: Mapped[list["ReferralMove"]] = relationship(
        back_populates="referral", order_by="(ReferralMove.at, ReferralMove.id)"
    )

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do something for it."""
        return self.step in OPEN_STEPS

    @property
    def state(self) -> ReferralStep:
        """Where it stands, by the word that every kind of consequence has for it."""
        return self.step

    @property
    def consequence(self) -> Consequence | None:
        """Give the first finding that calls for it and counts."""
        counted = (one for one in self.findings if one.submission.state in COUNTED)
        return next(counted, self.findings[0] if self.findings else None)

    @property
    def is_theirs(self) -> bool:
        """Tell whether somebody else has to answer now."""
        return (self.direction is Direction.OUT) and self.step is not ReferralStep.TO_SEND

    def is_late(self, today: date) -> bool:
        """Tell whether its step should have been done before today."""
        return self.is_open and self.due_on is not None and self.due_on < today


class ReferralFinding(Base):
    """A finding that calls for a referral; several of one person to one kind of service are one."""

    __tablename__ = "referral_finding"

    consequence_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("consequence.id"), primary_key=True
    )
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"), index=True)


class ReferralMove(Base):
    """A step that was left for another, or a reminder: then it stays where it was.

    `by` is who noted it; `link` by whose link it was answered. Without either it went by itself.
    `stood` is how the referral stood before, which taking it back reads.
    """

    __tablename__ = "referral_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    was: Mapped[ReferralStep] = mapped_column(stored_enum(ReferralStep))
    step: Mapped[ReferralStep] = mapped_column(stored_enum(ReferralStep))
    reason: Mapped[ReferralReason | None] = mapped_column(stored_enum(ReferralReason))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral_link.id"))
    said: Mapped[str | None] = mapped_column(EncryptedText)
    stood: Mapped[dict[str, Any]]
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    referral: Mapped[Referral] = relationship(back_populates="moves")
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    link: Mapped["ReferralLink | None"] = relationship()

    @property
    def stands(self) -> bool:
        """Tell whether nobody took it back."""
        return self.taken_back_at is None

    @property
    def is_reminder(self) -> bool:
        """Tell whether who is asked was reminded, and nothing else."""
        return self.was is self.step


class ReferralLink(Base):
    """A link that shows one referral to a partner without an account; its secret's digest alone."""

    __tablename__ = "referral_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    referral: Mapped[Referral] = relationship()
