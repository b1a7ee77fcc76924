"""A tablet's clock against the server's."""

from datetime import datetime, timedelta

# A tablet may come back after a month; what is older was written by a clock that stood wrong.
OLDEST = timedelta(days=60)


def on_our_clock(moment: datetime, *, sent_at: datetime, now: datetime) -> datetime:
    """Give a moment of a tablet's clock on ours: it said `sent_at` when it was `now` here.

    Never after `now`; a moment out of all reason becomes `now`.
    """
    ago = sent_at - moment
    return now - ago if timedelta(0) <= ago <= OLDEST else now
