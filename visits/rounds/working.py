"""A proposal worked out: taken up, read, checked, kept whole or not at all."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from visits.agenda.diary import read_diary
from visits.agenda.slot_check import Slot, check_slot
from visits.cases.cases import find_case
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import Invalid, NotFound
from visits.models.rounds import LeftWhy, ProposalState, RoundLeftOut, RoundProposal, RoundStop
from visits.rounds.building import build
from visits.rounds.candidates import Candidate, find_candidates, find_movable
from visits.rounds.days import SOONEST, visitor_days
from visits.rounds.problem import Problem, Roads
from visits.rounds.proposals import move
from visits.rounds.reading import DayDriven, Proposed, days_of, stops_of, why_left
from visits.rounds.scope import asker, scope_of
from visits.rounds.wishing import as_wished, not_agreed_upon
from visits.sight import Viewer

# A worker that was not heard of for so long is gone, and its proposal with it.
SILENT = timedelta(seconds=90)
GONE, NOT_ALLOWED = "worker_gone", "asker_gone"
# What a check of the agenda refuses, as it is told of a visit left out.
CHECKED = {
    "home_visited_then": LeftWhy.HOME_TAKEN,
    "paused_then": LeftWhy.NO_DAY,
    "visitor_absent_then": LeftWhy.NO_DAY,
    "visitor_full_then": LeftWhy.FULL,
    "visitor_not_named": LeftWhy.NOBODY_NAMED,
    "visitor_without_mandate": LeftWhy.NOBODY_MAY_GO,
}


Refusal = tuple[Candidate, LeftWhy]


@dataclass(frozen=True)
class Gathered:
    """What a proposal is worked out of.

    `by` is who told travel times, `left` are the visits that nobody can be sent to.
    """

    viewer: Viewer
    problem: Problem
    by: str
    left: Sequence[tuple[uuid.UUID, LeftWhy]]


@dataclass(frozen=True)
class Found:
    """What came of it: stops, days, who is left out, and where travel times are from."""

    stops: Sequence[Proposed]
    days: Sequence[DayDriven]
    left: Sequence[tuple[uuid.UUID, LeftWhy]]
    travel: Mapping[str, Any]


def take_up(session: Session, *, now: datetime) -> uuid.UUID | None:
    """Take up the proposal that was asked for first; those whose worker is gone have failed."""
    silent = select(RoundProposal).where(
        RoundProposal.state == ProposalState.RUNNING, RoundProposal.beat_at < now - SILENT
    )
    for gone in session.scalars(silent.order_by(RoundProposal.id)).all():
        fail(gone, GONE, now=now)
    asked = select(RoundProposal.id).where(RoundProposal.state == ProposalState.ASKED)
    first = session.scalars(asked.order_by(RoundProposal.asked_at, RoundProposal.id).limit(1))
    proposal_id = first.first()
    if proposal_id is None:
        return None
    taken = session.execute(
        update(RoundProposal)
        .where(RoundProposal.id == proposal_id, RoundProposal.state == ProposalState.ASKED)
        .values(state=ProposalState.RUNNING, beat_at=now, stage="reading")
    )
    return proposal_id if taken.rowcount else None  # type: ignore[attr-defined]


def waits(session: Session, *, now: datetime) -> bool:
    """Tell whether there is a proposal to take up, or one whose worker is gone."""
    asked = RoundProposal.state == ProposalState.ASKED
    gone = (RoundProposal.state == ProposalState.RUNNING) & (RoundProposal.beat_at < now - SILENT)
    return (
        session.scalars(select(RoundProposal.id).where(asked | gone).limit(1)).first() is not None
    )


def beat(session: Session, proposal_id: uuid.UUID, stage: str, *, now: datetime) -> bool:
    """Tell how far the work is; gives False when it was stopped meanwhile."""
    still = session.execute(
        update(RoundProposal)
        .where(RoundProposal.id == proposal_id, RoundProposal.state == ProposalState.RUNNING)
        .values(beat_at=now, stage=stage)
    )
    return bool(still.rowcount)  # type: ignore[attr-defined]


def is_wanted(session: Session, proposal_id: uuid.UUID) -> bool:
    """Tell whether a proposal is still being worked out."""
    state = select(RoundProposal.state).where(RoundProposal.id == proposal_id)
    return session.scalar(state) is ProposalState.RUNNING


def gather(
    session: Session, proposal_id: uuid.UUID, *, roads: Roads, now: datetime
) -> Gathered | None:
    """Read what a proposal is worked out of; None when its asker plans no more."""
    proposal = session.get_one(RoundProposal, proposal_id)
    viewer, scope, today = (
        asker(session, proposal, now=now),
        scope_of(proposal),
        today_in_paris(now),
    )
    if viewer is None:
        return None
    candidates = find_candidates(session, scope, viewer=viewer, today=today)
    movable = find_movable(session, scope, viewer=viewer, now=now) if scope.moves_planned else []
    movable = not_agreed_upon(session, movable)
    diary = read_diary(
        session,
        scope.visitors,
        scope.first_on,
        scope.last_on,
        viewer=viewer,
        but=[one.visit_id for one in movable if one.visit_id],
    )
    candidates = as_wished(session, candidates, diary.terms)
    candidates = [one if one.left or one.days else _left(one, LeftWhy.NO_DAY) for one in candidates]
    days = list(visitor_days(diary, scope, now=now))
    if not days:
        candidates = [one if one.left else _left(one, LeftWhy.NO_DAY) for one in candidates]
    problem = build(
        [*movable, *(one for one in candidates if one.left is None)],
        days,
        origin=midnight_in_paris(scope.first_on),
        soonest=now + SOONEST,
        roads=roads,
    )
    left = [(one.case_id, one.left) for one in candidates if one.left]
    return Gathered(viewer, problem, roads.by, left)


def _left(one: Candidate, why: LeftWhy) -> Candidate:
    return replace(one, left=why)


def check_stops(
    session: Session,
    stops: Iterable[Proposed],
    gathered: Gathered,
    *,
    of: Sequence[Proposed],
    now: datetime,
) -> Iterator[Refusal]:
    """Ask of some stops what planning them by hand would ask; gives those refused, with why.

    `of` are all stops: visits that leave their hour let others have it, and no two are in one home.
    """
    moving = tuple(one.candidate.visit_id for one in of if one.candidate.visit_id)
    doubled = in_one_home(of)
    for stop in stops:
        if stop.candidate.case_id in doubled:
            yield stop.candidate, LeftWhy.HOME_TAKEN
            continue
        slot = Slot(stop.visitor_id, stop.start_at, stop.end_at, moving, stop.second_id)
        try:
            case = find_case(session, gathered.viewer, stop.candidate.case_id)
            check_slot(session, case, slot, viewer=gathered.viewer, insist="", now=now)
        except Invalid as refused:
            code = refused.fields.get("insist") or next(iter(refused.fields.values()))
            yield stop.candidate, CHECKED.get(code, LeftWhy.CHANGED)
        except NotFound:
            yield stop.candidate, LeftWhy.CHANGED


def in_one_home(stops: Sequence[Proposed]) -> set[uuid.UUID]:
    """Name the cases whose visit would be in a home while another visit proposed is there."""
    there: dict[uuid.UUID, list[Proposed]] = {}
    found = set()
    for stop in sorted(stops, key=lambda one: (one.start_at, one.candidate.case_id)):
        home = stop.candidate.dwelling_id
        if home is None:
            continue
        others = there.setdefault(home, [])
        if any(one.end_at > stop.start_at for one in others):
            found.add(stop.candidate.case_id)
        else:
            others.append(stop)
    return found


def found_of(gathered: Gathered, solution: Mapping[str, Any], refused: Sequence[Refusal]) -> Found:
    """Put together what came of a solution; a visit that keeps its hour is no stop."""
    problem = gathered.problem
    out = {one.case_id for one, _why in refused}
    left = [*why_left(problem, solution), *refused]
    count = len(problem.table.seconds)
    return Found(
        [
            one
            for one in stops_of(problem, solution)
            if one.candidate.case_id not in out and one.candidate.was_at != one.start_at
        ],
        days_of(problem, solution, but=out),
        [*gathered.left, *((one.case_id, why) for one, why in left if one.visit_id is None)],
        {"by": gathered.by, "missing": problem.table.missing, "asked": count * (count - 1)},
    )


def keep(session: Session, proposal_id: uuid.UUID, found: Found, *, now: datetime) -> bool:
    """Keep what was found, all of it; nothing when the proposal was stopped meanwhile."""
    proposal = session.get_one(RoundProposal, proposal_id, with_for_update=True)
    if proposal.state is not ProposalState.RUNNING:
        return False
    session.add_all(_row(proposal_id, one) for one in found.stops)
    session.add_all(
        RoundLeftOut(proposal_id=proposal_id, case_id=case_id, why=why)
        for case_id, why in found.left
    )
    proposal.days = [
        asdict(one) | {"visitor_id": str(one.visitor_id), "day": one.day.isoformat()}
        for one in found.days
    ]
    proposal.travel = dict(found.travel)
    proposal.ended_at, proposal.stage = now, None
    move(proposal, ProposalState.PROPOSED)
    return True


def _row(proposal_id: uuid.UUID, one: Proposed) -> RoundStop:
    return RoundStop(
        proposal_id=proposal_id,
        visitor_id=one.visitor_id,
        case_id=one.candidate.case_id,
        task_id=one.candidate.task_id,
        kind=one.candidate.kind,
        start_at=one.start_at,
        end_at=one.end_at,
        drive=one.drive,
        metres=one.metres,
        second_visitor_id=one.second_id,
        second_drive=one.second.drive if one.second else None,
        second_metres=one.second.metres if one.second else None,
        moves=one.candidate.visit_id is not None,
        visit_id=one.candidate.visit_id,
        start_was=one.candidate.was_at,
    )


def give_up(session: Session, proposal_id: uuid.UUID, why: str, *, now: datetime) -> None:
    """Note that a proposal failed, unless it was stopped first."""
    proposal = session.get_one(RoundProposal, proposal_id, with_for_update=True)
    if proposal.state is ProposalState.RUNNING:
        fail(proposal, why, now=now)


def fail(proposal: RoundProposal, why: str, *, now: datetime) -> None:
    """Let a proposal fail, saying why."""
    move(proposal, ProposalState.FAILED)
    proposal.why, proposal.ended_at, proposal.stage = why, now, None
