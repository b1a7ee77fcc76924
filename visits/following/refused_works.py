"""Works that somebody refused and takes back: what the answers still call for is opened then."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.following.what_follows import open_what_follows
from visits.forms.published import said_of
from visits.ground.deadlines import today_in_paris
from visits.mapping.points import refresh_map
from visits.models.cases import Case
from visits.models.people import Person, RefusedPart
from visits.models.visits import COUNTED, Consequence, Submission, Visit
from visits.people.part_refusals import refused_parts, take_part_back
from visits.sight import Viewer
from visits.works.delays import Terms, terms_of
from visits.works.findings import order_of


def allow_part(
    session: Session, person: Person, refusal_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> int:
    """Take a refusal back, and open the works left for it; gives how many findings have one now.

    Raises NotFound for one that is not hers or was taken back already.
    """
    refusal = take_part_back(session, person, refusal_id, viewer=viewer, now=now)
    if refusal.part is not RefusedPart.WORKS:
        return 0
    return sum(_open_left(session, one, now) for one in _left_for_it(session, person))


def _left_for_it(session: Session, person: Person) -> Sequence[Submission]:
    statement = (
        select(Submission)
        .join(Submission.visit)
        .join(Visit.case)
        .where(Case.person_id == person.id, Submission.state.in_(COUNTED))
        .order_by(Submission.received_at, Submission.id)
    )
    marked = session.scalars(statement).all()
    return [one for one in marked if "works" in (one.findings or {}).get("against_refusal", ())]


def _open_left(session: Session, submission: Submission, now: datetime) -> int:
    assert submission.visit is not None
    case = submission.visit.case
    without = [one for one in submission.consequences if order_of(session, one) is None]
    refused = refused_parts(session, case.person_id)
    open_what_follows(session, case, submission.consequences, refused=refused, now=now)
    opened = 0
    for one in without:
        order = order_of(session, one)
        if order is None:
            continue
        opened += 1
        if order.consequence_id == one.id:
            terms = terms_of(session, case.landlord_id, on=today_in_paris(now))
            order.due_at = _due_from(one, terms, now=now)
    refresh_map(session, [case.dwelling_id])
    return opened


def _due_from(consequence: Consequence, terms: Terms, *, now: datetime) -> datetime | None:
    """Let the delay run from when she allows it: nobody could begin before."""
    said = said_of(consequence.submission.form_version, consequence.path)
    own = said.due if said is not None else ""
    return terms.end(consequence.kind, consequence.severity, own, since=now)
