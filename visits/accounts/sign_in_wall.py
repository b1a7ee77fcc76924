"""The wall against guessed passwords, which a stranger cannot raise against somebody else."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.errors import TooManyTries
from visits.models.accounts import FailedSignIn

# Wrong passwords within a quarter of an hour: for one address from one place, from one place for
# all addresses, and for one address from all places together.
WINDOW = timedelta(minutes=15)
TRIES_FROM_A_PLACE = 5
TRIES_OF_A_PLACE = 50
TRIES_FROM_EVERYWHERE = 20


@dataclass(frozen=True)
class Place:
    """Where a try comes from: a network, or a browser or tablet that signed this account in before.

    Whoever comes from a `known` one does not stand behind the wall that others raised.
    """

    name: str
    known: bool = False


def folded(email: str) -> str:
    """Fold an e-mail for comparison."""
    return email.strip().lower()


def count_try(session: Session, email: str, *, place: Place, now: datetime) -> None:
    """Count a try before its password is checked, so that many at once are no way around.

    A right password takes it back (`forget_tries`). Raises TooManyTries.
    """
    take_turn(session, f"sign_in {_hashed(folded(email))}")
    refuse_if_walled(session, email, place=place, now=now)
    note_try(session, email, place=place, now=now)


def refuse_if_walled(session: Session, email: str, *, place: Place, now: datetime) -> None:
    """Raise TooManyTries when too many tries failed of late, from here or for this address."""
    whose, where = FailedSignIn.email_sha256, FailedSignIn.address_sha256
    of_email, of_place = whose == _hashed(folded(email)), where == _hashed(place.name)
    walls = [(and_(of_email, of_place), TRIES_FROM_A_PLACE)]
    if not place.known:
        walls += [(of_place, TRIES_OF_A_PLACE), (of_email, TRIES_FROM_EVERYWHERE)]
    for tries, limit in walls:
        statement = select(func.count()).select_from(FailedSignIn)
        # What lies ahead of now was noted before the clock was put back: nobody waits for that.
        lately = FailedSignIn.at.between(now - WINDOW, now)
        if (session.scalar(statement.where(tries, lately)) or 0) >= limit:
            raise TooManyTries(minutes=int(WINDOW.total_seconds() // 60))


def note_try(session: Session, email: str, *, place: Place, now: datetime) -> None:
    """Keep a try in mind, without the e-mail itself."""
    session.add(
        FailedSignIn(
            email_sha256=_hashed(folded(email)), address_sha256=_hashed(place.name), at=now
        )
    )
    session.flush()


def forget_tries(session: Session, email: str, *, place: Place) -> int:
    """Forget what failed for an address from the place where it signed in just now."""
    return _forgotten(
        session,
        and_(
            FailedSignIn.email_sha256 == _hashed(folded(email)),
            FailedSignIn.address_sha256 == _hashed(place.name),
        ),
    )


def forget_tries_of(session: Session, email: str) -> int:
    """Forget whatever failed for an address: its password is a new one."""
    return _forgotten(session, FailedSignIn.email_sha256 == _hashed(folded(email)))


def forget_old_tries(session: Session, *, now: datetime) -> int:
    """Forget the tries that no longer count."""
    return _forgotten(session, FailedSignIn.at <= now - WINDOW)


def _forgotten(session: Session, which: ColumnElement[bool]) -> int:
    gone = session.execute(delete(FailedSignIn).where(which))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _hashed(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
