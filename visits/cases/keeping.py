"""How long the file of a closed case is kept, as the version it was in says."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import months_after
from visits.models.cases import Case
from visits.models.programmes import ProgrammeVersion
from visits.programmes.published import load_programmes, programme_in, programme_of


def kept_until(session: Session, case: Case) -> date | None:
    """Tell the last day on which the file of a closed case is to be kept; None where none is."""
    programme = programme_of(session, case)
    if case.closed_on is None or programme is None or programme.retention_months is None:
        return None
    return months_after(case.closed_on, programme.retention_months)


def past_keeping(session: Session, today: date) -> ColumnElement[bool]:
    """Give the condition for closed cases whose last day of keeping is over."""
    return or_(false(), *_past_keeping(session, today))


def _past_keeping(session: Session, today: date) -> Iterator[ColumnElement[bool]]:
    for version in session.scalars(select(ProgrammeVersion).order_by(ProgrammeVersion.id)):
        months = programme_in(version).retention_months
        if months is not None:
            of_it = Case.programme_version_id == version.id
            yield and_(of_it, Case.closed_on < _first_kept(today, months))
    for code, programme in load_programmes(session).items():
        if programme.retention_months is not None:  # of those from before versions
            of_it = and_(Case.programme_version_id.is_(None), Case.programme == code)
            yield and_(of_it, Case.closed_on < _first_kept(today, programme.retention_months))


def _first_kept(today: date, months: int) -> date:
    """Give the first day of closing whose last day of keeping has not passed."""
    day = months_after(today, -months)
    return day if months_after(day, months) >= today else day + timedelta(days=1)
