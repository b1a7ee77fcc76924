"""Visits as the office lists them, and one visit with all that came of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.following.every_kind import opened_by
from visits.following.kinds import Opened
from visits.ground.errors import NotFound
from visits.models.accounts import User
from visits.models.calls import ContactAttempt
from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import (
    AT_HOME,
    COUNTED,
    Consequence,
    Submission,
    SubmissionFile,
    SubmissionState,
    Visit,
    VisitState,
    made_by,
)
from visits.sight.homes import took_place_in
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.lists import cases_seen
from visits.sight.reach import Reach, Viewer

STANDING = "standing"
WHERE = (Dwelling, Dwelling.id == took_place_in)
AWAITS_REVIEW = select(Submission.visit_id).where(
    Submission.state == SubmissionState.TO_REVIEW, Submission.visit_id.is_not(None)
)
ORDER = {
    "start": By(Visit.planned_start_at, known=True),
    "name": By(Person.name_key, (Visit.case, Case.person)),
    "city": By(Residence.city, outer=(Visit.case, WHERE, Dwelling.residence)),
    "visitor": By(User.name, (Visit.visitor,)),
    "state": By(Visit.state, known=True),
}


@dataclass(frozen=True)
class VisitFilter:
    """Which visits; `start_at` counts in, `end_at` does not; an empty field does not filter.

    `state` is a state, or `standing`: neither cancelled nor failed. A form filled in on the phone
    is no visit, but its answers are `to_review` as others are.
    """

    start_at: datetime
    end_at: datetime
    visitor_id: uuid.UUID | None = None
    state: str = ""
    to_review: bool = False


def list_visits(
    session: Session, viewer: Viewer, *, only: VisitFilter, wanted: Wanted
) -> Listed[Visit]:
    """List the visits to persons the viewer may see; a visitor sees her own."""
    rows = select(Visit).options(
        joinedload(Visit.visitor),
        joinedload(Visit.case).joinedload(Case.person),
        joinedload(Visit.case).joinedload(Case.dwelling).joinedload(Dwelling.residence),
        joinedload(Visit.was_in).joinedload(Dwelling.residence),
    )
    found = _found(session, viewer, only)
    return page_of_found(session, found, rows, wanted=wanted, order=ORDER, tie=(Visit.id,))


def count_visits(session: Session, viewer: Viewer, *, only: VisitFilter) -> int:
    """Count what `list_visits` lists."""
    return count_found(session, _found(session, viewer, only))


def _found(session: Session, viewer: Viewer, only: VisitFilter) -> Select[uuid.UUID]:
    found = select(Visit.id).where(cases_seen(session, viewer, Visit.case_id))
    if viewer.reach is Reach.OWN:
        found = found.where(made_by([viewer.user_id]))
    if only.to_review:
        found = found.where(Visit.id.in_(AWAITS_REVIEW))
    else:
        found = found.where(AT_HOME, Visit.planned_start_at >= only.start_at)
        found = found.where(Visit.planned_start_at < only.end_at)
    if only.visitor_id is not None:
        found = found.where(made_by([only.visitor_id]))
    if only.state == STANDING:
        gone = (VisitState.CANCELLED, VisitState.FAILED)
        found = found.where(Visit.state.not_in(gone))
    if only.state in tuple(VisitState):
        found = found.where(Visit.state == VisitState(only.state))
    return found


def awaiting_review(session: Session, visits: Sequence[Visit]) -> set[uuid.UUID]:
    """Tell which of some visits have answers to look at again."""
    statement = select(Submission.visit_id).where(
        Submission.visit_id.in_([visit.id for visit in visits]),
        Submission.state == SubmissionState.TO_REVIEW,
    )
    return {visit_id for visit_id in session.scalars(statement) if visit_id is not None}


def visitors_of_visits(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name who visits the persons the viewer may see."""
    visiting = select(Visit.visitor_id).where(cases_seen(session, viewer, Visit.case_id))
    if viewer.reach is Reach.OWN:
        visiting = visiting.where(Visit.visitor_id == viewer.user_id)
    if viewer.reaches_all:  # of each one visit is enough to know
        # The first by date: in any order, PostgreSQL goes through all visits for who makes none.
        hers = visiting.where(Visit.visitor_id == User.id).order_by(Visit.planned_start_at)
        visits_some = hers.limit(1).scalar_subquery().is_not(None)
    else:
        visits_some = User.id.in_(session.scalars(visiting.distinct()).all())
    return session.scalars(select(User).where(visits_some).order_by(User.name, User.id)).all()


@dataclass(frozen=True)
class VisitFile:
    """A visit, what was sent from it, what each consequence opened, what happened at the door."""

    visit: Visit
    submissions: Sequence[Submission]
    opened: dict[uuid.UUID, Opened]
    attempts: Sequence[ContactAttempt]


def visit_file(session: Session, visit: Visit) -> VisitFile:
    """Gather what the page of a visit shows, the first submission first."""
    submissions = session.scalars(
        select(Submission)
        .where(Submission.visit_id == visit.id)
        .options(
            joinedload(Submission.form_version),
            selectinload(Submission.files),
            selectinload(Submission.consequences),
        )
        .order_by(Submission.received_at, Submission.id)
    ).all()
    ids = [consequence.id for one in submissions for consequence in one.consequences]
    attempts = session.scalars(
        select(ContactAttempt)
        .where(ContactAttempt.case_id == visit.case_id)
        .options(joinedload(ContactAttempt.caller))
        .order_by(ContactAttempt.at, ContactAttempt.id)
    ).all()
    return VisitFile(visit, submissions, opened_by(session, ids), attempts)


def counted_submissions(session: Session, visit: Visit) -> Sequence[Submission]:
    """List what was sent from a visit and is whole, the first first; not what was set aside."""
    return [one for one in visit_file(session, visit).submissions if one.state in COUNTED]


def find_file(session: Session, visit: Visit, file_id: uuid.UUID) -> SubmissionFile:
    """Find a photo or signature that came from a visit, else raise NotFound."""
    statement = (
        select(SubmissionFile)
        .join(SubmissionFile.submission)
        .where(SubmissionFile.id == file_id, Submission.visit_id == visit.id)
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("file_not_found")
    return found


def visit_of_consequence(session: Session, consequence_id: uuid.UUID) -> uuid.UUID | None:
    """Give the visit whose answers called for something."""
    statement = (
        select(Submission.visit_id)
        .join(Submission.consequences)
        .where(Consequence.id == consequence_id)
    )
    return session.scalars(statement).one_or_none()
