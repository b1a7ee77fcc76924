"""Doors that stayed shut, and visits that ended early: what happened, and where it leads."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from visits.calls.contacts import NOTE_LENGTH, keep_refusal
from visits.calls.ladder import climb
from visits.calls.taking_back import ENDING, GRAVE, REFUSALS, note_grave
from visits.cases.appointments import move_visit
from visits.cases.coming import make_for
from visits.cases.interpreters import note_interpreter
from visits.cases.stages import after_shut_door
from visits.cases.tasks import let_go
from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid
from visits.mapping.points import refresh_map
from visits.messages.making import overtake, tell_of_shut_door
from visits.models.calls import Channel, ContactAttempt, Disposition, RefusalReason
from visits.models.cases import Case, CaseState
from visits.models.people import AccessKind
from visits.models.visits import LIVE, Visit, VisitState
from visits.sight import Viewer
from visits.sight.access_log import log_access

# What an outcome makes of the case. Nobody home is called again until the ladder is climbed.
NEXT_STATE = {
    Disposition.NO_ANSWER: CaseState.CALL_BACK,
    Disposition.REFUSED: CaseState.REFUSED,
    Disposition.REFUSED_BY_FAMILY: CaseState.REFUSED,
    Disposition.THIRD_PARTY: CaseState.CALL_BACK,
    Disposition.LANGUAGE: CaseState.CALL_BACK,
    Disposition.IN_HOSPITAL: CaseState.CALL_BACK,
    Disposition.WRONG_ADDRESS: CaseState.CALL_BACK,
    Disposition.UNSAFE: CaseState.CALL_BACK,
    Disposition.BROKEN_OFF: CaseState.CALL_BACK,
}
OUTCOMES = (*NEXT_STATE, *ENDING)
LEFT_BEHIND = ("card", "note", "leaflet")
# As long as the tablet's field: a report refused on arrival cannot be mended at the door.
TOLD_LENGTH = 2000
NOT_SAID = {Disposition.REFUSED_BY_FAMILY: RefusalReason.FAMILY_DECIDES}


@dataclass(frozen=True)
class Knock:
    """What a visitor says of a door; `report_id` is the tablet's number of her report."""

    outcome: Disposition
    at: datetime
    reason: RefusalReason | None = None
    left_behind: tuple[str, ...] = ()
    note: str = ""
    report_id: uuid.UUID | None = None


def report_shut_door(
    session: Session, visit: Visit, knock: Knock, *, viewer: Viewer, now: datetime
) -> ContactAttempt:
    """Keep what happened at the door, once, and close the visit; gives the attempt.

    A visit that was closed or given to somebody else meanwhile stays as it is. Raises Invalid for
    an outcome no door has, Conflict when this report's number is another one's.
    """
    _check(knock)
    if knock.report_id is not None:
        # A tablet that lost its answer sends again while the first try is still at work.
        take_turn(session, f"report {knock.report_id}")
        known = _known(session, visit, knock.report_id, viewer)
        if known is not None:
            return known
    attempt = _kept(session, visit, knock, viewer=viewer, now=now)
    if visit.state in LIVE and (knock.report_id is None or visit.visitor_id == viewer.user_id):
        move_visit(visit, VisitState.FAILED)
        let_go(session, visit)
        _tell(session, visit, knock, now)
        _lead_on(session, visit.case, attempt, viewer, now)
        make_for(session, [visit.case], now=now)
    elif knock.outcome is Disposition.DEAD and visit.case.person.died_on is None:
        note_grave(session, visit.case, attempt, now=now)
    refresh_map(session, [visit.case.dwelling_id])
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[visit.case.person_id],
        kind=AccessKind.WRITE,
        what="visit_failed",
        now=now,
    )
    return attempt


def _check(knock: Knock) -> None:
    fields = {}
    if knock.outcome not in OUTCOMES:
        fields["outcome"] = "bad_choice"
    if not set(knock.left_behind) <= set(LEFT_BEHIND):
        fields["left_behind"] = "bad_choice"
    if len(knock.note) > (NOTE_LENGTH if knock.report_id is None else TOLD_LENGTH):
        fields["note"] = "too_long"
    if fields:
        raise Invalid(fields)


def _known(
    session: Session, visit: Visit, report_id: uuid.UUID, viewer: Viewer
) -> ContactAttempt | None:
    statement = select(ContactAttempt).where(ContactAttempt.report_id == report_id)
    known = session.scalars(statement).one_or_none()
    if known is not None and (known.visit_id, known.caller_id) != (visit.id, viewer.user_id):
        raise Conflict("different_report")
    return known


def _kept(
    session: Session, visit: Visit, knock: Knock, *, viewer: Viewer, now: datetime
) -> ContactAttempt:
    reason = None
    if knock.outcome in REFUSALS:
        reason = knock.reason or NOT_SAID.get(knock.outcome, RefusalReason.NOT_SAID)
    attempt = ContactAttempt(
        case_id=visit.case_id,
        at=knock.at,
        channel=Channel.DOOR,
        disposition=knock.outcome,
        reason=reason,
        note=knock.note.strip() or None,
        caller_id=viewer.user_id,
        visit_id=visit.id,
        report_id=knock.report_id,
        left_behind=[one for one in LEFT_BEHIND if one in knock.left_behind],
        received_at=now,
    )
    session.add(attempt)
    session.flush()
    return attempt


def _tell(session: Session, visit: Visit, knock: Knock, now: datetime) -> None:
    """Let her be written to where nobody answered; a card left at the door says it already."""
    if knock.outcome is Disposition.NO_ANSWER and "card" not in knock.left_behind:
        tell_of_shut_door(session, visit, now=now)
    else:
        overtake(session, visit, now=now)


def _lead_on(
    session: Session, case: Case, attempt: ContactAttempt, viewer: Viewer, now: datetime
) -> None:
    if attempt.disposition in GRAVE:
        note_grave(session, case, attempt, now=now)
    case.call_back_at = None
    if attempt.disposition in ENDING:
        return
    after_shut_door(session, case, NEXT_STATE[attempt.disposition])
    if attempt.disposition is Disposition.LANGUAGE:
        note_interpreter(session, case, attempt.note or "", attempt=attempt, viewer=viewer, now=now)
    if attempt.reason is not None:
        keep_refusal(session, case, attempt.reason, now=now)
    elif attempt.disposition is Disposition.NO_ANSWER and climb(session, case, now=now):
        after_shut_door(session, case, CaseState.UNREACHABLE)


def number_of(session: Session, attempt: ContactAttempt) -> int:
    """Tell which try at this person's door an attempt was, from 1."""
    earlier = select(func.count()).where(
        ContactAttempt.case_id == attempt.case_id,
        ContactAttempt.channel == Channel.DOOR,
        or_(
            ContactAttempt.at < attempt.at,
            and_(ContactAttempt.at == attempt.at, ContactAttempt.id < attempt.id),
        ),
    )
    return 1 + (session.scalar(earlier) or 0)


def ladder_of(attempts: Sequence[ContactAttempt]) -> dict[uuid.UUID, int]:
    """Number the tries at a door among a case's attempts, from 1."""
    doors = [one for one in attempts if one.channel is Channel.DOOR]
    doors.sort(key=lambda one: (one.at, one.id))
    return {one.id: number for number, one in enumerate(doors, start=1)}


def tries_at_doors(session: Session, visits: Sequence[Visit]) -> dict[uuid.UUID, int]:
    """Tell for each visit which try at the person's door it is, from 1."""
    statement = select(ContactAttempt.case_id, ContactAttempt.visit_id, ContactAttempt.at).where(
        ContactAttempt.case_id.in_([visit.case_id for visit in visits]),
        ContactAttempt.channel == Channel.DOOR,
    )
    knocks = session.execute(statement).all()
    return {
        visit.id: 1
        + sum(
            case_id == visit.case_id and visit_id != visit.id and at < _ended(visit)
            for case_id, visit_id, at in knocks
        )
        for visit in visits
    }


def _ended(visit: Visit) -> datetime:
    """Give the moment after which a knock belongs to a later try."""
    over = visit.state not in LIVE
    return visit.done_at or (visit.planned_end_at if over else datetime.max.replace(tzinfo=UTC))
