"""Reports to be posted: printed many in one go, and undone."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, NotFound
from visits.intake.report_list import LEFT, TO_PRINT, reports_found
from visits.intake.reports import kept_from_leaving
from visits.messages.printing import Address, latest_runs
from visits.models.messages import MessagePrint
from visits.models.people import AccessKind
from visits.models.reports import LeftHow, ReportLeft
from visits.models.visits import Visit
from visits.sight.access_log import log_access
from visits.sight.reach import Viewer

# So many are typeset while somebody waits.
MOST_REPORTS = 50


def print_reports(session: Session, viewer: Viewer, *, now: datetime) -> MessagePrint:
    """Take the reports that are to be posted, the oldest visit first, in one print run.

    One that nobody may post any more stays in the list. Raises Conflict when none is left.
    """
    waiting = (
        _of(reports_found(session, viewer, TO_PRINT))
        .where(ReportLeft.print_id.is_(None), ReportLeft.withdrawn_at.is_(None))
        .with_for_update(of=ReportLeft, skip_locked=True)
    )
    printed = []
    for left in session.scalars(waiting):
        if not kept_from_leaving(session, left.visit, LeftHow.POST):
            printed.append(left)
        if len(printed) == MOST_REPORTS:
            break
    if not printed:
        raise Conflict("no_report_to_print")
    run = MessagePrint(printed_at=now, printed_by_id=viewer.user_id)
    session.add(run)
    session.flush()
    for left in printed:
        left.print_id = run.id
    session.flush()
    _log(session, printed, "reports_printed", viewer, now)
    return run


def reports_of_run(
    session: Session, viewer: Viewer, run_id: uuid.UUID, *, to_change: bool = False
) -> Sequence[ReportLeft]:
    """List the reports of a print run that the viewer may see; NotFound where there are none."""
    seen = _of(reports_found(session, viewer, LEFT)).where(
        ReportLeft.print_id == run_id, ReportLeft.withdrawn_at.is_(None)
    )
    if to_change:
        seen = seen.with_for_update(of=ReportLeft, key_share=True)
    found = session.scalars(seen).all()
    if not found:
        raise NotFound("report_run_not_found")
    return found


def undo_reports(
    session: Session, run_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> Sequence[ReportLeft]:
    """Let the reports of a run wait again: the paper jammed, or nobody posted them."""
    found = reports_of_run(session, viewer, run_id, to_change=True)
    for left in found:
        left.print_id = None
    session.flush()
    rest = select(ReportLeft.id).where(ReportLeft.print_id == run_id).limit(1)
    if session.scalar(rest) is None:
        run = session.get_one(MessagePrint, run_id)
        run.undone_at, run.undone_by_id = now, viewer.user_id
    _log(session, found, "reports_wait_again", viewer, now)
    return found


def recent_report_runs(
    session: Session, viewer: Viewer, *, most: int = 5
) -> Sequence[tuple[MessagePrint, int]]:
    """List the latest print runs with how many reports of each the viewer may see."""
    seen = ReportLeft.visit_id.in_(reports_found(session, viewer, LEFT))
    printed = select(ReportLeft.print_id).where(ReportLeft.withdrawn_at.is_(None), seen)
    return latest_runs(session, printed, ReportLeft.print_id, most=most)


def address_of_report(left: ReportLeft) -> Address:
    """Give where a report goes by post: to the home of her case, where she lives by now."""
    dwelling = left.visit.case.dwelling
    assert dwelling is not None
    person, home = left.visit.case.person, dwelling.residence
    return Address(person.name, home.address, home.postcode, home.city)


def _of(visits: Select[uuid.UUID]) -> Select[ReportLeft]:
    return (
        select(ReportLeft)
        .join(ReportLeft.visit)
        .where(ReportLeft.how == LeftHow.POST, ReportLeft.visit_id.in_(visits))
        .options(joinedload(ReportLeft.visit).joinedload(Visit.case))
        .order_by(Visit.planned_start_at, ReportLeft.id)
    )


def _log(
    session: Session, found: Sequence[ReportLeft], what: str, viewer: Viewer, now: datetime
) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[one.visit.case.person_id for one in found],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
