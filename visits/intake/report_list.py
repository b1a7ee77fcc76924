"""The reports of finished visits as a list: to leave, to print, on their way, left."""

import uuid
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Exists, Select, exists, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.messages import TO_SEND, Message, MessageState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.reports import LeftHow, ReportLeft
from visits.models.visits import AT_HOME, COUNTED, Submission, Visit, VisitState
from visits.sight.homes import took_place_in
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.lists import cases_seen
from visits.sight.reach import Reach, Viewer

TO_LEAVE, TO_PRINT, ON_ITS_WAY, LEFT, UNOPENED = (
    "to_leave", "to_print", "on_its_way", "left", "unopened",
)  # fmt: skip
LISTS = (TO_LEAVE, TO_PRINT, ON_ITS_WAY, LEFT, UNOPENED)
WHERE = (Dwelling, Dwelling.id == took_place_in)
ORDER = {
    "start": By(Visit.planned_start_at, known=True),
    "name": By(Person.name_key, (Visit.case, Case.person)),
    "city": By(Residence.city, outer=(Visit.case, WHERE, Dwelling.residence)),
    "visitor": By(User.name, (Visit.visitor,)),
}
_STANDS = (ReportLeft.visit_id == Visit.id, ReportLeft.withdrawn_at.is_(None))


def list_reports(session: Session, viewer: Viewer, *, which: str, wanted: Wanted) -> Listed[Visit]:
    """List finished visits by where their reports stand; `which` is one of `LISTS`."""
    rows = select(Visit).options(
        joinedload(Visit.visitor),
        joinedload(Visit.case).joinedload(Case.person),
        joinedload(Visit.case).joinedload(Case.dwelling).joinedload(Dwelling.residence),
        joinedload(Visit.was_in).joinedload(Dwelling.residence),
    )
    found = reports_found(session, viewer, which)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=(Visit.id,))


def count_reports(session: Session, viewer: Viewer, *, which: str) -> int:
    """Count what `list_reports` lists."""
    return count_found(session, reports_found(session, viewer, which))


def reports_found(session: Session, viewer: Viewer, which: str) -> Select[uuid.UUID]:
    """Select the finished visits with answers whose reports stand so, of whom the viewer sees.

    Who has died gets none. A visitor sees her own visits.
    """
    answered = exists().where(Submission.visit_id == Visit.id, Submission.state.in_(COUNTED))
    dead = select(Case.id).join(Case.person).where(Person.died_on.is_not(None))
    found = (
        select(Visit.id)
        .where(AT_HOME, Visit.state == VisitState.DONE, answered)
        .where(Visit.case_id.not_in(dead), cases_seen(session, viewer, Visit.case_id))
        .where(_stands_so(which))
    )
    if viewer.reach is Reach.OWN:
        found = found.where(Visit.visitor_id == viewer.user_id)
    return found


def standing_by_visit(
    session: Session, visits: Collection[Visit]
) -> Mapping[uuid.UUID, Sequence[ReportLeft]]:
    """Give by visit how its report is left, the first first."""
    noted = (
        select(ReportLeft)
        .where(ReportLeft.visit_id.in_([one.id for one in visits]))
        .where(ReportLeft.withdrawn_at.is_(None))
        .options(joinedload(ReportLeft.message), joinedload(ReportLeft.noted_by))
        .order_by(ReportLeft.noted_at, ReportLeft.id)
    )
    found: dict[uuid.UUID, list[ReportLeft]] = {}
    for one in session.scalars(noted):
        found.setdefault(one.visit_id, []).append(one)
    return found


def _stands_so(which: str) -> ColumnElement[bool]:
    """Give the condition on `Visit`; a list that there is not is the first."""
    with_message = _left(ReportLeft.how == LeftHow.EMAIL, ReportLeft.message_id == Message.id)
    sent = with_message.where(Message.state == MessageState.SENT)
    waits = with_message.where(Message.state.in_(TO_SEND))
    to_print = _left(ReportLeft.how == LeftHow.POST, ReportLeft.print_id.is_(None))
    printed = _left(ReportLeft.how == LeftHow.POST, ReportLeft.print_id.is_not(None))
    by_hand = _left(ReportLeft.how.in_((LeftHow.HANDED, LeftHow.UNWANTED)))
    left = or_(by_hand, printed, sent)
    unopened = with_message.where(
        Message.state == MessageState.SENT, ReportLeft.opened_at.is_(None)
    )
    return {
        TO_PRINT: to_print,
        ON_ITS_WAY: waits,
        LEFT: left,
        UNOPENED: unopened,
    }.get(which, not_(or_(left, to_print, waits)))


def _left(*where: ColumnElement[bool]) -> Exists:
    return exists().where(*_STANDS, *where)
