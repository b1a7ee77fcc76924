"""What an administrator changes of an account, and what is remembered of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.accounts.accounts import checked_name, end_sessions, refuse_unfit, revoke_tablets
from visits.accounts.listing import find_account
from visits.accounts.sign_in_wall import folded, forget_tries_of
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import AccountEvent, AccountEventKind, Organisation, Role, User

REASON_LENGTH = 500


@dataclass(frozen=True)
class AccountSaid:
    """What an account is to be."""

    email: str
    name: str
    role: Role
    language: str
    organisation: Organisation
    territory_id: uuid.UUID | None


def change_account(
    session: Session, user_id: uuid.UUID, said: AccountSaid, *, by: uuid.UUID, now: datetime
) -> bool:
    """Change an account; gives whether its sessions ended.

    They end when what it may see or do changes. Raises Conflict for an e-mail that is taken, and
    for one's own role.
    """
    user = find_account(session, user_id)
    email, name = folded(said.email), checked_name(said.name)
    if user_id == by and said.role is not user.role:
        raise Conflict("own_role")
    refuse_unfit(said.organisation, said.role)
    other = select(User.id).where(User.email == email, User.id != user_id)
    if session.scalars(other).first() is not None:
        raise Conflict("email_taken")
    reach = (user.role, user.organisation_id, user.territory_id)
    user.email, user.name, user.language = email, name, said.language
    user.role, user.territory_id = said.role, said.territory_id
    user.organisation_id = said.organisation.id
    ends = reach != (user.role, user.organisation_id, user.territory_id)
    if ends and user_id != by:
        end_sessions(session, user)
    note_event(session, user, AccountEventKind.CHANGED, by=by, now=now)
    session.flush()
    return ends and user_id != by


def set_password(
    session: Session,
    user: User,
    hashed: str,
    *,
    by: uuid.UUID | None,
    now: datetime,
    to_change: bool = False,
    tablets_too: bool = False,
) -> None:
    """Give an account a new password: its sessions end, and its tablets when that is wished.

    `by` is None for whoever holds a link or the machine; `to_change`: at the next sign-in.
    """
    user.password, user.password_to_change, user.invited = hashed, to_change, False
    end_sessions(session, user)
    if tablets_too:
        revoke_tablets(session, user, now=now)
    forget_tries_of(session, user.email)
    note_event(session, user, AccountEventKind.PASSWORD_SET, by=by, now=now)


def withdraw_invitations(user: User, unknown: str) -> None:
    """Make an account's earlier invitations worthless; `unknown` hashes what nobody knows.

    Whoever has a password of her own keeps it until she chooses another one.
    """
    if user.invited:
        user.password = unknown


def note_event(
    session: Session,
    user: User,
    kind: AccountEventKind,
    *,
    by: uuid.UUID | None,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Remember what was done to an account, by whom and why."""
    session.add(AccountEvent(user_id=user.id, kind=kind, by_id=by, at=now, reason=reason))
    session.flush()


def reason_of(typed: str) -> str:
    """Take a reason that must be given; raises Invalid."""
    reason = typed.strip()
    if not reason:
        raise Invalid({"reason": "required"})
    if len(reason) > REASON_LENGTH:
        raise Invalid({"reason": "too_long"})
    return reason
