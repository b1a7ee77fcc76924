"""What a visitor's day says on paper: whom she visits when and where; of some, the hour alone."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.cases.interpreters import standing_interpreters
from visits.ground.deadlines import midnight_in_paris
from visits.models.cases import Case
from visits.models.interpreters import InterpreterNeed
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.visits import AT_HOME, LIVE, Visit, made_by
from visits.people.measures import standing_alerts
from visits.sight import Viewer, visible_cases


@dataclass(frozen=True)
class SheetLine:
    """A visit on the sheet; `person` is None where a paper does not say whose it is.

    What is said of her besides is not either then: the interpreter of her case.
    """

    start_at: datetime
    end_at: datetime
    visit: Visit | None
    person: Person | None
    city: str
    interpreter: InterpreterNeed | None = None


def sheet_of_day(
    session: Session, visitor_id: uuid.UUID, day: date, *, viewer: Viewer
) -> Sequence[SheetLine]:
    """Read a visitor's day for a paper that goes from hand to hand.

    Of a protected person, and of one the viewer may not see, it says the hour alone; of one for
    whom there is something to mind at the door, the hour and the city.
    """
    rows = (
        select(Visit, visible_cases(viewer).label("seen"))
        .join(Visit.case)
        .join(Case.person)
        .where(made_by([visitor_id]), Visit.state.in_(LIVE), AT_HOME)
        .where(Visit.planned_start_at >= midnight_in_paris(day))
        .where(Visit.planned_start_at < midnight_in_paris(day + timedelta(days=1)))
        .options(
            contains_eager(Visit.case).contains_eager(Case.person),
            contains_eager(Visit.case).joinedload(Case.dwelling).joinedload(Dwelling.residence),
        )
        .order_by(Visit.planned_start_at, Visit.id)
    )
    found = session.execute(rows).all()
    minded = standing_alerts(session, {visit.case.person_id for visit, _seen in found})
    needs = standing_interpreters(session, {visit.case_id for visit, _seen in found})
    return [
        _line(
            visit,
            needs.get(visit.case_id),
            seen=seen,
            silent=visit.case.person_id in minded,
        )
        for visit, seen in found
    ]


def _line(visit: Visit, need: InterpreterNeed | None, *, seen: bool, silent: bool) -> SheetLine:
    person, home = visit.case.person, visit.case.residence
    told = seen and not person.protected
    named = told and not silent
    return SheetLine(
        visit.planned_start_at,
        visit.planned_end_at,
        visit if named else None,
        person if named else None,
        home.city if told and home is not None else "",
        need if named else None,
    )
