"""Admissions as the office lists them, and who waits for a place."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from visits.models.admissions import ENDS, OPEN_STEPS, Admission, AdmissionStep
from visits.models.cases import Case
from visits.models.people import Person
from visits.sight.admissions import visible_admissions
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.reach import Viewer
from visits.sight.wording import spoken_of, typed_in

OPEN, LATE, MINE, ALL = "open", "late", "mine", "all"
LISTS = (OPEN, LATE, MINE)
ALONG = case({one: rank for rank, one in enumerate(AdmissionStep)}, value=Admission.step)
ORDER = {
    "due": By(Admission.due_on),
    "step": By(ALONG),
    "asked": By(Admission.asked_on),
    "since": By(Admission.since),
    "listed": By(Admission.listed_on),
    "name": By(Person.name_key, through=(Admission.case, Case.person)),
    "programme": By(Case.programme, through=(Admission.case,)),
}


@dataclass(frozen=True)
class AdmissionFilter:
    """Which admissions; an empty field does not filter.

    `step` is one, or `open`, `late`, `mine` (in the viewer's own hands), `all`.
    """

    step: str = OPEN
    programme: str = ""
    text: str = ""


def list_admissions(
    session: Session, viewer: Viewer, *, only: AdmissionFilter, wanted: Wanted, today: date
) -> Listed[Admission]:
    """List the admissions that the viewer may see, what is due first at the top."""
    rows = select(Admission).options(
        joinedload(Admission.case).joinedload(Case.person), joinedload(Admission.holder)
    )
    found = _found(session, viewer, only, today)
    tie = (Admission.since, Admission.id)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=tie)


def count_admissions(
    session: Session, viewer: Viewer, *, only: AdmissionFilter, today: date
) -> int:
    """Count what `list_admissions` lists."""
    return count_found(session, _found(session, viewer, only, today))


def steps_counted(session: Session, viewer: Viewer) -> dict[AdmissionStep, int]:
    """Count the admissions under way that the viewer may see, by step along the path."""
    counts = (
        select(Admission.step, func.count())
        .join(Admission.case)
        .join(Case.person)
        .where(visible_admissions(viewer), *_under_way())
        .group_by(Admission.step)
    )
    found = {step: count for step, count in session.execute(counts.order_by(Admission.step))}
    return {step: found[step] for step in OPEN_STEPS if step in found}


def _under_way() -> tuple[ColumnElement[bool], ...]:
    """Give the conditions for what somebody still has to do something for: in an open case."""
    return Admission.step.not_in(ENDS), Case.closed_on.is_(None)


def _found(
    session: Session, viewer: Viewer, only: AdmissionFilter, today: date
) -> Select[uuid.UUID]:
    found = select(Admission.id).join(Admission.case).join(Case.person)
    found = found.where(visible_admissions(viewer))
    if only.step in LISTS:
        found = found.where(*_under_way())
    if only.step == LATE:
        found = found.where(Admission.due_on < today)
    elif only.step == MINE:
        found = found.where(Admission.holder_id == viewer.user_id)
    elif only.step in tuple(AdmissionStep):
        step = AdmissionStep(only.step)
        found = found.where(Admission.step == step)
        if step in OPEN_STEPS:
            found = found.where(Case.closed_on.is_(None))
    if only.programme:
        found = found.where(Case.programme == only.programme)
    if only.text.strip():
        numbered = typed_in(only.text, Admission.reference)
        found = found.where(numbered | spoken_of(session, only.text, Case.person_id))
    return found
