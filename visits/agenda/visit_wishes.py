"""What somebody asks of visits, kept with her case: days, hours, who must be there, who comes."""

import uuid
from collections.abc import Iterable
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.agenda.fitting import Wish
from visits.ground.errors import Invalid, NotFound
from visits.models.agenda import VisitWish
from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.withdrawing import withdraw

COMPANY_LENGTH = 200


def note_visit_wish(
    session: Session, case: Case, wish: Wish, *, attended_by: str, viewer: Viewer, now: datetime
) -> VisitWish:
    """Keep what somebody asks of visits, in the place of what she asked before.

    Raises Invalid for nothing asked, hours that are over before they begin, or somebody to be there
    whose name is too long.
    """
    said = _said(wish, attended_by)
    if not any(said.values()):
        raise Invalid({"wish": "wish_required"})
    if wish.from_time and wish.until_time and wish.until_time <= wish.from_time:
        raise Invalid({"until_time": "hours_in_order"})
    before = standing_visit_wishes(session, [case.id]).get(case.id)
    if before is not None:
        before.withdrawn_at, before.withdrawn_by_id = now, viewer.user_id
        session.flush()
    noted = VisitWish(case_id=case.id, said=said, noted_at=now, noted_by_id=viewer.user_id)
    session.add(noted)
    _log(session, case, viewer, now)
    return noted


def withdraw_visit_wish(
    session: Session, case: Case, wish_id: uuid.UUID, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Withdraw what was asked of visits; it stays, with why. Raises NotFound, Invalid, Conflict."""
    wish = session.get(VisitWish, wish_id)
    if wish is None or wish.case_id != case.id:
        raise NotFound("visit_wish_not_found")
    withdraw(wish, why=why, viewer=viewer, now=now)
    _log(session, case, viewer, now)


def standing_visit_wishes(
    session: Session, case_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, VisitWish]:
    """Give by case what is asked of its visits."""
    standing = (
        select(VisitWish)
        .options(joinedload(VisitWish.noted_by))
        .where(VisitWish.case_id.in_(list(case_ids)), VisitWish.withdrawn_at.is_(None))
        .order_by(VisitWish.id)
    )
    return {one.case_id: one for one in session.scalars(standing)}


def wish_of(noted: VisitWish, minutes: int) -> Wish:
    """Give what was noted as what an hour is looked for by."""
    said = noted.said
    return Wish(
        minutes,
        part=said["part"],
        not_on=frozenset(said["not_on"]),
        from_time=time.fromisoformat(said["from_time"]) if said["from_time"] else None,
        until_time=time.fromisoformat(said["until_time"]) if said["until_time"] else None,
        skill=said["skill"],
        speaks=said["speaks"],
    )


def checked_company(text: str) -> str:
    """Give in one line who must be there too. Raises Invalid when that is too long."""
    said = " ".join(text.split())
    if len(said) > COMPANY_LENGTH:
        raise Invalid({"attended_by": "too_long"})
    return said


def _said(wish: Wish, attended_by: str) -> dict[str, object]:
    return {
        "part": wish.part,
        "not_on": sorted(wish.not_on),
        "from_time": wish.from_time.isoformat() if wish.from_time else "",
        "until_time": wish.until_time.isoformat() if wish.until_time else "",
        "skill": wish.skill,
        "speaks": wish.speaks,
        "attended_by": checked_company(attended_by),
    }


def _log(session: Session, case: Case, viewer: Viewer, now: datetime) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what="visit_wish",
        now=now,
    )
