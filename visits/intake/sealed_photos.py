"""Photos of a person who refuses them, whenever they came: kept, and shown to nobody."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.audit import FILE_NAME as TIME_LOG
from diagnostics.wellformed import Element, read_submission
from visits.forms.published import read_form
from visits.models.handed_in import HandedIn, HandedInKind
from visits.models.people import RefusedPart
from visits.models.visits import Submission, Visit
from visits.models.works import WorkOrder
from visits.people.part_refusals import refused_parts


def photos_of(submission: Submission) -> frozenset[str]:
    """Name the files of a submission that show something: all but signatures, sounds, the log.

    What a file is, its sender says: whatever is not known to be something else is a photo.
    """
    form = read_form(submission.form_version).form
    signed = {one.name for one in form.questions if "signature" in one.appearance}
    answers = answers_in(submission)
    others = {one.text.strip() for one in answers if one.name in signed} | {TIME_LOG}
    sounds = {one.name for one in submission.files if one.media_type.startswith("audio/")}
    return frozenset(one.name for one in submission.files) - others - sounds


def answers_in(submission: Submission) -> Iterator[Element]:
    """Give the answers of a submission as they were sent, by the names of their questions."""
    return _below(read_submission(submission.xml))


def sealed_photos(session: Session, submission: Submission) -> frozenset[str]:
    """Name the photos of a submission that its person refuses, until she takes that back."""
    visit = submission.visit or _visit_said(session, submission)
    return photos_of(submission) if _refuses(session, _visited(visit)) else frozenset()


def sealed_as_handed_in(session: Session, item: HandedIn) -> bool:
    """Tell whether the files of what was handed in are of somebody who refuses photos.

    Nothing says which of them is a signature: all stay sealed.
    """
    if item.kind is HandedInKind.INTERVENTION:
        order = session.get(WorkOrder, item.visit_said) if item.visit_said else None
        return _refuses(session, order.person_id if order is not None else None)
    return _refuses(session, _visited(_visit(session, item.visit_said)))


def _visited(visit: Visit | None) -> UUID | None:
    return visit.case.person_id if visit is not None else None


def _refuses(session: Session, person_id: UUID | None) -> bool:
    return person_id is not None and RefusedPart.PHOTOS in refused_parts(session, person_id)


def _visit_said(session: Session, submission: Submission) -> Visit | None:
    """Find the visit that a form named when it was handed in, before it is attached to one."""
    statement = select(HandedIn.visit_said).where(HandedIn.submission_id == submission.id)
    return _visit(session, session.scalars(statement.order_by(HandedIn.id)).first())


def _visit(session: Session, visit_id: UUID | None) -> Visit | None:
    return session.get(Visit, visit_id) if visit_id else None


def _below(node: Element) -> Iterator[Element]:
    for child in node.children:
        yield child
        yield from _below(child)
