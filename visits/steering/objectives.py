"""What a programme set out to do, and how much of it is done."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import midnight_in_paris
from visits.models.admissions import Admission, AdmissionFact, FactKind
from visits.models.cases import Case
from visits.models.rents import RentNote
from visits.models.sessions import CollectiveSession, SessionState
from visits.models.stays import ExitTo, Stay
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.programmes import Programme
from visits.programmes.agreeing import RENT_WITHIN, WITH_PAPER
from visits.programmes.published import programme_in, versions_of
from visits.programmes.shape import Objective, RentRule
from visits.sight import Viewer, visible_cases
from visits.sight.places import seen_stays
from visits.sight.sessions import visible_sessions
from visits.steering.rates import Rate

# Where somebody goes who is housed for good.
HOUSED = (ExitTo.SLID, ExitTo.OWN_STOCK, ExitTo.OTHER_LANDLORD)


@dataclass(frozen=True)
class Asked:
    """What is counted: up to the day `by`, where one is said; who stays on the day it is."""

    today: date
    by: date | None = None
    paper: str | None = None
    rent: RentRule | None = None

    @property
    def on(self) -> date:
        """The day on which one looks who stays."""
        return min(self.by or self.today, self.today)


class Counted(NamedTuple):
    """How many there are, and of how many persons; None where no person is counted."""

    number: int
    persons: int | None


@dataclass(frozen=True)
class Reached:
    """How far an objective is: what its counter counts, of how many persons.

    `whole` is of how many it is a share; None for what is none.
    """

    objective: Objective
    count: int
    persons: int | None
    whole: int | None = None

    @property
    def rate(self) -> Rate:
        """Give the share that it is of its whole."""
        return Rate("OBJECTIVE", self.count, self.whole or 0)


def objectives_of(
    session: Session, programme: Programme, *, viewer: Viewer, today: date
) -> list[Reached]:
    """Count a programme's objectives over what the viewer may see, each up to its day.

    A case succeeded when it was closed with an outcome that its own version calls a success;
    somebody is rehoused whose stay ended in a home for good.
    """

    def count(one: Objective) -> Reached:
        asked = Asked(today, one.by, one.paper, programme.rent)
        counted = COUNT[one.counter](session, programme.code, asked, viewer)
        whole = WHOLE.get(one.counter)
        of = whole(session, programme.code, asked, viewer).number if whole else None
        return Reached(one, *counted, of)

    return [count(one) for one in programme.objectives]


def _opened(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    return _cases(session, code, viewer, *([Case.opened_at < _after(asked.by)] if asked.by else []))


def _succeeded(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    good = [
        and_(
            Case.programme_version_id == version.id,
            Case.outcome.in_([one.code for one in programme_in(version).outcomes if one.success]),
        )
        for version in versions_of(session, code)
    ]
    until = [Case.closed_on <= asked.by] if asked.by else []
    return _cases(session, code, viewer, Case.closed_on.is_not(None), or_(false(), *good), *until)


def _cases(session: Session, code: str, viewer: Viewer, *which: ColumnElement[bool]) -> Counted:
    counted = select(func.count(Case.id), func.count(Case.person_id.distinct()))
    seen = counted.join(Case.person).where(Case.programme == code, visible_cases(viewer), *which)
    return Counted(*session.execute(seen).one())


def _done(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    done_at = func.coalesce(Visit.done_at, Visit.planned_end_at)
    until = [done_at < _after(asked.by)] if asked.by else []
    counted = (
        select(func.count(Visit.id), func.count(Case.person_id.distinct()))
        .join(Visit.case)
        .join(Case.person)
        .where(Case.programme == code, visible_cases(viewer))
        .where(Visit.state == VisitState.DONE, AT_HOME, *until)
    )
    return Counted(*session.execute(counted).one())


def _visited(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    persons = _done(session, code, asked, viewer).persons or 0
    return Counted(persons, persons)


def _begun(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    return _of_stays(
        _stays(session, code, viewer, *([Stay.from_on <= asked.by] if asked.by else []))
    )


def _rehoused(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    until = [Stay.ended_on <= asked.by] if asked.by else []
    ended = _stays(session, code, viewer, Stay.ended_on.is_not(None), *until)
    return _of_stays(one for one in ended if one.exit_to in HOUSED)  # where to is encrypted


def _staying(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    return _of_stays(_stays(session, code, viewer, *_there(asked.on)))


def _with_paper(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    came = (
        select(Admission.stay_id, AdmissionFact.code)  # which paper it is, is encrypted
        .join(AdmissionFact, AdmissionFact.admission_id == Admission.id)
        .join(Stay, Stay.id == Admission.stay_id)
        .join(Case, Case.id == Admission.case_id)
        .where(Case.programme == code, AdmissionFact.kind == FactKind.DOCUMENT)
        .where(AdmissionFact.withdrawn_at.is_(None), *_there(asked.on))
    )
    has_it = {stay for stay, paper in session.execute(came) if paper == asked.paper}
    there = _stays(session, code, viewer, *_there(asked.on))
    return _of_stays(one for one in there if one.id in has_it)


def _rents_within(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    rule = asked.rent
    told = _rents(session, code, asked, viewer)
    return _of_persons(
        case.person_id for case, rent in told if rule and rent.within(rule.share_at_most)
    )


def _rents_told(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    return _of_persons(case.person_id for case, _rent in _rents(session, code, asked, viewer))


def _rents(
    session: Session, code: str, asked: Asked, viewer: Viewer
) -> Iterable[tuple[Case, RentNote]]:
    """Give what counts of what was told in each case up to a day: the latest."""
    told = (
        select(Case, RentNote)
        .join(RentNote, RentNote.case_id == Case.id)
        .join(Case.person)
        .where(Case.programme == code, visible_cases(viewer))
        .where(RentNote.withdrawn_at.is_(None), RentNote.told_on <= asked.on)
        .order_by(RentNote.told_on, RentNote.noted_at, RentNote.id)
    )
    return {case.id: (case, rent) for case, rent in session.execute(told)}.values()


def _there(on: date) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions on `Stay` for those that fill a day."""
    return Stay.from_on <= on, or_(Stay.ended_on.is_(None), Stay.ended_on > on)


def _stays(
    session: Session, code: str, viewer: Viewer, *which: ColumnElement[bool]
) -> Iterable[Stay]:
    hers = (Stay.withdrawn_at.is_(None), Stay.id.in_(seen_stays(viewer)), *which)
    found = select(Stay).join(Stay.case).where(Case.programme == code, *hers)
    return session.scalars(found.order_by(Stay.id))


def _of_stays(found: Iterable[Stay]) -> Counted:
    return _of_persons(one.person_id for one in found)


def _of_persons(found: Iterable[uuid.UUID]) -> Counted:
    persons = list(found)
    return Counted(len(persons), len(set(persons)))


def _held(session: Session, code: str, asked: Asked, viewer: Viewer) -> Counted:
    until = [CollectiveSession.starts_at < _after(asked.by)] if asked.by else []
    held = (CollectiveSession.programme == code, CollectiveSession.state == SessionState.HELD)
    counted = select(func.count(CollectiveSession.id)).where(
        *held, visible_sessions(viewer), *until
    )
    return Counted(session.scalar(counted) or 0, None)


def _after(day: date) -> datetime:
    """Give the first moment after a day in Paris."""
    return midnight_in_paris(day + timedelta(days=1))


Count = Callable[[Session, str, Asked, Viewer], Counted]
COUNT: Mapping[str, Count] = {
    "cases_opened": _opened,
    "persons_visited": _visited,
    "visits_done": _done,
    "cases_succeeded": _succeeded,
    "stays_begun": _begun,
    "rehoused": _rehoused,
    "sessions_held": _held,
    "staying": _staying,
    WITH_PAPER: _with_paper,
    RENT_WITHIN: _rents_within,
}
# Of which whole a counter is a share.
WHOLE: Mapping[str, Count] = {WITH_PAPER: _staying, RENT_WITHIN: _rents_told}
