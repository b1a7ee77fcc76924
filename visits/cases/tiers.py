"""The tier of a case, changed by hand: another one of its programme, with the reason."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid
from visits.models.cases import Case, TierChange
from visits.models.people import AccessKind
from visits.programmes.published import programme_of
from visits.sight import Viewer
from visits.sight.access_log import log_access

WHY_LENGTH = 200


def change_tier(
    session: Session, case: Case, tier: str, *, why: str, viewer: Viewer, now: datetime
) -> TierChange:
    """Put a case in another tier of its programme; changed again, it is in the former one.

    Raises Invalid, Conflict when it is closed or in that tier already.
    """
    programme, fields = programme_of(session, case), {}
    if tier not in {one.code for one in (programme.tiers if programme else ())}:
        fields["tier"] = "bad_choice"
    if not why.strip():
        fields["why"] = "required"
    elif len(why.strip()) > WHY_LENGTH:
        fields["why"] = "too_long"
    if fields:
        raise Invalid(fields)
    if not case.is_open:
        raise Conflict("case_closed")
    if case.tier == tier:
        raise Conflict("in_tier_already")
    noted = TierChange(
        case_id=case.id, tier_was=case.tier, tier=tier, why=why.strip(), noted_at=now,
        noted_by_id=viewer.user_id,
    )  # fmt: skip
    session.add(noted)
    case.tier = tier
    session.flush()
    log_access(
        session, user_id=viewer.user_id, persons=[case.person_id], kind=AccessKind.WRITE,
        what="case_tier", now=now,
    )  # fmt: skip
    return noted


def tier_changes_of(session: Session, case: Case) -> Sequence[TierChange]:
    """List the tiers a case was put in by hand, the last first."""
    statement = select(TierChange).where(TierChange.case_id == case.id)
    ordered = statement.order_by(TierChange.noted_at.desc(), TierChange.id.desc())
    return session.scalars(ordered.options(joinedload(TierChange.noted_by))).all()
