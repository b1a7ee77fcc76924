"""What the technical service does: work orders, of what visits found or somebody told."""

import enum
import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, index_of_some, new_id, stored_enum
from visits.models.accounts import Organisation, User
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.teams import Team
from visits.models.visits import Consequence

if TYPE_CHECKING:
    from visits.models.stock import Article
    from visits.models.works_history import WorkOrderLink


class Severity(enum.StrEnum):
    """How long a finding can wait, from the vital to the planned."""

    U0 = "U0"
    U1 = "U1"
    U2 = "U2"
    U3 = "U3"
    P = "P"


# What cannot wait: told at once, escalated when nobody starts it.
URGENT = (Severity.U0, Severity.U1)


class WorkOrderState(enum.StrEnum):
    """Where a work order stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    PLANNED = "planned"
    STARTED = "started"
    ON_HOLD = "on_hold"
    REFUSED = "refused"
    DONE = "done"
    CHECKED = "checked"
    CANCELLED = "cancelled"


# Nobody has taken it on: not yet, or whoever was given it will not.
WAITING_STATES = (WorkOrderState.OPEN, WorkOrderState.REFUSED)
OPEN_STATES = (
    *WAITING_STATES,
    WorkOrderState.ACKNOWLEDGED,
    WorkOrderState.PLANNED,
    WorkOrderState.STARTED,
    WorkOrderState.ON_HOLD,
)
DONE_STATES = (WorkOrderState.DONE, WorkOrderState.CHECKED)


class OrderStep(enum.StrEnum):
    """What happened to a work order: it came to a state, or something else was done with it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    PLANNED = "planned"
    STARTED = "started"
    ON_HOLD = "on_hold"
    REFUSED = "refused"
    DONE = "done"
    CHECKED = "checked"
    CANCELLED = "cancelled"
    ACCEPTED = "accepted"
    GIVEN = "given"
    TAKEN_OVER = "taken_over"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    DUE = "due"
    LINK_MADE = "link_made"
    LINK_OPENED = "link_opened"
    LINK_REVOKED = "link_revoked"
    DATE_PROPOSED = "date_proposed"
    DATE_DECLINED = "date_declined"
    QUOTED = "quoted"
    QUOTE_WITHDRAWN = "quote_withdrawn"
    QUOTE_BACK = "quote_back"
    QUOTE_ACCEPTED = "quote_accepted"
    QUOTE_UNACCEPTED = "quote_unaccepted"
    ESTIMATE = "estimate"
    CEILING = "ceiling"
    COST = "cost"
    COUNTED = "counted"
    UNCOUNTED = "uncounted"
    PHOTOS = "photos"
    PART_USED = "part_used"
    PART_BACK = "part_back"
    ACCESS = "access"


class ToldHow(enum.StrEnum):
    """How the tenant was told when somebody comes."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    MESSAGE = "message"
    LETTER = "letter"


class HoldWhy(enum.StrEnum):
    """Why nobody can go on with an order for a while."""

    PART = "part"
    ACCESS = "access"
    TENANT = "tenant"
    CONTRACTOR = "contractor"
    DECISION = "decision"
    WEATHER = "weather"
    OTHER = "other"


class CheckedHow(enum.StrEnum):
    """How somebody made sure that it is done well."""

    PHONE = "phone"
    PHOTO = "photo"
    VISIT = "visit"


# Why something is closed whose answers were corrected, or turned out to be of another home or
# person; screens say it in words.
CORRECTED, TAKEN_BACK = "corrected", "taken_back"
# Why an order is closed that another one goes on for.
SAME = "same_order"


class Place(enum.StrEnum):
    """Where in a home, or in what homes of a residence have in common, something is to do."""

    KITCHEN = "kitchen"
    BATHROOM = "bathroom"
    TOILET = "toilet"
    LIVING_ROOM = "living_room"
    BEDROOM = "bedroom"
    HALLWAY = "hallway"
    BALCONY = "balcony"
    ENTRANCE = "entrance"
    STAIRS = "stairs"
    LIFT = "lift"
    LANDING = "landing"
    CELLAR = "cellar"
    PARKING = "parking"
    BINS = "bins"
    OUTSIDE = "outside"
    ROOF = "roof"
    ELSEWHERE = "elsewhere"


class CameFrom(enum.StrEnum):
    """From whom the office knows what is to do, where no visit found it."""

    TENANT = "tenant"
    NEIGHBOUR = "neighbour"
    CARETAKER = "caretaker"
    STAFF = "staff"
    CONTRACTOR = "contractor"
    LETTER = "letter"
    OTHER = "other"


class WorkOrder(Base):
    """Something the technical service must do in a home, never why a person needs it.

    `consequence` is the finding that opened it, `findings` are all that call for it; one that was
    opened by hand has `opened_by` instead. It is of a dwelling, or of a residence for what its
    homes have in common; of neither while nobody knows from which home an urgent finding came.
    One of a home as such is about nobody. `given_to` is the contractor who does it; without one
    it is the landlord's own: of its whole service, of `team` or of `assigned_to`. `accepted_at` is
    when the contractor who has it said yes, whoever had taken it on for the landlord before.
    `same_as` is the order that goes on for it, cancelled itself.
    `planned_part` is `morning`, `afternoon` or an hour, `14:30`; `proposed_on` is the day that a
    contractor without an account proposed, until it is agreed or not; `tenant_score`, 1 to 5, is
    what the tenant thinks of the works; `recurring_for` is the turn of recurring works that it is;
    `access` says how to get in and when somebody is there. One on hold for a part of our stock
    waits for `hold_number` of `hold_article`.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        # All that a list asks of an order, so that of very many none is read but those of a page.
        Index(
            "ix_work_order_listed",
            "state",
            "severity",
            "due_at",
            "opened_at",
            "trade",
            "dwelling_id",
            "residence_id",
            "id",
        ),
        Index("ix_work_order_trade", "trade", "state", "severity", "due_at", "id"),
        # Of all states, the most urgent first; and where they are, counted home by home.
        Index("ix_work_order_urgency", "severity", "due_at", "id", "state"),
        Index("ix_work_order_dwelling_id", "dwelling_id", "id", "state"),
        # Most orders are of a home: an index of those tempts a planner to read them all.
        index_of_some(
            "ix_work_order_residence_id", "residence_id", where="residence_id IS NOT NULL"
        ),
        index_of_some(
            "ix_work_order_assigned_to_id", "assigned_to_id", where="assigned_to_id IS NOT NULL"
        ),
        index_of_some("ix_work_order_team_id", "team_id", where="team_id IS NOT NULL"),
        index_of_some(
            "ix_work_order_hold_article_id",
            "hold_article_id",
            where="hold_article_id IS NOT NULL",
        ),
        UniqueConstraint("recurring_id", "recurring_for"),
        CheckConstraint("dwelling_id IS NULL OR residence_id IS NULL", name="one_place"),
        CheckConstraint(
            "consequence_id IS NOT NULL OR opened_by_id IS NOT NULL", name="opened_somehow"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    dwelling_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dwelling.id"))
    residence_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("residence.id"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    consequence_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("consequence.id"), unique=True
    )
    opened_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    came_from: Mapped[CameFrom | None] = mapped_column(stored_enum(CameFrom))
    place: Mapped[Place | None] = mapped_column(stored_enum(Place))
    trade: Mapped[str] = mapped_column(String(64))
    severity: Mapped[Severity] = mapped_column(stored_enum(Severity))
    description: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[WorkOrderState] = mapped_column(stored_enum(WorkOrderState))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    closing_note: Mapped[str | None] = mapped_column(EncryptedText)
    escalated_at: Mapped[datetime | None]
    given_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    given_at: Mapped[datetime | None]
    given_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    assigned_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    team_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("team.id"))
    found_on: Mapped[date | None]
    access: Mapped[str | None] = mapped_column(EncryptedText)
    acknowledged_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    planned_on: Mapped[date | None]
    planned_part: Mapped[str | None] = mapped_column(String(9))
    told_how: Mapped[ToldHow | None] = mapped_column(stored_enum(ToldHow))
    told_on: Mapped[date | None]
    proposed_on: Mapped[date | None]
    proposed_part: Mapped[str | None] = mapped_column(String(9))
    hold_why: Mapped[HoldWhy | None] = mapped_column(stored_enum(HoldWhy))
    hold_until: Mapped[date | None]
    hold_article_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("kit_article.id"))
    hold_number: Mapped[int | None]
    checked_how: Mapped[CheckedHow | None] = mapped_column(stored_enum(CheckedHow))
    tenant_score: Mapped[int | None]
    estimate_cents: Mapped[int | None] = mapped_column(BigInteger)
    ceiling_cents: Mapped[int | None] = mapped_column(BigInteger)
    cost_cents: Mapped[int | None] = mapped_column(BigInteger)
    labour_minutes: Mapped[int | None]
    parts: Mapped[str | None] = mapped_column(EncryptedText)

    dwelling: Mapped[Dwelling | None] = relationship()
    person: Mapped[Person | None] = relationship()
    residence: Mapped[Residence | None] = relationship()
    consequence: Mapped[Consequence | None] = relationship(foreign_keys=[consequence_id])
    opened_by: Mapped[User | None] = relationship(foreign_keys=[opened_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    # What was told by hand stays as it was told, whatever findings make of the order since.
    said_severity: Mapped[Severity | None] = mapped_column(stored_enum(Severity))
    said_due_at: Mapped[datetime | None]
    same_as_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    recurring_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recurring_work.id"))
    recurring_for: Mapped[date | None]

    given_to: Mapped[Organisation | None] = relationship()
    given_by: Mapped[User | None] = relationship(foreign_keys=[given_by_id])
    assigned_to: Mapped[User | None] = relationship(foreign_keys=[assigned_to_id])
    team: Mapped[Team | None] = relationship()
    hold_article: Mapped["Article | None"] = relationship(foreign_keys=[hold_article_id])
    # Links that nobody revoked and nobody refused, expired or not, the latest first.
    standing_links: Mapped[list["WorkOrderLink"]] = relationship(
        primaryjoin="and_(WorkOrderLink.work_order_id == WorkOrder.id,"
        " WorkOrderLink.revoked_at.is_(None), WorkOrderLink.used_up_at.is_(None))",
        order_by="WorkOrderLink.id.desc()",
        viewonly=True,
    )
    same_as: Mapped["WorkOrder | None"] = relationship(remote_side=[id])
    findings: Mapped[list[Consequence]] = relationship(
        secondary="work_order_finding",
        primaryjoin="WorkOrder.id == WorkOrderFinding.work_order_id",
    )

    @property
    def label(self) -> dict[str, str]:
        """Say by language what is to do: in the words of the finding, or of whoever opened it."""
        if self.consequence is not None:
            return dict(self.consequence.label)
        return {"fr": self.description, "en": self.description}

    @property
    def stands_in(self) -> Residence | None:
        """Give the residence where it is to be done; None while nobody knows."""
        return self.dwelling.residence if self.dwelling is not None else self.residence

    @property
    def assignee(self) -> Team | User | None:
        """Give the team or technician of our own who does it; None for our whole service."""
        return self.team or self.assigned_to

    @property
    def is_assigned(self) -> bool:
        """Tell whether it is one team's or technician's of our own."""
        return self.team_id is not None or self.assigned_to_id is not None

    @property
    def who_does_it(self) -> "Organisation | WorkOrderLink | Team | User | None":
        """Give the contractor, team or technician who does it; None for our whole service.

        A contractor without an account does it by a link.
        """
        return self.given_to or next(iter(self.standing_links), None) or self.assignee

    @property
    def is_urgent(self) -> bool:
        """Tell whether it is for today, day or night."""
        return self.severity in URGENT

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do it."""
        return self.state in OPEN_STATES

    @property
    def is_planned(self) -> bool:
        """Tell whether it has its day."""
        return self.state is WorkOrderState.PLANNED

    @property
    def is_on_hold(self) -> bool:
        """Tell whether it cannot go on for a while."""
        return self.state is WorkOrderState.ON_HOLD

    @property
    def is_refused(self) -> bool:
        """Tell whether whoever was given it will not do it."""
        return self.state is WorkOrderState.REFUSED

    @property
    def is_cancelled(self) -> bool:
        """Tell whether it is not to be done any more."""
        return self.state is WorkOrderState.CANCELLED

    @property
    def waits_for_answer(self) -> bool:
        """Tell whether whoever it was given to has neither accepted nor begun it."""
        begun = self.state not in (WorkOrderState.OPEN, WorkOrderState.ACKNOWLEDGED)
        return self.accepted_at is None and not begun

    @property
    def waits_too_long(self) -> bool:
        """Tell whether it is urgent and nobody has taken it on in time."""
        return self.escalated_at is not None and self.state in WAITING_STATES

    def waits_longer_than_said(self, today: date) -> bool:
        """Tell whether it is on hold until a day that is past."""
        return self.hold_until is not None and self.hold_until < today

    def is_late(self, now: datetime) -> bool:
        """Tell whether it should have been done by now."""
        return self.is_open and self.due_at is not None and self.due_at < now


class WorkOrderFinding(Base):
    """A finding that calls for a work order; one hazard told by two forms is one order.

    `came_with` is the order it was of, where that was put into this one.
    """

    __tablename__ = "work_order_finding"

    consequence_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("consequence.id"), primary_key=True
    )
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    came_with_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("work_order.id"))
