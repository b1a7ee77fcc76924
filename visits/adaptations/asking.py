"""A commission asks for an adaptation: a file opens for it, taken back while nothing followed."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.adaptations.commissions import commissions_of, refuse_closed
from visits.adaptations.files import Request, checked, find_file, open_checked
from visits.adaptations.funding import plan_of
from visits.adaptations.moving import end_by_itself, latest_move
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, NotFound
from visits.models.adaptations import AdaptationFile, Asked
from visits.models.commissions import Commission
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.visits import Consequence
from visits.sight import Viewer
from visits.sight.adaptations import visible_adaptations

# Why a file ended by itself; screens say it in words.
NOT_ASKED = "not_asked"


def may_ask(commission: Commission, *, now: datetime) -> bool:
    """Tell whether a commission may ask for something: it is held, its minutes are open."""
    return commission.is_open and commission.held_on <= today_in_paris(now)


def ask_for(
    session: Session,
    commission: Commission,
    person: Person,
    dwelling: Dwelling,
    code: str,
    wish: str = "",
    *,
    viewer: Viewer,
    now: datetime,
) -> AdaptationFile:
    """Open a file for what a commission asks, on its day.

    Raises Conflict before that day and once the minutes are closed, Invalid field by field.
    """
    refuse_closed(commission)
    if not may_ask(commission, now=now):
        raise Conflict("commission_not_held")
    said = Request(code, Asked.COMMISSION, commission.held_on, wish)
    said = checked(said, ways=(Asked.COMMISSION,), now=now)
    file = open_checked(session, person, dwelling, said, viewer=viewer, now=now)
    file.commission_id = commission.id
    session.flush()
    return file


def asked_by(session: Session, viewer: Viewer, commission: Commission) -> Sequence[AdaptationFile]:
    """List what a commission asked for, of adaptations the viewer may see, the first first."""
    asked = (
        select(AdaptationFile)
        .join(AdaptationFile.person)
        .where(AdaptationFile.commission_id == commission.id, visible_adaptations(viewer))
        .options(joinedload(AdaptationFile.person))
        .options(joinedload(AdaptationFile.dwelling).joinedload(Dwelling.residence))
        .options(selectinload(AdaptationFile.findings).joinedload(Consequence.submission))
        .order_by(AdaptationFile.opened_at, AdaptationFile.id)
    )
    return session.scalars(asked).all()


def commission_of(session: Session, viewer: Viewer, file: AdaptationFile) -> Commission | None:
    """Give the commission that asked for an adaptation, where it is of the viewer's own."""
    hers = commissions_of(viewer).where(Commission.id == file.commission_id)
    return session.scalars(hers).one_or_none()


def is_followed(session: Session, file: AdaptationFile) -> bool:
    """Tell whether something came of a file: a step, an answer of a visit, a quote, a payer."""
    plan = plan_of(session, file)
    return bool(latest_move(session, file) or file.findings or plan.quotes or plan.lines)


def take_request_back(
    session: Session,
    commission: Commission,
    file_id: uuid.UUID,
    *,
    viewer: Viewer,
    now: datetime,
) -> AdaptationFile:
    """Take back that a commission asked for an adaptation: its file is withdrawn.

    Raises NotFound for one it did not ask for, Conflict once something followed or the minutes are
    closed.
    """
    refuse_closed(commission)
    file = find_file(session, viewer, file_id, to_change=True)
    if file.commission_id != commission.id:
        raise NotFound("adaptation_not_found")
    if is_followed(session, file):
        raise Conflict("request_followed")
    end_by_itself(session, file, NOT_ASKED, viewer=viewer, now=now)
    return file
