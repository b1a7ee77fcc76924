"""What a tablet's clock said, put right by the server's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from diagnostics.delays import PARIS

# A tablet may come back after a month; what it did then was not later than now.
OLDEST, AHEAD = timedelta(days=60), timedelta(minutes=5)
# A clock farther off than this was not read right: its battery died before computers were.
FARTHEST = timedelta(days=60 * 365)
# From here on a reader should know that the times were put right.
WORTH_SAYING = timedelta(minutes=2)


@dataclass(frozen=True)
class PutRight:
    """A moment by the server's clock; not `believed` when it could not be, and is now instead."""

    at: datetime
    believed: bool


def skew_of(sent_at: datetime | None, *, now: datetime) -> timedelta | None:
    """Measure how far a tablet's clock runs ahead of ours; None when it did not say its time."""
    if sent_at is None or sent_at.tzinfo is None:
        return None
    skew = sent_at - now
    return skew if abs(skew) < FARTHEST else None


def put_right(said: datetime, *, skew: timedelta | None, now: datetime) -> PutRight:
    """Turn a moment by the tablet's clock into one by ours; one beyond belief becomes `now`."""
    try:
        at = said - (skew or timedelta(0))
    except OverflowError:
        return PutRight(now, believed=False)
    if now - OLDEST < at < now + AHEAD:
        return PutRight(min(at, now), believed=True)
    return PutRight(now, believed=False)


def on_our_clock(moment: datetime, *, sent_at: datetime, now: datetime) -> datetime:
    """Give a moment of a tablet's clock on ours: it said `sent_at` when it was `now` here."""
    return put_right(moment, skew=skew_of(sent_at, now=now), now=now).at


def read_moment(text: str) -> datetime | None:
    """Read an ISO moment; one without a zone is Paris time, as forms write it. None for others."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=PARIS)
