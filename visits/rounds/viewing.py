"""A proposal as it is read: its days with their stops, its sums, and who was left out."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.agenda.calendar import Entry, read_agenda
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.portfolio import Dwelling
from visits.models.rounds import LeftWhy, RoundLeftOut, RoundProposal, RoundStop, StopState
from visits.sight import Viewer, visible_cases
from visits.sight.listing import Listed, Wanted


@dataclass(frozen=True)
class Sums:
    """Visits, seconds and metres of driving, before and after."""

    visits_before: int = 0
    visits: int = 0
    drive_before: int = 0
    drive: int = 0
    metres_before: int = 0
    metres: int = 0


@dataclass(frozen=True)
class ShownDay:
    """A visitor's day of a proposal: what is proposed and what is planned anyway, in order."""

    visitor: User
    day: date
    sums: Sums
    stops: list[RoundStop] = field(default_factory=list)
    planned: list[Entry] = field(default_factory=list)

    @property
    def in_order(self) -> list[tuple[datetime, RoundStop | None, Entry | None]]:
        """Give its stops and what is planned anyway, as they follow."""
        stops = [(one.start_at, one, None) for one in self.stops]
        planned = [(one.start_at, None, one) for one in self.planned]
        return sorted([*stops, *planned], key=lambda each: each[0])

    @property
    def waits(self) -> bool:
        """Tell whether something of it may still be accepted."""
        return any(one.state is StopState.PROPOSED for one in self.stops)


def sums_of(session: Session, proposal: RoundProposal, viewer: Viewer) -> Sums:
    """Sum up all days of a proposal, as far as the viewer sees; where two go it is one visit."""
    for_two = _seen(proposal, viewer).where(RoundStop.second_visitor_id.is_not(None))
    twice = session.scalar(select(func.count()).select_from(for_two.subquery())) or 0
    sums = _sum(_told(session, proposal, viewer))
    return replace(sums, visits=sums.visits - twice)


def _sum(days: Sequence[Mapping[str, Any]]) -> Sums:
    names = ("visits_before", "visits", "drive_before", "drive", "metres_before", "metres")
    return Sums(**{name: sum(one[name] for one in days) for name in names})


def count_waited(session: Session, proposal: RoundProposal, viewer: Viewer) -> int:
    """Count the visits that a proposal was asked of, without persons hidden since."""
    hidden = sum(not one.moves for one in _hidden(session, proposal, viewer))
    left = select(func.count()).where(RoundLeftOut.proposal_id == proposal.id)
    seen = len(_visible_left_out(session, proposal, viewer))
    return proposal.visits - hidden - ((session.scalar(left) or 0) - seen)


def _told(session: Session, proposal: RoundProposal, viewer: Viewer) -> list[dict[str, Any]]:
    """Give the sums of each day, kept as they were, less what persons hidden since added."""
    days = {(one["visitor_id"], one["day"]): dict(one) for one in proposal.days or []}
    for stop in _hidden(session, proposal, viewer):
        for visitor_id in stop.goers:
            drive, metres = stop.way_of(visitor_id)
            day = days[str(visitor_id), today_in_paris(stop.start_at).isoformat()]
            day["visits"] -= 1
            day["visits_before"] -= int(stop.moves)
            day["drive"] = max(0, day["drive"] - drive)
            day["metres"] = max(0, day["metres"] - metres)
    return list(days.values())


def _hidden(session: Session, proposal: RoundProposal, viewer: Viewer) -> Sequence[RoundStop]:
    seen = _seen(proposal, viewer).with_only_columns(RoundStop.id)
    hidden = select(RoundStop).where(
        RoundStop.proposal_id == proposal.id, RoundStop.id.not_in(seen)
    )
    return session.scalars(hidden.order_by(RoundStop.id)).all()


def weeks_of(proposal: RoundProposal) -> list[date]:
    """Give the Mondays of the weeks of a proposal in which there is something."""
    days = {date.fromisoformat(one["day"]) for one in proposal.days or []}
    return sorted({day - timedelta(days=day.weekday()) for day in days})


def shown_days(
    session: Session,
    proposal: RoundProposal,
    *,
    first: date,
    last: date,
    visitor_id: uuid.UUID | None,
    viewer: Viewer,
) -> list[ShownDay]:
    """Read some days of a proposal; of persons the viewer may not see any more there is nothing."""
    told = [
        one
        for one in _told(session, proposal, viewer)
        if first <= date.fromisoformat(one["day"]) <= last
        and visitor_id in (None, uuid.UUID(one["visitor_id"]))
    ]
    ids = {uuid.UUID(one["visitor_id"]) for one in told}
    named = select(User).where(User.id.in_(ids)).order_by(User.name, User.id)
    visitors = {one.id: one for one in session.scalars(named)}
    stops = visible_stops(session, proposal, viewer)
    agenda = read_agenda(session, list(visitors.values()), first, last, viewer=viewer)
    theirs: defaultdict[tuple[uuid.UUID, date], list[RoundStop]] = defaultdict(list)
    for stop in stops:
        for one_going in stop.goers:
            theirs[one_going, today_in_paris(stop.start_at)].append(stop)
    ours = {one.visit_id for one in stops if one.visit_id}
    found = []
    for one in told:
        key = uuid.UUID(one["visitor_id"]), date.fromisoformat(one["day"])
        planned = [each for each in agenda[key].entries if each.visit_id not in ours]
        found.append(ShownDay(visitors[key[0]], key[1], _sum([one]), theirs[key], planned))
    order = list(visitors)
    return sorted(found, key=lambda day: (day.day, order.index(day.visitor.id)))


def visible_stops(session: Session, proposal: RoundProposal, viewer: Viewer) -> Sequence[RoundStop]:
    """Read the stops of a proposal in order, with whom and where, as far as the viewer sees."""
    rows = (
        _seen(proposal, viewer)
        .options(
            contains_eager(RoundStop.case).contains_eager(Case.person),
            contains_eager(RoundStop.case).joinedload(Case.dwelling).joinedload(Dwelling.residence),
            joinedload(RoundStop.visitor),
            joinedload(RoundStop.second_visitor),
            joinedload(RoundStop.visit),
        )
        .order_by(RoundStop.start_at, RoundStop.id)
    )
    return session.scalars(rows).all()


def _seen(proposal: RoundProposal, viewer: Viewer) -> Select[RoundStop]:
    return (
        select(RoundStop)
        .join(RoundStop.case)
        .join(Case.person)
        .where(RoundStop.proposal_id == proposal.id, visible_cases(viewer))
    )


def list_left_out(
    session: Session, proposal: RoundProposal, viewer: Viewer, *, why: str, wanted: Wanted
) -> Listed[RoundLeftOut]:
    """List who was left out, by name or by why: the reason is sealed, so each is read."""
    rows = _visible_left_out(session, proposal, viewer)
    found = [one for one in rows if not why or one.why == why]
    by_why = wanted.sort == "why"

    def order(one: RoundLeftOut) -> tuple[str, str, uuid.UUID]:
        person = one.case.person
        return (one.why if by_why else "", f"{person.last_name} {person.first_name}", one.id)

    found.sort(key=order, reverse=wanted.descending)
    wanted = wanted.within(len(found))
    return Listed(found[wanted.offset : wanted.offset + wanted.size], len(found), wanted)


def count_left_out(session: Session, proposal: RoundProposal, viewer: Viewer) -> dict[LeftWhy, int]:
    """Count who was left out by why, as far as the viewer sees."""
    rows = [one.why for one in _visible_left_out(session, proposal, viewer)]
    return {why: rows.count(why) for why in LeftWhy if why in rows}


def _visible_left_out(
    session: Session, proposal: RoundProposal, viewer: Viewer
) -> Collection[RoundLeftOut]:
    rows = (
        select(RoundLeftOut)
        .join(RoundLeftOut.case)
        .join(Case.person)
        .where(RoundLeftOut.proposal_id == proposal.id, visible_cases(viewer))
        .options(
            contains_eager(RoundLeftOut.case).contains_eager(Case.person),
            contains_eager(RoundLeftOut.case)
            .joinedload(Case.dwelling)
            .joinedload(Dwelling.residence),
        )
        .order_by(RoundLeftOut.id)
    )
    return session.scalars(rows).all()
