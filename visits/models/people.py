"""The tenants: persons, where they live, what they agreed to, who may see them, who looked."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
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
from visits.models.accounts import Organisation, User
from visits.models.portfolio import Tenancy


class Person(Base):
    """An occupant. `name_key` is the name folded for search and for recognising duplicates.

    Of `birth_year` nobody knows the day; it is empty where `born_on` is known. She is a tenant of
    one landlord: whoever has rented from two has a file at each, and neither sees the other's.

    A `protected` person is seen only by those named in `NamedAccess`. `merged_into` has all that is
    known of her, where two files were of one person: this one is then a shell that nobody sees.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("reference", "landlord_id"),
        UniqueConstraint("landlord_id", "id"),
        # Names are looked through without the persons themselves.
        Index("ix_person_name_key_id", "name_key", "id"),
        Index(
            "ix_person_do_not_contact",
            "do_not_contact",
            sqlite_where=text("do_not_contact IS 1"),
            postgresql_where=text("do_not_contact IS true"),
        ),
        # Every list asks which homes are hidden: a handful of persons among many.
        Index(
            "ix_person_protected",
            "protected",
            sqlite_where=text("protected IS 1"),
            postgresql_where=text("protected IS true"),
        ),
        # Nearly nobody's file was merged into another.
        index_of_some(
            "ix_person_merged_into_id",
            "merged_into_id",
            where="merged_into_id IS NOT NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str | None] = mapped_column(String(40))
    civility: Mapped[str | None] = mapped_column(String(10))
    last_name: Mapped[str] = mapped_column(String(100))
    first_name: Mapped[str] = mapped_column(String(100), default="")
    name_key: Mapped[str] = mapped_column(String(210))
    born_on: Mapped[date | None]
    birth_year: Mapped[int | None]
    died_on: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    protected: Mapped[bool] = mapped_column(default=False)
    do_not_contact: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))

    landlord: Mapped[Organisation] = relationship()
    occupancies: Mapped[list["Occupancy"]] = relationship(back_populates="person")

    @property
    def name(self) -> str:
        """How the person is addressed on a list."""
        return " ".join(part for part in (self.civility, self.first_name, self.last_name) if part)


class Occupancy(Base):
    """A person living in a dwelling under a tenancy, as holder, spouse or other occupant.

    `started_on` is None for who came with the lease, or when nobody said when.
    """

    __tablename__ = "occupancy"
    __table_args__ = (UniqueConstraint("person_id", "tenancy_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    tenancy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenancy.id"), index=True)
    role: Mapped[str | None] = mapped_column(String(20))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="occupancies")
    tenancy: Mapped[Tenancy] = relationship()

    @property
    def since(self) -> date | None:
        """Since when the person lives or lived there, None where nobody knows."""
        return self.started_on or self.tenancy.started_on


class RoleChange(Base):
    """What somebody is in a household, as it was changed by hand: no later file replaces it."""

    __tablename__ = "role_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    occupancy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("occupancy.id"), index=True)
    before: Mapped[str | None] = mapped_column(EncryptedText)
    after: Mapped[str] = mapped_column(EncryptedText)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    occupancy: Mapped[Occupancy] = relationship()
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])


class AloneSaid(Base):
    """Whether somebody lives alone, as she says it: no later file replaces it while it holds.

    It holds while the lease says so: who moves in, leaves or dies changes that. `before` is what
    the lease said, None where nobody knew.
    """

    __tablename__ = "alone_said"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenancy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenancy.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    before: Mapped[bool | None]
    alone: Mapped[bool]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    tenancy: Mapped[Tenancy] = relationship()
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])


class LeaseToCome(Base):
    """A line of a landlord's file whose lease begins later, carried out on that day.

    `content` is `{row, viewer, successive}`: the line's values, who imported it with how far she
    saw, and whether those who live there leave then. One that was withdrawn is not carried out; it
    stays until that day, so that no later file brings it back.
    """

    __tablename__ = "lease_to_come"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"), index=True)
    starts_on: Mapped[date] = mapped_column(index=True)
    content: Mapped[Any] = mapped_column(EncryptedJson)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_why: Mapped[str | None] = mapped_column(EncryptedText)

    withdrawn_by: Mapped[User | None] = relationship()


class HouseholdContact(Base):
    """Somebody on a lease who does not live under it: guarantor, guardian, former spouse, carer.

    `noted_by_id` is empty for one that the landlord's file gave; one that ended stays. It ended
    because the same person `became` another contact, or lives there since an event.
    """

    __tablename__ = "household_contact"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenancy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenancy.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    civility: Mapped[str | None] = mapped_column(String(10))
    last_name: Mapped[str] = mapped_column(String(100))
    first_name: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    noted_at: Mapped[datetime | None]
    noted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    became_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household_contact.id"))
    moved_in_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("life_event.id"))

    tenancy: Mapped[Tenancy] = relationship()
    became: Mapped["HouseholdContact | None"] = relationship(remote_side=[id])
    noted_by: Mapped[User | None] = relationship(foreign_keys=[noted_by_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def may_be_put_back(self) -> bool:
        """Tell whether it just ended: what became of it otherwise is undone."""
        return self.ended_at is not None and not (self.became_id or self.moved_in_id)

    @property
    def name(self) -> str:
        """How the contact is addressed on a list."""
        return " ".join(part for part in (self.civility, self.first_name, self.last_name) if part)


class PhoneNumber(Base):
    """A number somebody noted for a person, from when to when it stood; never written over.

    `whose` is empty for her own, else a word such as daughter or neighbour; `noted_by_id` is empty
    for a number that the landlord's file gave; `wrong` says that it ended as it reaches somebody
    else. `Person.phone` is the one to call first, and may have no row of its own here.
    """

    __tablename__ = "phone_number"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[str] = mapped_column(EncryptedText)
    whose: Mapped[str] = mapped_column(EncryptedText, default="")
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    wrong: Mapped[bool] = mapped_column(default=False)


class ConsentScope(enum.StrEnum):
    """What a consent is about: refusing one is not refusing all."""

    VISIT = "visit"
    HEALTH = "health"
    PHOTOS = "photos"
    SHARING = "sharing"


class Consent(Base):
    """A yes or a no to one scope, with when and how it was said.

    `read_out` are the words of the question by language, None where they were not kept.
    """

    __tablename__ = "consent"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    scope: Mapped[ConsentScope] = mapped_column(stored_enum(ConsentScope))
    given: Mapped[bool]
    at: Mapped[datetime]
    text_version: Mapped[str] = mapped_column(String(32))
    read_out: Mapped[dict[str, Any] | None]
    submission_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("submission.id"))


class RefusedPart(enum.StrEnum):
    """A part of a visit that somebody may refuse while she agrees to the rest."""

    HEALTH = "health"
    PHOTOS = "photos"
    WORKS = "works"
    SHARING = "sharing"


class PartRefusal(Base):
    """A part that a person refuses, from when she said so until she takes it back.

    `report_id` is the number of the tablet's report that told it.
    """

    __tablename__ = "part_refusal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[RefusedPart] = mapped_column(EncryptedEnum(RefusedPart))
    said_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    report_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))


class AlertCode(enum.StrEnum):
    """What to mind when going to somebody's door: a measure, never a judgement."""

    NO_VOICEMAIL = "no_voicemail"
    PHONE_READ = "phone_read"
    NOTHING_WRITTEN = "nothing_written"
    PLAIN_CLOTHES = "plain_clothes"
    CALL_HELPER_FIRST = "call_helper_first"
    HARD_OF_HEARING = "hard_of_hearing"
    SLOW_TO_THE_DOOR = "slow_to_the_door"
    INTERPRETER = "interpreter"
    TWO_VISITORS = "two_visitors"
    PET_IN_THE_HOME = "pet_in_the_home"
    MEET_ELSEWHERE = "meet_elsewhere"


class PersonAlert(Base):
    """A discretion or safety measure for a person's visits, looked at again by `review_on`."""

    __tablename__ = "person_alert"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[AlertCode] = mapped_column(EncryptedEnum(AlertCode))
    noted_on: Mapped[date]
    review_on: Mapped[date]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    ended_on: Mapped[date | None]


class ExternalScore(Base):
    """A score somebody else established (FRAGIRE, Tinetti, SEGA, GIR…); never computed here.

    `result` is `{score, maximum}` as it was told; `maximum` may be null.
    """

    __tablename__ = "external_score"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    version: Mapped[str] = mapped_column(EncryptedText, default="")
    result: Mapped[Any] = mapped_column(EncryptedJson)
    author: Mapped[str] = mapped_column(EncryptedText)
    assessed_on: Mapped[date]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]


class NamedAccess(Base):
    """A user named to work with a protected person."""

    __tablename__ = "named_access"
    __table_args__ = (UniqueConstraint("person_id", "user_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    named_at: Mapped[datetime]
    named_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))


class AccessKind(enum.StrEnum):
    """What was done with a person's file."""

    READ = "read"
    WRITE = "write"


class AccessEvent(Base):
    """One look at, or change of, the files of some persons: a page, a list, a file sent.

    `month`, `place` and `seal` are empty until the line is sealed into the chain of a month, as
    its `place`-th line; see `visits.sight.access_chain`.
    """

    __tablename__ = "access_event"
    __table_args__ = (UniqueConstraint("month", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[AccessKind] = mapped_column(stored_enum(AccessKind))
    what: Mapped[str] = mapped_column(String(64))
    month: Mapped[str | None] = mapped_column(String(7))
    place: Mapped[int | None]
    seal: Mapped[str | None] = mapped_column(String(64))


class AccessedPerson(Base):
    """A person whom an access event is about."""

    __tablename__ = "accessed_person"
    __table_args__ = (Index("ix_accessed_person_person_id_event_id", "person_id", "event_id"),)

    event_id: Mapped[int] = mapped_column(
        ForeignKey("access_event.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)


class AccessMonth(Base):
    """The chain of a month (UTC, `2026-03`) of the access log: its length and its last seal.

    A closed month gets no more lines; its `closing_seal` seals the one of the month before, and
    stays when the lines are let go.
    """

    __tablename__ = "access_month"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    lines: Mapped[int]
    last_id: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime | None]
    closing_seal: Mapped[str | None] = mapped_column(String(64))
