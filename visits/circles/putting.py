"""A case put to a circle: her agreement, what is shared, her way back home."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.circles.noting import log, wrong_day, wrong_text
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case
from visits.models.circles import (
    AgreedHow,
    Circle,
    CircleCase,
    CircleItem,
    CircleMeeting,
    CircleStep,
    CircleStepKind,
)
from visits.models.people import RefusedPart
from visits.people.part_refusals import refused_parts
from visits.sight import Viewer
from visits.sight.circles import visible_circle_cases
from visits.sight.withdrawing import withdraw

SHARED_LENGTH = 1000


@dataclass(frozen=True)
class PutSaid:
    """What is said when a case is put to a circle; None where nothing was."""

    shared: str
    agreed_on: date | None
    agreed_how: str


def put_case(
    session: Session, circle: Circle, case: Case, said: PutSaid, *, viewer: Viewer, now: datetime
) -> CircleCase:
    """Put a case to a circle, by her agreement; it stands on the agenda that is prepared.

    Raises Invalid by field, Conflict for a closed case, one that is there already, and where she
    refuses that anything is shared.
    """
    fields = {}
    if why := wrong_text(said.shared, most=SHARED_LENGTH):
        fields["shared"] = "circle_shared_too_long" if why == "too_long" else why
    if why := wrong_day(said.agreed_on, since=date.min, now=now):
        fields["agreed_on"] = "circle_needs_agreement" if why == "required" else why
    if said.agreed_how not in tuple(AgreedHow):
        fields["agreed_how"] = "bad_choice"
    if fields:
        raise Invalid(fields)
    if not case.is_open:
        raise Conflict("case_closed")
    if RefusedPart.SHARING in refused_parts(session, case.person_id):
        raise Conflict("circle_sharing_refused")
    if circle.id in {one.circle_id for one in _standing(session, case)}:
        raise Conflict("circle_case_already")
    assert said.agreed_on is not None  # it was not wrong
    one = CircleCase(
        circle_id=circle.id,
        case=case,
        shared=said.shared.strip(),
        agreed_on=said.agreed_on,
        agreed_how=AgreedHow(said.agreed_how),
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(one)
    session.flush()
    _put_on_agenda(session, one)
    log(session, case, "circle_case_put", viewer=viewer, now=now)
    return one


def _put_on_agenda(session: Session, one: CircleCase) -> None:
    prepared = select(CircleMeeting.id).where(
        CircleMeeting.circle_id == one.circle_id,
        CircleMeeting.withdrawn_at.is_(None),
        CircleMeeting.closed_at.is_(None),
    )
    for meeting_id in session.scalars(prepared):
        session.add(CircleItem(meeting_id=meeting_id, circle_case_id=one.id))
    session.flush()


def _standing(session: Session, case: Case) -> Sequence[CircleCase]:
    statement = select(CircleCase).where(
        CircleCase.case_id == case.id,
        CircleCase.withdrawn_at.is_(None),
        CircleCase.ended_on.is_(None),
    )
    return session.scalars(statement.order_by(CircleCase.id)).all()


def circles_told(session: Session, viewer: Viewer, case: Case) -> Sequence[CircleCase]:
    """List where a case is discussed, of the circles the viewer is in."""
    statement = (
        select(CircleCase)
        .join(CircleCase.case)
        .join(Case.person)
        .where(CircleCase.case_id == case.id, visible_circle_cases(session, viewer))
        .options(joinedload(CircleCase.circle))
        .order_by(CircleCase.id)
    )
    return session.scalars(statement).all()


def find_circle_case(
    session: Session, viewer: Viewer, circle_case_id: uuid.UUID, *, to_change: bool = False
) -> CircleCase:
    """Find a case of a circle the viewer is in; `to_change` waits. Raises NotFound."""
    statement = (
        select(CircleCase)
        .join(CircleCase.case)
        .join(Case.person)
        .where(CircleCase.id == circle_case_id, visible_circle_cases(session, viewer))
    )
    if to_change:
        statement = statement.with_for_update(of=CircleCase, key_share=True)
    one = session.scalars(statement).one_or_none()
    if one is None:
        raise NotFound("circle_case_not_found")
    return one


def say_what_is_shared(
    session: Session, one: CircleCase, shared: str, *, viewer: Viewer, now: datetime
) -> None:
    """Change what a circle is told of a case. Raises Invalid."""
    if why := wrong_text(shared, most=SHARED_LENGTH):
        raise Invalid({"shared": "circle_shared_too_long" if why == "too_long" else why})
    one.shared = shared.strip()
    session.flush()
    log(session, one.case, "circle_case_shared", viewer=viewer, now=now)


def end_agreement(
    session: Session, one: CircleCase, on: date | None, *, viewer: Viewer, now: datetime
) -> None:
    """Note that a person no longer agrees to be discussed: nobody in the circle reads of her.

    Raises Invalid for a day that is to come, or before she agreed.
    """
    if why := wrong_day(on, since=one.agreed_on, now=now):
        raise Invalid({"ended_on": why})
    one.ended_on, one.ended_at, one.ended_by_id = on, now, viewer.user_id
    session.flush()
    log(session, one.case, "circle_agreement_ended", viewer=viewer, now=now)


def withdraw_case(
    session: Session, one: CircleCase, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Withdraw a case that was put to a circle by mistake. Raises Invalid, Conflict."""
    withdraw(one, why=why, viewer=viewer, now=now)
    session.flush()
    log(session, one.case, "circle_case_withdrawn", viewer=viewer, now=now)


def note_step(
    session: Session,
    one: CircleCase,
    kind: CircleStepKind,
    of_day: date | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> CircleStep:
    """Note that her landlord agreed that she comes home, or that she is back.

    Raises Invalid by field, Conflict where somebody else agrees than her landlord, and for a
    return that her landlord did not agree to.
    """
    steps = {step.kind: step for step in steps_of(session, one)}
    agreed = steps.get(CircleStepKind.LANDLORD_AGREED)
    if kind in steps:
        raise Conflict("circle_step_noted_already")
    if kind is CircleStepKind.LANDLORD_AGREED:
        if viewer.organisation_id != one.case.landlord_id:
            raise Conflict("circle_landlords_to_agree")
        since = today_in_paris(one.case.opened_at)
    elif agreed is None:
        raise Conflict("circle_needs_landlord")
    else:
        since = agreed.of_day
    if why := wrong_day(of_day, since=since, now=now):
        raise Invalid({"of_day": why})
    assert of_day is not None  # it was not wrong
    step = CircleStep(
        circle_case_id=one.id,
        kind=kind,
        of_day=of_day,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(step)
    session.flush()
    log(session, one.case, f"circle_{kind}", viewer=viewer, now=now)
    return step


def withdraw_step(
    session: Session,
    one: CircleCase,
    circle_step_id: uuid.UUID,
    *,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw a step of her way home. Raises NotFound, Invalid.

    And Conflict for an agreement by which she is back home.
    """
    step = session.get(CircleStep, circle_step_id)
    if step is None or step.circle_case_id != one.id:
        raise NotFound("circle_step_not_found")
    kinds = {each.kind for each in steps_of(session, one)}
    if step.kind is CircleStepKind.LANDLORD_AGREED and CircleStepKind.BACK_HOME in kinds:
        raise Conflict("circle_is_back_home")
    withdraw(step, why=why, viewer=viewer, now=now)
    session.flush()
    log(session, one.case, "circle_step_withdrawn", viewer=viewer, now=now)


def steps_of(session: Session, one: CircleCase) -> Sequence[CircleStep]:
    """List what stands of a case's way home."""
    statement = (
        select(CircleStep)
        .where(CircleStep.circle_case_id == one.id, CircleStep.withdrawn_at.is_(None))
        .options(joinedload(CircleStep.noted_by))
        .order_by(CircleStep.of_day, CircleStep.id)
    )
    return session.scalars(statement).all()
