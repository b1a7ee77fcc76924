"""A month and six months after the works: does she use it, does it hold, what else is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.adaptations.moving import put, read_just_now, words_of_move
from visits.adaptations.to_do import asked_from
from visits.cases.cases import home_of
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.adaptations import (
    AdaptationFile,
    AdaptationFollowUp,
    AdaptationMove,
    Holds,
    Step,
    Used,
)
from visits.sight import Viewer

NEEDED_LENGTH = 500
LEADS_TO: Mapping[Step, Step] = {
    Step.FIRST_FOLLOW_UP: Step.LAST_FOLLOW_UP,
    Step.LAST_FOLLOW_UP: Step.ACCOUNTS,
}


@dataclass(frozen=True)
class FollowUpSaid:
    """What came of a follow-up as it was typed; `said` is in the tenant's words."""

    used: str
    holds: str
    needed: str = ""
    said: str = ""


def note_follow_up(
    session: Session,
    file: AdaptationFile,
    said: FollowUpSaid,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> AdaptationFollowUp:
    """Note what came of the follow-up where a file stands, and bring it on; `turn` is that read.

    Raises Conflict when it waits for none, its time is still to come, or somebody moved it
    meanwhile; Invalid field by field: where nothing is known, the words say why.
    """
    read_just_now(file, turn)
    if file.step not in LEADS_TO:
        raise Conflict("adaptation_not_to_follow_up")
    if too_early_until(session, file, today=today_in_paris(now)) is not None:
        raise Conflict("follow_up_too_early")
    fields = _wrong(said)
    if fields:
        raise Invalid(fields)
    move = put(session, file, LEADS_TO[file.step], said=said.said, viewer=viewer, now=now)
    noted = AdaptationFollowUp(
        move_id=move.id,
        used=Used(said.used),
        holds=Holds(said.holds),
        needed=said.needed.strip() or None,
    )
    session.add(noted)
    session.flush()
    return noted


def too_early_until(session: Session, file: AdaptationFile, *, today: date) -> date | None:
    """Give from when on the follow-up may be noted where a file stands, None where it may be now.

    Whoever died, or lives there no more, is asked nothing: that is noted at once.
    """
    if file.step not in LEADS_TO or file.due_on is None:
        return None
    first = asked_from(session, file.due_on, today=today)
    lives_there = not file.person.died_on and home_of(session, file.person) == file.dwelling_id
    return first if today < first and lives_there else None


def _wrong(said: FollowUpSaid) -> dict[str, str]:
    """Say by field what is wrong with what came of a follow-up."""
    fields = {}
    for name, typed, choices in (
        ("used", said.used, tuple(Used)),
        ("holds", said.holds, tuple(Holds)),
    ):
        if typed not in choices:
            fields[name] = "bad_choice" if typed else "required"
    if len(said.needed.strip()) > NEEDED_LENGTH:
        fields["needed"] = "too_long"
    nothing_known = said.used == Used.NOT_KNOWN and said.holds == Holds.NOT_KNOWN
    return fields | words_of_move(said.said, needed=nothing_known)


def follow_ups_of(session: Session, file: AdaptationFile) -> Sequence[AdaptationFollowUp]:
    """List what came of the follow-ups of a file, taken back or not, the latest first."""
    noted = (
        select(AdaptationFollowUp)
        .join(AdaptationFollowUp.move)
        .where(AdaptationMove.file_id == file.id)
        .options(contains_eager(AdaptationFollowUp.move).joinedload(AdaptationMove.by))
        .order_by(AdaptationMove.at.desc(), AdaptationMove.id.desc())
    )
    return session.scalars(noted).all()
