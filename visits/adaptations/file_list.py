"""Adaptations as the office lists them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.adaptations.alternatives import files_waiting
from visits.adaptations.path import near_until
from visits.adaptations.works import files_all_cancelled
from visits.models.accounts import Territory
from visits.models.adaptations import OPEN_STEPS, AdaptationFile, Priority, Step
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Consequence
from visits.sight.adaptations import visible_adaptations
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.reach import Viewer
from visits.sight.wording import mentions, typed_in

OPEN, LATE, MINE, ALL = "open", "late", "mine", "all"
# A delay of the law ends soon, or is over.
LEGAL_NEAR, LEGAL_OVER = "legal_near", "legal_over"
# A refusal offered something instead that led to nothing yet.
INSTEAD, INSTEAD_LATE = "instead", "instead_late"
# It waits for works whose orders were all cancelled.
CANCELLED = "cancelled"
OF_OPEN = (OPEN, LATE, MINE, LEGAL_NEAR, LEGAL_OVER, CANCELLED)
LISTS = (*OF_OPEN, INSTEAD, INSTEAD_LATE)
RANK = case({one: rank for rank, one in enumerate(Priority)}, value=AdaptationFile.priority)
ALONG = case({one: rank for rank, one in enumerate(Step)}, value=AdaptationFile.step)
TO_HOME = (AdaptationFile.dwelling, Dwelling.residence)
ORDER = {
    "due": By(AdaptationFile.due_on),
    "legal": By(AdaptationFile.legal_on),
    "step": By(ALONG),
    "priority": By(RANK),
    "asked": By(AdaptationFile.asked_on),
    "since": By(AdaptationFile.since),
    "name": By(Person.name_key),
    "city": By(Residence.city, through=TO_HOME),
}


@dataclass(frozen=True)
class AdaptationFilter:
    """Which adaptations; an empty field does not filter.

    `step` is one, or `open`, `late`, `mine` (in the viewer's own hands), `legal_near`,
    `legal_over`, `cancelled` (its orders are), `instead`,
    `instead_late`, `all`.
    """

    step: str = OPEN
    priority: str = ""
    territory: str = ""
    text: str = ""


def list_adaptations(
    session: Session, viewer: Viewer, *, only: AdaptationFilter, wanted: Wanted, today: date
) -> Listed[AdaptationFile]:
    """List the adaptations that the viewer may see."""
    rows = select(AdaptationFile).options(
        joinedload(AdaptationFile.person),
        joinedload(AdaptationFile.holder),
        joinedload(AdaptationFile.dwelling).joinedload(Dwelling.residence),
        selectinload(AdaptationFile.findings).joinedload(Consequence.submission),
    )
    found = _found(session, viewer, only, today)
    tie = (AdaptationFile.since, AdaptationFile.id)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=tie)


def count_adaptations(
    session: Session, viewer: Viewer, *, only: AdaptationFilter, today: date
) -> int:
    """Count what `list_adaptations` lists."""
    return count_found(session, _found(session, viewer, only, today))


def steps_counted(session: Session, viewer: Viewer) -> dict[Step, int]:
    """Count the open adaptations that the viewer may see, by step along the path."""
    counts = (
        select(AdaptationFile.step, func.count())
        .join(AdaptationFile.person)
        .where(visible_adaptations(viewer), AdaptationFile.step.in_(OPEN_STEPS))
        .group_by(AdaptationFile.step)
    )
    found = {step: count for step, count in session.execute(counts.order_by(AdaptationFile.step))}
    return {step: found[step] for step in OPEN_STEPS if step in found}


def territories_in_use(session: Session, viewer: Viewer) -> Sequence[Territory]:
    """List by name the agencies that have adaptations the viewer may see."""
    seen = (
        select(Residence.territory_id)
        .join(Dwelling, Dwelling.residence_id == Residence.id)
        .join(AdaptationFile, AdaptationFile.dwelling_id == Dwelling.id)
        .join(AdaptationFile.person)
        .where(visible_adaptations(viewer))
    )
    named = select(Territory).where(Territory.id.in_(seen))
    return session.scalars(named.order_by(Territory.name, Territory.id)).all()


def _found(
    session: Session, viewer: Viewer, only: AdaptationFilter, today: date
) -> Select[uuid.UUID]:
    found = select(AdaptationFile.id).join(AdaptationFile.person)
    found = found.where(visible_adaptations(viewer))
    if only.step in OF_OPEN:
        found = found.where(AdaptationFile.step.in_(OPEN_STEPS))
    if only.step == LATE:
        found = found.where(AdaptationFile.due_on < today)
    elif only.step == LEGAL_NEAR:
        near = AdaptationFile.legal_on.between(today, near_until(session, today=today))
        found = found.where(near)
    elif only.step == LEGAL_OVER:
        found = found.where(AdaptationFile.legal_on < today)
    elif only.step == MINE:
        found = found.where(AdaptationFile.holder_id == viewer.user_id)
    elif only.step == CANCELLED:
        found = found.where(AdaptationFile.id.in_(files_all_cancelled()))
    elif only.step == INSTEAD:
        found = found.where(AdaptationFile.id.in_(files_waiting()))
    elif only.step == INSTEAD_LATE:
        found = found.where(AdaptationFile.id.in_(files_waiting(before=today)))
    elif only.step in tuple(Step):
        found = found.where(AdaptationFile.step == Step(only.step))
    if only.priority in tuple(Priority):
        found = found.where(AdaptationFile.priority == Priority(only.priority))
    if only.territory:
        found = found.where(AdaptationFile.dwelling_id.in_(_in_territory(only.territory)))
    if only.text.strip():
        numbered = typed_in(only.text, AdaptationFile.reference)
        spoken_of = mentions(
            session, only.text, AdaptationFile.person_id, AdaptationFile.dwelling_id
        )
        found = found.where(numbered | spoken_of)
    return found


def _in_territory(typed: str) -> Select[uuid.UUID]:
    """Select the homes of an agency; of one that is none, no home."""
    homes = select(Dwelling.id).join(Dwelling.residence)
    try:
        return homes.where(Residence.territory_id == uuid.UUID(typed))
    except ValueError:
        return homes.where(Residence.id.is_(None))
