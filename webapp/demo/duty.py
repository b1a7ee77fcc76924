"""Who is on duty in the days around the demonstration, and who was called for what burns."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.sight import Viewer
from visits.sight.homes import landlords_run
from visits.works.calling import call_on_duty
from visits.works.duty import TurnSaid, note_turns

PHONES = {1: "06 39 98 40 01", 2: "06 39 98 40 02"}


def watch_some(session: Session, *, first: Viewer, second: Viewer, now: datetime) -> None:
    """Note days and nights of duty for this week and the next but its weekend: that is a hole."""
    (landlord,) = [one.id for one in landlords_run(session, first)][:1]
    # A turn begins at 8: before that it is still yesterday's.
    today = today_in_paris(now - timedelta(hours=8))
    for ahead in range(8):
        if ahead > 1 and (today + timedelta(days=ahead)).weekday() > 4:
            continue
        morning = midnight_in_paris(today + timedelta(days=ahead)) + timedelta(hours=8)
        next_morning = morning + timedelta(hours=24)
        for place, who in ((1, first), (2, second)):
            user, phone = who.user_id, PHONES[place]
            said = TurnSaid(landlord, user, place, phone, starts_at=morning, ends_at=next_morning)
            note_turns(session, said, viewer=first, now=now)
    call_on_duty(session, now=now)
