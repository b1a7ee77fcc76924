"""What is made of a proposal: accepted whole or in part, some stops at a time; taken back."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.agenda.planning import cancel_visit, changed, find_visit, plan_visit, put
from visits.agenda.slot_check import WHY_LENGTH, Slot, check_slot, slot_of
from visits.agenda.visit_wishes import standing_visit_wishes
from visits.agenda.visitors import visitors_kept
from visits.cases.cases import find_case
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound, Refused
from visits.models.accounts import User
from visits.models.rounds import (
    KEPT,
    OPEN,
    ProposalState,
    RoundProposal,
    RoundStop,
    StopState,
)
from visits.models.visits import Visit
from visits.rounds.proposals import move
from visits.sight import Viewer


@dataclass(frozen=True)
class Part:
    """Which stops of a proposal: of a visitor, of a day, those named; all where nothing is said."""

    visitor_id: uuid.UUID | None = None
    day: date | None = None
    stops: Collection[uuid.UUID] | None = None

    def holds(self, stop: RoundStop) -> bool:
        """Tell whether a stop is of it."""
        return (
            self.visitor_id in (None, *stop.goers)
            and self.day in (None, today_in_paris(stop.start_at))
            and (self.stops is None or stop.id in self.stops)
        )


def to_accept(session: Session, proposal: RoundProposal, part: Part) -> list[list[uuid.UUID]]:
    """Name the stops of a part that wait, by visitor and day. Raises Conflict when none does.

    Each day is accepted in a transaction of its own: nobody else waits long for her turn to write.
    """
    if proposal.state not in OPEN:
        raise Conflict("rounds_moved_on")
    found = [one for one in _stops(session, proposal, StopState.PROPOSED) if part.holds(one)]
    if not found:
        raise Conflict("rounds_nothing_waits")
    return _by_day(found)


def accept(
    session: Session,
    proposal: RoundProposal,
    stops: Collection[uuid.UUID],
    *,
    viewer: Viewer,
    now: datetime,
) -> tuple[int, list[RoundStop]]:
    """Plan some stops of a day, each checked again; gives how many, and those that cannot be."""
    if proposal.state not in OPEN:
        raise Conflict("rounds_moved_on")
    waiting = [one for one in _stops(session, proposal, StopState.PROPOSED) if one.id in stops]
    moving = [one for one in waiting if one.moves]
    _shift(session, moving, back=False, viewer=viewer, now=now)
    for one in waiting:
        if not one.moves:
            _plan(session, one, viewer=viewer, now=now)
    refused = [one for one in waiting if one.state is not StopState.ACCEPTED]
    for stop in refused:
        stop.state = StopState.NOT_ANY_MORE
    session.flush()
    accepted = len(waiting) - len(refused)
    if accepted or proposal.state is ProposalState.ACCEPTED_IN_PART:
        move(proposal, ProposalState.ACCEPTED_IN_PART)
        if not _stops(session, proposal, StopState.PROPOSED):
            move(proposal, ProposalState.ACCEPTED)
    return accepted, refused


def _stops(session: Session, proposal: RoundProposal, state: StopState) -> Sequence[RoundStop]:
    found = select(RoundStop).where(RoundStop.proposal_id == proposal.id, RoundStop.state == state)
    return session.scalars(found.order_by(RoundStop.start_at, RoundStop.id)).all()


def _by_day(stops: Iterable[RoundStop]) -> list[list[uuid.UUID]]:
    days: dict[tuple[uuid.UUID, date], list[uuid.UUID]] = {}
    for one in stops:
        days.setdefault((one.visitor_id, today_in_paris(one.start_at)), []).append(one.id)
    return list(days.values())


def _plan(session: Session, stop: RoundStop, *, viewer: Viewer, now: datetime) -> None:
    """Plan one stop as by hand; what cannot be is noted on it."""
    try:
        with session.begin_nested():
            _refuse_whose_days_are_not_kept(session, stop, viewer)
            visit = plan_visit(
                session,
                find_case(session, viewer, stop.case_id, to_change=True),
                visitor_id=stop.visitor_id,
                start_at=stop.start_at,
                minutes=round((stop.end_at - stop.start_at).total_seconds() / 60),
                viewer=viewer,
                now=now,
                kind=stop.kind,
                tasks=[stop.task_id] if stop.task_id else None,
                attended_by=_who_must_be_there(session, stop),
                second_id=stop.second_visitor_id,
            )
    except (Conflict, Invalid, NotFound) as refused:
        stop.why = _code_of(refused)
        return
    stop.state, stop.why = StopState.ACCEPTED, None
    stop.visit_id, stop.turn = visit.id, visit.turn


def _who_must_be_there(session: Session, stop: RoundStop) -> str:
    noted = standing_visit_wishes(session, [stop.case_id]).get(stop.case_id)
    return str(noted.said["attended_by"]) if noted else ""


def _refuse_whose_days_are_not_kept(session: Session, stop: RoundStop, viewer: Viewer) -> None:
    kept = select(User.id).where(User.id.in_(stop.goers), visitors_kept(viewer))
    if set(session.scalars(kept)) != set(stop.goers):
        raise Invalid({"visitor_id": "unknown_visitor"})


def _shift(
    session: Session,
    stops: Sequence[RoundStop],
    *,
    back: bool,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Give planned visits their other hours all at once: one may begin where another was.

    One that cannot move keeps its hour, and so do those that wanted it.
    """
    moving: list[tuple[RoundStop, Visit, Slot]] = []
    for stop in stops:
        try:
            visit = _as_it_was(session, stop, back=back, viewer=viewer)
        except (Conflict, NotFound) as refused:
            stop.why = _code_of(refused)
            continue
        start_at = stop.start_was if back else stop.start_at
        assert start_at is not None
        moving.append((stop, visit, slot_of(visit, visit.visitor_id, start_at)))
    while refused_one := _first_refused(session, moving, viewer=viewer, now=now):
        moving.remove(refused_one)
    for stop, visit, slot in moving:
        put(session, visit, slot, now)
        changed(session, visit.case, viewer, "visit_moved", now)
        stop.state, stop.why = StopState.TAKEN_BACK if back else StopState.ACCEPTED, None
        stop.turn = visit.turn


def _as_it_was(session: Session, stop: RoundStop, *, back: bool, viewer: Viewer) -> Visit:
    """Find the visit of a stop. Raises Conflict when it is not as it was then."""
    assert stop.visit_id is not None
    visit = find_visit(session, viewer, stop.visit_id, to_change=True)
    if back:
        stands = visit.is_planned and visit.turn == stop.turn
    else:
        _refuse_whose_days_are_not_kept(session, stop, viewer)
        its = (visit.visitor_id, visit.planned_start_at)
        stands = visit.is_planned and its == (stop.visitor_id, stop.start_was)
    if not stands:
        raise Conflict("rounds_moved_meanwhile")
    return visit


def _first_refused(
    session: Session,
    moving: Sequence[tuple[RoundStop, Visit, Slot]],
    *,
    viewer: Viewer,
    now: datetime,
) -> tuple[RoundStop, Visit, Slot] | None:
    leave = tuple(visit.id for _stop, visit, _slot in moving)
    for stop, visit, slot in moving:
        try:
            check_slot(
                session, visit.case, replace(slot, but=leave), viewer=viewer, insist="", now=now
            )
        except Invalid as refused:
            stop.why = _code_of(refused)
            return stop, visit, slot
    return None


def _code_of(refused: Refused) -> str:
    if isinstance(refused, Invalid) and refused.fields:
        return refused.fields.get("insist") or next(iter(refused.fields.values()))
    return refused.code


def accepted_stops(session: Session, proposal: RoundProposal) -> list[list[uuid.UUID]]:
    """Name the stops that were accepted, by visitor and day. Raises Conflict when none was."""
    if proposal.state not in KEPT:
        raise Conflict("rounds_moved_on")
    return _by_day(_stops(session, proposal, StopState.ACCEPTED))


def take_back(
    session: Session,
    proposal: RoundProposal,
    stops: Collection[uuid.UUID],
    *,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> tuple[int, int]:
    """Call off accepted stops of a day, and put those that moved back; what changed since stays.

    Gives how many went back and how many stay. Raises Invalid when nobody says `why`.
    """
    if proposal.state not in KEPT:
        raise Conflict("rounds_moved_on")
    if not why.strip():
        raise Invalid({"why": "required"})
    if len(why.strip()) > WHY_LENGTH:
        raise Invalid({"why": "too_long"})
    kept = [one for one in _stops(session, proposal, StopState.ACCEPTED) if one.id in stops]
    for stop in kept:
        if not stop.moves:
            _call_off(session, stop, why=why.strip(), viewer=viewer, now=now)
    moved = [one for one in kept if one.moves]
    _shift(session, moved, back=True, viewer=viewer, now=now)
    stay = [one for one in kept if one.state is StopState.ACCEPTED]
    for stop in stay:
        stop.state = StopState.CHANGED_SINCE
    session.flush()
    if not _stops(session, proposal, StopState.ACCEPTED):
        move(proposal, ProposalState.TAKEN_BACK)
    return len(kept) - len(stay), len(stay)


def _call_off(
    session: Session, stop: RoundStop, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Call off the visit of a stop, if it stands as it was planned."""
    try:
        with session.begin_nested():
            visit = _as_it_was(session, stop, back=True, viewer=viewer)
            cancel_visit(session, visit, reason=why, viewer=viewer, now=now)
    except (Conflict, Invalid, NotFound) as refused:
        stop.why = _code_of(refused)
        return
    stop.state = StopState.TAKEN_BACK
