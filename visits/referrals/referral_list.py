"""Referrals as the office lists them."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.models.people import Person
from visits.models.referrals import OPEN_STEPS, Direction, Referral, ReferralStep
from visits.models.visits import Consequence
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.reach import Viewer
from visits.sight.referrals import visible_referrals
from visits.sight.wording import spoken_of, typed_in

OPEN, SILENT, OURS, MINE, ALL = "open", "silent", "ours", "mine", "all"
LISTS = (OPEN, SILENT, OURS, MINE)
ALONG = case({one: rank for rank, one in enumerate(ReferralStep)}, value=Referral.step)
ORDER = {
    "due": By(Referral.due_on),
    "step": By(ALONG),
    "since": By(Referral.since),
    "opened": By(Referral.opened_at),
    "name": By(Person.name_key),
}


@dataclass(frozen=True)
class ReferralFilter:
    """Which referrals; an empty field does not filter.

    `step` is one, or `open`, `silent` (somebody else has not answered in time), `ours` (late, and
    ours to do), `mine` (in the viewer's own hands), `all`.
    """

    step: str = OPEN
    direction: str = ""
    text: str = ""


def list_referrals(
    session: Session, viewer: Viewer, *, only: ReferralFilter, wanted: Wanted, today: date
) -> Listed[Referral]:
    """List the referrals that the viewer may see."""
    rows = select(Referral).options(
        joinedload(Referral.person),
        joinedload(Referral.holder),
        selectinload(Referral.findings).joinedload(Consequence.submission),
    )
    found = _found(session, viewer, only, today)
    tie = (Referral.since, Referral.id)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=tie)


def count_referrals(session: Session, viewer: Viewer, *, only: ReferralFilter, today: date) -> int:
    """Count what `list_referrals` lists."""
    return count_found(session, _found(session, viewer, only, today))


def steps_counted(session: Session, viewer: Viewer) -> dict[ReferralStep, int]:
    """Count the open referrals that the viewer may see, by step along the path."""
    counts = (
        select(Referral.step, func.count())
        .join(Referral.person)
        .where(visible_referrals(viewer), Referral.step.in_(OPEN_STEPS))
        .group_by(Referral.step)
    )
    found = {step: count for step, count in session.execute(counts.order_by(Referral.step))}
    return {step: found[step] for step in OPEN_STEPS if step in found}


def _found(
    session: Session, viewer: Viewer, only: ReferralFilter, today: date
) -> Select[uuid.UUID]:
    found = select(Referral.id).join(Referral.person).where(visible_referrals(viewer))
    theirs = (Referral.direction == Direction.OUT, Referral.step != ReferralStep.TO_SEND)
    if only.step in LISTS:
        found = found.where(Referral.step.in_(OPEN_STEPS))
    if only.step in (SILENT, OURS):
        found = found.where(Referral.due_on < today)
    if only.step == SILENT:
        found = found.where(*theirs)
    elif only.step == OURS:
        found = found.where(
            (Referral.direction == Direction.IN) | (Referral.step == ReferralStep.TO_SEND)
        )
    elif only.step == MINE:
        found = found.where(Referral.holder_id == viewer.user_id)
    elif only.step in tuple(ReferralStep):
        found = found.where(Referral.step == ReferralStep(only.step))
    if only.direction in tuple(Direction):
        found = found.where(Referral.direction == Direction(only.direction))
    if only.text.strip():
        numbered = typed_in(only.text, Referral.reference)
        found = found.where(numbered | spoken_of(session, only.text, Referral.person_id))
    return found
