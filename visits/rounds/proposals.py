"""Proposals: asked for, found by who asked, stopped; where each may go from where it stands."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.rounds import UNDER_WAY, ProposalState, RoundProposal
from visits.rounds.candidates import count_candidates
from visits.rounds.scope import (
    MOST_VISITOR_DAYS,
    MOST_VISITS,
    Scope,
    check_scope,
    count_visitor_days,
)
from visits.sight import Viewer
from visits.sight.listing import By, Listed, Wanted, page_of_found

_S = ProposalState
# From where a proposal may come to a state; it is moved by this room's verbs alone.
REACHED_FROM = {
    _S.RUNNING: (_S.ASKED,),
    _S.PROPOSED: (_S.RUNNING,),
    _S.FAILED: (_S.RUNNING,),
    _S.STOPPED: UNDER_WAY,
    _S.ACCEPTED_IN_PART: (_S.PROPOSED, _S.ACCEPTED_IN_PART),
    _S.ACCEPTED: (_S.PROPOSED, _S.ACCEPTED_IN_PART),
    _S.TAKEN_BACK: (_S.ACCEPTED_IN_PART, _S.ACCEPTED),
}
ORDER = {
    "asked": By(RoundProposal.asked_at, known=True),
    "first": By(RoundProposal.first_on, known=True),
}


def ask_for_rounds(
    session: Session, scope: Scope, *, viewer: Viewer, now: datetime
) -> RoundProposal:
    """Ask for rounds to be worked out; raises Invalid, Conflict while others of hers are."""
    check_scope(session, scope, viewer=viewer, now=now)
    visits = count_candidates(session, scope, viewer)
    days = count_visitor_days(session, scope)
    if not visits and not scope.moves_planned:
        raise Invalid({"first_on": "rounds_of_nothing"})
    if not days:
        raise Invalid({"first_on": "rounds_of_no_day"})
    if visits > MOST_VISITS or days > MOST_VISITOR_DAYS:
        raise Invalid({"weeks": "rounds_too_many"})
    under_way = select(RoundProposal.id).where(
        RoundProposal.asked_by_id == viewer.user_id, RoundProposal.state.in_(UNDER_WAY)
    )
    if session.scalars(under_way.limit(1)).first() is not None:
        raise Conflict("rounds_under_way")
    proposal = RoundProposal(
        asked_by_id=viewer.user_id,
        asked_at=now,
        reach=viewer.reach.value,
        landlord_id=viewer.landlord_id,
        first_on=scope.first_on,
        last_on=scope.last_on,
        programme=scope.programme or None,
        visitors=sorted(str(one) for one in scope.visitors),
        moves_planned=scope.moves_planned,
        same_visitor=scope.same_visitor,
        visits=visits,
        visitor_days=days,
        state=ProposalState.ASKED,
    )
    session.add(proposal)
    session.flush()
    return proposal


def find_proposal(
    session: Session, viewer: Viewer, proposal_id: uuid.UUID, *, to_change: bool = False
) -> RoundProposal:
    """Find a proposal that the viewer asked for, and nobody else. Raises NotFound."""
    statement = select(RoundProposal).where(
        RoundProposal.id == proposal_id, RoundProposal.asked_by_id == viewer.user_id
    )
    if to_change:
        statement = statement.with_for_update(of=RoundProposal, key_share=True)
    proposal = session.scalars(statement).one_or_none()
    if proposal is None:
        raise NotFound("rounds_not_found")
    return proposal


def list_proposals(
    session: Session, viewer: Viewer, *, state: str, wanted: Wanted
) -> Listed[RoundProposal]:
    """List the proposals a viewer asked for."""
    found = select(RoundProposal.id).where(RoundProposal.asked_by_id == viewer.user_id)
    if state in tuple(ProposalState):
        found = found.where(RoundProposal.state == ProposalState(state))
    tie = (RoundProposal.asked_at, RoundProposal.id)
    return page_of_found(session, found, select(RoundProposal), wanted=wanted, order=ORDER, tie=tie)


def move(proposal: RoundProposal, to: ProposalState) -> None:
    """Move a proposal to a state. Raises Conflict when it cannot come there."""
    if proposal.state not in REACHED_FROM[to]:
        raise Conflict("rounds_moved_on")
    proposal.state = to


def stop(session: Session, proposal: RoundProposal, *, now: datetime) -> None:
    """Stop a proposal that is being worked out; nothing of it is kept."""
    move(proposal, ProposalState.STOPPED)
    proposal.ended_at, proposal.stage = now, None
