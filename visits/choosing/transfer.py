"""A case moved to another programme: hers is closed and one is opened there, or nothing is done."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from visits.cases.cases import NOTE_LENGTH, close_case
from visits.choosing.opening import Fit, fit_of, open_by_hand, refuse_unfit
from visits.ground.errors import Invalid
from visits.models.cases import Case, WayIn
from visits.programmes import Programme
from visits.programmes.published import find_programme, load_programmes, retired_codes
from visits.sight import Viewer, visible_cases


def open_to_transfers(session: Session, case: Case) -> list[Programme]:
    """List the programmes that a case may be moved to, whomever they are for."""
    retired = retired_codes(session)
    return [
        one
        for one in load_programmes(session).values()
        if one.code != case.programme and one.code not in retired and WayIn.TRANSFER in one.ways_in
    ]


def transfer_case(
    session: Session, case: Case, programme: str, *, outcome: str, why: str, viewer: Viewer,
    now: datetime,
) -> tuple[Case, Fit]:  # fmt: skip
    """Close a case with an outcome and open one in another programme; gives it, and how it fits.

    Raises what closing and opening do, and Conflict when the programme is not for her; what is
    not known of her is told, not guessed. Closing the new one and opening the former again undoes
    it.
    """
    fields = {}
    if programme not in {one.code for one in open_to_transfers(session, case)}:
        fields["programme"] = "bad_choice"
    if not why.strip():
        fields["why"] = "required"
    elif len(why.strip()) > NOTE_LENGTH:
        fields["why"] = "too_long"
    if fields:
        raise Invalid(fields)
    target = find_programme(session, programme)
    fit = fit_of(session, case.person, target, viewer=viewer, now=now)
    refuse_unfit(fit, WayIn.TRANSFER)
    close_case(session, case, outcome=outcome, note=why, viewer=viewer, now=now)
    moved, _fit = open_by_hand(
        session, case.person, programme, way_in=WayIn.TRANSFER, motive=why, viewer=viewer, now=now
    )
    moved.moved_from_id = case.id
    session.flush()
    return moved, fit


def moved_with(session: Session, case: Case, *, viewer: Viewer) -> Sequence[Case]:
    """List the case that one was moved from, and those it was moved to, that the viewer may see."""
    linked = or_(Case.id == case.moved_from_id, Case.moved_from_id == case.id)
    statement = select(Case).join(Case.person).where(linked, visible_cases(viewer))
    return session.scalars(statement.order_by(Case.opened_at, Case.id)).all()
