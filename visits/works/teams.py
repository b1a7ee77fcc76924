"""Teams of a landlord's own technicians: added, changed, closed when no more used, opened again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from diagnostics.codes import TRADES
from visits.ground.db import new_id, take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.folding import fold
from visits.models.accounts import User
from visits.models.teams import Team
from visits.sight import Viewer
from visits.sight.homes import landlords_run
from visits.works.assigning import technicians_of

NAME_LENGTH = 60


@dataclass(frozen=True)
class TeamSaid:
    """A team as it was typed; the landlord of one that is there stays, whatever is said."""

    name: str
    members: frozenset[uuid.UUID]
    trades: frozenset[str] = frozenset()
    landlord_id: uuid.UUID | None = None


def list_teams(session: Session, viewer: Viewer) -> Sequence[Team]:
    """List by name the teams of the landlords whose stock a viewer runs, closed ones too."""
    landlords = [one.id for one in landlords_run(session, viewer)]
    statement = (
        select(Team)
        .where(Team.landlord_id.in_(landlords))
        .options(selectinload(Team.members), joinedload(Team.landlord), joinedload(Team.closed_by))
        .order_by(Team.name_key, Team.id)
    )
    return session.scalars(statement).all()


def add_team(session: Session, said: TeamSaid, *, viewer: Viewer, now: datetime) -> Team:
    """Add a team of technicians of a landlord whose stock a viewer runs.

    Raises Invalid, field by field, also where one of its teams has that name, closed or not.
    """
    if said.landlord_id not in {one.id for one in landlords_run(session, viewer)}:
        raise Invalid({"landlord": "bad_choice" if said.landlord_id else "required"})
    team = Team(
        id=new_id(),
        landlord_id=said.landlord_id,
        turn=0,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    _put(session, team, said, before=())
    session.add(team)
    session.flush()
    return team


def change_team(
    session: Session,
    team_id: uuid.UUID,
    said: TeamSaid,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> Team:
    """Change what a team is called, who is in it, and for which trades it is.

    `turn` is how often it was changed when it was read. Raises Invalid, field by field, NotFound,
    Conflict for one that is closed, or that somebody changed since.
    """
    team = find_team(session, team_id, viewer=viewer, to_change=True)
    if team.turn != turn:
        raise Conflict("team_changed_meanwhile")
    if not team.is_open:
        raise Conflict("team_closed")
    with session.no_autoflush:
        _put(session, team, said, before=team.members)
    team.changed_at, team.changed_by_id = now, viewer.user_id
    team.turn += 1
    session.flush()
    return team


def close_team(session: Session, team_id: uuid.UUID, *, viewer: Viewer, now: datetime) -> Team:
    """Let a team be given nothing any more: what it had to do is everybody's.

    Raises NotFound, Conflict for one that is closed already.
    """
    team = find_team(session, team_id, viewer=viewer, to_change=True)
    if not team.is_open:
        raise Conflict("team_closed")
    team.closed_at, team.closed_by_id = now, viewer.user_id
    return team


def reopen_team(session: Session, team_id: uuid.UUID, *, viewer: Viewer) -> Team:
    """Let a closed team work again, with whom and what it had.

    Raises NotFound, Conflict for one that is not closed.
    """
    team = find_team(session, team_id, viewer=viewer, to_change=True)
    if team.is_open:
        raise Conflict("team_not_closed")
    team.closed_at = team.closed_by_id = None
    return team


def find_team(
    session: Session, team_id: uuid.UUID, *, viewer: Viewer, to_change: bool = False
) -> Team:
    """Find a team of a landlord whose stock a viewer runs, else raise NotFound.

    `to_change` waits until nobody else is changing it.
    """
    statement = select(Team).where(Team.id == team_id)
    if to_change:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    team = session.scalars(statement).one_or_none()
    if team is None or team.landlord_id not in {one.id for one in landlords_run(session, viewer)}:
        raise NotFound("team_not_found")
    return team


def _put(session: Session, team: Team, said: TeamSaid, *, before: Sequence[User]) -> None:
    """Write on a team what was said of it; who is in it already may stay, though not at work."""
    known = {one.id: one for one in (*technicians_of(session, [team.landlord_id]), *before)}
    name = " ".join(said.name.split())
    faults = {
        "name": _name_fault(session, team, name),
        "members": _members_fault(said, known),
        "trades": "bad_choice" if said.trades - set(TRADES) else "",
    }
    if fields := {field: code for field, code in faults.items() if code}:
        raise Invalid(fields)
    team.name, team.name_key = name, fold(name)
    team.trades = [one for one in TRADES if one in said.trades]
    team.members = [known[one] for one in sorted(said.members)]


def _name_fault(session: Session, team: Team, name: str) -> str:
    if not name:
        return "required"
    if len(name) > NAME_LENGTH:
        return "team_name_too_long"
    if not fold(name):
        return "team_name_says_nothing"
    take_turn(session, f"teams {team.landlord_id}")
    others = select(Team.id).where(
        Team.landlord_id == team.landlord_id, Team.name_key == fold(name), Team.id != team.id
    )
    return "team_name_taken" if session.scalar(others.exists().select()) else ""


def _members_fault(said: TeamSaid, known: dict[uuid.UUID, User]) -> str:
    if not said.members:
        return "team_of_nobody"
    return "team_member_elsewhere" if said.members - set(known) else ""
