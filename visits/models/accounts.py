"""Who works here: organisations, users, their tablets and their failed sign-ins."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum


class Role(enum.StrEnum):
    """What somebody does here; webapp's permission table says what that allows."""

    VISITOR = "visitor"
    COORDINATOR = "coordinator"
    PARTNER_COORDINATOR = "partner_coordinator"
    TECHNICIAN = "technician"
    MANAGER = "manager"
    SOCIAL_WORKER = "social_worker"
    ADMINISTRATOR = "administrator"
    FUNDER = "funder"
    CONTRACTOR = "contractor"


class OrganisationKind(enum.StrEnum):
    """What an organisation is to the programme."""

    LANDLORD = "landlord"
    PARTNER = "partner"
    PENSION_FUND = "pension_fund"
    PLATFORM = "platform"


class AccountEventKind(enum.StrEnum):
    """What was done to an account."""

    ADDED = "added"
    CHANGED = "changed"
    CLOSED = "closed"
    OPENED = "opened"
    LINK_MADE = "link_made"
    LINK_ASKED = "link_asked"
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_CLEARED = "second_factor_cleared"
    CODES_MADE = "codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPIED = "passkey_copied"
    PASSWORD_SET = "password_set"  # noqa: S105


class Organisation(Base):
    """A landlord, a partner association, a fund, a platform that serves several landlords."""

    __tablename__ = "organisation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(stored_enum(OrganisationKind))


class Territory(Base):
    """An agency or sector of the landlord: the reach of some accounts."""

    __tablename__ = "territory"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class User(Base):
    """An account. `fs_uniquifier` changes to end every session; `invited`: no password yet."""

    __tablename__ = "user_account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password: Mapped[str] = mapped_column(String(255))
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    role: Mapped[Role] = mapped_column(stored_enum(Role))
    language: Mapped[str] = mapped_column(String(2), default="fr")
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    territory_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("territory.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    password_to_change: Mapped[bool] = mapped_column(default=False)
    invited: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText)
    totp_counter: Mapped[int | None]  # of the last code that was used: none counts twice
    second_factor_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    territory: Mapped[Territory | None] = relationship()


class AccountEvent(Base):
    """Something that was done to an account; `by_id` is empty for a link or the machine."""

    __tablename__ = "account_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    kind: Mapped[AccountEventKind] = mapped_column(stored_enum(AccountEventKind))
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(EncryptedText)

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])


class OpenSession(Base):
    """A browser that is signed in; its signed cookie names the row, and opens nothing without."""

    __tablename__ = "open_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    started_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code that stands in once for a second factor that is not at hand."""

    __tablename__ = "recovery_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_sha256: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key pair that a person's device holds; here is its public half. Nothing of it is secret."""

    __tablename__ = "passkey"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    credential_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)  # four bytes without a sign
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UsedChallenge(Base):
    """A question to a passkey that was answered: the cookie that holds it may come again."""

    __tablename__ = "used_challenge"

    challenge_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


class Device(Base):
    """A tablet that may speak for its user until it is revoked.

    `recovery_key` (base64 of 32 bytes) opens what the tablet holds when its PIN is lost; the server
    gives it only for the user's password. A device declared lost is wiped at its next contact.
    """

    __tablename__ = "device"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    recovery_key: Mapped[str | None] = mapped_column(EncryptedText)
    lost_at: Mapped[datetime | None]
    wiped_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class FailedSignIn(Base):
    """One wrong password. Only a hash of the e-mail is kept: it may be no account of ours."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (Index("ix_failed_sign_in_email_sha256_at", "email_sha256", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email_sha256: Mapped[str] = mapped_column(String(64))
    address_sha256: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]


class JobState(Base):
    """What a recurring job did last: the lock that makes its effect happen once."""

    __tablename__ = "job_state"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    next_run_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
