"""Let an adaptation be paid for, as tests need it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from visits.adaptations.following_up import LEADS_TO, FollowUpSaid, note_follow_up
from visits.adaptations.funding import FundingSaid, QuoteSaid, add_quote, note_funding, plan_of
from visits.adaptations.moving import Agreed
from visits.models.adaptations import AdaptationFile
from visits.sight import Viewer

COST = 480_000
# Why nobody goes to look, of files that are brought to their quotes at once.
NO_VISIT = "Les cotes sont connues : personne n’a besoin de passer."
# Who did works that no order of ours did.
BY_HERSELF = "Sa fille les a fait faire."


def agreed(now: datetime) -> Agreed:
    """Let the tenant agree on the phone, today."""
    return Agreed("phone", now.date())


def fund(session: Session, file: AdaptationFile, *, viewer: Viewer, now: datetime) -> None:
    """Let the landlord pay for all of it."""
    day = now.date()
    add_quote(session, file, QuoteSaid("Rénov’Oise", COST, day, True), viewer=viewer, now=now)
    said = FundingSaid("landlord", "asked", COST, day)
    note_funding(session, file, said, viewer=viewer, now=now)


def pay(session: Session, file: AdaptationFile, *, viewer: Viewer, now: datetime) -> None:
    """Let each payer grant and pay what it was asked."""
    for line in plan_of(session, file).lines:
        for stage in ("granted", "paid"):
            said = FundingSaid(line.payer, stage, line.planned_cents, now.date(), "F-1")
            note_funding(session, file, said, viewer=viewer, now=now)


def due_day(file: AdaptationFile, now: datetime) -> datetime:
    """Let the day come on which the step of a file is due, unless it is past."""
    assert file.due_on is not None
    return now + timedelta(days=max(0, (file.due_on - now.date()).days))


def follow_up(
    session: Session, file: AdaptationFile, *, times: int = 2, viewer: Viewer, now: datetime
) -> datetime:
    """Ask after what was fitted, so many times, each on its day; gives the last: it holds."""
    for _ in range(times):
        assert file.step in LEADS_TO
        now = due_day(file, now)
        said = FollowUpSaid("yes", "yes", said="S’en sert chaque jour.")
        note_follow_up(session, file, said, turn=file.turn, viewer=viewer, now=now)
    return now
